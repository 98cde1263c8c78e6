//! What a fuzzer runs: one function per parser, each holding what must be true of any bytes at all.
//!
//! The functions panic where a property fails. `tools/fuzz` feeds them with libFuzzer, the test
//! `fuzz_smoke` with seeded changes of the vectors.

// Failing is how these functions speak.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::requests;
use ledger_authoring::mapping::{Mapping, Row};
use ledger_authoring::scenario::{Base, Scenario, run};
use ledger_spec::audit::AuditStatement;
use ledger_spec::entry::{ChainHash, ENTRY_VERSION, Entry};
use ledger_spec::event::envelope::SignedEvent;
use ledger_spec::event::{DisclosedField, DisclosedFields, Event, Salt, SaltKey};
use ledger_spec::id::{AuthorityId, EventId, SubjectId, gb11643};
use ledger_spec::json::Json;
use ledger_spec::sealed::{
    Algorithm, Commitment, Content, FileHeader, FileKind, Frames, Generation, Group, Hashing, Kek, LogEntry,
    OpenError, Opening, Place, Plain, RandomNonce, Root, SEALED_VERSION, SealedEntry, Slot, push_frame,
};
use ledger_spec::time::{Date, RecordedTime, ValidTime};
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;
use std::{fs, io};
use tlog::bytes::to_hex;
use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use tlog::cosignature::{Cosigner, CosignerKey};
use tlog::hash::TreeHash;
use tlog::key::PublicKey;
use tlog::note::{KeyName, NoteSignature, NoteSigner, SignedNote, VerifierKey};
use tlog::policy::Policy;
use tlog::position::{EntryIndex, TreeSize};
use tlog::proof::TlogProof;
use tlog::tile::{TILE_WIDTH, TileId, TileKind, push_entry};
use tlog::witness::AddCheckpoint;

/// What a disclosure's seed holds.
const HELD: &str = "独孤某某";

/// A target: its name and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 20] = [
    ("disclosure", disclosure),
    ("entry", entry),
    ("envelope", envelope),
    ("event", event),
    ("identifier", identifier),
    ("kept", kept),
    ("mapping", mapping),
    ("note", note),
    ("opening", opening),
    ("payload", payload),
    ("policy", policy),
    ("proof", proof),
    ("request", requests::request),
    ("resolve", requests::resolve),
    ("root", root),
    ("scenario", scenario),
    ("sealed", sealed),
    ("statement", statement),
    ("tile", tile),
    ("witness", witness),
];

/// Entries: what decodes encodes to the same bytes, and no longer bytes decode to anything.
pub fn entry(data: &[u8]) {
    let Ok(entry) = Entry::decode(data) else { return };
    assert_eq!(data.first(), Some(&ENTRY_VERSION));
    assert_eq!(entry.encode().as_deref(), Ok(data));
    assert!(Entry::decode(&[data, &[0]].concat()).is_err());
    // An auditor reads what a log holds, whatever it is.
    let _ = SignedEvent::from_entry(&entry);
}

/// Entries of either version: the first byte tells them apart, and a sealed one is 82 bytes.
pub fn sealed(data: &[u8]) {
    let Ok(entry) = LogEntry::decode(data) else { return };
    assert_eq!(entry.encode().as_deref(), Ok(data));
    match entry {
        LogEntry::Clear(_) => assert_eq!(data[0], ENTRY_VERSION),
        LogEntry::Sealed(_) => assert_eq!((data[0], data.len()), (SEALED_VERSION, SealedEntry::LEN)),
    }
}

