//! The number of a document, however it is spelled: one decision is not two because somebody typed another bracket.

use crate::json::characters::{half_width, is_blank, is_hidden};
use bincode::{Decode, Encode};

/// Which conduct a record is about, or by which decision: half the BLAKE3 hash of the name that it was given, which is
/// enough to tell whether two are one, and says nothing in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct NameHash([u8; 16]);

impl NameHash {
    /// The decision whose document has this number, however it is spelled.
    pub fn of_decision(number: &str) -> Self {
        Self::of(&unsuffixed(&folded(number)))
    }

    /// The authority that a document names, however it is spelled.
    pub fn of_body(name: &str) -> Self {
        Self::of(&folded(name))
    }

    /// The licence that has this number, however it is spelled: a dash tells two apart between digits alone.
    pub fn of_licence(number: &str) -> Self {
        Self::of(&undashed(&folded(number)))
    }

    /// The certificate that has this name, whatever is said of its number: that is put right as a slip is.
    pub fn of_certificate(certificate: &str) -> Self {
        Self::of(&unnumbered(&folded(certificate)))
    }

    /// Whether the number of a document carries its year in brackets, in which its authority gives it once (GB/T 9704).
    pub fn carries_year(number: &str) -> bool {
        carries_year(number)
    }

    /// What has this name.
    pub fn of(name: &str) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
        Self(half)
    }

    /// The hash that has these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Brackets that stand around a year or a place. They all say the same, and so does their absence at an end.
const fn is_bracket(c: char) -> bool {
    matches!(
        c,
        '〔' | '〕'
            | '﹝'
            | '﹞'
            | '〘'
            | '〙'
            | '【'
            | '】'
            | '〖'
            | '〗'
            | '［'
            | '］'
            | '['
            | ']'
            | '（'
            | '）'
            | '('
            | ')'
            | '〈'
            | '〉'
            | '《'
            | '》'
            | '<'
            | '>'
            | '「'
            | '」'
            | '『'
            | '』'
            | '｛'
            | '｝'
            | '{'
            | '}'
    )
}

/// What joins two numbers.
const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '－' | '﹣')
}

/// Whether nothing is to be asked of a character: what nearly every number is made of.
const fn is_as_it_is(c: char) -> bool {
    matches!(c, 'a'..='z' | '0'..='9' | '\u{4e00}'..='\u{9fff}')
}

/// The number with one spelling: width and case folded, blanks and what nobody sees left out, every bracket the same and
/// every dash, without 第 and without zeros before a number (GB/T 9704 has neither).
fn folded(number: &str) -> String {
    let mut out = String::with_capacity(number.len());
    for c in number.chars().filter(|c| *c != '第') {
        let c = match c {
            _ if is_as_it_is(c) => c,
            _ if is_blank(c) || is_hidden(c) => continue,
            _ => match half_width(c).to_ascii_lowercase() {
                c if is_bracket(c) => '|',
                c if is_dash(c) => '-',
                c => c,
            },
        };
        if c == '|' && out.chars().last().is_none_or(|last| last == '|') {
            continue;
        }
        // A zero that begins a number says nothing.
        let after_zero = c.is_ascii_digit() && out.ends_with('0');
        let begins = |zero: &str| !zero.ends_with(|c: char| c.is_ascii_digit());
        if after_zero && out.strip_suffix('0').is_some_and(begins) {
            out.pop();
        }
        out.push(c);
    }
    out.trim_end_matches('|').to_owned()
}

/// A number without the dashes that join no two digits.
fn undashed(number: &str) -> String {
    between_digits_alone(number, '-')
}

/// The number of a document without the 号 that GB/T 9704 writes behind it, which many leave out: between digits alone it tells
/// two numbers apart.
fn unsuffixed(number: &str) -> String {
    between_digits_alone(number, '号').trim_end_matches('|').to_owned()
}

/// A name of a certificate without its number, or what announces that.
fn unnumbered(certificate: &str) -> String {
    let name = certificate.replace("编号", "");
    name.chars().filter(|c| !c.is_ascii() && !matches!(c, '号' | '。' | '、' | '·')).collect()
}

