//! Payloads, slots and skeletons: every bit, and what somebody brings from elsewhere or from before.

use crate::sample::{HASHING, Sealed, complaint, copy, entry, listed, origin, randomness, sealed};
use ledger_spec::sealed::{
    Content, ContentError, FreshKey, Generation, GroupKey, LinkError, LinkPlace, Opening, PayloadError,
    Place, Plain, RandomNonce, RecordFault, Remains, SealedEntry, SkeletonError, SkeletonKey, Slot,
    SlotSecret, UnwrapError,
};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use tlog::checkpoint::Origin;
use tlog::position::EntryIndex;

fn group_key(byte: u8) -> GroupKey {
    GroupKey::filled(|key| key.fill(byte))
}

fn key(seed: u8) -> FreshKey {
    randomness(seed).key
}

fn plain(of: &Sealed, disclosures: &[&str]) -> Plain {
    let disclosures = disclosures.iter().map(|one| one.as_bytes().to_vec()).collect();
    Plain { content: of.opening.content.clone(), disclosures }
}

/// The payload of an entry and what its slot holds.
fn seal(of: &Sealed, plain: &Plain, seed: u8) -> (Vec<u8>, SlotSecret) {
    let origin = origin();
    let place = Place { origin: &origin, index: of.entry.index };
    plain.seal(key(seed), copy(&of.opening).content_salt, &place, &of.entry.commitment).unwrap()
}

fn open(
    payload: &[u8],
    secret: &SlotSecret,
    entry: &SealedEntry,
    origin: &Origin,
) -> Result<Plain, PayloadError> {
    Plain::open(payload.to_vec(), secret, &Place { origin, index: entry.index }, &entry.commitment)
}

#[test]
fn a_payload_opens_for_its_entry_under_its_slot_and_nowhere_else() {
    let mine = sealed(&listed(), 0);
    let plain = plain(&mine, &["one", "two"]);
    let (payload, secret) = seal(&mine, &plain, 0);
    assert_eq!(payload.len() % 256, 16);
    assert_eq!(open(&payload, &secret, &mine.entry, &origin()), Ok(plain.clone()));
    let moved = SealedEntry { index: EntryIndex::new(10), ..mine.entry };
    let other = sealed(&complaint(), 1);
    for entry in [&moved, &other.entry] {
        assert_eq!(open(&payload, &secret, entry, &origin()), Err(PayloadError::Key));
    }
    let log = Origin::parse("credit.example/other").unwrap();
    assert_eq!(open(&payload, &secret, &mine.entry, &log), Err(PayloadError::Key));
    // The slot of another entry.
    let (_, others) = seal(&other, &self::plain(&other, &[]), 1);
    assert_eq!(open(&payload, &others, &mine.entry, &origin()), Err(PayloadError::Key));
}

#[test]
fn a_payload_brought_back_after_a_field_was_erased_does_not_open() {
    let mine = sealed(&listed(), 0);
    let (before, old) = seal(&mine, &plain(&mine, &["one", "two"]), 0);
    // One field is erased: the rest is sealed anew, the salt stays and so does every opening.
    let origin = origin();
    let place = Place { origin: &origin, index: mine.entry.index };
    let left = plain(&mine, &["two"]);
    let (after, new) = left.seal(key(1), old.into_salt(), &place, &mine.entry.commitment).unwrap();
    assert_eq!(open(&after, &new, &mine.entry, &origin), Ok(left));
    assert_eq!(open(&before, &new, &mine.entry, &origin), Err(PayloadError::Key));
    assert_eq!(new.salt().expose(), mine.opening.content_salt.expose());
}

#[test]
fn every_bit_of_a_payload_counts() {
    let mine = sealed(&complaint(), 0);
    let (payload, secret) = seal(&mine, &plain(&mine, &["one"]), 0);
    for bit in 0..8 * payload.len() {
        let mut changed = payload.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&changed, &secret, &mine.entry, &origin()), Err(PayloadError::Key), "bit {bit}");
    }
    for cut in 0..payload.len() {
        let found = open(&payload[..cut], &secret, &mine.entry, &origin());
        let length = PayloadError::Length { found: cut, expected: Plain::MAX_LEN + 16 };
        let whole_steps = cut >= 16 && (cut - 16) % 256 == 0;
        assert_eq!(found, Err(if whole_steps { PayloadError::Key } else { length }), "cut at {cut}");
    }
}

