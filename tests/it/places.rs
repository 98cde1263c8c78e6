//! Places for questions: what is asked while all places of heavy questions are taken.
//!
//! A heavy question is held where it asks for the time, by the clock that the server is given: it has its place
//! then, and has begun to be answered.

use crate::http_server::{Answer, JSON, NDJSON, Server};
use crate::people::{self, LIST, penalty};
use credit_ledger::clock;
use ledger_spec::time::RecordedTime;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

const HEAVY_TAKEN: &str = "credit_ledger_places_taken{places=\"heavy\"}";
const HEAVY_WAITING: &str = "credit_ledger_places_waiting{places=\"heavy\"}";
const HEAVY_REFUSED: &str = "credit_ledger_places_refused_total{places=\"heavy\"}";
/// Those about long subjects are counted with light ones: of which weight a subject is, is nobody's business.
const LIGHT_WAITING: &str = "credit_ledger_places_waiting{places=\"light\"}";
/// How often a question about everybody asks for the time before it is folded: whether an answer is kept.
const LOOKS: usize = 1;
/// How many heavy questions may wait.
const ROOM: usize = 32;

/// Holds some of those who ask for the time, until it is opened.
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    to_pass: usize,
    to_hold: usize,
    held: usize,
    open: bool,
}

/// A gate that is shut; it opens when this is dropped, also where the test fails.
struct Shut(&'static Gate);

/// One for each test.
static GATES: [Gate; 3] = [const { Gate::new() }; 3];

/// The clock of the test that has gate `G`.
fn gated<const G: usize>() -> RecordedTime {
    GATES[G].pass();
    clock::now()
}

impl Gate {
    const fn new() -> Self {
        Self {
            state: Mutex::new(State { to_pass: 0, to_hold: 0, held: 0, open: false }),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks as often as `count` says, and comes back once all are held.
    fn hold(
        &'static self,
        server: &Server,
        path: &str,
        (looks, count): (usize, usize),
    ) -> (Shut, Vec<TcpStream>) {
        let shut = Shut(self);
        let ask = |held| {
            (self.state().to_pass, self.state().to_hold) = (looks, 1);
            let asked = server.ask(path);
            drop(self.changed.wait_while(self.state(), |state| state.held <= held).unwrap());
            asked
        };
        (shut, (0..count).map(ask).collect())
    }

    fn pass(&self) {
        let mut state = self.state();
        if state.to_hold == 0 {
            return;
        }
        if state.to_pass > 0 {
            state.to_pass -= 1;
            return;
        }
        state.to_hold -= 1;
        state.held += 1;
        self.changed.notify_all();
        drop(self.changed.wait_while(state, |state| !state.open).unwrap());
    }
}

impl Drop for Shut {
    fn drop(&mut self) {
        self.0.state().open = true;
        self.0.changed.notify_all();
    }
}

/// Whether nothing was answered yet.
fn is_silent(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let read = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

fn overloaded(answer: &Answer) {
    assert_eq!((answer.status, answer.problem().as_str()), (503, "overloaded"), "{}", answer.text());
    assert!(answer.head.contains("retry-after: 2"), "{}", answer.head);
}

#[test]
fn light_questions_and_appends_pass_heavy_ones_and_whoever_finds_no_room_is_told_at_once() {
    let server = Server::start_by("places", gated::<0>, |settings| settings.heavy_questions = 2);
    assert_eq!(server.post(JSON, penalty(100, "ext:test:a")).status, 201);
    let (shut, held) = GATES[0].hold(&server, "/v1/oversight", (LOOKS, 2));
    let waiting: Vec<_> = (0..ROOM).map(|_| server.ask("/v1/oversight")).collect();
    server.until(HEAVY_WAITING, 32.0);
    // At once: while those before are neither answered nor sent away.
    for path in ["/v1/oversight", "/v1/indicators/place:430381"] {
        overloaded(&server.get(path));
    }
    let told = server.get_with("/v1/oversight", "accept-language: zh\r\n");
    assert!(told.text().contains("同类查询过多"), "{}", told.text());
    assert!(waiting.iter().chain(&held).all(is_silent), "it was not told at once");
    assert_eq!((server.sample(HEAVY_TAKEN), server.sample(HEAVY_REFUSED)), (2.0, 3.0));
    for path in [
        "/v1/receipts/5",
        "/v1/entries/5",
        "/v1/entries/5/raw",
        "/v1/subjects/ext:test:a",
        "/v1/subjects/ext:test:a/events",
        "/v1/consistency?from=1",
        "/v1/directory",
        "/v1/catalogue",
        "/checkpoint",
        "/tile/0/000.p/6",
        "/tile/entries/000.p/6",
    ] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    // Lists are folded over their own subjects, and have places of their own.
    for path in [format!("/v1/lists/{LIST}?limit=1"), format!("/v1/lists/{LIST}/departures")] {
        assert_eq!(server.get(&path).status, 200, "{path}");
    }
    let (media, one) = (format!("content-type: {JSON}\r\n"), penalty(101, "ext:test:b"));
    assert_eq!(server.post_to("/v1/events?dry_run=true", &media, &one).status, 200);
    assert_eq!(server.post(JSON, &one).status, 201);
    let many: String = (110..150).map(|n| penalty(n, "ext:test:c") + "\n").collect();
    assert_eq!(server.post(NDJSON, many).status, 200);
    assert!(held.iter().all(is_silent));
    // Nobody waits for ever.
    for stream in waiting {
        overloaded(&Answer::read(stream));
    }
    drop(shut);
    for stream in held {
        assert_eq!(Answer::read(stream).status, 200);
    }
    server.until(HEAVY_TAKEN, 0.0);
    assert_eq!(server.get("/v1/oversight").status, 200);
    assert_eq!(server.finish(), 47);
}

#[test]
fn whoever_gives_up_waits_no_longer_and_a_computation_keeps_its_place_until_it_has_ended() {
    let server = Server::start_by("places-left", gated::<1>, |settings| {
        (settings.heavy_questions, settings.request_seconds) = (1, 2);
    });
    let (shut, mut asked) = GATES[1].hold(&server, "/v1/oversight", (LOOKS, 1));
    asked.push(server.ask("/v1/oversight"));
    server.until(HEAVY_WAITING, 1.0);
    for stream in asked {
        let answer = Answer::read(stream);
        assert_eq!((answer.status, answer.problem().as_str()), (503, "timeout"));
    }
    assert_eq!((server.sample(HEAVY_WAITING), server.sample(HEAVY_TAKEN)), (0.0, 1.0));
    drop(shut);
    server.until(HEAVY_TAKEN, 0.0);
    assert_eq!(server.get("/v1/oversight").status, 200);
    assert_eq!(server.finish(), 5);
}

#[test]
fn subjects_with_very_many_events_have_places_of_their_own() {
    let server = Server::start_by("places-long", gated::<2>, |settings| settings.heavy_questions = 1);
    let post = |subject: &str, numbers: std::ops::Range<u64>| {
        let body: String = numbers.map(|n| penalty(n, subject) + "\n").collect();
        assert_eq!(server.post(NDJSON, body).status, 200);
    };
    (0..4).for_each(|n| post("ext:test:edge", 1_000 + n * 250..1_250 + n * 250));
    (0..4).for_each(|n| post("ext:test:long", 2_000 + n * 250..2_250 + n * 250));
    post("ext:test:long", 3_000..3_001);
    let long = "/v1/subjects/ext:test:long";
    let (shut, held) = GATES[2].hold(&server, long, (0, 1));
    let asked = [long, &format!("{long}/records"), &format!("{long}/events"), "/v1/entries/1005"];
    let asked = asked.map(|path| server.ask(path));
    server.until(LIGHT_WAITING, 4.0);
    for path in ["/v1/subjects/ext:test:edge", "/v1/entries/5", "/v1/receipts/1005", "/v1/oversight"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    assert!(asked.iter().all(is_silent), "it did not wait");
    let media = format!("content-type: {JSON}\r\n");
    let check = |n, subject: &str| server.post_to("/v1/events?dry_run=true", &media, penalty(n, subject));
    assert_eq!(check(4_000, "ext:test:edge").status, 200);
    overloaded(&check(4_001, "ext:test:long"));
    // What is appended about it is folded apart, and waits for nobody who reads.
    assert_eq!(server.post(JSON, people::penalty(4_004, "ext:test:long")).status, 201);
    // However many wait, nobody is refused: that would say how much stands about whom he asks.
    let burst: Vec<_> = (0..120).map(|_| server.ask(long)).collect();
    server.until(LIGHT_WAITING, 124.0);
    assert!(burst.iter().chain(&asked).all(is_silent), "one of them did not wait");
    drop(shut);
    for stream in asked.into_iter().chain(burst) {
        assert_eq!(Answer::read(stream).status, 200);
    }
    held.into_iter().for_each(|stream| assert_eq!(Answer::read(stream).status, 200));
    for path in [long, "/v1/entries/1005"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    assert_eq!(check(4_002, "ext:test:long").status, 200);
    assert_eq!(server.post(JSON, people::penalty(4_003, "ext:test:long")).status, 201);
    assert_eq!(server.finish(), 2_008);
}
