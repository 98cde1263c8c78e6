//! What opens the sealed entries of the log and of its access journal, for auditors: whoever has it reads everything.

use super::Shared;
use super::gate::{Asking, SignedWhereMore};
use super::params::{Params, segment};
use super::problem::{Problem, ProblemKind};
use super::reading::{OCTETS, Text, read_of_many};
use crate::log::{LogReader, ReadError};
use crate::query::QueryError;
use crate::words::say;
use axum::extract::{RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use ledger_spec::wording::Words;
use std::sync::Arc;
use tlog::tile::TileId;

/// What opens the entries of one bundle, with `.p/<width>` where it is partial: for each entry, in order, a length in four
/// bytes and the opening's; none for what stands in the clear. For who audits (R17 to R20), each time written down.
#[utoipa::path(
    get,
    path = "/openings/{bundle}",
    operation_id = "getOpenings",
    tag = "read",
    params(
        ("bundle" = String, Path, pattern = "^(x[0-9]{3}/){0,6}[0-9]{3}(\\.p/[0-9]{1,3})?$",
            description = "The bundle's path, as that of the tile of entries: what follows holds slashes, which stand as they are"),
        SignedWhereMore,
    ),
    responses((status = 200, description = "Openings, each after its length in four bytes", body = String, content_type = "application/octet-stream")),
)]
pub(super) async fn openings(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    of(shared, asking, path, query, |shared| Ok(shared.app.snapshots.log())).await
}

/// The same of the access journal.
#[utoipa::path(
    get,
    path = "/access/openings/{bundle}",
    operation_id = "getAccessOpenings",
    tag = "read",
    params(
        ("bundle" = String, Path, pattern = "^(x[0-9]{3}/){0,6}[0-9]{3}(\\.p/[0-9]{1,3})?$",
            description = "The bundle's path, as that of the tile of entries: what follows holds slashes, which stand as they are"),
        SignedWhereMore,
    ),
    responses((status = 200, description = "Openings, each after its length in four bytes", body = String, content_type = "application/octet-stream")),
)]
pub(super) async fn of_journal(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    of(shared, asking, path, query, |shared| Ok(shared.journal()?.log())).await
}

async fn of(
    shared: Arc<Shared>,
    asking: Asking,
    path: Text,
    query: Option<String>,
    log: fn(&Shared) -> Result<&LogReader, Problem>,
) -> Result<Response, Problem> {
    asking.by_somebody()?;
    Params::read(query.as_deref(), &[])?;
    let bundle = TileId::parse(&format!("entries/{}", segment(path)?));
    let bundle = bundle.map_err(|_| {
        Problem::new(ProblemKind::NotFound)
            .field("openings")
            .expected(say!("<index>, with .p/<width> where partial"))
    })?;
    let published = log(&shared)?.size();
    if !bundle.is_in(published) {
        let expected = say!("openings of the {} entries that are published", published);
        return Err(Problem::new(ProblemKind::NotFound)
            .field("openings")
            .found(Words::data(bundle.place()))
            .expected(expected));
    }
    let asker = asking.clone();
    read_of_many(shared, &asking, move |shared, reading| {
        asker.of_openings((shared, reading), shared.now()?)?;
        let openings = log(shared)?.openings(bundle).map_err(with_its_place)?;
        Ok(([(CONTENT_TYPE, OCTETS)], openings.to_vec()))
    })
    .await
}

/// Whoever may read everything is told of which entry it is that nothing can be opened.
fn with_its_place(error: ReadError) -> Problem {
    let entry = match &error {
        ReadError::Damaged(damage) => damage.entry,
        _ => None,
    };
    let problem = Problem::from(QueryError::from(error));
    match entry {
        Some(entry) => problem.found(say!("entry {}", entry)),
        None => problem,
    }
}
