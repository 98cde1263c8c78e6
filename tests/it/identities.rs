//! Resident numbers are resolved to pseudonyms of persons and households, for enrolled authorities alone, once a request
//! and within bounds.

use crate::http_server::{Answer, JSON, Server};
use crate::people::{self, department, event, registrar, steward};
use crate::signed::{Signed, later, noon};
use ledger_spec::event::envelope::seal;
use ledger_spec::id::gb11643;
use ledger_spec::identity::{PseudonymScheme, ResolveRequest};
use ledger_spec::sealed::Root;
use ledger_spec::time::RecordedTime;
use serde_json::json;
use std::fmt::Write as _;
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;

const NUMBER: &str = "11010519491231002X";
const PERSON: PseudonymScheme = PseudonymScheme::Person;

fn numbers(scheme: PseudonymScheme, numbers: &[&str]) -> String {
    ResolveRequest::body(&Origin::parse(people::ORIGIN).unwrap(), scheme, numbers).to_string()
}

fn request(key: SecretKey, nonce: u8, asked: &[&str]) -> Signed {
    Signed { method: "POST", path: "/v1/identities", body: numbers(PERSON, asked), key, nonce, at: noon() }
}

fn of_department(nonce: u8, asked: &[&str]) -> Signed {
    request(department(), nonce, asked)
}

fn ask(server: &Server, asked: &Signed) -> Answer {
    send(server, &asked.fields(), &asked.body)
}

fn send(server: &Server, fields: &str, body: &str) -> Answer {
    server.post_to("/v1/identities", &format!("content-type: application/json\r\n{fields}"), body)
}

fn refused(answer: &Answer, status: u16, slug: &str) {
    assert_eq!((answer.status, answer.problem()), (status, slug.to_owned()), "{}", answer.text());
    assert!(!answer.text().contains("110105"), "{}", answer.text());
}

#[test]
fn a_number_has_one_pseudonym_whether_or_not_the_ledger_knows_it() {
    let server = Server::start_by("resolve", noon, |settings| settings.hosts = vec!["t".to_owned()]);
    let root = std::fs::read(server.folder().join("keys/root.a")).unwrap();
    let (origin, kek) = (Origin::parse(people::ORIGIN).unwrap(), people::founding().master);
    let root = Root::open(&root, &origin, &kek).unwrap();
    let pseudonym = |context| {
        let key = blake3::derive_key(context, root.identities.first().expose());
        blake3::keyed_hash(&key, NUMBER.as_bytes()).to_hex()
    };
    let household = pseudonym("credit-ledger v1 household pseudonym");
    let pseudonym = pseudonym("credit-ledger v1 person pseudonym");
    let before = ask(&server, &of_department(1, &[NUMBER]));
    assert_eq!(before.status, 200, "{}", before.text());
    assert_eq!(before.json(), json!({ "subjects": [format!("person:{pseudonym}")] }));
    assert!(before.head.contains("cache-control: private, no-store"), "{}", before.head);
    let known = people::penalty(200, &format!("person:{pseudonym}"));
    server.post(JSON, known);
    assert_eq!(ask(&server, &of_department(2, &[NUMBER])).json(), before.json());
    // The household of which this person is the head has another, which nobody joins to it.
    let of_household =
        Signed { body: numbers(PseudonymScheme::Household, &[NUMBER]), ..of_department(3, &[]) };
    let answer = ask(&server, &of_household);
    assert_eq!(answer.json(), json!({ "subjects": [format!("household:{household}")] }));
    assert_ne!(household, pseudonym);
    // The key is of this ledger alone. It never leaves: no route has it, no number stands in a page of metrics.
    let other = Server::start_by("resolve-other", noon, |settings| settings.hosts = vec!["t".to_owned()]);
    assert_ne!(ask(&other, &of_department(1, &[NUMBER])).json(), before.json());
    other.finish();
    assert!(!server.get("/metrics").text().contains("110105"));
    server.finish();
}

