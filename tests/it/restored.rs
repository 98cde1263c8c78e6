//! What was erased, brought back from an older copy of the folder: slots, bodies, the root, the master key, each alone and
//! all together. An audit of the folder names it, nobody is told of it, and a start takes it away or is refused.

use crate::erasure::{SUBJECT, WORDS, append, filed, order, served};
use crate::people;
use crate::support::Folder;
use crate::walk;
use credit_ledger::progress::Unwatched;
use credit_ledger::query::Reading;
use std::path::{Path, PathBuf};
use std::process::Command;
use tlog::position::EntryIndex;

const MASTER: &str = "folder.master.key";
const ROOTS: [&str; 2] = ["folder/keys/root.a", "folder/keys/root.b"];

/// The folder after an erasure, with what it held before.
struct World {
    place: Folder,
    before: Folder,
    after: Folder,
    entries: [u64; 2],
    size: u64,
}

/// What an audit of the folder says, and a start.
struct Told {
    audit: (i32, String),
    start: Result<(), String>,
}

pub fn copy(from: &Path, to: &Path) {
    for file in walk::files(from, "") {
        let target: PathBuf = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(file, target).unwrap();
    }
}

/// The files of a generation that hold what says something.
fn sealed(generation: u64) -> [String; 2] {
    ["body", "slot"].map(|kind| format!("folder/sealed/{:012}.{generation:012}.{kind}", 0))
}

impl World {
    fn new() -> Self {
        // Not by itself within this test.
        let server = served("restored", 86_400);
        append(&server, &people::penalty(30, SUBJECT));
        let entries = filed(&server);
        append(&server, &order(40, &[20, 21], &entries));
        let beside = |dir: &Path| dir.parent().unwrap().to_owned();
        let [before, after] = ["restored-before", "restored-after"].map(Folder::new);
        let place = server.stop().folder();
        copy(&beside(&place), &before);
        let mut erase = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
        assert!(erase.args(["erase", "--dir"]).arg(&*place).output().unwrap().status.success());
        copy(&beside(&place), &after);
        let size = credit_ledger::audit::audit(&place, None, &Unwatched).unwrap().size.get();
        for file in sealed(0) {
            assert!(before.join(&file).exists() && !after.join(&file).exists(), "{file}");
        }
        Self { place, before, after, entries, size }
    }

    fn root(&self) -> &Path {
        self.place.parent().unwrap()
    }

    /// The folder after the erasure, without some of its files, and with these of before, each under a name.
    fn with(&self, gone: &[String], back: &[(&str, &str)]) -> Told {
        std::fs::remove_dir_all(&*self.place).unwrap();
        for beside in std::fs::read_dir(self.root()).unwrap() {
            std::fs::remove_file(beside.unwrap().path()).unwrap();
        }
        copy(&self.after, self.root());
        for file in gone {
            std::fs::remove_file(self.root().join(file)).unwrap();
        }
        for (file, name) in back {
            std::fs::copy(self.before.join(file), self.root().join(name)).unwrap();
        }
        let audit = self.audit();
        let start = credit_ledger::ledger::open(&self.place, &Unwatched);
        let start = start.map_err(|error| error.to_string()).map(|ledger| {
            for at in self.entries.map(EntryIndex::new) {
                assert!(Reading::new(&ledger.snapshots).any_entry(at).is_err(), "entry {at} is told of");
            }
            ledger.close().unwrap();
        });
        Told { audit, start }
    }

    fn audit(&self) -> (i32, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
        program.args(["audit", "--dir"]).arg(&*self.place).env("LANG", "C").env_remove("LC_ALL");
        let ran = program.output().unwrap();
        (ran.status.code().unwrap(), String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap())
    }

    /// What the start has left is right, and says nothing of what was erased, in no byte.
    fn is_clean(&self) {
        let (code, said) = self.audit();
        assert!(code == 0 && said.contains(&format!("{} entries", self.size)), "{said}");
        for file in sealed(0) {
            assert!(!self.root().join(&file).exists(), "{file}");
        }
        for file in walk::files(self.root(), "") {
            let bytes = std::fs::read(&file).unwrap();
            let there = bytes.windows(WORDS.len()).any(|window| window == WORDS.as_bytes());
            assert!(!there, "{}", file.display());
        }
    }
}

#[test]
fn what_is_restored_of_an_older_generation_is_named_and_told_to_nobody() {
    let world = World::new();
    let ([body, slot], [new_body, new_slot]) = (sealed(0), sealed(1));
    let (old, new) = ([&*body, &*slot], [new_body.clone(), new_slot.clone()]);
    let same = |files: &[&'static str]| files.iter().map(|file| (*file, *file)).collect::<Vec<_>>();
    let roots = same(&ROOTS);

    // Beside what there is: the audit names them, and a start takes them away.
    let told = world.with(&[], &old.map(|file| (file, file)));
    assert!(
        told.audit.0 == 1 && told.audit.1.contains("sealed/000000000000.000000000000"),
        "{:?}",
        told.audit
    );
    told.start.unwrap();
    world.is_clean();

    // In place of what there is, under their own names, or under the names of those.
    for back in [[(old[0], old[0]), (old[1], old[1])], [(old[0], &*new_body), (old[1], &*new_slot)]] {
        let told = world.with(&new, &back);
        assert!(told.audit.0 == 1 && told.audit.1.contains("sealed/000000000000."), "{:?}", told.audit);
        assert!(told.start.unwrap_err().contains("sealed/000000000000."), "nothing is cut away");
    }

    // The root alone, and with the master key that it was under: it has no key for what there is.
    for (back, expected) in [
        (roots.clone(), ["master key"; 2]),
        ([roots.clone(), vec![(MASTER, MASTER)]].concat(), ["generation 1 where the root has 0"; 2]),
    ] {
        let told = world.with(&[], &back);
        assert!(told.audit.0 == 1 && told.audit.1.contains(expected[0]), "{expected:?}: {:?}", told.audit);
        let start = told.start.unwrap_err();
        assert!(start.contains(expected[1]), "{expected:?}: {start}");
    }

    // All of it, so that everything opens as before: the log says that it is erased, and something opens it. Nobody is told,
    // and the start does again what was done.
    let all = [roots, vec![(MASTER, MASTER)], old.map(|file| (file, file)).to_vec()].concat();
    let told = world.with(&new, &all);
    let expected = format!(
        "entry {}: the ledger says that this entry is erased, and something opens it",
        world.entries[0]
    );
    assert!(told.audit.0 == 1 && told.audit.1.contains(&expected), "{:?}", told.audit);
    told.start.unwrap();
    world.is_clean();
}
