//! Bodies of `record.*`: a credit record and its annulment.

use super::words::words;
use crate::bytes::from_hex;
use crate::fields::{FieldError, Fields};
use crate::id::{EventId, TypeCode};
use crate::time::Date;

/// How grave a negative record is (Order 36 of 2025: 轻微, 一般, 严重).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// 轻微
    Minor,
    /// 一般
    General,
    /// 严重
    Serious,
}

/// The document that a record or an entry on a list rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its official number.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// BLAKE3 of the document's file, where one is kept.
    pub document: Option<[u8; 32]>,
}

/// `record.filed`: a credit record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFiled {
    /// Its type in the catalogue.
    pub record_type: TypeCode,
    /// The document it rests on.
    pub decision: Decision,
    /// Its severity, for negative records.
    pub severity: Option<Severity>,
    /// What it says, without personal data.
    pub summary: Option<String>,
}

/// `record.revoked`: the decision behind a record was annulled or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRevoked {
    /// The `record.filed` event, in the same subject's stream.
    pub record: EventId,
    /// Why, in words.
    pub reason: String,
    /// The document that annuls.
    pub decision: Option<Decision>,
}

words!(Severity { Minor = "minor", General = "general", Serious = "serious" });

impl Decision {
    pub(super) fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let decision = Self {
            number: fields.text("number", 128)?,
            date: fields.parsed("date", Date::parse)?,
            document: fields.optional_parsed("document", from_hex::<32>)?,
        };
        fields.finish()?;
        Ok(decision)
    }
}

impl RecordFiled {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            record_type: fields.parsed("type", TypeCode::parse)?,
            decision: Decision::parse(fields.object("decision")?)?,
            severity: fields.optional_parsed("severity", Severity::parse_word)?,
            summary: fields.optional_text("summary", 4000)?,
        })
    }
}

impl RecordRevoked {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            record: fields.parsed("record", EventId::parse)?,
            reason: fields.text("reason", 1000)?,
            decision: fields.optional_object("decision")?.map(Decision::parse).transpose()?,
        })
    }
}
