//! The root: its bytes, its two copies, and what somebody brings back.

use crate::sample::origin;
use ledger_spec::sealed::{
    ChooseError, ChosenRoot, Generation, Group, GroupKey, IdentityKey, Kek, KekId, OtherCopy, RandomNonce,
    RecordFault, Root, RootCopy, RootError, SkeletonKey, StoreKey, VrfKey,
};
use tlog::checkpoint::Origin;

fn kek(byte: u8) -> Kek {
    Kek::filled(|key| key.fill(byte))
}

fn fresh(byte: u8) -> GroupKey {
    GroupKey::filled(|key| key.fill(byte))
}

fn root(generation: u64) -> Root {
    let mut root = Root::new(
        SkeletonKey::filled(|key| key.fill(1)),
        VrfKey::filled(|key| key.fill(2)),
        IdentityKey::filled(|key| key.fill(3)),
        StoreKey::filled(|key| key.fill(4)),
    );
    root.identities.renew(IdentityKey::filled(|key| key.fill(5))).unwrap();
    root.generation = Generation::new(generation);
    let mut byte = 10;
    root.make_groups(Group::new(0), || {
        byte += 1;
        fresh(byte)
    });
    root
}

fn sealed(generation: u64, key: u8, nonce: u8) -> Vec<u8> {
    root(generation).seal(&origin(), &kek(key), RandomNonce([nonce; 24]))
}

fn choose(a: Option<&[u8]>, b: Option<&[u8]>) -> Result<(u64, RootCopy, OtherCopy), ChooseError> {
    let chosen = ChosenRoot::of(a, b, &origin(), &kek(1))?;
    Ok((chosen.root.generation.get(), chosen.copy, chosen.other))
}

#[test]
fn a_root_reads_back_under_its_key_for_its_ledger() {
    let file = sealed(4, 1, 9);
    assert_eq!(file.len(), 52 + 96 + 1 + 2 * 32 + 65 * 40 + 16 + 4);
    let read = Root::open(&file, &origin(), &kek(1)).unwrap();
    assert_eq!((read.generation, read.groups()), (Generation::new(4), 65));
    assert_eq!(read.skeleton.expose(), &[1; 32]);
    assert_eq!(read.vrf.expose(), &[2; 32]);
    assert_eq!(read.identities.first().expose(), &[3; 32]);
    assert_eq!(read.identities.later().iter().map(IdentityKey::expose).collect::<Vec<_>>(), [&[5; 32]]);
    assert_eq!(read.store.expose(), &[4; 32]);
    let (generation, key) = read.group(Group::new(64)).unwrap();
    assert_eq!((generation, key.expose()), (Generation::FIRST, &[75; 32]));
    assert_eq!(read.seal(&origin(), &kek(1), RandomNonce([9; 24])), file);
    let other = Origin::parse("credit.example/ledger/access").unwrap();
    let wrong = RootError::Key { generation: Generation::new(4) };
    assert_eq!(Root::open(&file, &other, &kek(1)).unwrap_err(), wrong);
    let (found, expected) = (KekId::of(&kek(1)), KekId::of(&kek(2)));
    let wrong = RootError::Kek { generation: Generation::new(4), found, expected };
    assert_eq!(Root::open(&file, &origin(), &kek(2)).unwrap_err(), wrong);
    assert!(!format!("{read:?}").contains("[1, 1"), "no key is printed");
}

/// The file with a change and the checksum of that, as somebody who means it would write it.
fn forged(file: &[u8], bit: usize) -> Vec<u8> {
    let mut changed = file[..file.len() - 4].to_vec();
    changed[bit / 8] ^= 1 << (bit % 8);
    let crc = crc32c::crc32c(&changed);
    changed.extend(crc.to_le_bytes());
    changed
}

#[test]
fn every_bit_of_a_root_counts() {
    let file = sealed(4, 1, 9);
    for bit in 0..8 * file.len() {
        let mut changed = file.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        match Root::open(&changed, &origin(), &kek(1)) {
            Err(RootError::Record(RecordFault::Magic { .. })) => assert!(bit < 64),
            Err(RootError::Record(RecordFault::Checksum { .. })) => assert!(bit >= 64),
            Err(RootError::Record(RecordFault::Short { .. }) | RootError::Length { .. }) => {
                assert!((48 * 8..52 * 8).contains(&bit));
            }
            other => panic!("bit {bit}: {other:?}"),
        }
    }
    // With a checksum that fits: the key id says that it is another's, and the rest is authenticated.
    for bit in (64..48 * 8).chain(52 * 8..8 * (file.len() - 4)) {
        match Root::open(&forged(&file, bit), &origin(), &kek(1)) {
            Err(RootError::Kek { .. }) => assert!((128..192).contains(&bit)),
            Err(RootError::Key { .. }) => assert!(!(128..192).contains(&bit)),
            other => panic!("bit {bit}: {other:?}"),
        }
    }
    for cut in 0..file.len() {
        let short = Root::open(&file[..cut], &origin(), &kek(1)).unwrap_err();
        assert!(matches!(short, RootError::Record(RecordFault::Short { .. })), "{cut}: {short}");
    }
    let longer = [file.as_slice(), &[0]].concat();
    let wrong = RootError::Length { found: file.len() + 1, expected: file.len() };
    assert_eq!(Root::open(&longer, &origin(), &kek(1)).unwrap_err(), wrong);
}

