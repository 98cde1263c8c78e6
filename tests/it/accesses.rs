//! The access journal: nothing more than public leaves that does not stand in it, it is a log as the ledger's own, shows
//! nothing to who may not open it, and a subject is told who looked.

use crate::disclosures::holds;
use crate::disk_full;
use crate::gate::{FIRM, LOOKED, Read, court, furnish, of, other_department};
use crate::http_server::{Answer, Server};
use crate::oracles::noon;
use crate::people::{self, department, event};
use crate::support::Folder;
use credit_ledger::audit::{AuditOptions, audit_with};
use credit_ledger::clock;
use credit_ledger::ledger::{ACCESS, LedgerError};
use credit_ledger::progress::Unwatched;
use credit_ledger::server;
use ledger_spec::audit::Scope;
use ledger_spec::event::Role;
use ledger_spec::event::envelope::seal;
use ledger_spec::request::Purpose;
use ledger_spec::time::Date;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tlog::checkpoint::{Origin, SignedCheckpoint};
use tlog::key::SecretKey;
use tlog::note::{KeyName, NoteSigner, VerifierKey};

pub const STANDING: &str = "/v1/subjects/ext:register:7/standing";

/// A server with its own journal, over a ledger in which a firm has a record of each class.
pub fn serve(name: &str) -> Server {
    let dir = Folder::absent(name);
    let mut founding = people::founding();
    founding.settings.hosts = vec!["t".to_owned()];
    credit_ledger::ledger::create(&dir, &founding).unwrap();
    let server = Server::over_whole(dir, noon);
    for envelope in people::setup() {
        assert_eq!(server.post("application/json", envelope).status, 201);
    }
    furnish(&server);
    server
}

pub fn by(key: &SecretKey, purpose: Purpose) -> Read<'_> {
    Read { clock: noon, ..Read::by(key, purpose) }
}

pub fn accesses(server: &Server, read: &Read<'_>, subject: &str, query: &str) -> Answer {
    let (path, body) = (format!("/v1/accesses{query}"), json!({ "subject": subject }).to_string());
    let fields = read.fields("POST", &path, Some(&body));
    server.post_to(&path, &format!("content-type: application/json\r\n{fields}"), &body)
}

pub fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["accesses"].as_array().unwrap().clone()
}

/// The checkpoint of the journal, as a stranger verifies it.
pub fn checkpoint(server: &Server) -> SignedCheckpoint {
    let name = KeyName::parse(&format!("{}/access", people::ORIGIN)).unwrap();
    let vkey = VerifierKey::new(name, SecretKey::from_seed(&people::operator()).public().as_bytes()).unwrap();
    let note = server.get("/access/checkpoint");
    assert_eq!(note.status, 200);
    SignedCheckpoint::verify(&note.body, &vkey).unwrap()
}

