//! Every answer has a page and a price, through the front door: what a page holds, what stands on all of them, and
//! how many bytes that is, however long a history.

use crate::http_server::{JSON, NDJSON, Server};
use crate::people::{self, LIST, department, event, id};
use crate::projections::{FIRM, served};
use ledger_spec::event::envelope::seal;
use ledger_spec::projection::SubjectQuestion;
use serde_json::{Value, json};

const SUBJECT: &str = "ext:test:a";
/// Bytes that a line about a penalty takes at most.
const LINE: usize = 1_000;

fn append(server: &Server, envelopes: impl Iterator<Item = String>) {
    let envelopes: Vec<_> = envelopes.collect();
    for batch in envelopes.chunks(256) {
        let answer = server.post(NDJSON, batch.join("\n"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let refused: Vec<_> = answer.lines().into_iter().filter(|line| line["status"] == "refused").collect();
        assert!(refused.is_empty(), "{refused:?}");
    }
}

fn entries(lines: &Value) -> Vec<u64> {
    lines.as_array().unwrap().iter().map(|line| line["entry"].as_u64().unwrap()).collect()
}

#[test]
fn a_page_is_as_long_as_it_was_asked_for_however_long_the_history() {
    let server = Server::start("long", |_| {});
    append(&server, (0..3_000).map(|n| people::penalty(1_000 + n, SUBJECT)));
    let get = |query: &str| server.get(&format!("/v1/subjects/{SUBJECT}{query}"));
    let answer = get("");
    assert!(answer.body.len() < 100 * LINE, "{} bytes", answer.body.len());
    let standing = answer.json();
    assert_eq!((entries(&standing["records"]).len(), &standing["next"]), (100, &json!(104)));
    // What is said over everything is said, and says how much of it it names.
    let state = &standing["states"][0];
    assert_eq!((&state["state"], &state["more"]), (&json!("record-in-force"), &json!(2_900)));
    assert_eq!(state["because"].as_array().unwrap().len(), 100);
    for view in ["records", "measures", "uses"] {
        let bytes = get(&format!("/{view}?limit=10")).body.len();
        assert!(bytes < 14 * LINE, "{view}: {bytes} bytes");
    }
    // All of it, at one instant, by the largest pages there are.
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let answer = get(&format!("?limit=1000&known_at=3005{after}"));
        assert!(answer.body.len() < 1_000 * LINE, "{} bytes", answer.body.len());
        let page = answer.json();
        assert_eq!(page["states"], standing["states"]);
        all.extend(entries(&page["records"]));
        let Some(next) = page["next"].as_u64() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(all, (5..3_005).collect::<Vec<_>>());
    // The history has pages of its own.
    assert!(get("/events?limit=10").body.len() < 10 * 4_000);
    for query in ["?limit=0", "?limit=1001", "?limit=x", "?after=-1", "?after=5&after=6", "?before=9"] {
        assert_eq!(get(query).problem(), "invalid-parameter", "{query}");
    }
    assert_eq!(get("/records?after=99999999").json()["public"], json!([]), "after all there is");
    assert_eq!(server.finish(), 3_005);
}

#[test]
fn the_public_reads_every_view_page_by_page() {
    let server = served("paged");
    let other =
        |n: u64, kind: &str, body: Value| seal(&event(n, kind, "department", FIRM, body), &[&department()]);
    append(
        &server,
        (0..9).map(|n| {
            let mut record = people::negative(&format!("测罚字〔2026〕2{n:02}号"));
            record["type"] = "base.food".into();
            other(200 + n, "record.filed", record)
        }),
    );
    append(
        &server,
        (0..5).flat_map(|n| {
            let on = id(200 + n).to_string();
            let charge = json!({ "scheme": "test.points", "rule": "late", "points": 1 });
            let promise = json!({ "type": "base.promise", "text": "按期整改", "due": "2026-01-31" });
            [
                other(220 + n, "measure.imposed", json!({ "measure": "test.ban", "rests_on": on })),
                other(230 + n, "points.charged", charge),
                other(240 + n, "commitment.made", promise),
                other(250 + n, "rating.assigned", json!({ "scheme": "test.grade", "grade": "A" })),
            ]
        }),
    );
    let mut lines = 0;
    for name in SubjectQuestion::NAMES {
        let domain = if name == "eligibility" { "&domain=procurement" } else { "" };
        let get = |query: &str| {
            let at = "valid_at=2026-06-01&known_at=54";
            let mut answer = server.get(&format!("/v1/subjects/{FIRM}/{name}?{at}{domain}{query}")).json();
            // Each page is of its own moment of asking; nothing ends meanwhile.
            assert!(answer.as_object_mut().unwrap().remove("asked_at").is_some());
            answer
        };
        let whole = get("");
        assert_eq!(whole["next"], Value::Null, "{name}");
        for limit in [1, 2, 7] {
            let mut together = get(&format!("&limit={limit}"));
            while let Some(next) = together["next"].as_u64() {
                let page = get(&format!("&limit={limit}&after={next}"));
                together.as_object_mut().unwrap().remove("next");
                add(&mut together, page);
            }
            assert_eq!(together, whole, "{name} by {limit}");
        }
        lines += whole.to_string().matches("\"issuer\"").count();
    }
    assert!(lines > 40, "{lines}");
    assert_eq!(server.finish(), 54);
}

/// Adds a page's lines to those before; all else is the same on both.
fn add(before: &mut Value, page: Value) {
    for (name, value) in page.as_object().unwrap() {
        let there = &mut before[name.as_str()];
        if name == "schemes" {
            let charges = value[0]["cycles"][0]["charges"].as_array().unwrap().clone();
            there[0]["cycles"][0]["charges"].as_array_mut().unwrap().extend(charges);
            assert_eq!(there[0]["cycles"][0]["points"], value[0]["cycles"][0]["points"]);
        } else if value.as_array().is_some_and(|lines| lines.iter().all(|line| line.get("entry").is_some())) {
            there.as_array_mut().unwrap().extend(value.as_array().unwrap().clone());
        } else if name == "next" {
            *there = value.clone();
        } else {
            assert_eq!(there, value, "{name}");
        }
    }
}

#[test]
fn beside_a_line_stands_no_more_than_a_number_of_things() {
    let server = served("beside");
    append(&server, (0..25).map(|n| {
        let body = json!({ "imposition": id(21).to_string(), "domain": "procurement", "outcome": format!("第{n}次") });
        seal(&event(300 + n, "measure.applied", "department", FIRM, body), &[&department()])
    }));
    let measure = &server.get(&format!("/v1/subjects/{FIRM}/measures")).json()["measures"][0];
    // One more was reported before: the last twenty are shown, and that six came before them.
    for (shown, more) in [("uses", "more_uses"), ("steps", "more_steps")] {
        let steps = measure[shown].as_array().unwrap();
        assert_eq!((steps.len(), &measure[more]), (20, &json!(6)), "{shown}");
        assert_eq!((&steps[0]["statement"], &steps[19]["statement"]), (&json!("第5次"), &json!("第24次")));
    }
    assert_eq!(server.finish(), 50);
}

#[test]
fn lists_and_what_has_left_them_come_by_the_hundred() {
    let server = Server::start("hundreds", |_| {});
    append(
        &server,
        (0..130).map(|n| {
            let body = json!({ "list": LIST, "row": { "name": format!("甲{n}"), "reason": "一" } });
            seal(
                &event(400 + n, "listing.entered", "department", &format!("ext:test:{n}"), body),
                &[&department()],
            )
        }),
    );
    let get = |query: &str| server.get(&format!("/v1/lists/{LIST}{query}"));
    let members = |query: &str| entries(&get(query).json()["members"]);
    assert_eq!(members(""), (5..105).collect::<Vec<_>>());
    assert_eq!(members("?after=104"), (105..135).collect::<Vec<_>>());
    assert_eq!(members("?limit=10000").len(), 130);
    // Rows have no place for a cursor: a link leads on, as long as there is more.
    let rows = get("?format=rows&valid_at=2026-06-01");
    assert_eq!(rows.text().lines().count(), 100);
    let next = format!(
        "/v1/lists/{LIST}?format=rows&valid_at=2026-06-01T23:59:59.999999%2B08:00&known_at=135&after=104&limit=100"
    );
    // The client of these tests gives heads in lower case.
    let link = format!("link: <{next}>; rel=\"next\"").to_lowercase();
    assert!(rows.head.contains(&link), "{}", rows.head);
    let rest = server.get(&next);
    assert_eq!(rest.text().lines().count(), 30);
    assert!(!rest.head.contains("link: "), "{}", rest.head);

    append(
        &server,
        (0..110).map(|n| {
            let body = json!({ "list": LIST, "listing": id(400 + n).to_string(), "reason": "期满" });
            seal(
                &event(600 + n, "listing.removed", "department", &format!("ext:test:{n}"), body),
                &[&department()],
            )
        }),
    );
    let left = |query: &str| get(&format!("/departures{query}")).json();
    let first = left("");
    // The last to leave first; they left together, so it is by the event, which is all that the public is told of each.
    let events = |answer: &Value| -> Vec<String> {
        let lines = answer["departures"].as_array().unwrap().iter();
        lines.map(|line| line["event"].as_str().unwrap().to_owned()).collect()
    };
    let ids =
        |numbers: std::ops::Range<u64>| numbers.rev().map(|n| id(400 + n).to_string()).collect::<Vec<_>>();
    assert_eq!((events(&first), &first["next"]), (ids(10..110), &json!(100)));
    let second = left(&format!("?after={}", first["next"]));
    assert_eq!((events(&second), &second["next"]), (ids(0..10), &Value::Null));
    assert_eq!(events(&left("?after=110")), [""; 0], "after all there is");
    assert_eq!(get("/departures?limit=10001").problem(), "invalid-parameter");
    assert_eq!(get("?limit=10001").problem(), "invalid-parameter");
    assert_eq!(server.post(JSON, people::penalty(999, SUBJECT)).status, 201);
    assert_eq!(server.finish(), 246);
}
