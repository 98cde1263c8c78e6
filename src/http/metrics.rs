//! What is counted, as Prometheus text (exposition format 0.0.4). No label holds anything that a
//! caller wrote.

use super::Shared;
use super::params::Params;
use super::problem::{Problem, ProblemKind};
use super::witnesses;
use crate::sequencer::Appended;
use axum::extract::{RawQuery, State};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the duration histogram, in microseconds.
const BOUNDS: [u64; 10] = [500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_500_000, 10_000_000];

/// Counters of one running server.
#[derive(Default)]
pub(super) struct Metrics {
    placed: AtomicU64,
    repeated: AtomicU64,
    refused: Mutex<BTreeMap<ProblemKind, u64>>,
    requests: Mutex<BTreeMap<String, Route>>,
}

/// The requests of one method and route template.
#[derive(Default)]
struct Route {
    by_status: BTreeMap<u16, u64>,
    /// Requests per bucket, not cumulated.
    buckets: [u64; BOUNDS.len()],
    count: u64,
    micros: u64,
}

impl Metrics {
    pub(super) fn placed(&self, placed: &Appended) {
        if placed.repeat { &self.repeated } else { &self.placed }.fetch_add(1, Relaxed);
    }

    pub(super) fn refused(&self, kind: ProblemKind) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
    }

    pub(super) fn request(&self, method: &Method, route: &str, status: u16, took: Duration) {
        // Callers can invent methods; labels must stay few.
        let method = match *method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            _ => "other",
        };
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let labels = format!(r#"method="{method}",route="{route}""#);
        let counted = requests.entry(labels).or_default();
        *counted.by_status.entry(status).or_default() += 1;
        if let Some(bucket) = BOUNDS.iter().position(|bound| micros <= *bound) {
            counted.buckets[bucket] += 1;
        }
        counted.count += 1;
        counted.micros = counted.micros.saturating_add(micros);
    }

    fn write(&self, out: &mut String) {
        head(out, "credit_ledger_events_total", "counter", "events by what became of them");
        for (outcome, counter) in [("placed", &self.placed), ("repeat", &self.repeated)] {
            let count = counter.load(Relaxed);
            let _ = writeln!(out, r#"credit_ledger_events_total{{outcome="{outcome}"}} {count}"#);
        }
        head(out, "credit_ledger_events_refused_total", "counter", "events refused, by problem");
        for (kind, count) in self.refused.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let (slug, rule) = (kind.slug(), kind.rule().map_or("", |rule| rule.id()));
            let _ = writeln!(
                out,
                r#"credit_ledger_events_refused_total{{problem="{slug}",rule="{rule}"}} {count}"#
            );
        }
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        head(out, "credit_ledger_requests_total", "counter", "requests by route and status");
        for (labels, route) in requests.iter() {
            for (status, count) in &route.by_status {
                let _ =
                    writeln!(out, r#"credit_ledger_requests_total{{{labels},status="{status}"}} {count}"#);
            }
        }
        head(out, "credit_ledger_request_seconds", "histogram", "how long requests took");
        for (labels, route) in requests.iter() {
            route.write(labels, out);
        }
    }
}

impl Route {
    // Writing into a String cannot fail.
    fn write(&self, labels: &str, out: &mut String) {
        let mut below = 0;
        for (bound, count) in BOUNDS.iter().zip(self.buckets) {
            below += count;
            let bound = seconds(*bound);
            let _ = writeln!(out, r#"credit_ledger_request_seconds_bucket{{{labels},le="{bound}"}} {below}"#);
        }
        let (count, sum) = (self.count, seconds(self.micros));
        let _ = writeln!(out, r#"credit_ledger_request_seconds_bucket{{{labels},le="+Inf"}} {count}"#);
        let _ = writeln!(out, "credit_ledger_request_seconds_sum{{{labels}}} {sum}");
        let _ = writeln!(out, "credit_ledger_request_seconds_count{{{labels}}} {count}");
    }
}

/// Counters and gauges of this server, for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "getMetrics",
    tag = "operation",
    responses((status = 200, description = "Prometheus text", body = String, content_type = "text/plain")),
)]
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse, Problem> {
    Params::read(query.as_deref(), &[])?;
    let mut out = String::new();
    shared.metrics.write(&mut out);
    // A copy has no writer: nothing waits for it, and it has not stopped.
    let sequencer = shared.app.sequencer.as_ref();
    for (name, help, value) in [
        (
            "credit_ledger_queue_events",
            "events that wait for the writer",
            sequencer.map_or(0, |writer| u64::try_from(writer.queued()).unwrap_or(u64::MAX)),
        ),
        (
            "credit_ledger_tree_size",
            "entries under the published checkpoint",
            shared.app.snapshots.latest().size().get(),
        ),
        (
            "credit_ledger_writer_stopped",
            "1 once nothing is written any more",
            u64::from(sequencer.is_some_and(|writer| writer.stopped().is_some())),
        ),
    ] {
        head(&mut out, name, "gauge", help);
        let _ = writeln!(out, "{name} {value}");
    }
    for (name, help, values) in witnesses::gauges(&shared) {
        head(&mut out, name, "gauge", help);
        for (labels, value) in values {
            let _ = writeln!(out, "{name}{labels} {value}");
        }
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out))
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// Microseconds as seconds, exactly.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
