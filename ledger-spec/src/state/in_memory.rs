//! A ledger whose streams are all in memory: the reference that tools, tests and the audit use.

use super::{Added, BrokenLink, EnterError, EnteredEntry, LogEnd, State, Streams};
use crate::admission::{AdmittedEvent, Governance};
use crate::authority::Directory;
use crate::casefile::{CaseFile, Head};
use crate::entry::{ChainHash, EntryHeader, Link};
use crate::erasures::Erasures;
use crate::event::envelope::VerifiedEvent;
use crate::event::{Event, WholeEvent};
use crate::id::{EventId, StreamKey, SubjectId, SubjectStream};
use crate::sealed::{Hashing, Randomness, SealedEntry, SealedLinks, StreamTag};
use crate::time::RecordedTime;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use tlog::position::EntryIndex;

/// Every stream, in memory.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    subjects: HashMap<SubjectStream, CaseFile>,
    /// Where the streams that are no subject's end.
    others: HashMap<StreamKey, Head>,
    /// What is left of erased events, which name their streams by tags alone.
    erased: Option<Box<ByTag>>,
}

/// Where all streams end by their tags, once one of them was met without its name.
#[derive(Clone, Debug, Default)]
struct ByTag {
    heads: HashMap<StreamTag, Head>,
    /// Events that a subject's stream holds no more, and that its file was not told of yet.
    passed: HashMap<StreamTag, Vec<(EventId, Head)>>,
}

/// The whole ledger in memory.
pub type Ledger = State<InMemory>;

impl InMemory {
    fn end_of(&self, stream: &StreamKey) -> Option<Head> {
        if let Some(erased) = &self.erased {
            return erased.heads.get(&tag(stream)).copied();
        }
        self.named_end(stream)
    }

    /// Takes in what is left of an erased event, if its links are to the heads of its streams.
    fn pass(&mut self, index: EntryIndex, links: &SealedLinks) -> Result<(), BrokenLink> {
        let erased = match self.erased.take() {
            Some(erased) => self.erased.insert(erased),
            None => {
                let heads = self.named_ends().map(|(stream, head)| (tag(&stream), head)).collect();
                self.erased.insert(Box::new(ByTag { heads, passed: HashMap::new() }))
            }
        };
        for tagged in [Some(links.subject), Some(links.issuer), links.list].into_iter().flatten() {
            let head = erased.heads.get(&tagged.tag);
            let previous = head.map(|head| head.last);
            let expected = Link { previous, version: Head::version_of(head).next() };
            if tagged.link != expected {
                return Err(BrokenLink { stream: None, found: Some(tagged.link), expected: Some(expected) });
            }
            erased.heads.insert(tagged.tag, Head { last: index, version: expected.version });
        }
        let head = Head { last: index, version: links.subject.link.version };
        erased.passed.entry(links.subject.tag).or_default().push((links.event, head));
        Ok(())
    }

    /// Tells a stream's file of the erased events that were passed since it was asked for.
    fn tell_what_passed(&mut self, stream: &SubjectStream) {
        let Some(erased) = &mut self.erased else { return };
        let Some(passed) = erased.passed.remove(&tag(&StreamKey::Subject(stream.clone()))) else { return };
        let file = self.subjects.entry(stream.clone()).or_default();
        passed.into_iter().for_each(|(event, head)| file.pass(event, head));
    }

    fn named_ends(&self) -> impl Iterator<Item = (StreamKey, Head)> {
        let subjects = self
            .subjects
            .iter()
            .filter_map(|(stream, file)| file.head().map(|head| (StreamKey::Subject(stream.clone()), *head)));
        subjects.chain(self.others.iter().map(|(stream, head)| (stream.clone(), *head)))
    }

    fn named_end(&self, stream: &StreamKey) -> Option<Head> {
        match stream {
            StreamKey::Subject(stream) => self.subjects.get(stream).and_then(|file| file.head().copied()),
            other => self.others.get(other).copied(),
        }
    }
}

impl Streams for InMemory {
    type Error = Infallible;

