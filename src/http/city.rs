//! The ledger as a whole: indicators, oversight, who may sign, what may be recorded.

use super::Shared;
use super::gate::{Asking, SignedWhereMore};
use super::params::Params;
use super::problem::{Problem, ProblemKind};
use super::reading::{Instants, SubjectPath, Text, ask, read, read_at};
use crate::api::{AuthoritiesAnswer, CatalogueAnswer};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{Answered, CatalogueAt, DirectoryAt, Indicators, Oversight, Question};
use ledger_spec::wording::Words;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(indicators))
        .routes(routes!(oversight))
        .routes(routes!(directory))
        .routes(routes!(authorities))
        .routes(routes!(catalogue))
}

/// The fifteen indicators of a place, over the populations declared for it.
#[utoipa::path(
    get,
    path = "/v1/indicators/{id}",
    operation_id = "getIndicators",
    tag = "read",
    params(
        ("id" = String, Path, pattern = "^place:[1-9][0-9]{5}([0-9]{3}){0,2}$", description = "The place"),
        Instants,
        SignedWhereMore,
    ),
    responses((status = 200, description = "The indicators", body = Answered<Indicators>)),
)]
async fn indicators(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    path: Text,
    query: RawQuery,
) -> Result<Response, Problem> {
    let SubjectPath { id: place } = SubjectPath::read(path)?;
    if !matches!(place, SubjectId::Place(_)) {
        return Err(Problem::new(ProblemKind::MalformedIdentifier)
            .field("id")
            .expected(Words::data("place:<code>")));
    }
    ask(shared, asking, query, Question::Indicators { place }).await
}

/// What the log shows of the departments' own work, and how commitments were kept.
#[utoipa::path(
    get,
    path = "/v1/oversight",
    operation_id = "getOversight",
    tag = "read",
    params(Instants, SignedWhereMore),
    responses((status = 200, description = "The oversight", body = Answered<Oversight>)),
)]
async fn oversight(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    query: RawQuery,
) -> Result<Response, Problem> {
    ask(shared, asking, query, Question::Oversight).await
}

/// Who might sign what at two instants: authorities, competences, keys, migrations.
#[utoipa::path(
    get,
    path = "/v1/directory",
    operation_id = "getDirectory",
    tag = "read",
    params(Instants, SignedWhereMore),
    responses((status = 200, description = "The directory", body = Answered<DirectoryAt>)),
)]
async fn directory(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    query: RawQuery,
) -> Result<Response, Problem> {
    ask(shared, asking, query, Question::Directory).await
}

/// Every authority that was ever enrolled, with its keys.
#[utoipa::path(
    get,
    path = "/v1/authorities",
    operation_id = "getAuthorities",
    tag = "read",
    responses((status = 200, description = "The authorities", body = AuthoritiesAnswer)),
)]
async fn authorities(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    read(shared, |_, reading| {
        let checkpoint = reading.snapshot().checkpoint_text();
        Ok(Json(AuthoritiesAnswer { authorities: reading.authorities(), checkpoint }))
    })
    .await
}

/// What may be recorded at two instants: types, lists, measures, schemes, periods, calendars, legal bases.
#[utoipa::path(
    get,
    path = "/v1/catalogue",
    operation_id = "getCatalogue",
    tag = "read",
    params(Instants, SignedWhereMore),
    responses((status = 200, description = "The catalogue", body = CatalogueAnswer)),
)]
async fn catalogue(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &Instants::NAMES)?;
    read_at(shared, asking, params, Question::Catalogue, move |reading, _, as_of, viewer| {
        let governance = &reading.snapshot().governance;
        let catalogue = CatalogueAt::of(&governance.catalogue, &governance.directory, as_of);
        let checkpoint = reading.snapshot().checkpoint_text();
        let (valid_at, known_at, asked_at) = (as_of.valid_at, as_of.known, viewer.moment.valid_at);
        Ok(Json(CatalogueAnswer { valid_at, known_at, asked_at, catalogue, checkpoint }))
    })
    .await
}
