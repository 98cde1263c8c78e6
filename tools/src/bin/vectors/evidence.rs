//! Cases of the log's evidence: entries, chain, tree, notes, checkpoints, receipts.

use super::case::Case;
use crate::answer::ledger::randomness;
use crate::base::{ORIGIN, ledger};
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::StreamVersion;
use ledger_spec::entry::{Entry, EntrySignature, Link};
use ledger_spec::event::envelope::SignedEvent;
use ledger_spec::sealed::{Hashing, Opening};
use ledger_spec::state::{EnteredEntry, Ledger};
use ledger_spec::time::RecordedTime;
use serde_json::{Value, json};
use tlog::bytes::to_hex;
use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::merkle::{NodeId, NodeReader, consistency_proof, inclusion_proof, root_of};
use tlog::note::{KeyName, NoteSigner, SignedNote};
use tlog::position::{EntryIndex, TreeSize};
use tlog::proof::TlogProof;

pub fn cases() -> Vec<Case> {
    let mut cases = entries();
    cases.extend(chain());
    cases.extend(tree());
    cases.extend(notes());
    cases.extend(checkpoints());
    cases.extend(proofs());
    cases
}

/// The signer of the vectors' checkpoints.
pub fn signer() -> NoteSigner {
    NoteSigner::from_seed(KeyName::parse(ORIGIN).unwrap(), &[1; 32])
}

/// The base ledger's entries.
pub fn base_made() -> Vec<EnteredEntry> {
    let mut entered = Ledger::default();
    let enter = |event: Value| {
        let envelope = event["envelope"].as_str().unwrap().as_bytes().to_vec();
        let event_at = RecordedTime::from_micros(event["at"].as_u64().unwrap());
        let event = SignedEvent::from_envelope(&envelope).unwrap().verify().unwrap();
        let randomness = randomness(entered.size().get());
        entered.enter(event, event_at, randomness).unwrap()
    };
    ledger().iter().map(|making| making.timed()).map(enter).collect()
}

/// Their bytes.
pub fn base_entries() -> Vec<Vec<u8>> {
    base_made().into_iter().map(|made| made.bytes).collect()
}

fn entries() -> Vec<Case> {
    let link = |previous: Option<u64>, version| Link {
        previous: previous.map(EntryIndex::new),
        version: StreamVersion::new(version),
    };
    let entry = Entry {
        index: EntryIndex::new(7),
        recorded_at: RecordedTime::from_micros(1_764_550_800_000_000),
        previous: ChainHash::from_bytes([0xab; 32]),
        links: vec![link(Some(5), 2), link(None, 1), link(Some(6), 3)],
        signatures: vec![
            EntrySignature::Ed25519 { key: [1; 32], signature: [2; 64] },
            EntrySignature::Ed25519 { key: [3; 32], signature: [4; 64] },
        ],
        event: "{\"名\":1}".as_bytes().to_vec(),
    };
    let bytes = entry.encode().unwrap();
    let bare = Entry { links: vec![], signatures: vec![], event: vec![], ..entry.clone() };
    let longest = Entry { event: vec![b' '; Entry::MAX_LEN - bare.encode().unwrap().len()], ..bare.clone() };
    let hex = |bytes: &[u8]| json!({ "hex": to_hex(bytes) });
    let accepted = |name: &str, about: &str, entry: &Entry| {
        Case::accepted("entry", name, about, hex(&entry.encode().unwrap()))
    };
    let refused = |name: &str, about: &str, bytes: &[u8]| Case::refused("entry", name, about, hex(bytes));
    // The entry with the byte at an offset replaced; the offsets are those of README.md, "Entry".
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        bytes
    };
    let (links, first_signature) = (49, 49 + 8 + 17 + 9 + 17 + 8);
    let too_long = [longest.encode().unwrap(), vec![b' ']].concat();
    vec![
        accepted("three-links-two-signatures", "every part of the layout", &entry),
        accepted("bare", "no link, no signature, no event: the layout allows it, the audit does not", &bare),
        accepted("longest", "65,535 bytes", &longest),
        refused("empty", "no bytes", &[]),
        refused("version-0", "version 0", &with(0, 0)),
        refused("version-2", "a layout that is not known", &with(0, 2)),
        refused("trailing-byte", "one byte after the event", &[bytes.clone(), vec![0]].concat()),
        refused("cut", "the last byte is missing", &bytes[..bytes.len() - 1]),
        refused("cut-in-links", "it ends in the links", &bytes[..links + 12]),
        refused(
            "option-tag",
            "2 where a link's previous entry is absent (0) or present (1)",
            &with(links + 8, 2),
        ),
        refused("signature-tag", "an algorithm that is not known", &with(first_signature, 1)),
        refused("links-count", "more links than bytes", &with(links + 7, 0xff)),
        refused(
            "event-length",
            "an event longer than what follows",
            &with(bytes.len() - entry.event.len() - 8, 0xff),
        ),
        refused("too-long", "65,536 bytes", &too_long),
    ]
}

