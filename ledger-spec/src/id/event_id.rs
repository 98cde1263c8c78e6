//! Event identifiers: UUIDs of version 7 (RFC 9562 §5.7) of the issuer's choosing. They make an
//! append repeatable; the time inside them is the issuer's claim and decides nothing.

use super::{IdError, each, exactly};
use core::fmt;

const PART: &str = "event id";
/// Where the text has hyphens (RFC 9562 §4).
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

const MILLIS_OF_A_DAY: u64 = 24 * 60 * 60 * 1000;

/// A UUID of version 7, in lower-case hex groups of 8-4-4-4-12.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
pub struct EventId([u8; 16]);

impl EventId {
    /// Reads the text form: lower case, version 7, the variant of RFC 9562.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let text_bytes: [u8; 36] = exactly(PART, text, "36")?;
        each(PART, text, "`-`", |at, byte| !HYPHENS.contains(&at) || byte == b'-')?;
        each(PART, text, "a lower-case hex digit", |at, byte| {
            HYPHENS.contains(&at) || matches!(byte, b'0'..=b'9' | b'a'..=b'f')
        })?;
        each(PART, text, "version 7", |at, byte| at != 14 || byte == b'7')?;
        each(PART, text, "variant 8 to b", |at, byte| at != 19 || matches!(byte, b'8' | b'9' | b'a' | b'b'))?;
        let mut id = [0; 16];
        let nibble = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte - b'a' + 10 };
        for (i, &byte) in text_bytes.iter().filter(|&&byte| byte != b'-').enumerate() {
            id[i / 2] = id[i / 2] << 4 | nibble(byte);
        }
        Ok(Self(id))
    }

    /// An id from milliseconds since 1970 (48 bits are kept) and random bytes (74 bits are kept):
    /// whoever makes events brings the clock and the randomness.
    #[must_use]
    pub fn from_parts(unix_millis: u64, random: [u8; 10]) -> Self {
        let mut id = [0; 16];
        id[..6].copy_from_slice(&unix_millis.to_be_bytes()[2..]);
        id[6..].copy_from_slice(&random);
        id[6] = id[6] & 0x0f | 0x70;
        id[8] = id[8] & 0x3f | 0x80;
        Self(id)
    }

    /// An id of the day (UTC) that holds this millisecond. An id may be told where its entry is not, as that of a notice is: a
    /// time to the millisecond would say which entry it is.
    #[must_use]
    pub fn of_day(unix_millis: u64, random: [u8; 10]) -> Self {
        Self::from_parts(unix_millis - unix_millis % MILLIS_OF_A_DAY, random)
    }

    /// An id from its 16 bytes, which have to be of version 7 and of RFC 9562's variant.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, IdError> {
        match (bytes[6] >> 4, bytes[8] >> 6) {
            (7, 0b10) => Ok(Self(bytes)),
            // What is wrong is said of the text.
            _ => Self::parse(&Self(bytes).to_string()),
        }
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        // In one piece: answers hold many ids.
        let (mut text, mut at) = ([b'-'; 36], 0);
        for byte in self.0 {
            at += usize::from(HYPHENS.contains(&at));
            text[at] = HEX[usize::from(byte >> 4)];
            text[at + 1] = HEX[usize::from(byte & 15)];
            at += 2;
        }
        f.write_str(super::ascii(&text))
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_9562() {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
        let id = EventId::parse(text).unwrap();
        assert_eq!(id.to_string(), text);
        let random = [0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f];
        assert_eq!(EventId::from_parts(0x017f_22e2_79b0, random), id);
        assert_eq!(id.as_bytes()[..2], [0x01, 0x7f]);
        assert_eq!(EventId::from_bytes(*id.as_bytes()), Ok(id));
        let (first, last) = (0x017f_22e2_79b0 / MILLIS_OF_A_DAY * MILLIS_OF_A_DAY, 0x017f_22e2_79b0);
        assert_eq!(EventId::of_day(last, random), EventId::of_day(first, random));
        assert_eq!(EventId::of_day(first, random), EventId::from_parts(first, random));
        assert!(EventId::from_bytes([0; 16]).is_err());
    }

    #[test]
    fn refusals() {
        let refused = |text: &str| EventId::parse(text).unwrap_err();
        assert_eq!(refused("017f22e2"), IdError::Length { part: PART, found: 8, expected: "36" });
        for (text, wrong, place, what) in [
            ("017F22e2-79b0-7cc3-98c4-dc0c0c07398f", 'F', 3, "a lower-case hex digit"),
            ("017f22e2-79b0-4cc3-98c4-dc0c0c07398f", '4', 14, "version 7"),
            ("017f22e2-79b0-7cc3-c8c4-dc0c0c07398f", 'c', 19, "variant 8 to b"),
            ("017f22e2079b0-7cc3-98c4-dc0c0c07398f", '0', 8, "`-`"),
            ("017f22e2-79b0-7cc3-98c4-dc0c-c07398f", '-', 28, "a lower-case hex digit"),
        ] {
            let expected = IdError::Character { part: PART, found: wrong, position: place, expected: what };
            assert_eq!(refused(text), expected);
        }
    }
}
