//! Drives a real server over HTTP with events signed beforehand, and prints what it reaches beside the
//! limits measured in the same run: `verify_strict` alone on all cores, and the same bytes appended to a
//! file with a sync per batch.
//!
//! It enrols a steward and a department of its own and adopts a type, so give it a ledger that is there
//! to be filled. The client shares the server's cores: it has no runtime and writes its requests by hand.

// A tool for developers: it stops at the first surprise, and that is its message.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod city;
mod client;
mod limits;
mod looks;
mod people;

use city::City;
use client::Connection;
use people::People;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const USAGE: &str = "\
usage: load --url http://127.0.0.1:PORT --key REGISTRAR.key [options]

  --batches N    events sent in batches of 256 over 4 connections     [32768]
  --singles N    events sent one by one over 64 connections           [8192]
  --seconds N    how long half that load is kept up                   [5]
  --disk DIR     where the raw append is measured: the ledger's disk  [.]
  --pid N        the server's process on this machine: its CPU time is told for each event
  --city N       in place of all that: makes a city of N entries, ten about each subject, and asks it
  --ask RUN      asks the city of N entries that an earlier run has made, and makes nothing
  --dir DIR      the ledger's folder on this machine: what a city takes on disk is told for each entry
  --json         one JSON object on stdout in place of the table";

/// Events in a batch: what the aim names.
const BATCH: usize = 256;
const BATCH_CONNECTIONS: usize = 4;
const SINGLE_CONNECTIONS: usize = 64;
/// Events of each subject.
const PER_SUBJECT: usize = 30;

/// What was asked for.
struct Options {
    host: String,
    key: PathBuf,
    batches: usize,
    singles: usize,
    seconds: u64,
    disk: PathBuf,
    pid: Option<u32>,
    city: Option<City>,
    ask: Option<u64>,
    dir: Option<PathBuf>,
    json: bool,
}

impl Options {
    fn read() -> Option<Self> {
        let mut options = Self {
            host: String::new(),
            key: PathBuf::new(),
            batches: 32_768,
            singles: 8_192,
            seconds: 5,
            disk: ".".into(),
            pid: None,
            city: None,
            ask: None,
            dir: None,
            json: false,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            if argument == "--json" {
                options.json = true;
                continue;
            }
            let value = arguments.next()?;
            match argument.as_str() {
                "--url" => options.host = value.strip_prefix("http://")?.trim_end_matches('/').to_owned(),
                "--key" => options.key = value.into(),
                "--batches" => options.batches = value.parse().ok()?,
                "--singles" => options.singles = value.parse().ok()?,
                "--seconds" => options.seconds = value.parse().ok()?,
                "--disk" => options.disk = value.into(),
                "--city" => options.city = Some(City { entries: value.parse().ok()? }),
                "--ask" => options.ask = Some(value.parse().ok()?),
                "--dir" => options.dir = Some(value.into()),
                "--pid" => options.pid = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        let known = options.key.exists() || options.ask.is_some();
        let fits = options.ask.is_none() || options.city.is_some();
        (!options.host.is_empty() && known && fits).then_some(options)
    }
}

fn main() -> ExitCode {
    let Some(options) = Options::read() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if let Some(city) = options.city {
        report(&options, &Value::Object(whole_city(&options, city)));
        return ExitCode::SUCCESS;
    }
    let people = People::enrol(&options.host, &options.key);
    eprintln!("signing events");
    let batched = people.filings(options.batches, PER_SUBJECT);
    let singles = people.filings(options.singles, PER_SUBJECT);

    let verify = limits::verify_strict(&batched);
    let append = limits::append(&options.disk, &batched, BATCH);
    let ((batches, batches_cpu), (one_by_one, singles_cpu)) = (
        beside(options.pid, batched.len(), || batches(&options.host, &batched)),
        beside(options.pid, singles.len(), || one_by_one(&options.host, &singles)),
    );
    let wanted = one_by_one / 2.0;
    let half = people.filings(usize_of(wanted * seconds(options.seconds)), PER_SUBJECT);
    let latency = open_loop(&options.host, &half, wanted);
    let city = city_wide(&options.host);
    let standing = standing(&options.host, &people, options.batches / PER_SUBJECT);
    let resolved = resolved(&options.host, &people);
    let meanwhile = people.filings(options.singles, PER_SUBJECT);
    let looks = looks::measure(&options.host, &people, options.pid, &meanwhile);

    let mut figures = json!({
        "cores": cores(),
        "limit_verify_strict_per_second": verify.round(),
        "limit_append_fdatasync_per_second": append.round(),
        // One core's time: the limit keeps all of them busy.
        "limit_verify_strict_cpu_us": micros(f64::from(u32::try_from(cores()).unwrap()) / verify),
        "batches_of_256_per_second": batches.round(),
        "batches_server_cpu_us_each": batches_cpu,
        "batches_to_verify_strict": share(batches, verify),
        "singles_over_64_connections_per_second": one_by_one.round(),
        "singles_server_cpu_us_each": singles_cpu,
        "singles_to_verify_strict": share(one_by_one, verify),
        "half_load_per_second": wanted.round(),
        "half_load_p50_ms": millis(percentile(&latency, 50)),
        "half_load_p99_ms": millis(percentile(&latency, 99)),
        "first_city_wide_answer_ms": millis(city),
        "standing_of_30_p50_ms": millis(percentile(&standing, 50)),
        "standing_of_30_p99_ms": millis(percentile(&standing, 99)),
        "resolving_10_000_identities_ms": millis(resolved),
    });
    figures.as_object_mut().unwrap().extend(looks);
    report(&options, &figures);
    ExitCode::SUCCESS
}

fn whole_city(options: &Options, city: City) -> Map<String, Value> {
    let (host, mut figures) = (&options.host, Map::new());
    let people = match options.ask {
        // Ids of another second than any before: this run's own numbers would be taken already.
        Some(run) => People::of_run(host, run, limits::seconds_now() << 20),
        None => {
            let people = People::enrol(host, &options.key);
            figures.extend(city.make(host, &people, options.pid));
            people
        }
    };
    figures.extend(city.ask(host, &people, options.pid, options.dir.as_deref()));
    figures
}

fn report(options: &Options, figures: &Value) {
    if options.json {
        println!("{figures}");
        return;
    }
    for (name, figure) in figures.as_object().unwrap() {
        println!("{:<42} {:>12}", name.replace('_', " "), figure.to_string());
    }
}

/// Events a second in batches of 256, a few connections.
fn batches(host: &str, events: &[String]) -> f64 {
    let bodies: Vec<String> = events.chunks(BATCH).map(|batch| batch.join("\n") + "\n").collect();
    let next = AtomicUsize::new(0);
    let elapsed = together(BATCH_CONNECTIONS, |_| {
        let mut connection = Connection::open(host);
        while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (status, answer) = connection.post("/v1/events", "application/x-ndjson", body);
            assert_eq!(status, 200, "{answer}");
            let placed = answer.matches("\"placed\"").count();
            assert_eq!(placed, body.lines().count(), "not all of a batch was placed: {answer}");
        }
    });
    rate(events.len(), elapsed)
}

/// Events a second, one a request, on many connections.
fn one_by_one(host: &str, events: &[String]) -> f64 {
    let next = AtomicUsize::new(0);
    let elapsed = together(SINGLE_CONNECTIONS, |_| {
        let mut connection = Connection::open(host);
        while let Some(event) = events.get(next.fetch_add(1, Ordering::Relaxed)) {
            connection.place(event);
        }
    });
    rate(events.len(), elapsed)
}

/// Sends at a fixed rate whatever the server does, and gives the times from when an event was due to its
/// receipt: a server that stalls is not excused by a client that waits for it.
fn open_loop(host: &str, events: &[String], per_second: f64) -> Vec<Duration> {
    let (next, begin) = (AtomicUsize::new(0), Instant::now() + Duration::from_millis(200));
    let times = std::sync::Mutex::new(Vec::with_capacity(events.len()));
    together(SINGLE_CONNECTIONS, |_| {
        let (mut connection, mut own) = (Connection::open(host), Vec::new());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(event) = events.get(at) else { break };
            let due = begin + Duration::from_secs_f64(f64::from(u32::try_from(at).unwrap()) / per_second);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            connection.place(event);
            own.push(due.elapsed());
        }
        times.lock().unwrap().extend(own);
    });
    times.into_inner().unwrap()
}

