//! Reading what is published, while the writer appends: entries, runs of entries, proofs.
//!
//! Nothing leaves here unchecked: an entry's frame, index and leaf, and a proof's way to the root of
//! the signed checkpoint. What the entries mean is not looked at.

use super::beside::{Opened, Openings};
use super::error::ReadError;
use super::folder::missing;
use super::frame::Frame;
use super::layout;
use super::open_files::{EntryFault, OpenFiles, Segment, place_of};
use super::said::{EntryBytes, ErasedEntry, RawEntry, Said};
use super::segment_scanner::{ScanError, Scanner};
use super::stored_checkpoint::{root_of, size_of};
use super::tree::LevelFiles;
use crate::damage::Damage;
use crate::sealed_files::SealedReader;
use crate::storage::{DiskError, DiskErrorKind};
use ledger_spec::erasures::Erased;
use ledger_spec::sealed::LogEntry;
use std::sync::{Arc, PoisonError};
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::{OrDefect as _, as_usize};
use tlog::hash::TreeHash;
use tlog::merkle::{
    self, ConsistencyProof, Frontier, InclusionProof, NodeId, NodeReader, ProofError, VerifyError,
};
use tlog::position::{EntryIndex, TreeSize};

/// A reader of an open log; clones are cheap. It sees what was published when it was asked.
#[derive(Clone)]
pub struct LogReader {
    files: Arc<OpenFiles>,
}

/// Entries in order, from one index up to the size that was published when this began.
pub struct Frames {
    files: Arc<OpenFiles>,
    size: TreeSize,
    next: EntryIndex,
    /// The segment being read, and its place in the order.
    current: Option<(usize, Arc<Segment>, Scanner)>,
    /// Leaves of the entries from this index on, read ahead.
    leaves: (EntryIndex, Vec<TreeHash>),
    failed: bool,
}

/// Nodes from memory where they are new, from the files otherwise.
struct Nodes<'a>(&'a OpenFiles);

impl LogReader {
    pub(super) fn new(files: Arc<OpenFiles>) -> Self {
        Self { files }
    }

    pub(super) fn levels(&self) -> &LevelFiles {
        &self.files.levels
    }

    /// The newest checkpoint; its size bounds what can be read.
    pub fn checkpoint(&self) -> Arc<SignedCheckpoint> {
        self.files.checkpoint()
    }

    /// How many entries are published.
    pub fn size(&self) -> TreeSize {
        size_of(&self.files.checkpoint())
    }

    /// Reads an entry, and what it says. Bytes that fail a check are an error, never an answer.
    pub fn entry(&self, index: EntryIndex) -> Result<EntryBytes, ReadError> {
        self.open(self.raw(index)?)
    }

    /// What a raw entry says; that its event is erased is an error here.
    pub fn open(&self, raw: RawEntry) -> Result<EntryBytes, ReadError> {
        match self.say(raw)? {
            Said::Event(event) => Ok(event),
            Said::Erased(erased) => Err(ReadError::Erased(erased.index())),
        }
    }

    /// What opens a sealed entry of this log, put to it; `None` where it is erased.
    pub fn open_unless_erased(&self, raw: RawEntry) -> Result<Option<EntryBytes>, ReadError> {
        match self.say(raw)? {
            Said::Event(event) => Ok(Some(event)),
            Said::Erased(_) => Ok(None),
        }
    }

    /// What a raw entry says, or what erasure has left of that.
    pub fn say(&self, raw: RawEntry) -> Result<Said, ReadError> {
        say(&self.files, raw)
    }

    /// What stands at a place.
    pub fn said(&self, index: EntryIndex) -> Result<Said, ReadError> {
        self.say(self.raw(index)?)
    }

    /// From now on these are erased, as the log says: nobody is told what they said, whatever opens them still. And what
    /// nothing opens and is not among them is damage, which before this was known it may not have been.
    pub fn set_erased(&self, erased: Arc<Erased>) {
        *self.files.erased.write().unwrap_or_else(PoisonError::into_inner) = Some(erased);
    }

