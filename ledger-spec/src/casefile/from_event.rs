//! Facts out of events: by themselves, with the ids that the event names; and in their file, where those are numbers.

use super::CaseFile;
use super::details::{Detail, Details};
use super::fact::{Fact, Identity, ListingFact, MeasureFact, RatingFact, RecordFact, StepFact};
use crate::event::{Body, Event, Extra, Finding, ListingEntered, RecordFiled, Step, StepKind};
use crate::id::EventId;
use crate::spelling::NameHash;

impl Fact<EventId> {
    /// What is kept of an event, by itself: no other event of its stream is asked.
    pub fn of(event: &Event) -> Self {
        match &event.body {
            Body::SubjectRegistered(body) => {
                Self::Identity(Identity::Registered { kind: body.kind, on: body.registered_on })
            }
            Body::SubjectAmended(body) => {
                Self::Identity(Identity::Amended { kind: body.kind, on: body.registered_on })
            }
            Body::IdentifierLinked(body) => Self::Identity(match event.subject.renewal(&body.identifier) {
                None => {
                    Identity::Linked { other: Box::new(body.identifier.clone()), taken_back: body.taken_back }
                }
                Some(pseudonym) => Identity::Renewed(pseudonym),
            }),
            Body::IdentifierAccepted(_) => Self::Identity(Identity::Accepted),
            Body::SubjectMerged(_) => Self::Identity(Identity::Merged),
            Body::SubjectDissolved(_) => Self::Identity(Identity::Dissolved),
            Body::RecordFiled(body) => Self::Record(Box::new(RecordFact::of(body))),
            Body::ListingNotified(body) => {
                Self::Notice { list: body.list.clone(), record: body.record, served_on: body.served_on }
            }
            Body::ListingEntered(body) => Self::Listing(Box::new(ListingFact::of(body))),
            Body::MeasureImposed(body) => Self::Measure(Box::new(MeasureFact {
                measure: body.measure.clone(),
                rests_on: Some(body.rests_on),
                term: body.term,
                decided_on: body.decision.as_ref().map(|decision| decision.date),
            })),
            Body::RepairApplied(body) => Self::Application {
                target: body.target,
                list: body.list.clone(),
                corrected_on: body.corrected_on,
                commitment: body.commitment,
                ruling: body.ruling,
            },
            Body::ObjectionRaised(body) => Self::Objection { target: body.target, list: body.list.clone() },
            Body::ComplaintFiled(body) => Self::Complaint { about: body.about },
            Body::HoldPlaced(body) => {
                Self::Hold { target: body.target, publication: body.publication, execution: body.execution }
            }
            Body::CommitmentMade(body) => {
                Self::Commitment { commitment_type: body.commitment_type.clone(), due: body.due }
            }
            Body::RatingAssigned(body) => Self::Rating(Box::new(RatingFact {
                scheme: body.scheme.clone(),
                grade: body.grade.as_str().into(),
                rests_on: body.rests_on.clone(),
                period_from: body.period.map(|(from, _)| from),
                until: body.period.and_then(|(_, until)| until),
                decided_on: body.decision.as_ref().map(|decision| decision.date),
            })),
            Body::PointsCharged(body) => Self::Charge {
                scheme: body.scheme.clone(),
                rule: body.rule.as_str().into(),
                points: body.points,
                record: body.record,
            },
            Body::ConsentGranted(body) => Self::Consent { scope: body.scope.clone(), until: body.until },
            Body::ReportIssued(body) => Self::Report { report: body.report, consent: body.consent },
            Body::UseReported(body) => {
                Self::Use { domain: body.domain, report: body.report, record: body.record }
            }
            Body::PopulationDeclared(body) => {
                let (indicator, count, reached) = (body.indicator, body.count, body.reached);
                Self::Population { indicator, count, reached, date: body.date }
            }
            Body::RectificationOrdered(body) => Self::Order { due: body.due },
            Body::IncidentOpened(_) => Self::Incident,
            Body::TransferMade(body) => Self::Transfer { to: body.to.clone(), record: body.record },
            Body::MigrationOpened(_) => Self::Migration,
            Body::ErasureOrdered(_) => Self::Erasure,
            Body::Step(step) => {
                let mut fact = StepFact::of(step);
                // What it corrects may all travel beside it.
                fact.changes |= step.kind == StepKind::RecordCorrected && !event.private.is_empty();
                Self::Step(fact)
            }
            _ => Self::Plain,
        }
    }

