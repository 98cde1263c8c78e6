//! Storing what was verified, by the thousand.

use crate::audit::{Absorbed, Piece};
use crate::index::{Index, IndexRow};
use crate::log::{AppendError, EncodedEntry, LogCopy};
use ledger_spec::audit as pure;
use ledger_spec::sealed::{FreshKey, LogEntry, Sealed};
use tlog::defect::OrDefect as _;

/// Entries that are stored at once.
const BATCH: usize = 4096;

/// Gathers verified entries and stores them by the thousand.
pub(super) struct Store<'a> {
    log: &'a mut LogCopy,
    index: Option<&'a Index>,
    batch: Vec<EncodedEntry>,
    rows: &'a mut Vec<IndexRow>,
}

impl<'a> Store<'a> {
    /// Stores in `log`. What is new goes into `index` as it is stored, where nobody is shown it yet, or else stays in
    /// `rows` until it is shown.
    pub(super) const fn new(
        log: &'a mut LogCopy,
        index: Option<&'a Index>,
        rows: &'a mut Vec<IndexRow>,
    ) -> Self {
        Self { log, index, batch: Vec::new(), rows }
    }

    /// Takes what was absorbed of a piece.
    pub(super) fn take(&mut self, piece: &Piece, absorbed: &Absorbed) -> Result<(), AppendError> {
        for (absorbed, (bytes, hashes)) in absorbed.fresh.iter().zip(piece.entries()) {
            let entry = LogEntry::decode(bytes).or_defect("an entry that was audited has a layout");
            let sealed = kept_of(&entry, absorbed)?;
            self.batch.push(EncodedEntry::verified(&entry, bytes, hashes, sealed));
            if let pure::Absorbed::Admitted(audited) = absorbed {
                let header = audited.header();
                self.rows.push(IndexRow::of(header.index, &header.links, audited.event()));
            }
        }
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Stores what is gathered.
    pub(super) fn flush(&mut self) -> Result<(), AppendError> {
        if !self.batch.is_empty() {
            self.log.store(std::mem::take(&mut self.batch))?;
            if let Some(index) = self.index {
                index.apply(self.rows.drain(..));
            }
        }
        Ok(())
    }
}

/// What is to be kept beside an entry that was opened, under a fresh key: nothing of the ledger's own keys is in a copy.
fn kept_of(entry: &LogEntry, absorbed: &pure::Absorbed) -> Result<Option<Sealed>, AppendError> {
    let (LogEntry::Sealed(entry), pure::Absorbed::Admitted(audited)) = (entry, absorbed) else {
        return Ok(None);
    };
    let Some(opening) = audited.opening() else { return Ok(None) };
    let key = FreshKey::try_filled(|key| getrandom::fill(key));
    let key = key.map_err(|error| AppendError::Randomness(error.to_string()))?;
    Ok(Some(Sealed::opened(*entry, opening, key)))
}
