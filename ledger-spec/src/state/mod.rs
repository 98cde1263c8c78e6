//! The ledger's state: what its entries add up to, as far as admission and governance need it, and the one fold that
//! takes an admitted entry in.
//!
//! The writer, a dry run, a follower, the auditor, cases and tests hold the same [`State`]; they differ in where its
//! streams are kept ([`Streams`]). [`Ledger`] keeps them all in memory. What is only tried stands in a layer above
//! ([`State::attempt`]) and is adopted as a whole or dropped: nothing is ever taken back.

mod in_memory;
mod names;
mod streams;

pub use in_memory::{InMemory, Ledger};
pub use streams::{Added, Attempt, Streams};

use crate::admission::{
    Admission, AdmittedEvent, Governance, Known, Refusal, admit, fields_fit, id_taken, links, of_known_keys,
};
use crate::authority::Recorded;
use crate::casefile::{Annulment, CaseEntry, Filed, Head, Named};
use crate::entry::{ChainHash, Entry, EntryError, EntryHashes, EntryHeader, Link, StreamVersion};
use crate::event::envelope::VerifiedEvent;
use crate::event::{DisclosedFields, DisclosureError, Event, WholeEvent};
use crate::governance::governs;
use crate::id::{Sealing, StreamKey, SubjectId};
use crate::sealed::{Randomness, SealError, Sealed, SealedEntry};
use crate::time::RecordedTime;
use tlog::position::{EntryIndex, TreeSize};

/// Where a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// How many entries it holds.
    pub size: TreeSize,
    /// The chain hash of the last; all zero before the first.
    pub chain: ChainHash,
    /// The recorded time of the last.
    pub recorded_at: RecordedTime,
}

impl Default for LogEnd {
    fn default() -> Self {
        Self { size: TreeSize::EMPTY, chain: ChainHash::ZERO, recorded_at: RecordedTime::default() }
    }
}

/// What a log of entries adds up to.
#[derive(Clone, Debug, Default)]
pub struct State<S> {
    governance: Governance,
    end: LogEnd,
    streams: S,
}

/// What an attempt came to, to be adopted by the state that it was made over.
#[derive(Debug)]
#[must_use = "what is not adopted has not happened"]
pub struct Attempted {
    governance: Governance,
    end: LogEnd,
    added: Vec<Added>,
}

/// An entry that was just made.
#[derive(Debug)]
pub struct EnteredEntry {
    /// What it says, as it would stand in the clear.
    pub entry: Entry,
    /// What the log holds of it: that, or a sealed entry.
    pub bytes: Vec<u8>,
    /// The hashes of these bytes.
    pub hashes: EntryHashes,
    /// Where it is sealed, what is kept beside the log.
    pub sealed: Option<Sealed>,
    /// The fields that travel beside it, which are kept there too.
    pub fields: DisclosedFields,
}

/// An event that did not become an entry.
#[derive(Clone, Debug)]
pub enum NotEntered {
    /// A rule refuses.
    Refused {
        /// Which one and why.
        refusal: Refusal,
        /// The version of its subject's stream, where the event had seen another ([`Refusal::stream_head`]).
        head: Option<StreamVersion>,
    },
    /// An event with this id stands in a stream of its subject already. Whether it says the same, whoever holds the log can
    /// tell ([`Event::says_the_same`]).
    Seen {
        /// The entry that holds that one.
        first: EntryIndex,
        /// Why it is refused where it is another one.
        other: Box<Refusal>,
        /// The event that was to be entered.
        event: Box<VerifiedEvent>,
    },
    /// An event of this id stood in its stream and is erased: it does not come back. Whether it was this issuer's,
    /// whoever holds the log can tell.
    Erased {
        /// The entry that held that one.
        first: EntryIndex,
        /// Why it is refused where it was another's.
        other: Box<Refusal>,
        /// The event that was to be entered.
        event: Box<VerifiedEvent>,
    },
    /// The entry would not fit its layout.
    Layout(EntryError),
    /// The entry cannot be sealed.
    Seal(SealError),
}

