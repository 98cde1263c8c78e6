//! The world in which every sequence begins: who there is, with which keys, and a small catalogue.

use crate::history::Stated;
use ledger_spec::time::ValidTime;
use serde_json::{Value, json};
use tlog::key::SecretKey;

pub const ORIGIN: &str = "model.example/ledger";
/// When the world is set up.
pub const BEGINNING: &str = "2024-12-01T00:00:00+08:00";
/// How many keys an authority can come to have.
const KEYS_EACH: u8 = 6;

pub const AUTHORITIES: &[&str] = &[
    "operator",
    "registrar",
    "registrar-two",
    "steward",
    "market",
    "transport",
    "tax",
    "tax-next",
    "court",
    "window",
    "desk",
    "auditor",
    "stranger",
];

/// As what documents know the market.
pub const MARKET: &str = "market-bureau";

pub const SUBJECTS: &[&str] = &[
    "uscc:914403001922038216",
    "uscc:91350100M000100Y43",
    "person:1111111111111111111111111111111111111111111111111111111111111111",
    "household:2222222222222222222222222222222222222222222222222222222222222222",
    "place:430381",
    "ext:uscc:91350100M000100Y44",
    "ext:hk-register:1234",
    // Whom the operator comes to name anew, and as whom.
    "person:3333333333333333333333333333333333333333333333333333333333333333.02",
];
/// Those that come to be names of one body.
pub const BODIES: &[&str] = &["uscc:914403001922038216", "uscc:91350100M000100Y43", "ext:hk-register:1234"];
/// The places in [`SUBJECTS`] of one person's two names.
pub const RENAMED: [usize; 2] = [2, 7];

pub const TYPES: &[&str] = &[
    "base.penalty",
    "base.fine",
    "base.award",
    "base.mixed",
    "base.policy",
    "base.gone",
    "base.pointer",
    "base.late",
    "base.barred",
    "base.agreed",
    "base.plan",
];
pub const LISTS: &[&str] = &["lists.black", "lists.red", "lists.grave", "lists.plain", "lists.late"];
pub const MEASURES: &[&str] = &["measures.ban", "measures.bar", "measures.praise", "measures.watch"];
pub const RATINGS: &[&str] = &["ratings.tax", "ratings.late"];
pub const POINTS: &[&str] = &["points.road"];

/// A key by its number: the authority's place in [`AUTHORITIES`] and which of its keys.
pub fn key(authority: &str, number: u8) -> SecretKey {
    let at = AUTHORITIES.iter().position(|one| *one == authority).unwrap();
    let mut seed = [7; 32];
    seed[0] = u8::try_from(at).unwrap() * KEYS_EACH + number;
    SecretKey::from_seed(&seed)
}

/// Every key that anybody may come to have, in order.
pub fn keys() -> Vec<SecretKey> {
    AUTHORITIES.iter().flat_map(|authority| (0..KEYS_EACH).map(|number| key(authority, number))).collect()
}

fn name(text: &str) -> Value {
    json!({ "zh": text, "en": text })
}

