//! The index: where each stream ends, and which entries govern. Everything in it follows from the log and is
//! rebuilt from it without anybody asking.
//!
//! It is resident: some 100 bytes a stream, which it knows by the tag that stands in the links of sealed entries, so that
//! an entry whose event was erased still says where its streams go on. The copy in sled only saves a clean start from
//! reading the whole log; it is believed only if it was closed cleanly, covers exactly the log's last entry, and its digest
//! is right. Nothing here is ever the truth.
//!
//! Whoever guesses a name can make its tag, so the copy is encrypted. It says what the skeletons say and nothing more, of
//! what is erased as of all else, so it is under their key, which erasures do not replace.

mod store;

pub use store::{IndexDoubt, IndexStore, StoreError};

use ledger_spec::admission::{Head, governs};
use ledger_spec::casefile::CaseEntry;
use ledger_spec::entry::Link;
use ledger_spec::event::Event;
use ledger_spec::id::StreamKey;
use ledger_spec::sealed::{Hashing, SealedLinks, StreamTag, TaggedLink};
use ledger_spec::state::Added;
use std::collections::HashMap;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tlog::defect::OrDefect as _;
use tlog::position::EntryIndex;

/// What one entry adds to the index.
#[derive(Clone, Debug)]
pub struct IndexRow {
    index: EntryIndex,
    /// Where its streams end with it.
    heads: Vec<(StreamTag, Head)>,
    governs: bool,
}

/// Where the streams end. Readers and the writer share it.
#[derive(Debug, Default)]
pub struct Index {
    resident: RwLock<Resident>,
}

/// The bucket that a stream is kept in: what is written together.
const fn bucket_of(stream: &StreamTag) -> usize {
    let [first, second, ..] = *stream.as_bytes();
    (first as usize) << 4 | second as usize >> 4
}

fn tag(stream: &StreamKey) -> StreamTag {
    StreamTag::of(Hashing::Sha256, stream)
}

/// How many buckets there are: a city's streams are some hundred in each.
const BUCKETS: usize = 1 << 12;

#[derive(Debug)]
struct Resident {
    buckets: Vec<Bucket>,
    governance: Vec<EntryIndex>,
}

/// Streams that are written together.
#[derive(Debug, Default)]
struct Bucket {
    heads: HashMap<StreamTag, Head>,
    /// Whether the copy in sled is not up to date.
    dirty: bool,
}

impl Default for Resident {
    fn default() -> Self {
        let buckets = std::iter::repeat_with(Bucket::default).take(BUCKETS).collect();
        Self { buckets, governance: Vec::new() }
    }
}

impl IndexRow {
    /// What an entry adds that was just taken in, parted from what it adds to case files.
    pub fn of_added(added: Added) -> (Self, CaseEntry) {
        let Added { heads, governs, case } = added;
        let heads = heads.iter().map(|(stream, head)| (tag(stream), *head)).collect();
        (Self { index: case.entry, heads, governs }, case)
    }

    /// What an entry adds that was read: its links say which event of its streams it is.
    pub fn of(index: EntryIndex, links: &[Link], event: &Event) -> Self {
        let head = |link: &Link| Head { last: index, version: link.version };
        let heads = event.streams().iter().map(tag).zip(links.iter().map(head)).collect();
        Self { index, heads, governs: governs(event.kind()) }
    }

    /// What an entry adds whose event is erased: its streams go on.
    pub fn of_erased(index: EntryIndex, links: &SealedLinks) -> Self {
        let tagged = [Some(links.subject), Some(links.issuer), links.list];
        let head = |TaggedLink { tag, link }| (tag, Head { last: index, version: link.version });
        Self { index, heads: tagged.into_iter().flatten().map(head).collect(), governs: false }
    }
}

impl Index {
    /// The end of a stream; `None` while it holds nothing.
    pub fn head(&self, stream: &StreamKey) -> Option<Head> {
        let stream = tag(stream);
        self.read().bucket(&stream).heads.get(&stream).copied()
    }

    /// How many streams there are.
    pub fn streams(&self) -> usize {
        self.read().buckets.iter().map(|bucket| bucket.heads.len()).sum()
    }

    /// The entries that say who may sign what and what may be recorded, in the log's order.
    pub fn governance_entries(&self) -> Vec<EntryIndex> {
        self.read().governance.clone()
    }

    /// Takes in committed entries that follow those before.
    pub fn apply(&self, rows: impl IntoIterator<Item = IndexRow>) {
        let mut resident = self.write();
        rows.into_iter().for_each(|row| resident.take(row));
    }

    // A panic while the lock is held leaves whole rows or none: the data is as good as before.
    fn read(&self) -> RwLockReadGuard<'_, Resident> {
        self.resident.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Resident> {
        self.resident.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Resident {
    fn bucket(&self, stream: &StreamTag) -> &Bucket {
        self.buckets.get(bucket_of(stream)).or_defect("there is a bucket for every beginning of a hash")
    }

    fn take(&mut self, row: IndexRow) {
        for (stream, head) in row.heads {
            let bucket = self.buckets.get_mut(bucket_of(&stream));
            let bucket = bucket.or_defect("there is a bucket for every beginning of a hash");
            bucket.heads.insert(stream, head);
            bucket.dirty = true;
        }
        if row.governs {
            self.governance.push(row.index);
        }
    }
}
