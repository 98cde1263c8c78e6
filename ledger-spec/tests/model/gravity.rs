//! The reference's rules about who was heard before a decision, and about what is graver than it was decided (A04).

use crate::history::{Accepted, History, Stated, date};
use crate::measures::bound;
use crate::once::{is_decision_again, names_one_number};
use crate::openings::{asked_at, has_tag, polarity};
use crate::reference::{phase, phase_at, severity};
use ledger_spec::time::{Date, ValidTime};

/// A04 of a record: `may_ask` says whether a hearing may be asked for.
pub fn was_heard(past: &History, event: &Stated, may_ask: bool) -> bool {
    let decided = event.decision_day().unwrap();
    let Some(served) = date(&event.body["notice"]["served_on"]) else { return false };
    let last = past.earliest("notice.clock", "notice.statement", served, decided.start_of_day());
    let waited = event.body["notice"]["statement"] == "answered" || last.is_none_or(|last| decided > last);
    let clock = |name| past.earliest("penalty.clock", name, served, decided.start_of_day());
    let hearing = &event.body["notice"]["hearing"];
    let asks = may_ask && hearing.is_null();
    let asked = !asks || clock("notice.hearing").is_none_or(|last| decided > last);
    let told = hearing != "held" || clock("notice.hearing_held").is_none_or(|first| decided >= first);
    served <= decided && waited && asked && told
}

/// How long a record restricts: not at all that shows, as long as its decision may say, without an end that is stated, or until a
/// day.
#[derive(Clone, Copy, PartialEq)]
enum Restricts {
    No,
    Lasts,
    Open,
    Until(Date),
}

/// The same decision was recorded milder before, and that was filed in error: at first, or as a decision corrected it.
pub fn is_graver_than_retracted(past: &History, event: &Stated) -> bool {
    let mut of_decision = past.person(&event.subject).filter(|one| {
        one.event.kind == "record.filed"
            && is_decision_again(&one.event, event)
            && past.acts_for(&event.issuer, &one.event.issuer)
    });
    let first = of_decision.next();
    let decided_anew = |one: &&Accepted| lowered(past, one, event.valid_from).next().is_some();
    first.into_iter().chain(of_decision.filter(decided_anew)).any(|one| {
        let filed = event.date("restriction_until").map_or(by_type(past, event), Restricts::Until);
        let was = decided(past, one, event.valid_from);
        phase(past, one) == Some("retracted") && is_graver(event, filed, was)
    })
}

/// Whether what an event says of a record is graver than what was decided; or, where a higher decision puts that back, than what
/// was decided at first.
pub fn is_graver_than_decided(past: &History, event: &Stated, record: &Accepted) -> bool {
    let at = event.valid_from;
    let most =
        if restores(past, event, record) { at_first(past, record, at) } else { decided(past, record, at) };
    is_graver(event, event.date("restriction_until").map_or(Restricts::No, Restricts::Until), most)
}

fn is_graver(event: &Stated, now: Restricts, (severity, was): (Option<&str>, Restricts)) -> bool {
    let rank = |severity: &str| ["minor", "general", "serious"].iter().position(|one| *one == severity);
    let graver = event.text("severity").zip(severity).is_some_and(|(now, was)| rank(now) > rank(was));
    let longer = match (now, was) {
        (Restricts::Until(now), Restricts::Until(was)) => now > was,
        (Restricts::Until(_) | Restricts::Open, Restricts::No) => true,
        (Restricts::Open | Restricts::Lasts, Restricts::Until(_)) => true,
        _ => false,
    };
    graver || longer
}

/// A09: whether the restriction that a correction states ends after the record's tier, where that bounds it.
pub fn is_beyond_tier(past: &History, event: &Stated, record: &Accepted) -> bool {
    let filed = &record.event;
    let Some(until) = event.date("restriction_until") else { return false };
    let current = severity(past, record, event.valid_from);
    let severity = event.text("severity").or(current.as_deref()).unwrap_or("serious");
    longest(past, filed, severity).is_some_and(|last| until > last)
}

/// The last day of the longest restriction that a record may state.
pub fn longest(past: &History, record: &Stated, severity: &str) -> Option<Date> {
    let definition = past.definition("type", record.text("type")?, asked_at(record))?;
    let bounded = definition["validity"] == "tier"
        || definition["validity"] == "as_decided" && !has_tag(definition, "ban");
    let decided = record.decision_day()?;
    let tier = format!("{severity}.max");
    let last = past.deadline("repair.tiers", &tier, decided, decided.start_of_day());
    last.filter(|_| bounded && polarity(past, record) == Some("negative"))
}

/// The last day of the restriction that a record states, as last corrected by a time.
pub fn stated(past: &History, record: &Accepted, at: ValidTime) -> Option<Date> {
    let corrected = corrections(past, record, at).filter_map(|one| one.event.date("restriction_until"));
    corrected.last().or(record.event.date("restriction_until"))
}