#[test]
fn each_look_that_shows_more_stands_in_the_journal_before_its_answer_leaves() {
    let server = serve("accesses-each");
    let size = || checkpoint(&server).checkpoint().size().get();
    assert_eq!(size(), 1);
    let own = department();
    // Everybody's, and what everybody may know, is nobody's look; nor is what was refused.
    assert_eq!(server.get(STANDING).status, 200);
    assert_eq!(by(&own, Purpose::Audit).get(&server, "/v1/catalogue").status, 200);
    assert_eq!(by(&own, Purpose::JudicialEnquiry).get(&server, STANDING).status, 403);
    assert_eq!(size(), 1);
    for (n, (key, purpose, path)) in [
        (department(), Purpose::Supervision, STANDING.to_owned()),
        (department(), Purpose::Supervision, "/v1/lists/test.hidden".to_owned()),
        (court(), Purpose::JudicialEnquiry, format!("/v1/subjects/{FIRM}/events?limit=1")),
        (court(), Purpose::JudicialEnquiry, "/v1/oversight".to_owned()),
        (of(Role::Steward), Purpose::Oversight, "/v1/oversight".to_owned()),
        (of(Role::Auditor), Purpose::Audit, format!("/v1/subjects/{FIRM}/records")),
        (of(Role::Window), Purpose::OwnFile, format!("/v1/subjects/{FIRM}/measures")),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = by(&key, purpose).get(&server, &path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(size(), 2 + n as u64, "{path}");
    }
    let dir = server.stop().folder();
    let of =
        |blind| audit_with(&dir.join(ACCESS), AuditOptions { blind, ..AuditOptions::default() }, &Unwatched);
    let opened = of(false).unwrap();
    assert_eq!((opened.scope, opened.size.get(), opened.counts.admitted), (Scope::Opened, 8, 8));
    assert_eq!(of(true).unwrap().scope, Scope::Blind);
}

#[test]
fn nothing_of_a_look_stands_in_the_clear() {
    let server = serve("accesses-sealed");
    let own = department();
    let read = Read { case: Some("secret-matter-77"), ..by(&own, Purpose::Handling) };
    assert_eq!(read.get(&server, STANDING).status, 200);
    let tile = server.get("/access/tile/entries/000.p/2");
    assert_eq!(tile.status, 200);
    assert_eq!(server.get("/access/tile/entries/000.p/3").status, 404);
    let told = ["secret-matter-77", FIRM, "handling", "standing", "department", &own.public().id()];
    for text in told {
        assert!(!tile.body.windows(text.len()).any(|part| part == text.as_bytes()), "{text} in the tile");
    }
    let dir = server.stop().folder();
    for text in told {
        assert!(!holds(&dir.join(ACCESS), text), "{text}");
    }
}

#[test]
fn a_subject_is_told_who_looked_and_nobody_else_is() {
    let server = serve("accesses-list");
    let (own, other, window, court) = (department(), other_department(), of(Role::Window), court());
    let asked = |read: &Read<'_>| accesses(&server, read, FIRM, "");
    // Unsigned it is nobody's; a department and a steward are not told.
    let body = json!({ "subject": FIRM }).to_string();
    let unsigned = server.post_to("/v1/accesses", "content-type: application/json\r\n", &body);
    assert_eq!((unsigned.status, unsigned.problem()), (401, "request-unsigned".to_owned()));
    for (key, purpose) in
        [(&own, Purpose::Supervision), (&own, Purpose::OwnFile), (&window, Purpose::Handling)]
    {
        let refused = asked(&by(key, purpose));
        assert_eq!((refused.status, refused.problem()), (403, "purpose-not-for-role".to_owned()));
    }
    assert_eq!(lines(&asked(&by(&window, Purpose::OwnFile))), [] as [Value; 0]);
    assert_eq!(by(&other, Purpose::Supervision).get(&server, STANDING).status, 200);
    assert_eq!(
        by(&own, Purpose::Procurement).get(&server, "/v1/subjects/ext:register:8/standing").status,
        200
    );
    // Newest first, with the window's own looks; the other firm's is the other firm's.
    let told = lines(&asked(&by(&window, Purpose::OwnFile)));
    let said: Vec<_> = told.iter().map(|line| [&line["reader"], &line["purpose"], &line["sight"]]).collect();
    assert_eq!(
        json!(said),
        json!([["department.other", "supervision", "shared"], ["window", "own-file", "restricted"],])
    );
    assert_eq!(told[0]["question"], STANDING);
    assert_eq!(told[0]["name"]["zh"], people::name()["zh"]);
    // A matter that is another's is not named to the subject; to a court it is.
    assert!(told[0]["case_withheld"] == true && told[0].get("case").is_none(), "{}", told[0]);
    let shown = server.get(&format!("/v1/subjects/{FIRM}/events")).json()["events"][0]["event"]["id"].clone();
    let matter = Read { case: shown.as_str(), ..by(&own, Purpose::Handling) };
    assert_eq!(matter.get(&server, STANDING).status, 200);
    let told = lines(&asked(&by(&window, Purpose::OwnFile)));
    assert_eq!((&told[0]["case"], told[0].get("case_withheld")), (&shown, None));
    let all = lines(&asked(&by(&court, Purpose::JudicialEnquiry)));
    assert!(all.iter().all(|line| line.get("case").is_some() && line.get("case_withheld").is_none()));
    // Pages.
    let window = by(&window, Purpose::OwnFile);
    let first = accesses(&server, &window, FIRM, "?limit=2").json();
    let next = first["next"].as_u64().unwrap();
    assert_eq!(first["accesses"][1]["entry"], next);
    let second = lines(&accesses(&server, &window, FIRM, &format!("?limit=500&before={next}")));
    assert!(second.iter().all(|line| line["entry"].as_u64().unwrap() < next));
    assert_eq!(second.len(), 4);
    server.finish();
}

#[test]
fn the_command_line_shows_who_looked_from_a_server_and_from_a_folder() {
    let dir = Folder::absent("accesses-cli");
    credit_ledger::ledger::create(&dir, &people::founding()).unwrap();
    let server = Server::over_whole(dir, clock::now);
    for envelope in people::setup() {
        assert_eq!(server.post("application/json", envelope).status, 201);
    }
    furnish(&server);
    let folder = Folder::new("accesses-cli");
    for (name, seed) in [("window", 22), ("court", 21)] {
        let key = NoteSigner::from_seed(KeyName::parse(name).unwrap(), &[seed; 32]);
        fs::write(folder.join(format!("{name}.key")), key.secret_text().as_bytes()).unwrap();
    }
    let url = format!("http://{}", server.address);
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
        let ran = command.args(arguments).current_dir(&folder as &Path).env("LANG", "C").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
    };
    let later =
        ledger_spec::time::ValidTime::at_recorded(clock::now()).unwrap().date().plus_days(30).to_string();
    let court =
        ["--url", &url, "--key", "court.key", "--purpose", "judicial-enquiry", "--case", "（2026）湘1号"];
    let looked = ["show", "view", "records", FIRM, "--json"];
    assert_eq!(run(&[&looked[..], &court, &["--visible-from", &later]].concat()).0, 0);
    let looked_at = people::id(LOOKED).to_string();
    let own = ["--url", &url, "--key", "window.key", "--purpose", "own-file", "--case", &looked_at];
    assert_eq!(run(&[&looked[..], &own].concat()).0, 0);
    let asked = ["accesses", FIRM, "--json"];
    let readers = |out: &str| {
        let page: Value = serde_json::from_str(out).unwrap();
        let lines = page["accesses"].as_array().unwrap();
        lines.iter().map(|line| line["reader"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (code, out, err) = run(&[&asked[..], &own].concat());
    assert!(code == 0 && readers(&out) == ["window"], "{out}{err}");
    let (code, out, err) = run(&[&asked[..], &court].concat());
    assert!(code == 0 && readers(&out).contains(&"court".to_owned()), "{out}{err}");
    // The folder beside the running server: as the subject is told, and all of it.
    let dir = server.folder().to_str().unwrap().to_owned();
    let (code, out, err) = run(&[&asked[..], &["--dir", &dir]].concat());
    assert_eq!(
        (code, readers(&out)),
        (0, vec!["court".to_owned(), "window".into(), "window".into()]),
        "{out}{err}"
    );
    let (code, out, err) = run(&[&asked[..], &["--dir", &dir, "--sight", "court"]].concat());
    assert!(code == 0 && readers(&out).iter().filter(|reader| *reader == "court").count() == 2, "{out}{err}");
    let (code, out, err) = run(&["accesses", FIRM, "--dir", &dir, "--lang", "zh"]);
    assert!(code == 0 && out.contains("查阅单位") && out.contains("本人信用档案查询"), "{out}{err}");
    server.finish();
}

#[test]
fn a_look_may_be_withheld_where_the_table_says_so_and_not_for_longer() {
    let server = serve("accesses-withheld");
    let (own, court, window) = (department(), court(), of(Role::Window));
    let day = |text: &str| Some(Date::parse(text).unwrap());
    let refused = |read: &Read<'_>| {
        let answer = read.get(&server, STANDING);
        (answer.status, answer.problem())
    };
    let no = (403, "not-to-be-withheld".to_owned());
    // The moment of asking is 2026-11-01.
    let of_court = |visible_from| Read { visible_from, ..by(&court, Purpose::JudicialEnquiry) };
    for (read, _) in [
        (Read { visible_from: day("2026-12-01"), ..by(&own, Purpose::Procurement) }, "no row allows it"),
        (of_court(day("2026-11-01")), "today"),
        (of_court(day("2027-11-02")), "after a year"),
    ] {
        assert_eq!(refused(&read), no);
    }
    assert_eq!(of_court(day("2027-11-01")).get(&server, STANDING).status, 200);
    assert_eq!(of_court(None).get(&server, STANDING).status, 200);
    let to = |read: &Read<'_>| lines(&accesses(&server, read, FIRM, ""));
    let told = to(&by(&window, Purpose::OwnFile));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].get("visible_from").is_none());
    let all = to(&by(&of(Role::Auditor), Purpose::Audit));
    let withheld: Vec<_> = all.iter().filter_map(|line| line.get("visible_from")).collect();
    assert_eq!(withheld, [&json!("2027-11-01")]);
    server.finish();
}

