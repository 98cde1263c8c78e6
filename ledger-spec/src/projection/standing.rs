//! A subject's standing: named states, each with the entries and rules that led to it. No score.

use super::page::{self, MOST_NAMED, is_none};
use super::states::State;
use super::{DecisionLine, Line, MarkLine, Projector};
use crate::casefile::{Details, Fact, Identity, Item, ItemNumber, NameHash, RecordFact, Sight};
use crate::definition::{Polarity, STEP, Severity};
use crate::event::{Body, Class, Phase};
use crate::id::{AuthorityId, EventId, ListCode, SubjectId, SubjectKind, TypeCode};
use crate::rule::ProjectionRule;
use crate::time::{Date, ValidTime};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use tlog::position::EntryIndex;

/// A subject's standing at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// What can be said in a word, each with its reasons, over everything and the same on every page. To the public it is
    /// never said that there is nothing, or that something is left out: then it is empty.
    pub states: Vec<StateLine>,
    /// The registration, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// The records that the reader sees, in the log's order, with where each stands.
    pub records: Vec<RecordLine>,
    /// The entries on lists.
    pub listings: Vec<ListingLine>,
    /// The applications for repair.
    pub repairs: Vec<RepairLine>,
    /// How many records, entries, applications, measures, grades, points and commitments were left out because the reader may
    /// not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// To a department, where a key may have been in wrong hands when it signed what ended something of this (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// A word about a subject, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StateLine {
    /// The word.
    pub state: State,
    /// The entries that it rests on: the first, at most a hundred.
    pub because: Vec<EntryIndex>,
    /// How many more entries it rests on.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: usize,
    /// The rules by which it follows.
    pub rules: Vec<ProjectionRule>,
}

/// Who the subject is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registration {
    /// Its entry.
    pub entry: EntryIndex,
    /// Who registered it.
    pub issuer: AuthorityId,
    /// Since when, RFC 3339.
    pub valid_from: ValidTime,
    /// Its registered name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many personal fields it has that are not shown here (D15).
    #[serde(default, skip_serializing_if = "is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub undisclosed: usize,
    /// What kind of subject it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SubjectKind>,
    /// When the register took it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<Date>,
    /// Other identifiers of the same subject: the first, at most a hundred.
    pub identifiers: Vec<SubjectId>,
    /// How many more of them there are.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more_identifiers: usize,
    /// The subject that it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<SubjectId>,
    /// The subjects that were merged into it: what they did stands under their names. The first, at most a hundred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub merged_from: Vec<SubjectId>,
    /// How many more there are said to be.
    #[serde(default, skip_serializing_if = "is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub more_merged_from: usize,
    /// Where a key may have been in wrong hands when it signed something that says who the subject is (P26).
    pub marks: Vec<MarkLine>,
    /// When it was dissolved, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dissolved_from: Option<ValidTime>,
}

/// One record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// Its type.
    #[serde(rename = "type")]
    pub record_type: TypeCode,
    /// Which way it points.
    pub polarity: Polarity,
    /// Its severity, as last corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The document it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionLine>,
    /// What it says, as last corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The type's own fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// The steps that every matter of its type needs and that no record shown here is about, by their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub missing: Vec<String>,
    /// How many personal fields it has that are not shown here (D15).
    #[serde(default, skip_serializing_if = "is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub undisclosed: usize,
    /// The last day of what its decision restricts: as it says itself, or by the bans that were imposed by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub restriction_until: Option<Date>,
    /// Whether everyone can see it at the valid instant.
    pub published: bool,
    /// The last day on which it may be published (P18).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publicity_until: Option<Date>,
}

/// One entry on a list and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListingLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The list.
    pub list: ListCode,
    /// The event of the record that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<EventId>,
    /// What the list publishes.
    pub row: BTreeMap<String, String>,
    /// How many personal fields it has that are not shown here (D15).
    #[serde(default, skip_serializing_if = "is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub undisclosed: usize,
    /// Whether everyone can see it at the valid instant.
    pub published: bool,
}

/// One application for repair and how far it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The event that it is about.
    pub target: EventId,
    /// What the subject says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// When the conduct was corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_on: Option<Date>,
    /// The last day for the next step (P21), while one is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Whether that day has passed.
    pub overdue: bool,
}

