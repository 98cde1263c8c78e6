//! Damage, named by its place, and in the same way by whoever reads a ledger's files.

use core::fmt;
use tlog::position::EntryIndex;

/// A place in a ledger's files that does not hold what it must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file, relative to the ledger's folder.
    pub file: String,
    /// Where in it, in bytes.
    pub offset: u64,
    /// The entry concerned, where it is one.
    pub entry: Option<EntryIndex>,
    /// What was looked at.
    pub what: &'static str,
    /// What it holds.
    pub found: String,
    /// What it should hold.
    pub expected: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.file, self.offset)?;
        if let Some(entry) = self.entry {
            write!(f, " (entry {entry})")?;
        }
        write!(f, ": {}: found {}, expected {}", self.what, self.found, self.expected)
    }
}