#[test]
fn who_is_not_enrolled_asks_late_or_twice_gets_none() {
    let server = Server::start_by("resolve-refused", noon, |settings| {
        settings.identities_per_hour = 4;
        settings.hosts = vec!["t".to_owned()];
    });
    let at =
        |seconds: i64| RecordedTime::from_micros(noon().micros().saturating_add_signed(seconds * 1_000_000));
    let stranger = SecretKey::from_seed(&[99; 32]);
    refused(&ask(&server, &request(stranger, 1, &[NUMBER])), 403, "unknown-key");
    refused(&ask(&server, &request(steward(), 1, &[NUMBER])), 403, "purpose-not-for-role");
    // What expired 31 seconds ago, what is made 31 seconds ahead, and what was made before the server began.
    for late in [-91, 31, -1] {
        let late = Signed { at: at(late), ..of_department(1, &[NUMBER]) };
        refused(&ask(&server, &late), 403, "request-not-fresh");
    }
    refused(&ask(&server, &of_department(2, &[NUMBER, "110105194912310021"])), 400, "check-character");
    let elsewhere = ResolveRequest::body(&Origin::parse("other.example").unwrap(), PERSON, &[NUMBER]);
    let elsewhere = Signed { body: elsewhere.to_string(), ..of_department(3, &[]) };
    refused(&ask(&server, &elsewhere), 422, "wrong-origin");
    let an_event = Signed { body: seal(b"{}", &[&department()]), ..of_department(4, &[]) };
    assert_eq!(ask(&server, &an_event).status, 400, "an event is no request");
    let first = of_department(5, &[NUMBER]);
    assert_eq!(ask(&server, &first).status, 200);
    refused(&ask(&server, &first), 409, "request-repeated");
    // Another request with the nonce is none, another authority's is.
    refused(&ask(&server, &of_department(5, &[NUMBER; 2])), 409, "request-repeated");
    assert_eq!(ask(&server, &request(registrar(), 5, &[NUMBER])).status, 200);
    let spent = ask(&server, &of_department(6, &[NUMBER; 4]));
    refused(&spent, 429, "identities-spent");
    assert!(spent.head.contains("retry-after: "), "{}", spent.head);
    // Who loses the key loses the answers, and nobody else does.
    let revoked = json!({ "key": department().public().to_base64url(), "reason": "retired" });
    let revoked = event(300, "authority.key_revoked", "registrar", "authority:department", revoked);
    assert_eq!(server.post(JSON, seal(&revoked, &[&registrar()])).status, 201);
    refused(&ask(&server, &of_department(7, &[NUMBER])), 403, "key-revoked");
    assert_eq!(ask(&server, &request(registrar(), 7, &[NUMBER])).status, 200);
    server.finish();
}

