//! Where bytes are kept: the contract of a disk, and nothing about what the bytes mean.
//!
//! [`FileDisk`], a folder of real files, keeps the contract; so does the disk in memory of the tests, which can
//! lose power and fail on demand. Whatever must survive a crash is written against the contract here, so that
//! the simulation tests what runs in production.

mod error;
mod file;

pub use error::{DiskError, DiskErrorKind};
pub use file::{FileDisk, FolderLock};

use std::sync::Arc;
use tlog::defect::{as_u64, as_usize};

/// A folder of files. Paths are relative to it, with `/` between their parts; `""` is the folder
/// itself.
///
/// **Durability.** A file's bytes are durable after [`DiskFile::sync`] returned `Ok`. A file's name (its
/// creation, renaming or removal) is durable after [`Disk::sync_dir`] of the folder that holds it
/// returned `Ok`; so is a folder's creation, with its parent. Before that, each may or may not survive
/// a crash.
///
/// **Ordering.** Unsynced operations may survive in any combination, whatever their order, and a write
/// may survive in part (by sectors). Renaming is the one exception: the new name refers to the old
/// file or to the new one, never to neither and never to a mixture. Who needs an order puts a sync between.
///
/// **Concurrency.** All calls may come from any thread. A read that overlaps a write at the same place
/// may see either or a mixture; the callers never do that.
///
/// **Retry.** None of these operations is retried by a disk, and none may be retried by the caller
/// without recovering first: after an error it is unknown how much of it happened. After a failed
/// sync it is unknown which of the writes before it are durable, reading them back proves nothing
/// (the page cache answers), and a second sync that succeeds proves nothing either.
pub trait Disk: Send + Sync {
    /// Opens an existing file for reading and writing.
    fn open(&self, path: &str) -> Result<Arc<dyn DiskFile>, DiskError>;

    /// Makes a new, empty file; fails with [`DiskErrorKind::Exists`] where there is one.
    fn create(&self, path: &str) -> Result<Arc<dyn DiskFile>, DiskError>;

    /// Whether there is a file or folder of this name.
    fn exists(&self, path: &str) -> Result<bool, DiskError>;

    /// The names in a folder, sorted.
    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError>;

    /// Makes a folder; one that exists already is left as it is.
    fn create_dir(&self, path: &str) -> Result<(), DiskError>;

    /// Gives a file another name in the same folder, replacing atomically what had it.
    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError>;

    /// Takes a file's name away.
    fn remove(&self, path: &str) -> Result<(), DiskError>;

    /// Makes the names in a folder durable.
    fn sync_dir(&self, folder: &str) -> Result<(), DiskError>;

    /// Whether whoever writes here may: the lock is held, and the folder stands where it was opened. Asked before each
    /// commit point.
    fn is_own(&self) -> Result<(), DiskError> {
        Ok(())
    }
}

/// An open file of a [`Disk`]; see there for the contract.
pub trait DiskFile: Send + Sync {
    /// Fills `buffer` from `offset` on; fails with [`DiskErrorKind::Short`] past the end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError>;

    /// Writes all of `bytes` at `offset`; a gap before it reads as zeros. After an error, any part may
    /// have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), DiskError>;

    /// Length in bytes.
    fn len(&self) -> Result<u64, DiskError>;

    /// Whether it holds no byte.
    fn is_empty(&self) -> Result<bool, DiskError> {
        Ok(self.len()? == 0)
    }

    /// Makes room for `length` bytes, so that writing within them takes no more; the file is as long afterwards, zeros
    /// where nothing was written. A longer file stays as it is.
    fn allocate(&self, length: u64) -> Result<(), DiskError>;

    /// Cuts or (with zeros) extends to `length` bytes.
    fn truncate(&self, length: u64) -> Result<(), DiskError>;

    /// Makes the bytes and the length durable (`fdatasync`).
    fn sync(&self) -> Result<(), DiskError>;
}

/// Reads a whole file.
pub fn read_all(disk: &dyn Disk, path: &str) -> Result<Vec<u8>, DiskError> {
    let file = disk.open(path)?;
    let length = usize::try_from(file.len()?).map_err(|_| DiskError {
        kind: DiskErrorKind::Failed,
        operation: "read",
        path: path.to_owned(),
        message: "longer than memory".to_owned(),
    })?;
    let mut bytes = vec![0; length];
    file.read_at(0, &mut bytes)?;
    Ok(bytes)
}

/// Replaces a small file as a whole: `<path>.new` is written, synced and renamed. The bytes are
/// never garbage; that the *new* ones survive a crash needs [`Disk::sync_dir`] as well.
pub fn replace(disk: &dyn Disk, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
    let new = format!("{path}.new");
    if disk.exists(&new)? {
        // Left over from a replacement that did not finish.
        disk.remove(&new)?;
    }
    let file = disk.create(&new)?;
    file.write_at(0, bytes)?;
    file.sync()?;
    disk.rename(&new, path)
}

/// Whether a file holds nothing but zeros between two places, as room does that was made and not written to.
pub fn is_zero(file: &dyn DiskFile, mut at: u64, end: u64) -> Result<bool, DiskError> {
    static ZEROS: [u8; 64 << 10] = [0; 64 << 10];
    let mut buffer = vec![0; ZEROS.len()];
    while at < end {
        let length = as_usize((end - at).min(as_u64(ZEROS.len())));
        file.read_at(at, &mut buffer[..length])?;
        if buffer[..length] != ZEROS[..length] {
            return Ok(false);
        }
        at += as_u64(length);
    }
    Ok(true)
}
