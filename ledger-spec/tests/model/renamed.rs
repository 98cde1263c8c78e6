//! One person under two names: each rule that asks what is known of a person refuses by what stands under the other name, and
//! would not without it. Engine and reference are asked alike.

use crate::compare::Base;
use crate::history::Stated;
use crate::world::{self, ORIGIN, RENAMED, SUBJECTS};
use ledger_spec::time::ValidTime;
use serde_json::{Value, json};

/// An event in this order, and the rule that refuses it.
pub struct Told {
    pub event: Stated,
    pub now: ValidTime,
    pub refused: Option<&'static str>,
}

fn at(day: &str) -> ValidTime {
    ValidTime::parse(&format!("2025-{day}T09:00:00+08:00")).unwrap()
}

pub fn told(
    day: &str,
    issuer: &str,
    kind: &str,
    (subject, id): (usize, u64),
    body: Value,
    refused: Option<&'static str>,
) -> Told {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&id.to_be_bytes());
    let event = Stated {
        origin: ORIGIN.into(),
        id: ledger_spec::id::EventId::from_parts(1_700_000_000_001, random).to_string(),
        kind: kind.into(),
        issuer: issuer.into(),
        subject: if subject < SUBJECTS.len() { SUBJECTS[subject].into() } else { "ledger".into() },
        valid_from: at(day),
        seen_version: None,
        signers: [0, 1].map(|number| world::key(issuer, number).public().to_base64url()).into(),
        body,
        bytes: Vec::new(),
    };
    // Only departments have a second key from the beginning on.
    let signers = if matches!(issuer, "market" | "court") { 2 } else { 1 };
    let event = Stated { signers: event.signers[..signers].to_vec(), ..event };
    Told { event, now: at(day), refused }
}

pub fn id(number: u64) -> String {
    told("01-10", "market", "", (0, number), json!({}), None).event.id
}

fn decision(number: &str, date: &str) -> Value {
    json!({ "number": number, "date": date, "issued_by": "the bureau", "article": "art. 5", "served_on": date,
            "document": "ab".repeat(32) })
}

pub fn record(code: &str, number: &str, date: &str, conduct: Option<&str>) -> Value {
    let mut body = json!({ "type": code, "decision": decision(number, date), "basis": [{ "instrument": "law.one" }],
        "person": { "adult_at_conduct": true, "adult_at_filing": true, "full_capacity": true } });
    if let Some(conduct) = conduct {
        body["severity"] = json!("general");
        body["review"] = json!("none");
        body["notice"] = json!({ "served_on": "2025-01-20", "statement": "answered" });
        body["conduct"] = json!({ "id": conduct, "ended_on": "2025-01-15" });
    }
    body
}

pub fn listed(list: &str, record: Option<u64>) -> Value {
    let mut body = json!({ "list": list, "row": { "name": "n", "ground": "g" }, "decision": decision("L", "2025-02-01"),
        "publication": { "basis": { "instrument": "law.one" }, "masked": true } });
    if let Some(record) = record {
        body["record"] = json!(id(record));
    }
    body
}

/// What stands under the first name, and then that the second begins.
fn beginning() -> Vec<Told> {
    let [old, new] = RENAMED;
    let registered = json!({ "registered_on": "2025-01-05" });
    let applied = json!({ "target": id(2), "corrected_on": "2025-02-02", "commitment": true });
    let link = |to: usize| json!({ "identifier": SUBJECTS[to] });
    vec![
        told("01-06", "registrar", "subject.registered", (old, 1), registered, None),
        told(
            "02-03",
            "market",
            "record.filed",
            (old, 2),
            record("base.fine", "1", "2025-02-01", Some("c1")),
            None,
        ),
        told(
            "02-03",
            "market",
            "record.filed",
            (old, 3),
            record("base.award", "2", "2025-02-01", None),
            None,
        ),
        told("02-03", "market", "listing.entered", (old, 4), listed("lists.red", Some(3)), None),
        told("02-03", "market", "repair.applied", (old, 5), applied, None),
        told("02-03", "market", "repair.accepted", (old, 6), json!({ "application": id(5) }), None),
        told("02-04", "operator", "subject.identifier_linked", (old, 7), link(new), None),
        told("02-04", "operator", "subject.identifier_linked", (new, 8), link(old), None),
        told(
            "02-04",
            "operator",
            "ledger.identity_rotated",
            (SUBJECTS.len(), 9),
            json!({ "epoch": 2 }),
            None,
        ),
    ]
}

