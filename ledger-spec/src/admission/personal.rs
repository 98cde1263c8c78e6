//! L22: no identity number and no telephone number stands in clear anywhere in a body.

use super::{Refusal, Rule, refuse};
use crate::envelope::VerifiedEvent;
use crate::id::gb11643::ResidentNumber;
use crate::json::Json;

/// Length of a mobile number of the mainland.
const MOBILE: usize = 11;
/// Length of an identity number (GB 11643).
const IDENTITY: usize = 18;

/// L22 for every string of the body, names of fields included.
pub(super) fn nothing_in_clear(event: &VerifiedEvent) -> Result<(), Refusal> {
    if !may_hold_numbers(event.bytes()) {
        return Ok(());
    }
    // The bytes were read before: they are JSON.
    let Ok(Json::Object(fields)) = Json::parse(event.bytes()) else { return Ok(()) };
    let found = fields.iter().find(|(name, _)| name == "body").and_then(|(_, body)| first_number(body));
    match found {
        None => Ok(()),
        Some(what) => {
            let expected = "no such number: it travels beside the event as a disclosure";
            Err(refuse(Rule::NoPersonalData, "body", what, expected))
        }
    }
}

/// Whether the bytes could hold such a number at all: a word of its form, or characters written in a way
/// that hides one. A sieve: what it lets through is looked at properly.
fn may_hold_numbers(bytes: &[u8]) -> bool {
    let hidden =
        |at: usize| bytes[at] == b'\\' || bytes[at] == 0xef && matches!(bytes.get(at + 1), Some(0xbc | 0xbd));
    if (0..bytes.len()).any(hidden) {
        return true;
    }
    bytes.split(|byte| !byte.is_ascii_alphanumeric()).any(|word| match word.len() {
        MOBILE => is_mobile(word),
        // A year of birth as the ledger knows them, which codes of organisations hardly have there.
        IDENTITY => {
            word[..IDENTITY - 1].iter().all(u8::is_ascii_digit)
                && matches!(&word[6..8], b"19" | b"20" | b"21")
        }
        _ => false,
    })
}

fn first_number(value: &Json<'_>) -> Option<&'static str> {
    match value {
        Json::String(text) => in_text(text),
        Json::Array(items) => items.iter().find_map(first_number),
        Json::Object(fields) => {
            fields.iter().find_map(|(name, value)| in_text(name).or_else(|| first_number(value)))
        }
        Json::Integer(number) => in_text(&number.to_string()),
        Json::Null | Json::Bool(_) => None,
    }
}

/// A number that stands alone: no ASCII letter or digit touches it. Full-width digits count as digits.
fn in_text(text: &str) -> Option<&'static str> {
    let plain: String = text.chars().map(half_width).collect();
    plain.split(|c: char| !c.is_ascii_alphanumeric()).find_map(|word| match word.len() {
        MOBILE if is_mobile(word.as_bytes()) => Some("a mobile telephone number"),
        IDENTITY if ResidentNumber::parse(&word.to_ascii_uppercase()).is_ok() => Some("an identity number"),
        _ => None,
    })
}

fn is_mobile(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit)
        && word.first() == Some(&b'1')
        && word.get(1).is_some_and(|second| (b'3'..=b'9').contains(second))
}

fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xff10..=0xff19 | code @ 0xff21..=0xff3a | code @ 0xff41..=0xff5a => {
            char::from_u32(code - 0xfee0).unwrap_or(c)
        }
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_stand_alone_are_found() {
        for text in [
            "电话13800138000。",
            "１３８００１３８０００",
            "11010519491231002X",
            "身份证：11010519491231002x号",
            "11010519491231002ｘ",
        ] {
            assert!(in_text(text).is_some(), "{text}");
            assert!(may_hold_numbers(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for text in
            ["12800138000", "138001380001", "a13800138000", "110105194912310021", "湘应急罚〔2026〕12号"]
        {
            assert_eq!(in_text(text), None, "{text}");
        }
    }
}
