//! Steps: events that move an earlier event of the same stream on. One table says for each what it
//! refers to, from which phases to which, who may, and what it has to carry: admission, projections,
//! the specification's table and the tests all read it.

use super::correction::Correction;
use super::delivery::Delivery;
use super::governance::Role;
use super::listing::row;
use super::record::Decision;
use super::review::ReviewOutcome;
use crate::definition::{Domain, words};
use crate::id::{EventId, ListCode, Sealing};
use crate::json::fields::{FieldError, Fields};
use crate::time::Date;

/// What an event begins, as far as something can follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // named like the kinds that begin them
pub enum Class {
    Record,
    Notice,
    Listing,
    Measure,
    Application,
    Objection,
    Complaint,
    Hold,
    Commitment,
    Rating,
    Charge,
    Consent,
    Report,
    Use,
    Population,
    Order,
    Incident,
    Transfer,
    Migration,
    Erasure,
    /// Nothing can follow it.
    Plain,
}

/// How far something has come. Which phases a class has follows from [`StepKind::row`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
#[allow(missing_docs)] // the words of the kinds
pub enum Phase {
    Filed,
    Sealed,
    Revoked,
    Retracted,
    Notified,
    Stated,
    Entered,
    Removed,
    Imposed,
    Exempted,
    Lifted,
    Applied,
    Accepted,
    Returned,
    Granted,
    Refused,
    Rescinded,
    Raised,
    Forwarded,
    Upheld,
    Dismissed,
    Decided,
    Placed,
    Released,
    Made,
    Kept,
    Broken,
    Assigned,
    Withdrawn,
    Charged,
    Cancelled,
    Issued,
    Declared,
    Ordered,
    Done,
    Opened,
    Closed,
}

/// Who may take a step, beside having one of its roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The authority that decided what the step refers to, or its successor; where it puts right or takes back what was filed, also
    /// who filed it.
    Source,
    /// The same, or a court.
    SourceOrCourt,
    /// The same, or a court, or the authority that reviews its decisions.
    SourceOrReviewer,
    /// The source, or a service window.
    SourceOrWindow,
    /// Who decided what the application or objection is about, or its successor.
    Recognizer,
    /// The same, or a service window.
    RecognizerOrWindow,
    /// The authority that a transfer names.
    Addressee,
    /// Anyone with the role.
    AnyRole,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct StepRow {
    /// The kind's name in events.
    pub name: &'static str,
    /// What it refers to.
    pub class: Class,
    /// The field of its body that refers.
    pub reference: &'static str,
    /// The same with its path.
    pub field: &'static str,
    /// From which phases.
    pub from: &'static [Phase],
    /// To which phase; `None` where the phase stays.
    pub to: Option<Phase>,
    /// Who may.
    pub who: Who,
    /// Whether it must say why.
    pub reason: bool,
    /// The roles that may issue it.
    pub roles: &'static [Role],
}

/// The body of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which step.
    pub kind: StepKind,
    /// What it refers to, in the same subject's stream.
    pub of: EventId,
    /// The list, where what it refers to concerns one: so that the list's stream shows it too.
    pub list: Option<ListCode>,
    /// Why, in words.
    pub reason: Option<String>,
    /// The document that decides.
    pub decision: Option<Decision>,
    /// What only some steps carry.
    pub extra: Extra,
}

/// What only some steps carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extra {
    /// Nothing.
    None,
    /// `record.corrected`: what it now says.
    Correction(Box<Correction>),
    /// `record.annotated`: the subject's own words.
    Annotation(String),
    /// `listing.statement_received`
    Statement {
        /// What the subject said.
        statement: Option<String>,
        /// Whether the statement has been considered and answered.
        answered: bool,
    },
    /// `listing.extended`, `measure.exempted`: until when, that day included.
    Until(Option<Date>),
    /// `measure.applied`: where it was used, and with what outcome.
    Use {
        /// The domain.
        domain: Domain,
        /// The outcome.
        outcome: String,
    },
    /// `complaint.decided`
    Finding(Finding),
    /// `listing.corrected`: the whole row as it is right.
    Row(Vec<(String, String)>),
    /// `record.revoked`
    Revoked {
        /// Whether the decision was revoked as regards this subject alone, and not with all that it says of others.
        only_this: bool,
        /// Whether it was confirmed void: then it never counted (行政诉讼法第七十五条、行政复议法第六十七条).
        void: bool,
    },
    /// `listing.removed`: whether the decision to enter was annulled.
    Annulled(bool),
    /// `repair.rescinded`: whether the authority erred itself.
    OwnError(bool),
    /// `record.review_closed`
    Reviewed {
        /// What it came to.
        outcome: ReviewOutcome,
        /// Of what is restored, the decision that stands again, where that is not the first.
        restores: Option<Box<Decision>>,
        /// Whether nobody can contest that any more: a judgment on appeal, a final ruling.
        last: bool,
    },
    /// `repair.served`: when the decision was delivered, and how.
    Served {
        /// The day.
        served_on: Date,
        /// How.
        how: Delivery,
    },
}

