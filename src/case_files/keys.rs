//! The rows of the store: what stands beside what, so that one stream's rows are one run, in the log's order; and what of
//! them is encrypted, which is all but that order.
//!
//! ```text
//! i ‖ tag(stream) ‖ entry             → stream 00 row       an event; the row is empty where it is erased
//! l ‖ tag(list) ‖ tag(list, subject)  → subject             the list's stream names it
//! w                                   → format ‖ size ‖ tip what is covered
//! ```
//!
//! Tags and encryption are [`RowCipher`]'s, under keys that follow from the ledger's store key, the format and the store's
//! number. Streams, subjects and lists are their texts, which hold no zero byte; entries are big-endian. A row says whose
//! it is, since no tag does. A subject has another tag in each list than its stream has, so that nobody without the key sees
//! that they are one. What is seen: how many entries stand in one nameless stream, which, and how long their rows are.

use super::error::StoreError;
use crate::row_cipher::RowCipher;
use ledger_spec::casefile::ItemRow;
use ledger_spec::entry::ChainHash;
use ledger_spec::id::{ListCode, SubjectId, SubjectStream};
use ledger_spec::sealed::StoreKey;
use std::sync::Arc;
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};

/// Gives the ledger's store key as it is now: asked whenever a store is opened or begun, for an erasure replaces it.
pub type StoreKeys = Arc<dyn Fn() -> StoreKey + Send + Sync>;

const CONTEXT: &str = "credit-ledger v2 case files";
/// The version of keys, and of rows. A store of another is thrown away.
const FORMAT: [u8; 2] = [3, ItemRow::FORMAT];
/// The key of what is covered.
pub(super) const COVERED: &[u8] = b"w";
/// What all keys of rows begin with.
pub(super) const ITEMS: &[u8] = b"i";
const NAMED: &[u8] = b"l";

/// A key and its value.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// How many entries a store covers, and the chain hash of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Covered {
    pub(super) size: TreeSize,
    pub(super) tip: ChainHash,
}

/// One store's rows, under its keys.
pub(super) struct Rows(RowCipher);

impl Rows {
    /// Those of the store of this number.
    pub(super) fn new(key: &StoreKey, number: u64) -> Self {
        let which = [FORMAT.as_slice(), &number.to_be_bytes()].concat();
        Self(RowCipher::derived(CONTEXT, key.expose(), &which))
    }

    /// What is covered.
    pub(super) fn covered(&self, covered: Covered) -> Pair {
        let (size, tip) = (covered.size.get().to_be_bytes(), covered.tip.as_bytes());
        let plain = [FORMAT.as_slice(), &size, tip].concat();
        (COVERED.to_vec(), self.0.seal(COVERED, &plain))
    }

    /// What is covered, from its value. Where that is of another key, so are all rows.
    pub(super) fn read_covered(&self, value: &[u8]) -> Result<Covered, StoreError> {
        let plain = self.0.open(COVERED, value)?;
        let read = || {
            let (&FORMAT, rest) = plain.split_first_chunk::<2>()? else { return None };
            let (size, tip) = rest.split_first_chunk::<8>()?;
            let tip: [u8; 32] = tip.try_into().ok()?;
            Some(Covered { size: TreeSize::new(u64::from_be_bytes(*size)), tip: ChainHash::from_bytes(tip) })
        };
        read().ok_or(StoreError::Key)
    }

    /// What the keys of a stream's rows begin with.
    pub(super) fn items_of(&self, stream: &str) -> Vec<u8> {
        [ITEMS, &self.0.tag(&[ITEMS, stream.as_bytes()])].concat()
    }

    /// The row of an event in its stream; nothing is kept of one that is erased but that it stood there.
    pub(super) fn item(&self, stream: &SubjectStream, entry: EntryIndex, row: Option<ItemRow>) -> Pair {
        let stream = stream.to_string();
        let mut key = self.items_of(&stream);
        key.extend_from_slice(&entry.get().to_be_bytes());
        let mut plain = stream.into_bytes();
        plain.push(0);
        plain.extend(row.map(ItemRow::into_bytes).unwrap_or_default());
        let value = self.0.seal(&key, &plain);
        (key, value)
    }

    /// An event's row, decrypted.
    pub(super) fn read_item(&self, key: &[u8], value: &[u8]) -> Result<Item, StoreError> {
        let entry = entry_of(key)?;
        let plain = self.0.open(key, value)?;
        let end = plain.iter().position(|byte| *byte == 0).ok_or(StoreError::Key)?;
        Ok(Item { entry, plain, end })
    }

    /// What the keys of a list's subjects begin with.
    pub(super) fn subjects_of(&self, list: &ListCode) -> Vec<u8> {
        [NAMED, &self.0.tag(&[NAMED, list.as_str().as_bytes()])].concat()
    }

    /// The row that says that a list's stream names a subject.
    pub(super) fn named(&self, list: &ListCode, subject: &SubjectId) -> Pair {
        let (mut key, subject) = (self.subjects_of(list), subject.to_string());
        key.extend(self.0.tag(&[NAMED, list.as_str().as_bytes(), subject.as_bytes()]));
        let value = self.0.seal(&key, subject.as_bytes());
        (key, value)
    }

    /// The subject of such a row.
    pub(super) fn read_named(&self, key: &[u8], value: &[u8]) -> Result<SubjectId, StoreError> {
        let plain = self.0.open(key, value)?;
        let text = std::str::from_utf8(&plain).map_err(|_| StoreError::Key)?;
        SubjectId::parse(text).map_err(|_| StoreError::Key)
    }
}

/// An event's row.
pub(super) struct Item {
    /// Its entry.
    pub(super) entry: EntryIndex,
    plain: Vec<u8>,
    /// Where the stream's text ends.
    end: usize,
}

impl Item {
    /// The text of its stream.
    pub(super) fn stream(&self) -> &[u8] {
        self.plain.get(..self.end).or_defect("a text ends within what it was found in")
    }

    /// What is kept of the event; nothing of one that is erased.
    pub(super) fn row(&self) -> Result<Option<ItemRow>, StoreError> {
        match self.plain.get(self.end.saturating_add(1)..) {
            None | Some([]) => Ok(None),
            Some(row) => Ok(Some(ItemRow::from_bytes(self.entry, row)?)),
        }
    }
}

/// What is in common to the keys of a stream's rows.
pub(super) fn stream_of(key: &[u8]) -> Result<&[u8], StoreError> {
    const LENGTH: usize = ITEMS.len() + RowCipher::TAG + size_of::<EntryIndex>();
    match key.split_last_chunk::<8>() {
        Some((stream, _)) if key.len() == LENGTH && key.starts_with(ITEMS) => Ok(stream),
        _ => Err(StoreError::Key),
    }
}

fn entry_of(key: &[u8]) -> Result<EntryIndex, StoreError> {
    stream_of(key)?;
    let (_, entry) = key.split_last_chunk::<8>().ok_or(StoreError::Key)?;
    Ok(EntryIndex::new(u64::from_be_bytes(*entry)))
}

/// A stream from its text.
pub(super) fn stream(text: &[u8]) -> Result<SubjectStream, StoreError> {
    let text = std::str::from_utf8(text).map_err(|_| StoreError::Key)?;
    SubjectStream::parse(text).map_err(|_| StoreError::Key)
}
