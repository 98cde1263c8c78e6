//! The files of a group: headers, frames, places of slots; what a crash or a wrong file looks like.

use ledger_spec::sealed::{
    FileHeader, FileKind, Frame, FrameError, Frames, GROUP_LEN, Generation, Group, RecordFault, Slot,
    push_frame,
};
use proptest::prelude::*;
use tlog::position::EntryIndex;

const KINDS: [FileKind; 3] = [FileKind::Body, FileKind::Slot, FileKind::Link];

fn header(kind: FileKind) -> FileHeader {
    let generation = if kind == FileKind::Link { Generation::FIRST } else { Generation::new(7) };
    FileHeader { kind, group: Group::new(2), generation }
}

#[test]
fn a_header_says_which_file_it_is_of_and_every_bit_of_it_counts() {
    for kind in KINDS {
        let header = header(kind);
        let bytes = header.encode();
        assert_eq!(FileHeader::decode(kind, &[&bytes[..], b"more"].concat()), Ok(header));
        for other in KINDS.into_iter().filter(|other| *other != kind) {
            let found = bytes[..8].try_into().unwrap();
            assert_eq!(FileHeader::decode(other, &bytes), Err(RecordFault::Magic { found }));
        }
        for bit in 0..8 * bytes.len() {
            let mut changed = bytes;
            changed[bit / 8] ^= 1 << (bit % 8);
            match FileHeader::decode(kind, &changed) {
                Err(RecordFault::Magic { .. }) => assert!(bit < 64),
                Err(RecordFault::Checksum { found, expected }) => assert!(bit >= 64 && found != expected),
                other => panic!("bit {bit}: {other:?}"),
            }
        }
        for cut in 0..bytes.len() {
            let short = RecordFault::Short { found: u64::try_from(cut).unwrap(), expected: 28 };
            assert_eq!(FileHeader::decode(kind, &bytes[..cut]), Err(short));
        }
    }
    assert_eq!(header(FileKind::Slot).file_name(), "000000000002.000000000007.slot");
    assert_eq!(header(FileKind::Body).file_name(), "000000000002.000000000007.body");
    assert_eq!(header(FileKind::Link).file_name(), "000000000002.000000000000.link");
    let again = FileHeader { generation: Generation::new(1), ..header(FileKind::Link) };
    let wrong = RecordFault::Generation { found: Generation::new(1), expected: Generation::FIRST };
    assert_eq!(FileHeader::decode(FileKind::Link, &again.encode()), Err(wrong));
}

#[test]
fn a_slot_lies_where_its_index_says() {
    for (index, offset) in [(0, 28), (1, 136), (4095, 28 + 4095 * 108), (4096, 28), (8200, 28 + 8 * 108)] {
        let index = EntryIndex::new(index);
        assert_eq!(Slot::offset(index), offset);
        assert_eq!(Group::of(index), Group::new(index.get() / 4096));
    }
    assert_eq!(GROUP_LEN * 108 + 28, Slot::offset(EntryIndex::new(4095)) + 108);
}

/// A file of frames for the entries given.
fn file(frames: &[(u64, &[u8])]) -> Vec<u8> {
    let mut file = header(FileKind::Body).encode().to_vec();
    frames.iter().for_each(|(index, bytes)| push_frame(&mut file, EntryIndex::new(*index), bytes));
    file
}

fn frames(file: &[u8]) -> Vec<Result<Frame<'_>, FrameError>> {
    Frames::of(file, &header(FileKind::Body)).collect()
}

#[test]
fn frames_are_read_until_the_end_or_the_first_that_is_none() {
    let file = file(&[(8192, b"a"), (8200, b""), (12287, b"bcd")]);
    let read: Vec<_> = frames(&file).into_iter().map(Result::unwrap).collect();
    let said: Vec<_> = read.iter().map(|f| (f.index.get(), f.bytes, f.offset, f.end)).collect();
    assert_eq!(said, [(8192, b"a".as_slice(), 28, 45), (8200, b"", 45, 61), (12287, b"bcd", 61, 80)]);
    assert_eq!(file.len(), 80);
    // A crash leaves a beginning: whole frames stay, and the place where the rest is cut is named.
    for cut in 28..file.len() {
        let read = frames(&file[..cut]);
        let whole = said.iter().filter(|(.., end)| *end <= u64::try_from(cut).unwrap()).count();
        assert_eq!(read.iter().filter(|one| one.is_ok()).count(), whole);
        let ends = said.iter().any(|(.., end)| *end == u64::try_from(cut).unwrap()) || cut == 28;
        match read.last() {
            Some(Err(FrameError { offset, fault: RecordFault::Short { found, expected } })) => {
                assert!(!ends && found < expected);
                assert_eq!(*offset, whole.checked_sub(1).map_or(28, |last| said[last].3));
            }
            _ => assert!(ends, "cut at {cut}"),
        }
    }
}

#[test]
fn every_bit_of_a_frame_counts() {
    let file = file(&[(8192, b"a"), (8200, b"bc")]);
    for bit in 8 * 28..8 * 45 {
        let mut changed = file.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let read = frames(&changed);
        assert_eq!(read.len(), 1, "nothing after damage is believed");
        let FrameError { offset, fault } = read[0].unwrap_err();
        assert_eq!(offset, 28);
        match fault {
            RecordFault::Checksum { found, expected } => assert_ne!(found, expected),
            RecordFault::Short { found, expected } => assert!(bit < 8 * 32 && found < expected),
            RecordFault::Length { found, expected } => {
                assert!(bit < 8 * 32 && !(8..=expected).contains(&found))
            }
            other => panic!("bit {bit}: {other}"),
        }
    }
}

#[test]
fn frames_of_another_group_or_out_of_order_are_refused() {
    let refused = |frames_: &[(u64, &[u8])]| frames(&file(frames_)).pop().unwrap().unwrap_err();
    for (frames, offset, found, expected) in [
        (vec![(8191, b"a".as_slice())], 28, 8191, 8192),
        (vec![(12288, b"a")], 28, 12288, 8192),
        (vec![(8192, b"a"), (8192, b"a")], 45, 8192, 8193),
        (vec![(8193, b"a"), (8192, b"a")], 45, 8192, 8194),
    ] {
        let (found, expected) = (EntryIndex::new(found), EntryIndex::new(expected));
        let fault = RecordFault::Index { found, expected, group: Group::new(2) };
        assert_eq!(refused(&frames), FrameError { offset, fault });
    }
}

proptest! {
    #[test]
    fn what_is_read_was_written(
        frames_ in proptest::collection::btree_map(0..GROUP_LEN, proptest::collection::vec(any::<u8>(), 0..40), 0..9),
        cut in any::<prop::sample::Index>(),
    ) {
        let written: Vec<_> = frames_.iter().map(|(at, bytes)| (8192 + at, bytes.as_slice())).collect();
        let file = file(&written);
        let read: Vec<_> = frames(&file).into_iter().map(|f| f.map(|f| (f.index.get(), f.bytes)).unwrap()).collect();
        prop_assert_eq!(&read, &written);
        let cut = 28 + cut.index(file.len() - 27);
        let left = frames(&file[..cut]);
        for (found, written) in left.iter().flatten().zip(&written) {
            prop_assert_eq!((found.index.get(), found.bytes), *written);
        }
    }
}
