//! A whole city: a ledger of very many entries about very many subjects, and what is asked of it.
//!
//! Making it takes minutes; asking it again, after the server was started anew, is one run more (`--ask`).

use super::client::Connection;
use super::people::People;
use super::{BATCH, batches, beside, limits, millis, open_loop, percentile};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Events of each subject.
const PER_SUBJECT: usize = 10;
/// Members of the list: one entry in a hundred, and no more than this.
const MEMBERS: usize = 100_000;
/// Events that are signed and then sent together.
const WAVE: usize = 64 * BATCH;
/// Members on a page.
const PAGE: usize = 100;
/// Who asks while receipts are waited for: about the whole city, and for pages of a list.
const CITY_CLIENTS: usize = 8;
const LIST_CLIENTS: usize = 500;
/// Events a second that are sent meanwhile, and how many.
const MEANWHILE: f64 = 200.0;
const MEANWHILE_EVENTS: usize = 2_000;

/// How large a city is.
#[derive(Clone, Copy)]
pub struct City {
    pub entries: usize,
}

impl City {
    fn subjects(self) -> usize {
        (self.entries / PER_SUBJECT).max(1)
    }

    fn members(self) -> usize {
        (self.entries / 100).min(MEMBERS)
    }

    /// Makes it, and tells how fast the first and the last events were taken.
    pub fn make(self, host: &str, people: &People, pid: Option<u32>) -> Map<String, Value> {
        let mut rates = Vec::new();
        let begin = Instant::now();
        for first in (0..self.entries).step_by(WAVE) {
            let wave = first..self.entries.min(first + WAVE);
            let events = people.city(wave.clone(), self.subjects(), self.members());
            rates.push(beside(pid, events.len(), || batches(host, &events)));
            if (first / WAVE).is_multiple_of(32) {
                let (rate, cpu) = rates[rates.len() - 1];
                eprintln!("{} of {}: {rate:.0}/s, cpu {cpu:?} us", wave.end, self.entries);
            }
        }
        // The first wave that files, and nothing else, against the last: each the median of some.
        let filing = self.members().div_ceil(WAVE).min(rates.len() - 1);
        let of = |waves: &[(f64, Option<f64>)]| {
            let mut rates: Vec<_> = waves.iter().map(|(rate, _)| *rate).collect();
            rates.sort_unstable_by(f64::total_cmp);
            rates[rates.len() / 2]
        };
        let first = of(&rates[filing..(filing + 9).min(rates.len())]);
        let last = of(&rates[rates.len().saturating_sub(9)..]);
        let figures = json!({
            "run": people.run(), "entries": self.entries, "seconds": begin.elapsed().as_secs(),
            "first_filings_per_second": first.round(), "last_filings_per_second": last.round(),
            "last_to_first": super::share(last, first),
            "last_server_cpu_us_each": rates[rates.len() - 1].1,
        });
        figures.as_object().unwrap().clone()
    }

