//! Why case files are not believed, and what can go wrong with them.

use crate::row_cipher::NotOfThisKey;
use ledger_spec::casefile::RowError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tlog::position::TreeSize;

/// Why what is stored is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreDoubt {
    /// There is nothing.
    #[error("there are none yet")]
    Missing,
    /// It is under another key than the ledger's: of before an erasure, of another ledger, or of another version.
    #[error("they are under another key than the ledger's of now")]
    OtherKey,
    /// It covers another log, or more than there is.
    #[error("they cover other entries than the log")]
    OtherLog,
    /// It is of another version, or cannot be read.
    #[error("they cannot be read: {0}")]
    Damaged(String),
}

/// A failure of the store. It costs nothing but making it again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The system says no: what is stored may be as good as before.
    #[error("case files: {0}")]
    System(String),
    /// The store says no, whenever it is asked.
    #[error("case files: {0}")]
    Store(String),
    /// A key that this version does not read.
    #[error("case files: a key that is none")]
    Key,
    /// A row that is of another key, or was altered or moved.
    #[error("case files: {0}")]
    Sealed(#[from] NotOfThisKey),
    /// Rows that are missing, or too many.
    #[error("case files: {found} rows of {expected} entries")]
    Rows {
        /// How many there are.
        found: u64,
        /// How many entries are covered, each of which has a row.
        expected: TreeSize,
    },
    /// A row that this version does not read.
    #[error("case files: {0}")]
    Row(#[from] RowError),
    /// They do not cover what is asked about.
    #[error("case files cover {found} entries; {expected} are asked about")]
    Behind {
        /// How many they cover.
        found: TreeSize,
        /// How many are asked about.
        expected: TreeSize,
    },
}

impl StoreError {
    /// Whether what is stored is wrong, so that it has to be made again.
    pub(super) const fn is_damage(&self) -> bool {
        match self {
            Self::Store(_) | Self::Key | Self::Sealed(_) | Self::Rows { .. } | Self::Row(_) => true,
            Self::System(_) | Self::Behind { .. } => false,
        }
    }
}

impl From<fjall::Error> for StoreError {
    fn from(error: fjall::Error) -> Self {
        match &error {
            fjall::Error::Io(io) | fjall::Error::Storage(fjall::LsmError::Io(io)) if passes(io) => {
                Self::System(error.to_string())
            }
            _ => Self::Store(error.to_string()),
        }
    }
}

/// Whether the system only says that it has no more of something now: memory, or open files of all or of this process.
/// A file that is gone, too short or on a bad sector does not come back.
fn passes(error: &std::io::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    error.kind() == std::io::ErrorKind::OutOfMemory || matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
}

/// Does what reads or writes the store, with a panic as an error like others: what cannot be there may be on a disk.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(StoreError::Store("it panicked".to_owned())))
}
