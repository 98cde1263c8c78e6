//! P26: what keys signed that may have been in wrong hands, and what follows from it.

use crate::authority::Directory;
use crate::casefile::{CaseAsOf, Cause, End, Item, ItemNumber};
use crate::compromise::KeyNumber;
use crate::event::{Class, StepKind};
use crate::time::RecordedTime;
use std::collections::BTreeSet;
use tlog::position::EntryIndex;

/// What a reader is told of keys in wrong hands, about one subject, as far as is known to the case.
pub(super) struct Suspicion<'a, 'c> {
    pub(super) case: &'c CaseAsOf<'a>,
    pub(super) directory: &'a Directory,
}

impl Suspicion<'_, '_> {
    /// The entries that say so of keys that signed the thing at `number`, a step on it, what ends, masks or stays it, or what it
    /// refers to, as far as the reader may know of that.
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
            // A step on another record of its decision bears on it too.
            let known = |of: ItemNumber| of == number || may_know(of);
            let steps =
                self.case.about(number).filter(|(_, step)| step.step().is_some_and(|fact| known(fact.of)));
            let end = self.case.end(number);
            let ended = end.and_then(|end| self.case.file.at(end.entry?));
            let masking = self.case.masking_of(number).map(|masking| [masking.ruling, masking.accepted]);
            let masked = masking.into_iter().flatten().filter_map(|entry| self.case.file.at(entry));
            let at_once = std::iter::once(item).chain(steps.map(|(_, step)| step)).chain(ended).chain(masked);
            said.extend(at_once.flat_map(|item| self.of(item)));
            said.extend(self.of_annulment(end));
            let beside = item.fact.refers_to().into_iter().chain(self.beside(number));
            open.extend(beside.filter(|other| may_know(*other) && seen.insert(*other)));
        }
        said
    }

    /// What bears on a thing without being a step on it: applications for repair, objections, holds.
    fn beside(&self, number: ItemNumber) -> impl Iterator<Item = ItemNumber> {
        let bears = |item: &Item| {
            let class = item.opens().map(|(class, _)| class);
            matches!(class, Some(Class::Application | Class::Objection | Class::Hold))
        };
        let followers = self.case.about(number).filter(move |(_, item)| bears(item));
        followers.chain(self.case.file.subject_holds()).map(|(number, _)| number)
    }

    /// The entries that say so of keys that signed what ended the thing at `number` by the valid instant: a step, or a later
    /// one of its sort; but for what sealed it or took its consent away.
    pub(super) fn on_end(&self, number: ItemNumber) -> BTreeSet<EntryIndex> {
        if self.directory.compromises().is_empty() {
            return BTreeSet::new();
        }
        let end = self.case.end(number).filter(|end| end.at <= self.case.as_of.valid_at);
        let ending =
            end.filter(|end| end.cause != Cause::Sealed).and_then(|end| self.case.file.at(end.entry?));
        let told = ending.filter(|item| {
            !matches!(item.step_kind(), Some(StepKind::RecordSealed | StepKind::ConsentWithdrawn))
        });
        let mut said = self.of_all(told.into_iter());
        said.extend(self.of_annulment(end));
        said
    }

    /// The same of keys that signed, in another subject's stream, the revocation that something ended with.
    fn of_annulment(&self, end: Option<End>) -> impl Iterator<Item = EntryIndex> {
        let ended = end.filter(|end| end.at <= self.case.as_of.valid_at);
        let by = ended.and_then(|end| self.case.annulled_elsewhere(end.entry?));
        by.into_iter().flat_map(|by| by.signers.iter().filter_map(|key| self.accused(*key, by.recorded_at)))
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

    /// The same of everything in the file that has begun.
    pub(super) fn on_all(&self) -> BTreeSet<EntryIndex> {
        if self.directory.compromises().is_empty() {
            return BTreeSet::new();
        }
        self.of_all(self.case.file.items().map(|(_, item)| item))
    }

    /// The same of these events by themselves.
    pub(super) fn of_all<'i>(&self, items: impl Iterator<Item = &'i Item>) -> BTreeSet<EntryIndex> {
        items.flat_map(|item| self.of(item).collect::<Vec<_>>()).collect()
    }

    fn of(&self, item: &Item) -> impl Iterator<Item = EntryIndex> {
        let begun = self.case.has_begun(item);
        let by = move |key: &KeyNumber| self.accused(*key, item.recorded_at);
        item.signers.iter().filter(move |_| begun).filter_map(by)
    }

    /// The entry that says of a key that it may have been in wrong hands then.
    fn accused(&self, key: KeyNumber, recorded_at: RecordedTime) -> Option<EntryIndex> {
        let found = self.directory.compromises().of(key, recorded_at, self.case.as_of.known);
        found.map(|found| found.said_by)
    }
}
