//! What was ordered to be erased, and what is: by the orders, which are sealed, and the ledger's word, which is not.

use crate::authority::Directory;
use crate::casefile::Filed;
use crate::event::{Erasable, ErasureOrdered, FieldPlace, LedgerErased};
use crate::id::{EventId, StreamKey, SubjectId, SubjectStream};
use crate::sealed::{Hashing, StreamTag};
use crate::time::RecordedTime;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use tlog::position::{EntryIndex, TreeSize};

/// Erasures, ordered and done.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Erasures {
    /// What the orders name whole, by its entry.
    ordered: BTreeMap<EntryIndex, Named>,
    /// The single fields that they name.
    fields: BTreeSet<FieldPlace>,
    /// The events that they name whole, by what they were.
    ids: HashMap<(SubjectId, EventId), EntryIndex>,
    /// The orders that are not carried out, oldest first.
    waiting: VecDeque<Waiting>,
    /// The holds that stand, each by whose it is and its id: while one does, nothing of that subject is erased.
    holds: HashSet<(SubjectId, EventId)>,
    /// Who of those that an order or a hold is about has which names.
    persons: Persons,
    /// What is left of entries that were erased before they were seen, by the subject's stream: any of them may have been a hold.
    unseen: HashMap<StreamTag, BTreeSet<EntryIndex>>,
    /// What the ledger says is erased; shared with whoever reads.
    erased: Arc<Erased>,
    /// Whether orders are not seen, so that nothing follows from their absence.
    blind: bool,
}

/// Subjects, which may have more than one name: a hold under one keeps what an order names under another. By each name, all of
/// them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
struct Persons(HashMap<SubjectId, Arc<BTreeSet<SubjectId>>>);

/// What the ledger says is erased.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Erased {
    /// Whole entries.
    pub entries: BTreeSet<EntryIndex>,
    /// Single fields.
    pub fields: BTreeSet<FieldPlace>,
}

/// An order that is not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiting {
    order: EventId,
    subject: SubjectId,
    named: Vec<Erasable>,
    ordered_at: RecordedTime,
    signers: Vec<[u8; 32]>,
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

impl Persons {
    /// Takes in names of one of them, who has all that any of these had.
    fn name(&mut self, names: &[SubjectId]) {
        let known = names.iter().filter_map(|name| self.0.get(name)).flat_map(|all| all.iter());
        let all: Arc<BTreeSet<SubjectId>> = Arc::new(known.chain(names).cloned().collect());
        for name in &*all {
            self.0.insert(name.clone(), all.clone());
        }
    }

    /// Every name of whom this one names.
    fn names_of<'a>(&'a self, name: &'a SubjectId) -> impl Iterator<Item = &'a SubjectId> {
        let all = self.0.get(name).map(|all| all.iter());
        let alone = all.is_none().then_some(name);
        all.into_iter().flatten().chain(alone)
    }
}

impl Erased {
    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.fields.is_empty()
    }

    /// Whether it is, by itself or with its entry.
    #[must_use]
    pub fn holds(&self, one: Erasable) -> bool {
        self.entries.contains(&one.entry())
            || matches!(one, Erasable::Field(field) if self.fields.contains(&field))
    }

    /// Takes in one more.
    pub fn insert(&mut self, one: Erasable) {
        match one {
            Erasable::Entry(entry) => _ = self.entries.insert(entry),
            Erasable::Field(field) => _ = self.fields.insert(field),
        }
    }

    /// The fields of one entry.
    pub fn fields_of(&self, entry: EntryIndex) -> impl Iterator<Item = u8> {
        let at = |place| FieldPlace { entry, place };
        self.fields.range(at(0)..=at(u8::MAX)).map(|field| field.place)
    }
}

impl FromIterator<Erasable> for Erased {
    fn from_iter<I: IntoIterator<Item = Erasable>>(all: I) -> Self {
        let mut erased = Self::default();
        all.into_iter().for_each(|one| erased.insert(one));
        erased
    }
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
    pub(crate) fn order(&mut self, filed: Filed<'_>, body: &ErasureOrdered) {
        let Filed { event, recorded, signers } = filed;
        let subject = event.subject.clone();
        for (named, entry) in body.events.iter().zip(&body.entries) {
            self.ordered.insert(*entry, Named { subject: subject.clone(), event: *named });
            self.ids.insert((subject.clone(), *named), *entry);
        }
        self.fields.extend(body.fields.iter().flat_map(|of| &of.fields));
        self.persons.name(std::slice::from_ref(&subject));
        let (named, signers) = (body.named().collect(), signers.to_vec());
        self.waiting.push_back(Waiting { order: event.id, subject, named, ordered_at: recorded.at, signers });
    }

    /// Takes in that an order was taken back before it was carried out: as if it had never been.
    pub(crate) fn withdraw(&mut self, subject: &SubjectId, order: &EventId) {
        let Some(at) = self.waiting.iter().position(|waiting| waiting.is(subject, order)) else { return };
        for one in self.waiting.remove(at).into_iter().flat_map(|waiting| waiting.named) {
            match one {
                Erasable::Field(field) => _ = self.fields.remove(&field),
                Erasable::Entry(entry) => {
                    if let Some(Named { subject, event }) = self.ordered.remove(&entry) {
                        self.ids.remove(&(subject, event));
                    }
                }
            }
        }
    }

    /// Takes in what is erased.
    pub(crate) fn erase(&mut self, body: &LedgerErased) {
        let erased = Arc::make_mut(&mut self.erased);
        body.named().for_each(|one| erased.insert(one));
        self.waiting.retain(|order| order.named.iter().any(|one| !self.erased.holds(*one)));
    }

