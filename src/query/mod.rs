//! Answers, computed from the log through the view: standing, history, lists, receipts.
//!
//! Each answer is for one published checkpoint, taken once at the beginning, so that an answer never
//! mixes two states of the ledger. Nothing here writes, and nothing here reads a clock.

use crate::log::{EntryBytes, ReadError};
use crate::sequencer::entries_backwards;
use crate::snapshot::{Snapshot, Snapshots};
use ledger_spec::entry::Entry;
use ledger_spec::entry::StreamVersion;
use ledger_spec::event::{Event, EventError};
use ledger_spec::id::{ListCode, StreamKey, SubjectId};
use ledger_spec::time::{RecordedTime, ValidTime};
use std::sync::Arc;
use tlog::hash::TreeHash;
use tlog::merkle::{ConsistencyProof, InclusionProof};
use tlog::position::{EntryIndex, TreeSize};

mod ask;
mod world;

pub use ask::{Asking, SubjectView, asked, edition, edition_columns, subject_view, visible_events};
pub use world::{CityView, city_view};

/// Why a question could not be answered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The log holds no such entry (yet).
    #[error("entry {found} is not in the log, which holds {size}")]
    NoEntry {
        /// The index asked for.
        found: EntryIndex,
        /// How many entries there are.
        size: TreeSize,
    },
    /// The catalogue holds no such list.
    #[error("list {0} is not in the catalogue")]
    NoList(ListCode),
    /// An answer that could not be written down, which is a defect.
    #[error("answer: {0}")]
    Answer(String),
    /// The cursor does not name an entry of the stream.
    #[error("entry {0} is not one of this subject's")]
    Cursor(EntryIndex),
    /// The log is damaged where it was read, and nothing is answered from there.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An entry that holds no event this version reads.
    #[error("entry {index}: {error}")]
    Event {
        /// The entry.
        index: EntryIndex,
        /// What is wrong.
        error: EventError,
    },
}

/// How much of the log a question takes into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The first entries of the log, this many.
    Size(TreeSize),
    /// The entries recorded at or before this time.
    At(RecordedTime),
}

/// The instants that a question is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Instants {
    /// The valid instant.
    pub valid_at: ValidTime,
    /// What was known; everything published where it is absent.
    pub known_at: Option<Known>,
}

/// An answer and the checkpoint it was computed at.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// The published state.
    pub published: Arc<Snapshot>,
}

/// One entry with everything that can be said of it.
#[derive(Clone, Debug)]
pub struct EntryView {
    /// The entry's bytes, which were checked, and the entry.
    pub entry: EntryBytes,
    /// Its event.
    pub event: Event,
}

/// A page of a stream, newest first.
#[derive(Clone, Debug)]
pub struct EventsPage {
    /// The stream's version at the published size.
    pub version: StreamVersion,
    /// The events.
    pub events: Vec<EntryView>,
    /// The cursor of the next page, where there is one.
    pub next: Option<EntryIndex>,
}

/// An entry's receipt: a fresh proof that it stands under the published checkpoint.
#[derive(Clone, Debug)]
pub struct ReceiptView {
    /// The entry.
    pub snapshots: EntryView,
    /// The proof.
    pub proof: InclusionProof,
}

/// That one tree begins with another.
#[derive(Clone, Debug)]
pub struct Consistency {
    /// The smaller size and its root.
    pub from: (TreeSize, TreeHash),
    /// The greater size and its root.
    pub to: (TreeSize, TreeHash),
    /// The proof between them.
    pub proof: ConsistencyProof,
}

/// A page of a subject's events, newest first, from the one before the entry `before`.
pub fn events(
    snapshots: &Snapshots,
    subject: &SubjectId,
    before: Option<EntryIndex>,
    limit: usize,
) -> Result<Answer<EventsPage>, QueryError> {
    let published = snapshots.latest();
    let head = published_entries(snapshots, subject, published.size()).next().transpose()?;
    let version = head.as_ref().and_then(|entry| entry.entry().links.first()).map(|link| link.version);
    let start = match before {
        None => head.map(|entry| entry.entry().index),
        Some(cursor) => {
            let at_cursor = entry_of(snapshots, &published, cursor)?;
            if at_cursor.event.subject != *subject {
                return Err(QueryError::Cursor(cursor));
            }
            at_cursor.entry.entry().links.first().and_then(|link| link.previous)
        }
    };
    let mut page = EventsPage { version: version.unwrap_or_default(), events: Vec::new(), next: None };
    for entry in entries_backwards(snapshots.log(), start, 0) {
        if page.events.len() == limit {
            page.next = page.events.last().map(|snapshots| snapshots.entry.entry().index);
            break;
        }
        page.events.push(entry_view(entry?)?);
    }
    Ok(Answer { value: page, published })
}

/// One entry.
pub fn entry(snapshots: &Snapshots, index: EntryIndex) -> Result<Answer<EntryView>, QueryError> {
    let published = snapshots.latest();
    Ok(Answer { value: entry_of(snapshots, &published, index)?, published })
}

/// A receipt for an entry, under the checkpoint published now.
pub fn receipt(snapshots: &Snapshots, index: EntryIndex) -> Result<Answer<ReceiptView>, QueryError> {
    let Answer { value, published } = entry(snapshots, index)?;
    let proof = snapshots.log().inclusion_proof_under(index, &published.checkpoint)?;
    Ok(Answer { value: ReceiptView { snapshots: value, proof }, published })
}

/// The proof that the tree of `to` entries begins with that of `from`, and both roots.
pub fn consistency(
    snapshots: &Snapshots,
    from: TreeSize,
    to: TreeSize,
) -> Result<Answer<Consistency>, QueryError> {
    let (published, log) = (snapshots.latest(), snapshots.log());
    let value = Consistency {
        from: (from, log.root(from)?),
        to: (to, log.root(to)?),
        proof: log.consistency_proof(from, to)?,
    };
    Ok(Answer { value, published })
}

/// A subject's entries below `size`, newest first. The index may already know of one batch more.
fn published_entries(
    snapshots: &Snapshots,
    subject: &SubjectId,
    size: TreeSize,
) -> impl Iterator<Item = Result<EntryBytes, ReadError>> {
    let last = snapshots.index().head(&StreamKey::Subject(subject.clone())).map(|head| head.last);
    entries_backwards(snapshots.log(), last, 0)
        .skip_while(move |entry| entry.as_ref().is_ok_and(|entry| !entry.entry().index.is_in(size)))
}

/// One entry of a published state.
fn entry_of(snapshots: &Snapshots, published: &Snapshot, index: EntryIndex) -> Result<EntryView, QueryError> {
    if !index.is_in(published.size()) {
        return Err(QueryError::NoEntry { found: index, size: published.size() });
    }
    entry_view(snapshots.log().entry(index)?)
}

fn entry_view(entry: EntryBytes) -> Result<EntryView, QueryError> {
    let event = parse(entry.entry())?;
    Ok(EntryView { entry, event })
}

fn parse(entry: &Entry) -> Result<Event, QueryError> {
    Event::parse(&entry.event).map_err(|error| QueryError::Event { index: entry.index, error })
}