/// What a complaint came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the words say it
pub enum Finding {
    Founded,
    Unfounded,
}

words!(Finding { Founded = "founded", Unfounded = "unfounded" });

impl Phase {
    /// Whether something that is in it never counted: its decision was annulled, or it was filed in error.
    #[must_use]
    pub const fn is_void(self) -> bool {
        matches!(self, Self::Revoked | Self::Retracted)
    }
}

impl StepKind {
    /// Whether steps of this kind stand in the log in the clear ([`Kind::sealing`]).
    ///
    /// [`Kind::sealing`]: super::Kind::sealing
    #[must_use]
    pub const fn sealing(self) -> Sealing {
        match self {
            Self::MigrationClosed => Sealing::Clear,
            Self::RecordCorrected
            | Self::RecordRevoked
            | Self::RecordRetracted
            | Self::ReviewOpened
            | Self::ReviewClosed
            | Self::RecordSealed
            | Self::RecordAnnotated
            | Self::StatementReceived
            | Self::ListingExtended
            | Self::ListingCorrected
            | Self::ListingRemoved
            | Self::MeasureExempted
            | Self::MeasureLifted
            | Self::MeasureApplied
            | Self::RepairAccepted
            | Self::RepairReturned
            | Self::RepairGranted
            | Self::RepairRefused
            | Self::RepairRescinded
            | Self::RepairServed
            | Self::RepairWithdrawn
            | Self::ObjectionForwarded
            | Self::ObjectionUpheld
            | Self::ObjectionDismissed
            | Self::ComplaintDecided
            | Self::HoldReleased
            | Self::CommitmentKept
            | Self::CommitmentBroken
            | Self::CommitmentReleased
            | Self::RatingWithdrawn
            | Self::PointsCancelled
            | Self::ConsentWithdrawn
            | Self::RectificationDone
            | Self::IncidentClosed
            | Self::TransferAccepted
            | Self::TransferReturned
            | Self::ErasureWithdrawn => Sealing::Sealed,
        }
    }
}

impl Step {
    pub(super) fn parse(kind: StepKind, fields: &mut Fields) -> Result<Self, FieldError> {
        let row = kind.row();
        if kind == StepKind::ErasureWithdrawn {
            // It is never erased: it has no words.
            let of = fields.parsed(row.reference, EventId::parse)?;
            return Ok(Self { kind, of, list: None, reason: None, decision: None, extra: Extra::None });
        }
        Ok(Self {
            kind,
            of: fields.parsed(row.reference, EventId::parse)?,
            list: fields.optional_parsed("list", ListCode::parse)?,
            reason: if row.reason {
                Some(fields.text("reason", 1000)?)
            } else {
                fields.optional_text("reason", 1000)?
            },
            decision: fields.optional_object("decision")?.map(Decision::parse).transpose()?,
            extra: Extra::parse(kind, fields)?,
        })
    }
}

