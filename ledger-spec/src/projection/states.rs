//! The closed sets of words that only answers have.

use crate::definition::words;
use crate::id::SubjectKind;

/// What can be said of a subject in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// No event about it stands here.
    NoRecord,
    /// It is registered.
    Registered,
    /// A record about it is in force.
    RecordInForce,
    /// It is on a list.
    Listed,
    /// A measure against it, or in its favour, is in force.
    MeasureInForce,
    /// A grade that it was given counts.
    Rated,
    /// Points were charged to it, and not cancelled.
    PointsCharged,
    /// It made a commitment, whatever came of that.
    Committed,
    /// An application of its for repair awaits a step.
    RepairPending,
    /// Another subject was merged into it: what stands of that one bears on it.
    Successor,
    /// Events about it stand here, and nothing of them is in force.
    NothingInForce,
    /// There is more than is shown here.
    Withheld,
}

words!(State {
    NoRecord = "no-record",
    Registered = "registered",
    RecordInForce = "record-in-force",
    Listed = "listed",
    MeasureInForce = "measure-in-force",
    Rated = "rated",
    PointsCharged = "points-charged",
    Committed = "committed",
    RepairPending = "repair-pending",
    Successor = "successor",
    NothingInForce = "nothing-in-force",
    Withheld = "withheld",
});

/// Whether an indicator could be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// It was.
    Counted,
    /// Nobody declared of how many.
    NoPopulation,
    /// The log cannot count it, and nobody has attested it.
    NotInTheLog,
    /// The log cannot count it: a steward has attested it.
    Attested,
    /// Fewer than five subjects: they could be told apart.
    Suppressed,
}

words!(Counted {
    Counted = "counted",
    NoPopulation = "no-population",
    NotInTheLog = "not-in-the-log",
    Attested = "attested",
    Suppressed = "suppressed",
});

/// What kind of subject made commitments: `other` where nothing says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeBy(pub Option<SubjectKind>);

impl MadeBy {
    /// The word for it.
    pub fn name(self) -> &'static str {
        self.0.map_or("other", SubjectKind::name)
    }
}
