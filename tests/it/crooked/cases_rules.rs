//! Cheats with what may be recorded: the operator takes in what somebody has signed, and what the rules
//! refuse. Where a department has signed, it did so by mistake, or in league; the operator holds what was
//! sent, and no key but its own.

use super::cases_erasure::honest_and;
use super::forge::{Forged, LATE, LOST, MARK, MARKET, OPERATOR, Said, key, penalty, record};
use super::{Case, Cheat, Sight};
use crate::people;
use serde_json::{Value, json};
use tlog::bytes::to_base64url;
use tlog::key::PublicKey;

pub const CASES: &[Case] = &[
    Case("replays an event from another ledger", other_ledger, Sight::all(&["entry 151", "L01"])),
    Case("opens the ledger a second time", opens_again, Sight::all(&["entry 151", "L02"])),
    Case("takes an issuer whom nobody enrolled", nobody, Sight::all(&["entry 151", "L03"])),
    Case("uses a key before it is enrolled", early_key, Sight::all(&["entry 151", "L04", "nobody enrolled"])),
    Case("uses another department's key", others_key, Sight::all(&["entry 151", "L04", "market"])),
    Case("signs for a department itself", operators_key, Sight::all(&["entry 151", "L04", "operator"])),
    Case("uses a revoked key", revoked_key, Sight::all(&["entry 151", "L05", "revoked by entry 9"])),
    Case("lets the steward file a record", steward_files, Sight::all(&["entry 151", "L06"])),
    Case("enrols a department itself", operator_enrols, Sight::all(&["entry 151", "L06"])),
    Case("enrols a key of mixed order", mixed_order, Sight::all(&["entry 151", "L13", "small order"])),
    Case("records before it has happened", before_the_fact, Sight::all(&["entry 151", "L10"])),
    Case("writes a person's number in clear", in_clear, Sight::all(&["entry 151", "L22"])),
    Case("uses a type that has expired", expired_type, Sight::all(&["entry 151", "A01"])),
    Case("uses a type that was never adopted", unknown_type, Sight::all(&["entry 151", "A01"])),
    Case("uses a key outside its competence", incompetent, Sight::all(&["entry 151", "A02"])),
    Case("takes a decision without its document", no_document, Sight::all(&["entry 151", "A03"])),
    Case("takes a record without notice", no_notice, Sight::all(&["entry 151", "A04"])),
    Case("takes a record about a minor", minor, Sight::all(&["entry 151", "A05"])),
    Case("takes a record about genes", genes, Sight::all(&["entry 151", "A07"])),
    Case("ends another department's record", not_the_source, Sight::all(&["entry 151", "L17"])),
];

/// In place of the marked entry, all else remade so that only the rules are broken.
fn instead(said: &Said) -> Cheat {
    Cheat::of(Forged::relinked(MARK, |entry| said.put_into(entry)))
}

fn with_body(field: &str, value: Option<Value>) -> Cheat {
    let mut said = penalty(9_000, "ext:firm:31");
    match value {
        Some(value) => said.body[field] = value,
        None => drop(said.body.as_object_mut().unwrap().remove(field)),
    }
    instead(&said)
}

/// An honest ledger whose identity key was rotated while a person stood in it: entries 320 to 322 say so.
pub fn renewed() -> Forged {
    let [old, new] = ["", ".02"].map(|epoch| format!("person:{}{epoch}", "ab".repeat(32)));
    let link = |id, subject: &str, other: &str| {
        Said::new(id, "subject.identifier_linked", "operator", subject, json!({ "identifier": other }))
    };
    let rotated = Said::new(9_403, "ledger.identity_rotated", "operator", "ledger", json!({ "epoch": 2 }));
    Forged::over(&honest_and(&[link(9_401, &old, &new), link(9_402, &new, &old), rotated]))
}

fn other_ledger() -> Cheat {
    instead(&Said { origin: "credit.other.example/ledger", ..penalty(9_000, "ext:firm:31") })
}

fn opens_again() -> Cheat {
    let public = |number: u8| key(number).public().to_base64url();
    let registrar = json!({"id": "registrar-2", "name": people::name(), "key": public(9)});
    let operator = json!({"name": people::name(), "key": public(OPERATOR)});
    let body = json!({"spec_version": 1, "operator": operator, "registrars": [registrar]});
    instead(&Said::new(9_000, "ledger.opened", "operator", "ledger", body))
}

fn nobody() -> Cheat {
    let body = penalty(9_000, "ext:firm:31").body;
    instead(&Said::new(9_000, "record.filed", "nobody", "ext:firm:31", body))
}

fn early_key() -> Cheat {
    instead(&Said { keys: vec![LATE], ..record(9_000, "water", "ext:firm:31", "water.arrears") })
}

fn others_key() -> Cheat {
    instead(&Said { keys: vec![MARKET], ..record(9_000, "water", "ext:firm:31", "water.arrears") })
}

fn operators_key() -> Cheat {
    instead(&Said { keys: vec![OPERATOR], ..penalty(9_000, "ext:firm:31") })
}

fn revoked_key() -> Cheat {
    instead(&Said { keys: vec![LOST], ..penalty(9_000, "ext:firm:31") })
}

fn steward_files() -> Cheat {
    instead(&record(9_000, "steward", "ext:firm:31", "base.penalty"))
}

fn operator_enrols() -> Cheat {
    let keys = [key(9).public().to_base64url()];
    let body = json!({"name": people::name(), "roles": ["department"], "keys": keys});
    instead(&Said::new(9_000, "authority.enrolled", "operator", "authority:friend", body))
}

/// An honest key and a point of order 8, added.
fn mixed_order() -> Cheat {
    let id = "94b8db5fb7497060df435857cf80ca635ecdabc6ca5f340ef67bbb3c91c55521";
    let key = to_base64url(&PublicKey::bytes_from_id(id).unwrap());
    let body = json!({"name": people::name(), "roles": ["department"], "keys": [key]});
    instead(&Said::new(9_000, "authority.enrolled", "registrar", "authority:friend", body))
}

/// The fact is dated a day after the time at which the operator claims to have recorded it.
fn before_the_fact() -> Cheat {
    instead(&Said { valid_from: "2026-02-02T12:00:00+08:00", ..penalty(9_000, "ext:firm:31") })
}

fn in_clear() -> Cheat {
    with_body("summary", Some("罚款，电话 13800138000".into()))
}

fn expired_type() -> Cheat {
    instead(&record(9_000, "market", "ext:firm:31", "base.retired"))
}

fn unknown_type() -> Cheat {
    instead(&record(9_000, "market", "ext:firm:31", "base.invented"))
}

fn incompetent() -> Cheat {
    instead(&record(9_000, "water", "ext:firm:31", "base.penalty"))
}

fn no_document() -> Cheat {
    let mut decision = penalty(9_000, "ext:firm:31").body["decision"].clone();
    decision.as_object_mut().unwrap().remove("document");
    with_body("decision", Some(decision))
}

fn no_notice() -> Cheat {
    with_body("notice", None)
}

fn minor() -> Cheat {
    let mut said = penalty(9_000, &format!("person:{}", "5a".repeat(32)));
    said.body["person"] = json!({"adult_at_conduct": false, "adult_at_filing": true, "full_capacity": true});
    instead(&said)
}

fn genes() -> Cheat {
    with_body("data", Some(json!(["genes"])))
}

fn not_the_source() -> Cheat {
    // The record that the market regulator filed as entry 141.
    let body = json!({"record": people::id(141).to_string(), "reason": "a favour"});
    instead(&Said::new(9_000, "record.revoked", "water", "ext:firm:21", body))
}
