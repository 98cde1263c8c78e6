//! A subject's standing: named states, each with the entries and rules that led to it. No score.

use super::states::State;
use super::{DecisionLine, Line, Projector};
use crate::casefile::{Fact, Identity, Item, ItemNumber, Life, Sight};
use crate::definition::{Polarity, Severity};
use crate::event::{Body, Class, Phase, StepKind};
use crate::id::{AuthorityId, EventId, ListCode, SubjectId, SubjectKind, TypeCode};
use crate::rule::ProjectionRule;
use crate::time::{Date, ValidTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tlog::position::EntryIndex;

/// A subject's standing at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// What can be said in a word, each with its reasons. Never empty.
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
    /// How many records, entries and applications were left out because the reader may not see them.
    pub withheld: usize,
}

/// A word about a subject, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StateLine {
    /// The word.
    pub state: State,
    /// The entries that it rests on.
    pub because: Vec<EntryIndex>,
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
    /// What kind of subject it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SubjectKind>,
    /// When the register took it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<Date>,
    /// Other identifiers of the same subject.
    pub identifiers: Vec<SubjectId>,
    /// The subject that it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<SubjectId>,
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

impl Projector<'_> {
    /// The subject's standing.
    pub fn standing(&self) -> Standing {
        let records = self.seen(Class::Record);
        let listings = self.seen(Class::Listing);
        let repairs = self.seen_repairs();
        let withheld = records.withheld + listings.withheld + repairs.1;
        let mut standing = Standing {
            states: Vec::new(),
            registration: self.registration(),
            records: self.lines(&records.numbers, |number| self.record_line(number)),
            listings: self.lines(&listings.numbers, |number| self.listing_line(number)),
            repairs: self.lines(&repairs.0, |number| self.repair_line(number)),
            withheld,
        };
        standing.states = self.states(&standing);
        standing
    }

    fn states(&self, standing: &Standing) -> Vec<StateLine> {
        let mut states = Vec::new();
        let mut say = |state, because: Vec<EntryIndex>, rule: ProjectionRule| {
            if !because.is_empty() {
                states.push(StateLine { state, because, rules: vec![rule] });
            }
        };
        let in_force = |line: &Line| line.life == Life::InForce;
        let entries = |lines: Vec<&Line>| lines.into_iter().map(|line| line.entry).collect::<Vec<_>>();
        say(
            State::Registered,
            standing.registration.iter().map(|r| r.entry).collect(),
            ProjectionRule::Registered,
        );
        let records = standing.records.iter().map(|record| &record.line).filter(|line| in_force(line));
        say(State::RecordInForce, entries(records.collect()), ProjectionRule::RecordInForce);
        let listed = standing.listings.iter().map(|listing| &listing.line).filter(|line| in_force(line));
        say(State::Listed, entries(listed.collect()), ProjectionRule::Listed);
        let pending = standing
            .repairs
            .iter()
            .map(|repair| &repair.line)
            .filter(|line| matches!(line.phase, Some(Phase::Applied | Phase::Accepted)));
        say(State::RepairPending, entries(pending.collect()), ProjectionRule::Repair);
        if standing.withheld > 0 {
            states.push(StateLine {
                state: State::Withheld,
                because: Vec::new(),
                rules: vec![ProjectionRule::Disclosure],
            });
        }
        if states.is_empty() {
            let mut known = self.case.file.items().filter(|(_, item)| self.case.knows(item)).peekable();
            let (state, rule) = if known.peek().is_none() {
                (State::NoRecord, ProjectionRule::NoRecord)
            } else {
                (State::NothingInForce, ProjectionRule::Expired)
            };
            let seen = known.filter(|(number, _)| self.case.shows_event(*number, self.sight));
            let because = seen.map(|(_, item)| item.entry).collect();
            states.push(StateLine { state, because, rules: vec![rule] });
        }
        states
    }

    /// Who the subject is, as the reader may know it.
    pub fn registration(&self) -> Option<Registration> {
        let mut found: Option<Registration> = None;
        for item in self.case.file.registrations().filter(|item| self.case.has_begun(item)) {
            match (&item.fact, item.body()) {
                (
                    Fact::Identity(Identity::Registered(kind) | Identity::Amended(kind)),
                    Some(Body::SubjectRegistered(body) | Body::SubjectAmended(body)),
                ) => {
                    let before = found.take();
                    let mut now = self.registered(item, *kind);
                    now.name.clone_from(&body.name);
                    now.registered_on = body.registered_on;
                    now.identifiers = before.map(|before| before.identifiers).unwrap_or_default();
                    found = Some(now);
                }
                (_, Some(Body::IdentifierLinked(body))) => {
                    if let Some(found) = &mut found {
                        found.identifiers.push(body.identifier.clone());
                    }
                }
                (_, Some(Body::SubjectMerged(body))) => {
                    if let Some(found) = &mut found {
                        found.merged_into = Some(body.into.clone());
                    }
                }
                (_, Some(Body::SubjectDissolved(_))) => {
                    if let Some(found) = &mut found {
                        found.dissolved_from = Some(item.from);
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn registered(&self, item: &Item, kind: Option<SubjectKind>) -> Registration {
        Registration {
            entry: item.entry,
            issuer: self.authority(item.issuer),
            valid_from: item.from,
            name: None,
            kind: self.case.subject.kind().or(kind),
            registered_on: None,
            identifiers: Vec::new(),
            merged_into: None,
            dissolved_from: None,
        }
    }

    /// A record as a line.
    pub fn record_line(&self, number: ItemNumber) -> Option<RecordLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let record = case.record(number)?;
        let body = match case.file.get(number)?.body() {
            Some(Body::RecordFiled(body)) => Some(body),
            _ => None,
        };
        let corrected = line.steps.iter().rfind(|step| step.kind == StepKind::RecordCorrected);
        let corrected = corrected.and_then(|step| step.statement.clone());
        Some(RecordLine {
            record_type: record.record_type.clone(),
            polarity: case.polarity(record),
            severity: case.severity(number),
            decision: body.map(|body| DecisionLine::of(&body.decision)),
            summary: corrected.or_else(|| body.and_then(|body| body.summary.clone())),
            details: body.map(|body| body.details.iter().cloned().collect()).unwrap_or_default(),
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
        Some(ListingLine {
            list: listing.list.clone(),
            record: listing.record.and_then(|record| Some(case.file.get(record)?.id)),
            row: listing.row.iter().cloned().collect(),
            published: case.shows(number, Sight::Public),
            line,
        })
    }

    /// An application for repair as a line.
    pub fn repair_line(&self, number: ItemNumber) -> Option<RepairLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let item = case.file.get(number)?;
        let Fact::Application { target, corrected_on, .. } = &item.fact else { return None };
        let statement = match item.body() {
            Some(Body::RepairApplied(body)) => body.statement.clone(),
            _ => None,
        };
        let due = super::oversight::repair_due(case, number, item);
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
        let awaits = matches!(self.case.phase_at(number), Some(Phase::Applied | Phase::Accepted));
        self.sight >= Sight::Restricted || awaits
    }

    /// The applications for repair of what the reader sees, and how many are left out: an application says
    /// that its target exists, and is no more public than that.
    pub(super) fn seen_repairs(&self) -> (Vec<ItemNumber>, usize) {
        let all = self.case.known(Class::Application);
        let (seen, hidden): (Vec<_>, Vec<_>) = all.partition(|(number, item)| {
            self.case.shows(*number, self.sight)
                || item.fact.target().is_some_and(|target| self.case.shows(target, self.sight))
        });
        let hidden = hidden.into_iter().filter(|(number, _)| self.is_open(*number));
        (seen.into_iter().map(|(number, _)| number).collect(), hidden.count())
    }
}
