//! The front door as it is meant to be used: append, receipts, questions, limits, stopping.

use crate::http_server::{Answer, JSON, NDJSON, Server};
use crate::people::{self, LIST, department, event, registrar, steward};
use ledger_spec::event::envelope::seal;
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::TcpStream;
use tlog::hash::TreeHash;

const SUBJECT: &str = "ext:test:a";

fn field<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn batch(numbers: std::ops::Range<u64>) -> String {
    numbers.map(|n| people::penalty(n, &format!("ext:test:{n}")) + "\n").collect()
}

fn listing(n: u64, subject: &str, order: &str, name: &str) -> String {
    let body = json!({"list": LIST, "row": {"reason": "为何", "name": name}, "order": order});
    seal(&event(n, "listing.entered", "department", subject, body), &[&department()])
}

#[test]
fn one_event_is_answered_with_its_whole_receipt_and_again_with_the_first() {
    let server = Server::start("one", |_| {});
    let first = server.post(JSON, people::penalty(100, SUBJECT));
    assert_eq!(first.status, 201, "{}", first.text());
    let first = first.json();
    assert_eq!((&first["index"], &first["version"], &first["repeat"]), (&json!(5), &json!(1), &json!(false)));
    assert_eq!(server.verify(field(&first, "receipt"), field(&first, "entry_hash")), Some(6));
    // Another entry's leaf is not what the receipt shows.
    let other = TreeHash::leaf(b"other").to_string();
    assert_eq!(server.verify(field(&first, "receipt"), &other), None);
    assert_eq!(server.post(JSON, people::penalty(101, SUBJECT)).status, 201);
    let again = server.post(JSON, people::penalty(100, SUBJECT));
    assert_eq!(again.status, 200);
    let again = again.json();
    assert_eq!(again["repeat"], true);
    for member in ["index", "recorded_at", "entry_hash"] {
        assert_eq!(again[member], first[member], "{member}");
    }
    assert_eq!(
        (&first["version"], &again["version"]),
        (&1.into(), &Value::Null),
        "whoever has an event sends it"
    );
    assert_eq!(server.verify(field(&again, "receipt"), field(&first, "entry_hash")), Some(7));
    assert_eq!(server.finish(), 7);
}

#[test]
fn a_batch_answers_each_line_and_at_last_the_checkpoint() {
    let server = Server::start("batch", |_| {});
    let body = format!("{}\nnot json\n{}", batch(0..40), people::penalty(3, "ext:test:3"));
    let answer = server.post_to("/v1/events?receipts=full", &format!("content-type: {NDJSON}\r\n"), body);
    assert_eq!(answer.status, 200);
    let lines = answer.lines();
    assert_eq!(lines.len(), 43);
    for (at, line) in lines[..40].iter().enumerate() {
        assert_eq!((&line["status"], &line["line"]), (&json!("placed"), &json!(at + 1)), "{line}");
        assert_eq!(line["index"], json!(5 + at));
        assert_eq!(server.verify(field(line, "receipt"), field(line, "entry_hash")), Some(45));
    }
    // The empty line 41 is no line; its number is counted all the same.
    assert_eq!((&lines[40]["status"], &lines[40]["line"]), (&json!("refused"), &json!(42)));
    assert_eq!((&lines[41]["status"], &lines[41]["index"]), (&json!("repeat"), &lines[3]["index"]));
    assert_eq!(field(&lines[42], "checkpoint"), server.snapshots.latest().checkpoint_text());
    assert_eq!(server.finish(), 45);
}

