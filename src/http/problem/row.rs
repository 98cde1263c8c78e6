//! A row of the table of problems.

/// One row: slug, status, title zh and en, advice zh and en.
pub(super) struct Row(
    pub(super) &'static str,
    pub(super) u16,
    pub(super) [&'static str; 2],
    pub(super) [&'static str; 2],
);
