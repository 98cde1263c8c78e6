//! What a case file keeps of each event: what admission and the projections ask of it, and no more.

use super::details::{Detail, Details};
use super::{Item, ItemNumber};
use crate::definition::{Disclosure, Domain, Pattern, Polarity, Severity};
use crate::event::{Class, Indicator, Notice, Phase, ReportKind, Review, ReviewOutcome, StepKind, Term};
use crate::id::{
    AuthorityId, EventId, ListCode, MeasureCode, PointsCode, Pseudonym, RatingCode, SubjectId, SubjectKind,
    TypeCode,
};
use crate::spelling::NameHash;
use crate::time::Date;
use bincode::{Decode, Encode};

/// What one event began or moved on. References to other events of the stream are their numbers in the file, or
/// their ids (`R` = [`EventId`]) where it stands by itself, as stores keep it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[allow(missing_docs)] // fields are named as in the event's body
pub enum Fact<R = ItemNumber> {
    /// Nothing that can be followed or asked about.
    Plain,
    /// One of `subject.*`.
    Identity(Identity),
    Record(Box<RecordFact<R>>),
    Notice {
        list: ListCode,
        record: Option<R>,
        served_on: Date,
    },
    Listing(Box<ListingFact<R>>),
    Measure(Box<MeasureFact<R>>),
    Application {
        target: R,
        list: Option<ListCode>,
        corrected_on: Option<Date>,
        commitment: bool,
        ruling: Option<R>,
    },
    Objection {
        target: R,
        list: Option<ListCode>,
    },
    Complaint {
        about: Option<R>,
    },
    Hold {
        target: Option<R>,
        publication: bool,
        execution: bool,
    },
    Commitment {
        commitment_type: TypeCode,
        due: Option<Date>,
    },
    Rating(Box<RatingFact<R>>),
    Charge {
        scheme: PointsCode,
        rule: Box<str>,
        points: u16,
        record: Option<R>,
    },
    Consent {
        scope: Vec<Pattern>,
        until: Option<Date>,
    },
    Report {
        report: ReportKind,
        consent: Option<R>,
    },
    Use {
        domain: Domain,
        report: Option<R>,
        record: Option<R>,
    },
    Population {
        indicator: Indicator,
        count: u64,
        reached: Option<u64>,
        date: Date,
    },
    Order {
        due: Date,
    },
    Incident,
    Transfer {
        to: AuthorityId,
        record: Option<R>,
    },
    Migration,
    Erasure,
    Step(StepFact<R>),
}

/// What a `subject.*` event says of who the subject is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[allow(missing_docs)] // named like the kinds
pub enum Identity {
    Registered {
        kind: Option<SubjectKind>,
        on: Option<Date>,
    },
    Amended {
        kind: Option<SubjectKind>,
        on: Option<Date>,
    },
    /// Another identifier of the same subject; or that it is none.
    Linked {
        other: Box<SubjectId>,
        taken_back: bool,
    },
    /// Linked to the pseudonym of another epoch: the same subject, under another name.
    Renewed(Pseudonym),
    Accepted,
    Merged,
    Dissolved,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[allow(missing_docs)] // fields are named as in the event's body
pub struct RecordFact<R = ItemNumber> {
    pub record_type: TypeCode,
    pub polarity: Option<Polarity>,
    pub severity: Option<Severity>,
    pub decided_on: Date,
    /// The number of the document that decides.
    pub decision: NameHash,
    /// Whether that carries its year, in which it is given once.
    pub by_year: bool,
    /// Who decided, as the document names it.
    pub decided_by: Option<NameHash>,
    /// When it was served.
    pub served_on: Option<Date>,
    /// What its own fields say that something follows from, as it was filed: see [`CaseAsOf::details`] for what they say since.
    ///
    /// [`CaseAsOf::details`]: super::CaseAsOf::details
    pub details: Details,
    pub disclosure: Option<Disclosure>,
    /// Whether a basis for publishing personal information is cited.
    pub published_on_basis: bool,
    pub publicity_until: Option<Date>,
    /// Whether it is said why a minor record has to be published.
    pub need: bool,
    pub restriction_until: Option<Date>,
    pub conduct: Option<NameHash>,
    pub conduct_ended_on: Option<Date>,
    pub review: Option<Review>,
    pub notice: Option<Notice>,
    pub rests_on: Option<R>,
    pub consent: Option<R>,
    /// The migration under which it came in, an event of its filer's own stream.
    pub migration: Option<EventId>,
}

/// An entry on a list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[allow(missing_docs)] // fields are named as in the event's body
pub struct ListingFact<R = ItemNumber> {
    pub list: ListCode,
    pub record: Option<R>,
    pub notice: Option<R>,
    pub until: Option<Date>,
    /// On which ground of the list's rule.
    pub item: Option<Box<str>>,
    /// The decision's date, where one is named.
    pub decided_on: Option<Date>,
    pub migration: Option<EventId>,
    /// Its number among the rows, where the list keeps an order of its own.
    pub order: Option<Box<str>>,
}

/// A measure.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[allow(missing_docs)] // fields are named as in the event's body
pub struct MeasureFact<R = ItemNumber> {
    pub measure: MeasureCode,
    pub rests_on: Option<R>,
    pub term: Term,
    pub decided_on: Option<Date>,
}

/// A grade.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[allow(missing_docs)] // fields are named as in the event's body
pub struct RatingFact<R = ItemNumber> {
    pub scheme: RatingCode,
    pub grade: Box<str>,
    pub rests_on: Vec<R>,
    pub period_from: Option<Date>,
    pub until: Option<Date>,
    pub decided_on: Option<Date>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StepFact<R = ItemNumber> {
    /// Which step.
    pub kind: StepKind,
    /// What it moved.
    pub of: R,
    /// The phase that it moved that to.
    pub to: Option<Phase>,
    /// The last day that it names.
    pub until: Option<Date>,
    /// The severity that it corrects to.
    pub severity: Option<Severity>,
    /// What it says now of a record's own fields.
    pub details: Vec<Detail>,
    /// The last day of a record's restriction, as it corrects that.
    pub restriction_until: Option<Date>,
    /// Whether it corrects what a record says.
    pub changes: bool,
    /// Whether it answers a statement.
    pub answered: bool,
    /// Whether a complaint was founded.
    pub founded: bool,
    /// What a review came to.
    pub reviewed: Option<ReviewOutcome>,
    /// Where that is another decision than the record's own, by which its decision stands again.
    pub restores: Option<(NameHash, Date)>,
    /// Whether nobody can contest that any more.
    pub is_final: bool,
    /// Whether what it moves should never have been: an entry whose decision was annulled, a record whose decision was void; of a
    /// rescission, whether the authority erred itself.
    pub void: bool,
    /// Whether a decision was revoked as regards this subject alone.
    pub alone: bool,
    /// Whether a court took it.
    pub by_court: bool,
    /// The domain in which a measure was used.
    pub domain: Option<Domain>,
    /// The number of the document that decides.
    pub decision: Option<NameHash>,
    /// The date of the document that decides.
    pub decided_on: Option<Date>,
    /// When that was served.
    pub served_on: Option<Date>,
}

impl Identity {
    /// Whether the event states who the subject is: a registration or an amendment.
    #[must_use]
    pub const fn states_who(&self) -> bool {
        matches!(self, Self::Registered { .. } | Self::Amended { .. })
    }

