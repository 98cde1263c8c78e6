//! Answers about somebody leave at even times: what stands about a subject and is not shown makes its answer no slower.
//!
//! A timer of the runtime will not do: it is armed anew when the answer is ready, to the next whole millisecond from then,
//! and so tells when that was. One thread opens every gate at the instant that was fixed when the work began.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::pin::pin;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The first moment after its work began at which an answer leaves, and then at twice that, four times and so on: more than
/// a subject with hundreds of events needs.
const FIRST: Duration = Duration::from_millis(4);
/// The longest time from one such moment to the next: nobody waits for a time limit with an answer that is there.
const LONGEST_STEP: Duration = Duration::from_millis(512);
/// How long the thread sleeps where nobody waits.
const IDLE: Duration = Duration::from_secs(3_600);

/// The gates of one server.
pub(super) struct EvenTimes {
    asked: Sender<Gate>,
}

struct Gate {
    at: Instant,
    open: oneshot::Sender<()>,
}

impl EvenTimes {
    /// Starts the thread, which ends with this.
    pub(super) fn start() -> io::Result<Self> {
        let (asked, gates) = channel();
        thread::Builder::new().name("even times".into()).spawn(move || attend(&gates))?;
        Ok(Self { asked })
    }

    /// The answer, at the first even time at which it is there.
    pub(super) async fn leave<T>(&self, answer: impl Future<Output = T>) -> T {
        let (begun, mut after) = (Instant::now(), FIRST);
        let mut answer = pin!(answer);
        loop {
            let mut gate = pin!(self.gate(begun + after));
            tokio::select! {
                biased;
                answered = &mut answer => {
                    gate.await;
                    return answered;
                }
                () = &mut gate => after += after.min(LONGEST_STEP),
            }
        }
    }

    async fn gate(&self, at: Instant) {
        let (open, opened) = oneshot::channel();
        // Where the thread has ended, so has the server, and nobody is kept.
        if self.asked.send(Gate { at, open }).is_ok() {
            let _ended = opened.await;
        }
    }
}

/// Opens every gate at its instant, until nobody can ask for one any more.
fn attend(gates: &Receiver<Gate>) {
    let mut waiting: BinaryHeap<Reverse<Gate>> = BinaryHeap::new();
    loop {
        let now = Instant::now();
        while waiting.peek().is_some_and(|Reverse(next)| next.at <= now) {
            // Whoever does not wait any more needs none.
            let _gone = waiting.pop().map(|Reverse(gate)| gate.open.send(()));
        }
        let next = waiting.peek().map_or(IDLE, |Reverse(next)| next.at - now);
        match gates.recv_timeout(next) {
            Ok(gate) => waiting.push(Reverse(gate)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl PartialEq for Gate {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Gate {}

impl PartialOrd for Gate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Gate {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}