impl Extra {
    fn parse(kind: StepKind, fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(match kind {
            StepKind::RecordCorrected => Self::Correction(Box::new(Correction::parse(fields)?)),
            StepKind::RecordAnnotated => Self::Annotation(fields.text("statement", 4000)?),
            StepKind::StatementReceived => Self::Statement {
                statement: fields.optional_text("statement", 4000)?,
                answered: fields.flag("answered")?,
            },
            StepKind::ListingExtended => Self::Until(Some(fields.parsed("until", Date::parse)?)),
            StepKind::MeasureExempted => Self::Until(fields.optional_parsed("until", Date::parse)?),
            StepKind::MeasureApplied => Self::Use {
                domain: fields.parsed("domain", Domain::parse_word)?,
                outcome: fields.text("outcome", 1000)?,
            },
            StepKind::ListingCorrected => Self::Row(row(fields)?),
            StepKind::RecordRevoked => {
                Self::Revoked { only_this: fields.flag("only_this")?, void: fields.flag("void")? }
            }
            StepKind::ListingRemoved => Self::Annulled(fields.flag("annulled")?),
            StepKind::RepairRescinded => Self::OwnError(fields.flag("own_error")?),
            StepKind::ReviewClosed => Self::Reviewed {
                outcome: fields.parsed("outcome", ReviewOutcome::parse_word)?,
                restores: fields.optional_object("restores")?.map(Decision::parse).transpose()?.map(Box::new),
                last: fields.flag("final")?,
            },
            StepKind::RepairServed => Self::Served {
                served_on: fields.parsed("served_on", Date::parse)?,
                how: fields.parsed("how", Delivery::parse_word)?,
            },
            StepKind::ComplaintDecided => Self::Finding(fields.parsed("outcome", Finding::parse_word)?),
            _ => Self::None,
        })
    }
}

/// Gives the steps their rows.
macro_rules! steps {
    ($($variant:ident = $name:literal: $class:ident . $reference:literal
        from [$($from:ident),*] to $to:tt, $who:ident, $reason:tt, by [$($role:ident),*];)+) => {
        /// The kinds of steps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
        #[allow(missing_docs)] // each is named like the kind that its row names
        pub enum StepKind { $($variant),+ }

        impl StepKind {
            /// Every step, in the order of the specification.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its kind, as events write it.
            pub const fn name(self) -> &'static str {
                self.row().name
            }

            /// Its line of the table.
            pub const fn row(self) -> StepRow {
                match self { $(Self::$variant => StepRow {
                    name: $name,
                    class: Class::$class,
                    reference: $reference,
                    field: concat!("body.", $reference),
                    from: &[$(Phase::$from),*],
                    to: steps!(@to $to),
                    who: Who::$who,
                    reason: steps!(@reason $reason),
                    roles: &[$(Role::$role),*],
                }),+ }
            }
        }
    };
    (@to same) => { None };
    (@to $to:ident) => { Some(Phase::$to) };
    (@reason why) => { true };
    (@reason _) => { false };
}