/// What is shown of whom a subject went on in shows what went on with it: its own list has those looks.
#[test]
fn a_subject_that_went_on_in_another_is_told_of_looks_at_that() {
    let server = serve("accesses-merged");
    let (own, into) = (department(), "ext:register:8");
    for (n, subject, kind, body) in [
        (200, FIRM, "subject.registered", json!({ "name": "甲", "kind": "enterprise" })),
        (201, into, "subject.registered", json!({ "name": "乙", "kind": "enterprise" })),
        (202, FIRM, "subject.merged", json!({ "into": into })),
    ] {
        let sent = seal(&event(n, kind, "department", subject, body), &[&department()]);
        assert_eq!(server.post("application/json", sent).status, 201, "{kind}");
    }
    let path = format!("/v1/subjects/{into}/standing");
    assert_eq!(by(&own, Purpose::Supervision).get(&server, &path).status, 200);
    let all = lines(&accesses(&server, &by(&of(Role::Auditor), Purpose::Audit), FIRM, ""));
    assert!(all.iter().any(|look| look["reader"] == "department" && look["through"] == into), "{all:?}");
    assert!(all.iter().any(|look| look["own_competence"] == true), "{all:?}");
    server.finish();
}

/// Restarted, the journal goes on where it was; taken away, nothing more than public is answered, and nothing is begun anew.
#[test]
fn a_journal_that_is_gone_is_not_begun_again_in_silence() {
    let dir = Folder::absent("accesses-gone");
    let mut founding = people::founding();
    founding.settings.hosts = vec!["t".to_owned()];
    credit_ledger::ledger::create(&dir, &founding).unwrap();
    fs::rename(dir.join(ACCESS), dir.join("elsewhere")).unwrap();
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    let running = server::Running::start(ledger, &["127.0.0.1:0".parse().unwrap()]).unwrap();
    let address = running.url().strip_prefix("http://").unwrap().parse().unwrap();
    let answer = disk_full::request(address, "GET", "/access/checkpoint", "");
    assert_eq!((answer.status, answer.problem()), (503, "not-journalled".to_owned()));
    assert_eq!(disk_full::request(address, "GET", "/v1/catalogue", "").status, 200);
    let ready = disk_full::request(address, "GET", "/readyz", "");
    assert!(ready.status == 200 && ready.text().contains("access journal: ABSENT"), "{}", ready.text());
    running.stop().unwrap();
    assert!(!dir.join(ACCESS).exists());
}

