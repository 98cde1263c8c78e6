//! What is missing comes back from a copy.

use super::{ALL, OLDER, World, program, serve, vkey};
use crate::people;
use crate::witness::{Process, append};
use std::path::PathBuf;

/// A copy of the ledger, kept by who is given what opens it, or blind.
fn copied(world: &World, server: &Process, opened: bool) -> PathBuf {
    let dir = world.path(if opened { "opened" } else { "blind" });
    let vkey = vkey().to_string();
    let mut follow = vec!["follow", &server.url, "--dir", dir.to_str().unwrap(), "--vkey", &vkey, "--once"];
    let key = world.path("auditor.key");
    if opened {
        people::as_auditor(&world.root);
        follow.extend(["--auditor-key", key.to_str().unwrap(), "--case", "2026-1"]);
    }
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_credit-ledger")).args(&follow).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    dir
}

fn world(name: &str) -> World {
    World::new(
        name,
        |_, settings| settings.signer_memory = Some("../ledger.signed".into()),
        |world, server| {
            copied(world, server, true);
            copied(world, server, false);
        },
    )
}

fn from(world: &World, source: &str) -> (i32, String) {
    program(&world.dir(), &["restore", "--from", source])
}

/// An older log beside what opens the newer one: any copy has what is missing.
#[test]
fn an_older_log_is_made_whole_from_a_blind_copy_that_is_served() {
    let world = world("restored-served");
    let mut files = vec!["log", "tree", "checkpoint", "index", "case-files"];
    for with_tree in [true, false] {
        world.put("newer");
        files.retain(|name| with_tree || *name != "tree");
        world.put_some("older", &files);
        world.lacks(&super::memory::memory(&world));
        // A copy is a ledger's folder: whoever follows serves it.
        let mirror = serve_copy(&world);
        let (code, said) = from(&world, &mirror.url);
        let put_back = format!("put back entries {OLDER} to {ALL}");
        assert!(code == 0 && said.contains(&put_back), "{code}: {said}");
        drop(mirror);
        world.is_right(ALL);
        assert!(!world.dir().join("restoring").exists());
        let (code, said) = from(&world, world.path("blind").to_str().unwrap());
        assert!(code == 3 && said.contains("there is nothing to fetch"), "{code}: {said}");
    }
    world.is_whole();
}

/// The blind copy, served; its ledger is not there, and its server goes on.
fn serve_copy(world: &World) -> Process {
    let (dir, vkey) = (world.path("blind"), vkey().to_string());
    // Of a ledger that stands still, from which it can take nothing.
    let ledger = serve_newer(world);
    let arguments =
        ["follow", &ledger.url, "--dir", dir.to_str().unwrap(), "--vkey", &vkey, "--listen", "127.0.0.1:0"];
    let copy = Process::start(&arguments, 1);
    ledger.stop();
    copy
}

/// A ledger as it was in full, in a place of its own.
fn serve_newer(world: &World) -> Process {
    let dir = world.path("whole");
    if !dir.exists() {
        super::keep(&world.path("newer"), &dir);
        let toml = std::fs::read_to_string(dir.join("ledger.toml")).unwrap();
        let toml = toml.replace("../ledger.signed", "../whole.signed");
        std::fs::write(dir.join("ledger.toml"), toml).unwrap();
        for name in ["signed", "signed.access"] {
            std::fs::copy(world.path(&format!("ledger.{name}")), world.path(&format!("whole.{name}")))
                .unwrap();
        }
    }
    serve(&dir)
}

#[test]
fn an_older_folder_is_made_whole_from_the_folder_of_an_opened_copy() {
    let world = world("restored-folder");
    world.put("older");
    world.lacks(&super::memory::memory(&world));
    // A blind copy has nothing that opens what it brings: nothing is placed.
    let before = std::fs::read(world.dir().join("checkpoint")).unwrap();
    let (code, said) = from(&world, world.path("blind").to_str().unwrap());
    assert!(code == 3 && said.contains(&format!("nothing opens entry {OLDER}")), "{code}: {said}");
    world.is_right(OLDER);
    assert!(std::fs::read(world.dir().join("checkpoint")).unwrap() == before);
    let (code, said) = from(&world, world.path("opened").to_str().unwrap());
    assert!(code == 0 && said.contains(&format!("put back entries {OLDER} to {ALL}")), "{code}: {said}");
    world.is_right(ALL);
    // The journal of looks is an older one too, of which no copy was kept: nobody is shown more than everybody.
    let server = serve(&world.dir());
    let ready = server.get("/readyz").1;
    assert!(ready.contains("access journal: ABSENT"), "{ready}");
    server.stop();
    world.is_whole();
}

#[test]
fn nothing_is_placed_of_what_is_not_right_or_not_all() {
    let world = world("restored-wrong");
    // A copy that was altered: the last entry's frame is another's, or one byte of the log is another.
    world.put("older");
    let opened = world.path("opened");
    let segment = opened.join(format!("log/{:020}.seg", 0));
    let right = std::fs::read(&segment).unwrap();
    let end = right.iter().rposition(|byte| *byte != 0).unwrap();
    let mut wrong = right.clone();
    wrong[end - 200] ^= 1;
    std::fs::write(&segment, wrong).unwrap();
    let (code, said) = from(&world, opened.to_str().unwrap());
    assert!(code == 3 && !said.contains("put back"), "{code}: {said}");
    world.is_right(OLDER);
    std::fs::write(&segment, right).unwrap();

    // One that lacks what somebody knows of.
    let (code, said) = from(&world, world.path("older").to_str().unwrap());
    assert!(code == 3 && said.contains("there is nothing to fetch"), "{code}: {said}");
    let server = serve_newer(&world);
    append(&server, &super::penalty(98));
    server.stop();
    std::fs::copy(world.path("whole/checkpoint"), world.dir().join("checkpoint.witnessed")).unwrap();
    let (code, said) = from(&world, opened.to_str().unwrap());
    let lacking = format!("the log holds {ALL} entries where checkpoint.witnessed knows of {}", ALL + 1);
    assert!(
        code == 3 && said.contains("would not make it whole") && said.contains(&lacking),
        "{code}: {said}"
    );
    world.is_right(OLDER);
    std::fs::remove_file(world.dir().join("checkpoint.witnessed")).unwrap();

    // Cut short behind the placing of some of it: not served, and begun again.
    std::fs::copy(opened.join("checkpoint"), world.dir().join("checkpoint.known")).unwrap();
    std::fs::write(world.dir().join("restoring"), "half of an entry").unwrap();
    assert!(world.refused().contains("are missing"));
    let (code, said) = from(&world, opened.to_str().unwrap());
    assert!(code == 0, "{code}: {said}");
    world.is_right(ALL);
}
