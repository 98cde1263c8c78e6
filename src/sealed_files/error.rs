//! What this room answers when it cannot do what it was asked. Nothing of a secret stands in any of it.

use crate::damage::Damage;
use crate::storage::{DiskError, DiskErrorKind};
use ledger_spec::sealed::{ChooseError, Generation, RootError};
use tlog::position::EntryIndex;

/// Another process has replaced the root of keys since it was read, and with it files: of what is there now nothing is known.
/// Opened anew they can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("keys/root is of generation {found} now, where {held} was read: open the files anew")]
pub struct Replaced {
    /// The generation that is there.
    pub found: Generation,
    /// The one that was read.
    pub held: Generation,
}

/// Why the files are not made, not opened, or not as they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedOpenError {
    /// Something that was durable is not what it was. Nothing was repaired.
    #[error("damaged: {0}; {advice}", advice = .0.advice())]
    Damaged(Damage),
    /// There is a root here already, or there are files that need one.
    #[error("{found} is here already, where a new ledger has none")]
    Exists {
        /// The first file found.
        found: String,
    },
    /// No copy of the root counts: the master key is another, or both copies are lost.
    #[error(
        "keys/root: {0}; nothing was changed: restore keys/root.a, keys/root.b and the master key as they belong together, made \
         after the last erasure"
    )]
    Root(#[from] ChooseError),
    /// The system gave no randomness for new keys.
    #[error("no randomness for keys: {0}")]
    Randomness(#[from] getrandom::Error),
    /// Another process has replaced the root of keys meanwhile.
    #[error(transparent)]
    Replaced(#[from] Replaced),
    /// The disk failed; try again when it works.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Why a write was refused. After anything but [`SealedWriteError::NotNext`] the writer is stopped: what of it is durable
/// is unknown until [`super::SealedFiles::open`] has found out. An erasure that failed before it wrote anything stops
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedWriteError {
    /// The disk is full.
    #[error("the disk is full: {0}")]
    Full(DiskError),
    /// The disk failed.
    #[error("the disk failed: {0}")]
    Disk(DiskError),
    /// The system gave no randomness for the keys of further groups.
    #[error("no randomness for keys: {0}")]
    Randomness(#[from] getrandom::Error),
    /// There are as many groups as a root has keys for.
    #[error(transparent)]
    Root(#[from] RootError),
    /// What is to stay of a group is not what it was: without it the group cannot be made anew. The files in use are as
    /// they were.
    #[error("damaged: {0}")]
    Damaged(Damage),
    /// Another process has replaced the root of keys meanwhile.
    #[error(transparent)]
    Replaced(#[from] Replaced),
    /// An earlier write failed; open the files anew.
    #[error("the files beside the log have stopped after an earlier failure")]
    Stopped,
    /// Records out of order, or of an entry that was passed already: a defect of the caller. Nothing was written.
    #[error("record of entry {found} where one from {expected} on can follow")]
    NotNext {
        /// The record's entry.
        found: EntryIndex,
        /// The first that can follow.
        expected: EntryIndex,
    },
}

/// Why what is kept of an entry cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedReadError {
    /// The bytes are not what they were, or are gone; nothing of them is given out.
    #[error("damaged: {0}")]
    Damaged(Damage),
    /// Another process has replaced the root of keys meanwhile.
    #[error(transparent)]
    Replaced(#[from] Replaced),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl From<DiskError> for SealedWriteError {
    fn from(error: DiskError) -> Self {
        match error.kind {
            DiskErrorKind::Full => Self::Full(error),
            _ => Self::Disk(error),
        }
    }
}

impl From<SealedReadError> for SealedWriteError {
    fn from(error: SealedReadError) -> Self {
        match error {
            SealedReadError::Damaged(damage) => Self::Damaged(damage),
            SealedReadError::Replaced(replaced) => Self::Replaced(replaced),
            SealedReadError::Disk(error) => error.into(),
        }
    }
}

impl From<Damage> for SealedOpenError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<Damage> for SealedReadError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<SealedReadError> for SealedOpenError {
    fn from(error: SealedReadError) -> Self {
        match error {
            SealedReadError::Damaged(damage) => Self::Damaged(damage),
            SealedReadError::Replaced(replaced) => Self::Replaced(replaced),
            SealedReadError::Disk(error) => Self::Disk(error),
        }
    }
}
