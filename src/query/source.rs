//! Where the case files of an open ledger come from: one subject's is folded from its stream, all are kept.

use super::{QueryError, Reading};
use crate::keeper;
use crate::log::EntryBytes;
use crate::sequencer::entries_backwards;
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{AsOf, CaseFile, Filed, Sight};
use ledger_spec::entry::Entry;
use ledger_spec::event::Event;
use ledger_spec::governance::Governance;
use ledger_spec::id::{StreamKey, SubjectId};
use ledger_spec::projection::{CaseFileSource, CityAnswer, CityAsked, CityQuestion};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tlog::position::{EntryIndex, TreeSize};

/// Most bytes of entries that are kept while a subject's stream is read for its file.
const KEPT: usize = 8 << 20;
/// How long a question about many subjects waits for case files that lag behind what it asks about.
const LAG: Duration = Duration::from_secs(2);

impl CaseFileSource for Reading<'_> {
    type Error = QueryError;

    fn governance(&self) -> &Governance {
        &self.snapshot.governance
    }

    fn case_file(&self, subject: &SubjectId) -> Result<CaseFile, QueryError> {
        let (mut file, covered) = self.kept(subject);
        for (index, kept) in self.backwards(subject, covered)?.into_iter().rev() {
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

    /// Case files that lag behind what is asked about are waited for, not long.
    fn city(
        &self,
        question: &CityQuestion,
        as_of: AsOf,
        sight: Sight,
    ) -> Result<Arc<CityAnswer>, QueryError> {
        let case_files = self.snapshots.case_files();
        if case_files.is_kept_by_readers() {
            keeper::catch_up(self.snapshots, &self.snapshot, &AtomicBool::new(false))?;
        }
        let covered = case_files.wait_for(as_of.known, LAG);
        if covered < as_of.known {
            return Err(QueryError::Behind { found: covered, expected: as_of.known });
        }
        let governance = &self.snapshot.governance;
        Ok(case_files.city(CityAsked { question, governance, as_of, sight })?)
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

    /// A subject's stream from its last entry back to those that are covered already, as its links lead. A file is
    /// folded the other way, so the entries that come first in it are kept, up to [`KEPT`] bytes; the others are read
    /// once more.
    fn backwards(
        &self,
        subject: &SubjectId,
        covered: TreeSize,
    ) -> Result<Vec<(EntryIndex, Option<EntryBytes>)>, QueryError> {
        let (mut stream, mut bytes, mut dropped): (Vec<(_, Option<EntryBytes>)>, _, _) = (Vec::new(), 0, 0);
        let head = self.snapshots.index().head(&StreamKey::Subject(subject.clone()));
        if head.is_none_or(|head| head.last.is_in(covered)) {
            return Ok(stream);
        }
        for entry in self.entries_of(subject) {
            let entry = entry?;
            if entry.entry().index.is_in(covered) {
                break;
            }
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

    /// What the case files hold of a subject, and how many entries they cover; nothing where they cannot be read:
    /// then the log answers for everything.
    fn kept(&self, subject: &SubjectId) -> (CaseFile, TreeSize) {
        self.snapshots.case_files().file(subject).unwrap_or_else(|error| {
            tracing::error!(%error, "a subject is answered for from the log");
            (CaseFile::default(), TreeSize::EMPTY)
        })
    }
}

fn recorded(entry: &Entry) -> Recorded {
    Recorded { index: entry.index, at: entry.recorded_at }
}

/// The event of an entry.
pub(super) fn parse(entry: &Entry) -> Result<Event, QueryError> {
    Event::parse(&entry.event).map_err(|error| QueryError::Event { index: entry.index, error })
}
