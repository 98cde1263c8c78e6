//! What can be done about damage is said with it, and can be done: what follows from the segments is made anew, and what opens
//! the entries comes from a backup of the same folder, never from a mirror or from before an erasure.

use crate::erasure::{SUBJECT, append, filed, served};
use crate::people;
use crate::restored::copy;
use crate::restored_log::program;
use crate::support::Folder;
use credit_ledger::progress::Unwatched;
use ledger_spec::sealed::{FileHeader, FileKind, Frames, push_frame};
use std::path::Path;

const SLOT: &str = "sealed/000000000000.000000000000.slot";
const BODY: &str = "sealed/000000000000.000000000000.body";

fn stopped(name: &str) -> (Folder, Folder) {
    let server = served(name, 86_400);
    append(&server, &people::penalty(30, SUBJECT));
    filed(&server);
    let place = server.stop().folder();
    let kept = Folder::new(&format!("{name}-kept"));
    copy(place.parent().unwrap(), &kept);
    (place, kept)
}

fn start(place: &Path) -> Result<(), String> {
    let opened = credit_ledger::ledger::open(place, &Unwatched).map_err(|error| error.to_string());
    opened.map(|ledger| ledger.close().unwrap())
}

#[test]
fn a_tree_that_is_gone_is_made_again_as_it_is_said() {
    let (place, _) = stopped("advice-tree");
    for crashed in [false, true] {
        std::fs::remove_dir_all(place.join("tree")).unwrap();
        if crashed {
            std::fs::write(place.join("running"), "").unwrap();
        }
        let (code, said) = program(&place, &["audit"]);
        assert!(
            code == 1 && said.contains("tree/level-0") && said.contains("run `rebuild`"),
            "{code}: {said}"
        );
        if !crashed {
            let refused = start(&place).unwrap_err();
            assert!(refused.contains("tree/level-0") && refused.contains("run `rebuild`"), "{refused}");
        }
        let (code, said) = program(&place, &["rebuild"]);
        assert!(code == 0, "{said}");
        start(&place).unwrap();
        let (code, said) = program(&place, &["audit"]);
        assert!(code == 0, "{said}");
    }
}

/// Something that is done to a folder.
type Harm = fn(&Path);

fn swap_payloads(place: &Path) {
    let bytes = std::fs::read(place.join(BODY)).unwrap();
    let header = FileHeader::decode(FileKind::Body, &bytes).unwrap();
    let mut frames: Vec<_> = Frames::of(&bytes, &header)
        .map_while(Result::ok)
        .map(|frame| (frame.index, frame.bytes.to_vec()))
        .collect();
    let first = std::mem::take(&mut frames[0].1);
    frames[0].1 = std::mem::replace(&mut frames[1].1, first);
    let mut swapped = header.encode().to_vec();
    frames.iter().for_each(|(index, bytes)| push_frame(&mut swapped, *index, bytes));
    std::fs::write(place.join(BODY), swapped).unwrap();
}

#[test]
fn damage_of_what_opens_the_entries_says_what_can_be_done() {
    let (place, kept) = stopped("advice-sealed");
    let backup = "from a backup of this very folder that was made after the last erasure";
    let together = "restore keys/root.a, keys/root.b and the master key as they belong together";
    let gone = "holds the master key";
    let harms: [(Harm, &str, &str); 6] = [
        (|place| std::fs::remove_dir_all(place.join("sealed")).unwrap(), "sealed", backup),
        (|place| std::fs::remove_file(place.join(SLOT)).unwrap(), SLOT, backup),
        (|place| std::fs::write(place.join(BODY), b"no body").unwrap(), BODY, backup),
        (
            |place| {
                for root in ["keys/root.a", "keys/root.b"] {
                    std::fs::remove_file(place.join(root)).unwrap();
                }
            },
            "no copy of the root",
            together,
        ),
        (
            |place| {
                let key = place.with_file_name("folder.master.key");
                let text = std::fs::read_to_string(&key).unwrap();
                let last = text.trim_end().len() - 10;
                let other = if text.as_bytes()[last] == b'A' { "B" } else { "A" };
                std::fs::write(&key, [&text[..last], other, &text[last + 1..]].concat()).unwrap();
            },
            "master key",
            together,
        ),
        (
            |place| std::fs::remove_file(place.with_file_name("folder.master.key")).unwrap(),
            "folder.master.key is not there",
            gone,
        ),
    ];
    for (harm, named, advice) in harms {
        harm(&place);
        let refused = start(&place).unwrap_err();
        assert!(refused.contains(named) && refused.contains(advice), "{named}: {refused}");
        let (code, said) = program(&place, &["audit"]);
        assert!(code != 0 && said.contains(named) && said.contains(advice), "{named}: {code}: {said}");
        assert!(!said.contains("from a copy or a mirror"), "{said}");
        std::fs::remove_dir_all(&*place).unwrap();
        copy(&kept, place.parent().unwrap());
    }
    // Where what opens an entry is another's, the files of its group are named.
    swap_payloads(&place);
    let (code, said) = program(&place, &["audit"]);
    assert!(code == 1 && said.contains(SLOT) && said.contains(backup), "{code}: {said}");
    std::fs::remove_dir_all(&*place).unwrap();
    copy(&kept, place.parent().unwrap());
    let (code, said) = program(&place, &["audit"]);
    assert_eq!(code, 0, "{said}");
}
