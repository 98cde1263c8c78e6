//! The reference's rules about who was heard before a decision, and about what is graver than it was decided (A04).

use crate::history::{Accepted, History, Stated, date};
use crate::once::is_decision_again;
use crate::reference::{phase, phase_at};
use ledger_spec::time::{Date, ValidTime};

/// A04 of a record: `may_ask` says whether a hearing may be asked for.
pub fn was_heard(past: &History, event: &Stated, may_ask: bool) -> bool {
    let decided = event.decision_day().unwrap();
    let Some(served) = date(&event.body["notice"]["served_on"]) else { return false };
    let last = past.deadline("notice.clock", "notice.statement", served, decided.start_of_day());
    let waited = event.body["notice"]["statement"] == "answered" || last.is_none_or(|last| decided > last);
    let clock = |name| past.deadline("penalty.clock", name, served, decided.start_of_day());
    let hearing = &event.body["notice"]["hearing"];
    let asks = may_ask && hearing.is_null();
    let asked = !asks || clock("notice.hearing").is_none_or(|last| decided > last);
    let told = hearing != "held" || clock("notice.hearing_held").is_none_or(|first| decided >= first);
    served <= decided && waited && asked && told
}

/// The same decision was recorded milder before, and that was filed in error.
pub fn is_graver_than_retracted(past: &History, event: &Stated) -> bool {
    past.person(&event.subject).any(|one| {
        one.event.kind == "record.filed"
            && is_decision_again(&one.event, event)
            && past.acts_for(&event.issuer, &one.event.issuer)
            && phase(past, one) == Some("retracted")
            && is_graver(event, decided(past, one, event.valid_from))
    })
}

/// Whether what an event says of a record is graver than what was decided.
pub fn is_graver_than_decided(past: &History, event: &Stated, record: &Accepted) -> bool {
    is_graver(event, decided(past, record, event.valid_from))
}

fn is_graver(event: &Stated, (severity, restriction): (Option<&str>, Option<Date>)) -> bool {
    let rank = |severity: &str| ["minor", "general", "serious"].iter().position(|one| *one == severity);
    let graver = event.text("severity").zip(severity).is_some_and(|(now, was)| rank(now) > rank(was));
    let longer = event.date("restriction_until").is_some_and(|now| restriction.is_none_or(|was| now > was));
    graver || longer
}

/// The severity and restriction of a record as they were filed, and corrected by a decision or after an objection was upheld.
fn decided<'a>(past: &'a History, record: &'a Accepted, at: ValidTime) -> (Option<&'a str>, Option<Date>) {
    let (mut severity, mut restriction) =
        (record.event.text("severity"), record.event.date("restriction_until"));
    let stream: Vec<_> = past.stream(&record.event.subject).collect();
    for later in &stream {
        let of = later.event.kind == "record.corrected"
            && later.event.text("record") == Some(&record.event.id)
            && later.event.valid_from <= at;
        let objected = || {
            stream.iter().any(|one| {
                one.event.kind == "objection.raised"
                    && one.event.text("target") == Some(&record.event.id)
                    && one.at < later.at
                    && phase_at(past, one, at, usize::MAX) == Some("upheld")
            })
        };
        if of && (!later.event.body["decision"].is_null() || objected()) {
            severity = later.event.text("severity").or(severity);
            restriction = later.event.date("restriction_until").or(restriction);
        }
    }
    (severity, restriction)
}
