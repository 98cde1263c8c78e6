//! Vectors of what is kept beside the log: payloads, slots, skeletons, roots, and their files.

use crate::base::{self, Making};
use crate::case::Case;
use crate::sealed::{INDEX, entry, opening, origin, randomness};
use ledger_spec::event::Kind;
use ledger_spec::event::envelope::{SignedEvent, VerifiedEvent};
use ledger_spec::sealed::{
    AuditorOpening, FileHeader, FileKind, Generation, Group, GroupKey, Hashing, IdentityKey, Kek, Place,
    Plain, RandomNonce, Root, SealedEntry, SkeletonKey, Slot, SlotSecret, StoreKey, VrfKey, push_frame,
};
use serde_json::{Value, json};
use tlog::bytes::{from_base64url_exact, to_hex};
use tlog::position::EntryIndex;

/// The group of the entry that is sealed.
const GROUP: Group = Group::new(INDEX / 4096);
const GENERATION: Generation = Generation::new(3);
/// Disclosures: base64url of `[salt, name, value]` (RFC 9901), here only texts with digests.
const DISCLOSURES: [&str; 2] = ["WyJhIiwibmFtZSIsIueUsiJd", "WyJiIiwiYWRkcmVzcyIsIuS5mSJd"];
/// Their SHA-256, as `private` names them.
const PRIVATE: [&str; 2] =
    ["JBXOha5y3_WpMDsPHoxKBNSerFek5t1QDeOwez_BqYY", "pfZIF0vGNk4r01tXzuD5Rl3LEZs2i58VrrWqC7qoqKE"];

fn accepted(name: &str, about: &str, input: Value) -> Case {
    Case::accepted("sealed", name, about, input)
}

