//! Reading named fields out of a JSON object, so that every error names the field, the value found
//! and what was expected, and no field goes unread.

use crate::id::IdError;
use crate::json::Json;
use crate::json::characters::{NoName, no_name};
use crate::time::TimeError;
use crate::wording::{self, Words, say};
use std::borrow::Cow;
use tlog::bytes::{TextError, from_base64url_exact};
use tlog::defect::as_u64;

/// A field that is not what the specification says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words())]
pub struct FieldError {
    /// Path of the field from the top of the document, such as `body.decision.date`.
    pub field: String,
    /// What is wrong with it.
    pub fault: FieldFault,
}

impl FieldError {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        say!("field {}: {}", Words::data(&self.field), self.fault.words())
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", self.words())]
pub enum FieldFault {
    /// The field must be there.
    Missing,
    /// The specification knows no such field here.
    Unknown,
    /// Another JSON type.
    Type {
        /// What stands there.
        found: &'static str,
        /// What should.
        expected: &'static str,
    },
    /// A number, a length or a count outside its bounds.
    Range {
        /// The number found.
        found: String,
        /// Smallest allowed.
        min: i128,
        /// Largest allowed.
        max: i128,
        /// What is counted: `characters`, `items`, or empty for a plain number.
        unit: &'static str,
    },
    /// Not one of the values that are allowed.
    Value {
        /// The value found, shortened.
        found: String,
        /// What is allowed.
        expected: Words,
    },
    /// A character in a name that nobody sees, or that ends a line or reorders others.
    Hidden {
        /// The character.
        found: char,
        /// Its place in the text, from 0.
        position: usize,
    },
    /// A name of blank characters only.
    Blank,
    /// A malformed identifier.
    Id(#[from] IdError),
    /// A malformed time or date.
    Time(#[from] TimeError),
    /// Bytes in a text form that they should not have.
    Text(#[from] TextError),
}

impl FieldFault {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Missing => say!("is missing"),
            Self::Unknown => say!("is not known here"),
            Self::Type { found, expected } => {
                say!("is {} where {} is expected", wording::of_text(found), wording::of_text(expected))
            }
            Self::Range { found, min, max, unit: "" } => {
                say!("{} is outside {} to {}", Words::data(found), min, max)
            }
            Self::Range { found, min, max, unit } => {
                say!("{} is outside {} to {} {}", Words::data(found), min, max, wording::of_text(unit))
            }
            Self::Value { found, expected } => {
                say!("{} is not {}", Words::data(format_args!("{found:?}")), expected)
            }
            Self::Hidden { found, position } => say!(
                "has U+{} at character {}, which nobody sees or which reorders others",
                Words::data(format_args!("{:04X}", u32::from(*found))),
                position,
            ),
            Self::Blank => say!("is a name of blank characters only"),
            Self::Id(error) => error.words(),
            Self::Time(error) => error.words(),
            Self::Text(error) => of_bytes(error),
        }
    }
}

/// The fields of one object, each taken once; [`Fields::finish`] refuses those nobody took.
#[derive(Debug)]
pub struct Fields<'a> {
    path: String,
    entries: Vec<(Cow<'a, str>, Option<Json<'a>>)>,
    /// How many nobody took yet.
    left: usize,
}

impl<'a> Fields<'a> {
    /// The fields of `value`, which must be an object; `path` names it in errors (empty at the top).
    pub fn of(path: &str, value: Json<'a>) -> Result<Self, FieldError> {
        Self::at(path.to_owned(), value)
    }

    fn at(path: String, value: Json<'a>) -> Result<Self, FieldError> {
        match value {
            Json::Object(entries) => {
                let left = entries.len();
                let entries = entries.into_iter().map(|(name, value)| (name, Some(value))).collect();
                Ok(Self { path, entries, left })
            }
            other => Err(FieldError { field: path, fault: wrong_type(&other, "an object") }),
        }
    }

