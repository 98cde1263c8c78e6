//! Erasing: what is erased is gone from every file and from every reader, what stays is as it was, and nobody who looks
//! meanwhile sees anything else.

use super::damage::sample;
use super::world::{BORDER, World, create, indexes, kek, origin};
use crate::memory_disk::{MemoryDisk, Prng};
use credit_ledger::sealed_files::{
    Held, Replaced, SealedFiles, SealedOpenError, SealedReadError, SealedReader, SealedWriteError,
};
use credit_ledger::storage::{Disk as _, read_all};
use ledger_spec::sealed::{Generation, Group, Root, Slot};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use tlog::position::EntryIndex;

/// Files of three groups, of which the last is written to.
pub fn three_groups(seed: u64) -> (MemoryDisk, SealedFiles, World, Prng) {
    let (disk, mut rng) = (MemoryDisk::new(seed), Prng::new(seed));
    let (mut files, mut world) = create(&disk, BORDER - 12);
    for border in [BORDER, 2 * BORDER] {
        world.size = border - 12;
        world.grow(&mut files, border + 12, &mut rng).unwrap();
    }
    assert_eq!(disk.list("sealed").unwrap().len(), 9);
    (disk, files, world, rng)
}

/// One entry of the first group, two of the second, three of the last.
pub fn of_all_groups(world: &World) -> BTreeSet<u64> {
    let of_group = |group: u64, count| world.some_from(group * BORDER, count);
    of_group(0, 1).into_iter().chain(of_group(1, 2)).chain(of_group(2, 3)).collect()
}

pub fn all_bytes(disk: &MemoryDisk) -> BTreeMap<String, Vec<u8>> {
    let paths = |folder| disk.list(folder).unwrap().into_iter().map(move |name| format!("{folder}/{name}"));
    let all = ["sealed", "keys"].into_iter().flat_map(paths);
    all.map(|path| (path.clone(), read_all(disk, &path).unwrap())).collect()
}

/// The generations of the three groups by the names of their slots' files, of which each has one.
pub fn generations(disk: &MemoryDisk) -> Vec<String> {
    let names = disk.list("sealed").unwrap();
    assert_eq!(names.len(), 9, "{names:?}");
    let slots = names.iter().filter_map(|name| name.strip_suffix(".slot"));
    slots.map(|name| name[24..].to_owned()).collect()
}

fn generation(reader: &SealedReader) -> u64 {
    reader.with_root(|root| root.generation.get())
}

#[test]
fn erased_entries_leave_their_skeletons_and_the_rest_stays() {
    let groups = [&[0][..], &[1], &[2], &[0, 2], &[0, 1, 2]];
    for (seed, chosen) in groups.into_iter().enumerate() {
        let (disk, mut files, mut world, mut rng) = three_groups(u64::try_from(seed).unwrap());
        let reader = files.reader();
        world.check_served(&reader);
        let before = all_bytes(&disk);
        let erased = chosen.iter().flat_map(|group| world.some_from(group * BORDER, 2)).collect();
        assert_eq!(reader.not_erased(&indexes(&erased)).unwrap(), indexes(&erased));
        world.erase(&mut files, &erased).unwrap();
        // Once for all groups, and only theirs.
        assert_eq!(generation(&reader), 1);
        let expected = [0, 1, 2].map(|group| if chosen.contains(&group) { "1" } else { "0" });
        assert!(generations(&disk).iter().zip(expected).all(|(found, expected)| found.ends_with(expected)));
        for (path, bytes) in all_bytes(&disk) {
            let stays = path.ends_with(".link") || path.ends_with(".000000000000.slot");
            assert!(!stays || before[&path] == bytes, "{path}");
        }
        assert_eq!(reader.not_erased(&indexes(&erased)).unwrap(), BTreeSet::new());
        (0..8).for_each(|seed| world.check_gone(&disk.crash(seed)));
        for _ in 0..2 {
            world.check_served(&reader);
            world.check_served(&files.reader());
            assert_eq!(world.first_damage(&disk, false), None);
            let size = world.size + 9;
            world.grow(&mut files, size, &mut rng).unwrap();
        }
        drop(files);
        let (mut files, report) = world.reopen_clean(&disk).unwrap();
        assert!(report.cut.is_empty() && report.replaced.is_empty() && report.mended.is_none());
        world.check_served(&files.reader());
        // And again, of the same groups.
        let erased = chosen.iter().flat_map(|group| world.some_from(group * BORDER, 1)).collect();
        world.erase(&mut files, &erased).unwrap();
        let size = world.size + 9;
        world.grow(&mut files, size, &mut rng).unwrap();
        let disk = disk.crash(7);
        world.check_gone(&disk);
        world.check_served(&world.reopen(&disk).unwrap().0.reader());
        assert_eq!(world.first_damage(&disk, false), None);
    }
}

