//! Numbers of persons in a text: which there are, and how they are told from the numbers of documents, licences and
//! organisations, which are as long and must go in.

use super::checks::{is_bank_card, is_mobile, is_old_resident, is_resident, is_year};
use super::digits::{Form, digit};
use crate::id::Uscc;
use crate::json::characters::{half_width, is_blank, is_hidden};
use crate::wording::{Words, say};

/// The fewest digits in a group of a number that has no check of its own worth the name: in the groups of days and
/// serial numbers there are fewer.
const SHORTEST_GROUP: usize = 3;
/// Characters that may stand between two groups of digits of one number.
const BETWEEN: usize = 3;
/// The fewest digits that any number here has: a mobile number's.
const SHORTEST: usize = 11;
/// The most digits that any number here has: a bank card's.
const LONGEST: usize = 19;

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
    pub(super) fn words(self) -> Words {
        match self {
            Self::Resident => say!("an identity number"),
            Self::OldResident => say!("an identity number of 15 digits"),
            Self::Mobile => say!("a mobile telephone number"),
            Self::BankCard => say!("a bank card's number"),
        }
    }
}

/// Digits of one form that stand together, and what stands around them.
struct Group {
    digits: String,
    /// What touches them in front.
    front: Touch,
    /// What touches them behind.
    back: Touch,
    /// An X behind that begins nothing else.
    with_x: bool,
    /// What parts them from the group before, where that may belong to the same number.
    joined: Option<Between>,
}

/// What touches digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Touch {
    /// No ASCII letter.
    Nothing,
    /// A word of ASCII letters, which names the number.
    Word,
    /// ASCII letters between digits, as in hashes, credit codes and licences: chance, or another number's own.
    Code,
}

/// What parts two groups of one number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Between {
    /// Nothing but blanks and hyphens.
    Plain,
    /// A bracket, a low line or a slash.
    Marked,
    /// A full stop, as amounts and paragraphs have it too.
    Stop,
}

/// The first number of a person in a text; `own`, the code of the event's subject, is none.
///
/// Digits and letters of any form are read as ASCII, what nobody sees is passed over, and groups of digits with up to
/// three blanks, hyphens, stops, brackets, low lines or slashes between them are read as one number, beginning and
/// ending with any of them. A year in brackets is no part of one: documents are numbered so.
pub(super) fn first_in(text: &str, own: Option<&str>) -> Option<Number> {
    if has_too_few_digits(text) {
        return None;
    }
    let groups = groups(text);
    let mut chains = groups.chunk_by(|_, next| next.joined.is_some());
    chains.find_map(|chain| (0..chain.len()).find_map(|start| from_group(chain, start, own)))
}

/// Whether a text has fewer digits of any form than the shortest number, so that it holds none: most texts are told by their
/// bytes, since a character that is none of ASCII's is one digit at most.
fn has_too_few_digits(text: &str) -> bool {
    let may_begin_a_digit = |byte: &u8| byte.is_ascii_digit() || *byte >= 0xc0;
    text.bytes().filter(may_begin_a_digit).count() < SHORTEST
        || text.chars().filter(|c| digit(half_width(*c)).is_some()).nth(SHORTEST - 1).is_none()
}

/// A number that begins with this group of all that may belong together.
fn from_group(chain: &[Group], start: usize, own: Option<&str>) -> Option<Number> {
    let rest = chain.get(start..)?;
    let is_country = |group: &Group| matches!(group.digits.as_str(), "86" | "0086");
    let from_first =
        chain.get(..start).is_some_and(|before| before.len() < 2 && before.iter().all(is_country));
    let mut digits = String::with_capacity(LONGEST);
    for (at, group) in rest.iter().enumerate() {
        digits.push_str(&group.digits);
        if digits.len() > LONGEST {
            return None;
        }
        let read = Read { groups: rest.get(..=at)?, whole: from_first && at + 1 == rest.len() };
        if read.front() == Touch::Code || group.back == Touch::Code {
            continue;
        }
        let with_x = || (group.with_x && is_resident(&format!("{digits}X"), own)).then_some(Number::Resident);
        if let Some(found) = with_x().or_else(|| of_digits(&digits, &read, own)) {
            return Some(found);
        }
    }
    None
}

