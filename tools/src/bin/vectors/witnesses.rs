//! Cases of cosignatures, policies, what a witness says and what an auditor states.

use crate::case::Case;
use serde_json::{Value, json};
use tlog::bytes::to_base64;
use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use tlog::cosignature::Cosigner;
use tlog::hash::TreeHash;
use tlog::merkle::root_of;
use tlog::note::{KeyName, NoteSigner, SignedNote};
use tlog::position::TreeSize;

const ORIGIN: &str = "log.example/ledger";

pub fn cases() -> Vec<Case> {
    cosignatures().into_iter().chain(policies()).chain(requests()).chain(statements()).collect()
}

fn log() -> NoteSigner {
    NoteSigner::from_seed(KeyName::parse(ORIGIN).unwrap(), &[7; 32])
}

fn cosigner(name: &str, seed: u8) -> Cosigner {
    Cosigner::from_seed(KeyName::parse(name).unwrap(), &[seed; 32])
}

fn leaves(count: u64) -> Vec<TreeHash> {
    (0..count).map(|n| TreeHash::leaf(&n.to_be_bytes())).collect()
}

fn signed(count: u64) -> SignedNote {
    let stated =
        Checkpoint::new(Origin::parse(ORIGIN).unwrap(), TreeSize::new(count), root_of(&leaves(count)));
    SignedCheckpoint::sign(&stated, &log()).unwrap().note().clone()
}

fn cosignatures() -> Vec<Case> {
    const GROUP: &str = "cosignature";
    let (one, two, at) = (cosigner("one.example", 5), cosigner("two.example", 6), 1_790_000_000);
    let note = signed(7);
    let by = |cosigner: &Cosigner, at| cosigner.cosign(note.text(), at);
    let with = |lines| note.with(lines).unwrap().to_string();
    let keys = [one.key().to_string(), two.key().to_string()];
    let input = |note: String| json!({ "note": note, "vkeys": keys });
    let accepted = |name: &str, about: &str, note| Case::accepted(GROUP, name, about, input(note));
    let refused = |name: &str, about: &str, note| Case::refused(GROUP, name, about, input(note));
    let both = with(vec![by(&one, at), by(&two, at + 1)]);
    vec![
        accepted("both", "two witnesses, each at its own time", both.clone()),
        accepted("none", "the log's signature alone", with(Vec::new())),
        accepted(
            "latest-last",
            "two lines of one witness: the latest time counts",
            with(vec![by(&one, at), by(&one, at + 9)]),
        ),
        accepted("latest-first", "the same in the other order", with(vec![by(&one, at + 9), by(&one, at)])),
        accepted(
            "unknown",
            "a line of a key that nobody asked for is passed over",
            with(vec![by(&cosigner("one.example", 9), at)]),
        ),
        refused(
            "other-text",
            "a cosignature of another checkpoint",
            with(vec![one.cosign(signed(8).text(), at)]),
        ),
        refused(
            "one-of-two-wrong",
            "two lines of one witness, of which one is wrong",
            with(vec![by(&one, at), one.cosign(signed(8).text(), at + 9)]),
        ),
        refused("no-time", "a time of 0", with(vec![by(&one, 0)])),
        refused("changed", "one letter of the text changed", both.replacen("log.example", "Log.example", 1)),
        Case::refused(
            GROUP,
            "log-key",
            "a verifier key of a log where a cosigner's is expected",
            json!({ "note": both, "vkeys": [log().verifier_key().to_string()] }),
        ),
    ]
}

fn policies() -> Vec<Case> {
    const GROUP: &str = "policy";
    let line =
        |name: &str, seed| format!("witness {name} {}\n", cosigner(&format!("{name}.example"), seed).key());
    let three = [line("w1", 1), line("w2", 2), line("w3", 3)].concat();
    let input = |policy: &str, cosigned: &[&str]| json!({ "policy": policy, "cosigned": cosigned });
    let accepted = |name: &str, about: &str, end: &str, cosigned: &[&str]| {
        Case::accepted(GROUP, name, about, input(&(three.clone() + end), cosigned))
    };
    let refused = |name: &str, about: &str, end: &str| {
        Case::refused(GROUP, name, about, input(&(three.clone() + end), &[]))
    };
    let nested = "group inner all w2 w3\ngroup outer any w1 inner\nquorum outer\n";
    let two = "group two 2 w1 w2 w3\nquorum two\n";
    vec![
        accepted("none", "no cosignature is asked for", "quorum none\n", &[]),
        accepted("one", "one witness", "quorum w1\n", &["w1"]),
        accepted("one-other", "another witness than the one", "quorum w1\n", &["w2", "w3"]),
        accepted("two-of-three", "k of n, met", two, &["w3", "w1"]),
        accepted("one-of-three", "k of n, not met", two, &["w3"]),
        accepted("nested", "any of a witness and all of two", nested, &["w2", "w3"]),
        accepted("nested-half", "one of the two that had to be all", nested, &["w2"]),
        accepted("comments", "comments and empty lines", "# a comment\n\nquorum w1\n", &["w1"]),
        refused("no-quorum", "no quorum", ""),
        refused("two-quorums", "two of them", "quorum none\nquorum none\n"),
        refused("unknown", "a name that nothing has", "quorum w4\n"),
        refused("later", "a name that is defined below its use", "group a any b\ngroup b any w1\nquorum a\n"),
        refused("too-many", "more than there are members", "group a 3 w1 w2\nquorum a\n"),
        refused("zero", "none of some", "group a 0 w1 w2\nquorum a\n"),
        refused("twice", "a member twice", "group a any w1 w1\nquorum a\n"),
        refused("name-twice", "a name for two things", &(line("w1", 4) + "quorum w1\n")),
        refused(
            "key-twice",
            "one key under two names",
            &(format!("witness w4 {}\n", cosigner("w1.example", 1).key()) + "quorum w1\n"),
        ),
        refused("word", "a line that nothing knows", "treshold 2\nquorum none\n"),
    ]
}