#[test]
fn where_randomness_repeats_two_entries_still_differ() {
    let same = Plain { content: b"the same".to_vec(), disclosures: Vec::new() };
    let [one, two] = [sealed(&listed(), 0), sealed(&complaint(), 0)].map(|of| seal(&of, &same, 0).0);
    let alike = one.iter().zip(&two).filter(|(a, b)| a == b).count();
    assert!(alike < 16, "{alike} of {} bytes are alike, where one in 256 is by chance", one.len());
}

#[test]
fn the_layout_of_what_is_encrypted() {
    let plain = Plain { content: b"abc".to_vec(), disclosures: vec![b"de".to_vec(), Vec::new()] };
    let bytes = plain.encode().unwrap();
    let begin = b"\x03\0\0\0abc\x02\x02\0de\0\0";
    assert_eq!((bytes.len(), &bytes[..begin.len()]), (256, begin.as_slice()));
    assert!(bytes[begin.len()..].iter().all(|&byte| byte == 0));
    let changed = |at: usize, with: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[at..at + with.len()].copy_from_slice(with);
        Plain::decode(&bytes)
    };
    assert_eq!(changed(255, &[1]), Err(PayloadError::Padding));
    assert_eq!(changed(0, &[255; 4]), Err(too_long("content", 0xffff_ffff, Content::MAX_LEN)));
    assert_eq!(changed(0, &[1, 1]), Err(PayloadError::Short { found: 256, expected: 4 + 257 }));
    assert_eq!(changed(7, &[65]), Err(too_long("a number of disclosures", 65, 64)));
    assert_eq!(changed(8, &[0, 1]), Err(PayloadError::Short { found: 256, expected: 266 }));
    assert_eq!(Plain::decode(&bytes[..255]), Err(PayloadError::Length { found: 271, expected: 131_088 }));
    assert_eq!(Plain::decode(&[]), Err(PayloadError::Short { found: 0, expected: 4 }));
    // A whole step of zeros more is a second spelling.
    assert_eq!(Plain::decode(&[&bytes[..], &[0; 256]].concat()), Err(PayloadError::Padding));
    // What ends with a step has no padding at all.
    let full = Plain { content: vec![7; 251], disclosures: Vec::new() };
    assert_eq!(full.encode().unwrap().len(), 256);
    assert_eq!(Plain::decode(&full.encode().unwrap()), Ok(full));
}

fn too_long(what: &'static str, found: usize, expected: usize) -> PayloadError {
    PayloadError::TooLong { what, found, expected }
}

#[test]
fn what_does_not_fit_is_refused_before_it_is_sealed() {
    let plain = |content: usize, disclosures: &[usize]| {
        let disclosures = disclosures.iter().map(|&length| vec![b'x'; length]).collect();
        Plain { content: vec![0; content], disclosures }.encode().map(|bytes| bytes.len())
    };
    assert_eq!(
        plain(Content::MAX_LEN + 1, &[]),
        Err(too_long("content", Content::MAX_LEN + 1, Content::MAX_LEN))
    );
    assert_eq!(plain(0, &[0; 65]), Err(too_long("a number of disclosures", 65, 64)));
    assert_eq!(plain(0, &[65_536]), Err(too_long("a disclosure", 65_536, 65_535)));
    assert_eq!(plain(0, &[65_535, 65_528]), Ok(Plain::MAX_LEN));
    assert_eq!(
        plain(0, &[65_535, 65_529]),
        Err(too_long("all together", Plain::MAX_LEN + 256, Plain::MAX_LEN))
    );
}

