//! Storing what was verified, by the thousand.

use crate::audit::{Absorbed, Piece};
use crate::index::{Index, IndexRow};
use crate::log::{AppendError, Beside, EncodedEntry, LogCopy};
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
            let beside = kept_of(&entry, absorbed)?;
            self.batch.push(EncodedEntry::verified(&entry, bytes, hashes, beside));
            match absorbed {
                pure::Absorbed::Admitted(audited) => {
                    let header = audited.header();
                    self.rows.push(IndexRow::of(header.index, &header.links, audited.event()));
                }
                pure::Absorbed::Erased(remains) => {
                    self.rows.push(IndexRow::of_erased(entry.index(), &remains.links));
                }
                pure::Absorbed::Unopened => {}
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

/// What is to be kept beside an entry, as far as it was opened, under a fresh key: nothing of the ledger's own keys is in a copy,
/// and none of the fields that travel beside events, which openings do not open.
fn kept_of(entry: &LogEntry, absorbed: &pure::Absorbed) -> Result<Option<Beside>, AppendError> {
    let LogEntry::Sealed(entry) = entry else { return Ok(None) };
    let opening = match absorbed {
        pure::Absorbed::Admitted(audited) => audited.opening(),
        pure::Absorbed::Erased(remains) => return Ok(Some(Beside::Remains(*entry, remains.clone()))),
        pure::Absorbed::Unopened => None,
    };
    let Some(opening) = opening else { return Ok(None) };
    let key = FreshKey::try_filled(|key| getrandom::fill(key));
    let key = key.map_err(|error| AppendError::Randomness(error.to_string()))?;
    Ok(Some(Beside::Whole(Sealed::opened(*entry, opening, key), Vec::new())))
}
