//! What the ledger says about a subject.

use super::Shared;
use super::params::{MAX_INDEX, Params};
use super::places::Weight;
use super::problem::{Problem, ProblemKind};
use super::reading::{Instants, SIGHT, SubjectPage, SubjectPath, Text, ask_with, read_weighing};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use ledger_spec::definition::Domain;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{
    Answered, CivilServant, Commitments, Eligibility, EventsPage, Measures, Objections, Occupation, Points,
    Question, Ratings, Records, Repairs, Rural, Standing, SubjectQuestion, Uses,
};
use std::sync::Arc;
use tlog::defect::as_usize;
use tlog::position::EntryIndex;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Events on a page, where nobody says, and at most.
const PAGE: (u64, u64) = (50, 500);

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    projections()
        .routes(routes!(history))
        .routes(routes!(eligibility))
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
                params(SubjectPath, Instants, SubjectPage),
                responses((status = 200, description = $what, body = Answered<$answer>)),
            )]
            async fn $name(state: State<Arc<Shared>>, path: Text, query: RawQuery) -> Result<Response, Problem> {
                let SubjectPath { id } = SubjectPath::read(path)?;
                let params = Params::read(query.0.as_deref(), &Instants::PAGED)?;
                about(state.0, params, id, SubjectQuestion::$question).await
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
    ),
    responses((status = 200, description = "The eligibility", body = Answered<Eligibility>)),
)]
async fn eligibility(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let SubjectPath { id } = SubjectPath::read(path)?;
    let params = Params::read(query.as_deref(), &["valid_at", "known_at", "after", "limit", "domain"])?;
    let domain = params.word("domain", Domain::WORDS)?.and_then(Domain::parse);
    let Some(domain) = domain else {
        return Err(Problem::parameter("domain", "absent", Domain::WORDS.join(" or ")));
    };
    about(shared, params, id, SubjectQuestion::Eligibility(domain)).await
}

/// No projection has this name.
async fn unknown(path: Result<Path<(String, String)>, PathRejection>) -> Result<Response, Problem> {
    let malformed = |_| Problem::new(ProblemKind::MalformedIdentifier).expected("percent-encoded UTF-8");
    let Path((id, _)) = path.map_err(malformed)?;
    SubjectPath::parse(&id)?;
    let expected = format!("one of {}", SubjectQuestion::NAMES.join(", "));
    Err(Problem::new(ProblemKind::NotFound).field("view").expected(expected))
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
            description = "The cursor: `next` of the page before"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 500,
            description = "Most events on the page; 50 where it is absent"),
    ),
    responses((status = 200, description = "The page", body = EventsPage)),
)]
async fn history(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let SubjectPath { id } = SubjectPath::read(path)?;
    let params = Params::read(query.as_deref(), &["before", "limit"])?;
    let before = params.number("before", 0, MAX_INDEX)?.map(EntryIndex::new);
    let limit = as_usize(params.number("limit", 1, PAGE.1)?.unwrap_or(PAGE.0));
    let weight = Weight::of_subject(&shared, &id);
    read_weighing(shared, weight, move |shared, reading| {
        Ok(Json(reading.events(&id, before, limit, (SIGHT, shared.now()?))?))
    })
    .await
}

/// Answers a question about a subject with the page that the query names.
async fn about(
    shared: Arc<Shared>,
    params: Params,
    subject: SubjectId,
    what: SubjectQuestion,
) -> Result<Response, Problem> {
    let page = params.page(SubjectPage::MOST)?;
    ask_with(shared, params, Question::Subject { subject, what, page }).await
}
