//! The checkpoint as the log keeps it: signed after each batch, verified before it is believed.

use super::error::{OpenError, SignError};
use super::layout;
use crate::damage::Damage;
use crate::known::{Contradicted, Knowledge, Known, SignerMemory};
use crate::storage::{self, Disk};
use std::sync::{Mutex, PoisonError};
use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::note::{NoteSigner, VerifierKey};
use tlog::position::TreeSize;

/// Where the checkpoints of a log come from.
pub(super) enum CheckpointSigner {
    /// Signed here: the log's origin is the name of the key.
    Own(Box<Own>),
    /// Signed by whoever writes the log of which this is a copy.
    Others(VerifierKey),
    /// Signed before, and not now: entries that were lost are put back.
    Nobody(Restoring),
}

/// What signs.
pub(super) struct Own {
    origin: Origin,
    signer: NoteSigner,
    key: VerifierKey,
    memory: Option<Mutex<SignerMemory>>,
    knowledge: Knowledge,
}

/// With what a log is opened to which entries are put back.
pub struct Restoring {
    /// The key that verifies its checkpoints.
    pub key: VerifierKey,
    /// What its root is at a size, if what is to be put back begins with what the log holds beyond its checkpoint.
    pub root_at: Box<dyn Fn(TreeSize) -> Option<TreeHash> + Send>,
    /// Who has what is put back.
    pub from: Known,
}

/// Whoever signs a log's checkpoints: the key, what is known elsewhere of what it signed, and its own memory of that.
pub struct LogSigner {
    signer: NoteSigner,
    memory: Option<SignerMemory>,
    knowledge: Knowledge,
}

impl LogSigner {
    /// One that knows this, and remembers what it signed where it has a memory.
    pub fn new(signer: NoteSigner, knowledge: Knowledge, memory: Option<SignerMemory>) -> Self {
        let remembered = memory.as_ref().and_then(SignerMemory::known);
        Self { signer, memory, knowledge: knowledge.with(remembered) }
    }
}

impl From<NoteSigner> for LogSigner {
    fn from(signer: NoteSigner) -> Self {
        Self::new(signer, Knowledge::default(), None)
    }
}

impl CheckpointSigner {
    /// The signer must be named like the log.
    pub(super) fn new(signer: LogSigner) -> Result<Self, OpenError> {
        let LogSigner { signer, memory, knowledge } = signer;
        let origin = Origin::parse(signer.name().as_str()).map_err(OpenError::Origin)?;
        let (key, memory) = (signer.verifier_key(), memory.map(Mutex::new));
        Ok(Self::Own(Box::new(Own { origin, signer, key, memory, knowledge })))
    }

    /// The key that verifies the log's checkpoints.
    pub(super) fn key(&self) -> &VerifierKey {
        match self {
            Self::Own(own) => &own.key,
            Self::Others(key) => key,
            Self::Nobody(restoring) => &restoring.key,
        }
    }

    /// What is known of the log elsewhere, the smallest first. Of a copy nobody knows more than whoever writes the log.
    pub(super) fn known(&self) -> &[Known] {
        match self {
            Self::Own(own) => own.knowledge.all(),
            Self::Others(_) | Self::Nobody(_) => &[],
        }
    }

    /// Whether a log that ends so may go on: it is all that is known of it, or begins what is to be put back.
    pub(super) fn goes_on_from(&self, size: TreeSize, root: TreeHash) -> Result<(), Contradicted> {
        match self {
            Self::Own(own) => own.knowledge.ends_with(size),
            Self::Others(_) => Ok(()),
            Self::Nobody(Restoring { root_at, from, .. }) => match root_at(size) {
                Some(expected) if expected != root => {
                    Err(Contradicted::Forked { size, found: root, expected, by: from.by.clone() })
                }
                _ => Ok(()),
            },
        }
    }

    /// Whether what is derived from entries that the log does not hold shows that it has lost them. A copy can get them again.
    pub(super) const fn is_all(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    /// Whether somebody else signs.
    pub(super) const fn is_others(&self) -> bool {
        matches!(self, Self::Others(_))
    }

    /// Signs, where this log does; to be called only over entries that are durable. What is signed is remembered before anybody
    /// has it.
    pub(super) fn sign(&self, size: TreeSize, root: TreeHash) -> Option<Result<SignedCheckpoint, SignError>> {
        let Self::Own(own) = self else { return None };
        Some(own.sign(size, root))
    }
}

impl Own {
    fn sign(&self, size: TreeSize, root: TreeHash) -> Result<SignedCheckpoint, SignError> {
        let signed = SignedCheckpoint::sign(&Checkpoint::new(self.origin.clone(), size, root), &self.signer)?;
        if let Some(memory) = &self.memory {
            memory.lock().unwrap_or_else(PoisonError::into_inner).remember(&signed)?;
        }
        Ok(signed)
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
