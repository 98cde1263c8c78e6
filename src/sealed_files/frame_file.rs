//! A file of frames, and where in it the frame of each entry lies: known from one walk over it, and from what is
//! written since. So one payload is one read, whatever the length of the file.

use super::error::SealedReadError;
use super::frame_walk::{self, FrameWalk, HEADER, parse};
use super::layout;
use crate::damage::Damage;
use crate::storage::{Disk, DiskError, DiskErrorKind, DiskFile};
use core::fmt;
use ledger_spec::sealed::{FileHeader, FrameError, RecordFault};
use std::iter::Peekable;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};
use std::vec::IntoIter;
use tlog::defect::{OrDefect as _, as_usize};
use tlog::position::{EntryIndex, TreeSize};

/// The longest run that is read at once.
const LONGEST_RUN: u64 = 1 << 20;

/// A file of payloads or skeletons.
pub(super) struct FrameFile {
    header: FileHeader,
    file: Arc<dyn DiskFile>,
    table: RwLock<FrameTable>,
}

/// Where the frames of a file lie.
#[derive(Default)]
struct FrameTable {
    /// In the order of the file, which is that of the entries.
    frames: Vec<FramePlace>,
    /// What is no frame, between them or behind.
    faults: Vec<FrameError>,
    /// Where the next frame is written.
    end: u64,
}

/// Where the frame of an entry lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FramePlace {
    pub index: EntryIndex,
    pub offset: u64,
    /// Where the next one begins.
    pub end: u64,
}

/// Frames that stand one after the other, as they were read.
pub(super) struct FrameRun<'a> {
    file: &'a FrameFile,
    places: Peekable<IntoIter<FramePlace>>,
    /// The first entry of which it does not say whether there is a frame.
    pub(super) until: EntryIndex,
    /// Where in the file the bytes begin.
    start: u64,
    bytes: Vec<u8>,
}

/// What stands behind the frames of the entries that the log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// Nothing, or room: zeros.
    Room,
    /// Bytes that are no frame.
    NoFrame(RecordFault),
    /// Frames of entries that the log does not hold.
    Frames(Span),
}

/// Entries that have frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: EntryIndex,
    /// The last of them.
    pub last: EntryIndex,
}

impl FrameFile {
    /// Makes a new file with its header and room behind it. Neither its bytes nor its name are synced.
    pub(super) fn create(disk: &dyn Disk, header: FileHeader, room: u64) -> Result<Self, DiskError> {
        let file = disk.create(&layout::path(&header))?;
        file.write_at(0, &header.encode())?;
        file.allocate(room)?;
        let table = FrameTable { end: HEADER, ..FrameTable::default() };
        Ok(Self { header, file, table: RwLock::new(table) })
    }

    /// Opens a file to read from it, up to `until` where a writer has it open, and shows what each frame holds. Where
    /// something is no frame, the frames behind are found nevertheless: each is checked for itself, and one that is lost
    /// says nothing about the others.
    pub(super) fn open(
        disk: &dyn Disk,
        header: FileHeader,
        until: Option<u64>,
        each: &mut dyn FnMut(EntryIndex, &[u8]),
    ) -> Result<Self, SealedReadError> {
        let file = frame_walk::open(disk, &header)?;
        let mut walk = FrameWalk::begin(Arc::clone(&file), header, until)?;
        let mut table = FrameTable::default();
        while let Some(read) = walk.next()? {
            match read {
                Ok(frame) => {
                    each(frame.index, frame.bytes);
                    table.push(frame.index, frame.offset, frame.end);
                }
                Err(fault) => {
                    table.faults.push(fault);
                    walk.skip()?;
                }
            }
        }
        table.end = walk.position();
        Ok(Self { header, file, table: RwLock::new(table) })
    }

    /// Opens a file and reads it up to the first bytes that are no frame of an entry below `size`.
    pub(super) fn open_below(
        disk: &dyn Disk,
        header: FileHeader,
        size: TreeSize,
    ) -> Result<(Self, Behind), SealedReadError> {
        let file = frame_walk::open(disk, &header)?;
        let mut walk = FrameWalk::begin(Arc::clone(&file), header, None)?;
        let mut table = FrameTable { end: HEADER, ..FrameTable::default() };
        let behind = loop {
            match walk.next()? {
                None => break Behind::Room,
                Some(Ok(frame)) if !frame.index.is_in(size) => {
                    let mut span = Span::of(frame.index);
                    while let Some(Ok(frame)) = walk.next()? {
                        span = span.with(Span::of(frame.index));
                    }
                    break Behind::Frames(span);
                }
                Some(Ok(frame)) => table.push(frame.index, frame.offset, frame.end),
                Some(Err(error)) => {
                    table.faults.push(error);
                    break Behind::NoFrame(error.fault);
                }
            }
        };
        Ok((Self { header, file, table: RwLock::new(table) }, behind))
    }

