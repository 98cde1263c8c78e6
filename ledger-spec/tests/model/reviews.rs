//! The reference's rules about reviews of decisions.

use crate::decision::{Names, about, again, is_of_market, known_again, maker};
use crate::history::{Accepted, History, Stated};
use crate::once::{folded, names_one_number};
use crate::reference::{Question, phase};
use ledger_spec::time::ValidTime;

/// L16, A03 of a review that is closed.
pub fn closed(q: &mut Question<'_>, record: &Accepted) {
    let opened = opened_by(q.past, record, Names::Own, q.event.valid_from);
    q.refuse_if(opened.is_none(), "L16");
    // Who reviews, of those of these worlds, is a court.
    let own = !q.has_role(&["court"]);
    let made = maker(q.past, record);
    let of_source =
        |opened: &str| [made, &record.event.issuer].iter().any(|one| q.past.is_one_source(opened, one));
    let of_another =
        opened.is_some_and(|opened| !of_source(opened) && !q.past.acts_for(&q.event.issuer, opened));
    let judged = matches!(q.event.text("outcome"), Some("unlawful" | "restored"));
    let revoked = phase(q.past, record) == Some("revoked") && says_that_it_stands(q.event);
    q.refuse_if((judged || revoked) && q.event.body["decision"].is_null(), "A03");
    q.refuse_if(!restores_what_was_decided(q, record), "L15");
    q.refuse_if(own && (of_another || q.event.body["decision"].is_null()), "A03");
    let alters = own && says_that_it_stands(q.event);
    q.refuse_if(alters && judged_by_court(q.past, record).is_some(), "L17");
    // Nobody reviews what it decided by a document of its own.
    let decision = &q.event.body["decision"];
    let name = |decision: &serde_json::Value| decision["issued_by"].as_str().map(folded);
    let by_another = name(decision).is_some()
        && name(decision) != name(&record.event.body["decision"])
        && !(is_of_market(decision) && q.past.is_one_source(made, "market"));
    q.refuse_if(alters && !by_another, "A03");
}

/// L16: what a court judged, it alone opens again, and, where that is not the last word, who decided.
pub fn opened(q: &mut Question<'_>, record: &Accepted) {
    let judged = judged_by_court(q.past, record).filter(|_| !q.has_role(&["court"]));
    let source = q.past.acts_for(&q.event.issuer, maker(q.past, record));
    q.refuse_if(judged.is_some_and(|step| step.event.flag("final") || !source), "L16");
}

/// The last step on a record's decision by which a court annulled or altered it, gave it back, or judged in the last instance.
fn judged_by_court<'a>(past: &'a History, record: &'a Accepted) -> Option<&'a Accepted> {
    let judges = |one: &&Accepted| {
        let step = &one.event;
        let last = step.flag("final") && matches!(step.text("outcome"), Some("upheld"));
        (step.kind == "record.revoked" || says_that_it_stands(step) || last) && was_court(past, one)
    };
    about(past, &again(past, record, Names::Own)).into_iter().rfind(judges)
}

/// Whether who issued this was a court then.
fn was_court(past: &History, one: &Accepted) -> bool {
    let before = History(past.0[..one.at].to_vec(), false);
    before.capacity(&one.event.issuer).is_some_and(|(roles, _)| roles.contains(&"court"))
}

/// L17: who only filed a record corrects it by no document of its own.
pub fn may_correct(q: &Question<'_>, record: &Accepted) -> bool {
    let (past, event) = (q.past, q.event);
    let decision = &event.body["decision"];
    if decision.is_null() || past.acts_for(&event.issuer, maker(past, record)) {
        return true;
    }
    let of_another = decision["issued_by"].is_string()
        && !(is_of_market(decision) && past.is_one_source(&event.issuer, "market"));
    let reviewed = about(past, &again(past, record, Names::Own)).into_iter().any(|one| {
        one.event.kind == "record.review_closed"
            && one.event.valid_from <= event.valid_from
            && one.event.decision_day() == event.decision_day()
            && names_one_number(&one.event, event)
            && !past.is_one_source(&one.event.issuer, maker(past, record))
    });
    of_another || reviewed || names_one_number(&record.event, event)
}

/// Whether a step closes a review by which the decision stands, as it was or otherwise.
pub fn says_that_it_stands(step: &Stated) -> bool {
    step.kind == "record.review_closed"
        && matches!(step.text("outcome"), Some("changed" | "restored" | "unlawful"))
}

/// L15: what stands again is what a later decision made of the first, where the review restores anything.
fn restores_what_was_decided(q: &Question<'_>, record: &Accepted) -> bool {
    let stands = &q.event.body["restores"];
    let stands = Stated { body: serde_json::json!({ "decision": stands }), ..q.event.clone() };
    let is_it = |one: &&Accepted| {
        one.event.decision_day() == stands.decision_day() && names_one_number(&one.event, &stands)
    };
    stands.decision_day().is_none()
        || q.event.text("outcome") == Some("restored")
            && about(q.past, &again(q.past, record, Names::Own)).iter().any(is_it)
}

/// Whether a record's decision is under review at a valid time, by what began by then, in the log's order.
pub fn is_pending(past: &History, record: &Accepted, at: ValidTime) -> bool {
    opened_by(past, record, Names::Any, at).is_some()
}

/// Who said that a record's decision is under review, where that is so. No time for going to court after a reconsideration is
/// adopted in these worlds.
fn opened_by<'a>(past: &'a History, record: &'a Accepted, names: Names, at: ValidTime) -> Option<&'a str> {
    opened_within(past, record, names, (at, past.0.len()))
}

/// The same by what so many entries say.
pub fn opened_within<'a>(
    past: &'a History,
    record: &'a Accepted,
    names: Names,
    (at, known): (ValidTime, usize),
) -> Option<&'a str> {
    let records = known_again(past, record, names, known);
    let mut said: Vec<&Accepted> = about(past, &records);
    said.extend(&records);
    said.sort_by_key(|one| one.at);
    let mut pending = None;
    for one in said.into_iter().filter(|one| one.at < known && one.event.valid_from <= at) {
        let issuer = one.event.issuer.as_str();
        match one.event.kind.as_str() {
            "record.filed" if one.event.text("review") == Some("pending") => pending = Some(issuer),
            "record.review_opened" => pending = Some(issuer),
            "record.review_closed" | "record.revoked" => pending = None,
            "record.corrected" if !one.event.body["decision"].is_null() => {
                let says = |field: &&str| one.event.text(field).is_some();
                let changes = ["severity", "summary", "restriction_until"].iter().any(says);
                let own = |opened: &str| past.is_one_source(opened, maker(past, record));
                pending = pending.filter(|opened| !changes || !own(opened));
            }
            _ => {}
        }
    }
    pending
}
