//! Which bytes are looked at properly: hardly any event holds as many digits in a row as the shortest number has.

use crate::id::EventId;
use tlog::defect::OrDefect as _;

/// Digits of the shortest number that L22 knows: a mobile number's.
const SHORTEST: usize = 11;
/// Length of an event's id in text.
const ID: usize = 36;

/// What a byte is to a number that stands around it.
#[derive(Clone, Copy)]
enum Class {
    /// The end of it.
    Parting,
    /// One of its digits.
    Digit,
    /// Perhaps nothing: what stands between two groups of digits, or goes on a character beyond ASCII.
    Between,
    /// Begins or ends a string.
    Quote,
    /// Begins what may stand for any character.
    Escape,
    /// Begins a character beyond ASCII.
    Beyond,
}

/// The class of every byte: nearly all that is done about an event is to look it up.
const CLASSES: [Class; 256] = {
    let mut classes = [Class::Parting; 256];
    let mut byte = 0;
    while byte < classes.len() {
        classes[byte] = match byte {
            0x30..=0x39 => Class::Digit,
            0x20 | 0x2d | 0x2e | 0x28 | 0x29 | 0x5f | 0x2f | 0x80..=0xbf => Class::Between,
            0x22 => Class::Quote,
            0x5c => Class::Escape,
            0xc2..=0xff => Class::Beyond,
            _ => Class::Parting,
        };
        byte += 1;
    }
    classes
};

/// Whether the bytes of an event could hold a number that L22 refuses: digits enough with nothing between them that
/// parts numbers, or characters written in a way that hides some.
pub(super) fn may_hold_numbers(bytes: &[u8]) -> bool {
    let (mut digits, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match CLASSES[usize::from(*byte)] {
            Class::Parting => digits = 0,
            Class::Between => {}
            Class::Digit => digits += 1,
            // A string that is an id and nothing else: its digits are chance, and are not looked at.
            Class::Quote => {
                digits = 0;
                at += if is_id(bytes.get(at + 1..)) { ID } else { 0 };
            }
            Class::Escape => return true,
            Class::Beyond => match beyond_ascii(bytes.get(at..).or_defect("the place is within")) {
                Beyond::FullWidth => return true,
                Beyond::Digit => digits += 1,
                Beyond::Between => {}
                Beyond::Parting => digits = 0,
            },
        }
        if digits >= SHORTEST {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether a string begins with these bytes that is an event's id and nothing else.
fn is_id(rest: Option<&[u8]>) -> bool {
    // Most strings are none, which the first of its hyphens tells.
    let string = rest.filter(|rest| rest.get(8) == Some(&b'-')).and_then(|rest| rest.get(..=ID));
    let Some((id, b"\"")) = string.map(|string| string.split_at(ID)) else { return false };
    str::from_utf8(id).is_ok_and(|id| EventId::parse(id).is_ok())
}

/// What a character beyond ASCII is to a number.
enum Beyond {
    /// One of its digits, full width.
    FullWidth,
    /// One of its digits, perhaps.
    Digit,
    /// Perhaps nothing: a blank, a hyphen, a bracket, or something that nobody sees.
    Between,
    /// The end of it.
    Parting,
}

/// What begins at these bytes. Of what Chinese text is made of, what parts numbers is told; of the rest, anything may
/// be a digit, so that they are looked at.
fn beyond_ascii(bytes: &[u8]) -> Beyond {
    match bytes {
        // U+FF10 to U+FF19
        [0xef, 0xbc, 0x90..=0x99, ..] => Beyond::FullWidth,
        // U+00B2, U+00B3, U+00B9; U+3007; the ideographs from one to nine, and U+96F6
        [0xc2, 0xb2 | 0xb3 | 0xb9, ..]
        | [0xe3, 0x80, 0x87, ..]
        | [0xe4, 0xb8, 0x80 | 0x83 | 0x89, ..]
        | [0xe4, 0xb9, 0x9d, ..]
        | [0xe4, 0xba, 0x8c | 0x94, ..]
        | [0xe5, 0x85, 0xab | 0xad, ..]
        | [0xe5, 0x9b, 0x9b, ..]
        | [0xe9, 0x9b, 0xb6, ..] => Beyond::Digit,
        // U+FF08, U+FF09, U+FF0D to U+FF0F, U+FF3F; U+FE00 to U+FE0F; U+FE58, U+FE63; U+FEFF; U+FFA0; U+FFF0 to U+FFFB
        [0xef, 0xbc, 0x88 | 0x89 | 0x8d..=0x8f | 0xbf, ..]
        | [0xef, 0xb8, 0x80..=0x8f, ..]
        | [0xef, 0xb9, 0x98 | 0xa3, ..]
        | [0xef, 0xbb, 0xbf, ..]
        | [0xef, 0xbe, 0xa0, ..]
        | [0xef, 0xbf, 0xb0..=0xbb, ..]
        // U+3000; U+3164
        | [0xe3, 0x80, 0x80, ..]
        | [0xe3, 0x85, 0xa4, ..]
        // U+00A0, U+00AD
        | [0xc2, 0xa0 | 0xad, ..]
        // U+2000 to U+203F: dashes and quotation marks
        | [0xe2, 0x80, ..] => Beyond::Between,
        [0xc2 | 0xe3..=0xe9 | 0xef, ..] => Beyond::Parting,
        _ => Beyond::Digit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_chinese_text_and_dates_are_made_of_is_sieved_out() {
        for text in [
            "罚款五千元，已缴清（见附件）。",
            "2025-10-20T00:00:00+08:00",
            "2025-10-20，2025-10-21",
            "5a5a5a5a5a 1234567890",
            "2025年10月20日至2026年10月20日",
            "二〇二五年十月二十日至二〇二六年十月二十日",
            "“一、①第十三条”（2026）12号",
            r#"{"id":"0193b2c4-7011-7123-8138-123456789012","of":["0193b2c4-7011-7123-8138-123456789012"]}"#,
            "",
        ] {
            assert!(!may_hold_numbers(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn digits_enough_are_let_through_whatever_stands_between() {
        for text in [
            "13800138000",
            "138 0013-8000",
            "(138)0013.8000_/",
            "一三八〇〇一三八零零零",
            "①③⑧⓪⓪①③⑧⓪⓪⓪",
            "١٣٨٠٠١٣٨٠٠٠",
            "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎",
            "138\u{a0}0013\u{3000}8000",
            "138\u{200b}0013\u{ad}80\u{e0100}00",
            "１３８",
            "138－0013\u{2011}8000",
            "\\u0031",
            // No id, or not an id alone.
            r#"{"id":"0193b2c4-7011-4123-8138-123456789012"}"#,
            r#"{"id":"0193b2c4-7011-7123-8138-123456789012 "}"#,
            r#"{"id":" 0193b2c4-7011-7123-8138-123456789012"}"#,
            r#"{"id":"0193b2c4-7011-7123-8138-123456789012","n":13800138000}"#,
        ] {
            assert!(may_hold_numbers(text.as_bytes()), "{text}");
        }
    }
}
