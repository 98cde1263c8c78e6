//! The files of a folder and of the folders in it, for tests of the whole workspace that look through files.

use std::path::{Path, PathBuf};

/// Every file under `folder` whose name ends in `ending`, in order; what building leaves behind in a `target` is
/// passed over.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let item = item.unwrap();
        let (path, name) = (item.path(), item.file_name().into_string().unwrap());
        if !path.is_dir() {
            found.extend(name.ends_with(ending).then_some(path));
        } else if name != "target" {
            found.extend(files(&path, ending));
        }
    }
    found.sort();
    found
}
