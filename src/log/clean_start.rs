//! Start-up after a clean stop: the edges of every file are checked against each other and against
//! the signed root, without a scan. Time does not grow with the number of entries, only with the
//! number of segments.
//!
//! What lies between the edges is checked when it is read, and by the audit.

use super::derived_files::DerivedFile;
use super::error::{Damage, OpenError};
use super::folder::{gap, mismatch, missing, no_checkpoint, segments_of};
use super::frame::{self, COMMIT_LEN, Commit, Frame, HEADER_LEN, as_u64};
use super::layout;
use super::open_files::{EntryFault, Segment};
use super::recovery::{OpenReport, Opened};
use super::segment_scanner::{self, ScanError};
use super::sequence::compare;
use super::stored_checkpoint::{self, root_of, size_of};
use crate::storage::{Disk, DiskErrorKind};
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::{Entry, EntryHashes};
use std::sync::Arc;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::{OrDefect as _, as_usize};
use tlog::hash::TreeHash;
use tlog::merkle::{Frontier, NodeId, NodeReader};
use tlog::note::VerifierKey;
use tlog::position::{EntryIndex, TreeSize};

/// See the module. Writes nothing.
pub(super) fn open(disk: &Arc<dyn Disk>, key: &VerifierKey) -> Result<(Opened, OpenReport), OpenError> {
    let Some(checkpoint) = stored_checkpoint::read(&**disk, key)? else { return no_checkpoint(&**disk) };
    let size = size_of(&checkpoint);
    let firsts = segments_of(&**disk)?;
    let mut segments = Vec::with_capacity(firsts.len());
    let mut before = Commit { first: EntryIndex::new(0), size: TreeSize::EMPTY, chain: ChainHash::ZERO };
    for (place, &first) in firsts.iter().enumerate() {
        let segment = open_segment(&**disk, first, &before)?;
        before = last_commit(&segment)?.unwrap_or(before);
        let end = firsts.get(place + 1).copied().unwrap_or(size.next_index());
        check_derived_length(&**disk, &DerivedFile::offsets(first), end.get())?;
        segments.push(Arc::new(segment));
    }
    check_end(&segments, &before, &checkpoint)?;
    check_tree(disk, &segments, &checkpoint)?;
    Ok((Opened { segments, checkpoint, size, chain: before.chain }, OpenReport::default()))
}

/// Opens a segment whose header must continue what is before it.
fn open_segment(disk: &dyn Disk, first: EntryIndex, before: &Commit) -> Result<Segment, OpenError> {
    let path = layout::segment(first);
    if first != before.size.next_index() {
        return Err(OpenError::Damaged(gap(disk, first, before.size.next_index())?));
    }
    let segment = Segment::open(disk, first).map_err(|error| match error.kind {
        DiskErrorKind::NotFound => OpenError::Damaged(missing(error.path, first)),
        _ => OpenError::Disk(error),
    })?;
    let header = segment_scanner::read_header(&*segment.file).map_err(|error| match error {
        ScanError::Disk(error) => OpenError::Disk(error),
        ScanError::Bad(at, fault) => {
            let expected = "a whole header";
            OpenError::Damaged(segment.damage(at, first, "segment header", fault.to_string(), expected))
        }
    })?;
    let damaged = |m| OpenError::Damaged(mismatch(path.clone(), 0, first, m));
    compare("segment's first index", header.first, first).map_err(damaged)?;
    compare("chain hash before the segment", header.previous, before.chain).map_err(damaged)?;
    Ok(segment)
}

/// The commit frame at the end of a segment; `None` where the segment has no batch yet.
fn last_commit(segment: &Segment) -> Result<Option<Commit>, OpenError> {
    let length = segment.file.len()?;
    if length == as_u64(HEADER_LEN) {
        return Ok(None);
    }
    let at = length.saturating_sub(as_u64(COMMIT_LEN)).max(as_u64(HEADER_LEN));
    let mut bytes = vec![0; as_usize(length.saturating_sub(at))];
    segment.file.read_at(at, &mut bytes)?;
    let found = match frame::parse(&bytes) {
        Ok((Frame::Commit(commit), _)) => return Ok(Some(commit)),
        Ok((Frame::Entry(_), _)) => "an entry frame".to_owned(),
        Err(fault) => fault.to_string(),
    };
    let expected = "a commit frame at the end of the segment";
    Err(OpenError::Damaged(segment.damage(at, segment.first, "commit frame", found, expected)))
}

