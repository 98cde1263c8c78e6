//! A signed read is answered once, by this process, while it is fresh, and to a key that is in force: and what a stolen key
//! looked at is marked to the subject.

use crate::accesses::{by, checkpoint, serve};
use crate::gate::{FIRM, Read, of};
use crate::http_server::{Answer, JSON, Server};
use crate::oracles::noon;
use crate::people::{ORIGIN, department, event, registrar};
use ledger_spec::event::Role;
use ledger_spec::event::envelope::seal;
use ledger_spec::request::Purpose;
use ledger_spec::time::RecordedTime;
use serde_json::{Value, json};
use tlog::key::SecretKey;

const STANDING: &str = "/v1/subjects/ext:register:7/standing";

fn after(seconds: i64) -> RecordedTime {
    RecordedTime::from_micros(noon().micros().saturating_add_signed(seconds * 1_000_000))
}

/// The clock of the process that comes after.
fn later() -> RecordedTime {
    after(1)
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem())
}

fn size(server: &Server) -> u64 {
    checkpoint(server).checkpoint().size().get()
}

#[test]
fn a_read_is_answered_by_no_later_process() {
    let server = serve("gate-again");
    let own = department();
    let body = json!({ "subject": FIRM }).to_string();
    let (get, post) = (
        by(&own, Purpose::Supervision).fields("GET", STANDING, None),
        by(&own, Purpose::Supervision).fields("POST", "/v1/questions/standing", Some(&body)),
    );
    let ask = |server: &Server| {
        let posted = format!("content-type: application/json\r\n{post}");
        [server.get_with(STANDING, &get), server.post_to("/v1/questions/standing", &posted, &body)]
    };
    assert_eq!(ask(&server).map(|answer| answer.status), [200, 200]);
    let repeated = (409, "request-repeated".to_owned());
    assert_eq!(ask(&server).each_ref().map(refused), [repeated.clone(), repeated]);
    let server = Server::over_whole(server.stop().closed(), later);
    let stale = (403, "request-not-fresh".to_owned());
    assert_eq!(ask(&server).each_ref().map(refused), [stale.clone(), stale]);
    assert_eq!(size(&server), 3, "what was refused is no look");
    let anew = Read { clock: later, ..Read::by(&own, Purpose::Supervision) };
    assert_eq!(anew.get(&server, STANDING).status, 200);
    assert_eq!(size(&server), 4);
    server.finish();
}

/// What expired 31 seconds ago, what was made before the process began, and what is made 31 seconds ahead.
#[test]
fn a_read_by_another_clock_is_no_look() {
    let server = serve("gate-skew");
    let own = department();
    let clocks: [fn() -> RecordedTime; 3] = [|| after(-91), || after(-1), || after(31)];
    for clock in clocks {
        let read = Read { clock, ..Read::by(&own, Purpose::Supervision) };
        assert_eq!(refused(&read.get(&server, STANDING)), (403, "request-not-fresh".to_owned()));
    }
    assert_eq!(size(&server), 1);
    server.finish();
}

/// A question that is read from its address is sent no body, and a target that names a host is for that host.
#[test]
fn a_read_has_no_body_and_is_for_the_host_of_its_target() {
    let server = serve("gate-target");
    let own = department();
    let read = by(&own, Purpose::Supervision);
    let body = "{}";
    let fields = read.fields("GET", STANDING, Some(body));
    assert_eq!(refused(&server.get_with(STANDING, &fields)), (400, "request-body".to_owned()));
    let sent = |target: &str, fields: &str, body: &str| {
        let length =
            if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        let head =
            format!("GET {target} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n{fields}{length}\r\n{body}");
        server.raw(head.as_bytes())
    };
    let bodied = sent(STANDING, &read.fields("GET", STANDING, None), body);
    assert_eq!(refused(&bodied), (400, "request-body".to_owned()));
    let foreign = format!("http://elsewhere.example{STANDING}");
    let answer = sent(&foreign, &read.fields("GET", STANDING, None), "");
    assert_eq!(refused(&answer), (421, "another-host".to_owned()));
    let near = format!("http://t{STANDING}");
    assert_eq!(sent(&near, &read.fields("GET", STANDING, None), "").status, 200);
    server.finish();
}

