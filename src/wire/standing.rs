//! A subject's standing.

use super::{Withheld, as_object, known_text};
use ledger_spec::bytes::to_hex;
use ledger_spec::event::Decision;
use ledger_spec::projection::{
    Ending, ListingLine, NamedState, RecordLine, Registration, RepairLine, Standing, State,
};
use serde::Serialize;
use utoipa::ToSchema;

/// What can be said of a subject at two instants, with the entries and rules behind each statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StandingAnswer {
    /// The subject.
    pub subject: String,
    /// The valid instant, RFC 3339.
    #[schema(format = DateTime)]
    pub valid_at: String,
    /// What was known: a number of entries, or an RFC 3339 instant.
    pub known_at: String,
    /// The words that hold, side by side.
    pub states: Vec<StateAnswer>,
    /// The registration, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<RegistrationAnswer>,
    /// Every record, with where it stands at the valid instant.
    pub records: Vec<RecordAnswer>,
    /// Every entry on a list.
    pub listings: Vec<ListingAnswer>,
    /// Every application for repair.
    pub repairs: Vec<RepairAnswer>,
    /// What was left out because it is not public.
    pub withheld: Withheld,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

/// A word about a subject, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateAnswer {
    /// `no-record`, `registered`, `record-in-force`, `listed`, `repair-pending`, `nothing-in-force`; or
    /// `withheld`: there is more than is shown here.
    pub state: &'static str,
    /// The entries that it rests on.
    pub because: Vec<u64>,
    /// The rules of projection by which it follows.
    pub rules: Vec<&'static str>,
}

/// A subject's registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegistrationAnswer {
    /// Its entry.
    pub entry: u64,
    /// Who registered it.
    pub issuer: String,
    /// Since when, RFC 3339.
    #[schema(format = DateTime)]
    pub from: String,
    /// Its registered name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When the register took it in, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<String>,
}

/// The document that a record rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DecisionAnswer {
    /// Its official number.
    pub number: String,
    /// Its date, `YYYY-MM-DD`.
    pub date: String,
    /// BLAKE3 of the document's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// What ends something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EndingAnswer {
    /// The entry that says so.
    pub entry: u64,
    /// From when, RFC 3339.
    #[schema(format = DateTime)]
    pub from: String,
    /// Why.
    pub reason: String,
}

/// One record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordAnswer {
    /// The id of its `record.filed` event.
    pub event: String,
    /// Its entry.
    pub entry: u64,
    /// Who filed it.
    pub issuer: String,
    /// Since when, RFC 3339.
    #[schema(format = DateTime)]
    pub from: String,
    /// Its type in the catalogue.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The document it rests on.
    pub decision: DecisionAnswer,
    /// `minor`, `general` or `serious`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<&'static str>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// `not-yet`, `in-force` or `ended`.
    pub life: &'static str,
    /// What ends it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<EndingAnswer>,
}

/// One entry on a list and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListingAnswer {
    /// The id of its `listing.entered` event.
    pub event: String,
    /// Its entry.
    pub entry: u64,
    /// Who entered it.
    pub issuer: String,
    /// Since when, RFC 3339.
    #[schema(format = DateTime)]
    pub from: String,
    /// The list.
    pub list: String,
    /// The record that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// What the list publishes, by column.
    #[serde(serialize_with = "row")]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub row: Vec<(String, String)>,
    /// `not-yet`, `in-force` or `ended`.
    pub life: &'static str,
    /// What ends it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<EndingAnswer>,
}

/// One application for repair and how far it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RepairAnswer {
    /// The id of its `repair.applied` event.
    pub event: String,
    /// Its entry.
    pub entry: u64,
    /// Who took it in.
    pub issuer: String,
    /// When, RFC 3339.
    #[schema(format = DateTime)]
    pub from: String,
    /// The id of the event that it is about.
    pub target: String,
    /// What the subject said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// `not-yet`, `pending`, `granted` or `refused`.
    pub life: &'static str,
    /// What decided it, where it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<EndingAnswer>,
}

