//! Cosignatures (C2SP tlog-cosignature v1, Ed25519): "at this time, this is the largest tree consistent with
//! all I have seen of this log".
//!
//! A cosignature is a line of the checkpoint's note, of signature type 0x04, whose payload is a time and a
//! signature over that time and the checkpoint's text.

use crate::bytes::{from_base64, from_hex, to_base64, to_hex};
use crate::key::{KeyError as PublicKeyError, PublicKey, SecretKey};
use crate::note::{KeyError, KeyId, KeyName, NoteSignature, NoteSigner, SignedNote};
use core::fmt;
use sha2::{Digest as _, Sha256};

/// The signature type of timestamped Ed25519 cosignatures.
const COSIGNATURE: u8 = 4;
/// The latest time that a cosignature may name.
const LATEST: u64 = i64::MAX.unsigned_abs();

/// A cosigner's public key under its name, as `<name>+<id>+<base64 of 04 ‖ key>`.
#[derive(Clone, PartialEq, Eq)]
pub struct CosignerKey {
    name: KeyName,
    id: KeyId,
    key: PublicKey,
}

/// A cosigner. One key cosigns for one name only: the signed bytes do not hold the name.
pub struct Cosigner {
    key: CosignerKey,
    secret: SecretKey,
}

/// A cosignature that is not its key's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cosignature of {name} {id} is wrong")]
pub struct BadCosignature {
    /// The key's name.
    pub name: KeyName,
    /// The key's id.
    pub id: KeyId,
}

impl CosignerKey {
    /// A key under a name.
    pub fn new(name: KeyName, key: &[u8; 32]) -> Result<Self, KeyError> {
        let key = PublicKey::parse(*key).map_err(|error| match error {
            PublicKeyError::Weak => KeyError::Weak,
            PublicKeyError::NotCanonical => KeyError::NotCanonical,
            _ => KeyError::Point,
        })?;
        Ok(Self { id: id_of(&name, &key), name, key })
    }

    /// Reads a cosigner's vkey.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        const FORM: KeyError = KeyError::Form { expected: "<name>+<id>+<base64>" };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(base64)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(FORM);
        };
        let name = KeyName::parse(name)?;
        let id = from_hex(id).map_err(|error| KeyError::Text { part: "id", error })?;
        let bytes = from_base64(base64).map_err(|error| KeyError::Text { part: "bytes", error })?;
        let key = match bytes.split_first() {
            Some((&COSIGNATURE, key)) => key,
            first => {
                let found = first.map(|(found, _)| *found);
                return Err(KeyError::Algorithm { found, expected: COSIGNATURE });
            }
        };
        let length = KeyError::Length { found: key.len(), expected: 32 };
        let key = Self::new(name, key.try_into().map_err(|_| length)?)?;
        if *key.id.as_bytes() == id {
            Ok(key)
        } else {
            Err(KeyError::Id { found: KeyId::from_bytes(id), expected: key.id })
        }
    }

    /// The cosigner's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The 32 bytes of the public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The key's id, as its lines name it.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// This cosigner's line among those that a witness answered about a checkpoint's text, and its time in
    /// seconds since 1970; the latest where there are several. Lines of others, though they bear its name, are
    /// not taken; a line of its that is wrong rejects the answer.
    pub fn line_of(
        &self,
        text: &str,
        lines: Vec<NoteSignature>,
    ) -> Result<Option<(NoteSignature, u64)>, BadCosignature> {
        let mut latest: Option<(NoteSignature, u64)> = None;
        for line in lines.into_iter().filter(|line| self.names(line)) {
            let at = self.time(text, &line)?;
            if latest.as_ref().is_none_or(|(_, before)| *before < at) {
                latest = Some((line, at));
            }
        }
        Ok(latest)
    }

    /// When this cosigner signed the note, in seconds since 1970; `None` where it has no line in it. A line
    /// of its that is wrong rejects the note.
    pub fn time_of(&self, note: &SignedNote) -> Result<Option<u64>, BadCosignature> {
        let mut latest = None;
        for line in note.signatures().iter().filter(|line| self.names(line)) {
            latest = latest.max(Some(self.time(note.text(), line)?));
        }
        Ok(latest)
    }

    fn names(&self, line: &NoteSignature) -> bool {
        *line.name() == self.name && line.id() == self.id
    }

    fn time(&self, text: &str, line: &NoteSignature) -> Result<u64, BadCosignature> {
        let at = self.verify(text, line.payload());
        at.ok_or_else(|| BadCosignature { name: self.name.clone(), id: self.id })
    }

    fn verify(&self, text: &str, payload: &[u8]) -> Option<u64> {
        let (at, signature) = payload.split_first_chunk::<8>()?;
        let at = u64::from_be_bytes(*at);
        let holds = self.key.verify(message(text, at).as_bytes(), signature.try_into().ok()?).is_ok();
        (holds && at > 0 && at <= LATEST).then_some(at)
    }
}