#[test]
fn nothing_is_read_of_who_has_not_signed_just_this() {
    let server = Server::start_by("resolve-signed", noon, |settings| settings.hosts = vec!["t".to_owned()]);
    let (good, other) = (of_department(1, &[NUMBER]), of_department(2, &[NUMBER]));
    let fields = good.fields();
    let unsigned = send(&server, "", &good.body);
    refused(&unsigned, 401, "request-unsigned");
    assert!(unsigned.head.contains("www-authenticate: signature"), "{}", unsigned.head);
    assert_eq!(unsigned.json()["rule"], "R01");
    // Another body: its digest is another. Another digest, host or path: the signature is another.
    refused(&send(&server, &fields, &numbers(PERSON, &[NUMBER; 2])), 400, "request-body");
    let mixed = |name: &str| {
        let line = |fields: &str| fields.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        fields.replace(&line(&fields), &line(&other.fields()))
    };
    refused(&send(&server, &mixed("signature:"), &good.body), 401, "request-signature");
    let elsewhere = Signed { path: "/v1/events", ..of_department(3, &[NUMBER]) };
    refused(&ask(&server, &elsewhere), 401, "request-signature");
    let got = Signed { method: "GET", ..of_department(3, &[NUMBER]) };
    refused(&ask(&server, &got), 401, "request-signature");
    refused(
        &send(
            &server,
            &format!("credit-case: \"7\"\r\n{}", of_department(4, &[NUMBER]).fields()),
            &good.body,
        ),
        400,
        "request-components",
    );
    // A forged signature is refused alike, whether or not the ledger knows the key that it names.
    let forged = |key: SecretKey| {
        let id = key.public().id();
        send(&server, &other.fields().replace(&department().public().id(), &id), &other.body)
    };
    let [known, unknown] = [registrar(), SecretKey::from_seed(&[99; 32])].map(forged);
    refused(&known, 401, "request-signature");
    assert_eq!(known.text(), unknown.text());
    // Of a stranger no byte of the body is waited for.
    let head = |key, nonce| {
        let mut head = "POST /v1/identities HTTP/1.1\r\nhost: t\r\ncontent-length: 5000\r\n".to_owned();
        let fields = request(key, nonce, &[NUMBER]).fields();
        let _ = write!(head, "content-type: application/json\r\n{fields}\r\n");
        server.raw(head.as_bytes())
    };
    refused(&head(SecretKey::from_seed(&[99; 32]), 5), 403, "unknown-key");
    refused(&head(department(), 5), 400, "truncated-body");
    // In the reader's language.
    let chinese = send(&server, "accept-language: zh\r\n", &good.body);
    assert!(
        chinese.text().contains("请求未签名") && chinese.text().contains("要求：按 RFC 9421 签名的请求"),
        "{}",
        chinese.text()
    );
    server.finish();
}

#[test]
fn a_request_is_answered_by_no_later_process() {
    let server = Server::start_by("resolve-again", noon, |settings| settings.hosts = vec!["t".to_owned()]);
    let first = of_department(1, &[NUMBER]);
    let answer = ask(&server, &first).json();
    let server = Server::over(server.stop().closed(), later);
    refused(&ask(&server, &first), 403, "request-not-fresh");
    let anew = Signed { at: later(), ..first };
    assert_eq!(ask(&server, &anew).json(), answer);
    server.finish();
}

#[test]
fn what_is_dated_ahead_waits_until_its_time_has_come() {
    let now = credit_ledger::clock::now;
    let server = Server::start("resolve-ahead", |settings| settings.hosts = vec!["t".to_owned()]);
    let ahead = RecordedTime::from_micros(now().micros() + 1_500_000);
    let asked = Signed { at: ahead, ..of_department(1, &[NUMBER]) };
    let answer = ask(&server, &asked);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(now().micros() >= ahead.micros() / 1_000_000 * 1_000_000, "it was answered before it was made");
    server.finish();
    // Of a clock that does not move it never comes.
    let server = Server::start_by("resolve-stands", noon, |settings| settings.hosts = vec!["t".to_owned()]);
    let ahead = RecordedTime::from_micros(noon().micros() + 1_000_000);
    refused(&ask(&server, &Signed { at: ahead, ..of_department(1, &[NUMBER]) }), 403, "request-not-fresh");
    server.finish();
}

#[test]
fn as_many_numbers_as_a_request_may_hold_are_resolved_in_one() {
    let server = Server::start_by("resolve-many", noon, |settings| settings.hosts = vec!["t".to_owned()]);
    let numbers: Vec<String> = (0..10_000)
        .map(|n| format!("1101051949{:02}{:02}{:03}", 1 + n / 1_000 % 12, 1 + n / 12_000 % 28, n % 1_000))
        .map(|digits| format!("{digits}{}", gb11643::check_character(&digits).unwrap()))
        .collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let answer = ask(&server, &of_department(1, &numbers));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["subjects"].as_array().unwrap().len(), 10_000);
    server.finish();
}
