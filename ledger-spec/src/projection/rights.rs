//! Objections, complaints and holds with their clocks; consents, reports and use.

use super::leaf::hex_if_any;
use super::{Line, Projector};
use crate::casefile::{Fact, ItemNumber};
use crate::definition::{Domain, Pattern, ProcedurePeriod};
use crate::event::{Body, Class, Phase, ReportKind};
use crate::id::EventId;
use crate::time::{Date, ValidTime};
use serde::Serialize;
use tlog::position::{EntryIndex, TreeSize};

/// What a subject has asked for, and what stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Objections {
    /// Objections.
    pub objections: Vec<RequestLine>,
    /// Complaints.
    pub complaints: Vec<RequestLine>,
    /// Holds of courts and reviewing bodies.
    pub holds: Vec<RequestLine>,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// One objection, complaint or hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The event that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<EventId>,
    /// What is said to be wrong, or why it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// Deadlines that still run (P21).
    pub deadlines: Vec<Deadline>,
}

/// A deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deadline {
    /// The period that gives it.
    pub period: ProcedurePeriod,
    /// The last day.
    pub last_day: Date,
    /// Whether that day has passed.
    pub overdue: bool,
}

/// Consents, reports and use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Uses {
    /// Consents.
    pub consents: Vec<UseLine>,
    /// Reports given out.
    pub reports: Vec<UseLine>,
    /// What departments used in decisions of their own.
    pub uses: Vec<UseLine>,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// What was given out, or where something was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Used {
    /// A kind of report.
    Report(ReportKind),
    /// A domain.
    In(Domain),
}

/// One consent, report or use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UseLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// For what, or with what outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The kind of report, or the domain of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<Used>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// The types that a consent covers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<Pattern>,
    /// The event that it rests on: a consent, a report or a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<EventId>,
    /// BLAKE3 of the report's file, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "hex_if_any")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, pattern = "^[0-9a-f]{64}$"))]
    pub document: Option<[u8; 32]>,
    /// What a report says: the register as of when, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub valid_at: Option<ValidTime>,
    /// The same, by how many entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub known: Option<TreeSize>,
}

impl Projector<'_> {
    /// Objections, complaints and holds.
    pub fn objections(&self) -> Objections {
        let (objections, complaints) = (self.seen(Class::Objection), self.seen(Class::Complaint));
        let holds = self.seen(Class::Hold);
        let withheld = self.told(objections.withheld + complaints.withheld + holds.withheld);
        let (shown, next) = self.cut([objections.numbers, complaints.numbers, holds.numbers]);
        let [objections, complaints, holds] =
            shown.map(|shown| self.lines(&shown, |number| self.request(number)));
        Objections { objections, complaints, holds, withheld, next }
    }

    /// Consents, reports and use.
    pub fn uses(&self) -> Uses {
        let (consents, reports) = (self.seen(Class::Consent), self.seen(Class::Report));
        let uses = self.seen(Class::Use);
        let withheld = self.told(consents.withheld + reports.withheld + uses.withheld);
        let (shown, next) = self.cut([consents.numbers, reports.numbers, uses.numbers]);
        let [consents, reports, uses] = shown.map(|shown| self.lines(&shown, |number| self.use_line(number)));
        Uses { consents, reports, uses, withheld, next }
    }

    fn request(&self, number: ItemNumber) -> Option<RequestLine> {
        let item = self.case.file.get(number)?;
        let (target, ground) = match (&item.fact, self.body(item)) {
            (Fact::Objection { target, .. }, Some(Body::ObjectionRaised(body))) => {
                (Some(*target), Some(body.ground))
            }
            (Fact::Complaint { about }, Some(Body::ComplaintFiled(body))) => (*about, Some(body.ground)),
            (Fact::Hold { target, .. }, Some(Body::HoldPlaced(body))) => {
                (*target, Some(format!("{}: {}", body.case, body.reason)))
            }
            (fact, _) => (fact.target(), None),
        };
        Some(RequestLine {
            line: self.line(number)?,
            target: target.and_then(|target| self.named(target)),
            ground,
            deadlines: self.deadlines(number),
        })
    }

    fn deadlines(&self, number: ItemNumber) -> Vec<Deadline> {
        let case = &self.case;
        let Some(item) = case.file.get(number) else { return Vec::new() };
        let raised = item.from.date();
        let forwarded = case.moves(number).last().map(|(_, step)| step.from.date());
        let running: Vec<(ProcedurePeriod, Date)> = match (&item.fact, case.phase_at(number)) {
            (Fact::Objection { .. }, Some(Phase::Raised)) => {
                vec![(ProcedurePeriod::ObjectionForward, raised), (ProcedurePeriod::ObjectionDecide, raised)]
            }
            (Fact::Objection { .. }, Some(Phase::Forwarded)) => {
                vec![
                    (ProcedurePeriod::ObjectionSource, forwarded.unwrap_or(raised)),
                    (ProcedurePeriod::ObjectionDecide, raised),
                ]
            }
            (Fact::Complaint { .. }, Some(Phase::Filed)) => vec![(ProcedurePeriod::ComplaintDecide, raised)],
            _ => Vec::new(),
        };
        let deadline = |(period, from): (ProcedurePeriod, Date)| {
            let last = case.deadline(period, from, from)?;
            Some(Deadline { period, last_day: last, overdue: case.is_past(last) })
        };
        running.into_iter().filter_map(deadline).collect()
    }

    fn use_line(&self, number: ItemNumber) -> Option<UseLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let item = case.file.get(number)?;
        let id = |number: Option<ItemNumber>| number.and_then(|number| self.named(number));
        let mut found = UseLine {
            line,
            purpose: None,
            what: None,
            recipient: None,
            scope: Vec::new(),
            rests_on: None,
            document: None,
            valid_at: None,
            known: None,
        };
        match (&item.fact, self.body(item)) {
            (Fact::Consent { scope, .. }, Some(Body::ConsentGranted(body))) => {
                found.purpose = Some(body.purpose);
                found.recipient = body.grantee;
                found.scope = scope.to_vec();
            }
            (Fact::Report { report, consent }, Some(Body::ReportIssued(body))) => {
                found.purpose = Some(body.purpose);
                found.recipient = body.recipient;
                found.what = Some(Used::Report(*report));
                found.rests_on = id(*consent);
                found.document = body.document;
                found.valid_at = body.as_of.map(|as_of| as_of.valid_at);
                found.known = body.as_of.map(|as_of| as_of.known);
            }
            (Fact::Use { domain, report, record }, Some(Body::UseReported(body))) => {
                found.purpose = Some(body.outcome);
                found.recipient = body.reference;
                found.what = Some(Used::In(*domain));
                found.rests_on = id(report.or(*record));
            }
            _ => {}
        }
        Some(found)
    }
}
