//! Cases about whole ledgers: projections at two instants, and what the audit finds.

use super::case::Case;
use crate::base::{FIRM, Making, ORIGIN, OTHER_FIRM, accepting, deciding, removing, revoking};
use crate::evidence::base_entries;
use ledger_spec::entry::StreamVersion;
use ledger_spec::entry::{Entry, EntrySignature};
use ledger_spec::event::{Kind, StepKind};
use ledger_spec::time::RecordedTime;
use serde_json::{Value, json};
use tlog::bytes::to_hex;
use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::merkle::root_of;
use tlog::position::{EntryIndex, TreeSize};

pub fn cases(base: &Value) -> Vec<Case> {
    let mut cases = projections();
    cases.extend(audits(base));
    cases
}

fn projections() -> Vec<Case> {
    let list = Some("market.serious");
    let then = [
        accepting(19, 11, list),
        deciding(20, Kind::Step(StepKind::RepairGranted), 11, list),
        removing(21, 10),
        revoking(22, 9),
    ];
    let then: Vec<_> = then.iter().map(Making::timed).collect();
    let of = |subject: &str, valid_at: &str, known_at: Value| json!({ "ledger": "base", "then": then, "subject": subject, "valid_at": valid_at, "known_at": known_at });
    let on = |valid_at: &str, known_at: Value| json!({ "ledger": "base", "then": then, "list": "market.serious", "valid_at": valid_at, "known_at": known_at });
    let accepted = |name: &str, about: &str, input| Case::accepted("projection", name, about, input);
    let (november, december) = ("2025-11-12T00:00:00+08:00", "2025-12-01T12:00:00+08:00");
    vec![
        accepted("standing-no-record", "P01: a subject without entries", of(OTHER_FIRM, december, json!(16))),
        accepted(
            "standing-not-yet",
            "a valid time before all that is known",
            of(FIRM, "2025-10-01T00:00:00+08:00", json!(16)),
        ),
        accepted(
            "standing-in-force",
            "P02, P03, P05, P07: all holds and the application is undecided",
            of(FIRM, november, json!(16)),
        ),
        accepted(
            "standing-granted",
            "P07: granted, and still on the list",
            of(FIRM, "2025-11-16T00:00:00+08:00", json!(16)),
        ),
        accepted(
            "standing-removed",
            "P06: off the list, the record still in force… until it is annulled",
            of(FIRM, "2025-11-19T00:00:00+08:00", json!(15)),
        ),
        accepted("standing-ended", "P04, P06: only the registration is left", of(FIRM, december, json!(16))),
        accepted(
            "standing-not-known-yet",
            "the same instant as it was known before the end was recorded",
            of(FIRM, december, json!(12)),
        ),
        accepted(
            "standing-known-at-a-time",
            "known at a time in place of a size",
            of(FIRM, december, json!("2025-12-01T09:00:09+08:00")),
        ),
        accepted("list-before", "nobody yet", on("2025-10-31T23:59:59+08:00", json!(16))),
        accepted(
            "list-first-instant",
            "P05: from the first microsecond",
            on("2025-11-01T00:00:00+08:00", json!(16)),
        ),
        accepted(
            "list-last-instant",
            "P06: to the last microsecond before the removal",
            on("2025-11-19T23:59:59.999999+08:00", json!(16)),
        ),
        accepted("list-after", "P06: nobody any more", on("2025-11-20T00:00:00+08:00", json!(16))),
        accepted(
            "list-not-known-yet",
            "the removal was not recorded yet",
            on("2025-11-20T00:00:00+08:00", json!(14)),
        ),
    ]
}

fn audits(base: &Value) -> Vec<Case> {
    let entries = base_entries();
    let hex =
        |entries: &[Vec<u8>]| json!({ "entries": entries.iter().map(|e| to_hex(e)).collect::<Vec<_>>() });
    let covered = |size: usize, origin: &str, root: TreeHash| {
        let signer = tlog::note::NoteSigner::from_seed(tlog::note::KeyName::parse(origin).unwrap(), &[1; 32]);
        let size = TreeSize::new(u64::try_from(size).unwrap());
        let said = Checkpoint::new(Origin::parse(origin).unwrap(), size, root);
        let note = SignedCheckpoint::sign(&said, &signer).unwrap().to_string();
        json!({ "ledger": "base", "checkpoint": note, "vkey": signer.verifier_key().to_string() })
    };
    let root = |size: usize| root_of(&entries[..size].iter().map(|e| TreeHash::leaf(e)).collect::<Vec<_>>());
    let size = base["events"].as_array().unwrap().len();
    // The entry at an index decoded, changed and encoded again: the layout stays right.
    let with = |at: usize, change: &dyn Fn(&mut Entry)| {
        let mut entry = Entry::decode(&entries[at]).unwrap();
        change(&mut entry);
        let mut entries = entries[..=at].to_vec();
        entries[at] = entry.encode().unwrap();
        hex(&entries)
    };
    let damaged = {
        let mut entries = entries.clone();
        entries[3][0] = 9;
        hex(&entries)
    };
    let refused = |name: &str, about: &str, input| Case::refused("audit", name, about, input);
    vec![
        Case::accepted(
            "audit",
            "whole",
            "every entry is right, and the checkpoint covers them",
            covered(size, ORIGIN, root(size)),
        ),
        Case::accepted("audit", "empty", "a log without entries", json!({ "entries": [] })),
        refused("layout", "a version byte that is not known", damaged),
        refused(
            "event",
            "one bit of an event changed: its signature fails",
            with(5, &|e| flip(&mut e.event)),
        ),
        refused(
            "signature",
            "one bit of a signature changed",
            with(5, &|e| {
                if let Some(EntrySignature::Ed25519 { signature, .. }) = e.signatures.first_mut() {
                    signature[40] ^= 1;
                }
            }),
        ),
        refused("no-signature", "an entry without signatures", with(5, &|e| e.signatures.clear())),
        refused("index", "another index than its place", with(5, &|e| e.index = EntryIndex::new(6))),
        refused(
            "chain",
            "another chain hash",
            with(5, &|e| e.previous = ledger_spec::entry::ChainHash::ZERO),
        ),
        refused(
            "time",
            "recorded before the entry before it",
            with(5, &|e| e.recorded_at = RecordedTime::from_micros(1_764_550_803_999_999)),
        ),
        refused(
            "link-version",
            "a link with another version",
            with(9, &|e| e.links[0].version = StreamVersion::new(3)),
        ),
        refused(
            "link-previous",
            "a link past an entry of the stream",
            with(9, &|e| e.links[1].previous = Some(EntryIndex::new(2))),
        ),
        refused("link-missing", "the list's link is missing", with(10, &|e| e.links.truncate(2))),
        refused(
            "admission",
            "an entry that admission refuses: not the first, not the opening",
            hex(&headless(&entries)),
        ),
        refused("root", "a checkpoint over another tree", covered(size, ORIGIN, root(size - 1))),
        refused(
            "short",
            "a checkpoint over more entries than there are",
            covered(size + 1, ORIGIN, root(size)),
        ),
        refused("origin", "the checkpoint of another log", covered(size, "other.example/ledger", root(size))),
    ]
}

/// The second entry made the first: chain and index are right, and nobody opened the ledger.
fn headless(entries: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut entry = Entry::decode(&entries[1]).unwrap();
    entry.index = EntryIndex::new(0);
    entry.previous = ledger_spec::entry::ChainHash::ZERO;
    vec![entry.encode().unwrap()]
}

fn flip(event: &mut [u8]) {
    let at = event.windows(2).position(|pair| pair == b"en").unwrap();
    event[at] ^= 1;
}
