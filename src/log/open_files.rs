//! What the writer and the readers of one open log have in common.

use super::error::Damage;
use super::frame::{self, FRAME_HEAD, Frame, as_u64};
use super::layout;
use super::tree::{LevelFiles, Tail};
use crate::storage::{Disk, DiskError, DiskErrorKind, DiskFile};
use std::sync::{Arc, PoisonError, RwLock};
use tlog::checkpoint::SignedCheckpoint;
use tlog::position::EntryIndex;

/// Length of an entry's offset in the offset file.
pub(super) const OFFSET_LEN: u64 = 8;

/// The files of an open log and how far they are published.
pub(super) struct OpenFiles {
    pub levels: LevelFiles,
    pub tail: RwLock<Tail>,
    segments: RwLock<Vec<Arc<Segment>>>,
    checkpoint: RwLock<Arc<SignedCheckpoint>>,
}

/// An open segment and the offset file beside it.
pub(super) struct Segment {
    pub first: EntryIndex,
    pub file: Arc<dyn DiskFile>,
    pub offsets: Arc<dyn DiskFile>,
}

impl OpenFiles {
    pub(super) fn new(
        levels: LevelFiles,
        tail: Tail,
        segments: Vec<Arc<Segment>>,
        checkpoint: SignedCheckpoint,
    ) -> Arc<Self> {
        Arc::new(Self {
            levels,
            tail: RwLock::new(tail),
            segments: RwLock::new(segments),
            checkpoint: RwLock::new(Arc::new(checkpoint)),
        })
    }

    /// The newest checkpoint.
    pub(super) fn checkpoint(&self) -> Arc<SignedCheckpoint> {
        Arc::clone(&self.checkpoint.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows the readers a newer checkpoint, and with it the entries that it covers.
    pub(super) fn publish(&self, checkpoint: SignedCheckpoint) -> Arc<SignedCheckpoint> {
        let checkpoint = Arc::new(checkpoint);
        *self.checkpoint.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&checkpoint);
        checkpoint
    }

    pub(super) fn add_segment(&self, segment: Arc<Segment>) {
        self.segments.write().unwrap_or_else(PoisonError::into_inner).push(segment);
    }

    /// All segments, oldest first.
    pub(super) fn segments(&self) -> Vec<Arc<Segment>> {
        self.segments.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The segment that holds an entry, and the place of the segment in the order.
    pub(super) fn segment_of(&self, index: EntryIndex) -> Option<(usize, Arc<Segment>)> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let place = segments.partition_point(|s| s.first <= index).checked_sub(1)?;
        segments.get(place).map(|s| (place, Arc::clone(s)))
    }

    /// The segment at a place in the order.
    pub(super) fn segment_at(&self, place: usize) -> Option<Arc<Segment>> {
        self.segments.read().unwrap_or_else(PoisonError::into_inner).get(place).cloned()
    }
}

impl Segment {
    /// Opens both files of a segment.
    pub(super) fn open(disk: &dyn Disk, first: EntryIndex) -> Result<Self, DiskError> {
        let file = disk.open(&layout::segment(first))?;
        let offsets = disk.open(&layout::offsets(first))?;
        Ok(Self { first, file, offsets })
    }

    /// Makes both files of a new segment; the segment holds its header when this returns, durably.
    pub(super) fn create(disk: &dyn Disk, header: &frame::SegmentHeader) -> Result<Self, DiskError> {
        let file = disk.create(&layout::segment(header.first))?;
        file.write_at(0, &header.encode())?;
        file.sync()?;
        let offsets = disk.create(&layout::offsets(header.first))?;
        disk.sync_dir(layout::LOG)?;
        Ok(Self { first: header.first, file, offsets })
    }

    /// Where the offset file says that an entry's frame begins.
    pub(super) fn offset_of(&self, index: EntryIndex) -> Result<u64, DiskError> {
        let mut bytes = [0; 8];
        self.offsets.read_at(self.offset_place(index), &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Where in the offset file an entry's offset stands.
    pub(super) fn offset_place(&self, index: EntryIndex) -> u64 {
        index.get().saturating_sub(self.first.get()).saturating_mul(OFFSET_LEN)
    }

    /// The bytes of the entry frame at `at`, its checksum verified.
    pub(super) fn entry_bytes(&self, index: EntryIndex, at: u64) -> Result<Vec<u8>, EntryFault> {
        let bad = |fault: frame::FrameFault| {
            EntryFault::Damaged(self.damage(
                at,
                index,
                "entry frame",
                fault.to_string(),
                "a whole entry frame",
            ))
        };
        let short = || bad(frame::FrameFault::Short { found: 0, expected: as_u64(FRAME_HEAD) });
        let past_end = |e: DiskError| match e.kind {
            DiskErrorKind::Short => short(),
            _ => EntryFault::Disk(e),
        };
        let mut bytes = vec![0; FRAME_HEAD];
        self.file.read_at(at, &mut bytes).map_err(past_end)?;
        let length = frame::payload_len([bytes[0], bytes[1], bytes[2], bytes[3]]).map_err(bad)?;
        bytes.resize(FRAME_HEAD + length, 0);
        self.file.read_at(at + as_u64(FRAME_HEAD), &mut bytes[FRAME_HEAD..]).map_err(past_end)?;
        match frame::parse(&bytes).map_err(bad)? {
            (Frame::Entry(_), _) => {
                bytes.drain(..FRAME_HEAD);
                Ok(bytes)
            }
            (Frame::Commit(_), _) => {
                let found = "a commit frame".to_owned();
                Err(EntryFault::Damaged(self.damage(at, index, "entry frame", found, "an entry frame")))
            }
        }
    }

    /// Damage in the segment's file.
    pub(super) fn damage(
        &self,
        offset: u64,
        entry: EntryIndex,
        what: &'static str,
        found: String,
        expected: &str,
    ) -> Damage {
        let (file, expected) = (layout::segment(self.first), expected.to_owned());
        Damage { file, offset, entry: Some(entry), what, found, expected }
    }
}

/// Why an entry's frame cannot be read.
pub(super) enum EntryFault {
    Disk(DiskError),
    Damaged(Damage),
}