#[test]
fn disclosures_are_those_that_the_event_names_in_its_order() {
    let digest = |text: &str| <[u8; 32]>::from(Sha256::digest(text));
    let private = ["one", "two", "three"].map(digest);
    let disclosed = |texts: &[&str]| {
        let disclosures = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        let plain = Plain { content: Vec::new(), disclosures };
        plain.disclosed(&private).map(|found| found.iter().map(|one| one.is_some()).collect::<Vec<_>>())
    };
    assert_eq!(disclosed(&["one", "two", "three"]), Ok(vec![true, true, true]));
    assert_eq!(disclosed(&["one", "three"]), Ok(vec![true, false, true]));
    assert_eq!(disclosed(&[]), Ok(vec![false; 3]));
    let wrong = |position, text: &str| {
        Err(PayloadError::Disclosure { position, found: tlog::bytes::to_hex(&digest(text)) })
    };
    assert_eq!(disclosed(&["one", "four"]), wrong(1, "four"));
    assert_eq!(disclosed(&["two", "one"]), wrong(1, "one"));
    assert_eq!(disclosed(&["two", "two"]), wrong(1, "two"));
}

#[test]
fn a_slot_unwraps_under_the_key_of_its_group_alone() {
    let mine = sealed(&listed(), 0);
    let (payload, secret) = seal(&mine, &plain(&mine, &[]), 0);
    let slot = secret.wrap(&group_key(1));
    let (index, generation) = (mine.entry.index, Generation::new(3));
    let bytes = slot.encode(index, generation);
    assert_eq!(bytes.len(), 108);
    assert_eq!(Slot::decode(&bytes, index, generation), Ok(slot));
    let back = slot.unwrap_with(&group_key(1), index).unwrap().unwrap();
    assert!(open(&payload, &back, &mine.entry, &origin()).is_ok());
    assert_eq!(back.salt().expose(), mine.opening.content_salt.expose());
    let found = slot.unwrap_with(&group_key(2), index).unwrap_err();
    assert_eq!(found, UnwrapError { index, group: ledger_spec::sealed::Group::new(0) });
    assert_eq!(
        (format!("{secret:?}"), format!("{slot:?}")),
        ("SlotSecret { salt: ContentSalt(…), key: FreshKey(…) }".to_owned(), "Slot::Wrapped(…)".to_owned())
    );
    assert!(Slot::Empty.unwrap_with(&group_key(1), index).unwrap().is_none());
}

#[test]
fn every_bit_of_a_slot_counts_and_so_do_its_place_and_generation() {
    let mine = sealed(&listed(), 0);
    let slot = seal(&mine, &plain(&mine, &[]), 0).1.wrap(&group_key(1));
    let (index, generation) = (mine.entry.index, Generation::new(3));
    let bytes = slot.encode(index, generation);
    for bit in 0..8 * Slot::LEN {
        let mut changed = bytes;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(matches!(Slot::decode(&changed, index, generation), Err(RecordFault::Checksum { .. })));
        // And were the checksum made anew, the key would not take it.
        if bit < 8 * Slot::WRAPPED {
            let forged = Slot::Wrapped(changed[..Slot::WRAPPED].try_into().unwrap());
            assert!(forged.unwrap_with(&group_key(1), index).is_err(), "bit {bit}");
        }
    }
    let elsewhere = Slot::decode(&bytes, EntryIndex::new(10), generation);
    assert!(matches!(elsewhere, Err(RecordFault::Checksum { found, expected }) if found != expected));
    let older = Slot::decode(&bytes, index, Generation::new(2));
    assert!(matches!(older, Err(RecordFault::Checksum { found, expected }) if found != expected));
    // Erased: nothing is left but zeros, anywhere.
    assert_eq!(Slot::Empty.encode(index, generation), [0; Slot::LEN]);
    assert_eq!(Slot::decode(&[0; Slot::LEN], index, generation), Ok(Slot::Empty));
}

fn skeleton(of: &Sealed, byte: u8) -> Vec<u8> {
    let (origin, key) = (origin(), SkeletonKey::filled(|key| key.fill(1)));
    let place = Place { origin: &origin, index: of.entry.index };
    of.opening.remains(HASHING).seal(&key, RandomNonce([byte; 24]), &place, &of.entry.commitment)
}

