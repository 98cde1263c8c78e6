//! The streams of whoever admits: folded files, kept while they are in use, and what was taken in and is not committed.
//!
//! What is not kept is read again, so that memory is bounded, however many subjects are written about.

use crate::streams::{StreamError, StreamReader};
use ledger_spec::authority::Directory;
use ledger_spec::casefile::{CaseFile, Head};
use ledger_spec::id::{StreamKey, SubjectStream};
use ledger_spec::state::{Added, Streams};
use std::collections::HashMap;
use std::sync::Arc;
use tlog::defect::OrDefect as _;
use tlog::position::TreeSize;

/// Streams as they stood after so many entries, and what was taken in since.
///
/// Files are kept in two generations: what is used moves to the young one; when that is full, the old one is dropped
/// and the young becomes old.
pub(super) struct OpenStreams {
    reader: StreamReader,
    /// How many entries are committed.
    committed: TreeSize,
    /// What was taken in since, in the log's order, and where it makes streams end.
    added: Vec<Added>,
    heads: HashMap<StreamKey, Head>,
    young: HashMap<SubjectStream, CaseFile>,
    old: HashMap<SubjectStream, CaseFile>,
    /// Bytes held by `young`, about.
    young_bytes: usize,
    /// The most bytes that both generations hold together, but for what one batch adds.
    capacity: usize,
}

impl OpenStreams {
    pub(super) fn new(reader: StreamReader, committed: TreeSize, capacity: usize) -> Self {
        let (added, heads) = (Vec::new(), HashMap::new());
        let (young, old) = (HashMap::new(), HashMap::new());
        Self { reader, committed, added, heads, young, old, young_bytes: 0, capacity }
    }

    /// Where what is committed is read.
    pub(super) const fn reader(&self) -> &StreamReader {
        &self.reader
    }

    /// How many entries are committed.
    pub(super) const fn committed(&self) -> TreeSize {
        self.committed
    }

    /// What was taken in since the last commit, which is committed now, and `size` entries with it.
    pub(super) fn commit(&mut self, size: TreeSize) -> Vec<Added> {
        self.committed = size;
        self.heads.clear();
        std::mem::take(&mut self.added)
    }

    /// Makes room between batches, never within one: what a batch touches stays.
    pub(super) fn age(&mut self) {
        if self.young_bytes > self.capacity / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }

    /// Forgets every file that is kept here: something of them is being erased.
    pub(super) fn forget(&mut self) {
        self.young.clear();
        self.old.clear();
        self.young_bytes = 0;
    }

    fn put(&mut self, stream: SubjectStream, file: CaseFile) {
        self.young_bytes += weight(&file);
        self.young.insert(stream, file);
    }
}

impl Streams for OpenStreams {
    type Error = StreamError;

    fn head(&mut self, stream: &StreamKey) -> Result<Option<Head>, StreamError> {
        match self.heads.get(stream) {
            Some(head) => Ok(Some(*head)),
            None => Ok(self.reader.head(stream, self.committed)?),
        }
    }

    fn file(&mut self, stream: &SubjectStream, directory: &Directory) -> Result<&CaseFile, StreamError> {
        if !self.young.contains_key(stream) {
            let file = match self.old.remove(stream) {
                Some(file) => file,
                None => Arc::unwrap_or_clone(self.reader.file(stream, self.committed, directory)?),
            };
            self.put(stream.clone(), file);
        }
        Ok(self.young.get(stream).or_defect("what was not there was put there"))
    }

    fn take(&mut self, added: Added) {
        let file = self.young.get_mut(&added.case.stream);
        let file = file.or_defect("its file was asked for when it was admitted, in this batch");
        let before = weight(file);
        file.take(added.case.entry, added.case.row.clone());
        self.young_bytes += weight(file) - before;
        self.heads.extend(added.heads.iter().cloned());
        self.added.push(added);
    }
}

/// What a file counts for, in bytes: itself and its place in the map.
fn weight(file: &CaseFile) -> usize {
    const PLACE: usize = 128;
    file.weight() + PLACE
}