/// A text where one character stands between digits alone.
fn between_digits_alone(text: &str, which: char) -> String {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let kept = text.char_indices().filter(|(at, c)| {
        let (before, after) = text.split_at(*at);
        *c != which || digit(before.chars().next_back()) && digit(after.chars().nth(1))
    });
    kept.map(|(_, c)| c).collect()
}

/// Whether a number carries the year in brackets, as 发文字号 and 案号 do: within it an authority gives a number once.
fn carries_year(number: &str) -> bool {
    let is_year = |part: &str| {
        part.len() == 4
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && ["19", "20"].contains(&&part[..2])
    };
    folded(number).split('|').any(is_year)
}

#[cfg(test)]
mod tests {
    use super::{carries_year, folded, undashed, unnumbered, unsuffixed};

    #[test]
    fn numbers_of_documents_carry_their_year() {
        for number in ["湘乡财采罚〔2026〕2号", "（2026）湘0381行初1号", "罚[1999]3号"] {
            assert!(carries_year(number), "{number}");
        }
        for number in ["罚2026号", "第2026001号", "罚〔12〕3号", "AB-2026-1", ""] {
            assert!(!carries_year(number), "{number}");
        }
    }

    #[test]
    fn a_dash_of_a_licence_tells_nothing_but_between_digits() {
        for (number, same) in
            [("jy-1430", "jy1430"), ("x-1", "x1"), ("-x1-", "x1"), ("1-23", "1-23"), ("a-b-1-2", "ab1-2")]
        {
            assert_eq!(undashed(number), same, "{number}");
        }
    }

    #[test]
    fn spellings_of_one_number_are_one() {
        for same in [
            "湘乡财采罚〔2026〕2号",
            "湘乡财采罚[2026]2号",
            "湘乡财采罚［２０２６］２号",
            "湘乡财采罚【2026】2号",
            "湘乡财采罚（2026）第2号",
            " 湘乡财采罚 〔2026〕\u{3000}002号",
            "湘乡财采罚\u{200b}(2026)2号",
        ] {
            assert_eq!(folded(same), "湘乡财采罚|2026|2号", "{same}");
        }
        assert_eq!(folded("（2026）湘0381行初1号"), folded("(2026)湘0381行初01号"));
        assert_eq!(folded("AB—1"), folded("ａｂ-1"));
    }

    #[test]
    fn what_gb_9704_writes_behind_a_number_says_nothing() {
        let number = |number: &str| unsuffixed(&folded(number));
        for same in [
            "湘乡市监处罚〔2026〕260号",
            "湘乡市监处罚〔2026〕260",
            "湘乡市监处罚【2026】第260",
            "湘乡市监处罚〔2026〕号260",
        ] {
            assert_eq!(number(same), "湘乡市监处罚|2026|260", "{same}");
        }
        for (one, other) in [("罚〔2026〕1号2", "罚〔2026〕12号"), ("罚〔2026〕2号", "罚〔2026〕2号之一")]
        {
            assert_ne!(number(one), number(other), "{one} {other}");
        }
    }

    #[test]
    fn a_certificate_is_known_by_its_name() {
        let name = |certificate: &str| unnumbered(&folded(certificate));
        for same in ["食品经营许可证", "食品经营许可证JY14303810000009", "食品经营许可证（编号：JY-1）"]
        {
            assert_eq!(name(same), "食品经营许可证", "{same}");
        }
        assert_ne!(name("营业执照"), name("食品经营许可证JY1"));
    }

    #[test]
    fn other_numbers_stay_others() {
        for (one, other) in [
            ("罚〔2026〕2号", "罚〔2026〕20号"),
            ("罚〔2026〕1-23号", "罚〔2026〕12-3号"),
            ("罚〔2026〕2号", "罚〔2026〕2号之一"),
            ("罚〔202〕62号", "罚〔2026〕2号"),
            ("罚0号", "罚号"),
        ] {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }
}
