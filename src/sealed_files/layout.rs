//! Which files there are beside the log and what they are called, and how one that is missing or too many is named.

use super::error::SealedReadError;
use crate::damage::Damage;
use crate::storage::{Disk, DiskErrorKind};
use ledger_spec::id::IdentityEpoch;
use ledger_spec::sealed::{FileHeader, FileKind, GROUP_LEN, Generation, Group, RootCopy, RootError};
use tlog::position::{EntryIndex, TreeSize};

/// Folder of the groups' files.
pub(super) const SEALED: &str = "sealed";
/// Folder of the root's copies, and of keys that are not this room's.
pub(super) const KEYS: &str = "keys";
/// Both copies, in the order in which they are replaced.
pub(super) const COPIES: [RootCopy; 2] = [RootCopy::A, RootCopy::B];

const KINDS: [FileKind; 3] = [FileKind::Body, FileKind::Slot, FileKind::Link];

/// A copy of the root.
pub(super) const fn root(copy: RootCopy) -> &'static str {
    match copy {
        RootCopy::A => "keys/root.a",
        RootCopy::B => "keys/root.b",
    }
}

/// The file of a group in a generation; files of skeletons are always of the first.
pub(super) const fn file(kind: FileKind, group: Group, generation: Generation) -> FileHeader {
    let generation = match kind {
        FileKind::Link => Generation::FIRST,
        FileKind::Body | FileKind::Slot => generation,
    };
    FileHeader { kind, group, generation }
}

/// Where a file lies.
pub(super) fn path(header: &FileHeader) -> String {
    format!("{SEALED}/{}", header.file_name())
}

/// The first entry of a group.
pub(super) const fn first_of(group: Group) -> EntryIndex {
    EntryIndex::new(group.get().saturating_mul(GROUP_LEN))
}

/// The entries of a group that a log of `size` entries holds.
pub(super) fn entries(group: Group, size: TreeSize) -> impl Iterator<Item = EntryIndex> {
    let first = first_of(group).get();
    (first..size.get().min(first.saturating_add(GROUP_LEN))).map(EntryIndex::new)
}

/// Of the names in the groups' folder the files that they are of, and the names that are none of ours.
pub(super) fn files(disk: &dyn Disk) -> Result<(Vec<FileHeader>, Vec<String>), SealedReadError> {
    let names = disk.list(SEALED).map_err(|error| match error.kind {
        DiskErrorKind::NotFound => SealedReadError::Damaged(missing(SEALED.to_owned(), None)),
        _ => error.into(),
    })?;
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for name in names {
        match file_of(&name) {
            Some(file) => files.push(file),
            None => others.push(format!("{SEALED}/{name}")),
        }
    }
    Ok((files, others))
}

/// What lies in the folder of keys by the name of a root and is none of its copies: an older one that somebody put aside,
/// say, which opens what is to be erased.
pub(super) fn beside_the_root(disk: &dyn Disk) -> Result<Vec<String>, SealedReadError> {
    let names = disk.list(KEYS)?.into_iter().map(|name| format!("{KEYS}/{name}"));
    // A replacement that did not finish leaves what it wrote, which the next one removes.
    let ours = |path: &str| COPIES.iter().any(|copy| root(*copy) == path.trim_end_matches(".new"));
    Ok(names.filter(|path| path.starts_with("keys/root") && !ours(path)).collect())
}

/// The file that a name is of.
fn file_of(name: &str) -> Option<FileHeader> {
    let mut parts = name.split('.');
    let (group, generation) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (group, generation) = (Group::new(group), Generation::new(generation));
    KINDS
        .into_iter()
        .map(|kind| FileHeader { kind, group, generation })
        .find(|header| header.file_name() == name)
}

/// A file that should be there.
pub(super) fn missing(file: String, entry: Option<EntryIndex>) -> Damage {
    let (found, expected) = ("no file".to_owned(), "a file".to_owned());
    Damage { file, offset: 0, entry, what: "file", found, expected }
}

/// A file that should not be there.
pub(super) fn superfluous(file: String, entry: Option<EntryIndex>, why: &str) -> Damage {
    let (found, expected) = ("a file".to_owned(), format!("no file of this name: {why}"));
    Damage { file, offset: 0, entry, what: "file", found, expected }
}

/// The root has had fewer identity keys than the log says: it is older than the log.
pub(super) fn older_root(found: IdentityEpoch, expected: IdentityEpoch) -> Damage {
    Damage {
        file: root(RootCopy::A).to_owned(),
        offset: 0,
        entry: None,
        what: "number of identity keys",
        found: found.to_string(),
        expected: expected.to_string(),
    }
}

/// The root has no key for a group that the log has entries of: it is older than the log.
pub(super) fn no_key(group: Group, error: &RootError) -> Damage {
    Damage {
        file: root(RootCopy::A).to_owned(),
        offset: 0,
        entry: Some(first_of(group)),
        what: "key of a group",
        found: error.to_string(),
        expected: format!("a key for the files of group {group}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in KINDS {
            let header = FileHeader { kind, group: Group::new(7), generation: Generation::new(12) };
            assert_eq!(file_of(&header.file_name()), Some(header));
            assert_eq!(path(&header), format!("sealed/{}", header.file_name()));
        }
        for name in [
            "000000000007.000000000012.seg",
            "000000000007.000000000012",
            "7.12.slot",
            "000000000007.000000000012.slot.new",
            "+00000000007.000000000012.slot",
            "99999999999999999999.000000000012.slot",
            "",
        ] {
            assert_eq!(file_of(name), None, "{name}");
        }
        let link = file(FileKind::Link, Group::new(7), Generation::new(12));
        assert_eq!(link.generation, Generation::FIRST);
        assert_eq!(first_of(Group::new(2)), EntryIndex::new(8_192));
    }
}
