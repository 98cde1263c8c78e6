//! The salt of an event that is sealed: so that nobody who knows a hash of it or a signature over it can try out what
//! it says.

use crate::id::gb11643::ResidentNumber;
use crate::id::{EventId, SubjectId};
use core::fmt;
use tlog::bytes::{TextError, from_base64_exact, from_base64url_exact, to_base64, to_base64url};
use tlog::defect::as_u64;
use zeroize::Zeroizing;

const CONTEXT: &str = "credit-ledger v1 event salt";
const FIELD_CONTEXT: &str = "credit-ledger v1 disclosure salt";
const ID_CONTEXT: &str = "credit-ledger v1 event id of personal fields";
const NUMBER_CONTEXT: &str = "credit-ledger v1 event id of a resident number";

/// Sixteen bytes that nobody else can guess.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; Salt::LEN]);

impl Salt {
    /// Length in bytes.
    pub const LEN: usize = 16;

    /// Bytes that the caller drew at random.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// Reads its base64url.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        from_base64url_exact(text).map(Self)
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_base64url(&self.0))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// What stands before a salt key in its file.
const PREFIX: &str = "SALT+KEY+";

/// A text is no salt key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no salt key: one line, SALT+KEY+ and 32 bytes in base64, is expected")]
pub struct NoSaltKey;

/// Makes the salts of an issuer's events, so that an event that is made again from the same row is the same event: what is
/// drawn anew would be another under an id that is taken (L08). It follows from a secret of the issuer's own, and not from a
/// key that signs: those are replaced, and the same rows would then be other events.
pub struct SaltKey {
    events: Zeroizing<[u8; 32]>,
    fields: Zeroizing<[u8; 32]>,
    ids: Zeroizing<[u8; 32]>,
    numbers: Zeroizing<[u8; 32]>,
}

impl SaltKey {
    /// The salts of whoever has this secret.
    #[must_use]
    pub fn of(secret: &[u8; 32]) -> Self {
        let derived = |context| Zeroizing::new(blake3::derive_key(context, secret));
        Self {
            events: derived(CONTEXT),
            fields: derived(FIELD_CONTEXT),
            ids: derived(ID_CONTEXT),
            numbers: derived(NUMBER_CONTEXT),
        }
    }

    /// Reads the line of a key's file.
    pub fn parse(text: &str) -> Result<Self, NoSaltKey> {
        let secret = text.strip_prefix(PREFIX).and_then(|text| from_base64_exact::<32>(text).ok());
        Ok(Self::of(&Zeroizing::new(secret.ok_or(NoSaltKey)?)))
    }

    /// The line of the file that keeps this secret.
    #[must_use]
    pub fn secret_text(secret: &[u8; 32]) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", to_base64(secret)))
    }

    /// The salt of the event of this id about this subject; where that has a pseudonym, which changes when the ledger's
    /// identity key does, about [`Self::standing_for`] the number.
    #[must_use]
    pub fn salt(&self, id: &EventId, subject: &SubjectId) -> Salt {
        let mut hasher = blake3::Hasher::new_keyed(&self.events);
        hasher.update(id.as_bytes()).update(subject.to_string().as_bytes());
        Self::drawn(&hasher)
    }

    /// The salt of a field of this name that travels beside that event.
    #[must_use]
    pub fn field_salt(&self, id: &EventId, subject: &SubjectId, name: &str) -> Salt {
        let mut hasher = blake3::Hasher::new_keyed(&self.fields);
        // No subject's text holds a zero byte.
        hasher
            .update(id.as_bytes())
            .update(subject.to_string().as_bytes())
            .update(&[0])
            .update(name.as_bytes());
        Self::drawn(&hasher)
    }

    /// What stands in the id of an event, in the place of texts of which some are personal: an event's id is kept for ever,
    /// and nobody but its issuer may find out by it what they were.
    #[must_use]
    pub fn hidden<'a>(&self, texts: impl Iterator<Item = &'a str>) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.ids);
        for text in texts {
            hasher.update(&as_u64(text.len()).to_le_bytes()).update(text.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// What stands in ids and salts for a resident number, in the place of its pseudonym: in every epoch the same, so that a
    /// row which was filed under an older pseudonym is the same event again. Nobody but the issuer can try numbers against it.
    #[must_use]
    pub fn standing_for(&self, number: &ResidentNumber) -> String {
        blake3::Hash::from(number.keyed_hash(&self.numbers)).to_hex().to_string()
    }

    fn drawn(hasher: &blake3::Hasher) -> Salt {
        let mut salt = [0; Salt::LEN];
        hasher.finalize_xof().fill(&mut salt);
        Salt(salt)
    }
}

impl fmt::Debug for SaltKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SaltKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_is_the_same_for_one_event_of_one_key_and_for_nothing_else() {
        let salts = SaltKey::of(&[7; 32]);
        let (id, other) = (EventId::from_parts(1, [1; 10]), EventId::from_parts(1, [2; 10]));
        let subject = |text| SubjectId::parse(text).unwrap();
        let salt = salts.salt(&id, &subject("place:430381"));
        let read = SaltKey::parse(&SaltKey::secret_text(&[7; 32])).unwrap();
        assert_eq!(salt, read.salt(&id, &subject("place:430381")));
        assert_eq!(Salt::parse(&salt.to_string()), Ok(salt));
        assert_ne!(salt, salts.salt(&other, &subject("place:430381")));
        assert_ne!(salt, salts.salt(&id, &subject("place:430382")));
        let stranger = SaltKey::of(&[8; 32]);
        assert_ne!(salt, stranger.salt(&id, &subject("place:430381")));
        assert_eq!(format!("{salt:?} {stranger:?}"), "Salt(…) SaltKey(…)");
        for text in ["", "AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB"] {
            assert!(Salt::parse(text).is_err(), "{text}");
        }
        for text in ["", "SALT+KEY+", "SALT+KEY+AAAA", &SaltKey::secret_text(&[7; 32])[1..]] {
            assert!(SaltKey::parse(text).is_err(), "{text}");
        }
    }
}