impl Cosigner {
    /// The cosigner of a 32-byte seed.
    #[must_use]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        Self::of(&NoteSigner::from_seed(name, seed))
    }

    /// The cosigner whose key is kept like a log's: the same secret under another signature type.
    #[must_use]
    pub fn of(signer: &NoteSigner) -> Self {
        let (name, secret) = (signer.name().clone(), signer.secret_key());
        let key = secret.public();
        Self { key: CosignerKey { id: id_of(&name, &key), name, key }, secret }
    }

    /// The public half.
    #[must_use]
    pub const fn key(&self) -> &CosignerKey {
        &self.key
    }

    /// The line for a checkpoint's text at a time, in seconds since 1970. Whether the checkpoint may be
    /// cosigned is [`crate::witness`]'s business.
    pub fn cosign(&self, text: &str, at: u64) -> NoteSignature {
        let signature = self.secret.sign(message(text, at).as_bytes());
        let payload = [at.to_be_bytes().as_slice(), &signature].concat();
        NoteSignature::new(self.key.name.clone(), self.key.id, payload)
    }
}

/// What is signed.
fn message(text: &str, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}

fn id_of(name: &KeyName, key: &PublicKey) -> KeyId {
    let mut hasher = Sha256::new();
    hasher.update(name.as_str());
    hasher.update([b'\n', COSIGNATURE]);
    hasher.update(key.as_bytes());
    let [a, b, c, d, ..]: [u8; 32] = hasher.finalize().into();
    KeyId::from_bytes([a, b, c, d])
}

/// The vkey.
impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [[COSIGNATURE].as_slice(), self.key.as_bytes()].concat();
        write!(f, "{}+{}+{}", self.name, to_hex(self.id.as_bytes()), to_base64(&bytes))
    }
}

impl fmt::Debug for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosignerKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosigner() -> Cosigner {
        Cosigner::from_seed(KeyName::parse("witness.example/w").unwrap(), &[5; 32])
    }

    fn note() -> SignedNote {
        let log = NoteSigner::from_seed(KeyName::parse("log.example").unwrap(), &[7; 32]);
        SignedNote::sign("log.example\n1\nAAAA\n".to_owned(), &[&log]).unwrap()
    }

    #[test]
    fn a_cosignature_holds_for_its_text_key_and_time_alone() {
        let (cosigner, note) = (cosigner(), note());
        assert_eq!(cosigner.key().time_of(&note), Ok(None));
        let line = cosigner.cosign(note.text(), 1_790_000_000);
        let cosigned = note.with(vec![line.clone()]).unwrap();
        assert_eq!(cosigner.key().time_of(&cosigned), Ok(Some(1_790_000_000)));
        assert_eq!(SignedNote::parse(cosigned.to_string().as_bytes()).as_ref(), Ok(&cosigned));
        assert_eq!(NoteSignature::parse_lines(format!("{line}\n").as_bytes()), Ok(vec![line.clone()]));
        // A later one takes the place of the earlier.
        let again = cosigned.with(vec![cosigner.cosign(note.text(), 1_790_000_001)]).unwrap();
        assert_eq!((again.signatures().len(), cosigner.key().time_of(&again)), (2, Ok(Some(1_790_000_001))));
        let other = NoteSigner::from_seed(KeyName::parse("log.example").unwrap(), &[7; 32]);
        let other = SignedNote::sign("log.example\n2\nAAAA\n".to_owned(), &[&other]).unwrap();
        assert!(cosigner.key().time_of(&other.with(vec![line]).unwrap()).is_err(), "another text");
        let of_another = Cosigner::from_seed(cosigner.key().name().clone(), &[6; 32]).cosign(note.text(), 3);
        let (first, second) = (cosigner.cosign(note.text(), 1), cosigner.cosign(note.text(), 2));
        let found = |lines| cosigner.key().line_of(note.text(), lines);
        assert_eq!(found(vec![second.clone(), first, of_another.clone()]), Ok(Some((second, 2))));
        assert_eq!(found(vec![of_another]), Ok(None));
        assert!(found(vec![cosigner.cosign("another\n", 2)]).is_err());
        let zero = note.with(vec![cosigner.cosign(note.text(), 0)]).unwrap();
        assert!(cosigner.key().time_of(&zero).is_err(), "no time");
    }

    #[test]
    fn vkeys_are_read_as_they_are_written_and_are_not_those_of_logs() {
        let key = cosigner().key().clone();
        assert_eq!(CosignerKey::parse(&key.to_string()), Ok(key.clone()));
        let log = NoteSigner::from_seed(key.name().clone(), &[5; 32]).verifier_key().to_string();
        assert!(matches!(CosignerKey::parse(&log), Err(KeyError::Algorithm { found: Some(1), expected: 4 })));
        assert!(crate::note::VerifierKey::parse(&key.to_string()).is_err());
        let wrong = key.to_string().replacen(&to_hex(key.id.as_bytes()), "00000000", 1);
        assert!(matches!(CosignerKey::parse(&wrong), Err(KeyError::Id { .. })));
        assert!(CosignerKey::parse("a+b").is_err());
    }
}