#[test]
fn where_nothing_is_to_be_erased_nothing_is_written() {
    let (disk, mut files, mut world, mut rng) = three_groups(21);
    let erased = of_all_groups(&world);
    world.erase(&mut files, &erased).unwrap();
    let before = all_bytes(&disk);
    let clear: BTreeSet<u64> = (0..world.size).filter(|index| !world.sealed.contains_key(index)).collect();
    let unknown = BTreeSet::from([world.size, world.size + 1, 9 * BORDER, 900 * BORDER, u64::MAX]);
    for entries in [&BTreeSet::new(), &erased, &clear, &unknown] {
        assert_eq!(files.erase(&indexes(entries), &BTreeMap::new(), Some(&kek(9))), Ok(BTreeSet::new()));
        assert!(all_bytes(&disk) == before);
    }
    // Beside what is to be erased they change nothing.
    let more = world.some_from(0, 1);
    let all: BTreeSet<u64> = [&more, &erased, &clear, &unknown].into_iter().flatten().copied().collect();
    assert_eq!(files.erase(&indexes(&all), &BTreeMap::new(), Some(&kek(3))), Ok(indexes(&more)));
    world = world.without(&more);
    world.check_served(&files.reader());
    // Without a new master key the root stays under the old one.
    let more = world.some_from(0, 1);
    assert_eq!(files.erase(&indexes(&more), &BTreeMap::new(), None), Ok(indexes(&more)));
    world = World { replaced: world.replaced, ..world.without(&more) };
    let size = world.size + 5;
    world.grow(&mut files, size, &mut rng).unwrap();
    world.check_served(&world.reopen(&disk).unwrap().0.reader());
    assert_eq!(world.first_damage(&disk, false), None);
}

#[test]
fn all_of_a_group_can_be_erased_and_written_on_behind() {
    let (disk, mut files, mut world, mut rng) = three_groups(22);
    let all = world.sealed.keys().copied().collect();
    world.erase(&mut files, &all).unwrap();
    world.check_served(&files.reader());
    let size = world.size + 9;
    world.grow(&mut files, size, &mut rng).unwrap();
    let disk = disk.crash(1);
    world.check_gone(&disk);
    world.check_served(&world.reopen(&disk).unwrap().0.reader());
    assert_eq!(world.first_damage(&disk, false), None);
}

#[test]
fn keys_that_are_made_ahead_later_are_under_the_new_master_key() {
    let (disk, mut files, mut world, mut rng) = three_groups(23);
    let erased = of_all_groups(&world);
    world.erase(&mut files, &erased).unwrap();
    world.size = 60 * BORDER;
    let size = world.size + 3;
    world.grow(&mut files, size, &mut rng).unwrap();
    assert_eq!(generation(&files.reader()), 2);
    drop(files);
    world.check_served(&world.reopen_clean(&disk).unwrap().0.reader());
    assert_eq!(world.first_damage(&disk, false), None);
}

