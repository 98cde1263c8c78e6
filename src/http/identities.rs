//! `POST /v1/identities`: resident numbers of a signed request, resolved to pseudonyms. Numbers stand in no URL, no
//! answer and no log.

use super::events::json_body;
use super::problem::{Problem, ProblemKind};
use super::signed;
use super::{Edge, Shared};
use crate::api::Resolved;
use crate::identities::Spent;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse as _, Response};
use ledger_spec::admission::Reader;
use ledger_spec::identity::{MAX_REQUEST, ResolveRequest};
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
    params(super::signed::SignatureFields),
    request_body(
        description = "The ledger that is asked, the scheme, and up to 10,000 resident numbers; signed by a key that is enrolled (RFC 9421, in the profile that the specification has)",
        content((super::envelope::Numbers = "application/json")),
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
    let snapshot = shared.app.snapshots.latest();
    let (asked, reader, _) = signed::reader(&shared, &parts, &snapshot.governance).await?;
    reader.may_resolve().map_err(|refusal| Problem::refused(&refusal, None))?;
    let body = json_body(&parts.headers, body, MAX_REQUEST).await?;
    // Ten thousand numbers are some milliseconds of reading and hashing.
    let turn = shared.places.verifying.clone().acquire_owned().await;
    let turn = turn.map_err(|_| Problem::new(ProblemKind::Stopping))?;
    let answered = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let now = (shared.app.clock)();
        let body = asked.body(&body).map_err(|refusal| Asked::No(Problem::from(&refusal)))?;
        let request =
            ResolveRequest::parse(body.bytes()).map_err(|error| Asked::No(Problem::from(&error)))?;
        // Asked again: the body may have been long in coming, and the key revoked meanwhile.
        let governance = &shared.app.snapshots.latest().governance;
        let reader =
            Reader::of(&asked, governance, now).map_err(|refusal| Asked::No(Problem::from(&refusal)))?;
        let here = reader.may_resolve().and_then(|()| reader.asks_here(&request.origin));
        here.map_err(|refusal| Asked::No(Problem::refused(&refusal, None)))?;
        identities.resolve(&reader, &request, now).map_err(Asked::Spent)
    });
    match super::places::joined(answered.await)? {
        Ok(subjects) => {
            let subjects = subjects.iter().map(ToString::to_string).collect();
            let mut answer = axum::Json(Resolved { subjects }).into_response();
            answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(answer)
        }
        Err(Asked::No(problem)) => Err(problem),
        Err(Asked::Spent(spent)) => Ok(spent_now(&spent, edge)),
    }
}

/// Why a request gets no pseudonyms.
enum Asked {
    No(Problem),
    Spent(Spent),
}

fn spent_now(spent: &Spent, edge: Edge) -> Response {
    let problem = Problem::new(ProblemKind::IdentitiesSpent).found(spent.words());
    let mut answer = problem.to_response(edge.language);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(spent.wait_seconds));
    answer
}
