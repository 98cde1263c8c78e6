//! When records of a type may be erased, by the law that orders it: what no law says is said to be so, and never made up.

use super::reading::months;
use super::words::words;
use crate::id::BasisCode;
use crate::json::fields::{FieldError, Fields};

/// What a law says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionRule {
    /// From what on.
    pub when: DueWhen,
    /// How many months after that; at once where absent.
    pub months: Option<u16>,
    /// Whether the law speaks of natural persons alone.
    pub persons: bool,
    /// The law.
    pub instrument: BasisCode,
    /// Its article, where it was read.
    pub article: Option<String>,
}

/// From what on a record may be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DueWhen {
    /// It holds no more, nor does anything that rests on it (个人信息保护法第四十七条第一款第一项: the purpose is reached).
    Ended,
    /// The consent that it rests on was withdrawn (个人信息保护法第四十七条第一款第三项).
    ConsentWithdrawn,
    /// The conduct, or what happened, came to its end (征信业管理条例第十六条).
    ConductEnded,
}

words!(DueWhen { Ended = "ended", ConsentWithdrawn = "consent_withdrawn", ConductEnded = "conduct_ended" });

impl RetentionRule {
    /// Up to 4 of `{ when, months?, persons?, instrument, article? }`, where it is said; none where no law says when.
    pub(super) fn parse_all(fields: &mut Fields) -> Result<Option<Vec<Self>>, FieldError> {
        if !fields.has("retention") {
            return Ok(None);
        }
        let rules = fields.array("retention", 0, 4)?.into_iter();
        let rules = rules.map(|(path, item)| Self::parse(Fields::of(&path, item)?));
        rules.collect::<Result<_, _>>().map(Some)
    }

    fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let rule = Self {
            when: fields.parsed("when", DueWhen::parse_word)?,
            months: months(&mut fields, "months")?,
            persons: fields.flag("persons")?,
            instrument: fields.parsed("instrument", BasisCode::parse)?,
            article: fields.optional_text("article", 100)?,
        };
        fields.finish()?;
        Ok(rule)
    }
}
