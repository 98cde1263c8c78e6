//! A stranger who asks the same question of every number of entries (`known_at`), one by one: of what is public he finds where
//! it begins, which is public, and nothing of what was filed beside it, nor when.

use crate::http_server::{JSON, Server};
use crate::oracles::{append, at, noon};
use crate::people::{self, LIST, department, event, id, registrar};
use ledger_spec::event::envelope::seal;
use ledger_spec::projection::SubjectQuestion;
use serde_json::{Value, json};
use tlog::key::SecretKey;

const OPEN: &str = "ext:test:open";
/// The department's other key, which is stolen.
const STOLEN: u8 = 77;

fn file(server: &Server, stated: &Value, key: &SecretKey) -> u64 {
    let answer = server.post(JSON, seal(&serde_json::to_vec(stated).unwrap(), &[key]));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["index"].as_u64().unwrap()
}

fn by_registrar(server: &Server, n: u64, kind: &str, body: Value) {
    let event = event(n, kind, "registrar", "authority:department", body);
    assert_eq!(server.post(JSON, seal(&event, &[&registrar()])).status, 201);
}

/// Two public things, and beside each what is filed about such things: some of it public, some not. The entries that
/// everybody may see.
fn served() -> (Server, Vec<u64>) {
    let server = Server::start_by("bisected", noon, |_| {});
    let stolen = SecretKey::from_seed(&[STOLEN; 32]);
    let key = stolen.public().to_base64url();
    by_registrar(&server, 10, "authority.key_added", json!({ "key": key }));
    let record = at(20, "record.filed", OPEN, "2026-01-01", people::negative("测罚字〔2026〕20号"));
    let record = file(&server, &record, &stolen);
    let row = json!({"list": LIST, "row": {"name": "甲", "reason": "一"}});
    let listing = file(&server, &at(21, "listing.entered", OPEN, "2026-01-01", row), &department());
    let record_id = id(20).to_string();
    let beside = [
        ("objection.raised", json!({"target": record_id, "ground": "秘"})),
        ("objection.raised", json!({"target": id(21).to_string(), "list": LIST, "ground": "秘"})),
        ("hold.placed", json!({"target": id(21).to_string(), "reason": "秘", "case": "(2026)1"})),
        ("hold.placed", json!({"target": record_id, "reason": "秘", "case": "(2026)2"})),
        // What keeps one back from everybody for a time, and lets it go.
        ("hold.placed", json!({"target": record_id, "reason": "秘", "case": "(2026)3", "publication": true})),
        ("hold.released", json!({"hold": id(34).to_string(), "reason": "秘"})),
        ("record.annotated", json!({"record": record_id, "statement": "本单位已改正"})),
        ("record.corrected", json!({"record": record_id, "reason": "笔误", "summary": "更正的话"})),
    ];
    let mut public = vec![record, listing];
    for (n, (kind, body)) in (30..).zip(beside) {
        // Somebody else's affairs between, so that numbers are far apart.
        append(
            &server,
            n + 100,
            "record.filed",
            "ext:test:else",
            people::negative(&format!("测〔2026〕{n}号")),
        );
        let entry = file(&server, &at(n, kind, OPEN, "2026-02-01", body), &department());
        // What the subject has added is shown with its entry.
        public.extend((kind == "record.annotated").then_some(entry));
    }
    let revoked =
        json!({"key": key, "reason": "compromised", "compromised_since": "2026-01-01T00:00:00+08:00"});
    by_registrar(&server, 11, "authority.key_revoked", revoked);
    (server, public)
}

/// An answer without what was asked for: the instants, which everybody who asks names himself.
fn told(mut answer: Value) -> Value {
    // A letter says of what it is in words.
    for asked in ["known_at", "valid_at", "asked_at", "letter"] {
        answer.as_object_mut().unwrap().remove(asked);
    }
    answer
}

#[test]
fn who_asks_of_every_number_of_entries_finds_where_public_things_begin_and_nothing_else() {
    let (server, begin) = served();
    let size = server.snapshots.latest().size().get();
    let of_subject = SubjectQuestion::NAMES.into_iter().map(|name| {
        let domain = if name == "eligibility" { "domain=procurement&" } else { "" };
        format!("/v1/subjects/{OPEN}/{name}?{domain}")
    });
    let mut wrong = Vec::new();
    for path in of_subject.chain([format!("/v1/lists/{LIST}?")]) {
        for valid_at in ["2026-01-15", "2026-06-01"] {
            let mut before = None;
            for known_at in 0..=size {
                let answer = server.get(&format!("{path}valid_at={valid_at}&known_at={known_at}"));
                assert_eq!(answer.status, 200, "{path}: {}", answer.text());
                assert!(!answer.text().contains('秘'), "{}", answer.text());
                let answer = told(answer.json());
                if before.as_ref().is_some_and(|before| *before != answer)
                    && !begin.iter().any(|entry| entry + 1 == known_at)
                {
                    wrong.push(format!("{path}{valid_at}, known {known_at}: {answer}"));
                }
                before = Some(answer);
            }
        }
    }
    assert!(wrong.is_empty(), "of {size}, public are {begin:?}\n{}", wrong.join("\n"));
    // What is said of them is said, so that the test could see it.
    let standing = server.get(&format!("/v1/subjects/{OPEN}?valid_at=2026-06-01")).json();
    let marks = standing["records"][0]["marks"].to_string();
    for mark in ["corrected", "annotated", "objected", "compromised-key"] {
        assert!(marks.contains(mark), "{mark}: {marks}");
    }
    server.finish();
}
