//! Where an audit has openings from: nowhere, the folder under audit, or a server that gives them to auditors.

use super::AuditFailure;
use super::piece::Piece;
use super::remote_fault::RemoteFault;
use crate::log::{OpenError, ReadError, opening_of};
use crate::sealed_files::{Held, SealedReadError, SealedReader};
use crate::tile_client::{TileClient, TileClientError};
use ledger_spec::audit::Scope;
use ledger_spec::sealed::{Opening, SealedEntry, read_bundle};
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

    /// What opens each entry of a piece; nothing where an entry stands in the clear, or nothing opens it.
    fn of(&self, piece: &Piece) -> Result<Vec<Given>, AuditFailure>;
}

/// None.
pub(crate) struct Blind(pub(crate) Origin);

/// Those that are kept in the folder under audit.
pub(crate) struct OfFolder {
    origin: Origin,
    files: SealedReader,
    /// Whether fields that travel beside events are kept there too, which they are in no copy.
    fields: bool,
}

/// What opens an entry, and the disclosures that are kept beside its event, where that is known.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) opening: Option<Opening>,
    pub(crate) fields: Option<Vec<Vec<u8>>>,
}

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

    fn of(&self, piece: &Piece) -> Result<Vec<Given>, AuditFailure> {
        Ok(std::iter::repeat_with(Given::default).take(piece.len()).collect())
    }
}

impl OfFolder {
    /// Those that these files hold, of a log of this origin.
    pub(crate) const fn new(origin: Origin, files: SealedReader, fields: bool) -> Self {
        Self { origin, files, fields }
    }

    /// What opens an entry, of which these are the bytes.
    pub(crate) fn one(&self, bytes: &[u8]) -> Result<Given, AuditFailure> {
        self.of_entry(bytes, |index| self.files.read(index))
    }

    fn of_entry(
        &self,
        bytes: &[u8],
        read: impl FnOnce(EntryIndex) -> Result<Held, SealedReadError>,
    ) -> Result<Given, AuditFailure> {
        let entry = match SealedEntry::decode(bytes) {
            Ok(entry) => entry,
            // What is no sealed entry is told of by whoever reads the entry.
            Err(_) => return Ok(Given::default()),
        };
        let opened = read(entry.index)
            .map_err(ReadError::from)
            .and_then(|held| opening_of(&self.files, held, &entry, &self.origin));
        match opened {
            Ok((opening, disclosures)) => {
                Ok(Given { opening: Some(opening), fields: self.fields.then_some(disclosures) })
            }
            Err(ReadError::Replaced(replaced)) => Err(AuditFailure::Replaced(replaced)),
            Err(ReadError::Disk(error)) => Err(AuditFailure::Unreadable(error)),
            Err(ReadError::Damaged(damage)) => Err(AuditFailure::Files(OpenError::Damaged(damage))),
            Err(_) => Ok(Given::default()),
        }
    }
}

impl Openings for OfFolder {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn scope(&self) -> Scope {
        Scope::Opened
    }

    fn of(&self, piece: &Piece) -> Result<Vec<Given>, AuditFailure> {
        let mut ahead = self.files.ahead(piece.first()..piece.end());
        // The room is made at once: a collected result does not know how much it takes.
        let mut given = Vec::with_capacity(piece.len());
        for (bytes, _) in piece.entries() {
            given.push(self.of_entry(bytes, |index| ahead.take(index))?);
        }
        Ok(given)
    }
}

impl Openings for Served<'_> {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn scope(&self) -> Scope {
        Scope::Opened
    }

    fn of(&self, piece: &Piece) -> Result<Vec<Given>, AuditFailure> {
        let first = piece.first().get();
        let mut openings = Vec::with_capacity(piece.len());
        let tiles = TileId::all(TileKind::Entries, first, self.size);
        for tile in tiles.take_while(|tile| tile.first_entry() < piece.end()) {
            let before = first.saturating_sub(tile.first_entry().get());
            openings.extend(self.bundle(tile)?.into_iter().skip(as_usize(before)));
        }
        openings.truncate(piece.len());
        Ok(openings.into_iter().map(|opening| Given { opening, fields: None }).collect())
    }
}
