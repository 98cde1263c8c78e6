//! How fast the pure parts are, each alone: `cargo bench`. What a whole server reaches, `load` in `tools/`
//! measures.

// A benchmark that cannot set up its input has nothing to measure.
#![allow(clippy::unwrap_used, missing_docs)]

mod fixture;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use fixture::{entered, event, filing_about, key, randomness, setup};
use ledger_spec::audit::{Auditor, GivenEntry, Scope, read_chunk};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::CaseFiles;
use ledger_spec::casefile::{AsOf, CaseFile, Filed, Sight, Viewer};
use ledger_spec::definition::ItemKind;
use ledger_spec::entry::EntryHashes;
use ledger_spec::event::envelope::{SignedEvent, seal};
use ledger_spec::event::{Change, DisclosedField, Event, Kind};
use ledger_spec::id::{ListCode, SubjectId};
use ledger_spec::projection::{CityAnswer, CityAsked, CityQuestion, Events, Projector};
use ledger_spec::request::{NewRequest, Purpose, RequestHead, SignedRequest};
use ledger_spec::sealed::{Opening, RandomNonce, Sealed, SkeletonKey};
use ledger_spec::state::{EnteredEntry, Ledger};
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::json;
use std::collections::HashMap;
use std::hint::black_box;
use tlog::checkpoint::Origin;
use tlog::hash::TreeHash;
use tlog::merkle::{Frontier, NodeId, NodeReader, inclusion_proof};
use tlog::position::{EntryIndex, TreeSize};

const SUBJECT: &str = "uscc:914403001922038216";

fn filing(n: u64) -> Vec<u8> {
    filing_about(n, SUBJECT)
}

fn ready() -> Ledger {
    let mut ledger = Ledger::default();
    setup().iter().for_each(|envelope| drop(entered(&mut ledger, envelope)));
    ledger
}

/// All complete nodes of a tree, by name.
struct Nodes(HashMap<NodeId, TreeHash>);

impl NodeReader for Nodes {
    type Error = NodeId;

    fn node(&self, id: NodeId) -> Result<TreeHash, NodeId> {
        self.0.get(&id).copied().ok_or(id)
    }
}

fn events(c: &mut Criterion) {
    let bytes = filing(9);
    let envelope = seal(&bytes, &[&key(4)]);
    let signed = SignedEvent::from_envelope(envelope.as_bytes()).unwrap();
    c.bench_function("event: parse", |b| b.iter(|| Event::parse(black_box(&bytes)).unwrap()));
    c.bench_function("envelope: parse with its event", |b| {
        b.iter(|| SignedEvent::from_envelope(black_box(envelope.as_bytes())).unwrap());
    });
    c.bench_function("envelope: verify_strict", |b| {
        b.iter_batched(|| signed.clone(), |signed| signed.verify().unwrap(), BatchSize::SmallInput);
    });
}

/// A signed read from its head on, and beside it the one strict verification in it.
fn requests(c: &mut Criterion) {
    let now = RecordedTime::from_micros(1_764_550_840_000_000);
    let new = NewRequest {
        method: "GET",
        authority: "credit.example",
        path: "/v1/subjects/uscc:914403001922038216/standing",
        query: Some("valid_at=2026-01-01"),
        body: None,
        purpose: Some(Purpose::Audit),
        case: None,
        visible_from: None,
    };
    let made = new.sign(&key(4), now, &[7; 16]);
    let mut fields: Vec<_> = made.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    fields.push(("host", b"credit.example"));
    let head = RequestHead { method: new.method, path: new.path, query: new.query, fields: &fields };
    let base = SignedRequest::parse(&head).unwrap().base().to_owned();
    let (public, signature) = (key(4).public(), key(4).sign(base.as_bytes()));
    c.bench_function("request: read and verify", |b| {
        b.iter(|| SignedRequest::parse(black_box(&head)).unwrap().verify(now).unwrap());
    });
    c.bench_function("request: its verify_strict alone", |b| {
        b.iter(|| public.verify(black_box(base.as_bytes()), &signature).unwrap());
    });
}

