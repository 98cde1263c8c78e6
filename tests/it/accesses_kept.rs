//! What stands in an access journal: nothing where it cannot be written, nothing but looks, each by its reader's own key and of
//! the time at which it was taken.

use crate::accesses::{STANDING, by, checkpoint, serve};
use crate::disk_full;
use crate::gate::{FIRM, Read, furnish};
use crate::http_server::{Answer, JSON, Served, Server, state};
use crate::memory_disk::{Failure, MemoryDisk};
use crate::oracles::noon;
use crate::people::{self, department};
use crate::support::Folder;
use crate::writer_faults::{journal_signer, start, start_journal};
use credit_ledger::http::AppState;
use credit_ledger::journal::{AccessJournal, Journal as _, Look, Looking};
use credit_ledger::query::{QueryError, Reading};
use credit_ledger::storage::DiskErrorKind;
use ledger_spec::casefile::{Beyond, Sight};
use ledger_spec::id::{AuthorityId, SubjectId};
use ledger_spec::request::{Purpose, RequestHead, SignedRequest};
use ledger_spec::rule::RequestRule;
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;

#[test]
fn a_full_disk_answers_nothing_that_it_cannot_write_down() {
    for operations in [0, 1, 2, 4, 6, 7] {
        full_after(operations);
    }
}

fn full_after(operations: u64) {
    let (ledger_disk, journal_disk) = (MemoryDisk::new(21), MemoryDisk::new(22));
    let (ledger_index, journal_index) = (Folder::absent("accesses-full"), Folder::absent("accesses-full-2"));
    let (sequencer, writer, snapshots) = start(&ledger_disk, &ledger_index);
    let (looks, journal_writer, accesses) = start_journal(&journal_disk, &journal_index);
    let origin = Origin::parse(journal_signer().name().as_str()).unwrap();
    let journal = AccessJournal::new(looks, accesses.clone(), origin, journal_signer());
    let mut state = state(sequencer, snapshots);
    state.settings.hosts = vec!["t".to_owned()];
    let state =
        AppState { clock: noon, journal: Some(Arc::new(journal)), accesses: Some(accesses.clone()), ..state };
    let served = Served::start(state);
    let address = served.address;
    let own = department();
    let look =
        || disk_full::get(address, STANDING, &by(&own, Purpose::Supervision).fields("GET", STANDING, None));
    assert_eq!(look().status, 200);
    journal_disk.arm(operations, Failure::FromThenOn(DiskErrorKind::Full));
    for _ in 0..2 {
        let refused = look();
        assert_eq!((refused.status, refused.problem()), (503, "not-journalled".to_owned()), "{operations}");
        journal_disk.disarm();
    }
    assert_eq!(disk_full::get(address, STANDING, "").status, 200, "what everybody may know is answered");
    let ready = disk_full::get(address, "/readyz", "");
    assert!(ready.status == 200 && ready.text().contains("access journal: STOPPED"), "{}", ready.text());
    let posted = disk_full::request(address, "POST", "/v1/events", &people::penalty(100, "ext:test:a"));
    assert_eq!(posted.status, 201, "the ledger goes on");
    assert_eq!(accesses.latest().size().get(), 2);
    served.stop();
    writer.join().unwrap();
    assert!(journal_writer.join().is_err());
}

#[test]
fn looks_and_events_each_stand_in_their_own_log() {
    let server = serve("accesses-rules");
    let stated = people::event(
        900,
        "access.read",
        "operator",
        FIRM,
        json!({
            "reader": "department", "request": "\"@method\": GET", "signature": tlog::bytes::to_base64url(&[1; 64]),
            "sight": "shared",
        }),
    );
    let operator = SecretKey::from_seed(&people::operator());
    let answer = server.post(JSON, ledger_spec::event::envelope::seal(&stated, &[&operator]));
    assert_eq!((answer.status, answer.problem()), (422, "not-of-an-access-journal".to_owned()));
    server.finish();
    let (disk, index) = (MemoryDisk::new(23), Folder::absent("accesses-rules-2"));
    let (sequencer, writer, _) = start_journal(&disk, &index);
    let refused = |kind: &str, body: Value| {
        let mut event: Value =
            serde_json::from_slice(&people::event(901, kind, "operator", FIRM, body)).unwrap();
        event["origin"] = journal_signer().name().as_str().into();
        let sealed = ledger_spec::event::envelope::seal(&serde_json::to_vec(&event).unwrap(), &[&operator]);
        let sent = sequencer.submit(vec![people::whole(&sealed)], true).unwrap().blocking_recv().unwrap();
        match &sent.unwrap().outcomes[0] {
            credit_ledger::sequencer::EventOutcome::Refused { refusal, .. } => refusal.rule.id(),
            other => panic!("{other:?}"),
        }
    };
    let signed = |request: &str| {
        json!({
            "reader": "department", "request": request, "sight": "shared",
            "signature": tlog::bytes::to_base64url(&[1; 64]),
        })
    };
    assert_eq!(refused("access.read", signed("\"@method\": GET")), "L31");
    let link = json!({ "identifier": "ext:register:9" });
    assert_eq!(refused("subject.identifier_linked", link), "L30");
    drop(sequencer);
    writer.join().unwrap();
}