fn unseal(bytes: &[u8], key: u8, entry: &SealedEntry) -> Result<Remains, SkeletonError> {
    let (origin, key) = (origin(), SkeletonKey::filled(|bytes| bytes.fill(key)));
    Remains::unseal(bytes, &key, &Place { origin: &origin, index: entry.index }, &entry.commitment)
}

#[test]
fn a_skeleton_opens_the_links_of_its_entry_after_the_content_is_gone() {
    for event in [listed(), complaint()] {
        let mine = sealed(&event, 0);
        let bytes = skeleton(&mine, 5);
        assert_eq!(bytes.len(), Remains::SKELETON);
        assert_eq!(bytes.len(), 328);
        let remains = unseal(&bytes, 1, &mine.entry).unwrap();
        assert_eq!(remains.open(&mine.entry, &origin()).unwrap().links(), &mine.opening.links);
        for at in LinkPlace::ALL {
            let link = Opening::Link(remains.of_link(HASHING, at));
            assert_eq!(link.encode(), Opening::Link(mine.opening.of_link(HASHING, at)).encode());
        }
        assert!(matches!(unseal(&bytes, 2, &mine.entry), Err(SkeletonError::Key)));
        let moved = SealedEntry { index: EntryIndex::new(10), ..mine.entry };
        assert!(matches!(unseal(&bytes, 1, &moved), Err(SkeletonError::Key)));
        for bit in 0..8 * bytes.len() {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(unseal(&changed, 1, &mine.entry), Err(SkeletonError::Key)));
        }
        for length in (0..=bytes.len() + 1).filter(|&length| length != bytes.len()) {
            let longer = [bytes.as_slice(), &[0]].concat();
            let wrong = unseal(&longer[..length], 1, &mine.entry).unwrap_err();
            assert_eq!(wrong, SkeletonError::Length { found: length, expected: 328 });
        }
    }
}

#[test]
fn a_skeleton_with_links_that_are_none_is_refused_although_its_key_made_it() {
    let mut mine = sealed(&listed(), 0);
    mine.opening.links.issuer.link.previous = None;
    mine.entry = entry(&mine.opening, &origin(), 9);
    let found = unseal(&skeleton(&mine, 5), 1, &mine.entry).unwrap_err();
    let fault = LinkError::Version { at: LinkPlace::Issuer, version: 40, previous: None };
    assert_eq!(found, SkeletonError::Link(fault));
}

#[test]
fn content_in_a_payload_is_still_a_claim() {
    // The payload decrypts, and what it holds is not what the entry commits to: the opening says so.
    let mine = sealed(&listed(), 0);
    let other = Plain { content: Content::of(&complaint()).encode().unwrap(), disclosures: Vec::new() };
    let (payload, secret) = seal(&mine, &other, 0);
    let read = open(&payload, &secret, &mine.entry, &origin()).unwrap();
    let mut opening = mine.opening.of_content(HASHING);
    opening.content = read.content;
    let found = opening.open(&mine.entry, &origin(), &mut tlog::key::PublicKey::parse);
    assert!(matches!(found, Err(ledger_spec::sealed::OpenError::Commitment { .. })));
    assert_eq!(Content::decode(&[]), Err(ContentError::Layout));
}

proptest! {
    #[test]
    fn any_payload_reads_back(
        content in proptest::collection::vec(any::<u8>(), 0..2000),
        disclosures in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..8),
    ) {
        let plain = Plain { content, disclosures };
        let bytes = plain.encode().unwrap();
        prop_assert_eq!(bytes.len() % 256, 0);
        prop_assert_eq!(Plain::decode(&bytes), Ok(plain.clone()));
        let mine = sealed(&complaint(), 0);
        let (payload, secret) = seal(&mine, &plain, 3);
        prop_assert_eq!(payload.len(), bytes.len() + 16);
        prop_assert_eq!(open(&payload, &secret, &mine.entry, &origin()), Ok(plain));
    }
}
