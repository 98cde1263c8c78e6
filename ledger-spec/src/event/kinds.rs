//! The kinds of events and the body that each carries. A kind is parsed only where its rules exist.

use super::governance::{
    AuthorityEnrolled, KeyAdded, KeyRevoked, LedgerOpened, ListAdopted, SubjectRegistered, TypeAdopted,
};
use super::listing::{ListingEntered, ListingRemoved};
use super::record::{RecordFiled, RecordRevoked};
use super::repair::{RepairApplied, RepairDecided, RepairOutcome};
use crate::fields::{FieldError, Fields};

/// The kinds of events of this version of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `ledger.opened`: entry 0.
    LedgerOpened,
    /// `authority.enrolled`
    AuthorityEnrolled,
    /// `authority.key_added`
    KeyAdded,
    /// `authority.key_revoked`
    KeyRevoked,
    /// `catalogue.type_adopted`
    TypeAdopted,
    /// `catalogue.list_adopted`
    ListAdopted,
    /// `subject.registered`
    SubjectRegistered,
    /// `record.filed`
    RecordFiled,
    /// `record.revoked`
    RecordRevoked,
    /// `listing.entered`
    ListingEntered,
    /// `listing.removed`
    ListingRemoved,
    /// `repair.applied`
    RepairApplied,
    /// `repair.granted`
    RepairGranted,
    /// `repair.refused`
    RepairRefused,
}

/// What an event states.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is named like the type that it holds
pub enum Body {
    LedgerOpened(LedgerOpened),
    AuthorityEnrolled(AuthorityEnrolled),
    KeyAdded(KeyAdded),
    KeyRevoked(KeyRevoked),
    TypeAdopted(TypeAdopted),
    ListAdopted(ListAdopted),
    SubjectRegistered(SubjectRegistered),
    RecordFiled(RecordFiled),
    RecordRevoked(RecordRevoked),
    ListingEntered(ListingEntered),
    ListingRemoved(ListingRemoved),
    RepairApplied(RepairApplied),
    RepairDecided(RepairDecided),
}

impl Kind {
    /// Every kind, in the order of the specification.
    pub const ALL: [Self; 14] = [
        Self::LedgerOpened,
        Self::AuthorityEnrolled,
        Self::KeyAdded,
        Self::KeyRevoked,
        Self::TypeAdopted,
        Self::ListAdopted,
        Self::SubjectRegistered,
        Self::RecordFiled,
        Self::RecordRevoked,
        Self::ListingEntered,
        Self::ListingRemoved,
        Self::RepairApplied,
        Self::RepairGranted,
        Self::RepairRefused,
    ];

    /// The kind's name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LedgerOpened => "ledger.opened",
            Self::AuthorityEnrolled => "authority.enrolled",
            Self::KeyAdded => "authority.key_added",
            Self::KeyRevoked => "authority.key_revoked",
            Self::TypeAdopted => "catalogue.type_adopted",
            Self::ListAdopted => "catalogue.list_adopted",
            Self::SubjectRegistered => "subject.registered",
            Self::RecordFiled => "record.filed",
            Self::RecordRevoked => "record.revoked",
            Self::ListingEntered => "listing.entered",
            Self::ListingRemoved => "listing.removed",
            Self::RepairApplied => "repair.applied",
            Self::RepairGranted => "repair.granted",
            Self::RepairRefused => "repair.refused",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Body {
    /// The kind of event that carries this body.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::LedgerOpened(_) => Kind::LedgerOpened,
            Self::AuthorityEnrolled(_) => Kind::AuthorityEnrolled,
            Self::KeyAdded(_) => Kind::KeyAdded,
            Self::KeyRevoked(_) => Kind::KeyRevoked,
            Self::TypeAdopted(_) => Kind::TypeAdopted,
            Self::ListAdopted(_) => Kind::ListAdopted,
            Self::SubjectRegistered(_) => Kind::SubjectRegistered,
            Self::RecordFiled(_) => Kind::RecordFiled,
            Self::RecordRevoked(_) => Kind::RecordRevoked,
            Self::ListingEntered(_) => Kind::ListingEntered,
            Self::ListingRemoved(_) => Kind::ListingRemoved,
            Self::RepairApplied(_) => Kind::RepairApplied,
            Self::RepairDecided(body) => match body.outcome {
                RepairOutcome::Granted => Kind::RepairGranted,
                RepairOutcome::Refused => Kind::RepairRefused,
            },
        }
    }

    pub(super) fn parse(kind: Kind, fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(match kind {
            Kind::LedgerOpened => Self::LedgerOpened(LedgerOpened::parse(fields)?),
            Kind::AuthorityEnrolled => Self::AuthorityEnrolled(AuthorityEnrolled::parse(fields)?),
            Kind::KeyAdded => Self::KeyAdded(KeyAdded::parse(fields)?),
            Kind::KeyRevoked => Self::KeyRevoked(KeyRevoked::parse(fields)?),
            Kind::TypeAdopted => Self::TypeAdopted(TypeAdopted::parse(fields)?),
            Kind::ListAdopted => Self::ListAdopted(ListAdopted::parse(fields)?),
            Kind::SubjectRegistered => Self::SubjectRegistered(SubjectRegistered::parse(fields)?),
            Kind::RecordFiled => Self::RecordFiled(RecordFiled::parse(fields)?),
            Kind::RecordRevoked => Self::RecordRevoked(RecordRevoked::parse(fields)?),
            Kind::ListingEntered => Self::ListingEntered(ListingEntered::parse(fields)?),
            Kind::ListingRemoved => Self::ListingRemoved(ListingRemoved::parse(fields)?),
            Kind::RepairApplied => Self::RepairApplied(RepairApplied::parse(fields)?),
            Kind::RepairGranted => Self::RepairDecided(RepairDecided::parse(fields, RepairOutcome::Granted)?),
            Kind::RepairRefused => Self::RepairDecided(RepairDecided::parse(fields, RepairOutcome::Refused)?),
        })
    }
}