    fn head(&mut self, stream: &StreamKey) -> Result<Option<Head>, Infallible> {
        Ok(self.end_of(stream))
    }

    fn file(&mut self, stream: &SubjectStream, _: &Directory) -> Result<&CaseFile, Infallible> {
        self.tell_what_passed(stream);
        Ok(self.subjects.get(stream).unwrap_or(CaseFile::empty()))
    }

    fn take(&mut self, added: Added) {
        let Added { heads, case, .. } = added;
        if let Some(erased) = &mut self.erased {
            erased.heads.extend(heads.iter().map(|(stream, head)| (tag(stream), *head)));
        }
        let others = heads.into_iter().filter(|(stream, _)| !matches!(stream, StreamKey::Subject(_)));
        self.others.extend(others);
        self.tell_what_passed(&case.stream);
        self.subjects.entry(case.stream).or_default().take(case.entry, case.row);
    }
}

fn tag(stream: &StreamKey) -> StreamTag {
    StreamTag::of(Hashing::Sha256, stream)
}

impl Ledger {
    /// A ledger of which only what stands in the clear will be seen.
    #[must_use]
    pub fn blind() -> Self {
        let governance = Governance { erasures: Arc::new(Erasures::blind()), ..Governance::default() };
        Self::new(governance, LogEnd::default(), InMemory::default())
    }

    /// Takes in an entry whose event is erased: where its streams go on, and which it was.
    pub(crate) fn pass_erased(
        &mut self,
        entry: &SealedEntry,
        links: &SealedLinks,
        chain: ChainHash,
    ) -> Result<(), BrokenLink> {
        self.streams_mut().pass(entry.index, links)?;
        Arc::make_mut(&mut self.governance.erasures).pass(entry.index, links.subject.tag);
        self.pass_entry(entry, chain);
        Ok(())
    }

    /// A subject's case file: of both its streams, where it has two.
    #[must_use]
    pub fn subject(&self, id: &SubjectId) -> CaseFile {
        let streams = SubjectStream::all_of(id);
        CaseFile::joined(streams.iter().filter_map(|stream| self.stream(stream))).into_owned()
    }

    /// The case file of one of a subject's streams.
    #[must_use]
    pub fn stream(&self, stream: &SubjectStream) -> Option<&CaseFile> {
        self.streams().subjects.get(stream)
    }

    /// The head of any stream.
    #[must_use]
    pub fn head(&self, stream: &StreamKey) -> Option<Head> {
        self.streams().end_of(stream)
    }

    /// Admits an event beside which no fields travel and makes the next entry of it.
    pub fn enter(
        &mut self,
        event: VerifiedEvent,
        now: RecordedTime,
        randomness: Randomness,
    ) -> Result<EnteredEntry, EnterError> {
        self.enter_whole(WholeEvent::alone(event)?, now, randomness)
    }

    /// Admits an event with its fields and makes the next entry of it, as [`State::submit`] does.
    pub fn enter_whole(
        &mut self,
        event: WholeEvent,
        now: RecordedTime,
        randomness: Randomness,
    ) -> Result<EnteredEntry, EnterError> {
        let Ok(entered) = self.submit(event, now, randomness);
        Ok(entered?)
    }

    /// As [`State::retrace_entry`] does.
    pub(crate) fn retrace(
        &mut self,
        event: VerifiedEvent,
        entry: &EntryHeader,
        chain: ChainHash,
    ) -> Result<Result<AdmittedEvent, BrokenLink>, EnterError> {
        let Ok(retraced) = self.retrace_entry(event, entry, chain);
        Ok(retraced?)
    }

    /// As [`State::pass_entry`] does.
    pub(crate) fn pass(&mut self, entry: &SealedEntry, chain: ChainHash) {
        self.pass_entry(entry, chain);
    }

    /// As [`State::recall_entry`] does.
    pub(crate) fn recall(&mut self, event: &Event, entry: &EntryHeader, chain: ChainHash) {
        let Ok(()) = self.recall_entry(event, entry, chain);
    }
}
