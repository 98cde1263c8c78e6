//! The log as the transparency ecosystem reads it (C2SP tlog-tiles): tiles of hashes and of entries.
//!
//! Whoever reads checks: nothing here says that a tile is right, the signed checkpoint does.

use super::Shared;
use super::packing::Packs;
use super::params::Params;
use super::params::segment;
use super::problem::{Problem, ProblemKind};
use super::reading::{Text, read as read_log};
use crate::log::LogReader;
use crate::words::say;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use ledger_spec::wording::Words;
use std::sync::Arc;
use tlog::tile::{TileId, TileKind};

const OCTETS: &str = "application/octet-stream";
/// A tile never changes: whoever has it keeps it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A tile of the log (C2SP tlog-tiles): `<level>/<index>` for hashes, `entries/<index>` for entries, each with
/// `.p/<width>` where it is partial.
#[utoipa::path(
    get,
    path = "/tile/{tile}",
    operation_id = "getTile",
    tag = "read",
    params(("tile" = String, Path, pattern = "^([0-7]|entries)/(x[0-9]{3}/){0,6}[0-9]{3}(\\.p/[0-9]{1,3})?$",
        description = "The tile's path: what follows holds slashes, which stand as they are")),
    responses((status = 200, description = "Hashes of 32 bytes, or entries each after its length in two bytes", body = String, content_type = "application/octet-stream")),
)]
pub(super) async fn tile(
    State(shared): State<Arc<Shared>>,
    path: Text,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    of(shared, path, query, |shared| Ok(shared.app.snapshots.log())).await
}

/// A tile of one of the logs that are served.
pub(super) async fn of(
    shared: Arc<Shared>,
    path: Text,
    query: Option<String>,
    log: fn(&Shared) -> Result<&LogReader, Problem>,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let path = segment(path)?;
    let found = TileId::parse(&path);
    let expected = || say!("<level>/<index> or entries/<index>, with .p/<width> where partial");
    let malformed =
        |_| Problem::new(ProblemKind::NotFound).field("tile").found(Words::data(&path)).expected(expected());
    let tile = found.map_err(malformed)?;
    let published = log(&shared)?.size();
    if !tile.is_in(published) {
        let expected = say!("a tile of the {} entries that are published", published);
        return Err(Problem::new(ProblemKind::NotFound)
            .field("tile")
            .found(Words::data(tile))
            .expected(expected));
    }
    match tile.kind() {
        // One read of at most 8 KiB, nearly always from memory: cheaper than to hand it to another thread.
        TileKind::Hashes(_) => {
            let bytes = read(log(&shared)?, tile)?;
            Ok(([(CONTENT_TYPE, OCTETS), (CACHE_CONTROL, FOR_EVER)], bytes).into_response())
        }
        TileKind::Entries => {
            read_log(shared, move |shared, _| {
                let headers = [(CONTENT_TYPE, OCTETS), (CACHE_CONTROL, FOR_EVER)];
                // To whoever can read that clear entries, which are mostly text, are sent in a third of their bytes, and
                // sealed ones, which are mostly hashes, in five sixths.
                Ok((Extension(Packs), headers, read(log(shared)?, tile)?).into_response())
            })
            .await
        }
    }
}

fn read(log: &LogReader, tile: TileId) -> Result<Vec<u8>, Problem> {
    Ok(log.tile(tile).map_err(crate::query::QueryError::from)?)
}
