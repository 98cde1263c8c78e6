//! The people, keys and events of the vectors: all from fixed seeds and fixed times.

use ledger_spec::definition::ItemKind;
use ledger_spec::entry::StreamVersion;
use ledger_spec::event::{Change, DisclosedField, Draft, Kind, Salt, StepKind, seal_with};
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::{Value, json};
use tlog::bytes::to_base64url;
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;

pub const ORIGIN: &str = "credit.example/ledger";
pub const FIRM: &str = "uscc:914403001922038216";
pub const OTHER_FIRM: &str = "uscc:91110000100000001W";
pub const DEPARTMENT: &str = "market-regulation.430381";
pub const COURT: &str = "court.430381";
pub const WINDOW: &str = "window.430381";
pub const STEWARD: &str = "credit-office.430381";
pub const REGISTRAR: &str = "registrar.430381";
pub const OPERATOR: &str = "operator.430381";

/// `catalogue.type_adopted`
pub const TYPE_ADOPTED: Kind = Kind::Catalogue(ItemKind::Type, Change::Adopted);
/// `catalogue.list_adopted`
pub const LIST_ADOPTED: Kind = Kind::Catalogue(ItemKind::List, Change::Adopted);

/// The code of the law in the catalogue that periods rest on.
pub const LAW: &str = "law.administrative-penalty";
/// From when the catalogue's items hold.
pub const YEAR: &str = "2025-01-01T00:00:00+08:00";
const PERSON_OF: &str = "ab";

