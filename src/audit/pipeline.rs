//! The audit's way of working: pieces of the log are read and their signatures checked on all cores, and
//! absorbed in order.

use ledger_spec::audit::{AuditError, AuditedEntry, Auditor, KnownEntry, ReadEntry, read_hashed_chunk};
use ledger_spec::entry::EntryHashes;
use ledger_spec::id::AuthorityId;
use std::collections::BTreeMap;
use tlog::checkpoint::Checkpoint;
use tlog::defect::{OrDefect as _, as_u64};
use tlog::position::{EntryIndex, TreeSize};

/// Entries per piece: enough for batch verification to pay, few enough to be spread evenly.
pub(crate) const PIECE: usize = 2048;

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

/// A piece's entries, as far as they can be judged without those before.
pub(crate) enum Read {
    /// Every signature holds.
    Fresh(Vec<ReadEntry>),
    /// An earlier audit has seen to them.
    Known(Vec<KnownEntry>),
}

impl Read {
    /// Reads a piece; what lies below `known` was audited before, and no piece reaches over that.
    pub(crate) fn of(piece: &Piece, known: TreeSize) -> Result<Self, AuditError> {
        if !piece.first.is_in(known) {
            return read_hashed_chunk(piece.first, piece.entries()).map(Self::Fresh);
        }
        let places = (piece.first.get()..).map(EntryIndex::new);
        let read =
            places.zip(piece.entries()).map(|(at, (bytes, hashes))| KnownEntry::read(at, bytes, hashes));
        read.collect::<Result<_, _>>().map(Self::Known)
    }
}

/// What an audit has gone through so far.
#[derive(Default)]
pub(crate) struct Auditing {
    pub(crate) auditor: Auditor,
    /// What an earlier audit covered, until this one has come by it.
    pub(crate) known: Option<Checkpoint>,
    pub(crate) counts: Counts,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries that an earlier audit had covered: their bytes were held against its checkpoint.
    pub known: u64,
    /// Entries whose admission was asked again, with every rule.
    pub admitted: u64,
    /// Signatures of events that were verified.
    pub signatures: u64,
    /// Entries by the authority that issued them, of those whose admission was asked.
    pub authorities: BTreeMap<AuthorityId, u64>,
}

/// What is left of a piece when it is absorbed.
#[derive(Default)]
pub(crate) struct Absorbed {
    /// The entries that were found right.
    pub(crate) fresh: Vec<AuditedEntry>,
    /// Those known before: only to be freed.
    _known: Vec<KnownEntry>,
}

impl Auditing {
    /// Begins before entry 0. What `known` covers is held against it and not verified again.
    pub(crate) fn new(known: Option<Checkpoint>) -> Self {
        Self { known, ..Self::default() }
    }

    /// Up to where nothing is verified again.
    pub(crate) fn known_size(&self) -> TreeSize {
        self.known.as_ref().map(Checkpoint::size).unwrap_or_default()
    }

    /// Takes the next piece.
    pub(crate) fn absorb(&mut self, read: Read) -> Result<Absorbed, AuditError> {
        match read {
            Read::Known(entries) => {
                entries.iter().try_for_each(|entry| self.auditor.recall(entry))?;
                self.counts.known += as_u64(entries.len());
                self.come_by()?;
                Ok(Absorbed { _known: entries, ..Absorbed::default() })
            }
            Read::Fresh(entries) => {
                let mut fresh = Vec::with_capacity(entries.len());
                for entry in entries {
                    let entry = self.auditor.absorb(entry)?;
                    self.count(&entry);
                    fresh.push(entry);
                }
                Ok(Absorbed { fresh, ..Absorbed::default() })
            }
        }
    }

    fn count(&mut self, entry: &AuditedEntry) {
        let counts = &mut self.counts;
        counts.admitted += 1;
        counts.signatures += as_u64(entry.header().signatures.len());
        let issuer = &entry.event().issuer;
        match counts.authorities.get_mut(issuer) {
            Some(count) => *count += 1,
            None => drop(counts.authorities.insert(issuer.clone(), 1)),
        }
    }

    /// Where the earlier audit ended, the log has to be what it was then.
    fn come_by(&mut self) -> Result<(), AuditError> {
        match &self.known {
            Some(known) if known.size() == self.auditor.ledger().size() => self.auditor.compare(known),
            _ => Ok(()),
        }
    }
}