/// What else may be in force, with the word for it and the rule by which it ends.
const OTHERS: [(Class, State, ProjectionRule); 4] = [
    (Class::Measure, State::MeasureInForce, ProjectionRule::TakenBack),
    (Class::Rating, State::Rated, ProjectionRule::Superseded),
    (Class::Charge, State::PointsCharged, ProjectionRule::Points),
    (Class::Commitment, State::Committed, ProjectionRule::TakenBack),
];

/// A step of a matter that was taken, by a record of this type.
pub(super) type Taken<'a> = (&'a TypeCode, NameHash, Cow<'a, Details>);

impl<'a> Projector<'a> {
    /// The subject's standing.
    pub fn standing(&self) -> Standing {
        let (records, listings) = (self.seen(Class::Record), self.seen(Class::Listing));
        let (repairs, hidden) = self.seen_repairs();
        let others = OTHERS.map(|(class, ..)| self.seen(class));
        let left_out: usize = others.iter().map(|seen| seen.withheld).sum();
        let withheld = self.told(records.withheld + listings.withheld + hidden + left_out);
        let mut states = self.states([&records.numbers, &listings.numbers, &repairs]);
        for ((_, state, rule), seen) in OTHERS.into_iter().zip(&others) {
            states.push(StateLine::of(state, self.in_force(&seen.numbers), rule));
        }
        let states = self.and_nothing_else(states, withheld);
        let ([records, listings, repairs], next) = self.cut([records.numbers, listings.numbers, repairs]);
        Standing {
            states,
            registration: self.registration(),
            records: self.lines(&records, |number| self.record_line(number)),
            listings: self.lines(&listings, |number| self.listing_line(number)),
            repairs: self.lines(&repairs, |number| self.repair_line(number)),
            withheld,
            marks: self.ended_by_compromised(&[Class::Record, Class::Listing]),
            next,
        }
    }

    /// What is said over everything that the reader sees.
    fn states(&self, [records, listings, repairs]: [&[ItemNumber]; 3]) -> Vec<StateLine> {
        let case = &self.case;
        let pending =
            |number: &ItemNumber| matches!(case.phase_at(*number), Some(Phase::Applied | Phase::Accepted));
        let registered = self.registering().map(|(_, item)| item.entry).into_iter().collect();
        vec![
            StateLine::of(State::Registered, registered, ProjectionRule::Registered),
            StateLine::of(State::RecordInForce, self.in_force(records), ProjectionRule::RecordInForce),
            StateLine::of(State::Listed, self.in_force(listings), ProjectionRule::Listed),
            StateLine::of(State::RepairPending, self.entries(repairs, pending), ProjectionRule::Repair),
            StateLine::of(State::Successor, self.merged.entries.clone(), ProjectionRule::Merged),
        ]
    }

    /// The states that rest on something; and, to whom that is told, that more is left out, or that there is nothing.
    fn and_nothing_else(&self, mut states: Vec<StateLine>, withheld: Option<usize>) -> Vec<StateLine> {
        states.sort_by_key(|line| line.state);
        states.retain(|state| !state.because.is_empty());
        let Some(withheld) = withheld else { return states };
        if withheld > 0 {
            states.push(StateLine::of(State::Withheld, Vec::new(), ProjectionRule::Disclosure));
        }
        if states.is_empty() {
            states.push(self.nothing());
        }
        states
    }

    /// What is said where nothing else can be.
    fn nothing(&self) -> StateLine {
        let mut known = self.case.file.items().filter(|(_, item)| self.case.knows(item)).peekable();
        let (state, rule) = if known.peek().is_none() {
            (State::NoRecord, ProjectionRule::NoRecord)
        } else {
            (State::NothingInForce, ProjectionRule::Expired)
        };
        let seen = known.filter(|(number, _)| self.shows_event(*number));
        StateLine::of(state, seen.map(|(_, item)| item.entry).collect(), rule)
    }

    fn in_force(&self, numbers: &[ItemNumber]) -> Vec<EntryIndex> {
        self.entries(numbers, |number| self.case.in_force(*number))
    }

    /// The entries of those of some things that fit.
    fn entries(&self, numbers: &[ItemNumber], fits: impl Fn(&ItemNumber) -> bool) -> Vec<EntryIndex> {
        let fitting = numbers.iter().filter(|number| fits(number));
        fitting.filter_map(|number| Some(self.case.file.get(*number)?.entry)).collect()
    }

    /// The registration or amendment that counts: the last that has begun.
    fn registering(&self) -> Option<(usize, &Item)> {
        self.identities().rfind(|(_, item)| states_who(item))
    }

