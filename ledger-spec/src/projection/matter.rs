//! What of a subject's own file a matter names, for whoever decides whether somebody may read by it.

use super::{CaseFileSource, case_of};
use crate::casefile::{AsOf, CaseFile, Fact, Item, Named};
use crate::event::{Body, Class, Phase};
use crate::id::{AuthorityId, EventId, SubjectId};
use crate::readers::{GivenConsent, GivenVerification, Matter, looked_since};
use crate::time::{Date, RecordedTime, ValidTime};
use std::ops::{Bound, Deref, RangeBounds as _};

/// What the event of this id is in a subject's file, under whichever of its names, at the moment of asking.
pub fn named_matter<S: CaseFileSource>(
    source: &S,
    subject: &SubjectId,
    event: &EventId,
    moment: AsOf,
) -> Result<Matter, S::Error> {
    let named = Named::of(|name| source.case_file(name), subject, moment.known)?;
    let file = named.joined();
    let Some((number, item)) = file.find(event).filter(|(_, item)| item.entry.is_in(moment.known)) else {
        return Ok(Matter::Other);
    };
    let case = case_of(subject, &file, source.governance(), moment);
    let phase = || case.phase_at(number);
    let is_over = |phase| is_concluded(phase) || case.is_answered(item, phase);
    Ok(match (&item.fact, item.opens().map(|(class, _)| class)) {
        (Fact::Consent { until, .. }, _) => {
            let stands = phase() == Some(Phase::Granted);
            Matter::Consent(consent(source, (subject, &named), (item, *until), stands)?)
        }
        (_, Some(Class::Application | Class::Objection | Class::Complaint))
            if !phase().is_none_or(is_over) && others(subject, &named).next().is_none() =>
        {
            Matter::Open(source.event(item.entry)?.issuer)
        }
        (_, Some(Class::Plain)) => {
            let found = verification(source, (subject, &named), (event, moment))?;
            found.map_or(Matter::Other, Matter::Verification)
        }
        _ => Matter::Other,
    })
}

/// A consent as the subject gave it.
fn consent<S: CaseFileSource, F: Deref<Target = CaseFile>>(
    source: &S,
    (subject, named): (&SubjectId, &Named<F>),
    (item, until): (&Item, Option<Date>),
    stands: bool,
) -> Result<GivenConsent, S::Error> {
    let found = source.event(item.entry)?;
    let grantee = match found.body {
        Body::ConsentGranted(body) => body.grantee,
        _ => None,
    };
    // Only a window says that it looked at somebody.
    let since = ValidTime::at_recorded(item.recorded_at).map_or(item.recorded_at, looked_since);
    let within = (Bound::Included(since), Bound::Included(item.recorded_at));
    let mut looked = false;
    for (name, file) in named.names().iter().zip(named.files()) {
        let is_it = name == subject || name.renewal(subject).is_some();
        looked = looked || is_it && has_looked(source, file, &found.issuer, within)?;
    }
    let looked = looked && unseen(source, (subject, named), &found.issuer, within)?.is_none();
    Ok(GivenConsent { entry: item.entry, grantee, until, stands, taken_by: looked.then_some(found.issuer) })
}

/// That a window looked at who stood there, if the event in the file of the name that is asked about says so; and whether the same
/// window looked at each other name of the subject as lately.
fn verification<S: CaseFileSource, F: Deref<Target = CaseFile>>(
    source: &S,
    (subject, named): (&SubjectId, &Named<F>),
    (event, moment): (&EventId, AsOf),
) -> Result<Option<GivenVerification>, S::Error> {
    let Some((_, item)) = named.files().first().and_then(|file| file.find(event)) else { return Ok(None) };
    let found = source.event(item.entry)?;
    if !matches!(found.body, Body::SubjectVerified(_)) {
        return Ok(None);
    }
    let within = (Bound::Included(looked_since(moment.valid_at)), Bound::Unbounded);
    let unseen = unseen(source, (subject, named), &found.issuer, within)?;
    Ok(Some(GivenVerification { by: found.issuer, recorded_at: item.recorded_at, unseen }))
}

/// The names that somebody linked to the one that is asked about, with their files: whoever registers bodies can link anybody's to
/// one of his own. Who keeps the keys links the pseudonyms of one number, and nobody else does.
fn others<'a, F: Deref<Target = CaseFile>>(
    subject: &SubjectId,
    named: &'a Named<F>,
) -> impl Iterator<Item = (&'a SubjectId, &'a CaseFile)> {
    let all = named.names().iter().zip(named.files().iter().map(|file| &**file));
    all.filter(move |(name, _)| *name != subject && name.renewal(subject).is_none())
}

/// One of these at which a window did not look within a time.
fn unseen<S: CaseFileSource, F: Deref<Target = CaseFile>>(
    source: &S,
    (subject, named): (&SubjectId, &Named<F>),
    window: &AuthorityId,
    within: (Bound<RecordedTime>, Bound<RecordedTime>),
) -> Result<Option<SubjectId>, S::Error> {
    for (name, file) in others(subject, named) {
        if !has_looked(source, file, window, within)? {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}

/// Whether a window said within a time that it looked at whose file this is.
fn has_looked<S: CaseFileSource>(
    source: &S,
    file: &CaseFile,
    window: &AuthorityId,
    within: (Bound<RecordedTime>, Bound<RecordedTime>),
) -> Result<bool, S::Error> {
    for (_, item) in file.of_class(Class::Plain).filter(|(_, item)| within.contains(&item.recorded_at)) {
        let found = source.event(item.entry)?;
        if found.issuer == *window && matches!(found.body, Body::SubjectVerified(_)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether nothing is to be done any more about an application, an objection or a complaint.
const fn is_concluded(phase: Phase) -> bool {
    matches!(
        phase,
        Phase::Granted
            | Phase::Refused
            // It was given back to be asked for anew (P07).
            | Phase::Returned
            | Phase::Rescinded
            | Phase::Withdrawn
            | Phase::Upheld
            | Phase::Dismissed
            | Phase::Decided
    )
}
