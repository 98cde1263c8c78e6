//! A log that is read over HTTP by its tiles: everything that its checkpoint covers, verified as it comes.
//!
//! First the tiles of hashes alone, which must lead to the signed root; then the entries, each of which must
//! be the leaf that it is said to be. So it is known of every byte who says it before anything rests on it.

use super::openings::{Openings, Served};
use super::piece::{PIECE, Piece};
use super::pipeline::{Absorbed, Auditing, Read, Unread};
use super::remote_fault::RemoteFault;
use super::{AuditFailure, AuditOptions, AuditReport, known, operator_key, report};
use crate::parallel;
use crate::progress::Progress;
use crate::tile_client::TileClient;
use ledger_spec::audit::AuditError;
use ledger_spec::entry::EntryHashes;
use std::collections::HashMap;
use std::ops::Range;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::{OrDefect as _, as_usize};
use tlog::hash::TreeHash;
use tlog::merkle::{Frontier, NodeId};
use tlog::note::VerifierKey;
use tlog::position::{EntryIndex, TreeSize};
use tlog::tile::{TILE_HEIGHT, TILE_WIDTH, TileId, TileKind};

/// Requests under way at once, at least: a network is waited for.
const REQUESTS: usize = 4;
/// How often a log is gone through in which something is erased meanwhile.
const LOOKS: usize = 3;
/// Bundles that make a piece.
const BUNDLES: usize = PIECE / TILE_WIDTH as usize;

/// Checks everything that a server's checkpoint covers: its tiles on every level, and every entry as
/// [`super::audit`] does, blind where nobody gives what opens them. Without a key, the one that entry 0 names is used.
pub fn audit_remote(
    remote: &TileClient,
    openings: Option<&TileClient>,
    options: AuditOptions,
    progress: &dyn Progress,
) -> Result<AuditReport, AuditFailure> {
    for _ in 1..LOOKS {
        let before = remote.checkpoint().map_err(RemoteFault::from)?;
        match audit_once(remote, openings, options.clone(), progress) {
            // What is erased meanwhile is not what it was when the checkpoint was read: the next one says so.
            Err(AuditFailure::Entry { .. })
                if openings.is_some() && remote.checkpoint().map_err(RemoteFault::from)? != before => {}
            audited => return audited,
        }
    }
    audit_once(remote, openings, options, progress)
}

fn audit_once(
    remote: &TileClient,
    openings: Option<&TileClient>,
    options: AuditOptions,
    progress: &dyn Progress,
) -> Result<AuditReport, AuditFailure> {
    let key_given = options.vkey.is_some();
    let vkey = match options.vkey {
        Some(given) => given,
        None => named_key(remote)?,
    };
    let note = remote.checkpoint().map_err(RemoteFault::from)?;
    let checkpoint = SignedCheckpoint::verify(&note, &vkey).map_err(RemoteFault::from)?;
    let openings = Served::or_blind(openings, checkpoint.checkpoint());
    let mut auditing = Auditing::new(openings.scope(), known(options.known.as_deref(), &vkey)?);
    let way = Way::survey((remote, &*openings), &vkey, &Frontier::new(), &checkpoint)?;
    let walked = way.walk(&mut auditing, progress, &mut |_, _| Ok::<(), AuditFailure>(()));
    walked.map_err(|walked| match walked {
        Walked::Entry(error) => AuditFailure::Entry { error, place: None },
        Walked::Remote(fault) => fault.into(),
        Walked::Openings(failure) | Walked::Taking(failure) => failure,
    })?;
    let failure = |error: AuditError| AuditFailure::Entry { error, place: None };
    let leaves = |tail| Ok(way.leaves(tail));
    let report = report(&mut auditing, checkpoint, &leaves, (&vkey, key_given))
        .map_err(|failed| failed.unwrap_or_else(failure))?;
    // The entries are right: what contradicts them is a tile, of leaves or of a higher level.
    let suspect = if way.holds() {
        way.suspect()
    } else {
        let signed = &report.checkpoint;
        Some(way.diagnose(&Frontier::new(), signed, signed).unwrap_or_else(|fault| fault))
    };
    suspect.map_or(Ok(report), |fault| Err(fault.into()))
}

/// The key that entry 0 names.
fn named_key(remote: &TileClient) -> Result<VerifierKey, AuditFailure> {
    let first = TileId::new(TileKind::Entries, 0, 1).or_defect("a bundle may hold one entry");
    let bundle = remote.bundle(first).map_err(RemoteFault::from)?;
    let entries =
        first.entries(&bundle).map_err(|fault| RemoteFault::from(remote.malformed(first, fault)))?;
    operator_key(
        entries.first().copied().or_defect("a bundle that was read has as many entries as its width"),
    )
}

/// The way from a tree whose entries were absorbed to a checkpoint, as a server's hashes describe it.
pub(crate) struct Way<'a> {
    remote: &'a TileClient,
    openings: &'a dyn Openings,
    /// The key that entry 0 has to name.
    vkey: &'a VerifierKey,
    from: TreeSize,
    until: TreeSize,
    /// The leaves from `from` on.
    leaves: Vec<TreeHash>,
    /// Whether they lead to the signed root.
    holds: bool,
    /// A tile of a higher level that contradicts the leaves.
    suspect: Option<RemoteFault>,
}

