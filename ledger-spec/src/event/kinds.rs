//! The kinds of events: their names, who may issue each (design §5, "signed by"), and what each begins.

use super::governance::Role;
use super::step::{Class, Phase, StepKind};
use crate::definition::ItemKind;
use crate::id::Sealing;
use crate::wording::{Words, say};
use tlog::defect::OrDefect as _;

/// The kinds of events of this version of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // each variant is named like the kind that `Kind::name` writes
pub enum Kind {
    LedgerOpened,
    AuthorityEnrolled,
    AuthorityAmended,
    AuthoritySucceeded,
    AuthoritySuspended,
    KeyAdded,
    KeyRevoked,
    /// `catalogue.*`: one of eight sorts of items is adopted, amended or repealed.
    Catalogue(ItemKind, Change),
    SubjectRegistered,
    SubjectAmended,
    IdentifierLinked,
    IdentifierAccepted,
    SubjectMerged,
    SubjectDissolved,
    RecordFiled,
    ListingNotified,
    ListingEntered,
    MeasureImposed,
    RepairApplied,
    ObjectionRaised,
    ComplaintFiled,
    HoldPlaced,
    CommitmentMade,
    RatingAssigned,
    PointsCharged,
    ConsentGranted,
    SubjectVerified,
    ReportIssued,
    UseReported,
    PopulationDeclared,
    RectificationOrdered,
    IncidentOpened,
    TransferMade,
    MigrationOpened,
    ErasureOrdered,
    LedgerErased,
    AuditorsNamed,
    IdentityRotated,
    AccessRead,
    /// What moves an earlier event of the same stream on, by the table of [`StepKind`].
    Step(StepKind),
}

/// What happens to an item of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It is adopted (of a legal instrument: registered).
    Adopted,
    /// Another version counts from `valid_from` on.
    Amended,
    /// Nothing counts from `valid_from` on.
    Repealed,
}

impl Change {
    /// Every change.
    pub const ALL: [Self; 3] = [Self::Adopted, Self::Amended, Self::Repealed];
}

/// The openings: their names, the roles that may issue them, and what they begin in which phase. A kind without
/// a row does not compile.
macro_rules! openings {
    ($($variant:ident = $name:literal by $($role:ident)+, opens $class:ident in $phase:ident;)+) => {
        const OPENINGS: &[Kind] = &[$(Kind::$variant),+];

        impl Kind {
            /// The kind's name in events.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Catalogue(item, change) => catalogue_name(item, change),
                    Self::Step(step) => step.row().name,
                }
            }

            /// The roles that may issue it; one of them is enough.
            #[must_use]
            pub const fn roles(self) -> &'static [Role] {
                match self {
                    $(Self::$variant => &[$(Role::$role),+],)+
                    Self::Catalogue(..) => &[Role::Steward],
                    Self::Step(step) => step.row().roles,
                }
            }

            /// What it begins, and in which phase; `None` for steps, which begin nothing.
            #[must_use]
            pub const fn opens(self) -> Option<(Class, Phase)> {
                match self {
                    $(Self::$variant => Some((Class::$class, Phase::$phase)),)+
                    Self::Catalogue(..) => Some((Class::Plain, Phase::Issued)),
                    Self::Step(_) => None,
                }
            }
        }
    };
}

openings! {
    LedgerOpened = "ledger.opened" by Operator, opens Plain in Issued;
    AuthorityEnrolled = "authority.enrolled" by Registrar, opens Plain in Issued;
    AuthorityAmended = "authority.amended" by Registrar, opens Plain in Issued;
    AuthoritySucceeded = "authority.succeeded" by Registrar, opens Plain in Issued;
    AuthoritySuspended = "authority.suspended" by Registrar, opens Plain in Issued;
    KeyAdded = "authority.key_added" by Registrar, opens Plain in Issued;
    KeyRevoked = "authority.key_revoked" by Registrar Operator, opens Plain in Issued;
    SubjectRegistered = "subject.registered" by Department Registrar, opens Plain in Issued;
    SubjectAmended = "subject.amended" by Department Registrar, opens Plain in Issued;
    IdentifierLinked = "subject.identifier_linked" by Department Registrar Operator, opens Plain in Issued;
    IdentifierAccepted = "subject.identifier_accepted" by Department Registrar, opens Plain in Issued;
    SubjectMerged = "subject.merged" by Department Registrar, opens Plain in Issued;
    SubjectDissolved = "subject.dissolved" by Department Registrar, opens Plain in Issued;
    RecordFiled = "record.filed" by Department Court Window, opens Record in Filed;
    ListingNotified = "listing.notified" by Department Court, opens Notice in Notified;
    ListingEntered = "listing.entered" by Department Court, opens Listing in Entered;
    MeasureImposed = "measure.imposed" by Department Court, opens Measure in Imposed;
    RepairApplied = "repair.applied" by Department Court Window, opens Application in Applied;
    ObjectionRaised = "objection.raised" by Department Court Window, opens Objection in Raised;
    ComplaintFiled = "complaint.filed" by Department Court Window, opens Complaint in Filed;
    HoldPlaced = "hold.placed" by Department Court, opens Hold in Placed;
    CommitmentMade = "commitment.made" by Department Court Window, opens Commitment in Made;
    RatingAssigned = "rating.assigned" by Department Court, opens Rating in Assigned;
    PointsCharged = "points.charged" by Department Court, opens Charge in Charged;
    ConsentGranted = "consent.granted" by Department Window, opens Consent in Granted;
    SubjectVerified = "subject.verified" by Window, opens Plain in Issued;
    ReportIssued = "report.issued" by Department Window, opens Report in Issued;
    UseReported = "use.reported" by Department Court, opens Use in Issued;
    PopulationDeclared = "population.declared" by Steward, opens Population in Declared;
    RectificationOrdered = "rectification.ordered" by Steward, opens Order in Ordered;
    IncidentOpened = "incident.opened" by Steward Operator, opens Incident in Opened;
    TransferMade = "transfer.made" by Department Court, opens Transfer in Made;
    MigrationOpened = "migration.opened" by Steward, opens Migration in Opened;
    ErasureOrdered = "erasure.ordered" by Department Court, opens Erasure in Ordered;
    LedgerErased = "ledger.erased" by Operator, opens Plain in Issued;
    AuditorsNamed = "ledger.auditors_named" by Registrar, opens Plain in Issued;
    IdentityRotated = "ledger.identity_rotated" by Operator, opens Plain in Issued;
    AccessRead = "access.read" by Operator, opens Plain in Issued;
}

