//! P10: what rests on a record falls where later decisions leave less of that than it asks: where it is milder than its least
//! severity, or of none of the kinds of penalty any more from which the law has it follow.

use super::details::Detail;
use super::{CaseAsOf, Cause, End, Item, ItemNumber};
use crate::definition::{BAN, Severity};

impl CaseAsOf<'_> {
    /// The correction by which the record beneath became less grave than what rests on it asks.
    pub(super) fn lightened(&self, ground: ItemNumber, least: Option<Severity>) -> Option<End> {
        let (least, root) = (least?, self.root_of(ground));
        self.severity(root).filter(|found| *found < least)?;
        let steps = self.file.followers(root).filter(|(_, step)| self.has_begun(step));
        let corrects = |step: &Item| step.step().is_some_and(|fact| fact.severity.is_some());
        let (_, corrected) = steps.filter(|(_, step)| corrects(step)).last()?;
        Some(End { at: corrected.from, cause: Cause::GroundEnded, entry: Some(corrected.entry) })
    }

    /// Whether what the law has follow from these kinds of penalty may rest on `ground`: on a record by whose decision one of them
    /// is imposed, or that is the ban itself; an entry on a list is neither. Of what names no kinds nothing is asked.
    pub fn is_of_kinds(&self, ground: ItemNumber, asked: &[&str]) -> bool {
        let root = self.root_of(ground);
        let Some(record) = self.record(root).filter(|_| !asked.is_empty()) else { return true };
        let is_ban = || self.type_of(record).is_some_and(|adopted| adopted.has_tag(BAN));
        let kinds = || self.details(root).and_then(|said| said.kinds);
        is_ban() || kinds().is_some_and(|kinds| kinds.is_any(asked))
    }

    /// The first of the corrections since which the record beneath is of none of these kinds.
    pub(super) fn of_other_kinds(&self, ground: ItemNumber, asked: &[&str]) -> Option<End> {
        if self.is_of_kinds(ground, asked) {
            return None;
        }
        let steps = self.file.followers(self.root_of(ground)).filter(|(_, step)| self.has_begun(step));
        let named = steps.filter_map(|(_, step)| {
            let mut kinds = step.step()?.details.iter().filter_map(|detail| match detail {
                Detail::Kinds(kinds) => Some(*kinds),
                _ => None,
            });
            Some((step, kinds.next_back()?))
        });
        let corrected = named.fold(None, |since, (step, kinds)| match kinds {
            Some(kinds) if kinds.is_any(asked) => None,
            _ => since.or(Some(step)),
        })?;
        Some(End { at: corrected.from, cause: Cause::GroundEnded, entry: Some(corrected.entry) })
    }
}
