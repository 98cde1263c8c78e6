//! The versions of each code: what was adopted, amended and repealed, with both times.

use crate::authority::Recorded;
use crate::time::ValidTime;
use std::collections::BTreeMap;
use std::sync::Arc;
use tlog::position::TreeSize;

/// One version of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version<T> {
    /// What counts; `None` where it was repealed.
    pub content: Option<Arc<T>>,
    /// From when it counts (valid time).
    pub effective: ValidTime,
    /// Where it was recorded.
    pub recorded: Recorded,
}

/// All versions of all items of one sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf<C, T>(BTreeMap<C, Vec<Version<T>>>);

impl<C, T> Default for Shelf<C, T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<C: Ord + Clone, T> Shelf<C, T> {
    /// What counted at a valid time, by what was known then. Among versions that count from the same time
    /// on, the one recorded last does.
    pub fn at(&self, code: &C, valid: ValidTime, known: TreeSize) -> Option<&Arc<T>> {
        self.version_at(code, valid, known)?.content.as_ref()
    }

    /// The same with its times; a repeal is a version.
    pub fn version_at(&self, code: &C, valid: ValidTime, known: TreeSize) -> Option<&Version<T>> {
        let versions = self.0.get(code)?.iter();
        versions
            .filter(|version| version.recorded.index.is_in(known) && version.effective <= valid)
            .max_by_key(|version| (version.effective, version.recorded.index))
    }

    /// All versions of a code in the log's order.
    pub fn versions(&self, code: &C) -> &[Version<T>] {
        self.0.get(code).map_or(&[], Vec::as_slice)
    }

    /// Whether the code was ever adopted.
    #[must_use]
    pub fn ever(&self, code: &C) -> bool {
        self.0.contains_key(code)
    }

    /// The last thing that was adopted under a code, repealed since or not.
    pub fn last_status(&self, code: &C) -> Option<&Arc<T>> {
        self.versions(code).iter().rev().find_map(|version| version.content.as_ref())
    }

    /// All codes with their versions.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&C, &[Version<T>])> {
        self.0.iter().map(|(code, versions)| (code, versions.as_slice()))
    }

    /// What counts at these instants, by code.
    pub fn all_at(&self, valid: ValidTime, known: TreeSize) -> impl Iterator<Item = (&C, &Version<T>)> {
        self.versions_at(valid, known).filter(|(_, version)| version.content.is_some())
    }

    /// The same with what is repealed.
    pub fn versions_at(&self, valid: ValidTime, known: TreeSize) -> impl Iterator<Item = (&C, &Version<T>)> {
        self.0.keys().filter_map(move |code| Some((code, self.version_at(code, valid, known)?)))
    }

    pub(super) fn push(&mut self, code: C, version: Version<T>) {
        self.0.entry(code).or_default().push(version);
    }
}
