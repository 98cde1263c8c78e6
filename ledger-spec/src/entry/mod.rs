//! An entry: what the log holds for one event, byte for byte.
//!
//! Layout in `README.md`, "Entry": bincode 2 with fixed-width little-endian integers, no trailing
//! bytes, one encoding per value, at most [`Entry::MAX_LEN`] bytes (tlog-tiles demands it).

use tlog::hash::TreeHash;
mod chain;
mod version;

pub use chain::{CHAIN_CONTEXT, ChainHash};
pub use version::StreamVersion;

use crate::time::RecordedTime;
use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use tlog::position::EntryIndex;

/// The version byte of the only entry layout so far.
pub const ENTRY_VERSION: u8 = 1;

const LAYOUT: Configuration<LittleEndian, Fixint, Limit<{ Entry::MAX_LEN }>> = bincode::config::standard()
    .with_little_endian()
    .with_fixed_int_encoding()
    .with_limit::<{ Entry::MAX_LEN }>();

/// Where and when something entered the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The entry.
    pub index: EntryIndex,
    /// Its recorded time.
    pub at: RecordedTime,
}

/// One entry of the log, decoded. Decoding checks the layout only; signatures, links and rules are
/// the audit's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log.
    pub index: EntryIndex,
    /// When the ledger committed it.
    pub recorded_at: RecordedTime,
    /// Chain hash of the entry before it; [`ChainHash::ZERO`] at index 0.
    pub previous: ChainHash,
    /// One link per stream of the event, in the order subject, issuer, list.
    pub links: Vec<Link>,
    /// The envelope's signatures, in the envelope's order.
    pub signatures: Vec<EntrySignature>,
    /// The event's exact bytes as they were signed.
    pub event: Vec<u8>,
}

/// An entry without its event: what ties it to the log. For whoever goes through many and keeps the events
/// elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryHeader {
    /// Its place in the log.
    pub index: EntryIndex,
    /// When the ledger committed it.
    pub recorded_at: RecordedTime,
    /// Chain hash of the entry before it.
    pub previous: ChainHash,
    /// One link per stream of the event.
    pub links: Vec<Link>,
    /// The envelope's signatures.
    pub signatures: Vec<EntrySignature>,
}

/// Ties an entry to the one before it in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The stream's previous entry; `None` where this entry opens the stream.
    pub previous: Option<EntryIndex>,
    /// The stream's version with this entry in it, from 1.
    pub version: StreamVersion,
}

/// A signature over the event, with what is needed to verify it.
#[derive(Clone, Debug, PartialEq, Eq, bincode::Encode, bincode::Decode)]
#[non_exhaustive]
pub enum EntrySignature {
    /// Ed25519 (RFC 8032) over DSSE's pre-authentication encoding.
    Ed25519 {
        /// The public key.
        key: [u8; 32],
        /// R ‖ S.
        signature: [u8; 64],
    },
}

impl EntrySignature {
    /// The key that signed.
    #[must_use]
    pub const fn key(&self) -> [u8; 32] {
        match self {
            Self::Ed25519 { key, .. } => *key,
        }
    }
}

/// Why bytes are not an entry, or an entry does not fit into bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// Longer than [`Entry::MAX_LEN`].
    #[error("entry of {found} bytes where at most {expected} fit")]
    TooLong {
        /// Length found.
        found: usize,
        /// [`Entry::MAX_LEN`].
        expected: usize,
    },
    /// A version byte of a layout that this code does not know.
    #[error("entry version {found} where {expected} is known")]
    Version {
        /// The version byte.
        found: u8,
        /// [`ENTRY_VERSION`].
        expected: u8,
    },
    /// Too short, a tag out of range, or a length that runs past the end.
    #[error("bytes do not follow the entry layout")]
    Layout,
    /// Bytes are left after the last field.
    #[error("{found} bytes after the end of the entry")]
    Trailing {
        /// How many.
        found: usize,
    },
}

/// The layout on the wire; field order is the format.
#[derive(bincode::Encode, bincode::BorrowDecode)]
struct Wire<'a> {
    version: u8,
    index: u64,
    recorded_at: u64,
    previous: [u8; 32],
    links: Vec<WireLink>,
    signatures: Vec<EntrySignature>,
    event: &'a [u8],
}

#[derive(bincode::Encode, bincode::Decode)]
struct WireLink {
    previous: Option<u64>,
    version: u64,
}

impl Entry {
    /// The keys that signed its event, in the envelope's order.
    #[must_use]
    pub fn signers(&self) -> Vec<[u8; 32]> {
        signers_of(&self.signatures)
    }

    /// The longest entry: a tlog-tiles entry bundle gives its length 16 bits.
    pub const MAX_LEN: usize = 65_535;

