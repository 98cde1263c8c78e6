//! Unified social credit codes, GB 32100-2015: 18 characters with a check character.
//!
//! The registering department and the class of body (characters 1 and 2) are of the standard's table; the
//! place (3 to 8) is digits; the body's own code (9 to 17) may hold letters. It has a check character of its own
//! (GB 11714) that genuine codes do not always keep; it is not checked.

use super::gb11643::ResidentNumber;
use super::{IdError, ascii, each, exactly};
use core::fmt;
use tlog::defect::OrDefect as _;

const PART: &str = "unified social credit code";
/// The 31 characters in the order of their values: no I, O, S, V, Z (GB 32100-2015, table 2).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3 to the power of the position, modulo 31 (GB 32100-2015, table 3).
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// The registering departments, each with the classes of body that it registers (GB 32100-2015, table 1, with
/// amendment 1 of 2016): organisation offices, foreign affairs, justice, culture, civil affairs, tourism,
/// religion, trade unions, market regulation, the military commission's office, agriculture, others. What a notice
/// adds to it later comes in by name (`subject.identifier_accepted`) until it stands here.
const DEPARTMENTS: [(u8, &[u8]); 12] = [
    (b'1', b"1239"),
    (b'2', b"19"),
    (b'3', b"123459"),
    (b'4', b"19"),
    (b'5', b"1239"),
    (b'6', b"129"),
    (b'7', b"129"),
    (b'8', b"19"),
    (b'9', b"123"),
    (b'A', b"19"),
    (b'N', b"1239"),
    (b'Y', b"1"),
];

/// A unified social credit code whose check character is right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc([u8; 18]);

impl Uscc {
    /// Reads a code: 18 characters, capital letters, the first two of the standard's table, check character
    /// right.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        each(PART, text, "a digit or a capital letter other than I, O, S, V, Z", |_, byte| {
            value(byte).is_some()
        })?;
        let code: [u8; 18] = exactly(PART, text, "18")?;
        each(PART, text, "a digit", |at, byte| !(2..8).contains(&at) || byte.is_ascii_digit())?;
        each(PART, text, "a registering department of GB 32100-2015, table 1", |at, byte| {
            at != 0 || classes(byte).is_some()
        })?;
        each(
            PART,
            text,
            "a class of body that the department registers (GB 32100-2015, table 1)",
            |at, byte| at != 1 || classes(code[0]).is_some_and(|known| known.contains(&byte)),
        )?;
        let (found, expected) = (char::from(code[17]), check_character(&code));
        if found != expected {
            return Err(IdError::CheckCharacter { part: PART, found, expected });
        }
        Ok(Self(code))
    }

    /// Whether a person may bear the same 18 characters as a resident number: what is filed about such a code could
    /// be about either, so that it is admitted by name first.
    #[must_use]
    pub fn is_resident_number(&self) -> bool {
        ResidentNumber::parse(self.as_str()).is_ok()
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({self})")
    }
}

fn value(byte: u8) -> Option<usize> {
    ALPHABET.iter().position(|&known| known == byte)
}

/// The classes of body that a department registers; `None` where it is no department.
fn classes(department: u8) -> Option<&'static [u8]> {
    DEPARTMENTS.iter().find(|(known, _)| *known == department).map(|(_, classes)| *classes)
}

fn check_character(code: &[u8; 18]) -> char {
    let value = |byte| value(byte).or_defect("every character was found in the alphabet");
    let sum: usize = code.iter().zip(WEIGHTS).map(|(&byte, weight)| value(byte) * weight).sum();
    char::from(ALPHABET[(31 - sum % 31) % 31])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genuine_codes_with_and_without_letters() {
        // State Grid, Huawei, Tencent.
        for code in ["9111000071093123XX", "914403001922038216", "9144030071526726XG"] {
            assert_eq!(Uscc::parse(code).unwrap().to_string(), code);
        }
    }

    #[test]
    fn departments_and_classes_are_those_of_the_standard() {
        let character = |code: &str| match Uscc::parse(code) {
            Err(IdError::Character { found, position, .. }) => Some((found, position)),
            _ => None,
        };
        assert_eq!(character("000000000000000000"), Some(('0', 0)), "its check character is right");
        assert_eq!(character("944403001922038216"), Some(('4', 1)));
        assert_eq!(character("B14403001922038216"), Some(('B', 0)));
        let taken = |start: &str| character(&format!("{start}4403001922038216")).is_none();
        let pairs = ALPHABET.iter().flat_map(|a| ALPHABET.iter().map(|b| [char::from(*a), char::from(*b)]));
        let known: Vec<String> = pairs.map(String::from_iter).filter(|start| taken(start)).collect();
        let table = "11 12 13 19 21 29 31 32 33 34 35 39 41 49 51 52 53 59 61 62 69 71 72 79 81 89 91 92 93 A1 A9 N1 \
                     N2 N3 N9 Y1";
        assert_eq!(known.join(" "), table);
    }

    #[test]
    fn refusals() {
        let at = |code| Uscc::parse(code).unwrap_err();
        let length = |found| IdError::Length { part: PART, found, expected: "18" };
        assert_eq!(at(""), length(0));
        assert_eq!(at("91440300192203821"), length(17));
        assert_eq!(at("9144030019220382166"), length(19));
        for (code, wrong, place) in [
            ("914403001922038O16", 'O', 15),
            ("9144030071526726xg", 'x', 16),
            ("91440300192203821 ", ' ', 17),
            ("９14403001922038216", '９', 0),
        ] {
            assert!(
                matches!(at(code), IdError::Character { found, position, .. } if (found, position) == (wrong, place)),
                "{code}"
            );
        }
        assert_eq!(
            at("9144A3001922038216"),
            IdError::Character { part: PART, found: 'A', position: 4, expected: "a digit" }
        );
        // Letters stand everywhere but in the place, and where the table has none.
        for position in 2..18 {
            let mut code = *b"914403001922038216";
            code[position] = b'A';
            let digit = IdError::Character { part: PART, found: 'A', position, expected: "a digit" };
            let refused = Uscc::parse(core::str::from_utf8(&code).unwrap());
            assert_eq!(refused == Err(digit), (2..8).contains(&position), "{position}");
        }
        assert_eq!(
            at("914403001922038215"),
            IdError::CheckCharacter { part: PART, found: '5', expected: '6' }
        );
    }
}
