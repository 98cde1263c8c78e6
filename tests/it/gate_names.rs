//! A body of several names: what somebody linked or merged opens nothing at which a window did not look, and shuts nobody out.

use crate::accesses::{accesses, lines};
use crate::gate::{COMPLAINT, FIRM, Read, key, of, other_department, shown};
use crate::http_server::{Answer, JSON, Server};
use crate::people::{self, department, event, id, registrar};
use crate::sessions::{ahead, append, ask, code, said, served, session, verified, window};
use credit_ledger::clock;
use ledger_spec::event::Role;
use ledger_spec::event::envelope::seal;
use ledger_spec::request::Purpose;
use serde_json::{Value, json};
use tlog::key::SecretKey;

const OTHER: &str = "ext:register:8";

/// A department registers two bodies that nobody had registered, and says of each that it is the other.
fn linked(server: &Server) {
    for (n, name) in [(90, FIRM), (91, OTHER)] {
        let body = json!({ "name": "某某", "registered_on": "2016-06-01" });
        append(server, (n, "subject.registered"), ("department", &department()), name, body);
    }
    for (n, one, other) in [(92, FIRM, OTHER), (93, OTHER, FIRM)] {
        let body = json!({ "identifier": other });
        append(server, (n, "subject.identifier_linked"), ("department", &department()), one, body);
    }
}

/// Something of the other's that is its own.
fn filed_about_other(server: &Server) {
    let mut body = people::negative("测罚字〔2026〕80号");
    body["type"] = json!("base.restricted");
    append(server, (80, "record.filed"), ("department", &department()), OTHER, body);
}

/// The window says that one person stood there for a name and for these others.
fn stood_for(server: &Server, n: u64, about: &str, also: &[&str]) {
    let body = json!({ "checked": ["identity_document", "registration"], "also": also });
    append(server, (n, "subject.verified"), ("window", &window()), about, body);
}

/// The records of a subject, read in the matter of the event `n`.
fn read(server: &Server, (key, purpose, n): (&SecretKey, Purpose, u64), about: &str) -> Answer {
    let event = id(n).to_string();
    let read = Read { clock: ahead, case: Some(&event), ..Read::by(key, purpose) };
    read.get(server, &format!("/v1/subjects/{about}/records"))
}

fn consent(server: &Server, n: u64, about: &str) {
    let body = json!({ "scope": ["*"], "purpose": "融资", "grantee": "department.other" });
    append(server, (n, "consent.granted"), ("window", &window()), about, body);
}

#[test]
fn a_link_shuts_nobody_out_and_can_be_taken_back() {
    let server = served("names-shut", clock::now);
    filed_about_other(&server);
    verified(&server, 100, FIRM);
    consent(&server, 101, FIRM);
    let session = session(&server, &code(&server, FIRM, 100));
    linked(&server);
    let (own, reader) = (window(), other_department());
    // The session, the complaint, the consent and a new code open what they opened, and nothing of the other.
    let told = ask(&server, &session, "/v1/questions/records", FIRM);
    assert_eq!(shown(&told).len(), 6, "{}", told.text());
    assert!(told.json()["notice"]["zh"].as_str().unwrap().contains("其他名称"), "{}", told.text());
    assert_eq!(
        said(&ask(&server, &session, "/v1/questions/records", OTHER)),
        (403, "not-its-own-file".to_owned())
    );
    let handled = (&own, Purpose::Handling, COMPLAINT);
    assert_eq!(shown(&read(&server, handled, FIRM)).len(), 6);
    assert_eq!(said(&read(&server, handled, OTHER)), (403, "not-a-matter-of-it".to_owned()));
    let consented = (&reader, Purpose::ConsentedReport, 101);
    assert_eq!(shown(&read(&server, consented, FIRM)).len(), 6);
    assert_eq!(said(&read(&server, consented, OTHER)), (403, "consent-not-given".to_owned()));
    // Nor is a letter written where not everything was counted.
    let letter = ask(&server, &session, "/v1/questions/eligibility?domain=procurement", FIRM).json();
    assert!(letter.get("eligible").is_none(), "{letter}");
    verified(&server, 102, FIRM);
    code(&server, FIRM, 102);
    // What one registrar said wrongly the ledger's own takes back, and states nothing else in its place.
    let by_registrar = |n, body: Value| {
        let kind = "subject.identifier_linked";
        server.post(JSON, seal(&event(n, kind, "registrar", OTHER, body), &[&registrar()]))
    };
    let taken_back = json!({ "identifier": FIRM, "taken_back": true, "reason": "核查" });
    assert_eq!(by_registrar(110, taken_back).status, 201);
    let again = by_registrar(111, json!({ "identifier": FIRM }));
    assert_eq!(said(&again), (403, "not-competent".to_owned()));
    let told = read(&server, handled, FIRM).json();
    assert!(told.get("notice").is_none(), "{told}");
    server.finish();
}

