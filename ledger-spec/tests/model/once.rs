//! The reference's rules about what happens once, and what may not stand beside what.

use crate::decision::{Names, about, aimed_at, is_given_back, is_revoked_within, known_again, made_by};
use crate::force::{self, in_force};
use crate::governance::who_went_on_in;
use crate::history::{Accepted, History, Stated};
use crate::openings::{asked_at, polarity};
use crate::reference::{Question, phase, phase_at, severity};
use crate::table::has_ended;
use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;

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

/// L19: whether something earlier leaves no room for this: it holds on some day of this one's life; or, where that is answered
/// for, was lived through to its end, or was taken back and this would end on a later day than it could have. `last` is the last
/// day of this one, `None` where it has none; `most` the last day that another article gives in its place.
pub fn stands_in_the_way(
    past: &History,
    one: &Accepted,
    event: &Stated,
    (last, most, answered): (Option<Date>, Option<Date>, bool),
) -> bool {
    if event.date("until").is_some_and(|until| until < one.event.day()) {
        return false;
    }
    let at = event.valid_from;
    // What rests on something that has not begun has not begun itself, and so not ended.
    if !(force::has_ended_by(past, one, at) && force::has_ended_by(past, one, at.max(one.event.valid_from))) {
        return true;
    }
    let most = most.or_else(|| farthest(past, one, at));
    let goes_on = || !event.flag("lifetime") && most.is_some_and(|most| last.is_none_or(|last| last > most));
    // What a court ended takes a decision made since; a court's own word is one.
    let court = past.capacity(&event.issuer).is_some_and(|(roles, _)| roles.contains(&"court"));
    let decided = event.decision_day().or(court.then(|| event.day()));
    let stays = || match force::judged(past, one, at) {
        Some(judged) => decided.is_none_or(|decided| decided < judged),
        None => goes_on(),
    };
    answered && (force::is_lived_through(past, one, at) || stays())
}

/// The last day that something could have had.
fn farthest(past: &History, one: &Accepted, at: ValidTime) -> Option<Date> {
    let event = &one.event;
    let (sort, field) =
        if event.kind == "listing.entered" { ("list", "months") } else { ("measure", "max_months") };
    let definition = past.definition(sort, event.text(sort).unwrap(), asked_at(event));
    let months = definition.and_then(|definition| definition[field].as_u64());
    let first = if sort == "list" { force::entered_on(event) } else { event.day() };
    let by_law = months.map(|months| first.plus_months(u32::try_from(months).unwrap()));
    match event.kind.as_str() {
        "listing.entered" => by_law.max(force::last_day(past, one, at)),
        _ => {
            event.date("until").and_then(|until| by_law.max(Some(until)).max(force::last_day(past, one, at)))
        }
    }
}

/// Whether two things rest in the end on one record, or on records of one decision.
pub fn is_one_ground(past: &History, one: &Accepted, other: &Accepted) -> bool {
    let (one, other) = (root_of(past, one), root_of(past, other));
    one.event.id == other.event.id
        || is_decision_again(&one.event, &other.event) && is_one_authority(past, &one.event, &other.event)
}

/// Whether two records are of decisions of one authority: it is the one that both documents name, or one source decided or filed
/// both.
pub fn is_one_authority(past: &History, one: &Stated, other: &Stated) -> bool {
    let named = |record: &Stated| record.body["decision"]["issued_by"].as_str().map(folded);
    named(one).is_some_and(|name| named(other) == Some(name))
        || past.is_one_source(made_by(past, one), made_by(past, other))
        || past.is_one_source(&one.issuer, &other.issuer)
}

/// Whether two records name one decision, however its number is spelled, and whoever filed them.
pub fn is_one_decision(one: &Stated, other: &Stated) -> bool {
    has_one_number(one, other) && one.decision_day() == other.decision_day()
}

/// Whether what is to be filed names a decision that was filed: by its number and date, or by a number that carries its year.
pub fn is_decision_again(filed: &Stated, event: &Stated) -> bool {
    let number = event.body["decision"]["number"].as_str().unwrap_or_default();
    let parts = number.split(['（', '〔', '[', '(', '）', '〕', ']', ')']);
    let year = |part: &str| matches!(part.parse(), Ok(1900..=2099)) && part.len() == 4;
    is_one_decision(filed, event) || has_one_number(filed, event) && parts.map(str::trim).any(year)
}

fn has_one_number(one: &Stated, other: &Stated) -> bool {
    [one, other].iter().all(|one| one.kind == "record.filed") && names_one_number(one, other)
}

/// Whether the decisions of two events have one number, however it is spelled.
pub fn names_one_number(one: &Stated, other: &Stated) -> bool {
    // 号 is written behind a number, or left out.
    let number = |record: &Stated| {
        let number = folded(record.body["decision"]["number"].as_str().unwrap_or_default());
        number.trim_end_matches('号').to_owned()
    };
    number(one) == number(other)
}

/// A number or a name, however it is spelled.
pub fn folded(text: &str) -> String {
    let same = |c: char| match c {
        '（' | '〔' | '[' => '(',
        '）' | '〕' | ']' => ')',
        c => c,
    };
    let text = text.chars().filter(|c| *c != ' ').map(same).collect::<String>();
    text.to_lowercase().trim_end_matches(')').replace([')', '('], "|")
}

