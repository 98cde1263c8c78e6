//! A rotation of the identity key that is cut: between any two of its files, at any batch of its links and in the middle of
//! one, or by a kill at any moment. The next start finishes it or has never heard of it; and a root that is behind its log is
//! refused, and nothing is made up.

use crate::http_server::{NDJSON, Server};
use crate::memory_disk::Prng;
use crate::people::{department, event};
use crate::support::Folder;
use crate::walk;
use credit_ledger::progress::Unwatched;
use ledger_spec::event::envelope::seal;
use ledger_spec::event::{Body, Event};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tlog::position::EntryIndex;

/// Whose links, there and back, are more than are appended at once.
const PERSONS: u64 = 129;
const SEGMENT: &str = "folder/log/00000000000000000000.seg";
const ROOTS: [&str; 2] = ["folder/keys/root.a", "folder/keys/root.b"];
const MASTER: &str = "folder.master.key";

/// A ledger's folder with the master key beside it, and what both held at three moments.
struct World {
    place: Folder,
    /// While it was served.
    running: Folder,
    /// After a clean stop.
    before: Folder,
    /// After the rotation.
    after: Folder,
    /// How many entries there were before, and after.
    sizes: [u64; 2],
}

impl World {
    fn new(name: &str) -> Self {
        let server = Server::start(name, |_| {});
        let consent = |n: u64| {
            let body = json!({ "scope": ["base.*"], "purpose": "办理许可" });
            seal(&event(n, "consent.granted", "department", &person(n), body), &[&department()])
        };
        let consents: Vec<_> = (1_000..1_000 + PERSONS).map(consent).collect();
        let answer = server.post(NDJSON, consents.join("\n"));
        let placed = answer.lines().iter().filter(|line| line["status"] == "placed").count();
        assert_eq!(placed, consents.len(), "{}", answer.text());
        let [running, before, after] = ["running", "before", "after"].map(Folder::new);
        let beside = |dir: &Path| dir.parent().unwrap().to_owned();
        copy(&beside(server.folder()), &running);
        let place = server.stop().folder();
        copy(&beside(&place), &before);
        let sizes = [5 + PERSONS, 5 + PERSONS + 2 * PERSONS + 1];
        let world = Self { place, running, before, after, sizes };
        assert_eq!(audited(&world.place), world.sizes[0]);
        assert_eq!(world.run("rotate").0, 0);
        copy(&beside(&world.place), &world.after);
        assert_eq!(audited(&world.place), world.sizes[1]);
        world
    }

    /// The folder as it was at a moment.
    fn restore(&self, moment: &Path) {
        std::fs::remove_dir_all(&*self.place).unwrap();
        for beside in std::fs::read_dir(self.root()).unwrap() {
            std::fs::remove_file(beside.unwrap().path()).unwrap();
        }
        copy(moment, self.root());
    }

    /// Some of its files as they were at another.
    fn take(&self, moment: &Path, files: &[&str]) {
        for file in files {
            std::fs::copy(moment.join(file), self.root().join(file)).unwrap();
        }
    }

    fn root(&self) -> &Path {
        self.place.parent().unwrap()
    }

    fn command(&self, command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
        program.args([command, "--dir"]).arg(&*self.place).env("LANG", "C").env_remove("LC_ALL");
        program
    }

    fn run(&self, command: &str) -> (i32, String) {
        let ran = self.command(command).output().unwrap();
        (ran.status.code().unwrap(), String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap())
    }

    /// Starts the ledger and closes it; what it is then: whole, and rotated, or as it was before.
    fn started(&self, about: &str) -> bool {
        let ledger = credit_ledger::ledger::open(&self.place, &Unwatched);
        let ledger = ledger.unwrap_or_else(|error| panic!("{about}: the start was refused: {error}"));
        let (epoch, mut links) = (ledger.identities.epoch().get(), BTreeSet::new());
        let size = ledger.snapshots.latest().size().get();
        for index in (0..size).map(EntryIndex::new) {
            let read = ledger.snapshots.log().entry(index).unwrap();
            let event = Event::parse(&read.entry().event).unwrap();
            if let Body::IdentifierLinked(body) = &event.body {
                let new = links.insert((event.subject.to_string(), body.identifier.to_string()));
                assert!(new, "{about}: entry {index} links {} twice", event.subject);
            }
        }
        ledger.close().unwrap();
        let rotated = epoch == 2;
        assert_eq!(size, self.sizes[usize::from(rotated)], "{about}");
        assert_eq!(audited(&self.place), size, "{about}");
        assert_eq!(links.len() as u64, if rotated { 2 * PERSONS } else { 0 }, "{about}");
        // Each is linked there and back.
        assert!(links.iter().all(|(one, other)| links.contains(&(other.clone(), one.clone()))), "{about}");
        rotated
    }
}

fn person(n: u64) -> String {
    format!("person:{n:064x}")
}

fn audited(dir: &Path) -> u64 {
    credit_ledger::audit::audit(dir, None, &Unwatched).unwrap().size.get()
}

fn copy(from: &Path, to: &Path) {
    for file in walk::files(from, "") {
        let target: PathBuf = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(file, target).unwrap();
    }
}

/// Where the batches of a segment end.
fn batches(segment: &[u8]) -> Vec<usize> {
    const COMMIT: u32 = 0x8000_0030;
    let (mut at, mut ends) = (52, Vec::new());
    while let Some(length) =
        segment.get(at..at + 4).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()))
    {
        if length == 0 {
            break;
        }
        at += 8 + usize::try_from(length & 0xffff).unwrap();
        if length == COMMIT {
            ends.push(at);
        }
    }
    ends
}

