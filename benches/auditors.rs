//! How fast a whole ledger is verified, copied, served, appended to and erased from, beside the limit that the
//! signatures set on the same cores in the same run: `cargo bench --bench auditors [-- ENTRIES]`; with
//! `-- ENTRIES erasing` appending and erasing alone.

// A benchmark that cannot set up its input has nothing to measure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod fixture;

use credit_ledger::audit::AuditOptions;
use credit_ledger::http::AppState;
use credit_ledger::journal::{Journal, Look, Recording};
use credit_ledger::ledger::{MasterKey, OPERATOR_KEY, Settings, write_secret};
use credit_ledger::log::{EncodedEntry, Log, LogConfig};
use credit_ledger::mirror::Mirror;
use credit_ledger::progress::Unwatched;
use credit_ledger::sealed_files::SealedFiles;
use credit_ledger::sequencer::EventOutcome;
use credit_ledger::server;
use credit_ledger::signing::{Signing, Stated};
use credit_ledger::storage::FileDisk;
use credit_ledger::tile_client::TileClient;
use credit_ledger::witness::{self, WitnessStore};
use credit_ledger::{clock, parallel};
use fixture::{entered, event, filing_about, key, setup};
use ledger_spec::entry::EntrySignature;
use ledger_spec::event::envelope::{pre_authentication_encoding, seal};
use ledger_spec::event::{Event, Kind, SentEvent};
use ledger_spec::request::{Case, Purpose};
use ledger_spec::sealed::Kek;
use ledger_spec::state::Ledger;
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use tlog::cosignature::Cosigner;
use tlog::key::PublicKey;
use tlog::note::{KeyName, NoteSigner};
use tlog::position::TreeSize;
use tlog::tile::{TileId, TileKind};
use tlog::witness::AddCheckpoint;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Events of each subject.
const PER_SUBJECT: u64 = 30;
/// Signatures that are verified at once, and how many it takes until more would gain next to nothing: the limit
/// is higher there, for whoever does nothing else.
const BATCH: usize = 512;
const LARGE_BATCH: usize = 4_096;
/// Signatures that are checked on one core, in each of the ways that there are.
const ON_ONE_CORE: usize = 20_000;
/// Audits, of which the one in the middle counts.
const AUDITS: usize = 5;
/// Appends one after the other, of which the one in the middle counts.
const APPENDED: u64 = 200;
/// Keep-alive connections that ask for tiles, and for how long.
const CONNECTIONS: usize = 32;
const ASKING: Duration = Duration::from_secs(5);

fn main() {
    let entries = std::env::args().filter_map(|argument| argument.parse().ok()).next_back();
    let entries: u64 = entries.unwrap_or(100_000);
    let folder = tempfile::tempdir().unwrap();
    let (here, copy) = (folder.path().join("ledger"), folder.path().join("copy"));
    std::fs::create_dir_all(&here).unwrap();
    let checks = ledger(&here, entries);
    println!("{:<58} {:>12}", format!("entries, on {} cores", parallel::cores()), checks.len());
    if std::env::args().any(|argument| argument == "erasing") {
        return append_and_erase(&here, entries);
    }

    one_core(&checks);
    let limit = per_second(checks.len(), || verify_batch(&checks, BATCH));
    tell("limit: verify_batch alone, all cores, 512 at a time", limit, None);
    let large = per_second(checks.len(), || verify_batch(&checks, LARGE_BATCH));
    tell("the same, 4096 at a time", large, Some(large / limit));
    let audit = |blind| {
        let once = || {
            let options = AuditOptions { blind, ..AuditOptions::default() };
            drop(credit_ledger::audit::audit_with(&here, options, &Unwatched).unwrap());
        };
        let mut audits: Vec<f64> =
            std::iter::repeat_with(|| per_second(checks.len(), once)).take(AUDITS).collect();
        audits.sort_unstable_by(f64::total_cmp);
        audits[AUDITS / 2]
    };
    let (opened, blind) = (audit(false), audit(true));
    tell("opened audit of the folder (aim: 0.60 of the limit)", opened, Some(opened / limit));
    tell("the same, as a share of 4096 at a time", opened, Some(opened / large));
    tell("blind audit of the folder (aim: 5 times the opened)", blind, Some(blind / opened));
    for (what, folder) in [("log and tree", &["log", "tree"][..]), ("what opens it", &["sealed", "keys"])] {
        let bytes: u64 = folder.iter().map(|folder| bytes_in(&here.join(folder))).sum();
        println!("{:<58} {:>12}", format!("bytes a record in {what}"), bytes / entries.max(1));
    }

    let (runtime, address) = serve(&here);
    let client = || TileClient::new(&format!("http://{address}")).unwrap();
    let auditor = || {
        let (purpose, case) = (Some(Purpose::Audit), Case::parse("bench"));
        client()
            .signing(Signing { key: Arc::new(key(3)), stated: Stated { purpose, case, visible_from: None } })
    };
    for (name, opened) in [("opened", true), ("blind", false)] {
        let by_url = per_second(checks.len(), || {
            let openings = opened.then(auditor);
            let options = AuditOptions::default();
            let audited =
                credit_ledger::audit::audit_remote(&client(), openings.as_ref(), options, &Unwatched);
            drop(audited.unwrap());
        });
        tell(&format!("{name} audit over HTTP, server on the same cores"), by_url, Some(by_url / limit));
        let followed = per_second(checks.len(), || {
            let (dir, vkey) = (copy.join(name), signer().verifier_key());
            let openings = opened.then(auditor);
            let mut follower = Mirror::open(&dir, client(), openings, vkey, &Unwatched).unwrap();
            follower.advance(&Unwatched, &mut |_| {}).unwrap();
            follower.close().unwrap();
        });
        tell(&format!("{name} follower, server on the same cores"), followed, Some(followed / by_url));
    }

    let before = resident();
    let tiles = tiles(address, entries);
    tell("tiles of hashes, keep-alive, client on the same cores", tiles, None);
    println!(
        "{:<58} {:>9} kB",
        "resident memory before and after the tiles",
        format!("{before} {}", resident())
    );
    drop(runtime);
    let mut cosigning = cosign(&here, &folder.path().join("witness"));
    cosigning.sort_unstable();
    for (what, at) in [("p50", cosigning.len() / 2), ("p99", cosigning.len() * 99 / 100)] {
        let millis = cosigning[at].as_secs_f64() * 1e3;
        println!("{:<58} {millis:>9.2} ms", format!("a witness cosigns, {what} (aim: 5 ms)"));
    }
    append_and_erase(&here, entries);
}

