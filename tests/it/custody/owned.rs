//! One writer, whatever happens to the folder that it has open.

use super::{ALL, World, keep, penalty, post, program, refused, serve};
use crate::witness::append;

#[test]
fn a_lock_that_somebody_takes_away_lets_no_second_process_in() {
    let world = World::new("owned-lock", |_, _| {}, |_, _| {});
    let server = serve(&world.dir());
    for name in ["lock", "running"] {
        drop(std::fs::remove_file(world.dir().join(name)));
    }
    for folder in [world.dir(), world.dir().join("access")] {
        drop(std::fs::remove_file(folder.join("lock")));
    }
    assert!(world.refused().contains("another process holds this ledger's lock"));
    let (code, said) = program(&world.dir(), &["rebuild"]);
    assert!(code == 3 && said.contains("another process holds"), "{code}: {said}");
    append(&server, &penalty(99));
    server.stop();
    world.is_right(ALL + 1);
}

#[test]
fn a_folder_that_was_moved_takes_nothing_more_and_what_stands_in_its_place_is_another() {
    let world = World::new("owned-moved", |_, _| {}, |_, _| {});
    let server = serve(&world.dir());
    append(&server, &penalty(98));
    std::fs::rename(world.dir(), world.path("moved")).unwrap();
    keep(&world.path("newer"), &world.dir());
    let (status, said) = post(&server, &penalty(99));
    assert!(status == 503 && said.contains("writer-stopped"), "{status}: {said}");
    assert_eq!(server.get("/readyz").0, 503);
    // Reads go on, from the folder that it has open.
    assert!(server.get("/checkpoint").1.contains(&format!("\n{}\n", ALL + 1)));
    world.is_right(ALL);
    // The one in its place is served by whoever opens that, and has nothing of the other.
    let second = serve(&world.dir());
    assert!(second.get("/checkpoint").1.contains(&format!("\n{ALL}\n")));
    second.stop();
    server.stop();
    world.is_right(ALL);
    std::fs::remove_dir_all(world.dir()).unwrap();
    std::fs::rename(world.path("moved"), world.dir()).unwrap();
    let server = serve(&world.dir());
    append(&server, &penalty(99));
    server.stop();
    world.is_right(ALL + 2);
}

#[test]
fn two_processes_never_have_one_folder_open() {
    let world = World::new("owned-two", |_, _| {}, |_, _| {});
    let server = serve(&world.dir());
    let link = world.path("link");
    std::os::unix::fs::symlink(world.dir(), &link).unwrap();
    for dir in [world.dir(), link] {
        assert!(refused(&dir).contains("another process holds this ledger's lock"));
    }
    append(&server, &penalty(99));
    server.kill();
    // The lock is gone with the process, and nothing of it is left.
    let server = serve(&world.dir());
    append(&server, &penalty(100));
    server.stop();
    assert!(!world.dir().join("lock").exists());
    world.is_right(ALL + 2);
}
