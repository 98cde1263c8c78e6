//! Entries one by one, receipts, and proofs between two sizes.

use super::Shared;
use super::gate::{Asking, SignedWhereMore};
use super::params::{Params, index};
use super::problem::Problem;
use super::reading::{OCTETS, PLAIN, Text, accepts, read, read_about_entry};
use crate::api::ConsistencyAnswer;
use crate::words::say;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use ledger_spec::projection::EntryLine;
use std::sync::Arc;
use tlog::position::{EntryIndex, TreeSize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(entry))
        .routes(routes!(entry_raw))
        .routes(routes!(receipt))
        .routes(routes!(consistency))
}

/// One entry of the log.
#[utoipa::path(
    get,
    path = "/v1/entries/{index}",
    operation_id = "getEntry",
    tag = "read",
    params(
        ("index" = u64, Path, minimum = 0, maximum = 9007199254740991_i64,
            description = "The entry's index, from 0"),
        SignedWhereMore,
    ),
    responses(
        (status = 200, description = "The entry; its exact bytes with `Accept: application/octet-stream`", content(
            (EntryLine = "application/json"),
            (String = "application/octet-stream"),
        )),
    ),
)]
async fn entry(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    path: Text,
    query: RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let index = only_index(path, query)?;
    if accepts(&headers, OCTETS) {
        return read(shared, move |_, reading| {
            Ok(([(CONTENT_TYPE, OCTETS)], reading.raw_entry(index)?.into_bytes()).into_response())
        })
        .await;
    }
    let asker = asking.clone();
    read_about_entry(shared, &asking, index, move |shared, reading| {
        let viewer = asker.of_entry((shared, reading), index, shared.now()?)?;
        let found = reading.entry(index, viewer)?;
        let line = found.line(&reading.snapshot().governance.directory, viewer);
        Ok(Json(line.alone(&found.event.subject, viewer)).into_response())
    })
    .await
}

/// The exact bytes of one entry: what the tree's leaf and the chain hash. A sealed one shows nothing about anybody.
#[utoipa::path(
    get,
    path = "/v1/entries/{index}/raw",
    operation_id = "getEntryBytes",
    tag = "read",
    params(("index" = u64, Path, minimum = 0, maximum = 9007199254740991_i64,
        description = "The entry's index, from 0")),
    responses((status = 200, description = "The bytes", body = String, content_type = "application/octet-stream")),
)]
async fn entry_raw(
    State(shared): State<Arc<Shared>>,
    path: Text,
    query: RawQuery,
) -> Result<Response, Problem> {
    let index = only_index(path, query)?;
    read(shared, move |_, reading| Ok(([(CONTENT_TYPE, OCTETS)], reading.raw_entry(index)?.into_bytes())))
        .await
}

/// A fresh receipt for an entry: a C2SP tlog-proof under the checkpoint published now.
#[utoipa::path(
    get,
    path = "/v1/receipts/{index}",
    operation_id = "getReceipt",
    tag = "read",
    params(("index" = u64, Path, minimum = 0, maximum = 9007199254740991_i64,
        description = "The entry's index, from 0")),
    responses((status = 200, description = "The receipt", body = String, content_type = "text/plain")),
)]
async fn receipt(
    State(shared): State<Arc<Shared>>,
    path: Text,
    query: RawQuery,
) -> Result<Response, Problem> {
    let index = only_index(path, query)?;
    read(shared, move |_, reading| Ok(([(CONTENT_TYPE, PLAIN)], reading.receipt(index)?.to_string()))).await
}

/// The proof that the log of `to` entries begins with that of `from` (RFC 6962 §2.1.2), verified before it leaves.
#[utoipa::path(
    get,
    path = "/v1/consistency",
    operation_id = "getConsistency",
    tag = "read",
    params(
        ("from" = u64, Query, minimum = 0, maximum = 9007199254740991_i64, description = "The smaller size"),
        ("to" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "The greater size; all that is published where it is absent"),
    ),
    responses((status = 200, description = "The proof", body = ConsistencyAnswer)),
)]
async fn consistency(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &["from", "to"])?;
    read(shared, move |_, reading| {
        let size = reading.snapshot().size().get();
        let to = params.number("to", 0, size)?.unwrap_or(size);
        let from = params.number("from", 0, to)?;
        let absent = || Problem::parameter("from", say!("nothing"), say!("a size from 0 to {}", to));
        let found = reading.consistency(TreeSize::new(from.ok_or_else(absent)?), TreeSize::new(to))?;
        Ok(Json(ConsistencyAnswer::of(&found, &reading.snapshot().checkpoint_text())))
    })
    .await
}

/// The index that the path names; the query may name nothing.
fn only_index(path: Text, RawQuery(query): RawQuery) -> Result<EntryIndex, Problem> {
    let index = index(path)?;
    Params::read(query.as_deref(), &[])?;
    Ok(index)
}
