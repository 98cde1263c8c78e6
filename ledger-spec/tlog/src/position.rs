//! Where things stand: the index of an entry, the size of a tree.
//!
//! Two numbers that are easily confused have two types. Neither converts into the other by itself.

use core::fmt;

/// The index of an entry in the log, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryIndex(u64);

/// The number of entries that a tree, a log or a checkpoint covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TreeSize(u64);

impl EntryIndex {
    /// The entry at this index.
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// The plain number, for encoding and display.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The size of the smallest tree that covers this entry.
    #[must_use]
    pub const fn covering_size(self) -> TreeSize {
        TreeSize(self.0.saturating_add(1))
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
    pub const fn new(size: u64) -> Self {
        Self(size)
    }

    /// The plain number, for encoding and display.
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

    /// This size and `count` entries more.
    #[must_use]
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
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
