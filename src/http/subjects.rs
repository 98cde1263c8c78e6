//! What the ledger says about a subject.

use super::Shared;
use super::events::{json_body, object};
use super::gate::{Asking, SignedWhereMore};
use super::params::{MAX_INDEX, Params, segment};
use super::places::Weight;
use super::problem::{Problem, ProblemKind};
use super::reading::{Instants, SubjectPage, SubjectPath, Text, ask_with, read_about_subject};
use crate::words::say;
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use ledger_spec::definition::Domain;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{
    Answered, CivilServant, Commitments, Eligibility, EventsPage, Measures, Objections, Occupation, Points,
    Question, Ratings, Records, Repairs, Rural, Standing, SubjectQuestion, Uses,
};
use ledger_spec::wording::{Joint, Words};
use serde::Deserialize;
use std::sync::Arc;
use tlog::defect::as_usize;
use tlog::position::EntryIndex;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Events on a page, where nobody says, and at most.
const PAGE: (u64, u64) = (50, 500);
/// Most bytes of a body that names a subject.
const MOST_ASKED: usize = 1_024;
/// What the query of an eligibility may name.
const WITH_DOMAIN: [&str; 5] = ["valid_at", "known_at", "after", "limit", "domain"];

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    projections()
        .routes(routes!(history))
        .routes(routes!(eligibility))
        .routes(routes!(question))
        .route("/v1/subjects/{id}/{projection}", axum::routing::get(unknown))
}

/// Gives each projection that needs no more than a subject and two instants its route.
macro_rules! projections {
    ($($(#[$doc:meta])* $name:ident: $path:tt, $operation:tt, $question:ident, $answer:ident, $what:tt;)+) => {
        $(
            $(#[$doc])*
            #[utoipa::path(
                get,
                path = $path,
                operation_id = $operation,
                tag = "read",
                params(SubjectPath, Instants, SubjectPage, SignedWhereMore),
                responses((status = 200, description = $what, body = Answered<$answer>)),
            )]
            async fn $name(
                state: State<Arc<Shared>>,
                asking: Asking,
                path: Text,
                query: RawQuery,
            ) -> Result<Response, Problem> {
                let SubjectPath { id } = SubjectPath::read(path)?;
                let params = Params::read(query.0.as_deref(), &Instants::PAGED)?;
                about(state.0, asking, params, id, SubjectQuestion::$question).await
            }
        )+

        fn projections() -> OpenApiRouter<Arc<Shared>> {
            OpenApiRouter::new()$(.routes(routes!($name)))+
        }
    };
}

projections! {
    /// A subject's standing at two instants, with the entries and rules behind each statement.
    standing: "/v1/subjects/{id}", "getStanding", Standing, Standing, "The standing";
    /// The same, by its name.
    standing_by_name: "/v1/subjects/{id}/standing", "getStandingByName", Standing, Standing, "The standing";
    /// A subject's records by class of disclosure.
    records: "/v1/subjects/{id}/records", "getRecords", Records, Records, "The records";
    /// A subject's measures, with exemptions and what departments report of their use.
    measures: "/v1/subjects/{id}/measures", "getMeasures", Measures, Measures, "The measures";
    /// A subject's applications for repair, with every step and deadline.
    repairs: "/v1/subjects/{id}/repairs", "getRepairs", Repairs, Repairs, "The applications";
    /// A subject's objections, complaints, and what is held.
    objections: "/v1/subjects/{id}/objections", "getObjections", Objections, Objections, "The objections";
    /// What a subject promised, and how it was kept.
    commitments: "/v1/subjects/{id}/commitments", "getCommitments", Commitments, Commitments, "The commitments";
    /// The grades that a subject was given.
    ratings: "/v1/subjects/{id}/ratings", "getRatings", Ratings, Ratings, "The grades";
    /// A subject's points, scheme by scheme and cycle by cycle.
    points: "/v1/subjects/{id}/points", "getPoints", Points, Points, "The points";
    /// What belongs to a person's occupation.
    occupation: "/v1/subjects/{id}/occupation", "getOccupation", Occupation, Occupation, "The view";
    /// A civil servant's file: its members are shown to nobody whose sight is public.
    civil_servant: "/v1/subjects/{id}/civil-servant", "getCivilServant", CivilServant, CivilServant, "The file";
    /// A household, village, township or farm.
    rural: "/v1/subjects/{id}/rural", "getRural", Rural, Rural, "The view";
    /// Consents, reports given out, and use by departments.
    uses: "/v1/subjects/{id}/uses", "getUses", Uses, Uses, "The uses";
}

/// Whether a subject may take part in something, and which measures in force close it.
#[utoipa::path(
    get,
    path = "/v1/subjects/{id}/eligibility",
    operation_id = "getEligibility",
    tag = "read",
    params(
        SubjectPath,
        ("domain" = Domain, Query, description = "The domain asked about"),
        Instants,
        SubjectPage,
        SignedWhereMore,
    ),
    responses((status = 200, description = "The eligibility", body = Answered<Eligibility>)),
)]
async fn eligibility(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let SubjectPath { id } = SubjectPath::read(path)?;
    let params = Params::read(query.as_deref(), &WITH_DOMAIN)?;
    let what = SubjectQuestion::Eligibility(domain(&params)?);
    about(shared, asking, params, id, what).await
}

