//! What is new, as it comes (server-sent events): every entry from any index on, and the checkpoints over
//! them. Whoever is cut off names the last event that it had and misses nothing.

use super::Shared;
use super::language::asked_for;
use super::params::{Params, number};
use super::places::{Place, joined};
use super::problem::{Problem, ProblemKind};
use crate::api::{FeedCheckpoint, FeedEntry, FeedEvent};
use crate::log::RawEntry;
use crate::query::QueryError;
use crate::snapshot::Snapshot;
use crate::words::say;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use ledger_spec::event::Event;
use ledger_spec::sealed::LogEntry;
use ledger_spec::wording::Language;
use serde::Serialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use std::vec;
use tlog::defect::OrDefect as _;
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
/// How long one is asked to wait to whom an entry could not be shown: it takes somebody to mend that.
const RETRY_AFTER_FAULT: Duration = Duration::from_secs(60);
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
/// repeated. A checkpoint may be repeated. An `entry` is a `FeedEntry`, a `checkpoint` a `FeedCheckpoint`. Where an
/// entry cannot be read, those before it are sent, then a `problem` that names it, and the feed ends.
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
    let reader = Reader::new(shared, place, EntryIndex::new(from), asked_for(&headers));
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
        return Err(Problem::parameter(LAST_EVENT_ID, say!("the header twice"), say!("it once")));
    }
    let text = value.to_str().map_err(|_| {
        Problem::parameter(
            LAST_EVENT_ID,
            say!("other bytes than ASCII"),
            say!("the id of an event of this feed"),
        )
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
    language: Language,
    /// Whether nothing follows: the entry that would come next cannot be read.
    ended: bool,
}

/// Entries as events, the entry after them, and why that cannot be read, where it cannot.
struct Batch {
    events: Vec<Sent>,
    next: EntryIndex,
    fault: Option<Problem>,
}

impl Reader {
    fn new(shared: Arc<Shared>, place: Place, next: EntryIndex, language: Language) -> Self {
        // Its id stands for a reader that is cut off before it had anything else.
        let first = identified(Sent::default(), next).retry(RETRY);
        let (changes, stopping) = (shared.app.snapshots.changes(), shared.stopping.subscribe());
        let (ready, told) = (vec![first].into_iter(), TreeSize::EMPTY);
        let news = News { shared, changes, next, ready, told, language, ended: false };
        Self { stopping, news, _place: place }
    }

    /// The next event; `None` once the server stops, or after the problem that ended the feed.
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
    /// The next event, once there is one; `None` after the problem that an entry cannot be read.
    async fn next(&mut self) -> Option<Sent> {
        while !self.ended || self.ready.len() > 0 {
            if let Some(sent) = self.ready.next() {
                return Some(sent);
            }
            self.changes.mark_unchanged();
            let published = self.shared.app.snapshots.latest();
            let size = published.size();
            if self.next.is_in(size) {
                let Batch { mut events, next, fault } = self.read(size).await?;
                self.next = next;
                if let Some(fault) = fault {
                    // Its id lets whoever comes again begin with the entry that cannot be read, and be told again.
                    let told = identified(Sent::default(), next).event("problem").retry(RETRY_AFTER_FAULT);
                    events.push(told.data(fault.to_json(self.language)));
                    self.ended = true;
                }
                self.ready = events.into_iter();
            } else if self.told != size {
                self.told = size;
                return Some(checkpoint(&published, self.next));
            } else {
                self.changes.changed().await.ok()?;
            }
        }
        None
    }

    /// Reads the next entries when it is this feed's turn; `None` once the server ends.
    async fn read(&self, size: TreeSize) -> Option<Batch> {
        let turn = self.shared.places.feed_reads.clone().acquire_owned().await.ok()?;
        let (shared, first) = (self.shared.clone(), self.next);
        let read = move || {
            let _turn = turn;
            batch(&shared, first, size)
        };
        joined(tokio::task::spawn_blocking(read).await).ok()
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

/// The next entries of those below `size`, up to one that cannot be read.
fn batch(shared: &Shared, first: EntryIndex, size: TreeSize) -> Batch {
    let mut batch = Batch { events: Vec::with_capacity(BATCH), next: first, fault: None };
    let mut bytes = 0;
    for entry in shared.app.snapshots.log().frames(first) {
        let said = entry.map_err(QueryError::from).and_then(|entry| said(&entry));
        let said = match said {
            Ok(said) => said,
            Err(error) => {
                batch.fault = Some(Problem::from(error).field("index").found(batch.next));
                break;
            }
        };
        let text = as_json(&said);
        bytes += text.len();
        batch.events.push(Sent::default().id(said.index.to_string()).event("entry").data(text));
        batch.next = said.index.covering_size().next_index();
        if batch.events.len() == BATCH || bytes >= BATCH_BYTES || !batch.next.is_in(size) {
            break;
        }
    }
    batch
}

/// What is said of an entry: what the log says to everybody.
fn said(read: &RawEntry) -> Result<FeedEntry, QueryError> {
    let (index, recorded_at) = (read.entry().index(), read.entry().recorded_at());
    let stated = match read.entry() {
        LogEntry::Clear(entry) => {
            let event = Event::parse(&entry.event).map_err(|error| QueryError::Event { index, error })?;
            Some(FeedEvent::of(&event))
        }
        LogEntry::Sealed(_) => None,
    };
    Ok(FeedEntry { index, recorded_at, leaf: read.leaf(), stated })
}

/// A checkpoint, for a reader whose next entry is `next`.
fn checkpoint(published: &Snapshot, next: EntryIndex) -> Sent {
    identified(Sent::default(), next).event("checkpoint").data(as_json(&FeedCheckpoint::of(published)))
}

fn as_json(said: &impl Serialize) -> String {
    serde_json::to_string(said).or_defect("what the feed says is texts and numbers")
}
