//! What was fetched, in a file of its own until all of it is found right.

use super::source::Source;
use super::{Each, RestoreError};
use crate::ledger::LedgerError;
use crate::log::LogReader;
use crate::progress::Progress;
use crate::storage::{Disk, DiskFile};
use ledger_spec::entry::{ChainHash, EntryHashes};
use ledger_spec::sealed::LogEntry;
use std::sync::Arc;
use tlog::defect::{OrDefect as _, as_u64, as_usize};
use tlog::hash::TreeHash;
use tlog::merkle::Frontier;
use tlog::position::{EntryIndex, TreeSize};

/// In the ledger's folder. One that a restore has left that was cut short is written over.
const FILE: &str = "restoring";
/// Length of an entry's length.
const HEAD: usize = 4;

/// The file while it is written.
pub(super) struct Staging {
    disk: Arc<dyn Disk>,
    file: Arc<dyn DiskFile>,
    end: u64,
    /// The tree of what the ledger holds under its checkpoint.
    base: Frontier,
    chain: ChainHash,
    leaves: Vec<TreeHash>,
}

/// Entries that lead from what the ledger holds to a root that its operator signed.
pub(super) struct Staged(Staging);

impl Staging {
    /// Begins behind what is held under the checkpoint, whose tree this is.
    pub(super) fn begin(disk: Arc<dyn Disk>, held: &LogReader, base: Frontier) -> Result<Self, RestoreError> {
        let chain = match base.size().last_index() {
            Some(last) => ChainHash::of_entry(held.raw(last).map_err(LedgerError::from)?.bytes()),
            None => ChainHash::ZERO,
        };
        if disk.exists(FILE)? {
            disk.remove(FILE)?;
        }
        let file = disk.create(FILE)?;
        Ok(Self { disk, file, end: 0, base, chain, leaves: Vec::new() })
    }

    /// Fetches all that `source` shows. Each entry follows from the one before, and all lead to the root that is signed.
    pub(super) fn fetch(mut self, source: &Source, progress: &dyn Progress) -> Result<Staged, RestoreError> {
        let name = || source.name.clone();
        let (mut tree, mut completed) = (self.base.clone(), Vec::new());
        let first = self.base.size().next_index();
        source.entries(first, &mut |index, bytes| {
            let entry = LogEntry::decode(bytes).map_err(|error| RestoreError::Entry {
                name: name(),
                index,
                error,
            })?;
            let expected = tree.size().next_index();
            if (entry.index(), entry.previous(), index) != (expected, self.chain, expected) {
                return Err(RestoreError::Chain { name: name(), index });
            }
            let hashes = EntryHashes::of(bytes);
            self.chain = hashes.chain;
            tree.append(hashes.leaf, &mut completed);
            completed.clear();
            self.leaves.push(hashes.leaf);
            self.push(bytes)?;
            progress.step(tree.size().get(), source.size().get());
            Ok(())
        })?;
        let (found, expected) = (tree.root(), source.checkpoint.checkpoint().root());
        if found != expected {
            return Err(RestoreError::Root { name: name(), found, expected });
        }
        Ok(Staged(self))
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        let length = u32::try_from(bytes.len()).or_defect("an entry that was read is no longer than 64 KiB");
        self.file.write_at(self.end, &[&length.to_le_bytes(), bytes].concat())?;
        self.end += as_u64(HEAD + bytes.len());
        Ok(())
    }
}

impl Staged {
    /// What the root is at a size, from what is held on.
    pub(super) fn root_at(&self) -> Box<dyn Fn(TreeSize) -> Option<TreeHash> + Send> {
        let (base, leaves) = (self.0.base.clone(), self.0.leaves.clone());
        Box::new(move |size| {
            let count = as_usize(size.get().checked_sub(base.size().get())?);
            let (mut tree, mut completed) = (base.clone(), Vec::new());
            for leaf in leaves.get(..count)? {
                tree.append(*leaf, &mut completed);
                completed.clear();
            }
            Some(tree.root())
        })
    }

    /// Gives each entry from one on, in order, as it was found right.
    pub(super) fn each(&self, from: EntryIndex, each: &mut Each<'_>) -> Result<(), RestoreError> {
        let (mut at, first) = (0, self.0.base.size().get());
        for (index, leaf) in (first..).map(EntryIndex::new).zip(&self.0.leaves) {
            let mut head = [0; HEAD];
            self.0.file.read_at(at, &mut head)?;
            let mut bytes = vec![0; as_usize(u64::from(u32::from_le_bytes(head)))];
            self.0.file.read_at(at + as_u64(HEAD), &mut bytes)?;
            at += as_u64(HEAD + bytes.len());
            // The disk may have changed what it was given.
            if TreeHash::leaf(&bytes) != *leaf {
                return Err(RestoreError::Staged { index });
            }
            if index >= from {
                each(index, &bytes)?;
            }
        }
        Ok(())
    }

    /// All of it is in its place.
    pub(super) fn remove(self) -> Result<(), RestoreError> {
        Ok(self.0.disk.remove(FILE)?)
    }
}