    /// Reads an entry as it stands in the log. Its frame's checksum, the index that it carries and its leaf are checked.
    pub fn raw(&self, index: EntryIndex) -> Result<RawEntry, ReadError> {
        let size = self.size();
        if !index.is_in(size) {
            return Err(ReadError::NotFound { index, size });
        }
        let (_, segment) = self.files.segment_of(index).ok_or_else(|| no_segment(index))?;
        let at = offset_of(&self.files, index)?;
        let bytes = segment.entry_bytes(index, at).map_err(|fault| match fault {
            EntryFault::Disk(error) => ReadError::Disk(error),
            EntryFault::Damaged(damage) => ReadError::Damaged(damage),
        })?;
        let stored = read_node(&self.files, NodeId { level: 0, index: index.get() })?;
        check_entry(&segment, index, at, bytes, stored)
    }

    /// Whether it can open what is sealed.
    pub fn is_opened(&self) -> bool {
        self.files.beside.get().is_some()
    }

    /// What opens what is sealed, and holds the keys that belong to no entry; `None` where nothing does.
    pub fn sealed_files(&self) -> Option<&SealedReader> {
        self.files.beside.get().map(Openings::files)
    }

    /// From now on what is kept beside the log opens what is sealed.
    pub fn attach(&self, files: &SealedReader) {
        // Whoever opened the log attaches once.
        let _ = self.files.beside.set(Openings::new(files.clone()));
    }

    /// Reads entries in order from `first` on as they stand in the log, buffered: for scans.
    pub fn frames(&self, first: EntryIndex) -> Frames {
        self.frames_to(first, self.size())
    }

    /// The same up to a size, which is published: nothing beyond is read ahead.
    pub(super) fn frames_to(&self, first: EntryIndex, until: TreeSize) -> Frames {
        let files = Arc::clone(&self.files);
        let leaves = (first, Vec::new());
        Frames { size: until.min(self.size()), files, next: first, current: None, leaves, failed: false }
    }

    /// The proof that an entry stands in the tree of `size`, verified against the signed root.
    pub fn inclusion_proof(&self, index: EntryIndex, size: TreeSize) -> Result<InclusionProof, ReadError> {
        if !index.is_in(size) {
            return Err(ReadError::NotFound { index, size });
        }
        self.proof_to(index, size, self.root(size)?)
    }

    /// The same under a checkpoint that this log has signed, whose root need not be computed again.
    pub fn inclusion_proof_under(
        &self,
        index: EntryIndex,
        checkpoint: &SignedCheckpoint,
    ) -> Result<InclusionProof, ReadError> {
        let size = size_of(checkpoint);
        if !index.is_in(size) || size > self.size() {
            return Err(ReadError::NotFound { index, size });
        }
        self.proof_to(index, size, root_of(checkpoint))
    }

    fn proof_to(
        &self,
        index: EntryIndex,
        size: TreeSize,
        root: TreeHash,
    ) -> Result<InclusionProof, ReadError> {
        let leaf = read_node(&self.files, NodeId { level: 0, index: index.get() })?;
        let proof = merkle::inclusion_proof(index, size, &Nodes(&self.files)).map_err(not_made)?;
        proof.verify(leaf, index, size, root).map_err(|fault| not_verified(Some(index), &fault))?;
        Ok(proof)
    }

    /// The proof that the tree of `new` entries begins with that of `old`, verified against the signed
    /// root.
    pub fn consistency_proof(&self, old: TreeSize, new: TreeSize) -> Result<ConsistencyProof, ReadError> {
        if old > new {
            return Err(ReadError::NotPublished { found: old, expected: new });
        }
        let (old_root, new_root) = (self.root(old)?, self.root(new)?);
        let proof = merkle::consistency_proof(old, new, &Nodes(&self.files)).map_err(not_made)?;
        proof.verify(old, old_root, new, new_root).map_err(|fault| not_verified(None, &fault))?;
        Ok(proof)
    }

    /// The root of the tree that the log had at `size`. The newest is the signed one; an older one is
    /// computed, and proven to belong to the signed one.
    pub fn root(&self, size: TreeSize) -> Result<TreeHash, ReadError> {
        let signed = self.files.checkpoint();
        if size > size_of(&signed) {
            return Err(ReadError::NotPublished { found: size, expected: size_of(&signed) });
        }
        if size == size_of(&signed) {
            return Ok(root_of(&signed));
        }
        let nodes = Nodes(&self.files);
        let root = Frontier::from_nodes(size, &nodes)?.root();
        let proof = merkle::consistency_proof(size, size_of(&signed), &nodes).map_err(not_made)?;
        let verified = proof.verify(size, root, size_of(&signed), root_of(&signed));
        verified.map_err(|fault| not_verified(None, &fault))?;
        Ok(root)
    }
}

