//! What follows from the segments, held against what its files say while the segments are read, and written where they do not.
//!
//! Nothing is written of entries that are not known to be durable before they are: a tree that goes on where the log does not
//! would say that entries are lost.

use super::derived_files::DerivedFile;
use super::error::OpenError;
use super::frame::as_u64;
use super::open_report::Rebuilt;
use crate::storage::{Disk, DiskErrorKind};
use tlog::defect::as_usize;
use tlog::position::TreeSize;

/// The derived files of a log that is being read.
pub(super) struct Reconciling<'a> {
    disk: &'a dyn Disk,
    /// Derived files of entries below were durable.
    trusted: TreeSize,
    /// Entries below are.
    durable: TreeSize,
    /// Whether anything is written.
    writes: bool,
    /// What is to be written once all entries are durable: file, place, bytes.
    later: Vec<(String, u64, Vec<u8>)>,
    rebuilt: Vec<Rebuilt>,
}

impl<'a> Reconciling<'a> {
    pub(super) const fn new(disk: &'a dyn Disk, trusted: TreeSize, durable: TreeSize, writes: bool) -> Self {
        Self { disk, trusted, durable, writes, later: Vec::new(), rebuilt: Vec::new() }
    }

    /// Makes a derived file hold `bytes` at `at`. What was durable must hold them already. The rest is
    /// written even where it reads right: after a failed sync, reading proves nothing.
    pub(super) fn reconcile(
        &mut self,
        derived: &DerivedFile,
        at: u64,
        bytes: &[u8],
    ) -> Result<(), OpenError> {
        let trusted = derived.end_of(self.trusted.get());
        if let Some(difference) = derived.compare(self.disk, at, bytes)? {
            if difference.offset < trusted {
                return Err(OpenError::Damaged(derived.damage(difference)));
            }
            if !self.rebuilt.iter().any(|rebuilt| rebuilt.file == derived.path) {
                let (file, offset, was) = (derived.path.clone(), difference.offset, difference.was);
                self.rebuilt.push(Rebuilt { file, offset, was });
            }
        }
        let known = as_usize(trusted.saturating_sub(at).min(as_u64(bytes.len())));
        let (from, bytes) = (at + as_u64(known), &bytes[known..]);
        if !self.writes {
            return Ok(());
        }
        if from + as_u64(bytes.len()) <= derived.end_of(self.durable.get()) {
            return self.write(&derived.path, from, bytes);
        }
        self.later.push((derived.path.clone(), from, bytes.to_vec()));
        Ok(())
    }

    /// Writes the rest, now that all entries are durable: what was not as it should be.
    pub(super) fn finish(mut self) -> Result<Vec<Rebuilt>, OpenError> {
        for (path, at, bytes) in std::mem::take(&mut self.later) {
            self.write(&path, at, &bytes)?;
        }
        Ok(self.rebuilt)
    }

    fn write(&self, path: &str, at: u64, bytes: &[u8]) -> Result<(), OpenError> {
        let file = match self.disk.open(path) {
            Err(error) if error.kind == DiskErrorKind::NotFound => self.disk.create(path)?,
            other => other?,
        };
        if bytes.is_empty() { Ok(()) } else { Ok(file.write_at(at, bytes)?) }
    }
}
