//! What opens an entry is lost: a word of the ledger is missing that it was erased. That is told at the entry that lost it, and
//! by whose fault it is: a copy that has lost it itself is damaged, and says nothing of the ledger.

use crate::auditing_witness::{add, of, request};
use crate::erasure::{SUBJECT, append, filed, order, served};
use crate::http_server::Server;
use crate::people;
use crate::restored_log::program;
use crate::support::Folder;
use crate::walk;
use credit_ledger::mirror::{Mirror, MirrorError};
use credit_ledger::progress::Unwatched;
use credit_ledger::tile_client::TileClient;
use ledger_spec::sealed::{FileHeader, FileKind, Frames, Slot, push_frame};
use std::path::Path;
use tlog::position::EntryIndex;

/// Takes slot and payload of an entry of the first group away, as an erasure does, and without its word.
pub fn lose(dir: &Path, entry: u64) {
    let index = EntryIndex::new(entry);
    let at = usize::try_from(Slot::offset(index)).unwrap();
    for slot in walk::files(&dir.join("sealed"), ".slot") {
        let mut bytes = std::fs::read(&slot).unwrap();
        bytes[at..at + Slot::LEN].fill(0);
        std::fs::write(&slot, bytes).unwrap();
    }
    for body in walk::files(&dir.join("sealed"), ".body") {
        let bytes = std::fs::read(&body).unwrap();
        let header = FileHeader::decode(FileKind::Body, &bytes).unwrap();
        let mut left = header.encode().to_vec();
        for frame in Frames::of(&bytes, &header).map_while(Result::ok).filter(|frame| frame.index != index) {
            push_frame(&mut left, frame.index, frame.bytes);
        }
        std::fs::write(&body, left).unwrap();
    }
}

#[test]
fn what_is_lost_is_named_where_it_was_lost_and_not_where_it_is_missed() {
    let server = served("lost-named", 86_400);
    let [record, note] = filed(&server);
    let other = append(&server, &people::penalty(30, SUBJECT));
    let order = append(&server, &order(40, &[20, 21], &[record, note]));
    let place = server.stop().folder();
    let kept = Folder::new("lost-named-kept");
    crate::restored::copy(place.parent().unwrap(), &kept);
    let lost = |entry: u64| {
        lose(&place, entry);
        let (code, said) = program(&place, &["audit"]);
        assert_eq!(code, 1, "{said}");
        std::fs::remove_dir_all(&*place).unwrap();
        crate::restored::copy(&kept, place.parent().unwrap());
        said
    };
    // The record that a note is about, and then an order names: both are missed there, and told of here.
    let said = lost(record);
    assert!(said.contains(&format!("entry {record}: nothing is left of this entry but its links")), "{said}");
    assert!(said.contains(&format!("up to entry {note} the ledger does not say")), "{said}");
    assert!(said.contains("should not have been admitted"), "{said}");
    // Nothing after it misses it.
    let said = lost(other);
    assert!(
        said.contains(&format!("entry {other}: nothing is left of this entry but its links, and the ledger")),
        "{said}"
    );
    // An order that was carried out: what it names is gone too, and excused by the entry that misses the order.
    let (code, said) = program(&place, &["erase"]);
    assert!(code == 0, "{said}");
    let (code, said) = program(&place, &["audit"]);
    assert!(code == 0, "{said}");
    lose(&place, order);
    let (code, said) = program(&place, &["audit"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(&format!("entry {order}: nothing is left of this entry but its links")), "{said}");
}

fn follower(server: &Server, dir: &Path) -> Result<Mirror, MirrorError> {
    let client = |address| TileClient::new(&format!("http://{address}")).unwrap();
    let (remote, openings) = (client(server.address), server.auditor());
    Mirror::open(dir, remote, Some(openings), server.vkey.clone(), &Unwatched)
}

#[test]
fn what_a_copy_has_lost_itself_is_its_own_damage_and_no_fault_of_the_ledgers() {
    let server = served("lost-copy", 86_400);
    let [record, _] = filed(&server);
    let other = append(&server, &people::penalty(30, SUBJECT));
    for lost in [record, other] {
        for newer in [false, true] {
            let dir = Folder::absent("lost-copy-of");
            let mut copy = follower(&server, &dir).unwrap();
            copy.advance(&Unwatched, &mut |_| {}).unwrap();
            copy.close().unwrap();
            lose(&dir, lost);
            if newer {
                append(&server, &people::penalty(50 + lost, SUBJECT));
            }
            let mut copy = follower(&server, &dir).unwrap();
            let error = copy.advance(&Unwatched, &mut |_| {}).unwrap_err();
            assert!(
                matches!(&error, MirrorError::Damaged(fault) if fault.entry().unwrap().get() == lost),
                "{error}"
            );
            assert!(!dir.join("evidence").exists(), "nothing is said of the ledger");
        }
    }
    // An auditing witness says so, and cosigns again once its copy was begun anew.
    let root = Folder::new("lost-copy-witness");
    let witness = of(&server, &root);
    assert_eq!(add(&witness, &request(&server, 0)).0, 200);
    let cosigned = server.snapshots.latest().size().get();
    drop(witness);
    lose(&root.join("opened"), record);
    append(&server, &people::penalty(90, SUBJECT));
    let witness = of(&server, &root);
    let asked = request(&server, cosigned);
    let (status, said) = add(&witness, &asked);
    assert_eq!(status, 503, "{said}");
    drop(witness);
    assert!(!root.join("audit.fault").exists(), "what a witness loses is no fault of the ledger's");
    std::fs::remove_dir_all(root.join("opened")).unwrap();
    for beside in ["opened.master.key", "opened.master.key.of"] {
        drop(std::fs::remove_file(root.join(beside)));
    }
    let witness = of(&server, &root);
    assert_eq!(add(&witness, &asked).0, 200);
    drop(witness);
    server.finish();
}