fn entries(c: &mut Criterion) {
    let verified =
        SignedEvent::from_envelope(seal(&filing(9), &[&key(4)]).as_bytes()).unwrap().verify().unwrap();
    let (ledger, now) = (ready(), RecordedTime::parse("2025-12-01T09:00:00+08:00").unwrap());
    c.bench_function("ledger: admit, link, encode, hash", |b| {
        b.iter_batched(
            || (ledger.clone(), verified.clone()),
            |(mut ledger, event)| ledger.enter(event, now, randomness()).unwrap(),
            BatchSize::SmallInput,
        );
    });
    let entry = entered(&mut ready(), &seal(&filing(9), &[&key(4)])).entry;
    c.bench_function("entry in the clear: encode and hash", |b| {
        b.iter(|| EntryHashes::of(&black_box(&entry).encode().unwrap()));
    });
    let (origin, stated) =
        (Origin::parse("credit.example/ledger").unwrap(), Event::parse(&entry.event).unwrap());
    let sealed = || Sealed::of(&origin, black_box(&entry), &stated, randomness()).unwrap();
    c.bench_function("entry under seal: commit, encode and hash", |b| {
        b.iter(|| EntryHashes::of(&sealed().entry.encode()));
    });
    let skeleton_key = SkeletonKey::copied(&[5; 32]);
    c.bench_function("entry under seal: encrypt what is kept beside it", |b| {
        let kept = |sealed: Sealed| {
            sealed.kept(&origin, Vec::new(), &skeleton_key, RandomNonce([3; RandomNonce::LEN])).unwrap()
        };
        b.iter_batched(sealed, kept, BatchSize::SmallInput);
    });
}

fn tree(c: &mut Criterion) {
    let (mut nodes, mut frontier, mut completed) = (HashMap::new(), Frontier::new(), Vec::new());
    for n in 0..100_000_u64 {
        frontier.append(TreeHash::leaf(&n.to_le_bytes()), &mut completed);
        nodes.extend(completed.drain(..));
    }
    let (nodes, size) = (Nodes(nodes), TreeSize::new(100_000));
    let leaf = TreeHash::leaf(b"leaf");
    c.bench_function("tree: append a leaf", |b| {
        b.iter(|| {
            completed.clear();
            frontier.append(black_box(leaf), &mut completed);
        });
    });
    c.bench_function("tree: inclusion among 100,000", |b| {
        b.iter(|| inclusion_proof(EntryIndex::new(54_321), size, &nodes).unwrap());
    });
}

/// The events of the entries from 4 on.
struct Stated(Vec<Event>);

impl Events for Stated {
    fn event(&self, entry: EntryIndex) -> Option<Event> {
        self.0.get(usize::try_from(entry.get() - 4).ok()?).cloned()
    }

    fn fields(&self, _: EntryIndex) -> Vec<DisclosedField> {
        Vec::new()
    }
}

fn answers(c: &mut Criterion) {
    let subject = SubjectId::parse(SUBJECT).unwrap();
    let ledger = ready();
    let governance = ledger.governance();
    let events: Vec<_> = (4..34).map(|n| Event::parse(&filing(n)).unwrap()).collect();
    let recorded = |n| Recorded { index: EntryIndex::new(n), at: RecordedTime::from_micros(n) };
    let mut file = CaseFile::default();
    for (n, event) in (4..).zip(&events) {
        let filed = Filed { event, recorded: recorded(n), signers: &[] };
        file.apply(filed, &governance.directory);
    }
    let valid_at = ValidTime::parse("2025-12-01T09:00:00+08:00").unwrap();
    let asked = AsOf { valid_at, known: TreeSize::new(34) };
    let whole = Stated(events.clone());
    let standing = |file: &CaseFile| {
        Projector::new(&subject, file, governance, asked, Viewer::by(Sight::Restricted, asked))
            .with_events(&whole)
            .standing()
    };
    c.bench_function("projection: standing over 30 records", |b| b.iter(|| standing(black_box(&file))));
    let mut group = c.benchmark_group("case files");
    group.throughput(Throughput::Elements(30));
    group.bench_function("30 events folded", |b| {
        b.iter(|| {
            let mut world = CaseFiles::default();
            for (n, event) in (4..).zip(&events) {
                world.apply(Filed { event, recorded: recorded(n), signers: &[] }, &governance.directory);
            }
            world
        });
    });
    group.finish();
}

