//! What a case file keeps of each event: what admission and the projections ask of it, and no more.

use super::{CaseFile, ItemNumber};
use crate::definition::{Disclosure, Domain, Pattern, Polarity, Severity};
use crate::event::{
    Body, Class, Event, Extra, Finding, Indicator, Phase, RecordFiled, ReportKind, Review, Step, StepKind,
    Term,
};
use crate::id::{AuthorityId, EventId, ListCode, MeasureCode, PointsCode, RatingCode, SubjectKind, TypeCode};
use crate::time::Date;
use std::sync::Arc;

/// What one event began or moved on. References to other events of the stream are numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // fields are named as in the event's body
pub enum Fact {
    /// Nothing that can be followed or as_of about.
    Plain,
    /// One of `subject.*`.
    Identity(Identity),
    Record(Box<RecordFact>),
    Notice {
        list: ListCode,
        record: Option<ItemNumber>,
        served_on: Date,
    },
    Listing(Box<ListingFact>),
    Measure(Box<MeasureFact>),
    Application {
        target: ItemNumber,
        list: Option<ListCode>,
        corrected_on: Option<Date>,
        commitment: bool,
    },
    Objection {
        target: ItemNumber,
        list: Option<ListCode>,
    },
    Complaint {
        about: Option<ItemNumber>,
    },
    Hold {
        target: Option<ItemNumber>,
        publication: bool,
    },
    Commitment {
        commitment_type: TypeCode,
        due: Option<Date>,
    },
    Rating(Box<RatingFact>),
    Charge {
        scheme: PointsCode,
        rule: Box<str>,
        points: u16,
        record: Option<ItemNumber>,
    },
    Consent {
        scope: Vec<Pattern>,
        until: Option<Date>,
    },
    Report {
        report: ReportKind,
        consent: Option<ItemNumber>,
    },
    Use {
        domain: Domain,
        report: Option<ItemNumber>,
        record: Option<ItemNumber>,
    },
    Population {
        indicator: Indicator,
        count: u64,
        date: Date,
    },
    Order {
        due: Date,
    },
    Incident,
    Transfer {
        to: AuthorityId,
        record: Option<ItemNumber>,
    },
    Migration,
    Step(StepFact),
}

/// What a `subject.*` event says of who the subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // named like the kinds
pub enum Identity {
    Registered(Option<SubjectKind>),
    Amended(Option<SubjectKind>),
    Linked,
    Accepted,
    Merged,
    Dissolved,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // fields are named as in the event's body
pub struct RecordFact {
    pub record_type: TypeCode,
    pub polarity: Option<Polarity>,
    pub severity: Option<Severity>,
    pub decided_on: Date,
    pub disclosure: Option<Disclosure>,
    /// Whether a basis for publishing personal information is cited.
    pub published_on_basis: bool,
    pub publicity_until: Option<Date>,
    /// Whether it is said why a minor record has to be published.
    pub need: bool,
    pub restriction_until: Option<Date>,
    pub conduct: Option<Box<str>>,
    pub conduct_ended_on: Option<Date>,
    pub review: Option<Review>,
    pub rests_on: Option<ItemNumber>,
    pub consent: Option<ItemNumber>,
    /// The migration under which it came in, an event of its filer's own stream.
    pub migration: Option<EventId>,
}

/// An entry on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // fields are named as in the event's body
pub struct ListingFact {
    pub list: ListCode,
    pub record: Option<ItemNumber>,
    pub notice: Option<ItemNumber>,
    pub until: Option<Date>,
    /// The decision's date, where one is named.
    pub decided_on: Option<Date>,
    pub migration: Option<EventId>,
    /// What the list publishes, in the event's order of columns: editions are made from it.
    pub row: Arc<[(String, String)]>,
    pub order: Option<Box<str>>,
}

/// A measure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // fields are named as in the event's body
pub struct MeasureFact {
    pub measure: MeasureCode,
    pub rests_on: Option<ItemNumber>,
    pub term: Term,
    pub decided_on: Option<Date>,
}

/// A grade.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // fields are named as in the event's body
pub struct RatingFact {
    pub scheme: RatingCode,
    pub grade: Box<str>,
    pub rests_on: Vec<ItemNumber>,
    pub period_from: Option<Date>,
    pub until: Option<Date>,
    pub decided_on: Option<Date>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepFact {
    /// Which step.
    pub kind: StepKind,
    /// What it moved.
    pub of: ItemNumber,
    /// The phase that it moved that to.
    pub to: Option<Phase>,
    /// The last day that it names.
    pub until: Option<Date>,
    /// The severity that it corrects to.
    pub severity: Option<Severity>,
    /// Whether it answers a statement.
    pub answered: bool,
    /// Whether a complaint was founded.
    pub founded: bool,
    /// The domain in which a measure was used.
    pub domain: Option<Domain>,
    /// The date of the document that decides.
    pub decided_on: Option<Date>,
}

impl Fact {
    /// What it began and in which phase; `None` for steps.
    pub const fn opens(&self) -> Option<(Class, Phase)> {
        Some(match self {
            Self::Plain | Self::Identity(_) => (Class::Plain, Phase::Issued),
            Self::Record(_) => (Class::Record, Phase::Filed),
            Self::Notice { .. } => (Class::Notice, Phase::Notified),
            Self::Listing(_) => (Class::Listing, Phase::Entered),
            Self::Measure(_) => (Class::Measure, Phase::Imposed),
            Self::Application { .. } => (Class::Application, Phase::Applied),
            Self::Objection { .. } => (Class::Objection, Phase::Raised),
            Self::Complaint { .. } => (Class::Complaint, Phase::Filed),
            Self::Hold { .. } => (Class::Hold, Phase::Placed),
            Self::Commitment { .. } => (Class::Commitment, Phase::Made),
            Self::Rating(_) => (Class::Rating, Phase::Assigned),
            Self::Charge { .. } => (Class::Charge, Phase::Charged),
            Self::Consent { .. } => (Class::Consent, Phase::Granted),
            Self::Report { .. } => (Class::Report, Phase::Issued),
            Self::Use { .. } => (Class::Use, Phase::Issued),
            Self::Population { .. } => (Class::Population, Phase::Declared),
            Self::Order { .. } => (Class::Order, Phase::Ordered),
            Self::Incident => (Class::Incident, Phase::Opened),
            Self::Transfer { .. } => (Class::Transfer, Phase::Made),
            Self::Migration => (Class::Migration, Phase::Opened),
            Self::Step(_) => return None,
        })
    }

