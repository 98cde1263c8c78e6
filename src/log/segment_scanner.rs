//! Reading a segment from front to back: buffered, one frame after the other.
//!
//! Says where a frame is bad; what that means (a torn tail or damage) is for others to decide.

use super::frame::{self, FRAME_HEAD, Frame, FrameFault, HEADER_LEN, SegmentHeader, as_u64};
use crate::storage::{DiskError, DiskFile, is_zero};
use std::sync::Arc;
use tlog::defect::as_usize;

const CHUNK: usize = 256 << 10;

/// Walks over the frames of a segment. Room that was made and not yet written to holds zeros, and is no part of it.
pub(super) struct Scanner {
    file: Arc<dyn DiskFile>,
    /// Where the next frame begins.
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    /// Where in the file the buffer begins.
    start: u64,
}

/// A frame and where it begins.
pub(super) struct ScannedFrame<'a> {
    pub at: u64,
    pub frame: Frame<'a>,
}

/// Why there is no next frame.
#[derive(Debug)]
pub(super) enum ScanError {
    Disk(DiskError),
    /// The bytes at this place are not a frame.
    Bad(u64, FrameFault),
}

impl From<DiskError> for ScanError {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

/// Reads a segment's header.
pub(super) fn read_header(file: &dyn DiskFile) -> Result<SegmentHeader, ScanError> {
    let (found, expected) = (file.len()?, as_u64(HEADER_LEN));
    if found < expected {
        return Err(ScanError::Bad(0, FrameFault::Short { found, expected }));
    }
    let mut bytes = [0; HEADER_LEN];
    file.read_at(0, &mut bytes)?;
    SegmentHeader::decode(&bytes).map_err(|fault| ScanError::Bad(0, fault))
}

impl Scanner {
    /// Begins at `at`, where a frame must begin; ends with the file as long as it is now.
    pub(super) fn new(file: Arc<dyn DiskFile>, at: u64) -> Result<Self, DiskError> {
        let end = file.len()?;
        Ok(Self { file, at, end, buffer: Vec::new(), start: at })
    }

    /// Where the next frame begins.
    pub(super) fn position(&self) -> u64 {
        self.at
    }

    /// Where the file ended when the scan began, or where nothing but room follows.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The next frame; `None` at the end of the file, or where nothing but zeros follows.
    pub(super) fn next(&mut self) -> Result<Option<ScannedFrame<'_>>, ScanError> {
        let at = self.at;
        if at >= self.end {
            return Ok(None);
        }
        let bad = |fault| ScanError::Bad(at, fault);
        let head = self.fill(FRAME_HEAD)?;
        let field = head.get(..4).map(|field| [field[0], field[1], field[2], field[3]]);
        // No frame begins with zeros.
        if head.iter().take(4).all(|byte| *byte == 0) && is_zero(&*self.file, at, self.end)? {
            self.end = at;
            return Ok(None);
        }
        if let Some(field) = field {
            let length = frame::payload_len(field).map_err(bad)?;
            self.fill(FRAME_HEAD + length)?;
        }
        let from = as_usize(at - self.start);
        let (frame, length) = frame::parse(&self.buffer[from..]).map_err(bad)?;
        self.at = at + as_u64(length);
        Ok(Some(ScannedFrame { at, frame }))
    }

    /// The bytes from the next frame on: `wanted` of them, or fewer where the file ends.
    fn fill(&mut self, wanted: usize) -> Result<&[u8], DiskError> {
        let mut from = as_usize(self.at - self.start);
        let left = as_usize((self.end - self.at).min(as_u64(CHUNK.max(wanted))));
        if self.buffer.len() < from + wanted.min(left) {
            self.buffer.resize(left, 0);
            self.file.read_at(self.at, &mut self.buffer)?;
            self.start = self.at;
            from = 0;
        }
        Ok(&self.buffer[from..])
    }
}
