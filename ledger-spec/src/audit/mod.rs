//! The whole-ledger audit: from the log's bytes alone, is every entry what the specification says?
//!
//! Two halves. [`read_chunk`] needs no state and may run for many chunks side by side: layout, event,
//! signatures, hashes. [`Auditor::absorb`] goes entry by entry: chain, times, links, admission, tree.
//! Files, frames and tree files are the caller's business; this module sees bytes. [`AuditedLedger::audit`]
//! puts both together for a ledger that is read by its tiles.
//!
//! Without the whole ledger: [`VerifiedEntry`] is an entry by itself, [`ProvenEntry`] one with its receipt.

mod opening;
mod receipt;
mod whole;

pub use opening::{Opening, OpeningError};
pub use receipt::{ProvenEntry, ReceiptError, VerifiedEntry};
pub use whole::{AuditedLedger, WholeAuditError};

use crate::admission::AdmittedEvent;
use crate::entry::ChainHash;
use crate::entry::{EntryError, EntryHashes, EntryHeader, Link};
use crate::event::Event;
use crate::event::envelope::{EnvelopeError, SignedEvent, VerifiedEvent};
use crate::state::{BrokenLink, EnterError, Ledger};
use crate::time::RecordedTime;
use std::collections::HashMap;
use tlog::checkpoint::Checkpoint;
use tlog::defect::as_u64;
use tlog::hash::TreeHash;
use tlog::key::PublicKey;
use tlog::merkle::{Frontier, NodeId};
use tlog::position::{EntryIndex, TreeSize};

/// The first thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {index}: {fault}")]
pub struct AuditError {
    /// The entry, counted from 0 by its place in the log.
    pub index: EntryIndex,
    /// What is wrong with it.
    pub fault: AuditFault,
}

/// What can be wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditFault {
    /// Its bytes do not follow the layout.
    #[error(transparent)]
    Layout(#[from] EntryError),
    /// Its event cannot be read, or a signature does not hold.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It claims another index than its place.
    #[error("names index {found}")]
    Index {
        /// The index that it names.
        found: EntryIndex,
    },
    /// The chain is broken before it.
    #[error("names {found} as the chain hash before it; the chain there is {expected}")]
    Chain {
        /// The hash that it names.
        found: ChainHash,
        /// The hash of the entry before.
        expected: ChainHash,
    },
    /// Recorded earlier than the entry before.
    #[error("recorded at {found} µs, before the entry before it ({expected} µs)")]
    Time {
        /// Its recorded time.
        found: RecordedTime,
        /// The time of the entry before.
        expected: RecordedTime,
    },
    /// Admission refuses the event at this place.
    #[error("should not have been admitted: {0}")]
    Admission(#[from] EnterError),
    /// Its links are not the heads of its streams, so that a history would be incomplete.
    #[error(transparent)]
    Link(#[from] BrokenLink),
    /// The checkpoint covers another tree.
    #[error("the tree over the {size} entries before it has root {expected}; the checkpoint says {found}")]
    Root {
        /// The checkpoint's size.
        size: TreeSize,
        /// The root that the checkpoint gives.
        found: TreeHash,
        /// The root of the entries.
        expected: TreeHash,
    },
    /// The checkpoint names another ledger than entry 0.
    #[error("the checkpoint's origin is {found}; the ledger's is {expected}")]
    Origin {
        /// The checkpoint's origin.
        found: String,
        /// The origin of `ledger.opened`.
        expected: String,
    },
    /// The checkpoint covers more entries than there are.
    #[error("the checkpoint covers {found} entries; the log holds {expected}")]
    Short {
        /// The checkpoint's size.
        found: TreeSize,
        /// How many entries there are.
        expected: TreeSize,
    },
}

/// An entry whose layout, event and signatures hold.
#[derive(Clone, Debug)]
#[must_use = "an entry that was only read is not audited: absorb it"]
pub struct ReadEntry {
    header: EntryHeader,
    event: VerifiedEvent,
    hashes: EntryHashes,
}

impl ReadEntry {
    /// The entry without its event's bytes.
    #[must_use]
    pub const fn header(&self) -> &EntryHeader {
        &self.header
    }

    /// Its event.
    pub const fn event(&self) -> &VerifiedEvent {
        &self.event
    }

    /// The hashes of its bytes.
    #[must_use]
    pub const fn hashes(&self) -> EntryHashes {
        self.hashes
    }
}

/// Reads the entries that stand at `first` and after, and checks their signatures all at once, falling
/// back to one by one where that fails.
pub fn read_chunk<B: AsRef<[u8]>>(first: EntryIndex, entries: &[B]) -> Result<Vec<ReadEntry>, AuditError> {
    read_hashed_chunk(first, entries.iter().map(|bytes| (bytes.as_ref(), EntryHashes::of(bytes.as_ref()))))
}

/// The same for whoever has hashed the bytes already.
pub fn read_hashed_chunk<B: AsRef<[u8]>>(
    first: EntryIndex,
    entries: impl IntoIterator<Item = (B, EntryHashes)>,
) -> Result<Vec<ReadEntry>, AuditError> {
    let at = |position: usize| EntryIndex::new(first.get().saturating_add(as_u64(position)));
    let mut keys = HashMap::new();
    let entries = entries.into_iter();
    let many = entries.size_hint().0;
    let (mut read, mut signed) = (Vec::with_capacity(many), Vec::with_capacity(many));
    // A later entry's bad layout is reported only if every signature before it holds.
    let mut layout = None;
    for (position, (bytes, hashes)) in entries.enumerate() {
        match read_one(bytes.as_ref(), &mut keys) {
            Ok((header, event)) => {
                read.push((header, hashes));
                signed.push(event);
            }
            Err(fault) => {
                layout = Some(AuditError { index: at(position), fault });
                break;
            }
        }
    }
    let verified = SignedEvent::verify_all(signed)
        .map_err(|(position, error)| AuditError { index: at(position), fault: error.into() })?;
    match layout {
        Some(error) => Err(error),
        None => Ok(read
            .into_iter()
            .zip(verified)
            .map(|((header, hashes), event)| ReadEntry { header, event, hashes })
            .collect()),
    }
}

fn read_one(
    bytes: &[u8],
    keys: &mut HashMap<[u8; 32], PublicKey>,
) -> Result<(EntryHeader, SignedEvent), AuditFault> {
    let (header, event) = EntryHeader::decode(bytes)?;
    let mut parse = |key: [u8; 32]| match keys.get(&key) {
        Some(known) => Ok(*known),
        None => PublicKey::parse(key).inspect(|parsed| {
            keys.insert(key, *parsed);
        }),
    };
    let event = SignedEvent::from_parts_with(event, &header.signatures, &mut parse)?;
    Ok((header, event))
}

/// An entry that an earlier audit found right, read again for what it adds up to.
#[derive(Clone, Debug)]
#[must_use = "an entry that was only read is not audited: recall it"]
pub struct KnownEntry {
    header: EntryHeader,
    event: Box<Event>,
    hashes: EntryHashes,
}

impl KnownEntry {
    /// Reads an entry's layout and event; signatures are not looked at.
    pub fn read(place: EntryIndex, bytes: &[u8], hashes: EntryHashes) -> Result<Self, AuditError> {
        let read = EntryHeader::decode(bytes).map_err(AuditFault::from).and_then(|(header, event)| {
            let event = Box::new(Event::parse(event).map_err(EnvelopeError::from)?);
            Ok(Self { header, event, hashes })
        });
        read.map_err(|fault| AuditError { index: place, fault })
    }

    /// Its event.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// Its links.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.header.links
    }
}

/// An entry that was found right at its place.
#[derive(Clone, Debug)]
pub struct AuditedEntry {
    header: EntryHeader,
    event: AdmittedEvent,
}

impl AuditedEntry {
    /// The entry without its event's bytes.
    #[must_use]
    pub const fn header(&self) -> &EntryHeader {
        &self.header
    }

    /// What it states.
    #[must_use]
    pub fn event(&self) -> &Event {
        self.event.event()
    }
}

/// Goes through a log from its first entry, in order.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Auditor {
    ledger: Ledger,
    tree: Frontier,
    /// Room for the nodes that an append completes; nobody asks for them here.
    completed: Vec<(NodeId, TreeHash)>,
}