    /// The open file.
    pub(super) fn file(&self) -> &dyn DiskFile {
        &*self.file
    }

    /// Where the next frame is written.
    pub(super) fn end(&self) -> u64 {
        self.with(|table| table.end)
    }

    /// The first bytes that are no frame, if there are any.
    pub(super) fn fault(&self) -> Option<Damage> {
        let FrameError { offset, fault } = self.with(|table| table.faults.first().copied())?;
        Some(self.damage(offset, None, &fault.to_string(), "a whole frame"))
    }

    /// Whether there is a frame of an entry.
    pub(super) fn has(&self, index: EntryIndex) -> bool {
        self.with(|table| table.place(index).is_some())
    }

    /// Notes frames that were written behind the others, and are durable.
    pub(super) fn extend(&self, frames: &[FramePlace]) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        frames.iter().for_each(|frame| table.push(frame.index, frame.offset, frame.end));
    }

    /// Cuts what stands behind the frames, and syncs. What was to be cut is cut and synced also where it does not show:
    /// after a sync that failed, what is read is not what is durable.
    pub(super) fn cut(&self) -> Result<(), DiskError> {
        self.file.truncate(self.end())?;
        self.file.sync()
    }

    /// What the frame of an entry holds; `None` where there is none.
    pub(super) fn read(&self, index: EntryIndex) -> Result<Option<Vec<u8>>, SealedReadError> {
        let Some(FramePlace { offset, end, .. }) = self.with(|table| table.place(index)) else {
            return Ok(None);
        };
        // What stands before the frame is read with it: there the header is looked for.
        let mut bytes = vec![0; as_usize(end - offset + HEADER)];
        self.file.read_at(offset - HEADER, &mut bytes).map_err(|error| match error.kind {
            DiskErrorKind::Short => {
                SealedReadError::Damaged(self.damage(offset, Some(index), "end of file", "a whole frame"))
            }
            _ => error.into(),
        })?;
        self.held_by(FramePlace { index, offset, end }, &bytes).map(Some)
    }

    /// The frames from one entry up to another, in one read, as far as that is not too long.
    pub(super) fn read_run(&self, entries: &Range<EntryIndex>) -> Result<FrameRun<'_>, SealedReadError> {
        let (places, until) = self.with(|table| table.run(entries));
        let (first, last) = (places.first(), places.last());
        let start = first.map_or(HEADER, |frame| frame.offset) - HEADER;
        let mut bytes = vec![0; as_usize(last.map_or(start, |frame| frame.end) - start)];
        self.file.read_at(start, &mut bytes)?;
        Ok(FrameRun { file: self, places: places.into_iter().peekable(), until, start, bytes })
    }

    /// What a frame holds, of bytes that begin with what stands before it.
    fn held_by(&self, place: FramePlace, bytes: &[u8]) -> Result<Vec<u8>, SealedReadError> {
        let FramePlace { index, offset, end } = place;
        let first = layout::first_of(self.header.group);
        match parse(bytes, &self.header, offset, first) {
            Ok(frame) if frame.index == index && frame.end == end => Ok(frame.bytes.to_vec()),
            Ok(frame) => {
                let (found, expected) = (shown(frame.index), shown(index));
                Err(self.damage(offset, Some(index), &found, &expected).into())
            }
            Err(fault) => Err(self.damage(offset, Some(index), &fault.to_string(), "a whole frame").into()),
        }
    }

    /// A frame that should be there: at the place where it would begin, or where the bytes that are none do.
    pub(super) fn lost(&self, index: EntryIndex) -> Damage {
        let (offset, fault) = self.with(|table| table.gap(index));
        let found = fault.map_or_else(|| "no frame".to_owned(), |fault| fault.to_string());
        self.damage(offset, Some(index), &found, &shown(index))
    }

    /// A frame that should not be there.
    pub(super) fn superfluous(&self, index: EntryIndex, expected: &str) -> Damage {
        let (offset, _) = self.with(|table| table.gap(index));
        self.damage(offset, Some(index), &shown(index), expected)
    }

    /// What stands behind the frames, where only room should.
    pub(super) fn behind(&self, behind: &Behind, size: TreeSize) -> Option<Damage> {
        let (found, entry) = match behind {
            Behind::Room => return None,
            Behind::NoFrame(fault) => (fault.to_string(), None),
            Behind::Frames(span) => (span.to_string(), Some(span.first)),
        };
        let expected = format!("nothing behind the entries below {size}");
        Some(self.damage(self.end(), entry, &found, &expected))
    }

    fn damage(&self, offset: u64, entry: Option<EntryIndex>, found: &str, expected: &str) -> Damage {
        let (file, what) = (layout::path(&self.header), "frame");
        Damage { file, offset, entry, what, found: found.to_owned(), expected: expected.to_owned() }
    }

    fn with<T>(&self, ask: impl FnOnce(&FrameTable) -> T) -> T {
        ask(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl FrameRun<'_> {
    /// What the frame of an entry below `until` holds; `None` where there is none. All are asked for, in order.
    pub(super) fn next(&mut self, index: EntryIndex) -> Result<Option<Vec<u8>>, SealedReadError> {
        let Some(place) = self.places.next_if(|place| place.index == index) else { return Ok(None) };
        let [from, to] = [place.offset - HEADER, place.end].map(|at| as_usize(at - self.start));
        let bytes = self.bytes.get(from..to).or_defect("a frame lies within what was read of its run");
        self.file.held_by(place, bytes).map(Some)
    }
}

impl Span {
    /// Of one entry.
    pub(super) const fn of(index: EntryIndex) -> Self {
        Self { count: 1, first: index, last: index }
    }

    /// With those of another, none of which is among these.
    pub(super) fn with(self, other: Self) -> Self {
        let (first, last) = (self.first.min(other.first), self.last.max(other.last));
        Self { count: self.count.saturating_add(other.count), first, last }
    }

    /// All frames of a file, as far as they can be read: what is to be told of a file whose entries the log does not hold.
    pub(super) fn of_file(disk: &dyn Disk, header: FileHeader) -> Option<Self> {
        let mut span = None;
        let mut take = |index, _: &[u8]| {
            let one = Self::of(index);
            span = Some(span.map_or(one, |span: Self| span.with(one)));
        };
        FrameFile::open(disk, header, None, &mut take).ok()?;
        span
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, first, last } = self;
        match count {
            1 => f.write_str(&shown(*first)),
            _ => write!(f, "the frames of {count} entries from {first} to {last}"),
        }
    }
}

