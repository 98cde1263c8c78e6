//! The reference's rules about masks: a ruling that approves a plan, an application with it, and its acceptance.

use crate::decision::{Names, is_revoked_within};
use crate::history::{Accepted, History};
use crate::once::is_void;
use crate::openings::asked_at;
use crate::reference::{Question, phase, phase_at};
use ledger_spec::time::ValidTime;
use serde_json::Value;

/// The type of records that are rulings.
pub const RULING: &str = "base.plan";

fn says(record: &Accepted, step: &str) -> bool {
    record.event.text("type") == Some(RULING) && record.event.body["details"]["step"] == step
}

/// Whether a record is a ruling that approves a plan.
pub fn approves(record: &Accepted) -> bool {
    says(record, "plan_approved")
        || record.event.text("type") == Some(RULING) && record.event.body["details"]["step"].is_null()
}

/// Two instants: a valid time, and how many entries are known.
type When = (ValidTime, usize);

/// Who asks whether a record counts: whoever takes in an event looks at its stream alone, an answer at all that was annulled.
type Void = fn(&History, &Accepted, When) -> bool;

const OF_THE_STREAM: Void = |past, record, when| is_revoked_within(past, record, Names::Own, when);
const OF_ALL: Void = |past, record, (at, known)| is_void(past, record, at, known);

/// Whether the type of a ruling was one by which something may be masked when it was made, by what so many entries say.
fn may_mask(past: &History, record: &Accepted, known: usize) -> bool {
    let asked = asked_at(&record.event);
    let versions = past.stream(&format!("catalogue:type.{RULING}"));
    let versions = versions.filter(|one| one.at < known && one.event.valid_from <= asked);
    versions.max_by_key(|one| (one.event.valid_from, one.at)).is_some_and(|newest| {
        let tags = newest.event.body["tags"].as_array();
        tags.is_some_and(|all| all.iter().any(|tag| tag == "masks_repairable"))
    })
}

/// Whether a record counts, by what so many entries say.
fn counts(past: &History, record: &Accepted, when: When, void: Void) -> bool {
    record.at < when.1
        && may_mask(past, record, when.1)
        && record.event.valid_from <= when.0
        && phase_at(past, record, when.0, when.1) == Some("filed")
        && !void(past, record, when)
}

/// Whether a ruling counts, and none since declares the subject bankrupt.
fn holds(past: &History, ruling: &Accepted, when: When, void: Void) -> bool {
    let later =
        |one: &Accepted| (one.event.decision_day(), one.at) > (ruling.event.decision_day(), ruling.at);
    let mut ended = past.stream(&ruling.event.subject).filter(|one| says(one, "declared") && later(one));
    counts(past, ruling, when, void) && !ended.any(|one| counts(past, one, when, void))
}

/// Whether a ruling reaches a thing: it was decided before, and can be repaired.
fn reaches(past: &History, ruling: &Accepted, thing: &Accepted) -> bool {
    let beneath = match thing.event.kind.as_str() {
        "record.filed" => Some(thing),
        _ => thing.event.text("record").and_then(|id| past.find(&thing.event.subject, id)),
    };
    let repairable = beneath.is_some_and(|record| record.event.text("severity").is_some());
    repairable && Some(thing.event.decision_day().unwrap_or(thing.event.day())) < ruling.event.decision_day()
}

/// D04: what a ruling decides is said under a type that has a field for it.
pub fn fields(q: &mut Question<'_>, definition: &Value, unchecked: &[&str]) {
    let asked = !unchecked.contains(&"D04");
    q.refuse_if(asked && definition["fields"].is_null() && !q.event.body["details"].is_null(), "D04");
}

/// L15, L16, L20, D13: what an application with a ruling asks.
pub fn asked_for(q: &mut Question<'_>, target: &Accepted) {
    let Some(ruling) = q.reference("ruling", &["record.filed"]) else { return };
    let when = (q.event.valid_from, q.past.0.len());
    q.refuse_if(phase(q.past, ruling) != Some("filed"), "L16");
    q.refuse_if(!approves(ruling) || !counts(q.past, ruling, when, OF_THE_STREAM), "L15");
    q.refuse_if(!holds(q.past, ruling, when, OF_THE_STREAM) || !reaches(q.past, ruling, target), "D13");
}

/// L17, D13: who recognised what it is about accepts it, while the ruling holds.
pub fn accepted(q: &mut Question<'_>, application: &Accepted) {
    let past = q.past;
    let named =
        |field| application.event.text(field).and_then(|id| past.find(&application.event.subject, id));
    let Some(ruling) = named("ruling") else { return };
    let own = named("target").is_some_and(|target| q.decided(target));
    q.refuse_if(!own, "L17");
    q.refuse_if(!holds(past, ruling, (q.event.valid_from, past.0.len()), OF_THE_STREAM), "D13");
}

/// Whether an application with a ruling about one of these records of one decision masks the record.
pub fn is_masked(past: &History, record: &Accepted, records: &[&Accepted], when: When) -> bool {
    let (at, known) = when;
    let about = |one: &&Accepted| {
        one.event.kind == "repair.applied"
            && one.at < known
            && records.iter().any(|record| one.event.text("target") == Some(&record.event.id))
    };
    past.stream(&record.event.subject).filter(about).any(|one| {
        let ruling = one.event.text("ruling").and_then(|id| past.find(&one.event.subject, id));
        matches!(phase_at(past, one, at, known), Some("accepted" | "granted"))
            && ruling.is_some_and(|ruling| reaches(past, ruling, record) && holds(past, ruling, when, OF_ALL))
    })
}
