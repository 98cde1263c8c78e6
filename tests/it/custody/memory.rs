//! The signer remembers what it signed, apart from the folder.

use super::{ALL, OLDER, World, keep, post, program, refused, serve};
use crate::witness::append;
use std::process::Command;

fn remembering(name: &str) -> World {
    World::new(name, |_, settings| settings.signer_memory = Some("../ledger.signed".into()), |_, _| {})
}

pub fn memory(world: &World) -> String {
    format!("the signer's memory {}", world.path("ledger.signed").canonicalize().unwrap().display())
}

#[test]
fn an_older_folder_is_not_served_where_its_signer_remembers_more() {
    let world = remembering("memory");
    world.put("older");
    world.lacks(&memory(&world));
    let (code, said) = program(&world.dir(), &["rebuild"]);
    assert!(code == 3 && said.contains("are missing"), "{code}: {said}");
    world.is_right(OLDER);
    // As one that was copied while it was written to, or killed.
    std::fs::write(world.dir().join("running"), "0 00000000\n").unwrap();
    world.lacks(&memory(&world));
    assert!(world.refused().contains("are missing"), "the next start is refused too");
    // The memory that belongs to it, from the same moment as the folder: then nobody knows of more.
    world.put("newer");
    world.is_whole();
}

#[test]
fn nothing_is_signed_without_the_memory_or_beside_another() {
    let world = remembering("memory-gone");
    let (path, away) = (world.path("ledger.signed"), world.path("away"));
    std::fs::rename(&path, &away).unwrap();
    let said = world.refused();
    assert!(said.contains("ledger.signed is not there") && said.contains("--begin-memory"), "{said}");
    std::fs::write(&path, b"something else").unwrap();
    assert!(world.refused().contains("a signer without its memory signs nothing"));
    std::fs::remove_file(&path).unwrap();
    std::fs::rename(&away, &path).unwrap();

    // A copy of the folder with the same memory is another process that would sign.
    keep(&world.dir(), &world.path("second"));
    for name in ["ledger.master.key", "ledger.master.key.of"] {
        if world.path(name).exists() {
            std::fs::copy(world.path(name), world.path(&name.replace("ledger", "second"))).unwrap();
        }
    }
    let server = serve(&world.dir());
    assert!(refused(&world.path("second")).contains("another process signs by this memory"));
    append(&server, &super::penalty(98));
    // Moved away while it signs.
    std::fs::rename(&path, &away).unwrap();
    let (status, said) = post(&server, &super::penalty(99));
    assert!(status == 503 && said.contains("writer-stopped"), "{status}: {said}");
    assert_eq!(server.get("/readyz").0, 503);
    server.kill();
    std::fs::rename(&away, &path).unwrap();
    // What was durable before it was to be signed is kept, and signed now.
    let server = serve(&world.dir());
    append(&server, &super::penalty(100));
    server.stop();
    world.is_right(ALL + 3);
    assert!(refused(&world.path("second")).contains("are missing"));
}

#[test]
fn a_memory_is_begun_once_and_only_where_it_is_asked_for() {
    let world = World::new("memory-begun", |_, _| {}, |_, _| {});
    super::set(&world.dir(), "signer_memory = \"../later.signed\"");
    assert!(world.refused().contains("later.signed is not there"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let begin = |expected: &str| {
        let program = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
            .args(["serve", "--begin-memory", "--listen", &listen, "--dir"])
            .arg(world.dir())
            .env("LANG", "C")
            .env_remove("LC_ALL")
            .output()
            .unwrap();
        let said = String::from_utf8(program.stderr).unwrap();
        assert!(said.contains(expected), "{said}");
    };
    // The port is taken: only the memory is begun.
    begin("listening on");
    begin("later.signed exists already");
    assert!(world.path("later.signed.access").exists(), "the access journal's signer has one too");
    let server = serve(&world.dir());
    append(&server, &super::penalty(98));
    server.stop();
    let settings = std::fs::read(world.dir().join("ledger.toml")).unwrap();
    world.put("newer");
    std::fs::write(world.dir().join("ledger.toml"), settings).unwrap();
    let said = world.refused();
    assert!(said.contains(&format!("knows of {}", ALL + 1)) && said.contains("later.signed"), "{said}");
    world.is_right(ALL);
}
