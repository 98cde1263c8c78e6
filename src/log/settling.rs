//! What a recovery writes once the log is judged: what is to be cut is cut, and what is not known to be durable is written and
//! synced anew.

use super::error::OpenError;
use super::frame::{HEADER_LEN, as_u64};
use super::layout;
use super::open_files::{Segment, place_of};
use super::open_report::{OpenReport, Rebuilt};
use crate::storage::{Disk, DiskError, DiskFile};
use std::sync::Arc;
use tlog::defect::as_usize;
use tlog::position::{EntryIndex, TreeSize};

/// Cuts what is to be cut, and writes and syncs anew what is not known to be durable.
pub(super) fn settle_segments(
    disk: &dyn Disk,
    firsts: &[EntryIndex],
    torn: Option<EntryIndex>,
    report: &OpenReport,
    (from_place, from_byte): (usize, u64),
) -> Result<Vec<Arc<Segment>>, OpenError> {
    if let Some(first) = torn {
        disk.remove(&layout::segment(first))?;
    }
    let mut segments = Vec::with_capacity(firsts.len());
    for (place, &first) in firsts.iter().enumerate() {
        let segment = Segment::open(disk, first)?;
        if place >= from_place {
            let cut = report.cut.as_ref().filter(|c| c.file == layout::segment(first));
            if let Some(cut) = cut {
                segment.file.truncate(cut.offset)?;
            }
            let from = if place == from_place { from_byte } else { as_u64(HEADER_LEN) };
            write_again(&*segment.file, 0, as_u64(HEADER_LEN))?;
            write_again(&*segment.file, from, segment.file.len()?)?;
            segment.file.sync()?;
        }
        segments.push(Arc::new(segment));
    }
    disk.sync_dir(layout::LOG)?;
    Ok(segments)
}

/// Writes the bytes that a file already holds: a failed sync may have dropped them, and only a new
/// write makes the next sync count.
fn write_again(file: &dyn DiskFile, mut at: u64, end: u64) -> Result<(), DiskError> {
    let mut buffer = vec![0; 1 << 20];
    while at < end {
        let length = as_usize((end - at).min(as_u64(buffer.len())));
        file.read_at(at, &mut buffer[..length])?;
        file.write_at(at, &buffer[..length])?;
        at += as_u64(length);
    }
    Ok(())
}

/// Gives the derived files their exact length and makes them durable.
pub(super) fn settle_derived(
    disk: &dyn Disk,
    size: TreeSize,
    report: &mut OpenReport,
) -> Result<(), OpenError> {
    let offsets = (layout::OFFSETS.to_owned(), place_of(size.next_index()));
    let count = layout::level_count(size.get());
    let levels = (0..count).map(|k| (layout::level(k), layout::nodes_on(k, size.get()).saturating_mul(32)));
    let exact: Vec<(String, u64)> = [offsets].into_iter().chain(levels).collect();
    for (path, length) in &exact {
        let file = disk.open(path)?;
        if file.len()? > *length {
            report.rebuilt.push(Rebuilt { file: path.clone(), offset: *length, was: "too long" });
            file.truncate(*length)?;
        }
        file.sync()?;
    }
    for name in disk.list(layout::TREE)? {
        let path = format!("{}/{name}", layout::TREE);
        if name.starts_with("level-") && !exact.iter().any(|(p, _)| *p == path) {
            report.rebuilt.push(Rebuilt { file: path.clone(), offset: 0, was: "too long" });
            disk.remove(&path)?;
        }
    }
    disk.sync_dir(layout::TREE)?;
    Ok(disk.sync_dir(layout::LOG)?)
}
