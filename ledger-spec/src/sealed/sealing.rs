//! Sealing: how an entry that would stand in the clear becomes one that shows nothing, and what is kept beside it.

use super::algorithm::Hashing;
use super::commitment::Place;
use super::content::{Content, ContentError};
use super::entry::SealedEntry;
use super::link::{LinkError, SealedLinks};
use super::opening::AuditorOpening;
use super::payload::{PayloadError, Plain};
use super::secret::{ContentSalt, FreshKey, Randomness, SkeletonKey};
use super::skeleton::RandomNonce;
use super::slot::SlotSecret;
use crate::entry::Entry;
use crate::event::Event;
use tlog::checkpoint::Origin;

/// With what new entries are sealed.
const HASHING: Hashing = Hashing::Sha256;

/// A sealed entry that was just made, with all that opens it.
#[derive(Debug)]
pub struct Sealed {
    /// What the log holds.
    pub entry: SealedEntry,
    /// What opens it.
    pub opening: AuditorOpening,
    key: FreshKey,
}

/// What is kept beside the log of one sealed entry.
#[derive(Debug)]
pub struct KeptBeside {
    /// Content and disclosures, encrypted.
    pub payload: Vec<u8>,
    /// What opens and decrypts them.
    pub secret: SlotSecret,
    /// Links and their salts, encrypted.
    pub skeleton: Vec<u8>,
}

/// Why an entry cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Its content is longer than any event's with its signatures.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// Its links are not those of its event's streams.
    #[error(transparent)]
    Links(#[from] LinkError),
}

impl Sealed {
    /// Seals what would be the clear entry of this event in the log `origin`. The randomness is drawn for this attempt
    /// alone.
    pub fn of(
        origin: &Origin,
        clear: &Entry,
        event: &Event,
        randomness: Randomness,
    ) -> Result<Self, SealError> {
        let Randomness { content: content_salt, links: link_salts, key } = randomness;
        let links = SealedLinks::of(HASHING, event, &clear.links)?;
        let content = Content::of_entry(clear).encode()?;
        let opening = AuditorOpening { content_salt, link_salts, links, content };
        let commitment = opening.commitment(HASHING, &Place { origin, index: clear.index });
        let entry = SealedEntry {
            index: clear.index,
            recorded_at: clear.recorded_at,
            previous: clear.previous,
            algorithm: HASHING.algorithm(),
            commitment,
        };
        Ok(Self { entry, opening, key })
    }

    /// An entry that a copy keeps with what has opened it there, under a key of the copy's own.
    #[must_use]
    pub fn opened(entry: SealedEntry, opening: &AuditorOpening, key: FreshKey) -> Self {
        Self { entry, opening: opening.copied(), key }
    }

    /// What is to be kept of it beside the log, in the order of `private` the disclosures that came with it.
    pub fn kept(
        self,
        origin: &Origin,
        disclosures: Vec<Vec<u8>>,
        key: &SkeletonKey,
        nonce: RandomNonce,
    ) -> Result<KeptBeside, PayloadError> {
        let Self { entry, opening, key: payload_key } = self;
        let place = Place { origin, index: entry.index };
        let skeleton = opening.remains(HASHING).seal(key, nonce, &place, &entry.commitment);
        let salt = ContentSalt::copied(opening.content_salt.expose());
        let plain = Plain { content: opening.content, disclosures };
        let (payload, secret) = plain.seal(payload_key, salt, &place, &entry.commitment)?;
        Ok(KeptBeside { payload, secret, skeleton })
    }
}

impl KeptBeside {
    /// What opens an entry of the log `origin`, of what is kept beside it: a claim until it was opened. The skeleton is
    /// read as it lies there.
    pub fn opening(
        self,
        origin: &Origin,
        entry: &SealedEntry,
        key: &SkeletonKey,
    ) -> Result<(AuditorOpening, Vec<Vec<u8>>), KeptError> {
        let place = Place { origin, index: entry.index };
        let remains = super::Remains::unseal(&self.skeleton, key, &place, &entry.commitment)?;
        let Plain { content, disclosures } =
            Plain::open(self.payload, &self.secret, &place, &entry.commitment)?;
        let opening = AuditorOpening {
            content_salt: self.secret.into_salt(),
            link_salts: remains.link_salts,
            links: remains.links,
            content,
        };
        Ok((opening, disclosures))
    }
}

/// Why what is kept beside an entry gives no opening.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// The skeleton.
    #[error(transparent)]
    Skeleton(#[from] super::SkeletonError),
    /// The payload.
    #[error(transparent)]
    Payload(#[from] PayloadError),
}
