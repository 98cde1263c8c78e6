//! The keys of the store: what stands beside what, so that one stream's rows are one run, in the log's order.
//!
//! `i` stream `00` entry → the row of an event; `l` list `00` subject → nothing: that the list's stream names it;
//! `w` → what is covered. Streams, subjects and lists are their texts, which hold no zero byte; entries are big-endian.

use super::error::StoreError;
use ledger_spec::casefile::ItemRow;
use ledger_spec::entry::ChainHash;
use ledger_spec::id::{ListCode, SubjectId, SubjectStream};
use tlog::position::{EntryIndex, TreeSize};

/// The version of keys, and of rows. A store of another is thrown away.
const FORMAT: [u8; 2] = [2, ItemRow::FORMAT];
/// The key of what is covered.
pub(super) const COVERED: &[u8] = b"w";
/// What all keys of rows begin with.
pub(super) const ITEMS: &[u8] = b"i";

/// How many entries a store covers, and the chain hash of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Covered {
    pub(super) size: TreeSize,
    pub(super) tip: ChainHash,
}

impl Covered {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = FORMAT.to_vec();
        bytes.extend_from_slice(&self.size.get().to_be_bytes());
        bytes.extend_from_slice(self.tip.as_bytes());
        bytes
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (&FORMAT, rest) = bytes.split_first_chunk::<2>()? else { return None };
        let (size, tip) = rest.split_first_chunk::<8>()?;
        let tip: [u8; 32] = tip.try_into().ok()?;
        Some(Self { size: TreeSize::new(u64::from_be_bytes(*size)), tip: ChainHash::from_bytes(tip) })
    }
}

/// What the keys of a stream's rows begin with.
pub(super) fn items_of(stream: &str) -> Vec<u8> {
    let mut key = ITEMS.to_vec();
    key.extend_from_slice(stream.as_bytes());
    key.push(0);
    key
}

/// The key of a stream's row.
pub(super) fn item(stream: &SubjectStream, entry: EntryIndex) -> Vec<u8> {
    let mut key = items_of(&stream.to_string());
    key.extend_from_slice(&entry.get().to_be_bytes());
    key
}

/// The stream's text and the entry of a row's key.
pub(super) fn read_item(key: &[u8]) -> Result<(&[u8], EntryIndex), StoreError> {
    let read = || {
        let (rest, entry) = key.strip_prefix(ITEMS)?.split_last_chunk::<8>()?;
        let (0, stream) = rest.split_last()? else { return None };
        Some((stream, EntryIndex::new(u64::from_be_bytes(*entry))))
    };
    read().ok_or(StoreError::Key)
}

/// A stream from its text in a key.
pub(super) fn stream(text: &[u8]) -> Result<SubjectStream, StoreError> {
    let text = std::str::from_utf8(text).map_err(|_| StoreError::Key)?;
    SubjectStream::parse(text).map_err(|_| StoreError::Key)
}

/// A subject from its text in a key.
pub(super) fn subject(text: &[u8]) -> Result<SubjectId, StoreError> {
    let text = std::str::from_utf8(text).map_err(|_| StoreError::Key)?;
    SubjectId::parse(text).map_err(|_| StoreError::Key)
}

/// What the keys of a list's subjects begin with.
pub(super) fn subjects_of(list: &ListCode) -> Vec<u8> {
    let mut key = vec![b'l'];
    key.extend_from_slice(list.as_str().as_bytes());
    key.push(0);
    key
}

/// The key that says that a list's stream names a subject.
pub(super) fn named(list: &ListCode, subject: &SubjectId) -> Vec<u8> {
    let mut key = subjects_of(list);
    key.extend_from_slice(subject.to_string().as_bytes());
    key
}
