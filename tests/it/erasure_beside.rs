//! A folder is audited and asked beside a server that erases: what opens the entries is replaced meanwhile, which is no damage
//! and no failure, and is looked at again.

use crate::erasure::{SUBJECT, append, erased, filed, order, served, signed};
use crate::http_server::Server;
use crate::people::{self, id};
use crate::restored_log::program;
use credit_ledger::ledger;
use credit_ledger::progress::Unwatched;
use credit_ledger::query::Reading;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use tlog::position::EntryIndex;

#[test]
fn a_folder_is_asked_again_where_an_erasure_fell_between() {
    let server = served("beside-asked", 0);
    let stays = append(&server, &people::penalty(30, SUBJECT));
    let entries = filed(&server);
    let mut looks = 0;
    let asked = |ledger: ledger::ReadOnlyLedger| {
        looks += 1;
        if looks > 1 {
            return Reading::new(&ledger.snapshots).any_entry(EntryIndex::new(stays)).map(drop).map_err(drop);
        }
        // What fails while the files are replaced may be right.
        append(&server, &order(40, &[20, 21], &entries));
        erased(&server, &entries);
        while server.folder().join("sealed/000000000000.000000000000.slot").exists() {
            std::thread::yield_now();
        }
        Err(())
    };
    ledger::ask(server.folder(), &Unwatched, asked, drop).unwrap();
    assert_eq!(looks, 2);
    // What fails by itself is not asked again.
    let mut looks = 0;
    let refused = ledger::ask(
        server.folder(),
        &Unwatched,
        |_| {
            looks += 1;
            Err::<(), ()>(())
        },
        drop,
    );
    assert_eq!((refused, looks), (Err(()), 1));
    server.finish();
}

/// Files a record and has it erased.
fn come_and_go(server: &Server, n: u64) {
    let record = append(server, &signed(n, "record.filed", SUBJECT, people::negative(&format!("罚字{n}号"))));
    let body = json!({
        "events": [id(n).to_string()], "entries": [record], "basis": [{ "instrument": "law.one" }],
    });
    append(server, &signed(n + 1, "erasure.ordered", SUBJECT, body));
    erased(server, &[record]);
}

#[test]
fn audits_and_questions_beside_a_server_that_erases_find_nothing_wrong() {
    let server = served("beside-erasing", 0);
    let stays = append(&server, &people::penalty(30, SUBJECT));
    let (done, stays) = (AtomicBool::new(false), stays.to_string());
    let asked = [&["audit"][..], &["show", "entry", &stays], &["show", "events", SUBJECT]];
    std::thread::scope(|scope| {
        for arguments in &asked {
            let (done, server) = (&done, &server);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let (code, said) = program(server.folder(), arguments);
                    assert_eq!(code, 0, "{arguments:?}: {said}");
                }
            });
        }
        for n in 0..12 {
            come_and_go(&server, 100 + 2 * n);
        }
        done.store(true, Ordering::Relaxed);
    });
    server.finish();
}

#[test]
fn what_is_erased_is_said_to_be_and_is_no_failure() {
    let server = served("beside-shown", 0);
    let entries = filed(&server);
    append(&server, &order(40, &[20, 21], &entries));
    erased(&server, &entries);
    let place = server.stop().folder();
    let [gone, _] = entries.map(|entry| entry.to_string());
    for asked in [&["show", "entry", &gone][..], &["show", "field", &gone, "name"]] {
        let (code, said) = program(&place, asked);
        assert!(code == 1 && said.contains("is erased"), "{asked:?}: {code}: {said}");
    }
    let (code, said) = program(&place, &["audit"]);
    assert_eq!(code, 0, "{said}");
}
