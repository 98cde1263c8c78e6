//! The examples of the library, run: the very files, against a ledger that is served, and against others.

use crate::http_server::{NDJSON, Server};
use crate::people;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use tlog::checkpoint::Origin;
use tlog::note::NoteSigner;
use tlog::tile::{TileId, TileKind};

#[path = "../../ledger-spec/examples/audit_served_ledger.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it as a program")]
mod audit_served_ledger;

use audit_served_ledger::run;

/// What a server has, by path.
type Files = BTreeMap<String, Vec<u8>>;

/// A ledger of two bundles, the second of which is not full.
fn started(name: &str) -> Server {
    let server = Server::start(name, |_| {});
    let body: String = (0..300).map(|n| people::penalty(n, &format!("ext:test:{n}")) + "\n").collect();
    let answer = server.post(NDJSON, body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    server
}

/// What a server serves of a ledger, by path.
fn files_of(server: &Server) -> Files {
    let bundles = TileId::all(TileKind::Entries, 0, server.snapshots.log().size());
    let paths = bundles.map(|tile| format!("/tile/{tile}")).chain(["/checkpoint".to_owned()]);
    paths.map(|path| (path.clone(), server.get(&path).body)).collect()
}

/// Serves files to whoever asks, until the test ends.
fn serve(files: Files) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let asked = head.next().unwrap();
            assert!(head.any(|line| line.is_empty()), "the head ends");
            let answer = match files.get(asked.split(' ').nth(1).unwrap()) {
                Some(body) => [b"HTTP/1.0 200 OK\r\n\r\n", body.as_slice()].concat(),
                None => b"HTTP/1.0 404 Not Found\r\n\r\n".to_vec(),
            };
            // Whoever has read enough may have gone.
            let _ = stream.write_all(&answer);
        }
    });
    address
}

#[test]
fn a_strangers_program_audits_a_served_ledger() {
    let server = started("example-audit");
    let (address, vkey) = (server.address.to_string(), server.vkey.to_string());
    let root = server.snapshots.latest().root();
    let printed = run(&address, &vkey).unwrap();
    assert_eq!(printed, format!("{}\n305 entries\nroot {root}", people::ORIGIN));
    // Another key of the same name, and the same key under another name.
    let keys = [(people::ORIGIN, [9; 32]), ("other.example", people::operator())];
    for (name, seed) in keys {
        let name = Origin::parse(name).unwrap().key_name().clone();
        let other = NoteSigner::from_seed(name, &seed).verifier_key().to_string();
        let refused = run(&address, &other).unwrap_err().to_string();
        assert_eq!(refused, "checkpoint: note has no signature of a known key among 1");
    }
    assert_eq!(server.finish(), 305);
}

#[test]
fn a_strangers_program_refuses_what_the_operator_has_not_signed() {
    let server = started("example-refuses");
    let (files, vkey) = (files_of(&server), server.vkey.to_string());
    assert_eq!(server.finish(), 305);
    let last = "/tile/entries/001.p/49";
    assert_eq!(files.keys().collect::<Vec<_>>(), ["/checkpoint", "/tile/entries/000", last]);
    let shown = |change: &dyn Fn(&mut Files)| {
        let mut changed = files.clone();
        change(&mut changed);
        run(&serve(changed).to_string(), &vkey).map_err(|error| error.to_string())
    };
    assert!(shown(&|_| {}).is_ok(), "served as it was");
    // A clear entry, a sealed one of 82 bytes (the first behind its length), and the last of all.
    let full = files["/tile/entries/000"].len();
    let positions =
        [("/tile/entries/000", 1_000), ("/tile/entries/000", full - 40), (last, 1), (last, 49 * 84 - 1)];
    assert_eq!(files[last].len(), 49 * 84);
    for (path, position) in positions {
        let refused = shown(&|files| files.get_mut(path).unwrap()[position] ^= 1).unwrap_err();
        assert!(refused.starts_with("entry "), "{path}, {position}: {refused}");
    }
    let cut = shown(&|files| files.get_mut(last).unwrap().truncate(48 * 84)).unwrap_err();
    assert!(cut.contains("entries where 49 are expected"), "{cut}");
    let gone = shown(&|files| drop(files.remove(last))).unwrap_err();
    assert_eq!(gone, format!("tile entries/001.p/49: {last}: status 404"));
    let grown = shown(&|files| {
        let note = String::from_utf8(files["/checkpoint"].clone()).unwrap().replace("\n305\n", "\n304\n");
        files.insert("/checkpoint".to_owned(), note.into_bytes());
    });
    assert!(grown.unwrap_err().contains("signature of known key"), "another size was never signed");
}
