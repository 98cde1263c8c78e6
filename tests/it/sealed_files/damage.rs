//! Damage to what is kept beside the log: found and named by the check, never served, never cut away, and nothing to
//! the entries beside it.

use super::world::{BORDER, World, create, record_of};
use crate::memory_disk::{MemoryDisk, Prng};
use credit_ledger::sealed_files::{Held, SealedFiles, SealedOpenError, SealedReadError, SealedReader};
use credit_ledger::storage::{Disk as _, read_all};
use ledger_spec::sealed::{FileHeader, FileKind, Frames, Generation, Group, RootCopy, Slot};
use tlog::position::EntryIndex;

/// Files of two groups after a clean stop.
fn stopped() -> (MemoryDisk, World) {
    let (disk, mut rng) = (MemoryDisk::new(11), Prng::new(11));
    let (mut files, mut world) = create(&disk, BORDER - 30);
    world.grow(&mut files, BORDER + 30, &mut rng).unwrap();
    (disk, world)
}

fn file(kind: FileKind, group: u64) -> String {
    let (group, generation) = (Group::new(group), Generation::FIRST);
    format!("sealed/{}", FileHeader { kind, group, generation }.file_name())
}

const KINDS: [FileKind; 3] = [FileKind::Body, FileKind::Slot, FileKind::Link];

fn all_files() -> Vec<String> {
    let of_groups = [0, 1].into_iter().flat_map(|group| KINDS.map(|kind| file(kind, group)));
    of_groups.chain(["keys/root.a".to_owned(), "keys/root.b".to_owned()]).collect()
}

fn refused<T>(opened: Result<T, SealedOpenError>, place: &str) -> credit_ledger::damage::Damage {
    match opened.map(drop) {
        Err(SealedOpenError::Damaged(damage)) => damage,
        other => panic!("{place}: {other:?}"),
    }
}

/// The bytes that are looked at: all of headers, many of what was written, some of the room behind.
pub fn sample(bytes: &[u8], rng: &mut Prng) -> Vec<usize> {
    let written = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let begun = bytes[28..].iter().position(|byte| *byte != 0).unwrap() + 28;
    let mut sample: Vec<usize> = (0..28).collect();
    sample.extend((0..60).map(|_| begun + rng.below(written - begun)));
    sample.extend((0..12).map(|_| rng.below(bytes.len())));
    sample
}

#[test]
fn a_flipped_bit_is_named_by_the_check_never_served_and_costs_one_entry() {
    let (disk, world) = stopped();
    assert_eq!(world.first_damage(&disk, false), None);
    let mut rng = Prng::new(12);
    for path in all_files() {
        let bytes = read_all(&disk, &path).unwrap();
        for byte in sample(&bytes, &mut rng) {
            let (damaged, bit) = (disk.crash(1), rng.below(8));
            damaged.tamper(&path, |bytes| bytes[byte] ^= 1 << bit).unwrap();
            let place = format!("{path}, byte {byte}, bit {bit}");
            let fault = world.first_damage(&damaged, false).unwrap_or_else(|| panic!("not found: {place}"));
            assert_eq!(fault.file, path, "{place}: {fault}");
            assert!(fault.offset <= u64::try_from(byte).unwrap(), "{place}: {fault}");
            let lost = match world.reopen_clean(&damaged) {
                Ok((files, report)) => {
                    assert_eq!(report.mended.is_some(), path.starts_with("keys/"), "{place}");
                    lost(&world, &files)
                }
                // The group that the log ends in is read at every start.
                Err(SealedOpenError::Damaged(fault)) => {
                    assert_eq!(fault.file, path, "{place}: {fault}");
                    assert!(path.contains("/000000000001."), "{place}");
                    continue;
                }
                Err(other) => panic!("{place}: {other}"),
            };
            let whole_group = byte < 28 && path.contains("/000000000000.");
            assert!(lost <= if whole_group { world.sealed.len() } else { 1 }, "{place}: {lost} are lost");
        }
    }
}