/// Openings, from bytes and from JSON: what is read has one form of each, and opens an entry that it made up, or
/// says why not.
pub fn opening(data: &[u8]) {
    if let Ok(opening) = Opening::decode(data) {
        assert_eq!(*opening.encode(), data);
    }
    let Ok(opening) = Opening::decode(data).or_else(|_| Opening::from_json(data)) else { return };
    let json = opening.to_json();
    assert_eq!(Opening::from_json(json.as_bytes()).unwrap().encode(), opening.encode());
    let (origin, index) = (Origin::parse("credit.example/ledger").unwrap(), EntryIndex::new(5000));
    let place = Place { origin: &origin, index };
    let commitment = Commitment::of(Hashing::Sha256, &place, &opening.parts(Hashing::Sha256));
    let (recorded_at, previous) = (RecordedTime::from_micros(1), ChainHash::ZERO);
    let entry = SealedEntry { index, recorded_at, previous, algorithm: Algorithm::Sha256, commitment };
    let keys = &mut PublicKey::parse;
    let refused = match opening {
        Opening::Content(opening) => opening.open(&entry, &origin, keys).err(),
        Opening::Link(opening) => opening.open(&entry, &origin).err(),
        Opening::Auditor(opening) => opening.open(&entry, &origin, keys).err(),
        Opening::Remains(remains) => remains.open(&entry, &origin).err(),
    };
    assert!(!matches!(refused, Some(OpenError::Commitment { .. } | OpenError::Unverifiable(_))));
}

/// What a payload holds once it is decrypted: what is read encodes to the same bytes.
pub fn payload(data: &[u8]) {
    if let Ok(plain) = Plain::decode(data) {
        assert_eq!(*plain.encode().unwrap(), data);
        let _ = plain.disclosed(&[[0; 32]]);
    }
    if let Ok(content) = Content::decode(data) {
        assert_eq!(content.encode().as_deref(), Ok(data));
    }
}

/// Files of a group: headers, slots and frames that are read encode to the same bytes, and frames ascend.
pub fn kept(data: &[u8]) {
    let (index, generation) = (EntryIndex::new(5000), Generation::new(3));
    if let Ok(bytes) = data.try_into()
        && let Ok(slot) = Slot::decode(bytes, index, generation)
    {
        assert_eq!(slot.encode(index, generation), *bytes);
    }
    for kind in [FileKind::Body, FileKind::Slot, FileKind::Link] {
        let Ok(header) = FileHeader::decode(kind, data) else { continue };
        let mut again = header.encode().to_vec();
        let mut last = None;
        for frame in Frames::of(data, &header).map_while(Result::ok) {
            assert!(last < Some(frame.index) && Group::of(frame.index) == header.group);
            last = Some(frame.index);
            push_frame(&mut again, frame.index, frame.bytes);
        }
        assert!(data.starts_with(&again));
    }
}

/// Root files: what opens under the key has it in no other bytes, and every group in it a key.
pub fn root(data: &[u8]) {
    let (origin, kek) = (Origin::parse("credit.example/ledger").unwrap(), Kek::filled(|key| key.fill(5)));
    let Ok(root) = Root::open(data, &origin, &kek) else { return };
    let nonce = RandomNonce(data[24..48].try_into().unwrap());
    assert_eq!(root.seal(&origin, &kek, nonce), data);
    let last = root.groups().checked_sub(1).map(|last| Group::new(u64::try_from(last).unwrap()));
    assert!(last.is_none_or(|last| root.group(last).is_ok()));
}

/// Envelopes: what is read holds an event that reads alike, and checking signatures decides, not fails.
pub fn envelope(data: &[u8]) {
    let Ok(signed) = SignedEvent::from_envelope(data) else { return };
    let stated = signed.event().clone();
    if let Ok(verified) = signed.verify() {
        assert_eq!(Event::parse(verified.bytes()).as_ref(), Ok(&stated));
        assert_eq!(verified.signers().len(), verified.entry_signatures().len());
    }
}

/// Events: what this reader takes, a general JSON reader takes too, and both see the same fields.
pub fn event(data: &[u8]) {
    let Ok(event) = Event::parse(data) else { return };
    let general: Value = serde_json::from_slice(data).unwrap();
    assert_eq!(general["id"], event.id.to_string());
    assert_eq!(general["kind"], event.kind().name());
    assert_eq!(general["issuer"], event.issuer.to_string());
    assert_eq!(general["subject"], event.subject.to_string());
    assert_eq!(general["origin"], event.origin.to_string());
    assert_eq!(ValidTime::parse(general["valid_from"].as_str().unwrap()).as_ref(), Ok(&event.valid_from));
    assert!((2..=3).contains(&event.streams().len()));
    assert!(matches!(Json::parse(data), Ok(Json::Object(_))));
}

