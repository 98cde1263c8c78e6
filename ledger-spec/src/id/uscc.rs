//! Unified social credit codes, GB 32100-2015: 18 characters with a check character.
//!
//! The registering department and the category (characters 1 and 2) and the body's own code (9 to
//! 17) may be letters; the place (3 to 8) is digits. Which departments and categories are in use
//! grows by notice, so any character of the alphabet is taken there. The body's own code has a check
//! character of its own (GB 11714) that genuine codes do not always keep; it is not checked.

use super::{IdError, ascii, each, exactly};
use core::fmt;
use tlog::defect::OrDefect as _;

const PART: &str = "unified social credit code";
/// The 31 characters in the order of their values: no I, O, S, V, Z (GB 32100-2015, table 2).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3 to the power of the position, modulo 31 (GB 32100-2015, table 3).
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// A unified social credit code whose check character is right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc([u8; 18]);

impl Uscc {
    /// Reads a code: 18 characters, capital letters, check character right.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        each(PART, text, "a digit or a capital letter other than I, O, S, V, Z", |_, byte| {
            value(byte).is_some()
        })?;
        let code: [u8; 18] = exactly(PART, text, "18")?;
        each(PART, text, "a digit", |at, byte| !(2..8).contains(&at) || byte.is_ascii_digit())?;
        let (found, expected) = (char::from(code[17]), check_character(&code));
        if found != expected {
            return Err(IdError::CheckCharacter { part: PART, found, expected });
        }
        Ok(Self(code))
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
        // Letters stand everywhere but in the place.
        for position in 0..18 {
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
