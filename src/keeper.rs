//! Keeps the case files up with what is published, on a thread of its own: no answer and no append waits for it, and
//! none is made again within one. What the writer has just committed comes to it ready; all else is read from the log.

use crate::case_files::StoreError;
use crate::log::{EntryBytes, ErasedEntry, ReadError, Said};
use crate::parallel;
use crate::snapshot::{Snapshot, Snapshots};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{CaseEntry, Filed};
use ledger_spec::entry::ChainHash;
use ledger_spec::event::{Event, EventError};
use ledger_spec::id::SubjectStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tlog::position::{EntryIndex, TreeSize};

/// Entries that become one write of the store.
const BATCH: usize = 512;
/// How often it looks whether it is to stop while it takes in many entries, or while nothing comes.
const LOOK: Duration = Duration::from_millis(500);
/// How long what was just committed waits for more, so that many small batches become one write: less than anybody
/// who asks about many subjects notices.
const GATHER: Duration = Duration::from_millis(10);
/// How long it waits before it begins again what it has begun again not long ago, at first and at most: a full disk does
/// not become empty at once.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// After so long without a doubt it does not wait.
const CALM: Duration = Duration::from_secs(600);
/// Entries that are taken in between two such looks.
const STRETCH: u64 = 1 << 16;

/// Why case files could not be kept up. Subjects are answered for from the log; questions about many wait in vain.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeeperError {
    /// The log is damaged where it was read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An entry that holds no event this version reads.
    #[error("entry {index}: {error}")]
    Event {
        /// The entry.
        index: EntryIndex,
        /// What is wrong.
        error: EventError,
    },
    /// The store could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The thread, until this is dropped.
pub struct Keeper {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Begins to keep up the case files of an open ledger.
    pub fn start(snapshots: Snapshots) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let keep = move || keep(&snapshots, &told);
        let thread = thread::Builder::new().name("case files".to_owned()).spawn(keep)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A panic on the thread was told by its hook; what it kept is made again.
            let _ = thread.join();
        }
    }
}

fn keep(snapshots: &Snapshots, stop: &AtomicBool) {
    let case_files = snapshots.case_files();
    let (mut pause, mut begun) = (Duration::ZERO, Instant::now());
    while !stop.load(Ordering::Acquire) {
        if case_files.is_doubted() {
            // What is wrong again and again is not made again all the time.
            pause = if begun.elapsed() > CALM { Duration::ZERO } else { pause };
            rest(pause, stop);
            (pause, begun) = ((pause * 2).clamp(PAUSE, LONGEST_PAUSE), Instant::now());
            tracing::warn!("the case files are thrown away and made from the log, beside the answers");
            if let Err(error) = case_files.begin_again() {
                tracing::error!(%error, "the case files could not be begun again");
            }
            continue;
        }
        let mut published = snapshots.wait_beyond(case_files.covered(), LOOK);
        if case_files.covered() < published.size() {
            thread::sleep(GATHER);
            published = snapshots.latest();
        }
        match catch_up(snapshots, &published, stop) {
            Ok(()) => {}
            Err(KeeperError::Store(error)) => {
                tracing::error!(%error, "the case files could not be written");
                case_files.doubt_all();
            }
            Err(error) => {
                // Subjects are answered for from what was taken in and the log; questions about many are told how far
                // that is.
                tracing::error!(%error, "case files are no longer kept up until the next start");
                return;
            }
        }
    }
}

fn rest(pause: Duration, stop: &AtomicBool) {
    let mut rested = Duration::ZERO;
    while rested < pause && !stop.load(Ordering::Acquire) {
        thread::sleep(LOOK);
        rested += LOOK;
    }
}

/// Takes in what is published and not covered yet.
pub fn catch_up(snapshots: &Snapshots, published: &Snapshot, stop: &AtomicBool) -> Result<(), KeeperError> {
    let (case_files, size) = (snapshots.case_files(), published.size());
    let made_anew = case_files.covered() == TreeSize::EMPTY && size.get() > STRETCH;
    while case_files.covered() < size && !case_files.is_doubted() && !stop.load(Ordering::Acquire) {
        if let Some((entries, tip)) = case_files.offered() {
            case_files.apply(entries, tip)?;
            continue;
        }
        let first = case_files.covered().next_index();
        let until = TreeSize::new(size.get().min(first.get().saturating_add(STRETCH)));
        stretch(snapshots, published, first, until)?;
        if made_anew {
            tracing::info!(covered = until.get(), of = size.get(), "case files are being made from the log");
        }
    }
    Ok(())
}

/// Entries are read and parsed on all cores, many at a time, and taken in in order.
fn stretch(
    snapshots: &Snapshots,
    published: &Snapshot,
    first: EntryIndex,
    until: TreeSize,
) -> Result<(), KeeperError> {
    let chunks = (first.get()..until.get()).step_by(BATCH);
    let read = |from: u64| -> Result<(Vec<CaseEntry>, ChainHash), KeeperError> {
        let to = until.get().min(from.saturating_add(BATCH as u64));
        let (mut entries, mut tip) = (Vec::with_capacity(BATCH), ChainHash::ZERO);
        for raw in snapshots.log().frames(EntryIndex::new(from)).take(BATCH) {
            let said = snapshots.log().say(raw?)?;
            if said.index().get() >= to {
                break;
            }
            if said.index().get() + 1 == to {
                tip = ChainHash::of_entry(said.bytes());
            }
            entries.push(match said {
                Said::Event(entry) => case_entry(&entry, published)?,
                Said::Erased(erased) => erased_entry(&erased, &snapshots.latest())?,
            });
        }
        Ok((entries, tip))
    };
    parallel::in_order(parallel::cores(), chunks, read, |(entries, tip)| {
        Ok::<_, KeeperError>(snapshots.case_files().apply(entries, tip)?)
    })
}

/// That an erased event stood in its subject's stream. Whose it was the order says, which is published before anything is
/// erased by it.
fn erased_entry(erased: &ErasedEntry, latest: &Snapshot) -> Result<CaseEntry, KeeperError> {
    let named = latest.governance.erasures.ordered(erased.index());
    let named = named.ok_or(KeeperError::Read(ReadError::Erased(erased.index())))?;
    let stream = SubjectStream::sealed(named.subject.clone());
    Ok(CaseEntry { stream, list: None, entry: erased.index(), row: None })
}

fn case_entry(bytes: &EntryBytes, published: &Snapshot) -> Result<CaseEntry, KeeperError> {
    let entry = bytes.entry();
    let event =
        Event::parse(&entry.event).map_err(|error| KeeperError::Event { index: entry.index, error })?;
    let recorded = Recorded { index: entry.index, at: entry.recorded_at };
    let filed = Filed { event: &event, recorded, signers: &entry.signers() };
    Ok(CaseEntry::of(filed, &published.governance.directory))
}
