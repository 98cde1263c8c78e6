//! The reference's rule about corrections that free of what stands by a decision.

use crate::early_end::{ends_of, keeps_out};
use crate::force::{has_ended_by, last_day};
use crate::history::{Accepted, History};
use crate::openings::asked_at;
use crate::reference::Question;
use ledger_spec::time::ValidTime;

/// A03: by a correction without a decision no ban, and no entry on a list that takes one to be left, ends sooner.
pub fn freed(q: &mut Question<'_>) {
    if q.has_role(&["court"]) || !q.event.body["decision"].is_null() {
        return;
    }
    let at = q.event.valid_from;
    let mut after = History(q.past.0.clone(), q.past.1);
    after.push(q.event.clone(), q.now);
    let sooner = q.past.person(&q.event.subject).any(|one| {
        let was = first_end(q.past, one, at);
        let now = first_end(&after, one, at);
        is_kept(q.past, one)
            && was.is_none_or(|was| was > at)
            && now.is_some_and(|now| was.is_none_or(|was| now < was))
    });
    q.refuse_if(sooner, "A03");
}

/// Whether it takes a decision to end something sooner.
fn is_kept(past: &History, one: &Accepted) -> bool {
    match one.event.kind.as_str() {
        "measure.imposed" => keeps_out(past, one),
        "listing.entered" => {
            let list = past.definition("list", one.event.text("list").unwrap(), asked_at(&one.event));
            let bad = list.is_some_and(|list| list["polarity"] == "negative");
            let by = ends_of(past, one);
            bad && matches!(by, Some("term" | "term_and_application" | "application" | "decision"))
        }
        _ => false,
    }
}

/// The first moment from one on at which something has ended.
fn first_end(past: &History, thing: &Accepted, at: ValidTime) -> Option<ValidTime> {
    let mut times = vec![at];
    times.extend(past.person(&thing.event.subject).map(|one| one.event.valid_from));
    for one in past.person(&thing.event.subject) {
        let last = last_day(past, one, at);
        times.extend(last.map(|last| ValidTime::from_micros(last.end_of_day().micros() + 1).unwrap()));
    }
    times.retain(|time| *time >= at);
    times.sort_unstable();
    times.into_iter().find(|time| has_ended_by(past, thing, *time))
}