/// One append after the other, beside what the disk takes to make as many bytes durable; then one entry in the middle is erased.
fn append_and_erase(here: &Path, entries: u64) {
    std::fs::create_dir_all(here.join("keys")).unwrap();
    write_secret(&here.join(OPERATOR_KEY), &signer().secret_text()).unwrap();
    let ledger = credit_ledger::ledger::open(here, &Unwatched).unwrap();
    let append = |envelope: String| {
        let event = SentEvent::read(envelope.as_bytes()).unwrap().verify().unwrap();
        let answer = ledger.sequencer.submit(vec![event], true).unwrap().blocking_recv().unwrap().unwrap();
        let [EventOutcome::Appended(placed)] = answer.outcomes.as_slice() else {
            panic!("{:?}", answer.outcomes)
        };
        placed.index
    };
    let next = entries + 4;
    let file = std::fs::File::create(here.join("beside")).unwrap();
    file.set_len(1 << 20).unwrap();
    file.sync_all().unwrap();
    let (mut appended, mut synced) = (Vec::new(), Vec::new());
    for n in next..next + APPENDED {
        let envelope = seal(&filing_about(n, &format!("ext:bench:{}", n / PER_SUBJECT)), &[&key(4)]);
        appended.push(time(|| _ = append(envelope)));
        synced.push(time(|| {
            file.write_all_at(&[7; 4_096], (n - next) * 4_096).unwrap();
            file.sync_data().unwrap();
        }));
    }
    let (one, sync) = (middle(appended), middle(synced));
    tell_ms("one append, alone, in the middle", one, Some(one / sync));
    tell_ms("a bare fdatasync of 4 KiB between them", sync, None);

    let title = json!({ "title": { "zh": "法", "en": "law" }, "level": "law", "confidence": "U" });
    let of =
        |n, kind, issuer, subject: &str, body| event(n, Kind::parse(kind).unwrap(), issuer, subject, body);
    append(seal(
        &of(next + APPENDED, "catalogue.basis_registered", "steward", "catalogue:basis.law.one", title),
        &[&key(3)],
    ));
    let (n, entry) = (entries / 2 + 4, entries / 2 + 4);
    let Ok(filed) = Event::parse(&filing_about(n, &format!("ext:bench:{}", n / PER_SUBJECT))) else {
        unreachable!()
    };
    let order = json!({
        "events": [filed.id.to_string()], "entries": [entry], "basis": [{ "instrument": "law.one" }],
    });
    append(seal(
        &of(next + APPENDED + 1, "erasure.ordered", "department", &filed.subject.to_string(), order),
        &[&key(4)],
    ));
    let took = time(|| {
        let said = ledger.erasing.ordered(&ledger.snapshots).unwrap().unwrap();
        let answer = ledger.sequencer.submit(vec![said], true).unwrap().blocking_recv().unwrap().unwrap();
        assert!(matches!(answer.outcomes.as_slice(), [EventOutcome::Appended(_)]), "{:?}", answer.outcomes);
    });
    tell_ms("one entry is erased (aim: 1 s)", took, None);
    ledger.close().unwrap();
    drop(credit_ledger::audit::audit(here, None, &Unwatched).unwrap());
}

