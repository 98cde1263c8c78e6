//! What a stranger learns, by bytes: of what is not public an answer says the same as if it were not there. The
//! log itself is open to everybody: of what is sealed it shows 82 bytes that say nothing.

use crate::http_server::{Answer, JSON, Server};
use crate::people::{self, LIST, department, event, id, registrar, steward};
use credit_ledger::clock;
use ledger_spec::entry::ChainHash;
use ledger_spec::event::envelope::seal;
use ledger_spec::projection::SubjectQuestion;
use ledger_spec::sealed::LogEntry;
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tlog::key::SecretKey;

/// About whom something stands that is not public.
const HIDDEN: &str = "ext:test:hidden";
/// About whom nothing stands.
const ABSENT: &str = "ext:test:absent";

/// How much of the day has to be left for a test that wants to stay in it.
const PATIENCE_MICROS: u64 = 60_000_000;

/// Days since the test of whole days began.
static DAYS: AtomicU64 = AtomicU64::new(0);

/// One instant, for all who ask.
pub fn noon() -> RecordedTime {
    let noon = ValidTime::parse("2026-11-01T12:00:00+08:00").unwrap();
    RecordedTime::from_micros(u64::try_from(noon.micros()).unwrap())
}

/// The day that the test has come to. What is appended is recorded by the system's clock, on the first of them.
fn of_the_day() -> RecordedTime {
    static BEGUN: LazyLock<u64> = LazyLock::new(|| {
        // Not so near to the end of the day that entries would be recorded on two.
        let day = 86_400_000_000;
        let left = |now: RecordedTime| day - (now.micros() + 8 * day / 24) % day;
        while left(clock::now()) < PATIENCE_MICROS {
            std::thread::sleep(Duration::from_secs(1));
        }
        clock::now().micros()
    });
    RecordedTime::from_micros(*BEGUN + DAYS.load(Ordering::SeqCst) * 86_400_000_000)
}

pub fn append(server: &Server, n: u64, kind: &str, subject: &str, body: Value) {
    let sealed = match kind.split('.').next() {
        Some("catalogue" | "population") => seal(&event(n, kind, "steward", subject, body), &[&steward()]),
        _ => seal(&event(n, kind, "department", subject, body), &[&department()]),
    };
    let answer = server.post(JSON, sealed);
    assert_eq!(answer.status, 201, "{n} {kind}: {}", answer.text());
}

/// A ledger with a shared record of somebody, and one that was sealed, a listing that was removed: what is not public, or no
/// more. The entry numbers of all that is about them.
fn served(name: &str, clock: fn() -> RecordedTime) -> (Server, std::ops::Range<u64>) {
    let server = Server::start_by(name, clock, |_| {});
    let adopted = json!({
        "title": people::name(), "polarity": "neutral", "disclosure": "shared",
        "subjects": ["ext"], "basis": [{"title": "测试依据"}], "confidence": "V",
    });
    let court = SecretKey::from_seed(&[8; 32]);
    let enrolled = json!({
        "name": people::name(), "roles": ["court"], "keys": [court.public().to_base64url()],
        "competence": {"types": ["*"], "subjects": ["ext"]},
    });
    let enrolled = event(9, "authority.enrolled", "registrar", "authority:court", enrolled);
    assert_eq!(server.post(JSON, seal(&enrolled, &[&registrar()])).status, 201);
    append(&server, 10, "catalogue.type_adopted", "catalogue:type.base.shared", adopted);
    append(&server, 11, "record.filed", HIDDEN, shared());
    append(&server, 12, "record.filed", HIDDEN, people::negative("测罚字〔2026〕12号"));
    append(
        &server,
        13,
        "listing.entered",
        HIDDEN,
        json!({"list": LIST, "row": {"name": "甲", "reason": "一"}}),
    );
    let judged = json!({"number": "（2026）测行初14号", "date": "2026-01-01"});
    let judged = json!({"record": id(12).to_string(), "reason": "秘2", "decision": judged});
    let judged = event(14, "record.sealed", "court", HIDDEN, judged);
    assert_eq!(server.post(JSON, seal(&judged, &[&court])).status, 201);
    let removed = json!({"list": LIST, "listing": id(13).to_string(), "reason": "秘3"});
    append(&server, 15, "listing.removed", HIDDEN, removed);
    (server, 7..12)
}