fn lost(world: &World, files: &SealedFiles) -> usize {
    let reader = files.reader();
    world.sealed.keys().filter(|index| !world.reads(&reader, **index)).count()
}

#[test]
fn damage_below_the_log_is_refused_after_a_crash_too_and_not_cut() {
    let (disk, world) = stopped();
    let mut rng = Prng::new(13);
    for kind in KINDS {
        let path = file(kind, 1);
        let before = read_all(&disk, &path).unwrap();
        let written = before.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        for _ in 0..60 {
            let damaged = disk.crash(1);
            let byte = rng.below(written);
            damaged.tamper(&path, |bytes| bytes[byte] ^= 4).unwrap();
            let tampered = read_all(&damaged, &path).unwrap();
            let damage = refused(world.reopen(&damaged), &format!("{path}, byte {byte}"));
            assert_eq!(damage.file, path, "{damage}");
            assert!(read_all(&damaged, &path).unwrap() == tampered, "repaired silently");
        }
        // A file that ends too early, as a disk that lies about its syncs leaves it.
        let cut = disk.crash(1);
        cut.tamper(&path, |bytes| bytes.truncate(written - 3)).unwrap();
        assert_eq!(refused(world.reopen(&cut), &path).file, path);
        assert_eq!(read_all(&cut, &path).unwrap().len(), written - 3);
    }
}

#[test]
fn a_missing_or_foreign_file_is_named() {
    let (disk, world) = stopped();
    for path in all_files() {
        let damaged = disk.crash(1);
        damaged.remove(&path).unwrap();
        let fault = world.first_damage(&damaged, false).unwrap();
        assert_eq!((fault.file.as_str(), fault.found.as_str()), (path.as_str(), "no file"));
        if path.starts_with("keys/") {
            let (files, report) = world.reopen_clean(&damaged).unwrap();
            let copy = if path.ends_with('a') { RootCopy::A } else { RootCopy::B };
            assert_eq!(report.mended.map(|mended| mended.copy), Some(copy));
            assert_eq!((lost(&world, &files), world.first_damage(&damaged, false)), (0, None));
        } else if path.contains("/000000000001.") {
            assert_eq!(refused(world.reopen_clean(&damaged), &path).file, path);
            assert_eq!(refused(world.reopen(&damaged), &path).file, path);
        } else {
            let files = world.reopen(&damaged).unwrap().0;
            let of_group = world.sealed.range(..BORDER).count();
            assert_eq!(lost(&world, &files), of_group);
        }
    }
    let named = |name: &str, group: u64| {
        let damaged = disk.crash(1);
        let header =
            FileHeader { kind: FileKind::Body, group: Group::new(group), generation: Generation::FIRST };
        damaged.create(name).unwrap().write_at(0, &header.encode()).unwrap();
        assert_eq!(world.first_damage(&damaged, false).unwrap().file, name);
        (damaged.clone(), world.first_damage(&damaged, true).map(|damage| damage.file))
    };
    for name in ["sealed/notes.txt", "sealed/000000000000.000000000002.body"] {
        assert_eq!(named(name, 0).1.as_deref(), Some(name));
    }
    // An erasure may be making it.
    assert_eq!(named("sealed/000000000000.000000000001.body", 0).1, None);
    // Behind the log something may be in the making, and where it goes on, but not before.
    let name = file(FileKind::Body, 2);
    let (foreign, in_the_making) = named(&name, 2);
    assert_eq!(in_the_making, None);
    for (size, in_the_making) in [(2 * BORDER + 5, None), (3 * BORDER, Some(name.clone()))] {
        let world = World { size, ..world.clone() };
        assert_eq!(world.first_damage(&foreign, false).unwrap().file, name);
        assert_eq!(world.first_damage(&foreign, true).map(|damage| damage.file), in_the_making);
    }
    let gone = disk.crash(1);
    for path in all_files().iter().filter(|path| path.starts_with("sealed/")) {
        gone.remove(path).unwrap();
    }
    assert_eq!(world.first_damage(&gone, false).unwrap().file, file(FileKind::Body, 0));
}

