//! The hash of an RFC 6962 tree: SHA-256, with a prefix that tells leaves from inner nodes.

use core::fmt;
use sha2::{Digest, Sha256};

/// A node of the RFC 6962 tree: 32 bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreeHash([u8; 32]);

impl TreeHash {
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// Takes 32 bytes that were read from somewhere as a node; says nothing about their truth.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The root of the empty tree: SHA-256 of nothing (RFC 6962 §2.1).
    #[must_use]
    pub fn empty_root() -> Self {
        Self(Sha256::digest(b"").into())
    }

    /// The leaf for an entry's bytes: SHA-256(0x00 ‖ bytes) (RFC 6962 §2.1).
    #[must_use]
    pub fn leaf(entry: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update([0]);
        hasher.update(entry);
        Self(hasher.finalize().into())
    }

    /// The parent of two nodes: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 §2.1).
    #[must_use]
    pub fn node(left: &Self, right: &Self) -> Self {
        let mut block = [0; 65];
        block[0] = 1;
        block[1..33].copy_from_slice(&left.0);
        block[33..].copy_from_slice(&right.0);
        Self(Sha256::digest(block).into())
    }
}

impl fmt::Display for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::bytes::to_hex(&self.0))
    }
}

impl fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TreeHash({self})")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for TreeHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for TreeHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        crate::bytes::from_hex(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for TreeHash {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9a-f]{64}$")).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for TreeHash {}
