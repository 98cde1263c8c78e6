//! Cases of admission: every rule both ways, on the base ledger.

use super::case::{Case, Expected, accepted, accepted_after, after, by, input};
use super::{accesses, contested, due, endings, erasing, renewing};
use crate::base::{
    COURT, DEPARTMENT, FIRM, LIST_ADOPTED, Making, OPERATOR, OTHER_FIRM, REGISTRAR, STEWARD, TYPE_ADOPTED,
    WINDOW, WITH_TORSION, a_list, a_type, accepting, deciding, decision, entering, event_id, filing, name,
    opening, public, registering, with, with_issuer, without,
};
use ledger_spec::event::{Kind, StepKind};
use serde_json::{Value, json};

const LIST: Option<&str> = Some("market.serious");

pub fn cases() -> Vec<Case> {
    let mut cases = anybody();
    cases.extend(governance());
    cases.extend(facts());
    cases.extend(endings::cases());
    cases.extend(contested::cases());
    cases.extend(erasing::cases());
    cases.extend(renewing::cases());
    cases.extend(due::cases());
    cases.extend(accesses::cases());
    cases
}

/// L01 to L10 as far as they concern any kind.
fn anybody() -> Vec<Case> {
    let id = 20;
    let on_empty = |event: &Making| json!({ "ledger": "empty", "event": event.timed() });
    let twice = Making { second: 30, ..filing(9) };
    let reused = with(twice.clone(), "summary", json!("罚款六千元"));
    let revoke_key = Making::new(
        id,
        Kind::KeyRevoked,
        REGISTRAR,
        &format!("authority:{DEPARTMENT}"),
        json!({ "key": public(4), "reason": "lost" }),
    );
    let rotated = Making::new(
        id,
        Kind::KeyAdded,
        REGISTRAR,
        &format!("authority:{DEPARTMENT}"),
        json!({ "key": public(12) }),
    );
    let seen = |version| Making { seen_version: Some(version), ..filing(id) };
    let plain = filing(id);
    vec![
        accepted("filed", "a department files a record", &plain),
        by(
            "L01",
            "other-origin",
            "an event of another ledger",
            &Making { origin: "other.example/ledger", ..plain.clone() },
        ),
        Case::accepted("admission", "opened", "entry 0 opens a ledger", on_empty(&opening())),
        Case::new(
            "admission",
            "l02-other-signer",
            "an opening that its operator did not sign",
            on_empty(&opening().keys(&[2])),
            Expected::By("L02"),
        ),
        Case::new(
            "admission",
            "l03-before-opening",
            "a record in a ledger that is not opened",
            on_empty(&plain),
            Expected::By("L03"),
        ),
        by("L02", "opened-twice", "a second opening", &Making { id, second: 30, ..opening() }),
        by("L03", "unknown-issuer", "nobody enrolled", &Making { issuer: "nobody.430381", ..plain.clone() }),
        by("L04", "key-of-another", "the court's key under the department's name", &plain.clone().keys(&[5])),
        by("L04", "one-key-twice", "one key signs twice", &plain.clone().keys(&[4, 4])),
        by(
            "L04",
            "second-of-another",
            "a second signature by another authority's key",
            &plain.clone().keys(&[4, 5]),
        ),
        accepted_after(
            "two-keys",
            "two keys of the issuer",
            std::slice::from_ref(&rotated),
            &filing(21).keys(&[4, 12]),
        ),
        accepted_after("new-key", "a key that was added", &[rotated], &filing(21).keys(&[12])),
        after("L05", "revoked-key", "a key that was revoked", &[revoke_key], &filing(21)),
        after(
            "L17",
            "window-decides",
            "a service window grants a repair of what it did not recognise",
            &[accepting(19, 11, LIST)],
            &with_issuer(deciding(id, Kind::Step(StepKind::RepairGranted), 11, LIST), WINDOW),
        ),
        by(
            "L06",
            "department-enrols",
            "a department enrols",
            &with_issuer(enrolling(id, "new.430381", 12), DEPARTMENT),
        ),
        Case::accepted(
            "admission",
            "seen",
            "the same event again: its first entry is named",
            input(&[], &twice),
        ),
        by("L08", "other-bytes", "the id of an event of this stream with other bytes", &reused),
        accepted(
            "seen-version",
            "the issuer has seen all four events of the stream",
            &Making { valid_from: "2025-11-30T00:00:00+08:00", ..seen(4) },
        ),
        by("L09", "stale-seen-version", "the issuer has not seen the last event", &seen(3)),
        by("L09", "seen-too-much", "a version that the stream has not reached", &seen(5)),
        accepted(
            "sealed-beside-clear",
            "the id of the enrolment, and nothing seen: what is sealed about an authority has a stream of its own",
            &Making { seen_version: Some(0), ..about_the_department(2) },
        ),
        accepted_after(
            "clear-beside-sealed",
            "what is in the clear about an authority counts nothing that is sealed",
            &[about_the_department(19)],
            &Making { seen_version: Some(1), ..key_added(id, 12) },
        ),
        after(
            "L09",
            "clear-stale-seen-version",
            "the issuer has not seen the enrolment",
            &[about_the_department(19)],
            &Making { seen_version: Some(0), ..key_added(id, 12) },
        ),
        accepted(
            "five-minutes-ahead",
            "within what clocks may differ",
            &plain.clone().valid_from("2025-12-01T09:05:20+08:00"),
        ),
        by(
            "L10",
            "future",
            "a second more than clocks may differ",
            &plain.valid_from("2025-12-01T09:05:21+08:00"),
        ),
    ]
}

