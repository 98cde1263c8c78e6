//! Objections, complaints and holds with their clocks; consents, reports and use.

use super::{Line, View};
use crate::casefile::{Fact, Place};
use crate::event::{Body, Class, Phase};
use crate::time::Date;
use serde::Serialize;

/// What a subject has asked for, and what stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Objections {
    /// Objections.
    pub objections: Vec<RequestLine>,
    /// Complaints.
    pub complaints: Vec<RequestLine>,
    /// Holds of courts and reviewing bodies.
    pub holds: Vec<RequestLine>,
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
}

/// One objection, complaint or hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The event that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What is said to be wrong, or why it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// Deadlines that still run (P21).
    pub deadlines: Vec<Deadline>,
}

/// A deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadline {
    /// The period that gives it.
    pub period: &'static str,
    /// The last day.
    pub last_day: String,
    /// Whether that day has passed.
    pub overdue: bool,
}

/// Consents, reports and use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Uses {
    /// Consents.
    pub consents: Vec<UseLine>,
    /// Reports given out.
    pub reports: Vec<UseLine>,
    /// What departments used in decisions of their own.
    pub uses: Vec<UseLine>,
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
}

/// One consent, report or use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UseLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// For what, or with what outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The kind of report, or the domain of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<&'static str>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// The types that a consent covers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<String>,
    /// The event that it rests on: a consent, a report or a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<String>,
}

impl View<'_> {
    /// Objections, complaints and holds.
    pub fn objections(&self) -> Objections {
        let (objections, complaints) = (self.seen(Class::Objection), self.seen(Class::Complaint));
        let holds = self.seen(Class::Hold);
        let lines = |places: &[Place]| places.iter().filter_map(|place| self.request(*place)).collect();
        Objections {
            objections: lines(&objections.places),
            complaints: lines(&complaints.places),
            holds: lines(&holds.places),
            withheld: objections.withheld + complaints.withheld + holds.withheld,
        }
    }

    /// Consents, reports and use.
    pub fn uses(&self) -> Uses {
        let (consents, reports) = (self.seen(Class::Consent), self.seen(Class::Report));
        let uses = self.seen(Class::Use);
        let lines = |places: &[Place]| places.iter().filter_map(|place| self.use_line(*place)).collect();
        Uses {
            consents: lines(&consents.places),
            reports: lines(&reports.places),
            uses: lines(&uses.places),
            withheld: consents.withheld + reports.withheld + uses.withheld,
        }
    }

    fn request(&self, place: Place) -> Option<RequestLine> {
        let item = self.lens.file.get(place)?;
        let (target, ground) = match (&item.fact, item.body()) {
            (Fact::Objection { target, .. }, Some(Body::ObjectionRaised(body))) => {
                (Some(*target), Some(body.ground.clone()))
            }
            (Fact::Complaint { about }, Some(Body::ComplaintFiled(body))) => {
                (*about, Some(body.ground.clone()))
            }
            (Fact::Hold { target, .. }, Some(Body::HoldPlaced(body))) => {
                (*target, Some(format!("{}: {}", body.case, body.reason)))
            }
            (fact, _) => (fact.target(), None),
        };
        Some(RequestLine {
            line: self.line(place)?,
            target: target.and_then(|target| Some(self.lens.file.get(target)?.id.to_string())),
            ground,
            deadlines: self.deadlines(place),
        })
    }

    fn deadlines(&self, place: Place) -> Vec<Deadline> {
        let lens = &self.lens;
        let Some(item) = lens.file.get(place) else { return Vec::new() };
        let raised = item.from.date();
        let forwarded = lens.moves(place).last().map(|(_, step)| step.from.date());
        let running: Vec<(&'static str, Date)> = match (&item.fact, lens.phase_at(place)) {
            (Fact::Objection { .. }, Some(Phase::Raised)) => {
                vec![("objection.forward", raised), ("objection.decide", raised)]
            }
            (Fact::Objection { .. }, Some(Phase::Forwarded)) => {
                vec![("objection.source", forwarded.unwrap_or(raised)), ("objection.decide", raised)]
            }
            (Fact::Complaint { .. }, Some(Phase::Filed)) => vec![("complaint.decide", raised)],
            _ => Vec::new(),
        };
        let deadline = |(period, from): (&'static str, Date)| {
            let last = lens.deadline(period, from, from)?;
            Some(Deadline { period, last_day: last.to_string(), overdue: lens.is_past(last) })
        };
        running.into_iter().filter_map(deadline).collect()
    }

    fn use_line(&self, place: Place) -> Option<UseLine> {
        let (lens, line) = (&self.lens, self.line(place)?);
        let item = lens.file.get(place)?;
        let id = |place: Option<Place>| place.and_then(|place| Some(lens.file.get(place)?.id.to_string()));
        let mut found =
            UseLine { line, purpose: None, what: None, recipient: None, scope: Vec::new(), rests_on: None };
        match (&item.fact, item.body()) {
            (Fact::Consent { scope, .. }, Some(Body::ConsentGranted(body))) => {
                found.purpose = Some(body.purpose.clone());
                found.recipient.clone_from(&body.grantee);
                found.scope = scope.iter().map(|pattern| pattern.as_str().to_owned()).collect();
            }
            (Fact::Report { report, consent }, Some(Body::ReportIssued(body))) => {
                found.purpose = Some(body.purpose.clone());
                found.recipient.clone_from(&body.recipient);
                found.what = Some(report.name());
                found.rests_on = id(*consent);
            }
            (Fact::Use { domain, report, record }, Some(Body::UseReported(body))) => {
                found.purpose = Some(body.outcome.clone());
                found.recipient.clone_from(&body.reference);
                found.what = Some(domain.name());
                found.rests_on = id(report.or(*record));
            }
            _ => {}
        }
        Some(found)
    }
}