    /// The same of an issuer that is a court: what such a one takes off or lifts of another's, it annuls.
    pub(super) fn issued(mut self, by_court: bool) -> Self {
        if let Self::Step(step) = &mut self {
            step.by_court = by_court;
        }
        self
    }

    /// The same with what it refers to by number. A reference that is not in the file is left out, and where a
    /// fact is nothing without it, it is [`Fact::Plain`]: admission lets none pass, and what an audit recalls
    /// without it is held against a checkpoint afterwards.
    pub(super) fn numbered(self, file: &CaseFile) -> Fact {
        self.map(&|id| file.place_of(&id)).unwrap_or(Fact::Plain)
    }
}

impl<R> Fact<R> {
    /// The same with other names for what it refers to. What `find` does not find is left out; `None` where the fact is
    /// nothing without it.
    pub(super) fn map<S>(self, find: &impl Fn(R) -> Option<S>) -> Option<Fact<S>> {
        let maybe = |found: Option<R>| found.and_then(find);
        Some(match self {
            Self::Plain => Fact::Plain,
            Self::Identity(identity) => Fact::Identity(identity),
            Self::Record(record) => Fact::Record(Box::new(record.map(find))),
            Self::Notice { list, record, served_on } => {
                Fact::Notice { list, record: maybe(record), served_on }
            }
            Self::Listing(listing) => Fact::Listing(Box::new(listing.map(find))),
            Self::Measure(measure) => {
                let MeasureFact { measure, rests_on, term, decided_on } = *measure;
                let rests_on = maybe(rests_on);
                Fact::Measure(Box::new(MeasureFact { measure, rests_on, term, decided_on }))
            }
            Self::Application { target, list, corrected_on, commitment, ruling } => {
                let (target, ruling) = (find(target)?, maybe(ruling));
                Fact::Application { target, list, corrected_on, commitment, ruling }
            }
            Self::Objection { target, list } => Fact::Objection { target: find(target)?, list },
            Self::Complaint { about } => Fact::Complaint { about: maybe(about) },
            Self::Hold { target, publication, execution } => {
                Fact::Hold { target: maybe(target), publication, execution }
            }
            Self::Commitment { commitment_type, due } => Fact::Commitment { commitment_type, due },
            Self::Rating(rating) => Fact::Rating(Box::new(rating.map(find))),
            Self::Charge { scheme, rule, points, record } => {
                Fact::Charge { scheme, rule, points, record: maybe(record) }
            }
            Self::Consent { scope, until } => Fact::Consent { scope, until },
            Self::Report { report, consent } => Fact::Report { report, consent: maybe(consent) },
            Self::Use { domain, report, record } => {
                Fact::Use { domain, report: maybe(report), record: maybe(record) }
            }
            Self::Population { indicator, count, reached, date } => {
                Fact::Population { indicator, count, reached, date }
            }
            Self::Order { due } => Fact::Order { due },
            Self::Incident => Fact::Incident,
            Self::Transfer { to, record } => Fact::Transfer { to, record: maybe(record) },
            Self::Migration => Fact::Migration,
            Self::Erasure => Fact::Erasure,
            Self::Step(step) => Fact::Step(step.map(find)?),
        })
    }
}

impl RecordFact<EventId> {
    fn of(body: &RecordFiled) -> Self {
        Self {
            record_type: body.record_type.clone(),
            polarity: body.polarity,
            severity: body.severity,
            decided_on: body.decision.date,
            decision: NameHash::of_decision(&body.decision.number),
            by_year: NameHash::carries_year(&body.decision.number),
            decided_by: body.decision.issued_by.as_deref().map(NameHash::of_body),
            served_on: body.decision.served_on,
            details: Details::of(&body.details),
            disclosure: body.disclosure,
            published_on_basis: body.publication.as_ref().is_some_and(|publication| publication.masked),
            publicity_until: body.publicity.as_ref().map(|publicity| publicity.until),
            need: body.publicity.as_ref().is_some_and(|publicity| publicity.need.is_some()),
            restriction_until: body.restriction_until,
            conduct: body.conduct.as_ref().map(|conduct| NameHash::of(&conduct.id)),
            conduct_ended_on: body.conduct.as_ref().map(|conduct| conduct.ended_on),
            review: body.review,
            notice: body.notice,
            rests_on: body.rests_on,
            consent: body.consent,
            migration: body.migration,
        }
    }
}

