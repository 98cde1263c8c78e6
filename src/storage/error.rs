//! What can go wrong with a disk, in a form that replies and tests can keep and compare.

use std::io;

/// A failed operation of a disk.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation} of {path} failed: {message}")]
pub struct DiskError {
    /// What callers decide by.
    pub kind: DiskErrorKind,
    /// What was tried: `open`, `write`, `sync`, …
    pub operation: &'static str,
    /// On which file, relative to the disk's folder.
    pub path: String,
    /// What the operating system said.
    pub message: String,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiskErrorKind {
    /// No such file or folder.
    NotFound,
    /// There is one already.
    Exists,
    /// No space left, or a quota reached.
    Full,
    /// Another process holds the folder's lock.
    Locked,
    /// The folder does not stand any more where it was opened.
    Moved,
    /// The file ends before the bytes that were to be read.
    Short,
    /// Anything else: what happened is unknown.
    Failed,
}

impl DiskError {
    /// Keeps what matters of an operating system's error.
    pub(super) fn from_io(operation: &'static str, path: &str, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => DiskErrorKind::NotFound,
            io::ErrorKind::AlreadyExists => DiskErrorKind::Exists,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                DiskErrorKind::Full
            }
            io::ErrorKind::UnexpectedEof => DiskErrorKind::Short,
            _ => DiskErrorKind::Failed,
        };
        Self { kind, operation, path: path.to_owned(), message: error.to_string() }
    }
}
