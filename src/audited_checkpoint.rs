//! The newest checkpoint that an auditing witness has cosigned, in the ledger's folder: what is erased later has to lie below it.

use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::{fs, fs::File};
use tlog::checkpoint::SignedCheckpoint;

const FILE: &str = "checkpoint.audited";

/// Keeps a checkpoint in place of the one before.
///
/// # Errors
///
/// Where the folder cannot be written to; the one before is there then.
pub fn keep(dir: &Path, checkpoint: &SignedCheckpoint) -> io::Result<()> {
    let (path, new) = (dir.join(FILE), dir.join(format!("{FILE}.new")));
    let mut file = File::create(&new)?;
    file.write_all(checkpoint.to_string().as_bytes())?;
    file.sync_all()?;
    fs::rename(new, path)
}

/// The note that is kept, as its bytes; a claim until it is verified. `None` where there is none.
///
/// # Errors
///
/// Where it is there and cannot be read.
pub fn read(dir: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(dir.join(FILE)) {
        Ok(note) => Ok(Some(note)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
