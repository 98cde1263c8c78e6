//! Every entry of a run, read and made into something on all cores, and taken in order on one.
//!
//! For whoever goes over the whole log (indexes, kept case files): what is made of an entry alone is made
//! side by side; what depends on the entries before it, the caller does in order.

use super::error::ReadError;
use super::reader::{EntryBytes, LogReader};
use ledger_spec::position::{EntryIndex, TreeSize};
use std::panic;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// Entries that one thread reads at a time: long runs, so that files are read in order.
const CHUNK: u64 = 4096;
/// Chunks that a thread may be ahead of whoever takes them.
const AHEAD: usize = 1;
/// Below this many entries, threads cost more than they save.
const FEW: u64 = 256;

impl LogReader {
    /// Makes something of every entry from `first` up to the size `until`, on all cores, and gives it to
    /// `take` in order. Stops at the first error, wherever it comes from.
    pub fn sweep<T: Send, E: From<ReadError> + Send>(
        &self,
        first: EntryIndex,
        until: TreeSize,
        make: impl Fn(EntryBytes) -> Result<T, E> + Sync,
        mut take: impl FnMut(&T) -> Result<(), E>,
    ) -> Result<(), E> {
        let (first, until) = (first.get(), until.get());
        let read = &|from: u64, to: u64| {
            let count = usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX);
            self.frames(EntryIndex::new(from)).take(count).map(|entry| make(entry?)).collect()
        };
        if until.saturating_sub(first) < FEW {
            let made: Result<Vec<T>, E> = read(first, until);
            return made?.iter().try_for_each(take);
        }
        let threads = u64::try_from(thread::available_parallelism().map_or(1, usize::from)).unwrap_or(1);
        thread::scope(|scope| {
            let (mut workers, mut lanes) = (Vec::new(), Vec::new());
            for lane in 0..threads {
                let ((sender, chunks), (back, used)) = (sync_channel(AHEAD), channel());
                let starts = (first..until).step_by(step(CHUNK)).skip(step(lane)).step_by(step(threads));
                let made = starts.map(move |at| read(at, until.min(at + CHUNK)));
                workers.push(scope.spawn(move || feed(made, &sender, &used)));
                lanes.push(Lane { chunks, back });
            }
            let taken = drain(&lanes, &mut take);
            // Whoever still reads finds nobody to send to, and stops.
            drop(lanes);
            for worker in workers {
                if let Err(payload) = worker.join() {
                    panic::resume_unwind(payload);
                }
            }
            taken
        })
    }
}

fn step(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// Where a thread's chunks come out, and where they go back to be freed by the thread that made them:
/// freed elsewhere, every one of their parts would take the other thread's allocator away from it.
struct Lane<T, E> {
    chunks: Receiver<Result<Vec<T>, E>>,
    back: Sender<Vec<T>>,
}

/// Sends chunk after chunk, until an error has been sent or nobody listens.
fn feed<T, E>(
    chunks: impl Iterator<Item = Result<Vec<T>, E>>,
    to: &SyncSender<Result<Vec<T>, E>>,
    used: &Receiver<Vec<T>>,
) {
    for chunk in chunks {
        let last = chunk.is_err();
        if to.send(chunk).is_err() || last {
            return;
        }
        used.try_iter().for_each(drop);
    }
}

/// Takes the chunks in turn, which is the order of the log; the first lane that has no more ends it.
fn drain<T, E>(lanes: &[Lane<T, E>], take: &mut impl FnMut(&T) -> Result<(), E>) -> Result<(), E> {
    for lane in lanes.iter().cycle() {
        let Ok(chunk) = lane.chunks.recv() else { return Ok(()) };
        let chunk = chunk?;
        chunk.iter().try_for_each(&mut *take)?;
        // A thread that has made its last chunk takes nothing back: it is freed here.
        let _ = lane.back.send(chunk);
    }
    Ok(())
}
