//! Which subjects went on in the one that is asked about. Each merger stands in the stream of the one that ended, and is
//! held against that one's file: what was stated of it since may have taken the merger back.

use super::measures::Inherited;
use super::page::{MOST_BESIDE, MOST_NAMED};
use super::suspicion::Suspicion;
use super::{Projector, case_of, names};
use crate::casefile::{AsOf, CaseAsOf, CaseFile, Fact, Identity, Item, Named, Sight, Viewer};
use crate::definition::Domain;
use crate::governance::Governance;
use crate::id::SubjectId;
use std::collections::BTreeSet;
use std::sync::Arc;
use tlog::position::EntryIndex;

/// The subjects that went on in another.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct MergedFrom {
    /// Which: the first, at most a hundred.
    pub subjects: Vec<SubjectId>,
    /// How many more mergers are said to have been, which were not held against their files.
    pub more: usize,
    /// The entries of these mergers.
    pub(super) entries: Vec<EntryIndex>,
    /// The entries that say of a key in wrong hands that it signed one of these mergers (P26).
    pub(super) compromised: BTreeSet<EntryIndex>,
}

/// Those that went on in a subject, by any of its names, by themselves or with what they went on in, at two instants, and at
/// the moment of asking where that bounds the reader: what was taken back since is not told.
pub(super) fn of<E>(
    case_file: impl Fn(&SubjectId) -> Result<Arc<CaseFile>, E>,
    governance: &Governance,
    names: &[SubjectId],
    (as_of, viewer): (AsOf, Viewer),
) -> Result<MergedFrom, E> {
    let (mut found, mut looked_at) = (MergedFrom::default(), 0);
    // What a body took over goes on with it when it is merged in turn, under whichever of its names that was. A name is
    // asked about once: two names may have been linked since one was merged into the other.
    let mut reached = names.to_vec();
    let mut next = 0;
    while let Some(name) = reached.get(next).cloned() {
        next += 1;
        let mergers = governance.mergers.that_went_on_in(&name, as_of.valid_at, as_of.known);
        // That an enterprise goes on from a person is told to those who may know of the person.
        let told = mergers.filter(|(of, _)| viewer.sight >= Sight::Restricted || !of.is_natural());
        for (of, entry) in told {
            if reached.contains(of) {
                continue;
            }
            if looked_at >= MOST_NAMED {
                found.more += 1;
                continue;
            }
            looked_at += 1;
            let file = case_file(of)?;
            let at = |as_of| case_of(of, &file, governance, as_of);
            let (case, now) = (at(viewer.judged_by(as_of)), viewer.bound(as_of).map(at));
            let told = now.as_ref().unwrap_or(&case);
            let (Some(_), Some(merger)) = (merger_of(&case, entry), merger_of(told, entry)) else { continue };
            let suspicion = Suspicion { case: told, directory: &governance.directory };
            found.compromised.extend(suspicion.of_all(std::iter::once(merger)));
            found.subjects.push(of.clone());
            found.entries.push(entry);
            let named = Named::read_by(viewer.names, &case_file, of, viewer.judged_by(as_of).known)?;
            reached.extend(named.names().iter().cloned());
        }
    }
    Ok(found)
}

/// The merger of this entry, where it is the one that counts of its subject: the last, unless it was stated anew since who
/// that is.
fn merger_of<'a>(case: &CaseAsOf<'a>, entry: EntryIndex) -> Option<&'a Item> {
    let mut begun = case.file.registrations().filter(|item| case.has_begun(item));
    let last = begun.rfind(|item| matches!(item.fact, Fact::Identity(Identity::Merged)));
    last.filter(|merger| merger.entry == entry && !case.is_stated_anew(merger))
}

/// What keeps a subject out of a domain that went on in it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct KeptOut {
    /// From whom, as far as the reader is told.
    pub(super) inherited: Vec<Inherited>,
    /// How many more are said to have gone on in it, which were not asked about.
    pub(super) unasked: usize,
}

/// Which of those that went on in a subject are kept out of a domain, as far as the reader is told: what was imposed on them
/// goes on with it.
pub(super) fn kept_out<E>(
    case_file: impl Fn(&SubjectId) -> Result<Arc<CaseFile>, E>,
    governance: &Governance,
    (names, domain): (&[SubjectId], Domain),
    (as_of, viewer): (AsOf, Viewer),
) -> Result<KeptOut, E> {
    // Whoever decides is told of all that went on in it.
    let decides = viewer.letters.reach(domain);
    let finder =
        if decides { Viewer { sight: viewer.sight.max(Sight::Restricted), ..viewer } } else { viewer };
    let merged = of(&case_file, governance, names, (as_of, finder))?;
    let mut closed = KeptOut { unasked: merged.more, ..KeptOut::default() };
    for one in merged.subjects {
        let named = names::under_all_names(&case_file, &one, (as_of, viewer))?;
        let projector = Projector::new(&one, &named.file, governance, as_of, viewer);
        let mut found = projector.showing_alone(named.shown).eligibility(domain);
        if found.eligible == Some(false) {
            found.reasons.truncate(MOST_BESIDE);
            closed.inherited.push(Inherited { subject: one, reasons: found.reasons });
        }
    }
    Ok(closed)
}
