//! A ledger's folder, read beside whoever writes it: questions without a server, and the audit.
//!
//! Takes no lock and writes nothing. What is read is what the checkpoint covers at the moment of
//! opening.

use super::indexing::index_of;
use super::{Progress, ServiceError, Settings, published_view};
use crate::log::{self, OpenError, verify_files};
use crate::storage::{Disk, DiskError, FileDisk};
use crate::view::View;
use ledger_spec::audit::{AuditError, AuditFault, Auditor, ReadEntry, read_hashed_chunk};
use ledger_spec::entry::{Entry, EntryHashes};
use ledger_spec::event::{Body, Event};
use ledger_spec::hash::TreeHash;
use ledger_spec::note::{KeyName, VerifierKey};
use ledger_spec::position::{EntryIndex, TreeSize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A ledger open for questions.
pub struct ReadOnly {
    /// The reading side.
    pub view: View,
    /// The folder's settings.
    pub settings: Settings,
    /// The key that verifies the checkpoint.
    pub vkey: VerifierKey,
}

/// A ledger whose every byte is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// The ledger.
    pub origin: String,
    /// How many entries the checkpoint covers: all of them were checked.
    pub size: TreeSize,
    /// The root of their tree.
    pub root: TreeHash,
    /// The key that the checkpoint was verified with.
    pub vkey: String,
    /// Whether that key was given, rather than taken from entry 0 of the ledger under audit.
    pub key_given: bool,
}

/// Why an audit ends without a clean report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditFailure {
    /// A file is not what it should be.
    #[error(transparent)]
    Files(OpenError),
    /// An entry is not what it should be.
    #[error(transparent)]
    Entry(AuditError),
    /// Entry 0 names no key that could verify the checkpoint.
    #[error("entry 0: {0}")]
    NoKey(String),
    /// The key given is not the one that entry 0 gives to the operator: whatever it signed, this is not the
    /// ledger that it is known for.
    #[error("entry 0 names the operator's key {found}; the key given is {expected}")]
    OtherKey {
        /// The key of entry 0.
        found: String,
        /// The key given.
        expected: String,
    },
    /// The folder could not be read: nothing is known about the ledger.
    #[error(transparent)]
    Unreadable(DiskError),
    /// A thread of the audit panicked, which is a defect.
    #[error("a thread of the audit panicked")]
    Panicked,
}

/// Opens a ledger's folder for questions. Where a server has it open, this shows what is published at
/// this moment. The index is made anew in memory.
pub fn open_to_read(dir: &Path, progress: &dyn Progress) -> Result<ReadOnly, ServiceError> {
    let settings = Settings::read(dir)?;
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::open(dir)?);
    let vkey = key_of_entry_0(&*disk).map_err(|failure| match failure {
        AuditFailure::Unreadable(error) => ServiceError::Disk(error),
        AuditFailure::Files(error) => ServiceError::Log(error),
        AuditFailure::Entry(error) => ServiceError::Opening(error.fault.to_string()),
        AuditFailure::NoKey(reason) => ServiceError::Opening(reason),
        other => ServiceError::Opening(other.to_string()),
    })?;
    let reader = log::open_to_read(disk, &vkey)?;
    let size = reader.size();
    let tip = match size.last_index() {
        Some(last) => ledger_spec::hash::ChainHash::of_entry(reader.entry(last)?.bytes()),
        None => ledger_spec::hash::ChainHash::ZERO,
    };
    let index = index_of(&reader, size, tip, progress)?;
    let view = published_view(reader, Arc::new(index), &settings, &vkey)?;
    Ok(ReadOnly { view, settings, vkey })
}

