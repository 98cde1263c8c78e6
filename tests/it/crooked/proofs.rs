//! Cheats with proofs: what a crook hands to somebody who asks about one entry, or about two checkpoints.
//! Receipts are shown to `verify`, offline, as their holder would.

use super::folder::levels;
use super::forge::{
    Forged, LEN, MARK, OPERATOR, ORIGIN, honest as honest_entries, index, note, operator, root, vkey,
};
use super::runners::{Place, Ran, show};
use super::{Words, fault};
use ledger_spec::sealed::{AuditorOpening, Hashing, Opening};
use std::convert::Infallible;
use tlog::checkpoint::SignedCheckpoint;
use tlog::hash::TreeHash;
use tlog::merkle::{ConsistencyProof, NodeId, NodeReader, VerifyError, consistency_proof, inclusion_proof};
use tlog::position::TreeSize;
use tlog::proof::TlogProof;

/// The nodes of a ledger's tree.
struct Nodes(Vec<Vec<TreeHash>>);

impl NodeReader for Nodes {
    type Error = Infallible;

    fn node(&self, id: NodeId) -> Result<TreeHash, Infallible> {
        Ok(self.0[usize::from(id.level)][usize::try_from(id.index).unwrap()])
    }
}

fn size(count: usize) -> TreeSize {
    TreeSize::new(u64::try_from(count).unwrap())
}

/// The honest receipt for an entry.
fn receipt(of: &Forged, at: usize) -> String {
    let path = inclusion_proof(index(at), size(of.entries.len()), &Nodes(levels(&of.entries))).unwrap();
    let checkpoint = SignedCheckpoint::verify(&of.checkpoint, &vkey()).unwrap();
    TlogProof::new(index(at), path, &checkpoint).to_string()
}

/// An entry of a ledger, and what opens its content.
fn shown(of: &Forged, at: usize) -> (Vec<u8>, Option<Opening>) {
    let opening = of.openings[at].as_ref().and_then(|bytes| Opening::decode(bytes).unwrap().into_auditor());
    let content = |opening: AuditorOpening| Opening::Content(opening.of_content(Hashing::Sha256));
    (of.entries[at].clone(), opening.map(content))
}

fn verify(receipt: &str, (entry, opening): (Vec<u8>, Option<Opening>), event: Option<&[u8]>) -> Ran {
    let place = Place::new();
    std::fs::write(place.path().join("receipt"), receipt).unwrap();
    std::fs::write(place.path().join("entry"), entry).unwrap();
    let vkey = vkey().to_string();
    let mut arguments = vec!["verify", "receipt", "--entry", "entry", "--vkey", &vkey];
    if let Some(opening) = opening {
        std::fs::write(place.path().join("opening"), opening.to_json().as_str()).unwrap();
        arguments.extend(["--opening", "opening"]);
    }
    if let Some(event) = event {
        std::fs::write(place.path().join("event"), event).unwrap();
        arguments.extend(["--event", "event"]);
    }
    show(place.path(), &arguments)
}

#[test]
fn a_receipt_for_another_entry_is_caught() {
    let whole = Forged::honest(LEN);
    let (honest, other) = (|| shown(&whole, MARK), || shown(&whole, MARK + 1));
    let event = honest_entries()[MARK].event.clone();
    let right = receipt(&whole, MARK);
    assert_eq!(fault(&verify(&right, honest(), Some(&event)), &[]), None);

    let moved = right.replace(&format!("index {MARK}\n"), &format!("index {}\n", MARK + 1));
    let next = receipt(&whole, MARK + 1);
    let past = right.replace("index 151", "index 320");
    let elsewhere = (honest().0, other().1);
    let displaced = displaced();
    type Case<'a> = (&'a str, String, (Vec<u8>, Option<Opening>), Option<Vec<u8>>, Words);
    let cases: [Case<'_>; 8] = [
        ("a valid proof for another index", moved, honest(), None, &["receipt", "root"]),
        ("a valid proof of another entry", right.clone(), other(), None, &["receipt", "root"]),
        ("another entry, whole, for an event", next.clone(), other(), Some(event), &["event"]),
        ("the path of another index", next, honest(), None, &["receipt", "root"]),
        ("an index past the end", past, honest(), None, &["receipt", "320"]),
        ("what opens another entry", right.clone(), elsewhere, None, &["entry 151", "commitment"]),
        ("nothing that opens it", right, (honest().0, None), None, &["entry 151", "no opening"]),
        (
            "an entry that names another index than its place",
            receipt(&displaced, MARK),
            shown(&displaced, MARK),
            None,
            &["index 152", "151"],
        ),
    ];
    for (name, receipt, entry, event, words) in cases {
        assert_eq!(fault(&verify(&receipt, entry, event.as_deref()), words), None, "{name}");
    }
}

