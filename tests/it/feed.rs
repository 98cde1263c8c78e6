//! The feed: every entry once and in order, from wherever one asks, also after the connection broke.

use crate::http_server::{JSON, NDJSON, Server};
use crate::people;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use tlog::position::EntryIndex;

/// One event of a stream.
#[derive(Debug)]
struct Event {
    name: String,
    id: Option<u64>,
    data: Value,
}

/// An open feed, and the id that a standard client would come again with.
struct Feed {
    lines: BufReader<TcpStream>,
    last: Option<u64>,
}

impl Feed {
    fn open(server: &Server, query: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
            .write_all(format!("GET /v1/feed{query} HTTP/1.1\r\nhost: t\r\n{headers}\r\n").as_bytes())
            .unwrap();
        let mut feed = Self { lines: BufReader::new(stream), last: None };
        let head: Vec<String> = std::iter::from_fn(|| feed.line().filter(|line| !line.is_empty())).collect();
        assert!(head[0].contains("200"), "{head:?}");
        assert!(head.iter().any(|line| line == "content-type: text/event-stream"), "{head:?}");
        feed
    }

    /// The next line, without its end; `None` at the end of the connection.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line).unwrap();
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event; sizes of chunks, comments and `retry` are passed over. An id counts, as standard
    /// clients have it, also where no event comes with it.
    fn next(&mut self) -> Option<Event> {
        let (mut name, mut id) = (String::new(), None);
        loop {
            let line = self.line()?;
            if line.is_empty() {
                self.last = id.or(self.last);
                (name, id) = (String::new(), None);
            } else if let Some(found) = line.strip_prefix("event: ") {
                name = found.to_owned();
            } else if let Some(found) = line.strip_prefix("id: ") {
                id = Some(found.parse().unwrap());
            } else if let Some(data) = line.strip_prefix("data: ") {
                self.last = id.or(self.last);
                return Some(Event { name, id, data: serde_json::from_str(data).unwrap() });
            }
        }
    }

    /// Entries until one of this index has come.
    fn entries(&mut self, last: u64) -> Vec<Event> {
        let mut entries = Vec::new();
        while entries.last().is_none_or(|entry: &Event| entry.id != Some(last)) {
            entries.extend(self.next().filter(|event| event.name == "entry"));
        }
        entries
    }
}

