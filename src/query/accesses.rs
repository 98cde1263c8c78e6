//! Who looked at a subject, from the access journal.

use super::{QueryError, Reading};
use ledger_spec::casefile::{Named, Viewer};
use ledger_spec::event::Body;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{AccessLine, AccessesPage, CaseFileSource as _};
use tlog::position::EntryIndex;

impl Reading<'_> {
    /// A page of who looked at a subject under any of its names, newest first, of those before the entry `before` of the
    /// journal, as who asks is told of them.
    pub fn accesses(
        &self,
        journal: &Reading<'_>,
        subject: &SubjectId,
        (before, limit): (Option<EntryIndex>, usize),
        viewer: Viewer,
    ) -> Result<AccessesPage, QueryError> {
        self.sees_what_is_sealed()?;
        let own = Named::of(|name| self.case_file(name), subject, self.snapshot.size())?;
        let mut looks = Vec::new();
        for name in own.names() {
            looks.extend(journal.case_file(name)?.items().map(|(_, item)| item.entry));
        }
        looks.retain(|look| before.is_none_or(|before| *look < before));
        looks.sort_unstable();
        let file = own.joined();
        let (mut accesses, mut next) = (Vec::new(), None);
        for entry in looks.into_iter().rev() {
            let found = journal.any_entry(entry)?;
            let Body::AccessRead(look) = &found.event.body else { continue };
            let at = (entry, found.entry.entry().recorded_at);
            let told = (&*self.snapshot.governance.directory, viewer);
            let look = (found.event.valid_from, &**look);
            let line = AccessLine::of(at, look, told, |event| file.entry_of(event).is_some())
                .map_err(|refusal| QueryError::Look { index: entry, refusal: Box::new(refusal) })?;
            let Some(line) = line else { continue };
            if accesses.len() == limit {
                next = accesses.last().map(|last: &AccessLine| last.entry);
                break;
            }
            accesses.push(line);
        }
        Ok(AccessesPage {
            subject: subject.clone(),
            asked_at: viewer.moment.valid_at,
            accesses,
            notice: AccessesPage::notice(),
            next,
            checkpoint: journal.snapshot.checkpoint_text(),
        })
    }
}
