//! All case files at once: for answers about lists, departments and the city as a whole.
//!
//! It is fed entry by entry, keeps no event whole and is never the truth: it can be dropped and made again
//! from the log at any time.

use super::{CaseFile, Filed, ItemRow};
use crate::authority::Directory;
use crate::id::{ListCode, Sealing, SubjectId, SubjectStream};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};

/// Every subject's case files: one for each stream of its.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFiles {
    /// In no order: what is computed from all of them orders itself.
    files: HashMap<SubjectStream, CaseFile>,
    lists: BTreeMap<ListCode, BTreeSet<SubjectId>>,
    size: TreeSize,
}

/// What one entry adds to case files. It follows from the entry and the directory alone, so it can be made of many
/// entries side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseEntry {
    /// The stream whose file it stands in.
    pub stream: SubjectStream,
    /// The list in whose stream it stands too, so that the list names its subject; of what the catalogue says none.
    pub list: Option<ListCode>,
    /// The entry.
    pub entry: EntryIndex,
    /// What the file keeps of it; `None` as for [`ItemRow::of`].
    pub row: Option<ItemRow>,
}

impl CaseEntry {
    /// What an admitted event adds. `directory` knows its issuer already.
    pub fn of(filed: Filed<'_>, directory: &Directory) -> Self {
        let stream = filed.event.subject_stream();
        Self {
            list: filed.event.list().filter(|_| stream.sealing == Sealing::Sealed).cloned(),
            stream,
            entry: filed.recorded.index,
            row: ItemRow::of(filed, directory),
        }
    }
}

impl CaseFiles {
    /// How many entries were taken in.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// Takes in the next entry. `directory` knows its issuer already.
    pub fn apply(&mut self, filed: Filed<'_>, directory: &Directory) {
        self.take(CaseEntry::of(filed, directory));
    }

    /// The same of an entry that was read before.
    pub fn take(&mut self, entry: CaseEntry) {
        let CaseEntry { stream, list, entry, row } = entry;
        if let Some(list) = list {
            self.lists.entry(list).or_default().insert(stream.subject.clone());
        }
        self.files.entry(stream).or_default().take(entry, row);
        self.size = entry.covering_size();
    }

    /// The file of a stream.
    pub fn file(&self, stream: &SubjectStream) -> Option<&CaseFile> {
        self.files.get(stream)
    }

    /// All files, in no order; of a subject that has two, each by itself.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&SubjectId, &CaseFile)> {
        self.files.iter().map(|(stream, file)| (&stream.subject, file))
    }

    /// The subjects that a list's stream names.
    pub fn subjects_of(&self, list: &ListCode) -> impl Iterator<Item = (&SubjectId, &CaseFile)> {
        let subjects = self.lists.get(list).into_iter().flatten();
        subjects.map(|subject| {
            let file = self.files.get(&SubjectStream::sealed(subject.clone()));
            (subject, file.or_defect("who is named has a file of that entry"))
        })
    }
}
