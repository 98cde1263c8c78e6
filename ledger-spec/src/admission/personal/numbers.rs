//! Numbers of persons in a text: which there are, and how they are told from the numbers of documents, licences and
//! organisations, which are as long and must go in.

use crate::id::gb11643::ResidentNumber;
use crate::json::characters::{is_blank, is_hidden};
use crate::time::Date;
use tlog::defect::OrDefect as _;

/// The fewest digits in a group of a number that has no check of its own worth the name: in the groups of days and
/// serial numbers there are fewer.
const SHORTEST_GROUP: usize = 3;
/// Blanks and hyphens that may stand between two groups of digits of one number.
const BETWEEN: usize = 3;
/// The most digits that any number here has: a bank card's.
const LONGEST: usize = 19;
/// The first two digits of place codes that are in use (GB/T 2260).
const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82,
];

/// A number of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// GB 11643-1999: 18 characters.
    Resident,
    /// Of 15 digits, as identity cards had it before.
    OldResident,
    /// A mobile number of the mainland.
    Mobile,
    /// ISO/IEC 7812.
    BankCard,
}

impl Number {
    /// What a refusal says of it, without the number.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Resident => "an identity number",
            Self::OldResident => "an identity number of 15 digits",
            Self::Mobile => "a mobile telephone number",
            Self::BankCard => "a bank card's number",
        }
    }
}

/// Digits that stand together, and what stands around them.
#[derive(Default)]
struct Group {
    digits: String,
    /// An ASCII letter right before.
    after_letter: bool,
    /// An ASCII letter right behind.
    before_letter: bool,
    /// An X behind that no letter or digit follows.
    with_x: bool,
    /// Nothing but a few blanks and hyphens between the group before and this one.
    joined: bool,
}

/// The first number of a person in a text; `own`, the code of the event's subject, is none.
///
/// Full-width digits and letters are read as ASCII, what nobody sees is passed over, and groups of digits with up to
/// three blanks or hyphens between them are read as one number, beginning and ending with any of them. No ASCII letter
/// or digit touches a number.
pub(super) fn first_in(text: &str, own: Option<&str>) -> Option<Number> {
    let groups = groups(text);
    (0..groups.len()).find_map(|start| from_group(groups.get(start..)?, own))
}

/// A number that begins with the first of these groups.
fn from_group(groups: &[Group], own: Option<&str>) -> Option<Number> {
    let (mut digits, mut shortest) = (String::with_capacity(LONGEST), LONGEST);
    for (at, group) in groups.iter().enumerate() {
        if at == 0 && group.after_letter || at > 0 && !group.joined {
            return None;
        }
        digits.push_str(&group.digits);
        shortest = shortest.min(group.digits.len());
        if digits.len() > LONGEST {
            return None;
        }
        let with_x = || group.with_x.then(|| resident(&format!("{digits}X"), own)).flatten();
        let alone = || (!group.before_letter).then(|| of_digits(&digits, shortest, own)).flatten();
        if let Some(found) = with_x().or_else(alone) {
            return Some(found);
        }
    }
    None
}

/// What digits are, of which the shortest group has so many.
fn of_digits(digits: &str, shortest: usize, own: Option<&str>) -> Option<Number> {
    match digits.len() {
        18 => resident(digits, own),
        _ if shortest < SHORTEST_GROUP => None,
        11 => is_mobile(digits).then_some(Number::Mobile),
        13 => digits.strip_prefix("86").is_some_and(is_mobile).then_some(Number::Mobile),
        15 if digits.strip_prefix("0086").is_some_and(is_mobile) => Some(Number::Mobile),
        15 => (shortest == 15 && is_old_resident(digits.as_bytes())).then_some(Number::OldResident),
        16 | 19 => is_bank_card(digits).then_some(Number::BankCard),
        _ => None,
    }
}

fn resident(number: &str, own: Option<&str>) -> Option<Number> {
    (ResidentNumber::parse(number).is_ok() && own != Some(number)).then_some(Number::Resident)
}

fn is_mobile(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9)
}

