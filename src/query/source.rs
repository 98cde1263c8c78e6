//! Where the case files of an open ledger come from: one subject's is folded from its stream, all are kept.

use super::{QueryError, Reading};
use crate::log::EntryBytes;
use crate::sequencer::entries_backwards;
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{CaseFile, CaseFiles, Filed};
use ledger_spec::entry::Entry;
use ledger_spec::event::Event;
use ledger_spec::governance::Governance;
use ledger_spec::id::{StreamKey, SubjectId};
use ledger_spec::projection::CaseFileSource;
use std::sync::PoisonError;
use tlog::position::EntryIndex;

/// Most bytes of entries that are kept while a subject's stream is read for its file.
const KEPT: usize = 8 << 20;

impl CaseFileSource for Reading<'_> {
    type Error = QueryError;

    fn governance(&self) -> &Governance {
        &self.snapshot.governance
    }

    fn case_file(&self, subject: &SubjectId) -> Result<CaseFile, QueryError> {
        let mut file = CaseFile::default();
        for (index, kept) in self.backwards(subject)?.into_iter().rev() {
            let read = kept.map_or_else(|| self.snapshots.log().entry(index), Ok)?;
            let (entry, event) = (read.entry(), parse(read.entry())?);
            let filed = Filed { event: &event, recorded: recorded(entry), signers: &entry.signers() };
            file.apply(filed, &self.snapshot.governance.directory);
        }
        Ok(file)
    }

    fn event(&self, entry: EntryIndex) -> Result<Event, QueryError> {
        Ok(self.any_entry(entry)?.event)
    }

    /// The files are brought up to what is published first; they may know more than that.
    fn with_case_files<T>(&self, ask: impl FnOnce(&CaseFiles) -> T) -> Result<T, QueryError> {
        // A panic while the lock is held leaves whole entries or none.
        let mut files = self.snapshots.case_files().lock().unwrap_or_else(PoisonError::into_inner);
        if files.size() < self.snapshot.size() {
            self.catch_up(&mut files)?;
        }
        Ok(ask(&files))
    }
}

impl Reading<'_> {
    /// A subject's entries under this snapshot, newest first. The index may already know of one batch more.
    pub(super) fn entries_of(
        &self,
        subject: &SubjectId,
    ) -> impl Iterator<Item = Result<EntryBytes, crate::log::ReadError>> {
        let last = self.snapshots.index().head(&StreamKey::Subject(subject.clone())).map(|head| head.last);
        let size = self.snapshot.size();
        entries_backwards(self.snapshots.log(), last, 0)
            .skip_while(move |entry| entry.as_ref().is_ok_and(|entry| !entry.entry().index.is_in(size)))
    }

    /// A subject's stream from its last entry to its first, as its links lead. A file is folded the other way, so the
    /// entries that come first in it are kept, up to [`KEPT`] bytes; the others are read once more.
    fn backwards(&self, subject: &SubjectId) -> Result<Vec<(EntryIndex, Option<EntryBytes>)>, QueryError> {
        let (mut stream, mut bytes, mut dropped): (Vec<(_, Option<EntryBytes>)>, _, _) = (Vec::new(), 0, 0);
        for entry in self.entries_of(subject) {
            let entry = entry?;
            bytes += entry.bytes().len();
            stream.push((entry.entry().index, Some(entry)));
            while bytes > KEPT {
                let Some((_, newest)) = stream.get_mut(dropped) else { break };
                bytes -= newest.take().map_or(0, |newest| newest.bytes().len());
                dropped += 1;
            }
        }
        Ok(stream)
    }

    /// Takes in the next entries: read and parsed on all cores, applied in order.
    fn catch_up(&self, files: &mut CaseFiles) -> Result<(), QueryError> {
        let directory = &self.snapshot.governance.directory;
        let first = files.size().next_index();
        self.snapshots.log().sweep(first, self.snapshot.size(), read, |Read { event, recorded, signers }| {
            files.apply(Filed { event, recorded: *recorded, signers }, directory);
            Ok(())
        })
    }
}

/// An entry as case files take it in.
struct Read {
    event: Event,
    recorded: Recorded,
    signers: Vec<[u8; 32]>,
}

fn read(bytes: EntryBytes) -> Result<Read, QueryError> {
    let entry = bytes.entry();
    Ok(Read { event: parse(entry)?, recorded: recorded(entry), signers: entry.signers() })
}

fn recorded(entry: &Entry) -> Recorded {
    Recorded { index: entry.index, at: entry.recorded_at }
}

/// The event of an entry.
pub(super) fn parse(entry: &Entry) -> Result<Event, QueryError> {
    Event::parse(&entry.event).map_err(|error| QueryError::Event { index: entry.index, error })
}
