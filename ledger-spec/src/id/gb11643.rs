//! Resident numbers, GB 11643-1999: 6 digits of place, 8 of birth date, 3 of sequence and a check
//! character (ISO 7064, MOD 11-2).
//!
//! A number is read to be found where none may stand (L22), and for the day of birth. It never stands in the
//! log, and its type neither prints it nor gives it out.

use super::{IdError, each, exactly};
use crate::time::Date;
use core::fmt;
use tlog::defect::OrDefect as _;
use zeroize::Zeroizing;

const PART: &str = "resident number";
/// Remainders 0 to 10 of the weighted sum give these (GB 11643-1999, table 2).
const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// A resident number that was checked. Neither `Debug` nor anything else prints it, and its memory is
/// wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentNumber {
    number: Zeroizing<[u8; 18]>,
    birth: Date,
}

impl ResidentNumber {
    /// Reads 18 characters: digits, at the end a digit or capital X, a birth date that exists (from
    /// 1900 on) and the right check character. Errors never say which number it was.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        each(PART, text, "a digit", |at, byte| byte.is_ascii_digit() || (at, byte) == (17, b'X'))?;
        let number: Zeroizing<[u8; 18]> = Zeroizing::new(exactly(PART, text, "18")?);
        if number[0] == b'0' {
            return Err(IdError::Character { part: PART, found: '0', position: 0, expected: "1 to 9" });
        }
        let birth = birth_date(&number).ok_or(IdError::BirthDate { part: PART })?;
        let (found, expected) = (char::from(number[17]), check_sum(&number[..17]));
        if found != expected {
            return Err(IdError::CheckCharacter { part: PART, found, expected });
        }
        Ok(Self { number, birth })
    }

    /// The BLAKE3 hash of the 18 characters under a key: what a pseudonym is.
    pub(crate) fn keyed_hash(&self, key: &[u8; 32]) -> [u8; 32] {
        *blake3::keyed_hash(key, &*self.number).as_bytes()
    }

    /// The day of birth, for rules on age.
    #[must_use]
    pub const fn birth_date(&self) -> Date {
        self.birth
    }
}

impl fmt::Debug for ResidentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentNumber(..)")
    }
}

/// The check character that belongs to the first 17 digits of a number.
pub fn check_character(digits: &str) -> Result<char, IdError> {
    each(PART, digits, "a digit", |_, byte| byte.is_ascii_digit())?;
    let digits: [u8; 17] = exactly(PART, digits, "17")?;
    Ok(check_sum(&digits))
}

/// The weight of the character at distance `d` from the check character is 2^d modulo 11, so the sum
/// builds up by doubling.
fn check_sum(digits: &[u8]) -> char {
    let sum = digits.iter().fold(0, |sum, &byte| (sum + usize::from(byte - b'0')) * 2 % 11);
    CHECK[sum]
}

fn birth_date(number: &[u8; 18]) -> Option<Date> {
    let read = |from: usize, to: usize| {
        number[from..to].iter().fold(0u16, |sum, &byte| sum * 10 + u16::from(byte - b'0'))
    };
    let two = |from| u8::try_from(read(from, from + 2)).or_defect("two digits fit");
    Date::new(read(6, 10), two(10), two(12)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The examples of the standard itself.
    const GENUINE: [&str; 2] = ["11010519491231002X", "440524188001010014"];

    #[test]
    fn the_standards_examples() {
        let number = ResidentNumber::parse(GENUINE[0]).unwrap();
        assert_eq!(number.birth_date().to_string(), "1949-12-31");
        // Born in 1880: the check character is right, the date is before what the ledger holds.
        assert_eq!(ResidentNumber::parse(GENUINE[1]).unwrap_err(), IdError::BirthDate { part: PART });
        for number in GENUINE {
            assert_eq!(check_character(&number[..17]), Ok(char::from(number.as_bytes()[17])));
        }
    }

    #[test]
    fn nothing_prints_it() {
        assert_eq!(format!("{:?}", ResidentNumber::parse(GENUINE[0]).unwrap()), "ResidentNumber(..)");
    }

    #[test]
    fn refusals() {
        let refused = |text| ResidentNumber::parse(text).unwrap_err();
        assert_eq!(refused("11010519491231002"), IdError::Length { part: PART, found: 17, expected: "18" });
        let check = IdError::CheckCharacter { part: PART, found: '1', expected: 'X' };
        assert_eq!(refused("110105194912310021"), check);
        let date = IdError::BirthDate { part: PART };
        assert_eq!(refused("11010519490229002X"), date);
        assert_eq!(refused("11010519491331002X"), date);
        let character =
            |found, position, expected| IdError::Character { part: PART, found, position, expected };
        assert_eq!(refused("11010519491231002x"), character('x', 17, "a digit"));
        assert_eq!(refused("X1010519491231002X"), character('X', 0, "a digit"));
        assert_eq!(refused("01010519491231002X"), character('0', 0, "1 to 9"));
        assert!(check_character("1101051949123100").is_err());
    }
}