fn shown(index: EntryIndex) -> String {
    format!("the frame of entry {index}")
}

impl FrameTable {
    fn push(&mut self, index: EntryIndex, offset: u64, end: u64) {
        self.frames.push(FramePlace { index, offset, end });
        self.end = end;
    }

    fn place(&self, index: EntryIndex) -> Option<FramePlace> {
        let at = self.frames.binary_search_by_key(&index, |frame| frame.index).ok()?;
        self.frames.get(at).copied()
    }

    /// Where the frames of these entries lie, as many as are read at once, and up to which entry those are all.
    fn run(&self, entries: &Range<EntryIndex>) -> (Vec<FramePlace>, EntryIndex) {
        let from = self.frames.partition_point(|frame| frame.index < entries.start);
        let all = self.frames.get(from..).unwrap_or(&[]);
        let first = all.first().map_or(0, |frame| frame.offset);
        let of_run = |frame: &&FramePlace| frame.index < entries.end && frame.end - first <= LONGEST_RUN;
        let run: Vec<FramePlace> = all.iter().take_while(of_run).copied().collect();
        let next = all.get(run.len()).map_or(entries.end, |frame| frame.index.min(entries.end));
        (run, next)
    }

    /// Where the frame of an entry lies or would lie, and what there is no frame.
    fn gap(&self, index: EntryIndex) -> (u64, Option<RecordFault>) {
        let at = self.frames.partition_point(|frame| frame.index < index);
        let before = at.checked_sub(1).and_then(|before| self.frames.get(before));
        let from = before.map_or(HEADER, |frame| frame.end);
        let until = self.frames.get(at).map_or(u64::MAX, |frame| frame.offset);
        let fault = self.faults.iter().find(|fault| (from..=until).contains(&fault.offset));
        fault.map_or((until.min(self.end).max(from), None), |fault| (fault.offset, Some(fault.fault)))
    }
}
