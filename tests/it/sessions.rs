//! One-time codes and sessions over HTTP: a subject that a window looked at sees its own file, nobody sees another's, and what
//! opens nothing is refused alike.

use crate::accesses::checkpoint;
use crate::disclosures::holds;
use crate::gate::{FIRM, Kept, Read, furnish, key, shown};
use crate::http_server::{Answer, JSON, Server};
use crate::people::{self, department, event, id, registrar};
use crate::support::Folder;
use credit_ledger::clock;
use ledger_spec::event::envelope::seal;
use ledger_spec::request::Purpose;
use ledger_spec::time::RecordedTime;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tlog::key::SecretKey;

const OTHER: &str = "ext:register:8";
const QUARTER: u64 = 15 * 60 * 1_000_000;

/// When a request is signed: after the server began, whatever the second; it is answered once that has come.
pub fn ahead() -> RecordedTime {
    RecordedTime::from_micros(clock::now().micros() + 1_000_000)
}

pub fn window() -> SecretKey {
    key(22)
}

/// A server with its own journal, by this clock, over a ledger in which a firm has a record of each class.
pub fn served(name: &str, clock: fn() -> RecordedTime) -> Server {
    let dir = Folder::absent(name);
    let mut founding = people::founding();
    founding.settings.hosts = vec!["t".to_owned()];
    credit_ledger::ledger::create(&dir, &founding).unwrap();
    let server = Server::over_whole(dir, clock);
    for envelope in people::setup() {
        assert_eq!(server.post(JSON, envelope).status, 201);
    }
    furnish(&server);
    server
}

pub fn append(
    server: &Server,
    (n, kind): (u64, &str),
    (issuer, key): (&str, &SecretKey),
    about: &str,
    body: Value,
) {
    let answer = server.post(JSON, seal(&event(n, kind, issuer, about, body), &[key]));
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// A window says that it looked at who stands there.
pub fn verified(server: &Server, n: u64, about: &str) {
    let body = json!({ "checked": ["identity_document", "registration"] });
    append(server, (n, "subject.verified"), ("window", &window()), about, body);
}

/// The answer to who asks for a code, by the event `n`.
pub fn code_by(server: &Server, read: &Read<'_>, about: &str, n: u64) -> Answer {
    let (event, body) = (id(n).to_string(), json!({ "subject": about }).to_string());
    let fields = Read { case: read.case.and(Some(&event)), ..*read }.fields("POST", "/v1/codes", Some(&body));
    server.post_to("/v1/codes", &format!("content-type: application/json\r\n{fields}"), &body)
}

pub fn code(server: &Server, about: &str, n: u64) -> String {
    let key = window();
    let answer = code_by(server, &Read { clock: ahead, ..Read::by(&key, Purpose::OwnFile) }, about, n);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.head.contains("cache-control: private, no-store"), "{}", answer.head);
    let told = answer.json();
    assert_eq!(told["link"], format!("/portal#{}", told["code"].as_str().unwrap()));
    told["code"].as_str().unwrap().to_owned()
}

pub fn exchanged(server: &Server, code: &str) -> Answer {
    let body = json!({ "code": code }).to_string();
    server.post_to("/v1/sessions", "content-type: application/json\r\n", body)
}

pub fn session(server: &Server, code: &str) -> String {
    let answer = exchanged(server, code);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.head.contains("cache-control: private, no-store"), "{}", answer.head);
    answer.json()["session"].as_str().unwrap().to_owned()
}

/// A question about a subject by a session.
pub fn ask(server: &Server, session: &str, path: &str, about: &str) -> Answer {
    let fields = format!("content-type: application/json\r\nauthorization: Bearer {session}\r\n");
    server.post_to(path, &fields, json!({ "subject": about }).to_string())
}

fn end(server: &Server, session: &str) -> Answer {
    let fields = format!("authorization: Bearer {session}\r\n");
    server.raw(
        format!("DELETE /v1/sessions HTTP/1.1\r\nhost: t\r\nconnection: close\r\n{fields}\r\n").as_bytes(),
    )
}

