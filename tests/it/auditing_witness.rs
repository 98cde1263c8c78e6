//! An auditing witness: it cosigns what it has opened, verified and admitted, with nothing unexplained, and else nothing.

use crate::erasure::{erased, filed, order, served};
use crate::front::Front;
use crate::http_server::{JSON, Server};
use crate::people;
use crate::support::Folder;
use crate::witness::{Process, append, ledger_by, serve};
use std::path::Path;
use tlog::checkpoint::SignedCheckpoint;
use tlog::cosignature::CosignerKey;
use tlog::merkle::ConsistencyProof;
use tlog::note::{KeyName, NoteSigner};
use tlog::position::TreeSize;
use tlog::witness::{AddCheckpoint, folder_of};

const NAME: &str = "office.example/auditing";

/// An auditing witness of the ledger whose tiles and openings are at these URLs.
fn auditing(dir: &Path, vkey: &str, url: &str, openings: &str) -> Process {
    std::fs::create_dir_all(dir).unwrap();
    people::as_auditor(dir);
    let (dir, key) = (dir.to_str().unwrap(), dir.join("auditor.key"));
    let named = ["witness", "--dir", dir, "--name", NAME, "--log", vkey, "--listen", "127.0.0.1:0"];
    let opened = ["--opened", "--url", url, "--openings", openings];
    let auditor = ["--auditor-key", key.to_str().unwrap(), "--case", "2026-1"];
    Process::start(&[&named[..], &opened, &auditor].concat(), 2)
}

pub fn of(server: &Server, dir: &Path) -> Process {
    let url = format!("http://{}", server.address);
    auditing(dir, &server.vkey.to_string(), &url, &url)
}

/// A request for what the server publishes now, from the size that was cosigned last.
pub fn request(server: &Server, old: u64) -> String {
    let (old, latest) = (TreeSize::new(old), server.snapshots.latest());
    let proof = match old {
        TreeSize::EMPTY => ConsistencyProof::from_hashes(Vec::new()).unwrap(),
        old => server.snapshots.log().consistency_proof(old, latest.size()).unwrap(),
    };
    AddCheckpoint { old, proof, note: latest.checkpoint.note().clone() }.to_string()
}

pub fn add(witness: &Process, request: &str) -> (u16, String) {
    witness.request("POST /add-checkpoint", request)
}

/// The host by which a ledger's server is asked that stands behind this.
fn host_of(front: &Front) -> String {
    front.url.strip_prefix("http://").unwrap().to_owned()
}

fn file(server: &Server, n: u64) {
    assert_eq!(server.post(JSON, people::penalty(n, "ext:test:a")).status, 201);
}

#[test]
fn a_policy_can_demand_what_was_opened_and_admitted() {
    let root = Folder::new("auditing");
    let operator = NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator());
    let vkey = operator.verifier_key();
    let (log, openings, folder) = (Front::open(), Front::open(), root.join("w"));
    let witness = auditing(&folder, &vkey.to_string(), &log.url, &openings.url);
    let key = CosignerKey::parse(&witness.said).unwrap();
    let policy = format!("log {vkey}\nwitness w {} {}\nquorum w\n", witness.said, witness.url);
    let dir = root.join("ledger");
    ledger_by(&dir, &policy, |settings| settings.hosts = vec![host_of(&openings)]);
    let ledger = serve(&dir);
    let address = |url: &str| url.strip_prefix("http://").unwrap().parse().unwrap();
    for envelope in people::setup() {
        append(&ledger, &envelope);
    }
    // While what opens the entries is not to be had, nothing is cosigned, and so nothing meets the policy.
    log.stand_before(address(&ledger.url));
    ledger.until("/readyz", |_, body| body.contains("failing: status 503"));
    assert_eq!(ledger.get("/checkpoint/witnessed").0, 404);
    openings.stand_before(address(&ledger.url));
    let covers =
        |size: u64| move |status: u16, body: &str| status == 200 && body.contains(&format!("\n{size}\n"));
    let witnessed = ledger.until("/checkpoint/witnessed", covers(5));
    let signed = SignedCheckpoint::verify(witnessed.as_bytes(), &vkey).unwrap();
    assert!(key.time_of(signed.note()).unwrap().is_some());
    append(&ledger, &people::penalty(1, "ext:test:a"));
    ledger.until("/checkpoint/witnessed", covers(6));
    drop((ledger, witness));
    // The copy is a ledger's folder that opens everything.
    let report =
        credit_ledger::audit::audit(&folder.join("opened"), Some(vkey), &credit_ledger::progress::Unwatched);
    let report = report.unwrap();
    assert_eq!((report.scope.name(), report.size.get()), ("opened", 6));
}