/// A definition's common part, with more.
fn definition(more: &Value) -> Value {
    let mut body =
        json!({ "title": name("item"), "basis": [{ "instrument": "law.one" }], "confidence": "U" });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn capacity(roles: &[&str]) -> Value {
    json!({
        "name": name("somebody"), "roles": roles,
        "competence": { "types": ["*"], "lists": ["lists.*"], "measures": ["*"], "ratings": ["*"], "points": ["*"],
                        "subjects": ["uscc", "person", "household", "place", "ext"] },
    })
}

/// A type of records.
pub fn record_type(polarity: &str, more: &Value) -> Value {
    let mut body = json!({
        "polarity": polarity, "disclosure": "public", "subjects": ["uscc", "person", "household", "place", "ext"],
    });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    definition(&body)
}

fn list(polarity: &str, more: &Value) -> Value {
    let mut body = json!({
        "polarity": polarity, "disclosure": "public", "subjects": ["uscc", "person", "ext"],
        "columns": ["name", "ground"],
    });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    definition(&body)
}

pub fn notice_clock(number: u64, unit: &str) -> Value {
    definition(&json!({ "periods": [
        { "name": "notice.statement", "number": number, "unit": unit, "instrument": "law.one", "confidence": "U" },
    ] }))
}

pub fn repair_tiers(general: u64, serious: u64) -> Value {
    definition(&json!({ "periods": [
        { "name": "general.min", "number": general, "unit": "month", "instrument": "law.one", "confidence": "U" },
        { "name": "serious.min", "number": serious, "unit": "month", "instrument": "law.one", "confidence": "U" },
        { "name": "general.max", "number": 2 * general + 1, "unit": "month", "instrument": "law.one", "confidence": "U" },
        { "name": "serious.max", "number": 2 * serious, "unit": "month", "instrument": "law.one", "confidence": "U" },
        { "name": "repair.after_fraud", "number": general, "unit": "month", "instrument": "law.one", "confidence": "U" },
    ] }))
}

fn limitation() -> Value {
    definition(&json!({ "periods": [
        { "name": "penalty.limitation", "number": 2, "unit": "year", "instrument": "law.one", "confidence": "U" },
        { "name": "penalty.limitation_harm", "number": 5, "unit": "year", "instrument": "law.one", "confidence": "U" },
        { "name": "notice.hearing", "number": 5, "unit": "working_day", "instrument": "law.one", "confidence": "U" },
        { "name": "notice.hearing_held", "number": 7, "unit": "working_day", "instrument": "law.one", "confidence": "U" },
    ] }))
}

/// The definitions that the world begins with: kind, subject, from when, body.
fn catalogue() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    const OLD: &str = "2015-01-01T00:00:00+08:00";
    const LATE: &str = "2025-09-01T00:00:00+08:00";
    let instrument = |level: &str| json!({ "title": name("law"), "level": level, "confidence": "U" });
    let calendar = |year: u16, holidays: &[&str], workdays: &[&str]| {
        definition(&json!({ "year": year, "holidays": holidays, "workdays": workdays }))
    };
    let grades = json!([
        { "grade": "A", "title": name("A"), "polarity": "positive" },
        { "grade": "D", "title": name("D"), "polarity": "negative" },
    ]);
    let rating = definition(&json!({
        "subjects": ["uscc", "ext"], "grades": grades, "disclosure": "public", "method": "2024", "cycle_months": 9,
    }));
    let rules = json!([
        { "rule": "r1", "title": name("r1"), "min": 1, "max": 3 }, { "rule": "r2", "title": name("r2"), "max": 12 },
    ]);
    let measure = |direction: &str, more: &Value| {
        let mut body =
            json!({ "direction": direction, "disclosure": "public", "subjects": ["uscc", "person", "ext"] });
        for (field, value) in more.as_object().unwrap() {
            body[field] = value.clone();
        }
        definition(&body)
    };
    let severities = json!(["minor", "general", "serious"]);
    vec![
        ("basis_registered", "basis.law.one", OLD, instrument("law")),
        ("basis_registered", "basis.rule.two", OLD, instrument("judicial_interpretation")),
        ("basis_registered", "basis.law.three", OLD, instrument("law")),
        (
            "basis_registered",
            "basis.law.four",
            OLD,
            json!({ "title": name("law"), "level": "law", "confidence": "U", "covers": ["base.policy"] }),
        ),
        (
            "type_adopted",
            "type.base.penalty",
            OLD,
            record_type(
                "negative",
                &json!({
            "severities": severities, "validity": "tier" }),
            ),
        ),
        (
            "type_adopted",
            "type.base.fine",
            OLD,
            record_type(
                "negative",
                &json!({
            "severities": ["general", "serious"], "limitation": true, "legal_review": true, "subjects": ["uscc", "person"],
            "repair_asks": ["not_listed", "not_repeated"], "tags": ["heard"] }),
            ),
        ),
        (
            "type_adopted",
            "type.base.award",
            OLD,
            record_type(
                "positive",
                &json!({ "validity": { "months": 8 }, "tags": ["rural:deed", "cs:ethics", "red_list"] }),
            ),
        ),
        (
            "type_adopted",
            "type.base.mixed",
            OLD,
            record_type("mixed", &json!({ "tags": ["licence", "cs:law", "cs:duty"] })),
        ),
        (
            "type_adopted",
            "type.base.policy",
            OLD,
            record_type("neutral", &json!({ "status": "basis_required" })),
        ),
        ("type_adopted", "type.base.gone", OLD, record_type("neutral", &json!({ "status": "repealed" }))),
        ("type_adopted", "type.base.pointer", OLD, record_type("neutral", &json!({ "status": "reference" }))),
        (
            "type_adopted",
            "type.base.late",
            LATE,
            record_type("negative", &json!({ "validity": "as_decided" })),
        ),
        (
            "type_adopted",
            "type.base.barred",
            OLD,
            record_type("negative", &json!({ "validity": "as_decided", "tags": ["ban"] })),
        ),
        (
            "type_adopted",
            "type.base.plan",
            OLD,
            record_type(
                "neutral",
                &json!({ "tags": ["masks_repairable"], "fields": [{ "name": "step", "title": name("step"), "values": [
                    { "value": "plan_approved", "title": name("approved") },
                    { "value": "declared", "title": name("declared") },
                    { "value": "accepted", "title": name("accepted") },
                ] }] }),
            ),
        ),
        ("type_adopted", "type.base.agreed", OLD, record_type("neutral", &json!({ "tags": ["consented"] }))),
        (
            "list_adopted",
            "list.lists.black",
            OLD,
            list(
                "negative",
                &json!({
            "types": ["base.penalty", "base.fine", "base.barred"], "requires_record": true, "months": 12, "early_months": 4, "least_severity": "general",
            "notice_required": true, "ends": { "by": "term_and_application" } }),
            ),
        ),
        (
            "list_adopted",
            "list.lists.red",
            OLD,
            list("positive", &json!({ "types": ["base.*"], "months": 6, "persons": "with_basis" })),
        ),
        (
            "list_adopted",
            "list.lists.grave",
            OLD,
            list(
                "negative",
                &json!({ "legal_review": true, "months": 36, "serious": true, "max_extension_months": 2,
                         "persons": "with_basis" }),
            ),
        ),
        ("list_adopted", "list.lists.plain", OLD, list("neutral", &json!({ "notice_required": true }))),
        ("list_adopted", "list.lists.late", LATE, list("neutral", &json!({ "status": "basis_required" }))),
        (
            "measure_adopted",
            "measure.measures.ban",
            OLD,
            measure(
                "ban",
                &json!({
            "rests_on": ["base.penalty", "base.fine", "base.barred", "lists.black"], "min_months": 2, "max_months": 12, "lifetime": true,
            "bars": ["procurement"], "ends": { "by": "term" } }),
            ),
        ),
        (
            "measure_adopted",
            "measure.measures.bar",
            OLD,
            measure(
                "ban",
                &json!({
            "rests_on": ["base.penalty", "base.fine", "base.barred", "lists.black"], "max_months": 9, "least_severity": "serious", "heard": true,
            "bars": ["procurement", "tendering"], "ends": { "by": "term" } }),
            ),
        ),
        (
            "measure_adopted",
            "measure.measures.praise",
            OLD,
            measure(
                "incentive",
                &json!({
            "rests_on": ["lists.red", "ratings.*"] }),
            ),
        ),
        (
            "measure_adopted",
            "measure.measures.watch",
            OLD,
            measure(
                "sanction",
                &json!({
            "rests_on": ["*"], "legal_review": true }),
            ),
        ),
        ("rating_scheme_adopted", "rating.ratings.tax", OLD, rating.clone()),
        ("rating_scheme_adopted", "rating.ratings.late", LATE, rating),
        (
            "points_scheme_adopted",
            "points.points.road",
            OLD,
            definition(&json!({
            "subjects": ["uscc", "person", "ext"], "cycle_months": 12, "rules": rules })),
        ),
        (
            "calendar_adopted",
            "calendar.cn.y2025",
            OLD,
            calendar(2025, &["2025-01-01", "2025-05-01", "2025-10-01"], &["2025-04-27"]),
        ),
        ("procedure_adopted", "procedure.notice.clock", OLD, notice_clock(5, "day")),
        ("procedure_adopted", "procedure.repair.tiers", OLD, repair_tiers(3, 12)),
        ("procedure_adopted", "procedure.penalty.clock", OLD, limitation()),
    ]
}

