//! Lists: who is on them, and what has left them.

use super::Shared;
use super::gate::{Asking, SignedWhereMore};
use super::params::Params;
use super::problem::{Problem, ProblemKind};
use super::reading::{Instants, ListPage, ListPath, NDJSON, Text, accepts, ask_with, read_at};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HeaderName, LINK};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use ledger_spec::projection::{Answered, Departures, EditionPage, Page, Question};
use std::sync::Arc;
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
        ListPage,
        SignedWhereMore,
        ("format" = Option<String>, Query, pattern = "^(json|rows)$",
            description = "`rows`: one JSON object a line with the list's columns as keys, as with `Accept: application/x-ndjson`; where more follow, `Link` with `rel=\"next\"` has the next page, and `Ledger-Marks` names the marks of the list and of what stands on the page"),
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
    asking: Asking,
    path: Text,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ListPath { code } = ListPath::read(path)?;
    let params = Params::read(query.as_deref(), &["valid_at", "known_at", "format", "after", "limit"])?;
    let page = params.page(ListPage::MOST)?;
    let rows = match params.word("format", &["json", "rows"])? {
        Some(format) => format == "rows",
        None => accepts(&headers, NDJSON),
    };
    read_at(
        shared,
        asking,
        params,
        Question::Edition { list: code, page },
        move |reading, question, as_of, viewer| {
            let edition = reading.edition(question, as_of, viewer)?;
            if rows {
                let lines = edition.to_rows().map_err(|_| Problem::new(ProblemKind::Internal))?;
                let next = next_page(&edition, page).map(|next| AppendHeaders([(LINK, next)]));
                let marks = edition.marks_in_words().map(|marks| AppendHeaders([(MARKS, marks)]));
                return Ok(([(CONTENT_TYPE, NDJSON)], next, marks, lines).into_response());
            }
            Ok(Json(edition).into_response())
        },
    )
    .await
}

/// What has left a list by the valid instant: the notice to stop using it.
#[utoipa::path(
    get,
    path = "/v1/lists/{code}/departures",
    operation_id = "getDepartures",
    tag = "read",
    params(ListPath, Instants, ListPage, SignedWhereMore),
    responses((status = 200, description = "The departures", body = Answered<Departures>)),
)]
async fn departures(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    path: Text,
    query: RawQuery,
) -> Result<Response, Problem> {
    let ListPath { code } = ListPath::read(path)?;
    let params = Params::read(query.0.as_deref(), &Instants::PAGED)?;
    let page = params.page(ListPage::MOST)?;
    ask_with(shared, asking, params, Question::Departures { list: code, page }).await
}

/// The marks of rows, which have no member for them.
const MARKS: HeaderName = HeaderName::from_static("ledger-marks");

/// Rows have no member for a cursor: the page after them is a link (RFC 8288), at the instants of this one.
fn next_page(edition: &EditionPage, page: Page) -> Option<String> {
    let next = edition.next?;
    let EditionPage { list, valid_at, known_at, .. } = edition;
    // A plus would be a space to whoever reads queries as forms.
    let valid_at = valid_at.to_string().replace('+', "%2B");
    let limit = page.limit.map(|limit| format!("&limit={limit}")).unwrap_or_default();
    Some(format!(
        "</v1/lists/{list}?format=rows&valid_at={valid_at}&known_at={known_at}&after={next}{limit}>; rel=\"next\""
    ))
}
