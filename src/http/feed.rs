//! What is new, as it comes (server-sent events): every entry from any index on, and the checkpoints over
//! them. Whoever is cut off names the last event that it had and misses nothing.

use super::Shared;
use super::params::{Params, number};
use super::places::Place;
use super::problem::{Problem, ProblemKind};
use crate::log::EntryBytes;
use crate::snapshot::Snapshot;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use ledger_spec::event::Event;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use std::vec;
use tlog::position::{EntryIndex, TreeSize};
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most entries that are read at a time.
const BATCH: usize = 64;
/// After so many bytes of events no further entry is read: what a feed that is not read holds, beside what its
/// connection does.
const BATCH_BYTES: usize = 16 << 10;
/// After so long without news a line is sent, so that a connection that is gone is noticed.
const QUIET: Duration = Duration::from_secs(15);
/// How long a client that is cut off is asked to wait before it comes again.
const RETRY: Duration = Duration::from_secs(2);
/// The greatest index that every reader of JSON holds exactly.
const MOST: u64 = (1 << 53) - 1;
const LAST_EVENT_ID: &str = "last-event-id";

/// Marks an answer that goes on until the server stops or its reader goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feeding;

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(feed))
}

/// New entries as they are committed: server-sent events `entry` and `checkpoint`, each with an id.
///
/// An event's id is the index of the last entry that its reader has had with it: an entry's own, and for a
/// checkpoint that of the entry sent (or passed over, by `from`) last before it. Whoever goes on from any
/// event, by its id in `Last-Event-ID`, is sent the entry after that first: none is skipped and none is
/// repeated. A checkpoint may be repeated.
///
/// So many feeds are open at once as the ledger's settings allow. A reader that takes nothing for long is cut off;
/// it comes again with the last id that it had.
#[utoipa::path(
    get,
    path = "/v1/feed",
    operation_id = "getFeed",
    tag = "read",
    params(
        ("from" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991_i64,
            description = "The first entry wanted; those to come where it is absent"),
        ("last-event-id" = Option<u64>, Header, minimum = 0, maximum = 9007199254740990_i64,
            description = "The id of the last event that was had: goes before `from`, as browsers and clients send it"),
    ),
    responses((status = 200, description = "Server-sent events, without end", body = String, content_type = "text/event-stream")),
)]
async fn feed(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &["from"])?;
    let from = match (had(&headers)?, params.number("from", 0, MOST)?) {
        (Some(had), _) => had + 1,
        (None, Some(from)) => from,
        (None, None) => shared.app.snapshots.latest().size().get(),
    };
    if *shared.stopping.borrow() {
        return Err(Problem::new(ProblemKind::Stopping));
    }
    let place = shared.places.feeds.take().await?;
    let reader = Reader::new(shared, place, EntryIndex::new(from));
    let events = stream::unfold(reader, |mut reader| async {
        let sent = reader.next().await?;
        Some((Ok::<_, Infallible>(sent), reader))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(QUIET).text("nothing new"));
    Ok((Extension(Feeding), [(CACHE_CONTROL, "no-store")], events).into_response())
}

/// The last entry that a client says it has had.
fn had(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let mut values = headers.get_all(LAST_EVENT_ID).iter();
    let (Some(value), more) = (values.next(), values.next()) else { return Ok(None) };
    if more.is_some() {
        return Err(Problem::parameter(LAST_EVENT_ID, "the header twice", "it once"));
    }
    let text = value.to_str().map_err(|_| {
        Problem::parameter(LAST_EVENT_ID, "other bytes than ASCII", "the id of an event of this feed")
    })?;
    number(LAST_EVENT_ID, text, 0, MOST - 1).map(Some)
}

/// One who reads the feed, until the server stops.
struct Reader {
    stopping: watch::Receiver<bool>,
    news: News,
    /// Taken for as long as the feed is open.
    _place: Place,
}

