//! A subject's case file: a stream of its folded once, for admission and for every projection.
//!
//! It keeps what each event began and the steps that followed, with both times, and no event whole: that is read when it is shown.
//! [`CaseAsOf`] says where each thing stands at two instants. Nothing is ever taken out, so that the past can be asked about.

mod all_names;
mod annulments;
mod as_of;
mod beneath;
mod corrected;
mod decided;
mod decision;
mod details;
mod ends;
mod fact;
mod files;
mod from_event;
mod graver;
mod gravity;
mod item_row;
mod joined;
mod licence;
mod masking;
mod named;
mod publicity;
mod restriction;
mod review;
mod stay;
mod terms;
mod viewer;

pub use crate::definition::Sight;
pub use crate::spelling::NameHash;
pub use all_names::Named;
pub use annulments::{AnnulledBy, Annulment, Annulments};
pub use as_of::{AsOf, CaseAsOf};
pub use decision::Behind;
pub use details::{Detail, Details, PenaltyKinds};
pub use ends::{Cause, End, Life};
pub use fact::{Fact, Identity, ListingFact, MeasureFact, RatingFact, RecordFact, StepFact};
pub use files::{CaseEntry, CaseFiles};
pub use graver::Graver;
pub use gravity::Gravity;
pub use item_row::{ItemRow, RowError};
pub use masking::Masking;
pub use publicity::{Mark, Marked};
pub use viewer::{Beyond, Letters, Names, Viewer};

use crate::authority::{AuthorityNumber, Directory, Recorded};
use crate::compromise::KeyNumber;
use crate::entry::StreamVersion;
use crate::event::{Class, Event, Phase, ReviewOutcome, StepKind};
use crate::id::{EventId, Pseudonym, SubjectId, SubjectKind};
use crate::time::{Date, RecordedTime, ValidTime};
use tlog::defect::{OrDefect as _, as_u64, as_usize};
use tlog::position::EntryIndex;

/// The end of a stream: its last entry and its version with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last entry.
    pub last: EntryIndex,
    /// The stream's version.
    pub version: StreamVersion,
}

impl Head {
    /// The version of a stream whose head this is; a stream without a head holds nothing.
    pub fn version_of(head: Option<&Self>) -> StreamVersion {
        head.map_or(StreamVersion::NONE, |head| head.version)
    }

    /// The head after one more entry.
    pub fn advanced(head: Option<&Self>, entry: EntryIndex) -> Self {
        Self { last: entry, version: Self::version_of(head).next() }
    }
}

/// The number of an event in its case file, from 0 in the log's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemNumber(u32);

/// One stream of a subject's, folded.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CaseFile {
    head: Option<Head>,
    items: Vec<Item>,
    /// Places ordered by event id.
    by_id: Vec<ItemNumber>,
    /// Records ordered by their decisions' numbers.
    by_decision: Vec<ItemNumber>,
    /// The `subject.*` events that say who the subject is.
    registrations: Vec<ItemNumber>,
    /// Holds on all of the subject.
    holds: Vec<ItemNumber>,
    /// What is left of events that are erased: that they stood in these entries.
    remains: Vec<(EventId, EntryIndex)>,
}

/// What an event says of another identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// It is the subject's too.
    Said,
    /// It is not.
    TakenBack,
}

/// One event of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The event's id.
    pub id: EventId,
    /// Its entry.
    pub entry: EntryIndex,
    /// When the ledger committed it.
    pub recorded_at: RecordedTime,
    /// Who issued it.
    pub issuer: AuthorityNumber,
    /// The keys that signed it.
    pub signers: Vec<KeyNumber>,
    /// From when it holds.
    pub from: ValidTime,
    /// How many fields travel beside it.
    pub fields: u8,
    /// What it began or moved on.
    pub fact: Fact,
    /// The events that refer to it, in the log's order: steps, and what rests on it or is about it.
    pub followed: Vec<ItemNumber>,
}

/// An admitted event with its number in the log, as a case file takes it in.
#[derive(Clone, Copy, Debug)]
pub struct Filed<'a> {
    /// What it states.
    pub event: &'a Event,
    /// Where it stands.
    pub recorded: Recorded,
    /// The keys that signed it.
    pub signers: &'a [[u8; 32]],
}