/// A sealed event in the department's stream.
fn about_the_department(id: u8) -> Making {
    let body = json!({ "title": "查询接口泄露", "reported_on": "2025-10-31" });
    Making::new(id, Kind::IncidentOpened, OPERATOR, &format!("authority:{DEPARTMENT}"), body)
}

/// An event in the clear in the department's stream.
fn key_added(id: u8, key: u8) -> Making {
    let body = json!({ "key": public(key) });
    Making::new(id, Kind::KeyAdded, REGISTRAR, &format!("authority:{DEPARTMENT}"), body)
}

fn enrolling(id: u8, authority: &str, key: u8) -> Making {
    let body = json!({ "name": name("新", "New"), "roles": ["department"], "keys": [public(key)] });
    Making::new(id, Kind::AuthorityEnrolled, REGISTRAR, &format!("authority:{authority}"), body)
}

fn governance() -> Vec<Case> {
    let id = 20;
    let about = |authority: &str| format!("authority:{authority}");
    let adding = |id, authority: &str, key: String| {
        Making::new(id, Kind::KeyAdded, REGISTRAR, &about(authority), json!({ "key": key }))
    };
    let revoking_key = |id, authority: &str, key| {
        Making::new(
            id,
            Kind::KeyRevoked,
            REGISTRAR,
            &about(authority),
            json!({ "key": public(key), "reason": "rotated" }),
        )
    };
    let adopting = |id, code: &str, body: Value, kind| {
        Making::new(id, kind, STEWARD, &format!("catalogue:{code}"), body)
    };
    let a_new_type = || a_type(name("判决", "Judgment"), "negative");
    let neutral = tlog::bytes::to_base64url(&{
        let mut point = [0; 32];
        point[0] = 1;
        point
    });
    let with_torsion = tlog::bytes::to_base64url(&WITH_TORSION);
    let enrolling_torsion = {
        let mut enrolling = enrolling(id, "new.430381", 12);
        enrolling.body["keys"][0] = with_torsion.as_str().into();
        enrolling
    };
    let torsion_registers = {
        let mut opening = opening();
        opening.body["registrars"][0]["key"] = with_torsion.as_str().into();
        opening
    };
    let operator_registers = {
        let mut opening = opening();
        opening.body["registrars"][0]["id"] = OPERATOR.into();
        opening
    };
    let one_key = {
        let mut opening = opening();
        opening.body["registrars"][0]["key"] = public(1).into();
        opening
    };
    let on_empty = |event: &Making| json!({ "ledger": "empty", "event": event.timed() });
    let named = format!("person:{}", "ab".repeat(32));
    let nameless = with(registering(id, &named), "name", Value::Null);
    let nameless = Making { body: json!({ "registered_on": nameless.body["registered_on"] }), ..nameless };
    let household = format!("household:{}", "cd".repeat(32));
    vec![
        accepted("enrolled", "an authority is enrolled", &enrolling(id, "new.430381", 12)),
        by("L19", "enrolled-twice", "an authority that is enrolled already", &enrolling(id, COURT, 12)),
        by("L14", "known-key", "a key that another authority has", &enrolling(id, "new.430381", 5)),
        by(
            "L11",
            "enrolled-firm",
            "a firm as an authority",
            &Making { subject: FIRM.into(), ..enrolling(id, "new.430381", 12) },
        ),
        by("L13", "weak-key", "a key of small order", &adding(id, COURT, neutral)),
        by("L13", "torsion", "a key with a part of small order", &adding(id, COURT, with_torsion.clone())),
        by("L13", "torsion-enrolled", "an authority's first key with one", &enrolling_torsion),
        Case::new(
            "admission",
            "l13-torsion-opened",
            "a registrar's key with one in the opening",
            on_empty(&torsion_registers),
            Expected::By("L13"),
        ),
        by(
            "L15",
            "key-of-nobody",
            "a key for an authority that is not enrolled",
            &adding(id, "nobody.430381", public(12)),
        ),
        accepted("key-revoked", "a key is revoked", &revoking_key(id, COURT, 5)),
        by("L15", "unknown-key", "a key that the authority never had", &revoking_key(id, COURT, 4)),
        after(
            "L16",
            "revoked-key-twice",
            "a key that is revoked already",
            &[revoking_key(id, COURT, 5)],
            &revoking_key(21, COURT, 5),
        ),
        after(
            "L14",
            "revoked-key-again",
            "a revoked key does not come back",
            &[revoking_key(id, COURT, 5)],
            &adding(21, COURT, public(5)),
        ),
        Case::new(
            "admission",
            "l19-operator-registers",
            "the operator as its own registrar",
            on_empty(&operator_registers),
            Expected::By("L19"),
        ),
        Case::new(
            "admission",
            "l14-one-key-for-two",
            "one key for operator and registrar",
            on_empty(&one_key),
            Expected::By("L14"),
        ),
        accepted(
            "type-adopted-ahead",
            "a type that counts from a later day",
            &adopting(id, "type.judgment.unpaid", a_new_type(), TYPE_ADOPTED)
                .valid_from("2026-07-01T00:00:00+08:00"),
        ),
        by(
            "L19",
            "type-twice",
            "a type that is adopted already",
            &adopting(id, "type.penalty.fine", a_new_type(), TYPE_ADOPTED),
        ),
        by(
            "L11",
            "type-as-list",
            "a type under a list's name",
            &adopting(id, "list.judgment.unpaid", a_new_type(), TYPE_ADOPTED),
        ),
        accepted("list-adopted", "a second list", &adopting(id, "list.court.unpaid", a_list(), LIST_ADOPTED)),
        by(
            "L19",
            "list-twice",
            "a list that is adopted already",
            &adopting(id, "list.market.serious", a_list(), LIST_ADOPTED),
        ),
        accepted("registered", "a second firm is registered", &registering(id, OTHER_FIRM)),
        by("L19", "registered-twice", "a firm that is registered already", &registering(id, FIRM)),
        by(
            "A02",
            "registers-households",
            "a scheme that the department does not register",
            &Making { subject: household, ..nameless.clone() },
        ),
        by(
            "L11",
            "registers-the-ledger",
            "a subject whose credit is not recorded",
            &registering(id, "ledger"),
        ),
        accepted("person-registered", "a person without a name", &nameless),
        by("L22", "person-named", "a person's name in clear", &registering(id, &named)),
    ]
}

