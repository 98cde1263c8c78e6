//! Events: what an authority states about one subject, read from exact bytes.
//!
//! Reading is strict (unknown and duplicate keys are refused) and there is no writing back: the
//! signed bytes are stored as they came. Whether an event may enter the ledger is admission's
//! question, not this module's. The layout is in `README.md`, "Event"; the kinds are in `kinds.rs`.

mod access;
mod body;
mod conduct;
mod correction;
mod delivery;
mod disclosed;
mod draft;
pub mod envelope;
mod erasure;
mod governance;
mod kinds;
mod listing;
mod named;
mod record;
mod review;
mod rights;
mod salt;
mod sent;
mod step;
mod subject;
mod verified;

pub use access::{AccessRead, Looker, SignedLook};
pub use body::{Body, Repealed};
pub use conduct::{
    CommitmentMade, IncidentOpened, Indicator, MigrationOpened, PointsCharged, PopulationDeclared,
    RatingAssigned, RectificationOrdered, TransferMade,
};
pub use correction::Correction;
pub use delivery::Delivery;
pub use disclosed::{
    DisclosedField, DisclosedFields, DisclosureError, DisclosureFault, MAX_DISCLOSED, MAX_DISCLOSURE,
    MAX_FIELDS,
};
pub use draft::Draft;
pub use erasure::{Annulled, Erasable, ErasureOrdered, FieldPlace, FieldsOrdered, LedgerErased};
pub use governance::{
    AuditorsNamed, AuthorityEnrolled, AuthoritySucceeded, AuthoritySuspended, Capacity, Competence,
    EnrolledRegistrar, KeyAdded, KeyRevoked, LedgerOpened, RevocationReason, Role,
};
pub use kinds::{Change, Kind};
pub use listing::{ListingEntered, ListingNotified, MeasureImposed, Term};
pub use record::{
    Conduct, DataCategory, Decision, Hearing, Notice, PersonAttested, Publication, Publicity, RecordFiled,
    Review, Secrecy, Statement,
};
pub use review::ReviewOutcome;
pub use rights::{
    ComplaintFiled, ConsentGranted, HoldPlaced, ObjectionRaised, RepairApplied, ReportAsOf, ReportIssued,
    ReportKind, UseReported,
};
pub use salt::{NoSaltKey, Salt, SaltKey};
pub use sent::{MAX_SENT, SentEvent, WholeEvent, seal_with};
pub use step::{Class, Extra, Finding, Phase, Step, StepKind, StepRow, Who};
pub use subject::{
    IdentifierAccepted, IdentifierLinked, IdentityRotated, SubjectDissolved, SubjectMerged, SubjectRegistered,
};
pub use verified::{Checked, SubjectVerified};

use crate::entry::StreamVersion;
use crate::id::{
    AuthorityId, CatalogueItem, EventId, ListCode, Sealing, StreamKey, SubjectId, SubjectStream,
};
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::json::{Json, JsonError};
use crate::time::ValidTime;
use crate::wording::{Words, say};
use tlog::checkpoint::Origin;

/// Longest event, in bytes.
pub const MAX_EVENT: usize = 48 * 1024;
/// The version of this specification that `ledger.opened` names.
pub const SPEC_VERSION: u64 = 1;

/// One event, read and well formed. Nothing is known yet about who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The ledger that it is meant for; stops replay across ledgers.
    pub origin: Origin,
    /// The issuer's own name for it: idempotency.
    pub id: EventId,
    /// Who states it.
    pub issuer: AuthorityId,
    /// Whom it is about.
    pub subject: SubjectId,
    /// From when it holds in the world.
    pub valid_from: ValidTime,
    /// The version of the subject's stream that the issuer had seen, where it insists on it.
    pub seen_version: Option<StreamVersion>,
    /// SHA-256 digests of erasable fields that travel beside the event (RFC 9901 disclosures).
    pub private: Vec<[u8; 32]>,
    /// What hides it from whoever has a hash of it; exactly where it is sealed.
    pub salt: Option<Salt>,
    /// What it states, by kind.
    pub body: Body,
}

/// Why bytes are not an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", self.words())]
pub enum EventError {
    /// Longer than [`MAX_EVENT`].
    TooLong {
        /// Length found.
        found: usize,
        /// [`MAX_EVENT`].
        expected: usize,
    },
    /// Not JSON as this ledger reads it.
    Json(#[from] JsonError),
    /// A field that is not what the specification says.
    Field(#[from] FieldError),
    /// A kind that this version of the specification has no rules for.
    UnknownKind {
        /// The kind found, shortened.
        found: String,
    },
}

impl EventError {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::TooLong { found, expected } => {
                say!("event of {} bytes where at most {} are accepted", found, expected)
            }
            Self::Json(error) => say!("event: {}", error.words()),
            Self::Field(error) => say!("event: {}", error.words()),
            Self::UnknownKind { found } => {
                say!("event: kind {} is not known", Words::data(format_args!("{found:?}")))
            }
        }
    }
}

