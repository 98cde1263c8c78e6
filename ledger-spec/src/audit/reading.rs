//! The half of an audit that needs no state: layout, what opens an entry, its event, its signatures.

use super::{AuditError, AuditFault};
use crate::entry::{EntryHashes, EntryHeader, Link};
use crate::event::Event;
use crate::event::envelope::{SignedEvent, VerifiedEvent};
use crate::id::Sealing;
use crate::sealed::{AuditorOpening, LogEntryError, Opening, Remains, SealedEntry, version_of};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use tlog::bytes::to_hex;
use tlog::checkpoint::Origin;
use tlog::defect::{OrDefect as _, as_u64};
use tlog::key::PublicKey;
use tlog::position::EntryIndex;

/// An entry as it is given to an audit.
#[derive(Debug)]
pub struct GivenEntry<B> {
    /// What the log holds.
    pub bytes: B,
    /// The hashes of these bytes.
    pub hashes: EntryHashes,
    /// What is said to open it, where it is sealed and that was given: all of it, or what erasure leaves.
    pub opening: Option<Opening>,
    /// The disclosures that are kept beside its event, in their order; `None` where that is not known.
    pub fields: Option<Vec<Vec<u8>>>,
}

impl<B: AsRef<[u8]>> GivenEntry<B> {
    /// An entry's bytes, without an opening.
    #[must_use]
    pub fn blind(bytes: B) -> Self {
        Self { hashes: EntryHashes::of(bytes.as_ref()), bytes, opening: None, fields: None }
    }
}

/// An entry whose layout holds, and of whose event, where it is seen, the signatures.
#[derive(Debug)]
#[must_use = "an entry that was only read is not audited: absorb it"]
pub enum ReadEntry {
    /// One whose event is seen.
    Event(Box<ReadEvent>),
    /// A sealed one that says nothing of its event.
    Silent(SilentEntry),
}

/// A sealed entry that says nothing of its event: it was not opened, or is erased.
#[derive(Clone, Debug)]
pub struct SilentEntry {
    /// The entry.
    pub entry: SealedEntry,
    /// What erasure left of it, where that was given.
    pub remains: Option<Arc<Remains>>,
    /// The hashes of its bytes.
    pub hashes: EntryHashes,
}

/// An entry whose layout, event and signatures hold.
#[derive(Debug)]
pub struct ReadEvent {
    pub(super) header: EntryHeader,
    pub(super) event: VerifiedEvent,
    pub(super) hashes: EntryHashes,
    pub(super) opening: Option<AuditorOpening>,
    pub(super) missing: Missing,
}

/// The places of the fields that an event names and nothing holds; `None` where that was not looked at.
pub(super) type Missing = Option<Vec<u8>>;

impl ReadEvent {
    /// The entry, as it would stand in the clear, without its event's bytes.
    #[must_use]
    pub const fn header(&self) -> &EntryHeader {
        &self.header
    }

    /// Its event.
    pub const fn event(&self) -> &VerifiedEvent {
        &self.event
    }
}

impl ReadEntry {
    /// The hashes of its bytes.
    #[must_use]
    pub const fn hashes(&self) -> EntryHashes {
        match self {
            Self::Event(read) => read.hashes,
            Self::Silent(silent) => silent.hashes,
        }
    }
}

/// What an entry's bytes and opening say, before its signatures are checked.
enum Layout {
    Event(EntryHeader, SignedEvent, Option<AuditorOpening>, Missing),
    Silent(SealedEntry, Option<Arc<Remains>>),
}

/// Reads the entries of the log `origin` that stand at `first` and after, and checks the signatures of those that are
/// seen all at once, falling back to one by one where that fails.
pub fn read_chunk<B: AsRef<[u8]>>(
    origin: &Origin,
    first: EntryIndex,
    entries: impl IntoIterator<Item = GivenEntry<B>>,
) -> Result<Vec<ReadEntry>, AuditError> {
    let at = |position: usize| EntryIndex::new(first.get().saturating_add(as_u64(position)));
    let mut keys = HashMap::new();
    let entries = entries.into_iter();
    let many = entries.size_hint().0;
    let (mut read, mut signed) = (Vec::with_capacity(many), Vec::with_capacity(many));
    // A later entry's bad layout is reported only if every signature before it holds.
    let mut fault = None;
    for (position, GivenEntry { bytes, hashes, opening, fields }) in entries.enumerate() {
        match read_one((origin, at(position)), bytes.as_ref(), (opening, fields), &mut keys) {
            Ok(Layout::Event(header, event, opening, missing)) => {
                signed.push((position, event));
                read.push((Ok((header, opening, missing)), hashes));
            }
            Ok(Layout::Silent(entry, remains)) => read.push((Err((entry, remains)), hashes)),
            Err(found) => {
                fault = Some(AuditError { index: at(position), fault: found });
                break;
            }
        }
    }
    let (positions, signed): (Vec<_>, Vec<_>) = signed.into_iter().unzip();
    let verified = SignedEvent::verify_all(signed).map_err(|(of, error)| {
        let position = *positions.get(of).or_defect("every signed event has its position");
        AuditError { index: at(position), fault: error.into() }
    })?;
    if let Some(error) = fault {
        return Err(error);
    }
    let mut verified = verified.into_iter();
    let mut next = || verified.next().or_defect("every event that was signed was verified");
    let whole = |(entry, hashes)| match entry {
        Ok((header, opening, missing)) => {
            ReadEntry::Event(Box::new(ReadEvent { header, event: next(), hashes, opening, missing }))
        }
        Err((entry, remains)) => ReadEntry::Silent(SilentEntry { entry, remains, hashes }),
    };
    Ok(read.into_iter().map(whole).collect())
}

