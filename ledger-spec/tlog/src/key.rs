//! Ed25519 keys and signatures over bare bytes.
//!
//! A [`PublicKey`] is one that any strict verifier accepts: a canonical encoding of a point that is
//! not of small order. Signatures are checked with `verify_strict` (RFC 8032 with the canonical-S and
//! small-order checks), so that no two implementations disagree about an accepted one.
//!
//! Of the three ways to check, [`PublicKey::verify`] is the reference, [`PublicKey::verify_each`] has its
//! verdicts at less cost, and [`PublicKey::verify_batch`] says of many at once what differs at one edge.

use crate::bytes::{from_hex, to_base64url, to_hex};
use crate::defect::defect;
use core::fmt;
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha512};

/// How many signatures [`PublicKey::verify_each`] encodes together: one inversion in the field for all of
/// them. More gain next to nothing.
const TOGETHER: usize = 64;

/// A signature to check: the key, the message, R ‖ S.
pub type Check<'a> = (&'a PublicKey, &'a [u8], &'a [u8; 64]);

/// A public key that passed [`PublicKey::parse`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A secret key; its bytes are wiped when dropped and never printed.
pub struct SecretKey(SigningKey);

/// Why 32 bytes are not a key that is accepted here, or a signature does not hold.
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
    /// A point of the group of prime order and a point of small order, added: strict verifiers accept it,
    /// but batches of signatures under it are not decided by the signatures alone.
    #[error("the key has a part of small order")]
    Torsion,
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
        // The other second encoding, x = 0 with the sign bit, only points of small order have.
        if !is_reduced(&bytes) {
            return Err(KeyError::NotCanonical);
        }
        Ok(Self(key))
    }

    /// Takes 32 bytes as a key that may be enrolled: what [`PublicKey::parse`] takes, and free of torsion,
    /// as is every key that RFC 8032 §5.1.5 makes. [`PublicKey::verify_batch`] rests on it. Costs about as
    /// much as verifying two signatures, so it is asked where a key is enrolled and not where one is used.
    ///
    /// # Errors
    ///
    /// Those of [`PublicKey::parse`], and [`KeyError::Torsion`].
    pub fn parse_to_enrol(bytes: [u8; 32]) -> Result<Self, KeyError> {
        let key = Self::parse(bytes)?;
        if key.0.to_edwards().is_torsion_free() { Ok(key) } else { Err(KeyError::Torsion) }
    }

    /// The key whose id (lower-case hex of its 32 bytes) is `text`.
    pub fn bytes_from_id(text: &str) -> Result<[u8; 32], crate::bytes::TextError> {
        from_hex::<32>(text)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The key's id: lower-case hex of its bytes.
    #[must_use]
    pub fn id(&self) -> String {
        to_hex(self.as_bytes())
    }

    /// The key in URL-safe base64 without padding.
    #[must_use]
    pub fn to_base64url(&self) -> String {
        to_base64url(self.as_bytes())
    }

    /// Checks a signature over `message` strictly (RFC 8032 §5.1.7 with the stricter checks).
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), KeyError> {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| KeyError::BadSignature)
    }

    /// Checks many signatures and says of each, in their order, exactly what [`PublicKey::verify`] says of
    /// it: whether it holds. Nothing is shared between two signatures but one inversion, so that there is
    /// no chance in it and no culprit to look for.
    ///
    /// R is recomputed, encoded and compared with the bytes of the signature's. An encoding that was made
    /// here is canonical and of a point, so the equality proves both of R, which is never decompressed.
    #[must_use]
    pub fn verify_each(checks: &[Check<'_>]) -> Vec<bool> {
        let mut verdicts = Vec::with_capacity(checks.len());
        for checks in checks.chunks(TOGETHER) {
            let points: Vec<_> =
                checks.iter().map(|(key, message, signature)| key.recompute(message, signature)).collect();
            // The neutral point stands in for those that are refused already.
            let encoded: Vec<_> = points.iter().map(|point| point.unwrap_or_default()).collect();
            let encoded = EdwardsPoint::compress_batch_alloc(&encoded);
            let compared = checks.iter().zip(&points).zip(&encoded);
            verdicts.extend(compared.map(|(((_, _, signature), point), encoded)| {
                point.is_some() && signature.starts_with(encoded.as_bytes())
            }));
        }
        verdicts
    }

    /// \[S\]B − \[k\]A with k = SHA-512(R ‖ A ‖ M) mod L, which is R where the signature holds; `None` where R or
    /// S by themselves are such that none can (RFC 8032 §5.1.7, and what strict verifiers refuse besides).
    fn recompute(&self, message: &[u8], signature: &[u8; 64]) -> Option<EdwardsPoint> {
        let (r, s) = halves(signature);
        if !is_strict_r(r) {
            return None;
        }
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(*s))?;
        let hash = Sha512::new().chain_update(r).chain_update(self.as_bytes()).chain_update(message);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        Some(EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, &-self.0.to_edwards(), &s))
    }

    /// Checks many signatures at once, for audits: about twice as fast as [`PublicKey::verify_each`]. On
    /// `false` that, or [`PublicKey::verify`], has to say which does not hold, if any.
    ///
    /// `true` means that every signature was made with its key's secret, but for a negligible chance; an R
    /// of small order or with a second encoding, which strict verifiers refuse, is `false` here too. The
    /// equation of a batch is not the strict one, though: it adds the signatures up, each multiplied by a
    /// number that follows from the bytes of all of them, and parts of small order can vanish in that sum.
    ///
    /// Under keys that are free of torsion ([`PublicKey::parse_to_enrol`]) what is left is this: whoever
    /// holds a secret can sign with an R that has a part of small order; strict verifiers refuse that
    /// always, a batch where the part does not vanish: 1 time in 2 for a part of order 2, 3 in 4 for order
    /// 4, 7 in 8 for order 8. What [`PublicKey::verify`] accepts is `true` here. Under other keys neither
    /// verdict follows from the other.
    #[must_use]
    pub fn verify_batch(messages: &[&[u8]], signatures: Vec<[u8; 64]>, keys: Vec<Self>) -> bool {
        if !signatures.iter().all(|signature| is_strict_r(halves(signature).0)) {
            return false;
        }
        let signatures: Vec<_> = signatures.iter().map(Signature::from_bytes).collect();
        let keys: Vec<_> = keys.into_iter().map(|key| key.0).collect();
        ed25519_dalek::verify_batch(messages, &signatures, &keys).is_ok()
    }
}