    /// The entry's bytes: what the chain and the tree hash and what the log stores.
    pub fn encode(&self) -> Result<Vec<u8>, EntryError> {
        let wire = Wire {
            version: ENTRY_VERSION,
            index: self.index.get(),
            recorded_at: self.recorded_at.micros(),
            previous: *self.previous.as_bytes(),
            links: self
                .links
                .iter()
                .map(|l| WireLink { previous: l.previous.map(EntryIndex::get), version: l.version.get() })
                .collect(),
            signatures: self.signatures.clone(),
            event: &self.event,
        };
        let bytes = bincode::encode_to_vec(&wire, LAYOUT).map_err(|_| EntryError::Layout)?;
        match bytes.len() {
            found if found > Self::MAX_LEN => Err(EntryError::TooLong { found, expected: Self::MAX_LEN }),
            _ => Ok(bytes),
        }
    }

    /// Reads an entry back. Whatever decodes re-encodes to the same bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let (EntryHeader { index, recorded_at, previous, links, signatures }, event) =
            EntryHeader::decode(bytes)?;
        Ok(Self { index, recorded_at, previous, links, signatures, event: event.to_vec() })
    }
}

impl EntryHeader {
    /// Reads an entry back as [`Entry::decode`] does, and leaves the event's bytes where they stand.
    pub fn decode(bytes: &[u8]) -> Result<(Self, &[u8]), EntryError> {
        if bytes.len() > Entry::MAX_LEN {
            return Err(EntryError::TooLong { found: bytes.len(), expected: Entry::MAX_LEN });
        }
        match bytes.first() {
            Some(&ENTRY_VERSION) => {}
            Some(&found) => return Err(EntryError::Version { found, expected: ENTRY_VERSION }),
            None => return Err(EntryError::Layout),
        }
        let (wire, read): (Wire<'_>, usize) =
            bincode::borrow_decode_from_slice(bytes, LAYOUT).map_err(|_| EntryError::Layout)?;
        if read != bytes.len() {
            return Err(EntryError::Trailing { found: bytes.len() - read });
        }
        let link = |link: WireLink| Link {
            previous: link.previous.map(EntryIndex::new),
            version: StreamVersion::new(link.version),
        };
        let header = Self {
            index: EntryIndex::new(wire.index),
            recorded_at: RecordedTime::from_micros(wire.recorded_at),
            previous: ChainHash::from_bytes(wire.previous),
            links: wire.links.into_iter().map(link).collect(),
            signatures: wire.signatures,
        };
        Ok((header, wire.event))
    }

    /// The keys that signed its event, in the envelope's order.
    #[must_use]
    pub fn signers(&self) -> Vec<[u8; 32]> {
        signers_of(&self.signatures)
    }
}

fn signers_of(signatures: &[EntrySignature]) -> Vec<[u8; 32]> {
    signatures.iter().map(EntrySignature::key).collect()
}

/// The two hashes of an entry's bytes, computed once where both are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryHashes {
    /// Its link in the chain.
    pub chain: ChainHash,
    /// Its leaf in the tree.
    pub leaf: TreeHash,
}

impl EntryHashes {
    /// Hashes an entry's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { chain: ChainHash::of_entry(bytes), leaf: TreeHash::leaf(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Entry {
        Entry {
            index: EntryIndex::new(7),
            recorded_at: RecordedTime::from_micros(9),
            previous: ChainHash::from_bytes([3; 32]),
            links: vec![
                Link { previous: Some(EntryIndex::new(5)), version: StreamVersion::new(2) },
                Link { previous: None, version: StreamVersion::new(1) },
            ],
            signatures: vec![EntrySignature::Ed25519 { key: [1; 32], signature: [2; 64] }],
            event: b"{}".to_vec(),
        }
    }

    #[test]
    fn decodes_to_itself_and_to_nothing_else() {
        let entry = sample();
        let bytes = entry.encode().unwrap();
        assert_eq!(Entry::decode(&bytes), Ok(entry));
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(Entry::decode(&longer), Err(EntryError::Trailing { found: 1 }));
        for cut in 0..bytes.len() {
            assert!(Entry::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        // version 1, index 8, recorded_at 8, previous 32, links 8 + (1+8+8) + (1+8), ...
        assert_eq!(bytes.len(), 1 + 8 + 8 + 32 + 8 + 17 + 9 + 8 + (4 + 96) + 8 + 2);
    }

    #[test]
    fn a_length_that_promises_too_much_is_refused_without_allocating() {
        let mut bytes = sample().encode().unwrap();
        bytes[49..57].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(Entry::decode(&bytes), Err(EntryError::Layout));
    }
}
