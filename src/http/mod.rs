//! The front door: routes, limits, languages, and nothing of what the answers say.
//!
//! Every request passes `edge`: it gets a time limit, its problems get words in the reader's
//! language, and it is counted and logged by its route's template, never by what stands in its URL.

mod accesses;
mod city;
mod described;
mod docs;
mod entries;
mod envelope;
mod even_times;
mod events;
mod feed;
mod gate;
mod health;
mod identities;
mod language;
mod lists;
mod metrics;
mod openapi;
mod openings;
mod pace;
mod packing;
mod params;
mod places;
mod portal;
mod problem;
mod reading;
mod sessions;
mod signed;
mod subjects;
mod tiles;
mod witnesses;

pub(crate) use feed::Feeding;
use ledger_spec::wording::Language;
pub use problem::{PROBLEM_JSON, Problem, ProblemAnswer, ProblemKind};

use crate::api::{AppendedLine, FeedCheckpoint, FeedEntry, LastLine};
use crate::codes::Codes;
use crate::identities::Identities;
use crate::journal::Journal;
use crate::ledger::{Erasing, Settings};
use crate::replays::Replays;
use crate::sequencer::Sequencer;
use crate::snapshot::Snapshots;
use crate::witness::Witnessing;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::ALLOW;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use even_times::EvenTimes;
use ledger_spec::time::RecordedTime;
use metrics::Metrics;
use pace::Paces;
use places::{AllPlaces, Places};
use serde_json::Value;
use std::any::Any;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tlog::note::VerifierKey;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

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
    /// Resolves resident numbers; a copy of a ledger does not.
    pub identities: Option<Arc<Identities>>,
    /// Says what is erased, once that is due; a copy of a ledger does not.
    pub erasing: Option<Arc<Erasing>>,
    /// Where looks that show more than everybody sees are written down; without one there are none.
    pub journal: Option<Arc<dyn Journal>>,
    /// The reading side of that journal.
    pub accesses: Option<Snapshots>,
    /// Who cosigns the checkpoints; `None` where nobody is asked to.
    pub witnesses: Option<Arc<Witnessing>>,
    /// The time now, for whoever names no valid instant.
    pub clock: fn() -> RecordedTime,
}

/// What all requests share.
struct Shared {
    app: AppState,
    metrics: Metrics,
    places: AllPlaces,
    even_times: EvenTimes,
    /// How fast each reader is answered.
    paces: Paces,
    /// Which signed requests were answered lately.
    replays: Replays,
    /// One-time codes of subjects, and their sessions.
    codes: Codes,
    /// The hosts that signed reads are for.
    hosts: Vec<String>,
    /// How many threads verify a batch.
    threads: usize,
    /// Whether something that was asked for was found damaged.
    damage_found: AtomicBool,
    /// Whether the server was told to stop.
    stopping: watch::Sender<bool>,
    /// The OpenAPI document.
    document: Value,
}

/// What [`edge`] knows of a request and handlers want too.
#[derive(Clone, Copy, Debug)]
struct Edge {
    language: Language,
}

/// What the document says of the whole, and what no route names.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "credit-ledger",
        description = "A public credit-record ledger in which every alteration, omission or early deletion can be proven.",
    ),
    paths(tiles::tile, accesses::tile, openings::openings, openings::of_journal),
    components(schemas(AppendedLine, LastLine, FeedEntry, FeedCheckpoint, ProblemAnswer))
)]
struct Document;

/// The routes over an open ledger, until it is told to stop.
pub struct FrontDoor(Arc<Shared>);

impl FrontDoor {
    /// A door that is open, of a server that answers at this port.
    pub fn new(app: AppState, port: u16) -> io::Result<Self> {
        let threads = crate::parallel::cores();
        let places = AllPlaces::new(&app.settings, threads);
        let (metrics, stopping, document) = (Metrics::default(), watch::Sender::new(false), document());
        let (even_times, replays) = (EvenTimes::start()?, Replays::new((app.clock)()));
        let codes = Codes::new().map_err(|error| io::Error::other(error.to_string()))?;
        let (usual, now) = (app.settings.usual, (app.clock)());
        let paces = Paces::new(usual, (app.accesses.as_ref(), &app.snapshots), now);
        let paces = paces.map_err(|error| io::Error::other(error.to_string()))?;
        let hosts = gate::own_hosts(&app.settings.hosts, port);
        Ok(Self(Arc::new(Shared {
            app,
            metrics,
            places,
            even_times,
            paces,
            replays,
            codes,
            hosts,
            threads,
            damage_found: AtomicBool::new(false),
            stopping,
            document,
        })))
    }

    /// The routes.
    pub fn router(&self) -> Router {
        routes(self.0.clone())
    }

    /// From now on no event is taken, feeds end, and heavy questions that wait are told to come again; what is
    /// under way is answered.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
        let places = &self.0.places;
        [&places.heavy, &places.lists, &places.long, &places.kept].into_iter().for_each(Places::close);
    }
}

/// Every route with what the OpenAPI document says of it: both from the same place.
fn documented() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(events::router())
        .merge(identities::router())
        .merge(subjects::router())
        .merge(accesses::router())
        .merge(sessions::router())
        .merge(portal::router())
        .merge(lists::router())
        .merge(city::router())
        .merge(entries::router())
        .merge(feed::router())
        .merge(witnesses::router())
        // What follows these holds slashes, for which OpenAPI has no form: they stand in `Document` too.
        .route("/tile/{*tile}", get(tiles::tile))
        .route("/openings/{*bundle}", get(openings::openings))
        .route("/access/openings/{*bundle}", get(openings::of_journal))
        .merge(health::router())
        .merge(metrics::router())
        .merge(docs::router())
}

/// The OpenAPI document, as `/openapi.json` answers it.
pub fn document() -> Value {
    openapi::finished(&documented().into_openapi())
}

fn routes(shared: Arc<Shared>) -> Router {
    let (router, _) = documented().split_for_parts();
    answered(router, shared)
}

/// Routes with what holds for all of them.
fn answered(router: Router<Arc<Shared>>, shared: Arc<Shared>) -> Router {
    router
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
    let language = language::asked_for(request.headers());
    let by_somebody = gate::is_by_somebody(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    request.extensions_mut().insert(Edge { language });
    packing::answerable(request.headers_mut());
    let limit = Duration::from_secs(shared.app.settings.request_seconds);
    let answer = tokio::time::timeout(limit, next.run(request)).await;
    let answer = answer.unwrap_or_else(|_| Problem::new(ProblemKind::Timeout).into_response());
    if answer.extensions().get::<Problem>().is_some_and(|problem| problem.kind() == ProblemKind::Damaged) {
        shared.damage_found.store(true, Ordering::Relaxed);
    }
    let mut answer = in_words(answer, language);
    if by_somebody {
        gate::keep_private(&mut answer);
    }
    let (status, took) = (answer.status().as_u16(), started.elapsed());
    let route = route.as_deref().unwrap_or("unmatched");
    shared.metrics.request(&method, route, status, took);
    let micros = took.as_micros();
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
        if *self.stopping.borrow() {
            return Some(Problem::new(ProblemKind::Stopping));
        }
        self.app.sequencer.as_ref()?.stopped().map(Problem::from)
    }
}
