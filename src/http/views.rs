//! Projections over HTTP, as everybody may see them.

use super::Shared;
use super::params::{Params, segment};
use super::problem::{Problem, ProblemKind};
use super::reads::{Text, off_the_runtime, subject_of};
use crate::api::ViewAnswer;
use crate::query::{self, Answer, Asking, CityView, SubjectView};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use ledger_spec::casefile::Sight;
use ledger_spec::definition::Domain;
use ledger_spec::id::{ListCode, SubjectId};
use std::sync::Arc;

const INSTANTS: [&str; 2] = ["valid_at", "known_at"];

/// One projection of a subject at two instants (specification, "Projections").
#[utoipa::path(
    get,
    path = "/v1/subjects/{id}/{view}",
    operation_id = "getSubjectView",
    tag = "read",
    params(
        ("id" = String, Path, pattern = "^(ledger|authority:[a-z0-9.-]{1,64}|catalogue:(basis|calendar|list|measure|points|procedure|rating|type)\\.[a-z0-9._-]{1,64}|ext:[a-z0-9-]{1,32}:[A-Za-z0-9._-]{1,64}|household:[0-9a-f]{64}|person:[0-9a-f]{64}|place:[1-9][0-9]{5}([0-9]{3}){0,2}|uscc:[0-9A-HJ-NPQRTUWXY]{18})$",
            description = "The subject"),
        ("view" = String, Path, pattern = "^(standing|records|measures|repairs|objections|commitments|ratings|points|eligibility|occupation|civil-servant|rural|uses)$",
            description = "The projection"),
        ("domain" = Option<String>, Query, pattern = "^(licensing|procurement|tendering|market_access|qualification|employment|social_security|research|cadre|funding|service_purchase)$",
            description = "With `eligibility`, and only there: the domain asked about"),
        ("valid_at" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
            description = "When the facts hold: an RFC 3339 instant, or a day, which means its end in UTC+08:00; now where it is absent"),
        ("known_at" = Option<String>, Query, pattern = "^(0|[1-9][0-9]{0,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$",
            description = "What was known: a number of entries, an RFC 3339 instant, or a day; all where it is absent"),
    ),
    responses((status = 200, description = "The projection", body = ViewAnswer)),
)]
pub(super) async fn subject(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<(String, String)>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let malformed = |_| Problem::new(ProblemKind::MalformedIdentifier).expected("percent-encoded UTF-8");
    let Path((id, name)) = path.map_err(malformed)?;
    let subject = subject_of(&id)?;
    if !SubjectView::NAMES.contains(&name.as_str()) {
        let expected = format!("one of {}", SubjectView::NAMES.join(", "));
        return Err(Problem::new(ProblemKind::NotFound).field("view").expected(expected));
    }
    let allowed: &[&str] =
        if name == "eligibility" { &["valid_at", "known_at", "domain"] } else { &INSTANTS };
    let params = Params::read(query.as_deref(), allowed)?;
    let words: Vec<_> = Domain::ALL.iter().map(|domain| domain.name()).collect();
    let domain = params.word("domain", &words)?.and_then(Domain::parse);
    let Some(which) = SubjectView::parse(&name, domain) else {
        return Err(Problem::parameter("domain", "absent", words.join(" or ")));
    };
    off_the_runtime(shared, move |shared| {
        let asking = asking(shared, &params)?;
        let Answer { value: (asked, value), published } =
            query::subject_view(&shared.app.snapshots, &subject, which, asking)?;
        let (id, checkpoint) = (subject.to_string(), published.checkpoint_text());
        Ok(Json(ViewAnswer::of("subject", &id, asked, asking.sight, value, &checkpoint)).into_response())
    })
    .await
}

