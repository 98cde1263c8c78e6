//! Subjects' streams, folded for admission and kept while they are in use.
//!
//! What is not kept is folded again from the log, so that memory is bounded by the events of the
//! subjects that are being written about, not by all there are.

use crate::index::Index;
use crate::log::{Damage, EntryBytes, LogReader, ReadError};
use ledger_spec::admission::{CaseFile, Filed, Governance};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::CaseEntry;
use ledger_spec::entry::{EntryError, Link};
use ledger_spec::event::{Event, EventError};
use ledger_spec::id::{StreamKey, SubjectId};
use std::collections::HashMap;
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};

/// A stream that could not be folded from the log.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// An entry of it could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An entry that does not fit its layout, which is a defect.
    #[error(transparent)]
    Layout(#[from] EntryError),
    /// An entry of it holds no event that this version reads.
    #[error("entry {index}: {error}")]
    Event {
        /// The entry.
        index: EntryIndex,
        /// What is wrong.
        error: EventError,
    },
}

/// The entries of a stream from its last to its first, as the links lead. An entry that leads nowhere or not
/// back is damage: it would leave out all that stands before it, or never end.
pub fn entries_backwards(
    reader: &LogReader,
    mut next: Option<EntryIndex>,
    link: usize,
) -> impl Iterator<Item = Result<EntryBytes, ReadError>> {
    std::iter::from_fn(move || {
        let index = next.take()?;
        Some(reader.entry(index).and_then(|read| {
            let found = read.entry().links.get(link);
            let back = found.filter(|link| link.previous.is_none_or(|previous| previous < index));
            next = back.ok_or_else(|| not_back(index, found))?.previous;
            Ok(read)
        }))
    })
}

fn not_back(index: EntryIndex, found: Option<&Link>) -> ReadError {
    let found = found.and_then(|link| link.previous);
    ReadError::Damaged(Damage {
        file: "log".to_owned(),
        offset: 0,
        entry: Some(index),
        what: "entry's link to the one before it in a stream",
        found: found.map_or("no link".to_owned(), |previous| previous.to_string()),
        expected: "a link to an earlier entry, or to none".to_owned(),
    })
}

/// Two generations of folded streams: what is used moves to the young one; when that is full, the old
/// one is dropped and the young becomes old.
pub(super) struct Streams {
    reader: LogReader,
    young: HashMap<SubjectId, CaseFile>,
    old: HashMap<SubjectId, CaseFile>,
    /// Events held by `young`.
    young_events: usize,
    /// The most events that both generations hold together.
    capacity: usize,
    /// What lies past it is not folded; the writer has no such limit.
    limit: Option<TreeSize>,
}

impl Streams {
    pub(super) fn new(reader: LogReader, capacity: usize) -> Self {
        Self { reader, young: HashMap::new(), old: HashMap::new(), young_events: 0, capacity, limit: None }
    }

    /// Streams as they stood in the first `limit` entries, for whoever asks and writes nothing.
    pub(super) fn up_to(reader: LogReader, limit: TreeSize) -> Self {
        Self { limit: Some(limit), ..Self::new(reader, usize::MAX) }
    }

    /// The subject's stream, folded from the log where it is not kept.
    pub(super) fn get(
        &mut self,
        subject: &SubjectId,
        index: &Index,
        governance: &Governance,
    ) -> Result<&CaseFile, StreamError> {
        if !self.young.contains_key(subject) {
            let stream = match self.old.remove(subject) {
                Some(stream) => stream,
                None => self.fold(subject, index, governance)?,
            };
            self.put(subject.clone(), stream);
        }
        Ok(self.young.get(subject).or_defect("what was not there was put there"))
    }

    /// Takes in what an admitted event adds to its subject's file.
    pub(super) fn apply(&mut self, added: &CaseEntry) {
        let stream = self.young.get_mut(&added.subject);
        let stream = stream.or_defect("its stream was asked for when it was admitted, in this batch");
        let before = weight(stream);
        let row = added.row.clone().or_defect("an admitted event has an enrolled issuer");
        stream.apply_row(row);
        self.young_events += weight(stream);
        self.uncount(before);
    }

