//! What the log answers when it cannot do what it was asked: damage named by its place, and failures.

use super::layout;
use crate::damage::Damage;
use crate::known::{Contradicted, MemoryError};
use crate::sealed_files::{Replaced, SealedReadError, SealedWriteError};
use crate::storage::{DiskError, DiskErrorKind};
use ledger_spec::entry::ChainHash;
use ledger_spec::sealed::PayloadError;
use tlog::checkpoint::CheckpointError;
use tlog::note::KeyError;
use tlog::position::{EntryIndex, TreeSize};

/// Why an append was refused. After anything but [`AppendError::NotNext`] the log is stopped: whether the
/// batch is durable is unknown until [`super::Log::open`] has found out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The disk is full (HTTP 507).
    #[error("the disk is full: {0}")]
    Full(DiskError),
    /// The disk failed (HTTP 503).
    #[error("the disk failed: {0}")]
    Disk(DiskError),
    /// The checkpoint could not be signed, or must not be (HTTP 503).
    #[error("the checkpoint could not be signed: {0}")]
    Sign(#[from] SignError),
    /// A sealed entry, and no keys to keep what opens it: a defect of the caller.
    #[error("an entry is sealed, and there are no files to keep what opens it")]
    NoKeys,
    /// The system gave no randomness (HTTP 503).
    #[error("no randomness: {0}")]
    Randomness(String),
    /// What opens an entry is longer than anything that was admitted: a defect.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// What opens the entries could not be written (HTTP 503).
    #[error("beside the log: {0}")]
    Beside(SealedWriteError),
    /// An earlier append failed; open the log anew (HTTP 503).
    #[error("the log has stopped after an earlier failure")]
    Stopped,
    /// The batch does not continue the log: a defect of the caller. Nothing was written.
    #[error(
        "batch of entry {found} after {found_previous} where {expected} after {expected_previous} is next"
    )]
    NotNext {
        /// Index found.
        found: EntryIndex,
        /// Chain hash that the entry names as the one before it.
        found_previous: ChainHash,
        /// Index expected.
        expected: EntryIndex,
        /// Chain hash of the entry that is before it.
        expected_previous: ChainHash,
    },
    /// A batch without entries. Nothing was written.
    #[error("batch without entries")]
    Empty,
}

/// Why a checkpoint is not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The note cannot be made: a defect.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The signer's memory forbids it, or cannot be asked.
    #[error(transparent)]
    Memory(Box<MemoryError>),
}

impl From<MemoryError> for SignError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(Box::new(error))
    }
}

impl From<Contradicted> for OpenError {
    fn from(contradicted: Contradicted) -> Self {
        Self::Contradicted(Box::new(contradicted))
    }
}

/// Why a log does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Something that was durable is not what it was. Nothing was repaired.
    #[error("damaged: {0}; {advice}", advice = .0.advice())]
    Damaged(Damage),
    /// There is no log here, or its creation never finished.
    #[error("no ledger here")]
    Missing,
    /// There is a log here already.
    #[error("there is a ledger here already")]
    Exists,
    /// The signer's name is no origin.
    #[error("the key's name is no origin: {0}")]
    Origin(KeyError),
    /// The checkpoint could not be signed, or must not be.
    #[error("the checkpoint could not be signed: {0}")]
    Sign(#[from] SignError),
    /// More is known of the log than it holds, or something else. Nothing was changed.
    #[error(transparent)]
    Contradicted(Box<Contradicted>),
    /// The disk failed; try again when it works.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Why an entry, a node or a proof cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// No such entry in the published log.
    #[error("entry {index} where {size} are published")]
    NotFound {
        /// The index asked for.
        index: EntryIndex,
        /// The published size.
        size: TreeSize,
    },
    /// A tree of that size is not published, or the sizes asked for do not fit each other.
    #[error("tree of size {found} where {expected} are published")]
    NotPublished {
        /// The size asked for.
        found: TreeSize,
        /// The published size.
        expected: TreeSize,
    },
    /// The entry is sealed, and here is nothing that opens it: this is a blind copy.
    #[error("entry {0} is sealed, and this copy holds nothing that opens it")]
    Unopened(EntryIndex),
    /// The event of this entry is erased, as the log says.
    #[error("the event of entry {0} is erased")]
    Erased(EntryIndex),
    /// The bytes are not what they were; they are not served.
    #[error("damaged: {0}")]
    Damaged(Damage),
    /// Another process has replaced what opens the entries meanwhile.
    #[error(transparent)]
    Replaced(#[from] Replaced),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl From<SealedReadError> for ReadError {
    fn from(error: SealedReadError) -> Self {
        match error {
            SealedReadError::Damaged(damage) => Self::Damaged(damage),
            SealedReadError::Replaced(replaced) => Self::Replaced(replaced),
            SealedReadError::Disk(error) => Self::Disk(error),
        }
    }
}

impl From<SealedWriteError> for AppendError {
    fn from(error: SealedWriteError) -> Self {
        match error {
            SealedWriteError::Full(error) => Self::Full(error),
            SealedWriteError::Disk(error) => Self::Disk(error),
            other => Self::Beside(other),
        }
    }
}

impl From<DiskError> for AppendError {
    fn from(error: DiskError) -> Self {
        match error.kind {
            DiskErrorKind::Full => Self::Full(error),
            _ => Self::Disk(error),
        }
    }
}

impl Damage {
    /// What whoever runs the ledger can do about it.
    pub fn advice(&self) -> &'static str {
        if self.is_derived() {
            "the segments can give it back: run `rebuild`"
        } else if self.is_of_openings() {
            // A mirror's are under keys of its own, and a backup of before an erasure would bring back what was erased.
            "nothing was changed: a start (`serve`) finishes an erasure or a new key that was cut short, and makes a lost \
             copy of the root anew; where it refuses, keep this folder as evidence, check the disk, and restore log, sealed/ and keys/ together, \
             from a backup of this very folder that was made after the last erasure; a mirror's sealed/ opens nothing here"
        } else {
            "nothing was changed: keep this folder as evidence, check the disk, and restore the file from a copy or a mirror"
        }
    }

    /// Whether it is of what opens the entries, or of the root of its keys.
    fn is_of_openings(&self) -> bool {
        self.file.starts_with("sealed") || self.file.starts_with("keys/")
    }

    /// Whether the file follows from the segments.
    pub fn is_derived(&self) -> bool {
        self.file.starts_with(layout::TREE) || self.file == layout::OFFSETS
    }
}

/// Why entries could not be erased in the files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// What is left could not be found out.
    #[error(transparent)]
    Read(#[from] SealedReadError),
    /// What is to stay beside what goes is damaged.
    #[error(transparent)]
    Stays(#[from] ReadError),
    /// The system has no randomness.
    #[error("randomness: {0}")]
    Randomness(String),
    /// The files could not be written; the next start finishes it.
    #[error(transparent)]
    Write(#[from] SealedWriteError),
}
