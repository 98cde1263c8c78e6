//! `POST /v1/identities`: resident numbers of a signed request, resolved to pseudonyms. Numbers stand in no URL, no
//! answer and no log.

use super::events::json_body;
use super::gate::Asking;
use super::params::Params;
use super::problem::{Problem, ProblemKind};
use super::{Edge, Shared};
use crate::api::Resolved;
use crate::identities::Spent;
use crate::query::Reading;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use ledger_spec::admission::for_this_ledger;
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
    asking: Asking,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asking.by_somebody()?;
    Params::read(query.as_deref(), &[])?;
    let Some(identities) = shared.app.identities.clone() else { return Err(Problem::new(ProblemKind::Copy)) };
    // Of whom nobody knows no byte of the body is waited for.
    asking.of_identities((&shared, &Reading::new(&shared.app.snapshots)), shared.now()?)?;
    let body = json_body(&headers, body, MAX_REQUEST).await?;
    // Ten thousand numbers are some milliseconds of reading and hashing.
    let turn = shared.places.verifying.clone().acquire_owned().await;
    let turn = turn.map_err(|_| Problem::new(ProblemKind::Stopping))?;
    let (asked, asker) = (shared.clone(), asking.clone());
    let answered = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        asker.signed_body(&body).map_err(Asked::No)?;
        let request = ResolveRequest::parse(&body).map_err(|error| Asked::No(Problem::from(&error)))?;
        // Asked again: the body may have been long in coming, and the key revoked meanwhile.
        let reading = Reading::new(&asked.app.snapshots);
        let by =
            asked.now().and_then(|now| asker.of_identities((&asked, &reading), now)).map_err(Asked::No)?;
        for_this_ledger(&request.origin, &reading.snapshot().governance)
            .map_err(|refusal| Asked::No(Problem::refused(&refusal, None)))?;
        identities.resolve(by, &request, (asked.app.clock)()).map_err(Asked::Spent)
    });
    let answered = match super::places::joined(answered.await)? {
        Ok(subjects) => {
            let subjects = subjects.iter().map(ToString::to_string).collect();
            Ok(Json(Resolved { subjects }).into_response())
        }
        Err(Asked::No(problem)) => Err(problem),
        Err(Asked::Spent(spent)) => Ok(spent_now(&spent, edge)),
    };
    asking.leave(&shared, answered, Ok).await
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
