//! Who looked at a subject, from the access journal.

use super::{QueryError, Reading};
use ledger_spec::casefile::{CaseFile, Named, Sight, Viewer};
use ledger_spec::event::Body;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{AccessLine, AccessesPage, CaseFileSource as _};
use ledger_spec::time::RecordedTime;
use std::ops::Deref;
use tlog::position::EntryIndex;

/// A look in the journal, and whom it was at where that is another in which the subject went on, or that somebody linked to it.
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
        let known = self.snapshot.size();
        let own = Named::read_by(viewer.names, |name| self.case_file(name), subject, known)?;
        let mut looks = self.looks_at(journal, &own)?;
        looks.retain(|(look, _)| before.is_none_or(|before| *look < before));
        looks.sort_unstable();
        let file = own.joined();
        // Of whom nothing was decided, a look at another has shown nothing.
        let has_shown =
            |at| file.items().any(|(_, item)| item.recorded_at <= at && item.fact.code().is_some());
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
            let line = match through {
                None => line,
                Some(_) if viewer.sight == Sight::Court => AccessLine { through, ..line },
                Some(other) if has_shown(line.recorded_at) => line.at_another(other),
                Some(_) => continue,
            };
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

    /// The looks at the names under which a subject is asked about, at those that somebody linked to them, since that was said of
    /// both, and at those in which it went on, by whichever of their names, since that was said.
    fn looks_at<F: Deref<Target = CaseFile>>(
        &self,
        journal: &Reading<'_>,
        own: &Named<F>,
    ) -> Result<Vec<Looked>, QueryError> {
        let mut at: Vec<(SubjectId, Option<RecordedTime>)> =
            own.names().iter().map(|name| (name.clone(), None)).collect();
        at.extend(self.linked_to(own)?.into_iter().map(|(name, since)| (name, Some(since))));
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

    /// The names that are linked to these and are none of them, each with when that was said last on the way to it.
    fn linked_to<F: Deref<Target = CaseFile>>(
        &self,
        own: &Named<F>,
    ) -> Result<Vec<(SubjectId, RecordedTime)>, QueryError> {
        let known = self.snapshot.size();
        let mut found: Vec<(SubjectId, RecordedTime)> = Vec::new();
        for name in own.names() {
            let all = Named::of(|name| self.case_file(name), name, known)?;
            let by = |one: &CaseFile, other: &SubjectId| one.linked_by(other, known);
            // In the order in which they lead to each other, each is linked to one before it.
            for (at, (other, file)) in all.names().iter().zip(all.files()).enumerate().skip(1) {
                if own.names().contains(other) || found.iter().any(|(one, _)| one == other) {
                    continue;
                }
                let before = all.names().iter().zip(all.files()).take(at);
                let said = before
                    .filter_map(|(one, one_file)| Some((one, by(one_file, other)?.max(by(file, one)?))));
                let mut since = None;
                for (one, entry) in said {
                    let on_the_way = found.iter().find(|(known, _)| known == one).map(|(_, since)| *since);
                    let said = on_the_way.into_iter().fold(self.recorded_at(entry)?, RecordedTime::max);
                    since = Some(since.map_or(said, |since: RecordedTime| since.min(said)));
                }
                found.extend(since.map(|since| (other.clone(), since)));
            }
        }
        Ok(found)
    }
}
