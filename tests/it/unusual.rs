//! Unusual reading: an enumeration is answered more slowly whoever it is about, is told by `unusual`, and becomes an incident.

use crate::accesses::by;
use crate::gate::{Read, court, furnish, of};
use crate::http_server::{Answer, JSON, Server};
use crate::people::{self, department};
use crate::support::Folder;
use credit_ledger::ledger::ACCESS;
use credit_ledger::progress::Unwatched;
use ledger_spec::event::Role;
use ledger_spec::event::envelope::seal;
use ledger_spec::readers::Usual;
use ledger_spec::request::Purpose;
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use tlog::key::SecretKey;

/// How many subjects are usual in the tests' ledger in an hour.
const USUAL: u64 = 20;
const ALL: usize = 1_000;

/// An hour in which people work.
fn tuesday() -> RecordedTime {
    let morning = ValidTime::parse("2026-11-03T10:30:00+08:00").unwrap();
    RecordedTime::from_micros(morning.micros().unsigned_abs())
}

fn serve(name: &str) -> Server {
    let dir = Folder::absent(name);
    let mut founding = people::founding();
    founding.settings.hosts = vec!["t".to_owned()];
    founding.settings.usual = Usual::new(USUAL).unwrap();
    credit_ledger::ledger::create(&dir, &founding).unwrap();
    let server = Server::over_whole(dir, tuesday);
    for envelope in people::setup() {
        assert_eq!(server.post(JSON, envelope).status, 201);
    }
    furnish(&server);
    server
}

fn standing(n: usize) -> String {
    format!("/v1/subjects/ext:register:{n}/standing")
}

fn look(server: &Server, read: &Read<'_>, n: usize) -> Answer {
    read.get(server, &standing(n))
}

