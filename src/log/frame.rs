//! The bytes of a segment: its header, the frame around an entry, the frame that closes a batch.
//!
//! ```text
//! segment = header frame*
//! header  = "CLSEG\0\0\x01"  first index u64  chain hash before it [32]  crc32c u32   (52 bytes)
//! entry   = length u32  crc32c u32  entry's bytes
//! commit  = 0x8000_0000|48 u32  crc32c u32  first index u64  size u64  chain hash [32]   (56 bytes)
//! ```
//! Integers are little-endian. A frame's CRC covers its length field and what follows the CRC. A
//! batch is one or more entry frames and the commit frame after them. The commit frame names the
//! batch's first index so that recovery can tell a torn batch's own end from that of a later batch.

use ledger_spec::entry::ChainHash;
use ledger_spec::entry::Entry;
use tlog::defect::OrDefect as _;
pub(super) use tlog::defect::as_u64;
use tlog::position::{EntryIndex, TreeSize};

const MAGIC: &[u8; 8] = b"CLSEG\0\0\x01";
const COMMIT_FIELD: u32 = 0x8000_0000 | 48;

/// Length of a segment's header.
pub(super) const HEADER_LEN: usize = 52;
/// Length of what stands before a frame's payload.
pub(super) const FRAME_HEAD: usize = 8;
/// Length of a whole commit frame.
pub(super) const COMMIT_LEN: usize = FRAME_HEAD + 48;

/// What a segment starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    /// Index of its first entry; the file's name says the same.
    pub first: EntryIndex,
    /// Chain hash of the entry before that.
    pub previous: ChainHash,
}

/// The end of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Commit {
    /// Index of the batch's first entry.
    pub first: EntryIndex,
    /// Size of the tree with the batch in it.
    pub size: TreeSize,
    /// Chain hash of the batch's last entry.
    pub chain: ChainHash,
}

/// One frame, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// An entry's bytes.
    Entry(&'a [u8]),
    /// The end of a batch.
    Commit(Commit),
}

/// Why bytes are not a header or a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameFault {
    #[error("{found} bytes where {expected} should follow")]
    Short { found: u64, expected: u64 },
    #[error("length field {found:#x}")]
    Length { found: u32 },
    #[error("checksum {found:#010x} where {expected:#010x} is computed")]
    Checksum { found: u32, expected: u32 },
    #[error("not a segment header")]
    Magic,
}

impl SegmentHeader {
    /// The header's bytes.
    pub(super) fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.first.get().to_le_bytes());
        bytes[16..48].copy_from_slice(self.previous.as_bytes());
        let crc = crc32c::crc32c(&bytes[..48]);
        bytes[48..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header back.
    pub(super) fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Self, FrameFault> {
        if !bytes.starts_with(MAGIC) {
            return Err(FrameFault::Magic);
        }
        let (found, expected) = (u32_at(bytes, 48), crc32c::crc32c(&bytes[..48]));
        if found != expected {
            return Err(FrameFault::Checksum { found, expected });
        }
        Ok(Self { first: EntryIndex::new(u64_at(bytes, 8)), previous: chain_at(bytes, 16) })
    }
}

/// Appends an entry's frame to `out`.
pub(super) fn push_entry(out: &mut Vec<u8>, entry: &[u8]) {
    let length = u32::try_from(entry.len()).or_defect("no entry is longer than `Entry::MAX_LEN`");
    push_frame(out, length, entry);
}

/// Appends a commit frame to `out`.
pub(super) fn push_commit(out: &mut Vec<u8>, commit: &Commit) {
    let mut payload = [0; COMMIT_LEN - FRAME_HEAD];
    payload[..8].copy_from_slice(&commit.first.get().to_le_bytes());
    payload[8..16].copy_from_slice(&commit.size.get().to_le_bytes());
    payload[16..].copy_from_slice(commit.chain.as_bytes());
    push_frame(out, COMMIT_FIELD, &payload);
}

/// The payload's length that a frame's first bytes promise.
pub(super) fn payload_len(head: [u8; 4]) -> Result<usize, FrameFault> {
    let found = u32::from_le_bytes(head);
    match usize::try_from(found) {
        _ if found == COMMIT_FIELD => Ok(COMMIT_LEN - FRAME_HEAD),
        Ok(length) if (1..=Entry::MAX_LEN).contains(&length) => Ok(length),
        _ => Err(FrameFault::Length { found }),
    }
}