/// Whoever keeps the journal can write down what nobody asked, and the list does not tell it.
#[test]
fn a_look_by_another_key_than_its_readers_is_told_to_nobody() {
    let (ledger_disk, journal_disk) = (MemoryDisk::new(24), MemoryDisk::new(25));
    let (ledger_index, journal_index) = (Folder::absent("accesses-key"), Folder::absent("accesses-key-2"));
    let (sequencer, writer, snapshots) = start(&ledger_disk, &ledger_index);
    let (looks, journal_writer, accesses) = start_journal(&journal_disk, &journal_index);
    let origin = Origin::parse(journal_signer().name().as_str()).unwrap();
    let journal = AccessJournal::new(looks, accesses.clone(), origin, journal_signer());
    let own = department();
    let fields = by(&own, Purpose::Supervision).fields("GET", STANDING, None) + "host: t";
    let fields: Vec<_> = fields.lines().map(|line| line.split_once(": ").unwrap()).collect();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let head = RequestHead { method: "GET", path: STANDING, query: None, fields: &fields };
    let request = SignedRequest::parse(&head).unwrap().verify(noon()).unwrap();
    let about = SubjectId::parse(FIRM).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let told = |reader: &str| {
        let (reader, beyond) = (AuthorityId::parse(reader).unwrap(), Beyond::Nothing);
        let (request, about, sight) = (request.clone(), about.clone(), Sight::Shared);
        let look = Look { at: noon(), by: Looking::Authority { reader, request }, about, sight, beyond };
        runtime.block_on(journal.record(&look)).unwrap();
        let (ledger, journal) = (Reading::new(&snapshots), Reading::new(&accesses));
        let viewer = ledger.viewer(Sight::Court, ValidTime::at_recorded(noon()).unwrap());
        let page = ledger.accesses(&journal, &look.about, (None, 9), viewer);
        page.map(|page| page.accesses.len()).map_err(|error| match error {
            QueryError::Look { index, refusal } => (index.get(), refusal.rule),
            other => panic!("{other}"),
        })
    };
    assert_eq!(told("department"), Ok(1));
    assert_eq!(told("steward"), Err((2, RequestRule::KeyEnrolled)));
    drop((journal, sequencer));
    writer.join().unwrap();
    journal_writer.join().unwrap();
}

/// The server's clock, in microseconds after the beginning of its second.
static LATER: AtomicU64 = AtomicU64::new(0);

fn later() -> RecordedTime {
    RecordedTime::from_micros(noon().micros() + LATER.load(Ordering::Relaxed))
}

/// A request is of when it was taken, however late its body comes.
#[test]
fn a_body_that_comes_late_makes_no_look_of_another_time() {
    let dir = Folder::absent("accesses-late");
    let mut founding = people::founding();
    founding.settings.hosts = vec!["t".to_owned()];
    credit_ledger::ledger::create(&dir, &founding).unwrap();
    let server = Server::over_whole(dir, later);
    for envelope in people::setup() {
        assert_eq!(server.post(JSON, envelope).status, 201);
    }
    furnish(&server);
    let (own, body) = (department(), json!({ "subject": FIRM }).to_string());
    let signed = || RecordedTime::from_micros(noon().micros() + 1_000_000);
    let read = Read { clock: signed, ..Read::by(&own, Purpose::Supervision) };
    let fields = read.fields("POST", "/v1/questions/standing", Some(&body));
    let head = format!(
        "POST /v1/questions/standing HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n{fields}\r\n",
        body.len()
    );
    // It expires a minute after it was made, and half a minute later it is of another time.
    LATER.store(90_500_000, Ordering::Relaxed);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    LATER.store(95_000_000, Ordering::Relaxed);
    stream.write_all(body.as_bytes()).unwrap();
    let answer = Answer::read(stream);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(checkpoint(&server).checkpoint().size().get(), 2);
    server.finish();
}