/// The domain that a query names; it has to.
fn domain(params: &Params) -> Result<Domain, Problem> {
    let domain = params.word("domain", Domain::WORDS)?.and_then(Domain::parse);
    domain.ok_or_else(|| Problem::parameter("domain", say!("absent"), Words::several(Domain::ALL, Joint::Or)))
}

/// A question about a subject that is not to stand in a path.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AboutSubject {
    /// The subject: a person, a household, or any other
    #[schema(value_type = SubjectId)]
    subject: String,
}

/// The same answers with the subject in the body: the only way to ask about persons and households.
///
/// `view` is the last part of the path that answers about other subjects (`standing`, `records`, …, `events`); the query
/// and the answer are the same as there.
#[utoipa::path(
    post,
    path = "/v1/questions/{view}",
    operation_id = "askAboutSubject",
    tag = "read",
    params(
        ("view" = String, Path, pattern = "^[a-z-]+$", description = "What is asked"),
        ("domain" = Option<Domain>, Query, description = "With `eligibility`, and only there: the domain asked about"),
        ("before" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "With `events`, in place of `after` and the instants: the cursor"),
        Instants,
        SubjectPage,
        SignedWhereMore,
    ),
    request_body = AboutSubject,
    responses((status = 200, description = "What `GET /v1/subjects/{id}/{view}` answers", body = Object)),
)]
async fn question(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    path: Text,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (view, query) = (segment(path)?, query.as_deref());
    let subject = subject_in(&asking, &headers, body).await?;
    if view == "events" {
        return events(shared, asking, query, subject).await;
    }
    let params = Params::read(query, if view == "eligibility" { &WITH_DOMAIN } else { &Instants::PAGED })?;
    let domain = (view == "eligibility").then(|| domain(&params)).transpose()?;
    let what = SubjectQuestion::parse(&view, domain).ok_or_else(no_view)?;
    about(shared, asking, params, subject, what).await
}

/// The subject that a body names.
pub(super) async fn subject_in(
    asking: &Asking,
    headers: &HeaderMap,
    body: Body,
) -> Result<SubjectId, Problem> {
    let bytes = json_body(headers, body, MOST_ASKED).await?;
    asking.signed_body(&bytes)?;
    let malformed = || {
        let problem = Problem::new(ProblemKind::MalformedJson);
        problem.expected(say!("an object with `subject`, an identifier, and nothing else"))
    };
    let AboutSubject { subject } = object(&bytes).ok_or_else(malformed)?;
    SubjectId::parse(&subject).map_err(|error| Problem::from(&error).field("subject"))
}

/// No projection has this name.
fn no_view() -> Problem {
    let expected =
        say!("one of {}", Words::data(format_args!("{}, events", SubjectQuestion::NAMES.join(", "))));
    Problem::new(ProblemKind::NotFound).field("view").expected(expected)
}

/// No projection has this name.
async fn unknown(path: Result<Path<(String, String)>, PathRejection>) -> Result<Response, Problem> {
    let malformed =
        |_| Problem::new(ProblemKind::MalformedIdentifier).expected(say!("percent-encoded UTF-8"));
    let Path((id, _)) = path.map_err(malformed)?;
    SubjectPath::parse(&id)?;
    Err(no_view())
}

/// A page of a subject's history, newest first.
#[utoipa::path(
    get,
    path = "/v1/subjects/{id}/events",
    operation_id = "getEvents",
    tag = "read",
    params(
        SubjectPath,
        ("before" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "The cursor: `next` of the page before. Events come before this entry in the log, whatever it is"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 500,
            description = "Most events on the page; 50 where it is absent"),
        SignedWhereMore,
    ),
    responses((status = 200, description = "The page", body = EventsPage)),
)]
async fn history(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let SubjectPath { id } = SubjectPath::read(path)?;
    events(shared, asking, query.as_deref(), id).await
}

async fn events(
    shared: Arc<Shared>,
    asking: Asking,
    query: Option<&str>,
    id: SubjectId,
) -> Result<Response, Problem> {
    let params = Params::read(query, &["before", "limit"])?;
    let before = params.number("before", 0, MAX_INDEX)?.map(EntryIndex::new);
    let limit = as_usize(params.number("limit", 1, PAGE.1)?.unwrap_or(PAGE.0));
    let (weight, asker) = (Weight::of_subject(&shared, &id), asking.clone());
    read_about_subject(shared, &asking, weight, move |shared, reading| {
        let viewer = asker.of_subject((shared, reading), &id, shared.now()?)?;
        Ok(Json(reading.events(&id, before, limit, viewer)?))
    })
    .await
}

/// Answers a question about a subject with the page that the query names.
async fn about(
    shared: Arc<Shared>,
    asking: Asking,
    params: Params,
    subject: SubjectId,
    what: SubjectQuestion,
) -> Result<Response, Problem> {
    let page = params.page(SubjectPage::MOST)?;
    ask_with(shared, asking, params, Question::Subject { subject, what, page }).await
}