fn shared() -> Value {
    json!({"type": "base.shared", "decision": {"number": "秘1", "date": "2026-01-01"}})
}

/// Status, head and body, with whom it is about left out, and when it was sent.
fn told(answer: &Answer, about: &str) -> (u16, String, String) {
    let head =
        answer.head.lines().filter(|line| !line.starts_with("date:") && !line.starts_with("content-length:"));
    (
        answer.status,
        head.collect::<Vec<_>>().join("\n"),
        String::from_utf8_lossy(&answer.body).replace(about, "…"),
    )
}

#[test]
fn of_a_subject_whose_all_is_hidden_every_view_says_what_it_says_of_nobody() {
    let (server, _) = served("oracle-views", noon);
    let size = server.snapshots.latest().size().get();
    let compare = |view: &str, query: &str| {
        let ask = |about: &str| {
            let answer = server.get(&format!("/v1/subjects/{about}{view}{query}"));
            assert_eq!(answer.status, 200, "{view}{query}: {}", answer.text());
            assert!(!answer.text().contains('秘'), "{}", answer.text());
            told(&answer, about)
        };
        assert_eq!(ask(HIDDEN), ask(ABSENT), "{view}{query}");
    };
    for name in SubjectQuestion::NAMES {
        let domain = if name == "eligibility" { "&domain=procurement" } else { "" };
        for valid_at in ["2025-12-31", "2026-01-01", "2026-06-01", "2027-01-01"] {
            for known_at in 0..=size {
                compare(&format!("/{name}"), &format!("?valid_at={valid_at}&known_at={known_at}{domain}"));
            }
        }
        compare(&format!("/{name}"), &format!("?after=7&limit=1{domain}"));
    }
    compare("", "");
    // A cursor is a number, whosever entry it is, and whether there is one.
    compare("/events", "");
    for before in 0..size + 3 {
        compare("/events", &format!("?before={before}"));
        compare("/events", &format!("?before={before}&limit=1"));
    }
    assert_eq!(server.finish(), size);
}

#[test]
fn an_entry_that_is_not_public_is_none() {
    let (server, hidden) = served("oracle-entries", noon);
    let size = server.snapshots.latest().size().get();
    append(&server, 20, "record.filed", "ext:test:open", people::negative("测罚字〔2026〕20号"));
    let open = size;
    for headers in ["", "accept-language: zh\r\n"] {
        let ask = |index: u64| {
            let answer = server.get_with(&format!("/v1/entries/{index}"), headers);
            (answer.status, told(&answer, &index.to_string()))
        };
        let (status, absent) = ask(size + 7);
        assert_eq!(status, 404);
        for index in hidden.clone() {
            assert_eq!(ask(index).1, absent, "{index}");
        }
        // What governs the ledger is there for everybody.
        assert_eq!(ask(5).0, 200);
    }
    // The bytes of the log are for everybody: of what is hidden they are as of what is public, but for the number, the
    // time and what looks like randomness. `previous` follows from the entry before.
    for (path, headers) in [("/raw", ""), ("", "accept: application/octet-stream\r\n")] {
        let ask = |index: u64| server.get_with(&format!("/v1/entries/{index}{path}"), headers);
        assert_eq!(ask(size + 7).status, 404);
        let head = |answer: &Answer| (answer.status, told(answer, "…").1);
        let public = ask(open);
        for index in hidden.clone() {
            let (answer, before) = (ask(index), ask(index - 1));
            assert_eq!(head(&answer), head(&public), "{index}{path}");
            let LogEntry::Sealed(entry) = LogEntry::decode(&answer.body).unwrap() else { panic!("{index}") };
            assert_eq!((answer.body.len(), entry.index.get()), (82, index));
            assert_eq!(entry.previous, ChainHash::of_entry(&before.body), "{index}{path}");
        }
    }
    // Of what is public the links are left out, and what is given to prove the event opens its content alone: links and
    // what salts them stay shut.
    let shown = server.get(&format!("/v1/entries/{open}")).json();
    assert_eq!((&shown["index"], &shown["links"]), (&json!(open), &Value::Null));
    let opening = shown["opening"].as_object().unwrap();
    assert_eq!(opening.keys().collect::<Vec<_>>(), ["content", "form", "p1", "p2", "p3", "r0"]);
    // What has left a list is told by its event alone.
    let left = server.get(&format!("/v1/lists/{LIST}/departures")).json();
    let line = left["departures"][0].as_object().unwrap();
    assert_eq!(line.keys().collect::<Vec<_>>(), ["at", "event", "marks"]);
    assert_eq!(line["event"], id(13).to_string());
    assert_eq!(server.finish(), size + 1);
}