    /// The events that say who the subject is, as far as they have begun, by the moment of asking too where that bounds the
    /// reader, numbered. Who a natural person is, departments and the public are not told.
    fn identities(&self) -> impl DoubleEndedIterator<Item = (usize, &Item)> {
        let told = self.sight >= Sight::Restricted || !self.case.subject.is_natural();
        let told = self.case.file.registrations().enumerate().filter(move |_| told);
        told.filter(|(_, item)| {
            let begun = self.now.as_ref().is_none_or(|now| now.has_begun(item));
            item.entry.is_in(self.known) && self.case.has_begun(item) && begun
        })
    }

    /// Who the subject is, as the reader may know it.
    pub fn registration(&self) -> Option<Registration> {
        let (first, _) = self.identities().find(|(_, item)| states_who(item))?;
        let (last, item) = self.registering()?;
        // Identifiers stay when the rest is stated anew; what came before any registration names nobody.
        let since = |identity: Identity| {
            let found = self.identities().rfind(|(at, item)| *at > last && is(item, &identity));
            // An end or a merger that was taken back by the moment of asking is not told to whom that bounds.
            found.filter(|(_, item)| self.now.as_ref().is_none_or(|now| !now.is_stated_anew(item)))
        };
        // That an enterprise is a person's is told to those who may know of the person.
        let told = |id: &SubjectId| self.sight >= Sight::Restricted || !id.is_natural();
        // What is not told is not counted either.
        let mut identifiers = self.identifiers(first);
        identifiers.retain(told);
        let (identifiers, more_identifiers) = page::first(identifiers, MOST_NAMED);
        let merged = since(Identity::Merged).and_then(|(_, item)| match self.body(item)? {
            Body::SubjectMerged(body) => Some(body.into).filter(told),
            _ => None,
        });
        let whole = self.whole(item);
        let (name, registered_on) = match whole.as_ref().map(|whole| &whole.body) {
            Some(Body::SubjectRegistered(body) | Body::SubjectAmended(body)) => {
                (body.name.clone(), body.registered_on)
            }
            _ => (None, None),
        };
        let name = name.or_else(|| whole.as_ref()?.field("name"));
        let kind = match item.fact {
            Fact::Identity(Identity::Registered { kind, .. } | Identity::Amended { kind, .. }) => kind,
            _ => None,
        };
        // That another is named, who may be a person, is not told by a mark either.
        let spoken = |item: &&Item| self.sight >= Sight::Restricted || !names_another(item);
        let identities = self.identities().map(|(_, item)| item).filter(spoken);
        let mut compromised = self.suspicion().of_all(identities);
        compromised.extend(&self.merged.compromised);
        Some(Registration {
            entry: item.entry,
            issuer: self.authority(item.issuer),
            valid_from: item.from,
            name,
            undisclosed: whole.map_or(0, |whole| whole.undisclosed),
            kind: self.case.subject.kind().or(kind),
            registered_on,
            identifiers,
            more_identifiers,
            merged_into: merged,
            marks: MarkLine::of_compromised(&compromised, self.sight),
            merged_from: self.merged.subjects.clone(),
            more_merged_from: self.merged.more,
            dissolved_from: since(Identity::Dissolved).map(|(_, item)| item.from),
        })
    }

    /// Other identifiers of the subject: what the events after its registration say, unless that other took it back; and of a
    /// body every name by which answers about it are the same.
    fn identifiers(&self, registered: usize) -> Vec<SubjectId> {
        let mut said: Vec<SubjectId> = Vec::new();
        for (_, item) in self.identities().filter(|(at, _)| *at > registered) {
            let Fact::Identity(Identity::Linked { other, taken_back }) = &item.fact else { continue };
            said.retain(|one| one != &**other);
            if !*taken_back {
                said.push((**other).clone());
            }
        }
        for name in self.other_names() {
            if !said.contains(name) {
                said.push(name.clone());
            }
        }
        said.retain(|one| one != self.case.subject && !self.disowned.contains(one));
        said
    }

    /// What a matter lacks, of what the reader sees, of the steps that every matter of the type needs, where its type has such.
    fn missing_steps(&self, number: ItemNumber, record: &RecordFact) -> Vec<String> {
        let is_step = self.case.details(number).is_some_and(|details| details.step.is_some());
        let matter = self.case.matter(number).filter(|_| is_step);
        let (Some(matter), Some(definition)) = (matter, self.case.type_of(record)) else {
            return Vec::new();
        };
        let needed =
            definition.fields.iter().filter(|field| field.name == STEP).flat_map(|field| &field.values);
        let all = self.taken.get_or_init(|| self.steps_taken());
        let taken = |step: &str| {
            all.iter().any(|(code, of, details)| {
                **code == record.record_type && *of == matter && details.is_step(&[step])
            })
        };
        let missing = needed.filter(|value| value.each && !taken(&value.value));
        missing.map(|value| value.value.clone()).collect()
    }