impl Kind {
    /// Whether events of this kind stand in the log in the clear: a closed list, checked both ways. A kind that is
    /// added has to be put on one side here, and what is not on the list is sealed.
    #[must_use]
    pub const fn sealing(self) -> Sealing {
        match self {
            Self::LedgerOpened
            | Self::AuthorityEnrolled
            | Self::AuthorityAmended
            | Self::AuthoritySucceeded
            | Self::AuthoritySuspended
            | Self::KeyAdded
            | Self::KeyRevoked
            | Self::Catalogue(..)
            | Self::PopulationDeclared
            | Self::MigrationOpened
            | Self::LedgerErased
            | Self::AuditorsNamed
            | Self::IdentityRotated => Sealing::Clear,
            Self::SubjectRegistered
            | Self::SubjectAmended
            | Self::IdentifierLinked
            | Self::IdentifierAccepted
            | Self::SubjectMerged
            | Self::SubjectDissolved
            | Self::RecordFiled
            | Self::ListingNotified
            | Self::ListingEntered
            | Self::MeasureImposed
            | Self::RepairApplied
            | Self::ObjectionRaised
            | Self::ComplaintFiled
            | Self::HoldPlaced
            | Self::CommitmentMade
            | Self::RatingAssigned
            | Self::PointsCharged
            | Self::ConsentGranted
            | Self::SubjectVerified
            | Self::ReportIssued
            | Self::UseReported
            | Self::RectificationOrdered
            | Self::IncidentOpened
            | Self::TransferMade
            | Self::ErasureOrdered
            | Self::AccessRead => Sealing::Sealed,
            Self::Step(step) => step.sealing(),
        }
    }

    /// Every kind, in the order of the specification.
    pub fn all() -> impl Iterator<Item = Self> {
        let catalogue = ItemKind::ALL
            .into_iter()
            .flat_map(|item| Change::ALL.into_iter().map(move |change| Self::Catalogue(item, change)));
        let steps = StepKind::ALL.iter().map(|step| Self::Step(*step));
        OPENINGS.iter().copied().chain(catalogue).chain(steps)
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.name() == name)
    }
}

impl Class {
    /// What begins it, for messages: as the row of the opening names it.
    #[must_use]
    pub fn begun_by(self) -> Words {
        let begins = |kind: &Kind| kind.opens().is_some_and(|(class, _)| class == self);
        if self == Self::Plain {
            return say!("an event that something can follow");
        }
        let kind = Kind::all().find(begins).or_defect("every class but Plain has its opening").name();
        match kind.starts_with(['a', 'e', 'i', 'o']) {
            true => say!("an {} event", Words::data(kind)),
            false => say!("a {} event", Words::data(kind)),
        }
    }
}

const fn catalogue_name(item: ItemKind, change: Change) -> &'static str {
    match (item, change) {
        (ItemKind::Type, Change::Adopted) => "catalogue.type_adopted",
        (ItemKind::Type, Change::Amended) => "catalogue.type_amended",
        (ItemKind::Type, Change::Repealed) => "catalogue.type_repealed",
        (ItemKind::List, Change::Adopted) => "catalogue.list_adopted",
        (ItemKind::List, Change::Amended) => "catalogue.list_amended",
        (ItemKind::List, Change::Repealed) => "catalogue.list_repealed",
        (ItemKind::Measure, Change::Adopted) => "catalogue.measure_adopted",
        (ItemKind::Measure, Change::Amended) => "catalogue.measure_amended",
        (ItemKind::Measure, Change::Repealed) => "catalogue.measure_repealed",
        (ItemKind::Rating, Change::Adopted) => "catalogue.rating_scheme_adopted",
        (ItemKind::Rating, Change::Amended) => "catalogue.rating_scheme_amended",
        (ItemKind::Rating, Change::Repealed) => "catalogue.rating_scheme_repealed",
        (ItemKind::Points, Change::Adopted) => "catalogue.points_scheme_adopted",
        (ItemKind::Points, Change::Amended) => "catalogue.points_scheme_amended",
        (ItemKind::Points, Change::Repealed) => "catalogue.points_scheme_repealed",
        (ItemKind::Calendar, Change::Adopted) => "catalogue.calendar_adopted",
        (ItemKind::Calendar, Change::Amended) => "catalogue.calendar_amended",
        (ItemKind::Calendar, Change::Repealed) => "catalogue.calendar_repealed",
        (ItemKind::Procedure, Change::Adopted) => "catalogue.procedure_adopted",
        (ItemKind::Procedure, Change::Amended) => "catalogue.procedure_amended",
        (ItemKind::Procedure, Change::Repealed) => "catalogue.procedure_repealed",
        (ItemKind::Basis, Change::Adopted) => "catalogue.basis_registered",
        (ItemKind::Basis, Change::Amended) => "catalogue.basis_amended",
        (ItemKind::Basis, Change::Repealed) => "catalogue.basis_repealed",
    }
}
