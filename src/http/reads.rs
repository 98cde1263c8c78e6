//! Everything that is only read.

use super::Shared;
use super::disclosure::public_events;
use super::params::{Params, index, segment};
use super::problem::{Problem, ProblemKind};
use super::witnesses;
use crate::api::{
    AuthorityList, CatalogueAnswer, ConsistencyAnswer, EntryAnswer, EventsAnswer, ListAnswer, ViewAnswer,
    count,
};
use crate::query::{self, Answer, Asking, EntryView, SubjectView};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use ledger_spec::casefile::Sight;
use ledger_spec::definition::Disclosure;
use ledger_spec::id::{ListCode, SubjectId};
use std::sync::Arc;
use tlog::position::{EntryIndex, TreeSize};
use tlog::proof::TlogProof;

pub(super) type Text = Result<Path<String>, PathRejection>;

const INSTANTS: [&str; 2] = ["valid_at", "known_at"];
/// Events on a page, where nobody says, and at most.
const PAGE: (u64, u64) = (50, 500);
const OCTETS: &str = "application/octet-stream";
const NDJSON: &str = "application/x-ndjson";
const PLAIN: &str = "text/plain; charset=utf-8";

/// A subject's standing at two instants, with the entries and rules behind each statement.
#[utoipa::path(
    get,
    path = "/v1/subjects/{id}",
    operation_id = "getStanding",
    tag = "read",
    params(
        ("id" = String, Path, pattern = "^(ledger|authority:[a-z0-9.-]{1,64}|catalogue:(basis|calendar|list|measure|points|procedure|rating|type)\\.[a-z0-9._-]{1,64}|ext:[a-z0-9-]{1,32}:[A-Za-z0-9._-]{1,64}|household:[0-9a-f]{64}|person:[0-9a-f]{64}|place:[1-9][0-9]{5}([0-9]{3}){0,2}|uscc:[0-9A-HJ-NPQRTUWXY]{18})$",
            description = "The subject"),
        ("valid_at" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
            description = "When the facts hold: an RFC 3339 instant, or a day, which means its end in UTC+08:00; now where it is absent"),
        ("known_at" = Option<String>, Query, pattern = "^(0|[1-9][0-9]{0,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$",
            description = "What was known: a number of entries, an RFC 3339 instant, or a day; all where it is absent"),
    ),
    responses((status = 200, description = "The standing", body = ViewAnswer)),
)]
pub(super) async fn standing(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let subject = subject(path)?;
    let params = Params::read(query.as_deref(), &INSTANTS)?;
    off_the_runtime(shared, move |shared| {
        let view = &shared.app.snapshots;
        let instants = params.instants((shared.app.clock)(), view.latest().size())?;
        let asking = Asking { instants, sight: Sight::Public };
        let Answer { value: (asked, value), published } =
            query::subject_view(view, &subject, SubjectView::Standing, asking)?;
        let (id, checkpoint) = (subject.to_string(), published.checkpoint_text());
        let answer = ViewAnswer::of("subject", &id, asked, Sight::Public, value, &checkpoint);
        Ok(Json(answer).into_response())
    })
    .await
}