/// Whether 15 digits are a resident number as it was before GB 11643-1999: a place, six digits of a day of birth and
/// a sequence. It has no check character, so what another register's check shows to be its own is left: registration
/// numbers of enterprises (GS 15-2006), and taxpayers' numbers, which are a place and an organisation's code (GB 11714).
fn is_old_resident(digits: &[u8]) -> bool {
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

/// Whether 16 or 19 digits are a bank card's: Luhn's check digit holds, the issuer's number is of a scheme whose cards
/// are issued here, and what stands there is no place code with what documents have behind it.
fn is_bank_card(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let starts = |from: u16, to: u16| (from..=to).contains(&(two(bytes, 0) * 100 + two(bytes, 2)));
    // UnionPay; then Visa, Mastercard, JCB, whose numbers begin as those of provinces do.
    let issued = starts(6210, 6299)
        || starts(8100, 8171)
        || (starts(4000, 4999)
            || bytes.len() == 16 && (starts(5100, 5599) || starts(2221, 2720) || starts(3528, 3589)))
            && !is_prefecture(bytes);
    issued && !(is_place(bytes) && is_of_year(bytes)) && luhn(bytes)
}

/// Whether a year stands where documents have it, behind a place code of six digits.
fn is_of_year(digits: &[u8]) -> bool {
    matches!(digits.get(6..8), Some(b"19" | b"20"))
}

/// Whether the first two digits are a province's.
fn is_place(digits: &[u8]) -> bool {
    PROVINCES.contains(&small(two(digits, 0)))
}

/// Whether the first four digits may be a prefecture's, by the numbers that GB/T 2260 has in use: 01 to 50, and 90 for
/// what a province governs itself.
fn is_prefecture(digits: &[u8]) -> bool {
    is_place(digits) && matches!(two(digits, 2), 1..=50 | 90)
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

/// The groups of digits in a text.
fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    // How many blanks and hyphens since the last group; `None` where something else came between.
    let (mut between, mut before) = (None, ' ');
    let mut seen = text.chars().filter(|c| !is_hidden(*c)).map(half_width).peekable();
    while let Some(c) = seen.next() {
        if c.is_ascii_digit() {
            if before.is_ascii_digit()
                && let Some(last) = groups.last_mut()
            {
                last.digits.push(c);
            } else {
                let joined = between.is_some_and(|count| count <= BETWEEN);
                let after_letter = before.is_ascii_alphabetic();
                groups.push(Group { digits: c.to_string(), after_letter, joined, ..Group::default() });
            }
            between = Some(0);
        } else {
            let touches = before.is_ascii_digit();
            let alone = !seen.peek().is_some_and(char::is_ascii_alphanumeric);
            if c.is_ascii_alphabetic()
                && let (Some(0..=BETWEEN), Some(last)) = (between, groups.last_mut())
            {
                last.with_x = c.eq_ignore_ascii_case(&'x') && alone && !before.is_ascii_alphabetic();
                last.before_letter = touches;
            }
            between = between.filter(|_| is_between(c)).map(|count| count + 1);
        }
        before = c;
    }
    groups
}

/// A blank within the line, or a hyphen.
fn is_between(c: char) -> bool {
    is_blank(c) && c != '\n'
        || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}')
}

/// The ASCII character of which this is the full-width form.
fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Number> {
        first_in(text, None)
    }

    #[test]
    fn numbers_are_found_however_they_are_written() {
        for (text, number) in [
            ("电话13800138000。", Number::Mobile),
            ("１３８００１３８０００", Number::Mobile),
            ("138 0013 8000", Number::Mobile),
            ("138-0013-8000", Number::Mobile),
            ("138－0013　8000", Number::Mobile),
            ("138\u{200b}0013\u{ad}8000", Number::Mobile),
            ("+8613800138000", Number::Mobile),
            ("+86 138 0013 8000", Number::Mobile),
            ("008613800138000", Number::Mobile),
            ("0086-138-0013-8000", Number::Mobile),
            ("2025-10-20 13800138000", Number::Mobile),
            ("11010519491231002X", Number::Resident),
            ("身份证：11010519491231002x号", Number::Resident),
            ("11010519491231002ｘ", Number::Resident),
            ("110105 19491231 002X", Number::Resident),
            ("110105-19491231-002 X", Number::Resident),
            ("11010\u{2060}519491231002\u{feff}X", Number::Resident),
            ("ext:sfz:11010519491231002X", Number::Resident),
            ("sfz_11010519491231002X", Number::Resident),
            ("440301198001011002", Number::Resident),
            ("110105491231003", Number::OldResident),
            ("ext:sfz:110105491231003", Number::OldResident),
            ("6222021234567890128", Number::BankCard),
            ("6222 0212 3456 7890 128", Number::BankCard),
            ("6225880123456783", Number::BankCard),
            ("卡号4367421234567896", Number::BankCard),
        ] {
            assert_eq!(found(text), Some(number), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for text in [
            "12800138000",
            "138001380001",
            "a13800138000",
            "13800138000a",
            "138\n00138000",
            "138，0013，8000",
            "138    00138000",
            "110105194912310021",
            "湘应急罚〔2026〕12号",
            // A registration number of an enterprise, a taxpayer's number; no day of birth.
            "110105491231002",
            "110105491231005",
            "430381000012345",
            // Luhn holds: decision numbers of Hunan and Gansu, a code of an organisation, a card of no scheme.
            "4303812025000104",
            "4303000000000006",
            "6201022025000108",
            "914403001922038216",
            "7222021234567892",
            "6225880123456788",
            "430381201005173",
            "2026-10-15 430381001",
            "1998-10-20 123",
            "62 2202 1234567890128",
            "0731-88888888",
            "2025-10-20 2025-10-21",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn the_subjects_own_code_is_no_number() {
        let code = "110105194912310021";
        assert_eq!(first_in("11010519491231002X", Some(code)), Some(Number::Resident));
        assert_eq!(first_in("440301198001011002", Some("440301198001011002")), None);
        assert_eq!(first_in("4403 0119 8001 0110 02", Some("440301198001011002")), None);
    }
}