#[test]
fn what_somebody_brings_back_or_puts_elsewhere_is_named() {
    let (disk, mut rng) = (MemoryDisk::new(14), Prng::new(14));
    let (mut files, mut world) = create(&disk, BORDER - 30);
    world.grow(&mut files, BORDER + 10, &mut rng).unwrap();
    let older: Vec<_> = all_files().iter().map(|path| read_all(&disk, path).unwrap()).collect();
    let before = world.size;
    world.grow(&mut files, BORDER + 30, &mut rng).unwrap();
    drop(files);
    let first_since = *world.sealed.range(before..).next().unwrap().0;
    for (path, older) in all_files().iter().zip(&older).filter(|(path, _)| path.contains("/000000000001.")) {
        let damaged = disk.crash(1);
        damaged.tamper(path, |bytes| bytes.clone_from(older)).unwrap();
        let fault = world.first_damage(&damaged, false).unwrap();
        assert_eq!((fault.file.as_str(), fault.entry), (path.as_str(), Some(EntryIndex::new(first_since))));
        assert_eq!(refused(world.reopen(&damaged), path), fault);
    }
    for kind in KINDS {
        let (one, two) = (file(kind, 0), file(kind, 1));
        let swapped = disk.crash(1);
        let (first, second) = (read_all(&disk, &one).unwrap(), read_all(&disk, &two).unwrap());
        swapped.tamper(&one, |bytes| bytes.clone_from(&second)).unwrap();
        swapped.tamper(&two, |bytes| bytes.clone_from(&first)).unwrap();
        let fault = world.first_damage(&swapped, false).unwrap();
        assert_eq!((fault.file, fault.what), (one.clone(), "header"));
        assert_eq!(fault.found, "of group 1, generation 0");
        // Also where whoever does it writes a header that fits.
        swapped.tamper(&one, |bytes| bytes[..28].copy_from_slice(&first[..28])).unwrap();
        let fault = world.first_damage(&swapped, false).unwrap();
        assert_eq!(fault.file, one, "{fault}");
        let reader = world.reopen(&disk).unwrap().0.reader();
        let entry = *world.sealed.keys().next().unwrap();
        assert!(world.reads(&reader, entry));
    }
    // A slot that is put to another entry of its group, with a checksum that fits there.
    let path = file(FileKind::Slot, 1);
    let [from, to] = [0, 1].map(|at| EntryIndex::new(*world.sealed.range(BORDER..).nth(at).unwrap().0));
    let moved = disk.crash(1);
    moved
        .tamper(&path, |bytes| {
            let at = usize::try_from(Slot::offset(from)).unwrap();
            let mut slot: [u8; Slot::LEN] = bytes[at..at + Slot::LEN].try_into().unwrap();
            let read = Slot::decode(&slot, from, Generation::FIRST).unwrap();
            slot = read.encode(from, Generation::new(1));
            let at = usize::try_from(Slot::offset(to)).unwrap();
            bytes[at..at + Slot::LEN].copy_from_slice(&slot);
        })
        .unwrap();
    let fault = world.first_damage(&moved, false).unwrap();
    assert_eq!((fault.file, fault.offset, fault.entry), (path, Slot::offset(to), Some(to)));
}

#[test]
fn an_older_copy_of_the_root_is_mended_and_named() {
    let (disk, mut rng) = (MemoryDisk::new(15), Prng::new(15));
    let (mut files, mut world) = create(&disk, 34 * BORDER);
    let older = read_all(&disk, "keys/root.a").unwrap();
    world.grow(&mut files, 34 * BORDER + 9, &mut rng).unwrap();
    drop(files);
    for path in ["keys/root.a", "keys/root.b"] {
        let damaged = disk.crash(1);
        damaged.tamper(path, |bytes| bytes.clone_from(&older)).unwrap();
        let fault = world.first_damage(&damaged, false).unwrap();
        assert_eq!((fault.file.as_str(), fault.found.as_str()), (path, "generation 0"));
        assert_eq!(world.first_damage(&damaged, true), None, "it may be in the making");
        let (files, report) = world.reopen_clean(&damaged).unwrap();
        assert!(report.mended.is_some());
        world.check_served(&files.reader());
        assert_eq!(world.first_damage(&damaged, false), None);
    }
}