/// A page of a subject's history, newest first.
#[utoipa::path(
    get,
    path = "/v1/subjects/{id}/events",
    operation_id = "getEvents",
    tag = "read",
    params(
        ("id" = String, Path, pattern = "^(ledger|authority:[a-z0-9.-]{1,64}|catalogue:(basis|calendar|list|measure|points|procedure|rating|type)\\.[a-z0-9._-]{1,64}|ext:[a-z0-9-]{1,32}:[A-Za-z0-9._-]{1,64}|household:[0-9a-f]{64}|person:[0-9a-f]{64}|place:[1-9][0-9]{5}([0-9]{3}){0,2}|uscc:[0-9A-HJ-NPQRTUWXY]{18})$",
            description = "The subject"),
        ("before" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "The cursor: `next` of the page before"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 500,
            description = "Most events on the page; 50 where it is absent"),
    ),
    responses((status = 200, description = "The page", body = EventsAnswer)),
)]
pub(super) async fn history(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let subject = subject(path)?;
    let params = Params::read(query.as_deref(), &["before", "limit"])?;
    let before = params.number("before", 0, (1 << 53) - 1)?.map(EntryIndex::new);
    let limit = params.number("limit", 1, PAGE.1)?.unwrap_or(PAGE.0);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    off_the_runtime(shared, move |shared| {
        let view = &shared.app.snapshots;
        let Answer { value: page, published } = match query::events(view, &subject, before, limit) {
            Err(query::QueryError::NoEntry { found, .. }) => Err(query::QueryError::Cursor(found)),
            other => other,
        }?;
        let shown = public_events(view, &subject, (shared.app.clock)())?;
        let (public, hidden): (Vec<_>, Vec<_>) =
            page.events.iter().partition(|one| shown.contains(&one.event.id));
        let answer = EventsAnswer {
            subject: subject.to_string(),
            version: page.version.get(),
            events: public.into_iter().map(entry_answer).collect::<Result<_, _>>()?,
            withheld: count(hidden.len()),
            next: page.next.map(EntryIndex::get),
            checkpoint: published.checkpoint_text(),
        };
        Ok(Json(answer).into_response())
    })
    .await
}

/// Who is on a list at two instants, in the list's own order.
#[utoipa::path(
    get,
    path = "/v1/lists/{code}",
    operation_id = "getList",
    tag = "read",
    params(
        ("code" = String, Path, max_length = 64, pattern = "^[a-z0-9_-]+(\\.[a-z0-9_-]+)+$",
            description = "The list's code in the catalogue"),
        ("valid_at" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
            description = "When the facts hold: an RFC 3339 instant, or a day, which means its end in UTC+08:00; now where it is absent"),
        ("known_at" = Option<String>, Query, pattern = "^(0|[1-9][0-9]{0,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$",
            description = "What was known: a number of entries, an RFC 3339 instant, or a day; all where it is absent"),
        ("after" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "The cursor: `next` of the page before"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 10000,
            description = "Most members on the page; all where it is absent"),
        ("format" = Option<String>, Query, pattern = "^(json|rows)$",
            description = "`rows`: one JSON object a line with the list's columns as keys, as with `Accept: application/x-ndjson`"),
    ),
    responses(
        (status = 200, description = "The members", content(
            (ListAnswer = "application/json"),
            (String = "application/x-ndjson"),
        )),
    ),
)]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let text = segment(path)?;
    let code = ListCode::parse(&text).map_err(|error| Problem::from(&error).field("code"))?;
    let params = Params::read(query.as_deref(), &["valid_at", "known_at", "format", "after", "limit"])?;
    let after = params.number("after", 0, (1 << 53) - 1)?;
    let limit = params.number("limit", 1, 10_000)?.and_then(|limit| usize::try_from(limit).ok());
    let rows = match params.word("format", &["json", "rows"])? {
        Some(format) => format == "rows",
        None => accepts(&headers, NDJSON),
    };
    off_the_runtime(shared, move |shared| {
        let published = shared.app.snapshots.latest();
        let instants = params.instants((shared.app.clock)(), published.size())?;
        let asking = Asking { instants, sight: Sight::Public };
        let Answer { value: (asked, edition), published } =
            query::edition(&shared.app.snapshots, &code, asking)?;
        let adopted = query::edition_columns(&published, &code, asked);
        let Some(adopted) = adopted.filter(|list| list.disclosure == Disclosure::Public) else {
            return Err(Problem::new(ProblemKind::NotPublic).field("code"));
        };
        let (edition, next) = edition.page(after.map(EntryIndex::new), limit).ok_or_else(|| {
            Problem::parameter(
                "after",
                "another entry",
                "the entry of a member of this list at these instants",
            )
        })?;
        let answer = ListAnswer::of(&edition, &adopted.columns, asked, &published.checkpoint_text());
        let answer = ListAnswer { next: next.map(EntryIndex::get), ..answer };
        if rows {
            let lines = answer.to_rows().map_err(|_| Problem::new(ProblemKind::Internal))?;
            return Ok(([(CONTENT_TYPE, NDJSON)], lines).into_response());
        }
        Ok(Json(answer).into_response())
    })
    .await
}

