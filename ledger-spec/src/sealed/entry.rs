//! The entry of version 2: 82 bytes that show a place, a time and a commitment, and nothing about anybody.

use super::algorithm::Algorithm;
use super::commitment::{Commitment, SEALED_VERSION};
use super::hash::{piece, shown};
use crate::entry::{ChainHash, ENTRY_VERSION, Entry, EntryError};
use crate::id::Sealing;
use crate::time::RecordedTime;
use tlog::position::EntryIndex;

/// What the open log holds for one sealed event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedEntry {
    /// Its place in the log.
    pub index: EntryIndex,
    /// When the ledger committed it.
    pub recorded_at: RecordedTime,
    /// Chain hash of the entry before it; [`ChainHash::ZERO`] at index 0.
    pub previous: ChainHash,
    /// What the commitment is made with.
    pub algorithm: Algorithm,
    /// To content and links, each salted for itself.
    pub commitment: Commitment,
}

/// Why bytes are not a sealed entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedEntryError {
    /// Not [`SealedEntry::LEN`] bytes.
    #[error("sealed entry of {found} bytes where {expected} are expected")]
    Length {
        /// Length found.
        found: usize,
        /// [`SealedEntry::LEN`].
        expected: usize,
    },
    /// Another version byte.
    #[error("entry version {found} where {expected} is expected")]
    Version {
        /// The version byte.
        found: u8,
        /// [`SEALED_VERSION`].
        expected: u8,
    },
}

impl SealedEntry {
    /// Length of every sealed entry.
    pub const LEN: usize = 82;

    /// The entry's bytes: what the chain and the tree hash and what the log stores.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[0] = SEALED_VERSION;
        bytes[1..9].copy_from_slice(&self.index.get().to_le_bytes());
        bytes[9..17].copy_from_slice(&self.recorded_at.micros().to_le_bytes());
        bytes[17..49].copy_from_slice(self.previous.as_bytes());
        bytes[49] = self.algorithm.code();
        bytes[50..].copy_from_slice(self.commitment.as_bytes());
        bytes
    }

    /// Reads an entry back. Whatever decodes re-encodes to the same bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, SealedEntryError> {
        let found = bytes.len();
        let wrong = SealedEntryError::Length { found, expected: Self::LEN };
        let bytes: &[u8; Self::LEN] = bytes.try_into().map_err(|_| wrong)?;
        if bytes[0] != SEALED_VERSION {
            return Err(SealedEntryError::Version { found: bytes[0], expected: SEALED_VERSION });
        }
        Ok(Self {
            index: EntryIndex::new(u64::from_le_bytes(piece(&bytes[1..9]))),
            recorded_at: RecordedTime::from_micros(u64::from_le_bytes(piece(&bytes[9..17]))),
            previous: ChainHash::from_bytes(piece(&bytes[17..49])),
            algorithm: Algorithm::of(bytes[49]),
            commitment: Commitment::from_bytes(piece(&bytes[50..])),
        })
    }
}

/// An entry of the log, of either version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEntry {
    /// Version 1: the event stands in it.
    Clear(Entry),
    /// Version 2: what it says travels beside the log.
    Sealed(SealedEntry),
}

/// Why bytes are no entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogEntryError {
    /// A version byte of neither; `None` where there are no bytes.
    #[error("entry version {} where {clear} or {sealed} is expected", shown(*.found))]
    Version {
        /// The version byte.
        found: Option<u8>,
        /// [`ENTRY_VERSION`].
        clear: u8,
        /// [`SEALED_VERSION`].
        sealed: u8,
    },
    /// A clear entry that is none.
    #[error(transparent)]
    Clear(EntryError),
    /// A sealed entry that is none.
    #[error(transparent)]
    Sealed(SealedEntryError),
}

/// Whether an entry is clear or sealed, by its version.
pub fn version_of(bytes: &[u8]) -> Result<Sealing, LogEntryError> {
    match bytes.first() {
        Some(&ENTRY_VERSION) => Ok(Sealing::Clear),
        Some(&SEALED_VERSION) => Ok(Sealing::Sealed),
        found => Err(LogEntryError::Version {
            found: found.copied(),
            clear: ENTRY_VERSION,
            sealed: SEALED_VERSION,
        }),
    }
}

impl LogEntry {
    /// Reads an entry of the version that its first byte names.
    pub fn decode(bytes: &[u8]) -> Result<Self, LogEntryError> {
        match version_of(bytes)? {
            Sealing::Clear => Entry::decode(bytes).map(Self::Clear).map_err(LogEntryError::Clear),
            Sealing::Sealed => SealedEntry::decode(bytes).map(Self::Sealed).map_err(LogEntryError::Sealed),
        }
    }

    /// The entry's bytes.
    pub fn encode(&self) -> Result<Vec<u8>, EntryError> {
        match self {
            Self::Clear(entry) => entry.encode(),
            Self::Sealed(entry) => Ok(entry.encode().to_vec()),
        }
    }

    /// Its place in the log.
    #[must_use]
    pub const fn index(&self) -> EntryIndex {
        match self {
            Self::Clear(entry) => entry.index,
            Self::Sealed(entry) => entry.index,
        }
    }

    /// When the ledger committed it.
    #[must_use]
    pub const fn recorded_at(&self) -> RecordedTime {
        match self {
            Self::Clear(entry) => entry.recorded_at,
            Self::Sealed(entry) => entry.recorded_at,
        }
    }

    /// Chain hash of the entry before it.
    #[must_use]
    pub const fn previous(&self) -> ChainHash {
        match self {
            Self::Clear(entry) => entry.previous,
            Self::Sealed(entry) => entry.previous,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> SealedEntry {
        SealedEntry {
            index: EntryIndex::new(7),
            recorded_at: RecordedTime::from_micros(9),
            previous: ChainHash::from_bytes([3; 32]),
            algorithm: Algorithm::Sha256,
            commitment: Commitment::from_bytes([4; 32]),
        }
    }

    #[test]
    fn decodes_to_itself_and_no_two_entries_have_the_same_bytes() {
        let bytes = sample().encode();
        assert_eq!(SealedEntry::decode(&bytes), Ok(sample()));
        assert_eq!(LogEntry::decode(&bytes), Ok(LogEntry::Sealed(sample())));
        for bit in 0..8 * SealedEntry::LEN {
            let mut other = bytes;
            other[bit / 8] ^= 1 << (bit % 8);
            match SealedEntry::decode(&other) {
                Ok(entry) => {
                    assert!(bit >= 8 && entry != sample());
                    assert_eq!(entry.encode(), other);
                }
                Err(error) => {
                    assert_eq!(error, SealedEntryError::Version { found: other[0], expected: 2 });
                }
            }
        }
    }

    #[test]
    fn every_other_length_is_refused() {
        let longer = [sample().encode().as_slice(), &[0]].concat();
        for length in (0..=83).filter(|&length| length != 82) {
            let found = SealedEntry::decode(&longer[..length]);
            assert_eq!(found, Err(SealedEntryError::Length { found: length, expected: 82 }));
        }
        assert!(matches!(LogEntry::decode(&longer), Err(LogEntryError::Sealed(_))));
        let none = LogEntryError::Version { found: None, clear: 1, sealed: 2 };
        assert_eq!(LogEntry::decode(&[]), Err(none));
        let three = LogEntryError::Version { found: Some(3), clear: 1, sealed: 2 };
        assert_eq!(LogEntry::decode(&[3; 82]), Err(three));
    }
}
