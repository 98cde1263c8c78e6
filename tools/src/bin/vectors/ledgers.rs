//! Cases about whole ledgers: projections at two instants, and what the audit finds.

use super::case::Case;
use crate::answer::ledger::randomness;
use crate::base::{FIRM, Making, ORIGIN, OTHER_FIRM, accepting, deciding, event_id, removing, revoking};
use crate::evidence::{base_entries, base_made};
use ledger_spec::entry::StreamVersion;
use ledger_spec::entry::{Entry, EntrySignature};
use ledger_spec::event::{Event, Kind, StepKind};
use ledger_spec::sealed::{AuditorOpening, Content, Hashing, Opening, Place, Sealed, SealedEntry};
use ledger_spec::state::EnteredEntry;
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

/// The base ledger as a server gives it to an auditor: entries, and what opens them.
struct Given {
    entries: Vec<Vec<u8>>,
    openings: Vec<Option<Vec<u8>>>,
}

impl Given {
    fn base() -> Self {
        let made = base_made();
        let opening =
            |made: &EnteredEntry| made.sealed.as_ref().map(|sealed| sealed.opening.encoded().to_vec());
        let openings = made.iter().map(opening).collect();
        Self { entries: made.into_iter().map(|made| made.bytes).collect(), openings }
    }

    /// The clear entry at an index decoded, changed and encoded again: the layout stays right.
    fn clear(mut self, at: usize, change: impl FnOnce(&mut Entry)) -> Self {
        let mut entry = Entry::decode(&self.entries[at]).unwrap();
        change(&mut entry);
        self.entries[at] = entry.encode().unwrap();
        self.upto(at)
    }

    /// The sealed entry at an index opened, changed and sealed again: the opening opens it.
    fn sealed(mut self, at: usize, change: impl FnOnce(&mut AuditorOpening)) -> Self {
        let mut opening =
            Opening::decode(self.openings[at].as_ref().unwrap()).unwrap().into_auditor().unwrap();
        change(&mut opening);
        let entry = SealedEntry::decode(&self.entries[at]).unwrap();
        let (origin, index) = (Origin::parse(ORIGIN).unwrap(), entry.index);
        let commitment = opening.commitment(Hashing::Sha256, &Place { origin: &origin, index });
        self.entries[at] = SealedEntry { commitment, ..entry }.encode().to_vec();
        self.openings[at] = Some(opening.encoded().to_vec());
        self.upto(at)
    }

    /// The content of the sealed entry at an index changed.
    fn content(self, at: usize, change: impl FnOnce(&mut Content)) -> Self {
        self.sealed(at, |opening| {
            let mut content = Content::decode(&opening.content).unwrap();
            change(&mut content);
            opening.content = content.encode().unwrap();
        })
    }

    fn opening(mut self, at: usize, opening: Option<Vec<u8>>) -> Self {
        self.openings[at] = opening;
        self.upto(at)
    }

    fn entry(mut self, at: usize, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        change(&mut self.entries[at]);
        self.upto(at)
    }

    fn upto(mut self, at: usize) -> Self {
        self.entries.truncate(at + 1);
        self.openings.truncate(at + 1);
        self
    }

    fn input(&self) -> Value {
        let openings = self.openings.iter().map(|opening| opening.as_ref().map(|bytes| to_hex(bytes)));
        let entries = self.entries.iter().map(|entry| to_hex(entry));
        json!({ "entries": entries.collect::<Vec<_>>(), "openings": openings.collect::<Vec<_>>() })
    }

    fn blind(&self) -> Value {
        json!({ "entries": self.input()["entries"], "scope": "blind" })
    }
}

fn audits(base: &Value) -> Vec<Case> {
    let entries = base_entries();
    let covered = |size: usize, origin: &str, root: TreeHash| {
        let signer = tlog::note::NoteSigner::from_seed(tlog::note::KeyName::parse(origin).unwrap(), &[1; 32]);
        let size = TreeSize::new(u64::try_from(size).unwrap());
        let said = Checkpoint::new(Origin::parse(origin).unwrap(), size, root);
        let note = SignedCheckpoint::sign(&said, &signer).unwrap().to_string();
        json!({ "ledger": "base", "checkpoint": note, "vkey": signer.verifier_key().to_string() })
    };
    let root = |size: usize| root_of(&entries[..size].iter().map(|e| TreeHash::leaf(e)).collect::<Vec<_>>());
    let size = base["events"].as_array().unwrap().len();
    let refused = |name: &str, about: &str, input| Case::refused("audit", name, about, input);
    let mut cases = vec![
        Case::accepted(
            "audit",
            "whole",
            "every entry is right, and the checkpoint covers them",
            covered(size, ORIGIN, root(size)),
        ),
        Case::accepted(
            "audit",
            "whole-blind",
            "the same without openings: what is in the clear is admitted, what is sealed is passed",
            Given::base().blind(),
        ),
        Case::accepted("audit", "empty", "a log without entries", json!({ "entries": [] })),
        refused("root", "a checkpoint over another tree", covered(size, ORIGIN, root(size - 1))),
        refused(
            "short",
            "a checkpoint over more entries than there are",
            covered(size + 1, ORIGIN, root(size)),
        ),
        refused("origin", "the checkpoint of another log", covered(size, "other.example/ledger", root(size))),
    ];
    cases.extend(
        faults_in_the_clear().into_iter().map(|(name, about, given)| refused(name, about, given.input())),
    );
    let blind = faults_in_the_clear()
        .into_iter()
        .map(|(name, about, given)| Case::refused("audit", &format!("{name}-blind"), about, given.blind()));
    cases.extend(blind);
    cases.extend(
        faults_under_seal().into_iter().map(|(name, about, given)| refused(name, about, given.input())),
    );
    cases
}

