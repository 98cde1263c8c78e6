//! The real program, killed at random moments under load: nothing acknowledged is lost, and no start
//! is refused.
//!
//! Goal: durability as a department sees it, over HTTP, from outside the process. Method: a folder, a
//! server that is killed with SIGKILL while several connections append, started again at once, at least
//! fifty times; every receipt that any connection ever got is then found in the log, byte for byte.

use crate::memory_disk::Prng;
use crate::people;
use crate::support::Folder;
use credit_ledger::progress::Unwatched;
use credit_ledger::query::Reading;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use tlog::bytes::to_hex;
use tlog::defect::{as_u64, as_usize};
use tlog::position::EntryIndex;

const KILLS: u64 = 50;
const CONNECTIONS: u64 = 4;

/// What a receipt promises.
struct Acknowledged {
    index: u64,
    entry_hash: String,
}

pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    pub fn start(dir: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
            .args(["serve", "--listen", "127.0.0.1:0", "--dir"])
            .arg(dir)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").map(ToOwned::to_owned);
        Self { child, address: address.expect("the start was refused") }
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// One request on a connection that is kept; `None` once the server is gone.
pub fn post(stream: &mut TcpStream, body: &str) -> Option<serde_json::Value> {
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: ledger\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 201"), "{head}");
    let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}

/// Appends until the server is gone, noting each receipt as it comes.
fn append_until_killed(address: &str, first: u64, acknowledged: &Mutex<Vec<Acknowledged>>) {
    let Ok(mut stream) = TcpStream::connect(address) else { return };
    for n in first.. {
        let Some(receipt) = post(&mut stream, &people::penalty(n, &format!("ext:test:{}", n % 17))) else {
            return;
        };
        let index = receipt["index"].as_u64().unwrap();
        let entry_hash = receipt["entry_hash"].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().push(Acknowledged { index, entry_hash });
    }
}

#[test]
fn nothing_acknowledged_is_lost_by_fifty_kills() {
    let dir = Folder::absent("sigkill");
    credit_ledger::ledger::create(&dir, &people::founding()).unwrap();
    let server = Server::start(&dir);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    for envelope in people::setup() {
        post(&mut stream, &envelope).unwrap();
    }
    drop(stream);
    server.kill();
    let (acknowledged, mut rng) = (Mutex::new(Vec::new()), Prng::new(2026));
    // Fifty kills, and on until enough was acknowledged to be looked for: a slow machine takes more of them.
    let enough = |acknowledged: &Mutex<Vec<_>>| acknowledged.lock().unwrap().len() > 100;
    for round in (0..20 * KILLS).take_while(|round| *round < KILLS || !enough(&acknowledged)) {
        let server = Server::start(&dir);
        thread::scope(|scope| {
            for connection in 0..CONNECTIONS {
                let (address, acknowledged) = (server.address.clone(), &acknowledged);
                let first = 1_000_000 * (1 + round * CONNECTIONS + connection);
                scope.spawn(move || append_until_killed(&address, first, acknowledged));
            }
            // The longer, the less was acknowledged so far: an append takes as long as the machine is slow.
            let most = 60_000 * (1 + round / KILLS);
            thread::sleep(Duration::from_micros(as_u64(rng.below(as_usize(most)))));
            server.kill();
        });
    }
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > 100, "only {} receipts in {} rounds", acknowledged.len(), 20 * KILLS);
    // A start and a clean stop by the same code, and then everything is looked for.
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).expect("no start is refused");
    for one in &acknowledged {
        let found = Reading::new(&ledger.snapshots).any_entry(EntryIndex::new(one.index)).unwrap();
        assert_eq!(to_hex(found.entry.leaf().as_bytes()), one.entry_hash, "entry {}", one.index);
    }
    drop(ledger.sequencer);
    ledger.writer.join().unwrap();
    let size = credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap().size.get();
    assert!(size >= acknowledged.len() as u64 + 5, "{size}");
}
