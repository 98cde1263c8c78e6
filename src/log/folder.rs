//! What stands in the log's folder besides bytes: which segments there are, the marker of a process
//! that writes, what a creation left behind, and how a missing or misplaced file is named.

use super::error::OpenError;
use super::frame::{HEADER_LEN, as_u64};
use super::layout;
use super::open_files::Offsets;
use super::sequence::Mismatch;
use crate::damage::Damage;
use crate::storage::{self, Disk, DiskError, DiskErrorKind};
use std::path::Path;
use tlog::position::{EntryIndex, TreeSize};

/// Removes what a creation that did not finish has left; refuses where that holds entries.
pub(super) fn clear_unfinished(disk: &dyn Disk) -> Result<(), OpenError> {
    match no_checkpoint::<()>(disk) {
        Err(OpenError::Missing) => {}
        other => return other,
    }
    for folder in [layout::LOG, layout::TREE] {
        if disk.exists(folder)? {
            for name in disk.list(folder)? {
                disk.remove(&format!("{folder}/{name}"))?;
            }
        }
    }
    for name in [layout::RUNNING, "running.new", "checkpoint.new"] {
        remove_if_there(disk, name)?;
    }
    Ok(())
}

/// Notes durably that a process writes from now on, and that the derived files of `size` entries are
/// durable.
pub(super) fn mark_running(disk: &dyn Disk, size: TreeSize) -> Result<(), DiskError> {
    let text = marker_text(size);
    storage::replace(disk, layout::RUNNING, text.as_bytes())?;
    disk.sync_dir("")
}

/// Whether a process has the log in a folder open, or had when it crashed.
pub fn is_open(dir: &Path) -> bool {
    dir.join(layout::RUNNING).exists()
}

/// The first indices of the segments, in order.
pub(super) fn segments_of(disk: &dyn Disk) -> Result<Vec<EntryIndex>, OpenError> {
    let names = match disk.list(layout::LOG) {
        Err(e) if e.kind == DiskErrorKind::NotFound => Vec::new(),
        other => other?,
    };
    let firsts: Vec<EntryIndex> = names.iter().filter_map(|n| layout::first_index(n, "seg")).collect();
    if firsts.is_empty() {
        return Err(OpenError::Damaged(missing(layout::segment(EntryIndex::new(0)), EntryIndex::new(0))));
    }
    Ok(firsts)
}

/// What it means that there is no checkpoint: creation writes it before the first entry, so either
/// creation never finished or the file was lost.
pub(super) fn no_checkpoint<T>(disk: &dyn Disk) -> Result<T, OpenError> {
    let firsts = match segments_of(disk) {
        Err(OpenError::Damaged(_)) => Vec::new(),
        other => other?,
    };
    for first in firsts {
        let path = layout::segment(first);
        let holds_entries = disk.open(&path)?.len()? > as_u64(HEADER_LEN);
        if holds_entries || first != EntryIndex::new(0) {
            return Err(OpenError::Damaged(Damage {
                file: layout::CHECKPOINT.to_owned(),
                offset: 0,
                entry: None,
                what: "checkpoint",
                found: "no file".to_owned(),
                expected: format!("a checkpoint over the entries of {path}"),
            }));
        }
    }
    Err(OpenError::Missing)
}

/// A file that should be there.
pub(super) fn missing(file: String, entry: EntryIndex) -> Damage {
    let (found, expected) = ("no file".to_owned(), "a file".to_owned());
    Damage { file, offset: 0, entry: Some(entry), what: "file", found, expected }
}

/// A segment that does not begin where the one before it ended: another is missing, or that one is
/// too short; or it begins within that one, and is none of the log's.
pub(super) fn gap(disk: &dyn Disk, first: EntryIndex, expected: EntryIndex) -> Result<Damage, DiskError> {
    if first < expected {
        let wanted = format!("no file of this name: the segment before holds the entries up to {expected}");
        let (file, found) = (layout::segment(first), "a file".to_owned());
        return Ok(Damage { file, offset: 0, entry: None, what: "file", found, expected: wanted });
    }
    let path = layout::segment(expected);
    if !disk.exists(&path)? {
        return Ok(missing(path, expected));
    }
    let (what, found, expected_text) = ("segment's first index", first.to_string(), expected.to_string());
    let file = layout::segment(first);
    Ok(Damage { file, offset: 0, entry: Some(expected), what, found, expected: expected_text })
}

/// Damage from what a walk has found.
pub(super) fn mismatch(file: String, offset: u64, entry: EntryIndex, m: Mismatch) -> Damage {
    Damage { file, offset, entry: Some(entry), what: m.what, found: m.found, expected: m.expected }
}

/// What it means that a log ends with `size` entries where there were more: a segment began there, as the offsets say,
/// and is missing; `None` where it did not end with a segment.
pub(super) fn lost_segment(disk: &dyn Disk, size: TreeSize) -> Option<Damage> {
    let next = size.next_index();
    let began = Offsets::open(disk).and_then(|offsets| offsets.of(next)).ok()?;
    let is_lost = began == as_u64(HEADER_LEN) && !disk.exists(&layout::segment(next)).ok()?;
    is_lost.then(|| missing(layout::segment(next), next))
}

pub(super) fn remove_if_there(disk: &dyn Disk, path: &str) -> Result<(), DiskError> {
    if disk.exists(path)? { disk.remove(path) } else { Ok(()) }
}

fn marker_text(size: TreeSize) -> String {
    let crc = crc32c::crc32c(size.to_string().as_bytes());
    format!("{size} {crc:08x}\n")
}

/// How many entries' derived files were durable when the log was last opened; 0 where the marker
/// does not say, so that everything is computed anew.
pub(super) fn read_marker(disk: &dyn Disk) -> Result<TreeSize, DiskError> {
    if !disk.exists(layout::RUNNING)? {
        return Ok(TreeSize::EMPTY);
    }
    let bytes = storage::read_all(disk, layout::RUNNING)?;
    let text = String::from_utf8_lossy(&bytes);
    let size = text.split(' ').next().and_then(|number| number.parse().ok()).map(TreeSize::new);
    Ok(size.filter(|&size| marker_text(size) == text).unwrap_or_default())
}
