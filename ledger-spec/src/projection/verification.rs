//! What a window said of who stood before it, as it is in the subject's own file.

use super::CaseFileSource;
use crate::event::Body;
use crate::id::{EventId, SubjectId};
use crate::readers::GivenVerification;

/// The `subject.verified` event of this id in a subject's file; `None` where there is none.
pub fn given_verification<S: CaseFileSource>(
    source: &S,
    subject: &SubjectId,
    event: &EventId,
) -> Result<Option<GivenVerification>, S::Error> {
    let file = source.case_file(subject)?;
    let Some((_, item)) = file.find(event) else { return Ok(None) };
    let found = source.event(item.entry)?;
    Ok(match found.body {
        Body::SubjectVerified(_) => {
            Some(GivenVerification { by: found.issuer, recorded_at: item.recorded_at })
        }
        _ => None,
    })
}
