//! A consent as the subject gave it, for whoever decides whether somebody may read by it.

use super::{CaseFileSource, case_of, names};
use crate::casefile::{AsOf, Fact, Sight};
use crate::event::{Body, Phase};
use crate::id::{EventId, SubjectId};
use crate::readers::GivenConsent;

/// The consent of a subject that this event gave, as it stands at the moment of asking; `None` where there is none.
pub fn given_consent<S: CaseFileSource>(
    source: &S,
    subject: &SubjectId,
    event: &EventId,
    moment: AsOf,
) -> Result<Option<GivenConsent>, S::Error> {
    let case_file = |of: &SubjectId| source.case_file(of);
    let named = names::under_all_names(case_file, subject, moment.known, Sight::Restricted)?;
    let case = case_of(subject, &named.file, source.governance(), moment);
    let Some((number, item)) = case.file.find(event) else { return Ok(None) };
    let Fact::Consent { until, .. } = &item.fact else { return Ok(None) };
    let grantee = match source.event(item.entry)?.body {
        Body::ConsentGranted(body) => body.grantee,
        _ => None,
    };
    let stands = case.phase_at(number) == Some(Phase::Granted);
    Ok(Some(GivenConsent { entry: item.entry, grantee, until: *until, stands }))
}
