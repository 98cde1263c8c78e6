//! A copy of a log that somebody else writes: the same files, under checkpoints that come from there.
//!
//! Entries are stored before the checkpoint that covers them is, so a copy may hold more than it shows:
//! whoever fills it verifies them first, and goes on from there after a break.

use super::error::{AppendError, EraseError, OpenError, ReadError};
use super::open_report::OpenReport;
use super::reader::node_error;
use super::stored_checkpoint::{CheckpointSigner, size_of};
use super::{EncodedEntry, Log, LogConfig, LogReader};
use crate::progress::Progress;
use crate::sealed_files::SealedFiles;
use crate::storage::{Disk, DiskError};
use ledger_spec::entry::ChainHash;
use ledger_spec::erasures::Erased;
use ledger_spec::sealed::Kek;
use std::ops::Range;
use std::sync::Arc;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::as_usize;
use tlog::hash::TreeHash;
use tlog::merkle::NodeId;
use tlog::note::VerifierKey;
use tlog::position::{EntryIndex, TreeSize};

impl Log {
    /// Appends entries that are under a checkpoint which is signed already.
    pub(super) fn store(&mut self, mut batch: Vec<EncodedEntry>) -> Result<(), AppendError> {
        if self.stopped {
            return Err(AppendError::Stopped);
        }
        let last = self.check_continues(&batch)?;
        self.stopped = true;
        self.disk.is_own()?;
        self.mark_running()?;
        self.write_beside(&mut batch)?;
        self.commit(&batch, last)?;
        self.stopped = false;
        Ok(())
    }
}

/// A log that follows another. It can sign nothing.
pub struct LogCopy(Log);

impl LogCopy {
    /// Makes an empty copy under a checkpoint of the other log. The entries that it covers are still to come:
    /// nobody must read from the copy before they are stored.
    pub fn create(
        disk: Arc<dyn Disk>,
        key: VerifierKey,
        config: LogConfig,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, OpenError> {
        Log::create_under(disk, CheckpointSigner::Others(key), config, checkpoint).map(Self)
    }

    /// Opens a copy after whatever ended its last use, by reading every byte of it; see [`Log::open`].
    pub fn open(
        disk: Arc<dyn Disk>,
        key: VerifierKey,
        config: LogConfig,
        progress: &dyn Progress,
        visitor: &mut dyn FnMut(EntryIndex, &[u8]),
    ) -> Result<(Self, OpenReport), OpenError> {
        let config = LogConfig { rebuild: true, ..config };
        let (log, report) = Log::open_with(disk, CheckpointSigner::Others(key), config, progress, visitor)?;
        Ok((Self(log), report))
    }

    /// From now on what opens sealed entries is written and read there: the copy is an opened one.
    pub fn attach(&mut self, files: SealedFiles) -> Result<(), DiskError> {
        self.0.attach(files)
    }

    /// As [`Log::erase`].
    pub fn erase(&mut self, due: &Erased, new_master: Option<&Kek>) -> Result<bool, EraseError> {
        self.0.erase(due, new_master)
    }

    /// As [`Log::not_erased`].
    pub fn not_erased(&self, erased: &Erased) -> Result<Erased, EraseError> {
        self.0.not_erased(erased)
    }

    /// Stores entries that the caller has verified, and what opens them first. They are durable when this returns, and
    /// shown once a checkpoint covers them.
    pub fn store(&mut self, batch: Vec<EncodedEntry>) -> Result<(), AppendError> {
        self.0.store(batch)
    }

    /// The leaves of entries that are stored.
    pub fn leaves(&self, of: Range<u64>) -> Result<Vec<TreeHash>, ReadError> {
        let nodes = self.0.files.levels.read(0, of.start, as_usize(of.end.saturating_sub(of.start)));
        nodes.map_err(|error| node_error(NodeId { level: 0, index: of.start }, error))
    }

    /// Shows what a checkpoint covers, which the caller has found to be all that is stored.
    pub fn publish(&self, checkpoint: SignedCheckpoint) -> Result<Arc<SignedCheckpoint>, AppendError> {
        self.0.publish_checkpoint(checkpoint)
    }

    /// The checkpoint that is shown, or that the copy was begun under.
    pub fn checkpoint(&self) -> Arc<SignedCheckpoint> {
        self.0.checkpoint()
    }

    /// How many entries are stored.
    pub fn size(&self) -> TreeSize {
        self.0.size()
    }

    /// Chain hash of the last one.
    pub fn head(&self) -> ChainHash {
        self.0.head()
    }

    /// A reader of what is shown.
    pub fn reader(&self) -> LogReader {
        self.0.reader()
    }

    /// Makes everything durable. Where more is stored than shown, the next start looks at all of it again.
    pub fn close(self) -> Result<(), AppendError> {
        if size_of(&self.0.checkpoint()) == self.0.size() { self.0.close() } else { Ok(()) }
    }
}
