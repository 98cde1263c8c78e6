//! Words for people, in the two languages of the ledger.
//!
//! What refuses something, or cannot read it, says what it found and what it expected as [`Words`]: typed parts in a
//! wording that is there in both languages. They become text once, at the edge, in the language of whoever asks. What
//! is data (an identifier, a path, a date, what somebody wrote) is the same in both.
//!
//! Each wording stands once, in `refusals.rs`, `faults.rs` or `requests.rs`, by its English; a place that names one which is not there
//! does not compile.

mod faults;
mod refusals;
mod requests;

pub use faults::{of_fault, of_text};

use core::fmt;
use tlog::defect::OrDefect as _;

/// A language of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English: also for whoever asks for neither.
    #[default]
    En,
}

impl Language {
    /// The tag for `Content-Language` and `lang` (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The one of two texts that is in this language.
    #[must_use]
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// A sentence, or a part of one, in both languages. `{}` stands for the parts in their order, `{0}`, `{1}` for those of
/// this number.
#[derive(Debug, PartialEq, Eq)]
pub struct Wording {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// The wordings of this crate.
pub const WORDINGS: [&[Wording]; 3] = [refusals::REFUSALS, faults::FAULTS, requests::REQUESTS];

/// What is said, before it is known in which language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Said);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    /// The same in every language.
    Data(String),
    /// What somebody has named in both languages.
    Both { en: String, zh: String },
    /// A value of a closed vocabulary: its code, and in Chinese its name before that.
    Named { code: &'static str, zh: &'static str },
    /// A wording with its parts.
    Phrase { wording: &'static Wording, parts: Vec<Words> },
    /// Several of a kind.
    Several { parts: Vec<Words>, joint: Joint },
}

/// How several things of a kind are said one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// All of them.
    And,
    /// One of them.
    Or,
}

impl Words {
    /// What is the same in every language: an identifier, a path, a date, a number, what somebody wrote.
    pub fn data(data: impl fmt::Display) -> Self {
        Self(Said::Data(data.to_string()))
    }

    /// What somebody has named in both languages.
    pub fn both(en: impl fmt::Display, zh: impl fmt::Display) -> Self {
        Self(Said::Both { en: en.to_string(), zh: zh.to_string() })
    }

    /// A value of a closed vocabulary.
    #[must_use]
    pub const fn named(code: &'static str, zh: &'static str) -> Self {
        Self(Said::Named { code, zh })
    }

    /// A wording with its parts; `say!` makes these.
    #[must_use]
    pub const fn phrase(wording: &'static Wording, parts: Vec<Self>) -> Self {
        Self(Said::Phrase { wording, parts })
    }

    /// Several things of a kind.
    pub fn several(parts: impl IntoIterator<Item = impl Into<Self>>, joint: Joint) -> Self {
        Self(Said::Several { parts: parts.into_iter().map(Into::into).collect(), joint })
    }

    /// The text in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut out = String::new();
        self.write(&mut out, language);
        out
    }

    fn write(&self, out: &mut String, language: Language) {
        match (&self.0, language) {
            (Said::Data(data), _) => put(out, data, language),
            (Said::Both { en, zh }, _) => put(out, language.pick(zh, en), language),
            (Said::Named { code, .. }, Language::En) => out.push_str(code),
            (Said::Named { code, zh }, Language::Zh) => put(out, &format!("{zh}（{code}）"), language),
            (Said::Phrase { wording, parts }, _) => {
                filled(out, language.pick(wording.zh, wording.en), parts, language);
            }
            (Said::Several { parts, joint }, _) => {
                let between = match joint {
                    Joint::And => language.pick("、", ", "),
                    Joint::Or => language.pick("或", " or "),
                };
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        put(out, between, language);
                    }
                    part.write(out, language);
                }
            }
        }
    }
}

/// Writes a template with its parts.
fn filled(out: &mut String, template: &str, parts: &[Words], language: Language) {
    let (mut rest, mut next) = (template, 0);
    while let Some((before, from)) = rest.split_once('{') {
        let Some((number, after)) = from.split_once('}') else { break };
        put(out, before, language);
        let number = match number {
            "" => next,
            number => number.parse().or_defect("templates number their parts"),
        };
        if let Some(part) = parts.get(number) {
            part.write(out, language);
        }
        (rest, next) = (after, next + 1);
    }
    put(out, rest, language);
}

/// Writes a piece behind what is there: in Chinese with a space between Chinese characters and Latin letters or digits.
fn put(out: &mut String, piece: &str, language: Language) {
    let is_latin = |c: char| c.is_ascii_alphanumeric();
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    if let (Language::Zh, Some(last), Some(first)) = (language, out.chars().next_back(), piece.chars().next())
        && (is_latin(last) && is_chinese(first) || is_chinese(last) && is_latin(first))
    {
        out.push(' ');
    }
    out.push_str(piece);
}

/// In English, as logs and the command line of programs have it.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl PartialEq<str> for Words {
    fn eq(&self, other: &str) -> bool {
        self.text(Language::En) == other
    }
}

impl PartialEq<&str> for Words {
    fn eq(&self, other: &&str) -> bool {
        self.text(Language::En) == **other
    }
}

impl From<&Self> for Words {
    fn from(words: &Self) -> Self {
        words.clone()
    }
}

/// What is said as it is written.
macro_rules! said_as_written {
    ($($type:ty),+ $(,)?) => {
        $(impl From<$type> for $crate::wording::Words {
            fn from(data: $type) -> Self {
                Self::data(data)
            }
        }
        impl From<&$type> for $crate::wording::Words {
            fn from(data: &$type) -> Self {
                Self::data(data)
            }
        })+
    };
}
pub(crate) use said_as_written;

said_as_written!(
    char,
    u8,
    u16,
    u32,
    u64,
    usize,
    i64,
    i128,
    tlog::checkpoint::Origin,
    tlog::position::EntryIndex,
    tlog::position::TreeSize,
);

/// The wording of this English; compiled only where there is one.
#[must_use]
#[allow(clippy::panic)] // while compiling alone
pub const fn wording(tables: &'static [&'static [Wording]], english: &str) -> &'static Wording {
    let mut table = 0;
    while table < tables.len() {
        let wordings = tables[table];
        let mut at = 0;
        while at < wordings.len() {
            if same(wordings[at].en, english) {
                return &wordings[at];
            }
            at += 1;
        }
        table += 1;
    }
    panic!("no wording has this English: it stands in no table")
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The Chinese names of a closed vocabulary's values, and how they are said.
macro_rules! named {
    ($name:ident { $($variant:ident = $zh:literal),+ $(,)? }) => {
        impl $name {
            /// Its name in Chinese.
            #[must_use]
            pub const fn chinese(self) -> &'static str {
                match self { $(Self::$variant => $zh),+ }
            }
        }
        impl From<$name> for $crate::wording::Words {
            fn from(one: $name) -> Self {
                Self::named(one.name(), one.chinese())
            }
        }
    };
}
pub(crate) use named;

/// What is said in a wording of this crate, by its English, with its parts.
macro_rules! say {
    ($english:literal $(, $part:expr)* $(,)?) => {{
        const WORDING: &$crate::wording::Wording = $crate::wording::wording(&$crate::wording::WORDINGS, $english);
        $crate::wording::Words::phrase(WORDING, vec![$($crate::wording::Words::from($part)),*])
    }};
}
pub(crate) use say;

#[cfg(test)]
mod tests;