#[test]
fn an_old_root_opens_nothing_of_new_files_and_is_refused_beside_them() {
    let (disk, mut files, world, _) = three_groups(24);
    let old = read_all(&disk, "keys/root.a").unwrap();
    let erased = of_all_groups(&world);
    let mut after = world.clone();
    after.erase(&mut files, &erased).unwrap();
    drop(files);
    let root = Root::open(&old, &origin(), &kek(1)).unwrap();
    let (mut empty, mut locked) = (0, 0);
    for index in world.sealed.keys() {
        let (group, offset) = (index / BORDER, Slot::offset(EntryIndex::new(*index)));
        let file = read_all(&disk, &format!("sealed/{group:012}.000000000001.slot")).unwrap();
        let slot = file[usize::try_from(offset).unwrap()..].first_chunk().unwrap();
        let slot = Slot::decode(slot, EntryIndex::new(*index), Generation::new(1)).unwrap();
        let (_, key) = root.group(Group::new(group)).unwrap();
        match slot.unwrap_with(key, EntryIndex::new(*index)) {
            Ok(None) => empty += 1,
            Ok(Some(_)) => panic!("entry {index} opens under the old key"),
            Err(_) => locked += 1,
        }
    }
    assert_eq!((empty, empty + locked), (erased.len(), world.sealed.len()));
    // Whoever puts it back, with the old master key, gets no start and no entry; nothing is removed.
    for copy in ["keys/root.a", "keys/root.b"] {
        disk.tamper(copy, |bytes| bytes.clone_from(&old)).unwrap();
    }
    let before = all_bytes(&disk);
    for opened in [world.reopen(&disk), world.reopen_clean(&disk), after.reopen(&disk)] {
        match opened.map(drop) {
            Err(SealedOpenError::Damaged(damage)) => {
                assert_eq!((damage.file.as_str(), damage.entry), ("keys/root.a", Some(EntryIndex::new(0))));
                assert_eq!(damage.found, "file of group 0 is of generation 1 where the root has 0");
            }
            other => assert!(matches!(other, Err(SealedOpenError::Root(_))), "{other:?}"),
        }
    }
    assert!(all_bytes(&disk) == before);
    assert!(world.first_damage(&disk, false).unwrap().found.contains("a file"));
    let reader = SealedReader::open(Arc::new(disk), &origin(), &kek(1)).unwrap();
    assert!(world.sealed.keys().all(|index| !world.reads(&reader, *index)));
}

#[test]
fn files_that_are_brought_back_beside_new_ones_are_named_and_removed() {
    let (disk, mut files, mut world, _) = three_groups(25);
    let old = all_bytes(&disk);
    let erased = of_all_groups(&world);
    world.erase(&mut files, &erased).unwrap();
    drop(files);
    let new = all_bytes(&disk);
    let put = |disk: &MemoryDisk, path: &str| disk.create(path).unwrap().write_at(0, &old[path]).unwrap();
    for path in old.keys().filter(|path| !new.contains_key(*path)) {
        let again = disk.crash(1);
        put(&again, path);
        let damage = world.first_damage(&again, false).unwrap();
        assert_eq!((damage.file.as_str(), damage.found.as_str()), (path.as_str(), "a file"));
        assert_eq!(world.first_damage(&again, true), None, "it may not be removed yet");
        let (files, report) = world.reopen_clean(&again).unwrap();
        assert_eq!(report.replaced.as_slice(), std::slice::from_ref(path));
        world.check_served(&files.reader());
        assert!(all_bytes(&again.crash(1)) == new);
        // In the place of the new one it is damage, and what is there stays.
        let instead = disk.crash(1);
        put(&instead, path);
        instead.remove(&path.replace(".000000000000.", ".000000000001.")).unwrap();
        let Err(SealedOpenError::Damaged(damage)) = world.reopen(&instead).map(drop) else {
            panic!("{path}")
        };
        assert_eq!((damage.found.as_str(), damage.file.contains(".000000000001.")), ("no file", true));
        assert_eq!(all_bytes(&instead).len(), new.len());
    }
}

#[test]
fn flipped_bits_in_new_files_are_found() {
    let (disk, mut files, mut world, mut rng) = three_groups(26);
    let erased = of_all_groups(&world);
    world.erase(&mut files, &erased).unwrap();
    drop(files);
    for (path, bytes) in all_bytes(&disk).into_iter().filter(|(path, _)| path.contains("000001.")) {
        for byte in sample(&bytes, &mut rng) {
            let (damaged, bit) = (disk.crash(1), rng.below(8));
            damaged.tamper(&path, |bytes| bytes[byte] ^= 1 << bit).unwrap();
            let fault = world.first_damage(&damaged, false);
            assert_eq!(fault.map(|fault| fault.file).as_ref(), Some(&path), "byte {byte}, bit {bit}");
        }
    }
}

