//! Editions of lists: a list as it was published on a date.

use super::{Line, View};
use crate::casefile::{Fact, Place};
use crate::event::{Body, Class};
use crate::id::ListCode;
use serde::Serialize;

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
pub type Row = Vec<(String, String)>;

impl View<'_> {
    /// The subject's entries on a list that hold at the valid instant, as the reader sees them, and how many
    /// hold but are left out.
    pub fn members(&self, list: &ListCode) -> (Vec<Member>, usize) {
        let on_list = self.lens.begun(Class::Listing).filter(|(place, item)| {
            matches!(&item.fact, Fact::Listing(listing) if listing.list == *list)
                && self.lens.in_force(*place)
        });
        let (mut members, mut withheld) = (Vec::new(), 0);
        for (place, _) in on_list {
            if self.lens.shows(place, self.sight) {
                members.extend(self.member(place));
            } else {
                withheld += 1;
            }
        }
        (members, withheld)
    }

    fn member(&self, place: Place) -> Option<Member> {
        let (row, order) = match self.lens.file.get(place)?.body() {
            Some(Body::ListingEntered(body)) => (body.row.clone(), body.order.clone()),
            _ => (Vec::new(), None),
        };
        Some(Member { subject: self.lens.subject.to_string(), line: self.line(place)?, row, order })
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

fn in_order<S: serde::Serializer>(row: &Row, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(row.iter().map(|(column, value)| (column, value)))
}