/// Whether y, encoded in 255 bits, is below p = 2^255 − 19: all others are second encodings.
fn is_reduced(point: &[u8; 32]) -> bool {
    point[0] < 0xed || point[1..31].iter().any(|byte| *byte != 0xff) || point[31] & 0x7f != 0x7f
}

/// The reduced y of the points whose order divides 8: 0, 1, −1, and those of the four points of order 8.
/// Each stands for both signs of x.
const SMALL_ORDER: [[u8; 32]; 5] = {
    let (mut one, mut minus_one) = ([0; 32], [0xff; 32]);
    one[0] = 1;
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    [
        [0; 32],
        one,
        minus_one,
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
            0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
            0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
        ],
    ]
};

/// R and S of a signature.
fn halves(signature: &[u8; 64]) -> (&[u8; 32], &[u8; 32]) {
    match signature.as_chunks::<32>() {
        ([r, s], []) => (r, s),
        _ => defect("64 bytes are twice 32"),
    }
}

/// Whether strict verifiers can accept a signature with this R, by its bytes: decoding every R would
/// cost a tenth of what a batch costs.
fn is_strict_r(r: &[u8; 32]) -> bool {
    let mut y = *r;
    y[31] &= 0x7f;
    is_reduced(r) && !SMALL_ORDER.contains(&y)
}

impl SecretKey {
    /// A key from its 32-byte seed (RFC 8032 §5.1.5). Where the seed comes from is the caller's
    /// business: this crate has no randomness.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The seed, for whoever keeps the key or derives others from it.
    #[must_use]
    pub fn expose_seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Signs `message`; the same message always gives the same 64 bytes.
    #[must_use]
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
    use std::collections::HashSet;

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

    /// A signature whose R is the identity: S = kA's secret half, as only the key's holder can make it.
    fn signature_with(r: [u8; 32], secret: &SecretKey, message: &[u8]) -> [u8; 64] {
        fn number<S: From<u64>>(_like: &S, n: u64) -> S {
            S::from(n)
        }
        let hash =
            Sha512::new().chain_update(r).chain_update(secret.public().as_bytes()).chain_update(message);
        let scalar = secret.0.to_scalar();
        let (mut k, radix) = (number(&scalar, 0), number(&scalar, 256));
        for byte in hash.finalize().iter().rev() {
            k = k * radix + number(&scalar, u64::from(*byte));
        }
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r);
        signature[32..].copy_from_slice((k * scalar).as_bytes());
        signature
    }

    #[test]
    fn the_table_of_small_order_is_right_and_whole() {
        let encodings = SMALL_ORDER.iter().flat_map(|y| {
            let mut negative = *y;
            negative[31] |= 0x80;
            [*y, negative]
        });
        let points: Vec<_> = encodings.map(|bytes| VerifyingKey::from_bytes(&bytes).unwrap()).collect();
        assert!(points.iter().all(VerifyingKey::is_weak));
        // There are 8 such points: with x = 0 the sign says nothing.
        let distinct: HashSet<_> = points.iter().map(|key| key.to_edwards().compress().to_bytes()).collect();
        assert_eq!(distinct.len(), 8);
    }

    #[test]
    fn a_batch_refuses_an_r_that_a_strict_single_check_refuses() {
        let secret = SecretKey::from_seed(&[7; 32]);
        let key = secret.public();
        let good = secret.sign(b"good");
        assert!(PublicKey::verify_batch(&[b"good", b"good"], vec![good, good], vec![key, key]));
        let mut identity = [0; 32];
        identity[0] = 1;
        // The second encoding of the identity: y = p + 1.
        let mut unreduced = [0xff; 32];
        (unreduced[0], unreduced[31]) = (0xee, 0x7f);
        for r in [identity, unreduced] {
            let forged = signature_with(r, &secret, b"m");
            assert_eq!(key.verify(b"m", &forged), Err(KeyError::BadSignature));
            assert!(!PublicKey::verify_batch(&[b"m"], vec![forged], vec![key]));
            assert!(!PublicKey::verify_batch(&[b"good", b"m"], vec![good, forged], vec![key, key]));
        }
    }
}
