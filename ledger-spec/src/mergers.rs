//! Which subjects went on in which: a merger stands in the stream of the one that ended, and is asked about from the other.

use crate::authority::Recorded;
use crate::event::SubjectMerged;
use crate::id::SubjectId;
use crate::time::ValidTime;
use std::collections::BTreeMap;
use tlog::position::{EntryIndex, TreeSize};

/// All mergers, by the subject that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Mergers(BTreeMap<SubjectId, Vec<Merger>>);

/// A subject that was merged into another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Merger {
    of: SubjectId,
    from: ValidTime,
    entry: EntryIndex,
}

impl Mergers {
    /// Takes in what was said of a subject.
    pub(crate) fn merge(
        &mut self,
        of: &SubjectId,
        body: &SubjectMerged,
        from: ValidTime,
        recorded: Recorded,
    ) {
        let merger = Merger { of: of.clone(), from, entry: recorded.index };
        self.0.entry(body.into.clone()).or_default().push(merger);
    }

    /// The subjects that a subject took over by a valid instant, as far as the first `known` entries say, each with the entry
    /// that says so.
    pub fn that_went_on_in<'a>(
        &'a self,
        subject: &SubjectId,
        valid_at: ValidTime,
        known: TreeSize,
    ) -> impl Iterator<Item = (&'a SubjectId, EntryIndex)> {
        let all = self.0.get(subject).into_iter().flatten();
        all.filter(move |one| one.from <= valid_at && one.entry.is_in(known)).map(|one| (&one.of, one.entry))
    }
}