/// How long a request for as many resident numbers as one may hold takes, from its first byte sent to its answer read.
fn resolved(host: &str, people: &People) -> Duration {
    let ((body, fields), mut server) = (people.resolving(host), Connection::open(host));
    let begin = Instant::now();
    let (status, answer) = server.post_with("/v1/identities", &fields, &body);
    let took = begin.elapsed();
    assert_eq!(
        (status, answer.matches("person:").count()),
        (200, 10_000),
        "{}",
        &answer[..answer.len().min(400)]
    );
    took
}

/// How long the first answer about all subjects takes, for an instant that nobody has asked about.
fn city_wide(host: &str) -> Duration {
    let mut connection = Connection::open(host);
    let begin = Instant::now();
    let (status, answer) = connection.get("/v1/oversight?valid_at=2025-12-31");
    assert_eq!(status, 200, "{answer}");
    begin.elapsed()
}

/// What some work comes to, and the CPU time of a process for each of so many events meanwhile, in microseconds.
fn beside(pid: Option<u32>, events: usize, work: impl FnOnce() -> f64) -> (f64, Option<f64>) {
    let before = pid.map(limits::cpu_seconds);
    let found = work();
    let used = before.map(|before| limits::cpu_seconds(pid.unwrap()) - before);
    (found, used.map(|used| micros(used / f64::from(u32::try_from(events).unwrap()))))
}

/// Times to answer the standing of subjects with 30 events each, one question after another.
fn standing(host: &str, people: &People, subjects: usize) -> Vec<Duration> {
    let mut connection = Connection::open(host);
    (0..2_000_usize)
        .map(|n| {
            // A step that is prime to most counts, so that neighbours are not asked in a row.
            let path = format!("/v1/subjects/{}", people.subject(n * 7_919 % subjects.max(1)));
            let begin = Instant::now();
            let (status, answer) = connection.get(&path);
            assert_eq!(status, 200, "{answer}");
            begin.elapsed()
        })
        .collect()
}

/// Runs `work` on so many threads and gives the time from the first to the last.
fn together(threads: usize, work: impl Fn(usize) + Sync) -> Duration {
    let begin = Instant::now();
    thread::scope(|scope| {
        for thread in 0..threads {
            let work = &work;
            scope.spawn(move || work(thread));
        }
    });
    begin.elapsed()
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, Into::into)
}

fn rate(count: usize, elapsed: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / elapsed.as_secs_f64()
}

fn share(found: f64, limit: f64) -> f64 {
    (found / limit * 1_000.0).round() / 1_000.0
}

fn seconds(whole: u64) -> f64 {
    Duration::from_secs(whole).as_secs_f64()
}

fn usize_of(count: f64) -> usize {
    format!("{:.0}", count.max(1.0)).parse().unwrap()
}

fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 100.0
}

fn micros(seconds: f64) -> f64 {
    (seconds * 1e7).round() / 10.0
}

fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted
        .get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}
