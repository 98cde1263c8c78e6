//! Groups of 4,096 entries: the files that hold what is kept beside the log, and how their records are found.
//!
//! ```text
//! sealed/<group, 12 digits>.<generation, 12 digits>.slot     header, then a slot for each entry at its place
//! sealed/<group>.<generation>.body                           header, then a frame for each payload, by index
//! sealed/<group>.<generation>.link                           header, then a frame for each skeleton, by index
//! header = magic [8] | group u64 | generation u64 | crc u32                                       28 bytes
//! frame  = length u32 | crc u32 | index u64 | length − 8 bytes
//! ```
//! Integers are little-endian; crc is CRC-32C of all other bytes of the header or frame, in their order.

use super::hash::piece;
use core::fmt;
use tlog::defect::{OrDefect as _, as_u64};
use tlog::position::EntryIndex;

/// How many entries share files and a key.
pub const GROUP_LEN: u64 = 4096;

/// A group of entries: those from 4,096 times its number on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(u64);

/// How often a group's files were made again, or the root was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u64);

impl Group {
    /// The group of this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The group of an entry.
    #[must_use]
    pub const fn of(index: EntryIndex) -> Self {
        Self(index.get() / GROUP_LEN)
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Generation {
    /// Of what was never made again.
    pub const FIRST: Self = Self(0);

    /// The generation of this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add(1).or_defect("nothing is made again so often"))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a file of a group holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Payloads.
    Body,
    /// Slots.
    Slot,
    /// Skeletons.
    Link,
}

impl FileKind {
    const fn magic(self) -> &'static [u8; 8] {
        match self {
            Self::Body => b"CLBODY\0\x01",
            Self::Slot => b"CLSLOT\0\x01",
            Self::Link => b"CLLINK\0\x01",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Slot => "slot",
            Self::Link => "link",
        }
    }
}

/// What a file of a group begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileHeader {
    /// What it holds.
    pub kind: FileKind,
    /// Of which entries.
    pub group: Group,
    /// Which of the files that were made of them; of skeletons always the first.
    pub generation: Generation,
}

/// Why bytes are not a header, a slot or a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordFault {
    /// Fewer bytes than the record has.
    #[error("{found} bytes where {expected} should follow")]
    Short {
        /// Bytes that there are.
        found: u64,
        /// Bytes that the record has.
        expected: u64,
    },
    /// Another file, or none of ours.
    #[error("not the header of a file of this kind: it begins with {found:02x?}")]
    Magic {
        /// The first bytes.
        found: [u8; 8],
    },
    /// Damage.
    #[error("checksum {found:#010x} where {expected:#010x} is computed")]
    Checksum {
        /// The checksum found.
        found: u32,
        /// The one that is computed.
        expected: u32,
    },
    /// A length that no frame has.
    #[error("frame of length {found} where 8 to {expected} are possible")]
    Length {
        /// The length found.
        found: u32,
        /// The most.
        expected: u32,
    },
    /// Skeletons are not made again to erase: their files are of the first generation.
    #[error("file of skeletons of generation {found} where {expected} is expected")]
    Generation {
        /// The generation found.
        found: Generation,
        /// [`Generation::FIRST`].
        expected: Generation,
    },
    /// An entry of another group, or one that does not come after the frame before.
    #[error("frame of entry {found} where one from {expected} on, in group {group}, is expected")]
    Index {
        /// The entry named.
        found: EntryIndex,
        /// The first that can follow.
        expected: EntryIndex,
        /// The file's group.
        group: Group,
    },
}

impl FileHeader {
    /// Length of a header.
    pub const LEN: usize = 28;

    /// The file's name within `sealed/`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{:012}.{:012}.{}", self.group, self.generation, self.kind.ending())
    }

    /// The header's bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..8].copy_from_slice(self.kind.magic());
        bytes[8..16].copy_from_slice(&self.group.0.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.generation.0.to_le_bytes());
        let crc = crc_of(&[&bytes[..24]]);
        bytes[24..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads the header of a file of this kind. Whatever decodes re-encodes to the same bytes.
    pub fn decode(kind: FileKind, bytes: &[u8]) -> Result<Self, RecordFault> {
        let short = RecordFault::Short { found: as_u64(bytes.len()), expected: as_u64(Self::LEN) };
        let bytes: &[u8; Self::LEN] = bytes.first_chunk().ok_or(short)?;
        if bytes[..8] != kind.magic()[..] {
            return Err(RecordFault::Magic { found: piece(&bytes[..8]) });
        }
        let (found, expected) = (u32::from_le_bytes(piece(&bytes[24..])), crc_of(&[&bytes[..24]]));
        if found != expected {
            return Err(RecordFault::Checksum { found, expected });
        }
        let generation = Generation(u64::from_le_bytes(piece(&bytes[16..24])));
        match kind {
            FileKind::Link if generation != Generation::FIRST => {
                return Err(RecordFault::Generation { found: generation, expected: Generation::FIRST });
            }
            FileKind::Body | FileKind::Slot | FileKind::Link => {}
        }
        Ok(Self { kind, group: Group(u64::from_le_bytes(piece(&bytes[8..16]))), generation })
    }
}

