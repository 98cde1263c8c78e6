//! Which files a log has and what they are called.

use tlog::defect::as_usize;
use tlog::position::EntryIndex;

/// Folder of the segments and of the offsets.
pub(super) const LOG: &str = "log";
/// Folder of the tree's levels.
pub(super) const TREE: &str = "tree";
/// Where each entry's frame begins in its segment.
pub(super) const OFFSETS: &str = "log/offsets";
/// The newest signed checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint";
/// Exists while a process has the log open for writing; holds how many entries' derived files were
/// synced when it opened it.
pub(super) const RUNNING: &str = "running";

const DIGITS: usize = 20;

/// A segment's file.
pub(super) fn segment(first: EntryIndex) -> String {
    format!("{LOG}/{:0DIGITS$}.seg", first.get())
}

/// A level of the tree, 0 for the leaves.
pub(super) fn level(level: usize) -> String {
    format!("{TREE}/level-{level}")
}

/// The first index that a file's name in the log's folder gives, where it has this extension.
pub(super) fn first_index(name: &str, extension: &str) -> Option<EntryIndex> {
    let (stem, found) = name.split_once('.')?;
    let digits = stem.len() == DIGITS && stem.bytes().all(|b| b.is_ascii_digit());
    (digits && found == extension).then(|| stem.parse().ok().map(EntryIndex::new))?
}

/// How many levels a tree of this size has nodes on.
pub(super) fn level_count(size: u64) -> usize {
    as_usize((u64::BITS - size.leading_zeros()).into())
}

/// How many complete nodes a level has in a tree of this size: none where it is above every root.
pub(super) fn nodes_on(level: usize, size: u64) -> u64 {
    u32::try_from(level).ok().and_then(|shift| size.checked_shr(shift)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let first = EntryIndex::new(1_234);
        assert_eq!(segment(first), "log/00000000000000001234.seg");
        assert_eq!(first_index("00000000000000001234.seg", "seg"), Some(first));
        assert_eq!(first_index("00000000000000001234.gap", "seg"), None);
        assert_eq!(first_index("1234.seg", "seg"), None);
        assert_eq!(first_index("99999999999999999999.seg", "seg"), None);
        assert_eq!((level_count(0), level_count(1), level_count(4), nodes_on(2, 7)), (0, 1, 3, 1));
    }
}
