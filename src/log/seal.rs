//! The checkpoint as the log keeps it: signed after each batch, verified before it is believed.

use super::error::{Damage, OpenError};
use super::layout;
use crate::storage::{self, Disk};
use ledger_spec::checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
use ledger_spec::hash::TreeHash;
use ledger_spec::note::{NoteSigner, VerifierKey};
use ledger_spec::position::TreeSize;

/// Signs the checkpoints of one log, whose origin is the name of the key.
pub(super) struct Sealer {
    origin: Origin,
    signer: NoteSigner,
    key: VerifierKey,
}

impl Sealer {
    /// The signer must be named like the log.
    pub(super) fn new(signer: NoteSigner) -> Result<Self, OpenError> {
        let origin = Origin::parse(signer.name().as_str()).map_err(OpenError::Origin)?;
        let key = signer.verifier_key();
        Ok(Self { origin, signer, key })
    }

    /// The key that verifies what this signs.
    pub(super) fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Signs; to be called only over entries that are durable.
    pub(super) fn sign(&self, size: TreeSize, root: TreeHash) -> Result<SignedCheckpoint, CheckpointError> {
        SignedCheckpoint::sign(&Checkpoint::new(self.origin.clone(), size, root), &self.signer)
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
