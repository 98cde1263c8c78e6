//! Faults and power cuts at every operation of an erasure: afterwards it has happened or not, whole in both cases, and
//! done once more it has.

use super::erasure::{generations, of_all_groups, three_groups};
use super::world::{World, indexes};
use crate::memory_disk::{Failure, MemoryDisk, Prng};
use credit_ledger::sealed_files::{Held, SealedFiles, SealedOpenError, SealedReader, SealedWriteError};
use credit_ledger::storage::DiskErrorKind;
use ledger_spec::sealed::{ChooseError, RootError};
use std::collections::{BTreeMap, BTreeSet};
use tlog::position::EntryIndex;

/// How often what is to be survived has happened.
#[derive(Debug, Default)]
struct Seen {
    failed: u64,
    before: u64,
    after: u64,
    removed: u64,
    mended: u64,
    failed_opens: u64,
}

#[test]
fn an_erasure_that_is_cut_at_any_operation_has_happened_or_not() {
    let mut seen = Seen::default();
    for seed in 0..4 {
        for after in 0.. {
            if run(seed, after, &mut seen) {
                assert_eq!(after, 48, "operations of an erasure in three groups");
                break;
            }
        }
    }
    eprintln!("{seen:?}");
    let all = [seen.failed, seen.before, seen.after, seen.removed, seen.mended, seen.failed_opens];
    assert!(all.into_iter().all(|count| count > 5), "{seen:?}");
}

#[test]
fn a_power_cut_that_takes_the_new_root_back_finds_the_old_files() {
    let (mut seen, mut back) = (Seen::default(), 0);
    for seed in 0..8 {
        for after in 0..12 {
            let (mut disk, mut files, before, mut rng) = three_groups(seed);
            let due = of_all_groups(&before);
            let erased = before.without(&due);
            // Copy A has its new name, which is not durable; nobody knows.
            disk.arm(35, Failure::Once(DiskErrorKind::Failed));
            let Err(SealedWriteError::Disk(error)) =
                files.erase(&indexes(&due), &BTreeMap::new(), Some(&erased.master()))
            else {
                panic!("erased")
            };
            assert_eq!((error.operation, error.path.as_str()), ("sync", "keys"));
            drop(files);
            // Begun again without a power cut, and then cut.
            disk.arm(after, Failure::FromThenOn(DiskErrorKind::Failed));
            drop(erased.reopen(&disk));
            disk.disarm();
            disk = disk.crash(100 * seed + after);
            let (files, world) = reopen(&mut disk, [&before, &erased], &mut rng, &mut seen);
            check_whole(&disk, &files, &world, &due);
            back += u64::from(world.erased.is_empty());
        }
    }
    assert!(back > 5 && back < 90, "{back}, {seen:?}");
}

