//! Lists: who is on them, and what has left them.

use super::Shared;
use super::params::{MAX_INDEX, Params};
use super::places::Weight;
use super::problem::{Problem, ProblemKind};
use super::reading::{Instants, ListPath, NDJSON, SIGHT, Text, accepts, ask, read_at};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use core::num::NonZeroUsize;
use ledger_spec::projection::{Answered, Departures, EditionPage, Page, Question};
use std::sync::Arc;
use tlog::defect::as_usize;
use tlog::position::EntryIndex;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(departures))
}

/// Who is on a list at two instants, in the list's own order.
#[utoipa::path(
    get,
    path = "/v1/lists/{code}",
    operation_id = "getList",
    tag = "read",
    params(
        ListPath,
        Instants,
        ("after" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "The cursor: `next` of the page before"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 10000,
            description = "Most members on the page; all where it is absent"),
        ("format" = Option<String>, Query, pattern = "^(json|rows)$",
            description = "`rows`: one JSON object a line with the list's columns as keys, as with `Accept: application/x-ndjson`"),
    ),
    responses(
        (status = 200, description = "The members", content(
            (EditionPage = "application/json"),
            (String = "application/x-ndjson"),
        )),
    ),
)]
async fn list(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ListPath { code } = ListPath::read(path)?;
    let params = Params::read(query.as_deref(), &["valid_at", "known_at", "format", "after", "limit"])?;
    let page = Page {
        after: params.number("after", 0, MAX_INDEX)?.map(EntryIndex::new),
        limit: params.number("limit", 1, 10_000)?.map(as_usize).and_then(NonZeroUsize::new),
    };
    let rows = match params.word("format", &["json", "rows"])? {
        Some(format) => format == "rows",
        None => accepts(&headers, NDJSON),
    };
    read_at(shared, Weight::Heavy, params, move |reading, as_of| {
        let edition = reading.edition(code, page, as_of, SIGHT)?;
        if rows {
            let lines = edition.to_rows().map_err(|_| Problem::new(ProblemKind::Internal))?;
            return Ok(([(CONTENT_TYPE, NDJSON)], lines).into_response());
        }
        Ok(Json(edition).into_response())
    })
    .await
}

/// What has left a list by the valid instant: the notice to stop using it.
#[utoipa::path(
    get,
    path = "/v1/lists/{code}/departures",
    operation_id = "getDepartures",
    tag = "read",
    params(ListPath, Instants),
    responses((status = 200, description = "The departures", body = Answered<Departures>)),
)]
async fn departures(
    State(shared): State<Arc<Shared>>,
    path: Text,
    query: RawQuery,
) -> Result<Response, Problem> {
    let ListPath { code } = ListPath::read(path)?;
    ask(shared, query, Question::Departures { list: code, page: Page::default() }).await
}
