//! Whether the time of an answer tells what its bytes do not: asks for pairs of paths in turn, one of something hidden and
//! one of nothing, over one connection, and prints the statistics of both. It asserts nothing: times are the machine's.
//!
//! `times HOST:PORT ROUNDS HIDDEN ABSENT [HIDDEN ABSENT …]`, such as `/v1/subjects/ext:r:1 /v1/subjects/ext:r:2`.

// Whoever measures wants to see at once that something is not as it should be.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "load/client.rs"]
#[allow(dead_code)] // it posts too
mod client;

use client::Connection;
use std::time::{Duration, Instant};

/// Rounds that are asked before any counts: caches fill.
const WARM: usize = 50;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, rounds, paths @ ..] = arguments.as_slice() else {
        panic!("times HOST:PORT ROUNDS HIDDEN ABSENT [HIDDEN ABSENT …]");
    };
    let rounds: usize = rounds.parse().unwrap();
    let mut connection = Connection::open(host);
    println!("{:<44} {:>9} {:>9} {:>9} {:>9}", "microseconds", "median", "p90", "p99", "least");
    for pair in paths.chunks_exact(2) {
        let [hidden, absent] = pair else { continue };
        let (mut of_hidden, mut of_absent) = (Vec::new(), Vec::new());
        for round in 0..WARM + rounds {
            // Each goes first every other time.
            let (first, second) = if round % 2 == 0 { (hidden, absent) } else { (absent, hidden) };
            let (one, other) = (time(&mut connection, first), time(&mut connection, second));
            if round >= WARM {
                let (one, other) = if round % 2 == 0 { (one, other) } else { (other, one) };
                of_hidden.push(one);
                of_absent.push(other);
            }
        }
        of_hidden.sort_unstable();
        of_absent.sort_unstable();
        line(hidden, &of_hidden);
        line(absent, &of_absent);
        let slower = slower(&of_hidden, &of_absent);
        println!(
            "    the first takes longer in {:.1} % of all pairs of answers; 50 % tells nothing",
            100.0 * slower
        );
    }
}

fn time(connection: &mut Connection, path: &str) -> Duration {
    let begun = Instant::now();
    connection.get(path);
    begun.elapsed()
}

fn line(path: &str, times: &[Duration]) {
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
    let micros = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e6);
    let [median, p90, p99, least] = [at(50), at(90), at(99), times.first()].map(micros);
    println!("{path:<44} {median:>9.1} {p90:>9.1} {p99:>9.1} {least:>9.1}");
}

/// The share of pairs of which the one is greater, half of those that are equal counted (Mann and Whitney's U over n²);
/// both are sorted.
fn slower(these: &[Duration], those: &[Duration]) -> f64 {
    let wins: f64 = these
        .iter()
        .map(|time| {
            let (below, up_to) =
                (those.partition_point(|one| one < time), those.partition_point(|one| one <= time));
            f64::midpoint(count(below), count(up_to))
        })
        .sum();
    wins / (count(these.len()) * count(those.len())).max(1.0)
}

fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap())
}
