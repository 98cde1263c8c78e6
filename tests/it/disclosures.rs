//! Personal fields through the front door: refused where they are not what the event names, kept sealed, shown to whom
//! they are for, and to nobody else.

use crate::http_server::{JSON, NDJSON, Server};
use crate::people::{self, department, event, event_with, steward};
use crate::walk;
use credit_ledger::query::{Known, Reading};
use ledger_spec::casefile::Sight;
use ledger_spec::event::envelope::seal;
use ledger_spec::event::{DisclosedField, seal_with};
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{Page, Question, SubjectQuestion};
use ledger_spec::time::ValidTime;
use serde_json::{Value, json};
use std::path::Path;
use tlog::bytes::to_base64url;

const SUBJECT: &str = "ext:test:a";
const NAMED: &str = "base.named";
/// What stands in no file and no public answer.
const NAME: &str = "独孤某某";

fn field(salt: u64, name: &str, value: &str) -> DisclosedField {
    DisclosedField::new(&people::salt(salt), name, value)
}

/// A type whose records name their holder, perhaps an address, and a list whose rows name a manager.
fn adopted() -> [String; 2] {
    let mut of_type = json!({
        "title": people::name(), "polarity": "negative", "disclosure": "public",
        "subjects": ["ext"], "basis": [{"title": "测试依据"}], "confidence": "V",
    });
    let mut list = of_type.clone();
    let own = |name: &str, required| json!({"name": name, "title": people::name(), "personal": true, "required": required});
    of_type["fields"] = json!([own("holder", true), own("address", false)]);
    list["columns"] = json!(["name", "manager"]);
    list["personal"] = json!(["manager"]);
    let adopt = |n, kind, subject: &str, body| seal(&event(n, kind, "steward", subject, body), &[&steward()]);
    [
        adopt(10, "catalogue.type_adopted", "catalogue:type.base.named", of_type),
        adopt(11, "catalogue.list_adopted", "catalogue:list.test.named", list),
    ]
}

fn served(name: &str) -> Server {
    let server = Server::start(name, |_| {});
    for one in adopted() {
        assert_eq!(server.post(JSON, one).status, 201);
    }
    server
}

/// A record of the type, signed with these fields in `private`.
fn record(n: u64, details: Value, fields: &[DisclosedField]) -> Vec<u8> {
    let mut body = people::negative(&n.to_string());
    body["type"] = NAMED.into();
    body["details"] = details;
    event_with(n, "record.filed", ("department", SUBJECT), body, fields)
}

/// What is sent of an event and of these texts.
fn sent(event: &[u8], texts: &[&str]) -> String {
    let mut sent: Value = serde_json::from_str(&seal(event, &[&department()])).unwrap();
    sent["disclosures"] = json!(texts);
    sent.to_string()
}

pub fn holds(folder: &Path, words: &str) -> bool {
    let held = |file: &std::path::PathBuf| {
        let bytes = std::fs::read(file).unwrap_or_default();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    };
    walk::files(folder, "").iter().any(held)
}

