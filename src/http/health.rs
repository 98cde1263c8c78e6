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
use std::sync::atomic::Ordering;
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

/// What a start left undone: the ledger serves on, and somebody has to look at it.
fn erasure(shared: &Shared) -> &'static str {
    let unfinished = shared.app.erasing.as_ref().is_some_and(|erasing| erasing.is_unfinished());
    if unfinished {
        "erasure: UNFINISHED: what the log says is erased could not be destroyed; see the log, and start again\n"
    } else {
        ""
    }
}

/// What keeps looks from being answered.
fn journal(shared: &Shared) -> &'static str {
    match &shared.app.journal {
        Some(journal) if journal.is_stopped() => {
            "access journal: STOPPED: nothing beyond what is public is answered until the next start; see the log\n"
        }
        // A copy has none.
        None if shared.app.sequencer.is_some() => {
            "access journal: ABSENT: nothing beyond what is public is answered; bring access/ back\n"
        }
        Some(_) | None => "",
    }
}

/// What a question has come upon: the rest is served, and somebody has to look at it.
fn damage(shared: &Shared) -> &'static str {
    if shared.damage_found.load(Ordering::Relaxed) {
        "damage: FOUND: something that was asked for could not be read; `audit` names the first place\n"
    } else {
        ""
    }
}

/// Whether events can be appended.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = "operation",
    responses((status = 200, description = "They can; below it, a line for what somebody has to look at: an erasure that the start could not finish, an access journal that stopped, damage that a question came upon since the start, and each witness. Where a witness has shown a checkpoint that this ledger signed and does not hold, nothing can be appended: 503 known-elsewhere", body = String, content_type = "text/plain")),
)]
async fn readyz(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    match shared.unready() {
        Some(problem) => Err(problem),
        None => {
            let (erasure, journal, damage) = (erasure(&shared), journal(&shared), damage(&shared));
            let text = format!("ready\n{erasure}{journal}{damage}{}", witnesses::words(&shared));
            Ok(([(CONTENT_TYPE, PLAIN)], text).into_response())
        }
    }
}
