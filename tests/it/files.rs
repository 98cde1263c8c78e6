//! Damage to a log's files, one flipped bit or missing file at a time: found and named by the file
//! check, never served by a reader, and never started upon where start-up reads it.

use crate::memory_disk::{MemoryDisk, Prng};
use crate::support::{self, batch, signer, verifier_key};
use credit_ledger::log::{Damage, Log, LogConfig, OpenError, ReadError, open_to_read, verify_files};
use credit_ledger::progress::Unwatched;
use credit_ledger::storage::{Disk, read_all};
use std::sync::Arc;
use tlog::position::{EntryIndex, TreeSize};

/// A log of several segments and levels after a clean stop, and its entries.
fn stopped_log() -> (MemoryDisk, Vec<Vec<u8>>) {
    let (mut rng, disk) = (Prng::new(5), MemoryDisk::new(5));
    let mut log = Log::create(Arc::new(disk.clone()), signer(), support::SMALL).unwrap();
    let mut entries = Vec::new();
    for count in [1, 7, 2, 9, 3, 8, 4] {
        let next = batch(log.size(), log.head(), count, &mut rng);
        entries.extend(next.iter().map(|entry| entry.bytes().to_vec()));
        log.append(next).unwrap();
    }
    log.close().unwrap();
    (disk, entries)
}

fn all_files(disk: &MemoryDisk) -> Vec<String> {
    let in_folder = |folder: &'static str| {
        disk.list(folder).unwrap().into_iter().map(move |name| format!("{folder}/{name}"))
    };
    in_folder("log").chain(in_folder("tree")).chain(["checkpoint".to_owned()]).collect()
}

