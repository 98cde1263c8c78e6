//! Somebody knows of more than the folder holds: a witness, a file, a mirror, its own tree. Then nothing is appended.

use super::{ALL, LATE, OLDER, World, penalty, post, program, serve, set, vkey};
use crate::witness::{Process, append};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

const WITNESS: &str = "office.example/w";
/// What a server says once it has kept what the witness has shown.
const ALARM: &str = "credit_ledger_witness_alarm{witness=\"w\"} 1";

fn witness(dir: &Path, listen: &str) -> Process {
    Process::witness(dir, WITNESS, &vkey().to_string(), listen)
}

/// A world whose newest checkpoint a witness has cosigned, and the witness.
fn witnessed(name: &str) -> (World, Process) {
    let mut running = None;
    let world = World::new(
        name,
        |world, settings| {
            let witness = witness(&world.path("w"), "127.0.0.1:0");
            let policy = format!("log {}\nwitness w {} {}\nquorum w\n", vkey(), witness.said, witness.url);
            std::fs::write(world.path("witnesses.policy"), policy).unwrap();
            settings.policy = Some("../witnesses.policy".into());
            running = Some(witness);
        },
        |_, server| {
            let covers = format!("\n{ALL}\n");
            server.until("/checkpoint/witnessed", |status, body| status == 200 && body.contains(&covers));
        },
    );
    (world, running.unwrap())
}

#[test]
fn an_older_folder_is_not_served_where_a_witness_or_a_file_knows_of_more() {
    let (world, witness) = witnessed("known-witness");
    world.put("older");
    world.lacks("the witness w");
    let (code, said) = program(&world.dir(), &["rebuild"]);
    assert!(code == 3 && said.contains("are missing"), "{code}: {said}");
    world.is_right(OLDER);
    // What was met once is known without the witness.
    witness.kill();
    world.lacks("checkpoint.known");
    // Kept by the folder itself, beside what is older.
    world.put("older");
    world.put_some("newer", &["checkpoint.witnessed"]);
    world.lacks("checkpoint.witnessed");
    let (code, said) = program(&world.dir(), &["rebuild"]);
    assert!(code == 3 && said.contains("are missing"), "{code}: {said}");
    world.is_right(OLDER);
    world.put("newer");
    world.is_whole();
}

#[test]
fn an_older_folder_is_not_served_where_a_mirror_knows_of_more() {
    let mut mirror = None;
    let world = World::new(
        "known-mirror",
        |_, _| {},
        |world, server| {
            let (dir, vkey) = (world.path("mirror"), vkey().to_string());
            let (dir, listen) = (dir.to_str().unwrap(), "127.0.0.1:0");
            let follow = ["follow", &server.url, "--dir", dir, "--vkey", &vkey, "--listen", listen];
            mirror = Some(Process::start(&follow, 2));
        },
    );
    // What it says before it serves is that it has copied.
    let mirror = mirror.unwrap();
    let url = &mirror.said;
    world.put("older");
    set(&world.dir(), &format!("mirrors = [\"{url}\"]"));
    world.lacks(&format!("the mirror {url}"));
    drop(mirror);
    world.lacks("checkpoint.known");
    world.is_right(OLDER);
    world.put("newer");
    world.is_whole();
}

#[test]
fn a_server_that_learns_of_more_while_it_runs_records_nothing_from_then_on() {
    let (world, told) = witnessed("known-running");
    let address = told.address().to_owned();
    told.kill();
    world.put("older");
    // Nobody tells it at its start.
    let server = serve(&world.dir());
    assert_eq!(server.get("/readyz").0, 200);
    let told = witness(&world.path("w"), &address);
    let ready = server.until("/readyz", |status, _| status == 503);
    let missing = format!("entries {OLDER} to {} are missing", ALL - 1);
    assert!(ready.contains("known-elsewhere") && ready.contains(&missing), "{ready}");
    let (status, said) = post(&server, &penalty(99));
    assert!(status == 503 && said.contains("urn:credit-ledger:problem:known-elsewhere"), "{status}: {said}");
    assert!(said.contains(&missing) && said.contains("the witness w"), "{said}");
    // Reads go on.
    assert_eq!(server.get("/v1/subjects/ext:test:a").0, 200);
    assert!(server.get("/checkpoint").1.contains(&format!("\n{OLDER}\n")));
    let metrics = server.until("/metrics", |_, body| body.contains(ALARM));
    assert!(metrics.contains("credit_ledger_writer_stopped 1"), "{metrics}");
    assert!(world.dir().join("evidence").read_dir().unwrap().count() == 1);
    server.stop();
    drop(told);
    world.lacks("checkpoint.known");
    world.is_right(OLDER);
    world.put("newer");
    world.is_whole();
}

