//! The real program, killed while it answers signed reads: each look that was answered stands in the journal, and no start is
//! refused.

use crate::gate::Read;
use crate::memory_disk::Prng;
use crate::people::{self, department};
use crate::sigkill::{Server, post};
use crate::support::Folder;
use credit_ledger::ledger::ACCESS;
use credit_ledger::progress::Unwatched;
use credit_ledger::query::Reading;
use credit_ledger::{clock, ledger};
use ledger_spec::event::{Body, Looker};
use ledger_spec::request::Purpose;
use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use tlog::bytes::{from_base64, to_base64};
use tlog::defect::{as_u64, as_usize};
use tlog::position::EntryIndex;

const KILLS: u64 = 6;
const READERS: usize = 3;
const STANDING: &str = "/v1/subjects/ext:test:a/standing";

/// One signed read: the signature of one that was answered whole; `None` where it was refused or the server is gone.
fn look(address: &str) -> Option<Vec<u8>> {
    let own = department();
    let read = Read { clock: clock::now, host: address, ..Read::by(&own, Purpose::Supervision) };
    let fields = read.fields("GET", STANDING, None);
    let mut stream = TcpStream::connect(address).ok()?;
    let head = format!("GET {STANDING} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{fields}\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let whole = answer.starts_with("HTTP/1.1 200") && answer.trim_end().ends_with('}');
    let signature = fields.lines().find_map(|line| line.strip_prefix("signature: ledger=:")).unwrap();
    whole.then(|| from_base64(signature.trim_end_matches(':')).unwrap())
}

#[test]
fn no_look_that_was_answered_is_lost_by_kills() {
    let dir = Folder::absent("accesses-killed");
    ledger::create(&dir, &people::founding()).unwrap();
    let server = Server::start(&dir);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    for envelope in people::setup().into_iter().chain([people::penalty(100, "ext:test:a")]) {
        post(&mut stream, &envelope).unwrap();
    }
    drop(stream);
    server.kill();
    let (answered, mut rng) = (Mutex::new(Vec::new()), Prng::new(2027));
    let enough = |answered: &Mutex<Vec<_>>| answered.lock().unwrap().len() > 100;
    for _ in (0..20 * KILLS).take_while(|round| *round < KILLS || !enough(&answered)) {
        let server = Server::start(&dir);
        let address = server.address.clone();
        thread::scope(|scope| {
            for _ in 0..READERS {
                let (address, answered) = (&address, &answered);
                scope.spawn(move || {
                    while TcpStream::connect(address).is_ok() {
                        answered.lock().unwrap().extend(look(address));
                    }
                });
            }
            // What is signed in the second in which the process began is not answered.
            thread::sleep(Duration::from_micros(1_000_000 + as_u64(rng.below(as_usize(400_000)))));
            server.kill();
        });
    }
    let answered = answered.into_inner().unwrap();
    assert!(answered.len() > 100, "only {} answers", answered.len());
    // Recovered by the code of every start, and looked through.
    let (journal, _) = ledger::open_journal(&dir, &Unwatched).expect("no start is refused").unwrap();
    let reading = Reading::new(&journal.snapshots);
    let mut written = HashSet::new();
    for index in 1..reading.snapshot().size().get() {
        let found = reading.any_entry(EntryIndex::new(index)).unwrap();
        let Body::AccessRead(look) = &found.event.body else { panic!("{:?}", found.event) };
        let Looker::Authority(signed) = &look.by else { panic!("{look:?}") };
        written.insert(to_base64(&signed.signature));
    }
    for signature in &answered {
        assert!(written.contains(&to_base64(signature)), "a look that was answered is not written down");
    }
    journal.close().unwrap();
    for audited in [dir.to_path_buf(), dir.join(ACCESS)] {
        credit_ledger::audit::audit(&audited, None, &Unwatched).unwrap();
    }
}