type Fault = (&'static str, &'static str, Given);

/// What everybody sees, with openings or without.
fn faults_in_the_clear() -> Vec<Fault> {
    let base = Given::base;
    vec![
        ("layout", "a version byte that is not known", base().entry(3, |bytes| bytes[0] = 9)),
        (
            "event",
            "one bit of an event changed: its signature fails",
            base().clear(5, |e| flip(&mut e.event)),
        ),
        (
            "signature",
            "one bit of a signature changed",
            base().clear(5, |e| flip_signature(&mut e.signatures)),
        ),
        ("no-signature", "an entry without signatures", base().clear(5, |e| e.signatures.clear())),
        ("index", "another index than its place", base().clear(5, |e| e.index = EntryIndex::new(6))),
        (
            "chain",
            "another chain hash",
            base().clear(5, |e| e.previous = ledger_spec::entry::ChainHash::ZERO),
        ),
        (
            "time",
            "recorded before the entry before it",
            base().clear(5, |e| e.recorded_at = RecordedTime::from_micros(1_764_550_803_999_999)),
        ),
        (
            "clear-link-version",
            "a link in the clear with another version",
            base().clear(5, |e| e.links[1].version = StreamVersion::new(9)),
        ),
        ("admission", "an entry that admission refuses: not the first, not the opening", headless()),
        ("sealed-short", "a sealed entry of 81 bytes", base().entry(9, |bytes| bytes.truncate(81))),
        (
            "sealed-index",
            "a sealed entry with another index than its place",
            base().entry(9, |bytes| bytes[1] ^= 1).opening(9, None),
        ),
        (
            "sealed-chain",
            "a sealed entry with another chain hash",
            base().entry(9, |bytes| bytes[17] ^= 1).opening(9, None),
        ),
        ("clear-kind", "an event that is to be sealed, in the clear with its true links", unsealed()),
    ]
}

/// What whoever has the openings sees.
fn faults_under_seal() -> Vec<Fault> {
    let base = Given::base;
    let of = |at: usize| Given::base().openings.swap_remove(at);
    let other_id = event_id(77);
    vec![
        ("sealed-event", "one bit of a sealed event changed", base().content(9, |c| flip(&mut c.event))),
        (
            "sealed-signature",
            "one bit of a sealed signature changed",
            base().content(9, |c| flip_signature(&mut c.signatures)),
        ),
        (
            "sealed-no-signature",
            "a sealed event without signatures",
            base().content(9, |c| c.signatures.clear()),
        ),
        (
            "link-version",
            "a link with another version",
            base().sealed(9, |o| o.links.subject.link.version = StreamVersion::new(3)),
        ),
        (
            "link-previous",
            "a link past an entry of the stream",
            base().sealed(10, |o| o.links.subject.link.previous = Some(EntryIndex::new(2))),
        ),
        ("link-missing", "the list's link is missing", base().sealed(10, |o| o.links.list = None)),
        (
            "link-too-many",
            "a link to a list where the event concerns none",
            base().sealed(9, |o| o.links.list = Some(o.links.issuer)),
        ),
        (
            "link-of-another-stream",
            "the issuer's link has the tag of the subject",
            base().sealed(9, |o| o.links.issuer.tag = o.links.subject.tag),
        ),
        (
            "link-of-another-event",
            "the subject's link has another event's id",
            base().sealed(9, |o| o.links.event = other_id),
        ),
        ("opening-of-another-entry", "the opening of the next entry", base().opening(9, of(10))),
        ("opening-swapped-salts", "two salts of links swapped", swapped_salts()),
        (
            "opening-missing",
            "nothing opens a sealed entry, and nothing says that it was erased",
            base().opening(9, None),
        ),
        ("opening-of-a-clear-entry", "an entry in the clear with an opening", base().opening(5, of(9))),
        ("sealed-kind", "an event that stands in the clear, sealed", sealed_adoption()),
    ]
}

/// The second entry made the first: chain and index are right, and nobody opened the ledger.
fn headless() -> Given {
    let mut given = Given::base();
    given.entries.remove(0);
    given.openings.remove(0);
    given.clear(0, |entry| {
        entry.index = EntryIndex::new(0);
        entry.previous = ledger_spec::entry::ChainHash::ZERO;
    })
}

/// Entry 9 as it would stand in the clear.
fn unsealed() -> Given {
    let mut given = Given::base();
    given.entries[9] = base_made().swap_remove(9).entry.encode().unwrap();
    given.opening(9, None)
}

/// Entry 5, whose kind stands in the clear, sealed in its place.
fn sealed_adoption() -> Given {
    let (mut given, clear) = (Given::base(), base_made().swap_remove(5).entry);
    let event = Event::parse(&clear.event).unwrap();
    let sealed = Sealed::of(&Origin::parse(ORIGIN).unwrap(), &clear, &event, randomness(5)).unwrap();
    given.entries[5] = sealed.entry.encode().to_vec();
    given.opening(5, Some(sealed.opening.encoded().to_vec()))
}

/// An opening whose salts of the second and the third link were exchanged.
fn swapped_salts() -> Given {
    let given = Given::base();
    let mut opening = Opening::decode(given.openings[9].as_ref().unwrap()).unwrap().into_auditor().unwrap();
    opening.link_salts.swap(1, 2);
    let bytes = opening.encoded().to_vec();
    given.opening(9, Some(bytes))
}

fn flip_signature(signatures: &mut [EntrySignature]) {
    if let Some(EntrySignature::Ed25519 { signature, .. }) = signatures.first_mut() {
        signature[40] ^= 1;
    }
}

fn flip(event: &mut [u8]) {
    let at = event.windows(2).position(|pair| pair == b"en").unwrap();
    event[at] ^= 1;
}
