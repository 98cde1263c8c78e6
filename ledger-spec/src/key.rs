//! Ed25519 keys and signatures over events.
//!
//! A [`PublicKey`] is one that any strict verifier accepts: a canonical encoding of a point that is
//! not of small order. Signatures are checked with `verify_strict` (RFC 8032 with the canonical-S and
//! small-order checks), so that no two implementations disagree about an accepted one.

use crate::bytes::{from_hex, to_base64url, to_hex};
use core::fmt;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// A public key that passed [`PublicKey::parse`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A secret key; its bytes are wiped when dropped and never printed.
pub struct SecretKey(SigningKey);

/// Why 32 bytes are not a key that this ledger accepts, or a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not the encoding of a point of the curve.
    #[error("the key is not a point of edwards25519")]
    NotAPoint,
    /// A second encoding of a point (y not reduced).
    #[error("the key is not canonically encoded")]
    NotCanonical,
    /// A point of small order, for which signatures over anything can be made.
    #[error("the key is of small order")]
    Weak,
    /// The signature does not verify strictly under the key.
    #[error("the signature does not verify strictly under the key")]
    BadSignature,
}

impl PublicKey {
    /// Takes 32 bytes as a key if every strict verifier would.
    pub fn parse(bytes: [u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::NotAPoint)?;
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        // y is encoded in 255 bits; p = 2^255 − 19 and above are second encodings. (The other second
        // encoding, x = 0 with the sign bit, only points of small order have.)
        let low = bytes[0] >= 0xed;
        if low && bytes[1..31].iter().all(|byte| *byte == 0xff) && bytes[31] & 0x7f == 0x7f {
            return Err(KeyError::NotCanonical);
        }
        Ok(Self(key))
    }

    /// The key whose id (lower-case hex of its 32 bytes) is `text`.
    pub fn bytes_from_id(text: &str) -> Result<[u8; 32], crate::bytes::TextError> {
        from_hex::<32>(text)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The key's id in envelopes: lower-case hex of its bytes.
    pub fn id(&self) -> String {
        to_hex(self.as_bytes())
    }

    /// The key as event bodies write it.
    pub fn to_base64url(&self) -> String {
        to_base64url(self.as_bytes())
    }

    /// Checks a signature over `message` strictly (RFC 8032 §5.1.7 with the stricter checks).
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), KeyError> {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| KeyError::BadSignature)
    }

    /// Checks many signatures at once: true only if every one holds but for a negligible chance.
    /// On `false` the culprit is found by [`PublicKey::verify`], one by one.
    pub fn verify_batch(messages: &[&[u8]], signatures: &[[u8; 64]], keys: &[Self]) -> bool {
        let signatures: Vec<_> = signatures.iter().map(Signature::from_bytes).collect();
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        ed25519_dalek::verify_batch(messages, &signatures, &keys).is_ok()
    }
}

impl SecretKey {
    /// A key from its 32-byte seed (RFC 8032 §5.1.5). Where the seed comes from is the caller's
    /// business: this crate has no randomness.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed, wiped when dropped.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs `message`; the same message always gives the same 64 bytes.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public().id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_strict_verifiers_refuse_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::parse(identity), Err(KeyError::Weak));
        // y = p + 3 decodes to y = 3 where 3 is on the curve: a second encoding of the same point.
        let mut unreduced = [0xff; 32];
        unreduced[31] = 0x7f;
        let refused: Vec<_> = (0xed..=0xff_u8)
            .map(|low| {
                unreduced[0] = low;
                PublicKey::parse(unreduced)
            })
            .collect();
        assert!(refused.iter().all(Result::is_err), "{refused:?}");
        assert!(refused.contains(&Err(KeyError::NotCanonical)), "{refused:?}");
    }

    #[test]
    fn a_signature_with_an_unreduced_s_is_refused() {
        let secret = SecretKey::from_seed(&[7; 32]);
        let mut signature = secret.sign(b"m");
        assert_eq!(secret.public().verify(b"m", &signature), Ok(()));
        // S + L, the group order in little-endian.
        const L: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut carry = 0_u16;
        for (s, l) in signature[32..].iter_mut().zip(L) {
            let sum = u16::from(*s) + u16::from(l) + carry;
            *s = u8::try_from(sum & 0xff).unwrap();
            carry = sum >> 8;
        }
        assert_eq!(secret.public().verify(b"m", &signature), Err(KeyError::BadSignature));
    }
}
