//! The kinds of events: their names, and who may issue each (design §5, "signed by").

use super::governance::Role;
use super::step::StepKind;
use crate::definition::ItemKind;

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
    ReportIssued,
    UseReported,
    PopulationDeclared,
    RectificationOrdered,
    IncidentOpened,
    TransferMade,
    MigrationOpened,
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

/// The openings, with their names and the roles that may issue them.
macro_rules! openings {
    ($($variant:ident = $name:literal by $($role:ident)+;)+) => {
        const OPENINGS: &[Kind] = &[$(Kind::$variant),+];

        const fn opening_name(kind: Kind) -> Option<&'static str> {
            match kind { $(Kind::$variant => Some($name),)+ _ => None }
        }

        const fn opening_roles(kind: Kind) -> &'static [Role] {
            match kind { $(Kind::$variant => &[$(Role::$role),+],)+ _ => &[] }
        }
    };
}

openings! {
    LedgerOpened = "ledger.opened" by Operator;
    AuthorityEnrolled = "authority.enrolled" by Registrar;
    AuthorityAmended = "authority.amended" by Registrar;
    AuthoritySucceeded = "authority.succeeded" by Registrar;
    AuthoritySuspended = "authority.suspended" by Registrar;
    KeyAdded = "authority.key_added" by Registrar;
    KeyRevoked = "authority.key_revoked" by Registrar;
    SubjectRegistered = "subject.registered" by Department Registrar;
    SubjectAmended = "subject.amended" by Department Registrar;
    IdentifierLinked = "subject.identifier_linked" by Department Registrar;
    IdentifierAccepted = "subject.identifier_accepted" by Department Registrar;
    SubjectMerged = "subject.merged" by Department Registrar;
    SubjectDissolved = "subject.dissolved" by Department Registrar;
    RecordFiled = "record.filed" by Department Court Window;
    ListingNotified = "listing.notified" by Department Court;
    ListingEntered = "listing.entered" by Department Court;
    MeasureImposed = "measure.imposed" by Department Court;
    RepairApplied = "repair.applied" by Department Court Window;
    ObjectionRaised = "objection.raised" by Department Court Window;
    ComplaintFiled = "complaint.filed" by Department Court Window;
    HoldPlaced = "hold.placed" by Department Court;
    CommitmentMade = "commitment.made" by Department Court Window;
    RatingAssigned = "rating.assigned" by Department Court;
    PointsCharged = "points.charged" by Department Court;
    ConsentGranted = "consent.granted" by Department Window;
    ReportIssued = "report.issued" by Department Window;
    UseReported = "use.reported" by Department Court;
    PopulationDeclared = "population.declared" by Steward;
    RectificationOrdered = "rectification.ordered" by Steward;
    IncidentOpened = "incident.opened" by Steward Operator;
    TransferMade = "transfer.made" by Department Court;
    MigrationOpened = "migration.opened" by Steward;
}

impl Kind {
    /// Every kind, in the order of the specification.
    pub fn all() -> impl Iterator<Item = Self> {
        let catalogue = ItemKind::ALL
            .into_iter()
            .flat_map(|item| Change::ALL.into_iter().map(move |change| Self::Catalogue(item, change)));
        let steps = StepKind::ALL.iter().map(|step| Self::Step(*step));
        OPENINGS.iter().copied().chain(catalogue).chain(steps)
    }

    /// The kind's name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Catalogue(item, change) => catalogue_name(item, change),
            Self::Step(step) => step.row().name,
            opening => match opening_name(opening) {
                Some(name) => name,
                None => "",
            },
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.name() == name)
    }

    /// The roles that may issue it; one of them is enough.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Catalogue(..) => &[Role::Steward],
            Self::Step(step) => step.row().roles,
            opening => opening_roles(opening),
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
