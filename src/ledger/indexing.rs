//! The index made anew from the log.

use super::LedgerError;
use crate::index::{Index, IndexRow};
use crate::log::{LogReader, Said};
use crate::progress::Progress;
use ledger_spec::entry::Entry;
use ledger_spec::event::Event;
use tlog::position::{EntryIndex, TreeSize};

/// Rows that are taken in together.
const BATCH: usize = 1024;

/// Reads the first `size` entries on all cores and makes the index of them.
pub(super) fn index_of(
    reader: &LogReader,
    size: TreeSize,
    progress: &dyn Progress,
) -> Result<Index, LedgerError> {
    let index = Index::default();
    let mut rows = Vec::with_capacity(BATCH);
    let mut done = 0;
    let row = |said: Said| match said {
        Said::Event(event) => row_of(event.entry()),
        Said::Erased(erased) => Ok(IndexRow::of_erased(erased.index(), erased.links())),
    };
    reader.for_each_entry(EntryIndex::new(0), size, row, |row| {
        rows.push(row.clone());
        done += 1;
        if rows.len() == BATCH {
            index.apply(rows.drain(..));
            progress.step(done, size.get());
        }
        Ok::<(), LedgerError>(())
    })?;
    index.apply(rows);
    Ok(index)
}

fn row_of(entry: &Entry) -> Result<IndexRow, LedgerError> {
    let event =
        Event::parse(&entry.event).map_err(|error| LedgerError::Event { index: entry.index, error })?;
    Ok(IndexRow::of(entry.index, &entry.links, &event))
}
