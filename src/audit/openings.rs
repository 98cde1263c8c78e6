//! Where an audit has openings from: nowhere, the folder under audit, or a server that gives them to auditors.

use super::AuditFailure;
use super::piece::Piece;
use super::remote_fault::RemoteFault;
use crate::log::{OpenError, ReadError, opening_of};
use crate::sealed_files::SealedReader;
use crate::tile_client::{TileClient, TileClientError};
use ledger_spec::audit::Scope;
use ledger_spec::sealed::{AuditorOpening, Opening, SealedEntry, read_bundle};
use tlog::checkpoint::{Checkpoint, Origin};
use tlog::defect::as_usize;
use tlog::position::TreeSize;
use tlog::tile::{TileId, TileKind};

/// What opens the entries under audit.
pub(crate) trait Openings: Sync {
    /// The log that they are of.
    fn origin(&self) -> &Origin;

    /// What an audit with them sees.
    fn scope(&self) -> Scope;

    /// The opening of each entry of a piece; none where an entry stands in the clear, or nothing opens it.
    fn of(&self, piece: &Piece) -> Result<Vec<Option<AuditorOpening>>, AuditFailure>;
}

/// None.
pub(crate) struct Blind(pub(crate) Origin);

/// Those that are kept in the folder under audit.
pub(crate) struct OfFolder {
    pub(crate) origin: Origin,
    pub(crate) files: SealedReader,
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
    fn bundle(&self, tile: TileId) -> Result<Vec<Option<AuditorOpening>>, RemoteFault> {
        let bytes = match self.server.openings(tile) {
            Err(TileClientError::Status { status: 404, .. }) if !tile.is_full() => {
                let mut whole = self.bundle(tile.full())?;
                whole.truncate(usize::from(tile.width()));
                return Ok(whole);
            }
            other => other?,
        };
        let read = read_bundle(&bytes, usize::from(tile.width()));
        let openings = read.map_err(|fault| RemoteFault::Openings { tile, fault })?;
        Ok(openings.into_iter().map(|opening| opening.and_then(Opening::into_auditor)).collect())
    }
}

impl Openings for Blind {
    fn origin(&self) -> &Origin {
        &self.0
    }

    fn scope(&self) -> Scope {
        Scope::Blind
    }

    fn of(&self, piece: &Piece) -> Result<Vec<Option<AuditorOpening>>, AuditFailure> {
        Ok(std::iter::repeat_with(|| None).take(piece.len()).collect())
    }
}

impl OfFolder {
    /// What opens an entry, of which these are the bytes.
    pub(crate) fn one(&self, bytes: &[u8]) -> Result<Option<AuditorOpening>, AuditFailure> {
        match SealedEntry::decode(bytes).map(|entry| opening_of(&self.files, &entry, &self.origin)) {
            // What is no sealed entry is told of by whoever reads the entry.
            Err(_) => Ok(None),
            Ok(Ok(opening)) => Ok(Some(opening)),
            Ok(Err(ReadError::Disk(error))) => Err(AuditFailure::Unreadable(error)),
            Ok(Err(ReadError::Damaged(damage))) => Err(AuditFailure::Files(OpenError::Damaged(damage))),
            Ok(Err(_)) => Ok(None),
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

    fn of(&self, piece: &Piece) -> Result<Vec<Option<AuditorOpening>>, AuditFailure> {
        piece.entries().map(|(bytes, _)| self.one(bytes)).collect()
    }
}

impl Openings for Served<'_> {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn scope(&self) -> Scope {
        Scope::Opened
    }

    fn of(&self, piece: &Piece) -> Result<Vec<Option<AuditorOpening>>, AuditFailure> {
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
