//! The links of a sealed entry: which streams it stands in, by tags that only who knows the stream's key can tell.

use super::algorithm::Hashing;
use super::hash::{hashes, piece};
use crate::entry::{Link, StreamVersion};
use crate::event::Event;
use crate::id::{EventId, IdError, StreamKey};
use core::fmt;
use tlog::defect::OrDefect as _;
use tlog::position::EntryIndex;

const STREAM: &[u8] = b"credit-ledger v2 stream\0";

hashes! {
    /// Names a stream by the hash of its key. Keys can be guessed, so whoever has a tag may know whose it is: tags
    /// stand in what is salted or encrypted only.
    StreamTag;
}

impl StreamTag {
    /// The tag of a stream.
    #[must_use]
    pub fn of(hashing: Hashing, stream: &StreamKey) -> Self {
        Self::from_bytes(hashing.hash(&[STREAM, stream.to_string().as_bytes()]))
    }
}

/// Which of an entry's links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPlace {
    /// 1: to the subject's stream, with the event's id.
    Subject,
    /// 2: to the issuer's stream.
    Issuer,
    /// 3: to the list's stream, where there is one.
    List,
}

impl LinkPlace {
    /// Every link, in order.
    pub const ALL: [Self; 3] = [Self::Subject, Self::Issuer, Self::List];

    /// j: 1, 2 or 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Subject => 1,
            Self::Issuer => 2,
            Self::List => 3,
        }
    }

    /// The link of this number.
    #[must_use]
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|at| at.number() == number)
    }

    /// Length of the link's bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Subject => TaggedLink::LEN + EVENT_ID,
            Self::Issuer | Self::List => TaggedLink::LEN,
        }
    }
}

impl fmt::Display for LinkPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subject => "subject",
            Self::Issuer => "issuer",
            Self::List => "list",
        })
    }
}

const EVENT_ID: usize = 16;
/// What stands for "no entry before": no log has an entry at it, for none is so long.
const NO_ENTRY: u64 = u64::MAX;

/// Ties an entry to the one before it in the stream of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaggedLink {
    /// The stream.
    pub tag: StreamTag,
    /// The stream's entry before, and its version with this entry.
    pub link: Link,
}

/// Why bytes are not links, or links do not fit the entry or the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Version 1 is the first entry of a stream and has none before; every other version has one.
    #[error("link to the {at}: version {version} {} an entry before it", if .previous.is_some() { "with" } else { "without" })]
    Version {
        /// Which link.
        at: LinkPlace,
        /// The version.
        version: u64,
        /// The entry before.
        previous: Option<u64>,
    },
    /// It names an entry that does not come before its own.
    #[error("link to the {at}: entry {found} before it, where one below {expected} is expected")]
    Ahead {
        /// Which link.
        at: LinkPlace,
        /// The entry named.
        found: EntryIndex,
        /// The entry that it stands in.
        expected: EntryIndex,
    },
    /// Zeros where only the link to a list may be absent, or a tag of zeros.
    #[error("link to the {at} has a tag of zeros where a stream's is expected")]
    NoTag {
        /// Which link.
        at: LinkPlace,
    },
    /// The id in the subject's link is no UUID of version 7.
    #[error("link to the subject: {0}")]
    EventId(IdFault),
    /// Another stream than the event's.
    #[error("link to the {at}: stream {found} where {expected} is expected")]
    Stream {
        /// Which link.
        at: LinkPlace,
        /// The tag found.
        found: StreamTag,
        /// The tag that follows from the event.
        expected: StreamTag,
    },
    /// Another event's id.
    #[error("link to the subject: event {found} where {expected} is expected")]
    Event {
        /// The id in the link.
        found: EventId,
        /// The id in the event.
        expected: EventId,
    },
    /// As many links as the event has streams, two or three.
    #[error("{found} links where the event stands in {expected} streams")]
    Count {
        /// Links found.
        found: usize,
        /// Streams of the event.
        expected: usize,
    },
}

/// What is wrong with an event id, without its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event id of another form than UUID version 7: version digit {version:x}, variant digit {variant:x}")]
pub struct IdFault {
    /// Its version digit, where 7 is expected.
    pub version: u8,
    /// Its variant digit, where 8 to b is expected.
    pub variant: u8,
}

