//! What readers see: the last committed state, swapped as a whole after each batch.

use crate::case_files::CaseFileStore;
use crate::log::LogReader;
use crate::streams::StreamReader;
use ledger_spec::governance::Governance;
use ledger_spec::state::LogEnd;
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tlog::checkpoint::SignedCheckpoint;
use tlog::hash::TreeHash;
use tlog::position::TreeSize;
use tokio::sync::watch;

/// The ledger at one checkpoint.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The signed checkpoint over its entries.
    pub checkpoint: Arc<SignedCheckpoint>,
    /// Where the log ends with them.
    pub end: LogEnd,
    /// Authorities, keys, types and lists at that point.
    pub governance: Governance,
}

impl Snapshot {
    /// How many entries it covers.
    pub fn size(&self) -> TreeSize {
        self.end.size
    }

    /// The root of their tree.
    pub fn root(&self) -> TreeHash {
        self.checkpoint.checkpoint().root()
    }

    /// The checkpoint as C2SP text.
    pub fn checkpoint_text(&self) -> String {
        self.checkpoint.note().to_string()
    }
}

/// The reading side of an open ledger; cheap to clone.
#[derive(Clone)]
pub struct Snapshots {
    published: Arc<RwLock<Arc<Snapshot>>>,
    streams: StreamReader,
    /// Tells those who wait how much is published.
    sizes: watch::Sender<TreeSize>,
    /// The same for threads.
    grown: Arc<(Mutex<TreeSize>, Condvar)>,
}

impl Snapshots {
    /// A view that begins at `published`.
    pub fn new(published: Snapshot, streams: StreamReader) -> Self {
        let sizes = watch::Sender::new(published.size());
        let grown = Arc::new((Mutex::new(published.size()), Condvar::new()));
        let published = Arc::new(RwLock::new(Arc::new(published)));
        Self { published, streams, sizes, grown }
    }

    /// How many entries are published, now and whenever that changes.
    pub fn changes(&self) -> watch::Receiver<TreeSize> {
        self.sizes.subscribe()
    }

    /// The last published state. An answer takes it once and stays with it.
    pub fn latest(&self) -> Arc<Snapshot> {
        // Whole values are swapped: a panicking writer leaves the old or the new one.
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every stream, as of the size that whoever asks answers for.
    pub const fn streams(&self) -> &StreamReader {
        &self.streams
    }

    /// The log.
    pub const fn log(&self) -> &LogReader {
        self.streams.log()
    }

    /// Where every subject's case file is kept. It may lag behind what is published, and says how far it covers.
    pub const fn case_files(&self) -> &Arc<CaseFileStore> {
        self.streams.case_files()
    }

    /// Waits until more than so many entries are published, at most so long; the last published state.
    pub fn wait_beyond(&self, size: TreeSize, at_most: Duration) -> Arc<Snapshot> {
        let (published, grown) = &*self.grown;
        let held = published.lock().unwrap_or_else(PoisonError::into_inner);
        drop(grown.wait_timeout_while(held, at_most, |published| *published <= size));
        self.latest()
    }

    /// Replaces the published state; the sequencer's alone.
    pub(crate) fn publish(&self, next: Snapshot) -> Arc<Snapshot> {
        let next = Arc::new(next);
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = next.clone();
        self.sizes.send_replace(next.size());
        *self.grown.0.lock().unwrap_or_else(PoisonError::into_inner) = next.size();
        self.grown.1.notify_all();
        next
    }
}
