//! Projections: pure folds of events into answers.
//!
//! Every answer is a function of the log and two instants, valid and known; no projection reads a
//! clock, and none computes a number about a subject. Each statement names the entries it rests on
//! and the rules (`P01` to `P07`, in `README.md`) by which it follows.

mod list;
mod standing;

pub use list::{Member, Membership, fold_list};
pub use standing::{
    ListingLine, NamedState, RecordLine, Registration, RepairLine, RepairStatus, Standing, State,
    fold_standing,
};

use crate::event::Event;
use crate::position::{EntryIndex, TreeSize};
use crate::time::{RecordedTime, ValidTime};

/// The two instants of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// When the facts hold in the world.
    pub valid_at: ValidTime,
    /// What the ledger knew.
    pub known_at: Known,
}

/// How much of the log a question takes into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The first entries of the log, this many.
    Size(TreeSize),
    /// The entries recorded at or before this time.
    At(RecordedTime),
}

impl Known {
    /// Whether it covers an entry.
    pub fn covers(self, index: EntryIndex, recorded_at: RecordedTime) -> bool {
        match self {
            Self::Size(size) => index.is_in(size),
            Self::At(time) => recorded_at <= time,
        }
    }
}

/// An event with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownEvent {
    /// Its entry.
    pub index: EntryIndex,
    /// When the ledger committed it.
    pub recorded_at: RecordedTime,
    /// What it states.
    pub event: Event,
}

/// A rule by which an answer follows from entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectionRule {
    /// P01: a subject without entries has no record here; that says nothing about it.
    NoRecord,
    /// P02: a subject is registered from the valid time of its registration.
    Registered,
    /// P03: a record is in force from its valid time.
    RecordInForce,
    /// P04: a record ends at the valid time of its revocation.
    RecordRevoked,
    /// P05: an entry is on a list from its valid time.
    Listed,
    /// P06: an entry leaves a list at the valid time of its removal.
    Removed,
    /// P07: an application for repair is pending until it is granted or refused.
    Repair,
}

impl ProjectionRule {
    /// Every rule.
    pub const ALL: [Self; 7] = [
        Self::NoRecord,
        Self::Registered,
        Self::RecordInForce,
        Self::RecordRevoked,
        Self::Listed,
        Self::Removed,
        Self::Repair,
    ];

    /// Its id in the specification.
    pub const fn id(self) -> &'static str {
        match self {
            Self::NoRecord => "P01",
            Self::Registered => "P02",
            Self::RecordInForce => "P03",
            Self::RecordRevoked => "P04",
            Self::Listed => "P05",
            Self::Removed => "P06",
            Self::Repair => "P07",
        }
    }
}

/// Where something stands in its life at the valid instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It begins later.
    NotYet,
    /// It holds.
    InForce,
    /// It has ended.
    Ended,
}

impl Life {
    /// The word for it in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotYet => "not-yet",
            Self::InForce => "in-force",
            Self::Ended => "ended",
        }
    }

    fn at(valid_at: ValidTime, from: ValidTime, until: Option<ValidTime>) -> Self {
        if until.is_some_and(|until| until <= valid_at) {
            Self::Ended
        } else if from <= valid_at {
            Self::InForce
        } else {
            Self::NotYet
        }
    }
}

/// What ended something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The entry that says so.
    pub entry: EntryIndex,
    /// From when (valid time).
    pub from: ValidTime,
    /// Why.
    pub reason: String,
}

/// The events that the question takes into account, in the log's order.
fn known<'a>(events: &'a [KnownEvent], as_of: &AsOf) -> impl Iterator<Item = &'a KnownEvent> {
    let known_at = as_of.known_at;
    events.iter().filter(move |known| known_at.covers(known.index, known.recorded_at))
}
