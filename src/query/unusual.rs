//! Who read more than is usual, from the access journal's looks.

use super::{QueryError, Reading};
use ledger_spec::event::Body;
use ledger_spec::projection::{JournalledLook, UnusualLine, UnusualReading};
use ledger_spec::readers::Usual;
use ledger_spec::request::RequestRefusal;
use ledger_spec::time::RecordedTime;
use tlog::position::EntryIndex;

impl Reading<'_> {
    /// The hours and days since a moment in which a reader read more than is usual, by time.
    pub fn unusual(
        &self,
        journal: &Reading<'_>,
        usual: Usual,
        since: RecordedTime,
    ) -> Result<Vec<UnusualLine>, QueryError> {
        let governance = &self.snapshot.governance;
        let days = governance.catalogue.working_days(self.snapshot.size());
        let mut unusual = UnusualReading::new(usual, &governance.directory, &days);
        journal.looks_since(since, |look| unusual.take_in(look))?;
        Ok(unusual.lines())
    }

    /// Tells the looks of a journal that were written down at a moment or later, in their order.
    pub fn looks_since(
        &self,
        since: RecordedTime,
        mut told: impl FnMut(&JournalledLook<'_>) -> Result<(), RequestRefusal>,
    ) -> Result<(), QueryError> {
        let before = self.size_at(RecordedTime::from_micros(since.micros().saturating_sub(1)))?;
        for index in before.get()..self.snapshot.size().get() {
            let entry = EntryIndex::new(index);
            let found = self.any_entry(entry)?;
            let Body::AccessRead(look) = &found.event.body else { continue };
            let recorded_at = found.entry.entry().recorded_at;
            let (asked_at, about) = (found.event.valid_from, &found.event.subject);
            let look = JournalledLook { entry, recorded_at, asked_at, about, look };
            told(&look).map_err(|refusal| QueryError::Look { index: entry, refusal: Box::new(refusal) })?;
        }
        Ok(())
    }
}