/// An erasure in which the operation after the next `after` ones fails; whether it came to its end without.
fn run(seed: u64, after: u64, seen: &mut Seen) -> bool {
    let (mut disk, mut files, before, mut rng) = three_groups(1_000 * seed + after);
    let due = of_all_groups(&before);
    let erased = before.without(&due);
    let reader = files.reader();
    let kind = if rng.one_in(3) { DiskErrorKind::Full } else { DiskErrorKind::Failed };
    disk.arm(after, if rng.one_in(2) { Failure::Once(kind) } else { Failure::FromThenOn(kind) });
    let ended = files.erase(&indexes(&due), &BTreeMap::new(), Some(&erased.master()));
    disk.disarm();
    if let Err(error) = &ended {
        seen.failed += 1;
        let expected = matches!(error, SealedWriteError::Disk(_) | SealedWriteError::Full(_));
        assert!(expected && (kind == DiskErrorKind::Full) == matches!(error, SealedWriteError::Full(_)));
        assert_eq!(files.write(&[]), Err(SealedWriteError::Stopped));
        assert_eq!(files.erase(&indexes(&due), &BTreeMap::new(), None), Err(SealedWriteError::Stopped));
    }
    check_one_of_both(&reader, &before, &erased, &due);
    drop(files);
    // The process dies, and mostly the machine with it.
    if !rng.one_in(3) {
        disk = disk.crash(rng.next_u64());
    }
    let (mut files, mut world) = reopen(&mut disk, [&before, &erased], &mut rng, seen);
    assert!(ended.is_err() || world.erased == due, "undone");
    check_whole(&disk, &files, &world, &due);
    if world.erased.is_empty() {
        seen.before += 1;
        world.erase(&mut files, &due).unwrap();
    } else {
        seen.after += 1;
        assert_eq!(files.erase(&indexes(&due), &BTreeMap::new(), None), Ok(BTreeSet::new()));
    }
    for _ in 0..2 {
        let size = world.size + 4;
        world.grow(&mut files, size, &mut rng).unwrap();
        drop(files);
        disk = disk.crash(rng.next_u64());
        let (opened, report) = world.reopen_clean(&disk).unwrap();
        assert!(report.replaced.is_empty() && report.mended.is_none());
        check_whole(&disk, &opened, &world, &due);
        files = opened;
    }
    world.check_gone(&disk);
    ended.is_ok()
}

/// A reader that was open all the time is given what there was before or what is left, of all entries the same.
fn check_one_of_both(reader: &SealedReader, before: &World, erased: &World, due: &BTreeSet<u64>) {
    let first = EntryIndex::new(*due.first().unwrap());
    match reader.read(first).unwrap() {
        Held::All { .. } => before.check_served(reader),
        Held::Skeleton(_) => erased.check_served(reader),
    }
}

/// Of each group there are the files of one generation, and in them what the world says.
fn check_whole(disk: &MemoryDisk, files: &SealedFiles, world: &World, due: &BTreeSet<u64>) {
    let expected = if world.erased.is_empty() { "000000000000" } else { "000000000001" };
    let found = generations(disk);
    assert!(found.iter().all(|found| expected.ends_with(found.as_str())), "{found:?}, {expected}");
    let reader = files.reader();
    let left = if world.erased.is_empty() { due.clone() } else { BTreeSet::new() };
    assert_eq!(reader.not_erased(&indexes(due)).unwrap(), indexes(&left));
    world.check_served(&reader);
    assert_eq!(world.first_damage(disk, false), None);
}

/// Opens the files, through faults of the disk and power cuts, as those of the world that they are of.
fn reopen(
    disk: &mut MemoryDisk,
    worlds: [&World; 2],
    rng: &mut Prng,
    seen: &mut Seen,
) -> (SealedFiles, World) {
    for _ in 0..100 {
        if rng.one_in(3) {
            let kind = DiskErrorKind::Failed;
            let failure = if rng.one_in(2) { Failure::Once(kind) } else { Failure::FromThenOn(kind) };
            disk.arm(rng.next_u64() % 16, failure);
        }
        let clean = rng.one_in(3);
        for world in worlds {
            match if clean { world.reopen_clean(disk) } else { world.reopen(disk) } {
                Ok((files, report)) => {
                    disk.disarm();
                    assert!(report.cut.is_empty());
                    seen.removed += u64::from(!report.replaced.is_empty());
                    seen.mended += u64::from(report.mended.is_some());
                    return (files, world.clone());
                }
                Err(SealedOpenError::Disk(_)) => {
                    seen.failed_opens += 1;
                    break;
                }
                // Under the other master key.
                Err(SealedOpenError::Root(
                    ChooseError::Newer { .. } | ChooseError::Neither { fault: RootError::Kek { .. }, .. },
                )) => {}
                Err(other) => panic!("refused to start: {other}"),
            }
        }
        disk.disarm();
        if rng.one_in(2) {
            *disk = disk.crash(rng.next_u64());
        }
    }
    panic!("never opens again");
}
