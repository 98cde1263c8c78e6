//! Where what is missing comes from: a copy that is served, whose tiles anybody may read, or the folder of one, which has what
//! opens the entries too where the copy is an opened one.

use super::{Each, RestoreError};
use crate::audit::{OfFolder, RemoteFault};
use crate::ledger::Settings;
use crate::log::{self, LogReader};
use crate::sealed_files::SealedReader;
use crate::storage::{Disk, FileDisk};
use crate::tile_client::TileClient;
use ledger_spec::sealed::Opening;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tlog::checkpoint::SignedCheckpoint;
use tlog::note::VerifierKey;
use tlog::position::{EntryIndex, TreeSize};
use tlog::tile::{TileId, TileKind};

/// A copy of the ledger.
pub struct Source {
    /// What it is called in what is said of it.
    pub name: String,
    /// What it shows, signed by the operator.
    pub checkpoint: SignedCheckpoint,
    holds: Holds,
}

enum Holds {
    Tiles(TileClient),
    Folder(LogReader, Option<OfFolder>),
}

impl Source {
    /// The copy at an address, or in a folder.
    pub fn open(from: &str, vkey: &VerifierKey) -> Result<Self, RestoreError> {
        let is_address = from.starts_with("http://") || from.starts_with("https://");
        if is_address { Self::served(from, vkey) } else { Self::in_folder(Path::new(from), vkey) }
    }

    fn served(url: &str, vkey: &VerifierKey) -> Result<Self, RestoreError> {
        let remote = TileClient::new(url).map_err(RemoteFault::from)?;
        let note = remote.checkpoint().map_err(RemoteFault::from)?;
        let checkpoint = SignedCheckpoint::verify(&note, vkey).map_err(RemoteFault::from)?;
        Ok(Self { name: url.to_owned(), checkpoint, holds: Holds::Tiles(remote) })
    }

    fn in_folder(dir: &Path, vkey: &VerifierKey) -> Result<Self, RestoreError> {
        let of = |error| RestoreError::Source { path: PathBuf::from(dir), error: Box::new(error) };
        let settings = Settings::read(dir).map_err(|error| of(error.into()))?;
        let disk: Arc<dyn Disk> = Arc::new(FileDisk::open(dir).map_err(|error| of(error.into()))?);
        let reader = log::open_to_read(disk.clone(), vkey).map_err(|error| of(error.into()))?;
        let openings = match &settings.master {
            None => None,
            Some(_) => {
                let kek = settings.kek(dir).map_err(of)?;
                let files = SealedReader::open(disk, &settings.origin, &kek);
                let files = files.map_err(|error| of(error.into()))?;
                Some(OfFolder::new(settings.origin.clone(), files, false))
            }
        };
        let checkpoint = SignedCheckpoint::clone(&reader.checkpoint());
        Ok(Self { name: dir.display().to_string(), checkpoint, holds: Holds::Folder(reader, openings) })
    }

    /// How many entries it shows.
    pub fn size(&self) -> TreeSize {
        self.checkpoint.checkpoint().size()
    }

    /// Gives the bytes of each entry from one on, in order.
    pub fn entries(&self, from: EntryIndex, each: &mut Each<'_>) -> Result<(), RestoreError> {
        match &self.holds {
            Holds::Folder(reader, _) => {
                for frame in reader.frames(from) {
                    let raw = frame.map_err(|error| self.of_folder(error.into()))?;
                    each(raw.entry().index(), raw.bytes())?;
                }
            }
            Holds::Tiles(remote) => {
                for tile in TileId::all(TileKind::Entries, from.get(), self.size()) {
                    let bundle = remote.bundle(tile).map_err(RemoteFault::from)?;
                    let entries = tile.entries(&bundle);
                    let entries =
                        entries.map_err(|fault| RemoteFault::from(remote.malformed(tile, fault)))?;
                    for (at, bytes) in (tile.first_entry().get()..).map(EntryIndex::new).zip(entries) {
                        if at >= from {
                            each(at, bytes)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// What opens an entry, of which these are the bytes; nothing where the copy has nothing that does.
    pub fn opening(&self, bytes: &[u8]) -> Option<Opening> {
        match &self.holds {
            Holds::Tiles(_) | Holds::Folder(_, None) => None,
            Holds::Folder(_, Some(openings)) => openings.one(bytes).ok()?.opening,
        }
    }

    fn of_folder(&self, error: crate::ledger::LedgerError) -> RestoreError {
        RestoreError::Source { path: PathBuf::from(&self.name), error: Box::new(error) }
    }
}
