//! The log: the only place that knows where durability comes from.
//!
//! Segments hold the entries and are the truth. The offsets, the tree's levels and the
//! checkpoint's root follow from them. [`Log::append`] is the one way in; its commit point is the
//! sync of the segment. [`Log::open`] recovers after whatever happened, and refuses where something
//! that was durable is damaged. What an entry means is nobody's business here.
//!
//! ```text
//! log/<first index>.seg   entries, framed, batch by batch     log/offsets             u64 per entry
//! tree/level-<k>          32 bytes per node                   checkpoint              signed note
//! running                 exists while a process writes
//! ```

mod beside;
mod clean_start;
mod copy;
mod derived_files;
mod error;
mod fields;
mod file_check;
mod folder;
mod frame;
mod kept;
mod layout;
mod open_files;
mod open_report;
mod parallel_read;
mod read_only;
mod reader;
mod reconciling;
mod recovery;
mod restoring;
mod said;
mod segment_scanner;
mod sequence;
mod settling;
mod stored_checkpoint;
mod tiles;
mod tree;

pub use crate::damage::Damage;
pub use beside::{Beside, opening_of};
pub use copy::LogCopy;
pub use derived_files::ends_with as derived_ends_with;
pub use error::{AppendError, EraseError, OpenError, ReadError, SignError};
pub use file_check::{Verified, verify_files};
pub use folder::is_open;
pub use open_report::{Cut, OpenReport, Rebuilt, Stop};
pub use read_only::{covered, first_entry, newest_checkpoint, open_to_read, position_of, stored_leaves};
pub use reader::{Frames, LogReader};
pub use restoring::LogRestore;
pub use said::{EntryBytes, ErasedEntry, RawEntry, Said};
pub use stored_checkpoint::{LogSigner, Restoring};

use crate::progress::Progress;
use crate::sealed_files::SealedFiles;
use crate::storage::{self, Disk, DiskError};
use frame::{COMMIT_LEN, Commit, FRAME_HEAD, HEADER_LEN, SegmentHeader, as_u64};
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::{Entry, EntryError, EntryHashes};
use ledger_spec::sealed::LogEntry;
use ledger_spec::state::EnteredEntry;
use open_files::{Offsets, OpenFiles, Segment};
use recovery::Opened;
use std::sync::{Arc, PoisonError};
use stored_checkpoint::CheckpointSigner;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::OrDefect as _;
use tlog::hash::TreeHash;
use tlog::position::{EntryIndex, TreeSize};
use tree::{LevelFiles, RECENT, Tail};

/// By how much room is made in a segment at a time.
const ROOM: u64 = 1 << 20;

/// How a log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// A segment of at least this many bytes gets no further batch.
    pub segment_bytes: u64,
    /// Compute the derived files (offsets, tree) anew on opening, whatever they hold.
    pub rebuild: bool,
}

/// An entry in the bytes that the log stores, with its hashes, and what opens it where it was just sealed.
#[derive(Debug)]
pub struct EncodedEntry {
    index: EntryIndex,
    previous: ChainHash,
    bytes: Vec<u8>,
    hashes: EntryHashes,
    /// What it says, for whoever meets it again in the same batch.
    said: Option<Entry>,
    beside: Option<Beside>,
}

/// A batch that is durable, published and may be acknowledged.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Index of its first entry.
    pub first: EntryIndex,
    /// Size of the log with it.
    pub size: TreeSize,
    /// Root of the tree of that size.
    pub root: TreeHash,
    /// The checkpoint over it.
    pub checkpoint: Arc<SignedCheckpoint>,
}

/// A log open for writing. There is one at a time: the caller holds the folder's lock.
pub struct Log {
    disk: Arc<dyn Disk>,
    checkpoints: CheckpointSigner,
    config: LogConfig,
    files: Arc<OpenFiles>,
    /// Where what opens sealed entries is written; a copy, and a log of which nothing is sealed yet, has none.
    beside: Option<SealedFiles>,
    /// The newest segment and where its bytes end.
    segment: Arc<Segment>,
    end: u64,
    /// Up to where there is room in it already.
    room: u64,
    size: TreeSize,
    chain: ChainHash,
    /// Set while an append runs and left so when it fails: what is durable is then unknown.
    stopped: bool,
    /// Whether the folder says that a process writes.
    running: bool,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, rebuild: false }
    }
}

impl EncodedEntry {
    /// Encodes and hashes an entry.
    pub fn new(entry: &Entry) -> Result<Self, EntryError> {
        let bytes = entry.encode()?;
        let hashes = EntryHashes::of(&bytes);
        let (index, previous) = (entry.index, entry.previous);
        Ok(Self { index, previous, bytes, hashes, said: None, beside: None })
    }

