//! What persons and households are named by: a keyed hash, and which of the ledger's identity keys made it.

use super::{IdError, each, exactly};
use core::fmt;
use tlog::bytes::to_hex;

/// How many identity keys the ledger had had when a pseudonym was made (README, "Pseudonyms"): 1 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityEpoch(u8);

/// What stands behind `person:` and `household:`. Its text is 64 hex digits, and from the second epoch on `.` and the
/// epoch's two digits; the order of the values is the order of the texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym {
    hash: [u8; 32],
    epoch: IdentityEpoch,
}

impl Default for IdentityEpoch {
    fn default() -> Self {
        Self::FIRST
    }
}

crate::compact::checked!(Pseudonym as ([u8; 32], u8):
    |one: &Pseudonym| (one.hash, one.epoch.get()),
    |(hash, epoch)| IdentityEpoch::new(epoch).map(|epoch| Pseudonym { hash, epoch }).ok_or(()));

impl IdentityEpoch {
    /// The first.
    pub const FIRST: Self = Self(1);
    /// The last: a pseudonym's text has two digits for it.
    pub const MAX: Self = Self(99);

    /// The epoch of this number.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < Self::FIRST.0 || number > Self::MAX.0 { None } else { Some(Self(number)) }
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The one that follows it.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        Self::new(self.0 + 1)
    }

    /// Reads the two digits of an epoch that is not the first, which has none.
    fn parse(text: &str) -> Result<Self, IdError> {
        const PART: &str = "epoch of a pseudonym";
        each(PART, text, "a digit", |_, byte| byte.is_ascii_digit())?;
        let [tens, ones] = exactly(PART, text, "2")?;
        match Self::new((tens - b'0') * 10 + (ones - b'0')) {
            Some(epoch) if epoch > Self::FIRST => Ok(epoch),
            _ => {
                let found = char::from(ones);
                Err(IdError::Character { part: PART, found, position: 1, expected: "2 to 9 behind a 0" })
            }
        }
    }
}

impl fmt::Display for IdentityEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Pseudonym {
    /// A keyed hash that was made in this epoch.
    #[must_use]
    pub const fn new(hash: [u8; 32], epoch: IdentityEpoch) -> Self {
        Self { hash, epoch }
    }

    /// The keyed hash.
    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// When it was made.
    #[must_use]
    pub const fn epoch(&self) -> IdentityEpoch {
        self.epoch
    }

    /// Reads what stands behind a scheme's name.
    pub(super) fn parse(part: &'static str, text: &str) -> Result<Self, IdError> {
        let (hash, epoch) = match text.split_once('.') {
            None => (text, IdentityEpoch::FIRST),
            Some((hash, epoch)) => (hash, IdentityEpoch::parse(epoch)?),
        };
        let digits: [u8; 64] = exactly(part, hash, "64")?;
        each(part, hash, "a lower-case hex digit", |_, byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))?;
        let nibble = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte - b'a' + 10 };
        let hash = core::array::from_fn(|i| nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1]));
        Ok(Self { hash, epoch })
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.hash))?;
        if self.epoch > IdentityEpoch::FIRST { write!(f, ".{:02}", self.epoch.0) } else { Ok(()) }
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonym({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_has_one_text_and_the_first_none() {
        let hash = "0123456789abcdef".repeat(4);
        for (text, epoch) in [(hash.clone(), 1), (format!("{hash}.02"), 2), (format!("{hash}.99"), 99)] {
            let read = Pseudonym::parse("pseudonym", &text).unwrap();
            assert_eq!((read.to_string(), read.epoch().get()), (text, epoch));
        }
        for epoch in ["", "00", "01", "2", "002", "1x", "９９", "100"] {
            assert!(Pseudonym::parse("pseudonym", &format!("{hash}.{epoch}")).is_err(), "{epoch}");
        }
        assert!(Pseudonym::parse("pseudonym", &format!("{hash}.02.02")).is_err());
        assert_eq!((IdentityEpoch::new(0), IdentityEpoch::MAX.next()), (None, None));
    }
}