steps! {
    RecordCorrected = "record.corrected": Record."record"
        from [Filed] to same, Source, why, by [Department, Court, Window];
    RecordRevoked = "record.revoked": Record."record"
        from [Filed, Sealed] to Revoked, SourceOrCourt, why, by [Department, Court, Window];
    RecordRetracted = "record.retracted": Record."record"
        from [Filed, Sealed] to Retracted, Source, why, by [Department, Court, Window];
    ReviewOpened = "record.review_opened": Record."record"
        from [Filed, Sealed, Revoked] to same, SourceOrReviewer, _, by [Department, Court, Window];
    ReviewClosed = "record.review_closed": Record."record"
        from [Filed, Sealed, Revoked] to same, SourceOrReviewer, _, by [Department, Court, Window];
    RecordSealed = "record.sealed": Record."record"
        from [Filed] to Sealed, SourceOrCourt, why, by [Department, Court, Window];
    RecordAnnotated = "record.annotated": Record."record"
        from [Filed] to same, AnyRole, _, by [Department, Court, Window];
    StatementReceived = "listing.statement_received": Notice."notice"
        from [Notified, Stated] to Stated, SourceOrWindow, _, by [Department, Court, Window];
    ListingExtended = "listing.extended": Listing."listing"
        from [Entered] to same, Source, why, by [Department, Court];
    ListingCorrected = "listing.corrected": Listing."listing"
        from [Entered] to same, Source, why, by [Department, Court];
    ListingRemoved = "listing.removed": Listing."listing"
        from [Entered] to Removed, SourceOrCourt, why, by [Department, Court];
    MeasureExempted = "measure.exempted": Measure."imposition"
        from [Imposed] to Exempted, Source, why, by [Department, Court];
    MeasureLifted = "measure.lifted": Measure."imposition"
        from [Imposed, Exempted] to Lifted, SourceOrCourt, why, by [Department, Court];
    MeasureApplied = "measure.applied": Measure."imposition"
        from [Imposed, Exempted] to same, AnyRole, _, by [Department, Court];
    RepairAccepted = "repair.accepted": Application."application"
        from [Applied] to Accepted, RecognizerOrWindow, _, by [Department, Court, Window];
    RepairReturned = "repair.returned": Application."application"
        from [Applied] to Returned, RecognizerOrWindow, why, by [Department, Court, Window];
    RepairGranted = "repair.granted": Application."application"
        from [Accepted] to Granted, Recognizer, _, by [Department, Court, Window];
    RepairRefused = "repair.refused": Application."application"
        from [Accepted] to Refused, Recognizer, why, by [Department, Court, Window];
    RepairRescinded = "repair.rescinded": Application."application"
        from [Granted] to Rescinded, Recognizer, why, by [Department, Court, Window];
    RepairServed = "repair.served": Application."application"
        from [Granted, Refused, Rescinded] to same, RecognizerOrWindow, _, by [Department, Court, Window];
    RepairWithdrawn = "repair.withdrawn": Application."application"
        from [Applied, Accepted] to Withdrawn, RecognizerOrWindow, _, by [Department, Court, Window];
    ObjectionForwarded = "objection.forwarded": Objection."objection"
        from [Raised] to Forwarded, SourceOrWindow, _, by [Department, Court, Window];
    ObjectionUpheld = "objection.upheld": Objection."objection"
        from [Raised, Forwarded] to Upheld, Recognizer, why, by [Department, Court, Window];
    ObjectionDismissed = "objection.dismissed": Objection."objection"
        from [Raised, Forwarded] to Dismissed, Recognizer, why, by [Department, Court, Window];
    ComplaintDecided = "complaint.decided": Complaint."complaint"
        from [Filed] to Decided, AnyRole, why, by [Department, Court, Window];
    HoldReleased = "hold.released": Hold."hold"
        from [Placed] to Released, SourceOrCourt, why, by [Department, Court];
    CommitmentKept = "commitment.kept": Commitment."commitment"
        from [Made] to Kept, Source, _, by [Department, Court, Window];
    CommitmentBroken = "commitment.broken": Commitment."commitment"
        from [Made] to Broken, Source, why, by [Department, Court, Window];
    CommitmentReleased = "commitment.released": Commitment."commitment"
        from [Made] to Released, Source, why, by [Department, Court, Window];
    RatingWithdrawn = "rating.withdrawn": Rating."rating"
        from [Assigned] to Withdrawn, Source, why, by [Department, Court];
    PointsCancelled = "points.cancelled": Charge."charge"
        from [Charged] to Cancelled, Source, why, by [Department, Court];
    ConsentWithdrawn = "consent.withdrawn": Consent."consent"
        from [Granted] to Withdrawn, SourceOrWindow, _, by [Department, Window];
    RectificationDone = "rectification.done": Order."order"
        from [Ordered] to Done, AnyRole, _, by [Steward];
    IncidentClosed = "incident.closed": Incident."incident"
        from [Opened] to Closed, AnyRole, why, by [Steward, Operator];
    TransferAccepted = "transfer.accepted": Transfer."transfer"
        from [Made] to Accepted, Addressee, _, by [Department, Court, Window];
    TransferReturned = "transfer.returned": Transfer."transfer"
        from [Made] to Returned, Addressee, why, by [Department, Court, Window];
    MigrationClosed = "migration.closed": Migration."migration"
        from [Opened] to Closed, AnyRole, _, by [Steward];
    ErasureWithdrawn = "erasure.withdrawn": Erasure."order"
        from [Ordered] to Withdrawn, SourceOrCourt, _, by [Department, Court];
}

words!(Phase {
    Filed = "filed",
    Sealed = "sealed",
    Revoked = "revoked",
    Retracted = "retracted",
    Notified = "notified",
    Stated = "stated",
    Entered = "entered",
    Removed = "removed",
    Imposed = "imposed",
    Exempted = "exempted",
    Lifted = "lifted",
    Applied = "applied",
    Accepted = "accepted",
    Returned = "returned",
    Granted = "granted",
    Refused = "refused",
    Rescinded = "rescinded",
    Raised = "raised",
    Forwarded = "forwarded",
    Upheld = "upheld",
    Dismissed = "dismissed",
    Decided = "decided",
    Placed = "placed",
    Released = "released",
    Made = "made",
    Kept = "kept",
    Broken = "broken",
    Assigned = "assigned",
    Withdrawn = "withdrawn",
    Charged = "charged",
    Cancelled = "cancelled",
    Issued = "issued",
    Declared = "declared",
    Ordered = "ordered",
    Done = "done",
    Opened = "opened",
    Closed = "closed",
});
