//! A full disk as a department meets it: 507 over HTTP, reads that go on, and nothing lost.

use crate::http_server::{Answer, JSON, Served, state};
use crate::memory_disk::{Failure, MemoryDisk};
use crate::people;
use crate::support::Folder;
use crate::writer_faults::{recovered, start};
use credit_ledger::sequencer::Appended;
use credit_ledger::storage::DiskErrorKind;
use ledger_spec::entry::StreamVersion;
use ledger_spec::time::RecordedTime;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use tlog::bytes::from_hex;
use tlog::hash::TreeHash;
use tlog::position::EntryIndex;

pub fn request(address: SocketAddr, method: &str, path: &str, body: &str) -> Answer {
    let length = body.len();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-type: {JSON}\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
    Answer::read(stream)
}

/// A question, with further lines of its head.
pub fn get(address: SocketAddr, path: &str, fields: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n{fields}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    Answer::read(stream)
}

/// What fails first: the writes of body, link and slots, a sync of theirs, and what follows of the log's.
#[test]
fn a_full_disk_is_507_and_reads_go_on() {
    for operations in [0, 1, 2, 4, 6, 7] {
        full_after(operations);
    }
}

/// A disk that is full after so many operations of an append that change or sync something.
fn full_after(operations: u64) {
    let disk = MemoryDisk::new(7);
    let index_dir = Folder::absent("full");
    let (sequencer, writer, snapshots) = start(&disk, &index_dir);
    let served = Served::start(state(sequencer, snapshots));
    let address = served.address;
    let post = |n| request(address, "POST", "/v1/events", &people::penalty(n, "ext:test:a"));

    let first = post(100);
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(request(address, "GET", "/readyz", "").status, 200);
    disk.arm(operations, Failure::FromThenOn(DiskErrorKind::Full));
    let full = post(101);
    assert_eq!((full.status, full.problem().as_str()), (507, "disk-full"), "after {operations}");
    disk.disarm();
    let again = post(102);
    assert_eq!((again.status, again.problem().as_str()), (507, "disk-full"), "it stays stopped");
    assert_eq!(request(address, "GET", "/readyz", "").problem(), "disk-full");
    assert_eq!(request(address, "GET", "/healthz", "").status, 200);
    let standing = request(address, "GET", "/v1/subjects/ext:test:a", "");
    assert_eq!(standing.status, 200, "{}", standing.text());
    assert_eq!(standing.json()["records"].as_array().unwrap().len(), 1);

    served.stop();
    assert!(writer.join().is_err(), "a writer that stopped says so");
    let receipt = first.json();
    let leaf = from_hex(receipt["entry_hash"].as_str().unwrap()).unwrap();
    let acknowledged = Appended {
        index: EntryIndex::new(receipt["index"].as_u64().unwrap()),
        recorded_at: RecordedTime::default(),
        leaf: TreeHash::from_bytes(leaf),
        version: StreamVersion::new(1),
        repeat: false,
    };
    recovered(7, disk.crash(8), &[acknowledged]);
}
