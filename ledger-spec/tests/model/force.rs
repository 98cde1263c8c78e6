//! The reference's view of what is in force at a valid time, by all that was accepted: terms, repairs, and
//! what falls with what it rests on (README, P08 to P13).

use crate::history::{Accepted, History};
use crate::openings::asked_at;
use crate::reference::{phase_at, severity};
use crate::table::has_ended;
use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;

fn months(value: &Value) -> Option<u32> {
    value.as_u64().map(|months| u32::try_from(months).unwrap())
}

/// The last day of something: as last extended by then, as it says itself, or by the catalogue.
pub fn last_day(past: &History, thing: &Accepted, at: ValidTime) -> Option<Date> {
    let event = &thing.event;
    match event.kind.as_str() {
        "record.filed" => term_of_record(past, thing, at),
        "listing.entered" => {
            let mut extended = past.stream(&event.subject).filter(|one| {
                one.event.kind == "listing.extended"
                    && one.event.text("listing") == Some(&event.id)
                    && one.event.valid_from <= at
            });
            let extended = extended.next_back().and_then(|one| one.event.date("until"));
            let list = past.definition("list", event.text("list")?, asked_at(event));
            let by_list =
                list.and_then(|list| months(&list["months"])).map(|months| event.day().plus_months(months));
            extended.or(event.date("until")).or(by_list)
        }
        "rating.assigned" => {
            let scheme = past.definition("rating", event.text("scheme")?, asked_at(event))?;
            Some(event.day().plus_months(months(&scheme["cycle_months"])?))
        }
        "consent.granted" => event.date("until"),
        _ => None,
    }
}

fn term_of_record(past: &History, record: &Accepted, at: ValidTime) -> Option<Date> {
    let event = &record.event;
    let decided = event.decision_day()?;
    let validity = &past.definition("type", event.text("type")?, asked_at(event))?["validity"];
    if *validity == "tier" {
        let tier = format!("{}.max", severity(past, record, at)?);
        let last = past.deadline("repair.tiers", &tier, decided, decided.start_of_day())?;
        return Some(last);
    }
    Some(decided.plus_months(months(&validity["months"])?))
}

/// The records that something rests on.
fn grounds<'a>(past: &'a History, thing: &'a Accepted) -> Vec<&'a Accepted> {
    let event = &thing.event;
    let ids = match event.kind.as_str() {
        "listing.entered" => vec![event.text("record")],
        "rating.assigned" => {
            event.body["rests_on"].as_array().into_iter().flatten().map(Value::as_str).collect()
        }
        _ => vec![event.text("rests_on")],
    };
    ids.into_iter().flatten().map(|id| past.find(&event.subject, id).unwrap()).collect()
}

/// Whether something was revoked, or rests on what was.
fn is_revoked(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    phase_at(past, thing, at, past.0.len()).is_some_and(has_ended)
        || grounds(past, thing).into_iter().any(|ground| is_revoked(past, ground, at))
}

/// Whether something has ended otherwise than by its term.
fn is_ended_early(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    let event = &thing.event;
    let repaired = past.stream(&event.subject).any(|one| {
        one.event.kind == "repair.applied"
            && one.event.text("target") == Some(&event.id)
            && phase_at(past, one, at, past.0.len()) == Some("granted")
    });
    let later = |one: &Accepted| {
        one.event.kind == "rating.assigned"
            && one.event.text("scheme") == event.text("scheme")
            && (one.event.valid_from, one.at) > (event.valid_from, thing.at)
            && phase_at(past, one, at, past.0.len()) == Some("assigned")
    };
    let superseded = event.kind == "rating.assigned" && past.stream(&event.subject).any(later);
    let fallen = grounds(past, thing).into_iter().any(|ground| match event.kind.as_str() {
        "listing.entered" => is_ended_early(past, ground, at),
        "record.filed" => !in_force(past, ground, at),
        _ => false,
    });
    let sealed = phase_at(past, thing, at, past.0.len()) == Some("sealed");
    // What needed consent goes with it.
    let consent = event.text("consent").filter(|_| event.kind == "record.filed");
    let consent = consent.and_then(|id| past.find(&event.subject, id));
    let unconsented = consent.is_some_and(|consent| !in_force(past, consent, at));
    is_revoked(past, thing, at) || sealed || repaired || superseded || fallen || unconsented
}

/// Whether something has begun and not ended.
pub fn in_force(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    let expired = last_day(past, thing, at).is_some_and(|last| at > last.end_of_day());
    thing.event.valid_from <= at && !expired && !is_ended_early(past, thing, at)
}
