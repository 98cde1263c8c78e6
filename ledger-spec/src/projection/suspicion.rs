//! P26: what keys signed that may have been in wrong hands, and what follows from it.

use crate::authority::Directory;
use crate::casefile::{CaseAsOf, Item, ItemNumber};
use crate::compromise::KeyNumber;
use crate::event::Class;
use std::collections::BTreeSet;
use tlog::position::{EntryIndex, TreeSize};

/// What a reader is told of keys in wrong hands, about one subject.
pub(super) struct Suspicion<'a, 'c> {
    pub(super) case: &'c CaseAsOf<'a>,
    pub(super) directory: &'a Directory,
    /// As far as these entries say; what the public is shown of the past it is shown as is known since.
    pub(super) known: TreeSize,
}

impl Suspicion<'_, '_> {
    /// The entries that say so of keys that signed the thing at `number`, a step on it, what ends or masks it, or what
    /// it rests on, as far as the reader may know of that.
    pub(super) fn on(
        &self,
        number: ItemNumber,
        may_know: impl Fn(ItemNumber) -> bool,
    ) -> BTreeSet<EntryIndex> {
        let mut said = BTreeSet::new();
        if self.directory.compromises().is_empty() {
            return said;
        }
        let (mut seen, mut open) = (BTreeSet::from([number]), vec![number]);
        while let Some(number) = open.pop() {
            let Some(item) = self.case.file.get(number) else { continue };
            let steps = self.case.file.followers(number).map(|(_, step)| step);
            let steps = steps.filter(|step| step.step().is_some());
            let ended = self.case.end(number).and_then(|end| self.case.file.at(end.entry?));
            let masked = self.case.masking_of(number).and_then(|ruling| self.case.file.at(ruling));
            for item in std::iter::once(item).chain(steps).chain(ended).chain(masked) {
                said.extend(self.of(item));
            }
            open.extend(
                item.fact.grounds().into_iter().filter(|ground| may_know(*ground) && seen.insert(*ground)),
            );
        }
        said
    }

    /// The same of everything of a class that satisfies `concerns`.
    pub(super) fn on_class(
        &self,
        class: Class,
        concerns: impl Fn(ItemNumber) -> bool,
        may_know: impl Fn(ItemNumber) -> bool,
    ) -> BTreeSet<EntryIndex> {
        if self.directory.compromises().is_empty() {
            return BTreeSet::new();
        }
        let all = self.case.begun(class).map(|(number, _)| number).filter(|number| concerns(*number));
        all.flat_map(|number| self.on(number, &may_know)).collect()
    }

    fn of(&self, item: &Item) -> impl Iterator<Item = EntryIndex> {
        let known = self.case.knows(item);
        let by = |key: &KeyNumber| self.directory.compromises().of(*key, item.recorded_at, self.known);
        item.signers.iter().filter(move |_| known).filter_map(by).map(|found| found.said_by)
    }
}
