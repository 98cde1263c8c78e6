//! Names that the ledger's own registers give out or take over: authorities, record types, lists,
//! places, and numbers of other registers.

use super::{IdError, ascii, each};
use crate::compact;
use core::fmt;
use std::sync::Arc;

/// An authority, such as `market-regulation.430381`: words of `a`-`z`, `0`-`9`, `-`, joined by dots;
/// 1 to 64 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorityId(Arc<str>);

/// A record type of the catalogue: two or more words of `a`-`z`, `0`-`9`, `_`, `-`, joined by dots; at
/// most 64 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeCode(Arc<str>);

/// A list of the catalogue, such as `mhlw.labour-violations`; same form as [`TypeCode`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListCode(Arc<str>);

/// A measure of the catalogue; same form as [`TypeCode`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeasureCode(Arc<str>);

/// A rating scheme of the catalogue; same form as [`TypeCode`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RatingCode(Arc<str>);

/// A points scheme of the catalogue; same form as [`TypeCode`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PointsCode(Arc<str>);

/// A legal instrument of the catalogue, such as `rule.ndrc-36`; same form as [`TypeCode`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisCode(Arc<str>);

/// A working-day calendar of the catalogue, such as `cn.2026`; same form as [`TypeCode`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarCode(Arc<str>);

/// A set of periods of the catalogue, such as `repair.tiers`; same form as [`TypeCode`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcedureCode(Arc<str>);

/// A place: GB/T 2260 code of 6 digits, with 3 more for a town and 3 more for a village or community.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceCode {
    // Zero bytes after the code keep the order of the texts.
    digits: [u8; 12],
    len: usize,
}

/// A subject known only to another register: `<register>:<code>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId {
    text: Arc<str>,
    colon: usize,
}

impl AuthorityId {
    /// Reads an authority's id.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        dotted(
            "authority id",
            text,
            1,
            "`a`-`z`, `0`-`9` or `-`",
            |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'),
        )
        .map(Self)
    }
}

impl PlaceCode {
    /// Reads a place's code.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        const PART: &str = "place code";
        each(PART, text, "a digit", |_, byte| byte.is_ascii_digit())?;
        let len = text.len();
        if !matches!(len, 6 | 9 | 12) {
            return Err(IdError::Length { part: PART, found: len, expected: "6, 9 or 12" });
        }
        each(PART, text, "1 to 9", |at, byte| at != 0 || byte != b'0')?;
        let mut digits = [0; 12];
        digits[..len].copy_from_slice(text.as_bytes());
        Ok(Self { digits, len })
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.digits[..self.len])
    }
}

impl ExternalId {
    /// Reads `<register>:<code>`: a register of 1 to 32 of `a`-`z`, `0`-`9`, `-`; a code of 1 to 64
    /// of `A`-`Z`, `a`-`z`, `0`-`9`, `.`, `_`, `-`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let Some((register, code)) = text.split_once(':') else {
            return Err(IdError::Separator { part: "external id", expected: ':' });
        };
        bounded("register", register, 32, "1 to 32")?;
        each(
            "register",
            register,
            "`a`-`z`, `0`-`9` or `-`",
            |_, byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'),
        )?;
        bounded("external code", code, 64, "1 to 64")?;
        each("external code", code, "a letter, a digit, `.`, `_` or `-`", |_, byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
        })?;
        Ok(Self { text: text.into(), colon: register.len() })
    }

    /// The register that gave out the code.
    #[must_use]
    pub fn register(&self) -> &str {
        &self.text[..self.colon]
    }

    /// The code in that register.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.text[self.colon + 1..]
    }

    /// The code, where the id is a unified social credit code that is admitted by name (`uscc:<code>`).
    #[must_use]
    pub fn credit_code(&self) -> Option<&str> {
        (self.register() == "uscc").then(|| self.code())
    }

    /// Both, as they were read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

