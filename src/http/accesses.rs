//! Who looked: a subject's own list, and the access journal as a log that anybody can follow and nobody can read.

use super::Shared;
use super::gate::{Asking, SignedWhereMore};
use super::params::{MAX_INDEX, Params};
use super::places::Weight;
use super::problem::{Problem, ProblemKind};
use super::reading::{PLAIN, Text, read_about_subject};
use super::subjects::{AboutSubject, subject_in};
use super::tiles;
use crate::query::Reading;
use crate::snapshot::Snapshots;
use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use ledger_spec::id::{StreamKey, SubjectId, SubjectStream};
use ledger_spec::projection::AccessesPage;
use std::sync::Arc;
use tlog::defect::as_usize;
use tlog::position::EntryIndex;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// At a subject with more looks than this the list of who looked is a question about a long subject.
const MANY_LOOKS: u64 = 200;
/// Looks on a page, where nobody says, and at most.
const PAGE: (u64, u64) = (50, 500);

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(accesses))
        .routes(routes!(checkpoint))
        // As with the ledger's own tiles.
        .route("/access/tile/{*tile}", axum::routing::get(tile))
}

impl Shared {
    /// The journal's reading side.
    pub(super) fn journal(&self) -> Result<&Snapshots, Problem> {
        self.app.accesses.as_ref().ok_or_else(|| Problem::new(ProblemKind::NotJournalled))
    }
}

/// Who looked at a subject, newest first: for the subject, by a window that it came to, and for those who check how the ledger
/// is read. A look that is withheld for a while is told once that is over; a matter that is another's is not named.
#[utoipa::path(
    post,
    path = "/v1/accesses",
    operation_id = "getAccesses",
    tag = "read",
    params(
        ("before" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "The cursor: `next` of the page before"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 500,
            description = "Most looks on the page; 50 where it is absent"),
        SignedWhereMore,
    ),
    request_body = AboutSubject,
    responses((status = 200, description = "The page", body = AccessesPage)),
)]
async fn accesses(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asking.by_somebody()?;
    let params = Params::read(query.as_deref(), &["before", "limit"])?;
    let before = params.number("before", 0, MAX_INDEX)?.map(EntryIndex::new);
    let limit = as_usize(params.number("limit", 1, PAGE.1)?.unwrap_or(PAGE.0));
    let subject = subject_in(&asking, &headers, body).await?;
    let (weight, asker) = (weight(&shared, &subject), asking.clone());
    read_about_subject(shared, &asking, weight, move |shared, reading| {
        let viewer = asker.of_accesses((shared, reading), &subject, shared.now()?)?;
        let journal = Reading::new(shared.journal()?);
        Ok(Json(reading.accesses(&journal, &subject, (before, limit), viewer)?))
    })
    .await
}

/// What it weighs: each look is opened and verified, told or withheld.
fn weight(shared: &Shared, subject: &SubjectId) -> Weight {
    let looks = SubjectStream::all_of(subject).into_iter().filter_map(|one| {
        let index = shared.app.accesses.as_ref()?.streams().index();
        index.head(&StreamKey::Subject(one)).map(|head| head.version.get())
    });
    let many = looks.sum::<u64>() > MANY_LOOKS;
    if many { Weight::Long } else { Weight::of_subject(shared, subject) }
}

/// The newest signed checkpoint of the access journal (C2SP tlog-checkpoint).
#[utoipa::path(
    get,
    path = "/access/checkpoint",
    operation_id = "getAccessCheckpoint",
    tag = "read",
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain")),
)]
async fn checkpoint(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let text = shared.journal()?.latest().checkpoint_text();
    Ok(([(CONTENT_TYPE, PLAIN), (CACHE_CONTROL, "no-cache")], text).into_response())
}

/// A tile of the access journal (C2SP tlog-tiles), as of the ledger's own log.
#[utoipa::path(
    get,
    path = "/access/tile/{tile}",
    operation_id = "getAccessTile",
    tag = "read",
    params(("tile" = String, Path, pattern = "^([0-7]|entries)/(x[0-9]{3}/){0,6}[0-9]{3}(\\.p/[0-9]{1,3})?$",
        description = "The tile's path: what follows holds slashes, which stand as they are")),
    responses((status = 200, description = "Hashes of 32 bytes, or entries each after its length in two bytes", body = String, content_type = "application/octet-stream")),
)]
pub(super) async fn tile(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    tiles::of(shared, path, query, |shared| Ok(shared.journal()?.log())).await
}