fn facts() -> Vec<Case> {
    let id = 20;
    let type_of = |code: &str| with(filing(id), "type", json!(code));
    let licence = || {
        let mut making = type_of("licence.granted");
        making.body.as_object_mut().unwrap().remove("severity");
        making
    };
    let ahead = || {
        Making::new(
            30,
            TYPE_ADOPTED,
            STEWARD,
            "catalogue:type.penalty.ahead",
            a_type(name("新", "New"), "negative"),
        )
        .valid_from("2025-11-15T00:00:00+08:00")
    };
    let negative_without = {
        let mut making = filing(id);
        making.body.as_object_mut().unwrap().remove("severity");
        making
    };
    let judgment = Making::new(
        30,
        TYPE_ADOPTED,
        STEWARD,
        "catalogue:type.judgment.unpaid",
        a_type(name("判决", "Judgment"), "negative"),
    )
    .valid_from("2025-01-01T00:00:00+08:00");
    let on_list = |making: Making, list: &str| with(making, "list", json!(list));
    let place = Making { subject: "place:430381".into(), ..filing(id) };
    let person = Making { subject: format!("person:{}", "ab".repeat(32)), ..entering(id) };
    let person = {
        let mut making = person;
        making.body.as_object_mut().unwrap().remove("record");
        making
    };
    let row = |row: Value| with(entering(id), "row", row);
    vec![
        accepted("licence", "a positive record has no severity", &licence()),
        by("A01", "unknown-type", "a type that the catalogue has not", &type_of("penalty.other")),
        after(
            "A01",
            "type-not-yet",
            "a type that counts from a later day",
            &[ahead()],
            &with(filing(31), "type", json!("penalty.ahead")),
        ),
        after(
            "A02",
            "type-of-the-court",
            "a type that is the court's business",
            &[judgment],
            &with(filing(31), "type", json!("judgment.unpaid")),
        ),
        by("L11", "place-fined", "a subject that the type does not fit", &place),
        by(
            "L10",
            "decision-ahead",
            "a decision of a day to come",
            &with(filing(id), "decision", decision("1", "2025-12-02")),
        ),
        by("A08", "no-severity", "a negative record without severity", &negative_without),
        by(
            "A08",
            "severity-of-licence",
            "a positive record with severity",
            &with(licence(), "severity", json!("minor")),
        ),
        by("L19", "entered-twice", "a second entry on the list on the same record", &entering(id)),
        accepted("entered", "an entry on the list without a record", &without(entering(id), "record")),
        by(
            "A01",
            "unknown-list",
            "a list that the catalogue has not",
            &on_list(entering(id), "market.other"),
        ),
        by("L11", "person-listed", "a person on a list of firms", &person),
        by("L06", "window-enters", "a service window enters", &with_issuer(entering(id), WINDOW)),
        by(
            "A02",
            "list-of-another",
            "a list that is not the court's business",
            &with_issuer(entering(id), COURT),
        ),
        by("L18", "row-short", "a column is missing", &row(json!({ "name": "x" }))),
        by("L18", "row-other", "another column", &row(json!({ "name": "x", "until": "y" }))),
        accepted(
            "row-empty-value",
            "a value may be empty, columns in any order",
            &without(row(json!({ "since": "", "name": "x" })), "record"),
        ),
        by(
            "L15",
            "unknown-record",
            "a record that the stream has not",
            &with(entering(id), "record", json!(event_id(99).to_string())),
        ),
        by(
            "L15",
            "record-is-listing",
            "a listing where a record belongs",
            &with(entering(id), "record", json!(event_id(10).to_string())),
        ),
    ]
}
