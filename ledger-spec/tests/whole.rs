//! The audit of a whole ledger: what it finds right, and that whatever is served instead is refused.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used)]

use ledger_spec::audit::{AuditFault, AuditedLedger, WholeAuditError};
use serde_json::Value;
use tlog::checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::merkle::root_of;
use tlog::note::{NoteError, NoteSigner, VerifierKey};
use tlog::position::{EntryIndex, TreeSize};
use tlog::tile::{TileError, TileId, push_entry};

const ORIGIN: &str = "credit.example/ledger";

type Audited = Result<AuditedLedger, WholeAuditError<String>>;

/// The twelve entries of `vectors/ledger/base.json`.
fn entries() -> Vec<Vec<u8>> {
    let base: Value = serde_json::from_str(include_str!("../vectors/ledger/base.json")).unwrap();
    let bytes = |hex: &Value| {
        let pairs = hex.as_str().unwrap().as_bytes().chunks(2);
        pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    };
    base["accepted"]["entries"].as_array().unwrap().iter().map(bytes).collect()
}

fn bundle(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bundle = Vec::new();
    entries.iter().for_each(|entry| push_entry(&mut bundle, entry).unwrap());
    bundle
}

fn operator(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(Origin::parse(ORIGIN).unwrap().key_name().clone(), &[seed; 32])
}

/// What an operator signs, be it true or not.
fn signed(signer: &NoteSigner, size: usize, root: TreeHash) -> String {
    let size = TreeSize::new(u64::try_from(size).unwrap());
    let checkpoint = Checkpoint::new(Origin::parse(signer.name().as_str()).unwrap(), size, root);
    SignedCheckpoint::sign(&checkpoint, signer).unwrap().to_string()
}

fn root(entries: &[Vec<u8>]) -> TreeHash {
    root_of(&entries.iter().map(|entry| TreeHash::leaf(entry)).collect::<Vec<_>>())
}

/// The audit of these entries, under a checkpoint that the operator of `seed` signs over them.
fn audit(entries: &[Vec<u8>], seed: u8) -> Audited {
    let note = signed(&operator(seed), entries.len(), root(entries));
    served(&note, &operator(seed).verifier_key(), &bundle(entries))
}

fn served(note: &str, key: &VerifierKey, bundle: &[u8]) -> Audited {
    AuditedLedger::audit(note.as_bytes(), key, |_| Ok(bundle.to_vec()))
}

#[test]
fn a_right_ledger_is_found_right_and_shown() {
    let entries = entries();
    let (note, key) = (signed(&operator(1), 12, root(&entries)), operator(1).verifier_key());
    let mut asked = Vec::new();
    let audited = AuditedLedger::audit(note.as_bytes(), &key, |tile| {
        asked.push(tile.to_string());
        Ok::<_, String>(bundle(&entries))
    })
    .unwrap();
    assert_eq!(asked, ["entries/000.p/12"]);
    assert_eq!(audited.checkpoint().root(), root(&entries));
    assert_eq!(audited.signed_checkpoint().to_string(), note);
    assert_eq!(audited.ledger().size(), TreeSize::new(12));
    assert_eq!(audited.into_auditor().root(), root(&entries));
    let nothing = signed(&operator(1), 0, TreeHash::empty_root());
    let none = AuditedLedger::audit(nothing.as_bytes(), &key, |tile| Err(tile.to_string()));
    assert_eq!(none.unwrap().ledger().size(), TreeSize::EMPTY, "nothing is asked for where nothing is");
}

#[test]
fn the_key_has_to_be_the_one_that_signs_and_the_one_of_entry_0() {
    let entries = entries();
    let note = signed(&operator(1), 12, root(&entries));
    let stranger = served(&note, &operator(8).verifier_key(), &bundle(&entries)).unwrap_err();
    let unknown = CheckpointError::Note(NoteError::NoKnownSignature { found: 1 });
    assert_eq!(stranger, WholeAuditError::Checkpoint(unknown));
    // Somebody else signs the same tree under the same name.
    let (found, expected) = (operator(1).verifier_key(), operator(8).verifier_key());
    let (found, expected) = (Box::new(found), Box::new(expected));
    assert_eq!(audit(&entries, 8).unwrap_err(), WholeAuditError::OtherKey { found, expected });
}

#[test]
fn whatever_else_is_served_is_refused() {
    let entries = entries();
    let (note, key) = (signed(&operator(1), 12, root(&entries)), operator(1).verifier_key());
    let right = bundle(&entries);
    assert!(served(&note, &key, &right).is_ok());
    for length in (0..right.len()).step_by(97) {
        let cut = served(&note, &key, &right[..length]).unwrap_err();
        assert!(matches!(cut, WholeAuditError::Tile(TileError::Bundle { .. })), "{length}: {cut}");
    }
    let more = served(&note, &key, &[right.as_slice(), &[0]].concat()).unwrap_err();
    assert!(matches!(more, WholeAuditError::Tile(TileError::Trailing { found: 1, .. })));
    for position in (0..right.len()).step_by(53) {
        let mut changed = right.clone();
        changed[position] ^= 0x10;
        assert!(served(&note, &key, &changed).is_err(), "byte {position}");
    }
    let gone = AuditedLedger::audit(note.as_bytes(), &key, |_| Err("no network")).unwrap_err();
    let tile = TileId::parse("entries/000.p/12").unwrap();
    assert_eq!(gone, WholeAuditError::Fetch { tile, error: "no network" });
}

#[test]
fn what_the_operator_signs_has_to_be_the_entries() {
    let entries = entries();
    let key = operator(1).verifier_key();
    let fault = |note: &str, entries: &[Vec<u8>]| match served(note, &key, &bundle(entries)).unwrap_err() {
        WholeAuditError::Entry(error) => (error.index.get(), error.fault),
        other => panic!("{other}"),
    };
    let (index, found) = fault(&signed(&operator(1), 12, TreeHash::leaf(b"other")), &entries);
    assert!(index == 12 && matches!(found, AuditFault::Root { .. }), "{index}: {found}");
    // An entry left out, and the tree signed over what is left.
    let mut without = entries.clone();
    without.remove(5);
    let (index, found) = fault(&signed(&operator(1), 11, root(&without)), &without);
    assert_eq!((index, found), (5, AuditFault::Index { found: EntryIndex::new(6) }));
    // Signed for more than a log can hold: the first bundle is asked for, and is not full.
    let huge = signed(&operator(1), usize::MAX, root(&entries));
    let short = served(&huge, &key, &bundle(&entries)).unwrap_err();
    assert!(matches!(short, WholeAuditError::Tile(TileError::Bundle { found: 12, expected: 256, .. })));
}

#[test]
fn the_first_fault_is_named_whatever_its_kind() {
    let mut entries = entries();
    // The last cannot be read at all; without the fifth, whatever follows stands at another place.
    entries[11].push(0);
    entries.remove(4);
    let Err(WholeAuditError::Entry(error)) = audit(&entries, 1) else { panic!("refused as an entry") };
    assert_eq!((error.index.get(), error.fault), (4, AuditFault::Index { found: EntryIndex::new(5) }));
    entries.truncate(4);
    entries.push(vec![1; 9]);
    let Err(WholeAuditError::Entry(error)) = audit(&entries, 1) else { panic!("refused as an entry") };
    assert!(error.index.get() == 4 && matches!(error.fault, AuditFault::Layout(_)), "{error}");
}