#[test]
fn each_disclosure_that_is_not_what_the_event_names_is_refused_by_its_name() {
    let server = served("refused-disclosures");
    let (holder, address) = (field(1, "details.holder", NAME), field(2, "details.address", "某街 1 号"));
    let other = field(3, "details.holder", "欧阳某某");
    let both = record(20, json!({}), &[holder.clone(), address.clone()]);
    let (one, two) = (holder.text(), address.text());
    let huge = "A".repeat(65_537);
    let alone = |fields: &[DisclosedField]| {
        let texts: Vec<_> = fields.iter().map(DisclosedField::text).collect();
        sent(&record(20, json!({}), fields), &texts)
    };
    let reason = field(4, "reason", NAME);
    let step = json!({"record": people::id(20).to_string(), "statement": "某事"});
    let step =
        event_with(21, "record.annotated", ("department", SUBJECT), step, std::slice::from_ref(&reason));
    let cases: Vec<(&str, String, u16, &str, Option<&str>)> = vec![
        ("missing", sent(&both, &[one]), 422, "disclosure-missing", Some("D15")),
        ("all missing", seal(&both, &[&department()]), 422, "disclosure-missing", Some("D15")),
        ("superfluous", sent(&both, &[one, two, other.text()]), 422, "disclosure-doubled", Some("D15")),
        ("one more", sent(&both, &[one, two, reason.text()]), 422, "disclosure-superfluous", Some("D15")),
        ("altered", sent(&both, &[other.text(), two]), 422, "disclosure-altered", Some("D15")),
        ("doubled", sent(&both, &[one, two, one]), 422, "disclosure-doubled", Some("D15")),
        ("no disclosure", sent(&both, &[one, "W11"]), 400, "malformed-disclosure", Some("D15")),
        ("too long", sent(&both, &[&huge]), 413, "disclosures-too-long", None),
        (
            "no text",
            sent(&both, &[]).replace("\"disclosures\":[]", "\"disclosures\":[1]"),
            400,
            "wrong-type",
            None,
        ),
        ("many", sent(&both, &[one; 65]), 400, "invalid-value", None),
        (
            "beside nothing",
            sent(&record(20, json!({}), &[]), &[one]),
            422,
            "disclosure-superfluous",
            Some("D15"),
        ),
        (
            "not there",
            seal(&record(20, json!({}), &[]), &[&department()]),
            422,
            "personal-fields",
            Some("D15"),
        ),
        (
            "in clear",
            seal(&record(20, json!({"holder": NAME}), &[]), &[&department()]),
            422,
            "personal-fields",
            Some("D15"),
        ),
        ("another field", alone(std::slice::from_ref(&address)), 422, "personal-fields", Some("D15")),
        (
            "no such field",
            alone(&[holder.clone(), field(5, "details.phone", "无")]),
            422,
            "personal-fields",
            Some("D15"),
        ),
        ("hidden", alone(&[field(6, "details.holder", "独\u{200b}孤")]), 422, "personal-fields", Some("D15")),
        (
            "a number",
            alone(&[field(7, "details.holder", "11010519491231002X")]),
            422,
            "personal-data-in-clear",
            Some("L22"),
        ),
        ("another kind", sent(&step, &[reason.text()]), 422, "personal-fields", Some("D15")),
    ];
    for (name, sent, status, problem, rule) in cases {
        for path in ["/v1/events?dry_run=true", "/v1/events"] {
            let answer = server.post_to(path, &format!("content-type: {JSON}\r\n"), &sent);
            let told = answer.json();
            let said = (answer.status, answer.problem(), told["rule"].as_str());
            assert_eq!(said, (status, problem.to_owned(), rule), "{name}: {told}");
            assert!(!told.to_string().contains(NAME), "{name}: {told}");
        }
        let zh =
            server.post_to("/v1/events", &format!("content-type: {JSON}\r\naccept-language: zh\r\n"), &sent);
        assert!(
            !zh.json()["title"].as_str().unwrap().is_ascii()
                && !zh.json()["advice"].as_str().unwrap().is_ascii()
        );
    }
    // Nothing was taken in; the whole of it is.
    let whole = sent(&both, &[two, one]);
    assert_eq!(server.post(JSON, &whole).status, 201);
    assert_eq!(server.finish(), 8);
}