#[test]
fn two_who_stood_at_one_window_open_nothing_of_each_other() {
    let server = served("names-two", clock::now);
    linked(&server);
    filed_about_other(&server);
    verified(&server, 100, FIRM);
    verified(&server, 101, OTHER);
    consent(&server, 102, OTHER);
    let (own, reader) = (window(), other_department());
    let consented = (&reader, Purpose::ConsentedReport, 102);
    assert_eq!(said(&read(&server, consented, FIRM)), (403, "consent-not-given".to_owned()));
    assert_eq!(shown(&read(&server, consented, OTHER)).len(), 1);
    let session = session(&server, &code(&server, OTHER, 101));
    let records = ask(&server, &session, "/v1/questions/records", FIRM);
    assert_eq!(said(&records), (403, "not-its-own-file".to_owned()));
    assert_eq!(shown(&ask(&server, &session, "/v1/questions/records", OTHER)).len(), 1);
    // That one names the other is not enough: each names each.
    stood_for(&server, 103, OTHER, &[FIRM]);
    assert_eq!(shown(&read(&server, (&own, Purpose::OwnFile, 103), OTHER)).len(), 1);
    stood_for(&server, 104, FIRM, &[OTHER]);
    assert_eq!(shown(&read(&server, (&own, Purpose::OwnFile, 103), OTHER)).len(), 6);
    consent(&server, 105, OTHER);
    let consented = (&reader, Purpose::ConsentedReport, 105);
    assert_eq!(shown(&read(&server, consented, FIRM)).len(), 6);
    let session = self::session(&server, &code(&server, OTHER, 103));
    assert_eq!(shown(&ask(&server, &session, "/v1/questions/records", FIRM)).len(), 6);
    // Nobody stood there for the very name that is stated, or for a person beside a body.
    let person = format!("person:{}", "a".repeat(64));
    for (n, also) in [(106, OTHER), (107, person.as_str()), (108, "authority:window")] {
        let body = json!({ "checked": ["identity_document", "registration"], "also": [also] });
        let sent = seal(&event(n, "subject.verified", "window", OTHER, body), &[&window()]);
        assert_eq!(said(&server.post(JSON, sent)), (422, "subject-does-not-fit".to_owned()), "{also}");
    }
    server.finish();
}

