//! The skeleton: what erasure leaves of an entry, encrypted for whoever keeps the ledger. Pseudonymous, and so not
//! for everybody; without it heads, versions and ids could not be told after an erasure.

use super::commitment::{Commitment, Place};
use super::link::LinkError;
use super::opening::Remains;
use super::secret::SkeletonKey;
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use tlog::defect::OrDefect as _;
use zeroize::Zeroizing;

const LABEL: &[u8] = b"credit-ledger v2 skeleton\0";
const NONCE: usize = 24;
const TAG: usize = 16;

/// A nonce that the caller drew at random, once for each skeleton: 24 bytes are enough never to meet one twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomNonce(pub [u8; NONCE]);

impl RandomNonce {
    /// Length in bytes.
    pub const LEN: usize = NONCE;
}

/// Why bytes are no skeleton of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SkeletonError {
    /// Another length.
    #[error("skeleton of {found} bytes where {expected} are expected")]
    Length {
        /// Length found.
        found: usize,
        /// [`Remains::SKELETON`].
        expected: usize,
    },
    /// It does not decrypt: it was altered, is another entry's, or of another key.
    #[error("the skeleton does not decrypt under the skeleton key for this entry")]
    Key,
    /// The links in it.
    #[error("skeleton: {0}")]
    Link(#[from] LinkError),
}

impl Remains {
    /// Length of a skeleton: nonce ‖ what is encrypted ‖ tag.
    pub const SKELETON: usize = NONCE + Self::LEN + TAG;

    /// The skeleton of an entry.
    #[must_use]
    pub fn seal(
        &self,
        key: &SkeletonKey,
        nonce: RandomNonce,
        place: &Place<'_>,
        commitment: &Commitment,
    ) -> Vec<u8> {
        let mut bytes = self.encode();
        let tag = XChaCha20Poly1305::new(key.expose().into())
            .encrypt_inout_detached(
                &XNonce::from(nonce.0),
                &place.associated(LABEL, commitment),
                bytes.as_mut_slice().into(),
            )
            .or_defect("a skeleton is far below the cipher's limit");
        [nonce.0.as_slice(), &bytes, &tag].concat()
    }

    /// Decrypts the skeleton of an entry. It is a claim until [`Remains::open`] was asked.
    pub fn unseal(
        skeleton: &[u8],
        key: &SkeletonKey,
        place: &Place<'_>,
        commitment: &Commitment,
    ) -> Result<Self, SkeletonError> {
        let wrong = SkeletonError::Length { found: skeleton.len(), expected: Self::SKELETON };
        let (nonce, rest) = skeleton.split_first_chunk::<NONCE>().ok_or(wrong)?;
        let (sealed, tag) = rest.split_last_chunk::<TAG>().ok_or(wrong)?;
        let sealed: &[u8; Self::LEN] = sealed.try_into().map_err(|_| wrong)?;
        let mut plain = Zeroizing::new(*sealed);
        XChaCha20Poly1305::new(key.expose().into())
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                &place.associated(LABEL, commitment),
                plain.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .map_err(|_| SkeletonError::Key)?;
        Ok(Self::decode(&plain)?)
    }
}