pub fn said(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem())
}

#[test]
fn a_subject_sees_its_own_file_and_is_told_that_it_looked() {
    let server = served("sessions-own", clock::now);
    verified(&server, 100, FIRM);
    let code = code(&server, FIRM, 100);
    let session = session(&server, &code);
    let records = ask(&server, &session, "/v1/questions/records", FIRM);
    assert_eq!(shown(&records).len(), 6, "{}", records.text());
    assert!(records.head.contains("cache-control: private, no-store"), "{}", records.head);
    for view in ["standing", "repairs", "objections", "uses", "events?limit=1"] {
        let answer = ask(&server, &session, &format!("/v1/questions/{view}"), FIRM);
        assert_eq!(answer.status, 200, "{view}: {}", answer.text());
    }
    let by_path = server
        .get_with(&format!("/v1/subjects/{FIRM}/records"), &format!("authorization: bearer {session}\r\n"));
    assert_eq!(shown(&by_path).len(), 6);
    // The window's event is the subject's to see, and nobody's else.
    let of_events = ask(&server, &session, "/v1/questions/events?limit=1", FIRM).json();
    assert_eq!(of_events["events"][0]["event"]["kind"], "subject.verified");
    let entry = format!("/v1/entries/{}", of_events["events"][0]["index"]);
    assert_eq!(server.get_with(&entry, &format!("authorization: Bearer {session}\r\n")).status, 200);
    assert_eq!(server.get(&entry).status, 404);
    // Nobody else's file, no list, no counts; what everybody may know it may know too.
    for view in ["records", "standing", "events"] {
        let refused = ask(&server, &session, &format!("/v1/questions/{view}"), OTHER);
        assert_eq!(said(&refused), (403, "not-its-own-file".to_owned()), "{view}");
    }
    assert_eq!(said(&ask(&server, &session, "/v1/accesses", OTHER)), (403, "not-its-own-file".to_owned()));
    let get = |path: &str| server.get_with(path, &format!("authorization: Bearer {session}\r\n"));
    assert_eq!(said(&get("/v1/lists/test.hidden")), (403, "purpose-not-for-role".to_owned()));
    assert_eq!(said(&get("/v1/oversight")), (403, "purpose-not-for-role".to_owned()));
    assert_eq!(get("/v1/catalogue").status, 200);
    assert_eq!(
        said(&ask(&server, &session, "/v1/codes", FIRM)),
        (403, "purpose-not-for-role".to_owned()),
        "a subject gives no codes"
    );
    // It is told that it was itself, and on which event that rests; of the window that gave the code too.
    let looks = ask(&server, &session, "/v1/accesses", FIRM).json();
    let looks = looks["accesses"].as_array().unwrap();
    assert_eq!(looks.len(), 10, "{looks:#?}");
    let (given, own) = looks.split_last().unwrap();
    assert!(own.iter().all(|look| {
        look["by_subject"] == true
            && look["verified"] == id(100).to_string()
            && look["purpose"] == "own-file"
            && look["sight"] == "restricted"
            && look.get("reader").is_none()
    }));
    assert_eq!(own.last().unwrap()["question"], "/v1/questions/records");
    assert_eq!(
        [&given["reader"], &given["case"], &given["question"]],
        [&json!("window"), &json!(id(100).to_string()), &json!("/v1/codes")]
    );
    // It ends where the subject says so.
    let size = checkpoint(&server).checkpoint().size().get();
    assert_eq!(end(&server, &session).status, 204);
    assert_eq!(said(&end(&server, &session)), (401, "session-over".to_owned()));
    assert_eq!(
        said(&ask(&server, &session, "/v1/questions/records", FIRM)),
        (401, "session-over".to_owned())
    );
    assert_eq!(checkpoint(&server).checkpoint().size().get(), size);
    let dir = server.stop().folder();
    for secret in [&code, &session] {
        assert!(!holds(&dir, secret));
    }
}

