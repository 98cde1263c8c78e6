//! Where a catalogue's files come from: a folder, or the program itself.

use crate::cli::failure::Failure;
use crate::words::{quoted, say};
use ledger_authoring::shipped::{Shipped, ShippedError};
use ledger_spec::wording::Words;
use std::path::{Path, PathBuf};
use tlog::defect::OrDefect as _;

/// Reads and checks a catalogue; without a folder, the one inside the program.
pub(super) fn load(folder: Option<&Path>) -> Result<Result<Shipped, Vec<ShippedError>>, Failure> {
    let Some(folder) = folder else { return Ok(Shipped::embedded()) };
    let mut paths = Vec::new();
    gather(folder, &mut paths)?;
    if paths.is_empty() {
        return Err(Failure::usage(say!("{}: holds no .toml file", Words::data(folder.display()))));
    }
    paths.sort();
    let mut texts = Vec::with_capacity(paths.len());
    for path in &paths {
        let text = std::fs::read_to_string(path).map_err(Failure::file(path))?;
        texts.push((path.display().to_string(), text));
    }
    Ok(Shipped::load(texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))))
}

/// The same for those who cannot go on with faults.
pub(super) fn load_right(folder: Option<&Path>) -> Result<Shipped, Failure> {
    load(folder)?.map_err(|faults| {
        let first = faults.first().or_defect("a catalogue that is refused has a fault");
        match faults.len() {
            1 => Failure::usage(quoted(first)),
            more => Failure::usage(say!(
                "{} (and {} faults more: see catalogue check)",
                quoted(first),
                Words::data(more - 1)
            )),
        }
    })
}

/// The .toml files in a folder and the folders below it. Links are not followed into folders.
fn gather(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for item in std::fs::read_dir(folder).map_err(Failure::file(folder))? {
        let item = item.map_err(Failure::file(folder))?;
        let (path, kind) = (item.path(), item.file_type().map_err(Failure::file(folder))?);
        if kind.is_dir() {
            gather(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    Ok(())
}
