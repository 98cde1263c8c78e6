//! One event as a store of case files keeps it: what a file makes of it, by itself and in few bytes.
//!
//! A store keeps freed pages for a long time, so a row holds codes, numbers and ids of events, never what an event
//! says in words. The bytes are nobody's evidence: a store that cannot be read, or not by this version, is thrown
//! away and made again from the log.

use super::{Fact, Filed};
use crate::authority::{AuthorityNumber, Directory};
use crate::compromise::KeyNumber;
use crate::event::Role;
use crate::id::EventId;
use crate::time::{RecordedTime, ValidTime};
use bincode::config::{Configuration, Limit};
use bincode::{Decode, Encode};
use tlog::defect::OrDefect as _;
use tlog::position::EntryIndex;

/// Integers of variable length: most numbers of a row are small. The limit is far above what an event can hold.
const LAYOUT: Configuration<bincode::config::LittleEndian, bincode::config::Varint, Limit<{ 1 << 17 }>> =
    bincode::config::standard().with_limit();

/// One event of a subject's stream, with the ids of the events that it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow {
    /// Its entry.
    pub entry: EntryIndex,
    /// The event's id.
    pub id: EventId,
    /// When the ledger committed it.
    pub recorded_at: RecordedTime,
    /// Who issued it.
    pub issuer: AuthorityNumber,
    /// The keys that signed it.
    pub signers: Vec<KeyNumber>,
    /// From when it holds.
    pub from: ValidTime,
    /// How many fields travel beside it.
    pub fields: u8,
    /// What it began or moved on.
    pub fact: Fact<EventId>,
}

/// A row that this version does not read: the store is to be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the row of entry {0} is none that this version reads")]
pub struct RowError(pub EntryIndex);

/// What stands in a row's bytes; the entry stands in its key.
#[derive(Encode, Decode)]
struct Stored {
    id: EventId,
    recorded_at: RecordedTime,
    issuer: AuthorityNumber,
    signers: Vec<KeyNumber>,
    from: ValidTime,
    fields: u8,
    fact: Fact<EventId>,
}

impl ItemRow {
    /// The version of the bytes. It is raised with every change of what they are or mean, so that stores of another
    /// are made again; a test holds it.
    pub const FORMAT: u8 = 18;

    /// The row of an admitted event; `None` where its issuer is not in the directory, which is so of what an audit
    /// recalls and of nothing that was admitted.
    pub fn of(filed: Filed<'_>, directory: &Directory) -> Option<Self> {
        let Filed { event, recorded, signers } = filed;
        Some(Self {
            entry: recorded.index,
            id: event.id,
            recorded_at: recorded.at,
            issuer: directory.number(&event.issuer)?,
            signers: signers.iter().filter_map(|key| directory.key_number(key)).collect(),
            from: event.valid_from,
            fields: u8::try_from(event.private.len()).or_defect("an event names at most 64 fields"),
            fact: Fact::of(event).issued(directory.get(&event.issuer)?.is_any(&[Role::Court])),
        })
    }

    /// Its bytes, which do not name the entry.
    pub fn into_bytes(self) -> Vec<u8> {
        let Self { entry: _, id, recorded_at, issuer, signers, from, fields, fact } = self;
        let stored = Stored { id, recorded_at, issuer, signers, from, fields, fact };
        bincode::encode_to_vec(stored, LAYOUT).or_defect("an event of 48 KiB makes a row within the limit")
    }

    /// The row of an entry from its bytes.
    pub fn from_bytes(entry: EntryIndex, bytes: &[u8]) -> Result<Self, RowError> {
        let (stored, read) =
            bincode::decode_from_slice::<Stored, _>(bytes, LAYOUT).map_err(|_| RowError(entry))?;
        if read != bytes.len() {
            return Err(RowError(entry));
        }
        let Stored { id, recorded_at, issuer, signers, from, fields, fact } = stored;
        Ok(Self { entry, id, recorded_at, issuer, signers, from, fields, fact })
    }
}
