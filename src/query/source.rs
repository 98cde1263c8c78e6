//! Where the case files of an open ledger come from: one subject's by its stream, all of them from where they are kept.

use super::{QueryError, Reading};
use crate::case_files::StoreError;
use crate::{keeper, parallel};
use ledger_spec::casefile::{AsOf, CaseFile, Sight, Viewer};
use ledger_spec::entry::Entry;
use ledger_spec::event::{DisclosedField, Event};
use ledger_spec::governance::Governance;
use ledger_spec::id::{SubjectId, SubjectStream};
use ledger_spec::projection::{CaseFileSource, CityAnswer, CityAsked, CityQuestion, RollPlace};
use ledger_spec::time::RecordedTime;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tlog::position::{EntryIndex, TreeSize};

/// Entries by which case files may lag and cover them within [`LAG`].
const NEAR: u64 = 1 << 16;
/// Places of a list that one thread makes lines of at a time; a page of no more is made on one.
const PART: usize = 512;
/// How long a question about many subjects waits for case files that lag behind what it asks about.
const LAG: Duration = Duration::from_secs(2);

impl CaseFileSource for Reading<'_> {
    type Error = QueryError;

    fn governance(&self) -> &Governance {
        &self.snapshot.governance
    }

    fn case_file(&self, subject: &SubjectId) -> Result<Arc<CaseFile>, QueryError> {
        let directory = &self.snapshot.governance.directory;
        let file = |stream| self.snapshots.streams().file(stream, self.snapshot.size(), directory);
        match SubjectStream::all_of(subject).as_slice() {
            [only] => Ok(file(only)?),
            streams => {
                let files = streams.iter().map(file).collect::<Result<Vec<_>, _>>()?;
                Ok(Arc::new(CaseFile::joined(files.iter().map(|file| &**file)).into_owned()))
            }
        }
    }

    fn event(&self, entry: EntryIndex) -> Result<Event, QueryError> {
        Ok(self.any_entry(entry)?.event)
    }

    fn fields(&self, entry: EntryIndex) -> Result<Vec<DisclosedField>, QueryError> {
        // Whether the reader may see them was asked before (`Projector`): whoever may not is not read them.
        Ok(self.any_entry(entry)?.fields(Sight::Restricted).to_vec())
    }

    fn recorded_at(&self, entry: EntryIndex) -> Result<RecordedTime, QueryError> {
        Ok(self.snapshots.log().raw(entry)?.entry().recorded_at())
    }

    /// Case files that lag behind what is asked about are waited for, not long.
    fn city(
        &self,
        question: &CityQuestion,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<Arc<CityAnswer>, QueryError> {
        let case_files = self.snapshots.case_files();
        if case_files.is_kept_by_readers() {
            keeper::catch_up(self.snapshots, &self.snapshot, &AtomicBool::new(false))?;
        }
        // What will not be covered in a moment is not waited for.
        let (covered, expected) = (case_files.covered(), as_of.known);
        let near = expected.get().saturating_sub(covered.get()) <= NEAR;
        let covered = if near { case_files.wait_for(expected, LAG) } else { covered };
        if covered < expected {
            return Err(QueryError::Behind { found: covered, expected });
        }
        let governance = &self.snapshot.governance;
        // What is wrong is thrown away, and made again beside the answers.
        let newest = as_of.known == self.snapshot.size();
        case_files.city(CityAsked { question, governance, as_of, viewer }, newest).map_err(|error| match error {
            StoreError::Behind { found, expected } => QueryError::Behind { found, expected },
            error if case_files.is_doubted() => {
                tracing::error!(%error, "questions about many subjects wait until the case files are made again");
                QueryError::Behind { found: TreeSize::EMPTY, expected }
            }
            error => QueryError::CaseFiles(error.into()),
        })
    }

    fn of_places<T: Send>(
        &self,
        places: &[RollPlace],
        make: impl Fn(&Self, &[RollPlace]) -> Result<Vec<T>, QueryError> + Sync,
    ) -> Result<Vec<T>, QueryError> {
        if places.len() <= PART {
            return make(self, places);
        }
        let mut all = Vec::with_capacity(places.len());
        let part = |places| make(self, places);
        parallel::in_order(parallel::cores(), places.chunks(PART), part, |made| {
            all.extend(made);
            Ok(())
        })?;
        Ok(all)
    }
}

/// The event of an entry.
pub(super) fn parse(entry: &Entry) -> Result<Event, QueryError> {
    Event::parse(&entry.event).map_err(|error| QueryError::Event { index: entry.index, error })
}
