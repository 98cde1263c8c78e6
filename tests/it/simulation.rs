//! Thousands of seeded histories of a log: appends, faults of the disk, kills and power cuts,
//! recovery, more appends. After each recovery, what was acknowledged must be there.
//!
//! `CREDIT_LEDGER_SEEDS=100000` runs more of them, `CREDIT_LEDGER_SEED=42` runs one.

use crate::memory_disk::{Failure, MemoryDisk, Prng};
use crate::support::{self, SMALL, batch, signer, verifier_key};
use credit_ledger::log::{AppendError, Log, OpenError, verify_files};
use credit_ledger::storage::DiskErrorKind;
use std::collections::BTreeMap;
use std::sync::Arc;
use tlog::hash::TreeHash;
use tlog::position::{EntryIndex, TreeSize};

const DEFAULT_SEEDS: u64 = 3_000;

#[test]
fn nothing_acknowledged_is_ever_lost() {
    let number = |name| std::env::var(name).ok().map(|text: String| text.parse().unwrap());
    let seeds = match number("CREDIT_LEDGER_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CREDIT_LEDGER_SEEDS").unwrap_or(DEFAULT_SEEDS),
    };
    let many = seeds.end - seeds.start >= DEFAULT_SEEDS;
    let mut seen = Seen::default();
    for seed in seeds {
        let history = std::panic::catch_unwind(|| run(seed));
        match history {
            Ok(one) => seen.add(&one),
            Err(panic) => {
                eprintln!("the seed that failed: CREDIT_LEDGER_SEED={seed}");
                std::panic::resume_unwind(panic);
            }
        }
    }
    eprintln!("{seen:?}");
    // Histories in which nothing happens prove nothing.
    assert!(!many || seen.all_happened(), "{seen:?}");
}

/// How often what is to be survived has happened.
#[derive(Debug, Default)]
struct Seen {
    appended: u64,
    failed: u64,
    full: u64,
    crashes: u64,
    clean: u64,
    adopted: u64,
    cut: u64,
    rebuilt: u64,
    failed_opens: u64,
    failed_creations: u64,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.appended += other.appended;
        self.failed += other.failed;
        self.full += other.full;
        self.crashes += other.crashes;
        self.clean += other.clean;
        self.adopted += other.adopted;
        self.cut += other.cut;
        self.rebuilt += other.rebuilt;
        self.failed_opens += other.failed_opens;
        self.failed_creations += other.failed_creations;
    }

    fn all_happened(&self) -> bool {
        let all = [self.appended, self.failed, self.full, self.crashes, self.clean, self.adopted, self.cut];
        let more = [self.rebuilt, self.failed_opens, self.failed_creations];
        all.into_iter().chain(more).all(|count| count > 20)
    }
}

/// What the outside world knows of the log.
#[derive(Default)]
struct CaseFiles {
    /// Entries in acknowledged batches.
    acknowledged: Vec<Vec<u8>>,
    /// A batch whose append failed: it may be in the log or not, but whole.
    doubtful: Vec<Vec<u8>>,
    /// Every checkpoint ever handed out: size and root.
    checkpoints: BTreeMap<u64, TreeHash>,
}

/// One history.
fn run(seed: u64) -> Seen {
    let (mut rng, mut seen, mut world) = (Prng::new(seed), Seen::default(), CaseFiles::default());
    let mut disk = MemoryDisk::new(rng.next_u64());
    create(&mut disk, &mut rng, &mut seen);
    for _ in 0..2 + rng.below(5) {
        let log = reopen(&mut disk, &mut rng, &mut seen, &mut world);
        use_until_it_ends(log, &disk, &mut rng, &mut seen, &mut world);
        disk.disarm();
        if rng.one_in(2) {
            disk = disk.crash(rng.next_u64());
            seen.crashes += 1;
        }
    }
    let log = reopen(&mut disk, &mut rng, &mut seen, &mut world);
    log.close().unwrap();
    let (log, report, _) = support::open(&disk).expect("a clean start");
    assert!(!report.scanned && report.rebuilt.is_empty());
    world.check(&log, &disk);
    seen
}

fn create(disk: &mut MemoryDisk, rng: &mut Prng, seen: &mut Seen) {
    for attempt in 0.. {
        if rng.one_in(4) {
            disk.arm(rng.next_u64() % 20, failure(rng));
        }
        let made = Log::create(Arc::new(disk.clone()), signer(), SMALL);
        disk.disarm();
        match made {
            Ok(_) => return,
            // The last step of an earlier try may have failed although it happened: opening makes it last.
            Err(OpenError::Exists) => {
                if support::open(disk).is_ok() {
                    return;
                }
            }
            Err(error) => {
                assert!(attempt < 100, "never created: {error}");
                seen.failed_creations += 1;
            }
        }
        if rng.one_in(2) {
            *disk = disk.crash(rng.next_u64());
        }
    }
}