/// The program on a folder.
fn unusual(dir: &Path, more: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
        .args(["unusual", "--dir"])
        .arg(dir)
        .args(more)
        .current_dir(dir)
        .env("LANG", "C")
        .env_remove("LC_ALL")
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn an_enumeration_is_slowed_whoever_it_finds_and_becomes_an_incident() {
    let server = serve("unusual-enumeration");
    // Every second subject has a record that everybody may see.
    for n in (0..60).step_by(2) {
        let sent = people::penalty(1_000 + n, &format!("ext:register:{n}"));
        assert_eq!(server.post(JSON, sent).status, 201);
    }
    let thief = department();
    let read = Read { clock: tuesday, ..by(&thief, Purpose::Supervision) };
    for n in 0..usize::try_from(USUAL).unwrap() {
        assert_eq!(look(&server, &read, n).status, 200, "{n}");
    }
    // The others at once: what is answered waits for its turn, the rest is told to come again, whoever it is about.
    let (next, told) = (Mutex::new(usize::try_from(USUAL).unwrap()), Mutex::new(Vec::new()));
    std::thread::scope(|threads| {
        for _ in 0..16 {
            threads.spawn(|| {
                loop {
                    let n = {
                        let mut next = next.lock().unwrap();
                        *next += 1;
                        *next - 1
                    };
                    if n >= ALL {
                        return;
                    }
                    let answer = look(&server, &read, n);
                    told.lock().unwrap().push((n, answer));
                }
            });
        }
    });
    let told = told.into_inner().unwrap();
    assert_eq!(told.len(), ALL - usize::try_from(USUAL).unwrap());
    let (answered, slowed): (Vec<_>, Vec<_>) = told.into_iter().partition(|(_, one)| one.status == 200);
    assert!((1..=12).contains(&answered.len()), "{} answered", answered.len());
    let said: BTreeSet<_> = slowed.iter().map(|(_, one)| (one.status, one.problem())).collect();
    assert_eq!(said, [(429, "reading-slowed".to_owned())].into());
    let bytes: BTreeSet<_> = slowed.iter().map(|(_, one)| one.body.clone()).collect();
    assert_eq!(bytes.len(), 1, "one answer, whoever it is about");
    assert!(slowed.iter().all(|(_, one)| one.head.contains("retry-after: 10")));
    // Others are answered as ever; so is what is nobody's habit.
    let other = court();
    let other = Read { clock: tuesday, ..by(&other, Purpose::JudicialEnquiry) };
    assert_eq!(look(&server, &other, 7).status, 200);
    assert_eq!(server.get(&standing(7)).status, 200);
    assert!(server.sample("credit_ledger_readings_slowed_total") >= 900.0);

    let looks = u64::try_from(answered.len()).unwrap() + USUAL;
    let dir = server.stop().folder();
    // What was refused stands nowhere.
    let journal = credit_ledger::audit::audit(&dir.join(ACCESS), None, &Unwatched);
    assert_eq!(journal.unwrap().size.get(), 1 + looks + 1);
    becomes_an_incident(dir);
}

/// The journal's own times are the system's, and an hour may have ended meanwhile: by a smaller number it is found all the same.
fn becomes_an_incident(dir: Folder) {
    let found: Value = serde_json::from_str(&unusual(&dir, &["--usual", "4", "--json"])).unwrap();
    let readers: BTreeSet<_> =
        found.as_array().unwrap().iter().map(|one| one["reader"].as_str().unwrap()).collect();
    assert_eq!(readers, ["department"].into());
    assert_eq!(found[0]["purposes"], json!(["supervision"]));
    assert!(found[0]["found"].as_u64() > found[0]["usual"].as_u64(), "{found}");
    assert_eq!(unusual(&dir, &["--usual", "1000000"]), "nobody read more than is usual\n");
    let zh = unusual(&dir, &["--usual", "4", "--lang", "zh"]);
    assert!(zh.contains("查询主体") && !zh.contains("looked"), "{zh}");
    for title in [&zh, &found.to_string()] {
        assert!(!title.contains("register"), "whom it was about is not said: {title}");
    }
    unusual(&dir, &["--usual", "4", "--issuer", "steward", "--drafts", "incidents"]);
    let draft: Value =
        serde_json::from_str(&std::fs::read_to_string(dir.join("incidents/1.json")).unwrap()).unwrap();
    assert_eq!(
        (&draft["kind"], &draft["subject"]),
        (&json!("incident.opened"), &json!("authority:department"))
    );
    let [_, key, ..] = people::as_auditor(&dir);
    let signed = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
        .args(["sign", "--key", key, "--new", "incidents/1.json"])
        .current_dir(&*dir)
        .output()
        .unwrap();
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    let server = Server::over_whole(dir, tuesday);
    let appended = server.post(JSON, &signed.stdout);
    assert_eq!(appended.status, 201, "{}", appended.text());
    server.finish();
}

#[test]
fn what_was_read_today_counts_after_a_restart() {
    let server = serve("unusual-restart");
    let own = department();
    let read = Read { clock: tuesday, ..by(&own, Purpose::Supervision) };
    let slowed = |server: &Server| server.sample("credit_ledger_readings_slowed_total");
    let usual = usize::try_from(USUAL).unwrap();
    for n in 0..usual {
        assert_eq!(look(&server, &read, n).status, 200);
    }
    assert!(slowed(&server) < 0.5);
    let server = Server::over_whole(server.stop().folder(), tuesday);
    // The first that is too many leaves at once, and the next by its turn.
    assert_eq!(look(&server, &read, usual).status, 200);
    assert_eq!(look(&server, &read, usual + 1).status, 200);
    assert!(slowed(&server) > 0.5);
    server.finish();
}

/// Counts, which are no habit, make good for nothing; a code that is told to come again ends nothing; another authority waits for
/// nobody.
#[test]
fn what_is_no_habit_does_not_quicken_what_is() {
    let server = serve("unusual-between");
    let (own, auditor, window) = (department(), of(Role::Auditor), of(Role::Window));
    let hurried = |key: &SecretKey, purpose| {
        let read = Read { clock: tuesday, ..by(key, purpose) };
        for n in 0..=usize::try_from(USUAL).unwrap() {
            assert_eq!(look(&server, &read, n).status, 200, "{n}");
        }
    };
    hurried(&auditor, Purpose::Audit);
    let read = Read { clock: tuesday, ..by(&auditor, Purpose::Audit) };
    assert_eq!(read.get(&server, "/v1/oversight").status, 200);
    let slowed = || server.sample("credit_ledger_readings_slowed_total");
    let before = slowed();
    assert_eq!(look(&server, &read, 50).status, 200);
    assert!(slowed() > before + 0.5, "counts between two looks");
    // Of another authority, as ever.
    let other = Read { clock: tuesday, ..by(&own, Purpose::Supervision) };
    assert_eq!(look(&server, &other, 51).status, 200);
    assert!(slowed() < before + 1.5);
    // A window that gives very many codes: the one that is told to come again ends no session.
    let body = |n: u64| json!({ "subject": format!("ext:register:{n}") }).to_string();
    let code = |n: u64| {
        let event = people::id(2_000 + n).to_string();
        let read = Read { clock: tuesday, case: Some(&event), ..by(&window, Purpose::OwnFile) };
        let fields = read.fields("POST", "/v1/codes", Some(&body(n)));
        server.post_to("/v1/codes", &format!("content-type: application/json\r\n{fields}"), body(n))
    };
    let looked = json!({ "checked": ["identity_document", "registration"] });
    for n in 0..USUAL + 12 {
        let subject = format!("ext:register:{n}");
        let event = people::event(2_000 + n, "subject.verified", "window", &subject, looked.clone());
        assert_eq!(server.post(JSON, seal(&event, &[&window])).status, 201);
    }
    let first = code(0).json()["code"].as_str().unwrap().to_owned();
    let session = server.post_to(
        "/v1/sessions",
        "content-type: application/json\r\n",
        json!({ "code": first }).to_string(),
    );
    let session = session.json()["session"].as_str().unwrap().to_owned();
    let (send, told) = std::sync::mpsc::channel();
    let refused = std::thread::scope(|threads| {
        for n in 1..USUAL + 12 {
            let (send, server, window) = (send.clone(), &server, &window);
            threads.spawn(move || {
                let event = people::id(2_000 + n).to_string();
                let read = Read { clock: tuesday, case: Some(&event), ..by(window, Purpose::OwnFile) };
                if look(server, &read, usize::try_from(n).unwrap()).status == 429 {
                    send.send(()).unwrap();
                }
            });
        }
        told.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        code(0)
    });
    assert_eq!((refused.status, refused.problem()), (429, "reading-slowed".to_owned()));
    let fields = format!("content-type: application/json\r\nauthorization: Bearer {session}\r\n");
    assert_eq!(server.post_to("/v1/questions/standing", &fields, body(0)).status, 200);
    server.finish();
}
