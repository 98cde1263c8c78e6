//! L22: no identity number and no telephone number stands in clear anywhere in a body.

use super::{Refusal, Rule, refuse};
use crate::event::envelope::VerifiedEvent;
use crate::id::gb11643::ResidentNumber;
use crate::json::Json;
use tlog::defect::{OrDefect as _, defect};

/// Length of a mobile number of the mainland.
const MOBILE: usize = 11;
/// Length of an identity number (GB 11643).
const IDENTITY: usize = 18;
/// Its digits where the last character is the check character X.
const SEVENTEEN: usize = IDENTITY - 1;

/// L22 for every string of the body, names of fields included.
pub(super) fn nothing_in_clear(event: &VerifiedEvent) -> Result<(), Refusal> {
    if !may_hold_numbers(event.bytes()) {
        return Ok(());
    }
    let read = Json::parse(event.bytes()).or_defect("an event was read from its bytes: they are JSON");
    let Json::Object(fields) = read else { defect("an event was read from its bytes: they are an object") };
    let body = fields.iter().find(|(name, _)| name == "body");
    let (_, body) = body.or_defect("an event was read from its bytes: they hold a body");
    match first_number(body) {
        None => Ok(()),
        Some(what) => {
            let expected = "no such number: it travels beside the event as a disclosure";
            Err(refuse(Rule::NoPersonalData, "body", what, expected))
        }
    }
}

/// Whether the bytes could hold such a number at all: digits enough in a row, or characters written in a way
/// that hides some. A sieve: what it lets through is looked at properly.
fn may_hold_numbers(bytes: &[u8]) -> bool {
    bytes.contains(&b'\\') || holds_full_width(bytes) || runs_of_digits(bytes).any(is_like_a_number)
}

/// Whether a full-width letter or digit stands there (UTF-8 of U+FF10 to U+FF5A); full-width commas and
/// brackets, which no Chinese text is without, hide nothing.
fn holds_full_width(bytes: &[u8]) -> bool {
    let seconds = bytes.iter().skip(1).zip(bytes.iter().skip(2));
    // Without a way out of the loop, many bytes are looked at at a time.
    bytes.iter().zip(seconds).fold(false, |found, (&first, (&second, &third))| {
        let letter_or_digit = (second == 0xbc) & (0x90..=0xba).contains(&third)
            | (second == 0xbd) & (0x81..=0x9a).contains(&third);
        found | (first == 0xef) & letter_or_digit
    })
}

/// A run of digits, and what stands right before and after it.
struct Digits<'a> {
    before: Option<u8>,
    run: &'a [u8],
    after: &'a [u8],
}

fn is_like_a_number(Digits { before, run, after }: Digits<'_>) -> bool {
    let stands_alone = |after: &[u8]| {
        !before.is_some_and(|byte| byte.is_ascii_alphanumeric())
            && !after.first().is_some_and(u8::is_ascii_alphanumeric)
    };
    // A year of birth as the ledger knows them, which codes of organisations hardly have there.
    let born = || matches!(run.get(6..8), Some(b"19" | b"20" | b"21"));
    match (run.len(), after) {
        (MOBILE, _) => is_mobile(run) && stands_alone(after),
        (IDENTITY, _) => born() && stands_alone(after),
        (SEVENTEEN, [b'X' | b'x', after @ ..]) => born() && stands_alone(after),
        _ => false,
    }
}

/// The runs of at least [`MOBILE`] ASCII digits. What cannot be part of one is stepped over unread: such a run
/// covers one byte in every [`MOBILE`].
fn runs_of_digits(bytes: &[u8]) -> impl Iterator<Item = Digits<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        loop {
            let window = bytes.get(start..start + MOBILE)?;
            if let Some(gap) = window.iter().rposition(|byte| !byte.is_ascii_digit()) {
                start += gap + 1;
                continue;
            }
            let (before, rest) = bytes.split_at(start);
            let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            start += end + 1;
            return Some(Digits { before: before.last().copied(), run, after });
        }
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
            char::from_u32(code - 0xfee0).or_defect("these forms stand as far behind ASCII")
        }
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn punctuation_and_other_digits_are_sieved_out() {
        let texts = [
            "罚款五千元，已缴清（见附件）。",
            "2025-10-20 5a5a5a5a5a",
            "12345678901",
            "a13800138000",
            "138001380001",
            "123456789012345678",
            "",
        ];
        for text in texts {
            assert!(!may_hold_numbers(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_sieve_lets_every_number_through() {
        let numbers = [
            "13800138000",
            "11010519491231002X",
            "11010519491231002x",
            "440301198001011234",
            "１３８００１３８０００",
        ];
        for number in numbers {
            for (before, after) in [("", ""), ("电话", "。"), ("1234567890-", " 12345678901"), ("a,", ",9")]
            {
                let text = format!("{before}{number}{after}");
                assert!(may_hold_numbers(text.as_bytes()), "{text}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn what_the_sieve_holds_back_has_no_number(
            text in "[0-9xX１Ｘ，a-]{0,6}(1[3-9][0-9０５９]{9}|11010519491231002[XxＸｘ]|44030119800101123[4４]|[0-9]{9,19})?[0-9Xx３，。a-]{0,4}"
        ) {
            prop_assert!(may_hold_numbers(text.as_bytes()) || in_text(&text).is_none());
        }
    }

    #[test]
    fn runs_of_digits_are_all_runs_of_that_length() {
        let text = b"12345678901,1234567890 a\xe7\xbd\x9a123456789012x--,,12345678901234567890";
        for cut in 0..text.len() {
            let plain = text[cut..].split(|byte| !byte.is_ascii_digit()).filter(|run| run.len() >= MOBILE);
            let runs = runs_of_digits(&text[cut..]).map(|digits| digits.run);
            assert!(runs.eq(plain), "{cut}");
        }
        let found = runs_of_digits(b"a12345678901X,").next().unwrap();
        assert_eq!((found.before, found.after), (Some(b'a'), &b"X,"[..]));
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
