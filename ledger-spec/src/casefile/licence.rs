//! Licences that were taken, or changed (P12).

use super::details::Details;
use super::{CaseAsOf, Cause, End, Item, ItemNumber, RecordFact};
use crate::definition::{CHANGED, GIVING_STEPS, STEP, TAKING_STEPS, VALID_UNTIL};
use crate::event::Class;

impl CaseAsOf<'_> {
    /// P12: from when on a licence holds no more as it was given, and the record by which it was taken, or changed, that this one gave.
    pub fn licence_end(&self, number: ItemNumber) -> Option<End> {
        let (item, record) = (self.file.get(number)?, self.record(number)?);
        let given = self.details(number).filter(|given| self.gives_licence(record, given))?;
        let ends = self.known(Class::Record).filter_map(|(other, later)| {
            let said = self.details(other)?;
            let cause = if said.is_step(&TAKING_STEPS) {
                Cause::TakenBack
            } else if said.is_step(&[CHANGED]) {
                Cause::Superseded
            } else {
                return None;
            };
            let follows = (later.from, later.entry) > (item.from, item.entry)
                && self.is_one_licence((number, &given), (other, &said))
                && self.may_take((number, item), other)
                && !self.is_void(other);
            let at = self.in_force_from(other).filter(|_| cause == Cause::Superseded).unwrap_or(later.from);
            follows.then_some(End { at, cause, entry: Some(later.entry) })
        });
        ends.min()
    }

    /// Whether a record gives a licence: by its step, or, where its type has none, since it says until when one holds.
    fn gives_licence(&self, record: &RecordFact, said: &Details) -> bool {
        let without_steps = || {
            let definition = self.type_of(record);
            definition.is_some_and(|found| found.has_field(VALID_UNTIL) && !found.has_field(STEP))
        };
        said.is_step(&GIVING_STEPS) || without_steps()
    }

    /// Whether two records are about one licence: by its number, whatever their types; without one, of one type about one matter.
    fn is_one_licence(
        &self,
        (number, given): (ItemNumber, &Details),
        (other, later): (ItemNumber, &Details),
    ) -> bool {
        match (given.licence, later.licence) {
            (Some(given), Some(later)) => given == later,
            _ => {
                let of_type = |one| self.record(one).map(|record| &record.record_type);
                of_type(number) == of_type(other)
                    && (self.matter(number) == self.matter(other) && !given.is_named_apart(later)
                        || self.is_only_licence_called(number, given, other))
            }
        }
    }

    /// Whether a licence is called what a later record says, and since one so called was taken before that no more than one was
    /// granted: where no number tells them apart, the name does.
    fn is_only_licence_called(&self, number: ItemNumber, given: &Details, other: ItemNumber) -> bool {
        let named = given.licence_name.is_some()
            && self.details(other).is_some_and(|later| later.licence_name == given.licence_name);
        let Some((item, record)) = self.file.get(number).zip(self.record(number)).filter(|_| named) else {
            return false;
        };
        let so_called = |one: ItemNumber| {
            let (found, said) = (self.record(one)?, self.details(one)?);
            let same = found.record_type == record.record_type && said.licence_name == given.licence_name;
            same.then_some(said)
        };
        let before = || {
            let all = self.known(Class::Record).filter(|(one, _)| {
                *one < other && self.may_take((number, item), *one) && !self.is_void(*one)
            });
            all.filter_map(|(one, _)| Some((one, so_called(one)?)))
        };
        let taken = before().filter(|(_, said)| said.is_step(&TAKING_STEPS)).map(|(one, _)| one).last();
        let since = |one: ItemNumber| taken.is_none_or(|taken| one > taken);
        let granted = before().filter(|(one, said)| since(*one) && said.is_step(&GIVING_STEPS[..1])).count();
        since(number) && granted <= 1
    }

    /// Whether one decision takes or changes what another gave, whoever files them: by who gave it, or took over from him, the
    /// authority above, or a court (行政许可法第四十九、六十九、七十条). A number is one alone with whoever gave it.
    fn may_take(&self, (given, item): (ItemNumber, &Item), later: ItemNumber) -> bool {
        let Some((giver, taker)) = self.maker(given).zip(self.maker(later)) else { return false };
        self.directory.is_one_source(giver, taker)
            || self.directory.reviews(taker, giver, item.fact.code())
            || self.directory.is_court(taker)
    }
}
