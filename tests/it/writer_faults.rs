//! The writer on a disk that fails: what is answered, what goes on, and what is there afterwards.
//!
//! Goal: nothing acknowledged is ever lost, nothing is acknowledged that is not there, and reads go on.
//! Method: seeded runs of the real sequencer over a disk in memory that fails at a random operation
//! and then loses its power; recovery by the same code that start-up uses; the pure audit at the end.

use crate::memory_disk::{Failure, MemoryDisk, Prng};
use crate::people;
use crate::support::Folder;
use credit_ledger::case_files::CaseFileStore;
use credit_ledger::clock;
use credit_ledger::index::{Index, IndexRow, IndexStore};
use credit_ledger::log::{EncodedEntry, Log, LogConfig, ReadError, opening_of};
use credit_ledger::progress::Unwatched;
use credit_ledger::query::Reading;
use credit_ledger::sealed_files::SealedFiles;
use credit_ledger::sequencer::{
    self, Appended, EventOutcome, Sequencer, SequencerConfig, WriteError, Writer,
};
use credit_ledger::snapshot::{Snapshot, Snapshots};
use credit_ledger::storage::DiskErrorKind;
use credit_ledger::streams::StreamReader;
use ledger_spec::audit::{Auditor, GivenEntry, Scope, read_chunk};
use ledger_spec::entry::ChainHash;
use ledger_spec::erasures::Erased;
use ledger_spec::event::envelope::seal;
use ledger_spec::sealed::{Kek, LogEntry, SkeletonKey};
use ledger_spec::state::Ledger;
use ledger_spec::time::RecordedTime;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tlog::checkpoint::Origin;
use tlog::note::{KeyName, NoteSigner};
use tlog::position::{EntryIndex, TreeSize};

const RUNS: u64 = 120;

pub fn signer() -> NoteSigner {
    NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator())
}

fn kek() -> Kek {
    Kek::copied(&[6; Kek::LEN])
}

/// A ledger on `disk` with its setup in it, and a writer over it.
pub fn start(disk: &MemoryDisk, index_dir: &Path) -> (Sequencer, Writer, Snapshots) {
    start_with(disk, index_dir, clock::now)
}

/// The same with a clock of the test's, which the writer reads once a batch, before it plans it.
pub fn start_with(
    disk: &MemoryDisk,
    index_dir: &Path,
    clock: fn() -> RecordedTime,
) -> (Sequencer, Writer, Snapshots) {
    start_of(disk, index_dir, (signer(), clock), json!({}), people::setup())
}

/// An access journal on `disk`, and a writer over it.
pub fn start_journal(disk: &MemoryDisk, index_dir: &Path) -> (Sequencer, Writer, Snapshots) {
    let opening = json!({ "registrars": [], "journal_of": people::ORIGIN });
    start_of(disk, index_dir, (journal_signer(), clock::now), opening, Vec::new())
}

/// The key of that journal.
pub fn journal_signer() -> NoteSigner {
    NoteSigner::from_seed(KeyName::parse(&format!("{}/access", people::ORIGIN)).unwrap(), &people::operator())
}

fn start_of(
    disk: &MemoryDisk,
    index_dir: &Path,
    (signer, clock): (NoteSigner, fn() -> RecordedTime),
    said: Value,
    setup: Vec<String>,
) -> (Sequencer, Writer, Snapshots) {
    let config = LogConfig { segment_bytes: 4096, ..LogConfig::default() };
    let (name, key) = (signer.name().to_string(), signer.secret_key());
    let mut log = Log::create(Arc::new(disk.clone()), signer, config).unwrap();
    let origin = Origin::parse(&name).unwrap();
    log.attach(SealedFiles::create(Arc::new(disk.clone()), &origin, &kek()).unwrap()).unwrap();
    let (mut ledger, index) = (Ledger::default(), Arc::new(Index::default()));
    let mut opening = json!({
        "spec_version": 1,
        "operator": {"name": people::name(), "key": key.public().to_base64url()},
        "registrars": [
            {"id": "registrar", "name": people::name(), "key": people::registrar().public().to_base64url()}
        ],
    });
    opening.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    let opening = people::event(0, "ledger.opened", "operator", "ledger", opening);
    let mut opening: Value = serde_json::from_slice(&opening).unwrap();
    opening["origin"] = name.into();
    let mut envelopes = vec![seal(&serde_json::to_vec(&opening).unwrap(), &[&key])];
    envelopes.extend(setup);
    let mut batch = Vec::new();
    for envelope in &envelopes {
        let event = people::verified(envelope);
        let stated = event.event().clone();
        let entered = ledger.enter(event, clock::now(), people::randomness(0)).unwrap();
        index.apply([IndexRow::of(entered.entry.index, &entered.entry.links, &stated)]);
        batch.push(EncodedEntry::of(entered));
    }
    let committed = log.append(batch).unwrap();
    let governance = ledger.governance().clone();
    let published = Snapshot { checkpoint: committed.checkpoint, end: ledger.end(), governance };
    let streams = StreamReader::new(index, log.reader(), Arc::new(CaseFileStore::in_memory()));
    let snapshots = Snapshots::new(published, streams);
    let key = SkeletonKey::copied(&[6; 32]);
    let (store, _) = IndexStore::open(index_dir, &key, (TreeSize::EMPTY, ChainHash::ZERO), false).unwrap();
    let config = SequencerConfig::default();
    let erase = Box::new(|log: &mut Log, due: &Erased| {
        log.erase(due, None).map(drop).map_err(|error| error.to_string())
    });
    let (sequencer, writer) =
        sequencer::start(log, store, snapshots.clone(), clock, (config, erase)).unwrap();
    (sequencer, writer, snapshots)
}

