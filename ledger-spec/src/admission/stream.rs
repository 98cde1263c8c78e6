//! What admission has to know of one subject's stream: which events stand in it, and which of them
//! can still be ended or decided. A fold of the stream, small enough to keep for many subjects.

use crate::authority::{AuthorityNumber, Directory};
use crate::event::{Body, Event};
use crate::id::{EventId, ListCode};
use crate::position::{EntryIndex, StreamVersion};
use crate::time::ValidTime;

/// The end of a stream: its last entry and its version with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last entry.
    pub last: EntryIndex,
    /// The stream's version.
    pub version: StreamVersion,
}

impl Head {
    /// The version of a stream whose head this is; a stream without a head holds nothing.
    pub fn version_of(head: Option<&Self>) -> StreamVersion {
        head.map_or(StreamVersion::NONE, |head| head.version)
    }

    /// The head after one more entry.
    pub fn advanced(head: Option<&Self>, entry: EntryIndex) -> Self {
        Self { last: entry, version: Self::version_of(head).next() }
    }
}

/// One subject's stream, folded for admission.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SubjectStream {
    head: Option<Head>,
    registered: bool,
    /// Ordered by event id.
    items: Vec<Item>,
}

/// One event of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) id: EventId,
    pub(super) index: EntryIndex,
    pub(super) fact: Fact,
}

/// What an event began, and whether it has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// Nothing that can end.
    Plain,
    /// A record.
    Record { source: AuthorityNumber, from: ValidTime, ended: bool },
    /// An entry on a list. The code is boxed: entries on lists are few beside records.
    Listing { source: AuthorityNumber, from: ValidTime, ended: bool, list: Box<ListCode> },
    /// An application for repair, with the source of what it is about.
    Application { source: AuthorityNumber, from: ValidTime, ended: bool, list: Option<Box<ListCode>> },
}

impl SubjectStream {
    /// The stream's end; `None` while nothing stands in it.
    pub const fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// Whether a `subject.registered` stands in it.
    pub const fn is_registered(&self) -> bool {
        self.registered
    }

    /// How many events stand in it: what it costs to keep.
    pub const fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing stands in it.
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The entry that holds the event with this id.
    pub fn entry_of(&self, id: &EventId) -> Option<EntryIndex> {
        self.find(id).map(|item| item.index)
    }

    pub(super) fn find(&self, id: &EventId) -> Option<&Item> {
        self.position(id).ok().and_then(|at| self.items.get(at))
    }

    /// Takes in one admitted event that stands in this subject's stream.
    pub fn apply(&mut self, event: &Event, index: EntryIndex, directory: &Directory) {
        self.head = Some(Head::advanced(self.head.as_ref(), index));
        let fact = self.fact_of(event, directory);
        match &event.body {
            Body::SubjectRegistered(_) => self.registered = true,
            Body::RecordRevoked(body) => self.end(&body.record),
            Body::ListingRemoved(body) => self.end(&body.listing),
            Body::RepairDecided(body) => self.end(&body.application),
            _ => {}
        }
        if let Err(at) = self.position(&event.id) {
            self.items.insert(at, Item { id: event.id, index, fact });
        }
    }

    fn fact_of(&self, event: &Event, directory: &Directory) -> Fact {
        let Some(source) = directory.number(&event.issuer) else { return Fact::Plain };
        let (from, ended) = (event.valid_from, false);
        match &event.body {
            Body::RecordFiled(_) => Fact::Record { source, from, ended },
            Body::ListingEntered(body) => {
                Fact::Listing { source, from, ended, list: Box::new(body.list.clone()) }
            }
            Body::RepairApplied(body) => match self.find(&body.target).map(|item| &item.fact) {
                Some(Fact::Record { source, .. }) => {
                    Fact::Application { source: *source, from, ended, list: None }
                }
                Some(Fact::Listing { source, list, .. }) => {
                    Fact::Application { source: *source, from, ended, list: Some(list.clone()) }
                }
                _ => Fact::Plain,
            },
            _ => Fact::Plain,
        }
    }

    fn end(&mut self, id: &EventId) {
        let Ok(at) = self.position(id) else { return };
        if let Some(Item {
            fact: Fact::Record { ended, .. } | Fact::Listing { ended, .. } | Fact::Application { ended, .. },
            ..
        }) = self.items.get_mut(at)
        {
            *ended = true;
        }
    }

    fn position(&self, id: &EventId) -> Result<usize, usize> {
        self.items.binary_search_by(|item| item.id.cmp(id))
    }
}
