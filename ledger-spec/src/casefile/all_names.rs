//! A subject under all its names: who was given a pseudonym of another epoch is the same subject, and what is asked about it
//! does not care under which of them an event was filed.

use super::CaseFile;
use crate::id::SubjectId;
use std::ops::Deref;
use tlog::defect::OrDefect as _;
use tlog::position::TreeSize;

/// The names of one subject, and the file of each, the one that was asked about first.
#[derive(Clone, Debug)]
pub struct Named<F> {
    names: Vec<SubjectId>,
    files: Vec<F>,
}

impl<F: Deref<Target = CaseFile>> Named<F> {
    /// All names that lead to each other by the links of a new epoch, as far as those are among the first `known` entries.
    pub fn of<E>(
        mut case_file: impl FnMut(&SubjectId) -> Result<F, E>,
        subject: &SubjectId,
        known: TreeSize,
    ) -> Result<Self, E> {
        let (mut names, mut files) = (vec![subject.clone()], vec![case_file(subject)?]);
        let mut at = 0;
        while let Some(file) = files.get(at) {
            at += 1;
            let said = file.renewals().filter(|(entry, _)| entry.is_in(known));
            let others: Vec<SubjectId> = said.filter_map(|(_, pseudonym)| subject.under(pseudonym)).collect();
            for other in others {
                if !names.contains(&other) {
                    files.push(case_file(&other)?);
                    names.push(other);
                }
            }
        }
        Ok(Self { names, files })
    }

    /// Every name.
    #[must_use]
    pub fn names(&self) -> &[SubjectId] {
        &self.names
    }

    /// The file of the name that was asked about.
    #[must_use]
    pub fn first(&self) -> &F {
        self.files.first().or_defect("the name that is asked about is one of all")
    }

    /// The one file, where there is but one name.
    #[must_use]
    pub fn only(&self) -> Option<&F> {
        match self.files.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What stands under all of them, as one file.
    #[must_use]
    pub fn joined(&self) -> CaseFile {
        CaseFile::joined(self.files.iter().map(|file| &**file)).into_owned()
    }
}
