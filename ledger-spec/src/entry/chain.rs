//! The hash that chains the entries: BLAKE3, fast to stream and to resume.
//!
//! The tree over the entries is the world's (SHA-256, [`tlog::hash::TreeHash`]), so that witnesses, mirrors and
//! browsers verify it unchanged. Neither hash is ever used for the other's work.

use core::fmt;

/// Context of the BLAKE3 `derive_key` mode under which entries are chained.
pub const CHAIN_CONTEXT: &str = "credit-ledger v1 entry chain";

/// The hash of one entry's bytes in the chain: 32 bytes of BLAKE3.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// What entry 0 names as the entry before it.
    pub const ZERO: Self = Self([0; 32]);

    /// Takes 32 bytes that were read from somewhere as a chain hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The chain hash of an entry's bytes: BLAKE3 `derive_key` with [`CHAIN_CONTEXT`].
    #[must_use]
    pub fn of_entry(entry: &[u8]) -> Self {
        Self(blake3::derive_key(CHAIN_CONTEXT, entry))
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&tlog::bytes::to_hex(&self.0))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainHash({self})")
    }
}
