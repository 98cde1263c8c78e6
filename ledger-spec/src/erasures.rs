//! What was ordered to be erased, and what is: by the orders, which are sealed, and the ledger's word, which is not.

use crate::event::{ErasureOrdered, LedgerErased};
use crate::id::{EventId, StreamKey, SubjectId, SubjectStream};
use crate::sealed::{Hashing, StreamTag};
use crate::time::RecordedTime;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use tlog::position::EntryIndex;

/// Erasures, ordered and done.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Erasures {
    /// What the orders name, by its entry.
    ordered: BTreeMap<EntryIndex, Named>,
    /// The same by what it was.
    ids: HashMap<(SubjectId, EventId), EntryIndex>,
    /// The orders that are not carried out, oldest first.
    waiting: VecDeque<Waiting>,
    /// The holds that stand, and whose they are: while one does, nothing of that subject is erased.
    holds: HashMap<EventId, SubjectId>,
    /// What is left of entries that were erased before they were seen, by the subject's stream: any of them may have been a hold.
    unseen: HashMap<StreamTag, BTreeSet<EntryIndex>>,
    /// What the ledger says is erased; shared with whoever reads.
    erased: Arc<BTreeSet<EntryIndex>>,
    /// Whether orders are not seen, so that nothing follows from their absence.
    blind: bool,
}

/// An order that is not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiting {
    subject: SubjectId,
    entries: Vec<EntryIndex>,
    ordered_at: RecordedTime,
}

/// An event that an order names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Whose it was.
    pub subject: SubjectId,
    /// Which.
    pub event: EventId,
}

impl Named {
    /// Whether the subject's stream is the one of this tag.
    #[must_use]
    pub fn is_in(&self, tag: &StreamTag) -> bool {
        tag_of(&self.subject) == *tag
    }
}

fn tag_of(subject: &SubjectId) -> StreamTag {
    StreamTag::of(Hashing::Sha256, &StreamKey::Subject(SubjectStream::sealed(subject.clone())))
}

impl Erasures {
    /// Those of a log whose sealed entries nobody opens: what stands in the clear of them.
    #[must_use]
    pub fn blind() -> Self {
        Self { blind: true, ..Self::default() }
    }

    /// Whether orders are not seen.
    #[must_use]
    pub const fn is_blind(&self) -> bool {
        self.blind
    }

    /// Takes in an order.
    pub(crate) fn order(&mut self, subject: &SubjectId, body: &ErasureOrdered, ordered_at: RecordedTime) {
        let (subject, entries) = (subject.clone(), body.entries.clone());
        self.waiting.push_back(Waiting { subject: subject.clone(), entries, ordered_at });
        for (event, entry) in body.events.iter().zip(&body.entries) {
            self.ordered.insert(*entry, Named { subject: subject.clone(), event: *event });
            self.ids.insert((subject.clone(), *event), *entry);
        }
    }

    /// Takes in what is erased.
    pub(crate) fn erase(&mut self, body: &LedgerErased) {
        Arc::make_mut(&mut self.erased).extend(&body.entries);
        self.waiting.retain(|order| order.entries.iter().any(|entry| !self.erased.contains(entry)));
    }

    /// Takes in that a hold stands.
    pub(crate) fn hold(&mut self, subject: &SubjectId, hold: EventId) {
        self.holds.insert(hold, subject.clone());
    }

    /// Takes in that a hold was released.
    pub(crate) fn release(&mut self, hold: &EventId) {
        self.holds.remove(hold);
    }

    /// Takes in an entry of a subject's stream that is erased, and was not seen.
    pub(crate) fn pass(&mut self, entry: EntryIndex, subject: StreamTag) {
        self.unseen.entry(subject).or_default().insert(entry);
    }

    /// The orders that may be carried out, oldest first, of those that were recorded by then: each as its entries. Nothing of a
    /// subject of whom something is under a hold is among them.
    pub fn due(&self, by: RecordedTime) -> impl Iterator<Item = &[EntryIndex]> {
        let due = self.in_turn().filter(move |order| order.ordered_at <= by);
        due.map(|order| order.entries.as_slice())
    }

    /// The first entry of `named` that is of no whole order whose turn it is. Half an order would leave what follows without what
    /// it follows; and none is left out for good while later ones are carried out.
    pub(crate) fn not_of_whole_orders(&self, named: &[EntryIndex]) -> Option<EntryIndex> {
        let named: BTreeSet<EntryIndex> = named.iter().copied().collect();
        let mut whole = BTreeSet::new();
        for order in self.in_turn() {
            if order.entries.iter().all(|entry| named.contains(entry)) {
                whole.extend(&order.entries);
            } else if !self.may_have_been_held(&order.subject, &named) {
                break;
            }
        }
        named.difference(&whole).next().copied()
    }

    /// Whether something of the subject that nobody can see any more was still there when `named` was erased, and stayed: a hold
    /// keeps all of its subject's, itself too, so it went with its release in a later erasure.
    fn may_have_been_held(&self, subject: &SubjectId, named: &BTreeSet<EntryIndex>) -> bool {
        let mut unseen = self.unseen.get(&tag_of(subject)).into_iter().flatten();
        unseen.any(|entry| !named.contains(entry) && !self.is_erased(*entry))
    }

    /// The orders that no hold keeps, oldest first.
    fn in_turn(&self) -> impl Iterator<Item = &Waiting> {
        let held: HashSet<&SubjectId> = self.holds.values().collect();
        self.waiting.iter().filter(move |order| !held.contains(&order.subject))
    }

    /// Whether the ledger says that nothing opens this entry any more.
    #[must_use]
    pub fn is_erased(&self, entry: EntryIndex) -> bool {
        self.erased.contains(&entry)
    }

    /// All that is erased.
    #[must_use]
    pub const fn erased(&self) -> &Arc<BTreeSet<EntryIndex>> {
        &self.erased
    }

    /// What an order names in this entry.
    #[must_use]
    pub fn ordered(&self, entry: EntryIndex) -> Option<&Named> {
        self.ordered.get(&entry)
    }

    /// The entry that held an event which is erased.
    #[must_use]
    pub fn held(&self, subject: &SubjectId, event: &EventId) -> Option<EntryIndex> {
        if self.erased.is_empty() {
            return None;
        }
        self.ids.get(&(subject.clone(), *event)).copied().filter(|entry| self.is_erased(*entry))
    }
}