/// Groups that are read as one number.
struct Read<'a> {
    groups: &'a [Group],
    /// Whether they are all that may belong together, but for a country's number in front.
    whole: bool,
}

impl Read<'_> {
    fn front(&self) -> Touch {
        self.groups.first().map_or(Touch::Nothing, |group| group.front)
    }

    fn back(&self) -> Touch {
        self.groups.last().map_or(Touch::Nothing, |group| group.back)
    }

    fn lengths(&self) -> impl Iterator<Item = usize> {
        self.groups.iter().map(|group| group.digits.len())
    }

    fn is_of_long_groups(&self) -> bool {
        self.lengths().all(|length| length >= SHORTEST_GROUP)
    }

    fn between(&self) -> impl Iterator<Item = Between> {
        self.groups.iter().skip(1).filter_map(|group| group.joined)
    }

    /// Whether a telephone number is written so, of whose digits so many are the country's.
    fn is_telephone(&self, country: usize) -> bool {
        self.is_of_long_groups() && self.between().all(|between| between == Between::Plain)
            || self.lengths().eq([3 + country, 4, 4])
            || self.whole && self.front() == Touch::Nothing && !self.is_document() && !self.is_decimal()
    }

    /// Whether one of the groups is a year, as in dates and the numbers of documents.
    fn is_document(&self) -> bool {
        self.groups.iter().any(|group| is_year(&group.digits))
    }

    /// Whether the stops are those of amounts, or of an address on the internet; a telephone number has them throughout.
    fn is_decimal(&self) -> bool {
        let (all, stops) = (self.groups.len() - 1, self.between().filter(|b| *b == Between::Stop).count());
        stops > 0 && (stops < all || stops == 1) || stops == 3 && self.lengths().all(|length| length <= 3)
    }
}

/// What the digits of these groups are.
fn of_digits(digits: &str, read: &Read<'_>, own: Option<&str>) -> Option<Number> {
    if digits.len() == 18
        && (own == Some(digits) || Uscc::parse(digits).is_ok_and(|code| !code.is_resident_number()))
    {
        return None;
    }
    if is_resident(digits, own) {
        return Some(Number::Resident);
    }
    if read.back() != Touch::Nothing {
        return None;
    }
    let mobile = |number: Option<&str>| {
        let number = number.filter(|number| is_mobile(number))?;
        read.is_telephone(digits.len() - number.len()).then_some(Number::Mobile)
    };
    let card = || (read.is_of_long_groups() && is_bank_card(digits)).then_some(Number::BankCard);
    let old = || {
        let alone = read.groups.len() == 1 && read.front() == Touch::Nothing;
        (alone && is_old_resident(digits.as_bytes())).then_some(Number::OldResident)
    };
    match digits.len() {
        11 => mobile(Some(digits)),
        13 => mobile(digits.strip_prefix("86")),
        15 => mobile(digits.strip_prefix("0086")).or_else(old).or_else(card),
        16..=19 => card(),
        _ => None,
    }
}