/// One entry of the log.
#[utoipa::path(
    get,
    path = "/v1/entries/{index}",
    operation_id = "getEntry",
    tag = "read",
    params(("index" = u64, Path, minimum = 0, maximum = 9007199254740991_i64,
        description = "The entry's index, from 0")),
    responses(
        (status = 200, description = "The entry; its exact bytes with `Accept: application/octet-stream`", content(
            (EntryAnswer = "application/json"),
            (String = "application/octet-stream"),
        )),
    ),
)]
pub(super) async fn entry(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let index = index(path)?;
    Params::read(query.as_deref(), &[])?;
    off_the_runtime(shared, move |shared| {
        let found = public_entry(shared, index)?;
        if accepts(&headers, OCTETS) {
            return Ok(raw(found));
        }
        Ok(Json(entry_answer(&found)?).into_response())
    })
    .await
}

/// The exact bytes of one entry: what the tree's leaf and the chain hash.
#[utoipa::path(
    get,
    path = "/v1/entries/{index}/raw",
    operation_id = "getEntryBytes",
    tag = "read",
    params(("index" = u64, Path, minimum = 0, maximum = 9007199254740991_i64,
        description = "The entry's index, from 0")),
    responses((status = 200, description = "The bytes", body = String, content_type = "application/octet-stream")),
)]
pub(super) async fn entry_raw(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let index = index(path)?;
    Params::read(query.as_deref(), &[])?;
    off_the_runtime(shared, move |shared| public_entry(shared, index).map(raw)).await
}

/// A fresh receipt for an entry: a C2SP tlog-proof under the checkpoint published now.
#[utoipa::path(
    get,
    path = "/v1/receipts/{index}",
    operation_id = "getReceipt",
    tag = "read",
    params(("index" = u64, Path, minimum = 0, maximum = 9007199254740991_i64,
        description = "The entry's index, from 0")),
    responses((status = 200, description = "The receipt", body = String, content_type = "text/plain")),
)]
pub(super) async fn receipt(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let index = index(path)?;
    Params::read(query.as_deref(), &[])?;
    off_the_runtime(shared, move |shared| {
        let Answer { value, published } = query::receipt(&shared.app.snapshots, index)?;
        let receipt = TlogProof::new(index, value.proof, &published.checkpoint);
        Ok(([(CONTENT_TYPE, PLAIN)], receipt.to_string()).into_response())
    })
    .await
}

/// Every authority that was ever enrolled, with its keys.
#[utoipa::path(
    get,
    path = "/v1/authorities",
    operation_id = "getAuthorities",
    tag = "read",
    responses((status = 200, description = "The authorities", body = AuthorityList)),
)]
pub(super) async fn authorities(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Json<AuthorityList>, Problem> {
    Params::read(query.as_deref(), &[])?;
    let published = shared.app.snapshots.latest();
    Ok(Json(AuthorityList::of(&published.governance.directory, &published.checkpoint_text())))
}

/// What may be recorded at two instants: types, lists, measures, schemes, periods, calendars, legal bases.
#[utoipa::path(
    get,
    path = "/v1/catalogue",
    operation_id = "getCatalogue",
    tag = "read",
    params(
        ("valid_at" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
            description = "When it counts: an RFC 3339 instant, or a day, which means its end in UTC+08:00; now where it is absent"),
        ("known_at" = Option<String>, Query, pattern = "^(0|[1-9][0-9]{0,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$",
            description = "What was known: a number of entries, an RFC 3339 instant, or a day; all where it is absent"),
    ),
    responses((status = 200, description = "The catalogue", body = CatalogueAnswer)),
)]
pub(super) async fn catalogue(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &INSTANTS)?;
    off_the_runtime(shared, move |shared| {
        let view = &shared.app.snapshots;
        let published = view.latest();
        let instants = params.instants((shared.app.clock)(), published.size())?;
        let asked = query::asked(view, &published, instants)?;
        let answer =
            CatalogueAnswer::of(&published.governance.catalogue, asked, &published.checkpoint_text());
        Ok(Json(answer).into_response())
    })
    .await
}

