//! Editions of lists: a list as it was published on a date.

use super::leaf::in_order;
use super::names::OneName;
use super::page::is_none;
use super::{Line, MarkLine, Page, Projector};
use crate::casefile::{Fact, Item, ItemNumber, Sight};
use crate::event::{Body, Class, Extra, Step, StepKind};
use crate::id::{ListCode, SubjectId};
use serde::Serialize;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use tlog::defect::OrDefect as _;
use tlog::position::EntryIndex;

/// A list as published at two instants. Rows stand in the list's own order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edition {
    /// The list.
    pub list: ListCode,
    /// Its members: one for each entry that holds.
    pub members: Vec<Member>,
    /// How many subjects all members of the list are, on whatever page: who has several entries counts once, and so does a body
    /// that has them under several names.
    pub subject_count: usize,
    /// How many entries in force were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// Where a key may have been in wrong hands when it signed something that keeps somebody off the list who was on it (P26).
    pub marks: Vec<MarkLine>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<EntryIndex>,
    /// The list's columns as the catalogue had them, in the order in which they are shown.
    #[serde(skip)]
    pub columns: Vec<String>,
}

/// One entry on a list that holds at the valid instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Whom it is about.
    pub subject: SubjectId,
    /// The other identifiers of the same body: by one of them another member may be about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub identifiers: Vec<SubjectId>,
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// What the list publishes, in the event's order of columns.
    #[serde(serialize_with = "row_in_order")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub row: Row,
    /// How many personal fields it has that are not shown here (D15).
    #[serde(default, skip_serializing_if = "is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub undisclosed: usize,
    /// Its number among the rows, where the list keeps an order of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// A row: columns and values, in the event's order.
pub type Row = Arc<[(String, String)]>;

/// Who is on a list at two instants, before anything is said of each: what pages are cut out of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roll {
    list: ListCode,
    places: Vec<RollPlace>,
    /// How many entries in force were left out because the reader may not see them.
    pub withheld: usize,
    /// The entries that say of keys in wrong hands that they signed what keeps somebody off the list (P26).
    suspect: BTreeSet<EntryIndex>,
    sight: Sight,
}

/// One place on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollPlace {
    order: Option<Box<str>>,
    /// The entry of the `listing.entered` event.
    pub entry: EntryIndex,
    /// Whom it is about.
    pub subject: SubjectId,
    /// The name by which it is counted, where that is another.
    counted_as: Option<SubjectId>,
}

impl Roll {
    pub(super) const fn new(list: ListCode, sight: Sight) -> Self {
        Self { list, places: Vec::new(), withheld: 0, suspect: BTreeSet::new(), sight }
    }

    /// Takes in the subject's entries on the list that hold at the valid instant, as the reader sees them, and how
    /// many hold but are left out.
    pub(super) fn take(&mut self, projector: &Projector<'_>, of: &OneName<'_>) {
        let case = &projector.case;
        for (number, item) in case.begun(Class::Listing).filter(|(_, item)| of.has(item)) {
            let Fact::Listing(listing) = &item.fact else { continue };
            if listing.list != self.list {
                continue;
            }
            let shown = projector.shows(number);
            // What the public and departments see is in force; others see what has ended too.
            if shown && (projector.sight < Sight::Restricted || case.in_force(number)) {
                let (order, entry, subject) = (listing.order.clone(), item.entry, case.subject.clone());
                let counted_as = of.counted_as().cloned();
                self.places.push(RollPlace { order, entry, subject, counted_as });
            } else {
                self.withheld += usize::from(!shown && case.in_force(number));
                self.suspect.extend(projector.keeps_off(number));
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.places.extend(other.places);
        self.withheld += other.withheld;
        self.suspect.extend(other.suspect);
    }

    pub(super) fn in_order(mut self) -> Self {
        self.places.sort_unstable_by(|a, b| (&a.order, a.entry).cmp(&(&b.order, b.entry)));
        self
    }

    pub(super) fn marks(&self) -> Vec<MarkLine> {
        MarkLine::of_compromised(&self.suspect, self.sight)
    }

    /// How many subjects are on it, each once, however many entries and names it has.
    #[must_use]
    pub fn subjects(&self) -> usize {
        let counted = self.places.iter().map(|place| place.counted_as.as_ref().unwrap_or(&place.subject));
        counted.collect::<HashSet<_>>().len()
    }

    /// How many entries are on it.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nobody is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The places that a page asks for, and the cursor of the next page where there is one; the cursor where it is
    /// not the entry of a member.
    pub fn page(&self, page: Page) -> Result<(&[RollPlace], Option<EntryIndex>), EntryIndex> {
        let from = match page.after {
            None => 0,
            Some(after) => 1 + self.places.iter().position(|place| place.entry == after).ok_or(after)?,
        };
        let rest = self.places.get(from..).or_defect("what is found in places lies within them");
        let shown = page.limit.and_then(|limit| rest.get(..limit.get())).unwrap_or(rest);
        let next = (shown.len() < rest.len()).then(|| shown.last().map(|place| place.entry)).flatten();
        Ok((shown, next))
    }
}

impl Projector<'_> {
    /// The entries that say of keys in wrong hands that they signed what keeps an entry off its list, as far as it is told that
    /// it left: to the public as is known now, whatever is asked about.
    fn keeps_off(&self, number: ItemNumber) -> BTreeSet<EntryIndex> {
        let suspicion = self.suspicion();
        let case = suspicion.case;
        let told = !case.in_force(number) && self.sight.reaches(case.disclosure(number));
        if told { suspicion.on(number, |ground| self.shows(ground)) } else { BTreeSet::new() }
    }

    /// The member of a list that the `listing.entered` event of an entry makes of the subject.
    pub fn member(&self, entry: EntryIndex) -> Option<Member> {
        let number = self.case.file.number_of(entry)?;
        let item = self.case.file.get(number)?;
        let Fact::Listing(listing) = &item.fact else { return None };
        let (row, undisclosed) = self.row(number, item);
        Some(Member {
            subject: self.case.subject.clone(),
            identifiers: self.other_names().cloned().collect(),
            line: self.line(number)?,
            row: row.into(),
            undisclosed,
            order: listing.order.as_deref().map(str::to_owned),
        })
    }
}

impl Projector<'_> {
    /// What a list publishes of an entry, as last corrected, in the event's order of columns, then what the reader may see of what travels
    /// beside it, and how many columns are not shown; nothing where no event is read whole.
    pub(super) fn row(&self, number: ItemNumber, item: &Item) -> (Vec<(String, String)>, usize) {
        let corrected = self.correction(number, StepKind::ListingCorrected).map_or(item, |(_, step)| step);
        let Some(whole) = self.whole(corrected) else { return (Vec::new(), 0) };
        let shown = |row: &[(String, String)]| {
            (row.iter().cloned().chain(whole.within("row")).collect(), whole.undisclosed)
        };
        match &whole.body {
            Body::ListingEntered(body) => shown(&body.row),
            Body::Step(Step { extra: Extra::Row(row), .. }) => shown(row),
            _ => (Vec::new(), 0),
        }
    }
}

fn row_in_order<S: serde::Serializer>(row: &Row, serializer: S) -> Result<S::Ok, S::Error> {
    in_order(row.iter(), serializer)
}
