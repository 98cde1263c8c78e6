//! What is to be erased is erased: from every file, every answer and every copy, and nothing else with it.

use crate::http_server::{JSON, NDJSON, Server};
use crate::people::{self, department, event, id, registrar, steward};
use crate::support::Folder;
use crate::walk;
use crate::witness::Process;
use credit_ledger::audit::{AuditOptions, audit_remote};
use credit_ledger::ledger::OpenLedger;
use credit_ledger::mirror::Mirror;
use credit_ledger::progress::Unwatched;
use credit_ledger::tile_client::TileClient;
use ledger_spec::audit::Scope;
use ledger_spec::event::envelope::seal;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use tlog::key::SecretKey;
use tlog::position::EntryIndex;

pub const SUBJECT: &str = "ext:test:gone";
pub const OTHER: &str = "ext:test:stays";
/// What the record says that goes, and nothing else of the ledger.
pub const WORDS: &str = "测罚字〔2026〕7007号";

fn court() -> SecretKey {
    SecretKey::from_seed(&[5; 32])
}

/// A ledger with an instrument of law, a second department and a court.
pub fn served(name: &str, erase_seconds: u64) -> Server {
    let server = Server::start(name, |settings| settings.erase_seconds = erase_seconds);
    let law = json!({
        "title": people::name(), "level": "law", "confidence": "U",
    });
    let law = seal(
        &event(10, "catalogue.basis_registered", "steward", "catalogue:basis.law.one", law),
        &[&steward()],
    );
    assert_eq!(server.post(JSON, law).status, 201);
    for (n, id, key, role) in
        [(11, "court", court(), "court"), (12, "second", SecretKey::from_seed(&[8; 32]), "department")]
    {
        let body = json!({
            "name": people::name(), "roles": [role], "keys": [key.public().to_base64url()],
            "competence": {"types": ["base.*"], "lists": ["test.*"], "subjects": ["uscc", "ext"]},
        });
        let enrol = seal(
            &event(n, "authority.enrolled", "registrar", &format!("authority:{id}"), body),
            &[&registrar()],
        );
        assert_eq!(server.post(JSON, enrol).status, 201);
    }
    server
}

pub fn signed(n: u64, kind: &str, subject: &str, body: Value) -> String {
    seal(&event(n, kind, "department", subject, body), &[&department()])
}

/// Appends, and says where.
pub fn append(server: &Server, envelope: &str) -> u64 {
    let answer = server.post(JSON, envelope);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["index"].as_u64().unwrap()
}

pub fn order(n: u64, events: &[u64], entries: &[u64]) -> String {
    let events: Vec<_> = events.iter().map(|n| id(*n).to_string()).collect();
    let body = json!({ "events": events, "entries": entries, "basis": [{ "instrument": "law.one" }] });
    signed(n, "erasure.ordered", SUBJECT, body)
}

/// A record with a step on it, which goes with it; the entries that hold them.
pub fn filed(server: &Server) -> [u64; 2] {
    let record = append(server, &signed(20, "record.filed", SUBJECT, people::negative(WORDS)));
    let note = json!({ "record": id(20).to_string(), "statement": "本单位已改正" });
    [record, append(server, &signed(21, "record.annotated", SUBJECT, note))]
}

