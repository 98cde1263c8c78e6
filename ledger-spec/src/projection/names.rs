//! A subject under all its pseudonyms: what is asked about it does not care under which of them an event was filed.

use crate::casefile::CaseFile;
use crate::id::SubjectId;
use std::sync::Arc;
use tlog::position::TreeSize;

/// The file of a subject, with what stands under its pseudonyms of other epochs, as far as the links that say so are among
/// the first `known` entries.
pub(super) fn under_all_names<E>(
    case_file: impl Fn(&SubjectId) -> Result<Arc<CaseFile>, E>,
    subject: &SubjectId,
    known: TreeSize,
) -> Result<Arc<CaseFile>, E> {
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
    match files.as_slice() {
        [only] => Ok(only.clone()),
        _ => Ok(Arc::new(CaseFile::joined(files.iter().map(|file| &**file)).into_owned())),
    }
}
