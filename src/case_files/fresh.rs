//! What the writer has just committed, so that it need not be read and parsed again to be taken in.

use ledger_spec::casefile::CaseEntry;
use ledger_spec::entry::ChainHash;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use tlog::position::TreeSize;

/// Most entries that wait: about 300 bytes each. What finds no room is read from the log.
const MOST: usize = 16_384;
/// Entries that are enough for one write.
const ENOUGH: usize = 512;

/// Batches in the log's order.
#[derive(Default)]
pub(super) struct FreshEntries(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    batches: VecDeque<Batch>,
    entries: usize,
}

struct Batch {
    entries: Vec<CaseEntry>,
    tip: ChainHash,
}

impl FreshEntries {
    /// Takes a batch that was committed after all others, if there is room.
    pub(super) fn offer(&self, entries: Vec<CaseEntry>, tip: ChainHash) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.entries + entries.len() <= MOST {
            waiting.entries += entries.len();
            waiting.batches.push_back(Batch { entries, tip });
        }
    }

    /// Drops what waits: something of it is erased.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Waiting::default();
    }

    /// The entries that follow so many, where they wait: of several batches, until there are enough for one write.
    pub(super) fn after(&self, mut covered: TreeSize) -> Option<(Vec<CaseEntry>, ChainHash)> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut entries, mut tip) = (Vec::new(), None);
        while let Some(first) = waiting.batches.front().and_then(|batch| batch.entries.first()) {
            let follows = first.entry == covered.next_index();
            if entries.len() >= ENOUGH || !(follows || first.entry.is_in(covered)) {
                break;
            }
            let batch = waiting.batches.pop_front()?;
            waiting.entries -= batch.entries.len();
            if let (true, Some(last)) = (follows, batch.entries.last()) {
                covered = last.entry.covering_size();
                tip = Some(batch.tip);
                entries.extend(batch.entries);
            }
        }
        Some((entries, tip?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_spec::id::{SubjectId, SubjectStream};
    use tlog::position::EntryIndex;

    fn batch(first: u64, count: u64) -> Vec<CaseEntry> {
        let stream = SubjectStream::clear(SubjectId::Ledger);
        let entry = |n| {
            let stream = stream.clone();
            CaseEntry { stream, list: None, entry: EntryIndex::new(n), row: None }
        };
        (first..first + count).map(entry).collect()
    }

    #[test]
    fn what_follows_is_given_once_and_what_is_covered_is_dropped() {
        let fresh = FreshEntries::default();
        for (first, count) in [(5, 3), (8, 2), (10, 1)] {
            fresh.offer(batch(first, count), ChainHash::ZERO);
        }
        let after = |covered| fresh.after(TreeSize::new(covered)).map(|(entries, _)| entries.len());
        assert_eq!(after(4), None, "entry 4 was never offered");
        assert_eq!(
            after(8),
            Some(3),
            "what begins in what is covered is passed over, what follows is put together"
        );
        assert_eq!((after(8), after(10), after(11)), (None, None, None));
    }

    #[test]
    fn what_finds_no_room_is_left_to_the_log() {
        let fresh = FreshEntries::default();
        let most = u64::try_from(MOST).unwrap();
        fresh.offer(batch(0, most), ChainHash::ZERO);
        fresh.offer(batch(most, 1), ChainHash::ZERO);
        assert_eq!(fresh.after(TreeSize::EMPTY).unwrap().0.len(), MOST);
        assert!(fresh.after(TreeSize::new(most)).is_none());
    }
}
