//! Why case files are not believed, and what can go wrong with them.

use ledger_spec::casefile::RowError;
use tlog::position::TreeSize;

/// Why what is stored is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreDoubt {
    /// There is nothing.
    #[error("there are none yet")]
    Missing,
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
    /// The store says no.
    #[error("case files: {0}")]
    Store(String),
    /// A key that this version does not read.
    #[error("case files: a key that is none")]
    Key,
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
}

impl From<fjall::Error> for StoreError {
    fn from(error: fjall::Error) -> Self {
        Self::Store(error.to_string())
    }
}
