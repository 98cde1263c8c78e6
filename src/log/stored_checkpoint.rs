//! The checkpoint as the log keeps it: signed after each batch, verified before it is believed.

use super::error::OpenError;
use super::layout;
use crate::damage::Damage;
use crate::storage::{self, Disk};
use tlog::checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::note::{NoteSigner, VerifierKey};
use tlog::position::TreeSize;

/// Where the checkpoints of a log come from.
pub(super) enum CheckpointSigner {
    /// Signed here: the log's origin is the name of the key.
    Own(Box<Own>),
    /// Signed by whoever writes the log of which this is a copy.
    Others(VerifierKey),
}

/// What signs.
pub(super) struct Own {
    origin: Origin,
    signer: NoteSigner,
    key: VerifierKey,
}

impl CheckpointSigner {
    /// The signer must be named like the log.
    pub(super) fn new(signer: NoteSigner) -> Result<Self, OpenError> {
        let origin = Origin::parse(signer.name().as_str()).map_err(OpenError::Origin)?;
        let key = signer.verifier_key();
        Ok(Self::Own(Box::new(Own { origin, signer, key })))
    }

    /// The key that verifies the log's checkpoints.
    pub(super) fn key(&self) -> &VerifierKey {
        match self {
            Self::Own(own) => &own.key,
            Self::Others(key) => key,
        }
    }

    /// Whether somebody else signs.
    pub(super) const fn is_others(&self) -> bool {
        matches!(self, Self::Others(_))
    }

    /// Signs, where this log does; to be called only over entries that are durable.
    pub(super) fn sign(
        &self,
        size: TreeSize,
        root: TreeHash,
    ) -> Option<Result<SignedCheckpoint, CheckpointError>> {
        let Self::Own(own) = self else { return None };
        Some(SignedCheckpoint::sign(&Checkpoint::new(own.origin.clone(), size, root), &own.signer))
    }
}

/// The stored checkpoint, verified; `None` where there is no such file.
pub(super) fn read(disk: &dyn Disk, key: &VerifierKey) -> Result<Option<SignedCheckpoint>, OpenError> {
    if !disk.exists(layout::CHECKPOINT)? {
        return Ok(None);
    }
    let bytes = storage::read_all(disk, layout::CHECKPOINT)?;
    let verified = SignedCheckpoint::verify(&bytes, key).map_err(|error| {
        OpenError::Damaged(Damage {
            file: layout::CHECKPOINT.to_owned(),
            offset: 0,
            entry: None,
            what: "checkpoint",
            found: error.to_string(),
            expected: format!("a checkpoint signed by {}", key.name()),
        })
    });
    verified.map(Some)
}

/// The size that a signed checkpoint covers.
pub(super) fn size_of(signed: &SignedCheckpoint) -> TreeSize {
    signed.checkpoint().size()
}

/// The root that a signed checkpoint states.
pub(super) fn root_of(signed: &SignedCheckpoint) -> TreeHash {
    signed.checkpoint().root()
}