fn check_derived_length(disk: &dyn Disk, derived: &DerivedFile, size: u64) -> Result<(), OpenError> {
    match derived.compare_length(disk, derived.end_of(size), false)? {
        None => Ok(()),
        Some(difference) => Err(OpenError::Damaged(derived.damage(difference))),
    }
}

/// The last commit frame, the last entry and the checkpoint speak of the same log.
fn check_end(
    segments: &[Arc<Segment>],
    last: &Commit,
    checkpoint: &SignedCheckpoint,
) -> Result<(), OpenError> {
    let size = size_of(checkpoint);
    let holder = |index: EntryIndex| segments.iter().rev().find(|s| s.first <= index);
    let held = |index| holder(index).or_defect("an entry under a commit frame stands in a segment");
    let end = last.size.last_index().map(|index| (index, held(index)));
    let Some((index, segment)) = end else {
        let damaged =
            |m| OpenError::Damaged(mismatch(layout::CHECKPOINT.to_owned(), 0, size.next_index(), m));
        return compare("size of the checkpoint", size, last.size).map_err(damaged);
    };
    let path = layout::segment(segment.first);
    let commit_at = segment.file.len()?.saturating_sub(as_u64(COMMIT_LEN));
    let damaged = |m| OpenError::Damaged(mismatch(path.clone(), commit_at, index, m));
    compare("size in the last commit frame", last.size, size).map_err(damaged)?;
    let (at, bytes) = stored_entry(segment, index)?;
    let entry_end = at.saturating_add(as_u64(frame::FRAME_HEAD + bytes.len()));
    compare("end of the last entry", entry_end, commit_at).map_err(damaged)?;
    compare("chain hash in the last commit frame", last.chain, EntryHashes::of(&bytes).chain)
        .map_err(damaged)?;
    let damaged = |m| OpenError::Damaged(mismatch(path.clone(), at, index, m));
    let carried = Entry::decode(&bytes).map(|entry| entry.index.to_string());
    let carried = carried.unwrap_or_else(|error| error.to_string());
    compare("last entry's index", carried, index.to_string()).map_err(damaged)
}

/// The nodes at the tree's right edge lead to the signed root, and the last entry is its last leaf.
fn check_tree(
    disk: &Arc<dyn Disk>,
    segments: &[Arc<Segment>],
    checkpoint: &SignedCheckpoint,
) -> Result<(), OpenError> {
    let size = size_of(checkpoint);
    for level in 0..layout::level_count(size.get()) {
        check_derived_length(&**disk, &DerivedFile::level(level), size.get())?;
    }
    let files = super::tree::LevelFiles::open(Arc::clone(disk), size.get())?;
    let found = Frontier::from_nodes(size, &files)?.root();
    if found != root_of(checkpoint) {
        return Err(OpenError::Damaged(Damage {
            file: layout::TREE.to_owned(),
            offset: 0,
            entry: None,
            what: "root from the nodes at the tree's right edge",
            found: found.to_string(),
            expected: format!("{}, as the checkpoint says", root_of(checkpoint)),
        }));
    }
    let Some(index) = size.last_index() else { return Ok(()) };
    let segment = segments.iter().rev().find(|s| s.first <= index);
    let segment = segment.or_defect("the last commit frame, which covers this entry, stands in a segment");
    let leaf = files.node(NodeId { level: 0, index: index.get() })?;
    let (_, bytes) = stored_entry(segment, index)?;
    let damaged =
        |m| OpenError::Damaged(mismatch(layout::level(0), index.get().saturating_mul(32), index, m));
    compare("last entry's leaf", leaf, TreeHash::leaf(&bytes)).map_err(damaged)
}

/// An entry through its offset.
fn stored_entry(segment: &Segment, index: EntryIndex) -> Result<(u64, Vec<u8>), OpenError> {
    let at = segment.offset_of(index)?;
    let bytes = segment.entry_bytes(index, at).map_err(|fault| match fault {
        EntryFault::Disk(error) => OpenError::Disk(error),
        EntryFault::Damaged(damage) => OpenError::Damaged(damage),
    })?;
    Ok((at, bytes))
}
