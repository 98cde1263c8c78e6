//! How fast case files are made and answered from, beside a bare scan of the same store on the same cores in the same
//! run: `cargo bench --bench case_files [-- ENTRIES]`. Every subject has ten, and the first 100,000 are on a list.

// A benchmark that cannot set up its input has nothing to measure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod fixture;

use credit_ledger::case_files::{CaseFileStore, DiskCaseFiles, StoreKeys};
use fixture::{entered, event, filing_about, key, setup};
use fjall::{Database, KeyspaceCreateOptions};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{AsOf, CaseEntry, Filed, Sight, Viewer};
use ledger_spec::definition::ItemKind;
use ledger_spec::entry::ChainHash;
use ledger_spec::event::envelope::seal;
use ledger_spec::event::{Change, Event, Kind};
use ledger_spec::id::{EventId, ListCode, SubjectId, SubjectStream};
use ledger_spec::projection::{CityAnswer, CityAsked, CityQuestion, Page, Projector};
use ledger_spec::sealed::StoreKey;
use ledger_spec::state::Ledger;
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::json;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tlog::position::{EntryIndex, TreeSize};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Events of each subject.
const PER_SUBJECT: u64 = 10;
/// Entries that are one write, as the keeper has them.
const BATCH: u64 = 512;
/// What of the store is kept in memory: what a ledger has where nobody says.
const CACHE: u64 = 256 << 20;
/// Members of the list.
const MEMBERS: u64 = 100_000;
const LIST: &str = "test.list";
/// Subjects whose files are read one by one.
const SINGLES: u64 = 10_000;

/// Everybody, asking at the instants that are asked about.
fn by_all(moment: AsOf) -> Viewer {
    Viewer::by(Sight::Public, moment)
}

fn main() {
    let entries = std::env::args().filter_map(|argument| argument.parse().ok()).next_back();
    let entries: u64 = entries.unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case-files");
    let ledger = governed();
    let keys: StoreKeys = Arc::new(|| StoreKey::copied(&[5; 32]));
    println!("{:<58} {entries:>12}", "entries");

    let (store, _) = DiskCaseFiles::open(&path, CACHE, keys.clone(), |_| None).unwrap();
    let store = CaseFileStore::on_disk(store);
    let (filed, member) = templates(&ledger);
    let begin = Instant::now();
    let mut tip = ChainHash::ZERO;
    for first in (0..entries).step_by(usize::try_from(BATCH).unwrap()) {
        let of = |n| entry(n, entries / PER_SUBJECT, if n < MEMBERS { &member } else { &filed });
        let batch = (first..entries.min(first + BATCH)).map(of).collect();
        tip = ChainHash::from_bytes([u8::try_from(first % 251).unwrap(); 32]);
        store.apply(batch, tip).unwrap();
    }
    tell("rows written", entries, begin.elapsed());
    tell_more("resident afterwards", resident(), "kB");
    tell_more("on disk for each entry", size_of(&path) / entries, "B");

    // Closed and opened again, so that nothing of the writing is left in memory.
    drop(store);
    let bare = (0..3).map(|_| time(|| assert_eq!(scan(&path), entries))).min().unwrap();
    tell_time("limit: a bare scan of every row on two threads", bare);
    let begin = Instant::now();
    let size = TreeSize::new(entries);
    let (disk, doubt) =
        DiskCaseFiles::open(&path, CACHE, keys, |covered| (covered == size).then_some(tip)).unwrap();
    assert_eq!(doubt, None);
    tell_time("opened again", begin.elapsed());
    let store = CaseFileStore::on_disk(disk);

    let list = ListCode::parse(LIST).unwrap();
    let ask = |question: &CityQuestion, day: u32| {
        let valid_at = ValidTime::parse(&format!("2025-12-{day:02}T09:00:00+08:00")).unwrap();
        let as_of = AsOf { valid_at, known: size };
        let asked = CityAsked { question, governance: ledger.governance(), as_of, viewer: by_all(as_of) };
        store.city(asked, true).unwrap()
    };
    for (what, question) in
        [("oversight", CityQuestion::Oversight), ("who is on a list", CityQuestion::Roll(list.clone()))]
    {
        let took = (1..4).map(|day| time(|| drop(ask(&question, day)))).min().unwrap();
        let share = took.as_secs_f64() / bare.as_secs_f64();
        tell_time(&format!("{what}, for an instant that nobody asked about ({share:.1} of the scan)"), took);
    }
    let question = CityQuestion::Roll(list);
    let roll = ask(&question, 1);
    let CityAnswer::Roll(roll) = &*roll else { panic!("another answer") };
    tell_more("members of the list", u64::try_from(roll.len()).unwrap(), "");
    let after = roll.page(Page { after: None, limit: NonZeroUsize::new(roll.len() / 2 + 1) }).unwrap().1;
    let page = Page { after, limit: NonZeroUsize::new(100) };
    let took = time(|| {
        let kept = ask(&question, 1);
        let CityAnswer::Roll(roll) = &*kept else { panic!("another answer") };
        for place in roll.page(page).unwrap().0 {
            black_box(store.file(&SubjectStream::sealed(place.subject.clone()), size).unwrap());
        }
    });
    tell_time("a page of 100 out of its midst, once it is kept", took);

    let subjects = entries / PER_SUBJECT;
    let mut singles: Vec<Duration> = (0..SINGLES)
        .map(|n| {
            let subject = subject(n, subjects);
            time(|| {
                let file = store.file(&SubjectStream::sealed(subject.clone()), size).unwrap().file;
                let as_of =
                    AsOf { valid_at: ValidTime::parse("2025-12-01T09:00:00+08:00").unwrap(), known: size };
                let governance = ledger.governance();
                drop(black_box(Projector::new(&subject, &file, governance, as_of, by_all(as_of)).standing()));
            })
        })
        .collect();
    singles.sort_unstable();
    for (what, at) in [("p50", singles.len() / 2), ("p99", singles.len() * 99 / 100)] {
        tell_time(&format!("a subject's standing from its {PER_SUBJECT} rows, {what}"), singles[at]);
    }
    tell_more("resident at the end", resident(), "kB");
}