    /// Puts a stream in place, as after folding it or to take back what was not committed.
    pub(super) fn put(&mut self, subject: SubjectId, stream: CaseFile) {
        self.young_events += weight(&stream);
        if let Some(replaced) = self.young.insert(subject, stream) {
            self.uncount(weight(&replaced));
        }
    }

    fn uncount(&mut self, events: usize) {
        let left = self.young_events.checked_sub(events);
        self.young_events = left.or_defect("what is kept was counted when it was put there");
    }

    /// Makes room between batches, never within one: what a batch touches stays.
    pub(super) fn age(&mut self) {
        if self.young_events > self.capacity / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_events = 0;
        }
    }

    fn fold(
        &self,
        subject: &SubjectId,
        index: &Index,
        governance: &Governance,
    ) -> Result<CaseFile, StreamError> {
        let last = index.head(&StreamKey::Subject(subject.clone())).map(|head| head.last);
        let entries = entries_backwards(&self.reader, last, 0);
        // The index may already know of one batch more than a reader answers for.
        let entries = entries.skip_while(|entry| {
            self.limit.is_some_and(|limit| entry.as_ref().is_ok_and(|read| !read.entry().index.is_in(limit)))
        });
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        entries.reverse();
        let mut stream = CaseFile::default();
        for entry in entries.iter().map(EntryBytes::entry) {
            let event = Event::parse(&entry.event)
                .map_err(|error| StreamError::Event { index: entry.index, error })?;
            let recorded = Recorded { index: entry.index, at: entry.recorded_at };
            let signers = entry.signers();
            stream.apply(Filed { event: &event, recorded, signers: &signers }, &governance.directory);
        }
        Ok(stream)
    }
}

/// What a stream counts for. An empty one costs a place in the map like a full one.
fn weight(stream: &CaseFile) -> usize {
    stream.len().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{EncodedEntry, Log, LogConfig};
    use crate::storage::FileDisk;
    use ledger_spec::entry::{ChainHash, Entry, StreamVersion};
    use ledger_spec::time::RecordedTime;
    use std::sync::Arc;
    use tlog::note::{KeyName, NoteSigner};

    fn log() -> (Log, tempfile::TempDir) {
        let signer = NoteSigner::from_seed(KeyName::parse("a.example").unwrap(), &[1; 32]);
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(FileDisk::open(folder.path()).unwrap());
        let log = Log::create(disk, signer, LogConfig::default()).unwrap();
        (log, folder)
    }

    #[test]
    fn a_link_that_leads_nowhere_or_not_back_is_damage() {
        let index = EntryIndex::new(0);
        let to = |previous| vec![Link { previous, version: StreamVersion::NONE }];
        for (links, leads_back) in [(to(None), true), (to(Some(index)), false), (Vec::new(), false)] {
            let (recorded_at, previous) = (RecordedTime::from_micros(1), ChainHash::ZERO);
            let (signatures, event) = (Vec::new(), b"{}".to_vec());
            let entry = Entry { index, recorded_at, previous, links, signatures, event };
            let (mut log, _folder) = log();
            log.append(vec![EncodedEntry::new(&entry).unwrap()]).unwrap();
            let read: Vec<_> = entries_backwards(&log.reader(), Some(index), 0).collect();
            match read.as_slice() {
                [Ok(_)] => assert!(leads_back),
                [Err(ReadError::Damaged(damage))] => assert!(!leads_back, "{damage}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_is_put_back_is_counted_once() {
        let (log, _folder) = log();
        let mut streams = Streams::new(log.reader(), 2);
        let subject = SubjectId::parse("ext:test:a").unwrap();
        for _ in 0..3 {
            streams.put(subject.clone(), CaseFile::default());
        }
        assert_eq!(streams.young_events, 1);
        // At half of what both generations may hold, nothing has to grow old yet.
        streams.age();
        assert!(streams.young.contains_key(&subject));
    }
}
