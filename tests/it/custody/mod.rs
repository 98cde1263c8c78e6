//! Who keeps a ledger cannot fork it, by no backup, no second process and no other folder: through the program and HTTP alone.

mod known;
mod memory;
mod owned;
mod restored;

use crate::people;
use crate::support::Folder;
use crate::witness::{Process, append, serve};
use credit_ledger::ledger::Settings;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tlog::note::{KeyName, NoteSigner, VerifierKey};

pub use crate::restored_log::program;

/// Entries of the older copy: what opens the ledger, whom and what it knows, and one record.
const OLDER: u64 = 6;
/// Entries that were acknowledged since.
const LATE: u64 = 7;
const ALL: u64 = OLDER + LATE;

/// A ledger's folder, as it was and as it is now; nobody has it open.
struct World {
    root: Folder,
}

fn vkey() -> VerifierKey {
    NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator()).verifier_key()
}

fn penalty(n: u64) -> String {
    people::penalty(n, "ext:test:a")
}

impl World {
    /// `beside` is told of the server once all stands in it.
    fn new(
        name: &str,
        change: impl FnOnce(&World, &mut Settings),
        beside: impl FnOnce(&World, &Process),
    ) -> Self {
        let world = Self { root: Folder::new(name) };
        let mut founding = people::founding();
        change(&world, &mut founding.settings);
        credit_ledger::ledger::create(&world.dir(), &founding).unwrap();
        let server = serve(&world.dir());
        for envelope in people::setup() {
            append(&server, &envelope);
        }
        append(&server, &penalty(30));
        server.stop();
        keep(&world.dir(), &world.path("older"));
        let server = serve(&world.dir());
        for n in 31..31 + LATE {
            append(&server, &penalty(n));
        }
        beside(&world, &server);
        server.stop();
        keep(&world.dir(), &world.path("newer"));
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn dir(&self) -> PathBuf {
        self.path("ledger")
    }

    /// Puts the folder back as it was then, all of it.
    fn put(&self, when: &str) {
        std::fs::remove_dir_all(self.dir()).unwrap();
        keep(&self.path(when), &self.dir());
    }

    /// Puts back some of it.
    fn put_some(&self, when: &str, names: &[&str]) {
        for name in names {
            let (from, to) = (self.path(when).join(name), self.dir().join(name));
            if from.is_dir() {
                std::fs::remove_dir_all(&to).unwrap();
                keep(&from, &to);
            } else {
                std::fs::copy(&from, &to).unwrap();
            }
        }
    }

    /// The audit of the folder finds so many entries, and all right.
    fn is_right(&self, entries: u64) {
        let (code, said) = program(&self.dir(), &["audit"]);
        assert!(code == 0 && said.contains(&format!("right: {entries} entries")), "{code}: {said}");
    }

    /// What was acknowledged stands where it stood: sent again it is answered with its first receipt.
    fn is_whole(&self) {
        let server = serve(&self.dir());
        let (status, said) = post(&server, &penalty(31));
        let first = format!("\"index\":{OLDER},");
        assert!(status == 200 && said.replace(' ', "").contains(&first), "{status}: {said}");
        append(&server, &penalty(99));
        server.stop();
        self.is_right(ALL + 1);
    }

    /// The folder is not served: why, as the program says.
    fn refused(&self) -> String {
        refused(&self.dir())
    }

    /// It is not, because these entries are missing, and who says so.
    fn lacks(&self, by: &str) {
        let said = self.refused();
        let missing = format!("the log holds {OLDER} entries where {by} knows of {ALL}");
        let entries = format!("entries {OLDER} to {} are missing", ALL - 1);
        assert!(said.contains(&missing) && said.contains(&entries), "{said}");
        assert!(said.contains("restore --from"), "{said}");
    }
}

/// Copies a folder as a backup does, folders without a file included.
fn keep(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

/// Sends an event, and gives what is answered.
fn post(server: &Process, envelope: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let length = envelope.len();
    write!(stream, "POST /v1/events HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{envelope}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Why a folder is not served.
fn refused(dir: &Path) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
        .args(["serve", "--listen", "127.0.0.1:0", "--dir"])
        .arg(dir)
        .env("LANG", "C")
        .env_remove("LC_ALL")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    if !line.is_empty() {
        child.kill().unwrap();
    }
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let code = child.wait().unwrap().code();
    assert!(line.is_empty(), "it is served: {said}");
    assert_eq!(code, Some(3), "{said}");
    said
}

/// Adds lines to the settings, before the table that ends them.
fn set(dir: &Path, lines: &str) {
    let path = dir.join("ledger.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, format!("{lines}\n{text}")).unwrap();
}
