//! Reading a file of frames from front to back, by large pieces. Says where bytes are no frame; what that means (a torn
//! tail or damage) is for others to decide.

use super::error::SealedReadError;
use super::layout;
use crate::damage::Damage;
use crate::storage::{Disk, DiskError, DiskErrorKind, DiskFile, is_zero};
use ledger_spec::sealed::{FileHeader, Frame, FrameError, Frames, Plain, RecordFault};
use std::sync::Arc;
use tlog::defect::{OrDefect as _, as_u64, as_usize};
use tlog::position::EntryIndex;

/// How much is read at a time: several of the longest frames, and little enough to stay in a core's memory.
const CHUNK: u64 = 512 << 10;
/// Length of a header, which stands before the first frame.
pub(super) const HEADER: u64 = FileHeader::LEN as u64;
/// The longest frame: its head, the longest payload, a tag.
const LONGEST: u64 = 16 + Plain::MAX_LEN as u64 + 16;

/// Walks over the frames of a file. Room that was made and not yet written to holds zeros, and is no part of it.
pub(super) struct FrameWalk {
    file: Arc<dyn DiskFile>,
    header: FileHeader,
    /// Where the next frame begins.
    at: u64,
    /// Where the file ends, or the part of it that is looked at.
    end: u64,
    /// The first entry that the next frame can be of.
    next: EntryIndex,
    buffer: Vec<u8>,
    /// Where in the file the buffer begins.
    start: u64,
}

/// Opens a file that must be there.
pub(super) fn open(disk: &dyn Disk, header: &FileHeader) -> Result<Arc<dyn DiskFile>, SealedReadError> {
    let path = layout::path(header);
    disk.open(&path).map_err(|error| match error.kind {
        DiskErrorKind::NotFound => SealedReadError::Damaged(layout::missing(path, None)),
        _ => error.into(),
    })
}

/// Whether a file begins with the header that belongs to its name.
pub(super) fn check_header(expected: &FileHeader, bytes: &[u8]) -> Result<(), Damage> {
    let shown = |header: &FileHeader| format!("of group {}, generation {}", header.group, header.generation);
    let found = match FileHeader::decode(expected.kind, bytes) {
        Ok(found) if found == *expected => return Ok(()),
        Ok(found) => shown(&found),
        Err(fault) => fault.to_string(),
    };
    let (file, expected) = (layout::path(expected), shown(expected));
    Err(Damage { file, offset: 0, entry: None, what: "header", found, expected })
}

impl FrameWalk {
    /// Begins behind the header, which is checked; ends with the file, or before it at `until`.
    pub(super) fn begin(
        file: Arc<dyn DiskFile>,
        header: FileHeader,
        until: Option<u64>,
    ) -> Result<Self, SealedReadError> {
        let length = file.len()?;
        let end = until.map_or(length, |until| until.min(length));
        let mut buffer = vec![0; as_usize(end.min(CHUNK))];
        file.read_at(0, &mut buffer)?;
        check_header(&header, &buffer)?;
        let next = layout::first_of(header.group);
        Ok(Self { file, header, at: HEADER, end, next, buffer, start: 0 })
    }

    /// The next frame, or why there is none at this place; `None` at the end, or where nothing but zeros follows.
    pub(super) fn next(&mut self) -> Result<Option<Result<Frame<'_>, FrameError>>, DiskError> {
        let offset = self.at;
        if offset >= self.end {
            return Ok(None);
        }
        self.fill()?;
        let from = as_usize(offset - self.start - HEADER);
        match parse(&self.buffer[from..], &self.header, offset, self.next) {
            Ok(frame) => {
                self.at = frame.end;
                self.next = EntryIndex::new(frame.index.get().saturating_add(1));
                Ok(Some(Ok(frame)))
            }
            Err(_) if is_zero(&*self.file, offset, self.end)? => {
                self.end = offset;
                Ok(None)
            }
            Err(fault) => Ok(Some(Err(FrameError { offset, fault }))),
        }
    }

    /// Goes on behind what is no frame: to the next place where one begins, or to the end.
    pub(super) fn skip(&mut self) -> Result<(), DiskError> {
        loop {
            self.at += 1;
            if self.at >= self.end {
                return Ok(());
            }
            self.fill()?;
            let from = as_usize(self.at - self.start - HEADER);
            if parse(&self.buffer[from..], &self.header, self.at, self.next).is_ok() {
                return Ok(());
            }
        }
    }

    /// Where the next frame begins, or would.
    pub(super) const fn position(&self) -> u64 {
        self.at
    }

    /// Reads on, unless the longest frame lies in memory or the file ends before. As many bytes as a header has stay
    /// before the next frame, as those who read frames want it.
    fn fill(&mut self) -> Result<(), DiskError> {
        if self.start + as_u64(self.buffer.len()) < self.end.min(self.at + LONGEST) {
            self.start = self.at - HEADER;
            self.buffer.resize(as_usize((self.end - self.start).min(CHUNK)), 0);
            self.file.read_at(self.start, &mut self.buffer)?;
        }
        Ok(())
    }
}

/// The frame that begins behind as many bytes of `piece` as a header has, and at `offset` in its file.
pub(super) fn parse<'a>(
    piece: &'a [u8],
    header: &FileHeader,
    offset: u64,
    next: EntryIndex,
) -> Result<Frame<'a>, RecordFault> {
    let read = Frames::of(piece, header).next().or_defect("there are bytes behind the header's place");
    let frame = read.map_err(|error| error.fault)?;
    if frame.index < next {
        let (found, expected, group) = (frame.index, next, header.group);
        return Err(RecordFault::Index { found, expected, group });
    }
    Ok(Frame { offset, end: offset + (frame.end - frame.offset), ..frame })
}