    /// Whether the event names another subject or another identifier of this one, which may be a person's.
    #[must_use]
    pub const fn names_another(&self) -> bool {
        match self {
            Self::Registered { .. } | Self::Amended { .. } | Self::Dissolved => false,
            Self::Linked { .. } | Self::Renewed(_) | Self::Accepted | Self::Merged => true,
        }
    }
}

impl Fact {
    /// The code of the catalogue that it is of, where it is of one that somebody decides upon.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Record(record) => Some(record.record_type.as_str()),
            Self::Listing(listing) => Some(listing.list.as_str()),
            Self::Measure(measure) => Some(measure.measure.as_str()),
            Self::Rating(rating) => Some(rating.scheme.as_str()),
            Self::Charge { scheme, .. } => Some(scheme.as_str()),
            _ => None,
        }
    }
}

impl<R> ListingFact<R> {
    /// The day on which it was decided that the subject comes onto the list, from which its term runs; of one without a decision, that
    /// on which it began.
    pub fn entered_on(&self, item: &Item) -> Date {
        self.decided_on.unwrap_or_else(|| item.from.date())
    }
}

impl<R: Copy> Fact<R> {
    /// What it rests on: records, and what else was decided about the subject before.
    pub fn grounds(&self) -> Vec<R> {
        match self {
            Self::Record(record) => record.rests_on.into_iter().collect(),
            Self::Listing(listing) => listing.record.into_iter().collect(),
            Self::Measure(measure) => measure.rests_on.into_iter().collect(),
            Self::Rating(rating) => rating.rests_on.clone(),
            Self::Charge { record, .. } => record.iter().copied().collect(),
            _ => Vec::new(),
        }
    }

    /// What it refers to.
    pub fn refers_to(&self) -> Vec<R> {
        let mut all = self.grounds();
        all.extend(self.refers_beside_grounds());
        all
    }

    fn refers_beside_grounds(&self) -> Vec<R> {
        match self {
            Self::Record(record) => record.consent.into_iter().collect(),
            Self::Notice { record, .. } => record.iter().copied().collect(),
            Self::Listing(listing) => listing.notice.into_iter().collect(),
            Self::Application { target, ruling, .. } => {
                std::iter::once(target).chain(ruling).copied().collect()
            }
            Self::Objection { target, .. } => vec![*target],
            Self::Complaint { about } => about.iter().copied().collect(),
            Self::Hold { target, .. } => target.iter().copied().collect(),
            Self::Transfer { record, .. } => record.iter().copied().collect(),
            Self::Report { consent, .. } => consent.iter().copied().collect(),
            Self::Use { report, record, .. } => report.iter().chain(record).copied().collect(),
            Self::Step(step) => vec![step.of],
            _ => Vec::new(),
        }
    }
}

impl Fact {
    /// Whether it moves a thing or speaks of it: it goes with the thing, whoever issued it (L26); a fact that rests on a thing
    /// goes by its own issuer's order.
    pub const fn is_done_about_another(&self) -> bool {
        matches!(
            self,
            Self::Step(_)
                | Self::Application { .. }
                | Self::Objection { .. }
                | Self::Complaint { .. }
                | Self::Hold { .. }
        )
    }

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
            Self::Erasure => (Class::Erasure, Phase::Ordered),
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