fn time(work: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    work();
    begin.elapsed().as_secs_f64() * 1e3
}

fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_unstable_by(f64::total_cmp);
    all[all.len() / 2]
}

fn tell_ms(what: &str, millis: f64, share: Option<f64>) {
    let share = share.map(|share| format!("  {share:.2}")).unwrap_or_default();
    println!("{what:<58} {millis:>9.2} ms{share}");
}

fn signer() -> NoteSigner {
    NoteSigner::from_seed(Origin::parse("credit.example/ledger").unwrap().key_name().clone(), &[1; 32])
}

/// A signature as it is checked.
type Check = (PublicKey, Vec<u8>, [u8; 64]);

/// Writes a ledger of so many filings, and gives what there is to verify in it.
fn ledger(dir: &Path, filings: u64) -> Vec<Check> {
    let origin = Origin::parse("credit.example/ledger").unwrap();
    let master = Some(MasterKey::File("master.key".into()));
    Settings { master, ..Settings::new(origin.clone()) }.write(dir).unwrap();
    let kek = Kek::copied(&[9; 32]);
    std::fs::write(dir.join("master.key"), kek.secret_text().as_str()).unwrap();
    // An erasure replaces the key, which only its own folder may.
    let whose = std::fs::canonicalize(dir).unwrap();
    std::fs::write(dir.join("master.key.of"), format!("{}\n", whose.display())).unwrap();
    let disk = Arc::new(FileDisk::open(dir).unwrap());
    let beside = SealedFiles::create(disk.clone(), &origin, &kek).unwrap();
    let mut log = Log::create(disk, signer(), LogConfig::default()).unwrap();
    log.attach(beside).unwrap();
    let (mut ledger, mut batch, mut checks) = (Ledger::default(), Vec::new(), Vec::new());
    let department = key(4);
    let filed = (4..filings + 4).map(|n| {
        let subject = format!("ext:bench:{}", n / PER_SUBJECT);
        seal(&filing_about(n, &subject), &[&department])
    });
    for envelope in setup().into_iter().chain(filed) {
        let entered = entered(&mut ledger, &envelope);
        let entry = &entered.entry;
        let EntrySignature::Ed25519 { key, signature } = &entry.signatures[0] else { unreachable!() };
        checks.push((PublicKey::parse(*key).unwrap(), pre_authentication_encoding(&entry.event), *signature));
        batch.push(EncodedEntry::of(entered));
        if batch.len() == 1_000 {
            log.append(std::mem::take(&mut batch)).unwrap();
        }
    }
    if !batch.is_empty() {
        log.append(batch).unwrap();
    }
    log.close().unwrap();
    checks
}

/// The ways to check a signature side by side, on one core, as shares of the first.
fn one_core(checks: &[Check]) {
    let checks = &checks[..checks.len().min(ON_ONE_CORE)];
    let strictly =
        || checks.iter().for_each(|(key, message, signature)| key.verify(message, signature).unwrap());
    let each = || {
        for some in checks.chunks(BATCH) {
            let some: Vec<_> =
                some.iter().map(|(key, message, sig)| (key, message.as_slice(), sig)).collect();
            assert!(PublicKey::verify_each(&some).into_iter().all(|holds| holds));
        }
    };
    let batches = |size| checks.chunks(size).for_each(verify_one_batch);
    let strict = per_second(checks.len(), strictly);
    tell("one core: verify_strict, one by one", strict, None);
    let rates = [
        ("one core: verify_each, strict verdicts, 64 at a time", per_second(checks.len(), each)),
        ("one core: verify_batch, 512 at a time", per_second(checks.len(), || batches(BATCH))),
        ("one core: verify_batch, 4096 at a time", per_second(checks.len(), || batches(LARGE_BATCH))),
    ];
    rates.iter().for_each(|(what, rate)| tell(what, *rate, Some(rate / strict)));
}

/// Verifies every signature on all cores, in batches; nothing is read, parsed, hashed or admitted.
fn verify_batch(checks: &[Check], size: usize) {
    let batches: Vec<&[Check]> = checks.chunks(size).collect();
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..parallel::cores() {
            scope.spawn(|| {
                while let Some(batch) = take(&next, &batches) {
                    verify_one_batch(batch);
                }
            });
        }
    });
}

fn verify_one_batch(batch: &[Check]) {
    let messages: Vec<&[u8]> = batch.iter().map(|(_, message, _)| message.as_slice()).collect();
    let signatures: Vec<[u8; 64]> = batch.iter().map(|(_, _, signature)| *signature).collect();
    let keys: Vec<PublicKey> = batch.iter().map(|(key, _, _)| *key).collect();
    assert!(PublicKey::verify_batch(&messages, signatures, keys));
}