/// Why a walk ended before its end.
pub(crate) enum Walked<E> {
    /// An entry is not what it should be.
    Entry(AuditError),
    /// What was sent is not what the checkpoint covers.
    Remote(RemoteFault),
    /// What opens the entries could not be had.
    Openings(AuditFailure),
    /// Whoever takes the entries could not.
    Taking(E),
}

impl<'a> Way<'a> {
    /// Reads the tiles of hashes from what `tree` covers up to the checkpoint.
    pub(crate) fn survey(
        (remote, openings): (&'a TileClient, &'a dyn Openings),
        vkey: &'a VerifierKey,
        tree: &Frontier,
        checkpoint: &SignedCheckpoint,
    ) -> Result<Self, RemoteFault> {
        let (from, until) = (tree.size(), checkpoint.checkpoint().size());
        let mut leaves = read_hashes(remote, 0, from.get(), until)?;
        let skipped = from.get() % u64::from(TILE_WIDTH);
        leaves.drain(..as_usize(skipped).min(leaves.len()));
        let (mut grown, mut nodes, mut completed) = (tree.clone(), HashMap::new(), Vec::new());
        for leaf in &leaves {
            grown.append(*leaf, &mut completed);
            let tiled = |(id, _): &(NodeId, TreeHash)| id.level > 0 && id.level.is_multiple_of(TILE_HEIGHT);
            nodes.extend(completed.drain(..).filter(tiled));
        }
        let holds = grown.root() == checkpoint.checkpoint().root();
        let suspect = if holds { contradiction(remote, from, until, &nodes)? } else { None };
        Ok(Self { remote, openings, vkey, from, until, leaves, holds, suspect })
    }

    /// Whether the hashes lead to the signed root.
    pub(crate) const fn holds(&self) -> bool {
        self.holds
    }

    /// The tile that is wrong where the entries are right.
    pub(crate) fn suspect(self) -> Option<RemoteFault> {
        self.suspect
    }

    /// Reads the entries, absorbs them in order, and gives each piece to `each`.
    pub(crate) fn walk<E: Send>(
        &self,
        auditing: &mut Auditing,
        progress: &dyn Progress,
        each: &mut dyn FnMut(&Piece, &Absorbed) -> Result<(), E>,
    ) -> Result<(), Walked<E>> {
        let known = auditing.known_size();
        let first = self.from.get() / u64::from(TILE_WIDTH) * u64::from(TILE_WIDTH);
        let starts = (first..self.until.get()).step_by(PIECE);
        let make = |start| self.pieces(start, known);
        parallel::in_order(REQUESTS.max(parallel::cores()), starts, make, |pieces| {
            let mut done = Vec::with_capacity(pieces.len());
            for (piece, read) in pieces {
                let absorbed = auditing.absorb(read).map_err(Walked::Entry)?;
                each(&piece, &absorbed).map_err(Walked::Taking)?;
                progress.step(piece.end().get(), self.until.get());
                done.push((piece, absorbed));
            }
            Ok(done)
        })
    }

    /// The entries of the bundles from `start` on that make a piece, read as far as that goes without those
    /// before.
    fn pieces<E>(&self, start: u64, known: TreeSize) -> Result<Vec<(Piece, Read)>, Walked<E>> {
        let mut pieces = vec![Piece::new(EntryIndex::new(start.max(self.from.get())))];
        for tile in TileId::all(TileKind::Entries, start, self.until).take(BUNDLES) {
            self.bundle(tile, known, &mut pieces).map_err(Walked::Remote)?;
        }
        let read = pieces.into_iter().filter(|piece| piece.len() > 0).map(|piece| {
            let read = Read::of(&piece, known, self.openings).map_err(|unread| match unread {
                Unread::Entry(error) => Walked::Entry(error),
                Unread::Openings(failure) => Walked::Openings(failure),
            })?;
            Ok((piece, read))
        });
        read.collect()
    }

    /// The leaf at a place, as the server's tiles have it; `None` before those that the way is about.
    fn leaf(&self, at: u64) -> Option<TreeHash> {
        let place = as_usize(at.checked_sub(self.from.get())?);
        Some(*self.leaves.get(place).or_defect("the tiles of leaves reach as far as the bundles"))
    }

    /// The leaves at these places, as the server's tiles have them; none before those that the way is about.
    pub(crate) fn leaves(&self, at: Range<u64>) -> Vec<TreeHash> {
        at.filter_map(|at| self.leaf(at)).collect()
    }

