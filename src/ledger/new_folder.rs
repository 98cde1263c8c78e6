//! The folder of a new ledger while it is made: under another name beside its place, so that the ledger
//! appears as a whole or not at all. Knows nothing of what is put into it.

use super::{LedgerError, at};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder being made. Dropped before [`NewFolder::finish`] it is taken away again.
pub(super) struct NewFolder {
    /// Where things are put meanwhile.
    path: PathBuf,
    /// Where the folder will be.
    target: PathBuf,
    finished: bool,
}

impl NewFolder {
    /// Begins the folder `target`, which must not exist or be empty, and must be called by a name:
    /// `.`, `..` and `/` say where one stands, and there is no place beside them.
    pub(super) fn begin(target: &Path) -> Result<Self, LedgerError> {
        let name = target.file_name().ok_or_else(|| LedgerError::Nameless(target.to_owned()))?;
        if fs::read_dir(target).is_ok_and(|mut items| items.next().is_some()) || target.is_file() {
            return Err(LedgerError::Exists(target.to_owned()));
        }
        let mut beside = OsString::from(name);
        beside.push(".making");
        let (path, target) = (target.with_file_name(beside), target.with_file_name(name));
        if path.exists() {
            fs::remove_dir_all(&path).map_err(at(&path))?;
        }
        let grown = grown_by(&path);
        fs::create_dir_all(&path).map_err(at(&path))?;
        let folder = Self { path, target, finished: false };
        for folder in grown {
            sync(&folder)?;
        }
        Ok(folder)
    }

    /// Where to put what belongs into the folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the folder its name, durably. What lies in it must be synced; the names of what lies in it
    /// are made durable here.
    pub(super) fn finish(mut self) -> Result<(), LedgerError> {
        sync(&self.path)?;
        if self.target.exists() {
            fs::remove_dir(&self.target).map_err(at(&self.target))?;
        }
        fs::rename(&self.path, &self.target).map_err(at(&self.target))?;
        self.finished = true;
        sync(parent(&self.target))
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.finished {
            // Why it is not finished is told already; what is left is taken away by the next attempt.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// The folders that get a new name when `path` is made with all that it stands in: each has to be
/// synced, or the new folder is not there after a power cut.
fn grown_by(path: &Path) -> Vec<PathBuf> {
    path.ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .map(|folder| parent(folder).to_owned())
        .collect()
}

/// Makes the names in a folder durable.
pub(super) fn sync(folder: &Path) -> Result<(), LedgerError> {
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

/// The folder that `path` stands in.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_that_gets_a_new_name_is_synced() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let new = root.join("grown");
        assert_eq!(grown_by(&new.join("a/b")), [new.join("a"), new.clone(), root.clone()]);
        assert_eq!(grown_by(&new).as_slice(), std::slice::from_ref(&root));
        assert!(grown_by(&root).is_empty());
        assert_eq!(grown_by(Path::new("no-such-folder-here")), [PathBuf::from(".")]);
    }
}