fn read_one(
    (origin, place): (&Origin, EntryIndex),
    bytes: &[u8],
    (opening, fields): (Option<Opening>, Option<Vec<Vec<u8>>>),
    keys: &mut HashMap<[u8; 32], PublicKey>,
) -> Result<Layout, AuditFault> {
    let mut parse = |key: [u8; 32]| match keys.get(&key) {
        Some(known) => Ok(*known),
        None => PublicKey::parse(key).inspect(|parsed| {
            keys.insert(key, *parsed);
        }),
    };
    match (version_of(bytes)?, opening) {
        (Sealing::Clear, None) => {
            let (header, event) = EntryHeader::decode(bytes).map_err(LogEntryError::Clear)?;
            let event = SignedEvent::from_parts_with(event, &header.signatures, &mut parse)?;
            in_the_clear(event.event())?;
            Ok(Layout::Event(header, event, None, None))
        }
        (Sealing::Clear, Some(_)) => Err(AuditFault::NotSealed),
        (Sealing::Sealed, opening) => {
            let entry = SealedEntry::decode(bytes).map_err(LogEntryError::Sealed)?;
            let Some(opening) = opening else { return Ok(Layout::Silent(entry, None)) };
            // What opens it opens it at its place: where it names another, nothing else is worth saying.
            if entry.index != place {
                return Err(AuditFault::Index { found: entry.index });
            }
            match opening {
                Opening::Auditor(opening) => {
                    let opened = opening.open(&entry, origin, &mut parse)?;
                    let (header, (_, _, event)) = (opened.header(), opened.into_parts());
                    let missing = fields.map(|there| missing(event.event(), &there)).transpose()?;
                    Ok(Layout::Event(header, event, Some(opening), missing))
                }
                Opening::Remains(remains) => {
                    remains.open(&entry, origin)?;
                    Ok(Layout::Silent(entry, Some(Arc::new(remains))))
                }
                Opening::Content(_) | Opening::Link(_) => Err(AuditFault::OtherOpening),
            }
        }
    }
}

/// Which of the fields that an event names are not there. What is there and not named, or in another order, is a fault.
fn missing(event: &Event, there: &[Vec<u8>]) -> Result<Vec<u8>, AuditFault> {
    let digests = there.iter().map(|disclosure| -> [u8; 32] { Sha256::digest(disclosure).into() });
    let (mut missing, mut there) = (Vec::new(), digests.peekable());
    for (place, named) in (0_u8..).zip(&event.private) {
        if there.next_if_eq(named).is_none() {
            missing.push(place);
        }
    }
    match there.next() {
        None => Ok(missing),
        Some(digest) => Err(AuditFault::OtherField { found: to_hex(&digest) }),
    }
}

/// Whether an event may stand in the log in the clear.
fn in_the_clear(event: &Event) -> Result<(), AuditFault> {
    match event.kind() {
        kind if kind.sealing() == Sealing::Sealed => Err(AuditFault::Clear { found: kind }),
        _ => Ok(()),
    }
}

/// An entry that an earlier audit found right, read again for what it adds up to.
#[derive(Clone, Debug)]
#[must_use = "an entry that was only read is not audited: recall it"]
pub enum KnownEntry {
    /// One whose event is seen.
    Event {
        /// The entry, as it would stand in the clear, without its event's bytes.
        header: EntryHeader,
        /// Its event.
        event: Box<Event>,
        /// The hashes of its bytes.
        hashes: EntryHashes,
        /// The places of the fields that it names and nothing holds; `None` where that was not looked at.
        missing: Option<Vec<u8>>,
    },
    /// A sealed one that says nothing of its event.
    Silent(SilentEntry),
}

impl KnownEntry {
    /// Reads an entry of the log `origin`: layout, event and opening; signatures are not looked at.
    pub fn read<B: AsRef<[u8]>>(
        origin: &Origin,
        place: EntryIndex,
        given: GivenEntry<B>,
    ) -> Result<Self, AuditError> {
        let GivenEntry { bytes, hashes, opening, fields } = given;
        match read_one((origin, place), bytes.as_ref(), (opening, fields), &mut HashMap::new()) {
            Ok(Layout::Event(header, event, _, missing)) => {
                Ok(Self::Event { header, event: Box::new(event.event().clone()), hashes, missing })
            }
            Ok(Layout::Silent(entry, remains)) => Ok(Self::Silent(SilentEntry { entry, remains, hashes })),
            Err(fault) => Err(AuditError { index: place, fault }),
        }
    }

    /// Its event, where it is seen.
    #[must_use]
    pub fn event(&self) -> Option<&Event> {
        match self {
            Self::Event { event, .. } => Some(event),
            Self::Silent(_) => None,
        }
    }

    /// What erasure left of it, where that was given.
    #[must_use]
    pub fn remains(&self) -> Option<&Remains> {
        match self {
            Self::Event { .. } => None,
            Self::Silent(silent) => silent.remains.as_deref(),
        }
    }

    /// Its links, where they are seen.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        match self {
            Self::Event { header, .. } => &header.links,
            Self::Silent(_) => &[],
        }
    }
}
