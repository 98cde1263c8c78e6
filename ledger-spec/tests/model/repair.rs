//! The reference's rules about repair that ask for more than the thing itself.

use crate::decision::{Names, aimed_at, is_makers};
use crate::early_end;
use crate::force::in_force;
use crate::gravity::severity_decided;
use crate::history::{Accepted, History, Stated};
use crate::openings::asked_at;
use crate::reference::{Question, phase, phase_at, severity};
use ledger_spec::time::{Date, ValidTime};

/// Whether an application for repair of this thing, or of another record of its decision, is open, or granted: one with the same
/// ruling, or like the new one with none.
pub fn is_in_repair(past: &History, target: &Accepted, new: &Stated) -> bool {
    let ruling = |one: &Stated| one.text("ruling").map(|id| (one.subject.clone(), id.to_owned()));
    let mut applied = aimed_at(past, target, "repair.applied", Names::Any);
    applied.retain(|one| ruling(&one.event) == ruling(new));
    applied.into_iter().any(|one| matches!(phase(past, one), Some("applied" | "accepted" | "granted")))
}

/// D13: whose repair was rescinded does not apply again for a time.
pub fn is_barred_from_repair(past: &History, event: &Stated) -> bool {
    let rescinded = past
        .person(&event.subject)
        .filter(|one| one.event.kind == "repair.rescinded" && !one.event.flag("own_error"));
    let Some(day) = rescinded.map(|one| one.event.day()).max() else { return false };
    let until = past.deadline("repair.tiers", "repair.after_fraud", day, day.start_of_day());
    until.is_some_and(|until| event.day() <= until)
}

/// Whether a record of a decision that is repaired in another still says what was decided: it was not revoked, nor taken back and,
/// after an objection that was upheld, filed again.
pub fn still_says(past: &History, record: &Accepted, (by, event): (&Accepted, &Stated)) -> bool {
    match phase(past, record) {
        Some("revoked") => false,
        Some("retracted") => {
            let raised = aimed_at(past, record, "objection.raised", Names::Own).into_iter();
            let mut upheld =
                raised.filter(|one| phase_at(past, one, event.valid_from, past.0.len()) == Some("upheld"));
            is_makers(past, record) >= is_makers(past, by)
                && !upheld.any(|one| record.at < one.at && one.at < by.at)
        }
        _ => true,
    }
}

/// The severity of a record: as it says, or, where it was taken back, as was decided.
pub fn severity_in_the_end(past: &History, record: &Accepted, at: ValidTime) -> Option<String> {
    match phase(past, record) {
        Some("retracted") => severity_decided(past, record, at).map(str::to_owned),
        _ => severity(past, record, at),
    }
}

/// D13: what the type of a record asks of its repair.
pub fn asked_of_repair(q: &mut Question<'_>, target: &Accepted, applied: Date) {
    let (past, event) = (q.past, q.event);
    if target.event.kind != "record.filed" {
        return;
    }
    let code = target.event.text("type").unwrap();
    let Some(definition) = past.definition("type", code, asked_at(&target.event)) else { return };
    let asks =
        |one: &str| definition["repair_asks"].as_array().is_some_and(|all| all.iter().any(|a| a == one));
    // What an entry on a list with a rule of its own was made by stays as long as that.
    let listed = past.stream(&event.subject).any(|one| {
        one.event.kind == "listing.entered"
            && one.event.text("record") == Some(&target.event.id)
            && early_end::ends_of(past, one).is_some_and(|by| by.ends_with("application"))
            && in_force(past, one, event.valid_from)
    });
    q.refuse_if(listed, "D13");
    // What bars is asked now as well, where no document shows that it was decided before.
    let now = q.now.max(event.valid_from);
    let shown = event.decision_day().is_some_and(|decided| decided >= applied);
    let holds = |one: &Accepted| in_force(past, one, event.valid_from) || !shown && in_force(past, one, now);
    let again = past.person(&event.subject).any(|one| {
        one.event.kind == "record.filed"
            && one.event.text("type") == Some(code)
            && one.event.decision_day() > target.event.decision_day()
            && holds(one)
    });
    q.refuse_if(asks("not_repeated") && again, "D13");
    let listed = past.person(&event.subject).any(|one| {
        let list = one.event.text("list").filter(|_| one.event.kind == "listing.entered");
        let list = list.and_then(|list| past.definition("list", list, asked_at(&one.event)));
        list.is_some_and(|list| list["polarity"] == "negative" && list["serious"] == true) && holds(one)
    });
    q.refuse_if(asks("not_listed") && listed, "D13");
}
