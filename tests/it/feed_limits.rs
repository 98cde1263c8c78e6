//! Feeds that nobody reads: few of them at once, closed when they stall, and none holds up a server that stops.

use crate::feed::head;
use crate::http_server::{Answer, JSON, NDJSON, PATIENCE, Server};
use crate::people::penalty;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const FEEDS: &str = "credit_ledger_places_taken{places=\"feeds\"}";
/// So many entries that what is said of them does not fit into the buffers of a connection.
const ENTRIES: u64 = 4_000;

fn fill(server: &Server) {
    for part in 0..ENTRIES / 500 {
        let numbers = 10_000 + part * 500..10_500 + part * 500;
        let body: String = numbers.map(|n| penalty(n, &format!("ext:test:{n}")) + "\n").collect();
        assert_eq!(server.post(NDJSON, body).status, 200);
    }
}

/// Waits until nothing more comes to readers that take nothing: what is still to come is held for them.
fn stuck(feeds: &[TcpStream]) {
    let mut buffer = vec![0; 8 << 20];
    let mut came = || feeds.iter().map(|feed| feed.peek(&mut buffer).unwrap()).sum::<usize>();
    let (mut before, mut same) = (0, 0);
    while same < 10 {
        std::thread::sleep(Duration::from_millis(50));
        let now = came();
        same = if now == before { same + 1 } else { 0 };
        before = now;
    }
}

/// Feeds from the first entry on that are open and not read.
fn unread(server: &Server, count: u32) -> Vec<TcpStream> {
    let feeds = (0..count).map(|_| server.ask("/v1/feed?from=0")).collect();
    server.until(FEEDS, f64::from(count));
    feeds
}

/// All that still comes, to the end of the connection, however that is brought about.
fn rest(mut stream: TcpStream) -> usize {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut bytes, mut buffer) = (0, vec![0; 64 << 10]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return bytes,
            Ok(read) => bytes += read,
            Err(error) => {
                assert!(!matches!(error.kind(), std::io::ErrorKind::WouldBlock), "it is still open");
                return bytes;
            }
        }
    }
}

#[test]
fn there_are_so_many_feeds_at_once_and_one_more_is_told_to_come_again() {
    let server = Server::start("feeds", |settings| settings.feeds = 2);
    let mut open = unread(&server, 2);
    let answer = server.get("/v1/feed?from=0");
    assert_eq!((answer.status, answer.problem().as_str()), (503, "overloaded"));
    assert!(answer.head.contains("retry-after: 2"), "{}", answer.head);
    // Feeds take nothing from others.
    assert_eq!((server.get("/v1/oversight").status, server.get("/v1/receipts/1").status), (200, 200));
    // That a reader is gone shows when it is sent something.
    drop(open.pop());
    let begun = Instant::now();
    for n in 100.. {
        assert!(begun.elapsed() < PATIENCE, "its place was never free again");
        assert_eq!(server.post(JSON, penalty(n, "ext:test:a")).status, 201);
        if head(&server, "").starts_with("HTTP/1.1 200") {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(open);
    server.finish();
}

#[test]
fn a_feed_is_closed_when_its_reader_takes_nothing_and_not_when_nothing_comes() {
    let server = Server::start("feeds-stall", |settings| settings.stall_seconds = 3);
    fill(&server);
    let stalled = unread(&server, 3);
    let quiet = server.ask("/v1/feed");
    // All but the one that has nothing to take.
    server.until(FEEDS, 1.0);
    let whole = usize::try_from(ENTRIES).unwrap() * 200;
    for stream in stalled {
        let read = rest(stream);
        assert!(0 < read && read < whole, "{read} bytes were kept for it");
    }
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(server.post(JSON, penalty(1, "ext:test:a")).status, 201);
    quiet.set_read_timeout(Some(PATIENCE)).unwrap();
    let came = BufReader::new(quiet).lines().map(Result::unwrap).any(|line| line == "event: entry");
    assert!(came, "the quiet feed was closed too");
    server.finish();
}

#[test]
fn feeds_that_are_not_read_do_not_hold_up_a_server_that_stops() {
    let server = Server::start("feeds-stop", |_| {});
    fill(&server);
    let feeds = unread(&server, 8);
    let read = server.ask("/v1/feed?from=4000");
    server.until(FEEDS, 9.0);
    stuck(&feeds);
    let ended = server.stop().ended();
    // Not a speed: what is not bounded here is as long as an append may take, 30 seconds.
    assert!(ended < Duration::from_secs(2), "{ended:?}");
    for stream in feeds.into_iter().chain([read]) {
        assert!(rest(stream) > 0);
    }
}

#[test]
fn an_append_under_way_is_answered_though_feeds_are_cut_off() {
    let server = Server::start("feeds-append", |_| {});
    fill(&server);
    let feeds = unread(&server, 2);
    stuck(&feeds);
    let body: String = (0..50).map(|n| penalty(n, &format!("ext:test:{n}")) + "\n").collect();
    let (half, others) = body.as_bytes().split_at(body.len() / 2);
    let length = body.len();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: t\r\ncontent-type: {NDJSON}\r\ncontent-length: {length}\r\n\
         expect: 100-continue\r\n\r\n"
    );
    let mut append = TcpStream::connect(server.address).unwrap();
    append.write_all(head.as_bytes()).unwrap();
    let mut going_on = [0; 25];
    append.read_exact(&mut going_on).unwrap();
    assert_eq!(&going_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    append.write_all(half).unwrap();
    let stopping = server.stop();
    for stream in feeds {
        assert!(rest(stream) > 0);
    }
    // Those were cut off; whatever else was to be would be by now.
    std::thread::sleep(Duration::from_millis(500));
    append.write_all(others).unwrap();
    let lines = Answer::read(append).lines();
    assert_eq!(lines.iter().filter(|line| line["status"] == "placed").count(), 50);
    assert_eq!(stopping.finish(), 5 + ENTRIES + 50);
}
