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
mod statement;
mod vouched;
mod whole;

pub use fault::{AuditError, AuditFault};
pub use opening::{Opening, OpeningError};
pub use reading::{GivenEntry, KnownEntry, ReadEntry, ReadEvent, SilentEntry, read_chunk};
pub use receipt::{ProvenEntry, ReceiptError, VerifiedEntry};
pub use statement::{AuditStatement, ErasedRange, OtherTree, StatementError};
pub use vouched::Vouched;
pub use whole::{AuditedLedger, WholeAuditError};

use crate::admission::AdmittedEvent;
use crate::entry::{ChainHash, EntryHashes, EntryHeader};
use crate::event::{Body, Erasable, Event, FieldPlace};
use crate::id::Sealing;
use crate::sealed::{AuditorOpening, Remains, SealedEntry, SealedLinks, StreamTag};
use crate::state::Ledger;
use crate::time::RecordedTime;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tlog::checkpoint::Checkpoint;
use tlog::defect::as_u64;
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
    /// It is erased: where its streams go on, and which event it was.
    Erased(Arc<Remains>),
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
    /// Entries of which only the links were left: of each the log has to say that it is erased.
    erased: BTreeMap<EntryIndex, SealedLinks>,
    /// Fields that events name and nothing holds: of each the log has to say that it is erased.
    missing: BTreeSet<FieldPlace>,
    /// Whether it was looked at which fields are there.
    fields_seen: bool,
    /// What the log says of earlier trees, to be held against them at the end.
    vouched: vouched::Earlier,
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
        let ledger = match scope {
            Scope::Blind => Ledger::blind(),
            Scope::Opened => Ledger::default(),
        };
        Self {
            scope,
            ledger,
            tree: Frontier::default(),
            completed: Vec::new(),
            unopened: 0,
            erased: BTreeMap::new(),
            missing: BTreeSet::new(),
            fields_seen: false,
            vouched: vouched::Earlier::default(),
        }
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
            ReadEntry::Event(read) => self.admit(*read, index)?,
            ReadEntry::Silent(silent) => {
                self.pass(&silent, index).map_err(|fault| AuditError { index, fault })?
            }
        };
        self.grow(hashes);
        Ok(absorbed)
    }

    fn admit(&mut self, read: ReadEvent, index: EntryIndex) -> Result<Absorbed, AuditError> {
        let at = |fault| AuditError { index, fault };
        let ReadEvent { header, event, hashes, opening, missing } = read;
        self.follows(&Place::of(&header), index).map_err(at)?;
        // The streams of what is sealed are not whole where some of it is not seen.
        if self.scope == Scope::Blind && event.event().kind().sealing() == Sealing::Sealed {
            return Err(at(AuditFault::NotBlind));
        }
        let erases = match &event.event().body {
            Body::LedgerErased(body) => body.entries.clone(),
            _ => Vec::new(),
        };
        let retraced = match self.ledger.retrace(event, &header, hashes.chain) {
            Ok(admitted) => admitted.map_err(AuditFault::from),
            Err(broken) => Err(broken.into()),
        };
        let subject = opening.as_ref().map(|opening| &opening.links.subject.tag);
        let event = retraced.map_err(|fault| match self.lost_before(subject, &erases) {
            Some(lost) => AuditError {
                index: lost,
                fault: AuditFault::LostBefore { until: index, fault: Box::new(fault) },
            },
            None => at(fault),
        })?;
        self.look_at_erasure(index, event.event());
        self.look_at_fields(index, missing.as_deref());
        Ok(Absorbed::Admitted(Box::new(AuditedEntry { header, event, opening })))
    }

    fn pass(&mut self, silent: &SilentEntry, index: EntryIndex) -> Result<Absorbed, AuditFault> {
        let SilentEntry { entry, remains, hashes } = silent;
        self.follows(&Place::of_sealed(entry), index)?;
        match (self.scope, remains) {
            (Scope::Opened, None) => Err(AuditFault::NotOpened),
            (Scope::Blind, Some(_)) => Err(AuditFault::NotBlind),
            (Scope::Blind, None) => {
                self.ledger.pass(entry, hashes.chain);
                self.unopened = self.unopened.saturating_add(1);
                Ok(Absorbed::Unopened)
            }
            (Scope::Opened, Some(remains)) => {
                self.ledger.pass_erased(entry, &remains.links, hashes.chain)?;
                self.erased.insert(index, remains.links);
                Ok(Absorbed::Erased(Arc::clone(remains)))
            }
        }
    }

    /// Takes the next entry where it is known to have been found right: by an audit whose checkpoint covers
    /// it, which [`Auditor::compare`] then has to show. Only its place in the chain is looked at.
    pub fn recall(&mut self, known: &KnownEntry) -> Result<(), AuditError> {
        let index = self.ledger.size().next_index();
        let at = |fault| AuditError { index, fault };
        match known {
            KnownEntry::Event { header, event, hashes, missing } => {
                self.follows(&Place::of(header), index).map_err(at)?;
                self.ledger.recall(event, header, hashes.chain);
                self.look_at_erasure(index, event);
                self.look_at_fields(index, missing.as_deref());
                self.grow(*hashes);
            }
            KnownEntry::Silent(silent) => {
                self.pass(silent, index).map_err(at)?;
                self.grow(silent.hashes);
            }
        }
        Ok(())
    }

    /// Keeps what an erasure rests on, to hold it against the tree at the end: also of what is recalled, since whoever stored it
    /// may have been stopped before that was done.
    fn look_at_erasure(&mut self, at: EntryIndex, event: &Event) {
        let Body::LedgerErased(body) = &event.body else { return };
        let governance = self.ledger.governance();
        let before = governance.auditors.before_erasure(body, at, &event.origin, &governance.directory);
        // Admission has asked the same, now or when it was audited first.
        if let Ok(Some(checkpoint)) = before {
            self.vouched.take(at, &checkpoint);
        }
    }

    fn look_at_fields(&mut self, entry: EntryIndex, missing: Option<&[u8]>) {
        let Some(missing) = missing else { return };
        self.fields_seen = true;
        self.missing.extend(missing.iter().map(|place| FieldPlace { entry, place: *place }));
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
        self.vouched.grow(&self.completed);
        self.completed.clear();
    }

    /// How many entries it has passed that are erased: of their events, whoever had opened them before has to tell.
    #[must_use]
    pub fn erased(&self) -> u64 {
        as_u64(self.erased.len())
    }

    /// How many fields that travel beside events it has passed that are erased; `None` where it was not looked at which are there.
    #[must_use]
    pub fn fields_erased(&self) -> Option<u64> {
        self.fields_seen.then(|| as_u64(self.missing.len()))
    }

    /// The first entry from `first` on that the log says is erased and that something opened here: an erasure that was not
    /// done, or was undone, if it was opened after that was said. Whoever had opened it before has to forget it now.
    #[must_use]
    pub fn revived(&self, first: EntryIndex) -> Option<AuditError> {
        let said = self.ledger.governance().erasures.erased();
        if self.scope == Scope::Blind {
            return None;
        }
        if let Some(index) = said.entries.range(first..).find(|entry| !self.erased.contains_key(entry)) {
            return Some(AuditError { index: *index, fault: AuditFault::Revived });
        }
        let beside = said.fields.range(FieldPlace { entry: first, place: 0 }..);
        let mut beside = beside.filter(|field| self.fields_seen && !said.entries.contains(&field.entry));
        let revived = beside.find(|field| !self.missing.contains(field))?;
        let FieldPlace { entry: index, place } = *revived;
        Some(AuditError { index, fault: AuditFault::FieldRevived { place } })
    }

    /// The first entry of which only the links were left and of which the log does not say so far that it is erased. Where
    /// openings are read after the checkpoint was, an erasure may have come between, which the next checkpoint covers.
    #[must_use]
    pub fn unexplained(&self) -> Option<EntryIndex> {
        let erasures = &self.ledger.governance().erasures;
        self.erased.keys().find(|entry| !erasures.is_erased(**entry)).copied()
    }

    /// What an entry may have to stand on that cannot be admitted: the first of which only the links were left and the log does
    /// not say so far that it is erased, nor this entry. One of its own subject's before those of others.
    fn lost_before(&self, subject: Option<&StreamTag>, erases: &[EntryIndex]) -> Option<EntryIndex> {
        let erasures = &self.ledger.governance().erasures;
        let lost = || {
            let unexplained =
                |(entry, _): &(&EntryIndex, _)| !erasures.is_erased(**entry) && !erases.contains(entry);
            self.erased.iter().filter(unexplained)
        };
        let own = lost().find(|(_, links)| subject == Some(&links.subject.tag));
        own.or_else(|| lost().next()).map(|(entry, _)| *entry)
    }

    /// Whether the log says of everything of which only the links were left, and of every field that is not there, that it is
    /// erased, as an order names it. What is erased is said further on in the log: this is asked at its end, where a checkpoint
    /// was found to cover it ([`Auditor::compare`]), and nowhere before.
    pub fn account(&self) -> Result<(), AuditError> {
        let erasures = &self.ledger.governance().erasures;
        for (index, links) in &self.erased {
            let fault = match erasures.ordered(*index).filter(|_| erasures.is_erased(*index)) {
                None => AuditFault::NotErased,
                Some(named) if named.event == links.event && named.is_in(&links.subject.tag) => continue,
                Some(named) => AuditFault::OtherErased { found: links.event, expected: named.event },
            };
            return Err(AuditError { index: *index, fault });
        }
        let lost = self.missing.iter().find(|field| !erasures.erased().holds(Erasable::Field(**field)));
        lost.map_or(Ok(()), |&FieldPlace { entry: index, place }| {
            Err(AuditError { index, fault: AuditFault::FieldLost { place } })
        })
    }

    /// Whether a checkpoint (whose signature the caller has verified) covers exactly these entries: size, root and origin. At
    /// the end of the log [`Auditor::account`] is to be asked too.
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

    /// The checkpoints of earlier trees under which the log says that something was erased, which this has not yet asked for:
    /// each is to be held against the tree here ([`Vouched::hold`]), which takes the leaves behind its last whole tile.
    #[must_use]
    pub fn vouched(&mut self) -> Vec<Vouched> {
        self.vouched.rest()
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
