//! One body under two names, through the front door: a hold under the one keeps what stands under the other, an erasure takes it
//! from the answers of both, and a restart changes nothing.

use crate::erasure::{OTHER, SUBJECT, WORDS, append, erased, filed, order, served, signed};
use crate::http_server::{JSON, Server};
use crate::people::{LIST, event, id};
use credit_ledger::clock;
use ledger_spec::event::envelope::seal;
use serde_json::{Value, json};
use tlog::key::SecretKey;

fn by_court(n: u64, kind: &str, subject: &str, body: Value) -> String {
    seal(&event(n, kind, "court", subject, body), &[&SecretKey::from_seed(&[5; 32])])
}

/// The ledger opened anew.
fn again(server: Server) -> Server {
    Server::over(server.stop().closed(), clock::now)
}

fn standing(server: &Server, name: &str) -> Value {
    let answer = server.get(&format!("/v1/subjects/{name}/standing"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// How many stand on the list, and how many they are.
fn listed(server: &Server) -> (usize, Value) {
    let edition = server.get(&format!("/v1/lists/{LIST}")).json();
    let members = edition["members"].as_array().unwrap();
    for (member, other) in members.iter().zip([OTHER, SUBJECT]) {
        assert_eq!(member["identifiers"], json!([other]), "{member}");
    }
    (members.len(), edition["subject_count"].clone())
}

#[test]
fn a_body_of_two_names_is_held_erased_and_opened_again_as_one() {
    let server = served("linked-names", 0);
    for (n, name, on) in [(13, SUBJECT, "2009-03-02"), (14, OTHER, "2016-06-01")] {
        append(
            &server,
            &signed(n, "subject.registered", name, json!({ "name": "某某", "registered_on": on })),
        );
    }
    let entries = filed(&server);
    for (n, name) in [(22, SUBJECT), (23, OTHER)] {
        let body = json!({ "list": LIST, "row": { "name": "某某", "reason": "某事" } });
        append(&server, &signed(n, "listing.entered", name, body));
    }
    for (n, one, other) in [(24, SUBJECT, OTHER), (25, OTHER, SUBJECT)] {
        append(&server, &signed(n, "subject.identifier_linked", one, json!({ "identifier": other })));
    }
    let told = |server: &Server| {
        assert_eq!(listed(server), (2, json!(1)), "two entries, one body");
        let [one, other] = [SUBJECT, OTHER].map(|name| standing(server, name));
        assert_eq!(one["records"], other["records"]);
        assert_eq!(one["registration"]["identifiers"], json!([OTHER]));
        assert_eq!(other["registration"]["identifiers"], json!([SUBJECT]));
    };
    told(&server);

    // A hold on all of the body stands under the other name.
    let hold = json!({ "reason": "诉讼", "case": "（2026）测0101行初1号" });
    append(&server, &by_court(26, "hold.placed", OTHER, hold));
    let refused = |server: &Server, n| {
        let answer = server.post(JSON, order(n, &[20, 21], &entries));
        assert_eq!((answer.status, answer.problem().as_str()), (409, "on-hold"));
    };
    refused(&server, 40);
    let server = again(server);
    told(&server);
    refused(&server, 41);

    let release = json!({ "hold": id(26).to_string(), "reason": "终审" });
    append(&server, &by_court(27, "hold.released", OTHER, release));
    append(&server, &order(42, &[20, 21], &entries));
    erased(&server, &entries);
    let gone = |server: &Server| {
        for name in [SUBJECT, OTHER] {
            let standing = standing(server, name);
            assert_eq!(standing["records"], json!([]));
            assert!(!standing.to_string().contains(WORDS));
        }
        told(server);
    };
    gone(&server);
    // What was erased under the one name is an id that was given under the other.
    let again_there =
        signed(20, "record.annotated", OTHER, json!({ "record": id(20).to_string(), "statement": "x" }));
    let problem = server.post(JSON, again_there).problem();
    assert!(["id-reused", "erased"].contains(&problem.as_str()), "{problem}");
    let server = again(server);
    gone(&server);

    // The one takes its word back: they are two.
    let back = json!({ "identifier": OTHER, "taken_back": true });
    append(&server, &signed(50, "subject.identifier_linked", SUBJECT, back));
    let edition = server.get(&format!("/v1/lists/{LIST}")).json();
    assert_eq!(edition["subject_count"], json!(2), "{edition}");
    assert_eq!(standing(&server, OTHER)["registration"]["identifiers"], json!([]));
    server.finish();
}
