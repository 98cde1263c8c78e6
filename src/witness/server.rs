//! A witness over HTTP: `POST /add-checkpoint`, and what it cosigned last of each log.

use super::store::{Refused, WitnessStore};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Duration;
use tlog::defect::OrDefect as _;
use tlog::witness::Refusal;

/// Longest request: a note of the greatest length, and 63 hashes.
const MAX_BODY: usize = 256 << 10;
/// How long a request's body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const PLAIN: &str = "text/plain; charset=utf-8";

/// The routes of a witness.
pub fn router(store: Arc<WitnessStore>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add))
        .route("/{folder}/checkpoint", get(last))
        .route("/healthz", get(async || "ok\n"))
        .with_state(store)
}

async fn add(State(store): State<Arc<WitnessStore>>, body: Body) -> Response {
    let body = match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return said(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long, or broke off"),
        Err(_) => return said(StatusCode::REQUEST_TIMEOUT, "the request did not arrive in time"),
    };
    match tokio::task::spawn_blocking(move || store.add(&body)).await {
        Ok(Ok(line)) => ([(CONTENT_TYPE, PLAIN)], line).into_response(),
        Ok(Err(Refused::Request(Refusal::Conflict { expected, .. }))) => {
            (StatusCode::CONFLICT, [(CONTENT_TYPE, "text/x.tlog.size")], format!("{expected}\n"))
                .into_response()
        }
        Ok(Err(Refused::Request(refusal))) => {
            let status = StatusCode::from_u16(refusal.status());
            let status = status.or_defect("every refusal has a status of HTTP");
            said(status, &refusal.to_string())
        }
        Ok(Err(Refused::NotAudited(reason))) => {
            let status = StatusCode::from_u16(reason.status());
            said(status.or_defect("every reason has a status of HTTP"), &reason.to_string())
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "nothing can be cosigned");
            said(StatusCode::SERVICE_UNAVAILABLE, "nothing can be cosigned for now")
        }
        Err(_) => said(StatusCode::INTERNAL_SERVER_ERROR, "an internal error"),
    }
}

async fn last(State(store): State<Arc<WitnessStore>>, Path(folder): Path<String>) -> Response {
    match store.last(&folder) {
        Some(note) => ([(CONTENT_TYPE, PLAIN)], note).into_response(),
        None => said(StatusCode::NOT_FOUND, "nothing of such a log was cosigned"),
    }
}

fn said(status: StatusCode, text: &str) -> Response {
    (status, [(CONTENT_TYPE, PLAIN)], format!("{text}\n")).into_response()
}