#[test]
fn a_field_is_sealed_and_shown_to_those_who_may_see_it() {
    let server = served("sealed-fields");
    let holder = field(1, "details.holder", NAME);
    let summary = field(2, "summary", "其住所被查封");
    let fields = [holder.clone(), summary.clone()];
    let whole = seal_with(&record(20, json!({}), &fields), &fields, &[&department()]);
    let placed = server.post(JSON, &whole);
    assert_eq!(placed.status, 201, "{}", placed.text());
    let index = placed.json()["index"].as_u64().unwrap();
    // The same again, and only all of it: what was left out would be believed to be there.
    let again = server.post(JSON, &whole);
    assert_eq!((again.status, &again.json()["repeat"]), (200, &json!(true)));
    let fewer = server.post(JSON, sent(&record(20, json!({}), &fields), &[holder.text()]));
    assert_eq!(fewer.problem(), "disclosure-missing");

    // A row, and a registration of a person.
    let manager = field(3, "row.manager", NAME);
    let row = json!({"list": "test.named", "row": {"name": "某公司"}});
    let row = event_with(30, "listing.entered", ("department", SUBJECT), row, std::slice::from_ref(&manager));
    assert_eq!(server.post(JSON, seal_with(&row, &[manager], &[&department()])).status, 201);

    for path in [
        format!("/v1/entries/{index}"),
        format!("/v1/subjects/{SUBJECT}/standing?valid_at=2026-06-01"),
        format!("/v1/subjects/{SUBJECT}/events"),
        "/v1/lists/test.named?valid_at=2026-06-01".to_owned(),
        "/v1/lists/test.named?format=rows&valid_at=2026-06-01".to_owned(),
    ] {
        let answer = server.get(&path);
        assert_eq!(answer.status, 200, "{path}");
        for hidden in [NAME, holder.text(), summary.text(), "查封"] {
            assert!(!answer.text().contains(hidden), "{path}: {}", answer.text());
        }
    }
    let standing = server.get(&format!("/v1/subjects/{SUBJECT}/standing?valid_at=2026-06-01")).json();
    assert_eq!(
        (&standing["records"][0]["undisclosed"], &standing["listings"][0]["undisclosed"]),
        (&json!(2), &json!(1))
    );
    // The event names what it does not say, so that a field can be shown alone.
    let entry = server.get(&format!("/v1/entries/{index}")).json();
    assert!(entry["event"]["private"].to_string().contains(&to_base64url(&holder.digest())), "{entry}");
    assert_eq!(entry["disclosures"], Value::Null);

    // Whoever may see the subject's file is shown them.
    let reading = Reading::new(&server.snapshots);
    let now = ValidTime::parse("2026-06-01T00:00:00+08:00").unwrap();
    let as_of = reading.as_of(now, Known::Everything).unwrap();
    let asked = |sight| {
        let (subject, what) = (SubjectId::parse(SUBJECT).unwrap(), SubjectQuestion::Standing);
        let question = Question::Subject { subject, what, page: Page::default() };
        let answer = reading.ask(&question, as_of, reading.viewer(sight, now)).unwrap();
        serde_json::to_value(answer).unwrap()
    };
    for sight in Sight::ALL {
        let standing = asked(sight);
        let (record, row) = (&standing["records"][0], &standing["listings"][0]["row"]);
        let sees = matches!(sight, Sight::Restricted | Sight::Court);
        let expected = if sees { json!(NAME) } else { Value::Null };
        assert_eq!((&record["details"]["holder"], &row["manager"]), (&expected, &expected), "{sight:?}");
        assert_eq!(record["summary"].is_string(), sees);
        assert_eq!(record["undisclosed"].is_null(), sees, "{record}");
    }
    // What is kept is encrypted.
    assert!(!holds(server.folder(), NAME) && !holds(server.folder(), holder.text()));
    assert_eq!(server.finish(), 9);
}

#[test]
fn what_is_asked_beside_an_event_follows_the_catalogue_within_a_batch() {
    let server = Server::start("fields-in-a-batch", |_| {});
    let holder = field(1, "details.holder", NAME);
    let record = record(20, json!({}), std::slice::from_ref(&holder));
    let [of_type, list] = adopted();
    let record = seal_with(&record, &[holder], &[&department()]);
    let body = format!("{of_type}\n{list}\n{record}\n{record}\n");
    let answer = server.post_to("/v1/events?atomic=true", &format!("content-type: {NDJSON}\r\n"), body);
    let lines = answer.lines();
    let status: Vec<_> = lines.iter().filter_map(|line| line["status"].as_str()).collect();
    assert_eq!(status, ["placed", "placed", "placed", "repeat"], "{lines:?}");
    assert_eq!(server.finish(), 8);
}