/// The events of the beginning; the bytes and ids are still to be made.
pub fn beginning() -> Vec<Stated> {
    let public = |authority: &str, number: u8| key(authority, number).public().to_base64url();
    let at = ValidTime::parse(BEGINNING).unwrap();
    let state = |kind: &str, issuer: &str, subject: &str, valid_from: ValidTime, body: Value| Stated {
        origin: ORIGIN.into(),
        id: String::new(),
        kind: kind.into(),
        issuer: issuer.into(),
        subject: subject.into(),
        valid_from,
        seen_version: None,
        signers: vec![public(issuer, 0)],
        body,
        bytes: Vec::new(),
    };
    let registrars = json!([
        { "id": "registrar", "name": name("registrar"), "key": public("registrar", 0) },
        { "id": "registrar-two", "name": name("registrar"), "key": public("registrar-two", 0) },
    ]);
    let opened = json!({
        "spec_version": 1, "operator": { "name": name("operator"), "key": public("operator", 0) },
        "registrars": registrars,
    });
    let mut all = vec![state("ledger.opened", "operator", "ledger", at, opened)];
    let roles: [(&str, &[&str]); 9] = [
        ("steward", &["steward"]),
        ("market", &["department"]),
        ("transport", &["department"]),
        ("tax", &["department"]),
        ("tax-next", &["department"]),
        ("court", &["court"]),
        ("window", &["window"]),
        ("desk", &["department", "window"]),
        ("auditor", &["auditor"]),
    ];
    for (authority, roles) in roles {
        let mut body = capacity(roles);
        body["keys"] = json!([public(authority, 0), public(authority, 1), public(authority, 2)]);
        if authority == "market" {
            body["name"] = name(MARKET);
        }
        if authority == "transport" {
            body["competence"]["types"] = json!(["base.penalty", "base.award"]);
            body["competence"]["lists"] = json!(["lists.red"]);
        }
        all.push(state("authority.enrolled", "registrar", &format!("authority:{authority}"), at, body));
    }
    for (kind, subject, from, body) in catalogue() {
        let (kind, subject) = (format!("catalogue.{kind}"), format!("catalogue:{subject}"));
        all.push(state(&kind, "steward", &subject, ValidTime::parse(from).unwrap(), body));
    }
    all
}
