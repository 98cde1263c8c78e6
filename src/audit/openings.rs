//! Where an audit has openings from: nowhere, the folder under audit, or a server that gives them to auditors.

use super::AuditFailure;
use super::piece::Piece;
use super::remote_fault::RemoteFault;
use crate::log::{OpenError, ReadError, opening_of, opening_of_held};
use crate::sealed_files::{Held, SealedReader};
use crate::tile_client::{TileClient, TileClientError};
use ledger_spec::audit::Scope;
use ledger_spec::sealed::{Group, Opening, SealedEntry, read_bundle};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tlog::checkpoint::{Checkpoint, Origin};
use tlog::defect::as_usize;
use tlog::position::{EntryIndex, TreeSize};
use tlog::tile::{TileId, TileKind};

/// What opens the entries under audit.
pub(crate) trait Openings: Sync {
    /// The log that they are of.
    fn origin(&self) -> &Origin;

    /// What an audit with them sees.
    fn scope(&self) -> Scope;

    /// The opening of each entry of a piece; none where an entry stands in the clear, or nothing opens it.
    fn of(&self, piece: &Piece) -> Result<Vec<Option<Opening>>, AuditFailure>;
}

/// None.
pub(crate) struct Blind(pub(crate) Origin);

/// Those that are kept in the folder under audit.
pub(crate) struct OfFolder {
    origin: Origin,
    files: SealedReader,
    /// Groups that were read whole, the newest last: entries that follow each other are mostly of one.
    groups: Mutex<VecDeque<(Group, Arc<HeldGroup>)>>,
}

/// What is kept of a group's entries, each given once.
type HeldGroup = Mutex<BTreeMap<EntryIndex, Held>>;

/// How many groups are kept: threads that work on neighbouring pieces stand in two at most.
const GROUPS: usize = 2;

/// Those that a server gives to auditors, by the bundle as the checkpoint's tree has it.
pub(crate) struct Served<'a> {
    server: &'a TileClient,
    origin: Origin,
    size: TreeSize,
}

impl<'a> Served<'a> {
    /// What `server` gives, or nothing where there is none.
    pub(crate) fn or_blind(
        server: Option<&'a TileClient>,
        checkpoint: &Checkpoint,
    ) -> Box<dyn Openings + 'a> {
        let origin = checkpoint.origin().clone();
        match server {
            Some(server) => Box::new(Self { server, origin, size: checkpoint.size() }),
            None => Box::new(Blind(origin)),
        }
    }

    /// What opens the entries of a bundle. A partial one may be gone once the full one is there.
    fn bundle(&self, tile: TileId) -> Result<Vec<Option<Opening>>, RemoteFault> {
        let bytes = match self.server.openings(tile) {
            Err(TileClientError::Status { status: 404, .. }) if !tile.is_full() => {
                let mut whole = self.bundle(tile.full())?;
                whole.truncate(usize::from(tile.width()));
                return Ok(whole);
            }
            other => other?,
        };
        let read = read_bundle(&bytes, usize::from(tile.width()));
        read.map_err(|fault| RemoteFault::Openings { tile, fault })
    }
}

impl Openings for Blind {
    fn origin(&self) -> &Origin {
        &self.0
    }

    fn scope(&self) -> Scope {
        Scope::Blind
    }

    fn of(&self, piece: &Piece) -> Result<Vec<Option<Opening>>, AuditFailure> {
        Ok(std::iter::repeat_with(|| None).take(piece.len()).collect())
    }
}

impl OfFolder {
    /// Those that these files hold, of a log of this origin.
    pub(crate) fn new(origin: Origin, files: SealedReader) -> Self {
        Self { origin, files, groups: Mutex::default() }
    }

    /// What opens an entry, of which these are the bytes.
    pub(crate) fn one(&self, bytes: &[u8]) -> Result<Option<Opening>, AuditFailure> {
        match SealedEntry::decode(bytes) {
            Ok(entry) => answer(opening_of(&self.files, &entry, &self.origin)),
            // What is no sealed entry is told of by whoever reads the entry.
            Err(_) => Ok(None),
        }
    }

    /// The same, by its group read whole. Of a group that cannot be read so, being damaged or written meanwhile, each entry
    /// is read by itself: so damage is told of the entry that has it.
    fn by_group(&self, bytes: &[u8]) -> Result<Option<Opening>, AuditFailure> {
        match SealedEntry::decode(bytes) {
            Ok(entry) => {
                let group = self.group(Group::of(entry.index));
                let held = group.lock().unwrap_or_else(PoisonError::into_inner).remove(&entry.index);
                match held.map(|held| opening_of_held(&self.files, held, &entry, &self.origin)) {
                    Some(Ok(opening)) => Ok(Some(opening)),
                    _ => answer(opening_of(&self.files, &entry, &self.origin)),
                }
            }
            Err(_) => Ok(None),
        }
    }

    fn group(&self, group: Group) -> Arc<HeldGroup> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, held)) = groups.iter().find(|(of, _)| *of == group) {
            return Arc::clone(held);
        }
        // Whatever lies there of it: the entries of the log are asked for one by one.
        let held = match self.files.group(group, TreeSize::new(u64::MAX)) {
            Ok(held) => held.into_iter().collect(),
            Err(_) => BTreeMap::new(),
        };
        let held = Arc::new(Mutex::new(held));
        groups.push_back((group, Arc::clone(&held)));
        if groups.len() > GROUPS {
            groups.pop_front();
        }
        held
    }
}

fn answer(opening: Result<Opening, ReadError>) -> Result<Option<Opening>, AuditFailure> {
    match opening {
        Ok(opening) => Ok(Some(opening)),
        Err(ReadError::Disk(error)) => Err(AuditFailure::Unreadable(error)),
        Err(ReadError::Damaged(damage)) => Err(AuditFailure::Files(OpenError::Damaged(damage))),
        Err(_) => Ok(None),
    }
}

impl Openings for OfFolder {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn scope(&self) -> Scope {
        Scope::Opened
    }

    fn of(&self, piece: &Piece) -> Result<Vec<Option<Opening>>, AuditFailure> {
        piece.entries().map(|(bytes, _)| self.by_group(bytes)).collect()
    }
}

impl Openings for Served<'_> {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn scope(&self) -> Scope {
        Scope::Opened
    }

    fn of(&self, piece: &Piece) -> Result<Vec<Option<Opening>>, AuditFailure> {
        let first = piece.first().get();
        let mut openings = Vec::with_capacity(piece.len());
        let tiles = TileId::all(TileKind::Entries, first, self.size);
        for tile in tiles.take_while(|tile| tile.first_entry() < piece.end()) {
            let before = first.saturating_sub(tile.first_entry().get());
            openings.extend(self.bundle(tile)?.into_iter().skip(as_usize(before)));
        }
        openings.truncate(piece.len());
        Ok(openings)
    }
}
