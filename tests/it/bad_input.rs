//! Bad input over HTTP: each row with its exact problem type and status, in both languages.

use crate::http_server::{JSON, NDJSON, Server, slug};
use crate::people::{self, ORIGIN, TYPE, department, event, registrar, steward};
use ledger_spec::event::envelope::{PAYLOAD_TYPE, pre_authentication_encoding, seal};
use serde_json::{Value, json};
use tlog::bytes::to_base64url;
use tlog::key::SecretKey;

const SUBJECT: &str = "ext:test:bad";
/// A type that the catalogue holds and the department may not file.
const FOREIGN: &str = "other.type";
/// Order of the base point, little-endian (RFC 8032 §5.1).
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn seal_as(payload: &[u8], key: &SecretKey) -> String {
    seal(payload, &[key])
}

/// What an event of the department says before a row spoils it.
fn good(n: u64) -> Value {
    let body =
        json!({"type": TYPE, "severity": "general", "decision": {"number": "1", "date": "2026-01-01"}});
    serde_json::from_slice(&event(n, "record.filed", "department", SUBJECT, body)).unwrap()
}

/// The good event with one member replaced, signed by the department.
fn with(n: u64, pointer: &str, value: Value) -> String {
    let mut event = good(n);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap()[name] = value;
    seal_as(event.to_string().as_bytes(), &department())
}

/// The good event with its text changed, signed by the department.
fn replaced(n: u64, from: &str, to: &str) -> String {
    let text = good(n).to_string();
    assert!(text.contains(from), "{text}");
    seal_as(text.replacen(from, to, 1).as_bytes(), &department())
}

/// S + L for S: a second encoding of the same signature.
fn unreduced(payload: &[u8], key: &SecretKey) -> [u8; 64] {
    let mut signature = key.sign(&pre_authentication_encoding(payload));
    let mut carry = 0_u16;
    for (s, l) in signature[32..].iter_mut().zip(L) {
        let sum = u16::from(*s) + u16::from(l) + carry;
        *s = u8::try_from(sum & 0xff).unwrap();
        carry = sum >> 8;
    }
    signature
}

fn envelope(payload: &[u8], keyid: &str, signature: &[u8]) -> String {
    let base64 = tlog::bytes::to_base64;
    json!({
        "payload": base64(payload), "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": keyid, "sig": base64(signature)}],
    })
    .to_string()
}

