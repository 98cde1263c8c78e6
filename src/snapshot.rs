//! What readers see: the last committed state, swapped as a whole after each batch.

use crate::index::Index;
use crate::log::LogReader;
use ledger_spec::casefile::CaseFiles;
use ledger_spec::governance::Governance;
use ledger_spec::time::RecordedTime;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tlog::checkpoint::SignedCheckpoint;
use tlog::hash::TreeHash;
use tlog::position::TreeSize;
use tokio::sync::watch;

/// The ledger at one checkpoint.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The signed checkpoint over its entries.
    pub checkpoint: Arc<SignedCheckpoint>,
    /// The recorded time of the last of them.
    pub last_recorded: RecordedTime,
    /// Authorities, keys, types and lists at that point.
    pub governance: Governance,
}

impl Snapshot {
    /// How many entries it covers.
    pub fn size(&self) -> TreeSize {
        self.checkpoint.checkpoint().size()
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
    index: Arc<Index>,
    reader: LogReader,
    /// Every case file, made when first asked for and then kept up.
    case_files: Arc<Mutex<CaseFiles>>,
    /// Tells those who wait how much is published.
    sizes: watch::Sender<TreeSize>,
}

impl Snapshots {
    /// A view that begins at `published`.
    pub fn new(published: Snapshot, index: Arc<Index>, reader: LogReader) -> Self {
        let sizes = watch::Sender::new(published.size());
        let published = Arc::new(RwLock::new(Arc::new(published)));
        Self { published, index, reader, case_files: Arc::default(), sizes }
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

    /// The index. It may be ahead of what is published by one batch, so readers drop what lies past
    /// the size they answer for.
    pub const fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// The log.
    pub const fn log(&self) -> &LogReader {
        &self.reader
    }

    /// The place where every case file is kept for answers about all of them. It may lag behind what is
    /// published; whoever asks brings it up first.
    pub(crate) const fn case_files(&self) -> &Arc<Mutex<CaseFiles>> {
        &self.case_files
    }

    /// Replaces the published state; the sequencer's alone.
    pub(crate) fn publish(&self, next: Snapshot) -> Arc<Snapshot> {
        let next = Arc::new(next);
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = next.clone();
        self.sizes.send_replace(next.size());
        next
    }
}
