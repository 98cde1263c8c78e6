//! What this crate answers to a vector's input: the same reading for the tool that writes the vectors
//! and for the test that holds them.
//!
//! An answer is the object that the file keeps under `accepted`, or the one under `refused`. Whether a
//! case should be accepted is stated by hand where the case is made, not here.

pub mod ledger;
mod request;
mod sealed;
mod witnesses;

use ledger_spec::audit::ProvenEntry;
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::{Entry, EntryHashes, EntrySignature};
use ledger_spec::event::envelope::{SignedEvent, pre_authentication_encoding};
use ledger_spec::event::{DisclosedField, DisclosedFields, Event, SentEvent, WholeEvent};
use ledger_spec::id::{AuthorityId, EventId, ListCode, SubjectId, TypeCode, gb11643};
use ledger_spec::identity::{IdentityKey, IdentityKeys, PseudonymScheme, Pseudonyms};
use ledger_spec::sealed::Opening;
use ledger_spec::time::{Date, RecordedTime, ValidTime};
use serde_json::{Value, json};
use std::fmt::Display;
use tlog::bytes::{from_base64url_exact, to_base64, to_hex};
use tlog::checkpoint::{Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::key::PublicKey;
use tlog::merkle::{
    ConsistencyProof, InclusionProof, NodeId, NodeReader, consistency_proof, inclusion_proof, root_of,
};
use tlog::note::{SignedNote, VerifierKey};
use tlog::position::{EntryIndex, TreeSize};
use tlog::proof::TlogProof;

pub use ledger::entries_of;

/// What the file keeps: `Ok` under `accepted`, `Err` under `refused`.
pub type Answer = Result<Value, Value>;

/// Every group of vectors: the folders that may stand in `vectors/`.
pub const GROUPS: [&str; 22] = [
    "admission",
    "audit",
    "chain",
    "checkpoint",
    "cosignature",
    "disclosure",
    "entry",
    "envelope",
    "event",
    "identifier",
    "key",
    "ledger",
    "note",
    "policy",
    "projection",
    "proof",
    "pseudonym",
    "request",
    "sealed",
    "statement",
    "tree",
    "witness",
];

/// Answers a case of `group`. `ledgers` gives the input of a case of the group `ledger` by its name.
pub fn answer(group: &str, input: &Value, ledgers: &dyn Fn(&str) -> Value) -> Answer {
    match group {
        "admission" => ledger::admission(input, ledgers),
        "audit" => ledger::audit(input, ledgers),
        "chain" => chain(input),
        "checkpoint" => checkpoint(input),
        "cosignature" => witnesses::cosignature(input),
        "disclosure" => disclosure(input),
        "entry" => entry(&bytes(input)),
        "envelope" => envelope(&bytes(input)),
        "event" => event(&bytes(input)),
        "identifier" => identifier(text(input, "form"), text(input, "text")),
        "key" => key(input),
        "ledger" => ledger::base(input),
        "note" => note(input),
        "policy" => witnesses::policy(input),
        "projection" => ledger::projection(input, ledgers),
        "proof" => proof(input),
        "pseudonym" => pseudonym(input),
        "request" => request::request(input),
        "sealed" => sealed::sealed(input),
        "statement" => witnesses::statement(input),
        "tree" => tree(input),
        "witness" => witnesses::witness(input),
        other => panic!("no answer for the group {other}"),
    }
}

/// A refusal that is an error's message.
pub fn refused(error: impl Display) -> Value {
    json!({ "error": error.to_string() })
}

/// A file's text: keys in alphabetical order, whatever order serde_json keeps them in here.
pub fn print(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields: std::collections::BTreeMap<_, _> = fields.iter().collect();
                fields.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
            }
            Value::Array(items) => items.iter().map(sorted).collect(),
            other => other.clone(),
        }
    }
    format!("{}\n", serde_json::to_string_pretty(&sorted(value)).unwrap())
}

/// The text field `name` of a case.
pub fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_else(|| panic!("the input has a text `{name}`"))
}

/// The number field `name` of a case.
pub fn number(input: &Value, name: &str) -> u64 {
    input[name].as_u64().unwrap_or_else(|| panic!("the input has a number `{name}`"))
}

