//! All case files at once: for answers about lists, departments and the city as a whole.
//!
//! It is fed entry by entry, keeps no event whole and is never the truth: it can be dropped and made again
//! from the log at any time.

use super::{CaseFile, Filed};
use crate::authority::Directory;
use crate::id::{ListCode, StreamKey, SubjectId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tlog::defect::OrDefect as _;
use tlog::position::TreeSize;

/// Every subject's case file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFiles {
    /// In no order: what is computed from all of them orders itself.
    files: HashMap<SubjectId, CaseFile>,
    lists: BTreeMap<ListCode, BTreeSet<SubjectId>>,
    size: TreeSize,
}

impl CaseFiles {
    /// How many entries were taken in.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// Takes in the next entry. `directory` knows its issuer already.
    pub fn apply(&mut self, filed: Filed<'_>, directory: &Directory) {
        let event = filed.event;
        for stream in event.streams() {
            if let StreamKey::List(list) = stream {
                self.lists.entry(list).or_default().insert(event.subject.clone());
            }
        }
        self.files.entry(event.subject.clone()).or_default().apply(filed, directory);
        self.size = filed.recorded.index.covering_size();
    }

    /// A subject's file.
    pub fn file(&self, subject: &SubjectId) -> Option<&CaseFile> {
        self.files.get(subject)
    }

    /// All files, in no order.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&SubjectId, &CaseFile)> {
        self.files.iter()
    }

    /// The subjects that a list's stream names.
    pub fn subjects_of(&self, list: &ListCode) -> impl Iterator<Item = (&SubjectId, &CaseFile)> {
        let subjects = self.lists.get(list).into_iter().flatten();
        subjects.map(|subject| {
            (subject, self.files.get(subject).or_defect("who is named has a file of that entry"))
        })
    }
}
