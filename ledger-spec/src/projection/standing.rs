//! A subject's standing: named states, each with the entries and rules that led to it. No score.

use super::{AsOf, Ending, KnownEvent, Life, ProjectionRule, known};
use crate::event::{Body, Decision, Event, ListingEntered, RecordFiled, RepairOutcome, Severity};
use crate::id::{AuthorityId, EventId, ListCode, SubjectId, TypeCode};
use crate::position::EntryIndex;
use crate::time::{Date, ValidTime};

/// A subject's standing at two instants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The subject.
    pub subject: SubjectId,
    /// The instants.
    pub as_of: AsOf,
    /// What can be said in a word, each with its reasons. Never empty.
    pub states: Vec<NamedState>,
    /// The registration, where there is one.
    pub registration: Option<Registration>,
    /// Every record that was known, in the log's order, with where it stands.
    pub records: Vec<RecordLine>,
    /// Every entry on a list that was known.
    pub listings: Vec<ListingLine>,
    /// Every application for repair that was known.
    pub repairs: Vec<RepairLine>,
}

/// A word about a subject, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedState {
    /// The word.
    pub state: State,
    /// The entries that it rests on.
    pub because: Vec<EntryIndex>,
    /// The rules by which it follows.
    pub rules: Vec<ProjectionRule>,
}

/// The words. They stand side by side; none outweighs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing is known: no entries.
    NoRecord,
    /// The subject is registered.
    Registered,
    /// At least one record is in force.
    RecordInForce,
    /// At least one entry on a list holds.
    Listed,
    /// At least one application for repair is undecided.
    RepairPending,
    /// There are entries, but none of the above holds at the valid instant.
    NothingInForce,
}

/// A subject's registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its entry.
    pub entry: EntryIndex,
    /// Who registered it.
    pub issuer: AuthorityId,
    /// Since when.
    pub from: ValidTime,
    /// Its registered name.
    pub name: Option<String>,
    /// When the register took it in.
    pub registered_on: Option<Date>,
}

/// One record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordLine {
    /// The `record.filed` event.
    pub event: EventId,
    /// Its entry.
    pub entry: EntryIndex,
    /// Who filed it.
    pub issuer: AuthorityId,
    /// Since when.
    pub from: ValidTime,
    /// Its type.
    pub record_type: TypeCode,
    /// The document it rests on.
    pub decision: Decision,
    /// Its severity.
    pub severity: Option<Severity>,
    /// What it says.
    pub summary: Option<String>,
    /// Where it stands at the valid instant.
    pub life: Life,
    /// What ends it, where that is known (P04).
    pub ending: Option<Ending>,
}

/// One entry on a list and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingLine {
    /// The `listing.entered` event.
    pub event: EventId,
    /// Its entry.
    pub entry: EntryIndex,
    /// Who entered it.
    pub issuer: AuthorityId,
    /// Since when.
    pub from: ValidTime,
    /// The list.
    pub list: ListCode,
    /// The record that it rests on.
    pub record: Option<EventId>,
    /// What the list publishes.
    pub row: Vec<(String, String)>,
    /// Where it stands at the valid instant.
    pub life: Life,
    /// What ends it, where that is known (P06).
    pub ending: Option<Ending>,
}

/// One application for repair and how far it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairLine {
    /// The `repair.applied` event.
    pub event: EventId,
    /// Its entry.
    pub entry: EntryIndex,
    /// Who took it in.
    pub issuer: AuthorityId,
    /// When.
    pub from: ValidTime,
    /// What it is about.
    pub target: EventId,
    /// What the subject said.
    pub statement: Option<String>,
    /// How far it came at the valid instant.
    pub status: RepairStatus,
    /// The entry that decided it, where it is decided.
    pub decided: Option<Ending>,
}

/// How far an application for repair came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepairStatus {
    /// Not yet made at the valid instant.
    NotYet,
    /// Made and undecided.
    Pending,
    /// Granted.
    Granted,
    /// Refused.
    Refused,
}

impl State {
    /// The word as answers write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoRecord => "no-record",
            Self::Registered => "registered",
            Self::RecordInForce => "record-in-force",
            Self::Listed => "listed",
            Self::RepairPending => "repair-pending",
            Self::NothingInForce => "nothing-in-force",
        }
    }
}

impl RepairStatus {
    /// The word as answers write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotYet => "not-yet",
            Self::Pending => "pending",
            Self::Granted => "granted",
            Self::Refused => "refused",
        }
    }
}

/// Computes a subject's standing from the events of its stream, in the log's order.
pub fn fold_standing(subject: &SubjectId, events: &[KnownEvent], as_of: AsOf) -> Standing {
    let mut standing = Standing {
        subject: subject.clone(),
        as_of,
        states: Vec::new(),
        registration: None,
        records: Vec::new(),
        listings: Vec::new(),
        repairs: Vec::new(),
    };
    let mut all = Vec::new();
    for KnownEvent { index, event, .. } in known(events, &as_of) {
        all.push(*index);
        standing.take(event, *index);
    }
    standing.states = standing.name_states(all);
    standing
}