#[test]
fn a_window_handles_the_complaint_of_a_body_of_two_names() {
    let server = served("names-handling", clock::now);
    linked(&server);
    filed_about_other(&server);
    stood_for(&server, 100, FIRM, &[OTHER]);
    stood_for(&server, 101, OTHER, &[FIRM]);
    let body = json!({ "ground": "办理迟延" });
    append(&server, (102, "complaint.filed"), ("window", &window()), OTHER, body);
    let own = window();
    for name in [FIRM, OTHER] {
        assert_eq!(shown(&read(&server, (&own, Purpose::Handling, 102), name)).len(), 6, "{name}");
    }
    // Of a window that was renamed, the one that goes on handles it.
    let new = key(33);
    let body = json!({
        "name": people::name(), "roles": ["window"], "keys": [new.public().to_base64url()],
        "competence": { "subjects": ["ext"] },
    });
    append(&server, (110, "authority.enrolled"), ("registrar", &registrar()), "authority:window.new", body);
    let succeeded = json!({ "successor": "window.new" });
    append(&server, (111, "authority.succeeded"), ("registrar", &registrar()), "authority:window", succeeded);
    assert_eq!(shown(&read(&server, (&new, Purpose::Handling, 102), FIRM)).len(), 6);
    assert_eq!(shown(&read(&server, (&new, Purpose::Handling, COMPLAINT), FIRM)).len(), 6, "by itself");
    server.finish();
}

/// Whoever merges a body of his own making into another is told who looked at what is its own, and not who looked at the other.
#[test]
fn who_is_merged_into_another_is_told_of_looks_at_its_own() {
    let server = served("names-merged", clock::now);
    let (own, court) = (department(), of(Role::Court));
    for (n, name) in [(90, FIRM), (91, OTHER)] {
        let body = json!({ "name": "某某", "registered_on": "2016-06-01" });
        append(&server, (n, "subject.registered"), ("department", &own), name, body);
    }
    append(&server, (92, "subject.merged"), ("department", &own), OTHER, json!({ "into": FIRM }));
    looks_of_court(&server, &court);
    verified(&server, 93, FIRM);
    let firm = session(&server, &code(&server, FIRM, 93));
    assert_eq!(ask(&server, &firm, "/v1/questions/records", FIRM).status, 200);
    verified(&server, 95, OTHER);
    let other = session(&server, &code(&server, OTHER, 95));
    let told = || lines(&ask(&server, &other, "/v1/accesses", OTHER));
    let through = |told: &[Value]| told.iter().filter(|look| look.get("through").is_some()).count();
    assert_eq!(through(&told()), 0, "nothing of its own was shown: {:?}", told());
    // What stands on it went on with it, and those are looks at that: who, when and for which purpose, and no more.
    filed_about_other(&server);
    assert_eq!(ask(&server, &firm, "/v1/questions/standing", FIRM).status, 200);
    looks_of_court(&server, &court);
    let told = told();
    assert_eq!(through(&told), 2, "{told:?}");
    for look in told.iter().filter(|look| look.get("through").is_some()) {
        assert!(look["by_subject"] != true && look.get("question").is_none(), "{look}");
        assert!(look.get("case").is_none() && look.get("verified").is_none(), "{look}");
    }
    // Who checks how the ledger is read is told all of it.
    let auditor = key(23);
    let all = accesses(&server, &Read { clock: ahead, ..Read::by(&auditor, Purpose::Audit) }, OTHER, "");
    assert!(through(&lines(&all)) > 2, "{}", all.text());
    // A body that another registered nobody merges his own into.
    let stranger = "ext:register:9";
    let body = json!({ "name": "某某", "registered_on": "2016-06-01" });
    append(&server, (96, "subject.registered"), ("registrar", &registrar()), stranger, body);
    let puppet = "ext:register:10";
    let body = json!({ "name": "某某", "registered_on": "2016-06-01" });
    append(&server, (97, "subject.registered"), ("department", &own), puppet, body);
    let merged = event(98, "subject.merged", "department", puppet, json!({ "into": stranger }));
    let refused = server.post(JSON, seal(&merged, &[&own]));
    assert_eq!(said(&refused), (403, "not-competent".to_owned()));
    server.finish();
}

/// A court looks at the firm.
fn looks_of_court(server: &Server, court: &SecretKey) {
    let read = Read { clock: ahead, ..Read::by(court, Purpose::JudicialEnquiry) };
    assert_eq!(read.get(server, &format!("/v1/subjects/{FIRM}/standing")).status, 200);
}