/// The server's clock, so much later than it is.
static LATER: AtomicU64 = AtomicU64::new(0);

fn later() -> RecordedTime {
    RecordedTime::from_micros(clock::now().micros() + LATER.load(Ordering::Relaxed))
}

#[test]
fn what_opens_nothing_is_refused_alike() {
    // Looks of another time than the journal's own it would not take in.
    let hosts = |settings: &mut credit_ledger::ledger::Settings| settings.hosts = vec!["t".to_owned()];
    let server = Server::start_journalled("sessions-refused", later, Arc::new(Kept::default()), hosts);
    furnish(&server);
    let mut refused = Vec::new();
    let mut no = |server: &Server, code: &str| {
        let Answer { status, head, body } = exchanged(server, code);
        let head: Vec<_> =
            head.lines().filter(|line| !line.starts_with("date:")).map(str::to_owned).collect();
        assert!(!String::from_utf8_lossy(&body).contains(code) || code.is_empty());
        refused.push((status, head, body));
    };
    verified(&server, 100, FIRM);
    no(&server, "");
    no(&server, "none");
    no(&server, &"A".repeat(30));
    // Once.
    let used = code(&server, FIRM, 100);
    session(&server, &used);
    no(&server, &used);
    // Four wrong tries leave it; after the fifth nothing does.
    let wrong = |code: &str| format!("{}{}", &code[..8], "A".repeat(22));
    let tried = code(&server, FIRM, 100);
    for _ in 0..4 {
        no(&server, &wrong(&tried));
    }
    session(&server, &tried);
    let tried = code(&server, FIRM, 100);
    for _ in 0..5 {
        no(&server, &wrong(&tried));
    }
    no(&server, &tried);
    // A new one ends the one before, and what that opened.
    let first = code(&server, FIRM, 100);
    let opened = session(&server, &first);
    let second = code(&server, FIRM, 100);
    let over = ask(&server, &opened, "/v1/questions/records", FIRM);
    assert_eq!(said(&over), (401, "session-over".to_owned()));
    let third = code(&server, FIRM, 100);
    no(&server, &second);
    let other = code(&server, FIRM, 100);
    no(&server, &third);
    // Fifteen minutes, to the last, of a code and of a session.
    LATER.store(QUARTER - 60_000_000, Ordering::Relaxed);
    let opened = session(&server, &other);
    assert_eq!(ask(&server, &opened, "/v1/questions/standing", FIRM).status, 200);
    LATER.store(2 * QUARTER - 70_000_000, Ordering::Relaxed);
    assert_eq!(ask(&server, &opened, "/v1/questions/standing", FIRM).status, 200);
    LATER.store(2 * QUARTER + 60_000_000, Ordering::Relaxed);
    let over = ask(&server, &opened, "/v1/questions/standing", FIRM);
    assert_eq!(said(&over), (401, "session-over".to_owned()));
    LATER.store(0, Ordering::Relaxed);
    let last = code(&server, FIRM, 100);
    LATER.store(QUARTER + 1_000_000, Ordering::Relaxed);
    no(&server, &last);
    LATER.store(0, Ordering::Relaxed);
    // A restart ends all of them.
    let (lost, kept) = (code(&server, FIRM, 100), server);
    let server = Server::over_whole(kept.stop().closed(), later);
    no(&server, &lost);
    let (first, others) = refused.split_first().unwrap();
    assert_eq!(first.0, 403);
    assert!(others.iter().all(|other| other == first), "{others:?}");
    server.finish();
}

#[test]
fn a_server_answers_so_many_wrong_codes_and_takes_the_right_one_all_the_same() {
    let server = served("sessions-many", clock::now);
    verified(&server, 100, FIRM);
    let code = code(&server, FIRM, 100);
    for _ in 0..120 {
        assert_eq!(said(&exchanged(&server, "none")), (403, "code-refused".to_owned()));
    }
    let many = exchanged(&server, &format!("{}{}", &code[..8], "A".repeat(22)));
    assert_eq!(said(&many), (429, "too-many-codes".to_owned()));
    assert!(many.head.contains("retry-after: 60"), "{}", many.head);
    session(&server, &code);
    server.finish();
}