    /// An entry that was just made.
    pub fn of(entered: EnteredEntry) -> Self {
        let EnteredEntry { entry, bytes, hashes, sealed, fields } = entered;
        let (index, previous) = (entry.index, entry.previous);
        let beside = sealed.map(|sealed| Beside::Whole(sealed, fields.into_kept()));
        Self { index, previous, bytes, hashes, said: Some(entry), beside }
    }

    /// An entry that was read from these bytes, with their hashes: as an audit leaves it, and what is to be kept beside
    /// it where the audit has opened it.
    pub fn verified(entry: &LogEntry, bytes: &[u8], hashes: EntryHashes, beside: Option<Beside>) -> Self {
        let (index, previous) = (entry.index(), entry.previous());
        Self { index, previous, bytes: bytes.to_vec(), hashes, said: None, beside }
    }

    /// What it says, where it was just made.
    pub const fn said(&self) -> Option<&Entry> {
        self.said.as_ref()
    }

    /// Its place in the log.
    pub fn index(&self) -> EntryIndex {
        self.index
    }

    /// The stored bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their hashes.
    pub fn hashes(&self) -> EntryHashes {
        self.hashes
    }
}

impl Log {
    /// Makes a new, empty log and opens it. Where an earlier creation did not finish, it begins again.
    pub fn create(
        disk: Arc<dyn Disk>,
        signer: impl Into<LogSigner>,
        config: LogConfig,
    ) -> Result<Self, OpenError> {
        let checkpoints = CheckpointSigner::new(signer.into())?;
        // No entry is written before its checkpoint over nothing is durable, so a log without a checkpoint
        // has either no entry or has lost its checkpoint.
        let nothing = checkpoints.sign(TreeSize::EMPTY, TreeHash::empty_root()).transpose()?;
        let nothing = nothing.or_defect("only a copy cannot sign, and this is none");
        Self::create_under(disk, checkpoints, config, nothing)
    }

