//! Bodies of what is erased: the order, which names what goes and why; and the ledger's word that it is gone.

use crate::definition::Citation;
use crate::id::EventId;
use crate::json::fields::{FieldError, Fields};
use tlog::position::EntryIndex;

/// `erasure.ordered`: events of the subject are to be erased, whole and for ever. It says nothing of what they said, and
/// holds no free text: it cannot be erased itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureOrdered {
    /// Which events, of the same subject's stream, each once.
    pub events: Vec<EventId>,
    /// The entries that hold them, ascending: as many.
    pub entries: Vec<EntryIndex>,
    /// By what law.
    pub basis: Vec<Citation>,
}

/// `ledger.erased`: nothing opens these entries from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerErased {
    /// Which entries, ascending: of all orders before it, what is not erased yet, at most [`LedgerErased::MAX`].
    pub entries: Vec<EntryIndex>,
}

/// The greatest index that JSON's numbers hold exactly.
const MOST: u64 = (1 << 53) - 1;

impl ErasureOrdered {
    /// Most events that one order names.
    pub const MAX: usize = 256;

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            events: fields.parsed_array("events", (1, Self::MAX), EventId::parse)?,
            entries: indexes(fields, Self::MAX)?,
            basis: Citation::parse_all(fields, "basis")?,
        })
    }
}

impl LedgerErased {
    /// Most entries that one event names: what an entry in the clear has room for.
    pub const MAX: usize = 2_000;

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self { entries: indexes(fields, Self::MAX)? })
    }
}

fn indexes(fields: &mut Fields, most: usize) -> Result<Vec<EntryIndex>, FieldError> {
    let numbers = fields.ascending_numbers("entries", (1, most), MOST)?;
    Ok(numbers.into_iter().map(EntryIndex::new).collect())
}
