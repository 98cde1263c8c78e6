//! What was opened: each type has one maker, which checks the opening against the entry.

use super::algorithm::{Hashing, Unverifiable};
use super::commitment::{Commitment, Parts, Place};
use super::content::{Content, ContentError};
use super::entry::SealedEntry;
use super::link::{AnyLink, LinkError, SealedLinks};
use super::opening::{AuditorOpening, ContentOpening, LinkOpening, Remains};
use crate::entry::{Entry, EntryHeader};
use crate::event::envelope::{EnvelopeError, KeyParser, SignedEvent};
use crate::event::{Event, Kind};
use crate::id::Sealing;
use tlog::checkpoint::Origin;

/// Why an opening does not open an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Nothing can be said of the entry here.
    #[error(transparent)]
    Unverifiable(#[from] Unverifiable),
    /// It opens something else: another entry, another log, other bytes.
    #[error("the opening leads to the commitment {found} where the entry has {expected}")]
    Commitment {
        /// What the opening leads to.
        found: Commitment,
        /// What the entry commits to.
        expected: Commitment,
    },
    /// The entry commits to content that is none: whoever sealed it cheats.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The entry commits to content whose event or keys are none.
    #[error(transparent)]
    Event(#[from] EnvelopeError),
    /// The entry commits to links that are none of its event's, or that no entry at its place can have.
    #[error(transparent)]
    Links(#[from] LinkError),
    /// The entry commits to an event whose kind stands in the clear.
    #[error("{found} is sealed where an event of this kind stands in the clear")]
    Kind {
        /// The kind.
        found: &'static str,
    },
}

/// An entry's event, proven to be what the entry commits to. Its links are not open, and its signatures are not
/// checked yet.
#[derive(Clone, Debug)]
pub struct OpenedContent {
    entry: SealedEntry,
    event: SignedEvent,
}

/// One link, proven to be what the entry commits to.
#[derive(Clone, Copy, Debug)]
pub struct OpenedLink {
    entry: SealedEntry,
    hashing: Hashing,
    link: AnyLink,
}

/// All links of an entry, proven to be what it commits to; of its content nothing is known but that it is one.
#[derive(Clone, Copy, Debug)]
pub struct OpenedLinks {
    entry: SealedEntry,
    links: SealedLinks,
}

/// An entry's event and links, proven to be what the entry commits to, and the links to be those of the event. Its
/// signatures are not checked yet, and neither is whether the links are the heads of their streams.
#[derive(Clone, Debug)]
pub struct OpenedBody {
    entry: SealedEntry,
    links: SealedLinks,
    event: SignedEvent,
}

impl ContentOpening {
    /// Opens an entry of the log `origin`; `parse` may remember keys.
    pub fn open(
        &self,
        entry: &SealedEntry,
        origin: &Origin,
        parse: KeyParser<'_>,
    ) -> Result<OpenedContent, OpenError> {
        check(entry, origin, |hashing| self.parts(hashing))?;
        Ok(OpenedContent { entry: *entry, event: read(&self.content, parse)? })
    }
}

impl LinkOpening {
    /// Opens an entry of the log `origin`.
    pub fn open(&self, entry: &SealedEntry, origin: &Origin) -> Result<OpenedLink, OpenError> {
        let hashing = check(entry, origin, |hashing| self.parts(hashing))?;
        self.link.check_place(entry.index)?;
        Ok(OpenedLink { entry: *entry, hashing, link: self.link })
    }
}

impl AuditorOpening {
    /// Opens an entry of the log `origin`; `parse` may remember keys.
    pub fn open(
        &self,
        entry: &SealedEntry,
        origin: &Origin,
        parse: KeyParser<'_>,
    ) -> Result<OpenedBody, OpenError> {
        let hashing = check(entry, origin, |hashing| self.parts(hashing))?;
        self.links.check_place(entry.index)?;
        let event = read(&self.content, parse)?;
        self.links.check_event(hashing, event.event())?;
        Ok(OpenedBody { entry: *entry, links: self.links, event })
    }
}

impl AuditorOpening {
    /// What an entry of the log `origin` says, as it would stand in the clear: for whoever keeps the opening and has
    /// held content and links against each other when they came. That they are what the entry commits to is checked
    /// here, and nothing else.
    pub fn recall(&self, entry: &SealedEntry, origin: &Origin) -> Result<Entry, OpenError> {
        check(entry, origin, |hashing| self.parts(hashing))?;
        let Content { signatures, event } = Content::decode(&self.content)?;
        Ok(Entry {
            index: entry.index,
            recorded_at: entry.recorded_at,
            previous: entry.previous,
            links: self.links.links(),
            signatures,
            event,
        })
    }
}

impl Remains {
    /// Opens the links of an entry of the log `origin`.
    pub fn open(&self, entry: &SealedEntry, origin: &Origin) -> Result<OpenedLinks, OpenError> {
        check(entry, origin, |hashing| self.parts(hashing))?;
        self.links.check_place(entry.index)?;
        Ok(OpenedLinks { entry: *entry, links: self.links })
    }
}

/// Whether the parts that an opening leads to are what the entry commits to, at its place.
fn check(
    entry: &SealedEntry,
    origin: &Origin,
    parts: impl FnOnce(Hashing) -> Parts,
) -> Result<Hashing, OpenError> {
    let hashing = entry.algorithm.hashing()?;
    let found = Commitment::of(hashing, &Place { origin, index: entry.index }, &parts(hashing));
    match entry.commitment {
        expected if expected == found => Ok(hashing),
        expected => Err(OpenError::Commitment { found, expected }),
    }
}

/// The event that content holds, of a kind that is sealed.
fn read(content: &[u8], parse: KeyParser<'_>) -> Result<SignedEvent, OpenError> {
    let (signatures, event) = Content::parts(content)?;
    let event = SignedEvent::from_parts_with(event, &signatures, parse)?;
    match event.event().kind() {
        kind if kind.sealing() == Sealing::Clear => Err(OpenError::Kind { found: Kind::name(kind) }),
        _ => Ok(event),
    }
}

impl OpenedContent {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &SealedEntry {
        &self.entry
    }

    /// The event as read.
    #[must_use]
    pub fn event(&self) -> &Event {
        self.event.event()
    }

    /// The event with its signatures, to be verified.
    pub fn into_signed(self) -> SignedEvent {
        self.event
    }
}

impl OpenedLink {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &SealedEntry {
        &self.entry
    }

    /// The link.
    #[must_use]
    pub const fn link(&self) -> &AnyLink {
        &self.link
    }

    /// Whether it belongs to the stream of this key: a link proves nothing of a stream that it is not asked about.
    pub fn check_stream(&self, stream: &crate::id::StreamKey) -> Result<(), LinkError> {
        self.link.check_stream(self.hashing, stream)
    }
}

impl OpenedLinks {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &SealedEntry {
        &self.entry
    }

    /// The links.
    #[must_use]
    pub const fn links(&self) -> &SealedLinks {
        &self.links
    }
}

impl OpenedBody {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &SealedEntry {
        &self.entry
    }

    /// The links.
    #[must_use]
    pub const fn links(&self) -> &SealedLinks {
        &self.links
    }

    /// The event as read.
    #[must_use]
    pub fn event(&self) -> &Event {
        self.event.event()
    }

    /// The entry as it would stand in the clear, without its event's bytes.
    #[must_use]
    pub fn header(&self) -> EntryHeader {
        EntryHeader {
            index: self.entry.index,
            recorded_at: self.entry.recorded_at,
            previous: self.entry.previous,
            links: self.links.links(),
            signatures: self.event.entry_signatures(),
        }
    }

    /// Entry, links, and the event with its signatures, to be verified.
    pub fn into_parts(self) -> (SealedEntry, SealedLinks, SignedEvent) {
        (self.entry, self.links, self.event)
    }
}
