//! One field that travels beside an event is erased alone, and the event stays provable; and orders that are not carried out.

use crate::erasure::{self, OTHER, SUBJECT, append, filed, order};
use crate::http_server::{JSON, Server};
use crate::people::{self, department, event, id};
use credit_ledger::log::opening_of;
use ledger_spec::audit::{AuditFault, Auditor, GivenEntry, Scope, read_chunk};
use ledger_spec::event::envelope::seal;
use ledger_spec::event::{DisclosedField, FieldPlace, seal_with};
use ledger_spec::sealed::LogEntry;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tlog::key::SecretKey;
use tlog::position::EntryIndex;

const NAME: &str = "独孤某某";
const ADDRESS: &str = "某街 1 号";

fn court() -> SecretKey {
    SecretKey::from_seed(&[5; 32])
}

/// A ledger with a type whose records have a holder and an address beside them.
fn served(name: &str, erase_seconds: u64) -> Server {
    let server = erasure::served(name, erase_seconds);
    let own = |name: &str| json!({"name": name, "title": people::name(), "personal": true});
    let of_type = json!({
        "title": people::name(), "polarity": "negative", "disclosure": "public", "subjects": ["ext"],
        "basis": [{"title": "测试依据"}], "confidence": "V", "fields": [own("holder"), own("address")],
    });
    let adopt = event(13, "catalogue.type_adopted", "steward", "catalogue:type.base.named", of_type);
    append(&server, &seal(&adopt, &[&people::steward()]));
    server
}

/// A record with two fields beside it; as it is sent, and the place of the holder's name.
fn named(n: u64) -> (String, u64) {
    let field = |salt, name: &str, value: &str| DisclosedField::new(&people::salt(salt), name, value);
    let fields = [field(n + 500, "details.holder", NAME), field(n + 600, "details.address", ADDRESS)];
    let mut body = people::negative(&n.to_string());
    body["type"] = "base.named".into();
    body["details"] = json!({});
    let record = people::event_with(n, "record.filed", ("department", SUBJECT), body, &fields);
    let first = fields[0].digest() < fields[1].digest();
    (seal_with(&record, &fields, &[&department()]), u64::from(!first))
}

fn of_fields(n: u64, fields: Value) -> Vec<u8> {
    let body = json!({ "fields": fields, "basis": [{ "instrument": "law.one" }] });
    event(n, "erasure.ordered", "department", SUBJECT, body)
}

fn of_field(n: u64, of: u64, entry: u64, places: &[u64]) -> String {
    let fields = json!([{ "event": id(of).to_string(), "entry": entry, "places": places }]);
    seal(&of_fields(n, fields), &[&department()])
}

/// An event with something else in it than our program would write, signed all the same.
fn altered(event: &[u8], change: &dyn Fn(&mut Value)) -> String {
    let mut event: Value = serde_json::from_slice(event).unwrap();
    change(&mut event);
    seal(event.to_string().as_bytes(), &[&department()])
}

/// The values of the fields that are there of an entry.
fn there(server: &Server, entry: u64) -> Vec<String> {
    let said = server.snapshots.log().entry(EntryIndex::new(entry)).unwrap();
    let text = |one: &Vec<u8>| String::from_utf8(one.clone()).unwrap();
    said.disclosures()
        .iter()
        .map(|one| DisclosedField::parse(&text(one)).unwrap().value().to_owned())
        .collect()
}

