//! Resident numbers are resolved to pseudonyms of persons and households, for enrolled authorities alone, once a request
//! and within bounds.

use crate::http_server::{Answer, JSON, Server};
use crate::people::{self, department, steward};
use ledger_spec::event::envelope::seal;
use ledger_spec::id::{AuthorityId, gb11643};
use ledger_spec::identity::{PseudonymScheme, ResolveRequest};
use ledger_spec::sealed::Root;
use ledger_spec::time::RecordedTime;
use serde_json::json;
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;

const NUMBER: &str = "11010519491231002X";

fn request(issuer: &str, key: &SecretKey, at: RecordedTime, nonce: u8, numbers: &[&str]) -> String {
    request_of(PseudonymScheme::Person, issuer, key, at, nonce, numbers)
}

fn request_of(
    scheme: PseudonymScheme,
    issuer: &str,
    key: &SecretKey,
    at: RecordedTime,
    nonce: u8,
    numbers: &[&str],
) -> String {
    let (origin, issuer) = (Origin::parse(people::ORIGIN).unwrap(), AuthorityId::parse(issuer).unwrap());
    ResolveRequest::seal(&origin, &issuer, at, [nonce; 16], (scheme, numbers), key)
}

fn of_department(nonce: u8, numbers: &[&str]) -> String {
    request("department", &department(), credit_ledger::clock::now(), nonce, numbers)
}

fn ask(server: &Server, envelope: String) -> Answer {
    server.post_to("/v1/identities", "content-type: application/json\r\n", envelope)
}

fn refused(answer: &Answer, status: u16, slug: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.json()["type"], format!("urn:credit-ledger:problem:{slug}"));
    assert!(!answer.text().contains("110105"), "{}", answer.text());
}

#[test]
fn a_number_has_one_pseudonym_whether_or_not_the_ledger_knows_it() {
    let server = Server::start("resolve", |_| {});
    let root = std::fs::read(server.folder().join("keys/root.a")).unwrap();
    let (origin, kek) = (Origin::parse(people::ORIGIN).unwrap(), people::founding().master);
    let root = Root::open(&root, &origin, &kek).unwrap();
    let pseudonym = |context| {
        let key = blake3::derive_key(context, root.identities.first().expose());
        blake3::keyed_hash(&key, NUMBER.as_bytes()).to_hex()
    };
    let household = pseudonym("credit-ledger v1 household pseudonym");
    let pseudonym = pseudonym("credit-ledger v1 person pseudonym");
    let before = ask(&server, of_department(1, &[NUMBER]));
    assert_eq!(before.status, 200, "{}", before.text());
    assert_eq!(before.json(), json!({ "subjects": [format!("person:{pseudonym}")] }));
    assert!(before.head.contains("cache-control: no-store"), "{}", before.head);
    let known = people::penalty(200, &format!("person:{pseudonym}"));
    server.post(JSON, known);
    assert_eq!(ask(&server, of_department(2, &[NUMBER])).json(), before.json());
    // The household of which this person is the head has another, which nobody joins to it.
    let (now, scheme) = (credit_ledger::clock::now(), PseudonymScheme::Household);
    let answer = ask(&server, request_of(scheme, "department", &department(), now, 3, &[NUMBER]));
    assert_eq!(answer.json(), json!({ "subjects": [format!("household:{household}")] }));
    assert_ne!(household, pseudonym);
    // The key is of this ledger alone. It never leaves: no route has it, no number stands in a page of metrics.
    let other = Server::start("resolve-other", |_| {});
    assert_ne!(ask(&other, of_department(1, &[NUMBER])).json(), before.json());
    other.finish();
    assert!(!server.get("/metrics").text().contains("110105"));
    server.finish();
}

#[test]
fn who_is_not_enrolled_asks_late_or_twice_gets_none() {
    let server = Server::start("resolve-refused", |settings| settings.identities_per_hour = 4);
    let now = credit_ledger::clock::now();
    let at = |micros: i64| RecordedTime::from_micros(now.micros().saturating_add_signed(micros));
    let stranger = SecretKey::from_seed(&[99; 32]);
    let department = department();
    refused(&ask(&server, request("nobody", &stranger, now, 1, &[NUMBER])), 403, "unknown-issuer");
    refused(&ask(&server, request("department", &stranger, now, 1, &[NUMBER])), 403, "key-not-of-issuer");
    refused(&ask(&server, request("steward", &steward(), now, 1, &[NUMBER])), 403, "role-not-entitled");
    let minutes = 3 * 60 * 1_000_000;
    for late in [at(-minutes), at(minutes)] {
        refused(
            &ask(&server, request("department", &department, late, 1, &[NUMBER])),
            403,
            "request-not-fresh",
        );
    }
    let wrong = of_department(2, &[NUMBER, "110105194912310021"]);
    refused(&ask(&server, wrong), 400, "check-character");
    let event = seal(b"{}", &[&department]);
    assert_eq!(ask(&server, event).status, 400, "an event is no request");
    let first = of_department(3, &[NUMBER]);
    assert_eq!(ask(&server, first.clone()).status, 200);
    refused(&ask(&server, first), 409, "request-repeated");
    let spent = ask(&server, of_department(4, &[NUMBER; 4]));
    refused(&spent, 429, "identities-spent");
    assert!(spent.head.contains("retry-after: "), "{}", spent.head);
    server.finish();
}

#[test]
fn as_many_numbers_as_a_request_may_hold_are_resolved_in_one() {
    let server = Server::start("resolve-many", |_| {});
    let numbers: Vec<String> = (0..10_000)
        .map(|n| format!("1101051949{:02}{:02}{:03}", 1 + n / 1_000 % 12, 1 + n / 12_000 % 28, n % 1_000))
        .map(|digits| format!("{digits}{}", gb11643::check_character(&digits).unwrap()))
        .collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let answer = ask(&server, of_department(1, &numbers));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["subjects"].as_array().unwrap().len(), 10_000);
    server.finish();
}