fn corrections<'a>(
    past: &'a History,
    record: &'a Accepted,
    at: ValidTime,
) -> impl Iterator<Item = &'a Accepted> {
    past.stream(&record.event.subject).filter(move |later| {
        later.event.kind == "record.corrected"
            && later.event.text("record") == Some(&record.event.id)
            && later.event.valid_from <= at
    })
}

/// Whether an objection that was raised before a correction of its record was upheld.
fn was_objected(past: &History, correction: &Accepted, at: ValidTime) -> bool {
    past.stream(&correction.event.subject).any(|one| {
        one.event.kind == "objection.raised"
            && one.event.text("target") == correction.event.text("record")
            && one.at < correction.at
            && phase_at(past, one, at, usize::MAX) == Some("upheld")
    })
}

/// The corrections of a record by a decision, or after an objection was upheld.
fn lowered<'a>(past: &'a History, record: &'a Accepted, at: ValidTime) -> impl Iterator<Item = &'a Accepted> {
    corrections(past, record, at)
        .filter(move |one| !one.event.body["decision"].is_null() || was_objected(past, one, at))
}

/// The severity and restriction of a record as they were filed, and corrected by a decision or after an objection was upheld.
fn decided<'a>(past: &'a History, record: &'a Accepted, at: ValidTime) -> (Option<&'a str>, Restricts) {
    as_corrected(past, (record, at), lowered(past, record, at))
}

/// The same as they were decided at first, which an upheld objection alone shows otherwise.
fn at_first<'a>(past: &'a History, record: &'a Accepted, at: ValidTime) -> (Option<&'a str>, Restricts) {
    let shown = lowered(past, record, at).filter(|one| one.event.body["decision"].is_null());
    as_corrected(past, (record, at), shown)
}

fn as_corrected<'a>(
    past: &'a History,
    (record, at): (&'a Accepted, ValidTime),
    by: impl Iterator<Item = &'a Accepted>,
) -> (Option<&'a str>, Restricts) {
    let (mut severity, mut restriction) =
        (record.event.text("severity"), record.event.date("restriction_until"));
    for one in by {
        severity = one.event.text("severity").or(severity);
        restriction = one.event.date("restriction_until").or(restriction);
    }
    (severity, restriction.map_or_else(|| unstated(past, record, at), Restricts::Until))
}

/// How long a record restricts of which nothing was decided: as long as the bans that its source imposed by it; else as it was
/// said first; else by what its type is.
fn unstated(past: &History, record: &Accepted, at: ValidTime) -> Restricts {
    if let Some(imposed) = imposed_by(past, record) {
        return imposed.map_or(Restricts::Open, Restricts::Until);
    }
    let first = corrections(past, record, at).find_map(|one| one.event.date("restriction_until"));
    first.map_or_else(|| by_type(past, &record.event), Restricts::Until)
}

fn by_type(past: &History, record: &Stated) -> Restricts {
    match past.definition("type", record.text("type").unwrap(), asked_at(record)) {
        Some(definition) if definition["validity"] != "as_decided" => Restricts::No,
        Some(definition) if has_tag(definition, "ban") => Restricts::Open,
        Some(_) => Restricts::Lasts,
        None => Restricts::No,
    }
}

/// The last day of the longest ban that the source of a record imposed by it, itself or through an entry; `Some(None)` where one
/// names none.
pub fn imposed_by(past: &History, record: &Accepted) -> Option<Option<Date>> {
    let its = past.stream(&record.event.subject).filter(|one| {
        let ban = &one.event;
        ban.kind == "measure.imposed"
            && past
                .definition("measure", ban.text("measure").unwrap(), asked_at(ban))
                .is_some_and(|measure| measure["direction"] == "ban")
            && past
                .find(&ban.subject, ban.text("rests_on").unwrap())
                .and_then(|ground| bound(past, ban, ground))
                .is_some_and(|bound| bound.event.id == record.event.id)
    });
    let days: Vec<Option<Date>> = its.map(|ban| ban.event.date("until")).collect();
    let endless = days.contains(&None);
    days.into_iter().max().map(|last| last.filter(|_| !endless))
}

/// Whether a correction is the first by the decision of a review that somebody else closed after the record was last lowered.
fn restores(past: &History, event: &Stated, record: &Accepted) -> bool {
    let by = |one: &Accepted| {
        !one.event.body["decision"].is_null()
            && one.event.decision_day() == event.decision_day()
            && names_one_number(&one.event, event)
    };
    let at = event.valid_from;
    let Some(last) = lowered(past, record, at).last() else { return false };
    let closed = past.stream(&record.event.subject).any(|one| {
        one.event.kind == "record.review_closed"
            && one.event.text("record") == Some(&record.event.id)
            && one.at > last.at
            && one.event.valid_from <= at
            && matches!(one.event.text("outcome"), Some("upheld" | "changed"))
            && !past.is_one_source(&one.event.issuer, &record.event.issuer)
            && by(one)
    });
    !event.body["decision"].is_null() && closed && !corrections(past, record, at).any(by)
}