fn until(done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What an audit of the folder finds where of one entry these fields are there.
fn audited_with(dir: &Path, at: u64, fields: &dyn Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>) -> Option<AuditFault> {
    let ledger = credit_ledger::ledger::open_to_read(dir, &credit_ledger::progress::Unwatched).unwrap();
    let log = ledger.snapshots.log();
    let (files, origin) = (log.sealed_files().unwrap(), log.checkpoint().checkpoint().origin().clone());
    let given = log.frames(EntryIndex::new(0)).map(|raw| {
        let raw = raw.unwrap();
        let opened = match raw.entry() {
            LogEntry::Clear(_) => None,
            LogEntry::Sealed(entry) => {
                Some(opening_of(files, files.read(entry.index).unwrap(), entry, &origin).unwrap())
            }
        };
        let (opening, there) = opened.unzip();
        let there = there.map(|there| if raw.entry().index().get() == at { fields(there) } else { there });
        GivenEntry { opening, fields: there, ..GivenEntry::blind(raw.into_bytes()) }
    });
    let mut auditor = Auditor::new(Scope::Opened);
    let read = match read_chunk(&origin, EntryIndex::new(0), given.collect::<Vec<_>>()) {
        Ok(read) => read,
        Err(error) => return Some(error.fault),
    };
    for entry in read {
        auditor.absorb(entry).unwrap();
    }
    let judged = auditor.compare(log.checkpoint().checkpoint()).and_then(|()| auditor.account());
    let fault = judged.err().or_else(|| auditor.revived(EntryIndex::new(0)));
    fault.map(|error| {
        assert_eq!(error.index.get(), at);
        error.fault
    })
}

#[test]
fn one_field_goes_alone_and_its_event_stays_as_it_was_signed() {
    let server = served("field", 0);
    let (sent, holder) = named(20);
    let record = append(&server, &sent);
    let (other, _) = named(21);
    let beside = append(&server, &other);
    assert_eq!(there(&server, record).len(), 2);
    let before = server.get(&format!("/v1/entries/{record}")).json();
    append(&server, &of_field(40, 20, record, &[holder]));
    until(|| there(&server, record) == [ADDRESS]);
    assert_eq!(there(&server, beside).len(), 2, "its neighbour has kept both");
    // The event is what it was, and proves itself as it did.
    let after = server.get(&format!("/v1/entries/{record}")).json();
    assert_eq!((&before["event"], &before["entry_hash"]), (&after["event"], &after["entry_hash"]));
    assert_eq!(
        before["opening"], after["opening"],
        "what was given before opens it still, and is given again"
    );
    let again = server.post(JSON, sent);
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!(there(&server, record), [ADDRESS], "what was sent again is not taken in again");

    let governance = server.snapshots.latest().governance.clone();
    let dir = server.stop().closed();
    let report = credit_ledger::audit::audit(&dir, None, &credit_ledger::progress::Unwatched).unwrap();
    assert_eq!(report.counts.erased, 0, "no entry is");
    assert_eq!(audited_with(&dir, record, &|there| there), None);
    // An audit sees what was lost, what came back, and what never was.
    let place = |place: u64| u8::try_from(place).unwrap();
    let lost = audited_with(&dir, beside, &|mut there| {
        there.truncate(1);
        there
    });
    assert_eq!(lost, Some(AuditFault::FieldLost { place: 1 }));
    let lost = audited_with(&dir, record, &|_| Vec::new());
    assert_eq!(lost, Some(AuditFault::FieldLost { place: place(1 - holder) }));
    let kept = DisclosedField::new(&people::salt(520), "details.holder", NAME).text().as_bytes().to_vec();
    let came_back = |mut there: Vec<Vec<u8>>| {
        there.insert(usize::try_from(holder).unwrap(), kept.clone());
        there
    };
    assert_eq!(
        audited_with(&dir, record, &came_back),
        Some(AuditFault::FieldRevived { place: place(holder) })
    );
    let another = |mut there: Vec<Vec<u8>>| {
        there.push(b"another".to_vec());
        there
    };
    assert!(matches!(audited_with(&dir, record, &another), Some(AuditFault::OtherField { .. })));
    // The ledger starts over it, and stands where it stood.
    let ledger = credit_ledger::ledger::open(&dir, &credit_ledger::progress::Unwatched).unwrap();
    assert!(ledger.snapshots.latest().governance == governance);
    let said = ledger.snapshots.log().entry(EntryIndex::new(record)).unwrap();
    assert_eq!(said.disclosures().len(), 1);
    drop(ledger.sequencer);
    ledger.writer.join().unwrap();
}

#[test]
fn an_order_over_fields_names_fields_that_there_are_and_goes_with_their_events_issuer() {
    let server = served("field-orders", 86_400);
    let record = append(&server, &named(20).0);
    let (_, holder) = named(20);
    let refused = |envelope: String| {
        let answer = server.post(JSON, envelope);
        (answer.status, answer.problem())
    };
    let unknown = (422, "unknown-reference".to_owned());
    assert_eq!(refused(of_field(50, 20, record, &[2])), unknown, "no such field");
    assert_eq!(refused(of_field(51, 20, record + 1, &[0])), unknown, "another entry");
    assert_eq!(refused(of_field(52, 99, record, &[0])), unknown, "no such event");
    let one = |places: &[u64]| json!([{ "event": id(20).to_string(), "entry": record, "places": places }]);
    let malformed = |n, fields: Value| {
        altered(&of_fields(n, one(&[0])), &|event| event["body"]["fields"] = fields.clone())
    };
    assert_eq!(refused(malformed(53, json!([]))).0, 400, "nothing");
    assert_eq!(refused(malformed(54, one(&[64]))).0, 400, "a place that no event has");
    assert_eq!(refused(malformed(55, one(&[1, 0]))).0, 400, "not ascending");
    let body = json!({
        "fields": [{ "event": id(20).to_string(), "entry": record, "places": [0] }],
        "basis": [{ "instrument": "law.one" }],
    });
    let second = event(56, "erasure.ordered", "second", SUBJECT, body.clone());
    let second = seal(&second, &[&SecretKey::from_seed(&[8; 32])]);
    assert_eq!(refused(second), (403, "not-the-source".to_owned()));
    let hold = json!({ "target": id(20).to_string(), "reason": "复议", "case": "(2026)1" });
    append(&server, &seal(&event(57, "hold.placed", "court", SUBJECT, hold), &[&court()]));
    assert_eq!(refused(of_field(58, 20, record, &[holder])), (409, "on-hold".to_owned()));
    let release = json!({ "hold": id(57).to_string(), "reason": "复议终结" });
    append(&server, &seal(&event(59, "hold.released", "court", SUBJECT, release), &[&court()]));
    append(&server, &seal(&event(60, "erasure.ordered", "court", SUBJECT, body), &[&court()]));
    assert_eq!(refused(of_field(61, 20, record, &[0])), (409, "already-known".to_owned()));
    // What the ledger says is erased is whole orders, fields as entries.
    let operator = SecretKey::from_seed(&people::operator());
    let says = |n, fields: Value| {
        seal(&event(n, "ledger.erased", "operator", "ledger", json!({ "fields": fields })), &[&operator])
    };
    let not_so = (422, "not-what-was-ordered".to_owned());
    assert_eq!(refused(says(62, json!([{ "entry": record, "places": [0, 1] }]))), not_so);
    assert_eq!(refused(says(63, json!([{ "entry": record, "places": [1] }]))), not_so);
    append(&server, &says(64, json!([{ "entry": record, "places": [0] }])));
    assert_eq!(there(&server, record).len(), 1);
    let place = FieldPlace { entry: EntryIndex::new(record), place: 0 };
    assert!(server.snapshots.latest().governance.erasures.erased().fields.contains(&place));
    assert_eq!(refused(says(65, json!([{ "entry": record, "places": [0] }]))), not_so, "twice");
    server.finish();
}

#[test]
fn an_order_that_was_taken_back_or_that_a_thief_gave_is_not_carried_out() {
    let server = served("field-withdrawn", 86_400);
    let entries = filed(&server);
    append(&server, &order(40, &[20, 21], &entries));
    let taken_back = |n, by: &str, key: &SecretKey, of: u64| {
        let body = json!({ "order": id(of).to_string() });
        seal(&event(n, "erasure.withdrawn", by, SUBJECT, body), &[key])
    };
    let foreign = server.post(JSON, taken_back(41, "second", &SecretKey::from_seed(&[8; 32]), 40));
    assert_eq!((foreign.status, foreign.problem().as_str()), (403, "not-the-source"));
    let wordy = json!({ "order": id(40).to_string() });
    let wordy = event(42, "erasure.withdrawn", "department", SUBJECT, wordy);
    let wordy = altered(&wordy, &|event| event["body"]["reason"] = "某某的姓名".into());
    assert_eq!(server.post(JSON, wordy).status, 400, "it is never erased, so it has no words");
    append(&server, &taken_back(43, "court", &court(), 40));
    let again = server.post(JSON, taken_back(44, "department", &department(), 40));
    assert_eq!((again.status, again.problem().as_str()), (409, "wrong-phase"));
    // What it named can be ordered away anew. A key that was stolen orders it, and is revoked in time.
    let stolen = SecretKey::from_seed(&[33; 32]);
    let registrar = |n, kind, body: Value| {
        seal(&event(n, kind, "registrar", "authority:department", body), &[&people::registrar()])
    };
    let key = stolen.public().to_base64url();
    append(&server, &registrar(45, "authority.key_added", json!({ "key": key })));
    let body = json!({
        "events": [id(20).to_string(), id(21).to_string()], "entries": entries,
        "basis": [{ "instrument": "law.one" }],
    });
    append(&server, &seal(&event(46, "erasure.ordered", "department", SUBJECT, body), &[&stolen]));
    let revoked = json!({
        "key": key, "reason": "compromised", "compromised_since": "2026-01-01T00:00:00+08:00",
    });
    append(&server, &registrar(47, "authority.key_revoked", revoked));
    // A later one about somebody else is.
    let elsewhere = append(&server, &people::penalty(22, OTHER));
    let later = json!({
        "events": [id(22).to_string()], "entries": [elsewhere], "basis": [{ "instrument": "law.one" }],
    });
    append(&server, &seal(&event(48, "erasure.ordered", "department", OTHER, later), &[&department()]));
    let dir = server.stop().closed();
    let run = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
        .args(["erase", "--json", "--dir"])
        .arg(&dir as &Path)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let said: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(said, json!({ "entries": 1, "fields": 0 }));
    let report = credit_ledger::audit::audit(&dir, None, &credit_ledger::progress::Unwatched).unwrap();
    assert_eq!(report.counts.erased, 1);
}

#[test]
fn ids_are_of_one_stream_so_that_nobody_takes_back_anothers_order_or_hold() {
    let server = served("field-ids", 86_400);
    let (one, other) =
        (append(&server, &people::penalty(20, SUBJECT)), append(&server, &people::penalty(20, OTHER)));
    let by =
        |n, kind, subject: &str, body| seal(&event(n, kind, "department", subject, body), &[&department()]);
    let ordering = |entry| json!({ "events": [id(20).to_string()], "entries": [entry], "basis": [{ "instrument": "law.one" }] });
    append(&server, &by(40, "erasure.ordered", SUBJECT, ordering(one)));
    append(&server, &by(40, "erasure.ordered", OTHER, ordering(other)));
    append(&server, &by(41, "erasure.withdrawn", OTHER, json!({ "order": id(40).to_string() })));
    let due = |server: &Server| {
        let latest = server.snapshots.latest();
        let governance = &latest.governance;
        let always = ledger_spec::time::RecordedTime::from_micros(u64::MAX);
        let due = governance.erasures.due(always, &governance.directory);
        due.flatten().map(|one| one.entry().get()).collect::<Vec<_>>()
    };
    assert_eq!(due(&server), [one]);
    // Two holds of one id: the end of one is not the end of the other.
    let hold = json!({ "reason": "调查", "case": "(2026)2", "target": id(20).to_string() });
    let release = json!({ "hold": id(50).to_string(), "reason": "调查终结" });
    append(&server, &by(50, "hold.placed", SUBJECT, hold.clone()));
    append(&server, &by(50, "hold.placed", OTHER, hold));
    append(&server, &by(51, "hold.released", OTHER, release.clone()));
    assert!(due(&server).is_empty());
    append(&server, &by(51, "hold.released", SUBJECT, release));
    assert_eq!(due(&server), [one]);
    server.finish();
}