macro_rules! show_as_str {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    )*};
}
macro_rules! as_str {
    ($($name:ident),*) => {$(
        impl $name {
            /// The text as it was read.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}
macro_rules! catalogue_codes {
    ($($name:ident = $part:literal),* $(,)?) => {$(
        impl $name {
            /// Reads a code.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                catalogue_code($part, text).map(Self)
            }
        }
        as_str!($name);
        compact::as_str!($name);
        show_as_str!($name);
    )*};
}
catalogue_codes!(
    TypeCode = "type code",
    ListCode = "list code",
    MeasureCode = "measure code",
    RatingCode = "rating code",
    PointsCode = "points code",
    BasisCode = "basis code",
    CalendarCode = "calendar code",
    ProcedureCode = "procedure code",
);
as_str!(AuthorityId);
compact::as_str!(AuthorityId);
show_as_str!(AuthorityId, PlaceCode, ExternalId);

fn catalogue_code(part: &'static str, text: &str) -> Result<Arc<str>, IdError> {
    dotted(
        part,
        text,
        2,
        "`a`-`z`, `0`-`9`, `_` or `-`",
        |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'),
    )
}

/// A text of at least `words` non-empty words with dots between them, 1 to 64 bytes in all.
fn dotted(
    part: &'static str,
    text: &str,
    words: usize,
    expected: &'static str,
    allowed: impl Fn(u8) -> bool,
) -> Result<Arc<str>, IdError> {
    bounded(part, text, 64, "1 to 64")?;
    let bytes = text.as_bytes();
    each(part, text, expected, |at, byte| {
        let between_words = at > 0 && bytes[at - 1] != b'.' && at + 1 < bytes.len();
        allowed(byte) || byte == b'.' && between_words
    })?;
    if text.split('.').count() < words {
        return Err(IdError::Separator { part, expected: '.' });
    }
    Ok(text.into())
}

fn bounded(part: &'static str, text: &str, max: usize, expected: &'static str) -> Result<(), IdError> {
    match text.len() {
        found if found == 0 || found > max => Err(IdError::Length { part, found, expected }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn character(error: Result<impl fmt::Debug, IdError>) -> (char, usize) {
        match error {
            Err(IdError::Character { found, position, .. }) => (found, position),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn words_and_dots() {
        for good in ["a", "market-regulation.430381", "0", "-.-", &"a".repeat(64)] {
            assert_eq!(AuthorityId::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(character(AuthorityId::parse("a..b")), ('.', 2));
        assert_eq!(character(AuthorityId::parse(".a")), ('.', 0));
        assert_eq!(character(AuthorityId::parse("a.")), ('.', 1));
        assert_eq!(character(AuthorityId::parse("a_b")), ('_', 1));
        assert_eq!(character(AuthorityId::parse("Ab")), ('A', 0));
        assert_eq!(character(AuthorityId::parse("aé")), ('é', 1));
        for found in [0, 65] {
            let length = IdError::Length { part: "authority id", found, expected: "1 to 64" };
            assert_eq!(AuthorityId::parse(&"a".repeat(found)), Err(length));
        }
        assert_eq!(TypeCode::parse("food.licence_1").unwrap().as_str(), "food.licence_1");
        let separator = IdError::Separator { part: "list code", expected: '.' };
        assert_eq!(ListCode::parse("mhlw"), Err(separator));
        assert_eq!(character(ListCode::parse("mhlw.A")), ('A', 5));
    }

    #[test]
    fn places() {
        for good in ["430381", "430381001", "430381001002"] {
            assert_eq!(PlaceCode::parse(good).unwrap().as_str(), good);
        }
        let length = IdError::Length { part: "place code", found: 7, expected: "6, 9 or 12" };
        assert_eq!(PlaceCode::parse("4303810"), Err(length));
        assert_eq!(character(PlaceCode::parse("43038a")), ('a', 5));
        assert_eq!(character(PlaceCode::parse("030381")), ('0', 0));
    }

    #[test]
    fn other_registers() {
        let id = ExternalId::parse("jp-mhlw:2017-06_A.1").unwrap();
        assert_eq!((id.register(), id.code()), ("jp-mhlw", "2017-06_A.1"));
        let separator = IdError::Separator { part: "external id", expected: ':' };
        assert_eq!(ExternalId::parse("jp"), Err(separator));
        assert_eq!(character(ExternalId::parse("JP:1")), ('J', 0));
        assert_eq!(character(ExternalId::parse("jp:a b")), (' ', 1));
        assert_eq!(character(ExternalId::parse("jp:a:b")), (':', 1));
        for (text, part, found, expected) in [
            (":1".to_string(), "register", 0, "1 to 32"),
            ("jp:".to_string(), "external code", 0, "1 to 64"),
            (format!("{}:1", "a".repeat(33)), "register", 33, "1 to 32"),
            (format!("jp:{}", "1".repeat(65)), "external code", 65, "1 to 64"),
        ] {
            assert_eq!(ExternalId::parse(&text), Err(IdError::Length { part, found, expected }));
        }
    }
}
