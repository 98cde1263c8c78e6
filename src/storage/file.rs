//! A disk of real files in one folder, and the lock that keeps a second process out.
//!
//! Knows the operating system's calls; knows nothing about what the files hold.

use super::{Disk, DiskError, DiskErrorKind, DiskFile};
use rustix::fs::FallocateFlags;
use rustix::io::Errno;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files of one folder.
#[derive(Clone, Debug)]
pub struct FileDisk {
    root: PathBuf,
}

/// Held as long as this process may write into a folder; given back when dropped, or by the
/// operating system when the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

struct RealFile {
    file: File,
    path: String,
}

impl FileDisk {
    /// The disk over an existing folder.
    pub fn open(root: &Path) -> Result<Self, DiskError> {
        let shown = root.display().to_string();
        let found = fs::metadata(root).map_err(|e| DiskError::from_io("open", &shown, &e))?;
        if !found.is_dir() {
            let message = "not a folder".to_owned();
            return Err(DiskError { kind: DiskErrorKind::Failed, operation: "open", path: shown, message });
        }
        Ok(Self { root: root.to_owned() })
    }

    /// The disk over a folder that is made where it is missing, its name made durable.
    pub fn create(root: &Path) -> Result<Self, DiskError> {
        let shown = root.display().to_string();
        let failed = |e: std::io::Error| DiskError::from_io("create", &shown, &e);
        fs::create_dir_all(root).map_err(failed)?;
        if let Some(parent) = root.canonicalize().map_err(failed)?.parent() {
            File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Self::open(root)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}

impl FolderLock {
    /// The lock file's name within the folder.
    pub const NAME: &'static str = "lock";

    /// Takes the lock of a folder, or says at once ([`DiskErrorKind::Locked`]) that another process
    /// holds it.
    pub fn take(root: &Path) -> Result<Self, DiskError> {
        let path = root.join(Self::NAME);
        let shown = path.display().to_string();
        let failed = |e: std::io::Error| DiskError::from_io("lock", &shown, &e);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(DiskError {
                kind: DiskErrorKind::Locked,
                operation: "lock",
                path: shown,
                message: "another process holds this ledger's lock".to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

impl Drop for FolderLock {
    /// Gives the lock back by name. Closing the file would do so only once nobody else has it open, and a
    /// child that is being started somewhere in this process has, until it becomes another program.
    fn drop(&mut self) {
        // Where that fails, closing the file is what is left.
        let _ = self.file.unlock();
    }
}

impl Disk for FileDisk {
    fn open(&self, path: &str) -> Result<Arc<dyn DiskFile>, DiskError> {
        let opened = OpenOptions::new().read(true).write(true).open(self.at(path));
        // An auditor may hold a read-only copy; the writes that it never makes would fail by themselves.
        let opened = match opened {
            Err(e)
                if matches!(
                    e.kind(),
                    std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem
                ) =>
            {
                File::open(self.at(path))
            }
            other => other,
        };
        let file = opened.map_err(|e| DiskError::from_io("open", path, &e))?;
        Ok(Arc::new(RealFile { file, path: path.to_owned() }))
    }

    fn create(&self, path: &str) -> Result<Arc<dyn DiskFile>, DiskError> {
        let file = OpenOptions::new()
            .create_new(true)
            .read(true)
            .write(true)
            .open(self.at(path))
            .map_err(|e| DiskError::from_io("create", path, &e))?;
        Ok(Arc::new(RealFile { file, path: path.to_owned() }))
    }

    fn exists(&self, path: &str) -> Result<bool, DiskError> {
        self.at(path).try_exists().map_err(|e| DiskError::from_io("look up", path, &e))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError> {
        let failed = |e: std::io::Error| DiskError::from_io("list", folder, &e);
        let mut names = Vec::new();
        for entry in fs::read_dir(self.at(folder)).map_err(failed)? {
            names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    fn create_dir(&self, path: &str) -> Result<(), DiskError> {
        match fs::create_dir(self.at(path)) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && self.at(path).is_dir() => Ok(()),
            other => other.map_err(|e| DiskError::from_io("create", path, &e)),
        }
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        fs::rename(self.at(from), self.at(to)).map_err(|e| DiskError::from_io("rename", to, &e))
    }

    fn remove(&self, path: &str) -> Result<(), DiskError> {
        fs::remove_file(self.at(path)).map_err(|e| DiskError::from_io("remove", path, &e))
    }

    fn sync_dir(&self, folder: &str) -> Result<(), DiskError> {
        File::open(self.at(folder))
            .and_then(|f| f.sync_all())
            .map_err(|e| DiskError::from_io("sync", folder, &e))
    }
}

impl DiskFile for RealFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        self.file.read_exact_at(buffer, offset).map_err(|e| DiskError::from_io("read", &self.path, &e))
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.file.write_all_at(bytes, offset).map_err(|e| DiskError::from_io("write", &self.path, &e))
    }

    fn len(&self) -> Result<u64, DiskError> {
        self.file.metadata().map(|m| m.len()).map_err(|e| DiskError::from_io("measure", &self.path, &e))
    }

    fn allocate(&self, length: u64) -> Result<(), DiskError> {
        let failed = |error: &std::io::Error| DiskError::from_io("allocate", &self.path, error);
        match rustix::fs::fallocate(&self.file, FallocateFlags::empty(), 0, length) {
            Ok(()) => Ok(()),
            // Not every file system can: then room is found when it is written to.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {
                if self.len()? < length {
                    self.file.set_len(length).map_err(|error| failed(&error))?;
                }
                Ok(())
            }
            Err(error) => Err(failed(&error.into())),
        }
    }

    fn truncate(&self, length: u64) -> Result<(), DiskError> {
        self.file.set_len(length).map_err(|e| DiskError::from_io("truncate", &self.path, &e))
    }

    fn sync(&self) -> Result<(), DiskError> {
        self.file.sync_data().map_err(|e| DiskError::from_io("sync", &self.path, &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{read_all, replace};

    #[test]
    fn real_files_keep_the_contract_and_one_lock_excludes_another() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("disk");
        let disk = FileDisk::create(&root).unwrap();
        let lock = FolderLock::take(&root).unwrap();
        assert_eq!(FolderLock::take(&root).unwrap_err().kind, DiskErrorKind::Locked);
        // Also while a child that is being started still has the file open.
        let inherited = lock.file.try_clone().unwrap();
        drop(lock);
        FolderLock::take(&root).unwrap();
        drop(inherited);
        disk.create_dir("d").unwrap();
        disk.create_dir("d").unwrap();
        replace(&disk, "d/f", b"old").unwrap();
        replace(&disk, "d/f", b"new").unwrap();
        disk.sync_dir("d").unwrap();
        assert_eq!(read_all(&disk, "d/f").unwrap(), b"new");
        assert_eq!(disk.list("d").unwrap(), ["f"]);
        let file = disk.open("d/f").unwrap();
        assert_eq!(file.read_at(1, &mut [0; 3]).unwrap_err().kind, DiskErrorKind::Short);
        file.write_at(5, b"x").unwrap();
        file.sync().unwrap();
        assert_eq!(read_all(&disk, "d/f").unwrap(), b"new\0\0x");
        file.truncate(2).unwrap();
        assert_eq!(file.len().unwrap(), 2);
        file.allocate(4).unwrap();
        file.allocate(3).unwrap();
        assert_eq!(read_all(&disk, "d/f").unwrap(), b"ne\0\0");
        let kind = |r: Result<Arc<dyn DiskFile>, DiskError>| r.map(drop).unwrap_err().kind;
        assert_eq!(kind(disk.create("d/f")), DiskErrorKind::Exists);
        assert_eq!(kind(disk.open("d/g")), DiskErrorKind::NotFound);
        disk.remove("d/f").unwrap();
        assert!(!disk.exists("d/f").unwrap());
    }
}