    fn create_under(
        disk: Arc<dyn Disk>,
        checkpoints: CheckpointSigner,
        config: LogConfig,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, OpenError> {
        if disk.exists(layout::CHECKPOINT)? {
            return Err(OpenError::Exists);
        }
        folder::clear_unfinished(&*disk)?;
        disk.create_dir(layout::LOG)?;
        disk.create_dir(layout::TREE)?;
        folder::mark_running(&*disk, TreeSize::EMPTY)?;
        let header = SegmentHeader { first: EntryIndex::new(0), previous: ChainHash::ZERO };
        let offsets = Offsets::create(&*disk)?;
        let segment = Segment::create(&*disk, &header)?;
        // From here on there is a log.
        storage::replace(&*disk, layout::CHECKPOINT, checkpoint.to_string().as_bytes())?;
        disk.sync_dir("")?;
        let (segments, size, chain) = (vec![Arc::new(segment)], TreeSize::EMPTY, ChainHash::ZERO);
        let end = as_u64(HEADER_LEN);
        let made = Self::over(
            disk,
            checkpoints,
            config,
            Opened { segments, offsets, checkpoint, size, chain, end },
        )?;
        Ok(Self { running: true, ..made })
    }

    /// Opens a log after whatever ended its last use: quickly after a clean stop, by reading every
    /// byte of the segments after any other. `progress` is told how far that is; `visitor` is given
    /// each entry of such a full scan ([`OpenReport::scanned`]), in order. Damage is refused:
    /// segments and checkpoint are then as they were.
    pub fn open(
        disk: Arc<dyn Disk>,
        signer: impl Into<LogSigner>,
        config: LogConfig,
        progress: &dyn Progress,
        visitor: &mut dyn FnMut(EntryIndex, &[u8]),
    ) -> Result<(Self, OpenReport), OpenError> {
        let (mut log, report) = Self::open_unmarked(disk, signer, config, progress, visitor)?;
        log.mark_running()?;
        Ok((log, report))
    }

    /// The same where what is kept beside the log is still to be judged: the folder says that a process writes once that was
    /// done ([`Log::open_beside`]), so that a start which is refused leaves it as it was.
    pub fn open_unmarked(
        disk: Arc<dyn Disk>,
        signer: impl Into<LogSigner>,
        config: LogConfig,
        progress: &dyn Progress,
        visitor: &mut dyn FnMut(EntryIndex, &[u8]),
    ) -> Result<(Self, OpenReport), OpenError> {
        Self::open_with(disk, CheckpointSigner::new(signer.into())?, config, progress, visitor)
    }

    fn open_with(
        disk: Arc<dyn Disk>,
        checkpoints: CheckpointSigner,
        config: LogConfig,
        progress: &dyn Progress,
        visitor: &mut dyn FnMut(EntryIndex, &[u8]),
    ) -> Result<(Self, OpenReport), OpenError> {
        let running = disk.exists(layout::RUNNING)?;
        let (state, report) = if running || config.rebuild {
            // All of it can be made anew, also where its folder is gone.
            disk.create_dir(layout::TREE)?;
            let stop = if running { Stop::Unclean } else { Stop::Clean };
            recovery::recover(&*disk, &checkpoints, (stop, config.rebuild), progress, visitor)?
        } else {
            clean_start::open(&disk, &checkpoints)?
        };
        let mut log = Self::over(disk, checkpoints, config, state)?;
        if running {
            // With what was computed anew since.
            log.mark_running()?;
        }
        Ok((log, report))
    }

    /// Notes durably that a process writes from now on. Not before everything that can refuse a start has judged: a start
    /// that is refused changes nothing, least of all how the last stop is understood by the next.
    fn mark_running(&mut self) -> Result<(), DiskError> {
        if self.running {
            return Ok(());
        }
        folder::mark_running(&*self.disk, self.size)?;
        self.running = true;
        Ok(())
    }

    /// Appends a batch: when this returns, the batch is durable and published. A batch is whole or
    /// absent, also after a crash.
    ///
    /// After any error of the disk nothing more can be appended ([`AppendError::Stopped`]) until the
    /// log is opened anew; whether the batch is in it is known only then.
    pub fn append(&mut self, mut batch: Vec<EncodedEntry>) -> Result<Committed, AppendError> {
        if self.stopped {
            return Err(AppendError::Stopped);
        }
        let last = self.check_continues(&batch)?;
        self.stopped = true;
        self.disk.is_own()?;
        self.mark_running()?;
        let first = self.size.next_index();
        self.write_beside(&mut batch)?;
        let (size, root) = self.commit(&batch, last)?;
        let signed = self.checkpoints.sign(size, root);
        let checkpoint = signed.or_defect("only a copy cannot sign, and none appends")?;
        let checkpoint = self.publish_checkpoint(checkpoint)?;
        self.stopped = false;
        Ok(Committed { first, size, root, checkpoint })
    }

    /// How many entries the log holds.
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// Chain hash of the last entry: what the next one names as the entry before it.
    pub fn head(&self) -> ChainHash {
        self.chain
    }

    /// The newest checkpoint.
    pub fn checkpoint(&self) -> Arc<SignedCheckpoint> {
        self.files.checkpoint()
    }

    /// A reader of what is published, now and later.
    pub fn reader(&self) -> LogReader {
        LogReader::new(Arc::clone(&self.files))
    }

    /// Makes everything durable and says so on the disk, so that the next start is a quick one. A
    /// log that has stopped is left as it is: its next start recovers.
    pub fn close(self) -> Result<(), AppendError> {
        if self.stopped {
            return Err(AppendError::Stopped);
        }
        if !self.running {
            return Ok(());
        }
        self.sync_derived().and_then(|()| self.mark_stopped()).map_err(AppendError::from)
    }

    fn over(
        disk: Arc<dyn Disk>,
        checkpoints: CheckpointSigner,
        config: LogConfig,
        Opened { segments, offsets, checkpoint, size, chain, end }: Opened,
    ) -> Result<Self, OpenError> {
        let levels = LevelFiles::open(Arc::clone(&disk), size.get())?;
        let tail = Tail::load(&levels, size)?;
        let segment = segments.last().cloned();
        let segment = segment.or_defect("creation makes a segment, and both ways of opening refuse without");
        let room = segment.file.len()?;
        let files = OpenFiles::new(levels, offsets, tail, segments, checkpoint);
        let (beside, stopped, running) = (None, false, false);
        Ok(Self {
            disk,
            checkpoints,
            config,
            files,
            beside,
            segment,
            end,
            room,
            size,
            chain,
            stopped,
            running,
        })
    }

    /// The chain hash of the batch's last entry, where the batch continues the log.
    fn check_continues(&self, batch: &[EncodedEntry]) -> Result<ChainHash, AppendError> {
        let (mut index, mut chain) = (self.size.next_index(), self.chain);
        for entry in batch {
            if (entry.index, entry.previous) != (index, chain) {
                return Err(AppendError::NotNext {
                    found: entry.index,
                    found_previous: entry.previous,
                    expected: index,
                    expected_previous: chain,
                });
            }
            (index, chain) = (index.covering_size().next_index(), entry.hashes.chain);
        }
        if batch.is_empty() { Err(AppendError::Empty) } else { Ok(chain) }
    }

    /// The write path up to the checkpoint, in order: the new size and root. An error anywhere leaves the
    /// log stopped.
    fn commit(
        &mut self,
        batch: &[EncodedEntry],
        chain: ChainHash,
    ) -> Result<(TreeSize, TreeHash), AppendError> {
        let first = self.size.next_index();
        let size = self.size.plus(as_u64(batch.len()));
        if self.end >= self.config.segment_bytes {
            self.begin_segment()?;
        }

        // The whole batch and its end in one write.
        let (bytes, offsets) = self.frames(batch, &Commit { first, size, chain });
        self.make_room(self.end.saturating_add(as_u64(bytes.len())))?;
        self.segment.file.write_at(self.end, &bytes)?;

        // The commit point: after this sync the batch is durable and can never be taken back. Before
        // it, nothing may be signed, shown or acknowledged; and it is passed by nobody whose folder it is not any more.
        self.disk.is_own()?;
        self.segment.file.sync()?;

        // What follows from the segment needs no sync: recovery computes it anew.
        self.files.offsets.write(first, &offsets)?;
        let root = self.grow_tree(batch)?;

        self.end += as_u64(bytes.len());
        (self.size, self.chain) = (size, chain);
        Ok((size, root))
    }

    /// Puts a checkpoint in the place of the one before, and shows it.
    fn publish_checkpoint(&self, checkpoint: SignedCheckpoint) -> Result<Arc<SignedCheckpoint>, AppendError> {
        self.disk.is_own()?;
        storage::replace(&*self.disk, layout::CHECKPOINT, checkpoint.to_string().as_bytes())?;
        self.disk.sync_dir("")?;
        Ok(self.files.publish(checkpoint))
    }

    /// Room is made for many batches at once: a sync that has a new length to note takes longer. Never beyond where a
    /// segment ends, but for its last batch.
    fn make_room(&mut self, needed: u64) -> Result<(), DiskError> {
        if needed <= self.room {
            return Ok(());
        }
        let room = needed.next_multiple_of(ROOM).min(needed.max(self.config.segment_bytes));
        self.segment.file.allocate(room)?;
        self.room = room;
        Ok(())
    }

    fn begin_segment(&mut self) -> Result<(), DiskError> {
        let header = SegmentHeader { first: self.size.next_index(), previous: self.chain };
        self.segment = Arc::new(Segment::create(&*self.disk, &header)?);
        self.end = as_u64(HEADER_LEN);
        self.room = self.end;
        self.files.add_segment(Arc::clone(&self.segment));
        Ok(())
    }

    /// The batch's frames, and where each entry's frame will begin, as the offsets' file holds it.
    fn frames(&self, batch: &[EncodedEntry], commit: &Commit) -> (Vec<u8>, Vec<u8>) {
        let length: usize = batch.iter().map(|entry| FRAME_HEAD + entry.bytes.len()).sum();
        let mut bytes = Vec::with_capacity(length + COMMIT_LEN);
        let mut offsets = Vec::with_capacity(batch.len() * 8);
        for entry in batch {
            offsets.extend_from_slice(&(self.end + as_u64(bytes.len())).to_le_bytes());
            frame::push_entry(&mut bytes, &entry.bytes);
        }
        frame::push_commit(&mut bytes, commit);
        (bytes, offsets)
    }

    /// Adds the batch's leaves to the tree, in memory and in its files; the new root.
    fn grow_tree(&self, batch: &[EncodedEntry]) -> Result<TreeHash, DiskError> {
        let (runs, root) = {
            let mut tail = self.files.tail.write().unwrap_or_else(PoisonError::into_inner);
            for entry in batch {
                tail.push(entry.hashes.leaf);
            }
            let runs = tail.take_new();
            tail.trim(RECENT.max(as_u64(batch.len())));
            (runs, tail.root())
        };
        for run in &runs {
            self.files.levels.write(run)?;
        }
        Ok(root)
    }

    fn sync_derived(&self) -> Result<(), DiskError> {
        self.files.offsets.sync()?;
        for level in self.files.levels.all() {
            level.sync()?;
        }
        self.disk.sync_dir(layout::TREE)?;
        self.disk.sync_dir(layout::LOG)
    }

    fn mark_stopped(&self) -> Result<(), DiskError> {
        // The checkpoint's name first: the marker must not vanish before it.
        self.disk.sync_dir("")?;
        self.disk.remove(layout::RUNNING)?;
        self.disk.sync_dir("")
    }
}
