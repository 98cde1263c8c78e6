//! Where things stand: the index of an entry, the size of a tree.
//!
//! Two numbers that are easily confused have two types. Neither converts into the other by itself.

use crate::defect::OrDefect as _;
use core::fmt;

/// The index of an entry in the log, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryIndex(u64);

/// The number of entries that a tree, a log or a checkpoint covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TreeSize(u64);

impl EntryIndex {
    /// The entry at this index.
    #[must_use]
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// The plain number, for encoding and display.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The size of the smallest tree that covers this entry.
    ///
    /// Only for an entry that stands in a tree. Of the last number of 64 bits no tree can cover it: whoever has an
    /// index from elsewhere asks [`EntryIndex::is_in`] first.
    ///
    /// # Panics
    ///
    /// On an index that no tree covers.
    #[must_use]
    pub fn covering_size(self) -> TreeSize {
        TreeSize(self.0.checked_add(1).or_defect("an entry that stands in a tree is covered by one"))
    }

    /// Whether a tree of `size` entries covers this entry.
    #[must_use]
    pub const fn is_in(self, size: TreeSize) -> bool {
        self.0 < size.0
    }
}

impl TreeSize {
    /// The empty tree.
    pub const EMPTY: Self = Self(0);

    /// A tree over `size` entries.
    #[must_use]
    pub const fn new(size: u64) -> Self {
        Self(size)
    }

    /// The plain number, for encoding and display.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The index that the next appended entry gets.
    #[must_use]
    pub const fn next_index(self) -> EntryIndex {
        EntryIndex(self.0)
    }

    /// The index of the last entry covered; `None` for the empty tree.
    #[must_use]
    pub const fn last_index(self) -> Option<EntryIndex> {
        match self.0.checked_sub(1) {
            Some(last) => Some(EntryIndex(last)),
            None => None,
        }
    }

    /// This size and `count` entries more; `None` where no tree has so many.
    #[must_use]
    pub const fn checked_plus(self, count: u64) -> Option<Self> {
        match self.0.checked_add(count) {
            Some(size) => Some(Self(size)),
            None => None,
        }
    }

    /// The same for entries that are at hand.
    ///
    /// # Panics
    ///
    /// Where no tree has so many.
    #[must_use]
    pub fn plus(self, count: u64) -> Self {
        self.checked_plus(count).or_defect("entries that are at hand fit into a tree")
    }
}

macro_rules! display_as_number {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}
display_as_number!(EntryIndex, TreeSize);

#[cfg(feature = "serde")]
macro_rules! json_as_number {
    ($($name:ident),*) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u64(self.0)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <u64 as serde::Deserialize>::deserialize(deserializer).map(Self)
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                u64::schema()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
}
#[cfg(feature = "serde")]
json_as_number!(EntryIndex, TreeSize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_tree_covers_is_in_none() {
        let last = EntryIndex::new(u64::MAX);
        assert!(!last.is_in(TreeSize::new(u64::MAX)));
        assert!(std::panic::catch_unwind(|| last.covering_size()).is_err());
        assert_eq!(EntryIndex::new(u64::MAX - 1).covering_size(), TreeSize::new(u64::MAX));
        assert_eq!(TreeSize::new(u64::MAX).checked_plus(1), None);
        assert_eq!(TreeSize::new(7).checked_plus(3), Some(TreeSize::new(10)));
    }
}
