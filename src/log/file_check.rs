//! The I/O half of the audit: every byte of every file of a log is read and held against the others.
//! Reports the first fault and changes nothing.
//!
//! Signatures of events, admission and links are the pure half's business, which is given each
//! entry's bytes.

use super::derived_files::DerivedFile;
use super::error::OpenError;
use super::folder::{gap, lost_segment, mismatch, no_checkpoint, segments_of};
use super::frame::{Frame, HEADER_LEN, as_u64};
use super::layout;
use super::open_files::place_of;
use super::segment_scanner::{self, ScanError, Scanner};
use super::sequence::{Mismatch, SequenceCheck};
use super::stored_checkpoint::{self, root_of, size_of};
use super::tree::{RECENT, Tail};
use crate::damage::Damage;
use crate::storage::{Disk, DiskErrorKind};
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::EntryHashes;
use tlog::checkpoint::SignedCheckpoint;
use tlog::note::VerifierKey;
use tlog::position::EntryIndex;

/// A log whose files agree with each other and with its checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The checkpoint, its signature verified.
    pub checkpoint: SignedCheckpoint,
    /// Chain hash of the last entry that it covers.
    pub chain: ChainHash,
    /// Whether a process had the log open, or had when it crashed.
    pub open_ended: bool,
}

/// Verifies all files of a log: segment headers, frames, batches, chain, offsets, every node of every
/// level, the checkpoint's signature and root, and that no file is missing or too many. `each` is given
/// every entry's bytes and their hashes, in order, before the batch that it stands in is judged.
///
/// Where a process has the log open, or had when it crashed, what lies beyond the checkpoint is not
/// looked at: it may be in the making.
pub fn verify_files(
    disk: &dyn Disk,
    key: &VerifierKey,
    each: &mut dyn FnMut(EntryIndex, &[u8], EntryHashes),
) -> Result<Verified, OpenError> {
    // Looked up first: a clean stop in between only makes the check milder.
    let open_ended = disk.exists(layout::RUNNING)?;
    let Some(checkpoint) = stored_checkpoint::read(disk, key)? else { return no_checkpoint(disk) };
    let firsts = segments_of(disk)?;
    let size = size_of(&checkpoint);
    let mut check = Check {
        disk,
        checkpoint: &checkpoint,
        open_ended,
        sequence: SequenceCheck::new(),
        tail: Tail::default(),
        each,
    };
    check.names(&firsts)?;
    check.root()?;
    for &first in &firsts {
        // A segment that begins where the checkpoint ends has no batch, unless it is in the making.
        if open_ended && first == size.next_index() && first != EntryIndex::new(0) {
            break;
        }
        check.segment(first)?;
    }
    check.end()?;
    let chain = check.sequence.closed().chain;
    Ok(Verified { checkpoint, chain, open_ended })
}

struct Check<'a> {
    disk: &'a dyn Disk,
    checkpoint: &'a SignedCheckpoint,
    open_ended: bool,
    sequence: SequenceCheck,
    tail: Tail,
    each: &'a mut dyn FnMut(EntryIndex, &[u8], EntryHashes),
}