pub fn erased(server: &Server, entries: &[u64]) {
    let begun = Instant::now();
    let done = || {
        let snapshot = server.snapshots.latest();
        entries.iter().all(|at| snapshot.governance.erasures.is_erased(EntryIndex::new(*at)))
    };
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it is not erased");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The files below a folder that hold these words.
fn holding(folder: &Path, words: &str) -> Vec<String> {
    let files = walk::files(folder, "").into_iter();
    let holds = files.filter(|file| {
        let bytes = std::fs::read(file).unwrap_or_default();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    });
    holds.map(|file| file.display().to_string()).collect()
}

fn client(address: std::net::SocketAddr) -> TileClient {
    TileClient::new(&format!("http://{address}")).unwrap()
}

#[test]
fn what_was_erased_is_nowhere_and_does_not_come_back() {
    let server = served("erasure", 0);
    let before = append(&server, &people::penalty(30, SUBJECT));
    let entries = filed(&server);
    let after = append(&server, &people::penalty(31, SUBJECT));
    let elsewhere = append(&server, &people::penalty(32, OTHER));
    assert_eq!(server.get(&format!("/v1/entries/{}", entries[0])).status, 200);
    append(&server, &order(40, &[20, 21], &entries));
    erased(&server, &entries);

    // To everybody it is as if it had never been there.
    for at in entries {
        assert_eq!(server.get(&format!("/v1/entries/{at}")).status, 404);
        assert_eq!(server.get(&format!("/v1/entries/{at}/raw")).body.len(), 82, "the log is as it was");
    }
    let known = server.snapshots.latest().size().get();
    for known_at in entries[0]..=known {
        let answer =
            server.get(&format!("/v1/subjects/{SUBJECT}/standing?known_at={known_at}&valid_at=2026-06-01"));
        assert!(!answer.text().contains(WORDS) && answer.status == 200, "{}", answer.text());
    }
    let events = server.get(&format!("/v1/subjects/{SUBJECT}/events")).json();
    let shown: Vec<_> =
        events["events"].as_array().unwrap().iter().map(|one| one["index"].as_u64().unwrap()).collect();
    assert_eq!(shown, [after, before], "what else there is of the subject stays");
    assert_eq!(server.get(&format!("/v1/entries/{elsewhere}")).status, 200);
    // The same event sent again is gone to its issuer; who holds no key of the issuer learns nothing.
    let again = server.post(JSON, signed(20, "record.filed", SUBJECT, people::negative(WORDS)));
    assert_eq!((again.status, again.problem().as_str()), (410, "erased"));
    let stranger = event(20, "record.filed", "department", SUBJECT, people::negative(WORDS));
    let stranger = server.post(JSON, seal(&stranger, &[&court()]));
    assert_eq!(stranger.problem(), "key-not-of-issuer");
    // To another authority it is an id that is taken, as if the event were still there.
    let other = event(20, "record.filed", "second", SUBJECT, people::negative(WORDS));
    let other = server.post(JSON, seal(&other, &[&SecretKey::from_seed(&[8; 32])]));
    assert_eq!(
        (other.status, &other.json()["found"]),
        (409, &json!(format!("{}, which another event has", id(20))))
    );
    // All or none: what is gone does not come, and so nothing does.
    let size = server.snapshots.latest().size();
    let gone = signed(20, "record.filed", SUBJECT, people::negative(WORDS));
    let atomic = format!("{}\n{gone}\n", people::penalty(60, SUBJECT));
    let atomic = server.post_to("/v1/events?atomic=true", &format!("content-type: {NDJSON}\r\n"), atomic);
    let statuses: Vec<_> = atomic.lines().iter().filter_map(|line| line.get("status").cloned()).collect();
    assert_eq!(statuses, ["not-attempted", "refused"], "{}", atomic.text());
    assert_eq!(server.snapshots.latest().size(), size);
    // Streams go on over it.
    let next = server.post(JSON, people::penalty(33, SUBJECT));
    assert_eq!((next.status, &next.json()["version"]), (201, &6.into()), "{}", next.text());

    // Whoever audits sees that it is gone, as it was ordered; who sees only the log, that nothing was changed.
    let options = || AuditOptions { vkey: Some(server.vkey.clone()), ..AuditOptions::default() };
    let opened =
        audit_remote(&client(server.address), Some(&server.auditor()), options(), &Unwatched).unwrap();
    assert_eq!((opened.scope, opened.counts.erased), (Scope::Opened, 2));
    let blind = audit_remote(&client(server.address), None, options(), &Unwatched).unwrap();
    assert_eq!((blind.counts.erased, blind.root), (0, opened.root));

    let folder = server.folder().to_owned();
    assert_eq!(holding(&folder, WORDS), Vec::<String>::new());
    let stopped = server.stop();
    assert_eq!(holding(&folder, &id(20).to_string()), Vec::<String>::new());
    stopped.finish();
}

#[test]
fn an_opened_copy_forgets_too_and_a_blind_one_never_knew() {
    let server = served("erasure-copy", 0);
    let entries = filed(&server);
    let (opened, blind) = (Folder::absent("erasure-opened"), Folder::absent("erasure-blind"));
    let copy = |dir: &Path, openings| {
        Mirror::open(dir, client(server.address), openings, server.vkey.clone(), &Unwatched).unwrap()
    };
    let mut opened_copy = copy(&opened, Some(server.auditor()));
    let mut blind_copy = copy(&blind, None);
    for mirror in [&mut opened_copy, &mut blind_copy] {
        mirror.advance(&Unwatched, &mut |_| {}).unwrap();
    }
    let said = opened_copy.snapshots().unwrap().log().entry(EntryIndex::new(entries[0])).unwrap();
    assert!(String::from_utf8_lossy(&said.entry().event).contains(WORDS));
    append(&server, &order(40, &[20, 21], &entries));
    erased(&server, &entries);
    for mirror in [&mut opened_copy, &mut blind_copy] {
        mirror.advance(&Unwatched, &mut |_| {}).unwrap();
    }
    assert!(opened_copy.snapshots().unwrap().log().entry(EntryIndex::new(entries[0])).is_err());
    for (mirror, dir) in [(opened_copy, &opened), (blind_copy, &blind)] {
        mirror.close().unwrap();
        assert_eq!(holding(dir, WORDS), Vec::<String>::new());
        let report = credit_ledger::audit::audit(dir, Some(server.vkey.clone()), &Unwatched).unwrap();
        assert_eq!(report.root, server.snapshots.latest().root());
    }
    // One that is begun afterwards has what is left.
    let late = Folder::absent("erasure-late");
    let mut late_copy = copy(&late, Some(server.auditor()));
    late_copy.advance(&Unwatched, &mut |_| {}).unwrap();
    late_copy.close().unwrap();
    let report = credit_ledger::audit::audit(&late, Some(server.vkey.clone()), &Unwatched).unwrap();
    assert_eq!(report.counts.erased, 2);
    server.finish();
}

#[test]
fn an_order_is_whole_lawful_and_the_sources_own() {
    let server = served("erasure-orders", 86_400);
    let [record, note] = filed(&server);
    let refused = |envelope: String| {
        let answer = server.post(JSON, envelope);
        (answer.status, answer.problem())
    };
    let body = |events: &[u64], entries: &[u64], basis: Value| {
        let events: Vec<_> = events.iter().map(|n| id(*n).to_string()).collect();
        json!({ "events": events, "entries": entries, "basis": basis })
    };
    let law = || json!([{ "instrument": "law.one" }]);
    // Not without what follows it; and what follows it goes only with it, or is the issuer's own.
    assert_eq!(refused(order(50, &[20], &[record])), (422, "erasure-not-whole".to_owned()));
    assert_eq!(refused(order(51, &[20, 21], &[record])), (422, "erasure-not-whole".to_owned()));
    assert_eq!(refused(order(52, &[20, 21], &[record, note + 1])), (422, "unknown-reference".to_owned()));
    assert_eq!(refused(order(53, &[99], &[record])), (422, "unknown-reference".to_owned()));
    let lawless = signed(54, "erasure.ordered", SUBJECT, body(&[20, 21], &[record, note], json!([])));
    assert_eq!(refused(lawless).0, 422);
    // Another department's record is not theirs to take away; a court may.
    let foreign = event(55, "erasure.ordered", "second", SUBJECT, body(&[20, 21], &[record, note], law()));
    let foreign = seal(&foreign, &[&SecretKey::from_seed(&[8; 32])]);
    assert_eq!(refused(foreign), (403, "not-the-source".to_owned()));
    // Under a hold nothing goes.
    let hold = json!({ "target": id(20).to_string(), "reason": "复议", "case": "(2026)1" });
    let held = append(&server, &seal(&event(56, "hold.placed", "court", SUBJECT, hold), &[&court()]));
    let all = [record, note, held];
    assert_eq!(refused(order(57, &[20, 21, 56], &all)), (409, "on-hold".to_owned()));
    let release = json!({ "hold": id(56).to_string(), "reason": "复议终结" });
    let released =
        append(&server, &seal(&event(58, "hold.released", "court", SUBJECT, release), &[&court()]));
    append(&server, &order(59, &[20, 21, 56, 58], &[record, note, held, released]));
    assert_eq!(
        refused(order(60, &[20, 21, 56, 58], &[record, note, held, released])),
        (409, "already-known".to_owned())
    );
    // What the ledger says is erased is what was ordered, whoever signs it.
    let operator = SecretKey::from_seed(&people::operator());
    let says = |n, entries: &[u64]| {
        let body = json!({ "entries": entries });
        seal(&event(n, "ledger.erased", "operator", "ledger", body), &[&operator])
    };
    assert_eq!(refused(says(70, &[record])), (422, "not-what-was-ordered".to_owned()));
    assert_eq!(
        refused(says(71, &[0, record, note, held, released])),
        (422, "not-what-was-ordered".to_owned())
    );
    assert_eq!(refused(says(72, &[record, note, held, 100_000])), (422, "not-what-was-ordered".to_owned()));
    assert_eq!(
        refused(seal(
            &event(73, "ledger.erased", "department", "ledger", json!({"entries": [record]})),
            &[&department()]
        ))
        .1,
        "role-not-entitled"
    );
    // Until it is due nothing is erased; a court that hears of it in time keeps it.
    assert_eq!(server.get(&format!("/v1/entries/{record}")).status, 200);
    let all = [record, note, held, released];
    let hold = json!({ "reason": "调查", "case": "(2026)2" });
    append(&server, &seal(&event(80, "hold.placed", "court", SUBJECT, hold), &[&court()]));
    let of_record = json!({ "target": id(20).to_string(), "reason": "调查", "case": "(2026)3" });
    append(&server, &seal(&event(81, "hold.placed", "court", SUBJECT, of_record), &[&court()]));
    assert_eq!(refused(says(82, &all)), (422, "not-what-was-ordered".to_owned()));
    for (n, hold) in [(83, 80), (84, 81)] {
        assert_eq!(refused(says(90 + n, &all)), (422, "not-what-was-ordered".to_owned()));
        let release = json!({ "hold": id(hold).to_string(), "reason": "调查终结" });
        append(&server, &seal(&event(n, "hold.released", "court", SUBJECT, release), &[&court()]));
    }
    append(&server, &says(85, &all));
    erased(&server, &all);
    assert_eq!(server.get(&format!("/v1/entries/{record}")).status, 404);
    server.finish();
}

#[test]
fn what_cannot_be_erased_is_not_said_to_be() {
    let server = served("erasure-unfit", 86_400);
    append(&server, &people::penalty(30, SUBJECT));
    let entries = filed(&server);
    append(&server, &order(40, &[20, 21], &entries));
    let dir = server.stop().closed();
    let OpenLedger { sequencer, writer, keeper, lock, snapshots, erasing, .. } =
        credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    let fails = || erasing.ordered(&snapshots).map(|event| event.is_some());

    // Beside what is to go lies something damaged.
    let body = walk::files(&dir, ".body").into_iter().next().unwrap();
    let whole = std::fs::read(&body).unwrap();
    let mut damaged = whole.clone();
    damaged[100] ^= 1;
    std::fs::write(&body, damaged).unwrap();
    assert!(fails().unwrap_err().to_string().contains(".body"));
    std::fs::write(&body, whole).unwrap();
    // The master key cannot be replaced.
    let next = dir.with_file_name("folder.master.key.next");
    std::fs::create_dir(&next).unwrap();
    assert!(fails().unwrap_err().to_string().contains("master.key.next"));
    std::fs::remove_dir(&next).unwrap();
    assert!(fails().unwrap(), "it can be, after all");
    assert!(!next.exists());

    drop(sequencer);
    writer.join().unwrap();
    drop((keeper, lock));
    assert_eq!(credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap().counts.erased, 0);
}

#[test]
fn a_copy_of_the_folder_does_not_replace_the_key_that_the_first_one_needs() {
    let server = served("erasure-rehearsal", 86_400);
    let entries = filed(&server);
    append(&server, &order(40, &[20, 21], &entries));
    let dir = server.stop().closed();
    let copy = dir.with_file_name("rehearsal");
    for file in walk::files(&dir, "") {
        let to = copy.join(file.strip_prefix(&dir as &Path).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&file, to).unwrap();
    }
    let run = |dir: &Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
        command.arg("erase").arg("--dir").arg(dir).output().unwrap()
    };
    let refused = run(&copy);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("folder.master.key.of says that it is the key of"), "{told}");
    let done = run(&dir);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap().counts.erased, 2);
}