    /// An error about the field `name` of this object.
    pub fn error(&self, name: &str, fault: impl Into<FieldFault>) -> FieldError {
        FieldError { field: self.path_of(name), fault: fault.into() }
    }

    /// The full path of the field `name`.
    #[must_use]
    pub fn path_of(&self, name: &str) -> String {
        // Every object has a path, and hardly any an error: built without the formatter's machinery.
        if self.path.is_empty() { name.to_owned() } else { [self.path.as_str(), ".", name].concat() }
    }

    /// Takes a field that may be absent. `null` is a value like any other, so it is refused where
    /// something else is expected.
    pub fn take(&mut self, name: &str) -> Option<Json<'a>> {
        // Most objects have few of the fields that they may have, and those that come first.
        if self.left == 0 {
            return None;
        }
        let (_, value) = self.entries.iter_mut().find(|(known, _)| known == name)?;
        let taken = value.take();
        self.left -= usize::from(taken.is_some());
        taken
    }

    /// Whether a field is there and was not taken yet.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(known, value)| known == name && value.is_some())
    }

    /// Takes a field that must be there.
    pub fn require(&mut self, name: &str) -> Result<Json<'a>, FieldError> {
        self.take(name).ok_or_else(|| self.error(name, FieldFault::Missing))
    }

    /// A string field of 1 to `max` characters without control characters other than line feeds.
    pub fn text(&mut self, name: &str, max: usize) -> Result<String, FieldError> {
        self.borrowed(name, max).map(Cow::into_owned)
    }

    /// The same, where it is only looked at.
    pub fn borrowed(&mut self, name: &str, max: usize) -> Result<Cow<'a, str>, FieldError> {
        let value = self.require(name)?;
        self.as_text(name, value, max)
    }

    /// The same, where the field may be absent.
    pub fn optional_text(&mut self, name: &str, max: usize) -> Result<Option<String>, FieldError> {
        self.take(name).map(|value| self.as_text(name, value, max).map(Cow::into_owned)).transpose()
    }

    /// A text of 1 to `max` characters that names something: one line, not blank, with nothing hidden in it.
    pub fn name(&mut self, name: &str, max: usize) -> Result<String, FieldError> {
        let text = self.text(name, max)?;
        as_name(&text).map_err(|fault| self.error(name, fault))?;
        Ok(text)
    }

    /// The same, where the field may be absent.
    pub fn optional_name(&mut self, name: &str, max: usize) -> Result<Option<String>, FieldError> {
        let text = self.optional_text(name, max)?;
        if let Some(text) = &text {
            as_name(text).map_err(|fault| self.error(name, fault))?;
        }
        Ok(text)
    }

    /// A string field read by a parser of its own.
    pub fn parsed<T, E: Into<FieldFault>>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, FieldError> {
        let text = self.borrowed(name, MAX_TOKEN)?;
        parse(&text).map_err(|e| self.error(name, e))
    }

    /// The same, where the field may be absent.
    pub fn optional_parsed<T, E: Into<FieldFault>>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, FieldError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let text = self.as_text(name, value, MAX_TOKEN)?;
        parse(&text).map(Some).map_err(|e| self.error(name, e))
    }

    /// 32 bytes in base64url.
    pub fn bytes32(&mut self, name: &str) -> Result<[u8; 32], FieldError> {
        self.parsed(name, from_base64url_exact::<32>)
    }

    /// A whole number between `min` and `max`, where the field may be absent.
    pub fn optional_number(&mut self, name: &str, min: u64, max: u64) -> Result<Option<u64>, FieldError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        whole_number(&value, min, max).map(Some).map_err(|fault| self.error(name, fault))
    }

    /// An array of so many whole numbers up to `most`, ascending: one spelling of a set.
    pub fn ascending_numbers(
        &mut self,
        name: &str,
        (min, max): (usize, usize),
        most: u64,
    ) -> Result<Vec<u64>, FieldError> {
        let mut numbers: Vec<u64> = Vec::new();
        for (field, item) in self.array(name, min, max)? {
            let next =
                whole_number(&item, 0, most).map_err(|fault| FieldError { field: field.clone(), fault })?;
            if let Some(last) = numbers.last().filter(|last| next <= **last) {
                let expected = say!("a number above {}: ascending, each once", Words::data(last));
                return Err(FieldError {
                    field,
                    fault: FieldFault::Value { found: next.to_string(), expected },
                });
            }
            numbers.push(next);
        }
        Ok(numbers)
    }

    /// The same, where the field must be there.
    pub fn number(&mut self, name: &str, min: u64, max: u64) -> Result<u64, FieldError> {
        let number = self.optional_number(name, min, max)?;
        number.ok_or_else(|| self.error(name, FieldFault::Missing))
    }

    /// A boolean; an absent field is `false`.
    pub fn flag(&mut self, name: &str) -> Result<bool, FieldError> {
        Ok(self.optional_flag(name)?.unwrap_or(false))
    }

    /// A boolean that may be absent, which says neither.
    pub fn optional_flag(&mut self, name: &str) -> Result<Option<bool>, FieldError> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::Bool(value)) => Ok(Some(value)),
            Some(other) => Err(self.error(name, wrong_type(&other, "a boolean"))),
        }
    }

    /// An object field.
    pub fn object(&mut self, name: &str) -> Result<Self, FieldError> {
        let value = self.require(name)?;
        Self::at(self.path_of(name), value)
    }

    /// The same, where the field may be absent.
    pub fn optional_object(&mut self, name: &str) -> Result<Option<Self>, FieldError> {
        self.take(name).map(|value| Self::at(self.path_of(name), value)).transpose()
    }

    /// An array of `min` to `max` items, each with its path (`body.keys[0]`); an absent field is an
    /// empty array where `min` is 0.
    pub fn array(
        &mut self,
        name: &str,
        min: usize,
        max: usize,
    ) -> Result<Vec<(String, Json<'a>)>, FieldError> {
        let items = match self.take(name) {
            Some(Json::Array(items)) => items,
            Some(other) => return Err(self.error(name, wrong_type(&other, "an array"))),
            None if min == 0 => return Ok(Vec::new()),
            None => return Err(self.error(name, FieldFault::Missing)),
        };
        if !(min..=max).contains(&items.len()) {
            return Err(self.error(name, range(items.len().to_string(), count(min), count(max), "items")));
        }
        let path = self.path_of(name);
        Ok(items.into_iter().enumerate().map(|(i, item)| (format!("{path}[{i}]"), item)).collect())
    }

    /// An item of an array, a string, read by a parser of its own.
    pub fn item<T, E: Into<FieldFault>>(
        path: String,
        item: Json<'a>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, FieldError> {
        let Json::String(text) = item else {
            return Err(FieldError { field: path, fault: wrong_type(&item, "a string") });
        };
        parse(&text).map_err(|fault| FieldError { field: path, fault: fault.into() })
    }

    /// An array of strings read by a parser; no value may stand in it twice.
    pub fn parsed_array<T: PartialEq, E: Into<FieldFault>>(
        &mut self,
        name: &str,
        (min, max): (usize, usize),
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Vec<T>, FieldError> {
        let mut values = Vec::new();
        for (field, item) in self.array(name, min, max)? {
            let Json::String(text) = item else {
                return Err(FieldError { field, fault: wrong_type(&item, "a string") });
            };
            let value = parse(&text).map_err(|e| FieldError { field: field.clone(), fault: e.into() })?;
            if values.contains(&value) {
                let fault = FieldFault::Value { found: shorten(&text), expected: say!("a value once") };
                return Err(FieldError { field, fault });
            }
            values.push(value);
        }
        Ok(values)
    }

    /// Every field that is left, as text of at most `max` characters (it may be empty).
    pub fn rest_as_texts(&mut self, max: usize) -> Result<Vec<(String, String)>, FieldError> {
        let mut texts = Vec::new();
        self.left = 0;
        for (name, value) in std::mem::take(&mut self.entries) {
            match value {
                Some(Json::String(text)) if text.is_empty() => {
                    texts.push((name.into_owned(), text.into_owned()));
                }
                Some(value) => {
                    let text = self.as_text(&name, value, max)?.into_owned();
                    texts.push((name.into_owned(), text));
                }
                None => {}
            }
        }
        Ok(texts)
    }

    /// Refuses the first field that nobody took.
    pub fn finish(self) -> Result<(), FieldError> {
        match self.entries.iter().find(|(_, value)| value.is_some()) {
            Some((name, _)) => Err(self.error(name, FieldFault::Unknown)),
            None => Ok(()),
        }
    }

    fn as_text(&self, name: &str, value: Json<'a>, max: usize) -> Result<Cow<'a, str>, FieldError> {
        let Json::String(text) = value else {
            return Err(self.error(name, wrong_type(&value, "a string")));
        };
        // No text has more characters than bytes: most need no counting.
        if text.is_empty() || text.len() > max && text.chars().count() > max {
            let length = text.chars().count();
            return Err(self.error(name, range(length.to_string(), 1, count(max), "characters")));
        }
        if has_control(text.as_bytes()) {
            let expected = say!("text without control characters other than line feeds");
            return Err(self.error(name, FieldFault::Value { found: shorten(&text), expected }));
        }
        Ok(text)
    }
}

/// Whether UTF-8 holds a control character (U+0000 to U+001F, U+007F to U+009F) other than a line feed.
fn has_control(bytes: &[u8]) -> bool {
    // Most texts hold nothing that could be one, which is seen many bytes at a time.
    let suspect = |byte: u8| byte < 0x20 || byte == 0x7F || byte == 0xC2;
    if !bytes.iter().fold(false, |found, &byte| found | suspect(byte)) {
        return false;
    }
    // The later ones are C2 80 to C2 9F, and C2 begins nothing but characters up to U+00BF.
    let second = |at: usize| matches!(bytes.get(at + 1), Some(0x80..=0x9F));
    bytes.iter().enumerate().any(|(at, &byte)| match byte {
        b'\n' => false,
        0x00..=0x1F | 0x7F => true,
        0xC2 => second(at),
        _ => false,
    })
}

/// Longest identifier, code or time.
const MAX_TOKEN: usize = 128;

/// Refuses what is no name.
pub fn as_name(text: &str) -> Result<(), FieldFault> {
    match no_name(text) {
        None => Ok(()),
        Some(NoName::Hidden(found, position)) => Err(FieldFault::Hidden { found, position }),
        Some(NoName::Blank) => Err(FieldFault::Blank),
    }
}

/// What is wrong with the text form of bytes.
#[must_use]
pub fn of_bytes(error: &TextError) -> Words {
    match error {
        TextError::NotCanonical { expected } => say!("not canonical {}", Words::data(expected)),
        TextError::Length { found, expected } => say!("{} bytes where {} are expected", found, expected),
        other => wording::of_fault(other),
    }
}

/// A found value cut to what a message can carry.
#[must_use]
pub fn shorten(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

fn whole_number(value: &Json<'_>, min: u64, max: u64) -> Result<u64, FieldFault> {
    match value {
        Json::Integer(n) => match u64::try_from(*n) {
            Ok(n) if (min..=max).contains(&n) => Ok(n),
            _ => Err(range(n.to_string(), min.into(), max.into(), "")),
        },
        other => Err(wrong_type(other, "a number")),
    }
}

fn wrong_type(found: &Json<'_>, expected: &'static str) -> FieldFault {
    FieldFault::Type { found: found.kind(), expected }
}

fn range(found: String, min: i128, max: i128, unit: &'static str) -> FieldFault {
    FieldFault::Range { found, min, max, unit }
}

fn count(n: usize) -> i128 {
    as_u64(n).into()
}