/// The groups of digits in a text.
fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    // What came since the last group, and how many characters; `None` where it parts numbers.
    let (mut between, mut before, mut form) = (None, ' ', Form::Plain);
    // What the letters right before are to digits behind them; whether a bracket opened before the last group.
    let (mut word, mut opened) = (Touch::Nothing, false);
    let mut seen = text.chars().filter(|c| !is_unseen(*c)).map(as_ascii).peekable();
    while let Some(read) = seen.next() {
        let mut c = read;
        if let Some((value, of)) = digit(c) {
            c = char::from(b'0' + value);
            match groups.last_mut() {
                Some(last) if before.is_ascii_digit() && form == of => last.digits.push(c),
                last => {
                    let front = if before.is_ascii_alphabetic() { word } else { Touch::Nothing };
                    if let Some(last) = last.filter(|_| front == Touch::Code) {
                        last.back = Touch::Code;
                    }
                    opened = before == '(';
                    let joined = between.filter(|(count, _)| *count <= BETWEEN).map(|(_, what)| what);
                    groups.push(Group {
                        digits: c.to_string(),
                        front,
                        back: Touch::Nothing,
                        with_x: false,
                        joined,
                    });
                }
            }
            (between, form) = (Some((0, Between::Plain)), of);
        } else {
            let touches = before.is_ascii_digit();
            if c.is_ascii_alphabetic() && !before.is_ascii_alphabetic() {
                word = if touches { Touch::Code } else { Touch::Word };
                if let (Some((0..=BETWEEN, _)), Some(last)) = (between, groups.last_mut()) {
                    let next = seen.peek().copied().unwrap_or(' ');
                    let ends = if touches { digit(next).is_none() } else { !next.is_ascii_alphanumeric() };
                    last.with_x = c.eq_ignore_ascii_case(&'x') && ends;
                    last.back = if touches { Touch::Word } else { Touch::Nothing };
                }
            }
            let dated = c == ')' && touches && opened;
            if let Some(last) = groups.last_mut().filter(|last| dated && is_year(&last.digits)) {
                (last.joined, between) = (None, None);
            }
            between = between.zip(parting(c)).map(|((count, before), what)| (count + 1, before.and(what)));
        }
        before = c;
    }
    groups
}

impl Between {
    /// What both are together.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Stop, _) | (_, Self::Stop) => Self::Stop,
            (Self::Plain, Self::Plain) => Self::Plain,
            _ => Self::Marked,
        }
    }
}

/// How a character parts groups of one number, if it may stand within one: blanks within the line and hyphens do
/// plainly.
fn parting(c: char) -> Option<Between> {
    match c {
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Some(Between::Plain),
        '(' | ')' | '_' | '/' | '\u{b7}' | '\u{2022}' | '\u{2027}' | '\u{30fb}' => Some(Between::Marked),
        '.' => Some(Between::Stop),
        _ => (is_blank(c) && c != '\n').then_some(Between::Plain),
    }
}

/// What is passed over: what nobody sees, and what is drawn onto the character before it.
fn is_unseen(c: char) -> bool {
    is_hidden(c) || matches!(c, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}')
}