    /// The phase to which it moves what it refers to; `None` where it moves nothing.
    pub const fn moved_to(&self) -> Option<Phase> {
        match self {
            Self::Step(step) => step.to,
            Self::Listing(listing) if listing.notice.is_some() => Some(Phase::Entered),
            _ => None,
        }
    }

    /// What it moves: a step its object, an entry on a list the notice before it.
    pub const fn moves(&self) -> Option<ItemNumber> {
        match self {
            Self::Step(step) => Some(step.of),
            Self::Listing(listing) => listing.notice,
            _ => None,
        }
    }

    /// What it refers to.
    pub fn refers_to(&self) -> Vec<ItemNumber> {
        match self {
            Self::Record(record) => record.rests_on.into_iter().chain(record.consent).collect(),
            Self::Notice { record, .. } => record.iter().copied().collect(),
            Self::Listing(listing) => listing.record.into_iter().chain(listing.notice).collect(),
            Self::Measure(measure) => measure.rests_on.into_iter().collect(),
            Self::Application { target, .. } | Self::Objection { target, .. } => vec![*target],
            Self::Complaint { about } => about.iter().copied().collect(),
            Self::Hold { target, .. } => target.iter().copied().collect(),
            Self::Rating(rating) => rating.rests_on.clone(),
            Self::Charge { record, .. } | Self::Transfer { record, .. } => record.iter().copied().collect(),
            Self::Report { consent, .. } => consent.iter().copied().collect(),
            Self::Use { report, record, .. } => report.iter().chain(record).copied().collect(),
            Self::Step(step) => vec![step.of],
            _ => Vec::new(),
        }
    }

    /// The list that it concerns.
    pub const fn list(&self) -> Option<&ListCode> {
        match self {
            Self::Notice { list, .. } => Some(list),
            Self::Listing(listing) => Some(&listing.list),
            Self::Application { list, .. } | Self::Objection { list, .. } => list.as_ref(),
            _ => None,
        }
    }

    /// What an application or an objection is about, or a hold holds.
    pub const fn target(&self) -> Option<ItemNumber> {
        match self {
            Self::Application { target, .. } | Self::Objection { target, .. } => Some(*target),
            Self::Hold { target, .. } => *target,
            _ => None,
        }
    }
}

impl CaseFile {
    /// What the file keeps of an event. A reference that is not there makes it [`Fact::Plain`]: admission
    /// lets none pass, and what an audit recalls without it is held against a checkpoint afterwards.
    pub(super) fn fact_of(&self, event: &Event) -> Fact {
        self.fact_or_none(event).unwrap_or(Fact::Plain)
    }

