//! What has left a list: the notice to stop using it.

use super::names::OneName;
use super::suspicion::Suspicion;
use super::{MarkLine, Page};
use crate::authority::Directory;
use crate::casefile::{CaseAsOf, Cause, Fact, ItemNumber, Sight, Viewer};
use crate::event::Class;
use crate::id::{EventId, ListCode, SubjectId};
use crate::rule::ProjectionRule;
use crate::time::ValidTime;
use serde::Serialize;
use tlog::defect::{OrDefect as _, as_u64, as_usize};
use tlog::position::EntryIndex;

/// What left a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Departures {
    /// The list.
    pub list: ListCode,
    /// The entries that hold no more, the last to leave first. Whoever has another that holds, by whatever identifier, is on the
    /// list still.
    pub departures: Vec<Departure>,
    /// The cursor of the next page, where there is one: how many departures come before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<u64>,
}

/// An entry that left a list: whoever has copied it has to stop using it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Departure {
    /// The `listing.entered` event.
    pub event: EventId,
    /// Its entry; not told to the public, to whom it is no entry any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub entry: Option<EntryIndex>,
    /// From when on it holds no more, RFC 3339; to the public, the beginning of that day.
    pub at: ValidTime,
    /// Why, in a word; not told to the public, who would learn from it what became of the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub cause: Option<Cause>,
    /// The rule by which it follows; told with the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub rule: Option<ProjectionRule>,
    /// Where a key may have been in wrong hands when it signed the entry, or what made it leave (P26).
    pub marks: Vec<MarkLine>,
    /// Whom it was about, for those who may still see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectId>,
}

/// What has left a list by the valid instant: the notice to stop using it (plan 4.2-1(5): exits with equal
/// prominence). The public learns that an entry left, not whom it was about.
#[derive(Debug, Default)]
pub(super) struct Departed(Vec<Departure>);

/// One subject's part in it.
struct Leaver<'a, 'c> {
    suspicion: Suspicion<'a, 'c>,
    sight: Sight,
    /// The instant by which it has left.
    last: ValidTime,
}

impl Departed {
    pub(super) fn take<'a>(
        &mut self,
        case: &CaseAsOf<'a>,
        directory: &'a Directory,
        (list, of): (&ListCode, &OneName<'_>),
        viewer: Viewer,
    ) {
        // Else two answers would say which entry made something leave.
        let known = case.at(viewer.judged_by(case.as_of));
        let now = viewer.bound(case.as_of).map(|now| case.at(now));
        // What is yet to leave is told to those who see what is on the list now: the public may not see it.
        let last =
            now.as_ref().map_or(known.as_of.valid_at, |now| now.as_of.valid_at.min(known.as_of.valid_at));
        let suspicion = Suspicion { case: &known, directory };
        let leaver = Leaver { suspicion, sight: viewer.sight, last };
        let own = known.begun(Class::Listing).filter(|(_, item)| of.has(item));
        let left = own.filter_map(|(number, item)| {
            let on_list = matches!(&item.fact, Fact::Listing(listing) if listing.list == *list);
            // What is not of the reader's class any more is not told either.
            let told = |now: &CaseAsOf<'_>| viewer.sight.reaches(now.disclosure(number));
            let told = on_list && now.as_ref().is_none_or(told);
            told.then(|| leaver.departure(number)).flatten()
        });
        self.0.extend(left);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The last to leave first.
    pub(super) fn departures(self, list: &ListCode) -> Departures {
        let mut departures = self.0;
        departures
            .sort_by_key(|departure| std::cmp::Reverse((departure.at, departure.entry, departure.event)));
        Departures { list: list.clone(), departures, next: None }
    }
}

impl Departures {
    /// The part of them that a page asks for.
    #[must_use]
    pub fn page(&self, page: Page) -> Self {
        let before = as_usize(page.after.map_or(0, EntryIndex::get)).min(self.departures.len());
        let rest = self.departures.get(before..).or_defect("a cursor is bounded by what there is");
        let shown = page.limit.and_then(|limit| rest.get(..limit.get())).unwrap_or(rest);
        let next = (shown.len() < rest.len()).then(|| as_u64(before + shown.len()));
        Self { list: self.list.clone(), departures: shown.to_vec(), next }
    }
}

impl Leaver<'_, '_> {
    fn departure(&self, number: ItemNumber) -> Option<Departure> {
        let (case, seen) = (self.suspicion.case, self.sight >= Sight::Restricted);
        let item = case.file.get(number)?;
        let end = case.end(number).filter(|end| end.at <= self.last)?;
        self.sight.reaches(case.disclosure(number)).then(|| Departure {
            event: item.id,
            entry: seen.then_some(item.entry),
            // When in its day it left would tell which entry says so.
            at: if seen { end.at } else { end.at.date().start_of_day() },
            cause: seen.then_some(end.cause),
            rule: seen.then(|| end.cause.rule()),
            marks: MarkLine::of_compromised(&self.suspicion.on(number, |_| seen), self.sight),
            subject: seen.then(|| case.subject.clone()),
        })
    }
}
