//! The front door: routes, limits, languages, and nothing of what the answers say.
//!
//! Every request passes [`edge`]: it gets a time limit, its problems get words in the reader's
//! language, and it is counted and logged by its route's template, never by what stands in its URL.

mod disclosure;
mod docs;
mod events;
mod feed;
mod language;
mod metrics;
mod openapi;
mod packing;
mod params;
mod problem;
mod reads;
mod tiles;
mod views;
mod witnesses;

pub use language::Language;
pub use openapi::document;
pub use problem::{PROBLEM_JSON, Problem, ProblemAnswer, ProblemKind};

use crate::ledger::Settings;
use crate::sequencer::Sequencer;
use crate::snapshot::Snapshots;
use crate::witness::Witnessing;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::ALLOW;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use ledger_spec::time::RecordedTime;
use metrics::Metrics;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tlog::note::VerifierKey;
use tower_http::catch_panic::CatchPanicLayer;

/// What the front door needs of an open ledger.
#[derive(Clone)]
pub struct AppState {
    /// The way to the writer; a copy of a ledger has none.
    pub sequencer: Option<Sequencer>,
    /// The reading side.
    pub snapshots: Snapshots,
    /// Bounds.
    pub settings: Settings,
    /// The key that verifies the checkpoints.
    pub vkey: VerifierKey,
    /// Who cosigns the checkpoints; `None` where nobody is asked to.
    pub witnesses: Option<Arc<Witnessing>>,
    /// The time now, for whoever names no valid instant.
    pub clock: fn() -> RecordedTime,
}

/// What all requests share.
struct Shared {
    app: AppState,
    metrics: Metrics,
    /// How many threads verify a batch.
    threads: usize,
    stopping: AtomicBool,
}

/// What [`edge`] knows of a request and handlers want too.
#[derive(Clone, Copy, Debug)]
struct Edge {
    language: Language,
}

/// The routes over an open ledger, until it is told to stop.
pub struct FrontDoor(Arc<Shared>);

impl FrontDoor {
    /// A door that is open.
    pub fn new(app: AppState) -> Self {
        let threads = crate::parallel::cores();
        Self(Arc::new(Shared { app, metrics: Metrics::default(), threads, stopping: AtomicBool::new(false) }))
    }

    /// The routes.
    pub fn router(&self) -> Router {
        routes(self.0.clone())
    }

    /// From now on no event is taken, and feeds end; what is under way is answered.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Release);
    }
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/events", post(events::append))
        .route("/v1/subjects/{id}", get(reads::standing))
        .route("/v1/subjects/{id}/events", get(reads::history))
        .route("/v1/subjects/{id}/{snapshots}", get(views::subject))
        .route("/v1/lists/{code}", get(reads::list))
        .route("/v1/lists/{code}/departures", get(views::departures))
        .route("/v1/indicators/{id}", get(views::indicators))
        .route("/v1/oversight", get(views::oversight))
        .route("/v1/directory", get(views::directory))
        .route("/v1/entries/{index}", get(reads::entry))
        .route("/v1/entries/{index}/raw", get(reads::entry_raw))
        .route("/v1/receipts/{index}", get(reads::receipt))
        .route("/v1/authorities", get(reads::authorities))
        .route("/v1/catalogue", get(reads::catalogue))
        .route("/v1/feed", get(feed::feed))
        .route("/v1/consistency", get(reads::consistency))
        .route("/checkpoint", get(witnesses::checkpoint))
        .route("/checkpoint/witnessed", get(witnesses::witnessed))
        .route("/tile/{*tile}", get(tiles::tile))
        .route("/healthz", get(reads::healthz))
        .route("/readyz", get(reads::readyz))
        .route("/metrics", get(metrics::show))
        .route("/openapi.json", get(docs::openapi_json))
        .route("/docs", get(docs::page))
        .fallback(async || Problem::new(ProblemKind::NotFound))
        .method_not_allowed_fallback(async || Problem::new(ProblemKind::MethodNotAllowed))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(packing::layer())
        .layer(from_fn_with_state(shared.clone(), edge))
        .with_state(shared)
}

/// What every request passes.
async fn edge(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let language = Language::of(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    request.extensions_mut().insert(Edge { language });
    packing::answerable(request.headers_mut());
    let limit = Duration::from_secs(shared.app.settings.request_seconds);
    let answer = tokio::time::timeout(limit, next.run(request)).await;
    let answer = answer.unwrap_or_else(|_| Problem::new(ProblemKind::Timeout).into_response());
    let answer = in_words(answer, language);
    let (status, took) = (answer.status().as_u16(), started.elapsed());
    let route = route.as_deref().unwrap_or("unmatched");
    shared.metrics.request(&method, route, status, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(%method, route, status, micros, "answered");
    answer
}

/// Puts a problem that a handler gave back into words; other answers pass.
fn in_words(mut answer: Response, language: Language) -> Response {
    let Some(problem) = answer.extensions_mut().remove::<Problem>() else { return answer };
    let mut worded = problem.to_response(language);
    if let Some(allow) = answer.headers_mut().remove(ALLOW) {
        worded.headers_mut().insert(ALLOW, allow);
    }
    worded
}

/// The words of a panic stay with the process: they may hold what somebody sent.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request panicked, which is a defect");
    Problem::new(ProblemKind::Internal).into_response()
}

impl Shared {
    /// Why nothing can be appended now, if so.
    fn unready(&self) -> Option<Problem> {
        if self.stopping.load(Ordering::Acquire) {
            return Some(Problem::new(ProblemKind::Stopping));
        }
        self.app.sequencer.as_ref()?.stopped().map(Problem::from)
    }
}
