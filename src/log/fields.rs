//! Single fields that are erased while their events stay: what is left of a payload is sealed anew, under a key of its own.

use super::beside::not_this;
use super::error::{EraseError, ReadError};
use super::reader::LogReader;
use crate::sealed_files::{Held, Resealed};
use ledger_spec::erasures::Erased;
use ledger_spec::event::{Event, FieldPlace};
use ledger_spec::sealed::{Content, FreshKey, Group, LogEntry, Place, Plain, SealedEntry};
use std::collections::{BTreeMap, BTreeSet};
use tlog::defect::OrDefect as _;
use tlog::position::EntryIndex;

/// What a payload holds, and what its event names.
struct Payload {
    entry: SealedEntry,
    plain: Plain,
    private: Vec<[u8; 32]>,
    held: Held,
}

impl LogReader {
    /// Whether these can be erased: their groups are read whole, and damage in one is the answer.
    pub fn can_erase(&self, due: &Erased) -> Result<(), ReadError> {
        let Some(files) = self.sealed_files() else { return Ok(()) };
        let beside = due.fields.iter().map(|field| &field.entry);
        let groups: BTreeSet<Group> = due.entries.iter().chain(beside).copied().map(Group::of).collect();
        for group in groups {
            files.group(group, self.size())?;
        }
        left(self, due, &mut Err).map(drop)
    }
}

/// Of the fields of events that stay, those that are there still. `damaged` says whether it goes on over an entry that cannot be
/// read.
pub(super) fn left(
    reader: &LogReader,
    erased: &Erased,
    damaged: &mut dyn FnMut(ReadError) -> Result<(), ReadError>,
) -> Result<BTreeSet<FieldPlace>, ReadError> {
    let mut left = BTreeSet::new();
    for entry in entries(erased) {
        let payload = match read(reader, entry) {
            Ok(Some(payload)) => payload,
            Ok(None) => continue,
            Err(error) => {
                damaged(error)?;
                continue;
            }
        };
        let there = payload
            .plain
            .disclosed(&payload.private)
            .map_err(|error| wrong(reader, &payload.entry, &error))?;
        let is_there = |place: &u8| there.get(usize::from(*place)).is_some_and(Option::is_some);
        left.extend(erased.fields_of(entry).filter(is_there).map(|place| FieldPlace { entry, place }));
    }
    Ok(left)
}

/// The payloads of these fields' events without them.
pub(super) fn resealed(
    reader: &LogReader,
    erased: &Erased,
) -> Result<BTreeMap<EntryIndex, Resealed>, EraseError> {
    let mut all = BTreeMap::new();
    for index in entries(erased) {
        let Some(Payload { entry, plain, private, held }) = read(reader, index)? else { continue };
        let Held::All { secret, .. } = held else { continue };
        let places: Vec<u8> = erased.fields_of(index).collect();
        let rest = plain.without(&private, &places).map_err(|error| wrong(reader, &entry, &error))?;
        let checkpoint = reader.checkpoint();
        let place = Place { origin: checkpoint.checkpoint().origin(), index };
        let key = FreshKey::try_filled(|key| getrandom::fill(key))
            .map_err(|error| EraseError::Randomness(error.to_string()))?;
        let sealed = rest.seal(key, secret.into_salt(), &place, &entry.commitment);
        let (payload, secret) = sealed.map_err(|error| wrong(reader, &entry, &error))?;
        all.insert(index, Resealed { payload, secret });
    }
    Ok(all)
}

/// The entries beside which single fields are erased, and which are not erased themselves.
fn entries(erased: &Erased) -> BTreeSet<EntryIndex> {
    let entries = erased.fields.iter().map(|field| field.entry);
    entries.filter(|entry| !erased.entries.contains(entry)).collect()
}

/// What is kept of an entry; `None` where nothing opens anything here, or it.
fn read(reader: &LogReader, index: EntryIndex) -> Result<Option<Payload>, ReadError> {
    let Some(files) = reader.sealed_files() else { return Ok(None) };
    let raw = reader.raw(index)?;
    let LogEntry::Sealed(entry) = raw.entry() else { return Ok(None) };
    let held = files.read(index)?;
    let Held::All { payload, secret, .. } = &held else { return Ok(None) };
    let checkpoint = reader.checkpoint();
    let place = Place { origin: checkpoint.checkpoint().origin(), index };
    let plain = Plain::open(payload.clone(), secret, &place, &entry.commitment)
        .map_err(|error| wrong(reader, entry, &error))?;
    let content = Content::decode(&plain.content).map_err(|error| wrong(reader, entry, &error))?;
    let event = Event::parse(&content.event).map_err(|error| wrong(reader, entry, &error))?;
    Ok(Some(Payload { entry: *entry, plain, private: event.private, held }))
}

fn wrong(reader: &LogReader, entry: &SealedEntry, error: &dyn std::fmt::Display) -> ReadError {
    let files = reader.sealed_files().or_defect("a payload was read from there");
    ReadError::Damaged(not_this(files, entry, error.to_string()))
}
