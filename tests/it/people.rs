//! The people of the tests' ledgers: a registrar, a steward, a department, and what they sign.
//! Fixed keys, so that a failing test fails again.

use credit_ledger::ledger::{Founding, Settings};
use credit_ledger::signing::{Signing, Stated};
use credit_ledger::tile_client::TileClient;
use ledger_spec::definition::Name;
use ledger_spec::event::envelope::{SignedEvent, VerifiedEvent, seal};
use ledger_spec::event::{DisclosedField, Draft, EnrolledRegistrar, Kind, Salt, SentEvent, WholeEvent};
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::request::{Case, Purpose};
use ledger_spec::sealed::{Kek, NoRandomness, Randomness};
use ledger_spec::time::ValidTime;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;
use tlog::note::{KeyName, NoteSigner};

pub const ORIGIN: &str = "credit.test.example/ledger";
pub const TYPE: &str = "base.penalty";
pub const LIST: &str = "test.list";

pub fn operator() -> [u8; 32] {
    [1; 32]
}

pub fn registrar() -> SecretKey {
    SecretKey::from_seed(&[2; 32])
}

pub fn steward() -> SecretKey {
    SecretKey::from_seed(&[3; 32])
}

pub fn department() -> SecretKey {
    SecretKey::from_seed(&[4; 32])
}

pub fn name() -> Value {
    json!({"zh": "某单位", "en": "A body"})
}

pub fn founding() -> Founding {
    let name = Name { zh: "运营方".into(), en: "Operator".into() };
    Founding {
        settings: Settings::new(Origin::parse(ORIGIN).unwrap()),
        operator: AuthorityId::parse("operator").unwrap(),
        operator_name: name.clone(),
        operator_seed: operator(),
        master: Kek::copied(&[6; 32]),
        registrars: vec![EnrolledRegistrar {
            id: AuthorityId::parse("registrar").unwrap(),
            name,
            key: *registrar().public().as_bytes(),
        }],
        keys: Vec::new(),
        random: [0; 10],
    }
}

/// The log at a URL as an auditor reads it, who is given what opens the entries: the steward is one too.
pub fn auditing(url: &str) -> TileClient {
    let stated = Stated { purpose: Some(Purpose::Audit), case: Case::parse("2026-1"), visible_from: None };
    TileClient::new(url).unwrap().signing(Signing { key: Arc::new(steward()), stated })
}

/// What names the auditor to a command that runs in a folder, where its key is written.
pub fn as_auditor(folder: &Path) -> [&'static str; 4] {
    let key = NoteSigner::from_seed(KeyName::parse("steward").unwrap(), &[3; 32]);
    std::fs::write(folder.join("auditor.key"), key.secret_text().as_bytes()).unwrap();
    ["--auditor-key", "auditor.key", "--case", "2026-1"]
}

/// An event id that is the `n`-th of a test.
pub fn id(n: u64) -> EventId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    EventId::from_parts(1_780_000_000_000, random)
}

/// With what a test seals its `n`-th entry.
pub fn randomness(n: u64) -> Randomness {
    let fill = |bytes: &mut [u8; Randomness::LEN]| {
        let mut stream = blake3::Hasher::new();
        stream.update(b"randomness of tests").update(&n.to_le_bytes()).finalize_xof().fill(bytes);
        Ok::<(), NoRandomness>(())
    };
    Randomness::filled(fill).unwrap()
}

/// The salt of a test's `n`-th event.
pub fn salt(n: u64) -> Salt {
    let mut salt = [7; Salt::LEN];
    salt[..8].copy_from_slice(&n.to_le_bytes());
    Salt::from_bytes(salt)
}

/// An event's bytes, valid from the first day of 2026.
pub fn event(n: u64, kind: &str, issuer: &str, subject: &str, body: Value) -> Vec<u8> {
    event_with(n, kind, (issuer, subject), body, &[])
}

/// The same with fields that travel beside it.
pub fn event_with(
    n: u64,
    kind: &str,
    (issuer, subject): (&str, &str),
    body: Value,
    fields: &[DisclosedField],
) -> Vec<u8> {
    Draft {
        origin: &Origin::parse(ORIGIN).unwrap(),
        id: id(n),
        kind: Kind::parse(kind).unwrap(),
        issuer: &AuthorityId::parse(issuer).unwrap(),
        subject: &SubjectId::parse(subject).unwrap(),
        valid_from: ValidTime::parse("2026-01-01T00:00:00+08:00").unwrap(),
        seen_version: None,
        salt: salt(n),
        body,
    }
    .to_bytes_with(fields)
    .unwrap()
}

/// The envelopes that make a fresh ledger usable: steward, department, one type, one list.
pub fn setup() -> Vec<String> {
    let basis = json!([{"title": "测试依据"}]);
    let enrol = |n, id: &str, key: &SecretKey, roles: &[&str]| {
        let body = json!({
            "name": name(), "roles": roles, "keys": [key.public().to_base64url()],
            "competence": {"types": ["base.*"], "lists": ["test.*"], "reviews": ["*"], "subjects": ["uscc", "ext"]},
        });
        let subject = format!("authority:{id}");
        seal(&event(n, "authority.enrolled", "registrar", &subject, body), &[&registrar()])
    };
    let type_body = json!({
        "title": name(), "polarity": "negative", "disclosure": "public",
        "subjects": ["uscc", "ext"], "basis": basis, "confidence": "V",
    });
    let list_body = json!({
        "title": name(), "polarity": "negative", "disclosure": "public",
        "subjects": ["ext"], "columns": ["name", "reason"], "basis": basis, "confidence": "V",
    });
    let adopt =
        |n, kind, subject: String, body| seal(&event(n, kind, "steward", &subject, body), &[&steward()]);
    vec![
        enrol(1, "steward", &steward(), &["auditor", "steward"]),
        enrol(2, "department", &department(), &["department"]),
        adopt(3, "catalogue.type_adopted", format!("catalogue:type.{TYPE}"), type_body),
        adopt(4, "catalogue.list_adopted", format!("catalogue:list.{LIST}"), list_body),
    ]
}

/// The body of a negative record, with everything that due process asks.
pub fn negative(number: &str) -> Value {
    json!({
        "type": TYPE, "severity": "general", "review": "none",
        "notice": {"served_on": "2025-12-01", "statement": "answered"},
        "decision": {
            "number": number, "date": "2026-01-01", "issued_by": "某单位", "article": "测试条例第一条",
            "served_on": "2026-01-01", "document": "00".repeat(32),
        },
    })
}

/// A penalty of the department about a subject, in its envelope.
pub fn penalty(n: u64, subject: &str) -> String {
    let body = negative(&format!("测罚字〔2026〕{n}号"));
    seal(&event(n, "record.filed", "department", subject, body), &[&department()])
}

/// What is sent of an event, read, verified, and whole.
pub fn whole(sent: &str) -> WholeEvent {
    SentEvent::read(sent.as_bytes()).unwrap().verify().unwrap()
}

pub fn verified(envelope: &str) -> VerifiedEvent {
    SignedEvent::from_envelope(envelope.as_bytes()).unwrap().verify().unwrap()
}