impl NodeReader for LogReader {
    type Error = ReadError;

    /// A node as it is stored: unchecked, unlike what the other calls return.
    fn node(&self, id: NodeId) -> Result<TreeHash, ReadError> {
        if !id.is_complete_in(self.size()) {
            return Err(ReadError::NotFound { index: EntryIndex::new(id.index), size: self.size() });
        }
        read_node(&self.files, id)
    }
}

impl NodeReader for Nodes<'_> {
    type Error = ReadError;

    fn node(&self, id: NodeId) -> Result<TreeHash, ReadError> {
        read_node(self.0, id)
    }
}

impl Iterator for Frames {
    type Item = Result<RawEntry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || !self.next.is_in(self.size) {
            return None;
        }
        let read = self.read();
        match read {
            Ok(_) => self.next = self.next.covering_size().next_index(),
            Err(_) => self.failed = true,
        }
        Some(read)
    }
}

impl Frames {
    fn read(&mut self) -> Result<RawEntry, ReadError> {
        let index = self.next;
        let leaf = self.leaf(index)?;
        let (place, segment, mut scanner) = match self.current.take() {
            Some(current) => current,
            None => {
                let (place, segment) = self.files.segment_of(index).ok_or_else(|| no_segment(index))?;
                let scanner = Scanner::new(Arc::clone(&segment.file), offset_of(&self.files, index)?)?;
                (place, segment, scanner)
            }
        };
        loop {
            match scanner.next() {
                Ok(Some(placed)) => {
                    if let Frame::Entry(bytes) = placed.frame {
                        let checked = check_entry(&segment, index, placed.at, bytes.to_vec(), leaf)?;
                        self.current = Some((place, segment, scanner));
                        return Ok(checked);
                    }
                }
                Ok(None) => return self.read_in_next_segment(place, &segment, scanner.position()),
                Err(ScanError::Disk(error)) => return Err(error.into()),
                Err(ScanError::Bad(at, fault)) => {
                    let (what, expected) = ("entry frame", "a whole frame");
                    let damage = segment.damage(at, index, what, fault.to_string(), expected);
                    return Err(ReadError::Damaged(damage));
                }
            }
        }
    }

    /// The segment has ended: the entry must be the first of the next one.
    fn read_in_next_segment(
        &mut self,
        place: usize,
        segment: &Segment,
        at: u64,
    ) -> Result<RawEntry, ReadError> {
        match self.files.segment_at(place + 1) {
            Some(next) if next.first == self.next => self.read(),
            _ => {
                let found = "end of segment".to_owned();
                let damage = segment.damage(at, self.next, "entry frame", found, "an entry frame");
                Err(ReadError::Damaged(damage))
            }
        }
    }

    /// The stored leaf, read ahead by the thousand.
    fn leaf(&mut self, index: EntryIndex) -> Result<TreeHash, ReadError> {
        const AHEAD: u64 = 4_096;
        let cached = |leaves: &(EntryIndex, Vec<TreeHash>)| {
            let place = usize::try_from(index.get().checked_sub(leaves.0.get())?).ok()?;
            leaves.1.get(place).copied()
        };
        if let Some(leaf) = cached(&self.leaves) {
            return Ok(leaf);
        }
        let count = AHEAD.min(self.size.get() - index.get());
        let nodes = self.files.levels.read(0, index.get(), as_usize(count));
        self.leaves = (index, nodes.map_err(|e| node_error(NodeId { level: 0, index: index.get() }, e))?);
        Ok(cached(&self.leaves).or_defect("of the leaves that were read, the first was asked for"))
    }
}

/// No segment begins at or before a published entry: the first one is missing, which whoever opened the log to
/// read only has not looked for.
fn no_segment(index: EntryIndex) -> ReadError {
    ReadError::Damaged(missing(layout::segment(EntryIndex::new(0)), index))
}

