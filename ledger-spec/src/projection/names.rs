//! A subject under all its names: what is asked about it does not care under which of them an event was filed.

use crate::casefile::{AsOf, CaseFile, Item, Named, Sight, Viewer};
use crate::id::SubjectId;
use std::collections::BTreeSet;
use std::sync::Arc;
use tlog::position::EntryIndex;

/// The file of a subject with what stands under its other names, and which of that the reader may be shown.
pub(super) struct UnderAllNames {
    /// Its names.
    pub(super) names: Vec<SubjectId>,
    /// What one of them says to be another, and which took that back.
    pub(super) disowned: Vec<SubjectId>,
    /// All of it: one thing may bear on another that stands under another name.
    pub(super) file: Arc<CaseFile>,
    /// Of a natural person, to the public, what stands under the name that it asked about, and nothing else: no name leads to
    /// another. A body's names are told to everybody, each with the others.
    pub(super) shown: Option<BTreeSet<EntryIndex>>,
}

/// The file of a subject, with what stands under its other names, as far as somebody reads under those, and as the links that
/// say so are among the entries by which that is judged.
pub(super) fn under_all_names<E>(
    case_file: impl Fn(&SubjectId) -> Result<Arc<CaseFile>, E>,
    subject: &SubjectId,
    (as_of, viewer): (AsOf, Viewer),
) -> Result<UnderAllNames, E> {
    let named = Named::read_by(viewer.names, case_file, subject, viewer.judged_by(as_of).known)?;
    let (names, disowned) = (named.names().to_vec(), named.disowned().to_vec());
    if let Some(only) = named.only() {
        return Ok(UnderAllNames { names, disowned, file: only.clone(), shown: None });
    }
    let asked_about = named.first().items().map(|(_, item)| item.entry);
    let shown = (viewer.sight == Sight::Public && subject.is_natural()).then(|| asked_about.collect());
    Ok(UnderAllNames { names, disowned, file: Arc::new(named.joined()), shown })
}

/// One name of a subject, as a fold takes it in.
#[derive(Clone, Copy)]
pub(super) struct OneName<'a> {
    /// The name.
    pub(super) subject: &'a SubjectId,
    /// What stands under it.
    pub(super) own: &'a CaseFile,
    /// The name by which a subject of several is counted, where this is one of several.
    pub(super) chief: Option<&'a SubjectId>,
}

impl OneName<'_> {
    /// Whether something stands under this name, and not under another of the subject's.
    pub(super) fn has(&self, item: &Item) -> bool {
        self.own.at(item.entry).is_some()
    }

    /// The name by which the subject is counted, where that is another. That two pseudonyms are one person's nobody is told.
    pub(super) fn counted_as(&self) -> Option<&SubjectId> {
        self.chief.filter(|chief| *chief != self.subject && self.subject.is_body())
    }
}
