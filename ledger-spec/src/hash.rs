//! The two hashes of the ledger, each in a type of its own.
//!
//! BLAKE3 chains the entries (ours: fast to stream and to resume); SHA-256 builds the RFC 6962 tree
//! (the world's: witnesses, mirrors and browsers verify it unchanged). Neither is ever used for the
//! other's work.

use core::fmt;
use sha2::{Digest, Sha256};

/// Context of the BLAKE3 `derive_key` mode under which entries are chained.
pub const CHAIN_CONTEXT: &str = "credit-ledger v1 entry chain";

/// A node of the RFC 6962 tree: 32 bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreeHash([u8; 32]);

/// The hash of one entry's bytes in the chain: 32 bytes of BLAKE3.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainHash([u8; 32]);

impl TreeHash {
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// Takes 32 bytes that were read from somewhere as a node; says nothing about their truth.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The root of the empty tree: SHA-256 of nothing (RFC 6962 §2.1).
    pub fn empty_root() -> Self {
        Self(Sha256::digest(b"").into())
    }

    /// The leaf for an entry's bytes: SHA-256(0x00 ‖ bytes) (RFC 6962 §2.1).
    pub fn leaf(entry: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update([0]);
        hasher.update(entry);
        Self(hasher.finalize().into())
    }

    /// The parent of two nodes: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 §2.1).
    pub fn node(left: &Self, right: &Self) -> Self {
        let mut block = [0; 65];
        block[0] = 1;
        block[1..33].copy_from_slice(&left.0);
        block[33..].copy_from_slice(&right.0);
        Self(Sha256::digest(block).into())
    }
}

impl ChainHash {
    /// What entry 0 names as the entry before it.
    pub const ZERO: Self = Self([0; 32]);

    /// Takes 32 bytes that were read from somewhere as a chain hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The chain hash of an entry's bytes: BLAKE3 `derive_key` with [`CHAIN_CONTEXT`].
    pub fn of_entry(entry: &[u8]) -> Self {
        Self(blake3::derive_key(CHAIN_CONTEXT, entry))
    }
}

macro_rules! show_as_hex {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&crate::bytes::to_hex(&self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    )*};
}
show_as_hex!(TreeHash, ChainHash);
