//! Signed reads: what one costs beside everybody's, what of that the access journal takes, and how long one waits while
//! many append.

use super::client::Connection;
use super::people::People;
use super::{SINGLE_CONNECTIONS, beside, millis, one_by_one, percentile, rate, share, together};
use ledger_spec::request::Purpose;
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Reads of each sort: three sorts are signed, and of one authority a server remembers 4,096 requests.
const READS: usize = 1_200;
/// Everybody may know it whole: a signature is verified, and nothing is written down.
const OPEN: &str = "/v1/directory";

/// A read with the fields that go with it.
type Read = (String, Vec<(&'static str, String)>);

/// Reads over 64 connections; the CPU time of `pid` for each of them, in microseconds.
fn reads(host: &str, pid: Option<u32>, reads: &[Read]) -> (f64, Option<f64>) {
    let next = AtomicUsize::new(0);
    beside(pid, reads.len(), || {
        let elapsed = together(SINGLE_CONNECTIONS, |_| {
            let mut connection = Connection::open(host);
            while let Some((path, fields)) = reads.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (status, answer) = connection.get_with(path, fields);
                assert_eq!(status, 200, "{answer}");
            }
        });
        rate(reads.len(), elapsed)
    })
}

/// Measures them; `events` are appended meanwhile, one by one over as many connections.
pub fn measure(host: &str, people: &People, pid: Option<u32>, events: &[String]) -> Map<String, Value> {
    let about = |n: usize| format!("/v1/subjects/{}", people.subject(n % 64));
    let public =
        |path: &dyn Fn(usize) -> String| (0..READS).map(|n| (path(n), Vec::new())).collect::<Vec<_>>();
    let signed = |path: &dyn Fn(usize) -> String| {
        let sign = |n| {
            let path = path(n);
            let fields = people.asking(host, &path, Purpose::Supervision);
            (path, fields)
        };
        (0..READS).map(sign).collect::<Vec<_>>()
    };
    let open = |_| OPEN.to_owned();
    // Once before, so that nothing is read for the first time while it is measured.
    reads(host, pid, &public(&about));
    let (public_rate, public_cpu) = reads(host, pid, &public(&about));
    let (_, open_cpu) = reads(host, pid, &public(&open));
    let (_, signed_cpu) = reads(host, pid, &signed(&open));
    let (look_rate, look_cpu) = reads(host, pid, &signed(&about));
    let waits = while_appending(host, &signed(&about), events);
    let journal = look_cpu
        .zip(public_cpu)
        .zip(signed_cpu.zip(open_cpu))
        .map(|((look, public), (signed, open))| share(look - public - (signed - open), look));
    let figures = json!({
        "public_reads_per_second": public_rate.round(),
        "public_read_server_cpu_us": public_cpu,
        "signed_reads_per_second": look_rate.round(),
        "signed_read_server_cpu_us": look_cpu,
        "signature_server_cpu_us": signed_cpu.zip(open_cpu).map(|(signed, open)| (signed - open).round()),
        "journal_share_of_signed_read": journal,
        "signed_read_while_64_append_p50_ms": millis(percentile(&waits, 50)),
        "signed_read_while_64_append_p99_ms": millis(percentile(&waits, 99)),
    });
    figures.as_object().cloned().unwrap()
}

/// How long each read takes, one after another, while the events are appended.
fn while_appending(host: &str, reads: &[Read], events: &[String]) -> Vec<Duration> {
    thread::scope(|scope| {
        let appending = scope.spawn(|| one_by_one(host, events));
        let (mut connection, mut waits) = (Connection::open(host), Vec::new());
        for (path, fields) in reads {
            if appending.is_finished() {
                break;
            }
            let begin = Instant::now();
            let (status, answer) = connection.get_with(path, fields);
            assert_eq!(status, 200, "{answer}");
            waits.push(begin.elapsed());
        }
        appending.join().unwrap();
        waits
    })
}
