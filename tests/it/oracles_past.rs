//! A stranger who asks about the past: of who a body was said to be, and of what was said of keys, he learns what still holds
//! at the moment of asking.

use crate::http_server::{JSON, Server};
use crate::oracles::noon;
use crate::people::{event, registrar};
use ledger_spec::event::envelope::seal;
use serde_json::{Value, json};

/// What went on in another, by what was stated in error.
const ENDED: &str = "ext:test:ended";
/// What is said to have taken it over.
const OTHER: &str = "ext:test:other";

fn by_registrar(server: &Server, n: u64, kind: &str, about: &str, body: Value) -> u64 {
    let answer = server.post(JSON, seal(&event(n, kind, "registrar", about, body), &[&registrar()]));
    assert_eq!(answer.status, 201, "{kind}: {}", answer.text());
    answer.json()["index"].as_u64().unwrap()
}

#[test]
fn a_merger_and_an_end_that_were_taken_back_are_told_of_no_instant() {
    let server = Server::start_by("oracle-past", noon, |_| {});
    let named = |name: &str| json!({"name": name, "kind": "enterprise"});
    by_registrar(&server, 30, "subject.registered", ENDED, named("甲公司"));
    by_registrar(&server, 31, "subject.registered", OTHER, named("乙公司"));
    by_registrar(&server, 32, "subject.merged", ENDED, json!({"into": OTHER, "reason": "秘"}));
    let merged = by_registrar(&server, 33, "subject.dissolved", ENDED, json!({"reason": "秘"}));
    // While it holds it is told, of both.
    let ask = |about: &str, known_at: u64| {
        let path = format!("/v1/subjects/{about}/standing?valid_at=2026-10-31&known_at={known_at}");
        let answer = server.get(&path);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(!answer.text().contains('秘'), "{}", answer.text());
        answer.json()["registration"].clone()
    };
    assert_eq!(ask(ENDED, merged + 1)["merged_into"], OTHER);
    assert!(ask(ENDED, merged + 1)["dissolved_from"].is_string());
    assert_eq!(ask(OTHER, merged + 1)["merged_from"], json!([ENDED]));
    let size = by_registrar(&server, 34, "subject.amended", ENDED, named("甲公司")) + 1;
    for known_at in 0..=size {
        let (ended, other) = (ask(ENDED, known_at), ask(OTHER, known_at));
        assert!(ended.get("merged_into").is_none() && ended.get("dissolved_from").is_none(), "{ended}");
        assert!(other.get("merged_from").is_none(), "{other}");
    }
    assert_eq!(ask(ENDED, size)["name"], "甲公司");
    assert_eq!(server.finish(), size);
}