/// Why an event did not become an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnterError {
    /// A rule refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// An event with this id stands in a stream of the subject already.
    #[error("an event of this id stands in entry {0}")]
    Seen(EntryIndex),
    /// The event was erased.
    #[error("the event of this id stood in entry {0} and is erased")]
    Erased(EntryIndex),
    /// The entry would not fit its layout.
    #[error(transparent)]
    Layout(#[from] EntryError),
    /// The entry cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It names fields that are not here.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
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

impl From<NotEntered> for EnterError {
    fn from(not: NotEntered) -> Self {
        match not {
            NotEntered::Refused { refusal, .. } => Self::Refused(refusal),
            NotEntered::Seen { first, .. } => Self::Seen(first),
            NotEntered::Erased { first, .. } => Self::Erased(first),
            NotEntered::Layout(error) => Self::Layout(error),
            NotEntered::Seal(error) => Self::Seal(error),
        }
    }
}

impl<S> State<S> {
    /// The state of a log that ends there, whose governance was folded before and whose streams are kept so.
    #[must_use]
    pub const fn new(governance: Governance, end: LogEnd, streams: S) -> Self {
        Self { governance, end, streams }
    }

    /// Authorities, keys, types and lists.
    #[must_use]
    pub const fn governance(&self) -> &Governance {
        &self.governance
    }

    /// Where the log ends.
    #[must_use]
    pub const fn end(&self) -> LogEnd {
        self.end
    }

    /// How many entries were taken in.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.end.size
    }

    /// The chain hash of the last entry.
    #[must_use]
    pub const fn tip(&self) -> ChainHash {
        self.end.chain
    }

    /// The recorded time of the last entry.
    #[must_use]
    pub const fn last_recorded(&self) -> RecordedTime {
        self.end.recorded_at
    }

    /// Where its streams are kept.
    #[must_use]
    pub const fn streams(&self) -> &S {
        &self.streams
    }

    /// The same, for whoever keeps them.
    pub const fn streams_mut(&mut self) -> &mut S {
        &mut self.streams
    }
}

impl<S: Streams> State<S> {
    /// Admits an event and makes the next entry of it. A time before the last entry's is moved up to it: recorded
    /// times never decrease. The randomness was drawn for this attempt; an entry in the clear takes none of it.
    ///
    /// # Errors
    ///
    /// The outer one where a stream could not be read: then nothing is known, and nothing was taken in.
    pub fn submit(
        &mut self,
        event: WholeEvent,
        now: RecordedTime,
        randomness: Randomness,
    ) -> Result<Result<EnteredEntry, NotEntered>, S::Error> {
        let at = Recorded { index: self.size().next_index(), at: now.max(self.last_recorded()) };
        let (event, fields) = event.into_parts();
        let admitted = match self.admit(event, at)? {
            Ok(admitted) => admitted,
            Err(not) => return Ok(Err(not)),
        };
        let file = self.streams.file(&admitted.event().subject_stream(), &self.governance.directory)?;
        if let Err(refusal) = fields_fit(admitted.event(), &fields, &self.governance, at, file) {
            return Ok(Err(NotEntered::Refused { refusal, head: None }));
        }
        let ends = self.ends(admitted.event())?;
        let beside = self.beside(admitted.event(), at.index)?;
        let entry = admitted.entry(self.tip(), heads(&ends));
        let (bytes, sealed) = match self.in_the_log(&entry, admitted.event(), randomness) {
            Ok(made) => made,
            Err(not) => return Ok(Err(not)),
        };
        let hashes = EntryHashes::of(&bytes);
        let (event, signers) = (admitted.event(), admitted.signers());
        self.apply(Filed { event, recorded: at, signers: &signers }, (ends, beside), hashes.chain);
        Ok(Ok(EnteredEntry { entry, bytes, hashes, sealed, fields }))
    }