/// Whether a record is as grave as what is to rest on it asks, at the event's time; what has no severity is.
pub fn is_grave_enough(past: &History, definition: &Value, ground: &Accepted, at: ValidTime) -> bool {
    let rank = |word: &str| ["minor", "general", "serious"].iter().position(|one| *one == word);
    let root = root_of(past, ground);
    let severity = if root.event.kind == "record.filed" { severity(past, root, at) } else { None };
    let (Some(least), Some(severity)) = (definition["least_severity"].as_str(), severity) else {
        return true;
    };
    rank(&severity) >= rank(least)
}

/// A10: whether a record is what another that is to be filed only shows, or only shows itself one that was taken back, and the other
/// shows none.
pub fn is_shown_beside(past: &History, event: &Stated, one: &Accepted) -> bool {
    let beneath = one.event.text("rests_on").and_then(|id| past.find(&one.event.subject, id));
    let taken_back = || {
        beneath.is_some_and(|beneath| phase(past, beneath) == Some("retracted"))
            && phase(past, one) != Some("revoked")
    };
    match event.text("rests_on") {
        Some(shown) => shown == one.event.id,
        None => taken_back(),
    }
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

/// Whether a record never counted, by a valid time and by what the first `known` entries say: it is revoked or retracted, or some
/// record by the same decision is revoked: of the same subject, or, where that is not as regards that one alone, of another.
pub fn is_void(past: &History, opening: &Accepted, valid: ValidTime, known: usize) -> bool {
    if matches!(phase_at(past, opening, valid, known), Some("revoked" | "retracted"))
        || is_revoked_within(past, opening, Names::Own, (valid, known))
    {
        return true;
    }
    let steps = about(past, &known_again(past, opening, Names::Own, known));
    let by = |who: &Accepted, whose: &Accepted| past.acts_for(&who.event.issuer, &whose.event.issuer);
    let counts = |one: &Accepted| {
        let revokes = one.event.kind == "record.revoked" && !one.event.flag("only_this");
        let begun = one.event.valid_from <= valid || one.event.flag("void") && starts_by(past, one, valid);
        revokes && one.at < known && begun && {
            let from =
                if one.event.flag("void") { decided_day(past, one) } else { Some(one.event.valid_from) };
            from.is_none_or(|from| !is_given_back(&steps, (from, one.at), (valid, known)))
        }
    };
    past.0.iter().filter(|one| counts(one)).any(|one| {
        let mut records = past.stream(&one.event.subject).filter(|filed| filed.event.kind == "record.filed");
        let revoked = records.find(|filed| Some(filed.event.id.as_str()) == one.event.text("record"));
        revoked.is_some_and(|filed| {
            is_one_decision(&filed.event, &opening.event) && (by(filed, opening) || by(opening, filed))
        })
    })
}

/// Whether the decision of the record that this revokes was made by a valid time.
fn starts_by(past: &History, revocation: &Accepted, valid: ValidTime) -> bool {
    decided_day(past, revocation).is_some_and(|begins| begins <= valid)
}

/// When that began.
fn decided_day(past: &History, revocation: &Accepted) -> Option<ValidTime> {
    let record = revocation.event.text("record").and_then(|id| past.find(&revocation.event.subject, id));
    Some(record?.event.decision_day()?.start_of_day())
}

/// A10: one conduct, one negative record.
pub fn is_known_conduct(past: &History, event: &Stated) -> bool {
    let conduct = event.body["conduct"]["id"].as_str();
    conduct.is_some()
        && recorded(past, &event.subject).any(|one| {
            one.event.kind == "record.filed"
                && !is_shown_beside(past, event, one)
                && one.event.body["conduct"]["id"].as_str() == conduct
                && polarity(past, &one.event) == Some("negative")
                && phase(past, one).is_some_and(|phase| !has_ended(phase))
        })
}

/// A10: one decision, one negative record.
pub fn is_known_decision(past: &History, event: &Stated) -> bool {
    recorded(past, &event.subject).any(|one| {
        one.event.kind == "record.filed"
            && !is_shown_beside(past, event, one)
            && is_decision_again(&one.event, event)
            && polarity(past, &one.event) == Some("negative")
            && is_one_authority(past, &one.event, event)
            && (phase(past, one) != Some("retracted") || went_on_repaired(past, one, event))
    })
}

/// Whether a record is one of a body that went on in another, and was repaired.
fn went_on_repaired(past: &History, record: &Accepted, event: &Stated) -> bool {
    let applied = aimed_at(past, record, "repair.applied", Names::Own);
    !past.names(&event.subject).contains(&record.event.subject)
        && applied.into_iter().any(|one| phase(past, one) == Some("granted"))
}

/// What stands of a subject under all its names, and of those that went on in it.
fn recorded<'a>(past: &'a History, subject: &str) -> impl Iterator<Item = &'a Accepted> + use<'a> {
    let went_on = who_went_on_in(past, subject);
    past.person(subject).chain(went_on.into_iter().flat_map(|name| past.stream(name)))
}