/// A ledger whose department may file, and enter on a list.
fn governed() -> Ledger {
    let mut ledger = Ledger::default();
    for envelope in setup() {
        drop(entered(&mut ledger, &envelope));
    }
    let body = json!({
        "title": { "zh": "名单", "en": "List" }, "polarity": "negative", "disclosure": "public",
        "subjects": ["ext"], "columns": ["name"], "basis": [{ "title": "依据" }], "confidence": "U",
    });
    let kind = Kind::Catalogue(ItemKind::List, Change::Adopted);
    drop(entered(
        &mut ledger,
        &seal(&event(4, kind, "steward", "catalogue:list.test.list", body), &[&key(3)]),
    ));
    ledger
}

/// What a filing and an entry on the list add, about anybody.
fn templates(ledger: &Ledger) -> (CaseEntry, CaseEntry) {
    let made = |bytes: &[u8]| {
        let event = Event::parse(bytes).unwrap();
        let recorded = Recorded { index: EntryIndex::new(9), at: RecordedTime::from_micros(9) };
        let signers = [*key(4).public().as_bytes()];
        CaseEntry::of(Filed { event: &event, recorded, signers: &signers }, &ledger.governance().directory)
    };
    let body = json!({ "list": LIST, "row": { "name": "某某有限公司" } });
    let entered = event(6, Kind::ListingEntered, "department", "ext:bench:0", body);
    (made(&filing_about(5, "ext:bench:0")), made(&entered))
}

/// The n-th entry: subjects take turns, as they do in a city.
fn entry(n: u64, subjects: u64, like: &CaseEntry) -> CaseEntry {
    let mut entry = like.clone();
    let (mut random, index) = ([0; 10], EntryIndex::new(n));
    random[2..].copy_from_slice(&n.to_be_bytes());
    entry.stream = SubjectStream::sealed(subject(n, subjects));
    entry.entry = index;
    if let Some(row) = &mut entry.row {
        row.entry = index;
        row.id = EventId::from_parts(1_760_000_000_000 + n, random);
        row.recorded_at = RecordedTime::from_micros(1_764_000_000_000_000 + n);
    }
    entry
}

/// A step that is prime to most counts, so that neighbours do not follow each other.
fn subject(n: u64, subjects: u64) -> SubjectId {
    SubjectId::parse(&format!("ext:bench:{}", n * 7_919 % subjects.max(1))).unwrap()
}

/// Reads every row on two threads, and nothing more.
fn scan(path: &Path) -> u64 {
    let db = Database::builder(path.join("1")).cache_size(CACHE).open().unwrap();
    let rows = db.keyspace("rows", KeyspaceCreateOptions::default).unwrap();
    let count = |range: std::ops::Range<&[u8]>| -> u64 {
        rows.range(range).map(|row| u64::from(row.into_inner().unwrap().1.len() > 8)).sum()
    };
    std::thread::scope(|scope| {
        let half = scope.spawn(|| count(b"i"..b"i\x80"));
        count(b"i\x80"..b"j") + half.join().unwrap()
    })
}

fn size_of(folder: &Path) -> u64 {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|item| {
            let path = item.unwrap().path();
            if path.is_dir() { size_of(&path) } else { allocated(&path) }
        })
        .sum()
}

/// What a file takes on disk: a journal is allocated in full and mostly empty.
fn allocated(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).map_or(0, |meta| meta.blocks() * 512)
}

/// This process's resident memory, in kB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn time(work: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    work();
    begin.elapsed()
}

fn tell(what: &str, count: u64, took: Duration) {
    let rate = f64::from(u32::try_from(count).unwrap()) / took.as_secs_f64();
    println!("{what:<58} {rate:>10.0}/s");
}

fn tell_time(what: &str, took: Duration) {
    println!("{what:<58} {:>9.3} ms", took.as_secs_f64() * 1e3);
}

fn tell_more(what: &str, found: u64, unit: &str) {
    println!("{what:<58} {found:>12} {unit}");
}
