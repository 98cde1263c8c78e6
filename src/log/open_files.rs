//! What the writer and the readers of one open log have in common.

use super::beside::Openings;
use super::frame::{self, FRAME_HEAD, Frame, as_u64};
use super::layout;
use super::tree::{LevelFiles, Tail};
use crate::damage::Damage;
use crate::storage::{Disk, DiskError, DiskErrorKind, DiskFile};
use ledger_spec::erasures::Erased;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use tlog::checkpoint::SignedCheckpoint;
use tlog::position::EntryIndex;

/// Length of an entry's offset.
pub(super) const OFFSET_LEN: u64 = 8;

/// The files of an open log and how far they are published.
pub(super) struct OpenFiles {
    pub levels: LevelFiles,
    pub offsets: Offsets,
    pub tail: RwLock<Tail>,
    /// What opens sealed entries, where it was given.
    pub beside: OnceLock<Openings>,
    /// What the log says is erased; `None` until that is known.
    pub erased: RwLock<Option<Arc<Erased>>>,
    segments: RwLock<Vec<Arc<Segment>>>,
    checkpoint: RwLock<Arc<SignedCheckpoint>>,
}

/// An open segment.
pub(super) struct Segment {
    pub first: EntryIndex,
    pub file: Arc<dyn DiskFile>,
}

/// Where each entry's frame begins in its segment: one file for all segments, so that a segment holds one descriptor.
pub(super) struct Offsets(Arc<dyn DiskFile>);

impl OpenFiles {
    pub(super) fn new(
        levels: LevelFiles,
        offsets: Offsets,
        tail: Tail,
        segments: Vec<Arc<Segment>>,
        checkpoint: SignedCheckpoint,
    ) -> Arc<Self> {
        Arc::new(Self {
            levels,
            offsets,
            tail: RwLock::new(tail),
            beside: OnceLock::new(),
            erased: RwLock::default(),
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

impl Offsets {
    /// Opens the file.
    pub(super) fn open(disk: &dyn Disk) -> Result<Self, DiskError> {
        disk.open(layout::OFFSETS).map(Self)
    }

    /// Makes an empty one.
    pub(super) fn create(disk: &dyn Disk) -> Result<Self, DiskError> {
        disk.create(layout::OFFSETS).map(Self)
    }

    /// Where an entry's frame begins in the segment that holds it.
    pub(super) fn of(&self, index: EntryIndex) -> Result<u64, DiskError> {
        let mut bytes = [0; 8];
        self.0.read_at(place_of(index), &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Notes where the frames of the entries from `first` on begin.
    pub(super) fn write(&self, first: EntryIndex, offsets: &[u8]) -> Result<(), DiskError> {
        self.0.write_at(place_of(first), offsets)
    }

    /// Makes them durable.
    pub(super) fn sync(&self) -> Result<(), DiskError> {
        self.0.sync()
    }
}

/// Where an entry's offset stands in its file.
pub(super) fn place_of(index: EntryIndex) -> u64 {
    index.get().saturating_mul(OFFSET_LEN)
}

impl Segment {
    /// Opens a segment.
    pub(super) fn open(disk: &dyn Disk, first: EntryIndex) -> Result<Self, DiskError> {
        Ok(Self { first, file: disk.open(&layout::segment(first))? })
    }

    /// Makes a new segment, which holds its header when this returns, durably.
    pub(super) fn create(disk: &dyn Disk, header: &frame::SegmentHeader) -> Result<Self, DiskError> {
        let file = disk.create(&layout::segment(header.first))?;
        file.write_at(0, &header.encode())?;
        file.sync()?;
        disk.sync_dir(layout::LOG)?;
        Ok(Self { first: header.first, file })
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
