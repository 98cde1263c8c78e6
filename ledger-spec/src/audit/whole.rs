//! A whole ledger, from its checkpoint and its entry bundles: the audit in its simplest form.
//!
//! One thread, one bundle at a time, nothing of it kept but what the entries add up to. Fetching is the
//! caller's; what was fetched is believed in nothing.

use super::{Absorbed, AuditError, Auditor, GivenEntry, Opening, OpeningError, Scope, Vouched, read_chunk};
use crate::sealed::{BundleError, read_bundle};
use crate::state::Ledger;
use tlog::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use tlog::defect::{OrDefect as _, as_usize};
use tlog::hash::TreeHash;
use tlog::note::VerifierKey;
use tlog::position::EntryIndex;
use tlog::tile::{TileError, TileId, TileKind};

/// A ledger whose every entry is what the specification says, and all of them what its operator signed. Only an
/// audit makes it.
#[derive(Clone, Debug)]
#[must_use = "it holds which ledger it is, and what its entries add up to"]
pub struct AuditedLedger {
    checkpoint: SignedCheckpoint,
    auditor: Auditor,
}

/// Why a ledger is not shown to be right. `E` is what the caller's fetching fails with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WholeAuditError<E> {
    /// The note is no checkpoint that the key has signed.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A tile could not be fetched: nothing is known of its entries.
    #[error("tile {tile}: {error}")]
    Fetch {
        /// The tile.
        tile: TileId,
        /// What the caller says.
        error: E,
    },
    /// What was fetched is not an entry bundle of that width.
    #[error(transparent)]
    Tile(#[from] TileError),
    /// What was fetched is no bundle of that tile's openings.
    #[error("openings of tile {tile}: {error}")]
    Bundle {
        /// The tile.
        tile: TileId,
        /// What is wrong.
        error: BundleError,
    },
    /// A bundle that was fetched twice was not the same.
    #[error("tile {tile} is not what it was when it was fetched first")]
    Changed {
        /// The tile.
        tile: TileId,
    },
    /// An entry is wrong, or the entries together are not what the checkpoint covers.
    #[error(transparent)]
    Entry(#[from] AuditError),
    /// Entry 0 names no operator's key.
    #[error("entry 0: {0}")]
    Opening(#[from] OpeningError),
    /// Entry 0 names another operator's key than the one that was given: whatever that one signs, it is not the
    /// key of this ledger.
    #[error("entry 0 names the operator's key {found}; the key given is {expected}")]
    OtherKey {
        /// The key of entry 0.
        found: Box<VerifierKey>,
        /// The key given.
        expected: Box<VerifierKey>,
    },
}

impl AuditedLedger {
    /// Audits, as anybody can, everything that a signed checkpoint covers: the checkpoint's signature under `key`; of
    /// every entry its layout, place, chain and time; of every entry in the clear also signatures, links and admission;
    /// that entry 0 names this very key; and that size, root and origin are those that were signed (`README.md`,
    /// "Audit"). Of what is sealed it sees that it stands there.
    ///
    /// `note` is the checkpoint's bytes. `fetch` brings the entry bundles (C2SP tlog-tiles), in their order, and then once
    /// more those in which a checkpoint ends under which something was erased (L29); each of just the width that it is asked for: below the log's address it stands at
    /// `tile/<id>`, and it has at most [`tlog::tile::TILE_MAX_LEN`] bytes. One bundle is in memory at a time,
    /// beside what the entries add up to.
    ///
    /// The key has to come from where the ledger cannot change it. Of an empty ledger nothing but the signature
    /// can be shown. That nobody else was shown another ledger takes cosignatures
    /// ([`tlog::policy::Policy::met_by`]); that the ledger has only grown since the last audit, a proof
    /// ([`SignedCheckpoint::goes_on_from`]).
    ///
    /// # Errors
    ///
    /// The first fault in the order of the log. After [`WholeAuditError::Fetch`] nothing is known; any other error
    /// means that what was served is wrong.
    ///
    /// ```
    /// use ledger_spec::audit::AuditedLedger;
    /// use tlog::note::VerifierKey;
    /// # use tlog::tile::push_entry;
    /// # let read = |json: &str| serde_json::from_str::<serde_json::Value>(json);
    /// # let whole = read(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/audit/whole.json")))?;
    /// # let base = read(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/ledger/base.json")))?;
    /// # let (checkpoint, vkey) = (&whole["input"]["checkpoint"], &whole["input"]["vkey"]);
    /// # let (checkpoint, vkey) = (checkpoint.as_str().ok_or("text")?, vkey.as_str().ok_or("text")?);
    /// # let mut bundle = Vec::new();
    /// # for entry in base["accepted"]["entries"].as_array().ok_or("entries")? {
    /// #     let hex = entry.as_str().ok_or("hex")?.as_bytes().chunks(2);
    /// #     let bytes = hex.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap());
    /// #     push_entry(&mut bundle, &bytes.collect::<Vec<_>>()).ok_or("an entry")?;
    /// # }
    ///
    /// // A ledger of twelve entries: one bundle. Here it comes from memory.
    /// let key = VerifierKey::parse(vkey)?;
    /// let fetch = |tile: tlog::tile::TileId| match tile.to_string().as_str() {
    ///     "entries/000.p/12" => Ok(bundle.clone()),
    ///     other => Err(format!("no tile {other}")),
    /// };
    /// let audited = AuditedLedger::audit(checkpoint.as_bytes(), &key, fetch)?;
    /// assert_eq!(audited.checkpoint().size().get(), 12);
    ///
    /// // One bit of one entry, and it is not that ledger any more.
    /// let mut changed = bundle.clone();
    /// changed[600] ^= 1;
    /// let refused = AuditedLedger::audit(checkpoint.as_bytes(), &key, |_| Ok::<_, String>(changed.clone()));
    /// assert!(refused.is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn audit<E>(
        note: &[u8],
        key: &VerifierKey,
        fetch: impl FnMut(TileId) -> Result<Vec<u8>, E>,
    ) -> Result<Self, WholeAuditError<E>> {
        Self::run(note, key, fetch, None)
    }

    /// The same for an auditor, who sees everything: of every entry signatures, links and admission, and that nothing
    /// is missing. `openings` brings the openings of an entry bundle's entries (`README.md`, "Openings"), each once.
    pub fn audit_opened<E>(
        note: &[u8],
        key: &VerifierKey,
        fetch: impl FnMut(TileId) -> Result<Vec<u8>, E>,
        mut openings: impl FnMut(TileId) -> Result<Vec<u8>, E>,
    ) -> Result<Self, WholeAuditError<E>> {
        Self::run(note, key, fetch, Some(&mut openings))
    }

    fn run<E>(
        note: &[u8],
        key: &VerifierKey,
        mut fetch: impl FnMut(TileId) -> Result<Vec<u8>, E>,
        mut openings: Option<&mut dyn FnMut(TileId) -> Result<Vec<u8>, E>>,
    ) -> Result<Self, WholeAuditError<E>> {
        let checkpoint = SignedCheckpoint::verify(note, key)?;
        let scope = if openings.is_some() { Scope::Opened } else { Scope::Blind };
        let mut auditor = Auditor::new(scope);
        for tile in TileId::all(TileKind::Entries, 0, checkpoint.checkpoint().size()) {
            let failed = |error| WholeAuditError::Fetch { tile, error };
            let bundle = fetch(tile).map_err(failed)?;
            let openings = openings.as_mut().map(|get| get(tile)).transpose().map_err(failed)?;
            let part = Part { tile, entries: tile.entries(&bundle)?, openings };
            part.absorb(&mut auditor, checkpoint.checkpoint(), key)?;
        }
        auditor.compare(checkpoint.checkpoint())?;
        auditor.account()?;
        for vouched in auditor.vouched() {
            let leaves = leaves_of(&vouched, checkpoint.checkpoint(), &mut fetch)?;
            vouched.hold(&leaves)?;
        }
        if let Some(revived) = auditor.revived(EntryIndex::new(0)) {
            return Err(revived.into());
        }
        Ok(Self { checkpoint, auditor })
    }

    /// What the operator signed: origin, size, root.
    pub const fn checkpoint(&self) -> &Checkpoint {
        self.checkpoint.checkpoint()
    }

    /// The same with its signatures: what to keep, to hold the next checkpoint against it.
    pub const fn signed_checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// What the entries add up to: authorities, catalogue, every subject's case file.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        self.auditor.ledger()
    }

    /// The auditor after the last entry, for whoever goes on from here.
    pub fn into_auditor(self) -> Auditor {
        self.auditor
    }
}

