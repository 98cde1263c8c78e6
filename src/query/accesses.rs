//! Who looked at a subject, from the access journal.

use super::{QueryError, Reading};
use ledger_spec::casefile::{Named, Viewer};
use ledger_spec::event::Body;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{AccessLine, AccessesPage, CaseFileSource as _};
use ledger_spec::time::RecordedTime;
use tlog::position::EntryIndex;

/// A look in the journal, and whom it was at where that is another in which the subject went on.
type Looked = (EntryIndex, Option<SubjectId>);

impl Reading<'_> {
    /// A page of who looked at a subject under any of its names, or since it went on in another at that, newest first, of those
    /// before the entry `before` of the journal, as who asks is told of them.
    pub fn accesses(
        &self,
        journal: &Reading<'_>,
        subject: &SubjectId,
        (before, limit): (Option<EntryIndex>, usize),
        viewer: Viewer,
    ) -> Result<AccessesPage, QueryError> {
        self.sees_what_is_sealed()?;
        let own = Named::of(|name| self.case_file(name), subject, self.snapshot.size())?;
        let mut looks = self.looks_at(journal, own.names())?;
        looks.retain(|(look, _)| before.is_none_or(|before| *look < before));
        looks.sort_unstable();
        let file = own.joined();
        let (mut accesses, mut next) = (Vec::new(), None);
        for (entry, through) in looks.into_iter().rev() {
            let found = journal.any_entry(entry)?;
            let Body::AccessRead(look) = &found.event.body else { continue };
            let at = (entry, found.entry.entry().recorded_at);
            let told = (&*self.snapshot.governance.directory, viewer);
            let look = (found.event.valid_from, &**look);
            let line = AccessLine::of(at, look, told, |event| file.find(event).map(|(_, item)| item))
                .map_err(|refusal| QueryError::Look { index: entry, refusal: Box::new(refusal) })?;
            let Some(line) = line else { continue };
            if accesses.len() == limit {
                next = accesses.last().map(|last: &AccessLine| last.entry);
                break;
            }
            accesses.push(AccessLine { through, ..line });
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

    /// The looks at some names of a subject, and at those in which it went on, by whichever of their names, since that was said.
    fn looks_at(&self, journal: &Reading<'_>, own: &[SubjectId]) -> Result<Vec<Looked>, QueryError> {
        let mut at: Vec<(SubjectId, Option<RecordedTime>)> =
            own.iter().map(|name| (name.clone(), None)).collect();
        let (mut looks, mut next) = (Vec::new(), 0);
        while let Some((name, since)) = at.get(next).cloned() {
            next += 1;
            let file = journal.case_file(&name)?;
            let items = file.items().filter(|(_, item)| since.is_none_or(|since| since <= item.recorded_at));
            let through = since.map(|_| &name);
            looks.extend(items.map(|(_, item)| (item.entry, through.cloned())));
            for (into, entry) in self.snapshot.governance.mergers.said_to_go_on(&name) {
                let said = self.recorded_at(entry)?;
                let since = since.map_or(said, |since| since.max(said));
                let others = Named::of(|name| self.case_file(name), into, self.snapshot.size())?;
                for other in others.names() {
                    if !at.iter().any(|(known, _)| known == other) {
                        at.push((other.clone(), Some(since)));
                    }
                }
            }
        }
        Ok(looks)
    }
}
