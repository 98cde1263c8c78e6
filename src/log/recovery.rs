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

use super::derived_files::DerivedFile;
use super::error::OpenError;
use super::folder::{gap, lost_segment, mismatch, no_checkpoint, read_marker, remove_if_there, segments_of};
use super::frame::{self, Commit, Frame, FrameFault, HEADER_LEN, as_u64};
use super::layout;
use super::open_files::{Offsets, Segment, place_of};
use super::segment_scanner::{self, ScanError, Scanner};
use super::sequence::{Mismatch, SequenceCheck};
use super::stored_checkpoint::{self, CheckpointSigner, root_of, size_of};
use super::tree::{RECENT, Tail};
use crate::damage::Damage;
use crate::progress::Progress;
use crate::storage::{self, Disk, DiskError, DiskErrorKind, DiskFile};
use ledger_spec::entry::ChainHash;
use std::sync::Arc;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::as_usize;
use tlog::hash::TreeHash;
use tlog::position::{EntryIndex, TreeSize};

/// What opening a log found and did; whatever it changed is in here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Whether every entry was read (and given to the visitor).
    pub scanned: bool,
    /// How the last use ended: derived files can be made anew after a clean stop too.
    pub stop: Stop,
    /// Entries beyond the checkpoint that were kept: from the first size to the second.
    pub adopted: Option<(TreeSize, TreeSize)>,
    /// The tail that was cut.
    pub cut: Option<Cut>,
    /// Derived files that were not as they should be and are now.
    pub rebuilt: Vec<Rebuilt>,
}

/// How the last use of a log ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stop {
    /// It was closed: whatever stands there was durable, and nothing stands behind.
    #[default]
    Clean,
    /// In any other way.
    Unclean,
}

/// A tail that was never acknowledged and has been cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub file: String,
    /// From which byte on.
    pub offset: u64,
    /// How many bytes.
    pub bytes: u64,
    /// What was wrong with it.
    pub why: String,
}

/// A derived file, or a part of it, that was computed anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The file.
    pub file: String,
    /// The first byte that was not as it should be.
    pub offset: u64,
    /// `missing`, `short`, `wrong` or `too long`.
    pub was: &'static str,
}

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
    let synced = read_marker(disk)?;
    let firsts = segments_of(disk)?;
    let mut pass = Pass {
        disk,
        progress,
        visitor,
        // A copy has its checkpoint before it has the entries, and can get those again.
        floor: if checkpoints.is_others() { TreeSize::EMPTY } else { size_of(&checkpoint).max(synced) },
        was_whole: stop == Stop::Clean && !checkpoints.is_others(),
        trusted: if rebuild { TreeSize::EMPTY } else { synced },
        checkpoint: &checkpoint,
        read: (0, total_bytes(disk, &firsts)?),
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
    let (closed, root) = (pass.sequence.closed(), pass.tail.root());
    let Pass { torn_segment, rewrite, end, mut report, .. } = pass;

    // The log is judged: from here on it is written to.
    let firsts: Vec<EntryIndex> = firsts.into_iter().filter(|&f| Some(f) != torn_segment).collect();
    let segments = settle_segments(disk, &firsts, torn_segment, &report, rewrite)?;
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

/// A full pass over the segments.
struct Pass<'a> {
    disk: &'a dyn Disk,
    progress: &'a dyn Progress,
    visitor: &'a mut dyn FnMut(EntryIndex, &[u8]),
    /// Entries below were durable.
    floor: TreeSize,
    /// Whether it was closed as it is: then no tail of it is torn. A copy can get again what it has not.
    was_whole: bool,
    /// Derived files of entries below were durable.
    trusted: TreeSize,
    checkpoint: &'a SignedCheckpoint,
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
        self.reconcile(&DerivedFile::offsets(), place_of(first), &offsets)?;
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

    /// After the last segment: everything that was durable must have come by.
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
        Ok(())
    }

    fn flush_tree(&mut self) -> Result<(), OpenError> {
        for run in self.tail.take_new() {
            self.reconcile(&DerivedFile::level(run.level), run.start * 32, &run.bytes())?;
        }
        self.tail.trim(0);
        Ok(())
    }

    /// Makes a derived file hold `bytes` at `at`. What was durable must hold them already. The rest is
    /// written even where it reads right: after a failed sync, reading proves nothing.
    fn reconcile(&mut self, derived: &DerivedFile, at: u64, bytes: &[u8]) -> Result<(), OpenError> {
        let trusted = derived.end_of(self.trusted.get());
        if let Some(difference) = derived.compare(self.disk, at, bytes)? {
            if difference.offset < trusted {
                return Err(OpenError::Damaged(derived.damage(difference)));
            }
            self.note(&derived.path, difference.offset, difference.was);
        }
        let file = match self.disk.open(&derived.path) {
            Err(e) if e.kind == DiskErrorKind::NotFound => self.disk.create(&derived.path)?,
            other => other?,
        };
        let known = as_usize(trusted.saturating_sub(at).min(as_u64(bytes.len())));
        if known < bytes.len() {
            file.write_at(at + as_u64(known), &bytes[known..])?;
        }
        Ok(())
    }

    fn note(&mut self, path: &str, offset: u64, was: &'static str) {
        if !self.report.rebuilt.iter().any(|r| r.file == path) {
            self.report.rebuilt.push(Rebuilt { file: path.to_owned(), offset, was });
        }
    }
}