/// What was signed for another ledger is not answered here, by whatever target it is sent, on whatever route.
#[test]
fn a_request_for_another_ledger_is_answered_by_none_of_the_routes() {
    let server = serve("gate-other-ledger");
    let (own, window) = (department(), of(Role::Window));
    let about = json!({ "subject": FIRM }).to_string();
    let numbers = json!({ "origin": ORIGIN, "scheme": "person", "numbers": ["11010519491231002X"] });
    let numbers = numbers.to_string();
    let asked = [
        ("GET", STANDING, None, by(&own, Purpose::Supervision)),
        ("GET", "/v1/entries/3", None, by(&own, Purpose::Supervision)),
        ("POST", "/v1/questions/standing", Some(&about), by(&own, Purpose::Supervision)),
        ("POST", "/v1/codes", Some(&about), by(&window, Purpose::OwnFile)),
        ("POST", "/v1/accesses", Some(&about), by(&window, Purpose::OwnFile)),
        ("POST", "/v1/identities", Some(&numbers), by(&own, Purpose::Filing)),
    ];
    for (method, path, body, read) in asked {
        let sent = |target: &str, host: &str, signed: &str| {
            let body = body.map(String::as_str);
            let fields = Read { host: signed, ..read }.fields(method, path, body);
            let length = body.map_or_else(String::new, |body| {
                format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len())
            });
            let body = body.unwrap_or_default();
            let head = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
            server.raw(format!("{head}{fields}{length}\r\n{body}").as_bytes())
        };
        let (own, other) = (format!("http://t{path}"), format!("http://other.example{path}"));
        let foreign = (421, "another-host".to_owned());
        for target in [path, &own, &other] {
            let answer = sent(target, "other.example", "other.example");
            assert_eq!(refused(&answer), foreign, "{method} {target}");
        }
        assert_eq!(refused(&sent(&other, "t", "other.example")), foreign, "{path}");
        assert_eq!(refused(&sent(&own, "t", "other.example")), (401, "request-signature".to_owned()));
    }
    assert_eq!(size(&server), 1);
    server.finish();
}

fn governs(server: &Server, n: u64, kind: &str, subject: &str, body: Value) {
    let answer = server.post(JSON, seal(&event(n, kind, "registrar", subject, body), &[&registrar()]));
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// What the firm is told of who looked.
fn told(server: &Server) -> Vec<Value> {
    let (window, body) = (of(Role::Window), json!({ "subject": FIRM }).to_string());
    let fields = by(&window, Purpose::OwnFile).fields("POST", "/v1/accesses", Some(&body));
    let answer =
        server.post_to("/v1/accesses", &format!("content-type: application/json\r\n{fields}"), &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["accesses"].as_array().unwrap().clone()
}

#[test]
fn a_key_that_was_taken_away_reads_nothing_more_and_what_a_thief_read_is_marked() {
    let server = serve("gate-stolen");
    let (own, court) = (department(), of(Role::Court));
    let read = |key: &SecretKey, purpose| by(key, purpose).get(&server, STANDING);
    assert_eq!(read(&own, Purpose::Supervision).status, 200);
    assert_eq!(read(&court, Purpose::JudicialEnquiry).status, 200);
    let marked = |looks: &[Value]| -> Vec<_> {
        looks.iter().map(|look| (look["reader"].clone(), look.get("compromised_since").cloned())).collect()
    };
    let later = ledger_spec::time::Date::parse("2027-06-01").ok();
    assert_eq!(
        Read { visible_from: later, ..by(&own, Purpose::Supervision) }.get(&server, STANDING).status,
        200
    );
    assert_eq!(marked(&told(&server)), [(json!("court"), None), (json!("department"), None)]);
    // The one key was given back, the other was stolen a day before it looked.
    let key = |key: &SecretKey| key.public().to_base64url();
    let retired = json!({ "key": key(&court), "reason": "retired" });
    governs(&server, 300, "authority.key_revoked", "authority:court", retired);
    let since = "2026-10-31T00:00:00+08:00";
    let stolen = json!({ "key": key(&own), "reason": "compromised", "compromised_since": since });
    governs(&server, 301, "authority.key_revoked", "authority:department", stolen);
    let before = size(&server);
    for (signer, purpose) in [(&own, Purpose::Supervision), (&court, Purpose::JudicialEnquiry)] {
        assert_eq!(refused(&read(signer, purpose)), (403, "key-revoked".to_owned()));
        // And not where everybody may know the whole either.
        let open = by(signer, purpose).get(&server, "/v1/catalogue");
        assert_eq!((open.status, open.status == 200 || open.problem() == "key-revoked"), (403, true));
    }
    assert_eq!(size(&server), before);
    let looks = told(&server);
    let looks = marked(&looks);
    // What the thief had withheld is told at once.
    assert_eq!(looks.iter().filter(|(_, since)| since.is_some()).count(), 2, "{looks:?}");
    assert!(looks.contains(&(json!("department"), Some(json!(since)))), "{looks:?}");
    // A new key of the same authority reads as before, and what it reads is not marked.
    let new = SecretKey::from_seed(&[77; 32]);
    governs(&server, 302, "authority.key_added", "authority:department", json!({ "key": key(&new) }));
    assert_eq!(read(&new, Purpose::Supervision).status, 200);
    let looks = told(&server);
    assert_eq!(marked(&looks)[0], (json!("department"), None));
    // Who is suspended reads nothing by whatever key.
    let suspended = json!({ "reason": "核查中" });
    governs(&server, 303, "authority.suspended", "authority:department", suspended);
    assert_eq!(refused(&read(&new, Purpose::Supervision)), (403, "authority-not-acting".to_owned()));
    server.finish();
}
