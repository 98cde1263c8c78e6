//! The reference's view of what is said beside a record: what came of reviews, objections and stays of its decision.

use crate::decision::{Names, about, known_again};
use crate::gravity::shown;
use crate::history::{Accepted, History, Stated};
use crate::masks::is_masked;
use crate::once::{is_void, names_one_number};
use crate::reference::phase_at;
use crate::reviews::{opened_within, says_that_it_stands};
use ledger_spec::time::ValidTime;
use std::collections::BTreeSet;

/// The marks of which this knows.
pub const MARKS: [&str; 7] = [
    "found-unlawful",
    "changed-on-review",
    "under-review",
    "objection-upheld",
    "publication-stayed",
    "execution-stayed",
    "masked",
];

/// Two instants: a valid time, and how many entries are known.
type When = (ValidTime, usize);

/// The marks of a record, of those above.
pub fn marks(past: &History, record: &Accepted, (at, known): When) -> BTreeSet<&'static str> {
    let records = known_again(past, record, Names::Own, known);
    let mut steps = about(past, &records);
    steps.retain(|one| one.at < known && one.event.valid_from <= at);
    let mut all = BTreeSet::new();
    if !is_void(past, record, at, known) {
        let decides = steps.iter().rfind(|one| says_that_it_stands(&one.event));
        let outcome = decides.and_then(|one| one.event.text("outcome"));
        all.extend((outcome == Some("unlawful")).then_some("found-unlawful"));
        // What another record says now, this one does not say by that, but where it took its place.
        let mut its = steps.clone();
        its.retain(|one| {
            let of = records.iter().find(|of| one.event.text("record") == Some(&of.event.id));
            let in_its_place =
                of.is_some_and(|of| one.at < record.at && shown(&of.event) == shown(&record.event));
            let own = one.event.text("record") == Some(&record.event.id);
            one.event.kind != "record.corrected" || own || in_its_place
        });
        all.extend(is_unrecorded(&its).then_some("changed-on-review"));
        let pending = opened_within(past, record, Names::Own, (at, known)).is_some();
        all.extend(pending.then_some("under-review"));
    }
    let aimed = |kind: &str, phase: &str| -> Vec<&Accepted> {
        let of = |one: &Accepted| {
            let target = one.event.text("target");
            one.event.kind == kind
                && (records.iter().any(|record| target == Some(&record.event.id))
                    || kind == "hold.placed" && target.is_none())
                && phase_at(past, one, at, known) == Some(phase)
        };
        past.stream(&record.event.subject).filter(|one| of(one)).collect()
    };
    let agree = |one: &Accepted, other: &Accepted| {
        ["severity", "restriction_until"].iter().all(|field| {
            let (one, other) = (last_said(one, field, &steps), last_said(other, field, &steps));
            one.is_none() || other.is_none() || one == other
        })
    };
    let unmet = |objection: &Accepted| {
        let corrected = |of: &Accepted| {
            steps.iter().any(|step| {
                step.at > objection.at
                    && step.event.kind == "record.corrected"
                    && step.event.text("record") == Some(&of.event.id)
            })
        };
        let target = records.iter().find(|one| objection.event.text("target") == Some(&one.event.id));
        let again = |filed: &Accepted| {
            target.is_some_and(|was| {
                filed.at > objection.at
                    && shown(&filed.event) == shown(&was.event)
                    && says_otherwise(filed, was, &steps)
            })
        };
        let by_another = |one: &&Accepted| {
            if target.is_some_and(|target| target.at == record.at) {
                again(one)
            } else {
                (corrected(one) || again(one)) && agree(one, record)
            }
        };
        !(corrected(record) || again(record) || records.iter().any(by_another))
    };
    let upheld = aimed("objection.raised", "upheld").into_iter().any(unmet);
    all.extend(upheld.then_some("objection-upheld"));
    let stayed = |what| aimed("hold.placed", "placed").into_iter().any(|hold| hold.event.flag(what));
    all.extend(stayed("publication").then_some("publication-stayed"));
    all.extend(stayed("execution").then_some("execution-stayed"));
    all.extend(is_masked(past, record, &records, (at, known)).then_some("masked"));
    all
}

