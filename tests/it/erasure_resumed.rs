//! An erasure that falls between: between two audits of which the second goes on from the first, and between what the ledger
//! says and what was destroyed.

use crate::erasure::{SUBJECT, append, filed, order, served};
use crate::people;
use crate::restored::copy;
use crate::restored_log::program;
use crate::support::Folder;
use std::path::Path;

/// A closed ledger in which an erasure of two entries waits.
fn ordered(name: &str) -> Folder {
    let server = served(name, 86_400);
    append(&server, &people::penalty(30, SUBJECT));
    let entries = filed(&server);
    append(&server, &order(40, &[20, 21], &entries));
    server.stop().folder()
}

#[test]
fn an_audit_goes_on_from_before_an_erasure_and_asks_at_the_end_what_excuses_it() {
    let place = ordered("resumed-from");
    let saved = place.with_file_name("saved");
    let saved = saved.to_str().unwrap();
    let (code, said) = program(&place, &["audit", "--save", saved]);
    assert!(code == 0, "{said}");
    let (code, said) = program(&place, &["erase"]);
    assert!(code == 0 && said.contains("erased 2 entries"), "{said}");
    for how in [&["audit"][..], &["audit", "--from", saved], &["audit", "--blind", "--from", saved]] {
        let (code, said) = program(&place, how);
        assert!(code == 0 && said.contains("right: "), "{how:?}: {said}");
    }
    // What is lost without a word is told, wherever the audit goes on from.
    crate::lost::lose(&place, 8);
    let (code, said) = program(&place, &["audit", "--from", saved]);
    assert!(code == 1 && said.contains("entry 8: nothing is left"), "{code}: {said}");
}

#[test]
fn erase_says_what_it_finished_and_fails_while_something_is_left() {
    let place = ordered("resumed-erase");
    let beside = |dir: &Path| dir.parent().unwrap().to_owned();
    let before = Folder::new("resumed-erase-before");
    copy(&beside(&place), &before);
    let (code, said) = program(&place, &["erase"]);
    assert!(code == 0 && said.contains("erased 2 entries") && !said.contains("finished"), "{said}");
    // As if it had been cut short: the log says it, and everything opens still.
    let sealed = |generation: u64, kind: &str| format!("sealed/{:012}.{generation:012}.{kind}", 0);
    let back = || {
        for kind in ["body", "slot"] {
            drop(std::fs::remove_file(place.join(sealed(1, kind))));
            let old = before.join("folder").join(sealed(0, kind));
            std::fs::copy(old, place.join(sealed(0, kind))).unwrap();
        }
        for root in ["keys/root.a", "keys/root.b"] {
            std::fs::copy(before.join("folder").join(root), place.join(root)).unwrap();
        }
        let key = "folder.master.key";
        std::fs::copy(before.join(key), place.with_file_name(key)).unwrap();
    };
    back();
    let owner = place.with_file_name("folder.master.key.of");
    let said_whose = std::fs::read(&owner).unwrap();
    std::fs::write(&owner, "/elsewhere\n").unwrap();
    let (code, said) = program(&place, &["erase"]);
    assert!(code == 3 && said.contains("opens still") && !said.contains("erased 0"), "{code}: {said}");
    std::fs::write(&owner, said_whose).unwrap();
    let (code, said) = program(&place, &["audit"]);
    assert!(code == 1 && said.contains("something opens it"), "{code}: {said}");
    let (code, said) = program(&place, &["erase"]);
    assert!(code == 0 && said.contains("finished what was cut short: 2 entries"), "{code}: {said}");
    let (code, said) = program(&place, &["audit"]);
    assert!(code == 0, "{said}");
}
