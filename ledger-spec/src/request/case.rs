//! In which matter a request is asked.

use super::structured::{Bare, item};
use crate::json::characters::no_name;
use sfv::{ItemSerializer, RefBareItem, StringRef};

/// The matter in which something is asked, such as the number of a court's case: 1 to 128 characters. In a field it is a
/// structured field's string where it is ASCII, and its display string (RFC 9651) where it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case(Box<str>);

impl Case {
    /// The matter of this text; `None` where it has a character that nobody sees, is blank or is too long.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=128).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        (fits && no_name(text).is_none()).then(|| Self(text.into()))
    }

    /// The matter that a field names, in the one spelling that it has.
    pub(super) fn from_field(field: &str) -> Option<Self> {
        let item = item(field).filter(|item| item.parameters.is_empty())?;
        let read = match &item.value {
            Bare::String(text) => Self::parse(text.as_str()),
            Bare::DisplayString(text) => Self::parse(text),
            Bare::Decimal(_)
            | Bare::Integer(_)
            | Bare::ByteSequence(_)
            | Bare::Boolean(_)
            | Bare::Token(_)
            | Bare::Date(_) => None,
        };
        read.filter(|read| read.to_field() == field)
    }

    /// The field that names it.
    #[must_use]
    pub fn to_field(&self) -> String {
        let bare = match StringRef::from_str(&self.0) {
            Ok(text) => RefBareItem::String(text),
            Err(_) => RefBareItem::DisplayString(&self.0),
        };
        ItemSerializer::new().bare_item(bare).finish()
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matter_has_one_spelling_in_a_field() {
        for (text, field) in [
            ("(2026) Xiang 1 \"a\"", r#""(2026) Xiang 1 \"a\"""#),
            ("（2026）湘", "%\"%ef%bc%882026%ef%bc%89%e6%b9%98\""),
        ] {
            let case = Case::parse(text).unwrap();
            assert_eq!(case.to_field(), field);
            assert_eq!(Case::from_field(field), Some(case));
        }
        let refused =
            ["%\"a\"", "\"\"", "\" \"", "a", "\"a\";b", "\"a", "%\"%e2%80%8b\"", "%\"%0a\"", "\"a\" "];
        refused.into_iter().for_each(|field| assert_eq!(Case::from_field(field), None, "{field}"));
        assert!(Case::parse(&"x".repeat(129)).is_none() && Case::parse(&"湘".repeat(128)).is_some());
    }
}
