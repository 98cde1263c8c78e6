//! The whole-ledger audit: from the log's bytes alone, is every entry what the specification says?
//!
//! Two halves. [`read_chunk`] needs no state and may run for many chunks side by side: layout, event,
//! signatures, hashes. [`Auditor::absorb`] goes entry by entry: chain, times, links, admission, tree.
//! Files, frames and tree files are the caller's business; this module sees bytes. [`AuditedLedger::audit`]
//! puts both together for a ledger that is read by its tiles.
//!
//! Without the whole ledger: [`VerifiedEntry`] is an entry by itself, [`ProvenEntry`] one with its receipt.

mod fault;
mod opening;
mod reading;
mod receipt;
mod whole;

pub use fault::{AuditError, AuditFault};
pub use opening::{Opening, OpeningError};
pub use reading::{GivenEntry, KnownEntry, ReadEntry, ReadEvent, read_chunk};
pub use receipt::{ProvenEntry, ReceiptError, VerifiedEntry};
pub use whole::{AuditedLedger, WholeAuditError};

use crate::admission::AdmittedEvent;
use crate::entry::{ChainHash, EntryHashes, EntryHeader};
use crate::event::Event;
use crate::id::Sealing;
use crate::sealed::{AuditorOpening, SealedEntry};
use crate::state::Ledger;
use crate::time::RecordedTime;
use tlog::checkpoint::Checkpoint;
use tlog::hash::TreeHash;
use tlog::merkle::{Frontier, NodeId};
use tlog::position::EntryIndex;

/// What an audit sees of sealed entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the log shows to everybody: of a sealed entry that it stands there, and of what is in the clear everything,
    /// admission included.
    Blind,
    /// Everything: an entry without its opening is a fault.
    Opened,
}

impl Scope {
    /// Its name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blind => "blind",
            Self::Opened => "opened",
        }
    }
}

/// An entry that was found right at its place.
#[derive(Debug)]
pub struct AuditedEntry {
    header: EntryHeader,
    event: AdmittedEvent,
    opening: Option<AuditorOpening>,
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

    /// What opens it, where it is sealed.
    #[must_use]
    pub const fn opening(&self) -> Option<&AuditorOpening> {
        self.opening.as_ref()
    }
}

/// What came of an entry that was found right at its place.
#[derive(Debug)]
pub enum Absorbed {
    /// Its event was seen and admitted.
    Admitted(Box<AuditedEntry>),
    /// It is sealed and was not opened: of its event nothing is known.
    Unopened,
}

/// Goes through a log from its first entry, in order.
#[derive(Clone, Debug)]
#[must_use]
pub struct Auditor {
    scope: Scope,
    ledger: Ledger,
    tree: Frontier,
    /// Room for the nodes that an append completes; nobody asks for them here.
    completed: Vec<(NodeId, TreeHash)>,
    unopened: u64,
}

/// What is looked at of every entry, whether or not it is opened.
struct Place {
    index: EntryIndex,
    previous: ChainHash,
    recorded_at: RecordedTime,
}

impl Auditor {
    /// An auditor before entry 0.
    pub fn new(scope: Scope) -> Self {
        let (ledger, tree) = (Ledger::default(), Frontier::default());
        Self { scope, ledger, tree, completed: Vec::new(), unopened: 0 }
    }

    /// What it sees.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// What the entries so far add up to: of a blind audit what is in the clear.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How many entries it has passed of whose events it knows nothing.
    #[must_use]
    pub const fn unopened(&self) -> u64 {
        self.unopened
    }

    /// Takes the next entry, after asking everything of it that there is to ask.
    pub fn absorb(&mut self, read: ReadEntry) -> Result<Absorbed, AuditError> {
        let index = self.ledger.size().next_index();
        let hashes = read.hashes();
        let absorbed = match read {
            ReadEntry::Event(read) => self.admit(*read, index),
            ReadEntry::Unopened { entry, .. } => self.pass(&entry, hashes.chain, index),
        };
        let absorbed = absorbed.map_err(|fault| AuditError { index, fault })?;
        self.grow(hashes);
        Ok(absorbed)
    }

    fn admit(&mut self, read: ReadEvent, index: EntryIndex) -> Result<Absorbed, AuditFault> {
        let ReadEvent { header, event, hashes, opening } = read;
        self.follows(&Place::of(&header), index)?;
        // The streams of what is sealed are not whole where some of it is not seen.
        if self.scope == Scope::Blind && event.event().kind().sealing() == Sealing::Sealed {
            return Err(AuditFault::NotBlind);
        }
        let event = self.ledger.retrace(event, &header, hashes.chain)??;
        Ok(Absorbed::Admitted(Box::new(AuditedEntry { header, event, opening })))
    }

    fn pass(
        &mut self,
        entry: &SealedEntry,
        chain: ChainHash,
        index: EntryIndex,
    ) -> Result<Absorbed, AuditFault> {
        self.follows(&Place::of_sealed(entry), index)?;
        if self.scope == Scope::Opened {
            return Err(AuditFault::NotOpened);
        }
        self.ledger.pass(entry, chain);
        self.unopened = self.unopened.saturating_add(1);
        Ok(Absorbed::Unopened)
    }

    /// Takes the next entry where it is known to have been found right: by an audit whose checkpoint covers
    /// it, which [`Auditor::compare`] then has to show. Only its place in the chain is looked at.
    pub fn recall(&mut self, known: &KnownEntry) -> Result<(), AuditError> {
        let index = self.ledger.size().next_index();
        let at = |fault| AuditError { index, fault };
        match known {
            KnownEntry::Event { header, event, hashes } => {
                self.follows(&Place::of(header), index).map_err(at)?;
                self.ledger.recall(event, header, hashes.chain);
                self.grow(*hashes);
            }
            KnownEntry::Unopened { entry, hashes } => {
                self.pass(entry, hashes.chain, index).map_err(at)?;
                self.grow(*hashes);
            }
        }
        Ok(())
    }

    /// Whether the entry names this place, the chain before it and a time that does not go back.
    fn follows(&self, entry: &Place, index: EntryIndex) -> Result<(), AuditFault> {
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

impl Place {
    const fn of(entry: &EntryHeader) -> Self {
        Self { index: entry.index, previous: entry.previous, recorded_at: entry.recorded_at }
    }

    const fn of_sealed(entry: &SealedEntry) -> Self {
        Self { index: entry.index, previous: entry.previous, recorded_at: entry.recorded_at }
    }
}