impl Event {
    /// Reads an event from its exact bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, EventError> {
        if bytes.len() > MAX_EVENT {
            return Err(EventError::TooLong { found: bytes.len(), expected: MAX_EVENT });
        }
        let mut fields = Fields::of("", Json::parse(bytes)?)?;
        let origin = fields.borrowed("origin", 255)?;
        let origin = governance::origin_in(&fields, "origin", &origin)?;
        let id = fields.parsed("id", EventId::parse)?;
        let kind = fields.borrowed("kind", 64)?;
        let Some(kind) = Kind::parse(&kind) else {
            return Err(EventError::UnknownKind { found: shorten(&kind) });
        };
        let issuer = fields.parsed("issuer", AuthorityId::parse)?;
        let subject = fields.parsed("subject", SubjectId::parse)?;
        let valid_from = fields.parsed("valid_from", ValidTime::parse)?;
        let seen_version =
            fields.optional_number("seen_version", 0, MAX_JSON_INTEGER)?.map(StreamVersion::new);
        let private = fields.parsed_array("private", (0, 64), tlog::bytes::from_base64url_exact::<32>)?;
        let salt = salt(kind, &mut fields)?;
        let mut body = fields.object("body")?;
        fields.finish()?;
        let parsed = Body::parse(kind, &mut body)?;
        body.finish()?;
        Ok(Self { origin, id, issuer, subject, valid_from, seen_version, private, salt, body: parsed })
    }

    /// Whether the bytes of an event say what these say: they are the same, or the same of one subject under the pseudonyms
    /// of two epochs, which is for whoever asks to know. Its issuer made it again after the ledger had renamed the subject.
    #[must_use]
    pub fn says_the_same(&self, bytes: &[u8], first: &[u8]) -> bool {
        if bytes == first {
            return true;
        }
        let renamed = || Self::parse(first).is_ok_and(|first| self.subject.renewal(&first.subject).is_some());
        let but_for_its_name = |bytes: &[u8]| {
            let mut read: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(bytes).ok()?;
            read.remove("subject").map(|_| read)
        };
        renamed() && but_for_its_name(bytes).is_some_and(|said| but_for_its_name(first) == Some(said))
    }

    /// Which kind of event it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.body.kind()
    }

    /// The list that it concerns, if it concerns one.
    #[must_use]
    pub const fn list(&self) -> Option<&ListCode> {
        match (&self.body, &self.subject) {
            (Body::ListingNotified(body), _) => Some(&body.list),
            (Body::ListingEntered(body), _) => Some(&body.list),
            (Body::RepairApplied(body), _) => body.list.as_ref(),
            (Body::ObjectionRaised(body), _) => body.list.as_ref(),
            (Body::Step(body), _) => body.list.as_ref(),
            (_, SubjectId::Catalogue(CatalogueItem::List(code))) => Some(code),
            _ => None,
        }
    }

    /// The streams it stands in, in the order of the entry's links: subject, issuer, list.
    pub fn streams(&self) -> Vec<StreamKey> {
        let sealing = self.kind().sealing();
        let issuer = StreamKey::Issuer(sealing, self.issuer.clone());
        let mut streams = vec![StreamKey::Subject(self.subject_stream()), issuer];
        streams.extend(self.list().cloned().map(|list| StreamKey::List(sealing, list)));
        streams
    }

    /// The first of them: its subject's.
    pub fn subject_stream(&self) -> SubjectStream {
        SubjectStream { sealing: self.kind().sealing(), subject: self.subject.clone() }
    }

    /// The record whose decision it annuls as regards everybody about whom there is a record by it, and from when on; from the
    /// beginning where it says nothing, since the decision was void.
    pub fn annuls_decision_of(&self) -> Option<(EventId, Option<ValidTime>)> {
        match &self.body {
            Body::Step(Step { of, extra: Extra::Revoked { only_this: false, void }, .. }) => {
                Some((*of, (!void).then_some(self.valid_from)))
            }
            _ => None,
        }
    }
}

/// A salt exactly where events of the kind are sealed.
fn salt(kind: Kind, fields: &mut Fields<'_>) -> Result<Option<Salt>, FieldError> {
    match kind.sealing() {
        Sealing::Sealed => fields.parsed("salt", Salt::parse).map(Some),
        Sealing::Clear if fields.has("salt") => Err(fields.error("salt", FieldFault::Unknown)),
        Sealing::Clear => Ok(None),
    }
}

/// The largest whole number that every JSON reader holds exactly (RFC 8259 §6).
const MAX_JSON_INTEGER: u64 = (1 << 53) - 1;
