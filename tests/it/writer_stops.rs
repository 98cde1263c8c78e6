//! A writer that is made to wait or to panic, by the clock that it is given: what is said of it, and what
//! is still answered.

use crate::disk_full::request;
use crate::people::{self, penalty};
use crate::writer_faults::{recovered, signer, start_with};
use credit_ledger::clock;
use credit_ledger::http::{self, AppState};
use credit_ledger::sequencer::{CloseError, WriteError};
use credit_ledger::service::Settings;
use credit_ledger::storage::MemoryDisk;
use ledger_spec::checkpoint::Origin;
use ledger_spec::time::RecordedTime;
use std::path::PathBuf;

fn index_dir(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("credit-ledger-stops-{name}-{}", std::process::id()))
}

fn broken() -> RecordedTime {
    panic!("a defect in the writer, for a test")
}

#[test]
fn readyz_is_red_once_the_writer_is_gone_whatever_ended_it() {
    let (disk, index_dir) = (MemoryDisk::new(11), index_dir("panic"));
    let (sequencer, writer, view) = start_with(&disk, &index_dir, broken);
    let settings = Settings::new(Origin::parse(people::ORIGIN).unwrap());
    let (app_sequencer, vkey) = (sequencer.clone(), signer().verifier_key());
    let state = AppState { sequencer: app_sequencer, view, settings, vkey, clock: clock::now };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = runtime.spawn(http::serve(listener, state, async { drop(stopped.await) }));

    assert_eq!(request(address, "GET", "/readyz", "").status, 200);
    let answer = request(address, "POST", "/v1/events", &penalty(100, "ext:test:a"));
    assert_eq!((answer.status, answer.problem().as_str()), (503, "writer-stopped"));
    let ready = request(address, "GET", "/readyz", "");
    assert_eq!((ready.status, ready.problem().as_str()), (503, "writer-stopped"));
    assert_eq!(request(address, "GET", "/v1/subjects/ext:test:a", "").status, 200, "reads go on");
    assert_eq!(sequencer.stopped(), Some(&WriteError::Panicked));
    assert_eq!(sequencer.queued(), 0);

    stop.send(()).unwrap();
    runtime.block_on(served).unwrap().unwrap();
    drop((runtime, sequencer));
    assert_eq!(writer.join(), Err(CloseError::Stopped(WriteError::Panicked)));
    recovered(11, disk.crash(12), &[]);
    std::fs::remove_dir_all(index_dir).unwrap();
}
