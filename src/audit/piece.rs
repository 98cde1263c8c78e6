//! Pieces of a log under audit: so many entries as are read, and checked, together.

use ledger_spec::entry::EntryHashes;
use tlog::defect::{OrDefect as _, as_u64};
use tlog::position::EntryIndex;

/// Entries per piece: enough for batch verification to pay, few enough to be spread evenly.
pub(crate) const PIECE: usize = 1024;

/// Entries that stand one after the other: one piece of memory for many.
pub(crate) struct Piece {
    first: EntryIndex,
    bytes: Vec<u8>,
    entries: Vec<(usize, EntryHashes)>,
}

impl Piece {
    /// A piece that begins with the entry `first`.
    pub(crate) fn new(first: EntryIndex) -> Self {
        Self { first, bytes: Vec::new(), entries: Vec::new() }
    }

    /// An empty piece that begins with the entry `first`, in this one's memory.
    pub(crate) fn begun_anew(mut self, first: EntryIndex) -> Self {
        self.first = first;
        self.bytes.clear();
        self.entries.clear();
        self
    }

    /// Adds the next entry.
    pub(crate) fn push(&mut self, bytes: &[u8], hashes: EntryHashes) {
        self.bytes.extend_from_slice(bytes);
        self.entries.push((self.bytes.len(), hashes));
    }

    /// Its first entry.
    pub(crate) const fn first(&self) -> EntryIndex {
        self.first
    }

    /// How many entries it holds.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The index after its last entry.
    pub(crate) fn end(&self) -> EntryIndex {
        EntryIndex::new(self.first.get().saturating_add(as_u64(self.len())))
    }

    /// Its entries in order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&[u8], EntryHashes)> {
        let starts = std::iter::once(0).chain(self.entries.iter().map(|&(end, _)| end));
        let cut = |((end, hashes), start): (&(usize, EntryHashes), usize)| {
            let bytes = self.bytes.get(start..*end);
            (bytes.or_defect("an entry ends where the bytes did when it was added"), *hashes)
        };
        self.entries.iter().zip(starts).map(cut)
    }
}
