//! Start-up after anything but a clean stop: every byte of the segments is read, the derived files
//! are compared and completed, what may have been acknowledged is kept, a torn tail is cut.
//!
//! What counts as durable: entries under the checkpoint (it is signed after their sync), and entries
//! that were there when the log was last opened. Damage there is refused. Beyond, whole batches are
//! *adopted*: their sync may have succeeded, so they may have been acknowledged. A batch without its end
//! was never synced and never acknowledged: it is *cut*, unless a later batch stands behind it, for
//! that one was written only after the sync of this one.
//!
//! Nothing but derived files is written before the whole log has been judged.

use super::derived_files::{self, DerivedFile};
use super::error::OpenError;
use super::folder::{gap, lost_segment, mismatch, no_checkpoint, read_marker, remove_if_there, segments_of};
use super::frame::{self, Commit, Frame, FrameFault, HEADER_LEN, as_u64};
use super::layout;
use super::open_files::{Offsets, Segment, place_of};
use super::open_report::{Cut, OpenReport, Stop};
use super::reconciling::Reconciling;
use super::segment_scanner::{self, ScanError, Scanner};
use super::sequence::{Mismatch, SequenceCheck};
use super::settling::{settle_derived, settle_segments};
use super::stored_checkpoint::{self, CheckpointSigner, root_of, size_of};
use super::tree::{RECENT, Tail};
use crate::damage::Damage;
use crate::progress::{Progress, Unwatched};
use crate::storage::{self, Disk, DiskError, DiskFile};
use ledger_spec::entry::ChainHash;
use std::sync::Arc;
use tlog::checkpoint::SignedCheckpoint;
use tlog::hash::TreeHash;
use tlog::position::{EntryIndex, TreeSize};

/// What opening gives to the log.
pub(super) struct Opened {
    pub segments: Vec<Arc<Segment>>,
    pub offsets: Offsets,
    pub checkpoint: SignedCheckpoint,
    /// How many entries there are: what the checkpoint covers, but for a copy.
    pub size: TreeSize,
    pub chain: ChainHash,
    /// Where the newest segment's frames end.
    pub end: u64,
}

/// See the module.
pub(super) fn recover(
    disk: &dyn Disk,
    checkpoints: &CheckpointSigner,
    (stop, rebuild): (Stop, bool),
    progress: &dyn Progress,
    visitor: &mut dyn FnMut(EntryIndex, &[u8]),
) -> Result<(Opened, OpenReport), OpenError> {
    let Some(checkpoint) = stored_checkpoint::read(disk, checkpoints.key())? else {
        return no_checkpoint(disk);
    };
    let given =
        Given { disk, checkpoints, checkpoint: &checkpoint, firsts: &segments_of(disk)?, stop, rebuild };
    if rebuild && checkpoints.is_all() {
        // What is made anew is evidence, until the log is known to be all that there was.
        given.judged(false, progress, &mut |_, _| {})?;
    }
    let pass = given.judged(true, progress, visitor)?;
    let (closed, root) = (pass.sequence.closed(), pass.tail.root());
    let Pass { torn_segment, rewrite, end, mut report, derived, .. } = pass;

    // The log is judged: from here on it is written to.
    let firsts: Vec<EntryIndex> =
        given.firsts.iter().copied().filter(|&first| Some(first) != torn_segment).collect();
    let segments = settle_segments(disk, &firsts, torn_segment, &report, rewrite)?;
    report.rebuilt = derived.finish()?;
    settle_derived(disk, closed.size, &mut report)?;
    let offsets = Offsets::open(disk)?;
    for name in [layout::CHECKPOINT, layout::RUNNING] {
        remove_if_there(disk, &format!("{name}.new"))?;
    }
    let beyond = closed.size > size_of(&checkpoint);
    let checkpoint = match beyond.then(|| checkpoints.sign(closed.size, root)).flatten() {
        Some(newer) => {
            let newer = newer?;
            report.adopted = Some((size_of(&checkpoint), closed.size));
            storage::replace(disk, layout::CHECKPOINT, newer.to_string().as_bytes())?;
            newer
        }
        None => checkpoint,
    };
    disk.sync_dir("")?;
    Ok((Opened { segments, offsets, checkpoint, size: closed.size, chain: closed.chain, end }, report))
}