fn chain() -> Vec<Case> {
    let entries = base_entries();
    let hex =
        |entries: &[Vec<u8>]| json!({ "entries": entries.iter().map(|e| to_hex(e)).collect::<Vec<_>>() });
    let mut changed = entries[..4].to_vec();
    let last = changed[1].len() - 3;
    changed[1][last] ^= 1;
    let swapped = [entries[0].clone(), entries[2].clone(), entries[1].clone()];
    vec![
        Case::accepted("chain", "empty", "no entry: the chain is 32 zero bytes", json!({ "entries": [] })),
        Case::accepted("chain", "four", "each entry names the hash of the one before", hex(&entries[..4])),
        Case::refused("chain", "changed", "one bit of entry 1 changed: entry 2 shows it", hex(&changed)),
        Case::refused("chain", "swapped", "two entries in the wrong order", hex(&swapped)),
        Case::refused("chain", "headless", "the first entry is missing", hex(&entries[1..3])),
    ]
}

/// The leaves of a tree, and its complete nodes from them.
struct Leaves(Vec<TreeHash>);

impl NodeReader for Leaves {
    type Error = std::convert::Infallible;

    fn node(&self, id: NodeId) -> Result<TreeHash, Self::Error> {
        let (width, index) = (1 << id.level, usize::try_from(id.index).unwrap());
        Ok(root_of(&self.0[index * width..(index + 1) * width]))
    }
}

fn leaves(size: u8) -> Leaves {
    Leaves((0..size).map(|n| TreeHash::leaf(&[n])).collect())
}

fn path(hashes: &[TreeHash]) -> Vec<String> {
    hashes.iter().map(ToString::to_string).collect()
}

fn tree() -> Vec<Case> {
    let mut cases = Vec::new();
    for size in 0..=9_u8 {
        let entries: Vec<_> = (0..size).map(|n| to_hex(&[n])).collect();
        let input = json!({ "operation": "root", "entries": entries });
        cases.push(Case::accepted(
            "tree",
            &format!("root-{size}"),
            &format!("the root over {size} entries of one byte"),
            input,
        ));
    }
    for (index, size) in [(0, 1), (0, 8), (5, 7), (6, 7), (8, 9), (9, 9)] {
        let input = json!({
            "operation": "prove-inclusion", "leaves": path(&leaves(size).0), "index": index, "size": size,
        });
        let make = if index < size { Case::accepted } else { Case::refused };
        cases.push(make(
            "tree",
            &format!("inclusion-{index}-of-{size}"),
            "the path from a leaf to the root",
            input,
        ));
    }
    for (old, new) in [(0, 5), (1, 1), (3, 7), (4, 7), (6, 8), (7, 9), (9, 7)] {
        let input = json!({
            "operation": "prove-consistency", "leaves": path(&leaves(old.max(new)).0), "old": old, "new": new,
        });
        let make = if old <= new { Case::accepted } else { Case::refused };
        cases.push(make(
            "tree",
            &format!("consistency-{old}-to-{new}"),
            "that one tree begins with another",
            input,
        ));
    }
    cases.extend(verified_inclusion());
    cases.extend(verified_consistency());
    cases
}

