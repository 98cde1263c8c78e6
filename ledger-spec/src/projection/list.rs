//! Who was on a list: a fold of the list's own stream.

use super::{AsOf, KnownEvent, Life, known};
use crate::event::Body;
use crate::id::{AuthorityId, EventId, ListCode, SubjectId};
use crate::position::EntryIndex;
use crate::time::ValidTime;
use std::collections::HashMap;

/// The members of a list at two instants, in the list's own order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The list.
    pub list: ListCode,
    /// The instants.
    pub as_of: AsOf,
    /// The members.
    pub members: Vec<Member>,
}

/// One entry on a list that holds at the valid instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The `listing.entered` event.
    pub listing: EventId,
    /// Its entry.
    pub entry: EntryIndex,
    /// Whom it is about.
    pub subject: SubjectId,
    /// Who entered it.
    pub issuer: AuthorityId,
    /// Since when (valid time).
    pub from: ValidTime,
    /// What the list publishes, in the event's order of columns.
    pub row: Vec<(String, String)>,
    /// Its place among the rows, where the list keeps an order of its own.
    pub order: Option<String>,
}

/// Computes the members of `list` from the events of its stream, in the log's order. By P05 and P06
/// an entry is on the list from its valid time until the valid time of its removal.
pub fn fold_list(list: &ListCode, events: &[KnownEvent], as_of: AsOf) -> Membership {
    let mut entered: Vec<Member> = Vec::new();
    let mut until: HashMap<(SubjectId, EventId), ValidTime> = HashMap::new();
    for KnownEvent { index, event, .. } in known(events, &as_of) {
        match &event.body {
            Body::ListingEntered(body) if body.list == *list => entered.push(Member {
                listing: event.id,
                entry: *index,
                subject: event.subject.clone(),
                issuer: event.issuer.clone(),
                from: event.valid_from,
                row: body.row.clone(),
                order: body.order.clone(),
            }),
            Body::ListingRemoved(body) if body.list == *list => {
                until.insert((event.subject.clone(), body.listing), event.valid_from);
            }
            _ => {}
        }
    }
    let mut members: Vec<_> = entered
        .into_iter()
        .filter(|member| {
            let until = until.get(&(member.subject.clone(), member.listing)).copied();
            Life::at(as_of.valid_at, member.from, until) == Life::InForce
        })
        .collect();
    members.sort_by(|a, b| (&a.order, a.entry).cmp(&(&b.order, b.entry)));
    Membership { list: list.clone(), as_of, members }
}