#[test]
fn the_newest_whole_copy_counts() {
    let (old, new) = (sealed(4, 1, 9), sealed(5, 1, 8));
    let older = OtherCopy::Older(Generation::new(4));
    assert_eq!(choose(Some(&new), Some(&new)), Ok((5, RootCopy::A, OtherCopy::Same)));
    assert_eq!(choose(Some(&new), Some(&old)), Ok((5, RootCopy::A, older)));
    assert_eq!(choose(Some(&old), Some(&new)), Ok((5, RootCopy::B, older)));
    assert_eq!(choose(Some(&old), None), Ok((4, RootCopy::A, OtherCopy::Absent)));
    assert_eq!(choose(None, Some(&new)), Ok((5, RootCopy::B, OtherCopy::Absent)));
    // A write that was torn leaves the other copy, wherever it was torn.
    for cut in 0..new.len() {
        let (generation, copy, other) = choose(Some(&new[..cut]), Some(&old)).unwrap();
        assert_eq!((generation, copy), (4, RootCopy::B));
        assert!(matches!(other, OtherCopy::Refused(RootError::Record(_))));
    }
}

#[test]
fn no_copy_that_counts_is_said_with_its_reason() {
    let (mine, torn, others) = (sealed(4, 1, 9), &sealed(4, 1, 9)[..50], sealed(3, 2, 9));
    assert_eq!(choose(None, None), Err(ChooseError::Absent));
    let short = RecordFault::Short { found: 50, expected: 52 };
    let fault = RootError::Record(short);
    assert_eq!(choose(Some(torn), None), Err(ChooseError::Neither { copy: RootCopy::A, fault }));
    assert_eq!(choose(None, Some(torn)), Err(ChooseError::Neither { copy: RootCopy::B, fault }));
    assert_eq!(choose(Some(torn), Some(torn)), Err(ChooseError::Neither { copy: RootCopy::A, fault }));
    // An older one under another master key is no better than none.
    let found = choose(Some(&others), Some(&mine)).unwrap();
    assert!(matches!(found, (4, RootCopy::B, OtherCopy::Refused(RootError::Kek { .. }))));
    // Two roots of one generation, though both are whole and under the key.
    let twice = choose(Some(&mine), Some(&sealed(4, 1, 8)));
    assert_eq!(twice, Err(ChooseError::Differ { found: Generation::new(4) }));
}

#[test]
fn an_older_root_is_not_taken_where_a_newer_one_is_under_another_key() {
    let (old, new) = (sealed(4, 1, 9), sealed(5, 2, 9));
    let newer = |copy| {
        let (found, older) = (Generation::new(5), Generation::new(4));
        Err(ChooseError::Newer { copy, found, older, kek: KekId::of(&kek(2)) })
    };
    assert_eq!(choose(Some(&new), Some(&old)), newer(RootCopy::A));
    assert_eq!(choose(Some(&old), Some(&new)), newer(RootCopy::B));
}

#[test]
fn a_file_of_an_older_generation_has_no_key() {
    let mut root = root(4);
    let group = Group::new(7);
    assert_eq!(root.key_of(group, Generation::FIRST).unwrap().expose(), &[18; 32]);
    let generation = root.renew(group, fresh(99)).unwrap();
    assert_eq!(generation, Generation::new(1));
    assert_eq!(root.key_of(group, generation).unwrap().expose(), &[99; 32]);
    for found in [0, 2] {
        let found = Generation::new(found);
        let wrong = RootError::Generation { group, found, expected: generation };
        assert_eq!(root.key_of(group, found).unwrap_err(), wrong);
    }
    let none = RootError::Group { found: Group::new(65), expected: 65 };
    assert_eq!(root.key_of(Group::new(65), Generation::FIRST).unwrap_err(), none);
    assert_eq!(root.renew(Group::new(65), fresh(1)).unwrap_err(), none);
    assert_eq!(
        root.group(Group::new(u64::MAX)).unwrap_err(),
        RootError::Group { found: Group::new(u64::MAX), expected: 65 }
    );
}

#[test]
fn keys_are_made_ahead_and_never_made_anew() {
    let mut root = root(4);
    assert!(!root.wants_groups(Group::new(0)));
    assert!(!root.wants_groups(Group::new(33)) && root.wants_groups(Group::new(34)));
    root.make_groups(Group::new(34), || fresh(200));
    assert_eq!(root.groups(), 99);
    assert_eq!(root.group(Group::new(64)).unwrap().1.expose(), &[75; 32]);
    assert_eq!(root.group(Group::new(65)).unwrap().1.expose(), &[200; 32]);
    root.make_groups(Group::new(34), || panic!("none is missing"));
}

#[test]
fn a_master_key_is_read_from_its_line_and_from_nothing_else() {
    let key = Kek::copied(&[9; 32]);
    let text = key.secret_text();
    assert_eq!(Kek::parse(&text).unwrap().expose(), &[9; 32]);
    for text in ["", "MASTER+KEY+", "MASTER+KEY+AAAA", &text[1..], &format!("{}=", text.as_str())] {
        assert!(Kek::parse(text).is_err(), "{text}");
    }
}
