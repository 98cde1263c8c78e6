//! What must hold from one frame to the next: indices without gaps, the chain, batches closed by the
//! frame that belongs to them. Used by every pass over a whole log.

use super::frame::{Commit, SegmentHeader};
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::EntryHashes;
use ledger_spec::sealed::LogEntry;
use tlog::position::{EntryIndex, TreeSize};

/// Where a pass over the frames stands.
#[derive(Clone, Copy)]
pub(super) struct SequenceCheck {
    next: EntryIndex,
    chain: ChainHash,
    closed: Closed,
}

/// The end of the last whole batch.
#[derive(Clone, Copy)]
pub(super) struct Closed {
    pub size: TreeSize,
    pub chain: ChainHash,
}

/// A frame that is well formed but not the one that must follow.
pub(super) struct Mismatch {
    pub what: &'static str,
    pub found: String,
    pub expected: String,
}

impl SequenceCheck {
    /// Before the first frame of a log.
    pub(super) fn new() -> Self {
        let chain = ChainHash::ZERO;
        Self { next: EntryIndex::new(0), chain, closed: Closed { size: TreeSize::EMPTY, chain } }
    }

    /// The index that the next entry must have.
    pub(super) fn next(&self) -> EntryIndex {
        self.next
    }

    /// The end of the last whole batch.
    pub(super) fn closed(&self) -> Closed {
        self.closed
    }

    /// Whether entries have come since the last batch was closed.
    pub(super) fn in_batch(&self) -> bool {
        self.next != self.closed.size.next_index()
    }

    /// Forgets the entries of a batch that was never closed.
    pub(super) fn back_to_closed(&mut self) {
        (self.next, self.chain) = (self.closed.size.next_index(), self.closed.chain);
    }

    /// A segment begins.
    pub(super) fn header(&self, header: &SegmentHeader) -> Result<(), Mismatch> {
        compare("segment's first index", header.first, self.next)?;
        compare("chain hash before the segment", header.previous, self.chain)
    }

    /// An entry follows.
    pub(super) fn entry(&mut self, bytes: &[u8]) -> Result<EntryHashes, Mismatch> {
        let entry = LogEntry::decode(bytes).map_err(|error| Mismatch {
            what: "entry",
            found: error.to_string(),
            expected: "an entry".to_owned(),
        })?;
        compare("entry's index", entry.index(), self.next)?;
        compare("entry's chain hash of the entry before", entry.previous(), self.chain)?;
        let hashes = EntryHashes::of(bytes);
        (self.next, self.chain) = (self.next.covering_size().next_index(), hashes.chain);
        Ok(hashes)
    }

    /// The end of a batch follows.
    pub(super) fn commit(&mut self, commit: &Commit) -> Result<(), Mismatch> {
        compare("first index in a commit frame", commit.first, self.closed.size.next_index())?;
        compare("size in a commit frame", commit.size.next_index(), self.next)?;
        compare("chain hash in a commit frame", commit.chain, self.chain)?;
        if !self.in_batch() {
            let (found, expected) = ("no entry".to_owned(), "an entry at least".to_owned());
            return Err(Mismatch { what: "batch", found, expected });
        }
        self.closed = Closed { size: commit.size, chain: commit.chain };
        Ok(())
    }
}

/// Equal, or what differs.
pub(super) fn compare<T: PartialEq + ToString>(
    what: &'static str,
    found: T,
    expected: T,
) -> Result<(), Mismatch> {
    if found == expected {
        return Ok(());
    }
    Err(Mismatch { what, found: found.to_string(), expected: expected.to_string() })
}