impl<R> RecordFact<R> {
    fn map<S>(self, find: &impl Fn(R) -> Option<S>) -> RecordFact<S> {
        RecordFact {
            record_type: self.record_type,
            polarity: self.polarity,
            severity: self.severity,
            decided_on: self.decided_on,
            decision: self.decision,
            by_year: self.by_year,
            decided_by: self.decided_by,
            served_on: self.served_on,
            details: self.details,
            disclosure: self.disclosure,
            published_on_basis: self.published_on_basis,
            publicity_until: self.publicity_until,
            need: self.need,
            restriction_until: self.restriction_until,
            conduct: self.conduct,
            conduct_ended_on: self.conduct_ended_on,
            review: self.review,
            notice: self.notice,
            rests_on: self.rests_on.and_then(find),
            consent: self.consent.and_then(find),
            migration: self.migration,
        }
    }
}

impl ListingFact<EventId> {
    fn of(body: &ListingEntered) -> Self {
        Self {
            list: body.list.clone(),
            record: body.record,
            notice: body.notice,
            until: body.until,
            item: body.item.as_deref().map(Into::into),
            decided_on: body.decision.as_ref().map(|decision| decision.date),
            migration: body.migration,
            order: body.order.as_deref().map(Into::into),
        }
    }
}

impl<R> ListingFact<R> {
    fn map<S>(self, find: &impl Fn(R) -> Option<S>) -> ListingFact<S> {
        ListingFact {
            list: self.list,
            record: self.record.and_then(find),
            notice: self.notice.and_then(find),
            until: self.until,
            item: self.item,
            decided_on: self.decided_on,
            migration: self.migration,
            order: self.order,
        }
    }
}

impl<R> RatingFact<R> {
    fn map<S>(self, find: &impl Fn(R) -> Option<S>) -> RatingFact<S> {
        RatingFact {
            scheme: self.scheme,
            grade: self.grade,
            rests_on: self.rests_on.into_iter().filter_map(find).collect(),
            period_from: self.period_from,
            until: self.until,
            decided_on: self.decided_on,
        }
    }
}

impl StepFact<EventId> {
    fn of(step: &Step) -> Self {
        let mut fact = Self {
            kind: step.kind,
            of: step.of,
            to: step.kind.row().to,
            until: None,
            severity: None,
            details: Vec::new(),
            restriction_until: None,
            changes: false,
            answered: false,
            founded: false,
            reviewed: None,
            restores: None,
            is_final: false,
            void: false,
            alone: false,
            by_court: false,
            domain: None,
            decision: step.decision.as_ref().map(|decision| NameHash::of_decision(&decision.number)),
            decided_on: step.decision.as_ref().map(|decision| decision.date),
            served_on: step.decision.as_ref().and_then(|decision| decision.served_on),
        };
        match &step.extra {
            Extra::Correction(correction) => {
                fact.changes = correction.changes();
                fact.severity = correction.severity;
                fact.restriction_until = correction.restriction_until;
                fact.details = Detail::all(&correction.details);
            }
            Extra::Statement { answered, .. } => fact.answered = *answered,
            Extra::Until(until) => fact.until = *until,
            Extra::Use { domain, .. } => fact.domain = Some(*domain),
            Extra::Finding(finding) => fact.founded = *finding == Finding::Founded,
            Extra::Reviewed { outcome, restores, last } => {
                (fact.reviewed, fact.is_final) = (Some(*outcome), *last);
                fact.restores =
                    restores.as_ref().map(|stands| (NameHash::of_decision(&stands.number), stands.date));
            }
            Extra::Revoked { only_this, void } => (fact.alone, fact.void) = (*only_this, *void),
            Extra::Annulled(void) | Extra::OwnError(void) => fact.void = *void,
            Extra::None | Extra::Annotation(_) | Extra::Row(_) | Extra::Served { .. } => {}
        }
        fact
    }
}

impl<R> StepFact<R> {
    fn map<S>(self, find: &impl Fn(R) -> Option<S>) -> Option<StepFact<S>> {
        Some(StepFact {
            kind: self.kind,
            of: find(self.of)?,
            to: self.to,
            until: self.until,
            severity: self.severity,
            details: self.details,
            restriction_until: self.restriction_until,
            changes: self.changes,
            answered: self.answered,
            founded: self.founded,
            reviewed: self.reviewed,
            restores: self.restores,
            is_final: self.is_final,
            void: self.void,
            alone: self.alone,
            by_court: self.by_court,
            domain: self.domain,
            decision: self.decision,
            decided_on: self.decided_on,
            served_on: self.served_on,
        })
    }
}
