//! What can be wrong with an entry, or with the checkpoint over entries.

use crate::entry::ChainHash;
use crate::event::Kind;
use crate::event::envelope::EnvelopeError;
use crate::id::EventId;
use crate::sealed::{LogEntryError, OpenError};
use crate::state::{BrokenLink, EnterError};
use crate::time::RecordedTime;
use tlog::hash::TreeHash;
use tlog::position::{EntryIndex, TreeSize};

/// The first thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {index}: {fault}")]
pub struct AuditError {
    /// The entry, counted from 0 by its place in the log.
    pub index: EntryIndex,
    /// What is wrong with it.
    pub fault: AuditFault,
}

/// What can be wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditFault {
    /// Its bytes do not follow the layout.
    #[error(transparent)]
    Layout(#[from] LogEntryError),
    /// Its event cannot be read, or a signature does not hold.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// What is said to open it does not.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It stands in the clear and says what is to be sealed.
    #[error("{} stands in the clear where an event of this kind is sealed", found.name())]
    Clear {
        /// Its kind.
        found: Kind,
    },
    /// It stands in the clear and something is said to open it.
    #[error("an opening is given for an entry that stands in the clear")]
    NotSealed,
    /// It is sealed, and nothing opens it: without an erasure that is damage.
    #[error("nothing opens this sealed entry where everything is to be seen")]
    NotOpened,
    /// What is said to open it is of a form that opens less than an auditor sees.
    #[error("an opening of another form than an auditor's, or what erasure leaves")]
    OtherOpening,
    /// Erased as it is, nothing says that it was to be.
    #[error("nothing is left of this entry but its links, and the ledger does not say that it is erased")]
    NotErased,
    /// Erased as it is, nothing says so up to an entry that cannot be admitted as the log stands without this one: what is
    /// lost comes first.
    #[error(
        "nothing is left of this entry but its links, and up to entry {until} the ledger does not say that it is erased; \
         entry {until}: {fault}"
    )]
    LostBefore {
        /// The entry that is at fault as far as can be seen.
        until: EntryIndex,
        /// What is wrong with that one.
        fault: Box<AuditFault>,
    },
    /// The order names something else in its place.
    #[error("an order names {expected} here; what is left of the entry is of {found}")]
    OtherErased {
        /// The event that its links name.
        found: EventId,
        /// The event that the order names.
        expected: EventId,
    },
    /// The ledger says that it is erased, and something opens it.
    #[error("the ledger says that this entry is erased, and something opens it")]
    Revived,
    /// A field that its event names is not there, and nothing says that it was to be erased.
    #[error("nothing is left of the field at place {place}, and the ledger does not say that it is erased")]
    FieldLost {
        /// Its place in `private`.
        place: u8,
    },
    /// The ledger says that a field is erased, and it is there.
    #[error("the ledger says that the field at place {place} is erased, and it is there")]
    FieldRevived {
        /// Its place in `private`.
        place: u8,
    },
    /// A field is kept beside it that its event does not name, or not in this order.
    #[error("a field of the digest {found} is kept beside its event, which does not name it there")]
    OtherField {
        /// Its SHA-256.
        found: String,
    },
    /// It was opened for an audit that sees only what is in the clear.
    #[error("this sealed entry was opened for an audit that sees what is in the clear alone")]
    NotBlind,
    /// It claims another index than its place.
    #[error("names index {found}")]
    Index {
        /// The index that it names.
        found: EntryIndex,
    },
    /// The chain is broken before it.
    #[error("names {found} as the chain hash before it; the chain there is {expected}")]
    Chain {
        /// The hash that it names.
        found: ChainHash,
        /// The hash of the entry before.
        expected: ChainHash,
    },
    /// Recorded earlier than the entry before.
    #[error("recorded at {found} µs, before the entry before it ({expected} µs)")]
    Time {
        /// Its recorded time.
        found: RecordedTime,
        /// The time of the entry before.
        expected: RecordedTime,
    },
    /// Admission refuses the event at this place.
    #[error("should not have been admitted: {0}")]
    Admission(#[from] EnterError),
    /// Its links are not the heads of its streams, so that a history would be incomplete.
    #[error(transparent)]
    Link(#[from] BrokenLink),
    /// The checkpoint covers another tree.
    #[error("the tree over the {size} entries before it has root {expected}; the checkpoint says {found}")]
    Root {
        /// The checkpoint's size.
        size: TreeSize,
        /// The root that the checkpoint gives.
        found: TreeHash,
        /// The root of the entries.
        expected: TreeHash,
    },
    /// What is erased was audited, as the event says, in another history than this one: the operator signed both.
    #[error(
        "says that what is erased was audited below a checkpoint over {size} entries with the root {found}; the tree over them \
         has {expected}: two histories, both signed by the operator"
    )]
    AuditedElsewhere {
        /// What the cosigned checkpoint covers.
        size: TreeSize,
        /// The root that it gives.
        found: TreeHash,
        /// The root of the entries here.
        expected: TreeHash,
    },
    /// The checkpoint names another ledger than entry 0.
    #[error("the checkpoint's origin is {found}; the ledger's is {expected}")]
    Origin {
        /// The checkpoint's origin.
        found: String,
        /// The origin of `ledger.opened`.
        expected: String,
    },
    /// The checkpoint covers more entries than there are.
    #[error("the checkpoint covers {found} entries; the log holds {expected}")]
    Short {
        /// The checkpoint's size.
        found: TreeSize,
        /// How many entries there are.
        expected: TreeSize,
    },
}