fn verified_inclusion() -> Vec<Case> {
    let tree = leaves(7);
    let proof = inclusion_proof(EntryIndex::new(5), TreeSize::new(7), &tree).unwrap();
    let good = json!({
        "operation": "verify-inclusion", "leaf": tree.0[5].to_string(), "index": 5, "size": 7,
        "root": root_of(&tree.0).to_string(), "path": path(proof.hashes()),
    });
    let with = |name: &str, value: Value| {
        let mut input = good.clone();
        input[name] = value;
        input
    };
    let mut longer = path(proof.hashes());
    longer.push(tree.0[0].to_string());
    let shorter = path(&proof.hashes()[1..]);
    let many = path(&[tree.0[0]; 64]);
    let refused = |name: &str, about: &str, input| Case::refused("tree", name, about, input);
    vec![
        Case::accepted("tree", "included", "a path that leads to the root", good.clone()),
        refused("included-elsewhere", "the right path with another index", with("index", json!(4))),
        refused("included-other-leaf", "another leaf", with("leaf", json!(tree.0[4].to_string()))),
        refused("included-other-root", "another root", with("root", json!(tree.0[4].to_string()))),
        refused("included-beyond", "an index that the tree has not", with("index", json!(7))),
        refused("included-longer", "one hash too many", with("path", json!(longer))),
        refused("included-shorter", "one hash too few", with("path", json!(shorter))),
        refused("included-64", "more hashes than any proof has", with("path", json!(many))),
    ]
}

fn verified_consistency() -> Vec<Case> {
    let tree = leaves(7);
    let proof = consistency_proof(TreeSize::new(3), TreeSize::new(7), &tree).unwrap();
    let good = json!({
        "operation": "verify-consistency", "old": 3, "old_root": root_of(&tree.0[..3]).to_string(),
        "new": 7, "new_root": root_of(&tree.0).to_string(), "path": path(proof.hashes()),
    });
    let with = |name: &str, value: Value| {
        let mut input = good.clone();
        input[name] = value;
        input
    };
    let other = json!(root_of(&tree.0[..4]).to_string());
    let refused = |name: &str, about: &str, input| Case::refused("tree", name, about, input);
    vec![
        Case::accepted("tree", "consistent", "the larger tree begins with the smaller", good.clone()),
        refused("consistent-other-old", "another older root", with("old_root", other.clone())),
        refused("consistent-other-new", "another newer root", with("new_root", other)),
        refused("consistent-backwards", "an older tree that is larger", with("old", json!(8))),
        refused("consistent-no-path", "no hashes", with("path", json!([]))),
    ]
}

fn notes() -> Vec<Case> {
    let other = NoteSigner::from_seed(KeyName::parse("witness.example").unwrap(), &[8; 32]);
    let text = "一行\n\nanother line\n".to_owned();
    let note = SignedNote::sign(text, &[&signer(), &other]).unwrap().to_string();
    let (own, others) = (signer().verifier_key().to_string(), other.verifier_key().to_string());
    let input = |note: &str, vkeys: &[&str]| json!({ "note": note, "vkeys": vkeys });
    let refused = |name: &str, about: &str, input| Case::refused("note", name, about, input);
    let example = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let example_key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let changed = note.replacen("another", "Another", 1);
    let tab = note.replacen(" line", "\tline", 1);
    let hyphen = note.replace('\u{2014}', "-");
    vec![
        Case::accepted(
            "note",
            "c2sp-example",
            "the example of C2SP signed-note",
            input(example, &[example_key]),
        ),
        Case::accepted("note", "two-signers", "both keys are known", input(&note, &[&own, &others])),
        Case::accepted("note", "one-known", "an unknown key's line is ignored", input(&note, &[&own])),
        refused("none-known", "no line of a known key", input(&note, &[example_key])),
        refused("changed", "one letter of the text changed", input(&changed, &[&own])),
        refused("control-character", "a tab", input(&tab, &[&own])),
        refused("hyphen", "a hyphen in place of the em dash", input(&hyphen, &[&own])),
        refused("no-last-newline", "it ends in the middle of a line", input(note.trim_end(), &[&own])),
        refused("no-signature", "no signature line", input("text\n\n", &[&own])),
        refused(
            "key-other-id",
            "a verifier key whose id belongs to another key",
            input(&note, &[&own.replacen(ORIGIN, "other.example", 1)]),
        ),
    ]
}

