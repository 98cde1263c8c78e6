//! Entry 0: which ledger was opened, and the key of its operator.

use crate::entry::{EntryError, EntryHeader};
use crate::event::{Body, Event, EventError, Kind};
use tlog::checkpoint::Origin;
use tlog::note::{KeyError, KeyName, VerifierKey};

/// What `ledger.opened` says about who runs the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Opening {
    /// The ledger's origin: the name in its checkpoints.
    pub origin: Origin,
    /// The operator's key, as the key of the ledger's checkpoints.
    pub operator: VerifierKey,
}

/// Why an entry does not open a ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// Its bytes do not follow the layout.
    #[error(transparent)]
    Layout(#[from] EntryError),
    /// Its event cannot be read.
    #[error(transparent)]
    Event(#[from] EventError),
    /// It states something else.
    #[error("{} where ledger.opened is expected", found.name())]
    Kind {
        /// What it states.
        found: Kind,
    },
    /// The operator's key is none that could verify a checkpoint.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Opening {
    /// Reads the bytes of entry 0.
    ///
    /// Its signatures and its admission are the audit's to check.
    pub fn read(entry_0: &[u8]) -> Result<Self, OpeningError> {
        let (_, event) = EntryHeader::decode(entry_0)?;
        Self::of(&Event::parse(event)?)
    }

    /// The opening that an event states.
    pub fn of(event: &Event) -> Result<Self, OpeningError> {
        let Body::LedgerOpened(body) = &event.body else {
            return Err(OpeningError::Kind { found: event.kind() });
        };
        let name = KeyName::parse(event.origin.as_str())?;
        Ok(Self { origin: event.origin.clone(), operator: VerifierKey::new(name, &body.operator_key)? })
    }
}