/// The proof that the log of `to` entries begins with that of `from` (RFC 6962 §2.1.2), verified before it leaves.
#[utoipa::path(
    get,
    path = "/v1/consistency",
    operation_id = "getConsistency",
    tag = "read",
    params(
        ("from" = u64, Query, minimum = 0, maximum = 9007199254740991_i64, description = "The smaller size"),
        ("to" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "The greater size; all that is published where it is absent"),
    ),
    responses((status = 200, description = "The proof", body = ConsistencyAnswer)),
)]
pub(super) async fn consistency(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &["from", "to"])?;
    let published = shared.app.snapshots.latest();
    let size = published.size().get();
    let to = params.number("to", 0, size)?.unwrap_or(size);
    let from = params.number("from", 0, to)?;
    let from = from.ok_or_else(|| Problem::parameter("from", "nothing", format!("a size from 0 to {to}")))?;
    off_the_runtime(shared, move |shared| {
        let answer = query::consistency(&shared.app.snapshots, TreeSize::new(from), TreeSize::new(to))?;
        Ok(Json(ConsistencyAnswer::of(&answer.value, &answer.published.checkpoint_text())).into_response())
    })
    .await
}

/// Whether the process lives.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "getHealth",
    tag = "operation",
    responses((status = 200, description = "It lives", body = String, content_type = "text/plain")),
)]
pub(super) async fn healthz(RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    Ok(([(CONTENT_TYPE, PLAIN)], "ok\n").into_response())
}

/// Whether events can be appended.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = "operation",
    responses((status = 200, description = "They can", body = String, content_type = "text/plain")),
)]
pub(super) async fn readyz(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    match shared.unready() {
        Some(problem) => Err(problem),
        None => {
            Ok(([(CONTENT_TYPE, PLAIN)], format!("ready\n{}", witnesses::words(&shared))).into_response())
        }
    }
}

/// Reads of the log may wait for the disk, so they run beside the threads that answer.
pub(super) async fn off_the_runtime(
    shared: Arc<Shared>,
    read: impl FnOnce(&Shared) -> Result<Response, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let read = tokio::task::spawn_blocking(move || read(&shared)).await;
    read.unwrap_or_else(|_| Err(Problem::new(ProblemKind::Internal)))
}

fn subject(path: Text) -> Result<SubjectId, Problem> {
    subject_of(&segment(path)?)
}

/// The subject that a path names.
pub(super) fn subject_of(text: &str) -> Result<SubjectId, Problem> {
    SubjectId::parse(text).map_err(|error| Problem::from(&error).field("id"))
}

/// An entry, if everybody may see it.
fn public_entry(shared: &Shared, index: EntryIndex) -> Result<EntryView, Problem> {
    let view = &shared.app.snapshots;
    let Answer { value, .. } = query::entry(view, index)?;
    let public = public_events(view, &value.event.subject, (shared.app.clock)())?.contains(&value.event.id);
    if public { Ok(value) } else { Err(Problem::new(ProblemKind::NotPublic).field("index").found(index)) }
}

fn entry_answer(found: &EntryView) -> Result<EntryAnswer, Problem> {
    let streams: Vec<_> = found.event.streams().iter().map(ToString::to_string).collect();
    EntryAnswer::of(&found.entry, &streams).map_err(|_| Problem::new(ProblemKind::Damaged))
}

fn raw(found: EntryView) -> Response {
    ([(CONTENT_TYPE, OCTETS)], found.entry.into_bytes()).into_response()
}

/// Whether `Accept` names the media type itself.
fn accepts(headers: &HeaderMap, media: &str) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = values.flat_map(|value| value.split(','));
    ranges.any(|range| range.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(media)))
}
