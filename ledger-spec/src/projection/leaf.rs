//! How the values that answers are made of stand in JSON, and the schema that says so: each in one line.
//!
//! Instants are RFC 3339 text at +08:00, days are ISO 8601, hashes and keys lower-case hex, positions plain numbers,
//! and what is one of a closed set is its word.

use super::states::{Counted, MadeBy, State};
use crate::casefile::{Cause, Life, Mark, Sight};
use crate::definition::{
    AuthorityLevel, Confidence, Direction, Disclosure, Domain, DueWhen, Pattern, Polarity, Pole,
    ProcedurePeriod, Scheme, Severity, Status,
};
use crate::entry::{ChainHash, StreamVersion};
use crate::event::{Indicator, Kind, Phase, ReportKind, RevocationReason, Role, StepKind, Term};
use crate::id::{
    AuthorityId, BasisCode, EventId, ListCode, MeasureCode, PointsCode, RatingCode, StreamKey, SubjectId,
    SubjectKind, TypeCode,
};
use crate::json::fields::FieldFault;
use crate::rule::{ProjectionRule, Rule};
use crate::time::{Date, RecordedTime, ValidTime};
use core::fmt;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tlog::bytes::{from_hex, to_hex};

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

/// Reads a text by its parser.
fn parsed<'de, D: Deserializer<'de>, T, E: fmt::Display>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map_err(|error| D::Error::custom(format_args!("{text}: {error}")))
}

/// One of a closed set, written as its word. `reading` finds the value of a word, `words` are all that there are.
macro_rules! json_as_word {
    ($($name:ident: $word:ident, reading $parse:expr, words $words:expr;)+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.$word())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                parsed(deserializer, $parse)
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

/// The same for all that [`crate::definition::words`] gave their words.
macro_rules! json_of_words {
    ($($name:ident),+ $(,)?) => {
        json_as_word! { $($name: name, reading $name::parse_word, words $name::WORDS.iter().copied();)+ }
    };
}

json_of_words![
    AuthorityLevel,
    Cause,
    Confidence,
    Counted,
    Direction,
    Disclosure,
    Domain,
    DueWhen,
    Indicator,
    Life,
    Mark,
    Phase,
    Polarity,
    ProcedurePeriod,
    ReportKind,
    RevocationReason,
    Role,
    Scheme,
    Severity,
    Sight,
    State,
    Status,
    SubjectKind,
];

json_as_word! {
    Kind: name, reading |text| Kind::parse(text).ok_or("no kind of event"), words Kind::all().map(Kind::name);
    Pole: name, reading pole, words Polarity::WORDS.iter().copied().chain(["mixed"]);
    ProjectionRule: id, reading |text| among(ProjectionRule::ALL, |rule| rule.id() == text),
        words ProjectionRule::ALL.iter().map(|rule| rule.id());
    Rule: id, reading |text| among(Rule::ALL, |rule| rule.id() == text), words Rule::ALL.iter().map(|rule| rule.id());
    StepKind: name, reading |text| among(StepKind::ALL, |kind| kind.name() == text),
        words StepKind::ALL.iter().map(|kind| kind.name());
}

fn among<T: Copy>(all: &[T], is: impl Fn(&T) -> bool) -> Result<T, &'static str> {
    all.iter().copied().find(is).ok_or("none of those that there are")
}

fn pole(text: &str) -> Result<Pole, FieldFault> {
    if text == Pole::Mixed.name() { Ok(Pole::Mixed) } else { Polarity::parse_word(text).map(Pole::Fixed) }
}

/// `Type: parser, format, pattern`: text as `Display` writes it.
macro_rules! json_as_text {
    ($($name:ident: $parse:expr, $format:expr, $pattern:expr;)+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                parsed(deserializer, $parse)
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
    AuthorityId: AuthorityId::parse, None, Some("^[a-z0-9-]+(\\.[a-z0-9-]+)*$");
    ChainHash: |text| from_hex(text).map(ChainHash::from_bytes), None, Some("^[0-9a-f]{64}$");
    Date: Date::parse, Some("date"), None;
    EventId: EventId::parse, Some("uuid"), None;
    BasisCode: BasisCode::parse, None, Some(CODE);
    ListCode: ListCode::parse, None, Some(CODE);
    MeasureCode: MeasureCode::parse, None, Some(CODE);
    Pattern: Pattern::parse, None, None;
    PointsCode: PointsCode::parse, None, Some(CODE);
    RatingCode: RatingCode::parse, None, Some(CODE);
    StreamKey: StreamKey::parse, None, None;
    SubjectId: SubjectId::parse, None, Some(SUBJECT_PATTERN);
    TypeCode: TypeCode::parse, None, Some(CODE);
    ValidTime: ValidTime::parse, Some("date-time"), None;
}

/// The form of a catalogue code, as a pattern of JSON Schema.
pub const CODE: &str = "^[a-z0-9_-]+(\\.[a-z0-9_-]+)+$";

/// The form of a subject's identifier (design §4), as a pattern of JSON Schema.
pub const SUBJECT_PATTERN: &str = "^(ledger|authority:[a-z0-9.-]{1,64}|catalogue:(basis|calendar|list|measure|points|procedure|rating|type)\\.[a-z0-9._-]{1,64}|ext:[a-z0-9-]{1,32}:[A-Za-z0-9._-]{1,64}|(household|person):[0-9a-f]{64}(\\.(0[2-9]|[1-9][0-9]))?|place:[1-9][0-9]{5}([0-9]{3}){0,2}|uscc:[0-9A-HJ-NPQRTUWXY]{18})$";

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

impl<'de> Deserialize<'de> for RecordedTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, Self::parse)
    }
}

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

impl<'de> Deserialize<'de> for StreamVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Self::new)
    }
}

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

/// Reads lower-case hex of so many bytes.
pub(super) fn from_hex_text<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[u8; N], D::Error> {
    parsed(deserializer, from_hex)
}

/// The same where there may be none.
pub(super) fn from_hex_if_any<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<Option<[u8; N]>, D::Error> {
    from_hex_text(deserializer).map(Some)
}

/// Columns and values as one object, in their own order.
pub(super) fn in_order<'a, S: Serializer, R>(row: R, serializer: S) -> Result<S::Ok, S::Error>
where
    R: IntoIterator<Item = &'a (String, String)>,
{
    serializer.collect_map(row.into_iter().map(|(column, value)| (column, value)))
}
