//! Which hash a sealed entry is made with: one byte of it, so that another can follow without another layout.

use super::secret::ContentSalt;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use tlog::defect::OrDefect as _;

/// The algorithm that an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// 1: SHA-256 and HMAC-SHA-256.
    Sha256,
    /// 2: kept for SM3 (GB/T 32905) and HMAC-SM3; this version of the specification does not compute it.
    Sm3,
    /// Any other byte.
    Unknown(UnknownAlgorithm),
}

/// A byte that names no algorithm of this version of the specification: none of 1 and 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownAlgorithm(u8);

/// What this code computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashing {
    /// H = SHA-256, M = HMAC-SHA-256 (RFC 2104).
    Sha256,
}

/// The entry names an algorithm that this code does not compute. That is no damage: nothing can be said of it here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unverifiable: algorithm {found} where {expected} is computed")]
pub struct Unverifiable {
    /// The algorithm's byte.
    pub found: u8,
    /// The byte of the one that is computed.
    pub expected: u8,
}

impl Algorithm {
    /// The algorithm of this byte; each byte names one.
    #[must_use]
    pub const fn of(code: u8) -> Self {
        match code {
            1 => Self::Sha256,
            2 => Self::Sm3,
            other => Self::Unknown(UnknownAlgorithm(other)),
        }
    }

    /// Its byte.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Sha256 => 1,
            Self::Sm3 => 2,
            Self::Unknown(UnknownAlgorithm(code)) => code,
        }
    }

    /// What computes it here.
    pub const fn hashing(self) -> Result<Hashing, Unverifiable> {
        match self {
            Self::Sha256 => Ok(Hashing::Sha256),
            Self::Sm3 | Self::Unknown(_) => {
                Err(Unverifiable { found: self.code(), expected: Self::Sha256.code() })
            }
        }
    }
}

impl Hashing {
    /// The algorithm that entries name for it.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::Sha256 => Algorithm::Sha256,
        }
    }

    /// H over the pieces, one after the other.
    pub(super) fn hash(self, pieces: &[&[u8]]) -> [u8; 32] {
        match self {
            Self::Sha256 => {
                let mut hasher = Sha256::new();
                pieces.iter().for_each(|piece| hasher.update(piece));
                hasher.finalize().into()
            }
        }
    }

    /// M under the salt over the pieces, one after the other.
    pub(super) fn mac(self, salt: &ContentSalt, pieces: &[&[u8]]) -> [u8; 32] {
        match self {
            Self::Sha256 => {
                let mut mac =
                    Hmac::<Sha256>::new_from_slice(salt.expose()).or_defect("HMAC takes keys of any length");
                pieces.iter().for_each(|piece| mac.update(piece));
                mac.finalize().into_bytes().into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_names_one_algorithm_and_one_is_computed() {
        for code in 0..=u8::MAX {
            assert_eq!(Algorithm::of(code).code(), code);
            let computed = Algorithm::of(code).hashing().map(Hashing::algorithm);
            let expected = if code == 1 {
                Ok(Algorithm::Sha256)
            } else {
                Err(Unverifiable { found: code, expected: 1 })
            };
            assert_eq!(computed, expected);
        }
        assert_eq!(Algorithm::of(2), Algorithm::Sm3);
    }

    #[test]
    fn hmac_as_rfc_4231_has_it() {
        // Keys shorter than 64 bytes are filled with zeros (RFC 2104 §2), which is how cases 1 to 3 fit here.
        let key = |bytes: &[u8]| ContentSalt::filled(|salt| salt[..bytes.len()].copy_from_slice(bytes));
        let mac = |salt: &ContentSalt, text: &[u8]| tlog::bytes::to_hex(&Hashing::Sha256.mac(salt, &[text]));
        let case_1 = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(mac(&key(&[0x0b; 20]), b"Hi There"), case_1);
        let case_2 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(mac(&key(b"Jefe"), b"what do ya want for nothing?"), case_2);
        let case_3 = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe";
        assert_eq!(mac(&key(&[0xaa; 20]), &[0xdd; 50]), case_3);
        let pieces = Hashing::Sha256.mac(&key(b"Jefe"), &[b"what do ya want ", b"", b"for nothing?"]);
        assert_eq!(tlog::bytes::to_hex(&pieces), case_2);
    }
}
