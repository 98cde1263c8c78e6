//! How many files the running program keeps open: of a segment that is written to its end one, and two at most, however many
//! there are; of what opens entries those of few groups.

use crate::http_server::{NDJSON, Server};
use crate::people;
use crate::support::Folder;
use crate::witness::Process;
use credit_ledger::progress::Unwatched;
use std::collections::BTreeMap;
use std::path::Path;

/// The most that a segment may hold open.
const MOST: usize = 2;

/// The files below a folder that a process has open, and how often.
fn open(process: &Process, folder: &Path) -> BTreeMap<String, usize> {
    let mut open = BTreeMap::new();
    for descriptor in std::fs::read_dir(format!("/proc/{}/fd", process.id())).unwrap() {
        // One that was closed meanwhile is not open.
        let Ok(file) = std::fs::read_link(descriptor.unwrap().path()) else { continue };
        if let Ok(name) = file.strip_prefix(folder) {
            *open.entry(name.to_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    open
}

fn segments(dir: &Path) -> Vec<String> {
    let names = std::fs::read_dir(dir.join("log")).unwrap().map(|file| file.unwrap().file_name());
    let names = names.map(|name| format!("log/{}", name.to_str().unwrap()));
    names.filter(|name| name.ends_with(".seg")).collect()
}

/// Looks that no segment has more open than it may, and how many are open in all below `log/` and `sealed/`.
fn look(process: &Process, dir: &Path) -> [usize; 2] {
    let open = open(process, dir);
    let segments = segments(dir);
    for segment in &segments {
        let found = open.get(segment).copied().unwrap_or_default();
        assert!((1..=MOST).contains(&found), "{segment}: {found} of {open:?}");
    }
    ["log/", "sealed/"]
        .map(|folder| open.iter().filter(|(name, _)| name.starts_with(folder)).map(|(_, count)| *count).sum())
}

#[test]
fn a_segment_holds_two_descriptors_at_most_however_many_there_are() {
    let dir = Folder::absent("descriptors");
    let mut founding = people::founding();
    founding.settings.segment_bytes = 4_096;
    credit_ledger::ledger::create(&dir, &founding).unwrap();
    let path = dir.canonicalize().unwrap();
    let serve = || Process::start(&["serve", "--dir", path.to_str().unwrap(), "--listen", "127.0.0.1:0"], 1);
    let served = serve();
    let address = |process: &Process| process.address().parse().unwrap();
    let append = |process: &Process, envelopes: &[String]| {
        let answer = Server::post_at(address(process), NDJSON, envelopes.join("\n"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let placed = answer.lines().iter().filter(|line| line["status"] == "placed").count();
        assert_eq!(placed, envelopes.len(), "{}", answer.text());
    };
    append(&served, &people::setup());
    let mut seen = Vec::new();
    for batch in 1..=40_u64 {
        let penalty = |n| people::penalty(100 * batch + n, &format!("ext:test:{}", n % 7));
        append(&served, &(0..20).map(penalty).collect::<Vec<_>>());
        if batch % 10 == 0 {
            seen.push((segments(&path).len(), look(&served, &path)));
        }
    }
    let (count, _) = *seen.last().unwrap();
    assert!(count >= 12, "{seen:?}");
    // One file of offsets beside the segments, and what grows with them are the segments alone.
    for (count, [log, sealed]) in &seen {
        assert!(*log <= MOST * count + 1 && *sealed <= 6, "{seen:?}");
    }
    // Reading back and forth opens no more.
    for index in (0..800).rev().step_by(7).chain((0..800).step_by(11)) {
        assert_eq!(served.get(&format!("/v1/receipts/{index}")).0, 200);
    }
    assert_eq!(look(&served, &path), seen.last().unwrap().1);
    // Nor does a start, after the process was killed.
    served.kill();
    let served = serve();
    let [log, sealed] = look(&served, &path);
    assert!(log <= MOST * count + 1 && sealed <= 6, "{log} and {sealed} with {count} segments");
    drop(served);
    drop(credit_ledger::ledger::open(&path, &Unwatched).unwrap().close());
    assert_eq!(credit_ledger::audit::audit(&path, None, &Unwatched).unwrap().size.get(), 805);
}
