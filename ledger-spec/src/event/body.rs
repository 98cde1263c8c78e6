//! What an event states, by kind.

use super::access::AccessRead;
use super::conduct::{
    CommitmentMade, IncidentOpened, MigrationOpened, PointsCharged, PopulationDeclared, RatingAssigned,
    RectificationOrdered, TransferMade,
};
use super::erasure::{ErasureOrdered, LedgerErased};
use super::governance::{
    AuditorsNamed, AuthorityEnrolled, AuthoritySucceeded, AuthoritySuspended, Capacity, KeyAdded, KeyRevoked,
    LedgerOpened,
};
use super::kinds::{Change, Kind};
use super::listing::{ListingEntered, ListingNotified, MeasureImposed};
use super::record::RecordFiled;
use super::rights::{
    ComplaintFiled, ConsentGranted, HoldPlaced, ObjectionRaised, RepairApplied, ReportIssued, UseReported,
};
use super::step::Step;
use super::subject::{
    IdentifierAccepted, IdentifierLinked, IdentityRotated, SubjectDissolved, SubjectMerged, SubjectRegistered,
};
use super::verified::SubjectVerified;
use crate::definition::{Citation, Definition, ItemKind};
use crate::json::fields::{FieldError, Fields};

/// What an event states.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is named like the type that it holds
pub enum Body {
    LedgerOpened(LedgerOpened),
    AuthorityEnrolled(AuthorityEnrolled),
    AuthorityAmended(Capacity),
    AuthoritySucceeded(AuthoritySucceeded),
    AuthoritySuspended(AuthoritySuspended),
    KeyAdded(KeyAdded),
    KeyRevoked(KeyRevoked),
    /// `catalogue.*_adopted`, `catalogue.basis_registered`
    Adopted(Definition),
    /// `catalogue.*_amended`
    Amended(Definition),
    /// `catalogue.*_repealed`
    Repealed(Repealed),
    SubjectRegistered(SubjectRegistered),
    /// `subject.amended`: its whole state anew.
    SubjectAmended(SubjectRegistered),
    IdentifierLinked(IdentifierLinked),
    IdentifierAccepted(IdentifierAccepted),
    SubjectMerged(SubjectMerged),
    SubjectDissolved(SubjectDissolved),
    RecordFiled(Box<RecordFiled>),
    ListingNotified(ListingNotified),
    ListingEntered(Box<ListingEntered>),
    MeasureImposed(MeasureImposed),
    RepairApplied(RepairApplied),
    ObjectionRaised(ObjectionRaised),
    ComplaintFiled(ComplaintFiled),
    HoldPlaced(HoldPlaced),
    CommitmentMade(CommitmentMade),
    RatingAssigned(RatingAssigned),
    PointsCharged(PointsCharged),
    ConsentGranted(ConsentGranted),
    SubjectVerified(SubjectVerified),
    ReportIssued(ReportIssued),
    UseReported(UseReported),
    PopulationDeclared(PopulationDeclared),
    RectificationOrdered(RectificationOrdered),
    IncidentOpened(IncidentOpened),
    TransferMade(TransferMade),
    MigrationOpened(MigrationOpened),
    ErasureOrdered(ErasureOrdered),
    LedgerErased(LedgerErased),
    AuditorsNamed(AuditorsNamed),
    IdentityRotated(IdentityRotated),
    AccessRead(Box<AccessRead>),
    Step(Step),
}

/// `catalogue.*_repealed`: nothing counts any more from `valid_from` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repealed {
    /// What sort of item.
    pub item: ItemKind,
    /// Why, in words.
    pub reason: String,
    /// The instrument that repeals.
    pub basis: Option<Citation>,
}