/// An edition of a list with 100,000 members, out of the kept case files.
fn editions(c: &mut Criterion) {
    let (mut ledger, mut world) = (ready(), CaseFiles::default());
    let list = ListCode::parse("test.list").unwrap();
    let body = json!({
        "title": { "zh": "名单", "en": "List" }, "polarity": "negative", "disclosure": "public",
        "subjects": ["ext"], "columns": ["name", "since"], "basis": [{ "title": "依据" }], "confidence": "U",
    });
    let kind = Kind::Catalogue(ItemKind::List, Change::Adopted);
    drop(entered(
        &mut ledger,
        &seal(&event(4, kind, "steward", "catalogue:list.test.list", body), &[&key(3)]),
    ));
    for n in 0..100_000_u64 {
        let body = json!({ "list": "test.list", "row": { "name": format!("某某有限公司{n}"), "since": "2025-11-01" } });
        let subject = format!("ext:test:{n}");
        let bytes = event(10 + n, Kind::ListingEntered, "department", &subject, body);
        let recorded = Recorded { index: EntryIndex::new(10 + n), at: RecordedTime::from_micros(n) };
        let event = Event::parse(&bytes).unwrap();
        world.apply(Filed { event: &event, recorded, signers: &[] }, &ledger.governance().directory);
    }
    let valid_at = ValidTime::parse("2025-12-01T09:00:00+08:00").unwrap();
    let asked = AsOf { valid_at, known: TreeSize::new(200_000) };
    let question = CityQuestion::Roll(list);
    let asked = CityAsked {
        question: &question,
        governance: ledger.governance(),
        as_of: asked,
        viewer: Viewer::by(Sight::Public, asked),
    };
    let mut group = c.benchmark_group("lists");
    group.sample_size(10);
    group.bench_function("who is on a list of 100,000 members", |b| {
        b.iter(|| match world.city(asked) {
            CityAnswer::Roll(roll) => roll.len(),
            _ => unreachable!("a roll is what a roll was asked for"),
        });
    });
    group.finish();
}

fn audit(c: &mut Criterion) {
    let mut ledger = Ledger::default();
    let mut entries: Vec<_> = setup().iter().map(|envelope| entered(&mut ledger, envelope)).collect();
    entries.extend((4..256).map(|n| entered(&mut ledger, &seal(&filing(n), &[&key(4)]))));
    let origin = Origin::parse("credit.example/ledger").unwrap();
    let opened = |made: &EnteredEntry| {
        let opening = made.sealed.as_ref().map(|sealed| sealed.opening.encoded());
        let opening = opening.map(|bytes| Opening::decode(&bytes).unwrap());
        GivenEntry { opening, ..GivenEntry::blind(made.bytes.clone()) }
    };
    let mut group = c.benchmark_group("audit");
    group.throughput(Throughput::Elements(256));
    group.bench_function("256 entries", |b| {
        b.iter(|| {
            let mut auditor = Auditor::new(Scope::Opened);
            let read = read_chunk(&origin, EntryIndex::new(0), entries.iter().map(opened)).unwrap();
            read.into_iter().for_each(|entry| drop(auditor.absorb(entry).unwrap()));
            auditor.root()
        });
    });
    group.finish();
}

criterion_group!(pure, events, requests, entries, tree, answers, editions, audit);
criterion_main!(pure);
