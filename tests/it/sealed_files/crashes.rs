//! Power cuts, failing and full disks, at every operation of a run of writes: what the log holds is there afterwards,
//! what it does not hold is gone, and writing goes on.

use super::world::{BORDER, World, create, kek, origin};
use crate::memory_disk::{Failure, MemoryDisk, Prng};
use credit_ledger::sealed_files::{SealedFiles, SealedOpenError, SealedWriteError};
use credit_ledger::storage::{Disk as _, DiskErrorKind};
use std::sync::Arc;

/// How often what is to be survived has happened.
#[derive(Debug, Default)]
struct Seen {
    failed: u64,
    full: u64,
    not_in_the_log: u64,
    cut: u64,
    mended: u64,
    failed_opens: u64,
}

#[test]
fn a_fault_at_any_operation_loses_nothing_that_the_log_holds() {
    let mut seen = Seen::default();
    for seed in 0..4 {
        for after in 0.. {
            if run(seed, after, &mut seen) {
                assert!(after > 60, "{after} operations");
                break;
            }
        }
    }
    eprintln!("{seen:?}");
    let all = [seen.failed, seen.full, seen.not_in_the_log, seen.cut, seen.mended, seen.failed_opens];
    assert!(all.into_iter().all(|count| count > 3), "{seen:?}");
}

/// One history, in which the operation after the next `after` ones fails; whether it came to its end without.
fn run(seed: u64, after: u64, seen: &mut Seen) -> bool {
    let (mut rng, disk) = (Prng::new(1_000 * seed + after), MemoryDisk::new(1_000 * seed + after));
    // Close before the next group, and now and then before the one from which on more keys are made.
    let groups = if seed.is_multiple_of(2) { 34 } else { 1 };
    let (mut files, mut world) = create(&disk, groups * BORDER - 9);
    let kind = if rng.one_in(3) { DiskErrorKind::Full } else { DiskErrorKind::Failed };
    let failure = if rng.one_in(2) { Failure::Once(kind) } else { Failure::FromThenOn(kind) };
    disk.arm(after, failure);
    let ended = use_until_it_ends(&mut files, &mut world, &mut rng, seen);
    disk.disarm();
    drop(files);
    // The process dies, and mostly the machine with it.
    let mut disk = if rng.one_in(4) { disk } else { disk.crash(rng.next_u64()) };
    for _ in 0..2 {
        let mut files = reopen(&mut disk, &world, &mut rng, seen);
        world.check_served(&files.reader());
        assert_eq!(world.first_damage(&disk, false), None);
        let size = world.size + 6;
        world.grow(&mut files, size, &mut rng).unwrap();
        world.check_served(&files.reader());
        drop(files);
        disk = disk.crash(rng.next_u64());
    }
    let (files, report) = world.reopen_clean(&disk).unwrap();
    assert!(report.cut.is_empty() && report.mended.is_none());
    world.check_served(&files.reader());
    assert_eq!(world.first_damage(&disk, false), None);
    ended
}

/// Writes batches, of which the log takes most; whether that ended without a failure.
fn use_until_it_ends(files: &mut SealedFiles, world: &mut World, rng: &mut Prng, seen: &mut Seen) -> bool {
    for _ in 0..9 {
        let (records, after) = world.batch(1 + rng.next_u64() % 4, rng);
        match files.write(&records) {
            // The log's own write fails now and then, and then nothing more comes.
            Ok(()) if rng.one_in(24) => {
                seen.not_in_the_log += 1;
                return false;
            }
            Ok(()) => *world = after,
            Err(error) => {
                seen.failed += 1;
                seen.full += u64::from(matches!(error, SealedWriteError::Full(_)));
                let (next, _) = world.batch(3, rng);
                assert_eq!(files.write(&next), Err(SealedWriteError::Stopped));
                world.check_served(&files.reader());
                return false;
            }
        }
    }
    true
}

/// Opens the files, through faults of the disk and power cuts.
fn reopen(disk: &mut MemoryDisk, world: &World, rng: &mut Prng, seen: &mut Seen) -> SealedFiles {
    for _ in 0..100 {
        if rng.one_in(3) {
            let kind = DiskErrorKind::Failed;
            let failure = if rng.one_in(2) { Failure::Once(kind) } else { Failure::FromThenOn(kind) };
            disk.arm(rng.next_u64() % 12, failure);
        }
        let opened = world.reopen(disk);
        disk.disarm();
        match opened {
            Ok((files, report)) => {
                seen.cut += u64::from(!report.cut.is_empty());
                seen.mended += u64::from(report.mended.is_some());
                return files;
            }
            Err(SealedOpenError::Disk(_)) => seen.failed_opens += 1,
            Err(other) => panic!("refused to start: {other}"),
        }
        if rng.one_in(2) {
            *disk = disk.crash(rng.next_u64());
        }
    }
    panic!("never opens again");
}

