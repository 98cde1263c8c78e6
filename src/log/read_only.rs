//! Reading a log that another process may have open: no lock, nothing written.

use super::error::OpenError;
use super::folder::{no_checkpoint, segments_of};
use super::frame::{Frame, HEADER_LEN, as_u64};
use super::layout;
use super::open_files::{Offsets, OpenFiles, Segment};
use super::reader::LogReader;
use super::segment_scanner::{ScanError, Scanner};
use super::stored_checkpoint::{self, size_of};
use super::tree::{LevelFiles, Tail, nodes_of};
use crate::damage::Damage;
use crate::storage::{Disk, DiskError};
use std::ops::Range;
use std::sync::Arc;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::as_usize;
use tlog::hash::TreeHash;
use tlog::note::VerifierKey;
use tlog::position::{EntryIndex, TreeSize};

/// A reader of what the checkpoint in the folder covers now. Nothing is scanned: what is read is
/// checked when it is read, and damage is named then.
pub fn open_to_read(disk: Arc<dyn Disk>, key: &VerifierKey) -> Result<LogReader, OpenError> {
    let Some(checkpoint) = stored_checkpoint::read(&*disk, key)? else { return no_checkpoint(&*disk) };
    let size = size_of(&checkpoint);
    let firsts = segments_of(&*disk)?;
    let covered = firsts.into_iter().filter(|first| first.is_in(size));
    let segments =
        covered.map(|first| Segment::open(&*disk, first).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    let offsets = Offsets::open(&*disk)?;
    let levels = LevelFiles::open(disk, size.get())?;
    let tail = Tail::load(&levels, size)?;
    Ok(LogReader::new(OpenFiles::new(levels, offsets, tail, segments, checkpoint)))
}

/// How many entries the stored checkpoint covers; none where there is no checkpoint.
pub fn covered(disk: &dyn Disk, key: &VerifierKey) -> Result<TreeSize, OpenError> {
    let checkpoint = stored_checkpoint::read(disk, key)?;
    Ok(checkpoint.as_ref().map_or(TreeSize::EMPTY, size_of))
}

/// The bytes of entry 0, from its frame alone: where an auditor who was given no key finds the one
/// that the ledger names.
pub fn first_entry(disk: &dyn Disk) -> Result<Vec<u8>, OpenError> {
    let first = EntryIndex::new(0);
    let file = disk.open(&layout::segment(first))?;
    let damaged = |offset, found: String| {
        OpenError::Damaged(Damage {
            file: layout::segment(first),
            offset,
            entry: Some(first),
            what: "entry 0",
            found,
            expected: "an entry frame".to_owned(),
        })
    };
    let mut scanner = Scanner::new(file, as_u64(HEADER_LEN))?;
    match scanner.next() {
        Ok(Some(placed)) => match placed.frame {
            Frame::Entry(bytes) => Ok(bytes.to_vec()),
            Frame::Commit(_) => Err(damaged(placed.at, "a commit frame".to_owned())),
        },
        Ok(None) => Err(damaged(as_u64(HEADER_LEN), "end of file".to_owned())),
        Err(ScanError::Disk(error)) => Err(error.into()),
        Err(ScanError::Bad(at, fault)) => Err(damaged(at, fault.to_string())),
    }
}

/// Where an entry's frame begins: its segment's file and the byte there, as the offsets say. `None`
/// where the files do not say.
pub fn position_of(disk: &dyn Disk, index: EntryIndex) -> Option<(String, u64)> {
    let first = segments_of(disk).ok()?.into_iter().rfind(|first| *first <= index)?;
    let at = Offsets::open(disk).ok()?.of(index).ok()?;
    Some((layout::segment(first), at))
}

/// The leaves of entries, as the tree's file has them: what [`super::verify_files`] has found right, or unchecked.
pub fn stored_leaves(disk: &dyn Disk, of: Range<u64>) -> Result<Vec<TreeHash>, DiskError> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let file = disk.open(&layout::level(0))?;
    let mut bytes = vec![0; as_usize(of.end - of.start) * TreeHash::LEN];
    file.read_at(of.start.saturating_mul(as_u64(TreeHash::LEN)), &mut bytes)?;
    Ok(nodes_of(&bytes))
}

/// The checkpoint that is stored, its signature verified.
pub fn newest_checkpoint(disk: &dyn Disk, key: &VerifierKey) -> Result<SignedCheckpoint, OpenError> {
    stored_checkpoint::read(disk, key)?.map_or_else(|| no_checkpoint(disk), Ok)
}
