//! The payload: content and disclosures, encrypted under a key that is used once.

use super::commitment::{Commitment, Place};
use super::content::{Content, ContentError};
use super::hash::piece;
use super::secret::{ContentSalt, FreshKey};
use super::slot::SlotSecret;
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};
use sha2::{Digest as _, Sha256};
use std::ops::Range;
use tlog::bytes::to_hex;
use tlog::defect::{OrDefect as _, as_usize};
use zeroize::{Zeroize as _, Zeroizing};

const LABEL: &[u8] = b"credit-ledger v2 payload\0";
/// What a payload is padded to, so that its length tells little.
const STEP: usize = 256;
/// Length of the authentication tag behind what is encrypted.
const TAG: usize = 16;
/// As many disclosures as an event's `private` names at most.
const MAX_DISCLOSURES: usize = 64;

/// What is encrypted of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    /// The content's bytes.
    pub content: Vec<u8>,
    /// Fields that travel beside the event, in the order of its `private`; erased ones are left out.
    pub disclosures: Vec<Vec<u8>>,
}

/// Why bytes are no payload, or a payload does not fit its entry or event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// A length that no payload has.
    #[error("payload of {found} bytes where a multiple of 256 and 16, at most {expected}, is expected")]
    Length {
        /// Length found.
        found: usize,
        /// [`Plain::MAX_LEN`] and the tag.
        expected: usize,
    },
    /// It does not decrypt: it was altered, or it is sealed for another entry, or under another key than the slot's.
    #[error("the payload does not decrypt under the slot's key for this entry")]
    Key,
    /// What was decrypted ends within a field, at this byte.
    #[error("payload of {found} bytes where a field ends at {expected}")]
    Short {
        /// Bytes that there are.
        found: usize,
        /// Where the field would end.
        expected: usize,
    },
    /// Padding that is not zeros, or more than to the next multiple of 256.
    #[error("payload padded with something else than the zeros to the next multiple of 256")]
    Padding,
    /// What does not fit into a payload.
    #[error("payload with {what} of {found} where at most {expected} fit")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Found.
        found: usize,
        /// The most.
        expected: usize,
    },
    /// A field that the event does not name, or not at this place.
    #[error("disclosure {position} has the digest {found}, which stands in `private` at no later place")]
    Disclosure {
        /// Its place among the disclosures.
        position: usize,
        /// Its SHA-256.
        found: String,
    },
    /// The content in it.
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl Plain {
    /// The longest plain payload, padded.
    pub const MAX_LEN: usize = 128 * 1024;

    /// u32 length ‖ content ‖ u8 n ‖ n × (u16 length ‖ disclosure), and zeros to a multiple of 256.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, PayloadError> {
        let most = |what, found, expected| match found {
            found if found > expected => Err(PayloadError::TooLong { what, found, expected }),
            _ => Ok(()),
        };
        most("content", self.content.len(), Content::MAX_LEN)?;
        most("a number of disclosures", self.disclosures.len(), MAX_DISCLOSURES)?;
        for disclosure in &self.disclosures {
            most("a disclosure", disclosure.len(), usize::from(u16::MAX))?;
        }
        let fields: usize = self.disclosures.iter().map(|disclosure| 2 + disclosure.len()).sum();
        let length = (4 + self.content.len() + 1 + fields).next_multiple_of(STEP);
        most("all together", length, Self::MAX_LEN)?;
        // Never more than was reserved: growing would leave what was written behind in freed memory.
        let mut plain = Zeroizing::new(Vec::with_capacity(length + TAG));
        let in_u32 = u32::try_from(self.content.len()).or_defect("content was measured");
        plain.extend(in_u32.to_le_bytes());
        plain.extend(&self.content);
        plain.push(u8::try_from(self.disclosures.len()).or_defect("disclosures were counted"));
        for disclosure in &self.disclosures {
            plain
                .extend(u16::try_from(disclosure.len()).or_defect("disclosures were measured").to_le_bytes());
            plain.extend(disclosure);
        }
        plain.resize(length, 0);
        Ok(plain)
    }

    /// Reads a plain payload back. Whatever decodes re-encodes to the same bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, PayloadError> {
        let Layout { content, disclosures } = Layout::of(bytes)?;
        let copied =
            |part| bytes.get::<Range<usize>>(part).or_defect("its parts lie within a payload").to_vec();
        Ok(Self { content: copied(content), disclosures: disclosures.into_iter().map(copied).collect() })
    }

    /// The same of bytes that become the content: what else stood in them is wiped.
    fn decode_in_place(bytes: &mut Zeroizing<Vec<u8>>) -> Result<Self, PayloadError> {
        let Layout { content, disclosures } = Layout::of(bytes)?;
        let copied =
            |part| bytes.get::<Range<usize>>(part).or_defect("its parts lie within a payload").to_vec();
        let disclosures = disclosures.into_iter().map(copied).collect();
        let mut kept = std::mem::take(&mut **bytes);
        kept.get_mut(content.end..).or_defect("the content lies within a payload").zeroize();
        kept.truncate(content.end);
        kept.drain(..content.start);
        Ok(Self { content: kept, disclosures })
    }

    /// Which of the event's private fields are here: for each digest its disclosure, or nothing where it was left
    /// out. That a field is missing is explained by an erasure, or by nothing.
    pub fn disclosed(&self, private: &[[u8; 32]]) -> Result<Vec<Option<&[u8]>>, PayloadError> {
        Self::disclosed_of(&self.disclosures, private)
    }

    /// The same without the fields at these places of the event's `private`; those that are gone already stay so.
    pub fn without(self, private: &[[u8; 32]], places: &[u8]) -> Result<Self, PayloadError> {
        let there = (0_u8..).zip(self.disclosed(private)?);
        let stays = there.filter(|(place, _)| !places.contains(place)).filter_map(|(_, one)| one);
        let disclosures = stays.map(<[u8]>::to_vec).collect();
        Ok(Self { disclosures, content: self.content })
    }

    /// The same of disclosures that were taken out of a payload.
    pub fn disclosed_of<'a>(
        disclosures: &'a [Vec<u8>],
        private: &[[u8; 32]],
    ) -> Result<Vec<Option<&'a [u8]>>, PayloadError> {
        let mut disclosed = vec![None; private.len()];
        let mut from = 0;
        for (position, disclosure) in disclosures.iter().enumerate() {
            let digest: [u8; 32] = Sha256::digest(disclosure).into();
            let Some(after) = private.iter().skip(from).position(|named| *named == digest) else {
                return Err(PayloadError::Disclosure { position, found: to_hex(&digest) });
            };
            if let Some(place) = disclosed.get_mut(from + after) {
                *place = Some(disclosure.as_slice());
            }
            from += after + 1;
        }
        Ok(disclosed)
    }

    /// Encrypts it for one entry. The key is taken: it never encrypts again, also not the same payload, for the nonce
    /// follows from the entry. What comes back with the payload is what its slot holds.
    ///
    /// One field is erased by sealing the rest anew under a fresh key, with the salt that it had.
    pub fn seal(
        &self,
        key: FreshKey,
        salt: ContentSalt,
        place: &Place<'_>,
        commitment: &Commitment,
    ) -> Result<(Vec<u8>, SlotSecret), PayloadError> {
        let mut bytes = self.encode()?;
        let cipher = ChaCha20Poly1305::new(key.expose().into());
        let tag = cipher
            .encrypt_inout_detached(
                &nonce(commitment),
                &place.associated(LABEL, commitment),
                bytes.as_mut_slice().into(),
            )
            .or_defect("a payload is far below the cipher's limit");
        let mut sealed = std::mem::take(&mut *bytes);
        sealed.extend(tag);
        Ok((sealed, SlotSecret::new(salt, key)))
    }

    /// Decrypts the payload of an entry, in its place, with what its slot holds.
    pub fn open(
        payload: Vec<u8>,
        secret: &SlotSecret,
        place: &Place<'_>,
        commitment: &Commitment,
    ) -> Result<Self, PayloadError> {
        let (found, expected) = (payload.len(), Self::MAX_LEN + TAG);
        let wrong = PayloadError::Length { found, expected };
        let Some((sealed, tag)) = payload.split_last_chunk::<TAG>() else { return Err(wrong) };
        if found > expected || !sealed.len().is_multiple_of(STEP) {
            return Err(wrong);
        }
        let (length, tag) = (sealed.len(), Tag::from(*tag));
        let mut plain = Zeroizing::new(payload);
        plain.truncate(length);
        let aad = place.associated(LABEL, commitment);
        ChaCha20Poly1305::new(secret.key().into())
            .decrypt_inout_detached(&nonce(commitment), &aad, plain.as_mut_slice().into(), &tag)
            .map_err(|_| PayloadError::Key)?;
        Self::decode_in_place(&mut plain)
    }
}

