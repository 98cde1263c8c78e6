//! A disk of real files in one folder, and the lock that keeps a second process out.
//!
//! Knows the operating system's calls; knows nothing about what the files hold.

use super::{Disk, DiskError, DiskErrorKind, DiskFile};
use rustix::fs::{AtFlags, FallocateFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files of one folder, which is opened once: whatever is done is done in that folder, also when another has taken its
/// name meanwhile.
#[derive(Clone, Debug)]
pub struct FileDisk {
    folder: Arc<OpenFolder>,
    /// Whether the folder has to be its own before anything is committed.
    locked: bool,
}

/// Held as long as this process may write into a folder; given back when dropped, or by the operating system when the
/// process ends, however it ends. It is on the folder itself: there is no file that somebody could take away.
#[derive(Debug)]
pub struct FolderLock {
    folder: Arc<OpenFolder>,
}

/// A folder, by its handle, and the name by which it was opened.
#[derive(Debug)]
struct OpenFolder {
    handle: File,
    path: PathBuf,
}

struct RealFile {
    file: File,
    path: String,
}

impl OpenFolder {
    fn open(path: &Path) -> Result<Self, DiskError> {
        let shown = path.display().to_string();
        let failed = |errno: Errno| match errno {
            Errno::NOTDIR => DiskError {
                kind: DiskErrorKind::Failed,
                operation: "open",
                path: shown.clone(),
                message: "not a folder".to_owned(),
            },
            errno => DiskError::from_io("open", &shown, &errno.into()),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = rustix::fs::open(path, flags, Mode::empty()).map_err(failed)?;
        // A path from where the process stands now stays one from there.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Ok(Self { handle: handle.into(), path })
    }

    /// Opens what this path names from the folder on.
    fn at(&self, path: &str, flags: OFlags) -> io::Result<File> {
        let path = if path.is_empty() { "." } else { path };
        let mode = Mode::from_raw_mode(0o666);
        Ok(rustix::fs::openat(&self.handle, path, flags | OFlags::CLOEXEC, mode)?.into())
    }

    /// Whether its name still is this folder's.
    fn is_in_its_place(&self) -> io::Result<bool> {
        let held = rustix::fs::fstat(&self.handle)?;
        match rustix::fs::stat(&self.path) {
            Ok(found) => Ok((found.st_dev, found.st_ino) == (held.st_dev, held.st_ino)),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Takes the lock that is on the folder, or keeps it where this handle has it.
    fn lock(&self) -> Result<(), DiskError> {
        let shown = self.path.display().to_string();
        match rustix::fs::flock(&self.handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(()),
            Err(Errno::WOULDBLOCK) => Err(DiskError {
                kind: DiskErrorKind::Locked,
                operation: "lock",
                path: shown,
                message: "another process holds this ledger's lock".to_owned(),
            }),
            Err(errno) => Err(DiskError::from_io("lock", &shown, &errno.into())),
        }
    }

    /// Whether the lock and the name are this handle's still: whoever has neither writes into a folder that is somebody else's,
    /// or into one that nobody will open again.
    fn is_own(&self) -> Result<(), DiskError> {
        self.lock()?;
        let shown = self.path.display().to_string();
        match self.is_in_its_place() {
            Ok(true) => Ok(()),
            Ok(false) => Err(DiskError {
                kind: DiskErrorKind::Moved,
                operation: "lock",
                path: shown,
                message: "the folder was moved, or another stands in its place".to_owned(),
            }),
            Err(error) => Err(DiskError::from_io("lock", &shown, &error)),
        }
    }
}

impl FileDisk {
    /// The disk over an existing folder.
    pub fn open(root: &Path) -> Result<Self, DiskError> {
        Ok(Self { folder: Arc::new(OpenFolder::open(root)?), locked: false })
    }

    /// The disk over a folder that is made where it is missing, its name made durable.
    pub fn create(root: &Path) -> Result<Self, DiskError> {
        let shown = root.display().to_string();
        let failed = |e: io::Error| DiskError::from_io("create", &shown, &e);
        fs::create_dir_all(root).map_err(failed)?;
        if let Some(parent) = root.canonicalize().map_err(failed)?.parent() {
            File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Self::open(root)
    }
}

impl FolderLock {
    /// Takes the lock of a folder, or says at once ([`DiskErrorKind::Locked`]) that another process
    /// holds it.
    pub fn take(root: &Path) -> Result<Self, DiskError> {
        let folder = OpenFolder::open(root)?;
        folder.lock()?;
        // Before anybody rests on it: what was locked may have been moved in between.
        folder.is_own()?;
        Ok(Self { folder: Arc::new(folder) })
    }

    /// The files of the folder that is locked, by the same handle. Nothing is committed there once it is not its own.
    pub fn disk(&self) -> FileDisk {
        FileDisk { folder: self.folder.clone(), locked: true }
    }
}

impl Drop for FolderLock {
    /// Gives the lock back by name. Closing the folder would do so only once nobody else has it open, and a
    /// child that is being started somewhere in this process has, until it becomes another program.
    fn drop(&mut self) {
        // Where that fails, closing the folder is what is left.
        let _ = rustix::fs::flock(&self.folder.handle, FlockOperation::Unlock);
    }
}

impl Disk for FileDisk {
    fn open(&self, path: &str) -> Result<Arc<dyn DiskFile>, DiskError> {
        // An auditor may hold a read-only copy; the writes that it never makes would fail by themselves.
        let opened = match self.folder.at(path, OFlags::RDWR) {
            Err(e) if matches!(e.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                self.folder.at(path, OFlags::RDONLY)
            }
            other => other,
        };
        let file = opened.map_err(|e| DiskError::from_io("open", path, &e))?;
        Ok(Arc::new(RealFile { file, path: path.to_owned() }))
    }

    fn create(&self, path: &str) -> Result<Arc<dyn DiskFile>, DiskError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        let file = self.folder.at(path, flags).map_err(|e| DiskError::from_io("create", path, &e))?;
        Ok(Arc::new(RealFile { file, path: path.to_owned() }))
    }

    fn exists(&self, path: &str) -> Result<bool, DiskError> {
        match rustix::fs::statat(&self.folder.handle, path, AtFlags::empty()) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(DiskError::from_io("look up", path, &errno.into())),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError> {
        let failed = |e: io::Error| DiskError::from_io("list", folder, &e);
        let opened = self.folder.at(folder, OFlags::RDONLY | OFlags::DIRECTORY).map_err(failed)?;
        let entries = rustix::fs::Dir::new(opened).map_err(|errno| failed(errno.into()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|errno| failed(errno.into()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !matches!(&*name, "." | "..") {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn create_dir(&self, path: &str) -> Result<(), DiskError> {
        match rustix::fs::mkdirat(&self.folder.handle, path, Mode::from_raw_mode(0o777)) {
            Err(Errno::EXIST) if self.folder.at(path, OFlags::RDONLY | OFlags::DIRECTORY).is_ok() => Ok(()),
            other => other.map_err(|errno| DiskError::from_io("create", path, &errno.into())),
        }
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        let folder = &self.folder.handle;
        let renamed = rustix::fs::renameat(folder, from, folder, to);
        renamed.map_err(|errno| DiskError::from_io("rename", to, &errno.into()))
    }

    fn remove(&self, path: &str) -> Result<(), DiskError> {
        let removed = rustix::fs::unlinkat(&self.folder.handle, path, AtFlags::empty());
        removed.map_err(|errno| DiskError::from_io("remove", path, &errno.into()))
    }

    fn sync_dir(&self, folder: &str) -> Result<(), DiskError> {
        self.folder
            .at(folder, OFlags::RDONLY | OFlags::DIRECTORY)
            .and_then(|f| f.sync_all())
            .map_err(|e| DiskError::from_io("sync", folder, &e))
    }

    fn is_own(&self) -> Result<(), DiskError> {
        if self.locked { self.folder.is_own() } else { Ok(()) }
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
        let inherited = lock.folder.handle.try_clone().unwrap();
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

    #[test]
    fn a_folder_that_was_moved_is_not_its_own_and_what_took_its_place_is_not_touched() {
        let place = tempfile::tempdir().unwrap();
        let (root, moved) = (place.path().join("disk"), place.path().join("moved"));
        drop(FileDisk::create(&root).unwrap());
        let lock = FolderLock::take(&root).unwrap();
        let disk = lock.disk();
        disk.is_own().unwrap();
        fs::rename(&root, &moved).unwrap();
        assert_eq!(disk.is_own().unwrap_err().kind, DiskErrorKind::Moved);
        FileDisk::create(&root).unwrap().is_own().unwrap();
        assert_eq!(disk.is_own().unwrap_err().kind, DiskErrorKind::Moved);
        replace(&disk, "f", b"where it was opened").unwrap();
        assert!(moved.join("f").exists() && !root.join("f").exists());
        // The other folder is another's to lock; this one is nobody's as long as it is held here.
        drop(FolderLock::take(&root).unwrap());
        assert_eq!(FolderLock::take(&moved).unwrap_err().kind, DiskErrorKind::Locked);
        fs::remove_dir_all(&root).unwrap();
        fs::rename(&moved, &root).unwrap();
        disk.is_own().unwrap();
    }
}