#[test]
fn another_history_that_a_witness_cosigned_is_shown_and_nothing_is_appended_to_this_one() {
    let (world, told) = witnessed("known-forked");
    let address = told.address().to_owned();
    told.kill();
    world.put("older");
    let server = serve(&world.dir());
    for n in 0..LATE + 2 {
        append(&server, &penalty(200 + n));
    }
    let told = witness(&world.path("w"), &address);
    let ready = server.until("/readyz", |status, _| status == 503);
    assert!(ready.contains("known-elsewhere") && ready.contains("two histories"), "{ready}");
    let (status, said) = post(&server, &penalty(99));
    assert!(status == 503 && said.contains("known-elsewhere"), "{status}: {said}");
    server.until("/metrics", |_, body| body.contains(ALARM));
    server.stop();
    for kept in ["ledger/evidence", "w/evidence"] {
        assert_eq!(world.path(kept).read_dir().unwrap().count(), 1, "{kept}");
    }
    let said = world.refused();
    assert!(said.contains("two histories") && said.contains("checkpoint.known"), "{said}");
    drop(told);
    assert!(world.refused().contains("two histories"));
    world.is_right(OLDER + LATE + 2);
}

#[test]
fn a_witness_that_only_says_so_proves_nothing() {
    let (world, told) = witnessed("known-said");
    let listener = {
        let address = told.address().to_owned();
        told.kill();
        TcpListener::bind(address).unwrap()
    };
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = stop.clone();
    let liar = std::thread::spawn(move || {
        for stream in listener.incoming() {
            if stopped.load(std::sync::atomic::Ordering::Acquire) {
                break;
            }
            let mut stream = BufReader::new(stream.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                if let Some(stated) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                    length = stated.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                head += &line;
            }
            stream.read_exact(&mut vec![0; length]).unwrap();
            let answer = if head.starts_with("POST") {
                "HTTP/1.1 409 Conflict\r\nconnection: close\r\ncontent-length: 4\r\n\r\n999\n"
            } else {
                "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            };
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    let server = serve(&world.dir());
    let ready = server.until("/readyz", |_, body| body.contains("999"));
    assert!(ready.starts_with("ready") && ready.contains("proves it") && !ready.contains("ALARM"), "{ready}");
    append(&server, &penalty(99));
    server.stop();
    stop.store(true, std::sync::atomic::Ordering::Release);
    let _ = std::net::TcpStream::connect(
        std::fs::read_to_string(world.path("witnesses.policy"))
            .unwrap()
            .split("http://")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap(),
    );
    liar.join().unwrap();
    world.is_right(ALL + 1);
}

#[test]
fn a_tree_that_is_longer_than_the_log_is_evidence_and_no_rubbish() {
    let world = World::new("known-tree", |_, _| {}, |_, _| {});
    world.put("newer");
    let segment = format!("log/{:020}.seg", 0);
    let tree = std::fs::read(world.dir().join("tree/level-0")).unwrap();
    world.put_some("older", &[&segment, "log/offsets", "checkpoint"]);
    for _ in 0..2 {
        world.lacks("tree/level-0");
        let (code, said) = program(&world.dir(), &["rebuild"]);
        assert!(code == 3 && said.contains("tree/level-0 knows of"), "{code}: {said}");
        assert!(std::fs::read(world.dir().join("tree/level-0")).unwrap() == tree, "evidence was changed");
    }
    // So are the offsets.
    world.put_some("older", &["tree"]);
    world.put_some("newer", &["log/offsets"]);
    world.lacks("log/offsets");
    let (code, said) = program(&world.dir(), &["rebuild"]);
    assert!(code == 3 && said.contains("log/offsets knows of"), "{code}: {said}");
    // After a crash too.
    std::fs::write(world.dir().join("running"), "0 00000000\n").unwrap();
    world.lacks("log/offsets");
    world.put("newer");
    world.is_whole();
}