    fn fact_or_none(&self, event: &Event) -> Option<Fact> {
        let number = |id: &Option<EventId>| id.as_ref().and_then(|id| self.place_of(id));
        Some(match &event.body {
            Body::SubjectRegistered(body) => Fact::Identity(Identity::Registered(body.kind)),
            Body::SubjectAmended(body) => Fact::Identity(Identity::Amended(body.kind)),
            Body::IdentifierLinked(_) => Fact::Identity(Identity::Linked),
            Body::IdentifierAccepted(_) => Fact::Identity(Identity::Accepted),
            Body::SubjectMerged(_) => Fact::Identity(Identity::Merged),
            Body::SubjectDissolved(_) => Fact::Identity(Identity::Dissolved),
            Body::RecordFiled(body) => {
                Fact::Record(Box::new(record(body, number(&body.rests_on), number(&body.consent))))
            }
            Body::ListingNotified(body) => Fact::Notice {
                list: body.list.clone(),
                record: number(&body.record),
                served_on: body.served_on,
            },
            Body::ListingEntered(body) => Fact::Listing(Box::new(ListingFact {
                list: body.list.clone(),
                record: number(&body.record),
                notice: number(&body.notice),
                until: body.until,
                decided_on: body.decision.as_ref().map(|decision| decision.date),
                migration: body.migration,
                row: body.row.as_slice().into(),
                order: body.order.as_deref().map(Into::into),
            })),
            Body::MeasureImposed(body) => Fact::Measure(Box::new(MeasureFact {
                measure: body.measure.clone(),
                rests_on: self.place_of(&body.rests_on),
                term: body.term,
                decided_on: body.decision.as_ref().map(|decision| decision.date),
            })),
            Body::RepairApplied(body) => Fact::Application {
                target: self.place_of(&body.target)?,
                list: body.list.clone(),
                corrected_on: body.corrected_on,
                commitment: body.commitment,
            },
            Body::ObjectionRaised(body) => {
                Fact::Objection { target: self.place_of(&body.target)?, list: body.list.clone() }
            }
            Body::ComplaintFiled(body) => Fact::Complaint { about: number(&body.about) },
            Body::HoldPlaced(body) => {
                Fact::Hold { target: number(&body.target), publication: body.publication }
            }
            Body::CommitmentMade(body) => {
                Fact::Commitment { commitment_type: body.commitment_type.clone(), due: body.due }
            }
            Body::RatingAssigned(body) => Fact::Rating(Box::new(RatingFact {
                scheme: body.scheme.clone(),
                grade: body.grade.as_str().into(),
                rests_on: body.rests_on.iter().filter_map(|id| self.place_of(id)).collect(),
                period_from: body.period.map(|(from, _)| from),
                until: body.period.and_then(|(_, until)| until),
                decided_on: body.decision.as_ref().map(|decision| decision.date),
            })),
            Body::PointsCharged(body) => Fact::Charge {
                scheme: body.scheme.clone(),
                rule: body.rule.as_str().into(),
                points: body.points,
                record: number(&body.record),
            },
            Body::ConsentGranted(body) => Fact::Consent { scope: body.scope.clone(), until: body.until },
            Body::ReportIssued(body) => Fact::Report { report: body.report, consent: number(&body.consent) },
            Body::UseReported(body) => {
                Fact::Use { domain: body.domain, report: number(&body.report), record: number(&body.record) }
            }
            Body::PopulationDeclared(body) => {
                Fact::Population { indicator: body.indicator, count: body.count, date: body.date }
            }
            Body::RectificationOrdered(body) => Fact::Order { due: body.due },
            Body::IncidentOpened(_) => Fact::Incident,
            Body::TransferMade(body) => Fact::Transfer { to: body.to.clone(), record: number(&body.record) },
            Body::MigrationOpened(_) => Fact::Migration,
            Body::Step(step) => Fact::Step(step_fact(step, self.place_of(&step.of)?)),
            _ => Fact::Plain,
        })
    }
}

fn record(body: &RecordFiled, rests_on: Option<ItemNumber>, consent: Option<ItemNumber>) -> RecordFact {
    RecordFact {
        record_type: body.record_type.clone(),
        polarity: body.polarity,
        severity: body.severity,
        decided_on: body.decision.date,
        disclosure: body.disclosure,
        published_on_basis: body.publication.as_ref().is_some_and(|publication| publication.masked),
        publicity_until: body.publicity.as_ref().map(|publicity| publicity.until),
        need: body.publicity.as_ref().is_some_and(|publicity| publicity.need.is_some()),
        restriction_until: body.restriction_until,
        conduct: body.conduct.as_ref().map(|conduct| conduct.id.as_str().into()),
        conduct_ended_on: body.conduct.as_ref().map(|conduct| conduct.ended_on),
        review: body.review,
        rests_on,
        consent,
        migration: body.migration,
    }
}

fn step_fact(step: &Step, of: ItemNumber) -> StepFact {
    let mut fact = StepFact {
        kind: step.kind,
        of,
        to: step.kind.row().to,
        until: None,
        severity: None,
        answered: false,
        founded: false,
        domain: None,
        decided_on: step.decision.as_ref().map(|decision| decision.date),
    };
    match &step.extra {
        Extra::Correction { severity, .. } => fact.severity = *severity,
        Extra::Statement { answered, .. } => fact.answered = *answered,
        Extra::Until(until) => fact.until = *until,
        Extra::Use { domain, .. } => fact.domain = Some(*domain),
        Extra::Finding(finding) => fact.founded = *finding == Finding::Founded,
        Extra::None | Extra::Annotation(_) => {}
    }
    fact
}