/// Checks everything: every byte of every file of the log, chain, tree and checkpoint, every signature,
/// and that every entry was rightly admitted. Names the first fault. `vkey` is the key that the
/// auditor trusts, and has to be the one that entry 0 names; without one, that one is used.
pub fn audit(
    dir: &Path,
    vkey: Option<VerifierKey>,
    progress: &dyn Progress,
) -> Result<AuditReport, AuditFailure> {
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::open(dir).map_err(AuditFailure::Unreadable)?);
    let (named, key_given) = (key_of_entry_0(&*disk), vkey.is_some());
    let (vkey, no_key) = match (vkey, named) {
        (Some(given), Ok(named)) if given != named => {
            return Err(AuditFailure::OtherKey { found: named.to_string(), expected: given.to_string() });
        }
        // What is wrong with entry 0 is told better by the audit itself.
        (Some(given), named) => (given, named.err()),
        (None, named) => (named?, None),
    };
    let (work, chunks) = sync_channel::<Chunk>(8);
    let (done, results) = sync_channel(8);
    let chunks = Arc::new(Mutex::new(chunks));
    thread::scope(|scope| {
        let files = scope.spawn(|| {
            let mut feed = Feed { work, first: EntryIndex::new(0), entries: Vec::new(), number: 0 };
            let verified = verify_files(&*disk, &vkey, &mut |_, bytes, hashes| feed.take(bytes, hashes));
            feed.send();
            verified
        });
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (chunks, done) = (chunks.clone(), done.clone());
            scope.spawn(move || {
                // The lock is held only while a chunk is taken.
                while let Some(chunk) = next_chunk(&chunks) {
                    let read = read_hashed_chunk(chunk.first, chunk.entries);
                    if done.send((chunk.number, read)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        let (auditor, entry_fault) = absorb_in_order(&results, progress);
        let files = files.join().map_err(|_| AuditFailure::Panicked)?;
        let report = judge(files, entry_fault, &auditor, &vkey, key_given)?;
        match no_key {
            // An empty log names no key, and its checkpoint holds under the one given.
            Some(failure) if report.size != TreeSize::EMPTY => Err(failure),
            _ => Ok(report),
        }
    })
}

/// Entries that are checked together.
struct Chunk {
    number: u64,
    first: EntryIndex,
    entries: Vec<(Vec<u8>, EntryHashes)>,
}

/// Gathers entries into chunks.
struct Feed {
    work: SyncSender<Chunk>,
    first: EntryIndex,
    entries: Vec<(Vec<u8>, EntryHashes)>,
    number: u64,
}

/// Entries per chunk: enough for batch verification to pay, few enough to be spread evenly.
const CHUNK: usize = 512;

impl Feed {
    fn take(&mut self, bytes: &[u8], hashes: EntryHashes) {
        self.entries.push((bytes.to_vec(), hashes));
        if self.entries.len() == CHUNK {
            self.send();
        }
    }

    fn send(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        // Nobody takes chunks any more once an entry was found at fault; the files are read on.
        let _ = self.work.send(Chunk { number: self.number, first: self.first, entries });
        self.first = EntryIndex::new(self.first.get().saturating_add(count));
        self.number += 1;
    }
}

fn next_chunk(chunks: &Mutex<Receiver<Chunk>>) -> Option<Chunk> {
    chunks.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Takes chunks as they come and absorbs them in their order, up to the first fault.
fn absorb_in_order(
    results: &Receiver<(u64, Result<Vec<ReadEntry>, AuditError>)>,
    progress: &dyn Progress,
) -> (Auditor, Option<AuditError>) {
    let mut auditor = Auditor::new();
    let mut early = BTreeMap::new();
    let (mut next, mut fault) = (0, None);
    for (number, read) in results {
        early.insert(number, read);
        while let Some(read) = early.remove(&next) {
            next += 1;
            if fault.is_none() {
                fault = read
                    .and_then(|entries| entries.into_iter().try_for_each(|entry| auditor.absorb(entry)))
                    .err();
            }
        }
        progress.step(auditor.ledger().size().get(), 0);
    }
    (auditor, fault)
}

/// The first fault of both halves, or the report.
fn judge(
    files: Result<log::Verified, OpenError>,
    entry_fault: Option<AuditError>,
    auditor: &Auditor,
    vkey: &VerifierKey,
    key_given: bool,
) -> Result<AuditReport, AuditFailure> {
    let place = |error: &OpenError| match error {
        OpenError::Damaged(damage) => damage.entry,
        _ => None,
    };
    match (files, entry_fault) {
        (Err(OpenError::Disk(error)), _) => Err(AuditFailure::Unreadable(error)),
        (Err(error), Some(fault)) if place(&error).is_some_and(|at| at > fault.index) => {
            Err(AuditFailure::Entry(fault))
        }
        (Err(error), _) => Err(AuditFailure::Files(error)),
        (Ok(_), Some(fault)) => Err(AuditFailure::Entry(fault)),
        (Ok(verified), None) => {
            let checkpoint = verified.checkpoint.checkpoint();
            auditor.compare(checkpoint).map_err(AuditFailure::Entry)?;
            Ok(AuditReport {
                origin: checkpoint.origin().to_string(),
                size: checkpoint.size(),
                root: checkpoint.root(),
                vkey: vkey.to_string(),
                key_given,
            })
        }
    }
}

/// The checkpoints' key as entry 0 names it.
fn key_of_entry_0(disk: &dyn Disk) -> Result<VerifierKey, AuditFailure> {
    let bytes = log::first_entry(disk).map_err(|error| match error {
        OpenError::Disk(error) => AuditFailure::Unreadable(error),
        other => AuditFailure::Files(other),
    })?;
    let at_0 = |fault: AuditFault| AuditFailure::Entry(AuditError { index: EntryIndex::new(0), fault });
    let entry = Entry::decode(&bytes).map_err(|error| at_0(error.into()))?;
    let no_key = |error: &dyn std::fmt::Display| AuditFailure::NoKey(error.to_string());
    let event = Event::parse(&entry.event).map_err(|error| no_key(&error))?;
    let Body::LedgerOpened(body) = &event.body else {
        return Err(AuditFailure::NoKey(format!("{} where ledger.opened is expected", event.kind().name())));
    };
    let name = KeyName::parse(event.origin.as_str()).map_err(|error| no_key(&error))?;
    VerifierKey::new(name, &body.operator_key).map_err(|error| no_key(&error))
}
