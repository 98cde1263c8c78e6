//! What is new, as it comes (server-sent events): every entry from any index on, and the checkpoints over
//! them. Whoever is cut off names the last entry that it had and misses nothing.

use super::Shared;
use super::params::Params;
use super::problem::Problem;
use crate::log::EntryBytes;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use http_body_util::channel::{Channel, Sender};
use ledger_spec::event::Event;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tlog::position::{EntryIndex, TreeSize};

/// Entries that are read and sent at a time.
const BATCH: u64 = 256;
/// Pieces that wait for a slow reader; then its reading waits.
const AHEAD: usize = 2;
/// How often it is looked whether the server stops.
const LOOK: Duration = Duration::from_millis(500);
/// After so many looks without news a line is sent, so that a connection that is gone is noticed.
const QUIET_LOOKS: u32 = 30;

/// New entries as they are committed: server-sent events `entry` (id: its index) and `checkpoint`.
#[utoipa::path(
    get,
    path = "/v1/feed",
    operation_id = "getFeed",
    tag = "read",
    params(
        ("from" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "The first entry wanted; those to come where it is absent"),
        ("last-event-id" = Option<u64>, Header,
            description = "The last entry that was had: goes before `from`, as browsers and clients send it"),
    ),
    responses((status = 200, description = "Server-sent events, without end", body = String, content_type = "text/event-stream")),
)]
pub(super) async fn feed(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    const MOST: u64 = (1 << 53) - 1;
    let params = Params::read(query.as_deref(), &["from"])?;
    let had = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let had = had.and_then(|text| text.parse::<u64>().ok()).filter(|had| *had < MOST);
    let from = match (had, params.number("from", 0, MOST)?) {
        (Some(had), _) => had + 1,
        (None, Some(from)) => from,
        (None, None) => shared.app.snapshots.latest().size().get(),
    };
    let (sender, body) = Channel::<Bytes, Infallible>::new(AHEAD);
    tokio::spawn(send(shared, EntryIndex::new(from), sender));
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    Ok((headers, Body::new(body)).into_response())
}

/// Sends until nobody listens, or the server stops.
async fn send(shared: Arc<Shared>, mut next: EntryIndex, mut to: Sender<Bytes>) {
    let mut changes = shared.app.snapshots.changes();
    let mut told = None;
    let mut quiet = 0;
    if to.send_data(Bytes::from_static(b"retry: 2000\n\n")).await.is_err() {
        return;
    }
    while !shared.stopping.load(Ordering::Acquire) {
        let size = *changes.borrow_and_update();
        let text = match (next.is_in(size), told == Some(size)) {
            (true, _) => {
                let until = TreeSize::new(size.get().min(next.get().saturating_add(BATCH)));
                let sharing = shared.clone();
                let text = tokio::task::spawn_blocking(move || entries(&sharing, next, until)).await;
                // What cannot be read is damage; the reader comes again and is told by other answers.
                let Ok(Some(text)) = text else { return };
                next = until.next_index();
                text
            }
            (false, false) => {
                told = Some(size);
                checkpoint(&shared)
            }
            (false, true) => {
                if tokio::time::timeout(LOOK, changes.changed()).await.is_ok() {
                    continue;
                }
                quiet += 1;
                if quiet < QUIET_LOOKS {
                    continue;
                }
                ": nothing new\n\n".to_owned()
            }
        };
        quiet = 0;
        if to.send_data(Bytes::from(text)).await.is_err() {
            return;
        }
    }
}

/// The entries as events; `None` where they cannot be read.
fn entries(shared: &Shared, first: EntryIndex, until: TreeSize) -> Option<String> {
    let mut text = String::new();
    let count = usize::try_from(until.get().saturating_sub(first.get())).ok()?;
    for entry in shared.app.snapshots.log().frames(first).take(count) {
        let entry = entry.ok()?;
        let index = entry.entry().index;
        let said = said(&entry, shared.app.settings.entries_open)?;
        // Writing into a String cannot fail.
        let _ = write!(text, "id: {index}\nevent: entry\ndata: {said}\n\n");
    }
    Some(text)
}

/// What is said of an entry: what its tile says to everybody, or its place in the tree alone.
fn said(entry: &EntryBytes, open: bool) -> Option<Value> {
    let (index, at) = (entry.entry().index.get(), entry.entry().recorded_at.to_text());
    let leaf = entry.leaf().to_string();
    if !open {
        return Some(json!({"index": index, "recorded_at": at, "leaf": leaf}));
    }
    let event = Event::parse(&entry.entry().event).ok()?;
    Some(json!({
        "index": index, "recorded_at": at, "leaf": leaf, "kind": event.kind().name(), "event": event.id.to_string(),
        "issuer": event.issuer.as_str(), "subject": event.subject.to_string(),
    }))
}

fn checkpoint(shared: &Shared) -> String {
    let published = shared.app.snapshots.latest();
    let said = json!({
        "size": published.size().get(), "root": published.root().to_string(),
        "checkpoint": published.checkpoint_text(),
    });
    format!("event: checkpoint\ndata: {said}\n\n")
}
