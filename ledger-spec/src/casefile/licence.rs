//! Licences that were taken (P12).

use super::details::Details;
use super::{CaseAsOf, Cause, End, Item, ItemNumber};
use crate::definition::{GIVING_STEPS, TAKING_STEPS};
use crate::event::Class;

impl CaseAsOf<'_> {
    /// P12: from when on a licence holds no more, and the record by which it was taken that this one gave.
    pub fn licence_end(&self, number: ItemNumber) -> Option<End> {
        let (item, record) = (self.file.get(number)?, self.record(number)?);
        let given = self.details(number).filter(|given| given.is_step(&GIVING_STEPS))?;
        let same = |other: ItemNumber, taken: &Details| match (given.licence, taken.licence) {
            (Some(given), Some(taken)) => given == taken,
            _ => self.matter(number) == self.matter(other),
        };
        let takes = |other: ItemNumber| {
            let taken = self.details(other).filter(|taken| taken.is_step(&TAKING_STEPS));
            taken.is_some_and(|taken| same(other, &taken))
        };
        let taken = self.known(Class::Record).filter(|(other, later)| {
            (later.from, later.entry) > (item.from, item.entry)
                && self.record(*other).is_some_and(|other| other.record_type == record.record_type)
                && takes(*other)
                && !self.is_void(*other)
        });
        let end = |later: &Item| End { at: later.from, cause: Cause::TakenBack, entry: Some(later.entry) };
        taken.map(|(_, later)| end(later)).min()
    }
}