fn checkpoints() -> Vec<Case> {
    let root = root_of(&leaves(7).0);
    let sign = |text: &str| SignedNote::sign(text.to_owned(), &[&signer()]).unwrap().to_string();
    let body = Checkpoint::new(Origin::parse(ORIGIN).unwrap(), TreeSize::new(7), root).to_string();
    let empty =
        Checkpoint::new(Origin::parse(ORIGIN).unwrap(), TreeSize::EMPTY, TreeHash::empty_root()).to_string();
    let vkey = signer().verifier_key().to_string();
    let input = |note: String| json!({ "note": note, "vkey": vkey });
    let accepted =
        |name: &str, about: &str, text: &str| Case::accepted("checkpoint", name, about, input(sign(text)));
    let refused =
        |name: &str, about: &str, text: &str| Case::refused("checkpoint", name, about, input(sign(text)));
    vec![
        accepted("seven", "a tree of seven entries", &body),
        accepted("empty", "the empty tree", &empty),
        accepted("extension", "an extension line, kept because it is signed", &format!("{body}more\n")),
        refused("leading-zero", "a size with a leading zero", &body.replacen("\n7\n", "\n07\n", 1)),
        refused(
            "other-origin",
            "another log's origin under this log's key",
            &body.replacen(ORIGIN, "other.example/ledger", 1),
        ),
        refused("no-root", "no third line", &format!("{ORIGIN}\n7\n")),
        refused(
            "short-root",
            "a root of 31 bytes",
            &format!("{ORIGIN}\n7\n{}\n", tlog::bytes::to_base64(&[0; 31])),
        ),
        refused(
            "empty-other-root",
            "the empty tree under another root than its own",
            &body.replacen("\n7\n", "\n0\n", 1),
        ),
        refused("empty-line", "an empty extension line", &format!("{body}\nmore\n")),
        Case::refused(
            "checkpoint",
            "changed-size",
            "another size under the same signature",
            input(sign(&body).replacen("\n7\n", "\n8\n", 1)),
        ),
    ]
}

fn proofs() -> Vec<Case> {
    let entries = base_entries();
    let tree = Leaves(entries.iter().map(|bytes| TreeHash::leaf(bytes)).collect());
    let size = TreeSize::new(u64::try_from(entries.len()).unwrap());
    let statement = Checkpoint::new(Origin::parse(ORIGIN).unwrap(), size, root_of(&tree.0));
    let checkpoint = SignedCheckpoint::sign(&statement, &signer()).unwrap();
    let index = EntryIndex::new(9);
    let good = TlogProof::new(index, inclusion_proof(index, size, &tree).unwrap(), &checkpoint).to_string();
    let vkey = signer().verifier_key().to_string();
    let other = NoteSigner::from_seed(KeyName::parse(ORIGIN).unwrap(), &[7; 32]).verifier_key().to_string();
    // What the issuer is given beside its receipt.
    let opening: Value = {
        let sealed = base_made().swap_remove(9).sealed.unwrap();
        let content = Opening::Content(sealed.opening.of_content(Hashing::Sha256));
        serde_json::from_str(&content.to_json()).unwrap()
    };
    let input = |proof: &str, entry: usize, vkey: &str| json!({ "proof": proof, "entry": to_hex(&entries[entry]), "opening": opening, "vkey": vkey });
    let refused =
        |name: &str, about: &str, proof: String| Case::refused("proof", name, about, input(&proof, 9, &vkey));
    let extra = good.replacen("index ", "extra c2F5\nindex ", 1);
    vec![
        Case::accepted("proof", "receipt", "the receipt of entry 9", input(&good, 9, &vkey)),
        Case::accepted("proof", "extra", "extra data, which nothing covers", input(&extra, 9, &vkey)),
        Case::refused("proof", "other-entry", "the bytes of another entry", input(&good, 10, &vkey)),
        Case::refused(
            "proof",
            "other-key",
            "the key of another log of the same name",
            input(&good, 9, &other),
        ),
        refused("other-index", "another index", good.replacen("index 9", "index 8", 1)),
        refused("leading-zero", "an index with a leading zero", good.replacen("index 9", "index 09", 1)),
        refused("other-header", "another version", good.replacen("@v1", "@v2", 1)),
        refused("no-blank-line", "no blank line before the checkpoint", good.replacen("\n\n", "\n", 1)),
        refused("carriage-returns", "lines that end in CR LF", good.replace('\n', "\r\n")),
    ]
}