/// Bytes from hex, any length.
pub fn unhex(hex: &str) -> Vec<u8> {
    assert_eq!(hex.len() % 2, 0, "an even number of hex digits");
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// A case's bytes: `text`, or `hex` where they are not text.
fn bytes(input: &Value) -> Vec<u8> {
    match input.get("text").and_then(Value::as_str) {
        Some(text) => text.as_bytes().to_vec(),
        None => unhex(text(input, "hex")),
    }
}

fn hash(input: &Value) -> [u8; 32] {
    unhex(input.as_str().unwrap()).try_into().unwrap()
}

fn hashes(input: &Value) -> Vec<TreeHash> {
    input.as_array().unwrap().iter().map(|one| TreeHash::from_bytes(hash(one))).collect()
}

fn identifier(form: &str, text: &str) -> Answer {
    fn same<T: Display, E: Display>(read: Result<T, E>) -> Answer {
        read.map(|id| json!({ "text": id.to_string() })).map_err(refused)
    }
    match form {
        "subject" => same(SubjectId::parse(text)),
        "event" => same(EventId::parse(text)),
        "authority" => same(AuthorityId::parse(text)),
        "type" => same(TypeCode::parse(text)),
        "list" => same(ListCode::parse(text)),
        "origin" => same(Origin::parse(text)),
        "resident-number" => gb11643::ResidentNumber::parse(text).map(|_| json!({})).map_err(refused),
        "date" => same(Date::parse(text)),
        "valid-time" => ValidTime::parse(text)
            .map(|time| json!({ "micros": time.micros(), "text": time.to_string() }))
            .map_err(refused),
        "recorded-time" => RecordedTime::parse(text)
            .map(|time| json!({ "micros": time.micros(), "text": time.to_text() }))
            .map_err(refused),
        other => panic!("no form {other}"),
    }
}

fn pseudonym(input: &Value) -> Answer {
    let scheme = PseudonymScheme::parse_word(text(input, "scheme")).map_err(refused)?;
    let number = gb11643::ResidentNumber::parse(text(input, "number")).map_err(refused)?;
    let mut keys =
        input["identity_keys"].as_array().unwrap().iter().map(|key| IdentityKey::copied(&hash(key)));
    let mut identities = IdentityKeys::new(keys.next().unwrap());
    keys.try_for_each(|key| identities.renew(key).map(drop)).map_err(refused)?;
    Ok(json!({ "subject": Pseudonyms::of(&identities, scheme).subject(&number).to_string() }))
}

fn key(input: &Value) -> Answer {
    let enrol = input.get("enrol").and_then(Value::as_bool).unwrap_or_default();
    let parse = if enrol { PublicKey::parse_to_enrol } else { PublicKey::parse };
    let key = parse(hash(&input["key"])).map_err(refused)?;
    match input.get("signature").and_then(Value::as_str) {
        None => {}
        Some(signature) => {
            let signature: [u8; 64] = unhex(signature).try_into().unwrap();
            key.verify(&unhex(text(input, "message")), &signature).map_err(refused)?;
        }
    }
    Ok(json!({ "id": key.id(), "base64url": key.to_base64url() }))
}

fn event(bytes: &[u8]) -> Answer {
    let event = Event::parse(bytes).map_err(refused)?;
    let streams: Vec<_> = event.streams().iter().map(ToString::to_string).collect();
    Ok(json!({
        "kind": event.kind().name(),
        "id": event.id.to_string(),
        "valid_from": event.valid_from.micros(),
        "streams": streams,
    }))
}

fn envelope(bytes: &[u8]) -> Answer {
    let verified = SignedEvent::from_envelope(bytes).and_then(SignedEvent::verify).map_err(refused)?;
    let signers: Vec<_> = verified.signers().map(PublicKey::id).collect();
    let event = std::str::from_utf8(verified.bytes()).unwrap();
    let pae = to_hex(&pre_authentication_encoding(verified.bytes()));
    Ok(json!({ "event": event, "pae": pae, "signers": signers }))
}

/// Reads what a ledger's case gives as sent: an envelope, with the fields that travel beside the event.
fn whole(sent: &str) -> WholeEvent {
    SentEvent::read(sent.as_bytes()).and_then(SentEvent::verify).unwrap()
}

fn disclosure(input: &Value) -> Answer {
    let texts = |name: &str| {
        let all = input[name].as_array().unwrap().iter();
        all.map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let private =
        texts("private").iter().map(|text| from_base64url_exact(text)).collect::<Result<Vec<_>, _>>();
    let fields = DisclosedFields::of(&private.map_err(refused)?, &texts("disclosures")).map_err(refused)?;
    let said = |field: &DisclosedField| json!({ "name": field.name(), "value": field.value() });
    Ok(json!({ "fields": fields.iter().map(said).collect::<Vec<_>>() }))
}

fn entry(bytes: &[u8]) -> Answer {
    let entry = Entry::decode(bytes).map_err(refused)?;
    assert_eq!(entry.encode().as_deref(), Ok(bytes), "what decodes encodes to the same bytes");
    let links: Vec<_> = entry
        .links
        .iter()
        .map(|link| json!({ "previous": link.previous.map(EntryIndex::get), "version": link.version.get() }))
        .collect();
    let signatures: Vec<_> = entry
        .signatures
        .iter()
        .map(|signature| match signature {
            EntrySignature::Ed25519 { key, signature } => {
                json!({ "algorithm": "ed25519", "key": to_hex(key), "signature": to_hex(signature) })
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let hashes = EntryHashes::of(bytes);
    Ok(json!({
        "index": entry.index.get(),
        "recorded_at": entry.recorded_at.micros(),
        "previous": entry.previous.to_string(),
        "links": links,
        "signatures": signatures,
        "event": to_hex(&entry.event),
        "chain": hashes.chain.to_string(),
        "leaf": hashes.leaf.to_string(),
    }))
}

fn chain(input: &Value) -> Answer {
    let mut tip = ChainHash::ZERO;
    let mut links = Vec::new();
    for (at, bytes) in entries_of(input).iter().enumerate() {
        let entry = Entry::decode(bytes).map_err(refused)?;
        if entry.previous != tip {
            let error = format!("entry {at} names {} where {tip} is expected", entry.previous);
            return Err(json!({ "error": error, "index": at }));
        }
        tip = ChainHash::of_entry(bytes);
        links.push(tip.to_string());
    }
    Ok(json!({ "chain": links }))
}

/// Nodes computed from the leaves each time; no file, no cache.
struct Leaves(Vec<TreeHash>);

impl NodeReader for Leaves {
    type Error = std::convert::Infallible;

    fn node(&self, id: NodeId) -> Result<TreeHash, Self::Error> {
        let (width, index) = (1 << id.level, usize::try_from(id.index).unwrap());
        Ok(root_of(&self.0[index * width..(index + 1) * width]))
    }
}

fn tree(input: &Value) -> Answer {
    let size = |name: &str| TreeSize::new(number(input, name));
    let root = |name: &str| TreeHash::from_bytes(hash(&input[name]));
    let index = || EntryIndex::new(number(input, "index"));
    let path = |hashes: &[TreeHash]| hashes.iter().map(ToString::to_string).collect::<Vec<_>>();
    match text(input, "operation") {
        "root" => {
            let leaves: Vec<_> = entries_of(input).iter().map(|bytes| TreeHash::leaf(bytes)).collect();
            Ok(json!({ "leaves": path(&leaves), "root": root_of(&leaves).to_string() }))
        }
        "prove-inclusion" => inclusion_proof(index(), size("size"), &Leaves(hashes(&input["leaves"])))
            .map(|proof| json!({ "path": path(proof.hashes()) }))
            .map_err(refused),
        "prove-consistency" => consistency_proof(size("old"), size("new"), &Leaves(hashes(&input["leaves"])))
            .map(|proof| json!({ "path": path(proof.hashes()) }))
            .map_err(refused),
        "verify-inclusion" => InclusionProof::from_hashes(hashes(&input["path"]))
            .and_then(|proof| proof.verify(root("leaf"), index(), size("size"), root("root")))
            .map(|()| json!({}))
            .map_err(refused),
        "verify-consistency" => ConsistencyProof::from_hashes(hashes(&input["path"]))
            .and_then(|p| p.verify(size("old"), root("old_root"), size("new"), root("new_root")))
            .map(|()| json!({}))
            .map_err(refused),
        other => panic!("no operation {other}"),
    }
}

fn note(input: &Value) -> Answer {
    let keys: Vec<_> = input["vkeys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| VerifierKey::parse(key.as_str().unwrap()))
        .collect();
    let keys: Vec<_> = keys.into_iter().collect::<Result<_, _>>().map_err(refused)?;
    let note = SignedNote::parse(text(input, "note").as_bytes()).map_err(refused)?;
    assert_eq!(note.to_string(), text(input, "note"), "what is read prints as the same bytes");
    let signers = note.verify(&keys).map_err(refused)?;
    let signers: Vec<_> = signers.iter().map(|key| format!("{} {}", key.name(), key.id())).collect();
    Ok(json!({ "text": note.text(), "signers": signers }))
}

fn vkey(input: &Value) -> VerifierKey {
    VerifierKey::parse(text(input, "vkey")).unwrap()
}

fn checkpoint(input: &Value) -> Answer {
    let signed = SignedCheckpoint::verify(text(input, "note").as_bytes(), &vkey(input)).map_err(refused)?;
    let said = signed.checkpoint();
    Ok(json!({
        "origin": said.origin().to_string(),
        "size": said.size().get(),
        "root": to_base64(said.root().as_bytes()),
        "extensions": said.extensions(),
    }))
}

fn proof(input: &Value) -> Answer {
    let proof = TlogProof::parse(text(input, "proof").as_bytes()).map_err(refused)?;
    assert_eq!(proof.to_string(), text(input, "proof"), "what is read prints as the same bytes");
    let leaf = TreeHash::leaf(&unhex(text(input, "entry")));
    let signed = proof.verify(leaf, &vkey(input)).map_err(refused)?;
    // The opening is beside the receipt and proves which event it is for.
    if let Some(opening) = input.get("opening") {
        let opening = Opening::from_json(opening.to_string().as_bytes()).map_err(refused)?;
        let Opening::Content(opening) = opening else { return Err(refused("another opening")) };
        let (proof, entry) = (text(input, "proof").as_bytes(), unhex(text(input, "entry")));
        let _proven = ProvenEntry::verify(proof, &entry, Some(&opening), &vkey(input)).map_err(refused)?;
    }
    Ok(json!({ "index": proof.index().get(), "size": signed.checkpoint().size().get() }))
}