/// Where in a plain payload its parts stand.
struct Layout {
    content: Range<usize>,
    disclosures: Vec<Range<usize>>,
}

impl Layout {
    fn of(bytes: &[u8]) -> Result<Self, PayloadError> {
        let most = Plain::MAX_LEN;
        if bytes.len() > most || !bytes.len().is_multiple_of(STEP) {
            return Err(PayloadError::Length { found: bytes.len() + TAG, expected: most + TAG });
        }
        let mut at = 0;
        let mut take = |length: usize| {
            let (start, expected) = (at, at + length);
            let field =
                bytes.get(start..expected).ok_or(PayloadError::Short { found: bytes.len(), expected })?;
            at = expected;
            Ok::<_, PayloadError>((field, start..expected))
        };
        let length = u32::from_le_bytes(piece(take(4)?.0));
        let found = as_usize(length.into());
        if found > Content::MAX_LEN {
            return Err(PayloadError::TooLong { what: "content", found, expected: Content::MAX_LEN });
        }
        let (_, content) = take(found)?;
        let count = usize::from(take(1)?.0[0]);
        if count > MAX_DISCLOSURES {
            let (what, expected) = ("a number of disclosures", MAX_DISCLOSURES);
            return Err(PayloadError::TooLong { what, found: count, expected });
        }
        let mut disclosures = Vec::with_capacity(count);
        for _ in 0..count {
            let length = u16::from_le_bytes(piece(take(2)?.0));
            disclosures.push(take(usize::from(length))?.1);
        }
        let padding = bytes.get(at..).or_defect("what was taken lies within");
        if padding.len() >= STEP || padding.iter().any(|&byte| byte != 0) {
            return Err(PayloadError::Padding);
        }
        Ok(Self { content, disclosures })
    }
}

/// The first 12 bytes of C. Keys are fresh, so that any nonce would do; but where the system's randomness repeats, as
/// that of a machine that was put back to an earlier state does, two entries still differ in this.
fn nonce(commitment: &Commitment) -> Nonce {
    Nonce::from(piece::<12>(&commitment.as_bytes()[..12]))
}
