//! A ledger's folder, read beside whoever writes it: questions without a server.
//!
//! Takes no lock and writes nothing. What is read is what the checkpoint covers at the moment of
//! opening.

use super::indexing::index_of;
use super::{LedgerError, Settings, published_view};
use crate::case_files::CaseFileStore;
use crate::log::{self, OpenError};
use crate::progress::Progress;
use crate::sealed_files::{SealedFiles, SealedReader};
use crate::snapshot::Snapshots;
use crate::storage::{Disk, FileDisk};
use crate::streams::StreamReader;
use ledger_spec::audit::Opening;
use ledger_spec::sealed::Generation;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tlog::note::VerifierKey;

/// A ledger open for questions.
pub struct ReadOnlyLedger {
    /// The reading side.
    pub snapshots: Snapshots,
    /// The folder's settings.
    pub settings: Settings,
    /// The key that verifies the checkpoint.
    pub vkey: VerifierKey,
}

/// How often a folder is looked at in which an erasure replaces what opens the entries.
const LOOKS: usize = 5;
/// How long such a replacement takes at most, nearly always.
const PAUSE: Duration = Duration::from_millis(500);

/// Opens a ledger's folder for questions. Where a server has it open, this shows what is published at
/// this moment. The index is made anew in memory.
pub fn open_to_read(dir: &Path, progress: &dyn Progress) -> Result<ReadOnlyLedger, LedgerError> {
    ask(dir, progress, Ok, |error| error)
}

/// Asks a folder that is opened to read. Where what opens its entries is replaced while it is opened or asked, it is opened anew
/// and asked again: what failed may be right.
pub fn ask<T, E>(
    dir: &Path,
    progress: &dyn Progress,
    mut asked: impl FnMut(ReadOnlyLedger) -> Result<T, E>,
    failed: impl Fn(LedgerError) -> E,
) -> Result<T, E> {
    let mut looks = 1;
    loop {
        let before = generation(dir);
        let (answer, opened) = match open_once(dir, progress) {
            Ok(ledger) => (asked(ledger), true),
            Err(error) => (Err(failed(error)), false),
        };
        // Between the master key and the root that is under it nothing can be opened, for a moment.
        let replaced = generation(dir) != before || !opened && log::is_open(dir);
        if answer.is_ok() || !replaced || looks == LOOKS {
            return answer;
        }
        looks += 1;
        thread::sleep(PAUSE);
    }
}

/// Of which generation the root of keys is, where that can be read.
fn generation(dir: &Path) -> Option<Generation> {
    let disk = FileDisk::open(dir).ok()?;
    Some(SealedFiles::named_master(&disk).ok()??.generation)
}

fn open_once(dir: &Path, progress: &dyn Progress) -> Result<ReadOnlyLedger, LedgerError> {
    let settings = Settings::read(dir)?;
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::open(dir)?);
    let vkey = operator_key(&*disk)?;
    let reader = log::open_to_read(disk.clone(), &vkey)?;
    // A blind copy names none, and shows what is in the clear.
    if settings.master.is_some() {
        reader.attach(&SealedReader::open(disk, &settings.origin, &settings.kek(dir)?)?);
    }
    let size = reader.size();
    let index = index_of(&reader, size, progress)?;
    // The folder's own are of whoever writes it.
    let case_files = Arc::new(CaseFileStore::in_memory());
    let streams = StreamReader::new(Arc::new(index), reader, case_files);
    let snapshots = published_view(streams, &settings, &vkey)?;
    snapshots.log().set_erased(snapshots.latest().governance.erasures.erased().clone());
    Ok(ReadOnlyLedger { snapshots, settings, vkey })
}

/// The key that entry 0 gives to the operator; reads that entry and no other.
pub fn operator_key(disk: &dyn Disk) -> Result<VerifierKey, LedgerError> {
    let entry_0 = log::first_entry(disk).map_err(|error| match error {
        OpenError::Disk(error) => LedgerError::Disk(error),
        other => LedgerError::Log(other),
    })?;
    let opening = Opening::read(&entry_0);
    opening.map(|opening| opening.operator).map_err(|error| LedgerError::Opening(error.to_string()))
}