fn take<'a, T>(next: &AtomicU64, items: &'a [T]) -> Option<&'a T> {
    items.get(usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap())
}

/// How long a witness takes to answer, one checkpoint after the other, each proven and kept.
fn cosign(ledger: &Path, dir: &Path) -> Vec<Duration> {
    std::fs::create_dir_all(dir).unwrap();
    let log = credit_ledger::ledger::open_to_read(ledger, &Unwatched).unwrap().snapshots;
    let log = log.log();
    let cosigner = Cosigner::from_seed(KeyName::parse("office.example/w").unwrap(), &[5; 32]);
    let disk = Arc::new(FileDisk::open(dir).unwrap());
    let store = WitnessStore::open(disk, cosigner, vec![signer().verifier_key()], clock::now).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let router = witness::router(Arc::new(store));
    runtime.spawn(server::serve(listener, router, server::STALL, || {}, std::future::pending()));
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let origin = Origin::parse("credit.example/ledger").unwrap();
    let requests = (0..500_u64).map(|n| {
        let (old, new) = (TreeSize::new(n * 100), TreeSize::new((n + 1) * 100));
        let signed = Checkpoint::new(origin.clone(), new, log.root(new).unwrap());
        let note = SignedCheckpoint::sign(&signed, &signer()).unwrap().note().clone();
        let proof = log.consistency_proof(old, new).unwrap();
        AddCheckpoint { old, proof, note }.to_string()
    });
    requests
        .map(|body| {
            let head = format!(
                "POST /add-checkpoint HTTP/1.1\r\nhost: bench\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let begin = Instant::now();
            stream.write_all((head + &body).as_bytes()).unwrap();
            let mut answer = [0; 4096];
            let read = stream.read(&mut answer).unwrap();
            assert!(
                answer[..read].starts_with(b"HTTP/1.1 200"),
                "{}",
                String::from_utf8_lossy(&answer[..read])
            );
            begin.elapsed()
        })
        .collect()
}

/// Keeps nothing: what a look costs to write down is another measure's (`load`).
struct Unkept;

impl Journal for Unkept {
    fn record<'a>(&'a self, _: &'a Look) -> Recording<'a> {
        Box::pin(async { Ok(()) })
    }

    fn is_stopped(&self) -> bool {
        false
    }
}

/// Serves a folder from this process.
fn serve(dir: &Path) -> (tokio::runtime::Runtime, SocketAddr) {
    let credit_ledger::ledger::ReadOnlyLedger { snapshots, settings, vkey } =
        credit_ledger::ledger::open_to_read(dir, &Unwatched).unwrap();
    let state = AppState {
        sequencer: None,
        snapshots,
        settings,
        vkey,
        identities: None,
        clock: clock::now,
        erasing: None,
        journal: Some(Arc::new(Unkept)),
        accesses: None,
        witnesses: None,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let public = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = public.local_addr().unwrap();
    runtime.spawn(server::serve_ledger(public, state, std::future::pending()));
    (runtime, address)
}

/// How long the files of a folder are together.
fn bytes_in(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

/// Tiles a second.
fn tiles(address: SocketAddr, entries: u64) -> f64 {
    let asked = AtomicU64::new(0);
    let begin = Instant::now();
    thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let asked = &asked;
            scope.spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_nodelay(true).unwrap();
                let mut answer = vec![0; 16_384];
                let full = (entries / 256).max(1);
                let mut index = u64::try_from(connection).unwrap();
                while begin.elapsed() < ASKING {
                    index = (index * 7_919 + 1) % full;
                    let tile = TileId::new(TileKind::Hashes(0), index, 256).unwrap();
                    write!(stream, "GET /tile/{tile} HTTP/1.1\r\nhost: bench\r\n\r\n").unwrap();
                    read_answer(&mut stream, &mut answer);
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    rate(asked.into_inner(), begin.elapsed())
}

/// Reads one answer of 8192 bytes after its head.
fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut read = 0;
    loop {
        let got = stream.read(&mut buffer[read..]).unwrap();
        assert!(got > 0, "the server hung up");
        read += got;
        let head = buffer[..read].windows(4).position(|four| four == b"\r\n\r\n");
        if head.is_some_and(|head| read >= head + 4 + 8_192) {
            assert!(buffer.starts_with(b"HTTP/1.1 200"));
            return;
        }
    }
}

/// This process's resident memory, in kB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn per_second(count: usize, work: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    work();
    rate(u64::try_from(count).unwrap(), begin.elapsed())
}

fn rate(count: u64, elapsed: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / elapsed.as_secs_f64()
}

fn tell(what: &str, rate: f64, share: Option<f64>) {
    let share = share.map(|share| format!("  {share:.2}")).unwrap_or_default();
    println!("{what:<58} {rate:>10.0}/s{share}");
}