fn requests() -> Vec<Case> {
    const GROUP: &str = "witness";
    let root = |count: u64| to_base64(root_of(&leaves(count)).as_bytes());
    let last = |count: u64| json!({ "size": count, "root": root(count) });
    let hash = |leaves: &[TreeHash]| to_base64(root_of(leaves).as_bytes());
    let eight = leaves(8);
    // From 4 to 8: the right half is all that is needed.
    let proof = format!("{}\n", hash(&eight[4..]));
    let ask = |old: u64, proof: &str, note: &SignedNote| format!("old {old}\n{proof}\n{note}");
    let input = |last: Value, request: String| json!({ "vkeys": [log().verifier_key().to_string()], "last": last, "request": request });
    let accepted =
        |name: &str, about: &str, last, request| Case::accepted(GROUP, name, about, input(last, request));
    let refused =
        |name: &str, about: &str, last, request| Case::refused(GROUP, name, about, input(last, request));
    let stranger = NoteSigner::from_seed(KeyName::parse(ORIGIN).unwrap(), &[8; 32]);
    let other = NoteSigner::from_seed(KeyName::parse("other.example").unwrap(), &[7; 32]);
    let by = |signer: &NoteSigner, text: &str| SignedNote::sign(text.to_owned(), &[signer]).unwrap();
    let other_root = by(&log(), &signed(4).text().replacen(&root(4), &root(5), 1));
    vec![
        accepted("first", "the first checkpoint that it sees", Value::Null, ask(0, "", &signed(4))),
        accepted("next", "a larger tree, proven", last(4), ask(4, &proof, &signed(8))),
        accepted("again", "the same one again", last(4), ask(4, "", &signed(4))),
        refused("form", "400: no size of the old one", last(4), format!("\n{}", signed(4))),
        refused("old-above", "400: an old size above the checkpoint's", last(4), ask(5, "", &signed(4))),
        refused(
            "origin",
            "404: a log that it does not watch",
            last(4),
            ask(4, "", &by(&other, &signed(4).text().replacen(ORIGIN, "other.example", 1))),
        ),
        refused(
            "signature",
            "403: signed by another key",
            last(4),
            ask(4, "", &by(&stranger, signed(4).text())),
        ),
        refused("conflict", "409: not the size that it cosigned last", last(4), ask(0, "", &signed(8))),
        refused("no-proof", "422: a larger tree without a proof", last(4), ask(4, "", &signed(8))),
        refused(
            "other-proof",
            "422: a proof that does not hold",
            last(4),
            ask(4, &format!("{}\n", hash(&eight[..4])), &signed(8)),
        ),
        refused("other-root", "422: another root of the same size", last(4), ask(4, "", &other_root)),
        refused("needless", "422: hashes from an empty tree", Value::Null, ask(0, &proof, &signed(8))),
    ]
}

fn statements() -> Vec<Case> {
    const GROUP: &str = "statement";
    let auditor = NoteSigner::from_seed(KeyName::parse("audit-office.example/a1").unwrap(), &[5; 32]);
    let root = to_base64(root_of(&leaves(50)).as_bytes());
    let text = |time: &str, rows: &str| {
        format!("credit-ledger/audit-statement v1\n{ORIGIN}\n50\n{root}\n{time}\n{rows}")
    };
    let at = "2026-11-27T10:30:00.000001+08:00";
    let input = |text: String| {
        let note = SignedNote::sign(text, &[&auditor]).unwrap().to_string();
        json!({ "note": note, "vkey": auditor.verifier_key().to_string() })
    };
    let accepted = |name, about, rows| Case::accepted(GROUP, name, about, input(text(at, rows)));
    let refused = |name, about, rows| Case::refused(GROUP, name, about, input(text(at, rows)));
    let mut changed = input(text(at, "erased 12\n"));
    changed["note"] = changed["note"].as_str().unwrap().replace("erased 12", "erased 13").into();
    vec![
        accepted("none", "everything was opened", "erased none\n"),
        accepted("rows", "entries that are erased, in rows", "erased 0\nerased 12-15\nerased 40-49\n"),
        refused("touching", "two rows that are one", "erased 12-15\nerased 16\n"),
        refused("backwards", "rows out of their order", "erased 40\nerased 12-15\n"),
        refused("row-of-one", "one entry written as a row", "erased 12-12\n"),
        refused("beyond", "an entry that was not audited", "erased 49-50\n"),
        refused("none-and-some", "nothing and something", "erased none\nerased 12\n"),
        refused("no-rows", "not a word about what is erased", ""),
        Case::refused(
            GROUP,
            "other-time",
            "the time in another spelling",
            input(text("2026-11-27T02:30:00.000001Z", "erased none\n")),
        ),
        Case::refused(GROUP, "changed", "one digit changed after it was signed", changed),
    ]
}
