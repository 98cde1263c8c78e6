//! Bodies of `subject.*`: whom records may be about; and of `ledger.identity_rotated`, after which they have other names.

use super::record::Decision;
use crate::definition::kind_word;
use crate::id::{IdentityEpoch, SubjectId, SubjectKind};
use crate::json::fields::{FieldError, Fields};
use crate::time::Date;
use tlog::defect::OrDefect as _;

/// `subject.registered`, and `subject.amended` anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectRegistered {
    /// Its registered name; never for persons and households (design §2.8).
    pub name: Option<String>,
    /// What kind of subject it is, where its identifier does not show it.
    pub kind: Option<SubjectKind>,
    /// When the register took it in.
    pub registered_on: Option<Date>,
}

/// `subject.identifier_linked`: another identifier of the same subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifierLinked {
    /// The other identifier.
    pub identifier: SubjectId,
    /// Why, in words.
    pub reason: Option<String>,
    /// Whether it is taken back instead: it is no identifier of the subject's.
    pub taken_back: bool,
}

/// `subject.identifier_accepted`: a genuine unified social credit code that fails the standard's check,
/// standing as `ext:uscc:<code>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifierAccepted {
    /// Why, in words.
    pub reason: String,
    /// The register that shows the code.
    pub register: Option<String>,
}

/// `subject.merged`: the subject was merged into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectMerged {
    /// The one that goes on.
    pub into: SubjectId,
    /// Why, in words.
    pub reason: Option<String>,
}

/// `subject.dissolved`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectDissolved {
    /// Why, in words.
    pub reason: String,
    /// The document that decides.
    pub decision: Option<Decision>,
}

/// `ledger.identity_rotated`: whoever stood in the ledger under a pseudonym of the epoch before is linked to that of this
/// one, and numbers are resolved to these alone from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityRotated {
    /// The epoch that begins.
    pub epoch: IdentityEpoch,
}

impl IdentityRotated {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let most = IdentityEpoch::MAX.get().into();
        let number = fields.number("epoch", 2, most)?;
        let epoch = u8::try_from(number).ok().and_then(IdentityEpoch::new);
        Ok(Self { epoch: epoch.or_defect("an epoch is read within its bounds") })
    }
}

impl SubjectRegistered {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            name: fields.optional_name("name", 200)?,
            kind: fields.optional_parsed("kind", kind_word)?,
            registered_on: fields.optional_parsed("registered_on", Date::parse)?,
        })
    }
}

impl IdentifierLinked {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            identifier: fields.parsed("identifier", SubjectId::parse)?,
            reason: fields.optional_text("reason", 1000)?,
            taken_back: fields.flag("taken_back")?,
        })
    }
}

impl IdentifierAccepted {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self { reason: fields.text("reason", 1000)?, register: fields.optional_name("register", 200)? })
    }
}

impl SubjectMerged {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            into: fields.parsed("into", SubjectId::parse)?,
            reason: fields.optional_text("reason", 1000)?,
        })
    }
}

impl SubjectDissolved {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            reason: fields.text("reason", 1000)?,
            decision: fields.optional_object("decision")?.map(Decision::parse).transpose()?,
        })
    }
}