impl StandingAnswer {
    /// The answer, for a standing from which `withheld` was left out.
    pub fn of(standing: &Standing, withheld: Withheld, checkpoint: &str) -> Self {
        Self {
            subject: standing.subject.to_string(),
            valid_at: standing.as_of.valid_at.to_string(),
            known_at: known_text(standing.as_of.known_at),
            states: states(&standing.states, &withheld),
            registration: standing.registration.as_ref().map(RegistrationAnswer::from),
            records: standing.records.iter().map(RecordAnswer::from).collect(),
            listings: standing.listings.iter().map(ListingAnswer::from).collect(),
            repairs: standing.repairs.iter().map(RepairAnswer::from).collect(),
            withheld,
            checkpoint: checkpoint.to_owned(),
        }
    }
}

/// Where something is withheld, "there is nothing" would be false, so it is not said.
fn states(states: &[NamedState], withheld: &Withheld) -> Vec<StateAnswer> {
    let hidden = withheld.count > 0;
    let says_nothing = |state: State| matches!(state, State::NoRecord | State::NothingInForce);
    let mut words: Vec<_> =
        states.iter().filter(|named| !(hidden && says_nothing(named.state))).map(StateAnswer::from).collect();
    if hidden {
        words.push(StateAnswer { state: "withheld", because: Vec::new(), rules: Vec::new() });
    }
    words
}

impl From<&NamedState> for StateAnswer {
    fn from(named: &NamedState) -> Self {
        Self {
            state: named.state.name(),
            because: named.because.iter().map(|entry| entry.get()).collect(),
            rules: named.rules.iter().map(|rule| rule.id()).collect(),
        }
    }
}

impl From<&Registration> for RegistrationAnswer {
    fn from(line: &Registration) -> Self {
        Self {
            entry: line.entry.get(),
            issuer: line.issuer.to_string(),
            from: line.from.to_string(),
            name: line.name.clone(),
            registered_on: line.registered_on.map(|date| date.to_string()),
        }
    }
}

impl From<&Decision> for DecisionAnswer {
    fn from(decision: &Decision) -> Self {
        Self {
            number: decision.number.clone(),
            date: decision.date.to_string(),
            document: decision.document.map(|hash| to_hex(&hash)),
        }
    }
}

impl From<&Ending> for EndingAnswer {
    fn from(ending: &Ending) -> Self {
        Self { entry: ending.entry.get(), from: ending.from.to_string(), reason: ending.reason.clone() }
    }
}

impl From<&RecordLine> for RecordAnswer {
    fn from(line: &RecordLine) -> Self {
        Self {
            event: line.event.to_string(),
            entry: line.entry.get(),
            issuer: line.issuer.to_string(),
            from: line.from.to_string(),
            record_type: line.record_type.to_string(),
            decision: (&line.decision).into(),
            severity: line.severity.map(|severity| severity.name()),
            summary: line.summary.clone(),
            life: line.life.name(),
            ending: line.ending.as_ref().map(EndingAnswer::from),
        }
    }
}

impl From<&ListingLine> for ListingAnswer {
    fn from(line: &ListingLine) -> Self {
        Self {
            event: line.event.to_string(),
            entry: line.entry.get(),
            issuer: line.issuer.to_string(),
            from: line.from.to_string(),
            list: line.list.to_string(),
            record: line.record.map(|record| record.to_string()),
            row: line.row.clone(),
            life: line.life.name(),
            ending: line.ending.as_ref().map(EndingAnswer::from),
        }
    }
}

impl From<&RepairLine> for RepairAnswer {
    fn from(line: &RepairLine) -> Self {
        Self {
            event: line.event.to_string(),
            entry: line.entry.get(),
            issuer: line.issuer.to_string(),
            from: line.from.to_string(),
            target: line.target.to_string(),
            statement: line.statement.clone(),
            life: line.status.name(),
            ending: line.decided.as_ref().map(EndingAnswer::from),
        }
    }
}

#[allow(clippy::ptr_arg)] // serde hands over the field's own type
fn row<S: serde::Serializer>(row: &Vec<(String, String)>, serializer: S) -> Result<S::Ok, S::Error> {
    as_object(row, serializer)
}