/// The clock of a server whose window takes its time.
static SLOW: AtomicU64 = AtomicU64::new(0);

fn slow() -> RecordedTime {
    RecordedTime::from_micros(clock::now().micros() + SLOW.load(Ordering::Relaxed))
}

fn slow_ahead() -> RecordedTime {
    RecordedTime::from_micros(slow().micros() + 1_000_000)
}

#[test]
fn a_code_is_for_the_window_that_looked_just_now_at_this_subject() {
    let server = served("sessions-window", slow);
    let body = json!({
        "name": people::name(), "roles": ["window"], "keys": [key(30).public().to_base64url()],
        "competence": { "subjects": ["ext"] },
    });
    append(&server, (99, "authority.enrolled"), ("registrar", &registrar()), "authority:window.other", body);
    verified(&server, 100, FIRM);
    verified(&server, 101, OTHER);
    let (own, other, department) = (window(), key(30), department());
    let asked = |key: &SecretKey, purpose, about: &str, n| {
        let read = Read { clock: slow_ahead, ..Read::by(key, purpose) };
        let answer = code_by(&server, &read, about, n);
        if answer.status == 200 { (200, String::new()) } else { said(&answer) }
    };
    let here = (403, "not-verified".to_owned());
    assert_eq!(asked(&own, Purpose::OwnFile, FIRM, 101), here, "of another subject");
    assert_eq!(asked(&own, Purpose::OwnFile, OTHER, 100), here, "of another subject");
    assert_eq!(asked(&own, Purpose::OwnFile, FIRM, 40), here, "a record");
    assert_eq!(asked(&own, Purpose::OwnFile, FIRM, 77), here, "nothing");
    assert_eq!(asked(&other, Purpose::OwnFile, FIRM, 100), here, "of another window");
    let role = (403, "purpose-not-for-role".to_owned());
    assert_eq!(asked(&own, Purpose::Handling, FIRM, 100), role);
    assert_eq!(asked(&department, Purpose::OwnFile, FIRM, 100), role);
    let none = Read { clock: slow_ahead, case: None, ..Read::by(&own, Purpose::OwnFile) };
    assert_eq!(said(&code_by(&server, &none, FIRM, 100)), here);
    let unsigned = server.post_to(
        "/v1/codes",
        "content-type: application/json\r\n",
        json!({ "subject": FIRM }).to_string(),
    );
    assert_eq!(said(&unsigned), (401, "request-unsigned".to_owned()));
    SLOW.store(QUARTER + 1_000_000, Ordering::Relaxed);
    assert_eq!(asked(&own, Purpose::OwnFile, FIRM, 100), (403, "verification-over".to_owned()));
    SLOW.store(0, Ordering::Relaxed);
    assert_eq!(asked(&own, Purpose::OwnFile, FIRM, 100), (200, String::new()));
    // Both at once are refused, on whatever route passes the gate.
    let read = Read { clock: slow_ahead, ..Read::by(&own, Purpose::OwnFile) };
    let fields = read.fields("GET", "/v1/catalogue", None) + "authorization: Bearer none\r\n";
    let two = server.get_with("/v1/catalogue", &fields);
    assert_eq!(said(&two), (400, "two-authorizations".to_owned()));
    for wrong in ["Basic bm9uZTpub25l", "Bearer", "Bearer none", "Bearer a\r\nauthorization: Bearer b"] {
        let answer = server.get_with("/v1/catalogue", &format!("authorization: {wrong}\r\n"));
        assert_eq!(said(&answer), (401, "session-over".to_owned()), "{wrong}");
        assert!(answer.head.contains("www-authenticate: bearer"), "{}", answer.head);
        assert!(answer.head.contains("cache-control: private, no-store"), "{}", answer.head);
    }
    server.finish();
}

