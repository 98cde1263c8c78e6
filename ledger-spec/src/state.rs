//! The whole ledger folded in memory: the reference that tools, tests and the audit use.
//!
//! The server keeps the same parts ([`Governance`], [`CaseFile`], [`Head`]) in its own way, so that it
//! need not hold every subject; what it answers must equal what this says.

use crate::admission::{Admission, AdmittedEvent, Governance, Refusal, admit, links};
use crate::authority::Recorded;
use crate::casefile::{CaseFile, Filed, Head};
use crate::entry::ChainHash;
use crate::entry::{Entry, EntryError, EntryHashes, EntryHeader, Link};
use crate::event::Event;
use crate::event::envelope::VerifiedEvent;
use crate::id::{StreamKey, SubjectId};
use crate::time::RecordedTime;
use std::collections::HashMap;
use tlog::position::{EntryIndex, TreeSize};

/// Everything that a log of entries adds up to.
#[derive(Clone, Debug)]
pub struct Ledger {
    governance: Governance,
    subjects: HashMap<SubjectId, CaseFile>,
    others: HashMap<StreamKey, Head>,
    size: TreeSize,
    tip: ChainHash,
    last_recorded: RecordedTime,
}

/// An entry that was just made.
#[derive(Clone, Debug)]
pub struct EnteredEntry {
    /// The entry.
    pub entry: Entry,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their hashes.
    pub hashes: EntryHashes,
}

/// Why an event did not become an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnterError {
    /// A rule refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// An event with this id stands in the stream already.
    #[error("an event of this id stands in entry {0}")]
    Seen(EntryIndex),
    /// The entry would not fit its layout.
    #[error(transparent)]
    Layout(#[from] EntryError),
}

/// A link of an entry that is not to the last entry of its stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its link in {} is {}; {} is expected", named(stream), shown(found), shown(expected))]
pub struct BrokenLink {
    /// The stream; `None` where the event belongs to no more.
    pub stream: Option<StreamKey>,
    /// The link, where there is one.
    pub found: Option<Link>,
    /// What follows from the stream's last entry.
    pub expected: Option<Link>,
}

fn named(stream: &Option<StreamKey>) -> String {
    stream.as_ref().map_or_else(|| "no stream of its".to_owned(), |stream| format!("stream {stream}"))
}

fn shown(link: &Option<Link>) -> String {
    match link {
        None => "none".to_owned(),
        Some(Link { previous: Some(entry), version }) => format!("version {version} after entry {entry}"),
        Some(Link { previous: None, version }) => format!("version {version} after no entry"),
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            governance: Governance::default(),
            subjects: HashMap::new(),
            others: HashMap::new(),
            size: TreeSize::EMPTY,
            tip: ChainHash::ZERO,
            last_recorded: RecordedTime::default(),
        }
    }
}

impl Ledger {
    /// Authorities, keys, types and lists.
    #[must_use]
    pub const fn governance(&self) -> &Governance {
        &self.governance
    }

    /// How many entries were taken in.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The chain hash of the last entry.
    #[must_use]
    pub const fn tip(&self) -> ChainHash {
        self.tip
    }

    /// The recorded time of the last entry.
    #[must_use]
    pub const fn last_recorded(&self) -> RecordedTime {
        self.last_recorded
    }

    /// A subject's case file.
    #[must_use]
    pub fn subject(&self, id: &SubjectId) -> Option<&CaseFile> {
        self.subjects.get(id)
    }

    /// The head of any stream.
    #[must_use]
    pub fn head(&self, stream: &StreamKey) -> Option<Head> {
        match stream {
            StreamKey::Subject(id) => self.subjects.get(id).and_then(|stream| stream.head().copied()),
            other => self.others.get(other).copied(),
        }
    }

    /// Admits an event and makes the next entry of it. A time before the last entry's is moved up to
    /// it: recorded times never decrease.
    pub fn enter(&mut self, event: VerifiedEvent, now: RecordedTime) -> Result<EnteredEntry, EnterError> {
        let at = Recorded { index: self.size.next_index(), at: now.max(self.last_recorded) };
        let admitted = self.admit(event, at)?;
        let (stated, signers) = (admitted.event().clone(), admitted.signers());
        let streams = stated.streams();
        let heads: Vec<_> = streams.iter().map(|stream| self.head(stream)).collect();
        let entry = admitted.into_entry(self.tip, &heads);
        let bytes = entry.encode()?;
        let hashes = EntryHashes::of(&bytes);
        self.apply(&stated, streams, &signers, at, hashes.chain);
        Ok(EnteredEntry { entry, bytes, hashes })
    }

    /// Admits the event of an entry that stands next in a log, at the entry's own time, and takes it in.
    /// Gives the broken link, with nothing taken in, where the entry's links are not the heads of its streams.
    /// `chain` is the chain hash of the entry's bytes; index, time and chain are the auditor's to check.
    pub(crate) fn retrace(
        &mut self,
        event: VerifiedEvent,
        entry: &EntryHeader,
        chain: ChainHash,
    ) -> Result<Result<AdmittedEvent, BrokenLink>, EnterError> {
        let at = Recorded { index: entry.index, at: entry.recorded_at };
        let admitted = self.admit(event, at)?;
        let stated = admitted.event();
        let streams = stated.streams();
        let heads = streams.iter().map(|stream| self.head(stream));
        if !entry.links.iter().copied().eq(links(heads)) {
            return Ok(Err(self.broken_link(&streams, &entry.links)));
        }
        self.apply(stated, streams, &admitted.signers(), at, chain);
        Ok(Ok(admitted))
    }

    /// The first of some links that is not what it should be; or one that is missing, or too many.
    fn broken_link(&self, streams: &[StreamKey], found: &[Link]) -> BrokenLink {
        let expected: Vec<_> = links(streams.iter().map(|stream| self.head(stream))).collect();
        let same = found.iter().zip(&expected).take_while(|(found, expected)| found == expected).count();
        BrokenLink {
            stream: streams.get(same).cloned(),
            found: found.get(same).copied(),
            expected: expected.get(same).copied(),
        }
    }

    /// Takes in an entry that was admitted before, as whoever asks knows: no rule is asked.
    pub(crate) fn recall(&mut self, event: &Event, entry: &EntryHeader, chain: ChainHash) {
        let at = Recorded { index: entry.index, at: entry.recorded_at };
        self.apply(event, event.streams(), &entry.signers(), at, chain);
    }

    fn admit(&self, event: VerifiedEvent, at: Recorded) -> Result<AdmittedEvent, EnterError> {
        let nothing = CaseFile::default();
        let stream = self.subjects.get(&event.event().subject).unwrap_or(&nothing);
        match admit(event, at, &self.governance, stream)? {
            Admission::Admitted(admitted) => Ok(admitted),
            Admission::Seen(first) => Err(EnterError::Seen(first)),
        }
    }

    /// Takes in one admitted event as the next entry.
    fn apply(
        &mut self,
        event: &Event,
        streams: Vec<StreamKey>,
        signers: &[[u8; 32]],
        at: Recorded,
        chain: ChainHash,
    ) {
        self.governance.apply(event, at);
        for stream in streams {
            match stream {
                StreamKey::Subject(id) => {
                    let stream = self.subjects.entry(id).or_default();
                    stream.apply(Filed { event, recorded: at, signers }, &self.governance.directory);
                }
                other => {
                    let head = Head::advanced(self.others.get(&other), at.index);
                    self.others.insert(other, head);
                }
            }
        }
        self.size = at.index.covering_size();
        self.tip = chain;
        self.last_recorded = at.at;
    }
}