#[test]
fn what_has_ended_is_not_shown_of_any_instant_and_what_was_corrected_is_shown_so() {
    let (server, hidden) = served("oracle-moment", noon);
    let about = |known_at: u64| {
        let query = format!("?valid_at=2026-06-01&known_at={known_at}");
        [format!("/v1/subjects/{HIDDEN}{query}"), format!("/v1/lists/{LIST}{query}")]
            .map(|path| server.get(&path))
    };
    for known_at in 0..=hidden.end {
        for answer in about(known_at) {
            assert_eq!(answer.json()["asked_at"], "2026-11-01T12:00:00+08:00");
            assert!(!answer.text().contains("测罚字") && !answer.text().contains('甲'), "{}", answer.text());
        }
    }
    // A record that is public, and one that was corrected after it: before the correction was known, too.
    let open = "ext:test:open";
    let mut record = people::negative("测罚字〔2026〕20号");
    record["summary"] = "写错的话".into();
    record["severity"] = "serious".into();
    append(&server, 20, "record.filed", open, record);
    let known = server.snapshots.latest().size().get();
    let corrected =
        json!({"record": id(20).to_string(), "reason": "笔误", "severity": "general", "summary": "更正的话"});
    append(&server, 21, "record.corrected", open, corrected);
    let standing = server.get(&format!("/v1/subjects/{open}?valid_at=2026-06-01&known_at={known}"));
    let line = standing.json()["records"][0].clone();
    assert_eq!((&line["summary"], &line["severity"]), (&json!("更正的话"), &json!("general")));
    assert_eq!(
        (&line["marks"][0]["mark"], &line["steps"][0]["kind"]),
        (&json!("corrected"), &json!("record.corrected"))
    );
    assert!(!standing.text().contains("写错的话"), "{}", standing.text());
    assert_eq!(server.finish(), known + 1);
}

