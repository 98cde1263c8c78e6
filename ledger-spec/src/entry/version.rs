//! The version of a stream: how many events stand in it.

use crate::wording::said_as_written;
use core::fmt;
use tlog::defect::OrDefect as _;

/// How many events a stream holds once an event stands in it: 1 for its first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StreamVersion(u64);

said_as_written!(StreamVersion);

impl StreamVersion {
    /// The version of a stream that holds nothing yet.
    pub const NONE: Self = Self(0);

    /// A version, counted from 1; 0 is [`StreamVersion::NONE`].
    #[must_use]
    pub const fn new(version: u64) -> Self {
        Self(version)
    }

    /// The plain number, for encoding and display.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The version after one more event.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add(1).or_defect("a stream has no more events than the log entries"))
    }
}

impl fmt::Display for StreamVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