impl Standing {
    fn take(&mut self, event: &Event, entry: EntryIndex) {
        let valid_at = self.as_of.valid_at;
        let ending = |reason: &str| Ending { entry, from: event.valid_from, reason: reason.to_owned() };
        match &event.body {
            Body::SubjectRegistered(body) if event.valid_from <= valid_at => {
                self.registration = Some(Registration {
                    entry,
                    issuer: event.issuer.clone(),
                    from: event.valid_from,
                    name: body.name.clone(),
                    registered_on: body.registered_on,
                });
            }
            Body::RecordFiled(body) => self.records.push(record_line(event, entry, body, valid_at)),
            Body::ListingEntered(body) => self.listings.push(listing_line(event, entry, body, valid_at)),
            Body::RecordRevoked(body) => {
                if let Some(line) = self.records.iter_mut().find(|line| line.event == body.record) {
                    line.life = Life::at(valid_at, line.from, Some(event.valid_from));
                    line.ending = Some(ending(&body.reason));
                }
            }
            Body::ListingRemoved(body) => {
                if let Some(line) = self.listings.iter_mut().find(|line| line.event == body.listing) {
                    line.life = Life::at(valid_at, line.from, Some(event.valid_from));
                    line.ending = Some(ending(&body.reason));
                }
            }
            Body::RepairApplied(body) => self.repairs.push(RepairLine {
                event: event.id,
                entry,
                issuer: event.issuer.clone(),
                from: event.valid_from,
                target: body.target,
                statement: body.statement.clone(),
                status: if event.valid_from <= valid_at {
                    RepairStatus::Pending
                } else {
                    RepairStatus::NotYet
                },
                decided: None,
            }),
            Body::RepairDecided(body) => {
                if let Some(line) = self.repairs.iter_mut().find(|line| line.event == body.application) {
                    line.decided = Some(ending(body.reason.as_deref().unwrap_or_default()));
                    if event.valid_from <= valid_at {
                        line.status = match body.outcome {
                            RepairOutcome::Granted => RepairStatus::Granted,
                            RepairOutcome::Refused => RepairStatus::Refused,
                        };
                    }
                }
            }
            _ => {}
        }
    }

    fn name_states(&self, all: Vec<EntryIndex>) -> Vec<NamedState> {
        if all.is_empty() {
            let rules = vec![ProjectionRule::NoRecord];
            return vec![NamedState { state: State::NoRecord, because: Vec::new(), rules }];
        }
        let holds = |life: Life| life == Life::InForce;
        let groups = [
            (
                State::Registered,
                self.registration.iter().map(|line| line.entry).collect::<Vec<_>>(),
                ProjectionRule::Registered,
            ),
            (
                State::RecordInForce,
                self.records.iter().filter(|line| holds(line.life)).map(|line| line.entry).collect(),
                ProjectionRule::RecordInForce,
            ),
            (
                State::Listed,
                self.listings.iter().filter(|line| holds(line.life)).map(|line| line.entry).collect(),
                ProjectionRule::Listed,
            ),
            (
                State::RepairPending,
                self.repairs
                    .iter()
                    .filter(|line| line.status == RepairStatus::Pending)
                    .map(|line| line.entry)
                    .collect(),
                ProjectionRule::Repair,
            ),
        ];
        let mut states: Vec<_> = groups
            .into_iter()
            .filter(|(_, because, _)| !because.is_empty())
            .map(|(state, because, rule)| NamedState { state, because, rules: vec![rule] })
            .collect();
        if states.is_empty() {
            let rules = vec![ProjectionRule::RecordRevoked, ProjectionRule::Removed, ProjectionRule::Repair];
            states.push(NamedState { state: State::NothingInForce, because: all, rules });
        }
        states
    }
}

fn record_line(event: &Event, entry: EntryIndex, body: &RecordFiled, valid_at: ValidTime) -> RecordLine {
    RecordLine {
        event: event.id,
        entry,
        issuer: event.issuer.clone(),
        from: event.valid_from,
        record_type: body.record_type.clone(),
        decision: body.decision.clone(),
        severity: body.severity,
        summary: body.summary.clone(),
        life: Life::at(valid_at, event.valid_from, None),
        ending: None,
    }
}

fn listing_line(event: &Event, entry: EntryIndex, body: &ListingEntered, valid_at: ValidTime) -> ListingLine {
    ListingLine {
        event: event.id,
        entry,
        issuer: event.issuer.clone(),
        from: event.valid_from,
        list: body.list.clone(),
        record: body.record,
        row: body.row.clone(),
        life: Life::at(valid_at, event.valid_from, None),
        ending: None,
    }
}
