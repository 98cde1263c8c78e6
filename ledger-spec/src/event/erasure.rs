//! Bodies of what is erased: the order, which names what goes and why; and the ledger's word that it is gone.

use crate::definition::Citation;
use crate::id::{AuthorityId, EventId};
use crate::json::fields::{FieldError, FieldFault, Fields};
use crate::time::{Date, ValidTime};
use crate::wording::say;
use serde::{Serialize, Serializer};
use tlog::bytes::{from_hex, to_hex};
use tlog::defect::{OrDefect as _, as_u64};
use tlog::position::{EntryIndex, TreeSize};

/// A field that travels beside an event, by its place in the event's `private`, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPlace {
    /// The entry that holds the event.
    pub entry: EntryIndex,
    /// Where its digest stands.
    pub place: u8,
}

/// One thing that an erasure takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Erasable {
    /// An event, with all its fields.
    Entry(EntryIndex),
    /// One field that travels beside an event that stays.
    Field(FieldPlace),
}

/// Single fields of one event that are to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldsOrdered {
    /// The event.
    pub event: EventId,
    /// The fields, ascending.
    pub fields: Vec<FieldPlace>,
}

/// What an order keeps of a revocation that goes: that a decision was annulled, which others' records rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Annulled {
    /// Who filed the record that was revoked.
    pub issuer: AuthorityId,
    /// Half the BLAKE3 hash of the decision's number, folded, as case files keep it: an order says nothing in words.
    #[serde(serialize_with = "in_hex")]
    pub decision: [u8; 16],
    /// The decision's date.
    pub date: Date,
    /// From when on it counts no more (valid time).
    pub from: ValidTime,
    /// The entry that held the revocation.
    pub entry: EntryIndex,
}

/// `erasure.ordered`: events of the subject, or single fields beside them, are to be erased for ever. It says nothing of what
/// they said, and holds no free text: it cannot be erased itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureOrdered {
    /// Which events, of the same subject's stream, each once.
    pub events: Vec<EventId>,
    /// The entries that hold them, ascending: as many.
    pub entries: Vec<EntryIndex>,
    /// Which fields of events that stay, by ascending entries.
    pub fields: Vec<FieldsOrdered>,
    /// What stays of the revocations that go and are as regards everybody, by ascending entries.
    pub annulled: Vec<Annulled>,
    /// By what law.
    pub basis: Vec<Citation>,
}

/// `ledger.erased`: nothing opens these entries, and nobody has these fields, from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerErased {
    /// Which entries, ascending, at most [`LedgerErased::MAX`].
    pub entries: Vec<EntryIndex>,
    /// Which fields, ascending, at most [`LedgerErased::MAX_FIELDS`].
    pub fields: Vec<FieldPlace>,
    /// The checkpoint, a note, with which an auditing witness had vouched for all of them while they could be opened.
    pub cosigned: Option<String>,
}

/// Longest note of a checkpoint that an event holds, in characters: room for the log's line and those of several witnesses.
const MAX_NOTE: usize = 4_096;
/// The greatest index that JSON's numbers hold exactly.
const MOST: u64 = (1 << 53) - 1;
/// The last place in `private`.
const LAST_PLACE: u64 = 63;

impl Erasable {
    /// The entry that it is, or stands beside.
    #[must_use]
    pub const fn entry(self) -> EntryIndex {
        match self {
            Self::Entry(entry) | Self::Field(FieldPlace { entry, .. }) => entry,
        }
    }
}

impl ErasureOrdered {
    /// Most events that one order names whole.
    pub const MAX: usize = 256;
    /// Most fields that one order names.
    pub const MAX_FIELDS: usize = 128;
    /// Most revocations of which something stays: each goes with the record that it revokes.
    pub const MAX_ANNULLED: usize = Self::MAX / 2;

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let body = Self {
            events: fields.parsed_array("events", (0, Self::MAX), EventId::parse)?,
            entries: indexes(fields, Self::MAX)?,
            fields: beside(fields, Self::MAX_FIELDS, |one, fields| {
                Ok(FieldsOrdered { event: one.parsed("event", EventId::parse)?, fields })
            })?,
            annulled: annulled(fields, Self::MAX_ANNULLED)?,
            basis: Citation::parse_all(fields, "basis")?,
        };
        something(fields, body.events.is_empty() && body.fields.is_empty(), "events")?;
        Ok(body)
    }

    /// Everything that it names.
    pub fn named(&self) -> impl Iterator<Item = Erasable> {
        let fields = self.fields.iter().flat_map(|of| &of.fields);
        self.entries.iter().copied().map(Erasable::Entry).chain(fields.copied().map(Erasable::Field))
    }
}

