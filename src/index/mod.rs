//! The index: where each stream ends, and which entries govern. Everything in it follows from the log and is
//! rebuilt from it without anybody asking.
//!
//! It is resident: some 80 bytes a stream, which it knows by the hash of its name, so that nobody's identifier lies
//! in its files. The copy in sled only saves a clean start from reading the whole log; it is believed only if it was closed cleanly,
//! covers exactly the log's last entry, and its digest is right. Nothing here is ever the truth.

mod store;

pub use store::{IndexDoubt, IndexStore, StoreError};

use ledger_spec::admission::{Head, governs};
use ledger_spec::casefile::CaseEntry;
use ledger_spec::entry::Link;
use ledger_spec::event::Event;
use ledger_spec::id::StreamKey;
use ledger_spec::state::Added;
use std::collections::HashMap;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tlog::position::EntryIndex;

/// What one entry adds to the index.
#[derive(Clone, Debug)]
pub struct IndexRow {
    index: EntryIndex,
    /// Where its streams end with it.
    heads: Vec<(StreamHash, Head)>,
    governs: bool,
}

/// Where the streams end. Readers and the writer share it.
#[derive(Debug, Default)]
pub struct Index {
    resident: RwLock<Resident>,
}

/// The name of a stream in the index: the BLAKE3 hash of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct StreamHash([u8; 32]);

impl StreamHash {
    fn of(stream: &StreamKey) -> Self {
        Self(*blake3::hash(stream.to_string().as_bytes()).as_bytes())
    }
}

#[derive(Debug, Default)]
struct Resident {
    heads: HashMap<StreamHash, Slot>,
    governance: Vec<EntryIndex>,
    /// The streams whose slots are dirty, each once: what the copy in sled does not hold yet.
    dirty: Vec<StreamHash>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    head: Head,
    dirty: bool,
}

impl IndexRow {
    /// What an entry adds that was just taken in, parted from what it adds to case files.
    pub fn of_added(added: Added) -> (Self, CaseEntry) {
        let Added { heads, governs, case } = added;
        let heads = heads.iter().map(|(stream, head)| (StreamHash::of(stream), *head)).collect();
        (Self { index: case.entry, heads, governs }, case)
    }

    /// What an entry adds that was read: its links say which event of its streams it is.
    pub fn of(index: EntryIndex, links: &[Link], event: &Event) -> Self {
        let head = |link: &Link| Head { last: index, version: link.version };
        let heads = event.streams().iter().map(StreamHash::of).zip(links.iter().map(head)).collect();
        Self { index, heads, governs: governs(event.kind()) }
    }
}

impl Index {
    /// The end of a stream; `None` while it holds nothing.
    pub fn head(&self, stream: &StreamKey) -> Option<Head> {
        self.read().heads.get(&StreamHash::of(stream)).map(|slot| slot.head)
    }

    /// How many streams there are.
    pub fn streams(&self) -> usize {
        self.read().heads.len()
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
    fn take(&mut self, row: IndexRow) {
        for (stream, head) in row.heads {
            match self.heads.get_mut(&stream) {
                Some(slot) if slot.dirty => slot.head = head,
                _ => {
                    self.dirty.push(stream);
                    self.heads.insert(stream, Slot { head, dirty: true });
                }
            }
        }
        if row.governs {
            self.governance.push(row.index);
        }
    }
}