#[test]
fn a_slot_under_another_key_and_a_wrong_frame_at_the_remembered_place_are_damage() {
    let (disk, world) = stopped();
    // The root's key of the first group is another: a root made anew in its place.
    let other = MemoryDisk::new(16);
    drop(create(&other, 0));
    let foreign = disk.crash(1);
    for path in ["keys/root.a", "keys/root.b"] {
        let bytes = read_all(&other, path).unwrap();
        foreign.tamper(path, |root| *root = bytes).unwrap();
    }
    let fault = world.first_damage(&foreign, false).unwrap();
    assert_eq!((fault.file, fault.what), (file(FileKind::Slot, 0), "slot"));
    assert!(fault.found.ends_with("does not unwrap under the key of group 0"), "{}", fault.found);
    assert_eq!(lost(&world, &world.reopen_clean(&foreign).unwrap().0), world.sealed.len());
    // While the files are open somebody takes a frame out: those behind it lie elsewhere than remembered.
    let path = file(FileKind::Body, 0);
    let reader = world.reopen_clean(&disk).unwrap().0.reader();
    let entries: Vec<u64> = world.sealed.range(..BORDER).map(|(index, _)| *index).collect();
    assert!(entries.iter().all(|index| world.reads(&reader, *index)));
    disk.tamper(&path, |bytes| {
        let header = FileHeader::decode(FileKind::Body, bytes).unwrap();
        let second = Frames::of(bytes, &header).nth(1).unwrap().unwrap();
        let (from, to) = (usize::try_from(second.offset).unwrap(), usize::try_from(second.end).unwrap());
        bytes.drain(from..to);
    })
    .unwrap();
    let lost: Vec<&u64> = entries.iter().rev().filter(|index| !world.reads(&reader, **index)).collect();
    assert_eq!(lost, [&entries[1]]);
}

#[test]
fn what_is_read_ahead_is_what_is_read_by_itself_also_beside_damage() {
    let (disk, mut rng) = (MemoryDisk::new(8), Prng::new(8));
    let (mut files, _) = create(&disk, 0);
    // More than is read at once.
    let records: Vec<_> = (0..60).map(|index| record_of(index, 40_000, &mut rng).0).collect();
    files.write(&records).unwrap();
    let reader = files.reader();
    let shown = |held: Result<Held, SealedReadError>| match held {
        Ok(Held::All { payload, .. }) => format!("{} bytes", payload.len()),
        Ok(Held::Skeleton(_)) => "a skeleton".to_owned(),
        Err(error) => error.to_string(),
    };
    let all = |reader: &SealedReader| {
        let mut ahead = reader.ahead(EntryIndex::new(0)..EntryIndex::new(60));
        for index in (0..60).map(EntryIndex::new) {
            assert_eq!(shown(ahead.take(index)), shown(reader.read(index)), "entry {index}");
        }
    };
    all(&reader);
    // What is damaged after the files were opened, and slots that are lost behind that and behind what is read at once.
    for (kind, at) in [("link", 3_000), ("body", 500_000)] {
        disk.tamper(&format!("sealed/000000000000.000000000000.{kind}"), |bytes| bytes[at] ^= 1).unwrap();
    }
    for index in [9, 20, 30, 50].map(EntryIndex::new) {
        let at = usize::try_from(Slot::offset(index)).unwrap();
        let slot = "sealed/000000000000.000000000000.slot";
        disk.tamper(slot, |bytes| bytes[at..at + Slot::LEN].fill(0)).unwrap();
        assert!(shown(reader.read(index)).contains("a slot that holds nothing"), "{index}");
    }
    all(&reader);
}