/// The key of this number; the seed is 32 bytes of it.
pub fn key(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

/// The number of an authority's key.
pub fn key_of(authority: &str) -> u8 {
    match authority {
        OPERATOR => 1,
        REGISTRAR => 2,
        STEWARD => 3,
        DEPARTMENT => 4,
        COURT => 5,
        WINDOW => 6,
        _ => 9,
    }
}

/// The public key of 12 with a point of order 8 added: strict verifiers take it, and nobody may enrol it.
pub const WITH_TORSION: [u8; 32] = [
    0x94, 0xb8, 0xdb, 0x5f, 0xb7, 0x49, 0x70, 0x60, 0xdf, 0x43, 0x58, 0x57, 0xcf, 0x80, 0xca, 0x63, 0x5e,
    0xcd, 0xab, 0xc6, 0xca, 0x5f, 0x34, 0x0e, 0xf6, 0x7b, 0xbb, 0x3c, 0x91, 0xc5, 0x55, 0x21,
];

/// A public key as bodies write it.
pub fn public(number: u8) -> String {
    to_base64url(key(number).public().as_bytes())
}

/// An event id that a number stands for.
pub fn event_id(number: u8) -> EventId {
    EventId::from_parts(1_760_000_000_000 + u64::from(number), [number; 10])
}

/// One event to be made, with what most events share filled in.
#[derive(Clone)]
pub struct Making {
    pub origin: &'static str,
    pub id: u8,
    pub kind: Kind,
    pub issuer: &'static str,
    pub subject: String,
    pub valid_from: &'static str,
    pub seen_version: Option<u64>,
    pub body: Value,
    /// The fields that travel beside it.
    pub fields: Vec<DisclosedField>,
    /// Numbers of the keys that sign; the issuer's own where empty.
    pub keys: Vec<u8>,
    /// Seconds after the first entry at which it is recorded.
    pub second: u64,
}

impl Making {
    pub fn new(id: u8, kind: Kind, issuer: &'static str, subject: &str, body: Value) -> Self {
        Self {
            origin: ORIGIN,
            id,
            kind,
            issuer,
            subject: subject.to_owned(),
            valid_from: "2025-11-01T00:00:00+08:00",
            seen_version: None,
            body,
            fields: Vec::new(),
            keys: Vec::new(),
            second: u64::from(id),
        }
    }

    pub fn valid_from(self, valid_from: &'static str) -> Self {
        Self { valid_from, ..self }
    }

    pub fn keys(self, keys: &[u8]) -> Self {
        Self { keys: keys.to_vec(), ..self }
    }

    pub fn beside(self, fields: Vec<DisclosedField>) -> Self {
        Self { fields, ..self }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let draft = Draft {
            origin: &Origin::parse(self.origin).unwrap(),
            id: event_id(self.id),
            kind: self.kind,
            issuer: &AuthorityId::parse(self.issuer).unwrap(),
            subject: &SubjectId::parse(&self.subject).unwrap(),
            valid_from: ValidTime::parse(self.valid_from).unwrap(),
            seen_version: self.seen_version.map(StreamVersion::new),
            salt: Salt::from_bytes([self.id; Salt::LEN]),
            body: self.body.clone(),
        };
        draft.to_bytes_with(&self.fields).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn envelope(&self) -> String {
        let keys = if self.keys.is_empty() { vec![key_of(self.issuer)] } else { self.keys.clone() };
        let keys: Vec<_> = keys.into_iter().map(key).collect();
        seal_with(&self.bytes(), &self.fields, &keys.iter().collect::<Vec<_>>())
    }

    /// The event as a ledger's case gives it.
    pub fn timed(&self) -> Value {
        let first = RecordedTime::parse("2025-12-01T09:00:00+08:00").unwrap();
        json!({ "at": first.micros() + self.second * 1_000_000, "envelope": self.envelope() })
    }
}

pub fn name(zh: &str, en: &str) -> Value {
    json!({ "zh": zh, "en": en })
}

fn enrol(id: u8, authority: &str, roles: Value, competence: Value, names: Value) -> Making {
    let body = json!({
        "name": names, "roles": roles, "keys": [public(key_of(authority))], "competence": competence,
    });
    Making::new(id, Kind::AuthorityEnrolled, REGISTRAR, &format!("authority:{authority}"), body)
}

pub fn a_type(title: Value, polarity: &str) -> Value {
    json!({
        "title": title, "polarity": polarity, "disclosure": "public", "subjects": ["uscc", "person"],
        "basis": [{ "title": "行政处罚法", "article": "第四十八条" }], "confidence": "V",
    })
}

pub fn a_list() -> Value {
    json!({
        "title": name("严重违法失信名单", "Serious violations"), "polarity": "negative",
        "disclosure": "public", "subjects": ["uscc"], "columns": ["name", "since"],
        "basis": [{ "title": "市场监督管理严重违法失信名单管理办法" }], "confidence": "K",
    })
}

pub fn opening() -> Making {
    let registrar =
        json!({ "id": REGISTRAR, "name": name("登记机关", "Registrar"), "key": public(key_of(REGISTRAR)) });
    let body = json!({
        "spec_version": 1,
        "operator": { "name": name("运营单位", "Operator"), "key": public(key_of(OPERATOR)) },
        "registrars": [registrar],
    });
    Making::new(0, Kind::LedgerOpened, OPERATOR, "ledger", body)
}

/// A decision document with everything that A03 asks.
pub fn decision(number: &str, date: &str) -> Value {
    json!({
        "number": number, "date": date, "issued_by": "湘乡市市场监督管理局", "article": "食品安全法第一百二十六条",
        "served_on": date, "document": "5a".repeat(32),
    })
}

pub fn filing(id: u8) -> Making {
    let body = json!({
        "type": "penalty.fine", "severity": "minor", "summary": "罚款五千元", "review": "none",
        "notice": { "served_on": "2025-10-10", "statement": "answered" },
        // Each is of a decision of its own.
        "decision": decision(&format!("湘市监罚〔2025〕{}号", u16::from(id) + 8), "2025-10-30"),
    });
    Making::new(id, Kind::RecordFiled, DEPARTMENT, FIRM, body)
}

pub fn entering(id: u8) -> Making {
    let row = json!({ "name": "某某有限公司", "since": "2025-11-01" });
    let body = json!({ "list": "market.serious", "record": event_id(9).to_string(), "row": row });
    Making::new(id, Kind::ListingEntered, DEPARTMENT, FIRM, body)
}

pub fn removing(id: u8, listing: u8) -> Making {
    let body = json!({
        "list": "market.serious", "listing": event_id(listing).to_string(), "reason": "repair granted",
    });
    Making::new(id, Kind::Step(StepKind::ListingRemoved), DEPARTMENT, FIRM, body)
        .valid_from("2025-11-20T00:00:00+08:00")
}

pub fn applying(id: u8, target: u8, list: Option<&str>) -> Making {
    let mut body = json!({
        "target": event_id(target).to_string(), "statement": "已整改", "corrected_on": "2025-11-05", "commitment": true,
    });
    if let Some(list) = list {
        body["list"] = list.into();
    }
    Making::new(id, Kind::RepairApplied, WINDOW, FIRM, body).valid_from("2025-11-10T00:00:00+08:00")
}

pub fn accepting(id: u8, application: u8, list: Option<&str>) -> Making {
    let mut body = json!({ "application": event_id(application).to_string() });
    if let Some(list) = list {
        body["list"] = list.into();
    }
    let kind = Kind::Step(StepKind::RepairAccepted);
    Making::new(id, kind, WINDOW, FIRM, body).valid_from("2025-11-12T00:00:00+08:00")
}

pub fn deciding(id: u8, kind: Kind, application: u8, list: Option<&str>) -> Making {
    let mut body = json!({ "application": event_id(application).to_string(), "reason": "corrected in full" });
    if let Some(list) = list {
        body["list"] = list.into();
    }
    Making::new(id, kind, DEPARTMENT, FIRM, body).valid_from("2025-11-15T00:00:00+08:00")
}

/// A record is revoked, and no decision is named.
pub fn revoking_by_a_word(id: u8, record: u8) -> Making {
    let body = json!({ "record": event_id(record).to_string(), "reason": "annulled on review" });
    Making::new(id, Kind::Step(StepKind::RecordRevoked), DEPARTMENT, FIRM, body)
        .valid_from("2025-11-18T00:00:00+08:00")
}

pub fn revoking(id: u8, record: u8) -> Making {
    with(revoking_by_a_word(id, record), "decision", json!({ "number": "R-1", "date": "2025-11-18" }))
}

pub fn registering(id: u8, subject: &str) -> Making {
    let body = json!({ "name": "某某有限公司", "registered_on": "2019-05-06" });
    Making::new(id, Kind::SubjectRegistered, DEPARTMENT, subject, body)
}

/// The event with one field of its body replaced.
pub fn with(making: Making, field: &str, value: Value) -> Making {
    let mut making = making;
    making.body[field] = value;
    making
}

/// The event under another authority's name.
pub fn with_issuer(making: Making, issuer: &'static str) -> Making {
    Making { issuer, ..making }
}

/// The event without one field of its body.
pub fn without(making: Making, field: &str) -> Making {
    let mut making = making;
    making.body.as_object_mut().unwrap().remove(field);
    making
}

/// An event id as bodies write it.
pub fn id_of(number: u8) -> Value {
    json!(event_id(number).to_string())
}

pub fn person() -> String {
    format!("person:{}", PERSON_OF.repeat(32))
}

/// A type of the department, with more of the definition.
pub fn type_adopted(id: u8, code: &str, more: Value) -> Making {
    let mut body = a_type(name("新", "New"), "negative");
    merge(&mut body, more);
    Making::new(id, TYPE_ADOPTED, STEWARD, &format!("catalogue:type.{code}"), body).valid_from(YEAR)
}

pub fn adopted(id: u8, item: ItemKind, code: &str, body: Value) -> Making {
    let kind = Kind::Catalogue(item, Change::Adopted);
    Making::new(id, kind, STEWARD, &format!("catalogue:{}.{code}", item.name()), body).valid_from(YEAR)
}

pub fn law(id: u8) -> Making {
    let body = json!({ "title": name("行政处罚法", "Administrative Penalty Law"), "level": "law", "confidence": "V",
                       "covers": ["penalty.*", "market.*"] });
    adopted(id, ItemKind::Basis, LAW, body)
}

pub fn periods(id: u8, periods: Value) -> Making {
    let body = json!({
        "title": name("期限", "Periods"), "basis": [{ "instrument": LAW }], "confidence": "V", "periods": periods,
    });
    adopted(id, ItemKind::Procedure, "test.clock", body)
}

pub fn period(name: &str, number: u8, unit: &str) -> Value {
    json!({ "name": name, "number": number, "unit": unit, "instrument": LAW, "confidence": "V" })
}

pub fn merge(body: &mut Value, more: Value) {
    let Value::Object(more) = more else { return };
    for (field, value) in more {
        body[field.as_str()] = value;
    }
}

/// The ledger that the cases build on: twelve entries, one firm with a record, an entry on a list and
/// an application for repair. The id of each event is the number of its entry.
pub fn ledger() -> Vec<Making> {
    let competence = json!({
        "types": ["penalty.*", "licence.granted"], "lists": ["market.*"], "subjects": ["uscc", "person"],
    });
    let courts = json!({ "types": ["judgment.*"], "lists": ["court.*"] });
    let none = json!({});
    vec![
        opening(),
        enrol(1, STEWARD, json!(["steward"]), none.clone(), name("信用办", "Credit office")),
        enrol(2, DEPARTMENT, json!(["department"]), competence, name("市场监管局", "Market regulation")),
        enrol(3, COURT, json!(["court"]), courts, name("人民法院", "Court")),
        enrol(4, WINDOW, json!(["window"]), none, name("服务窗口", "Service window")),
        Making::new(
            5,
            TYPE_ADOPTED,
            STEWARD,
            "catalogue:type.penalty.fine",
            a_type(name("罚款", "Fine"), "negative"),
        )
        .valid_from("2025-01-01T00:00:00+08:00"),
        Making::new(
            6,
            TYPE_ADOPTED,
            STEWARD,
            "catalogue:type.licence.granted",
            a_type(name("许可", "Licence"), "positive"),
        )
        .valid_from("2025-01-01T00:00:00+08:00"),
        Making::new(7, LIST_ADOPTED, STEWARD, "catalogue:list.market.serious", a_list())
            .valid_from("2025-01-01T00:00:00+08:00"),
        registering(8, FIRM),
        filing(9),
        entering(10),
        applying(11, 10, Some("market.serious")),
    ]
}