impl Body {
    /// The kind of event that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::LedgerOpened(_) => Kind::LedgerOpened,
            Self::AuthorityEnrolled(_) => Kind::AuthorityEnrolled,
            Self::AuthorityAmended(_) => Kind::AuthorityAmended,
            Self::AuthoritySucceeded(_) => Kind::AuthoritySucceeded,
            Self::AuthoritySuspended(_) => Kind::AuthoritySuspended,
            Self::KeyAdded(_) => Kind::KeyAdded,
            Self::KeyRevoked(_) => Kind::KeyRevoked,
            Self::Adopted(definition) => Kind::Catalogue(definition.item(), Change::Adopted),
            Self::Amended(definition) => Kind::Catalogue(definition.item(), Change::Amended),
            Self::Repealed(body) => Kind::Catalogue(body.item, Change::Repealed),
            Self::SubjectRegistered(_) => Kind::SubjectRegistered,
            Self::SubjectAmended(_) => Kind::SubjectAmended,
            Self::IdentifierLinked(_) => Kind::IdentifierLinked,
            Self::IdentifierAccepted(_) => Kind::IdentifierAccepted,
            Self::SubjectMerged(_) => Kind::SubjectMerged,
            Self::SubjectDissolved(_) => Kind::SubjectDissolved,
            Self::RecordFiled(_) => Kind::RecordFiled,
            Self::ListingNotified(_) => Kind::ListingNotified,
            Self::ListingEntered(_) => Kind::ListingEntered,
            Self::MeasureImposed(_) => Kind::MeasureImposed,
            Self::RepairApplied(_) => Kind::RepairApplied,
            Self::ObjectionRaised(_) => Kind::ObjectionRaised,
            Self::ComplaintFiled(_) => Kind::ComplaintFiled,
            Self::HoldPlaced(_) => Kind::HoldPlaced,
            Self::CommitmentMade(_) => Kind::CommitmentMade,
            Self::RatingAssigned(_) => Kind::RatingAssigned,
            Self::PointsCharged(_) => Kind::PointsCharged,
            Self::ConsentGranted(_) => Kind::ConsentGranted,
            Self::SubjectVerified(_) => Kind::SubjectVerified,
            Self::ReportIssued(_) => Kind::ReportIssued,
            Self::UseReported(_) => Kind::UseReported,
            Self::PopulationDeclared(_) => Kind::PopulationDeclared,
            Self::RectificationOrdered(_) => Kind::RectificationOrdered,
            Self::IncidentOpened(_) => Kind::IncidentOpened,
            Self::TransferMade(_) => Kind::TransferMade,
            Self::MigrationOpened(_) => Kind::MigrationOpened,
            Self::ErasureOrdered(_) => Kind::ErasureOrdered,
            Self::LedgerErased(_) => Kind::LedgerErased,
            Self::AuditorsNamed(_) => Kind::AuditorsNamed,
            Self::IdentityRotated(_) => Kind::IdentityRotated,
            Self::AccessRead(_) => Kind::AccessRead,
            Self::Step(step) => Kind::Step(step.kind),
        }
    }

    pub(super) fn parse(kind: Kind, fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(match kind {
            Kind::LedgerOpened => Self::LedgerOpened(LedgerOpened::parse(fields)?),
            Kind::AuthorityEnrolled => Self::AuthorityEnrolled(AuthorityEnrolled::parse(fields)?),
            Kind::AuthorityAmended => Self::AuthorityAmended(Capacity::parse(fields)?),
            Kind::AuthoritySucceeded => Self::AuthoritySucceeded(AuthoritySucceeded::parse(fields)?),
            Kind::AuthoritySuspended => Self::AuthoritySuspended(AuthoritySuspended::parse(fields)?),
            Kind::KeyAdded => Self::KeyAdded(KeyAdded::parse(fields)?),
            Kind::KeyRevoked => Self::KeyRevoked(KeyRevoked::parse(fields)?),
            Kind::Catalogue(item, Change::Adopted) => Self::Adopted(Definition::parse(item, fields)?),
            Kind::Catalogue(item, Change::Amended) => Self::Amended(Definition::parse(item, fields)?),
            Kind::Catalogue(item, Change::Repealed) => Self::Repealed(Repealed::parse(item, fields)?),
            Kind::SubjectRegistered => Self::SubjectRegistered(SubjectRegistered::parse(fields)?),
            Kind::SubjectAmended => Self::SubjectAmended(SubjectRegistered::parse(fields)?),
            Kind::IdentifierLinked => Self::IdentifierLinked(IdentifierLinked::parse(fields)?),
            Kind::IdentifierAccepted => Self::IdentifierAccepted(IdentifierAccepted::parse(fields)?),
            Kind::SubjectMerged => Self::SubjectMerged(SubjectMerged::parse(fields)?),
            Kind::SubjectDissolved => Self::SubjectDissolved(SubjectDissolved::parse(fields)?),
            Kind::RecordFiled => Self::RecordFiled(Box::new(RecordFiled::parse(fields)?)),
            Kind::ListingNotified => Self::ListingNotified(ListingNotified::parse(fields)?),
            Kind::ListingEntered => Self::ListingEntered(Box::new(ListingEntered::parse(fields)?)),
            Kind::MeasureImposed => Self::MeasureImposed(MeasureImposed::parse(fields)?),
            Kind::RepairApplied => Self::RepairApplied(RepairApplied::parse(fields)?),
            Kind::ObjectionRaised => Self::ObjectionRaised(ObjectionRaised::parse(fields)?),
            Kind::ComplaintFiled => Self::ComplaintFiled(ComplaintFiled::parse(fields)?),
            Kind::HoldPlaced => Self::HoldPlaced(HoldPlaced::parse(fields)?),
            Kind::CommitmentMade => Self::CommitmentMade(CommitmentMade::parse(fields)?),
            Kind::RatingAssigned => Self::RatingAssigned(RatingAssigned::parse(fields)?),
            Kind::PointsCharged => Self::PointsCharged(PointsCharged::parse(fields)?),
            Kind::ConsentGranted => Self::ConsentGranted(ConsentGranted::parse(fields)?),
            Kind::SubjectVerified => Self::SubjectVerified(SubjectVerified::parse(fields)?),
            Kind::ReportIssued => Self::ReportIssued(ReportIssued::parse(fields)?),
            Kind::UseReported => Self::UseReported(UseReported::parse(fields)?),
            Kind::PopulationDeclared => Self::PopulationDeclared(PopulationDeclared::parse(fields)?),
            Kind::RectificationOrdered => Self::RectificationOrdered(RectificationOrdered::parse(fields)?),
            Kind::IncidentOpened => Self::IncidentOpened(IncidentOpened::parse(fields)?),
            Kind::TransferMade => Self::TransferMade(TransferMade::parse(fields)?),
            Kind::MigrationOpened => Self::MigrationOpened(MigrationOpened::parse(fields)?),
            Kind::ErasureOrdered => Self::ErasureOrdered(ErasureOrdered::parse(fields)?),
            Kind::LedgerErased => Self::LedgerErased(LedgerErased::parse(fields)?),
            Kind::AuditorsNamed => Self::AuditorsNamed(AuditorsNamed::parse(fields)?),
            Kind::IdentityRotated => Self::IdentityRotated(IdentityRotated::parse(fields)?),
            Kind::AccessRead => Self::AccessRead(Box::new(AccessRead::parse(fields)?)),
            Kind::Step(step) => Self::Step(Step::parse(step, fields)?),
        })
    }
}

impl Repealed {
    fn parse(item: ItemKind, fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            item,
            reason: fields.text("reason", 1000)?,
            basis: fields.optional_object("basis")?.map(Citation::parse).transpose()?,
        })
    }
}
