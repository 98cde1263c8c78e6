//! What the feed says of an entry, and of a checkpoint over entries.

use crate::snapshot::Snapshot;
use ledger_spec::event::Event;
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::time::RecordedTime;
use serde::Serialize;
use tlog::hash::TreeHash;
use tlog::position::{EntryIndex, TreeSize};
use utoipa::ToSchema;

/// A new entry: its place in the tree, and what the log says to everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedEntry {
    /// Its index in the log.
    pub index: EntryIndex,
    /// When the ledger committed it, RFC 3339.
    pub recorded_at: RecordedTime,
    /// Its leaf in the tree, in hex.
    pub leaf: TreeHash,
    /// What it states.
    #[serde(flatten)]
    pub stated: Option<FeedEvent>,
}

/// The event of an entry, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedEvent {
    /// Its kind.
    pub kind: &'static str,
    /// Its id.
    pub event: EventId,
    /// Who issued it.
    pub issuer: AuthorityId,
    /// Whom it is about.
    pub subject: SubjectId,
}

/// A checkpoint over all entries that were sent before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedCheckpoint {
    /// How many entries it covers.
    pub size: TreeSize,
    /// The root of their tree, in hex.
    pub root: TreeHash,
    /// The signed checkpoint, as C2SP text.
    pub checkpoint: String,
}

impl FeedEvent {
    /// The short form of an event.
    pub fn of(event: &Event) -> Self {
        let (issuer, subject) = (event.issuer.clone(), event.subject.clone());
        Self { kind: event.kind().name(), event: event.id, issuer, subject }
    }
}

impl FeedCheckpoint {
    /// What is said of a published state.
    pub fn of(published: &Snapshot) -> Self {
        let (size, root) = (published.size(), published.root());
        Self { size, root, checkpoint: published.checkpoint_text() }
    }
}