#[test]
fn a_creation_that_was_cut_short_is_made_again_or_gone_on_with() {
    for after in 0..20 {
        for seed in 0..20 {
            let disk = MemoryDisk::new(seed);
            disk.arm(after, Failure::FromThenOn(DiskErrorKind::Failed));
            let made = SealedFiles::create(Arc::new(disk.clone()), &origin(), &kek(1));
            disk.disarm();
            assert_eq!(made.is_err(), after < 13, "after {after}: {:?}", made.map(drop));
            let disk = disk.crash(seed);
            let mut world = World::default();
            let again = SealedFiles::create(Arc::new(disk.clone()), &origin(), &kek(1));
            let mut files = match again {
                Ok(files) => files,
                Err(SealedOpenError::Exists { .. }) => world.reopen(&disk).unwrap().0,
                Err(other) => panic!("{other}"),
            };
            world.grow(&mut files, 5, &mut Prng::new(seed)).unwrap();
            let disk = disk.crash(seed);
            world.check_served(&world.reopen(&disk).unwrap().0.reader());
            assert_eq!(world.first_damage(&disk, false), None);
        }
    }
}

#[test]
fn a_full_disk_stops_the_writer_and_reads_go_on() {
    let (disk, mut rng) = (MemoryDisk::new(8), Prng::new(8));
    let (mut files, mut world) = create(&disk, 0);
    world.grow(&mut files, 20, &mut rng).unwrap();
    let reader = files.reader();
    disk.arm(1, Failure::FromThenOn(DiskErrorKind::Full));
    let (records, _) = world.batch(9, &mut rng);
    assert!(matches!(files.write(&records), Err(SealedWriteError::Full(_))));
    assert_eq!(files.write(&records), Err(SealedWriteError::Stopped));
    assert_eq!(files.write(&[]), Err(SealedWriteError::Stopped));
    world.check_served(&reader);
    // What the log holds is whole also while the rest is not cut yet, and an audit meanwhile finds it so.
    assert_eq!(world.first_damage(&disk, true), None);
    disk.disarm();
    drop(files);
    let (mut files, report) = world.reopen(&disk).unwrap();
    assert!(!report.cut.is_empty());
    world.check_served(&reader);
    world.grow(&mut files, 40, &mut rng).unwrap();
    world.check_served(&files.reader());
    assert_eq!(world.first_damage(&disk, false), None);
}

#[test]
fn slots_that_were_never_acknowledged_do_not_come_back_at_clear_entries() {
    for seed in 0..40 {
        let (disk, mut rng) = (MemoryDisk::new(seed), Prng::new(seed));
        let (mut files, mut world) = create(&disk, 0);
        world.grow(&mut files, 9, &mut rng).unwrap();
        let (records, _) = world.batch(40, &mut rng);
        disk.arm(rng.next_u64() % 6, Failure::Once(DiskErrorKind::Failed));
        assert!(files.write(&records).is_err());
        drop(files);
        // Opened without a power cut: what is read is not what is durable.
        disk.arm(rng.next_u64() % 8, Failure::Once(DiskErrorKind::Failed));
        let opened = world.reopen(&disk).is_err();
        disk.disarm();
        let (mut files, _) = world.reopen(&disk).unwrap();
        world.size += 30;
        world.grow(&mut files, 41, &mut rng).unwrap();
        drop(files);
        let disk = disk.crash(seed);
        let (files, _) = world.reopen(&disk).unwrap();
        assert_eq!(world.first_damage(&disk, false), None, "seed {seed}, {opened}");
        world.check_served(&files.reader());
    }
}

#[test]
fn whole_files_of_entries_that_the_log_does_not_hold_are_removed() {
    let (disk, mut rng) = (MemoryDisk::new(9), Prng::new(9));
    let (mut files, world) = create(&disk, BORDER - 3);
    let (records, _) = world.batch(2 * BORDER, &mut rng);
    let some: Vec<_> = records.into_iter().step_by(999).collect();
    files.write(&some).unwrap();
    drop(files);
    assert!(disk.list("sealed").unwrap().len() >= 6);
    // Without the crash having told anybody: at a clean stop that is damage, and nothing is touched.
    let Err(SealedOpenError::Damaged(damage)) = world.reopen_clean(&disk).map(drop) else { panic!("opened") };
    assert_eq!((damage.what, damage.found.as_str()), ("file", "a file"));
    assert!(world.first_damage(&disk, false).is_some());
    assert_eq!(world.first_damage(&disk, true), None);
    let (_, report) = world.reopen(&disk).unwrap();
    assert!(report.cut.len() >= 6 && report.cut.iter().all(|cut| cut.offset == 0));
    assert!(disk.list("sealed").unwrap().is_empty());
    assert_eq!(world.first_damage(&disk, false), None);
    // What was removed stays so: nobody removes it again after a clean stop.
    assert!((0..20).all(|seed| world.reopen_clean(&disk.crash(seed)).is_ok()));
}
