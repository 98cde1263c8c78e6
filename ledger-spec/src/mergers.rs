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
    /// Whether it was stated anew since who the subject is: then it did not go on in another.
    taken_back: bool,
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
        let merger = Merger { of: of.clone(), from, entry: recorded.index, taken_back: false };
        self.0.entry(body.into.clone()).or_default().push(merger);
    }

    /// Takes in that it was stated anew who a subject is.
    pub(crate) fn take_back(&mut self, of: &SubjectId) {
        for merger in self.0.values_mut().flatten().filter(|merger| merger.of == *of) {
            merger.taken_back = true;
        }
    }

    /// Whether none went on in another, by whatever was said.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether some merger says that the subject went on in another, and nothing since that it did not.
    pub(crate) fn knows(&self, of: &SubjectId) -> bool {
        self.0.values().flatten().any(|merger| merger.of == *of && !merger.taken_back)
    }

    /// The subjects that went on in one, as far as nothing was stated of who they are since.
    pub(crate) fn ended_in(&self, subject: &SubjectId) -> impl Iterator<Item = &SubjectId> {
        let all = self.0.get(subject).into_iter().flatten();
        all.filter(|merger| !merger.taken_back).map(|merger| &merger.of)
    }

    /// In which subjects one is said to have gone on, whatever was stated since, each with the entry that says so.
    pub fn said_to_go_on<'a>(
        &'a self,
        of: &'a SubjectId,
    ) -> impl Iterator<Item = (&'a SubjectId, EntryIndex)> {
        let all = self.0.iter().flat_map(|(into, all)| all.iter().map(move |one| (into, one)));
        all.filter(move |(_, one)| one.of == *of).map(|(into, one)| (into, one.entry))
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