#[test]
fn counts_over_all_are_told_of_whole_days_and_of_no_few() {
    let (server, _) = served("oracle-counts", of_the_day);
    let size = server.snapshots.latest().size().get();
    let place = "place:430381";
    let at = |path: &str, known_at: u64| {
        let answer = server.get(&format!("{path}?valid_at=2026-06-01&known_at={known_at}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text().to_owned()
    };
    let paths = ["/v1/oversight".to_owned(), format!("/v1/indicators/{place}")];
    for path in &paths {
        for n in 0..size {
            assert_eq!(at(path, n), at(path, n + 1), "{path}: who filed entry {n}");
        }
    }
    // The next day the day is over, and known as a whole; of five and more something is said.
    for n in 30..34 {
        append(
            &server,
            n,
            "record.filed",
            &format!("ext:test:{n}"),
            people::negative(&format!("测罚字〔2026〕{n}号")),
        );
    }
    DAYS.store(1, Ordering::SeqCst);
    let work = |known_at: u64| -> Value { serde_json::from_str(&at("/v1/oversight", known_at)).unwrap() };
    let all = size + 4;
    let day = work(all);
    assert_eq!((&day["known_at"], &day["authorities"][0]["records"]), (&json!(all), &json!(6)));
    assert_eq!(day["authorities"][0]["uses"], Value::Null, "none is few");
    for n in 0..all {
        assert_eq!(work(n)["known_at"], 0, "a day that is not known to its end is not counted");
    }
    append(&server, 40, "use.reported", HIDDEN, json!({"domain": "procurement", "outcome": "秘4"}));
    DAYS.store(2, Ordering::SeqCst);
    let line = work(all + 1)["authorities"][0].clone();
    assert_eq!((&line["records"], &line["uses"]), (&json!(6), &Value::Null), "one is few");
    assert_eq!(work(all)["known_at"], 0, "nor is one to which something came");
    assert_eq!(server.finish(), all + 1);
}

#[test]
fn who_has_no_key_is_told_nothing_of_what_stands_in_a_stream() {
    let (server, _) = served("oracle-append", noon);
    let stranger = SecretKey::from_seed(&[9; 32]);
    let body = || people::negative("测罚字〔2026〕12号");
    let with_version = |n: u64, subject: &str| {
        let stated = event(n, "record.filed", "department", subject, body());
        let mut stated: Value = serde_json::from_slice(&stated).unwrap();
        stated["seen_version"] = 1.into();
        serde_json::to_vec(&stated).unwrap()
    };
    for path in ["/v1/events", "/v1/events?dry_run=true"] {
        let post = |bytes: &[u8], key: &SecretKey| {
            server.post_to(path, &format!("content-type: {JSON}\r\n"), seal(bytes, &[key]))
        };
        let (mut same, mut other) = (Vec::new(), Vec::new());
        for about in [HIDDEN, ABSENT] {
            // An id that the stream holds, with the same bytes or others; a version that it does not have.
            for bytes in [
                event(12, "record.filed", "department", about, body()),
                event(12, "record.filed", "department", about, people::negative("另一份")),
                with_version(50, about),
            ] {
                let refused = post(&bytes, &stranger);
                assert_eq!((refused.status, refused.problem().as_str()), (403, "key-not-of-issuer"));
                same.push(told(&refused, about));
            }
            // A department is told, so that the test could see it.
            other.push(post(&with_version(50, about), &department()).problem());
        }
        assert!(same.windows(2).all(|pair| pair[0] == pair[1]), "{same:?}");
        assert_eq!(other, ["stale-seen-version"; 2]);
        let known =
            post(&event(12, "record.filed", "department", HIDDEN, people::negative("另一份")), &department());
        assert_eq!(known.problem(), "id-reused");
    }
    assert_eq!(server.finish(), 12);
}

#[test]
fn whose_key_is_revoked_is_told_nothing_of_a_stream() {
    let (server, _) = served("oracle-revoked", noon);
    let revoked = json!({"key": department().public().to_base64url(), "reason": "retired"});
    let revoked = event(60, "authority.key_revoked", "registrar", "authority:department", revoked);
    assert_eq!(server.post(JSON, seal(&revoked, &[&registrar()])).status, 201);
    for about in [HIDDEN, ABSENT] {
        let mut stated = at(12, "record.filed", about, "2026-01-01", people::negative("另一份"));
        for seen in [None, Some(1)] {
            if let Some(seen) = seen {
                stated["seen_version"] = seen.into();
            }
            for path in ["/v1/events", "/v1/events?dry_run=true"] {
                let envelope = seal(&serde_json::to_vec(&stated).unwrap(), &[&department()]);
                let refused = server.post_to(path, &format!("content-type: {JSON}\r\n"), envelope);
                assert_eq!(refused.problem(), "key-revoked", "{about} {path}");
            }
        }
    }
    // What it was answered before, it is answered still.
    let first =
        server.post(JSON, seal(&event(11, "record.filed", "department", HIDDEN, shared()), &[&department()]));
    assert_eq!(first.status, 200, "{}", first.text());
    assert!(
        !first.text().contains("\"version\""),
        "who has an event does not learn how many came before: {}",
        first.text()
    );
    assert_eq!(server.finish(), 13);
}

/// An event of the department's with a valid time of its own.
pub fn at(n: u64, kind: &str, subject: &str, day: &str, body: Value) -> Value {
    let mut stated: Value = serde_json::from_slice(&event(n, kind, "department", subject, body)).unwrap();
    stated["valid_from"] = format!("{day}T00:00:00+08:00").into();
    stated
}

#[test]
fn what_is_public_leads_to_nothing_that_is_not() {
    const OPEN: &str = "ext:test:open";
    let (server, _) = served("oracle-leads", noon);
    let file = |stated: &Value| {
        let answer = server.post(JSON, seal(&serde_json::to_vec(stated).unwrap(), &[&department()]));
        assert_eq!(answer.status, 201, "{}", answer.text());
        serde_json::from_str::<Value>(answer.text()).unwrap()["index"].as_u64().unwrap()
    };
    let public = file(&at(20, "record.filed", OPEN, "2026-01-01", people::negative("测罚字〔2026〕20号")));
    // A hold that stood for a month, and an objection that stands.
    let hold = json!({"target": id(20).to_string(), "reason": "秘5", "case": "(2026)1"});
    let held = file(&at(21, "hold.placed", OPEN, "2026-02-01", hold));
    let release = json!({"hold": id(21).to_string(), "reason": "秘6"});
    file(&at(22, "hold.released", OPEN, "2026-03-01", release));
    let objection = json!({"target": id(20).to_string(), "ground": "秘7"});
    file(&at(23, "objection.raised", OPEN, "2026-04-01", objection));
    let ask = |path: &str| {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(!answer.text().contains('秘'), "{}", answer.text());
        serde_json::from_str::<Value>(answer.text()).unwrap()
    };
    let marks = |valid_at: &str| {
        ask(&format!("/v1/subjects/{OPEN}/standing?valid_at={valid_at}"))["records"][0]["marks"].clone()
    };
    assert_eq!(marks("2026-02-15"), json!([]), "what stood beside it and is over is told of no instant");
    assert_eq!(marks("2026-10-01"), json!([{"mark": "objected", "rule": "P14"}]), "by no entry");
    assert_eq!(server.get(&format!("/v1/entries/{held}")).status, 404);
    let entry = ask(&format!("/v1/entries/{public}"));
    assert!(entry["notice"].is_object(), "{entry}");
    // What rests on a record that is not public, and whom a subject was linked to, are told as lines and not as they were signed.
    let hidden = json!({"type": "base.shared", "decision": {"number": "秘8", "date": "2026-01-01"}});
    file(&at(24, "record.filed", OPEN, "2026-01-01", hidden));
    let row = json!({"list": LIST, "row": {"name": "甲", "reason": "一"}, "record": id(24).to_string()});
    let listed = file(&at(25, "listing.entered", OPEN, "2026-01-01", row));
    assert_eq!(ask(&format!("/v1/lists/{LIST}"))["members"][0]["subject"], OPEN);
    assert_eq!(server.get(&format!("/v1/entries/{listed}")).status, 404);
    let events = ask(&format!("/v1/subjects/{OPEN}/events"));
    assert!(!events.to_string().contains(&id(24).to_string()), "{events}");
    let person = format!("person:{}", "ab".repeat(32));
    let registered =
        event(27, "subject.registered", "registrar", OPEN, json!({"name": "甲", "kind": "enterprise"}));
    assert_eq!(server.post(JSON, seal(&registered, &[&registrar()])).status, 201);
    let linked = json!({"identifier": person, "reason": "秘9"});
    let linked = event(26, "subject.identifier_linked", "registrar", OPEN, linked);
    let linked = server.post(JSON, seal(&linked, &[&registrar()]));
    assert_eq!(linked.status, 201, "{}", linked.text());
    assert!(!ask(&format!("/v1/subjects/{OPEN}/events")).to_string().contains(&person));
    // What left a list is told of whole days, and not why.
    let left = ask(&format!("/v1/lists/{LIST}/departures"));
    assert!(left["departures"].as_array().unwrap().iter().all(|one| one.get("cause").is_none()), "{left}");
    server.finish();
}

#[test]
fn persons_are_asked_about_in_a_body_and_the_answer_is_the_same() {
    let (server, _) = served("oracle-persons", noon);
    let json = format!("content-type: {JSON}\r\n");
    let post = |path: &str, about: &str| {
        server.post_to(&format!("/v1/questions/{path}"), &json, json!({ "subject": about }).to_string())
    };
    append(&server, 20, "record.filed", "ext:test:open", people::negative("测罚字〔2026〕20号"));
    for name in SubjectQuestion::NAMES.into_iter().chain(["events"]) {
        let query = match name {
            "eligibility" => "?domain=procurement&limit=1",
            "events" => "?limit=1&before=99",
            _ => "?valid_at=2026-06-01&limit=1",
        };
        for about in ["ext:test:open", HIDDEN] {
            let got = server.get(&format!("/v1/subjects/{about}/{name}{query}"));
            let asked = post(&format!("{name}{query}"), about);
            assert_eq!((asked.status, asked.text()), (200, got.text()), "{name}");
        }
        for scheme in ["person", "household"] {
            let person = format!("{scheme}:{}", "5f".repeat(32));
            let refused = server.get(&format!("/v1/subjects/{person}/{name}{query}"));
            assert_eq!((refused.status, refused.problem().as_str()), (400, "person-in-path"));
            assert!(!refused.text().contains(&person) && refused.text().contains("/v1/questions/{view}"));
            let asked = post(&format!("{name}{query}"), &person);
            assert_eq!(asked.status, 200, "{}", asked.text());
            assert_eq!(
                told(&asked, &person),
                told(&post(&format!("{name}{query}"), ABSENT), ABSENT),
                "{name}"
            );
        }
    }
    assert_eq!(server.finish(), 13);
}
