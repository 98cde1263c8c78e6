//! Auditors and followers who see a ledger over HTTP alone: everything verified, interruptions survived,
//! contradictions stopped at and kept.

use crate::http_server::{NDJSON, Server};
use crate::people;
use crate::support::Folder;
use credit_ledger::audit::{AuditFailure, AuditOptions, AuditReport, RemoteFault, audit_remote};
use credit_ledger::mirror::{Mirror, MirrorError, MirrorStep};
use credit_ledger::progress::Unwatched;
use credit_ledger::tile_client::TileClient;
use ledger_spec::id::SubjectStream;
use std::time::Duration;
use tlog::position::TreeSize;

fn fill(server: &Server, numbers: std::ops::Range<u64>) {
    for start in numbers.clone().step_by(500) {
        let end = numbers.end.min(start + 500);
        let body: String =
            (start..end).map(|n| people::penalty(n, &format!("ext:test:{n}")) + "\n").collect();
        let answer = server.post(NDJSON, body);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

fn folder(name: &str) -> Folder {
    Folder::absent(name)
}

fn remote(server: &Server) -> TileClient {
    TileClient::new(&format!("http://{}", server.address)).unwrap()
}

fn openings(server: &Server) -> TileClient {
    server.auditor()
}

/// A follower who is given what opens the entries.
fn follower(server: &Server, dir: &std::path::Path) -> Mirror {
    Mirror::open(dir, remote(server), Some(openings(server)), server.vkey.clone(), &Unwatched).unwrap()
}

fn audited(server: &Server, options: AuditOptions) -> Result<AuditReport, AuditFailure> {
    audit_remote(&remote(server), Some(&openings(server)), options, &Unwatched)
}

fn advance(follower: &mut Mirror) -> Result<MirrorStep, MirrorError> {
    follower.advance(&Unwatched, &mut |_| {})
}

#[test]
fn an_audit_over_http_says_what_an_audit_of_the_folder_says_and_goes_on_from_an_earlier_one() {
    let server = Server::start("remote-audit", |_| {});
    fill(&server, 0..700);
    let options = || AuditOptions { vkey: Some(server.vkey.clone()), ..AuditOptions::default() };
    let first = audited(&server, options()).unwrap();
    assert_eq!((first.size, first.counts.known, first.counts.admitted), (TreeSize::new(705), 0, 705));
    assert_eq!(first.counts.signatures, 705);
    let by: Vec<_> = first.counts.authorities.iter().map(|(id, n)| (id.as_str().to_owned(), *n)).collect();
    assert_eq!(by.iter().map(|(_, n)| n).sum::<u64>(), 705);
    assert!(by.contains(&("department".to_owned(), 700)), "{by:?}");
    fill(&server, 700..1_000);
    let known = AuditOptions { known: Some(first.checkpoint.to_string().into()), ..options() };
    let second = audited(&server, known.clone()).unwrap();
    assert_eq!((second.size, second.counts.known, second.counts.admitted), (TreeSize::new(1_005), 705, 300));
    // Without a key, the one that entry 0 names is used, and the report says so.
    let unkeyed = audited(&server, AuditOptions::default()).unwrap();
    assert!(!unkeyed.key_given && unkeyed.root == second.root);
    server.finish();
    // The same earlier checkpoint is not another ledger's.
    let other = Server::start("remote-audit-other", |_| {});
    fill(&other, 0..800);
    let failure = audited(&other, known).unwrap_err();
    assert!(failure.to_string().contains("the checkpoint says"), "{failure}");
    other.finish();
}

#[test]
fn a_follower_has_the_same_bytes_and_shows_them_and_goes_on_after_a_break() {
    let server = Server::start("follow", |_| {});
    fill(&server, 0..600);
    let dir = folder("whole");
    let mut copy = follower(&server, &dir);
    assert_eq!(
        advance(&mut copy).unwrap(),
        MirrorStep::Advanced { from: TreeSize::new(0), to: TreeSize::new(605) }
    );
    assert_eq!(advance(&mut copy).unwrap(), MirrorStep::Nothing);
    // Dropped without being closed, as when it is killed.
    drop(copy);
    fill(&server, 600..1_300);
    let mut seen = Vec::new();
    let mut copy = follower(&server, &dir);
    assert_eq!(copy.snapshots().unwrap().latest().size(), TreeSize::new(605));
    let step = copy.advance(&Unwatched, &mut |entry| seen.push(entry.header().index.get())).unwrap();
    assert_eq!(step, MirrorStep::Advanced { from: TreeSize::new(605), to: TreeSize::new(1_305) });
    assert_eq!(seen, (605..1_305).collect::<Vec<_>>());
    let snapshots = copy.snapshots().unwrap();
    assert_eq!(snapshots.latest().checkpoint_text(), server.snapshots.latest().checkpoint_text());
    for index in (0..1_305).step_by(97).map(tlog::position::EntryIndex::new) {
        assert_eq!(
            snapshots.log().entry(index).unwrap().bytes(),
            server.snapshots.log().entry(index).unwrap().bytes()
        );
    }
    copy.close().unwrap();
    let report = credit_ledger::audit::audit(&dir, Some(server.vkey.clone()), &Unwatched).unwrap();
    assert_eq!(report.root, server.snapshots.latest().root());
    assert_eq!(server.finish(), 1_305);
}

#[test]
fn a_copy_that_holds_more_than_its_checkpoint_covers_shows_what_that_covers() {
    let server = Server::start("follow-more", |_| {});
    fill(&server, 0..300);
    let dir = folder("more");
    let mut copy = follower(&server, &dir);
    advance(&mut copy).unwrap();
    copy.close().unwrap();
    let older = std::fs::read(dir.join("checkpoint")).unwrap();
    fill(&server, 300..700);
    let mut copy = follower(&server, &dir);
    advance(&mut copy).unwrap();
    copy.close().unwrap();
    // As a walk leaves it that broke off after it had stored everything.
    std::fs::write(dir.join("checkpoint"), older).unwrap();
    let mut copy = follower(&server, &dir);
    let snapshots = copy.snapshots().unwrap();
    let published = snapshots.latest();
    assert_eq!((published.size(), published.end.size), (TreeSize::new(305), TreeSize::new(305)));
    for (subject, events) in [("ext:test:100", 1), ("ext:test:299", 1), ("ext:test:300", 0)] {
        let subject = SubjectStream::parse(subject).unwrap();
        let directory = &published.governance.directory;
        let file = snapshots.streams().file(&subject, published.size(), directory).unwrap();
        assert_eq!(file.len(), events, "{subject}");
    }
    let covered = snapshots.case_files().wait_for(published.size(), Duration::from_secs(60));
    assert_eq!(covered, published.size());
    // What is stored is only shown now; nothing of it is fetched again.
    let (stored, whole) = (TreeSize::new(705), TreeSize::new(705));
    assert_eq!(advance(&mut copy).unwrap(), MirrorStep::Advanced { from: stored, to: whole });
    assert_eq!(snapshots.latest().size(), whole);
    let (subject, now) = (SubjectStream::parse("ext:test:300").unwrap(), snapshots.latest());
    let file = snapshots.streams().file(&subject, now.size(), &now.governance.directory).unwrap();
    assert_eq!(file.len(), 1);
    copy.close().unwrap();
    credit_ledger::audit::audit(&dir, Some(server.vkey.clone()), &Unwatched).unwrap();
    server.finish();
}

#[test]
fn two_histories_under_one_name_are_a_contradiction_that_is_kept() {
    let first = Server::start("fork-a", |_| {});
    let second = Server::start("fork-b", |_| {});
    fill(&first, 0..300);
    fill(&second, 1_000..1_400);
    let dir = folder("fork");
    let mut copy = follower(&first, &dir);
    advance(&mut copy).unwrap();
    drop(copy);
    for (more, expected) in [(None, "not of one history"), (Some(1_400..1_500), "not of one history")] {
        if let Some(more) = more {
            fill(&second, more);
        }
        let mut copy = follower(&second, &dir);
        let Err(MirrorError::Fault { fault, evidence }) = advance(&mut copy) else { panic!("taken") };
        assert!(fault.to_string().contains(expected), "{fault}");
        for name in ["older.checkpoint", "newer.checkpoint", "fault.txt"] {
            assert!(evidence.join(name).exists(), "{name}");
        }
        assert_eq!(copy.snapshots().unwrap().latest().size(), TreeSize::new(305), "what was right stays");
    }
    first.finish();
    second.finish();
}

#[test]
fn a_log_that_shows_less_than_it_had_signed_is_behind_and_a_key_of_the_same_name_is_another() {
    let server = Server::start("behind", |_| {});
    fill(&server, 0..20);
    let old = folder("behind-copy");
    let mut copy = follower(&server, &old);
    advance(&mut copy).unwrap();
    // A second copy goes on, then sees what the first still shows.
    fill(&server, 20..40);
    let dir = folder("behind");
    let mut ahead = follower(&server, &dir);
    advance(&mut ahead).unwrap();
    drop(ahead);
    let state = credit_ledger::http::AppState {
        sequencer: None,
        snapshots: copy.snapshots().unwrap(),
        settings: copy.settings().clone(),
        vkey: copy.vkey().clone(),
        identities: None,
        clock: credit_ledger::clock::now,
        erasing: None,
        journal: None,
        accesses: None,
        witnesses: None,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(credit_ledger::server::serve_ledger(listener, state, std::future::pending()));
    let stale = || TileClient::new(&format!("http://{address}")).unwrap();
    let mut ahead =
        Mirror::open(&dir, stale(), Some(openings(&server)), server.vkey.clone(), &Unwatched).unwrap();
    let Ok(MirrorStep::Behind(fault)) = advance(&mut ahead) else { panic!("not behind") };
    assert!(matches!(*fault, RemoteFault::Dropped { .. }), "{fault}");
    drop(ahead);
    // The copy answers like the ledger, but takes nothing.
    let mut other = server.address;
    other.set_port(address.port());
    let append = Server::post_at(other, "application/json", people::penalty(99, "ext:test:99"));
    assert_eq!((append.status, append.problem().as_str()), (403, "copy"));
    let name = server.vkey.name().clone();
    let stranger = tlog::note::NoteSigner::from_seed(name, &[9; 32]).verifier_key();
    let fresh = folder("behind-stranger");
    let mut refused = Mirror::open(&fresh, stale(), None, stranger, &Unwatched).unwrap();
    let Err(MirrorError::Fault { fault, .. }) = advance(&mut refused) else { panic!("taken") };
    assert!(fault.to_string().contains("checkpoint"), "{fault}");
    drop(runtime);
    server.finish();
}
