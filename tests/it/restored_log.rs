//! An older log put back beside what opens newer entries: those were acknowledged, and nothing of them is cut, by no start that
//! was refused, by no `rebuild`, and after no clean stop.

use crate::erasure::{SUBJECT, append, served};
use crate::people;
use crate::restored::copy;
use crate::support::Folder;
use credit_ledger::progress::Unwatched;
use std::path::Path;
use std::process::Command;

/// What a folder holds that an older copy of its log consists of.
const LOG: [&str; 5] = ["log", "tree", "checkpoint", "index", "case-files"];
const BODY: &str = "sealed/000000000000.000000000000.body";
/// Entries that were recorded after the older copy.
const LATE: u64 = 6;

struct World {
    place: Folder,
    older: Folder,
    newer: Folder,
    /// How many entries the older log holds.
    size: u64,
}

fn remove(path: &Path) {
    if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
}

/// Puts what a folder has by this name into another.
fn put(from: &Path, to: &Path, name: &str) {
    if to.join(name).exists() {
        remove(&to.join(name));
    }
    if from.join(name).is_dir() {
        copy(&from.join(name), &to.join(name));
    } else if from.join(name).exists() {
        std::fs::create_dir_all(to.join(name).parent().unwrap()).unwrap();
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

pub fn program(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
    program.args(arguments).arg("--dir").arg(dir).env("LANG", "C").env_remove("LC_ALL");
    let ran = program.output().unwrap();
    (ran.status.code().unwrap(), String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap())
}

impl World {
    fn new(name: &str) -> Self {
        let server = served(name, 86_400);
        append(&server, &people::penalty(30, SUBJECT));
        let [older, newer] = ["older", "newer"].map(|what| Folder::new(&format!("{name}-{what}")));
        copy(server.folder(), &older);
        let size = server.snapshots.latest().size().get();
        for n in 31..31 + LATE {
            append(&server, &people::penalty(n, SUBJECT));
        }
        let place = server.stop().folder();
        copy(&place, &newer);
        Self { place, older, newer, size }
    }

    /// The older log as it was closed.
    fn close_older(&self) {
        for name in LOG.iter().chain(&["sealed", "running"]) {
            put(&self.older, &self.place, name);
        }
        credit_ledger::ledger::open(&self.place, &Unwatched).unwrap().close().unwrap();
        remove(&self.older);
        copy(&self.place, &self.older);
        self.restore();
    }

    fn restore(&self) {
        remove(&self.place);
        copy(&self.newer, &self.place);
    }

    fn start(&self) -> Result<(), String> {
        let opened = credit_ledger::ledger::open(&self.place, &Unwatched);
        opened.map_err(|error| error.to_string()).map(|ledger| ledger.close().unwrap())
    }

    /// Every start and every `rebuild` is refused, and nothing changes how the folder is understood.
    fn is_refused(&self) {
        let body = std::fs::read(self.place.join(BODY)).unwrap();
        let named = format!("the frames of {LATE} entries from {} to {}", self.size, self.size + LATE - 1);
        let behind = format!("{named}, expected nothing behind the entries below {}", self.size);
        for _ in 0..2 {
            let refused = self.start().unwrap_err();
            assert!(refused.contains(&behind), "{refused}");
            let (code, said) = program(&self.place, &["rebuild"]);
            assert!(code == 3 && said.contains(&behind), "{code}: {said}");
            assert!(!self.place.join("running").exists(), "it was closed, and is");
            let (code, said) = program(&self.place, &["audit"]);
            assert!(code == 1 && said.contains(&behind), "{code}: {said}");
        }
        assert!(std::fs::read(self.place.join(BODY)).unwrap() == body, "something was cut");
    }

    /// With its own log the folder is right, with everything that it had.
    fn is_whole(&self) {
        for name in LOG {
            put(&self.newer, &self.place, name);
        }
        self.start().unwrap();
        let (code, said) = program(&self.place, &["audit"]);
        let right = format!("right: {} entries", self.size + LATE);
        assert!(code == 0 && said.contains(&right) && said.contains("everything was opened"), "{said}");
    }
}

#[test]
fn a_start_that_is_refused_changes_nothing_and_the_next_is_refused_too() {
    let world = World::new("restored-log");
    world.close_older();
    for name in LOG {
        put(&world.older, &world.place, name);
    }
    world.is_refused();
    world.is_whole();
}

#[test]
fn rebuild_after_a_clean_stop_cuts_nothing_that_was_acknowledged() {
    let world = World::new("restored-rebuild");
    world.close_older();
    let segment = format!("log/{:020}.seg", 0);
    for name in [&*segment, "checkpoint"] {
        put(&world.older, &world.place, name);
    }
    // What is derived says of more entries than the log: that is evidence, and nobody makes it anew.
    let (first, last) = (world.size, world.size + LATE - 1);
    let missing =
        format!("tree/level-0 knows of {}: entries {first} to {last} are missing", world.size + LATE);
    let told = world.start().unwrap_err();
    assert!(told.contains(&missing), "{told}");
    let (code, said) = program(&world.place, &["rebuild"]);
    assert!(code == 3 && said.contains(&missing), "{code}: {said}");
    // Without it, what opens the newer entries says the same.
    for name in ["tree", "log"] {
        put(&world.older, &world.place, name);
    }
    world.is_refused();
    world.is_whole();

    // A checkpoint alone that is older: what the log holds beyond is kept, and none of it is torn.
    world.restore();
    put(&world.older, &world.place, "checkpoint");
    let end = std::fs::read(world.place.join(&segment)).unwrap();
    let written = end.iter().rposition(|byte| *byte != 0).unwrap();
    let mut torn = end.clone();
    torn[written] ^= 1;
    std::fs::write(world.place.join(&segment), torn).unwrap();
    let (code, said) = program(&world.place, &["rebuild"]);
    assert!(code == 3 && said.contains("because the log was closed"), "{code}: {said}");
    std::fs::write(world.place.join(&segment), end).unwrap();
    let (code, said) = program(&world.place, &["rebuild"]);
    assert!(code == 0 && said.contains(&(world.size + LATE).to_string()), "{code}: {said}");
    world.is_whole();
}

#[test]
fn what_a_crash_may_have_left_behind_the_log_is_told_of_before_it_is_cut() {
    let world = World::new("restored-crashed");
    // As it was while a server had it open.
    for name in LOG.iter().chain(&["running"]) {
        put(&world.older, &world.place, name);
    }
    let (first, last) = (world.size, world.size + LATE - 1);
    let (code, said) = program(&world.place, &["audit"]);
    let behind = format!("opens {LATE} entries that it does not hold, from {first} to {last}");
    assert!(code == 0 && said.contains(&behind), "{code}: {said}");
    let (code, said) = program(&world.place, &["audit", "--json"]);
    let expected = format!(r#""behind":{{"entries":{LATE},"first":{first},"last":{last}}}"#);
    assert!(code == 0 && said.replace([' ', '\n'], "").contains(&expected), "{said}");
    // `erase` opens the ledger, and says what it cuts.
    let (code, said) = program(&world.place, &["erase"]);
    let cut = format!("the frames of {LATE} entries from {first} to {last}");
    assert!(code == 0 && said.contains(&cut), "{code}: {said}");
    let (code, said) = program(&world.place, &["audit"]);
    assert!(code == 0 && !said.contains("behind the log"), "{said}");
}
