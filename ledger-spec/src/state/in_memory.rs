//! A ledger whose streams are all in memory: the reference that tools, tests and the audit use.

use super::{Added, BrokenLink, EnterError, EnteredEntry, State, Streams};
use crate::admission::AdmittedEvent;
use crate::authority::Directory;
use crate::casefile::{CaseFile, Head};
use crate::entry::{ChainHash, EntryHeader};
use crate::event::Event;
use crate::event::envelope::VerifiedEvent;
use crate::id::{StreamKey, SubjectId, SubjectStream};
use crate::sealed::{Randomness, SealedEntry};
use crate::time::RecordedTime;
use std::collections::HashMap;
use std::convert::Infallible;

/// Every stream, in memory.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    subjects: HashMap<SubjectStream, CaseFile>,
    /// Where the streams that are no subject's end.
    others: HashMap<StreamKey, Head>,
}

/// The whole ledger in memory.
pub type Ledger = State<InMemory>;

impl InMemory {
    fn end_of(&self, stream: &StreamKey) -> Option<Head> {
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
        Ok(self.subjects.get(stream).unwrap_or(CaseFile::empty()))
    }

    fn take(&mut self, added: Added) {
        let Added { heads, case, .. } = added;
        let others = heads.into_iter().filter(|(stream, _)| !matches!(stream, StreamKey::Subject(_)));
        self.others.extend(others);
        self.subjects.entry(case.stream).or_default().take(case.entry, case.row);
    }
}

impl Ledger {
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

    /// Admits an event and makes the next entry of it, as [`State::submit`] does.
    pub fn enter(
        &mut self,
        event: VerifiedEvent,
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