impl Auditor {
    /// An auditor before entry 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the entries so far add up to.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Takes the next entry, after asking everything of it that there is to ask.
    pub fn absorb(&mut self, read: ReadEntry) -> Result<AuditedEntry, AuditError> {
        let index = self.ledger.size().next_index();
        let ReadEntry { header, event, hashes } = read;
        let audited = self
            .follows(&header, index)
            .and_then(|()| Ok(self.ledger.retrace(event, &header, hashes.chain)??));
        let event = audited.map_err(|fault| AuditError { index, fault })?;
        self.grow(hashes);
        Ok(AuditedEntry { header, event })
    }

    /// Takes the next entry where it is known to have been found right: by an audit whose checkpoint covers
    /// it, which [`Auditor::compare`] then has to show. Only its place in the chain is looked at.
    pub fn recall(&mut self, known: &KnownEntry) -> Result<(), AuditError> {
        let index = self.ledger.size().next_index();
        self.follows(&known.header, index).map_err(|fault| AuditError { index, fault })?;
        self.ledger.recall(&known.event, &known.header, known.hashes.chain);
        self.grow(known.hashes);
        Ok(())
    }

    /// Whether the entry names this place, the chain before it and a time that does not go back.
    fn follows(&self, entry: &EntryHeader, index: EntryIndex) -> Result<(), AuditFault> {
        if entry.index != index {
            return Err(AuditFault::Index { found: entry.index });
        }
        if entry.previous != self.ledger.tip() {
            return Err(AuditFault::Chain { found: entry.previous, expected: self.ledger.tip() });
        }
        if entry.recorded_at < self.ledger.last_recorded() {
            let expected = self.ledger.last_recorded();
            return Err(AuditFault::Time { found: entry.recorded_at, expected });
        }
        Ok(())
    }

    fn grow(&mut self, hashes: EntryHashes) {
        self.tree.append(hashes.leaf, &mut self.completed);
        self.completed.clear();
    }

    /// Whether a checkpoint (whose signature the caller has verified) covers exactly these entries.
    pub fn compare(&self, checkpoint: &Checkpoint) -> Result<(), AuditError> {
        let size = self.ledger.size();
        let fault = if checkpoint.size() != size {
            Some(AuditFault::Short { found: checkpoint.size(), expected: size })
        } else if checkpoint.root() != self.tree.root() {
            Some(AuditFault::Root { size, found: checkpoint.root(), expected: self.tree.root() })
        } else {
            match &self.ledger.governance().origin {
                Some(origin) if origin != checkpoint.origin() => Some(AuditFault::Origin {
                    found: checkpoint.origin().to_string(),
                    expected: origin.to_string(),
                }),
                _ => None,
            }
        };
        fault.map_or(Ok(()), |fault| Err(AuditError { index: size.next_index(), fault }))
    }

    /// The root of the tree over the entries so far.
    #[must_use]
    pub fn root(&self) -> TreeHash {
        self.tree.root()
    }

    /// The right edge of that tree.
    pub const fn tree(&self) -> &Frontier {
        &self.tree
    }
}