/// The leaves that it takes to hold an earlier tree against this one, from the bundle that they stand in.
fn leaves_of<E>(
    vouched: &Vouched,
    checkpoint: &Checkpoint,
    fetch: &mut impl FnMut(TileId) -> Result<Vec<u8>, E>,
) -> Result<Vec<TreeHash>, WholeAuditError<E>> {
    let tail = vouched.tail();
    let mut tiles = TileId::all(TileKind::Entries, tail.start, checkpoint.size());
    let Some(tile) = tiles.next().filter(|_| !tail.is_empty()) else { return Ok(Vec::new()) };
    let bundle = fetch(tile).map_err(|error| WholeAuditError::Fetch { tile, error })?;
    let mut leaves: Vec<TreeHash> = tile.entries(&bundle)?.into_iter().map(TreeHash::leaf).collect();
    if !vouched.ends_in(&leaves, checkpoint.root()) {
        return Err(WholeAuditError::Changed { tile });
    }
    leaves.truncate(as_usize(tail.end - tail.start));
    Ok(leaves)
}

/// The entries of a tile, and what opens them where everything is seen.
struct Part<'a> {
    tile: TileId,
    entries: Vec<&'a [u8]>,
    openings: Option<Vec<u8>>,
}

impl<'a> Part<'a> {
    /// The first so many entries, each with its opening.
    fn given<E>(&self, count: usize) -> Result<Vec<GivenEntry<&'a [u8]>>, WholeAuditError<E>> {
        let mut openings = match &self.openings {
            None => Vec::new(),
            Some(bundle) => read_bundle(bundle, self.entries.len())
                .map_err(|error| WholeAuditError::Bundle { tile: self.tile, error })?,
        }
        .into_iter();
        let given = |bytes: &&'a [u8]| {
            let opening = openings.next().flatten();
            GivenEntry { opening, ..GivenEntry::blind(*bytes) }
        };
        Ok(self.entries.iter().take(count).map(given).collect())
    }

    /// Takes them, in order.
    fn absorb<E>(
        &self,
        auditor: &mut Auditor,
        checkpoint: &Checkpoint,
        key: &VerifierKey,
    ) -> Result<(), WholeAuditError<E>> {
        let (origin, first) = (checkpoint.origin(), self.tile.first_entry());
        let (read, fault) = match read_chunk(origin, first, self.given(self.entries.len())?) {
            Ok(read) => (read, None),
            // An entry before the one that cannot be read may be wrong in what only its place tells: it comes first.
            Err(fault) => {
                let before = fault.index.get().checked_sub(first.get()).map(as_usize);
                let before = before.or_defect("a chunk's fault lies in the chunk");
                (read_chunk(origin, first, self.given(before)?)?, Some(fault))
            }
        };
        for entry in read {
            let Absorbed::Admitted(audited) = auditor.absorb(entry)? else { continue };
            if audited.header().index == EntryIndex::new(0) {
                let found = Opening::of(audited.event())?.operator;
                if found != *key {
                    let (found, expected) = (Box::new(found), Box::new(key.clone()));
                    return Err(WholeAuditError::OtherKey { found, expected });
                }
            }
        }
        fault.map_or(Ok(()), |fault| Err(fault.into()))
    }
}