/// What has left a list by the valid instant: the notice to stop using it.
#[utoipa::path(
    get,
    path = "/v1/lists/{code}/departures",
    operation_id = "getDepartures",
    tag = "read",
    params(
        ("code" = String, Path, max_length = 64, pattern = "^[a-z0-9_-]+(\\.[a-z0-9_-]+)+$",
            description = "The list's code in the catalogue"),
        ("valid_at" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
            description = "When the facts hold: an RFC 3339 instant, or a day, which means its end in UTC+08:00; now where it is absent"),
        ("known_at" = Option<String>, Query, pattern = "^(0|[1-9][0-9]{0,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$",
            description = "What was known: a number of entries, an RFC 3339 instant, or a day; all where it is absent"),
    ),
    responses((status = 200, description = "The departures", body = ViewAnswer)),
)]
pub(super) async fn departures(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let text = segment(path)?;
    let code = ListCode::parse(&text).map_err(|error| Problem::from(&error).field("code"))?;
    city(shared, query, "", text, CityView::Departures(code)).await
}

/// The fifteen indicators of a place, over the populations declared for it.
#[utoipa::path(
    get,
    path = "/v1/indicators/{id}",
    operation_id = "getIndicators",
    tag = "read",
    params(
        ("id" = String, Path, pattern = "^place:[1-9][0-9]{5}([0-9]{3}){0,2}$",
            description = "The place"),
        ("valid_at" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
            description = "When the facts hold: an RFC 3339 instant, or a day, which means its end in UTC+08:00; now where it is absent"),
        ("known_at" = Option<String>, Query, pattern = "^(0|[1-9][0-9]{0,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$",
            description = "What was known: a number of entries, an RFC 3339 instant, or a day; all where it is absent"),
    ),
    responses((status = 200, description = "The indicators", body = ViewAnswer)),
)]
pub(super) async fn indicators(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let text = segment(path)?;
    let place = subject_of(&text)?;
    if !matches!(place, SubjectId::Place(_)) {
        return Err(Problem::new(ProblemKind::MalformedIdentifier).field("id").expected("place:<code>"));
    }
    city(shared, query, "place", text, CityView::Indicators(place)).await
}

/// What the log shows of the departments' own work, and how commitments were kept.
#[utoipa::path(
    get,
    path = "/v1/oversight",
    operation_id = "getOversight",
    tag = "read",
    params(
        ("valid_at" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
            description = "When the facts hold: an RFC 3339 instant, or a day, which means its end in UTC+08:00; now where it is absent"),
        ("known_at" = Option<String>, Query, pattern = "^(0|[1-9][0-9]{0,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$",
            description = "What was known: a number of entries, an RFC 3339 instant, or a day; all where it is absent"),
    ),
    responses((status = 200, description = "The oversight", body = ViewAnswer)),
)]
pub(super) async fn oversight(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    city(shared, query, "", String::new(), CityView::Oversight).await
}

/// Who might sign what at two instants: authorities, competences, keys, migrations.
#[utoipa::path(
    get,
    path = "/v1/directory",
    operation_id = "getDirectory",
    tag = "read",
    params(
        ("valid_at" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
            description = "When the facts hold: an RFC 3339 instant, or a day, which means its end in UTC+08:00; now where it is absent"),
        ("known_at" = Option<String>, Query, pattern = "^(0|[1-9][0-9]{0,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$",
            description = "What was known: a number of entries, an RFC 3339 instant, or a day; all where it is absent"),
    ),
    responses((status = 200, description = "The directory", body = ViewAnswer)),
)]
pub(super) async fn directory(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    city(shared, query, "", String::new(), CityView::Directory).await
}

async fn city(
    shared: Arc<Shared>,
    query: Option<String>,
    about: &'static str,
    id: String,
    which: CityView,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &INSTANTS)?;
    off_the_runtime(shared, move |shared| {
        let asking = asking(shared, &params)?;
        let Answer { value: (asked, value), published } =
            query::city_view(&shared.app.snapshots, &which, asking)?;
        let checkpoint = published.checkpoint_text();
        Ok(Json(ViewAnswer::of(about, &id, asked, asking.sight, value, &checkpoint)).into_response())
    })
    .await
}

/// As everybody: until readers can be told apart, HTTP serves nothing else.
fn asking(shared: &Shared, params: &Params) -> Result<Asking, Problem> {
    let size = shared.app.snapshots.latest().size();
    Ok(Asking { instants: params.instants((shared.app.clock)(), size)?, sight: Sight::Public })
}