    /// The bytes that stand in the log for an entry, and what is kept beside it.
    fn in_the_log(
        &self,
        entry: &Entry,
        event: &Event,
        randomness: Randomness,
    ) -> Result<(Vec<u8>, Option<Sealed>), NotEntered> {
        if event.kind().sealing() == Sealing::Clear {
            return Ok((entry.encode().map_err(NotEntered::Layout)?, None));
        }
        let sealed = Sealed::of(&event.origin, entry, event, randomness).map_err(NotEntered::Seal)?;
        Ok((sealed.entry.encode().to_vec(), Some(sealed)))
    }

    /// Takes in a sealed entry of which nothing is known but that it stands there: for whoever goes through a log
    /// without its openings. Nothing in the clear follows from it.
    fn pass_entry(&mut self, entry: &SealedEntry, chain: ChainHash) {
        let (size, recorded_at) = (entry.index.covering_size(), entry.recorded_at);
        self.end = LogEnd { size, chain, recorded_at };
    }

    /// Admits the event of an entry that stands next in a log, at the entry's own time, and takes it in.
    /// Gives the broken link, with nothing taken in, where the entry's links are not the heads of its streams.
    /// `chain` is the chain hash of the entry's bytes; index, time and chain are the auditor's to check.
    fn retrace_entry(
        &mut self,
        event: VerifiedEvent,
        entry: &EntryHeader,
        chain: ChainHash,
    ) -> Result<Result<Result<AdmittedEvent, BrokenLink>, NotEntered>, S::Error> {
        let at = Recorded { index: entry.index, at: entry.recorded_at };
        let admitted = match self.admit(event, at)? {
            Ok(admitted) => admitted,
            Err(not) => return Ok(Err(not)),
        };
        let ends = self.ends(admitted.event())?;
        if !entry.links.iter().copied().eq(links(heads(&ends))) {
            return Ok(Ok(Err(broken_link(&ends, &entry.links))));
        }
        let beside = self.beside(admitted.event(), at.index)?;
        let (event, signers) = (admitted.event(), admitted.signers());
        self.apply(Filed { event, recorded: at, signers: &signers }, (ends, beside), chain);
        Ok(Ok(Ok(admitted)))
    }

    /// Takes in an entry that was admitted before, as whoever asks knows: no rule is asked.
    fn recall_entry(&mut self, event: &Event, entry: &EntryHeader, chain: ChainHash) -> Result<(), S::Error> {
        let recorded = Recorded { index: entry.index, at: entry.recorded_at };
        let (ends, beside) = (self.ends(event)?, self.beside(event, entry.index)?);
        self.apply(Filed { event, recorded, signers: &entry.signers() }, (ends, beside), chain);
        Ok(())
    }

