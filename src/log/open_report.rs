//! What opening a log found and did.

use tlog::position::TreeSize;

/// What opening a log found and did; whatever it changed is in here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Whether every entry was read (and given to the visitor).
    pub scanned: bool,
    /// How the last use ended: derived files can be made anew after a clean stop too.
    pub stop: Stop,
    /// Entries beyond the checkpoint that were kept: from the first size to the second.
    pub adopted: Option<(TreeSize, TreeSize)>,
    /// The tail that was cut.
    pub cut: Option<Cut>,
    /// Derived files that were not as they should be and are now.
    pub rebuilt: Vec<Rebuilt>,
}

/// How the last use of a log ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stop {
    /// It was closed: whatever stands there was durable, and nothing stands behind.
    #[default]
    Clean,
    /// In any other way.
    Unclean,
}

/// A tail that was never acknowledged and has been cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub file: String,
    /// From which byte on.
    pub offset: u64,
    /// How many bytes.
    pub bytes: u64,
    /// What was wrong with it.
    pub why: String,
}

/// A derived file, or a part of it, that was computed anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The file.
    pub file: String,
    /// The first byte that was not as it should be.
    pub offset: u64,
    /// `missing`, `short`, `wrong` or `too long`.
    pub was: &'static str,
}
