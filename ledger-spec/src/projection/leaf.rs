//! How the values that answers are made of stand in JSON, and the schema that says so: each in one line.
//!
//! Instants are RFC 3339 text at +08:00, days are ISO 8601, hashes and keys lower-case hex, positions plain numbers,
//! and what is one of a closed set is its word.

use super::{Counted, MadeBy, State};
use crate::casefile::{Cause, Life, Mark, Sight};
use crate::definition::{
    Confidence, Direction, Disclosure, Domain, Pattern, Polarity, Pole, ProcedurePeriod, Scheme, Severity,
    Status,
};
use crate::entry::{ChainHash, StreamVersion};
use crate::event::{Indicator, Kind, Phase, ReportKind, RevocationReason, Role, StepKind, Term};
use crate::id::{
    AuthorityId, BasisCode, EventId, ListCode, MeasureCode, PointsCode, RatingCode, StreamKey, SubjectId,
    SubjectKind, TypeCode,
};
use crate::rule::{ProjectionRule, Rule};
use crate::time::{Date, RecordedTime, ValidTime};
use serde::{Serialize, Serializer};
use tlog::bytes::to_hex;

/// The schema of one of some words.
#[cfg(feature = "openapi")]
fn one_of(words: impl IntoIterator<Item = &'static str>) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

/// The schema of a text of a form: a format that JSON Schema names, or a pattern.
#[cfg(feature = "openapi")]
fn text(
    format: Option<&'static str>,
    pattern: Option<&'static str>,
) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
    let format = format.map(|format| SchemaFormat::Custom(format.to_owned()));
    ObjectBuilder::new().schema_type(Type::String).format(format).pattern(pattern).into()
}

/// `Type: word of WORDS` or `Type: id of ALL`: one of a closed set.
macro_rules! json_as_word {
    ($($name:ident: $word:ident of $words:expr;)+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.$word())
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                one_of($words)
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )+};
}

json_as_word! {
    Cause: name of Cause::WORDS.iter().copied();
    Counted: name of Counted::WORDS.iter().copied();
    Confidence: name of Confidence::WORDS.iter().copied();
    Direction: name of Direction::WORDS.iter().copied();
    Disclosure: name of Disclosure::WORDS.iter().copied();
    Domain: name of Domain::WORDS.iter().copied();
    Indicator: name of Indicator::WORDS.iter().copied();
    Kind: name of Kind::all().map(Kind::name);
    Life: name of Life::WORDS.iter().copied();
    Mark: name of Mark::WORDS.iter().copied();
    Phase: name of Phase::WORDS.iter().copied();
    Polarity: name of Polarity::WORDS.iter().copied();
    Pole: name of Polarity::WORDS.iter().copied().chain(["mixed"]);
    ProcedurePeriod: name of ProcedurePeriod::WORDS.iter().copied();
    ProjectionRule: id of ProjectionRule::ALL.iter().map(|rule| rule.id());
    ReportKind: name of ReportKind::WORDS.iter().copied();
    RevocationReason: name of RevocationReason::WORDS.iter().copied();
    Role: name of Role::WORDS.iter().copied();
    Rule: id of Rule::ALL.iter().map(|rule| rule.id());
    Scheme: name of Scheme::WORDS.iter().copied();
    Severity: name of Severity::WORDS.iter().copied();
    Sight: name of Sight::WORDS.iter().copied();
    Status: name of Status::WORDS.iter().copied();
    State: name of State::WORDS.iter().copied();
    StepKind: name of StepKind::ALL.iter().map(|kind| kind.name());
    SubjectKind: name of SubjectKind::WORDS.iter().copied();
}

/// `Type: format, pattern`: text as `Display` writes it.
macro_rules! json_as_text {
    ($($name:ident: $format:expr, $pattern:expr;)+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                text($format, $pattern)
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )+};
}

json_as_text! {
    AuthorityId: None, Some("^[a-z0-9-]+(\\.[a-z0-9-]+)*$");
    ChainHash: None, Some("^[0-9a-f]{64}$");
    Date: Some("date"), None;
    EventId: Some("uuid"), None;
    BasisCode: None, Some(CODE);
    ListCode: None, Some(CODE);
    MeasureCode: None, Some(CODE);
    Pattern: None, None;
    PointsCode: None, Some(CODE);
    RatingCode: None, Some(CODE);
    StreamKey: None, None;
    SubjectId: None, Some(SUBJECT_PATTERN);
    TypeCode: None, Some(CODE);
    ValidTime: Some("date-time"), None;
}

/// The form of a catalogue code, as a pattern of JSON Schema.
pub const CODE: &str = "^[a-z0-9_-]+(\\.[a-z0-9_-]+)+$";

/// The form of a subject's identifier (design §4), as a pattern of JSON Schema.
pub const SUBJECT_PATTERN: &str = "^(ledger|authority:[a-z0-9.-]{1,64}|catalogue:(basis|calendar|list|measure|points|procedure|rating|type)\\.[a-z0-9._-]{1,64}|ext:[a-z0-9-]{1,32}:[A-Za-z0-9._-]{1,64}|household:[0-9a-f]{64}|person:[0-9a-f]{64}|place:[1-9][0-9]{5}([0-9]{3}){0,2}|uscc:[0-9A-HJ-NPQRTUWXY]{18})$";

impl Serialize for RecordedTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for RecordedTime {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        text(Some("date-time"), None)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for RecordedTime {}

impl Serialize for StreamVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.get())
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for StreamVersion {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        <u64 as utoipa::PartialSchema>::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for StreamVersion {}

/// How long a measure lasts: `with-ground`, `lifetime`, or its last day.
impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::WithGround => serializer.serialize_str("with-ground"),
            Self::Lifetime => serializer.serialize_str("lifetime"),
            Self::Until(day) => day.serialize(serializer),
        }
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Term {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        text(None, Some("^(with-ground|lifetime|[0-9]{4}-[0-9]{2}-[0-9]{2})$"))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Term {}

impl Serialize for MadeBy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for MadeBy {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        one_of(SubjectKind::WORDS.iter().copied().chain(["other"]))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for MadeBy {}

/// 32 or 64 bytes as lower-case hex.
pub(super) fn hex<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_hex(bytes.as_ref()))
}

/// The same where there may be none.
pub(super) fn hex_if_any<S: Serializer>(
    bytes: &Option<impl AsRef<[u8]>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => hex(bytes, serializer),
        None => serializer.serialize_none(),
    }
}

/// Columns and values as one object, in their own order.
pub(super) fn in_order<'a, S: Serializer, R>(row: R, serializer: S) -> Result<S::Ok, S::Error>
where
    R: IntoIterator<Item = &'a (String, String)>,
{
    serializer.collect_map(row.into_iter().map(|(column, value)| (column, value)))
}