    /// Takes in that a hold stands.
    pub(crate) fn hold(&mut self, subject: &SubjectId, hold: EventId) {
        self.persons.name(std::slice::from_ref(subject));
        self.holds.insert((subject.clone(), hold));
    }

    /// Takes in that these are names of one subject.
    pub(crate) fn name(&mut self, names: &[SubjectId]) {
        self.persons.name(names);
    }

    /// Whether an order or a hold is about whom this names.
    pub(crate) fn knows(&self, name: &SubjectId) -> bool {
        self.persons.0.contains_key(name)
    }

    /// One name of each subject that an order or a hold is about.
    pub fn persons(&self) -> impl Iterator<Item = &SubjectId> {
        self.persons.0.iter().filter(|(name, all)| all.first() == Some(name)).map(|(name, _)| name)
    }

    /// Takes in that a hold was released.
    pub(crate) fn release(&mut self, subject: &SubjectId, hold: EventId) {
        self.holds.remove(&(subject.clone(), hold));
    }

    /// Takes in an entry of a subject's stream that is erased, and was not seen.
    pub(crate) fn pass(&mut self, entry: EntryIndex, subject: StreamTag) {
        self.unseen.entry(subject).or_default().insert(entry);
    }

    /// The orders that may be carried out, oldest first, of those that were recorded by then: each as what it names. None of a
    /// subject of whom something is under a hold is among them, and none whose key may have been in wrong hands when it signed. Where
    /// that was said and taken back, an order waits anew from then on: so that it can be said again, or a hold be placed.
    pub fn due(&self, by: RecordedTime, directory: &Directory) -> impl Iterator<Item = &[Erasable]> {
        let due = self.in_turn(directory).filter(move |order| order.waits_since(directory) <= by);
        due.map(|order| order.named.as_slice())
    }

    /// The first of `named` that is of no whole order whose turn it is. Half an order would leave what follows without what
    /// it follows; and none is left out for good while later ones are carried out.
    pub(crate) fn not_of_whole_orders(
        &self,
        named: &LedgerErased,
        directory: &Directory,
    ) -> Option<Erasable> {
        let named: BTreeSet<Erasable> = named.named().collect();
        let mut whole = BTreeSet::new();
        for order in self.in_turn(directory) {
            if order.named.iter().all(|one| named.contains(one)) {
                whole.extend(&order.named);
            } else if !self.may_have_been_held(&order.subject, &named) {
                break;
            }
        }
        named.difference(&whole).next().copied()
    }

    /// Whether something of the subject that nobody can see any more was still there when `named` was erased, and stayed: a hold
    /// keeps all of its subject's, itself too, so it went with its release in a later erasure.
    fn may_have_been_held(&self, subject: &SubjectId, named: &BTreeSet<Erasable>) -> bool {
        let names = self.persons.names_of(subject);
        let mut unseen = names.filter_map(|name| self.unseen.get(&tag_of(name))).flatten();
        unseen.any(|entry| !named.contains(&Erasable::Entry(*entry)) && !self.is_erased(*entry))
    }

    /// The orders that no hold keeps and no thief gave, oldest first.
    fn in_turn(&self, directory: &Directory) -> impl Iterator<Item = &Waiting> {
        let held: HashSet<&SubjectId> =
            self.holds.iter().flat_map(|(subject, _)| self.persons.names_of(subject)).collect();
        self.waiting.iter().filter(move |order| !held.contains(&order.subject) && !order.is_foul(directory))
    }

    /// Whether an order of the subject's stream stands that is not carried out.
    #[must_use]
    pub fn is_waiting(&self, subject: &SubjectId, order: &EventId) -> bool {
        self.waiting.iter().any(|waiting| waiting.is(subject, order))
    }

    /// Whether the ledger says that nothing opens this entry any more.
    #[must_use]
    pub fn is_erased(&self, entry: EntryIndex) -> bool {
        self.erased.entries.contains(&entry)
    }

    /// All that is erased.
    #[must_use]
    pub const fn erased(&self) -> &Arc<Erased> {
        &self.erased
    }

    /// What an order names whole in this entry.
    #[must_use]
    pub fn ordered(&self, entry: EntryIndex) -> Option<&Named> {
        self.ordered.get(&entry)
    }

    /// Whether an order names this field alone.
    #[must_use]
    pub fn is_field_ordered(&self, field: &FieldPlace) -> bool {
        self.fields.contains(field)
    }

    /// The entry that held an event which is erased.
    #[must_use]
    pub fn held(&self, subject: &SubjectId, event: &EventId) -> Option<EntryIndex> {
        if self.erased.entries.is_empty() {
            return None;
        }
        self.ids.get(&(subject.clone(), *event)).copied().filter(|entry| self.is_erased(*entry))
    }
}

impl Waiting {
    /// Whether it is the order of this id: ids are of one stream.
    fn is(&self, subject: &SubjectId, order: &EventId) -> bool {
        self.order == *order && self.subject == *subject
    }

    /// Since when it waits to be carried out.
    fn waits_since(&self, directory: &Directory) -> RecordedTime {
        let numbers = self.signers.iter().filter_map(|key| directory.key_number(key));
        let told = numbers.filter_map(|key| directory.compromises().last_told(key));
        told.fold(self.ordered_at, RecordedTime::max)
    }

    /// Whether a key that signed it may have been in wrong hands then (P26).
    fn is_foul(&self, directory: &Directory) -> bool {
        let numbers = self.signers.iter().filter_map(|key| directory.key_number(key));
        let known = TreeSize::new(u64::MAX);
        numbers.into_iter().any(|key| directory.compromises().of(key, self.ordered_at, known).is_some())
    }
}
