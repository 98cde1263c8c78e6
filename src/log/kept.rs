//! What opens sealed entries, as the log's writer keeps it: opened, written before the log, erased.

use super::beside::{self, Beside};
use super::error::{AppendError, EraseError, ReadError};
use super::open_report::{OpenReport, Stop};
use super::{EncodedEntry, Log, fields};
use crate::sealed_files::{
    LastStop, LogSays, SealedFiles, SealedOpenError, SealedOpenReport, SealedReader, SealedWriteError,
};
use crate::storage::DiskError;
use ledger_spec::erasures::Erased;
use ledger_spec::sealed::{Kek, LogEntry};
use std::sync::Arc;

impl Log {
    /// Opens the files beside this log after whatever ended their last use, as the log's own opening reported it, and
    /// goes on with them.
    pub fn open_beside(
        &mut self,
        kek: &Kek,
        opened: &OpenReport,
    ) -> Result<(SealedReader, SealedOpenReport), SealedOpenError> {
        let (raw, origin) = (self.reader(), self.checkpoint().checkpoint().origin().clone());
        let says = |index| match raw.raw(index).map(|raw| matches!(raw.entry(), LogEntry::Sealed(_))) {
            Ok(false) => LogSays::Clear,
            // What cannot be read here is told by whoever reads it.
            Ok(true) | Err(_) => LogSays::Sealed,
        };
        let stop = match opened.stop {
            Stop::Unclean => LastStop::Unclean(&says),
            Stop::Clean => LastStop::Clean,
        };
        let (files, report) = SealedFiles::open(Arc::clone(&self.disk), &origin, kek, self.size(), stop)?;
        let reader = files.reader();
        self.attach(files)?;
        Ok((reader, report))
    }

    /// Destroys what opens these entries, but for their links, and these single fields; under a new master key from then on,
    /// where one is given. Says whether anything was erased by this.
    pub fn erase(&mut self, due: &Erased, new_master: Option<&Kek>) -> Result<bool, EraseError> {
        let resealed = fields::resealed(&self.reader(), due)?;
        let Some(files) = &mut self.beside else { return Ok(false) };
        let erased = files.erase(&due.entries, &resealed, new_master)?;
        Ok(!erased.is_empty() || !resealed.is_empty())
    }

    /// What of this is there still.
    pub fn not_erased(&self, erased: &Erased) -> Result<Erased, EraseError> {
        let Some(files) = &self.beside else { return Ok(Erased::default()) };
        let entries = files.reader().not_erased(&erased.entries)?;
        // Damage is told of by whoever asks for the entry: it is no reason to answer nobody.
        let mut pass_over = |error: ReadError| {
            tracing::error!(%error, "beside a field that is erased: whether it is gone cannot be seen");
            Ok(())
        };
        Ok(Erased { entries, fields: fields::left(&self.reader(), erased, &mut pass_over)? })
    }

    /// Begins the next epoch of pseudonyms, under a new master key from then on, where one is given. A log that nothing is
    /// kept beside has none.
    pub fn renew_identity(&mut self, new_master: Option<&Kek>) -> Result<(), SealedWriteError> {
        self.beside.as_mut().map_or(Ok(()), |files| files.renew_identity(new_master))
    }

    /// From now on what opens sealed entries is written and read there. It was judged whole: only now the folder says that a
    /// process writes.
    pub fn attach(&mut self, files: SealedFiles) -> Result<(), DiskError> {
        self.mark_running()?;
        self.reader().attach(&files.reader());
        self.beside = Some(files);
        Ok(())
    }

    /// Writes what is kept beside the log of the sealed entries of a batch. It is durable when this returns, and before
    /// the first byte of their entries is written: so whatever the log holds can be opened, or is damaged.
    pub(super) fn write_beside(&mut self, batch: &mut [EncodedEntry]) -> Result<(), AppendError> {
        let kept: Vec<Beside> = batch.iter_mut().filter_map(|entry| entry.beside.take()).collect();
        if kept.is_empty() {
            return Ok(());
        }
        let origin = self.checkpoint().checkpoint().origin().clone();
        let files = self.beside.as_mut().ok_or(AppendError::NoKeys)?;
        let records = beside::records(files, &origin, kept.into_iter())?;
        Ok(files.write(&records)?)
    }
}