#[test]
fn links_that_are_cut_in_any_batch_or_byte_are_finished_by_the_next_start() {
    let world = World::new("rotation-cuts");
    let whole = std::fs::read(world.after.join(SEGMENT)).unwrap();
    let begun = *batches(&std::fs::read(world.before.join(SEGMENT)).unwrap()).last().unwrap();
    let ends: Vec<usize> = batches(&whole).into_iter().filter(|end| *end >= begun).collect();
    assert_eq!(ends.len(), 4, "what was before, links, more links, and that the epoch has begun: {ends:?}");
    let (mut rng, mut cuts) = (Prng::new(13), BTreeSet::from([begun]));
    for pair in ends.windows(2) {
        let [start, end] = [pair[0], pair[1]];
        cuts.extend([start + 1, start + 9, start + 89, end - 57, end - 56, end - 1, end]);
        cuts.extend((0..2).map(|_| start + rng.below(end - start)));
    }
    for (number, cut) in cuts.into_iter().enumerate() {
        // The root has the new key, the log was written so far, and of its last batch only the first bytes arrived.
        world.restore(&world.after);
        world.take(&world.running, &["folder/running", "folder/checkpoint", "folder/log/offsets"]);
        // What follows from the log is written once it is durable.
        std::fs::remove_dir_all(world.root().join("folder/tree")).unwrap();
        copy(&world.running.join("folder/tree"), &world.root().join("folder/tree"));
        let mut segment = whole[..cut].to_vec();
        match number % 3 {
            0 => segment.resize(whole.len(), 0),
            1 => {}
            // What stood on the disk before.
            _ => segment.extend((0..700).map(|_| rng.next_u64().to_le_bytes()[0] | 1)),
        }
        std::fs::write(world.root().join(SEGMENT), segment).unwrap();
        assert!(world.started(&format!("cut at byte {cut}")));
    }
}

#[test]
fn a_rotation_that_is_cut_between_its_files_has_happened_or_not() {
    let world = World::new("rotation-files");
    let next = format!("{MASTER}.next");
    let new = std::fs::read(world.after.join(MASTER)).unwrap();
    assert_ne!(new, std::fs::read(world.before.join(MASTER)).unwrap());
    // The new master key is kept beside the old one, then each copy of the root is replaced, then the key.
    let states: [(&[&str], bool); 4] =
        [(&[], false), (&ROOTS[..1], true), (&ROOTS[1..], true), (&ROOTS, true)];
    for (roots, rotated) in states {
        world.restore(&world.before);
        std::fs::write(world.root().join(&next), &new).unwrap();
        world.take(&world.after, roots);
        assert_eq!(world.started(&format!("{roots:?}")), rotated);
        assert!(!world.root().join(&next).exists(), "one key is left");
        // Whatever it was, the next rotation is whole.
        if !rotated {
            assert_eq!(world.run("rotate").0, 0);
            assert!(world.started("rotated again"));
        }
    }
    // The key was replaced, and of the links nothing is there yet.
    world.restore(&world.before);
    world.take(&world.after, &[ROOTS[0], ROOTS[1], MASTER]);
    assert!(world.started("the key was replaced"));
}

#[test]
fn a_root_that_is_behind_its_log_is_refused_and_the_newest_opens_it_again() {
    let world = World::new("rotation-behind");
    world.restore(&world.after);
    world.take(&world.before, &[ROOTS[0], ROOTS[1], MASTER]);
    let before = std::fs::read(world.root().join(SEGMENT)).unwrap();
    for command in ["serve", "rotate"] {
        let (code, said) = world.run(command);
        assert_eq!(code, 3, "{said}");
        let expected = "keys/root has 1 identity keys where the log says 2: it is older than the log, restore the newest";
        assert!(said.contains(expected), "{said}");
    }
    assert!(std::fs::read(world.root().join(SEGMENT)).unwrap() == before, "nothing is made up");
    // One old copy beside a new one is a copy that was not replaced yet: the newer counts.
    for old in ROOTS {
        world.restore(&world.after);
        world.take(&world.before, &[old]);
        assert!(world.started(old));
    }
    world.restore(&world.after);
    world.take(&world.before, &[ROOTS[0], ROOTS[1], MASTER]);
    world.take(&world.after, &[ROOTS[0], ROOTS[1], MASTER]);
    assert!(world.started("the newest again"));
}

#[test]
fn a_rotation_that_is_killed_at_any_moment_has_happened_or_not() {
    let world = World::new("rotation-kills");
    // As long as one takes on this machine, so that kills fall into all of it.
    world.restore(&world.before);
    let begun = Instant::now();
    assert_eq!(world.run("rotate").0, 0);
    let (whole, mut rng, mut rotated) = (begun.elapsed(), Prng::new(1), 0);
    for round in 0..16 {
        world.restore(&world.before);
        let mut child = world.command("rotate").spawn().unwrap();
        let share = u32::try_from(rng.below(1_000)).unwrap();
        std::thread::sleep(whole * share / 1_000 + Duration::from_micros(1));
        child.kill().unwrap();
        child.wait().unwrap();
        rotated += u32::from(world.started(&format!("round {round}, after {share} of 1,000")));
    }
    eprintln!("{rotated} of 16 had begun");
}
