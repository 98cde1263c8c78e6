//! Start-up: the group that the log ends in is read and judged, and what the log does not hold is cut.
//!
//! What is written here is synced before the log's segment is: so whatever the log holds was durable, and what of it is
//! missing or altered is damage and is refused. Entries at or beyond the log's size were never acknowledged. Nothing is
//! written before all has been judged, and nothing of entries below the size ever is.
//!
//! Of an erasure that was cut short the root says how far it came: the files that it has keys for are whole, and the others
//! are removed unread, half written as they may be.

use super::error::SealedOpenError;
use super::frame_file::Span;
use super::group_scan::{GroupScan, LogSays, SealedCut};
use super::open_group::OpenGroup;
use super::{SealedOpenReport, layout};
use crate::damage::Damage;
use crate::storage::{Disk, DiskError};
use ledger_spec::sealed::{FileHeader, FileKind, Group, Root, RootError};
use tlog::position::{EntryIndex, TreeSize};

/// How the last use of the files ended.
#[derive(Clone, Copy)]
pub enum LastStop<'a> {
    /// Cleanly: nothing stands behind what the log holds, or it is damage.
    Clean,
    /// In any other way, so that the log was read: it is asked about the entries of its last group.
    Unclean(&'a dyn Fn(EntryIndex) -> LogSays),
}

/// What is to be done, after all was judged.
pub(super) struct Judged {
    scan: Option<GroupScan>,
    /// Files of entries that the log does not hold.
    beyond: Vec<FileHeader>,
    /// Files of other generations than the root's.
    replaced: Vec<FileHeader>,
    unclean: bool,
}

/// Judges the files of the groups for a log of `size` entries. Nothing is written.
pub(super) fn judge(
    disk: &dyn Disk,
    root: &Root,
    size: TreeSize,
    stop: LastStop<'_>,
) -> Result<Judged, SealedOpenError> {
    let (files, _) = layout::files(disk)?;
    let last = Group::of(size.next_index());
    let holds = match stop {
        LastStop::Clean => {
            layout::entries(last, size).next().is_some() && files.iter().any(|file| file.group == last)
        }
        LastStop::Unclean(says) => layout::entries(last, size).any(|index| says(index) != LogSays::Clear),
    };
    let (beyond, held): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.group > last || file.group == last && !holds);
    let replaced = of_other_generations(root, &held)?;
    let scan = if holds { Some(scan(disk, root, last, size)?) } else { None };
    let unclean = match stop {
        LastStop::Clean => {
            if let Some(file) = beyond.first() {
                return Err(superfluous(file, size).into());
            }
            if let Some(damage) = scan.as_ref().and_then(GroupScan::behind) {
                return Err(damage.into());
            }
            false
        }
        LastStop::Unclean(says) => {
            if let Some(scan) = &scan {
                scan.judge(says, None)?;
            }
            true
        }
    };
    Ok(Judged { scan, beyond, replaced, unclean })
}

/// Of files those of another generation than the root has keys for: what an erasure that was cut short has made before
/// its root, or replaced by it. In both cases the root's own are there. Where they are not, the root is older than the
/// files, or somebody has put older files in their place.
pub(super) fn of_other_generations(root: &Root, files: &[FileHeader]) -> Result<Vec<FileHeader>, Damage> {
    let mut others = Vec::new();
    for file in files.iter().filter(|file| file.kind != FileKind::Link) {
        // A group without any key is told by whoever reads it.
        let Ok((expected, _)) = root.group(file.group) else { continue };
        if file.generation == expected {
            continue;
        }
        let own = layout::file(file.kind, file.group, expected);
        if !files.contains(&own) {
            let (group, found) = (file.group, file.generation);
            return Err(if found > expected {
                layout::no_key(group, &RootError::Generation { group, found, expected })
            } else {
                layout::missing(layout::path(&own), Some(layout::first_of(group)))
            });
        }
        others.push(*file);
    }
    Ok(others)
}

impl Judged {
    /// Does it. Gives the group that is written to next, if it has files, and what was cut and removed.
    pub(super) fn settle(self, disk: &dyn Disk) -> Result<(Option<OpenGroup>, SealedOpenReport), DiskError> {
        let Self { scan, beyond, replaced, unclean } = self;
        let mut cut: Vec<SealedCut> = beyond.iter().map(|file| unheld(disk, file)).collect();
        remove(disk, &beyond)?;
        let replaced = remove(disk, &replaced)?;
        // Also where nothing is removed now: of an earlier removal it is unknown whether it lasts.
        disk.sync_dir(layout::SEALED)?;
        let files = match scan {
            Some(scan) if unclean => Some(scan.cut(&mut cut)?),
            scan => scan.map(|scan| scan.files),
        };
        Ok((files, SealedOpenReport { cut, replaced, mended: None }))
    }
}

fn scan(disk: &dyn Disk, root: &Root, group: Group, size: TreeSize) -> Result<GroupScan, SealedOpenError> {
    match root.group(group) {
        Ok((generation, _)) => Ok(GroupScan::read(disk, group, generation, size)?),
        Err(error) => Err(layout::no_key(group, &error).into()),
    }
}

/// A file of entries that the log does not hold, as what is cut: with those of them that it has frames of.
fn unheld(disk: &dyn Disk, header: &FileHeader) -> SealedCut {
    let span = match header.kind {
        FileKind::Body | FileKind::Link => Span::of_file(disk, *header),
        FileKind::Slot => None,
    };
    let found = span
        .map_or_else(|| "a file of entries that the log does not hold".to_owned(), |span| span.to_string());
    SealedCut { file: layout::path(header), offset: 0, found }
}

/// A file of entries that the log does not hold.
pub(super) fn superfluous(file: &FileHeader, size: TreeSize) -> Damage {
    let why = format!("the log of {size} entries has no sealed one in this group");
    layout::superfluous(layout::path(file), Some(layout::first_of(file.group)), &why)
}

/// Removes files, and says which. Their names' removal is not synced.
pub(super) fn remove(disk: &dyn Disk, files: &[FileHeader]) -> Result<Vec<String>, DiskError> {
    let paths = files.iter().map(layout::path);
    paths.map(|path| disk.remove(&path).map(|()| path)).collect()
}
