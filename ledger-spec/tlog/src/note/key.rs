//! The keys of notes: names, ids, verifier keys and signers, with the text forms that Go's `note`
//! package and C2SP use. Ed25519 only (signature type 0x01).

use crate::bytes::{TextError, from_base64, from_hex, to_base64, to_hex};
use crate::key::{PublicKey, SecretKey};
use core::fmt;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The signature type of Ed25519.
const ED25519: u8 = 1;
const SECRET_START: &str = "PRIVATE+KEY+";

/// The name of a key: not empty, no white space of Unicode, no control character, no `+`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(Arc<str>);

/// The first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key). A hint, not a proof.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

/// A public key with its name, as `<name>+<id>+<base64>` ("vkey").
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    key: VerifyingKey,
}

/// A secret key with its name. The secret is wiped when it is dropped, and `Debug` does not show it.
pub struct NoteSigner {
    name: KeyName,
    id: KeyId,
    key: SigningKey,
}

/// Why a text is not a key or a name. Never carries anything of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The name is empty.
    #[error("key name is empty")]
    EmptyName,
    /// The name is longer than what it names may be.
    #[error("name of {found} bytes where at most {expected} are possible")]
    LongName {
        /// Length in bytes.
        found: usize,
        /// The most possible.
        expected: usize,
    },
    /// A character that no name has.
    #[error("key name has {found:?} at byte {position} where no space, control character or `+` may stand")]
    NameCharacter {
        /// The character.
        found: char,
        /// Its offset in bytes.
        position: usize,
    },
    /// Not the parts that the key's text has.
    #[error("key is not {expected}")]
    Form {
        /// The form expected.
        expected: &'static str,
    },
    /// A part is not hex or base64.
    #[error("key {part} is {error}")]
    Text {
        /// `id` or `bytes`.
        part: &'static str,
        /// What is wrong with it.
        error: TextError,
    },
    /// A signature type other than Ed25519, or none.
    #[error("key of signature type {found:?} where {expected} is known")]
    Algorithm {
        /// The type byte, where there is one.
        found: Option<u8>,
        /// 1, Ed25519.
        expected: u8,
    },
    /// The right type with another number of bytes.
    #[error("key of {found} bytes where {expected} are expected")]
    Length {
        /// How many.
        found: usize,
        /// 32.
        expected: usize,
    },
    /// The id belongs to another name or key.
    #[error("key id {found} where {expected} is expected")]
    Id {
        /// The id found.
        found: KeyId,
        /// The id that name and key give.
        expected: KeyId,
    },
    /// The bytes are no point of the curve.
    #[error("key is no point of the curve")]
    Point,
    /// A point of small order: anybody can sign for it.
    #[error("key is weak: a point of small order")]
    Weak,
    /// A second encoding of a point.
    #[error("key is not canonically encoded")]
    NotCanonical,
}

impl KeyName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.is_empty() {
            return Err(KeyError::EmptyName);
        }
        match text.char_indices().find(|&(_, c)| c.is_whitespace() || c < ' ' || c == '+') {
            Some((position, found)) => Err(KeyError::NameCharacter { found, position }),
            None => Ok(Self(text.into())),
        }
    }

    /// The name's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl KeyId {
    /// The id that a key has under a name.
    fn of(name: &KeyName, key: &VerifyingKey) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(name.as_str());
        hasher.update([b'\n', ED25519]);
        hasher.update(key.as_bytes());
        let [a, b, c, d, ..]: [u8; 32] = hasher.finalize().into();
        Self([a, b, c, d])
    }

    pub(crate) const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The four bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

impl VerifierKey {
    /// A key under a name, as strict as [`PublicKey::parse`].
    pub fn new(name: KeyName, key: &[u8; 32]) -> Result<Self, KeyError> {
        PublicKey::parse(*key).map_err(|error| match error {
            crate::key::KeyError::Weak => KeyError::Weak,
            crate::key::KeyError::NotCanonical => KeyError::NotCanonical,
            _ => KeyError::Point,
        })?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| KeyError::Point)?;
        Ok(Self { id: KeyId::of(&name, &key), name, key })
    }

    /// Reads a vkey: `<name>+<id>+<base64 of type and key>`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, id, key) = parts(text, "<name>+<id>+<base64>")?;
        let key = Self::new(name, &key)?;
        same_id(id, key.id)?;
        Ok(key)
    }

    /// The key's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The 32 bytes of the public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// `verify_strict`, so that every implementation accepts what we accept.
    pub(super) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }
}

impl NoteSigner {
    /// The signer of a 32-byte seed (RFC 8032 private key).
    #[must_use]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        Self { id: KeyId::of(&name, &key.verifying_key()), name, key }
    }

    /// Reads the secret form of Go's `note`: `PRIVATE+KEY+<name>+<id>+<base64 of type and seed>`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        const FORM: &str = "PRIVATE+KEY+<name>+<id>+<base64>";
        let rest = text.strip_prefix(SECRET_START).ok_or(KeyError::Form { expected: FORM })?;
        let (name, id, seed) = parts(rest, FORM)?;
        let signer = Self::from_seed(name, &seed);
        same_id(id, signer.id)?;
        Ok(signer)
    }

    /// The secret form that [`NoteSigner::parse`] reads: for the key file, and for nothing else.
    #[must_use]
    pub fn secret_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([ED25519; 33]);
        bytes[1..].copy_from_slice(self.key.as_bytes());
        let base64 = Zeroizing::new(to_base64(bytes.as_slice()));
        Zeroizing::new(format!("{SECRET_START}{}+{}+{}", self.name, self.id, base64.as_str()))
    }

    /// The same key for signing bare bytes.
    #[must_use]
    pub fn secret_key(&self) -> SecretKey {
        SecretKey::from_seed(self.key.as_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), id: self.id, key: self.key.verifying_key() }
    }

    /// The key's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    pub(super) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyName({self})")
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The vkey.
impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [[ED25519].as_slice(), self.key.as_bytes()].concat();
        write!(f, "{}+{}+{}", self.name, self.id, to_base64(&bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({}+{}+..)", self.name, self.id)
    }
}

