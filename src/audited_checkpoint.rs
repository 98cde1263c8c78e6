//! The newest checkpoint that an auditing witness has cosigned, in the ledger's folder: what is erased later has to lie below it.

use crate::known::AUDITED;
use crate::storage::{self, Disk, DiskError};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use tlog::checkpoint::SignedCheckpoint;

/// Keeps a checkpoint in place of the one before.
///
/// # Errors
///
/// Where the folder cannot be written to; the one before is there then.
pub fn keep(disk: &dyn Disk, checkpoint: &SignedCheckpoint) -> Result<(), DiskError> {
    storage::replace(disk, AUDITED, checkpoint.to_string().as_bytes())
}

/// The note that is kept, as its bytes; a claim until it is verified. `None` where there is none.
///
/// # Errors
///
/// Where it is there and cannot be read.
pub fn read(dir: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(dir.join(AUDITED)) {
        Ok(note) => Ok(Some(note)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