/// Judges a log that was closed, and whose edges say that it lacks something: whether it does. Nothing is written.
pub(super) fn judge(
    disk: &dyn Disk,
    checkpoints: &CheckpointSigner,
    checkpoint: &SignedCheckpoint,
    firsts: &[EntryIndex],
) -> Result<(), OpenError> {
    let given = Given { disk, checkpoints, checkpoint, firsts, stop: Stop::Clean, rebuild: true };
    given.judged(false, &Unwatched, &mut |_, _| {}).map(drop)
}

/// A log as its last use has left it.
struct Given<'a> {
    disk: &'a dyn Disk,
    checkpoints: &'a CheckpointSigner,
    checkpoint: &'a SignedCheckpoint,
    firsts: &'a [EntryIndex],
    stop: Stop,
    /// Whether what is derived is made anew, whatever it says.
    rebuild: bool,
}

impl<'a> Given<'a> {
    /// Reads all of it, and says whether it may go on. What is derived is written on the way only where that is wanted.
    fn judged(
        &self,
        writes: bool,
        progress: &'a dyn Progress,
        visitor: &'a mut dyn FnMut(EntryIndex, &[u8]),
    ) -> Result<Pass<'a>, OpenError> {
        let &Self { disk, checkpoints, checkpoint, firsts, stop, rebuild } = self;
        let synced = read_marker(disk)?;
        let durable = size_of(checkpoint).max(synced);
        // A copy has its checkpoint before it has the entries, and can get those again; what its tree says beyond is no evidence.
        let (floor, durable) = match checkpoints.is_others() {
            true => (TreeSize::EMPTY, TreeSize::new(u64::MAX)),
            false => (durable, durable),
        };
        let mut pass = Pass {
            disk,
            checkpoints,
            progress,
            visitor,
            floor,
            was_whole: stop == Stop::Clean && !checkpoints.is_others(),
            derived: Reconciling::new(disk, if rebuild { TreeSize::EMPTY } else { synced }, durable, writes),
            checkpoint,
            known: 0,
            read: (0, total_bytes(disk, firsts)?),
            sequence: SequenceCheck::new(),
            tail: Tail::default(),
            rewrite: (0, as_u64(HEADER_LEN)),
            end: as_u64(HEADER_LEN),
            torn_segment: None,
            report: OpenReport { scanned: true, stop, ..OpenReport::default() },
        };
        pass.check_root(0, 0)?;
        for (place, &first) in firsts.iter().enumerate() {
            pass.segment(place, first, place + 1 == firsts.len())?;
        }
        pass.judge_end()?;
        Ok(pass)
    }
}

/// A full pass over the segments.
struct Pass<'a> {
    disk: &'a dyn Disk,
    checkpoints: &'a CheckpointSigner,
    progress: &'a dyn Progress,
    visitor: &'a mut dyn FnMut(EntryIndex, &[u8]),
    /// Entries below were durable.
    floor: TreeSize,
    /// Whether it was closed as it is: then no tail of it is torn. A copy can get again what it has not.
    was_whole: bool,
    derived: Reconciling<'a>,
    checkpoint: &'a SignedCheckpoint,
    /// How many of the checkpoints that are known elsewhere have come by.
    known: usize,
    /// Bytes of the segments before this one, and of all.
    read: (u64, u64),
    sequence: SequenceCheck,
    tail: Tail,
    /// Segment (its place) and byte from which on the bytes are not known to be durable.
    rewrite: (usize, u64),
    /// Where the whole batches of the segment that was read last end.
    end: u64,
    torn_segment: Option<EntryIndex>,
    report: OpenReport,
}

/// The entries of a batch whose end has not been seen yet.
#[derive(Default)]
struct OpenBatch {
    bytes: Vec<u8>,
    /// Per entry: where its bytes end, its leaf, where its frame begins.
    entries: Vec<(usize, TreeHash, u64)>,
}