/// Reads the frame at the start of `bytes`; the second value is its length.
pub(super) fn parse(bytes: &[u8]) -> Result<(Frame<'_>, usize), FrameFault> {
    let short =
        |expected: usize| FrameFault::Short { found: as_u64(bytes.len()), expected: as_u64(expected) };
    let head = bytes.get(..4).ok_or_else(|| short(FRAME_HEAD))?;
    let head = [head[0], head[1], head[2], head[3]];
    let length = FRAME_HEAD + payload_len(head)?;
    let frame = bytes.get(..length).ok_or_else(|| short(length))?;
    let payload = &frame[FRAME_HEAD..];
    let (found, expected) = (u32_at(frame, 4), crc32c::crc32c_append(crc32c::crc32c(&head), payload));
    if found != expected {
        return Err(FrameFault::Checksum { found, expected });
    }
    let frame = match u32::from_le_bytes(head) {
        COMMIT_FIELD => Frame::Commit(Commit {
            first: EntryIndex::new(u64_at(payload, 0)),
            size: TreeSize::new(u64_at(payload, 8)),
            chain: chain_at(payload, 16),
        }),
        _ => Frame::Entry(payload),
    };
    Ok((frame, length))
}

/// The commit frames of batches that begin after `first`, at whatever place in `bytes`: what was
/// written only after everything before it had been synced.
pub(super) fn find_later_commit(bytes: &[u8], first: EntryIndex) -> Option<(usize, Commit)> {
    let mark = COMMIT_FIELD.to_le_bytes();
    (0..bytes.len().saturating_sub(COMMIT_LEN - 1)).find_map(|at| {
        let found = bytes[at..].starts_with(&mark).then(|| parse(&bytes[at..]).ok())??;
        match found {
            (Frame::Commit(commit), _) if commit.first > first => Some((at, commit)),
            _ => None,
        }
    })
}

fn push_frame(out: &mut Vec<u8>, field: u32, payload: &[u8]) {
    let field = field.to_le_bytes();
    let crc = crc32c::crc32c_append(crc32c::crc32c(&field), payload);
    out.extend_from_slice(&field);
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(payload);
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}

fn chain_at(bytes: &[u8], at: usize) -> ChainHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(&bytes[at..at + 32]);
    ChainHash::from_bytes(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_a_header_or_a_frame_is_noticed() {
        let header = SegmentHeader { first: EntryIndex::new(9), previous: ChainHash::from_bytes([7; 32]) };
        assert_eq!(SegmentHeader::decode(&header.encode()), Ok(header));
        let commit = Commit {
            first: EntryIndex::new(9),
            size: TreeSize::new(11),
            chain: ChainHash::from_bytes([5; 32]),
        };
        let (mut entry_frame, mut commit_frame) = (Vec::new(), Vec::new());
        push_entry(&mut entry_frame, b"an entry");
        push_commit(&mut commit_frame, &commit);
        assert_eq!(parse(&entry_frame), Ok((Frame::Entry(b"an entry"), 16)));
        assert_eq!(parse(&commit_frame), Ok((Frame::Commit(commit), COMMIT_LEN)));
        for bit in 0..HEADER_LEN * 8 {
            let mut bytes = header.encode();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(SegmentHeader::decode(&bytes).is_err(), "header bit {bit}");
        }
        for frame in [entry_frame, commit_frame] {
            for bit in 0..frame.len() * 8 {
                let mut bytes = frame.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(parse(&bytes).is_err(), "frame bit {bit}");
            }
        }
    }

    #[test]
    fn a_later_batch_is_found_behind_garbage_and_the_own_end_is_not_taken_for_one() {
        let at = |first, size| Commit {
            first: EntryIndex::new(first),
            size: TreeSize::new(size),
            chain: ChainHash::ZERO,
        };
        let mut bytes = vec![0xaa; 37];
        push_commit(&mut bytes, &at(4, 6));
        assert_eq!(find_later_commit(&bytes, EntryIndex::new(4)), None);
        push_commit(&mut bytes, &at(6, 7));
        assert_eq!(find_later_commit(&bytes, EntryIndex::new(4)), Some((37 + COMMIT_LEN, at(6, 7))));
    }
}