    /// Reads a bundle, holds its entries against the leaves, and adds them to the last piece.
    fn bundle(&self, tile: TileId, known: TreeSize, pieces: &mut Vec<Piece>) -> Result<(), RemoteFault> {
        let bytes = self.remote.bundle(tile)?;
        let entries = tile.entries(&bytes).map_err(|fault| self.remote.malformed(tile, fault))?;
        for (at, bytes) in (tile.first_entry().get()..).zip(entries) {
            let Some(expected) = self.leaf(at) else { continue };
            let (entry, hashes) = (EntryIndex::new(at), EntryHashes::of(bytes));
            if self.holds && hashes.leaf != expected {
                return Err(RemoteFault::Bundle { tile, entry, found: hashes.leaf, expected });
            }
            if at == 0 {
                self.operator(bytes)?;
            }
            if entry == known.next_index() {
                pieces.push(Piece::new(entry));
            }
            pieces.last_mut().or_defect("a first piece was begun before").push(bytes, hashes);
        }
        Ok(())
    }

    /// Whether entry 0 gives the operator the key that signs the checkpoints. What cannot be read there is
    /// told better by the audit itself.
    fn operator(&self, entry_0: &[u8]) -> Result<(), RemoteFault> {
        match operator_key(entry_0) {
            Ok(named) if named != *self.vkey => {
                let (found, expected) = (named.to_string(), self.vkey.to_string());
                Err(RemoteFault::OtherKey { found, expected })
            }
            _ => Ok(()),
        }
    }

    /// What is wrong where the hashes do not lead to the signed root: a tile, if the entries do, and
    /// otherwise the checkpoint itself. Nothing is absorbed.
    pub(crate) fn diagnose(
        &self,
        tree: &Frontier,
        older: &SignedCheckpoint,
        newer: &SignedCheckpoint,
    ) -> Result<RemoteFault, RemoteFault> {
        let (mut grown, mut completed, mut first) = (tree.clone(), Vec::new(), None);
        let tiles: Vec<TileId> = TileId::all(TileKind::Entries, self.from.get(), self.until).collect();
        for tile in tiles {
            let bytes = self.remote.bundle(tile)?;
            let entries = tile.entries(&bytes).map_err(|fault| self.remote.malformed(tile, fault))?;
            for (at, bytes) in (tile.first_entry().get()..).zip(entries) {
                let Some(found) = self.leaf(at) else { continue };
                let expected = TreeHash::leaf(bytes);
                if first.is_none() && found != expected {
                    let hashes = TileId::new(TileKind::Hashes(0), tile.index(), tile.width());
                    let hashes = hashes.or_defect("over every bundle there is a tile of its leaves");
                    first = Some((hashes, at, found, expected));
                }
                grown.append(expected, &mut completed);
                completed.clear();
            }
        }
        Ok(match first {
            Some((tile, node, found, expected)) if grown.root() == newer.checkpoint().root() => {
                RemoteFault::Tile { tile, node, entry: EntryIndex::new(node), found, expected }
            }
            _ => inconsistent(
                older,
                newer,
                format!(
                    "the entries lead to root {} at {}; the checkpoint says {}",
                    grown.root(),
                    self.until,
                    newer.checkpoint().root()
                ),
            ),
        })
    }
}

/// Two checkpoints that contradict each other.
pub(crate) fn inconsistent(older: &SignedCheckpoint, newer: &SignedCheckpoint, why: String) -> RemoteFault {
    RemoteFault::Inconsistent {
        older_size: older.checkpoint().size(),
        newer_size: newer.checkpoint().size(),
        why,
        older: older.to_string(),
        newer: newer.to_string(),
    }
}

/// The hashes of all tiles of a level, from the tile that holds node `from` on.
fn read_hashes(
    remote: &TileClient,
    level: u8,
    from: u64,
    until: TreeSize,
) -> Result<Vec<TreeHash>, RemoteFault> {
    let tiles = TileId::all(TileKind::Hashes(level), from, until);
    let make = |tile| remote.hashes(tile).map_err(RemoteFault::from);
    let mut hashes = Vec::new();
    parallel::in_order(REQUESTS.max(parallel::cores()), tiles, make, |tile| {
        hashes.extend_from_slice(&tile);
        Ok(tile)
    })?;
    Ok(hashes)
}

/// The first tile above the leaves that does not say what follows from them.
fn contradiction(
    remote: &TileClient,
    from: TreeSize,
    until: TreeSize,
    nodes: &HashMap<NodeId, TreeHash>,
) -> Result<Option<RemoteFault>, RemoteFault> {
    for level in 1..TILE_HEIGHT {
        let tree_level = level * TILE_HEIGHT;
        let start = from.get() >> tree_level;
        let first = start / u64::from(TILE_WIDTH) * u64::from(TILE_WIDTH);
        for (index, found) in (first..).zip(read_hashes(remote, level, start, until)?) {
            let id = NodeId { level: tree_level, index };
            if let Some(&expected) = nodes.get(&id).filter(|expected| **expected != found) {
                let tile = TileId::all(TileKind::Hashes(level), index, until).next();
                let tile = tile.or_defect("a node that was read in a tile has one");
                let entry = EntryIndex::new(index << tree_level);
                return Ok(Some(RemoteFault::Tile { tile, node: index, entry, found, expected }));
            }
        }
    }
    Ok(None)
}