fn rows() -> Vec<(&'static str, u16, Vec<u8>)> {
    let plain = good(1).to_string();
    let rogue = SecretKey::from_seed(&[99; 32]);
    let weak = {
        let mut identity = [0; 32];
        identity[0] = 1;
        identity
    };
    let enrolment = |key: [u8; 32]| {
        let body = json!({
            "name": people::name(), "roles": ["department"], "keys": [to_base64url(&key)],
            "competence": {"types": [], "lists": [], "subjects": []},
        });
        seal(&event(60, "authority.enrolled", "registrar", "authority:new", body), &[&registrar()])
    };
    let by_steward = event(61, "record.filed", "steward", SUBJECT, good(1)["body"].clone());
    let long = format!("{plain}{}", " ".repeat(48 * 1024));
    let mut utf8 = plain.clone().into_bytes();
    utf8[10] = 0xff;
    let whole = people::penalty(62, SUBJECT);
    let text: Vec<(&str, u16, String)> = vec![
        ("wrong-origin", 422, replaced(1, ORIGIN, "other.example/ledger")),
        ("unknown-issuer", 403, with(1, "/issuer", json!("nobody"))),
        ("key-not-of-issuer", 403, seal_as(plain.as_bytes(), &rogue)),
        ("key-not-of-issuer", 403, with(1, "/issuer", json!("steward"))),
        ("role-not-entitled", 403, seal(&by_steward, &[&steward()])),
        ("not-competent", 403, with(1, "/body/type", json!(FOREIGN))),
        ("not-in-catalogue", 422, with(1, "/body/type", json!("base.unknown"))),
        ("unknown-kind", 400, with(1, "/kind", json!("record.invented"))),
        ("unknown-field", 400, with(1, "/colour", json!("red"))),
        ("unknown-field", 400, with(1, "/body/colour", json!("red"))),
        ("missing-field", 400, replaced(1, r#""kind":"#, r#""kine":"#)),
        ("duplicate-key", 400, replaced(1, r#""kind":"#, r#""kind":"record.filed","kind":"#)),
        ("number-out-of-range", 400, with(1, "/seen_version", json!(-1))),
        ("number-out-of-range", 400, with(1, "/seen_version", json!(1_u64 << 53))),
        ("number-out-of-range", 400, with(1, "/seen_version", json!(1.5))),
        ("wrong-type", 400, with(1, "/seen_version", json!("1"))),
        ("invalid-value", 400, with(1, "/body/severity", json!("dreadful"))),
        ("check-character", 400, with(1, "/subject", json!("uscc:91430381MA4L2XXXX0"))),
        ("malformed-identifier", 400, with(1, "/subject", json!("uscc:123"))),
        ("malformed-time", 400, with(1, "/valid_from", json!("2026-02-29T00:00:00+08:00"))),
        ("time-in-future", 422, with(1, "/valid_from", json!("2190-01-01T00:00:00+08:00"))),
        ("stale-seen-version", 409, with(1, "/seen_version", json!(7))),
        ("event-too-long", 413, seal_as(long.as_bytes(), &department())),
        ("envelope-too-long", 413, format!("{whole}{}", " ".repeat(144 * 1024))),
        ("weak-key", 422, enrolment(weak)),
        ("bad-signature", 401, envelope(plain.as_bytes(), &department().public().id(), &[0; 64])),
        ("bad-signature", 401, {
            let signature = unreduced(plain.as_bytes(), &department());
            envelope(plain.as_bytes(), &department().public().id(), &signature)
        }),
        ("bad-signature", 401, envelope(plain.as_bytes(), &tlog::bytes::to_hex(&weak), &[0; 64])),
        ("malformed-json", 400, "{]".into()),
        ("wrong-type", 400, "[]".into()),
        ("truncated-body", 400, whole[..whole.len() / 2].to_owned()),
        ("truncated-body", 400, String::new()),
        ("duplicate-key", 400, whole.replacen('{', r#"{"payload":"","#, 1)),
        ("unknown-field", 400, whole.replacen('{', r#"{"extra":"","#, 1)),
    ];
    let mut rows: Vec<_> = text.into_iter().map(|(s, status, body)| (s, status, body.into_bytes())).collect();
    rows.push(("invalid-utf8", 400, seal_as(&utf8, &department()).into_bytes()));
    rows.push(("invalid-utf8", 400, vec![b'{', b'"', 0xff, b'"', b'}']));
    rows
}

/// Whether what was found and expected is told in Chinese: no sentence of English stands in it.
fn in_chinese(problem: &Value) {
    for name in ["detail", "found", "expected"] {
        let text = format!(" {} ", problem[name].as_str().unwrap_or_default());
        let english = [" is ", " the ", " a ", " an ", " of ", " one ", " not ", "expected", "found"];
        let word = english.iter().find(|word| text.contains(**word));
        assert!(word.is_none(), "{word:?} in {problem}");
    }
}

#[test]
fn each_kind_of_bad_input_gets_its_own_problem_in_both_languages() {
    let server = Server::start("bad", |_| {});
    let foreign = json!({
        "title": people::name(), "polarity": "negative", "disclosure": "public",
        "subjects": ["ext"], "basis": [{"title": "测试依据"}], "confidence": "V",
    });
    let subject = format!("catalogue:type.{FOREIGN}");
    let adopted = event(70, "catalogue.type_adopted", "steward", &subject, foreign);
    assert_eq!(server.post(JSON, seal(&adopted, &[&steward()])).status, 201);
    for (expected, status, body) in rows() {
        let mut titles = Vec::new();
        for language in ["zh-CN,en;q=0.5", "en"] {
            let headers = format!("content-type: {JSON}\r\naccept-language: {language}\r\n");
            let answer = server.post_to("/v1/events", &headers, &body);
            assert_eq!((answer.problem().as_str(), answer.status), (expected, status), "{}", answer.text());
            let problem = answer.json();
            titles.push(problem["title"].as_str().unwrap().to_owned());
            if language.starts_with("zh") {
                in_chinese(&problem);
            }
        }
        assert!(!titles[0].is_ascii() && titles[1].is_ascii(), "{titles:?}");
        // The same line in a batch gets the same problem and does not spoil the line beside it.
        if !body.is_empty() {
            let fine = people::penalty(63, SUBJECT);
            let batch = [&body[..], b"\n", fine.as_bytes(), b"\n"].concat();
            let lines = server.post(NDJSON, batch).lines();
            assert_eq!(slug(&lines[0]["problem"]), expected, "{lines:?}");
            assert!(["placed", "repeat"].contains(&lines[1]["status"].as_str().unwrap()), "{lines:?}");
        }
    }
    assert_eq!(server.finish(), 7);
}

#[test]
fn what_contradicts_the_ledger_is_a_conflict() {
    let server = Server::start("conflict", |_| {});
    assert_eq!(server.post(JSON, people::penalty(1000, SUBJECT)).status, 201);
    let answer = server.post(JSON, with(1000, "/body/summary", json!("another")));
    assert_eq!((answer.problem().as_str(), answer.status), ("id-reused", 409));
    let answer = server.post(JSON, with(1001, "/seen_version", json!(0)));
    assert_eq!((answer.problem().as_str(), answer.status), ("stale-seen-version", 409));
    let problem = answer.json();
    assert_eq!((&problem["head"], &problem["rule"]), (&json!(1), &json!("L09")));
    let answer = server.post(JSON, &people::setup()[0]);
    assert_eq!(answer.status, 200, "the same bytes again");
    // A revoked key ends what its bearer may say.
    let body = json!({"key": department().public().to_base64url(), "reason": "retired"});
    let revoked = event(1002, "authority.key_revoked", "registrar", "authority:department", body);
    assert_eq!(server.post(JSON, seal(&revoked, &[&registrar()])).status, 201);
    let answer = server.post(JSON, people::penalty(1003, SUBJECT));
    assert_eq!((answer.problem().as_str(), answer.status), ("key-revoked", 403));
    assert_eq!(answer.json()["rule"], "L05");
    assert_eq!(server.finish(), 7);
}

#[test]
fn what_http_itself_gets_wrong_is_a_problem_too() {
    let server = Server::start("http", |settings| {
        settings.max_body_bytes = 150_000;
        settings.max_batch_events = 3;
    });
    let post = |headers: &str, body: &str| server.post_to("/v1/events", headers, body);
    let json = "content-type: application/json\r\n";
    let ndjson = "content-type: application/x-ndjson\r\n";
    let chunked = |sizes: usize| {
        let mut request = b"POST /v1/events HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\
            content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
        for _ in 0..sizes {
            request.extend_from_slice(b"2710\r\n");
            request.extend_from_slice(&[b' '; 10_000]);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"0\r\n\r\n");
        server.raw(&request)
    };
    let half = b"POST /v1/events HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"";
    let long = format!("/v1/entries/{}", "9".repeat(30));
    for (expected, status, answer) in [
        ("unsupported-media-type", 415, post("content-type: text/plain\r\n", "x")),
        ("unsupported-media-type", 415, post("", "x")),
        ("unsupported-media-type", 415, post(&format!("{json}content-encoding: gzip\r\n"), "x")),
        ("body-too-large", 413, post(json, &" ".repeat(150_001))),
        ("body-too-large", 413, chunked(16)),
        ("batch-too-large", 413, post(ndjson, "{}\n{}\n{}\n{}\n")),
        ("truncated-body", 400, post(ndjson, "\n \n")),
        ("truncated-body", 400, server.raw(half)),
        ("not-found", 404, server.get("/nowhere")),
        ("not-found", 404, server.get("/v1/entries/99")),
        ("not-found", 404, server.get("/v1/receipts/99")),
        ("not-found", 404, server.get("/v1/lists/no.such-list")),
        ("invalid-parameter", 400, server.get("/v1/entries/007")),
        ("invalid-parameter", 400, server.get(&long)),
        ("invalid-parameter", 400, server.get("/v1/catalogue?x=1")),
        ("invalid-parameter", 400, server.get("/v1/subjects/ext:a:b?valid_at=now")),
        ("invalid-parameter", 400, server.get("/v1/subjects/ext:a:b?known_at=6")),
        ("invalid-parameter", 400, server.get("/v1/subjects/ext:a:b?known_at=1&known_at=1")),
        ("invalid-parameter", 400, server.get("/v1/subjects/ext:a:b/events?limit=501")),
        ("invalid-parameter", 400, server.get("/v1/subjects/ext:a:b/events?before=-1")),
        ("person-in-path", 400, server.get(&format!("/v1/subjects/person:{}", "0".repeat(64)))),
        ("person-in-path", 400, server.get(&format!("/v1/subjects/household:{}/events", "0".repeat(64)))),
        (
            "malformed-identifier",
            400,
            server.post_to("/v1/questions/records", json, "{\"subject\":\"person:1\"}"),
        ),
        ("body-too-large", 413, server.post_to("/v1/questions/records", json, " ".repeat(1_025))),
        ("unsupported-media-type", 415, server.post_to("/v1/questions/records", ndjson, "{}")),
        ("not-found", 404, server.post_to("/v1/questions/score", json, "{\"subject\":\"ext:a:b\"}")),
        ("malformed-identifier", 400, server.get("/v1/subjects/nobody")),
        ("malformed-identifier", 400, server.get("/v1/subjects/%ff")),
        ("check-character", 400, server.get("/v1/subjects/uscc:91430381MA4L2XXXX0")),
        ("malformed-identifier", 400, server.get("/v1/lists/UPPER")),
        ("method-not-allowed", 405, server.get("/v1/events")),
        ("invalid-parameter", 400, server.post_to("/v1/events?atomic=yes", json, "{}")),
    ] {
        assert_eq!((answer.problem().as_str(), answer.status), (expected, status), "{}", answer.text());
    }
    assert!(server.get("/v1/events").head.contains("allow: post"));
    assert_eq!(server.finish(), 5);
}
