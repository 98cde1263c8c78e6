//! Answers that are sent compressed, to whoever can read that, and those that are not.

use crate::http_server::{JSON, NDJSON, Server};
use crate::people::{self, LIST, department, event};
use ledger_spec::event::envelope::seal;
use serde_json::json;

const MEMBERS: u64 = 300;
const GZIP: &str = "accept-encoding: gzip\r\n";

fn fill(server: &Server) {
    let listing = |n: u64| {
        let row = json!({"reason": "拒不履行", "name": format!("company {n}")});
        let body = json!({"list": LIST, "row": row, "order": n.to_string()});
        let subject = format!("ext:test:{n}");
        seal(&event(1_000 + n, "listing.entered", "department", &subject, body), &[&department()]) + "\n"
    };
    let answer = server.post(NDJSON, (0..MEMBERS).map(listing).collect::<String>());
    assert_eq!((answer.status, answer.lines()[0]["status"].as_str()), (200, Some("placed")));
}

#[test]
fn a_list_is_compressed_for_whoever_can_read_that_and_is_the_same_bytes() {
    let server = Server::start("packing", |_| {});
    fill(&server);
    for path in [
        format!("/v1/lists/{LIST}?valid_at=2026-06-01"),
        format!("/v1/lists/{LIST}?format=rows"),
        "/openapi.json".into(),
        "/docs".into(),
    ] {
        let plain = server.get(&path);
        assert!(!plain.head.contains("content-encoding"), "{}", plain.head);
        // Whoever keeps it must keep it apart, packed or not.
        assert!(plain.head.contains("vary: accept-encoding"), "{}", plain.head);
        let packed = server.get_with(&path, GZIP);
        assert!(packed.head.contains("content-encoding: gzip"), "{}", packed.head);
        assert!(packed.head.contains("vary: accept-encoding"), "{}", packed.head);
        assert!(packed.body.len() * 2 < plain.body.len(), "{} of {}", packed.body.len(), plain.body.len());
        assert_eq!(packed.unzipped(), plain.body, "{path}");
        let media =
            |head: &str| head.lines().find(|line| line.starts_with("content-type")).map(str::to_owned);
        assert_eq!(media(&packed.head), media(&plain.head));
    }
    // An entry comes with its opening, most of which is base64: still less.
    let entry = server.get_with("/v1/entries/7", GZIP);
    assert!(entry.head.contains("content-encoding: gzip"), "{}", entry.head);
    let plain = server.get("/v1/entries/7").body;
    assert!(entry.body.len() < plain.len(), "{} of {}", entry.body.len(), plain.len());
    assert_eq!(entry.unzipped(), plain);
    let members = server.get_with(&format!("/v1/lists/{LIST}?limit=10000"), GZIP).unzipped();
    let members: serde_json::Value = serde_json::from_slice(&members).unwrap();
    assert_eq!(members["members"].as_array().unwrap().len(), usize::try_from(MEMBERS).unwrap());
    server.finish();
}

#[test]
fn what_is_small_streams_or_does_not_pack_is_sent_as_it_is() {
    let server = Server::start("packing-not", |_| {});
    fill(&server);
    for path in ["/healthz", "/checkpoint", "/tile/0/000", "/v1/receipts/7", "/v1/entries/7/raw", "/no/such"]
    {
        let answer = server.get_with(path, GZIP);
        assert!(!answer.head.contains("content-encoding"), "{path}: {}", answer.head);
        assert_eq!(answer.body, server.get(path).body, "{path}");
    }
    // The feed comes event by event, and none waits in a compressor.
    let feed = crate::feed::head(&server, GZIP);
    assert!(!feed.contains("content-encoding"), "{feed}");
    server.finish();
}

#[test]
fn whoever_accepts_no_coding_at_all_is_answered_all_the_same() {
    let server = Server::start("packing-none", |_| {});
    fill(&server);
    // tower-http would have let the event in, and answered 406.
    for (n, refused) in
        ["identity;q=0", "*;q=0", "*;q=0, identity;q=0", "gzip;q=0, identity;q=0, *"].iter().enumerate()
    {
        let headers = format!("accept-encoding: {refused}\r\n");
        let list = server.get_with(&format!("/v1/lists/{LIST}"), &headers);
        assert_eq!(list.status, 200, "{refused}: {}", list.head);
        assert!(!list.head.contains("content-encoding"), "{refused}: {}", list.head);
        let envelope = people::penalty(u64::try_from(n).unwrap(), "ext:test:a");
        let placed = server.post_to("/v1/events", &format!("content-type: {JSON}\r\n{headers}"), envelope);
        assert_eq!(placed.status, 201, "{refused}: {}", placed.text());
    }
    server.finish();
}