/// What is new to a reader. Nothing is read for it ahead of what its connection takes, but for one batch.
struct News {
    shared: Arc<Shared>,
    changes: watch::Receiver<TreeSize>,
    /// The first entry that was not read yet.
    next: EntryIndex,
    /// What was read and not sent yet.
    ready: vec::IntoIter<Sent>,
    /// What the checkpoint sent last covers. None is sent over no entries: its id could name none.
    told: TreeSize,
}

/// Entries as events, and the entry after them.
struct Batch {
    events: Vec<Sent>,
    next: EntryIndex,
}

impl Reader {
    fn new(shared: Arc<Shared>, place: Place, next: EntryIndex) -> Self {
        // Its id stands for a reader that is cut off before it had anything else.
        let first = identified(Sent::default(), next).retry(RETRY);
        let (changes, stopping) = (shared.app.snapshots.changes(), shared.stopping.subscribe());
        let news = News { shared, changes, next, ready: vec![first].into_iter(), told: TreeSize::EMPTY };
        Self { stopping, news, _place: place }
    }

    /// The next event; `None` once the server stops, or where the log cannot be read.
    async fn next(&mut self) -> Option<Sent> {
        tokio::select! {
            biased;
            // Nobody who could still say so is the same.
            _ = self.stopping.wait_for(|stopping| *stopping) => None,
            sent = self.news.next() => sent,
        }
    }
}

impl News {
    /// The next event, once there is one; `None` where the log cannot be read.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some(sent) = self.ready.next() {
                return Some(sent);
            }
            self.changes.mark_unchanged();
            let published = self.shared.app.snapshots.latest();
            let size = published.size();
            if self.next.is_in(size) {
                // What cannot be read is damage; the reader comes again and is told by other answers.
                let batch = self.read(size).await?;
                self.ready = batch.events.into_iter();
                self.next = batch.next;
            } else if self.told != size {
                self.told = size;
                return Some(checkpoint(&published, self.next));
            } else {
                self.changes.changed().await.ok()?;
            }
        }
    }

    /// Reads the next entries when it is this feed's turn.
    async fn read(&self, size: TreeSize) -> Option<Batch> {
        let turn = self.shared.places.feed_reads.clone().acquire_owned().await.ok()?;
        let (shared, first) = (self.shared.clone(), self.next);
        let read = move || {
            let _turn = turn;
            batch(&shared, first, size)
        };
        tokio::task::spawn_blocking(read).await.ok()?
    }
}

/// An event with the id that means: go on from this entry.
fn identified(sent: Sent, next: EntryIndex) -> Sent {
    match next.get().checked_sub(1) {
        Some(had) => sent.id(had.to_string()),
        // Before the first entry nothing has been had: there is nothing to go on from.
        None => sent,
    }
}

/// The next entries of those below `size`; `None` where they cannot be read.
fn batch(shared: &Shared, first: EntryIndex, size: TreeSize) -> Option<Batch> {
    let mut batch = Batch { events: Vec::with_capacity(BATCH), next: first };
    let mut bytes = 0;
    for entry in shared.app.snapshots.log().frames(first) {
        let entry = entry.ok()?;
        let said = said(&entry, shared.app.settings.entries_open)?.to_string();
        bytes += said.len();
        let index = entry.entry().index;
        batch.events.push(Sent::default().id(index.to_string()).event("entry").data(said));
        batch.next = index.covering_size().next_index();
        if batch.events.len() == BATCH || bytes >= BATCH_BYTES || !batch.next.is_in(size) {
            break;
        }
    }
    (!batch.events.is_empty()).then_some(batch)
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

/// A checkpoint, for a reader whose next entry is `next`.
fn checkpoint(published: &Snapshot, next: EntryIndex) -> Sent {
    let said = json!({
        "size": published.size().get(), "root": published.root().to_string(),
        "checkpoint": published.checkpoint_text(),
    });
    identified(Sent::default(), next).event("checkpoint").data(said.to_string())
}
