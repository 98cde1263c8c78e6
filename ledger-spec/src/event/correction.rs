//! Body of `record.corrected`: what a record says now in the place of what was filed.

use crate::definition::Severity;
use crate::id::TypeCode;
use crate::json::fields::{FieldError, Fields};
use crate::time::Date;

/// What a record says now, as far as a correction names it; the rest stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The record's type, where it is named: so that who signs knows which of the fields are personal.
    pub record_type: Option<TypeCode>,
    /// Its severity.
    pub severity: Option<Severity>,
    /// Its summary, without personal data.
    pub summary: Option<String>,
    /// Until when the law itself restricts the subject, that day included.
    pub restriction_until: Option<Date>,
    /// Some of the type's own fields (D04): one with an empty text is taken away.
    pub details: Vec<(String, String)>,
}

impl Correction {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            record_type: fields.optional_parsed("type", TypeCode::parse)?,
            severity: fields.optional_parsed("severity", Severity::parse_word)?,
            summary: fields.optional_text("summary", 4000)?,
            restriction_until: fields.optional_parsed("restriction_until", Date::parse)?,
            details: match fields.optional_object("details")? {
                Some(mut details) => details.rest_as_texts(1000)?,
                None => Vec::new(),
            },
        })
    }

    /// Whether it says anything of the record in its body.
    #[must_use]
    pub const fn changes(&self) -> bool {
        self.severity.is_some()
            || self.summary.is_some()
            || self.restriction_until.is_some()
            || !self.details.is_empty()
    }
}
