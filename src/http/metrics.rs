//! What is counted, as OpenMetrics text, written and escaped by Prometheus' own encoder. No label holds
//! anything that a caller wrote, and what never happened has no sample.

use super::Shared;
use super::params::Params;
use super::problem::{Problem, ProblemKind};
use super::witnesses;
use crate::sequencer::Appended;
use axum::extract::{RawQuery, State};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tlog::defect::as_u64;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The text's media type.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper bounds of the duration histogram, in seconds.
const BOUNDS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];

/// Counters of one running server.
pub(super) struct Metrics {
    registry: Registry,
    events: Family<Event, Counter>,
    refused: Family<Refused, Counter>,
    requests: Family<Answered, Counter>,
    took: Family<Route, Histogram, fn() -> Histogram>,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Event {
    outcome: &'static str,
}

/// Why an event was refused; `rule` is empty where no rule of admission did.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    problem: &'static str,
    rule: &'static str,
}

/// Requests of one method and route template.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

/// The same that were answered with one status.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

impl Default for Metrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        let mut metrics = Self {
            registry: Registry::with_prefix("credit_ledger"),
            events: Family::default(),
            refused: Family::default(),
            requests: Family::default(),
            took: Family::new_with_constructor(histogram),
        };
        let registry = &mut metrics.registry;
        registry.register("events", "Events by what became of them", metrics.events.clone());
        registry.register("events_refused", "Events refused, by problem", metrics.refused.clone());
        registry.register("requests", "Requests by route and status", metrics.requests.clone());
        let took = metrics.took.clone();
        registry.register_with_unit("request", "How long requests took", Unit::Seconds, took);
        // Both are known from the start: nothing placed is a number and not an absence.
        for outcome in ["placed", "repeat"] {
            drop(metrics.events.get_or_create(&Event { outcome }));
        }
        metrics
    }
}

impl Metrics {
    pub(super) fn placed(&self, placed: &Appended) {
        let outcome = if placed.repeat { "repeat" } else { "placed" };
        self.events.get_or_create(&Event { outcome }).inc();
    }

    pub(super) fn refused(&self, kind: ProblemKind) {
        let rule = kind.rule().map_or("", |rule| rule.id());
        self.refused.get_or_create(&Refused { problem: kind.slug(), rule }).inc();
    }

    pub(super) fn request(&self, method: &Method, route: &str, status: u16, took: Duration) {
        // Callers can invent methods; labels must stay few.
        let method = match *method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            _ => "other",
        };
        let route = route.to_owned();
        self.took.get_or_create(&Route { method, route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, status }).inc();
    }
}

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Counters and gauges of this server, for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "getMetrics",
    tag = "operation",
    responses((status = 200, description = "OpenMetrics text. What has not happened yet has no sample: a witness that never cosigned has no size and no age, and a copy of a ledger, which writes nothing, no queue", body = String, content_type = "application/openmetrics-text")),
)]
async fn show(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse, Problem> {
    Params::read(query.as_deref(), &[])?;
    // Writing into a String cannot fail.
    let text = written(&shared).map_err(|_| Problem::new(ProblemKind::Internal))?;
    Ok(([(CONTENT_TYPE, OPENMETRICS)], text))
}

fn written(shared: &Shared) -> Result<String, fmt::Error> {
    let mut text = String::new();
    encode_registry(&mut text, &shared.metrics.registry)?;
    encode_registry(&mut text, &now(shared))?;
    encode_eof(&mut text)?;
    Ok(text)
}

/// What is looked up at each scrape.
fn now(shared: &Shared) -> Registry {
    let mut registry = Registry::with_prefix("credit_ledger");
    let size = shared.app.snapshots.latest().size().get();
    registry.register("tree_size", "Entries under the published checkpoint", ConstGauge::new(size));
    let covered = shared.app.snapshots.case_files().covered().get();
    let what = "Entries that answers about many subjects can take into account";
    registry.register("case_files_size", what, ConstGauge::new(covered));
    // A copy has no writer.
    if let Some(writer) = &shared.app.sequencer {
        let queued = as_u64(writer.queued());
        registry.register("queue_events", "Events that wait for the writer", ConstGauge::new(queued));
        let stopped = u64::from(writer.stopped().is_some());
        registry.register("writer_stopped", "1 once nothing is written any more", ConstGauge::new(stopped));
    }
    if let Some(erasing) = &shared.app.erasing {
        let unfinished = u64::from(erasing.is_unfinished());
        let what = "1 where a start could not destroy what the log says is erased";
        registry.register("erasure_unfinished", what, ConstGauge::new(unfinished));
    }
    let found = u64::from(shared.damage_found.load(Ordering::Relaxed));
    registry.register("damage_found", "1 once a question came upon damage", ConstGauge::new(found));
    shared.places.gauges(&mut registry);
    shared.paces.gauges(&mut registry);
    witnesses::gauges(shared, &mut registry);
    registry
}
