//! Questions put to a ledger, and typed answers: one snapshot an answer, taken once at the beginning, so that no
//! answer mixes two states of the ledger.
//!
//! What is answered, and what a reader may see, is the specification's ([`ledger_spec::projection::Question`]); here
//! the entries are found that it needs. Nothing here writes, and nothing reads a clock.

mod accesses;
mod entries;
mod error;
mod known;
mod source;
mod unusual;

pub use entries::{Consistency, FoundEntry};
pub use error::QueryError;
pub use known::{Known, KnownError};

pub use crate::case_files::Open;
use crate::snapshot::{Snapshot, Snapshots};
use ledger_spec::casefile::{AsOf, Sight, Viewer};
use ledger_spec::projection::{Answer, Answered, Authorities, EditionPage, Question};
use ledger_spec::time::{RecordedTime, ValidTime};
use std::sync::Arc;
use tlog::defect::defect;
use tlog::position::{EntryIndex, TreeSize};

/// A ledger at one snapshot, for one answer.
pub struct Reading<'a> {
    snapshots: &'a Snapshots,
    snapshot: Arc<Snapshot>,
}

impl<'a> Reading<'a> {
    /// Takes the snapshot that is published now.
    pub fn new(snapshots: &'a Snapshots) -> Self {
        Self { snapshot: snapshots.latest(), snapshots }
    }

    /// The same at a snapshot that was taken before.
    pub fn at(snapshots: &'a Snapshots, snapshot: &Arc<Snapshot>) -> Self {
        Self { snapshots, snapshot: snapshot.clone() }
    }

    /// The snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The two instants of a question: a recorded time becomes the number of entries that were recorded by then.
    pub fn as_of(&self, valid_at: ValidTime, known: Known) -> Result<AsOf, QueryError> {
        let size = self.snapshot.size();
        let known = match known {
            Known::Everything => size,
            Known::Size(asked) => asked.min(size),
            Known::At(time) => self.size_at(time)?,
        };
        Ok(AsOf { valid_at, known })
    }

    /// Who asks with this sight at `now`: the moment of asking is the time now, and all that this snapshot knows.
    pub fn viewer(&self, sight: Sight, now: ValidTime) -> Viewer {
        Viewer::by(sight, AsOf { valid_at: now, known: self.snapshot.size() })
    }

    /// What is known about anybody is sealed: whoever cannot open it does not say that there is nothing.
    fn sees_what_is_sealed(&self) -> Result<(), QueryError> {
        if self.snapshots.log().is_opened() { Ok(()) } else { Err(QueryError::Blind) }
    }

    /// How many entries were recorded at or before a time: recorded times never decrease along the log.
    fn size_at(&self, time: RecordedTime) -> Result<TreeSize, QueryError> {
        let (mut least, mut most) = (0, self.snapshot.size().get());
        while least < most {
            let middle = least + (most - least) / 2;
            if self.snapshots.log().raw(EntryIndex::new(middle))?.entry().recorded_at() <= time {
                least = middle + 1;
            } else {
                most = middle;
            }
        }
        Ok(TreeSize::new(least))
    }

    /// The instants and the moment of asking of an answer to this question that was folded a moment ago, as far as
    /// whoever asks leaves them open; `None` where none is kept. Answers about many subjects cost too much to fold for
    /// each.
    pub fn kept_instants(
        &self,
        question: &Question,
        as_of: AsOf,
        open: Open,
        viewer: Viewer,
    ) -> Option<(AsOf, Viewer)> {
        self.snapshots.case_files().kept_instants(&question.city()?, as_of, open, viewer)
    }

    /// Answers a question at two instants, as who asks may have it.
    pub fn ask(
        &self,
        question: &Question,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<Answered<Answer>, QueryError> {
        if !matches!(question, Question::Directory | Question::Catalogue) {
            self.sees_what_is_sealed()?;
        }
        let as_of = question.instants(self, as_of, viewer)?;
        let answer = question.answer(self, as_of, viewer)?;
        Ok(Answered {
            subject: question.subject().cloned(),
            place: question.place().cloned(),
            valid_at: as_of.valid_at,
            known_at: as_of.known,
            sight: viewer.sight,
            asked_at: viewer.moment.valid_at,
            notice: question.notice(viewer),
            answer,
            checkpoint: self.snapshot.checkpoint_text(),
        })
    }

    /// A page of a list, which is what the question asks for, each member by the list's own columns.
    pub fn edition(
        &self,
        question: &Question,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<EditionPage, QueryError> {
        let answered = self.ask(question, as_of, viewer)?;
        let Answer::Edition(edition) = &answered.answer else {
            defect("an edition is what an edition was asked for")
        };
        Ok(EditionPage::of(edition, &answered))
    }

    /// Every authority that was ever enrolled.
    pub fn authorities(&self) -> Authorities {
        Authorities::of(&self.snapshot.governance.directory)
    }
}
