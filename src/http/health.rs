//! Whether the process lives, and whether events can be appended.

use super::Shared;
use super::params::Params;
use super::problem::Problem;
use super::reading::PLAIN;
use super::witnesses;
use axum::extract::{RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
}

/// Whether the process lives.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "getHealth",
    tag = "operation",
    responses((status = 200, description = "It lives", body = String, content_type = "text/plain")),
)]
async fn healthz(RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    Ok(([(CONTENT_TYPE, PLAIN)], "ok\n").into_response())
}

/// Whether events can be appended.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = "operation",
    responses((status = 200, description = "They can", body = String, content_type = "text/plain")),
)]
async fn readyz(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    match shared.unready() {
        Some(problem) => Err(problem),
        None => {
            Ok(([(CONTENT_TYPE, PLAIN)], format!("ready\n{}", witnesses::words(&shared))).into_response())
        }
    }
}