impl Check<'_> {
    /// No file is there that should not be.
    fn names(&self, firsts: &[EntryIndex]) -> Result<(), OpenError> {
        let size = size_of(self.checkpoint);
        let levels = layout::level_count(size.get());
        let of_log = |name: &str| {
            let first = layout::first_index(name, "seg");
            let is_segment =
                first.is_some_and(|f| firsts.contains(&f) || (self.open_ended && !f.is_in(size)));
            is_segment || layout::OFFSETS.strip_prefix(layout::LOG) == Some(&format!("/{name}"))
        };
        let of_tree = |name: &str| {
            let level = name.strip_prefix("level-").and_then(|digits| digits.parse().ok());
            level.is_some_and(|k| {
                layout::level(k).ends_with(name) && (k < levels || self.open_ended && k < 64)
            })
        };
        for (folder, known) in [(layout::LOG, &of_log as &dyn Fn(&str) -> bool), (layout::TREE, &of_tree)] {
            let names = match self.disk.list(folder) {
                // Which of its files should be there is asked of each.
                Err(error) if error.kind == DiskErrorKind::NotFound => Vec::new(),
                names => names?,
            };
            if let Some(name) = names.into_iter().find(|name| !known(name)) {
                return Err(OpenError::Damaged(Damage {
                    file: format!("{folder}/{name}"),
                    offset: 0,
                    entry: None,
                    what: "file",
                    found: "a file".to_owned(),
                    expected: "no file of this name".to_owned(),
                }));
            }
        }
        Ok(())
    }

    fn segment(&mut self, first: EntryIndex) -> Result<(), OpenError> {
        let path = layout::segment(first);
        if first != self.sequence.next() {
            return Err(OpenError::Damaged(gap(self.disk, first, self.sequence.next())?));
        }
        let file = self.disk.open(&path)?;
        let damaged = |at, index, m| OpenError::Damaged(mismatch(path.clone(), at, index, m));
        let bad = |index, error| match error {
            ScanError::Disk(error) => OpenError::Disk(error),
            ScanError::Bad(at, fault) => damaged(at, index, wrong("frame", fault.to_string(), "a whole one")),
        };
        let header = segment_scanner::read_header(&*file).map_err(|error| bad(first, error))?;
        self.sequence.header(&header).map_err(|m| damaged(0, first, m))?;
        let mut scanner = Scanner::new(file, as_u64(HEADER_LEN))?;
        let mut offsets = Vec::new();
        while !(self.open_ended && self.at_checkpoint()) {
            let index = self.sequence.next();
            let Some(placed) = scanner.next().map_err(|error| bad(index, error))? else { break };
            let at = placed.at;
            match placed.frame {
                Frame::Entry(bytes) => {
                    let hashes = self.sequence.entry(bytes).map_err(|m| damaged(at, index, m))?;
                    (self.each)(index, bytes, hashes);
                    offsets.extend_from_slice(&at.to_le_bytes());
                    self.tail.push(hashes.leaf);
                }
                Frame::Commit(commit) => {
                    self.sequence.commit(&commit).map_err(|m| damaged(at, index, m))?;
                    self.root()?;
                    self.nodes(RECENT)?;
                }
            }
        }
        if self.sequence.in_batch() {
            let m = wrong("batch", "end of segment".to_owned(), "a commit frame");
            return Err(damaged(scanner.position(), self.sequence.next(), m));
        }
        let derived = DerivedFile::offsets();
        let difference = derived.compare(self.disk, place_of(first), &offsets)?;
        difference.map_or(Ok(()), |d| Err(OpenError::Damaged(derived.damage(d))))
    }

    fn at_checkpoint(&self) -> bool {
        !self.sequence.in_batch() && self.sequence.closed().size == size_of(self.checkpoint)
    }

    fn root(&self) -> Result<(), OpenError> {
        let (found, expected) = (self.tail.root(), root_of(self.checkpoint));
        if !self.at_checkpoint() || found == expected {
            return Ok(());
        }
        let m = wrong("root of the entries' tree", found.to_string(), &format!("{expected}, as signed"));
        let file = layout::CHECKPOINT.to_owned();
        Err(OpenError::Damaged(mismatch(file, 0, self.sequence.closed().size.next_index(), m)))
    }

    /// Compares the tree's nodes with the levels' files, once there are `enough` of them.
    fn nodes(&mut self, enough: u64) -> Result<(), OpenError> {
        if self.tail.new_leaves() < enough {
            return Ok(());
        }
        for run in self.tail.take_new() {
            let derived = DerivedFile::level(run.level);
            if let Some(difference) = derived.compare(self.disk, run.start * 32, &run.bytes())? {
                return Err(OpenError::Damaged(derived.damage(difference)));
            }
        }
        self.tail.trim(0);
        Ok(())
    }

    /// After the last segment: the checkpoint's size is reached and not passed, the levels have their
    /// exact lengths.
    fn end(&mut self) -> Result<(), OpenError> {
        self.nodes(1)?;
        let (found, expected) = (self.sequence.closed().size, size_of(self.checkpoint));
        if found != expected {
            if let Some(damage) = lost_segment(self.disk, found) {
                return Err(OpenError::Damaged(damage));
            }
            let m = wrong("size of the log", found.to_string(), &format!("{expected}, as signed"));
            let file = layout::LOG.to_owned();
            return Err(OpenError::Damaged(mismatch(file, 0, found.next_index(), m)));
        }
        let levels = (0..layout::level_count(expected.get())).map(DerivedFile::level);
        for derived in [DerivedFile::offsets()].into_iter().chain(levels) {
            let length = derived.end_of(expected.get());
            if let Some(difference) = derived.compare_length(self.disk, length, self.open_ended)? {
                return Err(OpenError::Damaged(derived.damage(difference)));
            }
        }
        Ok(())
    }
}

fn wrong(what: &'static str, found: String, expected: &str) -> Mismatch {
    Mismatch { what, found, expected: expected.to_owned() }
}