impl LedgerErased {
    /// Most entries that one event names: with fields and checkpoint, what an entry in the clear has room for.
    pub const MAX: usize = 1_500;
    /// Most fields that one event names.
    pub const MAX_FIELDS: usize = 256;

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let body = Self {
            entries: indexes(fields, Self::MAX)?,
            fields: beside(fields, Self::MAX_FIELDS, |_, fields| Ok(fields))?.into_iter().flatten().collect(),
            cosigned: fields.optional_text("cosigned", MAX_NOTE)?,
        };
        something(fields, body.entries.is_empty() && body.fields.is_empty(), "entries")?;
        Ok(body)
    }

    /// Everything that it names, entries first.
    pub fn named(&self) -> impl Iterator<Item = Erasable> {
        let entries = self.entries.iter().copied().map(Erasable::Entry);
        entries.chain(self.fields.iter().copied().map(Erasable::Field))
    }

    /// The size of the smallest tree that covers everything that it names.
    #[must_use]
    pub fn least_size(&self) -> TreeSize {
        self.named().map(|one| one.entry().covering_size()).max().unwrap_or(TreeSize::EMPTY)
    }
}

/// Nothing is erased by naming nothing.
fn something(fields: &Fields, nothing: bool, name: &str) -> Result<(), FieldError> {
    if !nothing {
        return Ok(());
    }
    let expected = say!("something, here or in fields");
    Err(fields.error(name, FieldFault::Value { found: "nothing".to_owned(), expected }))
}

fn indexes(fields: &mut Fields, most: usize) -> Result<Vec<EntryIndex>, FieldError> {
    let numbers = fields.ascending_numbers("entries", (0, most), MOST)?;
    Ok(numbers.into_iter().map(EntryIndex::new).collect())
}

fn in_hex<S: Serializer>(half: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_hex(half))
}

/// `annulled`: objects by ascending `entry`.
fn annulled(fields: &mut Fields, most: usize) -> Result<Vec<Annulled>, FieldError> {
    let (mut all, mut last) = (Vec::new(), None);
    for (path, item) in fields.array("annulled", 0, most)? {
        let mut one = Fields::of(&path, item)?;
        let entry = ascending(&mut one, &mut last)?;
        all.push(Annulled {
            issuer: one.parsed("issuer", AuthorityId::parse)?,
            decision: one.parsed("decision", from_hex::<16>)?,
            date: one.parsed("date", Date::parse)?,
            from: one.parsed("from", ValidTime::parse)?,
            entry,
        });
        one.finish()?;
    }
    Ok(all)
}

/// `entry`, above that of the object before.
fn ascending(one: &mut Fields, last: &mut Option<EntryIndex>) -> Result<EntryIndex, FieldError> {
    let entry = EntryIndex::new(one.number("entry", 0, MOST)?);
    if let Some(before) = last.replace(entry).filter(|before| entry <= *before) {
        let expected = say!("an index above {}: ascending, each once", before);
        return Err(one.error("entry", FieldFault::Value { found: entry.to_string(), expected }));
    }
    Ok(entry)
}

/// `fields`: objects by ascending `entry`, each with its `places`, and what else `read` takes of it.
fn beside<T>(
    fields: &mut Fields,
    most: usize,
    read: impl Fn(&mut Fields, Vec<FieldPlace>) -> Result<T, FieldError>,
) -> Result<Vec<T>, FieldError> {
    let (mut all, mut last, mut count) = (Vec::new(), None, 0);
    for (path, item) in fields.array("fields", 0, most)? {
        let mut one = Fields::of(&path, item)?;
        let entry = ascending(&mut one, &mut last)?;
        let places = one.ascending_numbers("places", (1, 64), LAST_PLACE)?;
        count += places.len();
        if count > most {
            let (found, max) = (count.to_string(), i128::from(as_u64(most)));
            return Err(one.error("places", FieldFault::Range { found, min: 1, max, unit: "fields" }));
        }
        let place = |place| u8::try_from(place).or_defect("a place is below 64");
        let places = places.into_iter().map(|at| FieldPlace { entry, place: place(at) }).collect();
        all.push(read(&mut one, places)?);
        one.finish()?;
    }
    Ok(all)
}