/// The ASCII character of which this is the full-width form, or the X that it looks like: Roman ten, the sign of
/// multiplication, Cyrillic and Greek letters.
fn as_ascii(c: char) -> char {
    match c {
        'Ⅹ' | 'ⅹ' | '×' | 'Х' | 'х' | 'Χ' | 'χ' => 'X',
        _ => half_width(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Number> {
        first_in(text, None)
    }

    #[test]
    fn what_has_too_few_digits_is_told_before_it_is_read() {
        for (text, few) in [
            ("", true),
            ("1380013800", true),
            ("13800138000", false),
            ("１３８００１３８０００", false),
            ("一三八零零一三八零零零", false),
            ("国家市场监督管理总局令第四十四号", true),
            ("2026-01-01 共12笔", true),
        ] {
            assert_eq!(has_too_few_digits(text), few, "{text}");
        }
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
            ("11010519491231002Ⅹ", Number::Resident),
            ("11010519491231002×", Number::Resident),
            ("11010519491231002Х", Number::Resident),
            ("110105·19491231·002X", Number::Resident),
            ("138·0013·8000", Number::Mobile),
            ("壹叁捌零零壹叁捌零零零", Number::Mobile),
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
            // In any groups, and with a word right before.
            ("13 8001 38000", Number::Mobile),
            ("1 3 8 0 0 1 3 8 0 0 0", Number::Mobile),
            ("+86 13 8001 38000", Number::Mobile),
            ("(138)0013-8000", Number::Mobile),
            ("（138）2012－3456", Number::Mobile),
            ("0731-8888 (138)0013-8000", Number::Mobile),
            ("138.0013.8000", Number::Mobile),
            ("1.3.8.0.0.1.3.8.0.0.0", Number::Mobile),
            ("138_0013_8000", Number::Mobile),
            ("138/0013/8000", Number::Mobile),
            ("13800138000/0731", Number::Mobile),
            ("tel13800138000", Number::Mobile),
            ("m13800138000", Number::Mobile),
            ("a13800138000", Number::Mobile),
            ("tel138-0013-8000", Number::Mobile),
            ("ext:tel:t13800138000", Number::Mobile),
            ("ID11010519491231002X", Number::Resident),
            ("11010519491231002Xabc", Number::Resident),
            ("T440301198001011002F", Number::Resident),
            ("110105.19491231.002X", Number::Resident),
            ("110105(19491231)002X", Number::Resident),
            ("11 0105 1949 1231 002 x", Number::Resident),
            ("ext:sfz:ID11010519491231002X", Number::Resident),
            ("ext:sfz:110105_19491231_002X", Number::Resident),
            // Digits of other forms.
            ("①③⑧⓪⓪①③⑧⓪⓪⓪", Number::Mobile),
            ("١٣٨٠٠١٣٨٠٠٠", Number::Mobile),
            ("𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", Number::Mobile),
            ("一三八〇〇一三八零零零", Number::Mobile),
            ("1\u{fe0f}\u{20e3}3\u{fe0f}\u{20e3}8001380\u{336}00", Number::Mobile),
            ("13800138000①", Number::Mobile),
            ("一13800138000", Number::Mobile),
            ("①①⓪①⓪⑤①⑨④⑨①②③①⓪⓪②X", Number::Resident),
            ("۱۱۰۱۰۵۱۹۴۹۱۲۳۱۰۰۲X", Number::Resident),
            // Cards of other lengths, and those that begin nearly as places do.
            ("9558802123456789013", Number::BankCard),
            ("6013822123456789018", Number::BankCard),
            ("6222020212345678909", Number::BankCard),
            ("6222.0202.1234.5678.909", Number::BankCard),
            ("card6222020212345678909", Number::BankCard),
            ("5218992123456787", Number::BankCard),
            ("5218992123456789018", Number::BankCard),
            ("4512892123456785", Number::BankCard),
            ("4512892123456789016", Number::BankCard),
            ("451289212345678906", Number::BankCard),
            ("60142821234567891", Number::BankCard),
            ("601428212345678908", Number::BankCard),
            ("456351212345678908", Number::BankCard),
            ("4563512123456789019", Number::BankCard),
            ("370285212345671", Number::BankCard),
            ("690755212345676", Number::BankCard),
        ] {
            assert_eq!(found(text), Some(number), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for text in [
            "12800138000",
            "138001380001",
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
            // Amounts, dates, places on the globe and the net, paragraphs, standards, decision and licence numbers.
            "138001380.00",
            "13 800 138.000",
            "150.00-2000.00",
            "1500.00 800.00",
            "113.12345678",
            "192.168.100.10",
            "1999.1-2005.12",
            "1998.10.20-123",
            "1998/10/20 123",
            "13-2024-00123",
            "15（2024）00123",
            "1501（2024）001",
            "GB 15763.10-2005",
            "XK13-001-012345",
            "430381（2025）12310021",
            "（2026）湘0381行初13号",
            "13，8001，38000",
            "二〇二六年一月十三日",
            "1380013800000",
            "5a13800138000",
            "13800138000a5",
            "91430381MA47782112",
            "8f440301198001011002f8",
            "440301198001011002f8",
            "1440301198001011002",
            // Luhn holds: codes of places and organisations before the rest of 18 digits, no scheme of 15 or 16.
            "814303812123456788",
            "622202212345678906",
            "451202212345678900",
            "430381212345678907",
            "430000212345678908",
            "4300002123456787",
            "521899212345677",
            "521899212345678908",
            // A registration number of an enterprise in a place that is an issuer's number too.
            "370285200000130",
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
