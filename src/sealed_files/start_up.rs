//! Start-up: the group that the log ends in is read and judged, and what the log does not hold is cut.
//!
//! What is written here is synced before the log's segment is: so whatever the log holds was durable, and what of it is
//! missing or altered is damage and is refused. Entries at or beyond the log's size were never acknowledged. Nothing is
//! written before all has been judged, and nothing of entries below the size ever is.

use super::error::SealedOpenError;
use super::group_scan::{GroupScan, LogSays, SealedCut};
use super::layout;
use super::open_group::OpenGroup;
use crate::damage::Damage;
use crate::storage::{Disk, DiskError};
use ledger_spec::sealed::{FileHeader, Group, Root};
use tlog::position::{EntryIndex, TreeSize};

/// How the last use of the files ended.
#[derive(Clone, Copy)]
pub enum LastStop<'a> {
    /// Cleanly: nothing stands behind what the log holds, or it is damage.
    Clean,
    /// In any other way, so that the log was read: it is asked about the entries of its last group.
    Unclean(&'a dyn Fn(EntryIndex) -> LogSays),
}

/// Judges and settles the files of the groups for a log of `size` entries. Gives the group that is written to next, if
/// it has files.
pub(super) fn settle(
    disk: &dyn Disk,
    root: &Root,
    size: TreeSize,
    stop: LastStop<'_>,
) -> Result<(Option<OpenGroup>, Vec<SealedCut>), SealedOpenError> {
    let (files, _) = layout::files(disk)?;
    let last = Group::of(size.next_index());
    let holds = match stop {
        LastStop::Clean => {
            layout::entries(last, size).next().is_some() && files.iter().any(|file| file.group == last)
        }
        LastStop::Unclean(says) => layout::entries(last, size).any(|index| says(index) != LogSays::Clear),
    };
    let beyond: Vec<FileHeader> =
        files.into_iter().filter(|file| file.group > last || file.group == last && !holds).collect();
    let scan = if holds { Some(scan(disk, root, last, size)?) } else { None };
    match stop {
        LastStop::Clean => {
            if let Some(file) = beyond.first() {
                return Err(superfluous(file, size).into());
            }
            match scan.as_ref().and_then(GroupScan::behind) {
                Some(damage) => Err(damage.into()),
                None => Ok((scan.map(|scan| scan.files), Vec::new())),
            }
        }
        LastStop::Unclean(says) => {
            if let Some(scan) = &scan {
                scan.judge(says, None)?;
            }
            // All is judged: from here on there is writing.
            let mut cuts = remove(disk, &beyond)?;
            let files = scan.map(|scan| scan.cut(&mut cuts)).transpose()?;
            Ok((files, cuts))
        }
    }
}

fn scan(disk: &dyn Disk, root: &Root, group: Group, size: TreeSize) -> Result<GroupScan, SealedOpenError> {
    match root.group(group) {
        Ok((generation, _)) => Ok(GroupScan::read(disk, group, generation, size)?),
        Err(error) => Err(layout::no_key(group, &error).into()),
    }
}

/// A file of entries that the log does not hold.
pub(super) fn superfluous(file: &FileHeader, size: TreeSize) -> Damage {
    let why = format!("the log of {size} entries has no sealed one in this group");
    layout::superfluous(layout::path(file), Some(layout::first_of(file.group)), &why)
}

fn remove(disk: &dyn Disk, files: &[FileHeader]) -> Result<Vec<SealedCut>, DiskError> {
    let cut = |file: &FileHeader| {
        let path = layout::path(file);
        disk.remove(&path)?;
        Ok(SealedCut {
            file: path,
            offset: 0,
            found: "a file of entries that the log does not hold".to_owned(),
        })
    };
    let cuts = files.iter().map(cut).collect::<Result<_, _>>()?;
    // Also where nothing is removed now: of an earlier removal it is unknown whether it lasts.
    disk.sync_dir(layout::SEALED)?;
    Ok(cuts)
}
