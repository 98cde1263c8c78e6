//! What of a subject's own file a matter names, for whoever decides whether somebody may read by it.
//!
//! What a key signed that may have been in wrong hands opens nothing. What somebody linked to a name opens nothing either at which
//! the window did not look, and shuts nobody out: then what stands under the name alone is read.

use super::{CaseFileSource, case_of};
use crate::casefile::{AsOf, CaseFile, Fact, Item, Named, Names};
use crate::event::{Body, Class, Phase};
use crate::governance::Governance;
use crate::id::{AuthorityId, EventId, SubjectId};
use crate::readers::{GivenConsent, GivenVerification, Matter, OpenMatter, looked_since};
use crate::time::{Date, RecordedTime, ValidTime};
use std::ops::{Bound, Deref, RangeBounds as _};
use std::sync::Arc;

/// What the event of this id is in a subject's file, under whichever of its names, at the moment of asking.
pub fn named_matter<S: CaseFileSource>(
    source: &S,
    subject: &SubjectId,
    event: &EventId,
    moment: AsOf,
) -> Result<Matter, S::Error> {
    let named = Named::of(|name| source.case_file(name), subject, moment.known)?;
    let found =
        named.names().iter().zip(named.files()).find_map(|(name, file)| Some((name, file.find(event)?.1)));
    let Some((holder, item)) = found.filter(|(_, item)| item.entry.is_in(moment.known)) else {
        return Ok(Matter::Other);
    };
    if is_suspect(source.governance(), item, moment) {
        return Ok(Matter::Other);
    }
    let looks = Looks { source, named: &named, holder, moment };
    // What was taken under another name opens that one's file alone, but where the window looked at both.
    let is_asked = holder == subject || holder.renewal(subject).is_some();
    let reaches = |names: &Names| is_asked || *names == Names::All;
    let file = named.joined();
    let case = case_of(subject, &file, source.governance(), moment);
    let phase = || case.phase_at(file.number_of(item.entry)?);
    let is_over = |phase| is_concluded(phase) || case.is_answered(item, phase);
    Ok(match (&item.fact, item.opens().map(|(class, _)| class)) {
        (Fact::Consent { until, .. }, _) => {
            let stands = phase() == Some(Phase::Granted);
            let given = consent(&looks, (item, *until), stands)?;
            Some(given).filter(|given| reaches(&given.names)).map_or(Matter::Other, Matter::Consent)
        }
        (_, Some(Class::Application | Class::Objection | Class::Complaint))
            if !phase().is_none_or(is_over) =>
        {
            let taken_by = source.event(item.entry)?.issuer;
            let (_, names) = looks.before(item, &taken_by)?;
            let open = OpenMatter { by: with_successors(source.governance(), taken_by), names };
            Some(open).filter(|open| reaches(&open.names)).map_or(Matter::Other, Matter::Open)
        }
        (_, Some(Class::Plain)) if holder == subject => {
            verification(&looks, item)?.map_or(Matter::Other, Matter::Verification)
        }
        _ => Matter::Other,
    })
}

/// What a session opens, by the names at which the window looked that gave its code: all of the subject's, or where others were
/// linked to it since, the one that is asked about. `Other` where that the window looked was signed by a key that may have been in
/// wrong hands.
pub fn session_matter<S: CaseFileSource>(
    source: &S,
    (subject, verified): (&SubjectId, &EventId),
    looked: &[SubjectId],
    moment: AsOf,
) -> Result<Matter, S::Error> {
    let named = Named::of(|name| source.case_file(name), subject, moment.known)?;
    let stated = named.first().find(verified).map(|(_, item)| item);
    if stated.is_none_or(|item| is_suspect(source.governance(), item, moment)) {
        return Ok(Matter::Other);
    }
    let is_known =
        |name: &SubjectId| looked.iter().any(|known| known == name || known.renewal(name).is_some());
    Ok(Matter::Session(if named.names().iter().all(is_known) { Names::All } else { Names::Asked }))
}

/// Whether a key that signed something may have been in wrong hands then, by what is known at the moment of asking.
fn is_suspect(governance: &Governance, item: &Item, moment: AsOf) -> bool {
    let said = |key: &_| governance.directory.compromises().of(*key, item.recorded_at, moment.known);
    item.signers.iter().any(|key| said(key).is_some())
}

