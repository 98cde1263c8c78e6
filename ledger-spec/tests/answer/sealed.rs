//! Answers about sealed entries, their openings, and what is kept beside the log.

use super::{Answer, hash, number, refused, text, unhex};
use ledger_spec::entry::EntryHashes;
use ledger_spec::event::Event;
use ledger_spec::id::StreamKey;
use ledger_spec::sealed::{
    AnyLink, ChosenRoot, Commitment, FileHeader, FileKind, Frames, Generation, GroupKey, Kek, LinkPlace,
    LogEntry, Opening, OpeningFormError, OtherCopy, Place, Plain, Remains, SealedEntry, SealedLinks,
    SkeletonKey, Slot, SlotSecret,
};
use serde_json::{Value, json};
use tlog::bytes::to_hex;
use tlog::checkpoint::Origin;
use tlog::key::PublicKey;
use tlog::position::EntryIndex;

pub fn sealed(input: &Value) -> Answer {
    match text(input, "operation") {
        "entry" => entry(&unhex(text(input, "hex"))),
        "opening" => opening(input),
        "payload" => payload(input),
        "slot" => slot(input),
        "skeleton" => skeleton(input),
        "root" => root(input),
        "file" => file(input),
        other => panic!("no operation {other}"),
    }
}

fn origin(input: &Value) -> Origin {
    Origin::parse(text(input, "origin")).unwrap()
}

fn entry(bytes: &[u8]) -> Answer {
    let read = LogEntry::decode(bytes).map_err(refused)?;
    assert_eq!(read.encode().as_deref(), Ok(bytes), "what decodes encodes to the same bytes");
    let LogEntry::Sealed(entry) = read else { return Err(refused("a clear entry")) };
    let hashes = EntryHashes::of(bytes);
    Ok(json!({
        "index": entry.index.get(),
        "recorded_at": entry.recorded_at.micros(),
        "previous": entry.previous.to_string(),
        "algorithm": entry.algorithm.code(),
        "verifiable": entry.algorithm.hashing().is_ok(),
        "commitment": entry.commitment.to_string(),
        "chain": hashes.chain.to_string(),
        "leaf": hashes.leaf.to_string(),
    }))
}

/// The opening of a case, from bytes or from JSON; in the other form it is the same.
fn read(input: &Value) -> Result<Opening, OpeningFormError> {
    let read = match input.get("json").and_then(Value::as_str) {
        Some(json) => Opening::from_json(json.as_bytes())?,
        None => Opening::decode(&unhex(text(input, "opening")))?,
    };
    let (bytes, json) = (read.encode(), read.to_json());
    assert_eq!(Opening::decode(&bytes)?.to_json(), json, "one opening has one JSON");
    assert_eq!(Opening::from_json(json.as_bytes())?.encode(), bytes, "and one form of bytes");
    Ok(read)
}

fn opening(input: &Value) -> Answer {
    let (origin, entry) = (origin(input), unhex(text(input, "entry")));
    let entry = SealedEntry::decode(&entry).map_err(refused)?;
    let opening = read(input).map_err(refused)?;
    let parts = |hashing| opening.parts(hashing).0.map(|part| part.to_string());
    let parts = entry.algorithm.hashing().map(parts).map_err(refused)?;
    let keys = &mut PublicKey::parse;
    let (form, said) = match &opening {
        Opening::Content(opening) => {
            let opened = opening.open(&entry, &origin, keys).map_err(refused)?;
            ("content", json!({ "event": event(opened.event()) }))
        }
        Opening::Link(opening) => {
            let opened = opening.open(&entry, &origin).map_err(refused)?;
            if let Some(stream) = input.get("stream").and_then(Value::as_str) {
                opened.check_stream(&StreamKey::parse(stream).unwrap()).map_err(refused)?;
            }
            ("link", json!({ "link": opened.link().at().number(), "links": [link(opened.link())] }))
        }
        Opening::Auditor(opening) => {
            let opened = opening.open(&entry, &origin, keys).map_err(refused)?;
            ("auditor", json!({ "event": event(opened.event()), "links": links(opened.links()) }))
        }
        Opening::Remains(remains) => {
            let opened = remains.open(&entry, &origin).map_err(refused)?;
            ("remains", json!({ "links": links(opened.links()) }))
        }
    };
    let mut answer = json!({ "form": form, "parts": parts, "index": entry.index.get() });
    answer.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    Ok(answer)
}

fn event(event: &Event) -> Value {
    json!({ "id": event.id.to_string(), "kind": event.kind().name() })
}

fn links(links: &SealedLinks) -> Vec<Value> {
    LinkPlace::ALL.map(|at| link(&links.at(at))).to_vec()
}

fn link(link: &AnyLink) -> Value {
    let Some(tagged) = link.tagged() else { return Value::Null };
    let mut said = json!({
        "tag": tagged.tag.to_string(),
        "previous": tagged.link.previous.map(EntryIndex::get),
        "version": tagged.link.version.get(),
    });
    if let AnyLink::Subject(_, id) = link {
        said["event"] = json!(id.to_string());
    }
    said
}

