//! What a record's own fields say as it was last corrected.

use super::{CaseAsOf, Details, ItemNumber, NameHash};
use crate::time::Date;
use std::borrow::Cow;

impl<'a> CaseAsOf<'a> {
    /// What the fields of the record at `number` say, as last corrected.
    pub fn details(&self, number: ItemNumber) -> Option<Cow<'a, Details>> {
        let said = &self.record(number)?.details;
        let corrected = self.file.followers(number).filter(|(_, step)| self.has_begun(step));
        let corrected = corrected.filter_map(|(_, step)| Some(&step.step()?.details));
        let corrected = corrected.filter(|details| !details.is_empty());
        Some(corrected.fold(Cow::Borrowed(said), |said, by| Cow::Owned(said.into_owned().corrected(by))))
    }

    /// Which matter the record at `number` is a step of: as it says, or that of its decision.
    pub fn matter(&self, number: ItemNumber) -> Option<NameHash> {
        Some(self.details(number)?.matter.unwrap_or(self.record(number)?.decision))
    }

    /// The last day of the restriction that the record at `number` says, as last corrected.
    pub fn restriction_stated(&self, number: ItemNumber) -> Option<Date> {
        let stated = self.record(number)?.restriction_until;
        let corrected = self.file.followers(number).filter(|(_, step)| self.has_begun(step));
        let corrected = corrected.filter_map(|(_, step)| step.step()?.restriction_until);
        corrected.last().or(stated)
    }
}
