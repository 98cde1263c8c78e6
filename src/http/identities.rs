//! `POST /v1/identities`: resident numbers of a signed request, resolved to pseudonyms. Numbers stand in no URL, no
//! answer and no log.

use super::events::json_body;
use super::problem::{Problem, ProblemKind};
use super::{Edge, Shared};
use crate::api::Resolved;
use crate::identities::Unresolved;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse as _, Response};
use ledger_spec::admission::may_resolve;
use ledger_spec::identity::{MAX_REQUEST, VerifiedRequest};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(resolve))
}

/// Resolves resident numbers to the pseudonyms under which persons, or households by the number of their head, stand in
/// this ledger.
#[utoipa::path(
    post,
    path = "/v1/identities",
    operation_id = "resolveIdentities",
    tag = "append",
    request_body(
        description = "A DSSE envelope of the payload type `application/vnd.credit-ledger.resolve+json`, signed by a key of the issuer: origin, issuer, time, a nonce of 16 bytes, the scheme (`person` or `household`), up to 10,000 resident numbers",
        content((super::envelope::RequestEnvelope = "application/json")),
    ),
    responses((status = 200, description = "A subject for each number, whether or not the ledger knows it", body = Resolved)),
)]
async fn resolve(
    State(shared): State<Arc<Shared>>,
    Extension(edge): Extension<Edge>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    super::params::Params::read(parts.uri.query(), &[])?;
    let Some(identities) = shared.app.identities.clone() else { return Err(Problem::new(ProblemKind::Copy)) };
    let body = json_body(&parts.headers, body, MAX_REQUEST).await?;
    let governance = shared.app.snapshots.latest();
    let now = (shared.app.clock)();
    // Ten thousand numbers are some milliseconds of reading and hashing.
    let turn = shared.places.verifying.clone().acquire_owned().await;
    let turn = turn.map_err(|_| Problem::new(ProblemKind::Stopping))?;
    let answered = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let asked =
            VerifiedRequest::from_envelope(&body).map_err(|error| Asked::No(Problem::from(&error)))?;
        may_resolve(&asked, &governance.governance, now)
            .map_err(|refusal| Asked::No(Problem::refused(&refusal, None)))?;
        identities.resolve(&asked, now).map_err(Asked::Unresolved)
    });
    match super::places::joined(answered.await)? {
        Ok(subjects) => {
            let subjects = subjects.iter().map(ToString::to_string).collect();
            let mut answer = axum::Json(Resolved { subjects }).into_response();
            answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(answer)
        }
        Err(Asked::No(problem)) => Err(problem),
        Err(Asked::Unresolved(why)) => Ok(unresolved(&why, edge)),
    }
}

/// Why a request gets no pseudonyms.
enum Asked {
    No(Problem),
    Unresolved(Unresolved),
}

fn unresolved(why: &Unresolved, edge: Edge) -> Response {
    let kind = match why {
        Unresolved::NotFresh { .. } => ProblemKind::RequestNotFresh,
        Unresolved::Repeated => ProblemKind::RequestRepeated,
        Unresolved::Spent { .. } => ProblemKind::IdentitiesSpent,
    };
    let mut answer = Problem::new(kind).found(why.words()).to_response(edge.language);
    if let Unresolved::Spent { wait_seconds, .. } = why {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*wait_seconds));
    }
    answer
}
