//! Signed requests that were answered lately, so that none is answered twice: not by this process, and not by the next.
//!
//! Kept in memory alone. A request that this process answers is dated before its answer, and so before whatever process
//! comes after this one: that answers nothing dated before its own start.

use crate::words::say;
use ledger_spec::request::{REMEMBERED, RequestRefusal, VerifiedRequest};
use ledger_spec::rule::RequestRule;
use ledger_spec::time::RecordedTime;
use ledger_spec::wording::Words;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use tlog::defect::OrDefect as _;

/// Most requests of one key that are remembered at once; one more is told to come again. None takes another's room, a stolen one
/// not its colleagues'. An auditor asks for what opens 256 entries at once, and so for eight million in that time: more than can be verified.
const MOST_REMEMBERED: u64 = 32_768;
/// For how long each is remembered, in microseconds.
const LIFE: u64 = REMEMBERED * 1_000_000;

/// What was answered lately.
#[derive(Debug)]
pub struct Replays {
    /// Nothing older is answered: it may have been answered before the last stop.
    started: RecordedTime,
    lately: Mutex<Lately>,
}

/// Bounded: so many requests of each key that is enrolled.
#[derive(Debug, Default)]
struct Lately {
    /// Until when each is remembered, the oldest first.
    order: VecDeque<(u64, [u8; 32], [u8; 32])>,
    marks: BTreeSet<[u8; 32]>,
    counts: BTreeMap<[u8; 32], u64>,
}

impl Replays {
    /// Nothing was answered yet by a process that began at `started`.
    #[must_use]
    pub fn new(started: RecordedTime) -> Self {
        Self { started, lately: Mutex::default() }
    }

    /// R10, R15, R16: takes a request, which is answered now and never again. It is not dated ahead: who answers has waited.
    pub fn take(&self, asked: &VerifiedRequest, now: RecordedTime) -> Result<(), RequestRefusal> {
        asked.fresh_at(now)?;
        let created = asked.created();
        if created < self.started || created > now {
            let text = |time: RecordedTime| Words::data(time.to_text());
            return Err(RequestRefusal {
                rule: RequestRule::Fresh,
                field: "created",
                found: say!("made at {}", text(created)),
                expected: say!("at {} or later, since when the server answers", text(self.started)),
            });
        }
        self.remember(asked.mark(), *asked.key().as_bytes(), now.micros())
    }

    fn remember(&self, mark: [u8; 32], key: [u8; 32], now: u64) -> Result<(), RequestRefusal> {
        let mut lately = self.lately.lock().or_defect("nothing panics while it holds this lock");
        while let Some((_, old, mark)) = lately.order.pop_front_if(|(until, ..)| *until < now) {
            lately.marks.remove(&mark);
            if let Some(count) = lately.counts.get_mut(&old) {
                *count = count.saturating_sub(1);
            }
        }
        if lately.marks.contains(&mark) {
            return Err(RequestRefusal {
                rule: RequestRule::Once,
                field: "nonce",
                found: say!("a request with this nonce came before"),
                expected: say!("a nonce that the key has not signed before"),
            });
        }
        let count = lately.counts.entry(key).or_default();
        if *count >= MOST_REMEMBERED {
            return Err(RequestRefusal {
                rule: RequestRule::Few,
                field: "keyid",
                found: say!("{} requests that are remembered", *count),
                expected: say!("at most {}", MOST_REMEMBERED),
            });
        }
        *count += 1;
        lately.order.push_back((now.saturating_add(LIFE), key, mark));
        lately.marks.insert(mark);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_spec::request::{NewRequest, RequestHead, SignedRequest};
    use tlog::key::SecretKey;

    const SECOND: u64 = 1_000_000;

    fn at(seconds: u64) -> RecordedTime {
        RecordedTime::from_micros(seconds * SECOND)
    }

    fn asked(nonce: u8, made: u64) -> VerifiedRequest {
        let (method, path, query) = ("GET", "/", None);
        let new = NewRequest {
            method,
            path,
            query,
            authority: "a",
            body: None,
            purpose: None,
            case: None,
            visible_from: None,
        };
        let fields = new.sign(&SecretKey::from_seed(&[5; 32]), at(made), &[nonce; 16]);
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        fields.push(("host", b"a"));
        let head = RequestHead { method, path, query, fields: &fields };
        SignedRequest::parse(&head).unwrap().verify(at(made)).unwrap()
    }

    #[test]
    fn a_request_is_taken_once_and_by_no_process_that_began_after_it() {
        let replays = Replays::new(at(10_000));
        let first = asked(1, 10_100);
        assert_eq!(replays.take(&first, at(10_101)), Ok(()));
        for later in [10_101, 10_190] {
            assert_eq!(replays.take(&first, at(later)).unwrap_err().rule, RequestRule::Once);
        }
        // Made at 10,100 to expire at 10,160; a clock may be 30 seconds behind.
        assert_eq!(replays.take(&first, at(10_191)).unwrap_err().rule, RequestRule::Fresh);
        let ahead = asked(2, 10_200);
        assert_eq!(replays.take(&ahead, at(10_199)).unwrap_err().rule, RequestRule::Fresh);
        assert_eq!(replays.take(&ahead, at(10_200)), Ok(()));
        // Another process, begun within the second in which it was made, or later.
        let half = RecordedTime::from_micros(10_200 * SECOND + 1);
        assert_eq!(Replays::new(half).take(&ahead, at(10_201)).unwrap_err().rule, RequestRule::Fresh);
    }

    #[test]
    fn no_key_takes_anothers_room() {
        let replays = Replays::new(at(10_000));
        let take = |key: u8, number: u64, now: u64| {
            let mut mark = [0; 32];
            mark[..8].copy_from_slice(&number.to_le_bytes());
            replays.remember(mark, [key; 32], now * SECOND)
        };
        for number in 0..MOST_REMEMBERED {
            take(1, number, 10_100).unwrap();
        }
        assert_eq!(take(1, MOST_REMEMBERED, 10_100).unwrap_err().rule, RequestRule::Few);
        take(2, MOST_REMEMBERED, 10_100).unwrap();
        // What is forgotten makes room.
        assert_eq!(take(1, 0, 10_100 + REMEMBERED).unwrap_err().rule, RequestRule::Once);
        take(1, 0, 10_101 + REMEMBERED).unwrap();
    }
}