#[test]
fn damage_beside_what_is_erased_is_named_before_anything_is_written() {
    let (disk, mut files, mut world, mut rng) = three_groups(27);
    let erased = of_all_groups(&world);
    let whole = all_bytes(&disk);
    // The last entry of the last group: found only after two groups were read.
    let other = *world.sealed.keys().last().unwrap();
    let at = usize::try_from(Slot::offset(EntryIndex::new(other))).unwrap();
    let slots = "sealed/000000000002.000000000000.slot";
    let body = "sealed/000000000002.000000000000.body";
    let end = whole[body].iter().rposition(|byte| *byte != 0).unwrap();
    for (path, byte) in [(slots, at), (slots, 9), (body, end)] {
        disk.tamper(path, |bytes| bytes[byte] ^= 1).unwrap();
        let before = all_bytes(&disk);
        let Err(SealedWriteError::Damaged(damage)) =
            files.erase(&indexes(&erased), &BTreeMap::new(), Some(&kek(2)))
        else {
            panic!("erased beside damage at byte {byte} of {path}")
        };
        assert_eq!(damage.file, path, "{damage}");
        assert!(all_bytes(&disk) == before);
        disk.tamper(path, |bytes| bytes[byte] ^= 1).unwrap();
    }
    // It stops nothing.
    let size = world.size + 5;
    world.grow(&mut files, size, &mut rng).unwrap();
    // Damage of what is erased goes with it.
    let gone = *erased.last().unwrap();
    let at = usize::try_from(Slot::offset(EntryIndex::new(gone))).unwrap();
    disk.tamper(slots, |bytes| bytes[at] ^= 1).unwrap();
    assert!(!world.reads(&files.reader(), gone));
    world.erase(&mut files, &erased).unwrap();
    world.check_served(&files.reader());
    assert_eq!(world.first_damage(&disk, false), None);
}

#[test]
fn readers_read_while_entries_are_erased() {
    let (disk, mut files, world, _) = three_groups(28);
    let worlds: Vec<World> = (0..9)
        .scan(world, |world, _| {
            let before = world.clone();
            let due = [0, 1, 2].iter().flat_map(|group| world.some_from(group * BORDER, 1)).collect();
            *world = world.without(&due);
            Some(before)
        })
        .collect();
    let (begun, done, reads) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let (first, reader) = (worlds.first().unwrap(), files.reader());
    let at = |number: u64| &worlds[usize::try_from(number).unwrap().min(worlds.len() - 1)];
    thread::scope(|scope| {
        for seed in [1, 2, 3] {
            let (reader, begun, done, reads, at) = (reader.clone(), &begun, &done, &reads, &at);
            scope.spawn(move || {
                let (mut rng, entries) = (Prng::new(seed), Vec::from_iter(first.sealed.keys().copied()));
                while done.load(Ordering::Acquire) < 8 {
                    let index = entries[rng.below(entries.len())];
                    // Erased before this began: never again. Not erased when it ended: as ever. Between: one of both.
                    let before = at(done.load(Ordering::Acquire)).erased.contains(&index);
                    let held = if rng.one_in(4) {
                        let all = reader.group(Group::of(EntryIndex::new(index)), first.size()).unwrap();
                        all.into_iter().find(|(at, _)| at.get() == index).unwrap().1
                    } else {
                        reader.read(EntryIndex::new(index)).unwrap()
                    };
                    let after = at(begun.load(Ordering::Acquire)).erased.contains(&index);
                    match held {
                        Held::All { .. } => assert!(!before, "entry {index} was erased"),
                        Held::Skeleton(_) => assert!(after, "entry {index} was not erased"),
                    }
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for number in 1..9 {
            while reads.load(Ordering::Relaxed) < number * 20 {
                thread::yield_now();
            }
            begun.store(number, Ordering::Release);
            let mut world = at(number - 1).clone();
            let due = at(number).erased.difference(&world.erased).copied().collect();
            world.erase(&mut files, &due).unwrap();
            done.store(number, Ordering::Release);
        }
    });
    let last = worlds.last().unwrap();
    last.check_served(&reader);
    assert_eq!(last.first_damage(&disk, false), None);
}

#[test]
fn whoever_reads_beside_the_writer_is_told_to_open_the_files_anew() {
    let (disk, mut files, mut world, _) = three_groups(29);
    let beside = SealedReader::open(Arc::new(disk.clone()), &origin(), &kek(1)).unwrap();
    let erased = of_all_groups(&world);
    world.erase(&mut files, &erased).unwrap();
    let replaced = |read: Result<(), SealedReadError>| match read {
        Err(SealedReadError::Replaced(Replaced { found, held })) => assert!(found > held),
        other => panic!("{other:?}"),
    };
    for index in world.sealed.keys().map(|index| EntryIndex::new(*index)) {
        replaced(beside.read(index).map(drop));
        replaced(beside.group(Group::of(index), world.size()).map(drop));
        replaced(beside.not_erased(&BTreeSet::from([index])).map(drop));
    }
    let beside = SealedReader::open(Arc::new(disk), &origin(), &world.master()).unwrap();
    world.check_served(&beside);
}