#[test]
fn what_is_not_audited_yet_is_cosigned_later_and_of_many_at_once_one() {
    let server = Server::start("auditing-behind", |_| {});
    let root = Folder::new("auditing-behind-w");
    let (log, openings) = (Front::to(server.address), format!("http://{}", server.address));
    let vkey = server.vkey.to_string();
    let witness = auditing(&root, &vkey, &log.url, &openings);
    let first = request(&server, 0);
    assert_eq!(add(&witness, &first).0, 200);
    // The ledger shows an old checkpoint: what goes beyond it was not opened here.
    log.pin("/checkpoint", Some(server.snapshots.latest().checkpoint_text()));
    file(&server, 1);
    let second = request(&server, 5);
    let (status, said) = add(&witness, &second);
    assert_eq!((status, said.trim_end()), (503, "this witness has not audited so far yet: 5 entries of 6"));
    // The memory rules what goes on from what, as of any witness.
    assert_eq!(add(&witness, &first), (409, "5\n".to_owned()));
    log.pin("/checkpoint", None);
    // Killed, not stopped: memory and copy are what they were.
    witness.kill();
    let witness = auditing(&root, &vkey, &log.url, &openings);
    file(&server, 2);
    let third = request(&server, 5);
    let statuses = std::thread::scope(|scope| {
        let witness = &witness;
        let asked = [&second, &third, &second, &third, &second, &third]
            .map(|request| scope.spawn(move || add(witness, request).0));
        asked.into_iter().map(|asked| asked.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
    drop(witness);
    server.finish();
}

#[test]
fn what_was_erased_before_it_was_opened_is_cosigned_with_what_says_so() {
    let server = served("auditing-erased", 0);
    let entries = filed(&server);
    let before = (request(&server, 0), server.snapshots.latest().checkpoint_text());
    crate::erasure::append(&server, &order(40, &[20, 21], &entries));
    erased(&server, &entries);
    let root = Folder::new("auditing-erased-w");
    let witness = of(&server, &root.join("late"));
    let after = request(&server, 0);
    let size = server.snapshots.latest().size();
    // Whoever has seen what is left of an entry vouches for no checkpoint that does not say why.
    let (status, said) = add(&witness, &before.0);
    assert_eq!(status, 503);
    assert!(said.contains(&format!("is explained by a checkpoint over {size}")), "{said}");
    assert_eq!(add(&witness, &after).0, 200);
    // What opens it is gone, and the checkpoint that says so comes a moment later: that is waited for.
    let log = Front::to(server.address);
    log.show_first([before.1.clone(), before.1]);
    let openings = format!("http://{}", server.address);
    let waiting = auditing(&root.join("waiting"), &server.vkey.to_string(), &log.url, &openings);
    assert_eq!(add(&waiting, &after).0, 200);
    assert!(!root.join("waiting/audit.fault").exists());
    drop((witness, waiting));
    server.finish();
}

#[test]
fn what_is_lost_without_a_word_is_never_cosigned_and_that_is_remembered() {
    let server = served("auditing-lost", 0);
    let entries = filed(&server);
    let note = server.snapshots.latest().checkpoint_text();
    let before = request(&server, 0);
    crate::erasure::append(&server, &order(40, &[20, 21], &entries));
    erased(&server, &entries);
    let root = Folder::new("auditing-lost-w");
    let (log, openings) = (Front::to(server.address), format!("http://{}", server.address));
    // What opens an entry is gone, and nothing that is shown says that it was erased.
    log.pin("/checkpoint", Some(note));
    let vkey = server.vkey.to_string();
    let start = || auditing(&root, &vkey, &log.url, &openings);
    let witness = start();
    let refused = |witness: &Process, request: &str| {
        let (status, said) = add(witness, request);
        assert_eq!(status, 422, "{said}");
        let expected = format!("the audit found a fault at entry {}", entries[0]);
        assert!(said.starts_with(&expected) && !said.contains("ext:test"), "{said}");
    };
    refused(&witness, &before);
    let path = format!("/{}/checkpoint", folder_of(server.vkey.name().as_str()));
    assert_eq!(witness.get(&path).0, 404, "nothing was cosigned");
    let kept = std::fs::read_dir(root.join("opened/evidence")).unwrap().next().unwrap().unwrap().path();
    assert!(kept.join("fault.txt").exists() && kept.join("checkpoint").exists());
    // Neither time nor a restart makes it right, whatever the ledger shows then.
    log.pin("/checkpoint", None);
    let after = request(&server, 0);
    refused(&witness, &after);
    drop(witness);
    let witness = start();
    refused(&witness, &after);
    assert_eq!(witness.get(&path).0, 404);
    drop(witness);
    // Whoever has looked into it takes the file away.
    std::fs::remove_file(root.join("audit.fault")).unwrap();
    let witness = start();
    assert_eq!(add(&witness, &after).0, 200);
    drop(witness);
    server.finish();
}

#[test]
fn one_log_is_audited_and_who_opens_it_is_given() {
    let root = Folder::new("auditing-usage");
    let key = |seed| NoteSigner::from_seed(KeyName::parse("log.example/l").unwrap(), &[seed; 32]);
    let [one, other] = [key(1), key(2)].map(|key| key.verifier_key().to_string());
    let url = "http://127.0.0.1:1";
    let given: [&[&str]; 4] = [
        &["--opened", "--url", url],
        &["--opened", "--openings", url],
        &["--url", url],
        &["--opened", "--url", url, "--openings", url, "--log", &other],
    ];
    for given in given {
        let named = ["witness", "--dir", "w", "--name", NAME, "--log", &one, "--listen", "127.0.0.1:0"];
        let ran = std::process::Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
            .args([&named[..], given].concat())
            .current_dir(&root)
            .output()
            .unwrap();
        assert_eq!(ran.status.code(), Some(2), "{given:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn of_very_many_at_once_some_wait_the_rest_come_again_and_one_is_cosigned() {
    const MANY: usize = 60;
    let openings = Front::open();
    let server = Server::start("auditing-many", |settings| settings.hosts = vec![host_of(&openings)]);
    let root = Folder::new("auditing-many-w");
    // What opens the entries is not to be had, and so the audit stands still.
    let log = Front::to(server.address);
    let vkey = server.vkey.to_string();
    let witness = auditing(&root, &vkey, &log.url, &openings.url);
    let first = request(&server, 0);
    file(&server, 1);
    let second = request(&server, 0);
    let at_once = |witness: &Process| {
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..MANY)
                .map(|n| if n % 2 == 0 { &first } else { &second })
                .map(|request| scope.spawn(move || add(witness, request)))
                .collect();
            asked.into_iter().map(|asked| asked.join().unwrap()).collect::<Vec<_>>()
        })
    };
    let answers = at_once(&witness);
    assert!(answers.iter().all(|(status, _)| *status == 503), "{answers:?}");
    // Sixteen wait beside the one that is looked at. A look in vain takes seconds, so few find room after another.
    let turned_away = answers.iter().filter(|(_, said)| said.starts_with("as many as may wait")).count();
    assert!(turned_away >= MANY / 3, "{turned_away} of {answers:?}");
    let path = format!("/{}/checkpoint", folder_of(server.vkey.name().as_str()));
    assert_eq!(witness.get(&path).0, 404, "nothing was cosigned");
    // Now it goes on; of all that ask at once one is the first, and the others are told what it was about.
    openings.stand_before(server.address);
    let mut cosigned = Vec::new();
    while cosigned.is_empty() {
        let answers = at_once(&witness);
        cosigned.extend(answers.iter().filter(|(status, _)| *status == 200).cloned());
        assert!(answers.iter().all(|(status, _)| matches!(status, 200 | 409 | 503)), "{answers:?}");
    }
    assert_eq!(cosigned.len(), 1, "{cosigned:?}");
    let last = witness.get(&path).1;
    let (signed, key) = (
        SignedCheckpoint::verify(last.as_bytes(), &server.vkey).unwrap(),
        CosignerKey::parse(&witness.said).unwrap(),
    );
    assert!(key.time_of(signed.note()).unwrap().is_some());
    let size = signed.checkpoint().size();
    assert!(last.ends_with(&cosigned[0].1), "{last}: {cosigned:?}");
    for (status, said) in at_once(&witness) {
        assert!(status == 503 || (status, said.as_str()) == (409, format!("{size}\n").as_str()), "{said}");
    }
    witness.kill();
    // The copy is whole, whatever was asked of it at once.
    let report = credit_ledger::audit::audit(
        &root.join("opened"),
        Some(server.vkey.clone()),
        &credit_ledger::progress::Unwatched,
    );
    assert_eq!(report.unwrap().size, server.snapshots.latest().size());
    server.finish();
}
