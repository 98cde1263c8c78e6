//! The index made anew from the log: beside the scan that recovers it, or by a reading of its own.

use super::LedgerError;
use crate::index::{Index, IndexRow};
use crate::log::{EntryBytes, LogReader, OpenError, OpenReport};
use crate::progress::Progress;
use ledger_spec::entry::Entry;
use ledger_spec::event::Event;
use std::panic;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};

/// Entries that change threads together.
const BATCH: usize = 1024;
/// Batches that the scan may be ahead.
const AHEAD: usize = 8;

/// Opens a log by `open`, which shows each entry that it has to read, and indexes those on another
/// thread meanwhile.
pub(super) fn beside_scan<L>(
    open: impl FnOnce(&mut dyn FnMut(EntryIndex, &[u8])) -> Result<(L, OpenReport), OpenError>,
) -> Result<(L, OpenReport, Option<Index>), LedgerError> {
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(AHEAD);
        let indexer = scope.spawn(move || index_all(&batches));
        let mut feed = Feed { batch: Batch::default(), sender };
        let opened = open(&mut |index, bytes| feed.take(index, bytes));
        feed.send();
        drop(feed);
        let indexed = indexer.join().unwrap_or_else(|payload| panic::resume_unwind(payload));
        let (log, report) = opened?;
        let scanned = if report.scanned { Some(indexed?) } else { None };
        Ok((log, report, scanned))
    })
}

/// Reads the first `size` entries on all cores and makes the index of them.
pub(super) fn index_of(
    reader: &LogReader,
    size: TreeSize,
    progress: &dyn Progress,
) -> Result<Index, LedgerError> {
    let index = Index::default();
    let mut rows = Vec::with_capacity(BATCH);
    let mut done = 0;
    let row = |read: EntryBytes| row_of(read.entry());
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

/// Entries' bytes one after the other, and where each ends: one piece of memory for many.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    entries: Vec<(EntryIndex, usize)>,
}

/// The scan's end of the way to the indexer.
struct Feed {
    batch: Batch,
    sender: SyncSender<Batch>,
}

impl Feed {
    fn take(&mut self, index: EntryIndex, bytes: &[u8]) {
        self.batch.bytes.extend_from_slice(bytes);
        self.batch.entries.push((index, self.batch.bytes.len()));
        if self.batch.entries.len() == BATCH {
            self.send();
        }
    }

    fn send(&mut self) {
        // An indexer that stopped at an error takes nothing more, and tells it when it is joined.
        let _ = self.sender.send(std::mem::take(&mut self.batch));
    }
}

fn index_all(batches: &Receiver<Batch>) -> Result<Index, LedgerError> {
    let index = Index::default();
    for Batch { bytes, entries } in batches {
        let starts = std::iter::once(0).chain(entries.iter().map(|&(_, end)| end));
        let rows = entries.iter().zip(starts).map(|(&(at, end), start)| {
            let bytes =
                bytes.get(start..end).or_defect("an entry ends where the bytes did when it was added");
            row_of(&Entry::decode(bytes).map_err(|error| LedgerError::Entry { index: at, error })?)
        });
        let rows: Vec<IndexRow> = rows.collect::<Result<_, _>>()?;
        index.apply(rows);
    }
    Ok(index)
}

fn row_of(entry: &Entry) -> Result<IndexRow, LedgerError> {
    let event =
        Event::parse(&entry.event).map_err(|error| LedgerError::Event { index: entry.index, error })?;
    Ok(IndexRow::of(entry.index, &entry.links, &event))
}
