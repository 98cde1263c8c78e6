//! Start-up after a clean stop: the edges of every file are checked against each other and against
//! the signed root, without a scan. Time does not grow with the number of entries, only with the
//! number of segments.
//!
//! What lies between the edges is checked when it is read, and by the audit.

use super::derived_files::{self, DerivedFile};
use super::error::OpenError;
use super::folder::{gap, mismatch, missing, no_checkpoint, segments_of};
use super::frame::{self, COMMIT_LEN, Commit, Frame, HEADER_LEN, as_u64};
use super::layout;
use super::open_files::{EntryFault, Offsets, Segment};
use super::open_report::OpenReport;
use super::recovery::{self, Opened};
use super::segment_scanner::{self, ScanError};
use super::sequence::compare;
use super::stored_checkpoint::{self, CheckpointSigner, root_of, size_of};
use crate::damage::Damage;
use crate::storage::{Disk, DiskErrorKind, is_zero};
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::EntryHashes;
use ledger_spec::sealed::LogEntry;
use std::sync::Arc;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::{OrDefect as _, as_usize};
use tlog::hash::TreeHash;
use tlog::merkle::{Frontier, NodeId, NodeReader};
use tlog::position::{EntryIndex, TreeSize};

/// See the module. Writes nothing.
pub(super) fn open(
    disk: &Arc<dyn Disk>,
    checkpoints: &CheckpointSigner,
) -> Result<(Opened, OpenReport), OpenError> {
    let read = stored_checkpoint::read(&**disk, checkpoints.key())?;
    let Some(checkpoint) = read else { return no_checkpoint(&**disk) };
    let size = size_of(&checkpoint);
    let firsts = segments_of(&**disk)?;
    // A checkpoint that is older than its log says less than there is: what is missing, a look at all of it tells.
    let ends = checkpoints.goes_on_from(size, root_of(&checkpoint)).map_err(OpenError::from);
    if ends.and_then(|()| derived_files::ends_with(&**disk, size)).is_err() {
        recovery::judge(&**disk, checkpoints, &checkpoint, &firsts)?;
    }
    if let Some(first) = firsts.last().filter(|first| **first > size.next_index()) {
        let (file, found) = (layout::CHECKPOINT.to_owned(), size.to_string());
        let expected = format!("at least {first}, where {} begins", layout::segment(*first));
        let what = "size of the checkpoint";
        return Err(OpenError::Damaged(Damage { file, offset: 0, entry: None, what, found, expected }));
    }
    let mut segments = Vec::with_capacity(firsts.len());
    check_derived_length(&**disk, &DerivedFile::offsets(), size.get())?;
    let offsets = Offsets::open(&**disk)?;
    let (mut before, mut end) = (
        Commit { first: EntryIndex::new(0), size: TreeSize::EMPTY, chain: ChainHash::ZERO },
        as_u64(HEADER_LEN),
    );
    for (place, &first) in firsts.iter().enumerate() {
        let segment = open_segment(&**disk, first, &before)?;
        let next = firsts.get(place + 1).copied().unwrap_or(size.next_index());
        end = as_u64(HEADER_LEN);
        if let Some(last) = TreeSize::new(next.get()).last_index().filter(|last| *last >= first) {
            (before, end) = last_commit(&segment, &offsets, last)?;
        }
        segments.push(Arc::new(segment));
    }
    check_end(&segments, &offsets, (&before, end), &checkpoint)?;
    check_tree(disk, &segments, &offsets, &checkpoint)?;
    let files = super::tree::LevelFiles::open(Arc::clone(disk), size.get())?;
    for known in checkpoints.known() {
        known.holds(Frontier::from_nodes(known.size(), &files)?.root())?;
    }
    Ok((Opened { segments, offsets, checkpoint, size, chain: before.chain, end }, OpenReport::default()))
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

/// The commit frame behind the last entry of a segment, and where it ends.
fn last_commit(segment: &Segment, offsets: &Offsets, index: EntryIndex) -> Result<(Commit, u64), OpenError> {
    let (at, entry) = stored_entry(segment, offsets, index)?;
    let at = at.saturating_add(as_u64(frame::FRAME_HEAD + entry.len()));
    let mut bytes = vec![0; as_usize(segment.file.len()?.saturating_sub(at)).min(COMMIT_LEN)];
    segment.file.read_at(at, &mut bytes)?;
    let found = match frame::parse(&bytes) {
        Ok((Frame::Commit(commit), length)) => return Ok((commit, at.saturating_add(as_u64(length)))),
        Ok((Frame::Entry(_), _)) => "an entry frame".to_owned(),
        Err(fault) => fault.to_string(),
    };
    let expected = "a commit frame behind the segment's last entry";
    Err(OpenError::Damaged(segment.damage(at, index, "commit frame", found, expected)))
}

fn check_derived_length(disk: &dyn Disk, derived: &DerivedFile, size: u64) -> Result<(), OpenError> {
    match derived.compare_length(disk, derived.end_of(size), false)? {
        None => Ok(()),
        Some(difference) => Err(OpenError::Damaged(derived.damage(difference))),
    }
}

/// The last commit frame, the last entry and the checkpoint speak of the same log, and nothing stands behind them.
fn check_end(
    segments: &[Arc<Segment>],
    offsets: &Offsets,
    (last, end): (&Commit, u64),
    checkpoint: &SignedCheckpoint,
) -> Result<(), OpenError> {
    let size = size_of(checkpoint);
    let newest = segments.last().or_defect("a log has a segment, or was refused");
    if !is_zero(&*newest.file, end, newest.file.len()?)? {
        let (what, found) = ("end of the log", "more bytes".to_owned());
        let expected = format!("no more than size {size}, as the checkpoint says");
        return Err(OpenError::Damaged(newest.damage(end, size.next_index(), what, found, &expected)));
    }
    let Some(index) = size.last_index() else { return Ok(()) };
    let segment = segments.iter().rev().find(|s| s.first <= index);
    let segment = segment.or_defect("the first segment begins at entry 0");
    let (at, bytes) = stored_entry(segment, offsets, index)?;
    let path = layout::segment(segment.first);
    let damaged = |m| OpenError::Damaged(mismatch(path.clone(), at, index, m));
    compare("size in the last commit frame", last.size, size).map_err(damaged)?;
    compare("chain hash in the last commit frame", last.chain, EntryHashes::of(&bytes).chain)
        .map_err(damaged)?;
    let carried = LogEntry::decode(&bytes).map(|entry| entry.index().to_string());
    let carried = carried.unwrap_or_else(|error| error.to_string());
    compare("last entry's index", carried, index.to_string()).map_err(damaged)
}

/// The nodes at the tree's right edge lead to the signed root, and the last entry is its last leaf.
fn check_tree(
    disk: &Arc<dyn Disk>,
    segments: &[Arc<Segment>],
    offsets: &Offsets,
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
    let (_, bytes) = stored_entry(segment, offsets, index)?;
    let damaged =
        |m| OpenError::Damaged(mismatch(layout::level(0), index.get().saturating_mul(32), index, m));
    compare("last entry's leaf", leaf, TreeHash::leaf(&bytes)).map_err(damaged)
}

/// An entry through its offset.
fn stored_entry(
    segment: &Segment,
    offsets: &Offsets,
    index: EntryIndex,
) -> Result<(u64, Vec<u8>), OpenError> {
    let at = offsets.of(index)?;
    let bytes = segment.entry_bytes(index, at).map_err(|fault| match fault {
        EntryFault::Disk(error) => OpenError::Disk(error),
        EntryFault::Damaged(damage) => OpenError::Damaged(damage),
    })?;
    Ok((at, bytes))
}
