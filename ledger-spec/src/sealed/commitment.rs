//! What a sealed entry commits to: four parts, each salted for itself, and the place that they are bound to.

use super::algorithm::Hashing;
use super::hash::hashes;
use super::link::LinkPlace;
use super::secret::{ContentSalt, LinkSalt};
use tlog::checkpoint::Origin;
use tlog::defect::OrDefect as _;
use tlog::position::EntryIndex;

/// The version byte of a sealed entry.
pub const SEALED_VERSION: u8 = 2;

// Each label ends in a zero byte and holds none before, so no label is the beginning of another.
const CONTENT: &[u8] = b"credit-ledger v2 content\0";
const LINK: &[u8] = b"credit-ledger v2 link\0";
const SEALED: &[u8] = b"credit-ledger v2 sealed\0";

hashes! {
    /// P0, P1, P2 or P3: the salted hash of content or of one link. Whoever has it without the salt knows nothing.
    Part;
    /// C: the hash of the four parts, bound to one place of one log.
    Commitment;
}

/// P0 of the content, P1 to P3 of the links to subject, issuer, list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts(pub [Part; 4]);

/// O: the place that an entry stands at, so that nothing opens or decrypts at another.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The log.
    pub origin: &'a Origin,
    /// The entry's index.
    pub index: EntryIndex,
}

impl Place<'_> {
    /// Label ‖ O ‖ commitment, O being u16 length ‖ origin ‖ index u64: what is encrypted for an entry is bound to this.
    pub(super) fn associated(&self, label: &[u8], commitment: &Commitment) -> Vec<u8> {
        let (length, index) = (origin_length(self.origin), self.index.get().to_le_bytes());
        [label, &length, self.origin.as_str().as_bytes(), &index, commitment.as_bytes()].concat()
    }
}

fn origin_length(origin: &Origin) -> [u8; 2] {
    u16::try_from(origin.as_str().len()).or_defect("an origin has at most 255 bytes").to_le_bytes()
}

/// u16 length ‖ origin.
pub(super) fn encode_origin(origin: &Origin) -> Vec<u8> {
    [&origin_length(origin), origin.as_str().as_bytes()].concat()
}

impl Part {
    /// P0: M(r0, label ‖ content).
    #[must_use]
    pub fn of_content(hashing: Hashing, salt: &ContentSalt, content: &[u8]) -> Self {
        Self(hashing.mac(salt, &[CONTENT, content]))
    }

    /// Pj: H(label ‖ j ‖ rj ‖ link j).
    #[must_use]
    pub fn of_link(hashing: Hashing, at: LinkPlace, salt: &LinkSalt, link: &[u8]) -> Self {
        Self(hashing.hash(&[LINK, &[at.number()], salt.expose(), link]))
    }
}

impl Commitment {
    /// C: H(label ‖ 02 ‖ algorithm ‖ O ‖ P0 ‖ P1 ‖ P2 ‖ P3).
    #[must_use]
    pub fn of(hashing: Hashing, place: &Place<'_>, parts: &Parts) -> Self {
        let head = [SEALED_VERSION, hashing.algorithm().code()];
        let (length, origin) = (origin_length(place.origin), place.origin.as_str().as_bytes());
        let index = place.index.get().to_le_bytes();
        let [p0, p1, p2, p3] = &parts.0;
        Self(hashing.hash(&[SEALED, &head, &length, origin, &index, &p0.0, &p1.0, &p2.0, &p3.0]))
    }
}
