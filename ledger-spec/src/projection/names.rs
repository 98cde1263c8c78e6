//! A subject under all its pseudonyms: what is asked about it does not care under which of them an event was filed.

use crate::casefile::{CaseFile, Named};
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
    let named = Named::of(case_file, subject, known)?;
    Ok(named.only().cloned().unwrap_or_else(|| Arc::new(named.joined())))
}
