//! JSON read strictly: no duplicate keys, no floating-point numbers, no deep nesting, nothing after
//! the value.
//!
//! A general JSON reader keeps the last of two equal keys, so that two readers can see two different
//! events in the same signed bytes. Here such bytes are refused. The syntax itself is serde_json's
//! business; this module only decides what is kept.

pub mod characters;
pub mod fields;

use crate::wording::{Words, say};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

/// How deep values may nest.
pub const MAX_DEPTH: usize = 16;

/// More keys than any object of the specification has; bounds the duplicate check.
pub const MAX_KEYS: usize = 256;

/// A JSON value without floating-point numbers, its object keys unique and in source order. Strings
/// that the source spells without escapes stay where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number of the range that [`Json`] holds: −2^63 to 2^64−1.
    Integer(i128),
    /// A string.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object; no key stands in it twice.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Why bytes are not JSON that this ledger reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", self.words())]
pub enum JsonError {
    /// Not UTF-8.
    Utf8 {
        /// The first byte that is not part of a character.
        offset: usize,
    },
    /// The value ends too early.
    Truncated {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// Not JSON.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// One object names a key twice.
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A number with a fraction or an exponent, or outside −2^63 to 2^64−1.
    Number {
        /// The number as it was read.
        found: String,
    },
    /// An object with more keys than [`MAX_KEYS`].
    TooManyKeys {
        /// [`MAX_KEYS`].
        expected: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep {
        /// [`MAX_DEPTH`].
        expected: usize,
    },
}

impl JsonError {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Utf8 { offset } => say!("invalid UTF-8 at byte {}", offset),
            Self::Truncated { line, column } => {
                say!("the JSON ends in the middle of a value (line {}, column {})", line, column)
            }
            Self::Syntax { line, column } => say!("not JSON at line {}, column {}", line, column),
            Self::DuplicateKey { key } => {
                say!("key {} stands twice in one object", Words::data(format_args!("{key:?}")))
            }
            Self::Number { found } => say!("number {} is not a whole number of 64 bits", Words::data(found)),
            Self::TooManyKeys { expected } => say!("more than {} keys in one object", expected),
            Self::TooDeep { expected } => say!("nested deeper than {} levels", expected),
        }
    }
}

impl<'a> Json<'a> {
    /// Reads exactly one JSON value from `bytes`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|e| JsonError::Utf8 { offset: e.valid_up_to() })?;
        let refusal = RefCell::new(None);
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = ValueSeed { depth: 0, refusal: &refusal }
            .deserialize(&mut reader)
            .and_then(|v| reader.end().map(|()| v));
        value.map_err(|error| {
            refusal.into_inner().unwrap_or(if error.is_eof() {
                JsonError::Truncated { line: error.line(), column: error.column() }
            } else {
                JsonError::Syntax { line: error.line(), column: error.column() }
            })
        })
    }

    /// What kind of value this is, for messages.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads a value; leaves the reason of a refusal in `refusal`, since serde errors only carry text.
#[derive(Clone, Copy)]
struct ValueSeed<'a> {
    depth: usize,
    refusal: &'a RefCell<Option<JsonError>>,
}

impl ValueSeed<'_> {
    fn refuse<E: serde::de::Error>(self, error: JsonError) -> E {
        *self.refusal.borrow_mut() = Some(error);
        E::custom("refused")
    }

    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse(JsonError::TooDeep { expected: MAX_DEPTH }));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json<'de>, E> {
        Err(self.refuse(JsonError::Number { found: value.to_string() }))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(value.to_owned())))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(value)))
    }

    fn visit_string<E>(self, value: String) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Json::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json<'de>, A::Error> {
        let inner = self.inner()?;
        let mut fields: Vec<(Cow<'de, str>, Json<'de>)> = Vec::with_capacity(8);
        while let Some(key) = entries.next_key_seed(KeySeed)? {
            // Objects are small here; a linear look is faster than a set and keeps source order.
            if fields.iter().any(|(known, _)| *known == key) {
                return Err(self.refuse(JsonError::DuplicateKey { key: key.into_owned() }));
            }
            if fields.len() >= MAX_KEYS {
                return Err(self.refuse(JsonError::TooManyKeys { expected: MAX_KEYS }));
            }
            fields.push((key, entries.next_value_seed(inner)?));
        }
        Ok(Json::Object(fields))
    }
}

/// Reads a key without copying it, where it is spelled without escapes.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_source_order_and_whole_numbers() {
        let value = Json::parse(br#"{"b":[1,-2,true,null],"a":"x"}"#).unwrap();
        let Json::Object(fields) = value else { panic!("an object") };
        assert_eq!(fields[0].0, "b");
        assert_eq!(
            fields[0].1,
            Json::Array(vec![Json::Integer(1), Json::Integer(-2), Json::Bool(true), Json::Null])
        );
    }

    #[test]
    fn names_each_refusal() {
        let error = |bytes: &[u8]| Json::parse(bytes).unwrap_err();
        assert_eq!(error(b"{\"a\":1,\"a\":1}"), JsonError::DuplicateKey { key: "a".into() });
        assert_eq!(error(br#"{"a":{"\u0062":1,"b":2}}"#), JsonError::DuplicateKey { key: "b".into() });
        assert_eq!(error(b"1.5"), JsonError::Number { found: "1.5".into() });
        assert!(matches!(error(b"18446744073709551616"), JsonError::Number { .. }));
        assert!(matches!(error(b"{\"a\":"), JsonError::Truncated { .. }));
        assert!(matches!(error(b"{} {}"), JsonError::Syntax { .. }));
        assert_eq!(error(b"\"\xff\""), JsonError::Utf8 { offset: 1 });
        let object = |keys: usize| {
            let fields: Vec<_> = (0..keys).map(|n| format!("\"k{n}\":0")).collect();
            format!("{{{}}}", fields.join(","))
        };
        assert!(Json::parse(object(MAX_KEYS).as_bytes()).is_ok());
        assert_eq!(error(object(MAX_KEYS + 1).as_bytes()), JsonError::TooManyKeys { expected: MAX_KEYS });
        assert_eq!(error("[".repeat(40).as_bytes()), JsonError::TooDeep { expected: MAX_DEPTH });
    }
}