/// The head that a feed is answered with.
pub fn head(server: &Server, headers: &str) -> String {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(format!("GET /v1/feed?from=0 HTTP/1.1\r\nhost: t\r\n{headers}\r\n").as_bytes()).unwrap();
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    lines.take_while(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

#[test]
fn every_entry_comes_once_and_in_order_also_after_a_break() {
    let server = Server::start("feed", |_| {});
    let body: String = (0..600).map(|n| people::penalty(n, &format!("ext:test:{n}")) + "\n").collect();
    assert_eq!(server.post(NDJSON, body).status, 200);
    let mut feed = Feed::open(&server, "?from=0", "");
    let entries = feed.entries(604);
    assert!(entries.iter().map(|entry| entry.id.unwrap()).eq(0..605));
    let first = &entries[0].data;
    assert_eq!((&first["kind"], &first["subject"]), (&"ledger.opened".into(), &"ledger".into()));
    let checkpoint = std::iter::from_fn(|| feed.next()).find(|event| event.name == "checkpoint").unwrap();
    assert_eq!(checkpoint.data["size"], 605);
    assert_eq!(checkpoint.data["checkpoint"], server.snapshots.latest().checkpoint_text());
    // What comes while one listens.
    let placed = server.post(JSON, people::penalty(900, "ext:test:900"));
    assert_eq!(placed.status, 201);
    assert_eq!(feed.entries(605)[0].data["leaf"], placed.json()["entry_hash"]);
    drop(feed);
    for n in 901..905 {
        assert_eq!(server.post(JSON, people::penalty(n, &format!("ext:test:{n}"))).status, 201);
    }
    // The header goes before the parameter, as a client that reconnects to the same URL needs it.
    let mut again = Feed::open(&server, "?from=0", "last-event-id: 605\r\n");
    assert!(again.entries(609).iter().map(|entry| entry.id.unwrap()).eq(606..610));
    let mut new = Feed::open(&server, "", "");
    assert_eq!(new.next().unwrap().name, "checkpoint");
    assert_eq!(server.post(JSON, people::penalty(905, "ext:test:905")).status, 201);
    assert_eq!(new.entries(610).len(), 1);
    let wrong = server.get("/v1/feed?from=x");
    assert_eq!((wrong.status, wrong.problem().as_str()), (400, "invalid-parameter"));
    // A server that stops ends its feeds, soon.
    let stopping = server.stop();
    while again.line().is_some() {}
    assert_eq!(stopping.finish(), 611);
}

#[test]
fn whoever_is_cut_off_after_any_event_goes_on_without_a_gap_and_without_a_repeat() {
    let server = Server::start("feed-ids", |_| {});
    let append = |n: u64| {
        assert_eq!(server.post(JSON, people::penalty(n, &format!("ext:test:{n}"))).status, 201);
    };
    // Cut off after every single event, by a client that sends the last id that it saw.
    let (mut entries, mut checkpoints, mut last) = (Vec::new(), 0, None);
    while checkpoints < 3 {
        let headers = last.map_or_else(String::new, |last| format!("last-event-id: {last}\r\n"));
        let mut feed = Feed::open(&server, "?from=2", &headers);
        let event = feed.next().unwrap();
        assert_eq!(event.id, feed.last, "every event has an id of its own: {event:?}");
        last = feed.last;
        match event.name.as_str() {
            "entry" => entries.push(event.data["index"].as_u64().unwrap()),
            "checkpoint" => {
                let size = event.data["size"].as_u64().unwrap();
                assert_eq!(event.id, Some(size - 1));
                // What comes while it is away.
                (0..3).for_each(|n| append(checkpoints * 10 + n));
                checkpoints += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(entries.iter().copied().eq(2..11), "{entries:?}");
    // Who asked for new entries alone, and was cut off before any came, misses none either.
    let mut new = Feed::open(&server, "", "");
    while new.last.is_none() {
        let line = new.line().unwrap();
        new.last = line.strip_prefix("id: ").map(|id| id.parse().unwrap());
    }
    assert_eq!(new.last, Some(13));
    // Who waits for an entry that is still to come goes on waiting for that one.
    let mut ahead = Feed::open(&server, "?from=15", "");
    let checkpoint = ahead.next().unwrap();
    assert_eq!((checkpoint.name.as_str(), checkpoint.id), ("checkpoint", Some(14)));
    append(50);
    append(51);
    assert_eq!(ahead.entries(15).len(), 1);
    assert_eq!(server.finish(), 16);
}

#[test]
fn a_malformed_last_event_id_is_refused_and_not_passed_over() {
    let server = Server::start("feed-malformed", |_| {});
    let most = (1_u64 << 53) - 1;
    for wrong in
        ["x", "", "-1", "+1", "01", "1.0", "3, 4", &most.to_string(), "99999999999999999999", "\u{e9}"]
    {
        let header = format!("last-event-id: {wrong}\r\n");
        // A feed would not end: its head is read first.
        let head = head(&server, &header);
        assert!(head.starts_with("HTTP/1.1 400"), "{wrong:?}: {head}");
        let answer = server.get_with("/v1/feed?from=0", &header);
        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid-parameter"), "{wrong:?}");
        assert_eq!(answer.json()["field"], "last-event-id", "{wrong:?}");
    }
    let twice = server.get_with("/v1/feed", "last-event-id: 1\r\nlast-event-id: 1\r\n");
    assert_eq!(twice.status, 400);
    server.finish();
}

#[test]
fn of_what_is_sealed_the_feed_says_where_it_stands_and_no_more() {
    let server = Server::start("feed-sealed", |_| {});
    assert_eq!(server.post(JSON, people::penalty(100, "ext:test:a")).status, 201);
    let mut feed = Feed::open(&server, "?from=5", "");
    let entry = feed.next().unwrap();
    assert_eq!(entry.id, Some(5));
    let members: Vec<_> = entry.data.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["index", "leaf", "recorded_at"]);
    drop(feed);
    server.finish();
}

#[test]
fn an_entry_that_cannot_be_read_ends_the_feed_with_its_name_after_all_before_it() {
    let server = Server::start("feed-damage", |_| {});
    for n in 0..6 {
        assert_eq!(server.post(JSON, people::penalty(100 + n, &format!("ext:test:part{n}"))).status, 201);
    }
    let segment = std::fs::read_dir(server.folder().join("log")).unwrap();
    let segment = segment
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "seg"));
    let segment = segment.unwrap();
    // Five entries come before: the opening and what sets the ledger up.
    let damaged = 5 + 3;
    // A bit of its commitment, which ends it.
    let entry = server.snapshots.log().raw(EntryIndex::new(damaged)).unwrap();
    let flip = || {
        let mut bytes = std::fs::read(&segment).unwrap();
        let at = bytes.windows(82).position(|window| window == entry.bytes()).unwrap();
        bytes[at + 81] ^= 0x40;
        std::fs::write(&segment, &bytes).unwrap();
        at
    };
    let at = flip();
    let mut feed = Feed::open(&server, "?from=0", "accept-language: zh\r\nconnection: close\r\n");
    for index in 0..damaged {
        let event = feed.next().unwrap();
        assert_eq!((event.name.as_str(), event.id), ("entry", Some(index)));
    }
    let problem = feed.next().unwrap();
    assert_eq!((problem.name.as_str(), problem.id), ("problem", Some(damaged - 1)));
    assert_eq!((&problem.data["index"], &problem.data["found"]), (&Value::Null, &damaged.to_string().into()));
    assert!(problem.data["type"].as_str().unwrap().ends_with("damaged"), "{}", problem.data);
    assert!(problem.data["title"].as_str().unwrap().contains("受损"), "{}", problem.data);
    assert!(feed.next().is_none(), "it ended");
    // Whoever comes again is told again, and is not shown an empty feed.
    let mut again = Feed::open(&server, "", &format!("last-event-id: {}\r\n", damaged - 1));
    assert_eq!(again.next().unwrap().name, "problem");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[at + 81] ^= 0x40;
    std::fs::write(&segment, &bytes).unwrap();
    assert_eq!(server.finish(), 5 + 6);
}