/// The commitment and index that something kept is bound to.
fn bound(input: &Value) -> (EntryIndex, Commitment) {
    (EntryIndex::new(number(input, "index")), Commitment::from_bytes(hash(&input["commitment"])))
}

/// What a slot holds, as a case gives it.
fn slot_of(input: &Value) -> Slot {
    let bytes = unhex(text(input, "slot")).try_into().unwrap();
    let generation = Generation::new(number(input, "generation"));
    Slot::decode(&bytes, EntryIndex::new(number(input, "index")), generation).unwrap()
}

fn payload(input: &Value) -> Answer {
    let ((index, commitment), origin) = (bound(input), origin(input));
    let key = GroupKey::copied(&hash(&input["group_key"]));
    let secret: SlotSecret = slot_of(input).unwrap_with(&key, index).map_err(refused)?.unwrap();
    let place = Place { origin: &origin, index };
    let plain = Plain::open(unhex(text(input, "payload")), &secret, &place, &commitment).map_err(refused)?;
    let private: Vec<_> = input["private"].as_array().unwrap().iter().map(hash).collect();
    let disclosed = plain.disclosed(&private).map_err(refused)?;
    let shown: Vec<_> =
        disclosed.iter().map(|one| one.map(|bytes| String::from_utf8_lossy(bytes).into_owned())).collect();
    Ok(json!({ "content": to_hex(&plain.content), "r0": to_hex(secret.salt().expose()), "disclosed": shown }))
}

fn slot(input: &Value) -> Answer {
    let index = EntryIndex::new(number(input, "index"));
    let bytes = unhex(text(input, "slot")).try_into().unwrap();
    let slot = Slot::decode(&bytes, index, Generation::new(number(input, "generation"))).map_err(refused)?;
    let key = GroupKey::copied(&hash(&input["group_key"]));
    let secret = slot.unwrap_with(&key, index).map_err(refused)?;
    let salt = secret.map(|secret| to_hex(secret.salt().expose()));
    Ok(json!({ "offset": Slot::offset(index), "r0": salt }))
}

fn skeleton(input: &Value) -> Answer {
    let ((index, commitment), origin) = (bound(input), origin(input));
    let key = SkeletonKey::copied(&hash(&input["skeleton_key"]));
    let place = Place { origin: &origin, index };
    let remains =
        Remains::unseal(&unhex(text(input, "skeleton")), &key, &place, &commitment).map_err(refused)?;
    Ok(json!({ "opening": to_hex(&Opening::Remains(remains).encode()) }))
}

fn root(input: &Value) -> Answer {
    let file = |name: &str| input.get(name).and_then(Value::as_str).map(unhex);
    let (a, b) = (file("a"), file("b"));
    let kek = Kek::copied(&hash(&input["kek"]));
    let chosen = ChosenRoot::of(a.as_deref(), b.as_deref(), &origin(input), &kek).map_err(refused)?;
    let other = match chosen.other {
        OtherCopy::Same => "same",
        OtherCopy::Absent => "absent",
        OtherCopy::Older(_) => "older",
        OtherCopy::Refused(_) => "refused",
    };
    let root = &chosen.root;
    let groups = (0..root.groups()).map(|at| {
        let (generation, key) =
            root.group(ledger_spec::sealed::Group::new(u64::try_from(at).unwrap())).unwrap();
        json!({ "generation": generation.get(), "key": to_hex(key.expose()) })
    });
    let identities = std::iter::once(root.identities.first()).chain(root.identities.later());
    let identities: Vec<_> = identities.map(|key| to_hex(key.expose())).collect();
    Ok(json!({
        "copy": chosen.copy.to_string(),
        "other": other,
        "generation": root.generation.get(),
        "skeleton_key": to_hex(root.skeleton.expose()),
        "vrf_key": to_hex(root.vrf.expose()),
        "identity_keys": identities,
        "store_key": to_hex(root.store.expose()),
        "groups": groups.collect::<Vec<_>>(),
    }))
}

fn file(input: &Value) -> Answer {
    let kind = match text(input, "kind") {
        "body" => FileKind::Body,
        "slot" => FileKind::Slot,
        "link" => FileKind::Link,
        other => panic!("no kind {other}"),
    };
    let bytes = unhex(text(input, "file"));
    let header = FileHeader::decode(kind, &bytes).map_err(refused)?;
    let mut frames = Vec::new();
    if kind != FileKind::Slot {
        for frame in Frames::of(&bytes, &header) {
            let frame =
                frame.map_err(|error| json!({ "error": error.to_string(), "offset": error.offset }))?;
            frames.push(
                json!({ "index": frame.index.get(), "bytes": to_hex(frame.bytes), "offset": frame.offset }),
            );
        }
    }
    Ok(json!({
        "name": header.file_name(),
        "group": header.group.get(),
        "generation": header.generation.get(),
        "frames": frames,
    }))
}