    /// A layer over this state in which something is tried. This one is as before until it adopts what came of it.
    pub fn attempt(&mut self) -> State<Attempt<'_, S>> {
        State {
            governance: self.governance.clone(),
            end: self.end,
            streams: Attempt::over(&mut self.streams),
        }
    }

    /// Makes what was tried over this state, since nothing else was taken in, its own.
    pub fn adopt(&mut self, attempted: Attempted) {
        let Attempted { governance, end, added } = attempted;
        self.governance = governance;
        self.end = end;
        added.into_iter().for_each(|added| self.streams.take(added));
    }

    fn admit(
        &mut self,
        event: VerifiedEvent,
        at: Recorded,
    ) -> Result<Result<AdmittedEvent, NotEntered>, S::Error> {
        // Nothing of a stream is read for whoever may not sign here.
        if let Err(refusal) = of_known_keys(&event, &self.governance) {
            return Ok(Err(NotEntered::Refused { refusal, head: None }));
        }
        let named = self.under_other_names(&event.event().subject)?;
        let names = named.as_ref().map_or(std::slice::from_ref(&event.event().subject), Named::names);
        let held = |name| self.governance.erasures.held(name, &event.event().id);
        if let Some(first) = names.iter().find_map(held) {
            let other = Box::new(id_taken(&event, at, &self.governance));
            return Ok(Err(NotEntered::Erased { first, other, event: Box::new(event) }));
        }
        let joined = named.as_ref().map(Named::joined);
        let (between, into_registrar) =
            (self.between(event.event())?, self.registrar_of_heir(event.event())?);
        let went_on = self.files_that_went_on(event.event())?;
        let file = self.streams.file(&event.event().subject_stream(), &self.governance.directory)?;
        let names = named.as_ref().map_or([].as_slice(), Named::names);
        let subject = joined.as_ref().unwrap_or(file);
        let known = Known { stream: file, subject, names, between, went_on: &went_on, into_registrar };
        Ok(match admit(event, at, &self.governance, known) {
            Ok(Admission::Admitted(admitted)) => Ok(admitted),
            Ok(Admission::Seen { first, other, event }) => Err(NotEntered::Seen { first, other, event }),
            Err(refusal) => Err(NotEntered::Refused { head: refusal.stream_head(file), refusal }),
        })
    }

    /// What governance takes in of an event that its subject's file says and it does not.
    fn beside(&mut self, event: &Event, entry: EntryIndex) -> Result<Beside, S::Error> {
        Ok(Beside { names: self.names(event)?, annulment: self.annulment(event, entry)? })
    }

    /// The decision that an event annuls as regards everybody.
    fn annulment(&mut self, event: &Event, entry: EntryIndex) -> Result<Option<Annulment>, S::Error> {
        let Some((record, from)) = event.annuls_decision_of() else { return Ok(None) };
        let file = self.streams.file(&event.subject_stream(), &self.governance.directory)?;
        Ok(file.find(&record).and_then(|(number, _)| file.annulment(number, from, entry)))
    }

    /// The streams that an event stands in, and where they end.
    fn ends(&mut self, event: &Event) -> Result<Vec<End>, S::Error> {
        event.streams().into_iter().map(|stream| Ok((self.streams.head(&stream)?, stream))).collect()
    }

    /// The one fold: takes in an admitted event as the next entry, whose chain hash is `chain`. `ends` are where its
    /// streams ended before it, `beside` what [`Self::beside`] gives.
    fn apply(&mut self, filed: Filed<'_>, (ends, beside): (Vec<End>, Beside), chain: ChainHash) {
        let Filed { event, recorded, .. } = filed;
        self.governance.apply(filed);
        self.governance.name(&beside.names);
        if let Some(annulment) = beside.annulment {
            self.governance.annul(annulment, filed);
        }
        let advanced = |head: Option<Head>| Head::advanced(head.as_ref(), recorded.index);
        self.streams.take(Added {
            heads: ends.into_iter().map(|(head, stream)| (stream, advanced(head))).collect(),
            governs: governs(event.kind()),
            case: CaseEntry::of(filed, &self.governance.directory),
        });
        self.end = LogEnd { size: recorded.index.covering_size(), chain, recorded_at: recorded.at };
    }
}

impl<S: Streams> State<Attempt<'_, S>> {
    /// What was tried, for the state below to adopt.
    pub fn attempted(self) -> Attempted {
        Attempted { governance: self.governance, end: self.end, added: self.streams.into_added() }
    }
}

/// What an event changes in what governs that follows from its subject's file.
struct Beside {
    /// The names of its subject.
    names: Vec<SubjectId>,
    /// The decision that it annuls.
    annulment: Option<Annulment>,
}

/// A stream, and where it ends; `None` while nothing stands in it.
type End = (Option<Head>, StreamKey);

fn heads(ends: &[End]) -> impl Iterator<Item = Option<Head>> {
    ends.iter().map(|(head, _)| *head)
}

/// The first of some links that is not what it should be; or one that is missing, or too many.
fn broken_link(ends: &[End], found: &[Link]) -> BrokenLink {
    let expected: Vec<_> = links(heads(ends)).collect();
    let same = found.iter().zip(&expected).take_while(|(found, expected)| found == expected).count();
    BrokenLink {
        stream: ends.get(same).map(|(_, stream)| stream.clone()),
        found: found.get(same).copied(),
        expected: expected.get(same).copied(),
    }
}
