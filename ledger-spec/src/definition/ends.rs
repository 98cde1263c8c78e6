//! How what the catalogue defines comes to an end, and by which article.

use super::words::words;
use crate::id::BasisCode;
use crate::json::fields::{FieldError, Fields};

/// How something ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// By what.
    pub by: EndsBy,
    /// Where that stands.
    pub instrument: Option<BasisCode>,
    /// Its article, where it was read.
    pub article: Option<String>,
}

/// By what something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndsBy {
    /// By itself, with its term.
    Term,
    /// By itself with its term, or earlier on application.
    TermAndApplication,
    /// Only on application, once its conditions are met.
    Application,
    /// When the duty is performed.
    Performance,
    /// Only by a decision.
    Decision,
    /// With what it rests on.
    Ground,
}

words!(EndsBy {
    Term = "term",
    TermAndApplication = "term_and_application",
    Application = "application",
    Performance = "performance",
    Decision = "decision",
    Ground = "ground",
});

impl EndsBy {
    /// Whether it ends by itself on a day that can be told.
    #[must_use]
    pub const fn has_term(self) -> bool {
        matches!(self, Self::Term | Self::TermAndApplication)
    }
}

impl Ends {
    /// `{ by, instrument?, article? }`, where it is named.
    pub(super) fn parse(fields: &mut Fields) -> Result<Option<Self>, FieldError> {
        let Some(mut inner) = fields.optional_object("ends")? else { return Ok(None) };
        let ends = Self {
            by: inner.parsed("by", EndsBy::parse_word)?,
            instrument: inner.optional_parsed("instrument", BasisCode::parse)?,
            article: inner.optional_text("article", 100)?,
        };
        inner.finish()?;
        Ok(Some(ends))
    }
}
