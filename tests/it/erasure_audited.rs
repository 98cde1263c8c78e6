//! Where an auditing witness is named, nothing is erased that it has not vouched for.

use crate::people::{self, event, id};
use crate::support::Folder;
use crate::witness::{Process, append, ledger_by, serve};
use credit_ledger::progress::Unwatched;
use ledger_spec::event::envelope::seal;
use serde_json::{Value, json};
use std::process::Command;
use tlog::cosignature::CosignerKey;
use tlog::key::SecretKey;
use tlog::note::{KeyName, NoteSigner, SignedNote};

const SUBJECT: &str = "ext:test:gone";

fn by_registrar(n: u64, auditors: &[&str]) -> String {
    let body = json!({ "auditors": auditors });
    seal(&event(n, "ledger.auditors_named", "registrar", "ledger", body), &[&people::registrar()])
}

#[test]
fn what_an_auditing_witness_has_not_seen_is_not_erased() {
    let root = Folder::absent("erasure-audited");
    std::fs::create_dir_all(&*root).unwrap();
    let signer = NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator());
    let vkey = signer.verifier_key().to_string();
    let witness = |listen: &str| Process::witness(&root.join("w"), "auditor.example/w", &vkey, listen);
    let auditor = witness("127.0.0.1:0");
    let (address, key) = (auditor.address().to_owned(), auditor.said.clone());
    let dir = root.join("ledger");
    ledger_by(&dir, &format!("witness w {key} {}\nquorum w\n", auditor.url), |settings| {
        settings.erase_seconds = 0;
    });
    let served = serve(&dir);
    for envelope in people::setup() {
        append(&served, &envelope);
    }
    let law = json!({ "title": people::name(), "level": "law", "confidence": "U" });
    let law = event(10, "catalogue.basis_registered", "steward", "catalogue:basis.law.one", law);
    append(&served, &seal(&law, &[&people::steward()]));
    append(&served, &by_registrar(11, &[&key]));
    served.until("/checkpoint/witnessed", |status, body| status == 200 && body.contains("\n7\n"));
    // It looks away; what comes now it has not seen.
    auditor.kill();
    // A stolen key of the registrar names nobody: that counts no more once it is known that it was stolen.
    let stolen = SecretKey::from_seed(&[78; 32]);
    let of_registrar = |n, kind, body, key: &SecretKey| {
        let about = if kind == "ledger.auditors_named" { "ledger" } else { "authority:registrar" };
        append(&served, &seal(&event(n, kind, "registrar", about, body), &[key]));
    };
    let key_of = || stolen.public().to_base64url();
    of_registrar(22, "authority.key_added", json!({ "key": key_of() }), &people::registrar());
    of_registrar(23, "ledger.auditors_named", json!({ "auditors": [] }), &stolen);
    let since = "2026-01-01T00:00:00+08:00";
    let revoked = json!({ "key": key_of(), "reason": "compromised", "compromised_since": since });
    of_registrar(24, "authority.key_revoked", revoked, &people::registrar());
    append(&served, &people::penalty(20, SUBJECT));
    let order =
        json!({ "events": [id(20).to_string()], "entries": [10], "basis": [{ "instrument": "law.one" }] });
    append(
        &served,
        &seal(&event(21, "erasure.ordered", "department", SUBJECT, order), &[&people::department()]),
    );
    served.kill();
    let erase = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
        command.args(["erase", "--dir"]).arg(&dir).output().unwrap()
    };
    let waits = erase();
    let told = String::from_utf8_lossy(&waits.stderr).into_owned();
    assert!(waits.status.code() == Some(3) && told.contains("1 orders are not carried out"), "{told}");
    assert_eq!(credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap().counts.erased, 0);
    // It comes back, and cosigns all that there is: then it goes.
    let auditor = witness(&address);
    let served = serve(&dir);
    served.until("/v1/entries/10", |status, _| status == 404);
    let (_, said) = served.get("/v1/entries/12");
    let said: Value = serde_json::from_str(&said).unwrap();
    let note = said["event"]["body"]["cosigned"].as_str().unwrap();
    let note = SignedNote::parse(note.as_bytes()).unwrap();
    assert!(CosignerKey::parse(&key).unwrap().time_of(&note).unwrap().is_some());
    served.kill();
    drop(auditor);
    assert_eq!(credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap().counts.erased, 1);
}

#[test]
fn auditing_witnesses_are_named_by_registrars_with_keys_of_their_own() {
    let server = crate::http_server::Server::start("auditors", |_| {});
    let refused = |envelope: String| {
        let answer = server.post(crate::http_server::JSON, envelope);
        (answer.status, answer.problem())
    };
    let of = |seed: u8, name: &str| {
        let key = tlog::cosignature::Cosigner::from_seed(KeyName::parse(name).unwrap(), &[seed; 32]);
        key.key().to_string()
    };
    let (one, same) = (of(60, "auditor.example/w"), of(60, "auditor.example/other"));
    let taken = (422, "key-already-known".to_owned());
    assert_eq!(refused(by_registrar(20, &[&one, &same])), taken, "one key under two names");
    assert_eq!(refused(by_registrar(21, &[&of(4, "auditor.example/w")])), taken, "a department's");
    let altered = |n, to: &str| {
        let body = json!({ "auditors": [one] });
        let event = event(n, "ledger.auditors_named", "registrar", "ledger", body);
        let event = String::from_utf8(event).unwrap().replace(&format!("\"{one}\""), to);
        seal(event.as_bytes(), &[&people::registrar()])
    };
    assert_eq!(refused(altered(22, &format!("\"{one}\",\"{one}\""))).0, 400, "twice");
    assert_eq!(refused(altered(23, "\"no vkey\"")).0, 400);
    let body = json!({ "auditors": [one] });
    let operator = tlog::key::SecretKey::from_seed(&people::operator());
    let by_operator =
        seal(&event(24, "ledger.auditors_named", "operator", "ledger", body.clone()), &[&operator]);
    assert_eq!(refused(by_operator).1, "role-not-entitled", "not who is audited");
    let about = event(25, "ledger.auditors_named", "registrar", "authority:department", body);
    assert_eq!(refused(seal(&about, &[&people::registrar()])).1, "subject-does-not-fit");
    assert_eq!(server.post(crate::http_server::JSON, by_registrar(26, &[&one])).status, 201);
    assert_eq!(server.post(crate::http_server::JSON, by_registrar(27, &[])).status, 201, "nobody any more");
    server.finish();
}
