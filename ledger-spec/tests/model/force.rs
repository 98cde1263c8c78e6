//! The reference's view of what is in force at a valid time, by all that was accepted: terms, repairs, and
//! what falls with what it rests on (README, P08 to P13).

use crate::decision;
use crate::gravity::{imposed_by, shown, stated};
use crate::history::{Accepted, History, Stated};
use crate::measures::{carried_out, restriction};
use crate::once::{is_grave_enough, is_serious, root_of};
use crate::openings::{asked_at, has_tag, polarity};
use crate::reference::{phase_at, severity};
use crate::table::has_ended;
use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;

fn months(value: &Value) -> Option<u32> {
    value.as_u64().map(|months| u32::try_from(months).unwrap())
}

/// The day on which an entry on a list was decided, from which its term runs.
pub fn entered_on(entry: &Stated) -> Date {
    entry.decision_day().unwrap_or(entry.day())
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
            let by_list = list
                .and_then(|list| months(&list["months"]))
                .map(|months| entered_on(event).plus_months(months));
            extended.or(event.date("until")).or(by_list)
        }
        "rating.assigned" => {
            let scheme = past.definition("rating", event.text("scheme")?, asked_at(event))?;
            Some(event.day().plus_months(months(&scheme["cycle_months"])?))
        }
        "measure.imposed" => {
            let measure = past.definition("measure", event.text("measure")?, asked_at(event))?;
            let ground = past.find(&event.subject, event.text("rests_on")?)?;
            let is_ban = measure["direction"] == "ban";
            let stated = is_ban.then(|| restriction(past, event, ground, at)).flatten();
            let until = event.date("until");
            let until = until.map(|until| carried_out(past, (thing, ground), measure, (until, stated)));
            until.into_iter().chain(stated).min()
        }
        "consent.granted" => event.date("until"),
        _ => None,
    }
}

fn term_of_record(past: &History, record: &Accepted, at: ValidTime) -> Option<Date> {
    let event = &record.event;
    let definition = past.definition("type", event.text("type")?, asked_at(event))?;
    let decided = first_dated(past, record, at)?;
    let validity = &definition["validity"];
    if *validity == "tier" {
        let tier = format!("{}.max", severity(past, record, at)?);
        let last = past.deadline("repair.tiers", &tier, decided, decided.start_of_day())?;
        return Some(last);
    }
    if *validity == "as_decided" {
        let imposed = || imposed_by(past, record).filter(|_| has_tag(definition, "ban"))?;
        return stated(past, record, at).or_else(imposed);
    }
    Some(decided.plus_months(months(&validity["months"])?))
}

/// The earliest date that a decision against somebody is given, by this record or by one like it that was not revoked.
fn first_dated(past: &History, record: &Accepted, at: ValidTime) -> Option<Date> {
    if polarity(past, &record.event) != Some("negative") {
        return record.event.decision_day();
    }
    let again = decision::again(past, record, decision::Names::Any).into_iter();
    let like = again.filter(|one| shown(&one.event) == shown(&record.event));
    let stands = like.filter(|one| phase_at(past, one, at, past.0.len()) != Some("revoked"));
    stands.filter_map(|one| one.event.decision_day()).min().or(record.event.decision_day())
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
        || decision::is_revoked(past, thing, at)
        || grounds(past, thing).into_iter().any(|ground| is_revoked(past, ground, at))
}

/// Whether something has ended otherwise than by its term.
fn is_ended_early(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    is_ended_by_itself(past, thing, at, true) || is_displaced(past, thing, at)
}

/// The same but for what displaces it: an entry on a list does not fall with that of its record, since it is displaced itself.
/// `displacing` says whether what it rests on falls by that.
fn is_ended_by_itself(past: &History, thing: &Accepted, at: ValidTime, displacing: bool) -> bool {
    let event = &thing.event;
    let later = |one: &Accepted| {
        one.event.kind == "rating.assigned"
            && one.event.text("scheme") == event.text("scheme")
            && (one.event.valid_from, one.at) > (event.valid_from, thing.at)
            && phase_at(past, one, at, past.0.len()) == Some("assigned")
    };
    let superseded = event.kind == "rating.assigned" && past.person(&event.subject).any(later);
    let fallen = grounds(past, thing).into_iter().any(|ground| match event.kind.as_str() {
        "listing.entered" => is_ended_by_itself(past, ground, at, displacing),
        "record.filed" | "measure.imposed" if displacing => !in_force(past, ground, at),
        "record.filed" | "measure.imposed" => {
            ground.event.valid_from > at
                || is_over(past, ground, at)
                || is_ended_by_itself(past, ground, at, false)
        }
        _ => false,
    });
    let sealed = decision::is_sealed(past, thing, at);
    // What needed consent goes with it.
    let consent = event.text("consent").filter(|_| event.kind == "record.filed");
    let consent = consent.and_then(|id| past.find(&event.subject, id));
    let unconsented = consent.is_some_and(|consent| !in_force(past, consent, at));
    is_revoked(past, thing, at)
        || sealed
        || is_repaired(past, thing, at)
        || superseded
        || fallen
        || unconsented
        || is_lightened(past, thing, at)
}

fn is_repaired(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    let applied = decision::aimed_at(past, thing, "repair.applied", decision::Names::Any);
    applied.into_iter().any(|one| phase_at(past, one, at, past.0.len()) == Some("granted"))
}

