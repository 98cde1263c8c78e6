//! The disk in memory, held to its contract.

use super::*;
use credit_ledger::storage::{read_all, replace};

#[test]
fn what_is_synced_survives_every_crash_and_the_rest_only_some() {
    let disk = MemoryDisk::new(1);
    let file = disk.create("a").unwrap();
    file.write_at(0, b"synced").unwrap();
    file.sync().unwrap();
    disk.sync_dir("").unwrap();
    file.write_at(6, &[b'!'; 2000]).unwrap();
    let after: BTreeSet<Vec<u8>> = (0..300).map(|seed| read_all(&disk.crash(seed), "a").unwrap()).collect();
    assert!(after.iter().all(|bytes| bytes.starts_with(b"synced")));
    assert!(after.contains(&b"synced"[..]) && after.iter().any(|b| b.len() == 2006) && after.len() > 20);
}

#[test]
fn a_name_needs_its_folder_synced_and_a_replaced_file_is_never_garbage() {
    let disk = MemoryDisk::new(1);
    disk.create_dir("d").unwrap();
    disk.sync_dir("").unwrap();
    replace(&disk, "d/f", b"old").unwrap();
    disk.sync_dir("d").unwrap();
    replace(&disk, "d/f", b"new").unwrap();
    disk.create("d/g").unwrap();
    let crashes: Vec<_> = (0..100).map(|seed| disk.crash(seed)).collect();
    assert!(crashes.iter().all(|d| matches!(&read_all(d, "d/f").unwrap()[..], b"old" | b"new")));
    assert!(crashes.iter().any(|d| read_all(d, "d/f").unwrap() == b"old"));
    assert!(crashes.iter().any(|d| d.exists("d/g").unwrap()));
    assert!(crashes.iter().any(|d| !d.exists("d/g").unwrap()));
}

#[test]
fn after_a_failed_sync_a_second_one_saves_nothing() {
    let lost = (0..50).any(|seed| {
        let disk = MemoryDisk::new(seed);
        let file = disk.create("a").unwrap();
        disk.sync_dir("").unwrap();
        file.write_at(0, b"bytes").unwrap();
        disk.arm(0, Failure::Once(DiskErrorKind::Failed));
        assert!(file.sync().is_err());
        file.sync().unwrap();
        assert_eq!(read_all(&disk, "a").unwrap(), b"bytes", "the page cache answers");
        read_all(&disk.crash(seed), "a").unwrap() != b"bytes"
    });
    assert!(lost);
}