impl TaggedLink {
    /// Length of its bytes.
    pub const LEN: usize = 48;

    fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..32].copy_from_slice(self.tag.as_bytes());
        bytes[32..40].copy_from_slice(&self.link.previous.map_or(NO_ENTRY, EntryIndex::get).to_le_bytes());
        bytes[40..].copy_from_slice(&self.link.version.get().to_le_bytes());
        bytes
    }

    fn decode(at: LinkPlace, bytes: &[u8; Self::LEN]) -> Result<Self, LinkError> {
        let previous = match u64::from_le_bytes(piece(&bytes[32..40])) {
            NO_ENTRY => None,
            index => Some(index),
        };
        let version = u64::from_le_bytes(piece(&bytes[40..]));
        let tag = StreamTag::from_bytes(piece(&bytes[..32]));
        if tag == StreamTag::from_bytes([0; 32]) {
            return Err(LinkError::NoTag { at });
        }
        if version == 0 || (version == 1) != previous.is_none() {
            return Err(LinkError::Version { at, version, previous });
        }
        let link = Link { previous: previous.map(EntryIndex::new), version: StreamVersion::new(version) };
        Ok(Self { tag, link })
    }
}

/// One link with its place, and what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyLink {
    /// To the subject's stream, with the event's id.
    Subject(TaggedLink, EventId),
    /// To the issuer's stream.
    Issuer(TaggedLink),
    /// To the list's stream; `None` where the event concerns no list.
    List(Option<TaggedLink>),
}

impl AnyLink {
    /// Its place.
    #[must_use]
    pub const fn at(&self) -> LinkPlace {
        match self {
            Self::Subject(..) => LinkPlace::Subject,
            Self::Issuer(_) => LinkPlace::Issuer,
            Self::List(_) => LinkPlace::List,
        }
    }

    /// The link itself, where there is one.
    #[must_use]
    pub const fn tagged(&self) -> Option<&TaggedLink> {
        match self {
            Self::Subject(link, _) | Self::Issuer(link) | Self::List(Some(link)) => Some(link),
            Self::List(None) => None,
        }
    }

    /// link j: 48 bytes, of the subject 64; zeros where the link to a list is absent.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Subject(link, id) => [link.encode().as_slice(), id.as_bytes()].concat(),
            Self::Issuer(link) | Self::List(Some(link)) => link.encode().to_vec(),
            Self::List(None) => vec![0; TaggedLink::LEN],
        }
    }

    /// Reads link j back. `bytes` are as many as [`LinkPlace::length`] says.
    pub(super) fn decode(at: LinkPlace, bytes: &[u8]) -> Result<Self, LinkError> {
        let tagged = || TaggedLink::decode(at, &piece(&bytes[..TaggedLink::LEN]));
        match at {
            LinkPlace::Subject => {
                let link = tagged()?;
                Ok(Self::Subject(link, decode_id(piece(&bytes[TaggedLink::LEN..]))?))
            }
            LinkPlace::Issuer => tagged().map(Self::Issuer),
            LinkPlace::List if bytes.iter().all(|&byte| byte == 0) => Ok(Self::List(None)),
            LinkPlace::List => tagged().map(|link| Self::List(Some(link))),
        }
    }

    /// Whether what it names comes before the entry that it stands in.
    pub(super) fn check_place(&self, index: EntryIndex) -> Result<(), LinkError> {
        match self.tagged().and_then(|tagged| tagged.link.previous) {
            Some(found) if found >= index => Err(LinkError::Ahead { at: self.at(), found, expected: index }),
            _ => Ok(()),
        }
    }

    /// Whether it belongs to the stream of this key.
    pub fn check_stream(&self, hashing: Hashing, stream: &StreamKey) -> Result<(), LinkError> {
        let expected = StreamTag::of(hashing, stream);
        match self.tagged() {
            Some(TaggedLink { tag, .. }) if *tag == expected => Ok(()),
            Some(TaggedLink { tag, .. }) => Err(LinkError::Stream { at: self.at(), found: *tag, expected }),
            None => Err(LinkError::NoTag { at: self.at() }),
        }
    }
}

