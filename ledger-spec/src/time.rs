//! The two times of a fact: when it holds in the world, and when the ledger committed it.

use core::fmt;

/// When the ledger committed an entry: microseconds since 1970-01-01T00:00:00Z, never decreasing
/// along the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RecordedTime(u64);

impl RecordedTime {
    /// A recorded time from microseconds since the epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> u64 {
        self.0
    }
}

impl fmt::Display for RecordedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