#[test]
fn a_revoked_window_opens_nothing_any_more() {
    let server = served("sessions-revoked", clock::now);
    verified(&server, 100, FIRM);
    verified(&server, 101, OTHER);
    let session = session(&server, &code(&server, FIRM, 100));
    let waiting = code(&server, OTHER, 101);
    assert_eq!(ask(&server, &session, "/v1/questions/standing", FIRM).status, 200);
    let body = json!({ "key": window().public().to_base64url(), "reason": "compromised" });
    append(&server, (110, "authority.key_revoked"), ("registrar", &registrar()), "authority:window", body);
    let over = ask(&server, &session, "/v1/questions/standing", FIRM);
    assert_eq!(said(&over), (401, "session-over".to_owned()));
    assert_eq!(said(&exchanged(&server, &waiting)), (403, "code-refused".to_owned()));
    server.finish();
}

#[test]
fn a_subject_sees_what_stands_under_each_of_its_names() {
    let server = served("sessions-names", clock::now);
    for (n, name) in [(90, FIRM), (91, OTHER)] {
        let body = json!({ "name": "某某", "registered_on": "2016-06-01" });
        append(&server, (n, "subject.registered"), ("department", &department()), name, body);
    }
    verified(&server, 100, OTHER);
    let session = session(&server, &code(&server, OTHER, 100));
    let records = |about| ask(&server, &session, "/v1/questions/records", about);
    assert_eq!(said(&records(FIRM)), (403, "not-its-own-file".to_owned()));
    for (n, one, other) in [(92, FIRM, OTHER), (93, OTHER, FIRM)] {
        let body = json!({ "identifier": other });
        append(&server, (n, "subject.identifier_linked"), ("department", &department()), one, body);
    }
    // Who registers bodies could link anybody's file to one of his own: what the window did not look at is not shown by what it did.
    assert_eq!(said(&records(FIRM)), (403, "not-its-own-file".to_owned()));
    assert_eq!(shown(&records(OTHER)).len(), 0);
    let stranger = "ext:register:9";
    let body = json!({ "name": "某某", "registered_on": "2016-06-01" });
    append(&server, (94, "subject.registered"), ("department", &department()), stranger, body);
    for (n, one, other) in [(95, OTHER, stranger), (96, stranger, OTHER)] {
        let body = json!({ "identifier": other });
        append(&server, (n, "subject.identifier_linked"), ("department", &department()), one, body);
    }
    // One person stood there for all of them, and each statement names the others that it is linked to.
    let names = [FIRM, OTHER, stranger];
    for (n, name) in [(101, OTHER), (102, FIRM)] {
        let also: Vec<_> = names.iter().filter(|other| **other != name).collect();
        let body = json!({ "checked": ["identity_document", "registration"], "also": also });
        append(&server, (n, "subject.verified"), ("window", &window()), name, body);
    }
    // Of a name that nobody looked at nothing is shown, nor of one whose statement does not stand beside that.
    let alone = self::session(&server, &code(&server, OTHER, 101));
    assert_eq!(
        said(&ask(&server, &alone, "/v1/questions/records", FIRM)),
        (403, "not-its-own-file".to_owned())
    );
    let body = json!({ "checked": ["identity_document", "registration"], "also": [OTHER, FIRM] });
    append(&server, (103, "subject.verified"), ("window", &window()), stranger, body);
    let session = self::session(&server, &code(&server, OTHER, 101));
    let records = |about| ask(&server, &session, "/v1/questions/records", about);
    for name in names {
        assert_eq!(shown(&records(name)).len(), 6, "{name}");
    }
    server.finish();
}

