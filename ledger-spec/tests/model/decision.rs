//! The reference's rules about what is decided about a decision, whichever of its records that names.

use crate::gravity::shown_record;
use crate::history::{Accepted, History, Stated};
use crate::once::{folded, is_decision_again, is_one_authority};
use crate::openings::asked_at;
use crate::reference::phase_at;
use crate::reviews::says_that_it_stands;
use crate::world::MARKET;
use ledger_spec::time::ValidTime;

/// Under which names of a subject its records are looked for.
#[derive(Clone, Copy, PartialEq)]
pub enum Names {
    Own,
    Any,
}

/// Who decided what began so: of a record whom its document names, or that of the record that it only shows; else who issued it.
pub fn maker<'a>(past: &'a History, thing: &'a Accepted) -> &'a str {
    made_by(past, &shown_record(past, thing).event)
}

/// The same of a record by itself. Of those that documents name, the market is enrolled under its name.
pub fn made_by<'a>(past: &History, record: &'a Stated) -> &'a str {
    let by_market = record.kind == "record.filed" && is_of_market(&record.body["decision"]);
    if by_market && !past.is_one_source(&record.issuer, "market") { "market" } else { &record.issuer }
}

/// Whether a document names the market as who issued it.
pub fn is_of_market(decision: &serde_json::Value) -> bool {
    decision["issued_by"].as_str().is_some_and(|name| folded(name) == folded(MARKET))
}

/// Whether who filed a record decided it.
pub fn is_makers(past: &History, record: &Accepted) -> bool {
    past.is_one_source(&record.event.issuer, maker(past, record))
}

/// The records that say the decision of this one, in the log's order; of anything else, that alone.
pub fn again<'a>(past: &'a History, record: &'a Accepted, names: Names) -> Vec<&'a Accepted> {
    known_again(past, record, names, past.0.len())
}

/// The same by what the first `known` entries say.
pub fn known_again<'a>(
    past: &'a History,
    record: &'a Accepted,
    names: Names,
    known: usize,
) -> Vec<&'a Accepted> {
    let says = |one: &Accepted| {
        one.at == record.at
            || [one, record].iter().all(|one| one.event.kind == "record.filed")
                && is_decision_again(&one.event, &record.event)
                && is_one_authority(past, &one.event, &record.event)
                && is_one_thing(past, one, record, known)
    };
    let all: Vec<&Accepted> = match names {
        Names::Own => past.stream(&record.event.subject).collect(),
        Names::Any => past.person(&record.event.subject).collect(),
    };
    all.into_iter().filter(|one| one.at < known && says(one)).collect()
}

/// Whether two records of one decision say one thing: both are negative, or one of the same type was taken back before the other.
fn is_one_thing(past: &History, one: &Accepted, other: &Accepted, known: usize) -> bool {
    let (first, second) = if one.at < other.at { (one, other) } else { (other, one) };
    let bad = [one, other].iter().all(|one| is_negative(past, &one.event, known));
    bad || one.event.text("type") == other.event.text("type") && is_taken_back(past, first, second)
}

fn is_negative(past: &History, record: &Stated, known: usize) -> bool {
    let subject = format!("catalogue:type.{}", record.text("type").unwrap());
    let at = asked_at(record);
    let versions = past.stream(&subject).filter(|one| one.at < known && one.event.valid_from <= at);
    let newest = versions.max_by_key(|one| (one.event.valid_from, one.at));
    let newest = newest.filter(|one| !one.event.kind.ends_with("_repealed"));
    match newest.and_then(|one| one.event.body["polarity"].as_str()) {
        Some("mixed") => record.text("polarity") == Some("negative"),
        Some(polarity) => polarity == "negative",
        None => record.text("polarity") == Some("negative"),
    }
}

/// Whether a record was revoked or retracted before another was filed.
fn is_taken_back(past: &History, record: &Accepted, before: &Accepted) -> bool {
    about(past, &[record]).into_iter().any(|one| {
        one.at < before.at && matches!(one.event.kind.as_str(), "record.revoked" | "record.retracted")
    })
}

/// The steps on any of these records, in the log's order.
pub fn about<'a>(past: &'a History, records: &[&Accepted]) -> Vec<&'a Accepted> {
    let of = |one: &Accepted| {
        records.iter().any(|record| {
            record.event.subject == one.event.subject && one.event.text("record") == Some(&record.event.id)
        })
    };
    let steps = past.0.iter().map(|one| &**one).filter(|one| one.event.kind.starts_with("record."));
    steps.filter(|one| of(one)).collect()
}

/// Whether the decision of a record is revoked at a time, by a step on whichever of its records.
pub fn is_revoked(past: &History, record: &Accepted, at: ValidTime) -> bool {
    is_revoked_within(past, record, Names::Any, (at, past.0.len()))
}

/// The same under these names, by what so many entries say.
pub fn is_revoked_within(
    past: &History,
    record: &Accepted,
    names: Names,
    (at, known): (ValidTime, usize),
) -> bool {
    let steps = about(past, &known_again(past, record, names, known));
    steps.iter().any(|one| {
        let counts = one.event.flag("void") || one.event.valid_from <= at;
        one.event.kind == "record.revoked"
            && one.at < known
            && counts
            && !is_given_back(&steps, (one.event.valid_from, one.at), (at, known))
    })
}

/// Whether one of these steps says by a valid time that a decision stands which was annulled from some time on, and says it later.
pub fn is_given_back(
    steps: &[&Accepted],
    (from, place): (ValidTime, usize),
    (at, known): (ValidTime, usize),
) -> bool {
    steps.iter().any(|one| {
        says_that_it_stands(&one.event)
            && (place < one.at && one.at < known)
            && (from <= one.event.valid_from && one.event.valid_from <= at)
    })
}

/// Whether a record is sealed at a time, or was before it was retracted and filed again.
pub fn is_sealed(past: &History, record: &Accepted, at: ValidTime) -> bool {
    let before = again(past, record, Names::Any).into_iter().any(|one| {
        let sealed = about(past, &[one]).into_iter();
        let mut sealed = sealed.filter(|one| one.event.kind == "record.sealed" && one.event.valid_from <= at);
        one.at < record.at && is_taken_back(past, one, record) && sealed.next().is_some()
    });
    before || phase_at(past, record, at, past.0.len()) == Some("sealed")
}

/// What of a kind is aimed at a thing, or at any record of its decision, in the log's order.
pub fn aimed_at<'a>(past: &'a History, thing: &'a Accepted, kind: &str, names: Names) -> Vec<&'a Accepted> {
    let targets = again(past, thing, names);
    let at_any = |one: &Accepted| {
        targets.iter().any(|target| {
            target.event.subject == one.event.subject && one.event.text("target") == Some(&target.event.id)
        })
    };
    past.0.iter().map(|one| &**one).filter(|one| one.event.kind == kind && at_any(one)).collect()
}
