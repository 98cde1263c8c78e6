//! What opens the sealed entries, for auditors: on an address of its own, since until readers can be told apart whoever
//! reaches it reads everything.

use super::Shared;
use super::params::{Params, segment};
use super::problem::{Problem, ProblemKind};
use super::reading::{OCTETS, Text, read};
use crate::log::{LogReader, ReadError};
use crate::query::QueryError;
use crate::words::say;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST};
use axum::response::Response;
use ledger_spec::wording::Words;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tlog::tile::TileId;

/// What is erased must not be found in a cache.
const NEVER: &str = "no-store";

/// Whoever reaches an address of this machine alone is on this machine, or is a page in a browser on it, under a name of its
/// own that it lets point here (DNS rebinding): that one is told nothing. Where the settings name another address, others
/// decide who reaches it, and by what name.
fn asked_by_this_machine(shared: &Shared, headers: &HeaderMap) -> Result<(), Problem> {
    if shared.app.settings.openings.is_some_and(|address| !address.ip().is_loopback()) {
        return Ok(());
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let alone = host.trim_start_matches('[').trim_end_matches(']');
    let is_address = host.parse::<SocketAddr>().is_ok()
        || alone.parse::<IpAddr>().is_ok()
        || name.parse::<IpAddr>().is_ok();
    if is_address || name.eq_ignore_ascii_case("localhost") {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::Misdirected)
        .field("host")
        .found(Words::data(host))
        .expected(say!("localhost, or an IP address")))
}

/// What opens the entries of one bundle, `openings/<index>`, with `.p/<width>` where it is partial: for each entry, in
/// order, a length in four bytes and the opening's; none for what stands in the clear.
pub(super) async fn openings(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    of(shared, path, query, headers, |shared| Ok(shared.app.snapshots.log())).await
}

/// The same of the access journal.
pub(super) async fn of_journal(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    of(shared, path, query, headers, |shared| Ok(shared.journal()?.log())).await
}

async fn of(
    shared: Arc<Shared>,
    path: Text,
    query: Option<String>,
    headers: HeaderMap,
    log: fn(&Shared) -> Result<&LogReader, Problem>,
) -> Result<Response, Problem> {
    asked_by_this_machine(&shared, &headers)?;
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
    read(shared, move |shared, _| {
        let openings = log(shared)?.openings(bundle).map_err(with_its_place)?;
        Ok(([(CONTENT_TYPE, OCTETS), (CACHE_CONTROL, NEVER)], openings.to_vec()))
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