#[test]
fn what_is_known_of_a_person_is_known_under_each_name() {
    let [old, new] = RENAMED;
    let mut all = beginning();
    let praise = json!({ "measure": "measures.praise", "rests_on": id(4) });
    let again = record("base.fine", "1", "2025-02-01", Some("c9"));
    all.extend([
        told(
            "02-05",
            "market",
            "record.filed",
            (new, 3),
            record("base.award", "9", "2025-02-01", None),
            Some("L08"),
        ),
        told("02-05", "registrar", "subject.registered", (new, 20), json!({}), Some("L19")),
        told("02-05", "market", "record.filed", (new, 21), again, Some("A10")),
        told(
            "02-05",
            "market",
            "record.filed",
            (new, 22),
            record("base.fine", "3", "2025-02-01", Some("c1")),
            Some("A10"),
        ),
        told(
            "02-05",
            "market",
            "record.filed",
            (new, 23),
            record("base.award", "4", "2025-01-02", None),
            Some("L16"),
        ),
        told(
            "02-05",
            "registrar",
            "subject.amended",
            (new, 24),
            json!({ "registered_on": "2025-01-01" }),
            None,
        ),
        told(
            "02-05",
            "market",
            "record.filed",
            (new, 25),
            record("base.award", "4", "2025-01-02", None),
            None,
        ),
        told("02-05", "court", "hold.placed", (new, 26), json!({ "reason": "stay", "case": "7" }), None),
        told(
            "02-05",
            "market",
            "record.sealed",
            (old, 27),
            json!({ "record": id(2), "reason": "r" }),
            Some("D10"),
        ),
        told("02-05", "court", "hold.released", (new, 28), json!({ "hold": id(26), "reason": "r" }), None),
        told("02-05", "market", "measure.imposed", (old, 29), praise.clone(), None),
        told("02-06", "market", "listing.entered", (new, 30), listed("lists.grave", None), None),
        told("02-06", "market", "measure.imposed", (old, 31), praise, Some("D07")),
        told("02-06", "market", "listing.entered", (old, 32), listed("lists.red", Some(2)), Some("D05")),
        told("06-02", "market", "repair.granted", (old, 33), json!({ "application": id(5) }), Some("D13")),
        told(
            "06-02",
            "market",
            "listing.removed",
            (new, 34),
            json!({ "listing": id(30), "list": "lists.grave", "reason": "r" }),
            None,
        ),
        told(
            "06-02",
            "market",
            "record.filed",
            (new, 35),
            record("base.fine", "5", "2025-03-01", Some("c2")),
            None,
        ),
        told("06-02", "market", "repair.granted", (old, 36), json!({ "application": id(5) }), Some("D13")),
        told(
            "06-02",
            "market",
            "record.revoked",
            (new, 37),
            json!({ "record": id(35), "reason": "r",
                "decision": { "number": "annulled", "date": "2025-06-02" } }),
            None,
        ),
        told("06-02", "market", "repair.granted", (old, 38), json!({ "application": id(5) }), None),
        told(
            "06-03",
            "market",
            "repair.rescinded",
            (old, 39),
            json!({ "application": id(5), "reason": "r" }),
            None,
        ),
        told(
            "06-03",
            "market",
            "record.filed",
            (new, 40),
            record("base.fine", "6", "2025-02-01", Some("c3")),
            None,
        ),
        told("06-03", "market", "repair.applied", (new, 41), json!({ "target": id(40) }), Some("D13")),
    ]);
    Base::new().tell(all);
}

#[test]
fn nobody_is_listed_twice_under_two_names() {
    let [_, new] = RENAMED;
    let mut all = beginning();
    let grave = || listed("lists.grave", None);
    let before = told("02-03", "market", "listing.entered", (RENAMED[0], 10), grave(), None);
    all.insert(6, before);
    all.push(told("02-05", "market", "listing.entered", (new, 20), grave(), Some("L19")));
    Base::new().tell(all);
}

#[test]
fn what_fell_beside_a_listing_under_another_name_is_no_ground() {
    let [old, new] = RENAMED;
    let mut all = beginning();
    let praised = || json!({ "measure": "measures.watch", "rests_on": id(3) });
    let decided =
        || json!({ "measure": "measures.watch", "rests_on": id(3), "decision": decision("W", "2025-02-07") });
    all.extend([
        told("02-05", "market", "measure.imposed", (old, 20), praised(), None),
        told("02-06", "market", "listing.entered", (new, 21), listed("lists.grave", None), None),
        told("02-07", "market", "measure.imposed", (old, 22), decided(), Some("D07")),
    ]);
    Base::new().tell(all);
}