impl CaseFile {
    /// The file of whoever has none.
    #[must_use]
    pub fn empty() -> &'static Self {
        static EMPTY: CaseFile = CaseFile {
            head: None,
            items: Vec::new(),
            by_id: Vec::new(),
            by_decision: Vec::new(),
            registrations: Vec::new(),
            holds: Vec::new(),
            remains: Vec::new(),
        };
        &EMPTY
    }

    /// An empty file with room for so many events.
    #[must_use]
    pub fn with_capacity(events: usize) -> Self {
        Self { items: Vec::with_capacity(events), by_id: Vec::with_capacity(events), ..Self::default() }
    }

    /// The stream's end; `None` while nothing stands in it.
    pub const fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// How many events stand in it: what it costs to keep.
    pub const fn len(&self) -> usize {
        self.items.len()
    }

    /// The version of a stream of as many events.
    fn count(&self) -> StreamVersion {
        StreamVersion::new(as_u64(self.items.len()))
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub const fn weight(&self) -> usize {
        // An item's own lists, and its places in the file's; of the facts that lie apart, a record's, as most are.
        const LISTS: usize = 64;
        size_of::<Self>() + self.items.len() * (size_of::<Item>() + LISTS + size_of::<RecordFact>())
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The entry that holds the event with this id.
    pub fn entry_of(&self, id: &EventId) -> Option<EntryIndex> {
        self.find(id).map(|(_, item)| item.entry)
    }

    /// The event with this id.
    pub fn find(&self, id: &EventId) -> Option<(ItemNumber, &Item)> {
        let at = self.position(id).ok()?;
        let number = *self.by_id.get(at)?;
        self.get(number).map(|item| (number, item))
    }

    /// The event at a number.
    pub fn get(&self, number: ItemNumber) -> Option<&Item> {
        self.items.get(usize::try_from(number.0).ok()?)
    }

    /// The event of an entry.
    pub fn at(&self, entry: EntryIndex) -> Option<&Item> {
        self.get(self.number_of(entry)?)
    }

    /// The number of the event of an entry.
    pub fn number_of(&self, entry: EntryIndex) -> Option<ItemNumber> {
        let at = self.items.binary_search_by_key(&entry, |item| item.entry).ok()?;
        u32::try_from(at).ok().map(ItemNumber)
    }

    /// All events in the log's order.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = (ItemNumber, &Item)> {
        let number = |at| ItemNumber(u32::try_from(at).or_defect("it was numbered when it was taken in"));
        self.items.iter().enumerate().map(move |(at, item)| (number(at), item))
    }

    /// The events that say who the subject is, in the log's order.
    pub fn registrations(&self) -> impl DoubleEndedIterator<Item = &Item> + ExactSizeIterator {
        self.registrations.iter().map(|number| self.own(*number))
    }

    /// Takes in one admitted event that stands in this subject's stream.
    pub fn apply(&mut self, filed: Filed<'_>, directory: &Directory) {
        let added = CaseEntry::of(filed, directory);
        self.take(added.entry, added.row);
    }

    /// Takes in what an admitted event adds to this file: its entry, and what is kept of it.
    pub fn take(&mut self, entry: EntryIndex, row: Option<ItemRow>) {
        // Admission lets in enrolled issuers only. What an audit recalls was not admitted anew; it is held
        // against a checkpoint after this.
        match row {
            Some(row) => self.apply_row(row),
            None => self.head = Some(Head::advanced(self.head.as_ref(), entry)),
        }
    }

    /// Takes in the row of an event that stands in this subject's stream, after all those before it.
    pub fn apply_row(&mut self, row: ItemRow) {
        let ItemRow { entry, id, recorded_at, issuer, signers, from, fields, fact } = row;
        self.head = Some(Head::advanced(self.head.as_ref(), entry));
        let mut fact = fact.numbered(self);
        self.give_back(&mut fact);
        self.push(Item { id, entry, recorded_at, issuer, signers, from, fields, fact, followed: Vec::new() });
    }

    /// A review of a decision that was annulled, by which it stands after all, takes its record back to where that was before.
    fn give_back(&self, fact: &mut Fact) {
        let Fact::Step(step) = fact else { return };
        let phases = || self.moves(step.of).filter_map(|(_, moved)| moved.fact.moved_to());
        if step.reviewed.is_some_and(ReviewOutcome::decides) && phases().last() == Some(Phase::Revoked) {
            step.to = Some(phases().filter(|phase| *phase != Phase::Revoked).last().unwrap_or(Phase::Filed));
        }
    }

    /// Takes in that an erased event stood in the stream, which ends with it.
    pub fn pass(&mut self, event: EventId, head: Head) {
        self.head = Some(head);
        self.remains.push((event, head.last));
    }

    /// The entry that held an erased event, as far as that was met on the way here.
    pub(crate) fn remains_of(&self, event: &EventId) -> Option<EntryIndex> {
        self.remains.iter().find(|(one, _)| one == event).map(|(_, entry)| *entry)
    }

    /// Takes in what refers to this file's own events already.
    fn push(&mut self, item: Item) {
        let at = u32::try_from(self.items.len()).or_defect("no memory holds a stream of so many events");
        let (number, id) = (ItemNumber(at), item.id);
        for referred in item.fact.refers_to() {
            let item = self.items.get_mut(as_usize(referred.0.into()));
            item.or_defect("a fact refers to what was found in its file").followed.push(number);
        }
        match item.fact {
            Fact::Identity(_) => self.registrations.push(number),
            Fact::Hold { target: None, .. } => self.holds.push(number),
            _ => {}
        }
        let decision = match &item.fact {
            Fact::Record(record) => Some(record.decision),
            _ => None,
        };
        self.items.push(item);
        if let Some(decision) = decision {
            self.by_decision.insert(self.decided_at(decision, number), number);
        }
        if let Err(sorted) = self.position(&id) {
            self.by_id.insert(sorted, number);
        }
    }

    fn position(&self, id: &EventId) -> Result<usize, usize> {
        self.by_id.binary_search_by(|number| self.own(*number).id.cmp(id))
    }

    /// The event at a number that the file itself keeps.
    fn own(&self, number: ItemNumber) -> &Item {
        self.get(number).or_defect("a file keeps numbers of its own events only")
    }

    /// The number of an event that another refers to. Admission has seen that it is there.
    fn place_of(&self, id: &EventId) -> Option<ItemNumber> {
        self.find(id).map(|(number, _)| number)
    }

    /// Whether the subject is registered, or was.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.identities().any(|identity| matches!(identity, Identity::Registered { .. }))
    }

    /// Whether the subject's code was accepted by name though it fails its standard's check.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.identities().any(|identity| *identity == Identity::Accepted)
    }

    /// What kind of subject it is, by its identifier or else by its registration.
    pub fn kind_of(&self, subject: &SubjectId) -> Option<SubjectKind> {
        let stated = self.identities().filter_map(|identity| match identity {
            Identity::Registered { kind, .. } | Identity::Amended { kind, .. } => *kind,
            _ => None,
        });
        subject.kind().or(stated.last())
    }

    /// When the register took it in, as last stated. Who was registered under two names has been there since the earlier day.
    pub fn registered_on(&self) -> Option<Date> {
        self.identities().fold(None, |stated: Option<Date>, identity| match *identity {
            Identity::Registered { on, .. } => stated.into_iter().chain(on).min(),
            Identity::Amended { on, .. } => on.or(stated),
            _ => stated,
        })
    }

    /// The first day on which it was dissolved or went on in another, as far as nothing was stated of who it is since.
    pub fn gone_on(&self) -> Option<Date> {
        self.registrations().fold(None, |gone, item| match &item.fact {
            Fact::Identity(Identity::Dissolved | Identity::Merged) => {
                Some(gone.map_or(item.from.date(), |gone: Date| gone.min(item.from.date())))
            }
            Fact::Identity(Identity::Registered { .. } | Identity::Amended { .. }) => None,
            _ => gone,
        })
    }

    /// Who registered it.
    pub fn registrar(&self) -> Option<AuthorityNumber> {
        let mut registrations = self.registrations();
        let registered =
            registrations.find(|item| matches!(item.fact, Fact::Identity(Identity::Registered { .. })));
        registered.map(|item| item.issuer)
    }

    /// The other pseudonyms of the subject that its events say, with the entry that says each.
    pub fn renewals(&self) -> impl Iterator<Item = (EntryIndex, Pseudonym)> {
        self.registrations().filter_map(|item| match item.fact {
            Fact::Identity(Identity::Renewed(pseudonym)) => Some((item.entry, pseudonym)),
            _ => None,
        })
    }

    /// The other identifiers of the subject that its events say, or take back, with the entry that says each.
    fn links(&self) -> impl DoubleEndedIterator<Item = (EntryIndex, &SubjectId, Link)> {
        self.registrations().filter_map(|item| match &item.fact {
            Fact::Identity(Identity::Linked { other, taken_back }) => {
                let link = if *taken_back { Link::TakenBack } else { Link::Said };
                Some((item.entry, &**other, link))
            }
            _ => None,
        })
    }

    /// Whether its events say of other names that they are the subject's, or once did.
    #[must_use]
    pub fn names_others(&self) -> bool {
        self.renewals().next().is_some() || self.links().next().is_some()
    }

    fn identities(&self) -> impl Iterator<Item = &Identity> {
        self.registrations().filter_map(|item| match &item.fact {
            Fact::Identity(identity) => Some(identity),
            _ => None,
        })
    }

    /// How far the thing that began at `number` has come by everything that is known, whatever the valid
    /// time of its steps: what admission asks.
    pub fn last_phase(&self, number: ItemNumber) -> Option<Phase> {
        let (_, opened) = self.get(number)?.opens()?;
        Some(self.moves(number).filter_map(|(_, step)| step.fact.moved_to()).last().unwrap_or(opened))
    }

    /// The latest valid time of the thing at `number` and of what moved it.
    pub fn last_moved(&self, number: ItemNumber) -> Option<ValidTime> {
        let item = self.get(number)?;
        Some(self.moves(number).map(|(_, step)| step.from).fold(item.from, ValidTime::max))
    }

    /// What moved the thing at `number` to another phase, in the log's order.
    pub fn moves(&self, number: ItemNumber) -> impl Iterator<Item = (ItemNumber, &Item)> {
        self.followers(number)
            .filter(move |(_, item)| item.fact.moved_to().is_some() && item.fact.moves() == Some(number))
    }

    /// The events that refer to the one at `number`, in the log's order.
    pub fn followers(&self, number: ItemNumber) -> impl Iterator<Item = (ItemNumber, &Item)> {
        let followed = self.get(number).map_or(&[][..], |item| &item.followed);
        followed.iter().map(|at| (*at, self.own(*at)))
    }

    /// The holds on all of the subject, in the log's order.
    pub fn subject_holds(&self) -> impl Iterator<Item = (ItemNumber, &Item)> {
        self.holds.iter().map(|at| (*at, self.own(*at)))
    }

    /// What a revocation of the record at `number` says of its decision, which others may have records by: that it counts no more
    /// from then on, or that it never did.
    pub fn annulment(
        &self,
        number: ItemNumber,
        from: Option<ValidTime>,
        entry: EntryIndex,
    ) -> Option<Annulment> {
        let item = self.get(number)?;
        let Fact::Record(record) = &item.fact else { return None };
        let (decision, date) = (record.decision, record.decided_on);
        let from = from.unwrap_or_else(|| date.start_of_day());
        Some(Annulment { issuer: item.issuer, decision, date, from, entry })
    }

    /// The same of the step at `number`, where it revokes a decision and does so as regards everybody.
    pub fn annulment_by(&self, number: ItemNumber) -> Option<Annulment> {
        let item = self.get(number)?;
        let step = item.step().filter(|step| step.kind == StepKind::RecordRevoked && !step.alone)?;
        self.annulment(step.of, (!step.void).then_some(item.from), item.entry)
    }

    /// The numbers of what `class` began, in the log's order.
    pub fn of_class(&self, class: Class) -> impl Iterator<Item = (ItemNumber, &Item)> {
        self.items().filter(move |(_, item)| item.fact.opens().is_some_and(|(found, _)| found == class))
    }
}

impl Item {
    /// What it began and in which phase; `None` for steps.
    pub const fn opens(&self) -> Option<(Class, Phase)> {
        self.fact.opens()
    }

    /// The step it is, if it is one.
    pub const fn step(&self) -> Option<&StepFact> {
        match &self.fact {
            Fact::Step(step) => Some(step),
            _ => None,
        }
    }

    /// Which step it is, if it is one.
    pub const fn step_kind(&self) -> Option<StepKind> {
        match &self.fact {
            Fact::Step(step) => Some(step.kind),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
