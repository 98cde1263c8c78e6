//! What opens the sealed entries, for auditors: on an address of its own, since until readers can be told apart whoever
//! reaches it reads everything.

use super::Shared;
use super::params::{Params, segment};
use super::problem::{Problem, ProblemKind};
use super::reading::{OCTETS, Text, read};
use crate::query::QueryError;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use std::sync::Arc;
use tlog::tile::TileId;

/// What is erased must not be found in a cache.
const NEVER: &str = "no-store";

/// What opens the entries of one bundle, `openings/<index>`, with `.p/<width>` where it is partial: for each entry, in
/// order, a length in four bytes and the opening's; none for what stands in the clear.
pub(super) async fn openings(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let bundle = TileId::parse(&format!("entries/{}", segment(path)?));
    let bundle =
        bundle.map_err(|error| Problem::new(ProblemKind::NotFound).field("openings").found(error))?;
    let published = shared.app.snapshots.log().size();
    if !bundle.is_in(published) {
        let expected = format!("openings of the {published} entries that are published");
        return Err(Problem::new(ProblemKind::NotFound)
            .field("openings")
            .found(bundle.place())
            .expected(expected));
    }
    read(shared, move |shared, _| {
        let openings = shared.app.snapshots.log().openings(bundle).map_err(QueryError::from)?;
        Ok(([(CONTENT_TYPE, OCTETS), (CACHE_CONTROL, NEVER)], openings.to_vec()))
    })
    .await
}
