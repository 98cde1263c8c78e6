//! Cases of admission about access journals: what stands in one, and that a look is what its reader signed.

use super::case::{Case, Expected};
use crate::base::{DEPARTMENT, FIRM, Making, OPERATOR, ORIGIN, filing, key, key_of, opening};
use ledger_spec::event::Kind;
use ledger_spec::request::{NewRequest, Purpose, RequestHead, SignedRequest};
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::{Value, json};
use tlog::bytes::to_base64url;

/// The journal of the ledger that all other cases are of.
const JOURNAL: &str = "credit.example/ledger/access";
/// When a look was asked for, within what its request may be answered.
const ASKED: &str = "2025-12-01T08:59:58+08:00";

/// Entry 0 of the journal.
fn begun(ledger: &str) -> Making {
    let mut opening = opening();
    opening.body["registrars"] = json!([]);
    opening.body["journal_of"] = ledger.into();
    Making { origin: JOURNAL, ..opening }
}

/// A look of a subject itself, who signs nothing.
fn own_look() -> Making {
    let body = json!({
        "verified": "0193b2c4-0000-7000-8000-000000000007", "question": "/v1/questions/records", "sight": "restricted",
    });
    let look = Making::new(21, Kind::AccessRead, OPERATOR, FIRM, body);
    Making { origin: JOURNAL, ..look.valid_from(ASKED) }
}

/// A look that the department's key signed at that time, by its own clock.
fn look(signed_at: &str, purpose: Option<Purpose>) -> Making {
    let new = NewRequest {
        method: "GET",
        authority: "credit.example",
        path: "/v1/subjects/uscc:914403001922038216/records",
        query: None,
        body: None,
        purpose,
        case: None,
        visible_from: None,
    };
    let made = RecordedTime::from_micros(ValidTime::parse(signed_at).unwrap().micros().unsigned_abs());
    let fields = new.sign(&key(key_of(DEPARTMENT)), made, &[7; 16]);
    let mut fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    fields.push(("host", b"credit.example"));
    let head = RequestHead { method: new.method, path: new.path, query: new.query, fields: &fields };
    let verified = SignedRequest::parse(&head).unwrap().verify(made).unwrap();
    let (request, signature) = verified.signed();
    let body = json!({
        "reader": DEPARTMENT, "request": request, "signature": to_base64url(signature), "sight": "shared", "own": true,
    });
    let look = Making::new(20, Kind::AccessRead, OPERATOR, FIRM, body);
    Making { origin: JOURNAL, ..look.valid_from(ASKED) }
}

fn in_journal(event: &Making) -> Value {
    json!({ "ledger": "empty", "then": [begun(ORIGIN).timed()], "event": event.timed() })
}

pub fn cases() -> Vec<Case> {
    let good = look("2025-12-01T08:59:58+08:00", Some(Purpose::Supervision));
    let altered = |name: &str, value: Value| {
        let mut look = good.clone();
        look.body[name] = value;
        look
    };
    let own = |name: &str, value: Value| {
        let mut look = own_look();
        look.body[name] = value;
        look
    };
    let by = |rule: &'static str, name: &str, about: &str, input: Value| {
        let name = format!("{}-{name}", rule.to_lowercase());
        Case::new("admission", &name, about, input, Expected::By(rule))
    };
    let alone = |event: &Making| json!({ "ledger": "empty", "event": event.timed() });
    let of_base = |event: &Making| json!({ "ledger": "base", "then": [], "event": event.timed() });
    let request = good.body["request"].as_str().unwrap();
    vec![
        Case::accepted("admission", "look", "somebody looked, and signed that", in_journal(&good)),
        Case::accepted("admission", "own-look", "a subject looked at its own file", in_journal(&own_look())),
        Case::accepted("admission", "journal", "entry 0 opens an access journal", alone(&begun(ORIGIN))),
        by(
            "L30",
            "another-journal",
            "a journal under another ledger's name",
            alone(&begun("credit.example/other")),
        ),
        by(
            "L30",
            "look-in-a-ledger",
            "a look beside records",
            of_base(&Making { origin: ORIGIN, ..good.clone() }),
        ),
        by(
            "L30",
            "incident-in-a-journal",
            "an operator's event of another kind",
            in_journal(&Making {
                origin: JOURNAL,
                kind: Kind::IncidentOpened,
                subject: "ledger".into(),
                body: json!({ "title": "查询接口泄露" }),
                ..good.clone()
            }),
        ),
        by(
            "L31",
            "other-purpose",
            "another purpose than its reader signed",
            in_journal(&altered("request", request.replace("supervision", "audit").into())),
        ),
        by(
            "L31",
            "no-purpose",
            "a request without a purpose",
            in_journal(&look("2025-12-01T08:59:58+08:00", None)),
        ),
        by(
            "L31",
            "of-another-time",
            "a request of another day",
            in_journal(&look("2025-11-30T08:59:58+08:00", Some(Purpose::Supervision))),
        ),
        by(
            "L31",
            "no-signature",
            "a signature that is none",
            in_journal(&altered("signature", to_base64url(&[7; 64]).into())),
        ),
        by(
            "L31",
            "own-look-by-another-sight",
            "a subject sees its own file by one sight",
            in_journal(&own("sight", "court".into())),
        ),
        by(
            "L31",
            "own-look-at-nothing",
            "a subject's look without a path",
            in_journal(&own("question", "records".into())),
        ),
        by(
            "L11",
            "own-look-at-many",
            "a subject looks at itself alone",
            in_journal(&Making { subject: "ledger".into(), ..own_look() }),
        ),
        by(
            "L04",
            "look-by-a-department",
            "the operator alone writes looks down",
            in_journal(&good.clone().keys(&[4])),
        ),
        by(
            "L11",
            "look-at-an-authority",
            "nobody is looked at as an authority",
            in_journal(&Making { subject: format!("authority:{DEPARTMENT}"), ..good.clone() }),
        ),
        by("L01", "record-in-a-journal", "a record of the ledger", in_journal(&filing(20))),
    ]
}
