//! What reviews of decisions come to.

use crate::definition::words;

/// What a review of a decision came to. Where it was annulled, the record is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bincode::Encode, bincode::Decode)]
pub enum ReviewOutcome {
    /// The decision stands.
    Upheld,
    /// The decision was changed: the record is corrected by what changed it.
    Changed,
    /// What had changed it is gone, and it stands again as it was before (行政诉讼法第八十九条第一款第二项；法释〔2018〕1号第八十九条).
    Restored,
    /// The decision was confirmed unlawful and stays in being (行政诉讼法第七十四条、行政复议法第六十五条).
    Unlawful,
    /// Whoever asked for it took that back.
    Withdrawn,
}

impl ReviewOutcome {
    /// Whether it says what became of the decision, which stands by that: as it was, as it was changed, or as an unlawful one. What
    /// upholds the decision that was reviewed, or was given up, leaves everything as it was.
    #[must_use]
    pub const fn decides(self) -> bool {
        matches!(self, Self::Changed | Self::Restored | Self::Unlawful)
    }
}

words!(ReviewOutcome {
    Upheld = "upheld",
    Changed = "changed",
    Restored = "restored",
    Unlawful = "unlawful",
    Withdrawn = "withdrawn",
});