    /// What is asked of it, each as whoever asks waits for it.
    pub fn ask(
        self,
        host: &str,
        people: &People,
        pid: Option<u32>,
        dir: Option<&Path>,
    ) -> Map<String, Value> {
        let list = format!("/v1/lists/{}", people.list_code());
        let mut server = Connection::open(host);
        let mut timed = |path: &str| {
            let begin = Instant::now();
            let (status, answer) = server.get(path);
            assert_eq!(status, 200, "{path}: {answer}");
            begin.elapsed()
        };
        let now = timed("/v1/oversight");
        let then = timed("/v1/oversight?valid_at=2025-12-31");
        let edition = timed(&format!("{list}?limit={PAGE}&valid_at=2026-01-31"));
        let after = self.members() / 2;
        let (status, page) = Connection::open(host).get(&format!("{list}?limit={PAGE}&valid_at=2026-01-31"));
        assert!(status == 200 && page.contains("\"next\"") || self.members() <= PAGE, "{page}");
        let next = serde_json::from_str::<Value>(&page).unwrap()["next"].as_u64().unwrap_or_default();
        let middle = next + u64::try_from(after).unwrap();
        let page = timed(&format!("{list}?limit={PAGE}&valid_at=2026-01-31&after={middle}"));
        let standing = self.standing(host, people);
        let quiet = open_loop(host, &people.filings(MEANWHILE_EVENTS, PER_SUBJECT), MEANWHILE);
        let (busy, answered, refused) = self.beside_questions(host, people, &list);
        let mut figures = json!({
            "oversight_now_ms": millis(now), "oversight_at_another_instant_ms": millis(then),
            "whole_edition_of": self.members(), "whole_edition_ms": millis(edition),
            "list_page_of_100_ms": millis(page),
            "standing_p50_ms": millis(percentile(&standing, 50)),
            "standing_p99_ms": millis(percentile(&standing, 99)),
            "receipt_p50_ms": millis(percentile(&quiet, 50)),
            "receipt_p99_ms": millis(percentile(&quiet, 99)),
            "receipt_beside_questions_p50_ms": millis(percentile(&busy, 50)),
            "receipt_beside_questions_p99_ms": millis(percentile(&busy, 99)),
            "questions_answered_meanwhile": answered, "questions_told_to_come_again": refused,
        });
        let all = figures.as_object_mut().unwrap();
        if let Some(pid) = pid {
            all.insert("resident_mib".into(), (limits::resident_kib(pid) / 1_024).into());
        }
        if let Some(dir) = dir {
            let bytes = limits::disk_bytes(dir) / u64::try_from(self.entries).unwrap();
            all.insert("disk_bytes_each".into(), bytes.into());
        }
        all.clone()
    }

    fn standing(self, host: &str, people: &People) -> Vec<Duration> {
        let mut connection = Connection::open(host);
        (0..2_000_usize)
            .map(|n| {
                let path = format!("/v1/subjects/{}", people.subject(n * 7_919 % self.subjects()));
                let begin = Instant::now();
                let (status, answer) = connection.get(&path);
                assert_eq!(status, 200, "{answer}");
                begin.elapsed()
            })
            .collect()
    }

    /// Receipts of events that are sent at a fixed rate, while others ask what costs most; how many questions were
    /// answered meanwhile, and how many were told to come again.
    fn beside_questions(self, host: &str, people: &People, list: &str) -> (Vec<Duration>, usize, usize) {
        let events = people.filings(MEANWHILE_EVENTS, PER_SUBJECT);
        let (stop, answered, refused) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
        let ask = |path: &dyn Fn(usize) -> String, n: usize| {
            let mut connection = Connection::open(host);
            for turn in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                match connection.get(&path(n + turn * 31)) {
                    (200, _) => drop(answered.fetch_add(1, Ordering::Relaxed)),
                    // It is asked again when the answer says so: in a second.
                    (503, _) => {
                        refused.fetch_add(1, Ordering::Relaxed);
                        thread::sleep(Duration::from_secs(1));
                    }
                    (status, answer) => panic!("{status}: {answer}"),
                }
            }
        };
        let city = |n: usize| format!("/v1/oversight?valid_at=2026-02-{:02}", n % 28 + 1);
        let page = |n: usize| format!("{list}?limit={PAGE}&valid_at=2026-01-{:02}", n % 4 + 28);
        let mut times = Vec::new();
        thread::scope(|scope| {
            for n in 0..CITY_CLIENTS {
                scope.spawn(move || ask(&city, n));
            }
            for n in 0..LIST_CLIENTS {
                scope.spawn(move || ask(&page, n));
            }
            thread::sleep(Duration::from_secs(2));
            times = open_loop(host, &events, MEANWHILE);
            stop.store(true, Ordering::Relaxed);
        });
        (times, answered.into_inner(), refused.into_inner())
    }
}
