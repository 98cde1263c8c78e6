//! Editions of lists: a list as it was published on a date.

use super::{Line, Sight, View};
use crate::casefile::{Fact, Place};
use crate::event::Class;
use crate::id::ListCode;
use serde::Serialize;
use std::sync::Arc;
use tlog::position::EntryIndex;

/// A list as published at two instants. Rows stand in the list's own order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edition {
    /// The list.
    pub list: String,
    /// Its members.
    pub members: Vec<Member>,
    /// How many entries in force were left out because the reader may not see them.
    pub withheld: usize,
}

/// One entry on a list that holds at the valid instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Whom it is about.
    pub subject: String,
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// What the list publishes, in the event's order of columns.
    #[serde(serialize_with = "in_order")]
    pub row: Row,
    /// Its place among the rows, where the list keeps an order of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// A row: columns and values, in the event's order.
pub type Row = Arc<[(String, String)]>;

impl View<'_> {
    /// The subject's entries on a list that hold at the valid instant, as the reader sees them, and how many
    /// hold but are left out.
    pub fn members(&self, list: &ListCode) -> (Vec<Member>, usize) {
        let on_list = self
            .lens
            .begun(Class::Listing)
            .filter(|(_, item)| matches!(&item.fact, Fact::Listing(listing) if listing.list == *list));
        let (mut members, mut withheld) = (Vec::new(), 0);
        for (place, _) in on_list {
            let shown = self.lens.shows(place, self.sight);
            // What the public and departments see is in force; others see what has ended too.
            if shown && (self.sight < Sight::Restricted || self.lens.in_force(place)) {
                members.extend(self.member(place));
            } else {
                withheld += usize::from(!shown && self.lens.in_force(place));
            }
        }
        (members, withheld)
    }

    fn member(&self, place: Place) -> Option<Member> {
        let Fact::Listing(listing) = &self.lens.file.get(place)?.fact else { return None };
        Some(Member {
            subject: self.lens.subject.to_string(),
            line: self.line(place)?,
            row: listing.row.clone(),
            order: listing.order.as_deref().map(str::to_owned),
        })
    }
}

impl Edition {
    /// The edition of the members of many subjects.
    pub fn of(list: &ListCode, parts: impl IntoIterator<Item = (Vec<Member>, usize)>) -> Self {
        let mut edition = Self { list: list.to_string(), members: Vec::new(), withheld: 0 };
        for (members, withheld) in parts {
            edition.members.extend(members);
            edition.withheld += withheld;
        }
        edition.members.sort_by(|a, b| (&a.order, a.line.entry).cmp(&(&b.order, b.line.entry)));
        edition
    }
}

impl Edition {
    /// The members after the one with the entry `after`, at most `limit`, and the entry of the last where
    /// more follow; `None` where no member has that entry.
    pub fn page(
        mut self,
        after: Option<EntryIndex>,
        limit: Option<usize>,
    ) -> Option<(Self, Option<EntryIndex>)> {
        if let Some(after) = after {
            let at = self.members.iter().position(|member| member.line.entry == after.get())?;
            self.members.drain(..=at);
        }
        let more = limit.is_some_and(|limit| self.members.len() > limit);
        self.members.truncate(limit.unwrap_or(usize::MAX));
        let next = self.members.last().filter(|_| more).map(|member| EntryIndex::new(member.line.entry));
        Some((self, next))
    }
}

fn in_order<S: serde::Serializer>(row: &Row, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(row.iter().map(|(column, value)| (column, value)))
}