/// Name, id and 32 bytes out of `<name>+<id>+<base64>`. Base64 may hold a `+`, a name may not.
fn parts(text: &str, expected: &'static str) -> Result<(KeyName, KeyId, Zeroizing<[u8; 32]>), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(base64)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form { expected });
    };
    let name = KeyName::parse(name)?;
    let id = from_hex(id).map_err(|error| KeyError::Text { part: "id", error })?;
    let bytes = Zeroizing::new(from_base64(base64).map_err(|error| KeyError::Text { part: "bytes", error })?);
    match bytes.split_first() {
        Some((&ED25519, key)) => {
            let length = KeyError::Length { found: key.len(), expected: 32 };
            Ok((name, KeyId(id), Zeroizing::new(key.try_into().map_err(|_| length)?)))
        }
        first => Err(KeyError::Algorithm { found: first.map(|(&found, _)| found), expected: ED25519 }),
    }
}

fn same_id(found: KeyId, expected: KeyId) -> Result<(), KeyError> {
    if found == expected { Ok(()) } else { Err(KeyError::Id { found, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn a_second_encoding_of_a_point_is_refused() {
        let name = KeyName::parse("example.com/log").unwrap();
        let mut unreduced = [0xff; 32];
        unreduced[31] = 0x7f;
        let refused: Vec<_> = (0xed..=0xff_u8)
            .map(|low| {
                unreduced[0] = low;
                VerifierKey::new(name.clone(), &unreduced).unwrap_err()
            })
            .collect();
        assert!(refused.contains(&KeyError::NotCanonical), "{refused:?}");
    }

    #[test]
    fn a_vkey_gives_its_text_back() {
        assert_eq!(VerifierKey::parse(VKEY).unwrap().to_string(), VKEY);
    }

    #[test]
    fn a_secret_gives_its_text_back_and_does_not_show() {
        let signer = NoteSigner::from_seed(KeyName::parse("a").unwrap(), &[7; 32]);
        let secret = signer.secret_text();
        assert!(secret.starts_with("PRIVATE+KEY+a+"));
        let again = NoteSigner::parse(&secret).unwrap();
        assert_eq!(again.verifier_key(), signer.verifier_key());
        assert_eq!(*again.secret_text(), *secret);
        assert_eq!(format!("{signer:?}"), format!("NoteSigner(a+{}+..)", signer.id()));
    }

    #[test]
    fn names() {
        let at = |found, position| Err(KeyError::NameCharacter { found, position });
        assert_eq!(KeyName::parse(""), Err(KeyError::EmptyName));
        assert_eq!(KeyName::parse("a b"), at(' ', 1));
        assert_eq!(KeyName::parse("a\u{3000}b"), at('\u{3000}', 1));
        assert_eq!(KeyName::parse("a+b"), at('+', 1));
        assert_eq!(KeyName::parse("a\u{1}"), at('\u{1}', 1));
        assert_eq!(KeyName::parse("信用.example/ledger").unwrap().as_str(), "信用.example/ledger");
    }

    #[test]
    fn refusals() {
        let refused = |text: &str| VerifierKey::parse(text).unwrap_err();
        let with = |bytes: &[u8]| refused(&format!("a+00000000+{}", to_base64(bytes)));
        assert_eq!(refused("a+00000000"), KeyError::Form { expected: "<name>+<id>+<base64>" });
        assert_eq!(refused("+00000000+AQ=="), KeyError::EmptyName);
        let (found, expected) = (KeyId([0x53, 0x0d, 0x90, 0x3b]), KeyId([0x53, 0x0d, 0x90, 0x3a]));
        assert_eq!(refused(&VKEY.replace("903a", "903b")), KeyError::Id { found, expected });
        let hex = TextError::NotCanonical { expected: "hex" };
        assert_eq!(refused(&VKEY.replace("903a", "903A")), KeyError::Text { part: "id", error: hex });
        let base64 = TextError::NotCanonical { expected: "base64" };
        assert_eq!(refused(&format!("{VKEY}=")), KeyError::Text { part: "bytes", error: base64 });
        assert_eq!(with(b""), KeyError::Algorithm { found: None, expected: 1 });
        assert_eq!(with(&[4; 33]), KeyError::Algorithm { found: Some(4), expected: 1 });
        assert_eq!(with(&[1; 32]), KeyError::Length { found: 31, expected: 32 });
        // y = 1 is the neutral element; y = 2 is on no point.
        let mut key = [0; 33];
        (key[0], key[1]) = (1, 1);
        assert_eq!(with(&key), KeyError::Weak);
        key[1] = 2;
        assert_eq!(with(&key), KeyError::Point);
        let secret = NoteSigner::parse(VKEY).unwrap_err();
        assert_eq!(secret, KeyError::Form { expected: "PRIVATE+KEY+<name>+<id>+<base64>" });
        let signer = NoteSigner::from_seed(KeyName::parse("a").unwrap(), &[7; 32]);
        let renamed = signer.secret_text().replace("KEY+a+", "KEY+b+");
        assert!(matches!(NoteSigner::parse(&renamed), Err(KeyError::Id { .. })));
    }
}
