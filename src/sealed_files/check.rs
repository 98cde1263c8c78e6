//! The audit of what is kept beside the log: every byte of every file, held against the log and the root. Reports the
//! first fault and changes nothing.

use super::error::SealedOpenError;
use super::frame_file::Span;
use super::group_scan::{GroupScan, LogSays};
use super::{layout, root_copies, start_up};
use crate::damage::Damage;
use crate::parallel;
use crate::storage::Disk;
use ledger_spec::id::IdentityEpoch;
use ledger_spec::sealed::{FileHeader, FileKind, Generation, Group, Kek, OtherCopy, Root, RootError};
use std::collections::BTreeMap;
use tlog::checkpoint::Origin;
use tlog::position::{EntryIndex, TreeSize};

/// The log that the files are held against.
#[derive(Clone, Copy)]
pub struct CheckedLog<'a> {
    /// How many entries it holds.
    pub size: TreeSize,
    /// Where a process has the files open, or had when it crashed: what stands behind the log is then not looked at, nor
    /// a copy of the root that is older than the other, nor a group's files of the generation before or after the root's.
    /// All of that may be in the making.
    pub open_ended: bool,
    /// How many identity keys it says the ledger has had; a copy, whose root has one of its own, is not asked.
    pub identities: Option<IdentityEpoch>,
    /// What it says of an entry that it holds.
    pub says: &'a (dyn Fn(EntryIndex) -> LogSays + Sync),
    /// Whether every slot of it was unwrapped already, by whoever opened its entries: once is enough.
    pub unwrapped: bool,
    /// On how many threads groups are looked at side by side.
    pub threads: usize,
}

/// Checks all files: both copies of the root, that no file is missing or too many, headers, every frame and slot of every
/// entry, that every slot unwraps, and that nothing stands behind: of what does, where that may be in the making, it gives
/// the entries. The first fault by the groups' order is told, whichever was found first.
pub fn check(
    disk: &dyn Disk,
    origin: &Origin,
    kek: &Kek,
    log: &CheckedLog<'_>,
) -> Result<Option<Span>, SealedOpenError> {
    let copies = root_copies::read(disk, origin, kek)?;
    let in_the_making = log.open_ended && matches!(copies.chosen.other, OtherCopy::Older(_));
    if let Some(damage) = copies.damage().filter(|_| !in_the_making) {
        return Err(damage.into());
    }
    // One that is ahead is what a start goes on from.
    let found = copies.chosen.root.identities.epoch();
    if let Some(expected) = log.identities.filter(|expected| found < *expected) {
        return Err(layout::older_root(found, expected).into());
    }
    if let Some(name) = layout::beside_the_root(disk)?.into_iter().next() {
        return Err(layout::superfluous(name, None, "the root has two copies").into());
    }
    let (files, others) = layout::files(disk)?;
    if let Some(name) = others.into_iter().next() {
        return Err(layout::superfluous(name, None, "no file of a group is called so").into());
    }
    let mut by_group: BTreeMap<Group, Vec<FileHeader>> = BTreeMap::new();
    files.into_iter().for_each(|file| by_group.entry(file.group).or_default().push(file));
    let last = Group::of(log.size.next_index());
    let beyond = by_group.split_off(&Group::new(last.get().saturating_add(1)));
    let (root, mut behind) = (&copies.chosen.root, None);
    let groups = (0..=last.get()).map(|group| {
        let group = Group::new(group);
        (group, by_group.remove(&group).unwrap_or_default())
    });
    let one = |(group, files): (Group, Vec<FileHeader>)| check_group(disk, root, group, &files, log);
    parallel::in_order(log.threads, groups, one, |found| {
        behind = found.or(behind);
        Ok(())
    })?;
    if let Some(file) = beyond.values().flatten().next().filter(|_| !log.open_ended) {
        return Err(start_up::superfluous(file, log.size).into());
    }
    let beyond = beyond.values().filter_map(|files| spans(disk, files));
    Ok(beyond.chain(behind).reduce(Span::with))
}

/// The entries that files of one group have skeletons of: every sealed one has its own.
fn spans(disk: &dyn Disk, files: &[FileHeader]) -> Option<Span> {
    let skeletons = files.iter().filter(|file| file.kind == FileKind::Link);
    skeletons.filter_map(|file| Span::of_file(disk, *file)).reduce(Span::with)
}

fn check_group(
    disk: &dyn Disk,
    root: &Root,
    group: Group,
    files: &[FileHeader],
    log: &CheckedLog<'_>,
) -> Result<Option<Span>, SealedOpenError> {
    let in_the_making = log.open_ended && group == Group::of(log.size.next_index());
    if layout::entries(group, log.size).all(|index| (log.says)(index) == LogSays::Clear) {
        return match files.first() {
            Some(file) if !in_the_making => Err(start_up::superfluous(file, log.size).into()),
            _ => Ok(spans(disk, files)),
        };
    }
    let (generation, key) = root.group(group).map_err(|error| layout::no_key(group, &error))?;
    let in_an_erasure =
        |file: &FileHeader| log.open_ended && file.generation.get().abs_diff(generation.get()) == 1;
    let mut others = files.iter().filter_map(|file| Some((file, other_generation(file, generation)?)));
    if let Some((_, damage)) = others.find(|(file, _)| !in_an_erasure(file)) {
        return Err(damage.into());
    }
    let scan = GroupScan::read(disk, group, generation, log.size)?;
    scan.judge(log.says, (!log.unwrapped).then_some(key))?;
    match scan.behind() {
        Some(damage) if !in_the_making => Err(damage.into()),
        _ => Ok(scan.span_behind()),
    }
}

/// A file of another generation than the root has a key for: somebody brought it back, or has not removed it.
fn other_generation(file: &FileHeader, generation: Generation) -> Option<Damage> {
    let expected = layout::file(file.kind, file.group, generation).generation;
    if file.generation == expected {
        return None;
    }
    let error = RootError::Generation { group: file.group, found: file.generation, expected };
    let entry = Some(layout::first_of(file.group));
    Some(layout::superfluous(layout::path(file), entry, &error.to_string()))
}
