//! What everybody may see. Until readers can be told apart, HTTP serves nothing else.
//!
//! An event is public unless it is about a person or a household, its type or list is not public in
//! the catalogue, or it rests on an event that is not public. Receipts show hashes only and are public.

use crate::wire::Withheld;
use ledger_spec::admission::Core;
use ledger_spec::event::{Body, Disclosure, Event};
use ledger_spec::id::{EventId, SubjectId};
use ledger_spec::projection::KnownEvent;
use std::collections::{BTreeSet, HashSet};

/// A subject's events that are public, what was left out, and which events that was.
#[derive(Debug)]
pub struct PublicPart {
    /// The public events, in the log's order.
    pub events: Vec<KnownEvent>,
    /// What was left out.
    pub withheld: Withheld,
    /// The ids of the events left out.
    pub hidden: HashSet<EventId>,
}

/// Whether an event is public, as far as it says itself: whether it rests on one that is not is seen
/// in its subject's stream ([`public_part`]).
pub fn is_public(event: &Event, core: &Core) -> bool {
    reason(event, core).is_none()
}

/// Whether a subject is a natural person or a household.
pub const fn is_natural(subject: &SubjectId) -> bool {
    matches!(subject, SubjectId::Person(_) | SubjectId::Household(_))
}

/// The event of the same subject that this one rests on, if its being public depends on that.
pub const fn rests_on(event: &Event) -> Option<EventId> {
    match &event.body {
        Body::RecordRevoked(body) => Some(body.record),
        Body::ListingRemoved(body) => Some(body.listing),
        Body::RepairApplied(body) => Some(body.target),
        Body::RepairDecided(body) => Some(body.application),
        _ => None,
    }
}

/// Leaves out of a subject's events, in the log's order, what is not public.
pub fn public_part(events: Vec<KnownEvent>, core: &Core) -> PublicPart {
    let mut reasons = BTreeSet::new();
    let mut hidden = HashSet::new();
    let mut public = Vec::with_capacity(events.len());
    for known in events {
        let based = rests_on(&known.event).filter(|base| hidden.contains(base));
        match reason(&known.event, core).or(based.map(|_| "rests-on-withheld")) {
            Some(reason) => {
                reasons.insert(reason);
                hidden.insert(known.event.id);
            }
            None => public.push(known),
        }
    }
    let count = u64::try_from(hidden.len()).unwrap_or(u64::MAX);
    PublicPart {
        events: public,
        withheld: Withheld { count, reasons: reasons.into_iter().collect() },
        hidden,
    }
}

/// Why an event by itself is not public.
fn reason(event: &Event, core: &Core) -> Option<&'static str> {
    if is_natural(&event.subject) {
        return Some("natural-person");
    }
    if let Body::RecordFiled(body) = &event.body {
        let adopted = core.catalogue.record_type(&body.record_type);
        let public = adopted.is_some_and(|adopted| adopted.definition.disclosure == Disclosure::Public);
        return (!public).then_some("not-public-type");
    }
    // That a list exists is public; what stands on it may not be.
    if matches!(event.body, Body::ListAdopted(_)) {
        return None;
    }
    let adopted = core.catalogue.list(event.list()?);
    let public = adopted.is_some_and(|adopted| adopted.definition.disclosure == Disclosure::Public);
    (!public).then_some("not-public-list")
}