/// Opens the log, through faults of the disk and power cuts, and checks it against the world.
fn reopen(disk: &mut MemoryDisk, rng: &mut Prng, seen: &mut Seen, world: &mut CaseFiles) -> Log {
    for attempt in 0.. {
        if rng.one_in(4) {
            disk.arm(rng.next_u64() % 30, failure(rng));
        }
        let opened = support::open(disk);
        disk.disarm();
        match opened {
            Ok((log, report, scanned)) => {
                seen.clean += u64::from(!report.scanned);
                seen.adopted += u64::from(report.adopted.is_some());
                seen.cut += u64::from(report.cut.is_some());
                seen.rebuilt += u64::from(!report.rebuilt.is_empty());
                assert!(report.scanned || world.doubtful.is_empty(), "not clean after a failed append");
                assert!(!report.scanned || scanned.len() == usize::try_from(log.size().get()).unwrap());
                world.settle(&log);
                world.check(&log, disk);
                return log;
            }
            Err(OpenError::Disk(error)) => {
                assert!(attempt < 100, "never opens again: {error}");
                seen.failed_opens += 1;
            }
            Err(other) => panic!("refused to start: {other}"),
        }
        if rng.one_in(2) {
            *disk = disk.crash(rng.next_u64());
        }
    }
    unreachable!()
}

/// Appends until something fails, or the process is killed, or it stops cleanly.
fn use_until_it_ends(
    mut log: Log,
    disk: &MemoryDisk,
    rng: &mut Prng,
    seen: &mut Seen,
    world: &mut CaseFiles,
) {
    if rng.one_in(2) {
        disk.arm(rng.next_u64() % 60, failure(rng));
    }
    for _ in 0..rng.below(12) {
        let entries = batch(log.size(), log.head(), 1 + rng.below(9), rng);
        let bytes: Vec<Vec<u8>> = entries.iter().map(|entry| entry.bytes().to_vec()).collect();
        match log.append(entries) {
            Ok(committed) => {
                seen.appended += 1;
                assert_eq!(committed.first.get(), u64::try_from(world.acknowledged.len()).unwrap());
                world.acknowledged.extend(bytes);
                world.checkpoints.insert(committed.size.get(), committed.root);
                assert_eq!(committed.checkpoint.checkpoint().root(), committed.root);
            }
            Err(error) => {
                seen.failed += 1;
                seen.full += u64::from(matches!(error, AppendError::Full(_)));
                world.doubtful = bytes;
                let next = batch(log.size(), log.head(), 1, rng);
                assert_eq!(log.append(next).map(drop), Err(AppendError::Stopped));
                return world.check_served(&log);
            }
        }
    }
    world.check_served(&log);
    if rng.one_in(2) {
        let _ = log.close();
    }
}

fn failure(rng: &mut Prng) -> Failure {
    let kind = if rng.one_in(2) { DiskErrorKind::Full } else { DiskErrorKind::Failed };
    if rng.one_in(2) { Failure::Once(kind) } else { Failure::FromThenOn(kind) }
}

impl CaseFiles {
    /// After a recovery the doubtful batch is in the log or not: all of it or nothing.
    fn settle(&mut self, log: &Log) {
        let (size, acknowledged) = (usize::try_from(log.size().get()).unwrap(), self.acknowledged.len());
        if size == acknowledged + self.doubtful.len() {
            self.acknowledged.append(&mut self.doubtful);
        }
        assert_eq!(size, self.acknowledged.len(), "acknowledged entries lost, or a batch in part");
        self.doubtful.clear();
    }

    fn check(&mut self, log: &Log, disk: &MemoryDisk) {
        self.check_served(log);
        let mut audited = 0;
        let verified = verify_files(disk, &verifier_key(), &mut |index, bytes, _| {
            assert_eq!(bytes, self.acknowledged[usize::try_from(index.get()).unwrap()]);
            audited += 1;
        });
        let verified = verified.expect("the files agree");
        assert_eq!((audited, verified.chain), (self.acknowledged.len(), log.head()));
        let newest = log.checkpoint();
        let (size, root) = (newest.checkpoint().size(), newest.checkpoint().root());
        assert_eq!(size, log.size());
        let reader = log.reader();
        for (&old, &old_root) in &self.checkpoints {
            let proof = reader.consistency_proof(TreeSize::new(old), size).unwrap();
            proof.verify(TreeSize::new(old), old_root, size, root).expect("consistent checkpoints");
        }
        self.checkpoints.insert(size.get(), root);
    }

    /// Every acknowledged entry is served, byte for byte, with its proof; nothing else is.
    fn check_served(&self, log: &Log) {
        let reader = log.reader();
        let newest = reader.checkpoint();
        let (size, root) = (newest.checkpoint().size(), newest.checkpoint().root());
        assert_eq!(size.get(), u64::try_from(self.acknowledged.len()).unwrap());
        let scanned = reader.frames(EntryIndex::new(0)).map(|read| read.unwrap().into_bytes());
        assert!(scanned.eq(self.acknowledged.iter().cloned()), "a scan shows other entries");
        for (index, bytes) in (0..).map(EntryIndex::new).zip(&self.acknowledged) {
            let read = reader.entry(index).unwrap();
            assert_eq!(read.bytes(), bytes, "entry {index}");
            if index.get() % 7 != size.get() % 7 {
                continue;
            }
            let proof = reader.inclusion_proof(index, size).unwrap();
            proof.verify(TreeHash::leaf(bytes), index, size, root).unwrap();
        }
        assert!(reader.entry(size.next_index()).is_err());
    }
}
