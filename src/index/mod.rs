//! The index: where each stream ends, and which entries govern. Everything in it follows from the log and is
//! rebuilt from it without anybody asking.
//!
//! It is resident: about 100 bytes a stream. The copy in sled only saves a clean start from reading the whole log; it is believed only if it was closed cleanly,
//! covers exactly the log's last entry, and its digest is right. Nothing here is ever the truth.

mod store;

pub use store::{IndexDoubt, IndexStore, StoreError};

use ledger_spec::admission::Head;
use ledger_spec::entry::ChainHash;
use ledger_spec::event::Event;
use ledger_spec::id::StreamKey;
use std::collections::HashMap;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tlog::position::{EntryIndex, TreeSize};

/// What one entry adds to the index.
#[derive(Clone, Debug)]
pub struct IndexRow {
    index: EntryIndex,
    streams: Vec<StreamKey>,
    governs: bool,
}

/// Where the streams end. Readers and the writer share it.
#[derive(Debug, Default)]
pub struct Index {
    resident: RwLock<Resident>,
}

#[derive(Debug, Default)]
struct Resident {
    heads: HashMap<StreamKey, Slot>,
    governance: Vec<EntryIndex>,
    covered: TreeSize,
    tip: Option<ChainHash>,
    /// The streams whose slots are dirty, each once: what the copy in sled does not hold yet.
    dirty: Vec<StreamKey>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    head: Head,
    dirty: bool,
}

impl IndexRow {
    /// What the entry `index`, which holds `event`, adds.
    pub fn of(index: EntryIndex, event: &Event) -> Self {
        let governs = ledger_spec::admission::governs(event.kind());
        Self { index, streams: event.streams(), governs }
    }
}

impl Index {
    /// The end of a stream; `None` while it holds nothing.
    pub fn head(&self, stream: &StreamKey) -> Option<Head> {
        self.read().heads.get(stream).map(|slot| slot.head)
    }

    /// How many streams there are.
    pub fn streams(&self) -> usize {
        self.read().heads.len()
    }

    /// The entries that say who may sign what and what may be recorded, in the log's order.
    pub fn governance_entries(&self) -> Vec<EntryIndex> {
        self.read().governance.clone()
    }

    /// Takes in committed entries that follow what is covered; `tip` is the chain hash of the last.
    pub fn apply(&self, rows: impl IntoIterator<Item = IndexRow>, tip: ChainHash) {
        let mut resident = self.write();
        for row in rows {
            resident.take(row);
        }
        resident.tip = Some(tip);
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
        for stream in row.streams {
            let known = self.heads.get(&stream);
            if !known.is_some_and(|slot| slot.dirty) {
                self.dirty.push(stream.clone());
            }
            let head = Head::advanced(known.map(|slot| &slot.head), row.index);
            self.heads.insert(stream, Slot { head, dirty: true });
        }
        if row.governs {
            self.governance.push(row.index);
        }
        self.covered = row.index.covering_size();
    }
}