    /// The steps of all matters, as far as the reader sees the records of them.
    fn steps_taken(&self) -> Vec<Taken<'a>> {
        let steps = self.case.begun(Class::Record).filter_map(|(number, _)| {
            let details = self.case.details(number).filter(|details| details.step.is_some())?;
            let (record, matter) = (self.case.record(number)?, self.case.matter(number)?);
            (self.case.stands(number) && self.shows(number)).then_some((&record.record_type, matter, details))
        });
        steps.collect()
    }

    /// A record as a line.
    pub fn record_line(&self, number: ItemNumber) -> Option<RecordLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let record = case.record(number)?;
        let said = self.said(number)?;
        Some(RecordLine {
            record_type: record.record_type.clone(),
            polarity: case.polarity(record),
            severity: self.severity(number),
            decision: said.decision,
            summary: said.summary,
            details: said.details,
            missing: self.missing_steps(number, record),
            undisclosed: said.undisclosed,
            restriction_until: case.restriction_by(number, |ban| self.shows(ban)),
            published: case.shows(number, Sight::Public),
            publicity_until: case.publicity_until(number, record),
            line,
        })
    }

    /// An entry on a list as a line.
    pub fn listing_line(&self, number: ItemNumber) -> Option<ListingLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let item = case.file.get(number)?;
        let Fact::Listing(listing) = &item.fact else { return None };
        let (row, undisclosed) = self.row(number, item);
        Some(ListingLine {
            list: listing.list.clone(),
            record: listing.record.and_then(|record| self.named(record)),
            row: row.into_iter().collect(),
            undisclosed,
            published: case.shows(number, Sight::Public),
            line,
        })
    }

    /// An application for repair as a line.
    pub fn repair_line(&self, number: ItemNumber) -> Option<RepairLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let item = case.file.get(number)?;
        let Fact::Application { target, corrected_on, .. } = &item.fact else { return None };
        let statement = match self.body(item) {
            Some(Body::RepairApplied(body)) => body.statement,
            _ => None,
        };
        let due = super::clock::repair_due(case, number, item);
        Some(RepairLine {
            target: case.file.get(*target)?.id,
            statement,
            corrected_on: *corrected_on,
            due,
            overdue: due.is_some_and(|day| case.is_past(day)),
            line,
        })
    }

    /// Whether an application that is not shown counts as left out: one that still awaits a step.
    fn is_open(&self, number: ItemNumber) -> bool {
        self.sight >= Sight::Restricted || self.case.awaits(number)
    }

    /// The applications for repair of what the reader sees, and how many are left out: an application says
    /// that its target exists, and is no more public than that; the public sees none.
    pub(super) fn seen_repairs(&self) -> (Vec<ItemNumber>, usize) {
        let all = self.case.known(Class::Application).filter(|(_, item)| item.entry.is_in(self.known));
        let (seen, hidden): (Vec<_>, Vec<_>) = all.partition(|(number, item)| {
            let of_target = self.sight > Sight::Public;
            self.shows(*number) || of_target && item.fact.target().is_some_and(|target| self.shows(target))
        });
        let hidden = hidden.into_iter().filter(|(number, _)| self.is_open(*number));
        (seen.into_iter().map(|(number, _)| number).collect(), hidden.count())
    }
}

impl StateLine {
    /// A word, the entries that it rests on, and the rule by which it follows.
    fn of(state: State, because: Vec<EntryIndex>, rule: ProjectionRule) -> Self {
        let (because, more) = page::first(because, MOST_NAMED);
        Self { state, because, more, rules: vec![rule] }
    }
}

/// Whether an event states who the subject is: a registration or an amendment.
const fn states_who(item: &Item) -> bool {
    matches!(&item.fact, Fact::Identity(identity) if identity.states_who())
}

/// Whether an event says which other identifier or subject there is.
const fn names_another(item: &Item) -> bool {
    matches!(&item.fact, Fact::Identity(identity) if identity.names_another())
}

fn is(item: &Item, identity: &Identity) -> bool {
    matches!(&item.fact, Fact::Identity(found) if found == identity)
}
