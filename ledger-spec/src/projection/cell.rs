//! Cells of counts over many subjects. Of few, the one whom a count is about could be told apart: to the public it is
//! suppressed.

use core::ops::AddAssign;
use serde::Serialize;

/// Fewer than this are not counted in public, none neither: from none to a few says that there is one now. The number is
/// a choice of this ledger's: common practice of official statistics, and no law's.
pub(super) const SMALLEST_CELL: u64 = 5;

/// A count, unless it was suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Count(Option<u64>);

impl Count {
    /// Of nothing.
    pub const NONE: Self = Self(Some(0));

    /// How many; `None` where that was suppressed.
    #[must_use]
    pub const fn get(self) -> Option<u64> {
        self.0
    }

    /// Whether it is not told.
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde calls it so
    pub const fn is_suppressed(&self) -> bool {
        self.0.is_none()
    }

    /// Whether it says that there is something.
    pub(super) fn is_positive(self) -> bool {
        self.0.is_some_and(|count| count > 0)
    }

    /// Whether it is of few, or of none.
    pub(super) fn is_small(self) -> bool {
        self.0.is_some_and(|count| count < SMALLEST_CELL)
    }

    pub(super) const fn suppress(&mut self) {
        self.0 = None;
    }

    pub(super) fn suppress_small(&mut self) {
        if self.is_small() {
            self.suppress();
        }
    }

    /// The greater of both.
    pub(super) fn raise(&mut self, other: Self) {
        self.0 = self.0.zip(other.0).map(|(one, other)| one.max(other));
    }

    /// What is left of it without another.
    pub(super) fn less(self, other: Self) -> Self {
        Self(self.0.zip(other.0).map(|(all, part)| all.saturating_sub(part)))
    }
}

impl From<u64> for Count {
    fn from(count: u64) -> Self {
        Self(Some(count))
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.zip(other.0).map(|(one, other)| one + other);
    }
}

impl AddAssign<u64> for Count {
    fn add_assign(&mut self, more: u64) {
        *self += Self::from(more);
    }
}
