//! What everybody may see. Until readers can be told apart, HTTP serves nothing else.
//!
//! What is public follows from the catalogue and the case file (specification, P19): the sight
//! [`Sight::Public`]. Events as they were signed are shown where what they state is, save those about
//! natural persons and households, which are not shown at all. Receipts show hashes only and are public.

use crate::query::{self, Answer, Asking, Instants, QueryError};
use crate::snapshot::Snapshots;
use ledger_spec::casefile::Sight;
use ledger_spec::id::{EventId, SubjectId};
use ledger_spec::time::{RecordedTime, ValidTime};
use std::collections::HashSet;

/// The events of a subject that everybody may see at this moment, as they were signed.
pub(super) fn public_events(
    view: &Snapshots,
    subject: &SubjectId,
    now: RecordedTime,
) -> Result<HashSet<EventId>, QueryError> {
    if subject.is_natural() {
        return Ok(HashSet::new());
    }
    let valid_at = ValidTime::at_recorded(now).unwrap_or(ValidTime::MAX);
    let asking = Asking { instants: Instants { valid_at, known_at: None }, sight: Sight::Public };
    let Answer { value, .. } = query::visible_events(view, subject, asking)?;
    Ok(value)
}
