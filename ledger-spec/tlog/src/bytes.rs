//! Text forms of bytes: lower-case hex and canonical base64, read strictly.
//!
//! Every value has one encoding here: what decodes re-encodes to the same text. Padding bits that
//! are not zero, upper-case hex and stray white space are refused.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use core::fmt::Write as _;

/// Why a text is not the encoding of the bytes it should hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// A character outside the alphabet, wrong padding, or non-zero trailing bits.
    #[error("not canonical {expected}")]
    NotCanonical {
        /// The alphabet that was expected: `hex`, `base64` or `base64url`.
        expected: &'static str,
    },
    /// The right alphabet, but another number of bytes.
    #[error("{found} bytes where {expected} are expected")]
    Length {
        /// How many bytes the text holds.
        found: usize,
        /// How many it must hold.
        expected: usize,
    },
}

/// Lower-case hex of `bytes`.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Bytes from lower-case hex of exactly `N` bytes.
pub fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], TextError> {
    let nibble = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let (mut bytes, mut found) = ([0; N], 0);
    for pair in text.as_bytes().chunks(2) {
        let (Some(high), Some(low)) = (nibble(pair[0]), pair.get(1).copied().and_then(nibble)) else {
            return Err(TextError::NotCanonical { expected: "hex" });
        };
        if let Some(byte) = bytes.get_mut(found) {
            *byte = high << 4 | low;
        }
        found += 1;
    }
    if found == N { Ok(bytes) } else { Err(TextError::Length { found, expected: N }) }
}

/// Standard padded base64 (RFC 4648 §4), as C2SP notes use it.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes from standard padded base64, any length.
pub fn from_base64(text: &str) -> Result<Vec<u8>, TextError> {
    STANDARD.decode(text).map_err(|_| TextError::NotCanonical { expected: "base64" })
}

/// Exactly `N` bytes from standard padded base64.
pub fn from_base64_exact<const N: usize>(text: &str) -> Result<[u8; N], TextError> {
    exact(from_base64(text)?)
}

/// URL-safe unpadded base64 (RFC 4648 §5).
#[must_use]
pub fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Exactly `N` bytes from URL-safe unpadded base64.
pub fn from_base64url_exact<const N: usize>(text: &str) -> Result<[u8; N], TextError> {
    let bytes =
        URL_SAFE_NO_PAD.decode(text).map_err(|_| TextError::NotCanonical { expected: "base64url" })?;
    exact(bytes)
}

fn exact<const N: usize>(bytes: Vec<u8>) -> Result<[u8; N], TextError> {
    let found = bytes.len();
    bytes.try_into().map_err(|_| TextError::Length { found, expected: N })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_encoding_per_value() {
        assert_eq!(from_hex::<2>("0aff"), Ok([0x0a, 0xff]));
        assert!(from_hex::<2>("0aFF").is_err());
        assert!(from_hex::<2>("0af").is_err());
        assert_eq!(from_hex::<2>("0a"), Err(TextError::Length { found: 1, expected: 2 }));
        assert_eq!(from_base64_exact::<1>("/w=="), Ok([0xff]));
        assert!(from_base64("/x==").is_err(), "non-zero trailing bits");
        assert!(from_base64("/w").is_err(), "missing padding");
        assert_eq!(from_base64url_exact::<1>("_w"), Ok([0xff]));
        assert!(from_base64url_exact::<1>("_w==").is_err());
    }
}
