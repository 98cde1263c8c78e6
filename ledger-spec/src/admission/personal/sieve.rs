//! Which bytes are looked at properly: hardly any event holds as many digits in a row as the shortest number has.

use tlog::defect::OrDefect as _;

/// Digits of the shortest number that L22 knows: a mobile number's.
const SHORTEST: usize = 11;

/// Whether the bytes of an event could hold a number that L22 refuses: digits enough with nothing between them that
/// parts numbers, or characters written in a way that hides some.
pub(super) fn may_hold_numbers(bytes: &[u8]) -> bool {
    let mut digits = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'\\' => return true,
            b' ' | b'-' | 0x80..=0xbf => {}
            0xc2..=0xff => match beyond_ascii(bytes.get(at..).or_defect("the place is within")) {
                Beyond::Digit => return true,
                Beyond::Between => {}
                Beyond::Parting => digits = 0,
            },
            _ => digits = 0,
        }
        if digits >= SHORTEST {
            return true;
        }
    }
    false
}

/// What a character beyond ASCII is to a number.
enum Beyond {
    /// One of its digits, full width.
    Digit,
    /// Perhaps nothing: a blank, a hyphen, or something that nobody sees.
    Between,
    /// The end of it.
    Parting,
}

/// What begins at these bytes. Of what Chinese text is made of, what parts numbers is told; of the rest, anything may
/// stand between digits, so that they are looked at.
fn beyond_ascii(bytes: &[u8]) -> Beyond {
    match bytes {
        // U+FF10 to U+FF19
        [0xef, 0xbc, 0x90..=0x99, ..] => Beyond::Digit,
        // U+FF0D; U+FE00 to U+FE0F; U+FE58, U+FE63; U+FEFF; U+FFA0; U+FFF0 to U+FFFB
        [0xef, 0xbc, 0x8d, ..]
        | [0xef, 0xb8, 0x80..=0x8f, ..]
        | [0xef, 0xb9, 0x98 | 0xa3, ..]
        | [0xef, 0xbb, 0xbf, ..]
        | [0xef, 0xbe, 0xa0, ..]
        | [0xef, 0xbf, 0xb0..=0xbb, ..]
        // U+3000; U+3164
        | [0xe3, 0x80, 0x80, ..]
        | [0xe3, 0x85, 0xa4, ..]
        // U+00A0, U+00AD
        | [0xc2, 0xa0 | 0xad, ..] => Beyond::Between,
        [0xc2 | 0xe3..=0xe9 | 0xef, ..] => Beyond::Parting,
        _ => Beyond::Between,
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
            "138\u{a0}0013\u{3000}8000",
            "138\u{200b}0013\u{ad}80\u{e0100}00",
            "１３８",
            "138－0013\u{2011}8000",
            "\\u0031",
        ] {
            assert!(may_hold_numbers(text.as_bytes()), "{text}");
        }
    }
}
