//! The reference's rules about who was heard before a decision, and about what is graver than it was decided (A04).

use crate::force::last_day;
use crate::history::{Accepted, History, Stated, date};
use crate::once::{is_decision_again, names_one_number};
use crate::openings::{asked_at, polarity};
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

/// How long a record restricts: not at all that shows, without an end that is stated, or until a day.
#[derive(Clone, Copy, PartialEq)]
enum Restricts {
    No,
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
        phase(past, one) == Some("retracted") && is_graver(event, decided(past, one, event.valid_from))
    })
}

/// Whether what an event says of a record is graver than what was decided; or, where a higher decision puts that back, than what
/// was decided at first.
pub fn is_graver_than_decided(past: &History, event: &Stated, record: &Accepted) -> bool {
    let at = event.valid_from;
    let most =
        if restores(past, event, record) { at_first(past, record, at) } else { decided(past, record, at) };
    is_graver(event, most)
}

fn is_graver(event: &Stated, (severity, restriction): (Option<&str>, Restricts)) -> bool {
    let rank = |severity: &str| ["minor", "general", "serious"].iter().position(|one| *one == severity);
    let graver = event.text("severity").zip(severity).is_some_and(|(now, was)| rank(now) > rank(was));
    let longer = event.date("restriction_until").is_some_and(|now| match restriction {
        Restricts::No => true,
        Restricts::Open => false,
        Restricts::Until(was) => now > was,
    });
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
    let bounded = definition["validity"] == "tier" || definition["validity"] == "as_decided";
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

/// How long a record restricts that does not say it: by what its type is, or as long as the bans that its source imposed on it.
fn unstated(past: &History, record: &Accepted, at: ValidTime) -> Restricts {
    let event = &record.event;
    let definition = past.definition("type", event.text("type").unwrap(), asked_at(event));
    if definition.is_some_and(|definition| definition["validity"] == "as_decided") {
        return Restricts::Open;
    }
    let bans = past.stream(&event.subject).filter(|one| {
        one.event.kind == "measure.imposed"
            && one.event.text("rests_on") == Some(&event.id)
            && past
                .definition("measure", one.event.text("measure").unwrap(), asked_at(&one.event))
                .is_some_and(|measure| measure["direction"] == "ban")
            && past.is_one_source(&one.event.issuer, &event.issuer)
    });
    let last = bans.filter_map(|ban| last_day(past, ban, at)).max();
    last.map_or(Restricts::No, Restricts::Until)
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
