//! A writer that is made to wait or to panic, by the clock that it is given: what is said of it, and what
//! is still answered.

use crate::disk_full::request;
use crate::http_server::{Served, state};
use crate::memory_disk::MemoryDisk;
use crate::people::{self, penalty};
use crate::support::Folder;
use crate::writer_faults::{recovered, start_with};
use credit_ledger::clock;
use credit_ledger::sequencer::{Appended, CloseError, EventOutcome, WriteError};
use ledger_spec::time::RecordedTime;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

fn index_dir(name: &str) -> Folder {
    Folder::absent(name)
}

/// Held while the writer shall wait.
static GATE: Mutex<()> = Mutex::new(());
/// Whether the writer came to the gate.
static ARRIVED: AtomicBool = AtomicBool::new(false);

fn gate() -> MutexGuard<'static, ()> {
    GATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gated() -> RecordedTime {
    ARRIVED.store(true, Ordering::Release);
    let _open = gate();
    clock::now()
}

fn broken() -> RecordedTime {
    panic!("a defect in the writer, for a test")
}

#[test]
fn readyz_is_red_once_the_writer_is_gone_whatever_ended_it() {
    let (disk, index_dir) = (MemoryDisk::new(11), index_dir("panic"));
    let (sequencer, writer, snapshots) = start_with(&disk, &index_dir, broken);
    let served = Served::start(state(sequencer.clone(), snapshots));
    let address = served.address;

    assert_eq!(request(address, "GET", "/readyz", "").status, 200);
    let answer = request(address, "POST", "/v1/events", &penalty(100, "ext:test:a"));
    assert_eq!((answer.status, answer.problem().as_str()), (503, "writer-stopped"));
    let ready = request(address, "GET", "/readyz", "");
    assert_eq!((ready.status, ready.problem().as_str()), (503, "writer-stopped"));
    assert_eq!(request(address, "GET", "/v1/subjects/ext:test:a", "").status, 200, "reads go on");
    assert_eq!(sequencer.stopped(), Some(&WriteError::Panicked));
    assert_eq!(sequencer.queued(), 0);

    served.stop();
    drop(sequencer);
    assert_eq!(writer.join(), Err(CloseError::Stopped(WriteError::Panicked)));
    recovered(11, disk.crash(12), &[]);
}

#[test]
fn what_an_atomic_submission_takes_back_the_rest_of_its_batch_never_sees() {
    let (disk, index_dir) = (MemoryDisk::new(13), index_dir("batch"));
    let (sequencer, writer, snapshots) = start_with(&disk, &index_dir, gated);
    let submit = |events: &[String], atomic| {
        let events = events.iter().map(|envelope| people::whole(envelope)).collect();
        sequencer.submit(events, atomic).unwrap()
    };
    let (old, new) = ("ext:test:old", "ext:test:new");
    // The first waits at the gate, so that all others go into one batch.
    let shut = gate();
    let first = submit(&[penalty(100, old)], false);
    while !ARRIVED.load(Ordering::Acquire) {
        std::thread::yield_now();
    }
    let before = submit(&[penalty(101, old), penalty(102, new)], true);
    let wrong = [penalty(103, old), penalty(104, new), penalty(105, "place:430381")];
    let wrong = submit(&wrong, true);
    let after = submit(&[penalty(106, old), penalty(107, new), penalty(104, new)], true);
    drop(shut);
    let placed = |answer: tokio::sync::oneshot::Receiver<_>| -> Vec<Appended> {
        let answer: Result<credit_ledger::sequencer::BatchOutcome, WriteError> =
            answer.blocking_recv().unwrap();
        let placed = |outcome: EventOutcome| match outcome {
            EventOutcome::Appended(placed) => Some(placed),
            _ => None,
        };
        answer.unwrap().outcomes.into_iter().filter_map(placed).collect()
    };
    let versions = |placed: &[Appended]| placed.iter().map(|one| one.version.get()).collect::<Vec<_>>();
    let (first, before) = (placed(first), placed(before));
    assert_eq!((versions(&first), versions(&before)), (vec![1], vec![2, 1]));
    assert!(placed(wrong).is_empty());
    let after = placed(after);
    assert_eq!(versions(&after), [3, 2, 3]);
    assert_eq!(after.iter().map(|one| one.index.get()).collect::<Vec<_>>(), [8, 9, 10]);
    let acknowledged = [first, before, after].concat();
    drop((sequencer, snapshots));
    writer.join().unwrap();
    // The audit sees every link.
    recovered(13, disk.crash(14), &acknowledged);
}
