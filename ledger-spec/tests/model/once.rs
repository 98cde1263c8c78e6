//! The reference's rules about what happens once, and what may not stand beside what.

use crate::force::{self, in_force};
use crate::history::{Accepted, History, Stated};
use crate::openings::asked_at;
use crate::reference::{Question, phase, severity};

/// Whether an entry is on a list of the seriously dishonest.
pub fn is_serious(past: &History, entry: &Accepted) -> bool {
    entry.event.kind == "listing.entered"
        && past
            .definition("list", entry.event.text("list").unwrap(), asked_at(&entry.event))
            .is_some_and(|list| list["serious"] == true)
}

/// Whether the subject is on such a list when the event begins to hold; or now, where no document shows that it was decided
/// before.
pub fn is_seriously_listed(q: &Question<'_>) -> bool {
    let at =
        |at| q.past.person(&q.event.subject).any(|one| is_serious(q.past, one) && in_force(q.past, one, at));
    at(q.event.valid_from) || q.event.decision_day().is_none() && at(q.now.max(q.event.valid_from))
}

/// L19: whether something earlier leaves no room for this on the same ground: it holds on some day of this one's life, or was
/// lived through to its end.
pub fn stands_in_the_way(past: &History, one: &Accepted, event: &Stated, on_ground: bool) -> bool {
    if event.date("until").is_some_and(|until| until < one.event.day()) {
        return false;
    }
    let at = event.valid_from;
    !force::has_ended_by(past, one, at) || on_ground && force::is_lived_through(past, one, at)
}

/// What something rests on in the end.
pub fn root_of<'a>(past: &'a History, thing: &'a Accepted) -> &'a Accepted {
    let beneath = match thing.event.kind.as_str() {
        "listing.entered" => thing.event.text("record"),
        "record.filed" => thing.event.text("rests_on"),
        _ => None,
    };
    beneath.and_then(|id| past.find(&thing.event.subject, id)).map_or(thing, |on| root_of(past, on))
}

/// A04: the same decision was recorded milder before, and that was filed in error.
pub fn is_graver_than_retracted(past: &History, event: &Stated) -> bool {
    let rank = |severity: Option<&str>| {
        ["minor", "general", "serious"].iter().position(|one| Some(*one) == severity)
    };
    past.person(&event.subject).any(|one| {
        one.event.kind == "record.filed"
            && one.event.text("type") == event.text("type")
            && one.event.body["decision"]["number"] == event.body["decision"]["number"]
            && one.event.decision_day() == event.decision_day()
            && past.acts_for(&event.issuer, &one.event.issuer)
            && phase(past, one) == Some("retracted")
            && severity(past, one, event.valid_from)
                .is_some_and(|stated| rank(event.text("severity")) > rank(Some(&stated)))
    })
}
