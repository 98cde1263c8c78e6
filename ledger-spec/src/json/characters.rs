//! Characters that nobody sees or that reorder what stands around them: what a name may not hold, what is
//! escaped where text is shown, and what hides a number from whoever looks for one.
//!
//! The sets are Unicode's `Default_Ignorable_Code_Point` (which holds all of `Bidi_Control`) and `White_Space`,
//! written out, so that whoever reads the specification needs no table of Unicode, and a later version of
//! Unicode changes no verdict. Whether a character is assigned is not asked for the same reason: new ideographs
//! are added every few years, and people bear them.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `Default_Ignorable_Code_Point` as of Unicode 17, and between its ranges the separators of lines and paragraphs
/// (U+2028, U+2029) and the interlinear annotation (U+FFF9 to U+FFFB).
const HIDDEN: [(u32, u32); 17] = [
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb),
    (0x1_bca0, 0x1_bca3),
    (0x1_d173, 0x1_d17a),
    (0xe_0000, 0xe_0fff),
];
/// The variation selectors of registered ideographic sequences (UTS #37).
const IDEOGRAPHIC: (u32, u32) = (0xe_0100, 0xe_01ef);
/// The ideographs that they may follow: the blocks in which Unicode unifies them, and the planes kept for more.
const IDEOGRAPHS: [(u32, u32); 3] = [(0x3400, 0x4dbf), (0x4e00, 0x9fff), (0x2_0000, 0x3_fffd)];
/// The Mongolian vowel separator and variation selectors, and the letters that they shape.
const MONGOLIAN: (u32, u32) = (0x180b, 0x180f);
const MONGOLIAN_LETTERS: (u32, u32) = (0x1820, 0x18aa);

/// What a text lacks to be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoName {
    /// A character that nobody sees, or that ends a line or reorders others, and its place, from 0.
    Hidden(char, usize),
    /// Nothing but blank characters.
    Blank,
}

/// What keeps a text from being a name.
///
/// A selector right behind the letter that it shapes is part of how a genuine name is written, and stands: one of
/// U+E0100 to U+E01EF behind an ideograph, one of U+180B to U+180F behind a Mongolian letter.
#[must_use]
pub fn no_name(text: &str) -> Option<NoName> {
    if text.is_ascii() {
        // The most frequent names of this kind: nothing of ASCII is hidden but what text(n) has refused.
        return match text.find('\n') {
            Some(at) => Some(NoName::Hidden('\n', at)),
            None => text.bytes().all(|byte| byte == b' ').then_some(NoName::Blank),
        };
    }
    let hidden = hidden_in(text).map(|(at, c)| NoName::Hidden(c, at));
    let line = || text.chars().position(|c| c == '\n').map(|at| NoName::Hidden('\n', at));
    hidden.or_else(line).or_else(|| text.chars().all(is_blank).then_some(NoName::Blank))
}

/// Whether nobody sees the character, or it reorders what stands around it.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    !c.is_ascii() && HIDDEN.iter().any(|range| within(c, *range))
}

/// The ASCII character of which this is the full-width form; any other as it is.
pub(crate) fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Whether the character shows nothing: `White_Space`, and the Braille pattern without dots.
#[must_use]
pub const fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// The text with all that is hidden, and every control character but line feed and tab, in the form `\u{202e}`: what
/// a terminal is given. Selectors that shape the letter before them stay.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.chars().all(|c| !is_control(c) && !is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut before) = (String::with_capacity(text.len() + 8), None);
    for c in text.chars() {
        if is_control(c) || is_hidden(c) && !shapes(before, c) {
            // Writing to a string does not fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    Cow::Owned(out)
}

/// The first hidden character that shapes no letter before it, and its place.
fn hidden_in(text: &str) -> Option<(usize, char)> {
    let before = std::iter::once(None).chain(text.chars().map(Some));
    let mut pairs = text.chars().enumerate().zip(before);
    pairs.find(|((_, c), before)| is_hidden(*c) && !shapes(*before, *c)).map(|(found, _)| found)
}

fn shapes(before: Option<char>, c: char) -> bool {
    let Some(before) = before else { return false };
    let ideographic = within(c, IDEOGRAPHIC) && IDEOGRAPHS.iter().any(|range| within(before, *range));
    ideographic || within(c, MONGOLIAN) && within(before, MONGOLIAN_LETTERS)
}

fn within(c: char, (first, last): (u32, u32)) -> bool {
    (first..=last).contains(&u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genuine_names_stand() {
        // Rare ideographs of several extensions, one of private use, a registered variant, other scripts.
        for name in [
            "湘乡市某某有限公司",
            "䶮",
            "𠮷野家",
            "𰻝面馆",
            "\u{e863}",
            "葛\u{e0100}城",
            "ᠮᠣᠩᠭᠣᠯ\u{180e}ᠠ",
            "شىنجاڭ",
            "བོད་ལྗོངས།",
            "Müller & Söhne",
            "ＡＢ（湘乡）　贸易",
            "a b",
        ] {
            assert_eq!(no_name(name), None, "{name}");
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn what_nobody_sees_and_what_reorders_is_no_name() {
        for (text, found, at) in [
            ("某\u{200b}某", '\u{200b}', 1),
            ("\u{feff}某", '\u{feff}', 0),
            ("某\u{202e}司公", '\u{202e}', 1),
            ("某\u{2066}", '\u{2066}', 1),
            ("co\u{ad}op", '\u{ad}', 2),
            ("某\u{3164}", '\u{3164}', 1),
            ("某\u{fe00}", '\u{fe00}', 1),
            ("a\u{e0100}", '\u{e0100}', 1),
            ("葛\u{e0100}\u{e0101}", '\u{e0101}', 2),
            ("某\u{180b}", '\u{180b}', 1),
            ("某\u{e0041}", '\u{e0041}', 1),
            ("某\u{2028}某", '\u{2028}', 1),
            ("某\n某", '\n', 1),
            ("a\nb", '\n', 1),
        ] {
            assert_eq!(no_name(text), Some(NoName::Hidden(found, at)), "{text:?}");
        }
        for blank in [" ", "　", "\u{2800}\u{a0} ", "\u{2003}"] {
            assert_eq!(no_name(blank), Some(NoName::Blank), "{blank:?}");
        }
    }

    #[test]
    fn what_is_shown_hides_nothing() {
        assert_eq!(shown("某\u{202e}司\u{1b}[2J\t公\n"), "某\\u{202e}司\\u{1b}[2J\t公\n");
        assert_eq!(shown("葛\u{e0100}a\u{e0100}"), "葛\u{e0100}a\\u{e0100}");
        assert!(matches!(shown("某某，有限公司"), Cow::Borrowed(_)));
    }
}