#[test]
fn an_erasure_that_a_start_could_not_finish_is_seen_by_whoever_watches() {
    let server = served("erasure-unfinished", 86_400);
    let entries = filed(&server);
    append(&server, &order(40, &[20, 21], &entries));
    let dir = server.stop().closed();
    let (half, key) = (dir.with_file_name("half"), dir.with_file_name("folder.master.key"));
    let copied = |part: &str| {
        for file in walk::files(&dir.join(part), "") {
            let to = half.join(file.strip_prefix(&dir as &Path).unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(&file, to).unwrap();
        }
    };
    copied("");
    // Files alone were copied, and of no look is there any yet.
    std::fs::create_dir_all(half.join("access/sealed")).unwrap();
    let before = std::fs::read(&key).unwrap();
    let program = || std::process::Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
    assert!(program().arg("erase").arg("--dir").arg(&dir as &Path).output().unwrap().status.success());
    // The log says that it is erased, what opens it is there as before, and the key is not this folder's to replace.
    for part in ["log", "tree"] {
        copied(part);
    }
    std::fs::copy(dir.join("checkpoint"), half.join("checkpoint")).unwrap();
    std::fs::write(&key, before).unwrap();
    let serve =
        |dir: &Path| Process::start(&["serve", "--dir", dir.to_str().unwrap(), "--listen", "127.0.0.1:0"], 1);
    let served = serve(&half);
    let (status, ready) = served.get("/readyz");
    assert!(status == 200 && ready.contains("erasure: UNFINISHED"), "{ready}");
    assert!(served.get("/metrics").1.contains("credit_ledger_erasure_unfinished 1"));
    assert_eq!(served.get(&format!("/v1/entries/{}", entries[0])).0, 404, "nobody is told of it");
    served.kill();
    // Once the key is its own, the next start finishes it and says nothing any more.
    std::fs::write(
        dir.with_file_name("folder.master.key.of"),
        half.canonicalize().unwrap().to_str().unwrap(),
    )
    .unwrap();
    let served = serve(&half);
    assert_eq!(served.get("/readyz"), (200, "ready\n".to_owned()));
    assert!(served.get("/metrics").1.contains("credit_ledger_erasure_unfinished 0"));
    served.kill();
    assert_eq!(credit_ledger::audit::audit(&half, None, &Unwatched).unwrap().counts.erased, 2);
}

#[test]
fn a_hold_that_was_erased_itself_is_no_riddle_to_who_comes_later() {
    let server = served("erasure-holds", 86_400);
    let entries = filed(&server);
    let elsewhere = append(&server, &signed(22, "record.filed", OTHER, people::negative("another")));
    append(&server, &order(40, &[20, 21], &entries));
    let by_court = |n, kind, body| seal(&event(n, kind, "court", SUBJECT, body), &[&court()]);
    let hold = json!({ "reason": "调查", "case": "(2026)2" });
    let held = append(&server, &by_court(41, "hold.placed", hold));
    // While it stands a later order about somebody else is carried out.
    let basis = json!([{ "instrument": "law.one" }]);
    let later = json!({ "events": [id(22).to_string()], "entries": [elsewhere], "basis": basis });
    append(&server, &signed(42, "erasure.ordered", OTHER, later));
    let operator = SecretKey::from_seed(&people::operator());
    let says = |n, entries: &[u64]| {
        let body = json!({ "entries": entries });
        seal(&event(n, "ledger.erased", "operator", "ledger", body), &[&operator])
    };
    append(&server, &says(43, &[elsewhere]));
    // Then it is released, and goes with its release.
    let release = json!({ "hold": id(41).to_string(), "reason": "调查终结" });
    let released = append(&server, &by_court(44, "hold.released", release));
    let both = [id(41), id(44)].map(|id| id.to_string());
    let order = json!({ "events": both, "entries": [held, released], "basis": basis });
    append(&server, &by_court(45, "erasure.ordered", order));
    let all = [entries[0], entries[1], held, released];
    append(&server, &says(46, &all));
    erased(&server, &all);

    // Whoever did not see the hold is not told why an order was passed over, and does not take that for a cheat.
    let options = AuditOptions { vkey: Some(server.vkey.clone()), ..AuditOptions::default() };
    let openings = server.auditor();
    let audited = audit_remote(&client(server.address), Some(&openings), options, &Unwatched).unwrap();
    assert_eq!((audited.scope, audited.counts.erased), (Scope::Opened, 5));
    let governance = server.snapshots.latest().governance.clone();
    let dir = server.stop().closed();
    assert_eq!(credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap().counts.erased, 5);
    // The ledger starts, with its index and without, and stands where it stood.
    for rebuild in [false, true] {
        if rebuild {
            std::fs::remove_dir_all(dir.join("index")).unwrap();
        }
        let OpenLedger { sequencer, writer, keeper, lock, snapshots, .. } =
            credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
        assert!(snapshots.latest().governance == governance);
        drop(sequencer);
        writer.join().unwrap();
        drop((keeper, lock));
    }
}