fn decode_id(bytes: [u8; EVENT_ID]) -> Result<EventId, LinkError> {
    let fault = IdFault { version: bytes[6] >> 4, variant: bytes[8] >> 4 };
    EventId::from_bytes(bytes).map_err(|_: IdError| LinkError::EventId(fault))
}

/// All links of a sealed entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedLinks {
    /// To the subject's stream.
    pub subject: TaggedLink,
    /// The event's id: so that the same event sent again is known even after it was erased.
    pub event: EventId,
    /// To the issuer's stream.
    pub issuer: TaggedLink,
    /// To the list's stream, where the event concerns a list.
    pub list: Option<TaggedLink>,
}

impl SealedLinks {
    /// Length of all three together.
    pub const LEN: usize = 3 * TaggedLink::LEN + EVENT_ID;

    /// The links of an event, from those of its streams in their order (README, "Streams and links").
    pub fn of(hashing: Hashing, event: &Event, links: &[Link]) -> Result<Self, LinkError> {
        let streams = event.streams();
        let count = LinkError::Count { found: links.len(), expected: streams.len() };
        if links.len() != streams.len() {
            return Err(count);
        }
        let mut tagged = streams
            .iter()
            .zip(links)
            .map(|(stream, link)| TaggedLink { tag: StreamTag::of(hashing, stream), link: *link });
        let mut next = || tagged.next();
        let (Some(subject), Some(issuer)) = (next(), next()) else { return Err(count) };
        Ok(Self { subject, event: event.id, issuer, list: next() })
    }

    /// The same without tags, in the order of the event's streams.
    #[must_use]
    pub fn links(&self) -> Vec<Link> {
        let tagged = [Some(self.subject), Some(self.issuer), self.list];
        tagged.into_iter().flatten().map(|tagged| tagged.link).collect()
    }

    /// The link at a place.
    #[must_use]
    pub const fn at(&self, at: LinkPlace) -> AnyLink {
        match at {
            LinkPlace::Subject => AnyLink::Subject(self.subject, self.event),
            LinkPlace::Issuer => AnyLink::Issuer(self.issuer),
            LinkPlace::List => AnyLink::List(self.list),
        }
    }

    /// link 1 ‖ link 2 ‖ link 3.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        piece(&LinkPlace::ALL.map(|at| self.at(at).encode()).concat())
    }

    /// Reads them back. Whatever decodes re-encodes to the same bytes.
    pub fn decode(bytes: &[u8; Self::LEN]) -> Result<Self, LinkError> {
        let (first, rest) = bytes.split_at(LinkPlace::Subject.length());
        let (second, third) = rest.split_at(LinkPlace::Issuer.length());
        let links = [(LinkPlace::Subject, first), (LinkPlace::Issuer, second), (LinkPlace::List, third)];
        let (mut subject, mut issuer, mut list) = (None, None, None);
        for (at, bytes) in links {
            match AnyLink::decode(at, bytes)? {
                AnyLink::Subject(link, id) => subject = Some((link, id)),
                AnyLink::Issuer(link) => issuer = Some(link),
                AnyLink::List(link) => list = link,
            }
        }
        let (subject, event) = subject.or_defect("the first link is the subject's");
        Ok(Self { subject, event, issuer: issuer.or_defect("the second is the issuer's"), list })
    }

    /// Whether what they name comes before the entry that they stand in.
    pub(super) fn check_place(&self, index: EntryIndex) -> Result<(), LinkError> {
        LinkPlace::ALL.into_iter().try_for_each(|at| self.at(at).check_place(index))
    }

    /// Whether tags, id and number follow from the event.
    pub fn check_event(&self, hashing: Hashing, event: &Event) -> Result<(), LinkError> {
        let (streams, found) = (event.streams(), 2 + usize::from(self.list.is_some()));
        if found != streams.len() {
            return Err(LinkError::Count { found, expected: streams.len() });
        }
        if self.event != event.id {
            return Err(LinkError::Event { found: self.event, expected: event.id });
        }
        LinkPlace::ALL
            .into_iter()
            .zip(&streams)
            .try_for_each(|(at, stream)| self.at(at).check_stream(hashing, stream))
    }
}