fn refused(name: &str, about: &str, input: Value) -> Case {
    Case::refused("sealed", name, about, input)
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

fn flipped(hex: &Value, byte: usize) -> Value {
    let mut bytes = crate::answer::unhex(hex.as_str().unwrap());
    let at = bytes.len().saturating_sub(1).min(byte);
    bytes[at] ^= 1;
    json!(to_hex(&bytes))
}

fn complaint() -> VerifiedEvent {
    let body = json!({ "ground": "广告不实" });
    let making = Making::new(90, Kind::ComplaintFiled, base::DEPARTMENT, base::FIRM, body);
    SignedEvent::from_envelope(making.envelope().as_bytes()).unwrap().verify().unwrap()
}

fn group_key(byte: u8) -> GroupKey {
    GroupKey::filled(|key| key.fill(byte))
}

struct Kept {
    opening: AuditorOpening,
    entry: SealedEntry,
    payload: Vec<u8>,
    secret: SlotSecret,
}

/// An entry with its payload; `disclosures` are those that are left, `seed` the attempt that made its key.
fn kept(disclosures: &[&str], seed: u8) -> Kept {
    let opening = opening(&complaint(), 0);
    let entry = entry(&opening, &origin(), INDEX);
    let disclosures = disclosures.iter().map(|one| one.as_bytes().to_vec()).collect();
    let plain = Plain { content: opening.content.clone(), disclosures };
    let origin = origin();
    let place = Place { origin: &origin, index: entry.index };
    let (salt, key) = (randomness(0).content, randomness(seed).key);
    let (payload, secret) = plain.seal(key, salt, &place, &entry.commitment).unwrap();
    Kept { opening, entry, payload, secret }
}

fn slot_hex(secret: &SlotSecret, key: u8) -> String {
    to_hex(&secret.wrap(&group_key(key)).encode(EntryIndex::new(INDEX), GENERATION))
}

pub fn cases() -> Vec<Case> {
    let digests = PRIVATE.map(|text| from_base64url_exact::<32>(text).unwrap());
    let mut cases = payloads(&digests.map(|digest| to_hex(&digest)));
    cases.extend(slots());
    cases.extend(skeletons());
    cases.extend(roots());
    cases.extend(files());
    cases
}

fn payloads(private: &[String; 2]) -> Vec<Case> {
    let ask = |kept: &Kept, secret: &SlotSecret| {
        json!({
            "operation": "payload",
            "origin": base::ORIGIN,
            "index": INDEX,
            "generation": GENERATION.get(),
            "commitment": kept.entry.commitment.to_string(),
            "group_key": to_hex(group_key(7).expose()),
            "slot": slot_hex(secret, 7),
            "payload": to_hex(&kept.payload),
            "private": private,
        })
    };
    let whole = kept(&DISCLOSURES, 0);
    let left = kept(&DISCLOSURES[1..], 1);
    let mine = ask(&whole, &whole.secret);
    let other = to_hex(&[1; 32]);
    vec![
        accepted("payload", "content and two fields", mine.clone()),
        accepted(
            "payload-field-erased",
            "the first field was erased: sealed anew under a fresh key",
            ask(&left, &left.secret),
        ),
        accepted("payload-no-fields", "content alone", ask(&kept(&[], 2), &kept(&[], 2).secret)),
        refused(
            "payload-revived",
            "the payload of before the erasure, under the slot of after it",
            ask(&whole, &left.secret),
        ),
        refused(
            "payload-changed",
            "a bit of it",
            with(mine.clone(), "payload", flipped(&mine["payload"], 100)),
        ),
        refused(
            "payload-tag",
            "a bit of its tag",
            with(mine.clone(), "payload", flipped(&mine["payload"], usize::MAX)),
        ),
        refused(
            "payload-short",
            "no multiple of 256 and 16",
            with(mine.clone(), "payload", json!(to_hex(&[0; 271]))),
        ),
        refused(
            "payload-another-entry",
            "for another commitment",
            with(mine.clone(), "commitment", json!(other)),
        ),
        refused(
            "payload-another-log",
            "for another log",
            with(mine.clone(), "origin", json!("credit.example/other")),
        ),
        refused(
            "payload-undisclosed",
            "a field that the event does not name",
            with(mine.clone(), "private", json!([private[0]])),
        ),
        refused(
            "payload-order",
            "fields in another order than the event's",
            with(mine, "private", json!([private[1], private[0]])),
        ),
    ]
}

fn slots() -> Vec<Case> {
    let kept = kept(&[], 0);
    let ask = |slot: String| {
        json!({
            "operation": "slot",
            "index": INDEX,
            "generation": GENERATION.get(),
            "group_key": to_hex(group_key(7).expose()),
            "slot": slot,
        })
    };
    let mine = ask(slot_hex(&kept.secret, 7));
    let changed = |byte| with(mine.clone(), "slot", flipped(&mine["slot"], byte));
    vec![
        accepted("slot", "r0 and k of an entry, wrapped", mine.clone()),
        accepted("slot-empty", "all zeros: erased, or lost", ask(to_hex(&[0; Slot::LEN]))),
        refused("slot-changed", "a bit of it", changed(5)),
        refused("slot-crc", "a bit of its checksum", changed(usize::MAX)),
        refused(
            "slot-elsewhere",
            "at the place of another entry",
            with(mine.clone(), "index", json!(INDEX + 1)),
        ),
        refused("slot-older", "in a file of another generation", with(mine.clone(), "generation", json!(2))),
        refused("slot-key", "under the key of another group", ask(slot_hex(&kept.secret, 8))),
    ]
}

fn skeletons() -> Vec<Case> {
    let kept = kept(&[], 0);
    let (origin, key) = (origin(), SkeletonKey::filled(|key| key.fill(6)));
    let place = Place { origin: &origin, index: kept.entry.index };
    let remains = kept.opening.remains(Hashing::Sha256);
    let bytes = remains.seal(&key, RandomNonce([4; 24]), &place, &kept.entry.commitment);
    let mine = json!({
        "operation": "skeleton",
        "origin": base::ORIGIN,
        "index": INDEX,
        "commitment": kept.entry.commitment.to_string(),
        "skeleton_key": to_hex(key.expose()),
        "skeleton": to_hex(&bytes),
    });
    let changed = |byte| with(mine.clone(), "skeleton", flipped(&mine["skeleton"], byte));
    vec![
        accepted("skeleton", "what erasure leaves of an entry", mine.clone()),
        refused("skeleton-nonce", "a bit of its nonce", changed(0)),
        refused("skeleton-changed", "a bit of it", changed(100)),
        refused(
            "skeleton-short",
            "a byte is missing",
            with(mine.clone(), "skeleton", json!(to_hex(&bytes[..327]))),
        ),
        refused("skeleton-another-entry", "of another entry", with(mine.clone(), "index", json!(INDEX + 1))),
        refused("skeleton-key", "under another key", with(mine, "skeleton_key", json!(to_hex(&[7; 32])))),
    ]
}

fn root(generation: u64, kek: u8, nonce: u8) -> Vec<u8> {
    let mut root = Root::new(
        SkeletonKey::filled(|key| key.fill(1)),
        VrfKey::filled(|key| key.fill(2)),
        IdentityKey::filled(|key| key.fill(3)),
        StoreKey::filled(|key| key.fill(4)),
    );
    root.identities.renew(IdentityKey::filled(|key| key.fill(8))).unwrap();
    root.generation = Generation::new(generation);
    let mut byte = 10;
    root.make_groups(Group::new(0), || {
        byte += 1;
        group_key(byte)
    });
    root.renew(GROUP, group_key(7)).unwrap();
    root.seal(&origin(), &Kek::filled(|key| key.fill(kek)), RandomNonce([nonce; 24]))
}

fn roots() -> Vec<Case> {
    let ask = |a: Option<&[u8]>, b: Option<&[u8]>| {
        let mut input = json!({ "operation": "root", "origin": base::ORIGIN, "kek": to_hex(&[5; 32]) });
        for (name, file) in [("a", a), ("b", b)].into_iter().filter_map(|(name, file)| Some((name, file?))) {
            input[name] = json!(to_hex(file));
        }
        input
    };
    let (old, new, others, twin) = (root(4, 5, 1), root(5, 5, 2), root(6, 6, 3), root(5, 5, 4));
    let torn = &new[..60];
    let mut changed = new.clone();
    changed[70] ^= 1;
    let both = ask(Some(&new), Some(&new));
    vec![
        accepted("root", "two whole copies", both.clone()),
        accepted("root-older-beside", "copy B was not replaced yet", ask(Some(&new), Some(&old))),
        accepted("root-newer-b", "copy A was not replaced yet", ask(Some(&old), Some(&new))),
        accepted("root-torn", "copy A was torn: B counts", ask(Some(torn), Some(&old))),
        accepted("root-changed", "copy A is damaged: B counts", ask(Some(&changed), Some(&old))),
        accepted("root-alone", "one copy alone", ask(None, Some(&new))),
        refused("root-absent", "no copy", ask(None, None)),
        refused("root-both-torn", "no copy is whole", ask(Some(torn), Some(&twin[..60]))),
        refused("root-twins", "two whole copies of one generation that differ", ask(Some(&new), Some(&twin))),
        refused("root-kek", "under another master key", with(both.clone(), "kek", json!(to_hex(&[4; 32])))),
        refused("root-another-log", "another ledger's", with(both, "origin", json!("credit.example/other"))),
        refused(
            "root-newer-other-kek",
            "copy B is newer and under another master key: A does not count",
            ask(Some(&new), Some(&others)),
        ),
    ]
}

fn files() -> Vec<Case> {
    let of = |kind, generation| FileHeader { kind, group: GROUP, generation }.encode().to_vec();
    let header = |kind| of(kind, GENERATION);
    let ask = |kind: &str, file: &[u8]| json!({ "operation": "file", "kind": kind, "file": to_hex(file) });
    let body = |frames: &[(u64, &[u8])]| {
        let mut file = header(FileKind::Body);
        frames.iter().for_each(|(index, bytes)| push_frame(&mut file, EntryIndex::new(*index), bytes));
        file
    };
    let file = body(&[(4096, b"one"), (INDEX, b"two")]);
    let mut changed = file.clone();
    changed[45] ^= 1;
    let mut crc = header(FileKind::Slot);
    crc[9] ^= 1;
    vec![
        accepted("file-slot", "the header of a slot file", ask("slot", &header(FileKind::Slot))),
        accepted(
            "file-link",
            "a file of skeletons without one",
            ask("link", &of(FileKind::Link, Generation::FIRST)),
        ),
        refused(
            "file-link-again",
            "a file of skeletons that was made again",
            ask("link", &header(FileKind::Link)),
        ),
        accepted("file-body", "two frames", ask("body", &file)),
        refused("file-kind", "a body file where slots are expected", ask("slot", &file)),
        refused("file-header", "a bit of a header", ask("slot", &crc)),
        refused("file-header-short", "a header that was torn", ask("slot", &crc[..27])),
        refused("file-torn", "the last frame was torn", ask("body", &file[..file.len() - 1])),
        refused("file-changed", "a bit of a frame", ask("body", &changed)),
        refused(
            "file-length",
            "a length that no frame has",
            ask("body", &[header(FileKind::Body), vec![0; 16]].concat()),
        ),
        refused("file-another-group", "an entry of another group", ask("body", &body(&[(8192, b"one")]))),
        refused(
            "file-twice",
            "two frames of one entry",
            ask("body", &body(&[(INDEX, b"one"), (INDEX, b"two")])),
        ),
    ]
}
