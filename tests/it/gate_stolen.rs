//! What a stolen key took opens nothing from the revocation on, for whomever, and looks by it are marked.

use crate::accesses::{accesses, lines};
use crate::gate::{FIRM, Read, key, other_department, shown};
use crate::http_server::{Answer, Server};
use crate::people::{id, registrar};
use crate::sessions::{ahead, append, ask, code_by, exchanged, said, served, verified, window};
use credit_ledger::clock;
use ledger_spec::request::Purpose;
use serde_json::json;
use tlog::key::SecretKey;

fn read(server: &Server, key: &SecretKey, purpose: Purpose, n: u64) -> Answer {
    let event = id(n).to_string();
    let read = Read { clock: ahead, case: Some(&event), ..Read::by(key, purpose) };
    read.get(server, &format!("/v1/subjects/{FIRM}/records"))
}

#[test]
fn what_a_stolen_key_took_opens_nothing_from_the_revocation_on() {
    let server = served("stolen-window", clock::now);
    let (other, reader) = (key(34), other_department());
    let added = json!({ "key": other.public().to_base64url() });
    append(&server, (99, "authority.key_added"), ("registrar", &registrar()), "authority:window", added);
    // The thief's.
    verified(&server, 100, FIRM);
    let body = json!({ "scope": ["*"], "purpose": "融资", "grantee": "department.other" });
    append(&server, (101, "consent.granted"), ("window", &window()), FIRM, body);
    append(&server, (102, "complaint.filed"), ("window", &window()), FIRM, json!({ "ground": "办理迟延" }));
    let code = || code_by(&server, &Read { clock: ahead, ..Read::by(&other, Purpose::OwnFile) }, FIRM, 100);
    let session = exchanged(&server, code().json()["code"].as_str().unwrap()).json()["session"].clone();
    let session = session.as_str().unwrap();
    let looks = || {
        [
            read(&server, &reader, Purpose::ConsentedReport, 101),
            read(&server, &other, Purpose::Handling, 102),
            read(&server, &other, Purpose::OwnFile, 100),
            ask(&server, session, "/v1/questions/records", FIRM),
        ]
    };
    assert_eq!(looks().map(|look| shown(&look).len()), [6; 4]);
    let since = "2026-01-01T00:00:00+08:00";
    let body = json!({
        "key": window().public().to_base64url(), "reason": "compromised", "compromised_since": since,
    });
    append(&server, (110, "authority.key_revoked"), ("registrar", &registrar()), "authority:window", body);
    let refused = |status, rule: &str| (status, rule.to_owned());
    assert_eq!(
        looks().map(|look| said(&look)),
        [
            refused(403, "consent-not-given"),
            refused(403, "not-a-matter-of-it"),
            refused(403, "not-verified"),
            refused(401, "session-over"),
        ]
    );
    assert_eq!(said(&code()), refused(403, "not-verified"));
    // Each look that rested on it is marked, whoever looked.
    let auditor = key(23);
    let told = accesses(&server, &Read { clock: ahead, ..Read::by(&auditor, Purpose::Audit) }, FIRM, "");
    let told = lines(&told);
    assert_eq!(told.len(), 5, "{told:?}");
    for look in &told {
        let mark = if look["by_subject"] == true { "compromised_since" } else { "opened_by_compromised" };
        assert_eq!(look[mark], since, "{look}");
    }
    // What the other key takes from now on opens again.
    let body = json!({ "checked": ["identity_document", "registration"] });
    append(&server, (120, "subject.verified"), ("window", &other), FIRM, body);
    assert_eq!(shown(&read(&server, &other, Purpose::OwnFile, 120)).len(), 6);
    server.finish();
}