/// Another ledger's journal in the place of this one's, with its own master key or by this one's name; and commands on a journal.
#[test]
fn a_journal_is_its_own_ledgers_and_no_command_changes_it() {
    let [one, other] = ["accesses-own", "accesses-other"].map(|name| {
        let dir = Folder::absent(name);
        let mut founding = people::founding();
        if name == "accesses-other" {
            founding.settings.origin = Origin::parse("other.test.example/ledger").unwrap();
        }
        credit_ledger::ledger::create(&dir, &founding).unwrap();
        dir
    });
    let journal = one.join(ACCESS);
    let refused = |opened: Result<_, LedgerError>| opened.expect_err("it is refused").to_string();
    for refusal in [
        refused(credit_ledger::ledger::open(&journal, &Unwatched).map(drop)),
        refused(credit_ledger::ledger::renew_identity(&journal, &Unwatched).map(drop)),
    ] {
        assert!(refusal.contains("no command changes it"), "{refusal}");
    }
    fs::rename(&journal, one.join("own")).unwrap();
    fs::rename(other.join(ACCESS), &journal).unwrap();
    let opened = || credit_ledger::ledger::open_journal(&one, &Unwatched).map(drop);
    assert!(refused(opened()).contains("the one of this ledger is"));
    let settings = fs::read_to_string(journal.join("ledger.toml")).unwrap();
    let above = settings.replace("ledger = \"..\"", &format!("ledger = \"{}\"", other.display()));
    assert_ne!(settings, above);
    fs::write(journal.join("ledger.toml"), above).unwrap();
    assert!(refused(opened()).contains("the one of this ledger is"));
    fs::remove_dir_all(&journal).unwrap();
    fs::rename(one.join("own"), &journal).unwrap();
    opened().unwrap();
}

/// What everybody may know whole is nobody's look, also where it is asked for by a signature; and a list has no file at a window.
#[test]
fn what_is_nobodys_file_is_no_look() {
    let server = serve("accesses-open");
    let (court, window) = (court(), of(Role::Window));
    let size = || checkpoint(&server).checkpoint().size().get();
    for path in ["/v1/subjects/authority:court/events", "/v1/subjects/authority:court/standing"] {
        let signed = by(&court, Purpose::JudicialEnquiry).get(&server, path);
        assert_eq!((signed.status, size()), (200, 1), "{path}: {}", signed.text());
        assert_eq!(signed.json()["events"], server.get(path).json()["events"]);
    }
    for about in ["catalogue:list.test.hidden", "ledger", "authority:court", "authority:nobody"] {
        let refused = accesses(&server, &by(&window, Purpose::OwnFile), about, "");
        assert_eq!((refused.status, refused.problem()), (403, "not-verified".to_owned()), "{about}");
        assert_eq!(
            accesses(&server, &by(&court, Purpose::JudicialEnquiry), about, "").status,
            200,
            "{about}"
        );
    }
    server.finish();
}