/// An authority, and those that follow it.
fn with_successors(governance: &Governance, first: AuthorityId) -> Vec<AuthorityId> {
    let mut all = vec![first];
    while let Some(next) = all
        .last()
        .and_then(|last| governance.directory.get(last)?.successor())
        .filter(|next| !all.contains(next))
    {
        all.push(next.clone());
    }
    all
}

/// Where windows said that they looked at who stood there for a subject, one of whose names holds what is asked about.
struct Looks<'a, S> {
    source: &'a S,
    named: &'a Named<Arc<CaseFile>>,
    holder: &'a SubjectId,
    moment: AsOf,
}

/// That a window looked at who stood there, and for which other names he stood there too.
struct Seen {
    also: Vec<SubjectId>,
}

impl<S: CaseFileSource> Looks<'_, S> {
    /// Whether a window looked at who stood there for the holder within the minutes before something that it recorded, and under
    /// which names.
    fn before(&self, item: &Item, window: &AuthorityId) -> Result<(bool, Names), S::Error> {
        let since = ValidTime::at_recorded(item.recorded_at).map_or(item.recorded_at, looked_since);
        let within = (Bound::Included(since), Bound::Included(item.recorded_at));
        let mut own = Vec::new();
        for (name, file) in self.files() {
            if name == self.holder || name.renewal(self.holder).is_some() {
                own.extend(self.seen(file, window, within)?);
            }
        }
        Ok((!own.is_empty(), self.names(&own, window, within)?))
    }

    /// Under which names one person stood there: all, where the window said of each that he stood there for the holder, and of the
    /// holder that he did for each. Two who stand at one window within some minutes are not one.
    fn names(
        &self,
        own: &[Seen],
        window: &AuthorityId,
        within: (Bound<RecordedTime>, Bound<RecordedTime>),
    ) -> Result<Names, S::Error> {
        for (name, file) in self.files() {
            // Who keeps the keys links the pseudonyms of one number, and nobody else does.
            if name == self.holder || name.renewal(self.holder).is_some() {
                continue;
            }
            let each = own.iter().any(|seen| seen.also.contains(name));
            if !each || !self.seen(file, window, within)?.iter().any(|seen| seen.also.contains(self.holder)) {
                return Ok(Names::Asked);
            }
        }
        Ok(Names::All)
    }

    fn files(&self) -> impl Iterator<Item = (&SubjectId, &CaseFile)> {
        self.named.names().iter().zip(self.named.files().iter().map(Deref::deref))
    }

    /// What a window said within a time that it looked at, of whom this file is, by keys of which nothing is said.
    fn seen(
        &self,
        file: &CaseFile,
        window: &AuthorityId,
        within: (Bound<RecordedTime>, Bound<RecordedTime>),
    ) -> Result<Vec<Seen>, S::Error> {
        let mut seen = Vec::new();
        let lately = |item: &Item| within.contains(&item.recorded_at) && item.entry.is_in(self.moment.known);
        for (_, item) in file.of_class(Class::Plain).filter(|(_, item)| lately(item)) {
            if is_suspect(self.source.governance(), item, self.moment) {
                continue;
            }
            let found = self.source.event(item.entry)?;
            if let (true, Body::SubjectVerified(body)) = (found.issuer == *window, found.body) {
                seen.push(Seen { also: body.also });
            }
        }
        Ok(seen)
    }
}

/// A consent as the subject gave it. Only a window says that it looked at somebody.
fn consent<S: CaseFileSource>(
    looks: &Looks<'_, S>,
    (item, until): (&Item, Option<Date>),
    stands: bool,
) -> Result<GivenConsent, S::Error> {
    let found = looks.source.event(item.entry)?;
    let grantee = match found.body {
        Body::ConsentGranted(body) => body.grantee,
        _ => None,
    };
    let (looked, names) = looks.before(item, &found.issuer)?;
    let taken_by = looked.then_some(found.issuer);
    Ok(GivenConsent { entry: item.entry, grantee, until, stands, taken_by, names })
}

/// That a window looked at who stood there, if the event in the file of the name that is asked about says so.
fn verification<S: CaseFileSource>(
    looks: &Looks<'_, S>,
    item: &Item,
) -> Result<Option<GivenVerification>, S::Error> {
    let found = looks.source.event(item.entry)?;
    let Body::SubjectVerified(body) = found.body else { return Ok(None) };
    let within = (Bound::Included(looked_since(looks.moment.valid_at)), Bound::Unbounded);
    let names = looks.names(&[Seen { also: body.also }], &found.issuer, within)?;
    Ok(Some(GivenVerification { by: found.issuer, recorded_at: item.recorded_at, names }))
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
