//! What has left a list: the notice to stop using it.

use super::Page;
use crate::casefile::{CaseAsOf, Cause, Fact, ItemNumber, Sight};
use crate::event::Class;
use crate::id::{EventId, ListCode, SubjectId};
use crate::rule::ProjectionRule;
use crate::time::ValidTime;
use serde::Serialize;
use tlog::position::EntryIndex;

/// What left a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Departures {
    /// The list.
    pub list: ListCode,
    /// The entries that hold no more, the last to leave first.
    pub departures: Vec<Departure>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// An entry that left a list: whoever has copied it has to stop using it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Departure {
    /// The `listing.entered` event.
    pub event: EventId,
    /// Its entry.
    pub entry: EntryIndex,
    /// From when on it holds no more, RFC 3339.
    pub at: ValidTime,
    /// Why, in a word.
    pub cause: Cause,
    /// The rule by which it follows.
    pub rule: ProjectionRule,
    /// Whom it was about, for those who may still see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectId>,
}

/// What has left a list by the valid instant: the notice to stop using it (plan 4.2-1(5): exits with equal
/// prominence). The public learns that an entry left, not whom it was about.
#[derive(Debug, Default)]
pub(super) struct Departed(Vec<Departure>);

impl Departed {
    pub(super) fn take(&mut self, case: &CaseAsOf<'_>, list: &ListCode, sight: Sight) {
        let left = case.begun(Class::Listing).filter_map(|(number, item)| {
            let on_list = matches!(&item.fact, Fact::Listing(listing) if listing.list == *list);
            on_list.then(|| departure(case, number, sight)).flatten()
        });
        self.0.extend(left);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The last to leave first.
    pub(super) fn departures(self, list: &ListCode) -> Departures {
        let mut departures = self.0;
        departures.sort_by_key(|departure| std::cmp::Reverse((departure.at, departure.entry)));
        Departures { list: list.clone(), departures, next: None }
    }
}

impl Departures {
    /// The part of them that a page asks for; the cursor where it is not the entry of a departure.
    pub fn page(&self, page: Page) -> Result<Self, EntryIndex> {
        let mut part = self.clone();
        part.next = page.of(&mut part.departures, |departure| departure.entry)?;
        Ok(part)
    }
}

fn departure(case: &CaseAsOf<'_>, number: ItemNumber, sight: Sight) -> Option<Departure> {
    let item = case.file.get(number)?;
    let end = case.end(number).filter(|end| end.at <= case.as_of.valid_at)?;
    let class = case.disclosure(number);
    let told = sight.reaches(class);
    let seen = sight >= Sight::Restricted;
    told.then(|| Departure {
        event: item.id,
        entry: item.entry,
        at: end.at,
        cause: end.cause,
        rule: end.cause.rule(),
        subject: seen.then(|| case.subject.clone()),
    })
}