fn first_fault(disk: &MemoryDisk) -> Option<Damage> {
    match verify_files(disk, &verifier_key(), &mut |_, _, _| {}) {
        Ok(_) => None,
        Err(OpenError::Damaged(damage)) => Some(damage),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_flipped_bit_is_named_by_the_check_and_never_served() {
    let (disk, entries) = stopped_log();
    assert_eq!(first_fault(&disk), None);
    let files = all_files(&disk);
    assert!(files.iter().filter(|f| f.ends_with(".seg")).count() > 2 && files.len() > 9);
    let (mut refused, mut rng) = (0, Prng::new(9));
    for file in &files {
        let length = read_all(&disk, file).unwrap().len();
        // Every byte of short files, a sample of long ones.
        for byte in 0..length {
            if length >= 400 && !rng.one_in(length / 100) {
                continue;
            }
            let damaged = disk.crash(1);
            let bit = rng.below(8);
            damaged.tamper(file, |bytes| bytes[byte] ^= 1 << bit).unwrap();
            let place = format!("{file}, byte {byte}, bit {bit}");
            let fault = first_fault(&damaged).unwrap_or_else(|| panic!("not found: {place}"));
            assert_eq!(&fault.file, file, "{place}: {fault}");
            assert!(fault.offset <= u64::try_from(byte).unwrap(), "{place}: {fault}");
            match support::open(&damaged) {
                Ok((log, report, _)) => {
                    assert!(!report.scanned && report.rebuilt.is_empty());
                    serves_nothing_wrong(&log, &entries, &place);
                }
                Err(OpenError::Damaged(_)) => refused += 1,
                Err(other) => panic!("{place}: {other}"),
            }
        }
    }
    assert!(refused > 100, "start-up reads the edges: {refused}");
}

fn serves_nothing_wrong(log: &Log, entries: &[Vec<u8>], place: &str) {
    let reader = log.reader();
    for (index, bytes) in (0..).map(EntryIndex::new).zip(entries) {
        match reader.entry(index) {
            Ok(read) => assert_eq!(read.bytes(), bytes, "{place}"),
            Err(ReadError::Damaged(_)) => {}
            Err(other) => panic!("{place}: {other}"),
        }
    }
    let scan: Vec<_> = reader.frames(EntryIndex::new(0)).map_while(Result::ok).collect();
    assert!(scan.iter().zip(entries).all(|(read, bytes)| read.bytes() == bytes), "{place}");
}

/// Where a file ends but for the room that was made in it. What is written ends with a hash, which no zero ends here.
fn written(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1
}

#[test]
fn what_start_up_reads_stops_the_start_with_its_place() {
    let (disk, entries) = stopped_log();
    let last = entries.len() - 1;
    let segments: Vec<String> = all_files(&disk).into_iter().filter(|f| f.ends_with(".seg")).collect();
    let end = |file: &str| written(&read_all(&disk, file).unwrap()) - 1;
    let newest = segments.last().unwrap();
    let newest_leaf = last * 32;
    let places = [
        ("checkpoint", 40),
        (&segments[1], 20),
        (newest, end(newest)),
        (newest, end(newest) - 70),
        ("tree/level-1", end("tree/level-1")),
        ("tree/level-0", newest_leaf),
    ];
    for (file, byte) in places {
        let damaged = disk.crash(1);
        damaged.tamper(file, |bytes| bytes[byte] ^= 1).unwrap();
        match support::open(&damaged) {
            Err(OpenError::Damaged(damage)) => {
                assert!(file.starts_with(&damage.file), "{file}: {damage}");
            }
            other => panic!("{file}: {:?}", other.map(|(_, report, _)| report)),
        }
    }
}

#[test]
fn a_missing_or_foreign_file_is_named() {
    let (disk, _) = stopped_log();
    for file in all_files(&disk) {
        let damaged = disk.crash(1);
        damaged.remove(&file).unwrap();
        assert_eq!(first_fault(&damaged).map(|fault| fault.file), Some(file.clone()));
        assert!(matches!(support::open(&damaged).map(drop), Err(OpenError::Damaged(_))), "{file}");
    }
    disk.create("log/notes.txt").unwrap();
    assert_eq!(first_fault(&disk).map(|fault| fault.file), Some("log/notes.txt".to_owned()));
}

#[test]
fn a_first_segment_that_is_broken_or_gone_is_damage_and_is_left_as_it_is() {
    let segment = |disk: &MemoryDisk| all_files(disk).into_iter().find(|f| f.ends_with(".seg")).unwrap();
    // An empty log that was not stopped: its header was durable before there was a checkpoint.
    let disk = MemoryDisk::new(7);
    drop(Log::create(Arc::new(disk.clone()), signer(), support::SMALL).unwrap());
    let first = segment(&disk);
    disk.tamper(&first, |bytes| bytes[3] ^= 1).unwrap();
    let broken = read_all(&disk, &first).unwrap();
    let Err(OpenError::Damaged(damage)) = support::open(&disk).map(drop) else { panic!("started") };
    assert_eq!((damage.file.as_str(), damage.what), (first.as_str(), "segment header"));
    assert_eq!(read_all(&disk, &first).unwrap(), broken);

    let (disk, _) = stopped_log();
    let first = segment(&disk);
    disk.remove(&first).unwrap();
    let reader = open_to_read(Arc::new(disk), &verifier_key()).unwrap();
    let read = [reader.raw(EntryIndex::new(0)), reader.frames(EntryIndex::new(0)).next().unwrap()];
    for read in read {
        let Err(ReadError::Damaged(damage)) = read else { panic!("{read:?}") };
        assert_eq!((damage.file, damage.found.as_str()), (first.clone(), "no file"));
    }
}

#[test]
fn damage_below_the_checkpoint_is_refused_after_a_crash_too_and_not_cut() {
    let (disk, entries) = stopped_log();
    drop(support::open(&disk).unwrap());
    assert!(disk.exists("running").unwrap());
    let mut rng = Prng::new(3);
    for file in all_files(&disk) {
        let before = read_all(&disk, &file).unwrap();
        for _ in 0..40 {
            let damaged = disk.crash(1);
            let byte = rng.below(before.len());
            damaged.tamper(&file, |bytes| bytes[byte] ^= 4).unwrap();
            let tampered = read_all(&damaged, &file).unwrap();
            let Err(OpenError::Damaged(damage)) = support::open(&damaged).map(drop) else {
                panic!("started on a damaged {file}, byte {byte}");
            };
            assert_eq!(damage.file, file, "{damage}");
            assert_eq!(read_all(&damaged, &file).unwrap(), tampered, "repaired silently");
        }
    }
    assert_eq!(support::open(&disk).unwrap().2, entries);
}

#[test]
fn a_bad_frame_before_a_later_batch_is_damage_even_beyond_the_checkpoint() {
    let (disk, _) = stopped_log();
    let old_checkpoint = read_all(&disk, "checkpoint").unwrap();
    let config = LogConfig { segment_bytes: 1 << 20, rebuild: false };
    let open = || Log::open(Arc::new(disk.clone()), signer(), config, &Unwatched, &mut |_, _| {});
    let (mut log, _) = open().unwrap();
    let newest = all_files(&disk).into_iter().rfind(|f| f.ends_with(".seg")).unwrap();
    let first_end = written(&read_all(&disk, &newest).unwrap());
    let mut rng = Prng::new(4);
    for _ in 0..2 {
        let next = batch(log.size(), log.head(), 3, &mut rng);
        log.append(next).unwrap();
    }
    let size = log.size();
    drop(log);
    // The power fails before the newer checkpoints' names are durable.
    disk.tamper("checkpoint", |bytes| *bytes = old_checkpoint).unwrap();
    let whole = support::open(&disk.crash(1)).unwrap();
    assert_eq!(whole.1.adopted.map(|(_, to)| to), Some(size));
    let damaged = disk.crash(1);
    damaged.tamper(&newest, |bytes| bytes[first_end + 30] ^= 1).unwrap();
    let Err(OpenError::Damaged(damage)) = support::open(&damaged).map(drop) else { panic!("cut") };
    assert_eq!((damage.file.as_str(), damage.offset), (newest.as_str(), u64::try_from(first_end).unwrap()));
    // In the last batch the same is a torn tail: nothing shows that it was ever synced.
    let torn = disk.crash(1);
    let last = written(&read_all(&torn, &newest).unwrap()) - 1;
    torn.tamper(&newest, |bytes| bytes[last] ^= 1).unwrap();
    let (log, report, _) = support::open(&torn).unwrap();
    assert_eq!(log.size(), TreeSize::new(size.get() - 3));
    assert_eq!(report.cut.map(|cut| cut.file), Some(newest));
}

#[test]
fn a_rebuild_gives_back_the_derived_files_and_reports_it() {
    let (disk, entries) = stopped_log();
    let before: Vec<_> = all_files(&disk).iter().map(|f| read_all(&disk, f).unwrap()).collect();
    disk.tamper("tree/level-1", |bytes| bytes[5] ^= 1).unwrap();
    let config = LogConfig { rebuild: true, ..support::SMALL };
    let mut visited = 0;
    let opened = Log::open(Arc::new(disk.clone()), signer(), config, &Unwatched, &mut |_, _| visited += 1);
    let (log, report) = opened.unwrap();
    assert_eq!(visited, entries.len());
    let rebuilt: Vec<_> = report.rebuilt.iter().map(|r| (r.file.as_str(), r.offset, r.was)).collect();
    assert_eq!(rebuilt, [("tree/level-1", 5, "wrong")]);
    log.close().unwrap();
    let after: Vec<_> = all_files(&disk).iter().map(|f| read_all(&disk, f).unwrap()).collect();
    assert!(before == after);
}
