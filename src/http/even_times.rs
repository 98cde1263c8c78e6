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
        let begun = Instant::now();
        leave_through(answer, |after| self.gate(begun + after)).await
    }

    async fn gate(&self, at: Instant) {
        let (open, opened) = oneshot::channel();
        // Where the thread has ended, so has the server, and nobody is kept.
        if self.asked.send(Gate { at, open }).is_ok() {
            let _ended = opened.await;
        }
    }
}

/// The answer, through the first gate that opens once it is there; a gate opens so long after the work began.
async fn leave_through<T, G: Future<Output = ()>>(
    answer: impl Future<Output = T>,
    gate: impl Fn(Duration) -> G,
) -> T {
    let (mut answer, mut after) = (pin!(answer), FIRST);
    loop {
        let mut gate = pin!(gate(after));
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

#[cfg(test)]
mod tests {
    // Helpers of tests are not marked as tests themselves.
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeSet;
    use std::future::poll_fn;
    use std::task::{Context, Poll, Waker};

    /// The moments of a pretended clock: everything happens when it is looked, and nothing takes time but the work.
    const TICK: Duration = Duration::from_micros(250);

    /// When an answer leaves whose work takes so long, and for which gates was asked until then.
    fn left(work: Duration) -> (Duration, Vec<Duration>) {
        let (now, asked) = (Cell::new(Duration::ZERO), RefCell::new(Vec::new()));
        let once = |at: Duration| {
            let now = &now;
            poll_fn(move |_| if now.get() >= at { Poll::Ready(()) } else { Poll::Pending })
        };
        let gate = |after| {
            asked.borrow_mut().push(after);
            once(after)
        };
        let mut leaving = pin!(leave_through(once(work), gate));
        let mut context = Context::from_waker(Waker::noop());
        while leaving.as_mut().poll(&mut context).is_pending() {
            now.set(now.get() + TICK);
        }
        (now.get(), asked.take())
    }

    #[test]
    fn when_an_answer_leaves_follows_from_the_class_of_its_time_alone() {
        // Written a second time: each is twice the one before, until the step is half a second.
        let millis = [4, 8, 16, 32, 64, 128, 256, 512, 1_024, 1_536, 2_048, 2_560];
        let even = millis.map(Duration::from_millis);
        let mut seen = BTreeSet::new();
        for ticks in 0..10_000 {
            let work = TICK * ticks;
            let class = even.iter().position(|at| work <= *at).unwrap();
            let (at, asked) = left(work);
            assert_eq!(at, even[class], "after work of {work:?}");
            // Nor do the gates that were asked for tell more than that one.
            assert!(asked == even[..=class], "after work of {work:?}: {asked:?}");
            seen.insert(at);
        }
        assert!(seen.into_iter().eq(even), "each class was seen");
    }

    #[test]
    fn a_gate_opens_at_no_earlier_instant_than_was_asked_for() {
        let times = EvenTimes::start().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let begun = Instant::now();
        // Asked for in another order than they open in, and one that is over already.
        let opened = |millis| {
            let at = begun + Duration::from_millis(millis);
            let gate = times.gate(at);
            async move {
                gate.await;
                assert!(Instant::now() >= at, "the gate of {millis} ms");
            }
        };
        runtime.block_on(async { tokio::join!(opened(30), opened(0), opened(10), opened(20)) });
        // Whoever goes away before his gate opens keeps nobody else.
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = times.leave(std::future::pending()) => unreachable!("nothing was there to leave"),
                () = std::future::ready(()) => {}
            }
            times.leave(std::future::ready(())).await;
        });
    }
}