/// P28: what favours the subject falls with an entry on a list of the seriously dishonest that holds beside it.
fn is_displaced(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    let event = &thing.event;
    let adopted = |sort: &str, field: &str| past.definition(sort, event.text(field)?, asked_at(event));
    let favours = match event.kind.as_str() {
        "listing.entered" => adopted("list", "list").is_some_and(|list| list["polarity"] == "positive"),
        "measure.imposed" => {
            adopted("measure", "measure").is_some_and(|measure| measure["direction"] == "incentive")
        }
        "record.filed" => adopted("type", "type").is_some_and(|definition| {
            definition["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == "red_list"))
        }),
        _ => false,
    };
    // It holds beside it from when both have begun, or again from when its repair was rescinded.
    let holds = |black: &Accepted| {
        let rescinded = past.person(&event.subject).filter(|one| one.event.kind == "repair.rescinded");
        let first = event.valid_from.max(black.event.valid_from);
        let again = rescinded.map(|one| one.event.valid_from).filter(|time| first < *time && *time <= at);
        again
            .chain([first])
            .any(|time| !is_over(past, black, time) && !is_ended_by_itself(past, black, time, false))
    };
    favours
        && past.person(&event.subject).any(|black| {
            is_serious(past, black)
                && black.event.valid_from <= at
                && holds(black)
                && !is_annulled(past, black, at)
        })
}

/// Whether the decision beneath an entry on a list never counted.
fn is_annulled(past: &History, entry: &Accepted, at: ValidTime) -> bool {
    let void = |one: &Accepted| {
        matches!(phase_at(past, one, at, past.0.len()), Some("revoked" | "retracted"))
            || decision::is_revoked(past, one, at)
    };
    let annulled = past.stream(&entry.event.subject).any(|one| {
        one.event.kind == "listing.removed"
            && one.event.text("listing") == Some(&entry.event.id)
            && one.event.flag("annulled")
            && one.event.valid_from <= at
    });
    if annulled || is_ended_by_court(past, entry, at) {
        return true;
    }
    grounds(past, entry).into_iter().any(|ground| void(ground) || is_annulled(past, ground, at))
}

/// Whether a court took something off or lifted it that did not make it.
pub fn is_ended_by_court(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    judged(past, thing, at).is_some()
}

/// The day of the judgment by which such a court did.
pub fn judged(past: &History, thing: &Accepted, at: ValidTime) -> Option<Date> {
    let by = past.stream(&thing.event.subject).find(|one| {
        let field = match one.event.kind.as_str() {
            "listing.removed" => "listing",
            "measure.lifted" => "imposition",
            _ => return false,
        };
        one.event.text(field) == Some(&thing.event.id)
            && one.event.valid_from <= at
            && one.event.issuer != thing.event.issuer
            && History(past.0[..one.at].to_vec(), false)
                .capacity(&one.event.issuer)
                .is_some_and(|(roles, _)| roles.contains(&"court"))
    });
    by.map(|one| one.event.decision_day().unwrap_or(one.event.day()))
}

/// P10: whether the record beneath was corrected to less than what something asks of it.
fn is_lightened(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    let event = &thing.event;
    let (sort, beneath) = match event.kind.as_str() {
        "listing.entered" => ("list", "record"),
        "measure.imposed" => ("measure", "rests_on"),
        _ => return false,
    };
    let ground = event.text(beneath).and_then(|id| past.find(&event.subject, id));
    let adopted = past.definition(sort, event.text(sort).unwrap(), asked_at(event));
    let Some((ground, adopted)) = ground.zip(adopted) else { return false };
    let root = root_of(past, ground);
    let corrected = past.stream(&event.subject).any(|one| {
        one.event.kind == "record.corrected"
            && one.event.text("record") == Some(&root.event.id)
            && one.event.text("severity").is_some()
            && one.event.valid_from <= at
    });
    corrected && !is_grave_enough(past, adopted, ground, at)
}

/// Whether something has ended at a time, begun or not.
pub fn has_ended_by(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    is_over(past, thing, at) || is_ended_early(past, thing, at)
}

/// Whether its own term is over.
fn is_over(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    last_day(past, thing, at).is_some_and(|last| at > last.end_of_day())
}

/// Whether what ended something by a time was its own term, or its repair.
pub fn is_lived_through(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    let mut times: Vec<ValidTime> =
        past.person(&thing.event.subject).map(|one| one.event.valid_from).collect();
    terms(past, thing, at, &mut times);
    times.retain(|time| *time <= at);
    times.sort_unstable();
    let first = times.into_iter().rev().take_while(|time| has_ended_by(past, thing, *time)).last();
    first.is_some_and(|first| {
        let expired = last_day(past, thing, first).is_some_and(|last| first > last.end_of_day());
        // A repair that was rescinded ends nothing any more: what was over by then was lived through.
        let rescinded = is_over(past, thing, at) && is_repair_undone(past, thing, (first, at));
        expired || is_repaired(past, thing, first) || rescinded
    })
}

/// Whether something, or what it rests on, was repaired at a time and is not any more at another.
fn is_repair_undone(past: &History, thing: &Accepted, (then, now): (ValidTime, ValidTime)) -> bool {
    is_repaired(past, thing, then) && !is_repaired(past, thing, now)
        || grounds(past, thing).into_iter().any(|ground| is_repair_undone(past, ground, (then, now)))
}

/// When the terms of something and of what it rests on are over.
fn terms(past: &History, thing: &Accepted, at: ValidTime, times: &mut Vec<ValidTime>) {
    let over = |last: Date| ValidTime::from_micros(last.end_of_day().micros() + 1).unwrap();
    times.extend(last_day(past, thing, at).map(over));
    grounds(past, thing).into_iter().for_each(|ground| terms(past, ground, at, times));
}

/// Whether something has begun and not ended.
pub fn in_force(past: &History, thing: &Accepted, at: ValidTime) -> bool {
    let expired = last_day(past, thing, at).is_some_and(|last| at > last.end_of_day());
    thing.event.valid_from <= at && !expired && !is_ended_early(past, thing, at)
}
