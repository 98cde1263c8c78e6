//! Editions of lists: a list as it was published on a date.

use super::leaf::in_order;
use super::{Line, Page, Projector};
use crate::authority::Directory;
use crate::casefile::{AsOf, CaseFiles, Fact, ItemNumber, Sight};
use crate::catalogue::Catalogue;
use crate::event::Class;
use crate::id::{ListCode, SubjectId};
use serde::Serialize;
use std::sync::Arc;
use tlog::defect::OrDefect as _;
use tlog::position::EntryIndex;

/// A list as published at two instants. Rows stand in the list's own order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edition {
    /// The list.
    pub list: ListCode,
    /// Its members.
    pub members: Vec<Member>,
    /// How many entries in force were left out because the reader may not see them.
    pub withheld: usize,
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
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// What the list publishes, in the event's order of columns.
    #[serde(serialize_with = "row_in_order")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub row: Row,
    /// Its number among the rows, where the list keeps an order of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// A row: columns and values, in the event's order.
pub type Row = Arc<[(String, String)]>;

impl Projector<'_> {
    /// The subject's entries on a list that hold at the valid instant, as the reader sees them, and how many
    /// hold but are left out.
    pub fn members(&self, list: &ListCode) -> (Vec<Member>, usize) {
        let on_list = self
            .case
            .begun(Class::Listing)
            .filter(|(_, item)| matches!(&item.fact, Fact::Listing(listing) if listing.list == *list));
        let (mut members, mut withheld) = (Vec::new(), 0);
        for (number, _) in on_list {
            let shown = self.case.shows(number, self.sight);
            // What the public and departments see is in force; others see what has ended too.
            if shown && (self.sight < Sight::Restricted || self.case.in_force(number)) {
                members.push(self.member(number).or_defect("a listing that is shown is known"));
            } else {
                withheld += usize::from(!shown && self.case.in_force(number));
            }
        }
        (members, withheld)
    }

    fn member(&self, number: ItemNumber) -> Option<Member> {
        let Fact::Listing(listing) = &self.case.file.get(number)?.fact else { return None };
        Some(Member {
            subject: self.case.subject.clone(),
            line: self.line(number)?,
            row: listing.row.clone(),
            order: listing.order.as_deref().map(str::to_owned),
        })
    }
}

impl CaseFiles {
    /// A list as it stood at two instants.
    pub fn edition(
        &self,
        list: &ListCode,
        governance: (&Catalogue, &Directory),
        as_of: AsOf,
        sight: Sight,
    ) -> Edition {
        let parts = self.subjects_of(list).map(|(subject, file)| {
            let view = Projector::new(subject, file, governance, as_of, sight);
            view.members(list)
        });
        let mut edition = Edition::of(list, parts);
        let lists = &governance.0.lists;
        let adopted = lists.at(list, as_of.valid_at, as_of.known).or_else(|| lists.last_status(list));
        edition.columns = adopted.map(|adopted| adopted.columns.clone()).unwrap_or_default();
        edition
    }
}

impl Edition {
    /// The edition of the members of many subjects.
    pub fn of(list: &ListCode, parts: impl IntoIterator<Item = (Vec<Member>, usize)>) -> Self {
        let mut edition =
            Self { list: list.clone(), members: Vec::new(), withheld: 0, next: None, columns: Vec::new() };
        for (members, withheld) in parts {
            edition.members.extend(members);
            edition.withheld += withheld;
        }
        edition.members.sort_by(|a, b| (&a.order, a.line.entry).cmp(&(&b.order, b.line.entry)));
        edition
    }
}

impl Edition {
    /// The part of it that a page asks for; the cursor where it is not the entry of a member.
    pub fn page(mut self, page: Page) -> Result<Self, EntryIndex> {
        self.next = page.of(&mut self.members, |member| member.line.entry)?;
        Ok(self)
    }
}

fn row_in_order<S: serde::Serializer>(row: &Row, serializer: S) -> Result<S::Ok, S::Error> {
    in_order(row.iter(), serializer)
}
