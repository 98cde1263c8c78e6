//! The text of a scenario: a case file in TOML, read strictly.
//!
//! It only says what happened and what has to be answered; whether that is so, [`super::run`] finds out.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A case file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is about.
    pub title: Title,
    /// The rows of the inventory of the plan that it shows, such as `C4`.
    pub rows: Vec<String>,
    /// The law that the case turns on.
    pub law: String,
    /// What happened, in Chinese.
    pub story: String,
    /// Names for subjects.
    #[serde(default)]
    pub subjects: BTreeMap<String, String>,
    /// Who files what when, in order.
    #[serde(rename = "step", default)]
    pub steps: Vec<Step>,
    /// What has to be answered once all of that has happened.
    #[serde(rename = "ask", default)]
    pub asks: Vec<Ask>,
}

/// A title in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One event, and what has to become of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When it reaches the ledger: a local date-time with its offset.
    #[serde(deserialize_with = "moment")]
    pub at: String,
    /// Who issues it.
    pub by: String,
    /// Which of the issuer's keys signs: an officer each. `a` where absent.
    #[serde(default = "first_officer")]
    pub key: String,
    /// The keys that sign too.
    #[serde(default)]
    pub cosign: Vec<String>,
    /// What kind of event it is.
    pub kind: String,
    /// Whom it is about: a name of `[subjects]`, or a subject's id.
    pub about: String,
    /// A name by which bodies and questions can refer to it, as `@name`.
    #[serde(default)]
    pub name: Option<String>,
    /// From when it holds; `at` where absent. A date is the first instant of that day.
    #[serde(default, deserialize_with = "maybe_moment")]
    pub from: Option<String>,
    /// Whether personal fields stay in the body, as nobody's program leaves them.
    #[serde(default)]
    pub unsplit: bool,
    /// What has to become of it.
    pub expect: Expect,
    /// The rules that an accepted event was allowed by: it shows how they are met.
    #[serde(default)]
    pub meets: Vec<String>,
    /// Why, in Chinese.
    pub why: String,
    /// What it says.
    #[serde(default, deserialize_with = "json")]
    pub body: Value,
}

/// What has to become of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It becomes an entry.
    Accepted,
    /// A rule refuses it, where `field` is given for that field.
    Refused {
        /// The rule's id.
        rule: String,
        /// The path of the field that the refusal names.
        field: Option<String>,
    },
    /// It is no event at all: a field is missing or malformed.
    Malformed {
        /// The path of the field.
        field: String,
    },
}

/// A question, as_of when every step has been taken. Earlier states are as_of for by `known`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The valid instant. A date is the last instant of that day.
    #[serde(deserialize_with = "moment")]
    pub at: String,
    /// What was known: everything, or the log up to an entry.
    #[serde(default)]
    pub known: Known,
    /// The moment of asking, by which the ledger knew what had reached it; the last step's, or the valid instant where
    /// that is later, where absent. A date is the last instant of that day.
    #[serde(default, deserialize_with = "maybe_moment")]
    pub asked: Option<String>,
    /// Which answer: a projection by its name, or `line`.
    pub view: String,
    /// The subject, for projections of one.
    #[serde(default)]
    pub about: Option<String>,
    /// The domain, for `eligibility`.
    #[serde(default)]
    pub domain: Option<String>,
    /// The list, for `list` and `departures`.
    #[serde(default)]
    pub list: Option<String>,
    /// The event, as `@name`, for `line`.
    #[serde(default)]
    pub of: Option<String>,
    /// As whom one reads; `public` where absent.
    #[serde(default = "public")]
    pub sight: String,
    /// Who reads, where that is not said by a sight alone.
    #[serde(default)]
    pub reader: Option<ReadBy>,
    /// What the answer has to say: parts of it. Of an array, each part has to match an element of its own.
    #[serde(default, deserialize_with = "json")]
    pub says: Value,
    /// Texts that may stand nowhere in the answer.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Texts that have to stand somewhere in the answer, also within a longer one.
    #[serde(default)]
    pub tells: Vec<String>,
    /// Members that the answer may not have.
    #[serde(default)]
    pub absent: Vec<String>,
    /// How many elements arrays of the answer have.
    #[serde(default)]
    pub counts: BTreeMap<String, usize>,
    /// Why, in Chinese.
    pub why: String,
}

/// Who reads, for what and in which matter: by the readers' table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadBy {
    /// The authority that reads.
    #[serde(default)]
    pub by: Option<String>,
    /// Or the subject that does.
    #[serde(default)]
    pub subject: Option<String>,
    /// For what.
    #[serde(default)]
    pub purpose: Option<String>,
    /// In which matter; `@name` of a consent.
    #[serde(default)]
    pub case: Option<String>,
    /// The day from which on the subject is told of it, where not at once.
    #[serde(default, deserialize_with = "maybe_moment")]
    pub visible_from: Option<String>,
    /// The rule that refuses, where one does.
    #[serde(default)]
    pub refused: Option<String>,
}

/// What was known when a question is as_of.
#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(untagged)]
pub enum Known {
    /// Everything.
    #[default]
    Everything,
    /// `now`, or the log up to the entry of `@name`.
    UpTo(String),
    /// The first so many events that this case has added.
    First(u64),
}

impl Scenario {
    /// Reads a case file. The error names line and column.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ExpectText {
    Word(String),
    Refused(RefusedText),
    Malformed(MalformedText),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusedText {
    refused: String,
    field: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MalformedText {
    malformed: String,
}

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match ExpectText::deserialize(deserializer)? {
            ExpectText::Word(word) if word == "accepted" => Ok(Self::Accepted),
            ExpectText::Word(word) => {
                Err(serde::de::Error::custom(format!("\"accepted\" or {{ refused = … }}, not {word}")))
            }
            ExpectText::Refused(found) => Ok(Self::Refused { rule: found.refused, field: found.field }),
            ExpectText::Malformed(found) => Ok(Self::Malformed { field: found.malformed }),
        }
    }
}

fn first_officer() -> String {
    "a".to_owned()
}

fn public() -> String {
    "public".to_owned()
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => Ok(text),
        toml::Value::Datetime(time) => Ok(time.to_string()),
        other => Err(serde::de::Error::custom(format!("a date or a time, not {}", other.type_str()))),
    }
}

fn maybe_moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    moment(deserializer).map(Some)
}

fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    to_json(toml::Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

/// TOML as the JSON of events has it: dates are texts there, and there are no fractions.
fn to_json(value: toml::Value) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(to_json).collect::<Result<_, _>>()?),
        toml::Value::Table(table) => {
            let entries = table.into_iter().map(|(name, value)| Ok((name, to_json(value)?)));
            Value::Object(entries.collect::<Result<_, String>>()?)
        }
        toml::Value::Float(number) => return Err(format!("{number}: a fraction has no place in an event")),
    })
}