/// Sends penalties until the writer stops; what was acknowledged until then, and why it stopped.
fn write_until_stopped(sequencer: &Sequencer, rng: &mut Prng) -> (Vec<Appended>, Option<WriteError>) {
    let mut acknowledged = Vec::new();
    let mut n = 1000;
    for _ in 0..12 {
        let envelopes: Vec<_> = (0..=rng.below(4))
            .map(|_| {
                n += 1;
                people::whole(&people::penalty(n, &format!("ext:test:{}", rng.below(3))))
            })
            .collect();
        let answer = sequencer.submit(envelopes, rng.one_in(2)).map_err(|error| error.to_string());
        match answer.map(|answer| answer.blocking_recv().unwrap()) {
            Ok(Ok(batch)) => acknowledged.extend(batch.outcomes.into_iter().map(|outcome| match outcome {
                EventOutcome::Appended(placed) => placed,
                other => panic!("{other:?}"),
            })),
            Ok(Err(error)) => return (acknowledged, Some(error)),
            Err(refused) => panic!("refused before an answer said why: {refused}"),
        }
    }
    (acknowledged, None)
}

fn one_run(seed: u64) {
    let mut rng = Prng::new(seed);
    let index_dir = Folder::absent(&format!("faults-{seed}"));
    let disk = MemoryDisk::new(rng.next_u64());
    let (sequencer, writer, snapshots) = start(&disk, &index_dir);
    let full = rng.one_in(2);
    let kind = if full { DiskErrorKind::Full } else { DiskErrorKind::Failed };
    // A commit is about twenty operations: five files and the checkpoint.
    let after = u64::try_from(rng.below(120)).unwrap();
    let failure = if rng.one_in(2) { Failure::Once(kind) } else { Failure::FromThenOn(kind) };
    disk.arm(after, failure);
    let (acknowledged, stopped) = write_until_stopped(&sequencer, &mut rng);
    disk.disarm();
    if let Some(error) = stopped {
        assert_eq!(full, error == WriteError::DiskFull, "seed {seed}: {error}");
        let again = sequencer.submit(vec![people::whole(&people::penalty(1, "ext:test:a"))], false);
        assert!(again.is_err(), "seed {seed}: a stopped writer takes nothing");
    }
    for placed in &acknowledged {
        let entry =
            Reading::new(&snapshots).any_entry(placed.index).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(entry.entry.leaf(), placed.leaf, "seed {seed}: reads go on");
    }
    let crashed = disk.crash(rng.next_u64());
    drop((sequencer, snapshots));
    let _ = writer.join();
    recovered(seed, crashed, &acknowledged);
}

/// Opens what is left, finds everything acknowledged and what it says, and audits it opened.
pub fn recovered(seed: u64, disk: MemoryDisk, acknowledged: &[Appended]) {
    let opened = Log::open(Arc::new(disk), signer(), LogConfig::default(), &Unwatched, &mut |_, _| {});
    let (mut log, report) =
        opened.unwrap_or_else(|error| panic!("seed {seed}: the start was refused: {error}"));
    let beside = log.open_beside(&kek(), &report);
    let (files, _) = beside.unwrap_or_else(|error| panic!("seed {seed}: beside the log: {error}"));
    let reader = log.reader();
    for placed in acknowledged {
        let entry = reader.entry(placed.index).unwrap_or_else(|e| panic!("seed {seed}: lost: {e}"));
        assert_eq!(entry.leaf(), placed.leaf, "seed {seed}: entry {}", placed.index);
    }
    let origin = log.checkpoint().checkpoint().origin().clone();
    let given = reader.frames(EntryIndex::new(0)).map(|raw| {
        let raw = raw.unwrap();
        let opening = match raw.entry() {
            LogEntry::Clear(_) => None,
            LogEntry::Sealed(entry) => {
                let held = files.read(entry.index);
                Some(held.map_err(ReadError::from).and_then(|held| opening_of(&files, held, entry, &origin)))
            }
        };
        let opened = opening.transpose().unwrap_or_else(|e| panic!("seed {seed}: nothing opens it: {e}"));
        let (opening, fields) = opened.unzip();
        GivenEntry { opening, fields, ..GivenEntry::blind(raw.into_bytes()) }
    });
    let given: Vec<_> = given.collect();
    let mut auditor = Auditor::new(Scope::Opened);
    for entry in read_chunk(&origin, EntryIndex::new(0), given).unwrap() {
        auditor.absorb(entry).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    auditor.compare(log.checkpoint().checkpoint()).unwrap();
    auditor.account().unwrap();
}

#[test]
fn nothing_acknowledged_is_lost_when_the_disk_fails_and_the_power_goes() {
    for seed in 0..RUNS {
        one_run(seed);
    }
}