impl Pass<'_> {
    fn segment(&mut self, place: usize, first: EntryIndex, last: bool) -> Result<(), OpenError> {
        let path = layout::segment(first);
        if first != self.sequence.next() {
            return Err(OpenError::Damaged(gap(self.disk, first, self.sequence.next())?));
        }
        let file = self.disk.open(&path)?;
        let header = match segment_scanner::read_header(&*file) {
            Ok(header) => header,
            Err(ScanError::Disk(error)) => return Err(error.into()),
            Err(ScanError::Bad(_, fault)) => return self.bad_header(first, last, &*file, fault),
        };
        self.sequence.header(&header).map_err(|m| OpenError::Damaged(mismatch(path.clone(), 0, first, m)))?;
        let mut scanner = Scanner::new(Arc::clone(&file), as_u64(HEADER_LEN))?;
        let (mut offsets, mut batch) = (Vec::new(), OpenBatch::default());
        let mut batch_start = scanner.position();
        let fault = loop {
            let index = self.sequence.next();
            let damaged = |at: u64, m: Mismatch| OpenError::Damaged(mismatch(path.clone(), at, index, m));
            match scanner.next() {
                Ok(Some(placed)) => match placed.frame {
                    Frame::Entry(bytes) => {
                        let hashes = self.sequence.entry(bytes).map_err(|m| damaged(placed.at, m))?;
                        batch.push(bytes, hashes.leaf, placed.at);
                    }
                    Frame::Commit(commit) => {
                        let at = placed.at;
                        self.sequence.commit(&commit).map_err(|m| damaged(at, m))?;
                        batch_start = scanner.position();
                        self.close_batch(&mut batch, &commit, &mut offsets)?;
                        self.check_root(place, batch_start)?;
                    }
                },
                Ok(None) if self.sequence.in_batch() => {
                    break Some((scanner.end(), "the batch has no end".to_owned()));
                }
                Ok(None) => break None,
                Err(ScanError::Disk(error)) => return Err(error.into()),
                Err(ScanError::Bad(at, fault)) => break Some((at, fault.to_string())),
            }
        };
        if let Some((at, why)) = fault {
            self.torn_tail(&*file, &path, last, batch_start..scanner.end(), at, why)?;
        }
        self.end = batch_start;
        self.read.0 += scanner.end();
        self.derived.reconcile(&DerivedFile::offsets(), place_of(first), &offsets)?;
        self.flush_tree()
    }

    /// A segment's header is synced before its first batch is written, and that of the first segment before
    /// there is a checkpoint.
    fn bad_header(
        &mut self,
        first: EntryIndex,
        last: bool,
        file: &dyn DiskFile,
        fault: FrameFault,
    ) -> Result<(), OpenError> {
        let (path, bytes) = (layout::segment(first), file.len()?);
        let begins_log = first == EntryIndex::new(0);
        if begins_log
            || self.was_whole
            || !last
            || !self.nothing_durable_from(first)
            || bytes > as_u64(HEADER_LEN)
        {
            return Err(OpenError::Damaged(Damage {
                file: path,
                offset: 0,
                entry: Some(first),
                what: "segment header",
                found: fault.to_string(),
                expected: "a whole header".to_owned(),
            }));
        }
        self.torn_segment = Some(first);
        self.report.cut = Some(Cut { file: path, offset: 0, bytes, why: fault.to_string() });
        Ok(())
    }

    /// Decides whether the bytes after the last whole batch may be cut.
    fn torn_tail(
        &mut self,
        file: &dyn DiskFile,
        path: &str,
        last: bool,
        tail: core::ops::Range<u64>,
        at: u64,
        why: String,
    ) -> Result<(), OpenError> {
        let closed = self.sequence.closed().size.next_index();
        let damage = |expected: String| {
            OpenError::Damaged(Damage {
                file: path.to_owned(),
                offset: at,
                entry: Some(self.sequence.next()),
                what: "frame",
                found: why.clone(),
                expected,
            })
        };
        if self.was_whole {
            return Err(damage("whole batches alone, because the log was closed".to_owned()));
        }
        if !self.nothing_durable_from(closed) {
            return Err(damage(format!("entries up to size {}, which were durable", self.floor)));
        }
        if !last {
            return Err(damage("a whole batch, because a later segment was begun".to_owned()));
        }
        let length = usize::try_from(tail.end - tail.start)
            .map_err(|_| damage("fewer bytes after the last whole batch than memory can hold".to_owned()))?;
        let mut bytes = vec![0; length];
        file.read_at(tail.start, &mut bytes)?;
        if let Some((later, Commit { size, .. })) = frame::find_later_commit(&bytes, closed) {
            let place = tail.start + as_u64(later);
            return Err(damage(format!(
                "a whole batch, because a later one (size {size}) ends at byte {place}"
            )));
        }
        // Room behind what was written is nothing that is lost.
        let written = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        self.sequence.back_to_closed();
        self.report.cut =
            Some(Cut { file: path.to_owned(), offset: tail.start, bytes: as_u64(written), why });
        Ok(())
    }

    fn nothing_durable_from(&self, index: EntryIndex) -> bool {
        !index.is_in(self.floor)
    }

    fn close_batch(
        &mut self,
        batch: &mut OpenBatch,
        commit: &Commit,
        offsets: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let mut start = 0;
        for (index, &(end, leaf, at)) in (commit.first.get()..).zip(&batch.entries) {
            (self.visitor)(EntryIndex::new(index), &batch.bytes[start..end]);
            self.tail.push(leaf);
            self.come_by_known(EntryIndex::new(index).covering_size())?;
            offsets.extend_from_slice(&at.to_le_bytes());
            start = end;
        }
        batch.bytes.clear();
        batch.entries.clear();
        if self.tail.new_leaves() >= RECENT {
            let within = offsets.last_chunk().map_or(0, |c| u64::from_le_bytes(*c));
            self.progress.step(self.read.0 + within, self.read.1);
            self.flush_tree()?;
        }
        Ok(())
    }

    /// Compares the root where the checkpoint's size is reached.
    fn check_root(&mut self, place: usize, end: u64) -> Result<(), OpenError> {
        let (size, signed) = (self.sequence.closed().size, self.checkpoint);
        if size != size_of(signed) {
            return Ok(());
        }
        if end > 0 {
            self.rewrite = (place, end);
        }
        let root = self.tail.root();
        if root == root_of(signed) {
            return Ok(());
        }
        Err(OpenError::Damaged(Damage {
            file: layout::CHECKPOINT.to_owned(),
            offset: 0,
            entry: None,
            what: "root of the entries' tree",
            found: root.to_string(),
            expected: format!("{}, as the checkpoint of size {size} says", root_of(signed)),
        }))
    }

    /// Holds the root against what is known elsewhere of a log of this size.
    fn come_by_known(&mut self, size: TreeSize) -> Result<(), OpenError> {
        while let Some(known) = self.checkpoints.known().get(self.known).filter(|known| known.size() <= size)
        {
            if known.size() == size {
                known.holds(self.tail.root())?;
            }
            self.known += 1;
        }
        Ok(())
    }

    /// After the last segment: everything that was durable must have come by, and all that somebody knows of.
    fn judge_end(&mut self) -> Result<(), OpenError> {
        let size = self.sequence.closed().size;
        self.progress.step(self.read.1, self.read.1);
        if size < self.floor {
            if let Some(damage) = lost_segment(self.disk, size) {
                return Err(OpenError::Damaged(damage));
            }
            let (file, next) = (layout::LOG.to_owned(), size.next_index());
            let (found, expected) = (size.to_string(), self.floor.to_string());
            let what = "size of the log";
            return Err(OpenError::Damaged(Damage {
                file,
                offset: 0,
                entry: Some(next),
                what,
                found,
                expected,
            }));
        }
        self.checkpoints.goes_on_from(size, self.tail.root())?;
        if self.checkpoints.is_all() { derived_files::ends_with(self.disk, size) } else { Ok(()) }
    }

    fn flush_tree(&mut self) -> Result<(), OpenError> {
        for run in self.tail.take_new() {
            self.derived.reconcile(&DerivedFile::level(run.level), run.start * 32, &run.bytes())?;
        }
        self.tail.trim(0);
        Ok(())
    }
}

impl OpenBatch {
    fn push(&mut self, bytes: &[u8], leaf: TreeHash, at: u64) {
        self.bytes.extend_from_slice(bytes);
        self.entries.push((self.bytes.len(), leaf, at));
    }
}

fn total_bytes(disk: &dyn Disk, firsts: &[EntryIndex]) -> Result<u64, DiskError> {
    firsts.iter().map(|&first| disk.open(&layout::segment(first))?.len()).sum()
}
