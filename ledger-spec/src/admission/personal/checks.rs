//! What a run of digits is, by its own check and by how its numbers are given out.

use crate::id::gb11643::ResidentNumber;
use crate::time::Date;
use tlog::defect::OrDefect as _;

/// American Express as banks here issue it: the only cards of 15 digits whose numbers are given out still. No published
/// list was at hand to hold these against.
const AMERICAN_EXPRESS: [&str; 14] = [
    "370246", "370247", "370248", "370249", "370285", "370286", "370287", "370289", "374738", "374739",
    "376966", "376968", "377152", "377155",
];
/// Cards of 15 to 19 digits from before all had UnionPay's 62, whose numbers begin as no code of a place or an
/// organisation does.
const OLD_CARDS: [&str; 6] = ["6013", "6014", "6029", "690755", "955", "968807"];
/// The first two digits of place codes that are in use (GB/T 2260).
const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82,
];

/// Whether it is a resident number, and not `own`.
pub(super) fn is_resident(number: &str, own: Option<&str>) -> bool {
    ResidentNumber::parse(number).is_ok() && own != Some(number)
}

/// Whether 11 digits are of the form of mobile telephone numbers.
pub(super) fn is_mobile(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9)
}

/// Whether 15 digits are a resident number as it was before GB 11643-1999: a place, six digits of a day of birth and
/// a sequence. It has no check character, so what another register's check shows to be its own is left: registration
/// numbers of enterprises (GS 15-2006), and taxpayers' numbers, which are a place and an organisation's code (GB 11714).
pub(super) fn is_old_resident(digits: &[u8]) -> bool {
    let born = Date::new(1900 + two(digits, 6), small(two(digits, 8)), small(two(digits, 10))).is_ok();
    is_place(digits) && born && !is_of_year(digits) && !is_registration(digits) && !is_organisation(digits)
}

/// GS 15-2006: 14 digits and a check digit (ISO 7064, MOD 11,10).
fn is_registration(digits: &[u8]) -> bool {
    let Some((check, rest)) = digits.split_last() else { return false };
    let product = rest.iter().fold(10, |product, byte| match (product + value(*byte)) % 10 {
        0 => 20 % 11,
        sum => sum * 2 % 11,
    });
    (product + value(*check)) % 10 == 1
}

/// GB 11714-1997 in the last 9 of 15 digits: 8 and a check digit.
fn is_organisation(digits: &[u8]) -> bool {
    const WEIGHTS: [u16; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let Some([code @ .., check]) = digits.get(6..) else { return false };
    let sum: u16 = code.iter().zip(WEIGHTS).map(|(byte, weight)| value(*byte) * weight).sum();
    (11 - sum % 11) % 11 == value(*check)
}

/// Whether 15 to 19 digits are a bank card's: Luhn's check digit holds, the issuer's number is of a scheme whose cards
/// are issued here, and what stands there is no place code with what documents have behind it.
pub(super) fn is_bank_card(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let starts = |from: u16, to: u16| (from..=to).contains(&(two(bytes, 0) * 100 + two(bytes, 2)));
    let begins = |known: &[&str]| known.iter().any(|known| digits.starts_with(known));
    let issued = match digits.len() {
        15 => begins(&AMERICAN_EXPRESS) && !is_registration(bytes) && !is_organisation(bytes),
        // UnionPay; then Visa, Mastercard, JCB, whose numbers begin as those of provinces do.
        16 => {
            let schemes =
                starts(4000, 4999) || starts(5100, 5599) || starts(2221, 2720) || starts(3528, 3589);
            starts(6210, 6299) || starts(8100, 8171) || schemes && !is_county(bytes)
        }
        19 => {
            starts(6210, 6299)
                || starts(8100, 8171)
                || (starts(4000, 4999) || begins(&["521899"])) && !is_county(bytes)
        }
        // Credit codes begin with 81 too, and more documents than cards are numbered with so many.
        _ => (starts(6210, 6299) || starts(4000, 4999)) && !is_county(bytes),
    };
    (issued || begins(&OLD_CARDS)) && !(is_place(bytes) && is_of_year(bytes)) && luhn(bytes)
}

/// Whether a year stands where documents have it, behind a place code of six digits.
fn is_of_year(digits: &[u8]) -> bool {
    matches!(digits.get(6..8), Some(b"19" | b"20"))
}

/// Whether the first two digits are a province's.
fn is_place(digits: &[u8]) -> bool {
    PROVINCES.contains(&small(two(digits, 0)))
}

/// Whether the first six digits may be a place's, by the numbers that GB/T 2260 has in use: a province; in it, 01 to 50
/// for prefectures and 90 for what it governs itself; in them, none beyond 87.
fn is_county(digits: &[u8]) -> bool {
    let in_prefecture = matches!(two(digits, 2), 1..=50 | 90) && two(digits, 4) <= 87;
    is_place(digits) && (in_prefecture || two(digits, 2) + two(digits, 4) == 0)
}

/// Whether four digits that stand alone are a year of our time.
pub(super) fn is_year(digits: &str) -> bool {
    digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
}

/// ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let doubled = |at: usize, value: u16| match (at % 2, value * 2) {
        (0, _) => value,
        (_, twice) => twice / 10 + twice % 10,
    };
    let sum: u16 = digits.iter().rev().enumerate().map(|(at, byte)| doubled(at, value(*byte))).sum();
    sum.is_multiple_of(10)
}

fn value(digit: u8) -> u16 {
    u16::from(digit.wrapping_sub(b'0'))
}

/// The number that two digits from `at` on are.
fn two(digits: &[u8], at: usize) -> u16 {
    digits.iter().skip(at).take(2).fold(0, |number, byte| number * 10 + value(*byte))
}

/// What two digits give.
fn small(number: u16) -> u8 {
    u8::try_from(number).or_defect("two digits are less than a hundred")
}