#[test]
fn an_atomic_batch_is_whole_or_absent() {
    let server = Server::start("atomic", |_| {});
    let send = |path: &str, body: &str| {
        let answer = server.post_to(path, &format!("content-type: {NDJSON}\r\n"), body);
        assert_eq!(answer.status, 200);
        let lines = answer.lines();
        lines.iter().filter_map(|line| line["status"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    // A dry run says the same before.
    let post = |body: String| {
        let tried = send("/v1/events?atomic=true&dry_run=true", &body);
        let done = send("/v1/events?atomic=true", &body);
        let placed = done.iter().map(|status| status.replace("placed", "admissible"));
        assert_eq!(tried, placed.collect::<Vec<_>>());
        done
    };
    // Refused by a rule, and refused before the queue.
    let unfit = people::penalty(9, "place:430381");
    let outcomes = ["not-attempted", "not-attempted", "refused"];
    assert_eq!(post(format!("{}{unfit}\n", batch(0..2))), outcomes);
    assert_eq!(post(format!("{}{{\n", batch(0..2))), outcomes);
    assert_eq!(server.snapshots.latest().size().get(), 5);
    assert_eq!(post(batch(0..3)), ["placed"; 3]);
    assert_eq!(server.finish(), 8);
}

#[test]
fn what_was_appended_is_read_back() {
    let server = Server::start("reads", |_| {});
    assert_eq!(server.post(JSON, people::penalty(100, SUBJECT)).status, 201);
    assert_eq!(server.post(JSON, listing(101, "ext:test:b", "2", "B")).status, 201);
    assert_eq!(server.post(JSON, listing(102, SUBJECT, "1", "A")).status, 201);
    let standing = server.get(&format!("/v1/subjects/{SUBJECT}?valid_at=2026-06-01")).json();
    let states: Vec<_> = standing["states"].as_array().unwrap().iter().map(|s| field(s, "state")).collect();
    assert_eq!(states, ["record-in-force", "listed"]);
    assert_eq!(standing["states"][0]["because"], json!([5]));
    assert_eq!((&standing["states"][0]["rules"], &standing["known_at"]), (&json!(["P03"]), &json!(8)));
    assert_eq!(standing["withheld"], Value::Null, "the public is not told how much is left out");
    assert!(field(&standing["notice"], "en").contains("more may exist"), "{standing}");
    assert!(standing["asked_at"].is_string(), "{standing}");
    assert_eq!(field(&standing, "checkpoint"), server.get("/checkpoint").text());
    let before = server.get(&format!("/v1/subjects/{SUBJECT}?valid_at=2025-12-31")).json();
    assert_eq!((&before["states"], &before["notice"]), (&json!([]), &standing["notice"]));
    let unknown = server.get(&format!("/v1/subjects/{SUBJECT}?known_at=5")).json();
    assert_eq!((&unknown["states"], &unknown["notice"]), (&json!([]), &standing["notice"]));

    let page = server.get(&format!("/v1/subjects/{SUBJECT}/events?limit=1")).json();
    assert_eq!(
        (&page["version"], &page["next"], &page["events"][0]["index"]),
        (&Value::Null, &json!(7), &json!(7))
    );
    let page = server.get(&format!("/v1/subjects/{SUBJECT}/events?before=7")).json();
    assert_eq!((&page["next"], &page["events"][0]["index"]), (&Value::Null, &json!(5)));
    assert_eq!(page["events"][0]["event"]["kind"], "record.filed");

    let list = server.get(&format!("/v1/lists/{LIST}")).json();
    let subjects: Vec<_> = list["members"].as_array().unwrap().iter().map(|m| field(m, "subject")).collect();
    assert_eq!(subjects, [SUBJECT, "ext:test:b"]);
    let rows = "{\"name\":\"A\",\"reason\":\"为何\"}\n{\"name\":\"B\",\"reason\":\"为何\"}\n";
    assert_eq!(
        server.get(&format!("/v1/lists/{LIST}?format=rows")).text(),
        rows,
        "the list's order of columns"
    );
    assert_eq!(
        server.get_with(&format!("/v1/lists/{LIST}"), "accept: application/x-ndjson\r\n").text(),
        rows
    );

    let entry = server.get("/v1/entries/5").json();
    let raw = server.get("/v1/entries/5/raw").body;
    assert_eq!(TreeHash::leaf(&raw).to_string(), field(&entry, "entry_hash"));
    assert_eq!(server.get_with("/v1/entries/5", "accept: application/octet-stream\r\n").body, raw);
    assert_eq!(entry["links"], Value::Null, "links name entries and count them");
    let governed = server.get("/v1/entries/3").json();
    assert_eq!(
        governed["links"][0],
        json!({"stream": format!("clear/catalogue:type.{}", people::TYPE), "version": 1})
    );
    assert_eq!(server.verify(server.get("/v1/receipts/5").text(), field(&entry, "entry_hash")), Some(8));
    assert_eq!(server.get("/v1/authorities").json()["authorities"].as_array().unwrap().len(), 4);
    assert_eq!(server.get("/v1/catalogue").json()["lists"][0]["code"], LIST);
    assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 200));
    let metrics = server.get("/metrics");
    assert!(
        metrics.text().contains("credit_ledger_events_total{outcome=\"placed\"} 7\n"),
        "{}",
        metrics.text()
    );
    assert!(metrics.text().contains("credit_ledger_tree_size 8\n"));
    assert!(!metrics.text().contains("ext:test"), "no identifier in a label");
    assert_eq!(server.finish(), 8);
}

#[test]
fn what_is_not_public_is_not_served_and_every_answer_says_that_there_may_be_more() {
    let server = Server::start("withheld", |_| {});
    let basis = json!([{"title": "测试依据"}]);
    let shared = json!({
        "title": people::name(), "polarity": "neutral", "disclosure": "shared",
        "subjects": ["ext"], "basis": basis, "confidence": "V",
    });
    let adopted = event(10, "catalogue.type_adopted", "steward", "catalogue:type.base.shared", shared);
    assert_eq!(server.post(JSON, seal(&adopted, &[&steward()])).status, 201);
    let body = json!({"type": "base.shared", "decision": {"number": "秘1", "date": "2026-01-01"}});
    let filed = event(11, "record.filed", "department", SUBJECT, body);
    assert_eq!(server.post(JSON, seal(&filed, &[&department()])).status, 201);
    let body = json!({"record": people::id(11).to_string(), "statement": "秘2"});
    let annotated = event(12, "record.annotated", "department", SUBJECT, body);
    assert_eq!(server.post(JSON, seal(&annotated, &[&department()])).status, 201);
    let answers = [
        server.get(&format!("/v1/subjects/{SUBJECT}")),
        server.get(&format!("/v1/subjects/{SUBJECT}/events")),
        server.get("/v1/entries/6"),
        server.get("/v1/entries/7"),
    ];
    // The bytes of the log are for everybody, and say nothing of what is sealed.
    for index in [6, 7] {
        let raw = server.get(&format!("/v1/entries/{index}/raw"));
        assert_eq!((raw.status, raw.body.len(), &raw.body[..2]), (200, 82, &[2, index][..]));
    }
    for answer in &answers {
        assert!(!answer.text().contains('秘'), "{}", answer.text());
    }
    for answer in &answers[..2] {
        let answer = answer.json();
        assert_eq!(answer["withheld"], Value::Null);
        assert!(field(&answer["notice"], "zh").contains("可能另有不公开的内容"), "{answer}");
    }
    assert_eq!((&answers[0].json()["states"], &answers[1].json()["events"]), (&json!([]), &json!([])));
    for answer in &answers[2..] {
        assert_eq!((answer.problem().as_str(), answer.status), ("not-found", 404));
    }
    assert_eq!(server.get("/v1/receipts/6").status, 200, "a receipt shows hashes only");
    assert_eq!(server.finish(), 8);
}

#[test]
fn a_full_queue_is_answered_at_once_and_nothing_acknowledged_is_lost() {
    let server = Server::start("full", |settings| settings.queue_events = 1);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let server = &server;
        let post = |n: u64| move || server.post(NDJSON, batch(n * 100..n * 100 + 60));
        let threads: Vec<_> = (1..25).map(|n| scope.spawn(post(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let full: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert!(!full.is_empty(), "the queue was never full");
    for answer in &full {
        assert_eq!((answer.problem().as_str(), answer.status), ("queue-full", 429));
        assert!(answer.head.contains("retry-after: 1"), "{}", answer.head);
    }
    let taken = u64::try_from(answers.len() - full.len()).unwrap();
    assert_eq!(server.finish(), 5 + taken * 60);
}

#[test]
fn stopping_finishes_what_is_under_way() {
    let server = Server::start("stop", |_| {});
    let body = batch(0..200);
    let mut stream = TcpStream::connect(server.address).unwrap();
    let (half, rest) = body.as_bytes().split_at(body.len() / 2);
    let length = body.len();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: t\r\ncontent-type: {NDJSON}\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(half).unwrap();
    // The request is being read once another one, sent later, has its answer.
    assert_eq!(server.get("/healthz").status, 200);
    let address = server.address;
    let stopping = server.stop();
    while TcpStream::connect(address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(rest).unwrap();
    let lines = Answer::read(stream).lines();
    assert_eq!(lines.iter().filter(|line| line["status"] == "placed").count(), 200);
    assert_eq!(stopping.finish(), 205);
}

#[test]
fn the_documents_are_what_the_code_says() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/openapi.json");
    let written = serde_json::to_string_pretty(&credit_ledger::http::document()).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, &written).unwrap();
    }
    let read = std::fs::read_to_string(golden).unwrap_or_default();
    assert!(read == written, "{golden} differs; look at the change, then run with UPDATE_GOLDEN=1");
    let server = Server::start("docs", |_| {});
    assert_eq!(server.get("/openapi.json").json(), credit_ledger::http::document());
    for (language, title) in [("zh", "信用台账接口文档"), ("en", "the HTTP interface")] {
        let page = server.get_with("/docs", &format!("accept-language: {language}\r\n"));
        assert!(page.text().contains(title) && page.text().contains("urn:credit-ledger:problem:queue-full"));
        assert!(!page.text().contains("http://") && !page.text().contains("https://"), "no outside host");
        for path in credit_ledger::http::document()["paths"].as_object().unwrap().keys() {
            assert!(page.text().contains(&format!("<code>{path}</code>")), "{path}");
        }
    }
    let page = server.get_with("/docs?lang=zh", "accept-language: en\r\n");
    assert!(page.text().contains("公共信用台账接口文档") && !page.text().contains("The subject"));
    let registrar = registrar().public().id();
    assert!(server.get("/v1/authorities").text().contains(&registrar));
    assert_eq!(server.finish(), 5);
}