/// An entry frame's bytes are the entry that was asked for, or damage.
fn check_entry(
    segment: &Segment,
    index: EntryIndex,
    at: u64,
    bytes: Vec<u8>,
    stored: TreeHash,
) -> Result<RawEntry, ReadError> {
    let damaged = |what, found: String, expected: &str| {
        Err(ReadError::Damaged(segment.damage(at, index, what, found, expected)))
    };
    let entry = match LogEntry::decode(&bytes) {
        Ok(entry) => entry,
        Err(error) => return damaged("entry", error.to_string(), "an entry"),
    };
    if entry.index() != index {
        return damaged("entry's index", entry.index().to_string(), &index.to_string());
    }
    let leaf = TreeHash::leaf(&bytes);
    if leaf != stored {
        return damaged("entry's leaf", leaf.to_string(), &format!("{stored}, as the tree's leaves say"));
    }
    Ok(RawEntry { bytes, entry, leaf })
}

/// What an entry says, by what is kept beside the log where it is sealed.
fn say(files: &OpenFiles, raw: RawEntry) -> Result<Said, ReadError> {
    match &raw.entry {
        LogEntry::Clear(entry) => {
            let entry = entry.clone();
            Ok(Said::Event(EntryBytes { raw, entry, opening: None, disclosures: Vec::new() }))
        }
        LogEntry::Sealed(sealed) => {
            let Some(beside) = files.beside.get() else { return Err(ReadError::Unopened(sealed.index)) };
            let checkpoint = files.checkpoint();
            // Asked after the files were read: that something is erased is known before the files lose it.
            let erased = || files.erased.read().unwrap_or_else(PoisonError::into_inner).clone();
            Ok(match beside.open(sealed, checkpoint.checkpoint().origin(), erased)? {
                Opened::Said(entry, opening, disclosures) => {
                    Said::Event(EntryBytes { raw, entry, opening: Some(opening), disclosures })
                }
                Opened::Erased(remains) => Said::Erased(ErasedEntry { raw, remains }),
            })
        }
    }
}

/// Where an entry's frame begins in its segment.
fn offset_of(files: &OpenFiles, index: EntryIndex) -> Result<u64, ReadError> {
    files.offsets.of(index).map_err(|error| match error.kind {
        DiskErrorKind::Short => ReadError::Damaged(Damage {
            file: layout::OFFSETS.to_owned(),
            offset: place_of(index),
            entry: Some(index),
            what: "offset",
            found: "end of file".to_owned(),
            expected: "an offset".to_owned(),
        }),
        _ => ReadError::Disk(error),
    })
}

fn read_node(files: &OpenFiles, id: NodeId) -> Result<TreeHash, ReadError> {
    if let Some(node) = files.tail.read().unwrap_or_else(PoisonError::into_inner).node(id) {
        return Ok(node);
    }
    files.levels.node(id).map_err(|error| node_error(id, error))
}

pub(super) fn node_error(id: NodeId, error: DiskError) -> ReadError {
    match error.kind {
        DiskErrorKind::Short => ReadError::Damaged(Damage {
            file: layout::level(usize::from(id.level)),
            // Of a node that no file can hold, where the longest ends.
            offset: id.offset().unwrap_or(u64::MAX),
            entry: None,
            what: "tree node",
            found: "end of file".to_owned(),
            expected: "a node".to_owned(),
        }),
        _ => ReadError::Disk(error),
    }
}

fn not_made(error: ProofError<ReadError>) -> ReadError {
    match error {
        ProofError::Read(error) => error,
        other => not_proven(None, other.to_string()),
    }
}

fn not_verified(entry: Option<EntryIndex>, fault: &VerifyError) -> ReadError {
    not_proven(entry, fault.to_string())
}

/// A proof from stored nodes that does not lead to the signed root: which node is wrong, an audit says.
fn not_proven(entry: Option<EntryIndex>, found: String) -> ReadError {
    ReadError::Damaged(Damage {
        file: layout::TREE.to_owned(),
        offset: 0,
        entry,
        what: "proof from the stored nodes",
        found,
        expected: "a proof that leads to the signed root".to_owned(),
    })
}
