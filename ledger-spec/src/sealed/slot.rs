//! The slot: salt and key of one entry, wrapped under the key of its group, at a place that follows from its index.
//!
//! All zeros is a slot that holds nothing. Whether it was erased, was never written or was lost, the log says: without
//! an erasure there it is damage.

use super::group::{FileHeader, GROUP_LEN, Generation, Group, RecordFault, crc_of};
use super::hash::piece;
use super::secret::{ContentSalt, FreshKey, GroupKey};
use aes_kw::{KeyInit as _, KwAes256};
use core::fmt;
use tlog::defect::{OrDefect as _, as_u64};
use tlog::position::EntryIndex;
use zeroize::Zeroizing;

/// What a slot holds, unwrapped: r0, which opens, and k, which decrypts and never leaves the server.
#[derive(Debug)]
pub struct SlotSecret {
    salt: ContentSalt,
    key: FreshKey,
}

/// A slot as it lies in its file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// All zeros.
    Empty,
    /// r0 ‖ k, wrapped.
    Wrapped([u8; Slot::WRAPPED]),
}

/// The wrapped bytes are none of this key's: another group, another generation, or altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the slot of entry {index} does not unwrap under the key of group {group}")]
pub struct UnwrapError {
    /// The entry.
    pub index: EntryIndex,
    /// Its group.
    pub group: Group,
}

impl SlotSecret {
    /// Length in bytes.
    pub const LEN: usize = ContentSalt::LEN + FreshKey::LEN;

    /// Of a salt and the key that encrypted the payload.
    pub(super) const fn new(salt: ContentSalt, key: FreshKey) -> Self {
        Self { salt, key }
    }

    /// r0.
    #[must_use]
    pub const fn salt(&self) -> &ContentSalt {
        &self.salt
    }

    /// k: for decrypting alone, so nobody else is given it.
    pub(super) fn key(&self) -> &[u8; FreshKey::LEN] {
        self.key.expose()
    }

    /// The secret without k, to seal what is left of the payload anew.
    #[must_use]
    pub fn into_salt(self) -> ContentSalt {
        self.salt
    }

    /// r0 ‖ k, wrapped under the group's key (AES-256-KW, RFC 3394).
    #[must_use]
    pub fn wrap(&self, key: &GroupKey) -> Slot {
        let mut secret = Zeroizing::new([0; Self::LEN]);
        secret[..ContentSalt::LEN].copy_from_slice(self.salt.expose());
        secret[ContentSalt::LEN..].copy_from_slice(self.key.expose());
        let mut wrapped = [0; Slot::WRAPPED];
        KwAes256::new(key.expose().into())
            .wrap_key(&*secret, &mut wrapped)
            .or_defect("the lengths are those of RFC 3394");
        Slot::Wrapped(wrapped)
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Slot::Empty",
            Self::Wrapped(_) => "Slot::Wrapped(…)",
        })
    }
}

impl Slot {
    /// Length of wrapped bytes.
    pub const WRAPPED: usize = SlotSecret::LEN + 8;
    /// Length of a slot in its file: wrapped ‖ crc u32.
    pub const LEN: usize = Self::WRAPPED + 4;

    /// Where the slot of an entry lies in the slot file of its group.
    #[must_use]
    pub fn offset(index: EntryIndex) -> u64 {
        as_u64(FileHeader::LEN) + index.get() % GROUP_LEN * as_u64(Self::LEN)
    }

    /// The slot of an entry in a file of this generation. Its CRC also covers which entry and generation it is of, so
    /// that a slot that was written to a wrong place, or that is left of an older file, is seen without a key.
    #[must_use]
    pub fn encode(&self, index: EntryIndex, generation: Generation) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        if let Self::Wrapped(wrapped) = self {
            bytes[..Self::WRAPPED].copy_from_slice(wrapped);
            bytes[Self::WRAPPED..].copy_from_slice(&crc(index, generation, wrapped).to_le_bytes());
        }
        bytes
    }

    /// Reads the slot of an entry. Whatever decodes re-encodes to the same bytes.
    pub fn decode(
        bytes: &[u8; Self::LEN],
        index: EntryIndex,
        generation: Generation,
    ) -> Result<Self, RecordFault> {
        if bytes.iter().all(|&byte| byte == 0) {
            return Ok(Self::Empty);
        }
        let wrapped = piece(&bytes[..Self::WRAPPED]);
        let (found, expected) =
            (u32::from_le_bytes(piece(&bytes[Self::WRAPPED..])), crc(index, generation, &wrapped));
        if found != expected {
            return Err(RecordFault::Checksum { found, expected });
        }
        Ok(Self::Wrapped(wrapped))
    }

    /// What it holds, by the key of its group; `None` where it holds nothing.
    pub fn unwrap_with(&self, key: &GroupKey, index: EntryIndex) -> Result<Option<SlotSecret>, UnwrapError> {
        let Self::Wrapped(wrapped) = self else { return Ok(None) };
        let mut secret = Zeroizing::new([0; SlotSecret::LEN]);
        if KwAes256::new(key.expose().into()).unwrap_key(wrapped, &mut *secret).is_err() {
            return Err(UnwrapError { index, group: Group::of(index) });
        }
        let (salt, key) = secret.split_at(ContentSalt::LEN);
        let salt = ContentSalt::filled(|bytes| bytes.copy_from_slice(salt));
        Ok(Some(SlotSecret { salt, key: FreshKey::filled(|bytes| bytes.copy_from_slice(key)) }))
    }
}

fn crc(index: EntryIndex, generation: Generation, wrapped: &[u8]) -> u32 {
    crc_of(&[&index.get().to_le_bytes(), &generation.get().to_le_bytes(), wrapped])
}