/// A tree in which an entry stands one place before where it says it stands.
fn displaced() -> Forged {
    let Forged { mut entries, mut openings, .. } = Forged::honest(LEN);
    entries.remove(MARK);
    openings.remove(MARK);
    Forged { openings, ..Forged::over_bytes(entries) }
}

#[test]
fn a_receipt_under_a_checkpoint_that_is_none_is_caught() {
    let whole = Forged::honest(LEN);
    let (right, root) = (receipt(&whole, MARK), root(&whole.entries));
    let under = |checkpoint: Vec<u8>| {
        let checkpoint = String::from_utf8(checkpoint).unwrap();
        right.replace(std::str::from_utf8(&whole.checkpoint).unwrap(), &checkpoint)
    };
    const OTHER: Words = &["credit.other.example/ledger"];
    let other = OTHER[0];
    let cases: [(&str, String, Words); 4] = [
        (
            "another key of the name",
            under(note(ORIGIN, LEN, root, &operator(ORIGIN, 9))),
            &["no signature of a known key"],
        ),
        (
            "another ledger's name",
            under(note(other, LEN, root, &operator(other, OPERATOR))),
            &["no signature of a known key"],
        ),
        ("another ledger's origin", under(note(other, LEN, root, &operator(ORIGIN, OPERATOR))), OTHER),
        ("another size", under(note(ORIGIN, LEN - 64, root, &operator(ORIGIN, OPERATOR))), &["receipt"]),
    ];
    for (name, receipt, words) in cases {
        assert_eq!(fault(&verify(&receipt, shown(&whole, MARK), None), words), None, "{name}");
    }
}

#[test]
fn a_consistency_proof_with_any_hash_wrong_is_caught() {
    let whole = Forged::honest(LEN);
    let roots = [root(&whole.entries[..MARK]), root(&whole.entries)];
    let proof = consistency_proof(size(MARK), size(LEN), &Nodes(levels(&whole.entries))).unwrap();
    let verdict = |hashes: Vec<TreeHash>| {
        let proof = ConsistencyProof::from_hashes(hashes).unwrap();
        proof.verify(size(MARK), roots[0], size(LEN), roots[1])
    };
    let right = proof.hashes().to_vec();
    assert_eq!(verdict(right.clone()), Ok(()));
    assert!(right.len() > 4, "there are hashes in the middle");
    for at in 0..right.len() {
        let mut wrong = right.clone();
        wrong[at] = TreeHash::leaf(b"a lie");
        let verdict = verdict(wrong);
        let named = matches!(verdict, Err(VerifyError::Root { .. } | VerifyError::OldRoot { .. }));
        assert!(named, "hash {at}: {verdict:?}");
    }
    let mut swapped = right.clone();
    swapped.swap(1, 2);
    assert!(verdict(swapped).is_err());
    assert!(matches!(verdict(right[1..].to_vec()), Err(VerifyError::Length { .. })));
    // The proof of an honest growth does not carry over to a fork.
    let fork = Forged::changed(MARK + 1, |entry| entry.links.clear());
    let proof = consistency_proof(size(LEN - 20), size(LEN), &Nodes(levels(&whole.entries))).unwrap();
    let forked = proof.verify(size(LEN - 20), root(&fork.entries[..LEN - 20]), size(LEN), roots[1]);
    assert!(matches!(forked, Err(VerifyError::OldRoot { .. })), "{forked:?}");
}
