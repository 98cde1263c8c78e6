//! Bodies of `repair.*`: credit repair, applied for and decided.

use super::record::Decision;
use crate::fields::{FieldError, Fields};
use crate::id::{EventId, ListCode};

/// `repair.applied`: the subject asks for repair of a record or of an entry on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairApplied {
    /// The `record.filed` or `listing.entered` event, in the same subject's stream.
    pub target: EventId,
    /// The list, where the target is an entry on one: so that the list's stream shows it too.
    pub list: Option<ListCode>,
    /// What the subject says, without personal data.
    pub statement: Option<String>,
}

/// `repair.granted` or `repair.refused`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairDecided {
    /// Which of the two.
    pub outcome: RepairOutcome,
    /// The `repair.applied` event, in the same subject's stream.
    pub application: EventId,
    /// The list, where the application was about an entry on one.
    pub list: Option<ListCode>,
    /// Why, in words; a refusal must say.
    pub reason: Option<String>,
    /// The document that decides.
    pub decision: Option<Decision>,
}

/// How an application for repair ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepairOutcome {
    /// `repair.granted`
    Granted,
    /// `repair.refused`
    Refused,
}

impl RepairApplied {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            target: fields.parsed("target", EventId::parse)?,
            list: fields.optional_parsed("list", ListCode::parse)?,
            statement: fields.optional_text("statement", 4000)?,
        })
    }
}

impl RepairDecided {
    pub(super) fn parse(fields: &mut Fields, outcome: RepairOutcome) -> Result<Self, FieldError> {
        Ok(Self {
            outcome,
            application: fields.parsed("application", EventId::parse)?,
            list: fields.optional_parsed("list", ListCode::parse)?,
            reason: match outcome {
                RepairOutcome::Granted => fields.optional_text("reason", 1000)?,
                RepairOutcome::Refused => Some(fields.text("reason", 1000)?),
            },
            decision: fields.optional_object("decision")?.map(Decision::parse).transpose()?,
        })
    }
}
