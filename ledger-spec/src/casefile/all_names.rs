//! A subject under all its names: who was given a pseudonym of another epoch is the same subject, and so is a body that each of
//! two names is said to be of; what is asked about it does not care under which of them an event was filed.

use super::{CaseFile, Link, Names};
use crate::id::SubjectId;
use std::ops::Deref;
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};

/// The names of one subject, and the file of each, the one that was asked about first.
#[derive(Clone, Debug)]
pub struct Named<F> {
    names: Vec<SubjectId>,
    files: Vec<F>,
    disowned: Vec<SubjectId>,
}

/// Whether a file says, within so many entries, that a name is its subject's too.
type Says = fn(&CaseFile, &SubjectId, TreeSize) -> bool;

impl<F: Deref<Target = CaseFile>> Named<F> {
    /// All names that lead to each other by the links of a new epoch, or by links of bodies' names that each of the two says and
    /// did not take back, as far as those are among the first `known` entries.
    pub fn of<E>(
        case_file: impl FnMut(&SubjectId) -> Result<F, E>,
        subject: &SubjectId,
        known: TreeSize,
    ) -> Result<Self, E> {
        Self::by(CaseFile::is_linked, case_file, subject, known)
    }

    /// The same under the names by which somebody reads.
    pub fn read_by<E>(
        names: Names,
        case_file: impl FnMut(&SubjectId) -> Result<F, E>,
        subject: &SubjectId,
        known: TreeSize,
    ) -> Result<Self, E> {
        let says: Says = match names {
            Names::All => CaseFile::is_linked,
            Names::Asked => |_, _, _| false,
        };
        Self::by(says, case_file, subject, known)
    }

    /// The same with the links that were taken back: what a hold reached once it goes on keeping.
    pub fn ever_of<E>(
        case_file: impl FnMut(&SubjectId) -> Result<F, E>,
        subject: &SubjectId,
        known: TreeSize,
    ) -> Result<Self, E> {
        Self::by(CaseFile::was_linked, case_file, subject, known)
    }

    fn by<E>(
        says: Says,
        mut case_file: impl FnMut(&SubjectId) -> Result<F, E>,
        subject: &SubjectId,
        known: TreeSize,
    ) -> Result<Self, E> {
        let (mut names, mut files) = (vec![subject.clone()], vec![case_file(subject)?]);
        let (mut disowned, mut at) = (Vec::new(), 0);
        while let (Some(name), Some(file)) = (names.get(at).cloned(), files.get(at)) {
            at += 1;
            let renewed = file.renewals().filter(|(entry, _)| entry.is_in(known));
            let renewed = renewed.filter_map(|(_, pseudonym)| subject.under(pseudonym));
            let linked = file.links().map(|(_, other, _)| other);
            let linked = linked.filter(|other| name.is_body() && other.is_body() && says(file, other, known));
            let others: Vec<SubjectId> = renewed.chain(linked.cloned()).collect();
            for other in others {
                if names.contains(&other) {
                    continue;
                }
                let file = case_file(&other)?;
                // Whoever has the keys links pseudonyms, both ways at once. Of bodies each name has a registrar of its own, and
                // one alone cannot put somebody else's file into its own.
                if other.is_body() && !says(&file, &name, known) {
                    if file.disowns(&name, known) {
                        disowned.push(other);
                    }
                    continue;
                }
                files.push(file);
                names.push(other);
            }
        }
        disowned.retain(|other| !names.contains(other));
        Ok(Self { names, files, disowned })
    }

    /// What one of the names says to be another, and whose own last word about that name is that it is not.
    #[must_use]
    pub fn disowned(&self) -> &[SubjectId] {
        &self.disowned
    }

    /// Every name.
    #[must_use]
    pub fn names(&self) -> &[SubjectId] {
        &self.names
    }

    /// The file of each name, in their order.
    #[must_use]
    pub fn files(&self) -> &[F] {
        &self.files
    }

    /// The name by which the subject is counted: the same whichever was asked about. One that shows what kind of subject it is
    /// goes before one that does not.
    #[must_use]
    pub fn chief(&self) -> Option<&SubjectId> {
        self.names.iter().min_by_key(|name| (name.kind().is_none(), *name))
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

impl CaseFile {
    /// Whether the first `known` entries say that this is an identifier of the subject too, and did not take it back.
    #[must_use]
    pub fn is_linked(&self, name: &SubjectId, known: TreeSize) -> bool {
        self.linked_by(name, known).is_some()
    }

    /// The entry by which they say so.
    #[must_use]
    pub fn linked_by(&self, name: &SubjectId, known: TreeSize) -> Option<EntryIndex> {
        let last = self.links().rfind(|(entry, other, _)| *other == name && entry.is_in(known));
        last.filter(|(.., link)| *link == Link::Said).map(|(entry, ..)| entry)
    }

    /// Whether their last word about this identifier is that it is none of the subject's, though they said so before.
    #[must_use]
    fn disowns(&self, name: &SubjectId, known: TreeSize) -> bool {
        self.was_linked(name, known) && !self.is_linked(name, known)
    }

    /// Whether they ever said so.
    pub(crate) fn was_linked(&self, name: &SubjectId, known: TreeSize) -> bool {
        self.links().any(|(entry, other, link)| other == name && entry.is_in(known) && link == Link::Said)
    }
}
