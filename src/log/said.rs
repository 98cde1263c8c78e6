//! What a log holds at a place: an entry's bytes, what they say, or what erasure has left of that.

use ledger_spec::entry::{Entry, Link};
use ledger_spec::sealed::{AuditorOpening, LogEntry, Opening, Remains, SealedLinks};
use tlog::hash::TreeHash;
use tlog::position::EntryIndex;

/// An entry as it stands in the log: its bytes, checked against the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEntry {
    pub(super) bytes: Vec<u8>,
    pub(super) entry: LogEntry,
    pub(super) leaf: TreeHash,
}

/// An entry with what it says: in the clear, or by what is kept beside the log.
#[derive(Debug)]
pub struct EntryBytes {
    pub(super) raw: RawEntry,
    pub(super) entry: Entry,
    pub(super) opening: Option<AuditorOpening>,
    pub(super) disclosures: Vec<Vec<u8>>,
}

/// An entry whose event is erased: where its streams go on, and which event it was.
#[derive(Debug)]
pub struct ErasedEntry {
    pub(super) raw: RawEntry,
    pub(super) remains: Remains,
}

/// What stands at a place.
#[derive(Debug)]
pub enum Said {
    /// An event.
    Event(EntryBytes),
    /// One that is erased.
    Erased(ErasedEntry),
}

impl RawEntry {
    /// The entry's exact bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its leaf in the tree.
    pub const fn leaf(&self) -> TreeHash {
        self.leaf
    }

    /// The entry, decoded; a sealed one says nothing of its event.
    pub const fn entry(&self) -> &LogEntry {
        &self.entry
    }

    /// Whether it says nothing of its event.
    pub const fn is_sealed(&self) -> bool {
        matches!(self.entry, LogEntry::Sealed(_))
    }

    /// The exact bytes, taken.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl EntryBytes {
    /// The bytes that stand in the log.
    pub fn bytes(&self) -> &[u8] {
        &self.raw.bytes
    }

    /// What it says, as it would stand in the clear.
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Its leaf in the tree.
    pub const fn leaf(&self) -> TreeHash {
        self.raw.leaf
    }

    /// What opens it, where it is sealed.
    pub const fn opening(&self) -> Option<&AuditorOpening> {
        self.opening.as_ref()
    }

    /// The fields that travel beside its event, as far as they are kept here: what its event does not name is none of it.
    pub fn disclosures(&self) -> &[Vec<u8>] {
        &self.disclosures
    }

    /// The bytes that stand in the log, taken.
    pub fn into_bytes(self) -> Vec<u8> {
        self.raw.bytes
    }
}

impl ErasedEntry {
    /// Its place in the log.
    pub fn index(&self) -> EntryIndex {
        self.raw.entry.index()
    }

    /// The bytes that stand in the log.
    pub fn bytes(&self) -> &[u8] {
        &self.raw.bytes
    }

    /// Its links.
    pub const fn links(&self) -> &SealedLinks {
        &self.remains.links
    }
}

impl Said {
    /// Its place in the log.
    pub fn index(&self) -> EntryIndex {
        match self {
            Self::Event(event) => event.entry.index,
            Self::Erased(erased) => erased.index(),
        }
    }

    /// The bytes that stand in the log.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Event(event) => event.bytes(),
            Self::Erased(erased) => erased.bytes(),
        }
    }

    /// The link of its streams at this place in their order.
    pub fn link(&self, at: usize) -> Option<Link> {
        match self {
            Self::Event(event) => event.entry.links.get(at).copied(),
            Self::Erased(erased) => erased.links().links().get(at).copied(),
        }
    }

    /// What opens it for an auditor; an entry in the clear has nothing.
    pub fn into_opening(self) -> Option<Opening> {
        match self {
            Self::Event(event) => event.opening.map(Opening::Auditor),
            Self::Erased(erased) => Some(Opening::Remains(erased.remains)),
        }
    }
}
