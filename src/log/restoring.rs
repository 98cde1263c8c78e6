//! A ledger's own log to which entries are put back that it has lost. Nothing is signed: they come under a checkpoint that was
//! signed when they were first recorded, and the caller has found that they lead to it.

use super::error::{AppendError, OpenError};
use super::open_report::OpenReport;
use super::stored_checkpoint::{CheckpointSigner, Restoring};
use super::{EncodedEntry, Log, LogConfig};
use crate::progress::Progress;
use crate::sealed_files::{SealedOpenError, SealedOpenReport};
use crate::storage::Disk;
use ledger_spec::sealed::Kek;
use std::sync::Arc;
use tlog::checkpoint::SignedCheckpoint;
use tlog::position::TreeSize;

/// A log that gets back what it has lost.
pub struct LogRestore(Log, OpenReport);

impl LogRestore {
    /// Opens the log, by reading every byte of it. What its tree says of more entries goes: the checkpoint under which they come
    /// back says it better, and the caller has kept that.
    pub fn open(
        disk: Arc<dyn Disk>,
        restoring: Restoring,
        config: LogConfig,
        progress: &dyn Progress,
    ) -> Result<Self, OpenError> {
        let config = LogConfig { rebuild: true, ..config };
        let checkpoints = CheckpointSigner::Nobody(restoring);
        let (log, report) = Log::open_with(disk, checkpoints, config, progress, &mut |_, _| {})?;
        Ok(Self(log, report))
    }

    /// How many entries it holds.
    pub fn size(&self) -> TreeSize {
        self.0.size()
    }

    /// From now on what opens the entries that are put back is kept too, beside what is there.
    pub fn open_beside(&mut self, kek: &Kek) -> Result<SealedOpenReport, SealedOpenError> {
        self.0.open_beside(kek, &self.1).map(|(_, report)| report)
    }

    /// Puts entries back that the caller has verified. They are durable when this returns.
    pub fn put_back(&mut self, batch: Vec<EncodedEntry>) -> Result<(), AppendError> {
        self.0.store(batch)
    }

    /// Shows all of them under the checkpoint that covers them, and closes the log.
    pub fn finish(self, checkpoint: SignedCheckpoint) -> Result<(), AppendError> {
        self.0.publish_checkpoint(checkpoint)?;
        self.0.close()
    }
}