/// Whether two events name one decision, by its day and its number.
fn is(one: &Stated, other: &Stated) -> bool {
    one.decision_day().is_some() && one.decision_day() == other.decision_day() && names_one_number(one, other)
}

/// Whether a step corrects the record by a decision.
fn corrects(one: &Accepted) -> bool {
    one.event.kind == "record.corrected"
        && one.event.decision_day().is_some()
        && ["severity", "summary", "restriction_until"].iter().any(|field| one.event.text(field).is_some())
}

/// Whether what is recorded is not what the last review that changed anything came to.
fn is_unrecorded(steps: &[&Accepted]) -> bool {
    let changes = |one: &&Accepted| matches!(one.event.text("outcome"), Some("changed" | "restored"));
    let Some(place) = steps.iter().rposition(changes) else { return false };
    let (before, closed, after) = (&steps[..place], steps[place], &steps[place + 1..]);
    let opened = before.iter().rev().find(|one| one.event.kind == "record.review_opened");
    let named = closed.event.decision_day().is_some();
    let recorded_before = before.iter().any(|one| {
        let since = opened.is_none_or(|opened| one.event.valid_from >= opened.event.valid_from);
        corrects(one) && if named { is(&one.event, &closed.event) } else { since }
    });
    // By this document, or by that of a review that was closed meanwhile.
    let recorded_after = after.iter().enumerate().any(|(at, one)| {
        let closings = after[..at].iter().filter(|one| one.event.text("outcome").is_some());
        let mut named =
            std::iter::once(&closed).chain(closings).filter(|one| one.event.decision_day().is_some());
        corrects(one) && (named.clone().next().is_none() || named.any(|by| is(&one.event, &by.event)))
    });
    let stands_already = closed.event.text("outcome") == Some("restored") && {
        let stands = Stated {
            body: serde_json::json!({ "decision": closed.event.body["restores"] }),
            ..closed.event.clone()
        };
        let recorded = stands_recorded(before);
        match recorded {
            None => stands.decision_day().is_none(),
            Some(by) => is(&by, &stands),
        }
    };
    !(recorded_before || recorded_after || stands_already)
}

/// The later decision that a record says after these steps.
fn stands_recorded(steps: &[&Accepted]) -> Option<Stated> {
    let stands = |restored: &Accepted| -> Option<Stated> {
        let body = serde_json::json!({ "decision": restored.event.body["restores"] });
        let stands = Stated { body, ..restored.event.clone() };
        stands.decision_day().is_some().then_some(stands)
    };
    let mut recorded = None;
    for (at, one) in steps.iter().enumerate() {
        let before = &steps[..at];
        if corrects(one) {
            let mut restored = before.iter().filter(|step| step.event.text("outcome") == Some("restored"));
            let restored = restored.find(|step| is(&step.event, &one.event));
            recorded = restored.map_or_else(|| Some(one.event.clone()), |step| stands(step));
        }
        let restores = one.event.text("outcome") == Some("restored");
        if restores && before.iter().any(|step| corrects(step) && is(&step.event, &one.event)) {
            recorded = stands(one);
        }
    }
    recorded
}

/// Whether a record was filed otherwise than another was in the end.
fn says_otherwise(filed: &Accepted, was: &Accepted, steps: &[&Accepted]) -> bool {
    let last = |field: &str| last_said(was, field, steps);
    let (now, then) = (&filed.event.body, &was.event.body);
    now["type"] != then["type"]
        || now["details"] != then["details"]
        || now["decision"]["date"] != then["decision"]["date"]
        || now["conduct"]["id"] != then["conduct"]["id"]
        || now["conduct"]["ended_on"] != then["conduct"]["ended_on"]
        || filed.event.text("severity") != last("severity")
        || filed.event.text("restriction_until") != last("restriction_until")
}

/// What a record says of a field in the end.
fn last_said<'a>(record: &'a Accepted, field: &str, steps: &'a [&Accepted]) -> Option<&'a str> {
    let corrected = steps.iter().filter(|one| {
        one.event.kind == "record.corrected" && one.event.text("record") == Some(&record.event.id)
    });
    corrected.filter_map(|one| one.event.text(field)).next_back().or(record.event.text(field))
}
