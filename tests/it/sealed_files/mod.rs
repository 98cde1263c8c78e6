//! What is kept beside the log: written and read back, through power cuts, full disks and damage.

mod crashes;
mod damage;
mod erasure;
mod erasure_cuts;
mod world;

use crate::memory_disk::{MemoryDisk, Prng};
use credit_ledger::sealed_files::{Held, SealedFiles, SealedOpenError, SealedWriteError};
use credit_ledger::storage::{Disk, read_all};
use ledger_spec::sealed::{ChooseError, Group, RootCopy, RootError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use tlog::position::EntryIndex;
use world::{BORDER, create, kek, origin, record};

#[test]
fn what_is_written_is_read_back_over_the_border_of_groups() {
    let (disk, mut rng) = (MemoryDisk::new(1), Prng::new(1));
    let (mut files, mut world) = create(&disk, BORDER - 40);
    // One by one up to the border, then a batch over it, then on.
    while world.size < BORDER - 3 {
        let (records, after) = world.batch(1, &mut rng);
        files.write(&records).unwrap();
        world = after;
    }
    let (records, after) = world.batch(9, &mut rng);
    assert!(records.first().unwrap().index.get() < BORDER && records.last().unwrap().index.get() > BORDER);
    files.write(&records).unwrap();
    world = after;
    world.check_served(&files.reader());
    world.grow(&mut files, BORDER + 40, &mut rng).unwrap();
    files.write(&[]).unwrap();
    world.check_served(&files.reader());
    assert_eq!(world.first_damage(&disk, false), None);
    let names = disk.list("sealed").unwrap();
    assert_eq!(names.len(), 6, "{names:?}");
    // By whoever comes later too, and there it goes on.
    drop(files);
    let (mut files, report) = world.reopen_clean(&disk).unwrap();
    assert!(report.cut.is_empty() && report.mended.is_none());
    world.check_served(&files.reader());
    world.grow(&mut files, BORDER + 60, &mut rng).unwrap();
    world.check_served(&files.reader());
    assert_eq!(world.first_damage(&disk, false), None);
}

#[test]
fn a_clean_start_writes_nothing() {
    let (disk, mut rng) = (MemoryDisk::new(2), Prng::new(2));
    let (mut files, mut world) = create(&disk, BORDER - 9);
    world.grow(&mut files, BORDER + 9, &mut rng).unwrap();
    let all = |disk: &MemoryDisk| -> Vec<(String, Vec<u8>)> {
        ["sealed", "keys"]
            .iter()
            .flat_map(|folder| {
                disk.list(folder).unwrap().into_iter().map(move |name| format!("{folder}/{name}"))
            })
            .map(|path| (path.clone(), read_all(disk, &path).unwrap()))
            .collect()
    };
    let before = all(&disk);
    drop(world.reopen_clean(&disk).unwrap());
    assert!(all(&disk) == before);
    // Where only clear entries stand in the last group there is nothing to open.
    world.size = 2 * BORDER + 5;
    let (mut files, _) = world.reopen_clean(&disk).unwrap();
    assert!(all(&disk) == before);
    world.grow(&mut files, 2 * BORDER + 9, &mut rng).unwrap();
    world.check_served(&files.reader());
    assert_eq!(world.first_damage(&disk, false), None);
}

#[test]
fn records_out_of_order_are_refused_and_nothing_is_written() {
    let (disk, mut rng) = (MemoryDisk::new(3), Prng::new(3));
    let (mut files, mut world) = create(&disk, 10);
    let refused = |files: &mut SealedFiles, indices: &[u64], rng: &mut Prng| {
        let records: Vec<_> = indices.iter().map(|index| record(*index, rng).0).collect();
        files.write(&records).unwrap_err()
    };
    let not_next = |found, expected| {
        let (found, expected) = (EntryIndex::new(found), EntryIndex::new(expected));
        SealedWriteError::NotNext { found, expected }
    };
    assert_eq!(refused(&mut files, &[9], &mut rng), not_next(9, 10));
    assert_eq!(refused(&mut files, &[10, 12, 12], &mut rng), not_next(12, 13));
    assert_eq!(refused(&mut files, &[12, 11], &mut rng), not_next(11, 13));
    assert!(disk.list("sealed").unwrap().is_empty());
    world.grow(&mut files, 30, &mut rng).unwrap();
    let last = *world.sealed.keys().last().unwrap();
    assert_eq!(refused(&mut files, &[last], &mut rng), not_next(last, last + 1));
    world.check_served(&files.reader());
    assert_eq!(world.first_damage(&disk, false), None);
}

#[test]
fn keys_are_made_ahead_and_last_for_groups_far_away() {
    let (disk, mut rng) = (MemoryDisk::new(4), Prng::new(4));
    let (mut files, mut world) = create(&disk, 0);
    let first = read_all(&disk, "keys/root.a").unwrap();
    let generation = |files: &SealedFiles| files.reader().with_root(|root| root.generation.get());
    for (group, expected) in [(0, 0), (33, 0), (34, 1), (34, 1), (300, 2)] {
        world.size = world.size.max(group * BORDER);
        let size = world.size + 4;
        world.grow(&mut files, size, &mut rng).unwrap();
        assert_eq!(generation(&files), expected, "group {group}");
        assert_eq!(read_all(&disk, "keys/root.a").unwrap(), read_all(&disk, "keys/root.b").unwrap());
        assert_eq!(first == read_all(&disk, "keys/root.a").unwrap(), expected == 0);
    }
    assert_eq!(files.reader().with_root(|root| root.groups()), 365);
    world.check_served(&files.reader());
    drop(files);
    let (files, _) = world.reopen_clean(&disk).unwrap();
    world.check_served(&files.reader());
    assert_eq!(world.first_damage(&disk, false), None);
    // An older root beside files that it has no key for.
    for copy in ["keys/root.a", "keys/root.b"] {
        disk.tamper(copy, |bytes| bytes.clone_from(&first)).unwrap();
    }
    let damage = world.first_damage(&disk, false).unwrap();
    assert_eq!((damage.file.as_str(), damage.what), ("keys/root.a", "key of a group"));
    assert_eq!(damage.found, "group 300 where there are keys of 65 groups");
    let Err(SealedOpenError::Damaged(again)) = world.reopen(&disk).map(drop) else { panic!("opened") };
    assert_eq!(again, damage);
}

#[test]
fn nothing_is_made_over_what_is_there_and_another_master_key_opens_nothing() {
    let (disk, mut rng) = (MemoryDisk::new(5), Prng::new(5));
    let (mut files, mut world) = create(&disk, 0);
    world.grow(&mut files, 5, &mut rng).unwrap();
    drop(files);
    let made = |disk: &MemoryDisk| {
        SealedFiles::create(Arc::new(disk.clone()), &origin(), &kek(1)).map(drop).unwrap_err()
    };
    assert_eq!(made(&disk), SealedOpenError::Exists { found: "keys/root.a".to_owned() });
    disk.remove("keys/root.a").unwrap();
    assert_eq!(made(&disk), SealedOpenError::Exists { found: "keys/root.b".to_owned() });
    let open = |disk: &MemoryDisk, byte| {
        let stop = credit_ledger::sealed_files::LastStop::Clean;
        SealedFiles::open(Arc::new(disk.clone()), &origin(), &kek(byte), world.size(), stop)
    };
    let Err(SealedOpenError::Root(ChooseError::Neither { copy: RootCopy::B, fault })) =
        open(&disk, 2).map(drop)
    else {
        panic!("opened under another master key")
    };
    assert!(matches!(fault, RootError::Kek { .. }));
    assert!(!disk.exists("keys/root.a").unwrap(), "nothing is mended by whoever has not the key");
    let (_, report) = open(&disk, 1).unwrap();
    assert_eq!(report.mended.map(|mended| mended.copy), Some(RootCopy::A));
    assert_eq!(world.first_damage(&disk, false), None);
    for copy in ["keys/root.a", "keys/root.b"] {
        disk.remove(copy).unwrap();
    }
    assert_eq!(open(&disk, 1).map(drop).unwrap_err(), SealedOpenError::Root(ChooseError::Absent));
    let SealedOpenError::Exists { found } = made(&disk) else { panic!("made over files") };
    assert_eq!(found, "sealed/000000000000.000000000000.body");
}

#[test]
fn readers_read_while_the_writer_writes() {
    let disk = MemoryDisk::new(6);
    let (mut files, world) = create(&disk, BORDER - 60);
    let (mut rng, mut batches, mut whole) = (Prng::new(6), Vec::new(), world.clone());
    while whole.size < BORDER + 60 {
        let (records, after) = whole.batch(1 + rng.next_u64() % 4, &mut rng);
        batches.push((records, after.size));
        whole = after;
    }
    let acknowledged = AtomicU64::new(world.size);
    let (reader, done) = (files.reader(), BORDER + 60);
    thread::scope(|scope| {
        for seed in [1, 2] {
            let (reader, whole, acknowledged) = (reader.clone(), &whole, &acknowledged);
            scope.spawn(move || {
                let mut rng = Prng::new(seed);
                loop {
                    let size = acknowledged.load(Ordering::Acquire);
                    let known: Vec<u64> = whole.sealed.range(..size).map(|(index, _)| *index).collect();
                    if let Some(index) = known.get(rng.below(known.len())) {
                        assert!(whole.reads(&reader, *index), "entry {index} of {size}");
                        let group = Group::of(EntryIndex::new(*index));
                        let all = reader.group(group, tlog::position::TreeSize::new(size)).unwrap();
                        let of_group = |index: &&u64| Group::of(EntryIndex::new(**index)) == group;
                        assert_eq!(all.len(), known.iter().filter(of_group).count());
                    }
                    if size >= done {
                        break;
                    }
                }
            });
        }
        for (records, size) in &batches {
            files.write(records).unwrap();
            acknowledged.store(*size, Ordering::Release);
        }
    });
    whole.check_served(&files.reader());
}

#[test]
fn what_was_erased_is_told_from_what_is_damaged_by_the_log_alone() {
    use credit_ledger::sealed_files::{CheckedLog, LogSays, check};
    use ledger_spec::sealed::{FileHeader, FileKind, Frames, Slot, push_frame};
    let (disk, mut rng) = (MemoryDisk::new(7), Prng::new(7));
    let (mut files, mut world) = create(&disk, 0);
    world.grow(&mut files, 30, &mut rng).unwrap();
    drop(files);
    let erased = *world.sealed.keys().nth(3).unwrap();
    let index = EntryIndex::new(erased);
    let at = usize::try_from(Slot::offset(index)).unwrap();
    let checked = |disk: &MemoryDisk, of_it: LogSays| {
        let says = |asked| if asked == index { of_it } else { world.says(asked) };
        let log = CheckedLog {
            size: world.size(),
            open_ended: false,
            identities: None,
            says: &says,
            unwrapped: false,
            threads: 1,
        };
        check(disk, &origin(), &kek(1), &log).map_err(|error| error.to_string())
    };
    // Half of it is gone: that is no erasure.
    let slot = "sealed/000000000000.000000000000.slot";
    disk.tamper(slot, |bytes| bytes[at..at + Slot::LEN].fill(0)).unwrap();
    for says in [LogSays::Whole, LogSays::Sealed] {
        assert!(checked(&disk, says).unwrap_err().starts_with(&format!("damaged: {slot} at byte {at}")));
    }
    let reader = world.reopen_clean(&disk).unwrap().0.reader();
    assert!(!world.reads(&reader, erased));
    // All of it is gone.
    let body = "sealed/000000000000.000000000000.body";
    assert!(checked(&disk, LogSays::Erased).unwrap_err().starts_with(&format!("damaged: {body} at byte")));
    disk.tamper(body, |bytes| {
        let header = FileHeader::decode(FileKind::Body, bytes).unwrap();
        let mut left = header.encode().to_vec();
        for frame in Frames::of(bytes, &header).map_while(Result::ok).filter(|frame| frame.index != index) {
            push_frame(&mut left, frame.index, frame.bytes);
        }
        *bytes = left;
    })
    .unwrap();
    let reader = world.reopen_clean(&disk).unwrap().0.reader();
    assert!(matches!(reader.read(index), Ok(Held::Skeleton(_))));
    assert_eq!(reader.group(Group::new(0), world.size()).unwrap().len(), world.sealed.len());
    assert_eq!(checked(&disk, LogSays::Erased), Ok(None));
    assert_eq!(checked(&disk, LogSays::Sealed), Ok(None));
    assert!(checked(&disk, LogSays::Whole).unwrap_err().contains("no frame"));
    assert!(checked(&disk, LogSays::Clear).unwrap_err().contains("000000000000.link"));
}
