//! One-time codes, by which a subject that proved to a window who it is sees its own file, and the sessions that they are
//! exchanged for. Neither stands in a URL, in a log or in what a refusal says.

use super::Shared;
use super::events::{json_body, object};
use super::gate::{self, Asking, SignedWhereMore};
use super::params::Params;
use super::places::Weight;
use super::problem::{Problem, ProblemKind};
use super::reading::find_about_subject;
use super::subjects::{AboutSubject, subject_in};
use crate::codes::{LIFE, NoSession};
use crate::query::Reading;
use crate::words::say;
use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use ledger_spec::id::SubjectId;
use ledger_spec::time::{RecordedTime, ValidTime};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most bytes of a body that holds a code.
const MOST_CODE: usize = 256;

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(code)).routes(routes!(begin, end))
}

/// A one-time code.
#[derive(Serialize, ToSchema)]
struct OneTimeCode {
    /// The code. It is told once.
    code: String,
    /// The page that takes it, with the code in the fragment, which no browser sends.
    link: String,
    /// Until when it can be exchanged, RFC 3339.
    until: ValidTime,
}

/// A code that is exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// The code
    code: String,
}

/// A session that has begun.
#[derive(Serialize, ToSchema)]
struct Session {
    /// What goes into `Authorization: Bearer`. It is told once.
    session: String,
    /// Whose file it opens.
    subject: SubjectId,
    /// Until when, RFC 3339.
    until: ValidTime,
}

/// A one-time code for a subject, asked for by the window that has just looked at who stands there: `Credit-Case` is the id
/// of its `subject.verified`. A new code for a subject ends the one before, and what that opened.
#[utoipa::path(
    post,
    path = "/v1/codes",
    operation_id = "giveCode",
    tag = "read",
    params(SignedWhereMore),
    request_body = AboutSubject,
    responses((status = 200, description = "The code", body = OneTimeCode)),
)]
async fn code(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asking.by_somebody()?;
    Params::read(query.as_deref(), &[])?;
    let subject = subject_in(&asking, &headers, body).await?;
    let (weight, asker) = (Weight::of_subject(&shared, &subject), asking.clone());
    let find = move |shared: &Shared, reading: &Reading<'_>| {
        asker.of_code((shared, reading), &subject, shared.now()?)
    };
    // What an earlier code opened ends with one that is given, and not with one that could not be.
    find_about_subject(shared, &asking, weight, find, |shared, given| {
        let now = (shared.app.clock)();
        let code = shared.codes.give(given, now).map_err(|_| Problem::new(ProblemKind::Internal))?;
        let code = code.expose();
        let (code, link) = (code.to_owned(), format!("/portal#{code}"));
        Ok(Json(OneTimeCode { code, link, until: until(now)? }).into_response())
    })
    .await
}

/// Exchanges a one-time code for a session, once. What is refused is refused alike, whatever the reason.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    operation_id = "beginSession",
    tag = "read",
    request_body = Exchange,
    responses((status = 200, description = "The session", body = Session)),
)]
async fn begin(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let bytes = json_body(&headers, body, MOST_CODE).await?;
    let malformed =
        || Problem::new(ProblemKind::MalformedJson).expected(say!("an object with `code`, and nothing else"));
    let Exchange { code } = object(&bytes).ok_or_else(malformed)?;
    shared.even_times.leave(async { exchanged(&shared, &code) }).await
}

fn exchanged(shared: &Shared, code: &str) -> Result<Response, Problem> {
    let now = (shared.app.clock)();
    // A code is not spent on what could not be answered.
    if shared.app.journal.as_ref().is_none_or(|journal| journal.is_stopped()) {
        return Err(Problem::new(ProblemKind::NotJournalled));
    }
    let (session, given) = shared.codes.exchange(code, now).map_err(|why| {
        Problem::new(match why {
            NoSession::Refused => ProblemKind::CodeRefused,
            NoSession::TooMany => ProblemKind::TooManyCodes,
            NoSession::Randomness => ProblemKind::Internal,
        })
    })?;
    // A key that was revoked since opens nothing, nor does one of who is no window any more.
    if !gate::may_give(&given, &shared.app.snapshots.latest().governance, now) {
        return Err(Problem::new(ProblemKind::CodeRefused));
    }
    let (session, subject) = (session.expose().to_owned(), given.subject.clone());
    let answer = Json(Session { session, subject, until: until(now)? });
    Ok(([(CACHE_CONTROL, gate::PRIVATE)], answer).into_response())
}

/// Ends the session.
#[utoipa::path(
    delete,
    path = "/v1/sessions",
    operation_id = "endSession",
    tag = "read",
    responses((status = 204, description = "It is over")),
)]
async fn end(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let token = gate::bearer(&headers).filter(|token| shared.codes.end(token, (shared.app.clock)()));
    token
        .map(|_| StatusCode::NO_CONTENT.into_response())
        .ok_or_else(|| Problem::new(ProblemKind::SessionOver))
}

/// Until when what begins now holds.
fn until(now: RecordedTime) -> Result<ValidTime, Problem> {
    let until = RecordedTime::from_micros(now.micros().saturating_add(LIFE));
    ValidTime::at_recorded(until).map_err(|_| Problem::new(ProblemKind::Internal))
}