#[test]
fn a_new_code_ends_what_an_earlier_one_opened_whoever_had_it() {
    let server = served("sessions-stolen-code", clock::now);
    verified(&server, 100, FIRM);
    verified(&server, 101, OTHER);
    let other = session(&server, &code(&server, OTHER, 101));
    let thief = session(&server, &code(&server, FIRM, 100));
    assert_eq!(ask(&server, &thief, "/v1/questions/standing", FIRM).status, 200);
    // The subject finds its code used, and is looked at anew.
    verified(&server, 102, FIRM);
    let own = session(&server, &code(&server, FIRM, 102));
    assert_eq!(said(&ask(&server, &thief, "/v1/questions/standing", FIRM)), (401, "session-over".to_owned()));
    assert_eq!(ask(&server, &own, "/v1/questions/standing", FIRM).status, 200);
    assert_eq!(ask(&server, &other, "/v1/questions/standing", OTHER).status, 200, "of another subject");
    server.finish();
}

#[test]
fn who_is_a_window_no_more_has_opened_nothing() {
    let server = served("sessions-amended", clock::now);
    verified(&server, 100, FIRM);
    verified(&server, 101, OTHER);
    let session = session(&server, &code(&server, FIRM, 100));
    let waiting = code(&server, OTHER, 101);
    let body =
        json!({ "name": people::name(), "roles": ["department"], "competence": { "subjects": ["ext"] } });
    append(&server, (110, "authority.amended"), ("registrar", &registrar()), "authority:window", body);
    let over = ask(&server, &session, "/v1/questions/standing", FIRM);
    assert_eq!(said(&over), (401, "session-over".to_owned()));
    assert_eq!(said(&exchanged(&server, &waiting)), (403, "code-refused".to_owned()));
    server.finish();
}

#[test]
fn what_a_thief_read_by_a_windows_key_is_marked() {
    let server = served("sessions-stolen-key", clock::now);
    verified(&server, 100, FIRM);
    let session = session(&server, &code(&server, FIRM, 100));
    assert_eq!(ask(&server, &session, "/v1/questions/standing", FIRM).status, 200);
    let since = "2026-01-01T00:00:00+08:00";
    let body = json!({
        "key": window().public().to_base64url(), "reason": "compromised", "compromised_since": since,
    });
    append(&server, (110, "authority.key_revoked"), ("registrar", &registrar()), "authority:window", body);
    let auditor = key(23);
    let (path, body) = ("/v1/accesses", json!({ "subject": FIRM }).to_string());
    let fields =
        Read { clock: ahead, ..Read::by(&auditor, Purpose::Audit) }.fields("POST", path, Some(&body));
    let told = server.post_to(path, &format!("content-type: application/json\r\n{fields}"), &body).json();
    let looks: Vec<_> = told["accesses"].as_array().unwrap().iter().collect();
    assert!(looks.len() >= 2 && looks[0]["by_subject"] == true, "{told}");
    assert!(looks.iter().all(|look| look["compromised_since"] == since), "{told}");
    server.finish();
}

#[test]
fn nothing_leaves_that_cannot_be_written_down() {
    let journal = Arc::new(Kept::default());
    let hosts = |settings: &mut credit_ledger::ledger::Settings| settings.hosts = vec!["t".to_owned()];
    let server = Server::start_journalled("sessions-full", clock::now, journal.clone(), hosts);
    furnish(&server);
    verified(&server, 100, FIRM);
    let own = window();
    let read = || Read { clock: ahead, ..Read::by(&own, Purpose::OwnFile) };
    let session = session(&server, &code(&server, FIRM, 100));
    journal.fill(true);
    let unwritten = (503, "not-journalled".to_owned());
    assert_eq!(said(&ask(&server, &session, "/v1/questions/records", FIRM)), unwritten);
    assert_eq!(said(&code_by(&server, &read(), FIRM, 100)), unwritten);
    // A code that nobody was given ends nothing.
    journal.fill(false);
    assert_eq!(ask(&server, &session, "/v1/questions/records", FIRM).status, 200);
    journal.fill(true);
    // An array of the object's members is no object.
    let array = server.post_to("/v1/sessions", "content-type: application/json\r\n", "[\"a\"]");
    assert_eq!(said(&array), (400, "malformed-json".to_owned()));
    journal.fill(false);
    assert_eq!(code_by(&server, &read(), FIRM, 100).status, 200);
    server.finish();
}
