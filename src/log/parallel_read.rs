//! Every entry of a run, read and made into something on all cores, and taken in order on one.

use super::error::ReadError;
use super::frame::as_u64;
use super::reader::LogReader;
use super::said::{RawEntry, Said};
use crate::parallel;
use tlog::position::{EntryIndex, TreeSize};

/// Entries that one thread reads at a time: so few that what they become is still in the processor's cache
/// when it is taken, and its memory is used again.
const CHUNK: usize = 512;
/// Below this many entries, threads cost more than they save.
const FEW: u64 = 256;

impl LogReader {
    /// Makes something of every entry from `first` up to the size `until`, on all cores, and shows it to
    /// `take` in order; what a blind copy cannot open is passed over. Stops at the first error, wherever it comes from.
    pub fn for_each_entry<T: Send, E: From<ReadError> + Send>(
        &self,
        first: EntryIndex,
        until: TreeSize,
        make: impl Fn(Said) -> Result<T, E> + Sync,
        mut take: impl FnMut(&T) -> Result<(), E>,
    ) -> Result<(), E> {
        let (first, until) = (first.get(), until.get());
        let opened = self.is_opened();
        let read = |from: u64, to: u64| -> Result<Vec<T>, E> {
            self.frames_to(EntryIndex::new(from), TreeSize::new(to))
                .filter(|raw| opened || !raw.as_ref().is_ok_and(RawEntry::is_sealed))
                .map(|raw| make(self.say(raw?)?))
                .collect()
        };
        if until.saturating_sub(first) < FEW {
            return read(first, until)?.iter().try_for_each(take);
        }
        let chunks = (first..until).step_by(CHUNK);
        let chunk = |from: u64| read(from, until.min(from.saturating_add(as_u64(CHUNK))));
        parallel::in_order(parallel::cores(), chunks, chunk, |made| {
            made.iter().try_for_each(&mut take)?;
            Ok(made)
        })
    }
}