/// Disclosures: what is read is one of an event that names it, and of no other; errors tell nothing of what it holds.
pub fn disclosure(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match DisclosedField::parse(text) {
        Ok(field) => {
            assert!(field.text() == text && !field.name().is_empty());
            let fields = DisclosedFields::of(&[field.digest()], &[text.to_owned()]).unwrap();
            assert_eq!(fields.into_kept(), [text.as_bytes()]);
            assert!(DisclosedFields::of(&[[0; 32]], &[text.to_owned()]).is_err());
        }
        Err(error) => assert!(!error.to_string().contains(HELD)),
    }
}

/// Identifiers and times: whatever is read prints as the same text, or for times reads as the same
/// instant.
pub fn identifier(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(id) = SubjectId::parse(text) {
        assert_eq!(id.to_string(), text);
        assert!(text.len() <= SubjectId::MAX_LEN);
    }
    if let Ok(id) = EventId::parse(text) {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(id) = AuthorityId::parse(text) {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(date) = Date::parse(text) {
        assert_eq!(date.to_string(), text);
        assert_eq!(date.start_of_day().date(), date);
        assert_eq!(date.end_of_day().date(), date);
    }
    if let Ok(time) = ValidTime::parse(text) {
        assert_eq!(ValidTime::parse(&time.to_string()), Ok(time));
    }
    if let Ok(time) = RecordedTime::parse(text) {
        assert_eq!(RecordedTime::parse(&time.to_text()), Ok(time));
    }
    let _ = gb11643::ResidentNumber::parse(text);
}

/// Tiles: a path that is read prints as itself, and a bundle that is read holds just its bytes.
pub fn tile(data: &[u8]) {
    if let Ok(path) = std::str::from_utf8(data)
        && let Ok(tile) = TileId::parse(path)
    {
        assert_eq!(tile.to_string(), path);
        assert!((1..=TILE_WIDTH).contains(&tile.width()));
    }
    let width = u16::from(data.first().copied().unwrap_or_default()) + 1;
    let Some(bundle) = TileId::new(TileKind::Entries, 0, width) else { return };
    if let Ok(entries) = bundle.entries(data) {
        let mut again = Vec::new();
        entries.iter().for_each(|entry| push_entry(&mut again, entry).unwrap());
        assert_eq!((again.as_slice(), entries.len()), (data, usize::from(width)));
    }
    let _ = bundle.hashes(data);
}

/// Policies: one that is read is met by all its witnesses together.
pub fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = CosignerKey::parse(text).map(|key| assert_eq!(key.to_string(), text));
    if let Ok(policy) = Policy::parse(text) {
        assert!(policy.is_met(|_| true));
    }
}

/// Requests to a witness: what is read prints as itself, and is judged, whatever it is.
pub fn witness(data: &[u8]) {
    let _ = NoteSignature::parse_lines(data);
    let Ok(request) = AddCheckpoint::parse(data) else { return };
    assert_eq!(request.to_string().as_bytes(), data);
    let origin = request.note.text().split('\n').next().unwrap_or_default();
    let Ok(name) = KeyName::parse(origin) else { return };
    let key = NoteSigner::from_seed(name, &[7; 32]).verifier_key();
    if let Err(refusal) = request.judge(&[key], |_| None) {
        assert!((400..=422).contains(&refusal.status()));
    }
}

/// Mapping files: what is read gives a row the same event however often, one that reads back.
pub fn mapping(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(mapping) = Mapping::parse(text) else { return };
    let header: Vec<_> = mapping.columns().into_iter().map(str::to_owned).collect();
    let origin = Origin::parse("credit.example/ledger").unwrap();
    let salts = SaltKey::of(&[7; 32]);
    for cell in ["", "2025-11-01", "914403001922038216", "轻微", " x "] {
        let cells = vec![cell.to_owned(); header.len()];
        let made = mapping.event(&origin, Row::new(&header, &cells), &salts);
        assert_eq!(made, mapping.event(&origin, Row::new(&header, &cells), &salts));
        if let Ok(bytes) = made {
            let event = Event::parse(&bytes).unwrap();
            assert_eq!(&event.issuer, mapping.issuer());
        }
    }
}

/// Notes, their checkpoints and the keys of both: what is read prints as the same bytes.
pub fn note(data: &[u8]) {
    if let Ok(note) = SignedNote::parse(data) {
        assert_eq!(note.to_string().as_bytes(), data);
        if let Ok(checkpoint) = Checkpoint::parse(note.text()) {
            assert_eq!(checkpoint.to_string(), note.text());
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(signer) = NoteSigner::parse(text) {
        assert_eq!(*signer.secret_text(), *text);
    }
}

/// Receipts: what is read prints as the same bytes.
pub fn proof(data: &[u8]) {
    if let Ok(proof) = TlogProof::parse(data) {
        assert_eq!(proof.to_string().as_bytes(), data);
    }
}

/// Statements of audits, and the text of one: what is read prints as the same bytes.
pub fn statement(data: &[u8]) {
    let text = SignedNote::parse(data).map(|note| note.text().to_owned());
    let Some(text) = text.ok().or_else(|| String::from_utf8(data.to_vec()).ok()) else { return };
    if let Ok(statement) = AuditStatement::parse(&text) {
        assert_eq!(statement.to_string(), text);
    }
}

/// Case files: whatever is read is run to an end, twice alike, and the audit reaches its end too.
pub fn scenario(data: &[u8]) {
    static BASE: LazyLock<Base> = LazyLock::new(|| Base::build().unwrap());
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(scenario) = Scenario::parse(text) else { return };
    let report = run(&BASE, &scenario);
    assert_eq!(report, run(&BASE, &scenario));
    assert!(report.mismatches.iter().all(|mismatch| mismatch.place != "the end"));
}

/// The inputs of the vectors that a target can start from, with names for files.
pub fn seeds(vectors: &Path, target: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
    if target == "mapping" {
        let named = |(at, text): (usize, &str)| (format!("mapping-{at}.toml"), text.as_bytes().to_vec());
        return Ok(MAPPINGS.into_iter().enumerate().map(named).collect());
    }
    if target == "scenario" {
        return Ok(vec![("scenario.toml".to_owned(), SCENARIO.as_bytes().to_vec())]);
    }
    let given: Option<Vec<Vec<u8>>> = match target {
        "tile" => Some(TILES.iter().map(|seed| seed.to_vec()).collect()),
        "disclosure" => Some(vec![
            DisclosedField::new(&Salt::from_bytes([7; Salt::LEN]), "name", HELD).text().as_bytes().to_vec(),
        ]),
        "payload" => Some(vec![plain(0), plain(2)]),
        "policy" => Some(vec![two_of_two().into()]),
        "witness" => Some(vec![request()]),
        "request" => Some(requests::heads()),
        "resolve" => Some(vec![requests::numbers()]),
        _ => None,
    };
    if let Some(given) = given {
        let named = |(at, seed): (usize, Vec<u8>)| (format!("{target}-{at}"), seed);
        return Ok(given.into_iter().enumerate().map(named).collect());
    }
    let (group, fields): (&str, &[&str]) = match target {
        "entry" => ("entry", &["hex"]),
        "envelope" => ("envelope", &["text"]),
        "event" => ("event", &["text", "hex"]),
        "identifier" => ("identifier", &["text"]),
        "kept" => ("sealed", &["file", "slot"]),
        "note" => ("note", &["note"]),
        "opening" => ("sealed", &["opening", "json"]),
        "proof" => ("proof", &["proof"]),
        "root" => ("sealed", &["a", "b"]),
        "sealed" => ("sealed", &["hex"]),
        "statement" => ("statement", &["note"]),
        other => return Err(io::Error::other(format!("no vectors for target {other}"))),
    };
    let mut seeds = Vec::new();
    for file in fs::read_dir(vectors.join(group))? {
        let file = file?;
        let case: Value = serde_json::from_slice(&fs::read(file.path())?).map_err(io::Error::other)?;
        for field in fields {
            if let Some(text) = case["input"][field].as_str() {
                let in_hex = ["a", "b", "file", "hex", "opening", "slot"].contains(field);
                let bytes = if in_hex { unhex(text)? } else { text.as_bytes().to_vec() };
                seeds.push((file.file_name().to_string_lossy().into_owned(), bytes));
            }
        }
    }
    seeds.sort();
    Ok(seeds)
}

/// A plain payload of content without a signature, and so many disclosures.
fn plain(disclosures: usize) -> Vec<u8> {
    let content = Content { signatures: Vec::new(), event: b"{}".to_vec() }.encode().unwrap();
    Plain { content, disclosures: vec![b"abc".to_vec(); disclosures] }.encode().unwrap().to_vec()
}

/// A policy of two witnesses.
fn two_of_two() -> String {
    let key =
        |name: &str, seed| Cosigner::from_seed(KeyName::parse(name).unwrap(), &[seed; 32]).key().to_string();
    let (a, b) = (key("a.example", 1), key("b.example", 2));
    format!("witness a {a} http://127.0.0.1:1\nwitness b {b}\n# both\ngroup g all a b\nquorum g\n")
}

/// A request to cosign a tree of nothing, signed by the key of seed 7.
fn request() -> Vec<u8> {
    let origin = Origin::parse("credit.example/ledger").unwrap();
    let signer = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
    let checkpoint = Checkpoint::new(origin, TreeSize::EMPTY, TreeHash::empty_root());
    format!("old 0\n\n{}", SignedCheckpoint::sign(&checkpoint, &signer).unwrap()).into_bytes()
}

/// Paths of tiles, and a bundle of two entries in a row that begins with its width less one.
const TILES: [&[u8]; 4] = [b"0/x001/x234/067.p/112", b"entries/000", b"7/000.p/255", b"\x00\x01x"];

/// Mapping files to start from: records and entries on a list. They are no vectors: how a department
/// names its columns is its own business.
const MAPPINGS: [&str; 2] = [
    r#"kind = "record.filed"
issuer = "market-regulation.430381"
subject = "uscc:{code|trim}"
valid_from = "{decided|date}"
id = ["number", "code"]

[body]
type = "market.penalty"
severity = "{grade}"
summary = "{remark|optional}"
decision = { number = "{number|trim}", date = "{decided|date}" }

[values.grade]
"轻微" = "minor"
"#,
    r#"kind = "listing.entered"
issuer = "court.430381"
subject = "ext:court:{number}"
valid_from = "2025-11-01T00:00:00+08:00"
id = ["number"]
body = { list = "court.unpaid", row = { name = "{name}", since = "{since|optional}" } }
"#,
];

/// A case file to start from: small, so that a change hits what matters.
const SCENARIO: &str = r#"title = { zh = "甲", en = "A" }
rows = ["C4"]
law = "x"
story = "x"

[subjects]
"甲" = "uscc:914403001922038216"

[[step]]
at = 2026-05-14T09:00:00+08:00
by = "ecology-environment.430381"
cosign = ["b"]
kind = "rating.assigned"
about = "甲"
name = "评价"
from = 2026-05-14
expect = "accepted"
meets = ["D11"]
why = "x"
body = { scheme = "env.rating", grade = "red" }

[[step]]
at = "2026-05-15T09:00:00+08:00"
by = "tax.430381"
kind = "rating.withdrawn"
about = "甲"
expect = { refused = "L17", field = "issuer" }
why = "x"
body = { rating = "@评价", reason = "x" }

[[ask]]
at = 2026-05-14
known = "@评价"
view = "line"
of = "@评价"
why = "x"
lacks = ["listed"]
counts = { marks = 0 }
says = { life = "in-force", marks = [] }
"#;

/// Hex of bytes, as test output shows an input that failed.
pub fn show(data: &[u8]) -> String {
    to_hex(data)
}

fn unhex(hex: &str) -> io::Result<Vec<u8>> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()).ok_or(io::ErrorKind::InvalidData))
        .collect::<Result<_, _>>()?;
    Ok(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