/// Length of what stands before a frame's bytes.
const FRAME_HEAD: usize = 16;
/// The most that the length of a frame says: a payload is at most 128 KiB and a tag.
const LONGEST: u32 = 8 + 128 * 1024 + 16;

/// Appends the frame of an entry.
///
/// # Panics
///
/// On more bytes than a payload can have, which what is sealed here never has.
pub fn push_frame(out: &mut Vec<u8>, index: EntryIndex, bytes: &[u8]) {
    let length = u32::try_from(bytes.len() + 8).ok().filter(|length| *length <= LONGEST);
    let length = length.or_defect("payloads and skeletons fit into frames").to_le_bytes();
    let index = index.get().to_le_bytes();
    out.extend(length);
    out.extend(crc_of(&[&length, &index, bytes]).to_le_bytes());
    out.extend(index);
    out.extend(bytes);
}

/// A frame, and where it lies in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The entry that it is of.
    pub index: EntryIndex,
    /// What it holds.
    pub bytes: &'a [u8],
    /// Where it begins, from the file's beginning.
    pub offset: u64,
    /// Where the next one begins.
    pub end: u64,
}

/// What is no frame, and where: everything before it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}: {fault}")]
pub struct FrameError {
    /// Where it begins, from the file's beginning.
    pub offset: u64,
    /// What is wrong.
    pub fault: RecordFault,
}

/// The frames of a file, one after the other, until its end or the first that is none.
///
/// After a crash the rest from there on, or from the first frame of an entry that the log does not hold, was never
/// acknowledged and is cut; in a file whose entries the log all holds it is damage.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    file: &'a [u8],
    at: usize,
    group: Group,
    /// The first entry that the next frame can be of.
    next: EntryIndex,
    ended: bool,
}

impl<'a> Frames<'a> {
    /// The frames of a whole file, whose header was read.
    #[must_use]
    pub const fn of(file: &'a [u8], header: &FileHeader) -> Self {
        let next = EntryIndex::new(header.group.0.saturating_mul(GROUP_LEN));
        Self { file, at: FileHeader::LEN, group: header.group, next, ended: false }
    }

    fn read(&self) -> Result<Frame<'a>, RecordFault> {
        let before = RecordFault::Short { found: as_u64(self.file.len()), expected: as_u64(self.at) };
        let rest = self.file.get(self.at..).ok_or(before)?;
        let short = |expected| RecordFault::Short { found: as_u64(rest.len()), expected: as_u64(expected) };
        let head: &[u8; FRAME_HEAD] = rest.first_chunk().ok_or_else(|| short(FRAME_HEAD))?;
        let length = u32::from_le_bytes(piece(&head[..4]));
        if !(8..=LONGEST).contains(&length) {
            return Err(RecordFault::Length { found: length, expected: LONGEST });
        }
        let end = 8 + tlog::defect::as_usize(length.into());
        let bytes = rest.get(FRAME_HEAD..end).ok_or_else(|| short(end))?;
        let (found, expected) =
            (u32::from_le_bytes(piece(&head[4..8])), crc_of(&[&head[..4], &head[8..], bytes]));
        if found != expected {
            return Err(RecordFault::Checksum { found, expected });
        }
        let index = EntryIndex::new(u64::from_le_bytes(piece(&head[8..])));
        if index < self.next || Group::of(index) != self.group {
            return Err(RecordFault::Index { found: index, expected: self.next, group: self.group });
        }
        Ok(Frame { index, bytes, offset: as_u64(self.at), end: as_u64(self.at + end) })
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Result<Frame<'a>, FrameError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended || self.at == self.file.len() {
            return None;
        }
        let read = self.read();
        match &read {
            Ok(frame) => {
                self.at = tlog::defect::as_usize(frame.end);
                self.next = EntryIndex::new(frame.index.get().saturating_add(1));
            }
            Err(_) => self.ended = true,
        }
        Some(read.map_err(|fault| FrameError { offset: as_u64(self.at), fault }))
    }
}

/// CRC-32C of the pieces, one after the other.
pub(super) fn crc_of(pieces: &[&[u8]]) -> u32 {
    pieces.iter().fold(0, |crc, piece| crc32c::crc32c_append(crc, piece))
}