impl OpenBatch {
    fn push(&mut self, bytes: &[u8], leaf: TreeHash, at: u64) {
        self.bytes.extend_from_slice(bytes);
        self.entries.push((self.bytes.len(), leaf, at));
    }
}

/// Cuts what is to be cut, and writes and syncs anew what is not known to be durable.
fn settle_segments(
    disk: &dyn Disk,
    firsts: &[EntryIndex],
    torn: Option<EntryIndex>,
    report: &OpenReport,
    (from_place, from_byte): (usize, u64),
) -> Result<Vec<Arc<Segment>>, OpenError> {
    if let Some(first) = torn {
        disk.remove(&layout::segment(first))?;
    }
    let mut segments = Vec::with_capacity(firsts.len());
    for (place, &first) in firsts.iter().enumerate() {
        let segment = Segment::open(disk, first)?;
        if place >= from_place {
            let cut = report.cut.as_ref().filter(|c| c.file == layout::segment(first));
            if let Some(cut) = cut {
                segment.file.truncate(cut.offset)?;
            }
            let from = if place == from_place { from_byte } else { as_u64(HEADER_LEN) };
            write_again(&*segment.file, 0, as_u64(HEADER_LEN))?;
            write_again(&*segment.file, from, segment.file.len()?)?;
            segment.file.sync()?;
        }
        segments.push(Arc::new(segment));
    }
    disk.sync_dir(layout::LOG)?;
    Ok(segments)
}

/// Writes the bytes that a file already holds: a failed sync may have dropped them, and only a new
/// write makes the next sync count.
fn write_again(file: &dyn DiskFile, mut at: u64, end: u64) -> Result<(), DiskError> {
    let mut buffer = vec![0; 1 << 20];
    while at < end {
        let length = as_usize((end - at).min(as_u64(buffer.len())));
        file.read_at(at, &mut buffer[..length])?;
        file.write_at(at, &buffer[..length])?;
        at += as_u64(length);
    }
    Ok(())
}

/// Gives the derived files their exact length and makes them durable.
fn settle_derived(disk: &dyn Disk, size: TreeSize, report: &mut OpenReport) -> Result<(), OpenError> {
    let offsets = (layout::OFFSETS.to_owned(), place_of(size.next_index()));
    let count = layout::level_count(size.get());
    let levels = (0..count).map(|k| (layout::level(k), layout::nodes_on(k, size.get()).saturating_mul(32)));
    let exact: Vec<(String, u64)> = [offsets].into_iter().chain(levels).collect();
    for (path, length) in &exact {
        let file = disk.open(path)?;
        if file.len()? > *length {
            report.rebuilt.push(Rebuilt { file: path.clone(), offset: *length, was: "too long" });
            file.truncate(*length)?;
        }
        file.sync()?;
    }
    for name in disk.list(layout::TREE)? {
        let path = format!("{}/{name}", layout::TREE);
        if name.starts_with("level-") && !exact.iter().any(|(p, _)| *p == path) {
            report.rebuilt.push(Rebuilt { file: path.clone(), offset: 0, was: "too long" });
            disk.remove(&path)?;
        }
    }
    disk.sync_dir(layout::TREE)?;
    Ok(disk.sync_dir(layout::LOG)?)
}

fn total_bytes(disk: &dyn Disk, firsts: &[EntryIndex]) -> Result<u64, DiskError> {
    firsts.iter().map(|&first| disk.open(&layout::segment(first))?.len()).sum()
}
