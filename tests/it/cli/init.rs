//! `init`: a folder that is whole or absent, whatever the origin, the folder's name and the keys are called.

use super::Folder;
use std::os::unix::fs::PermissionsExt as _;

fn init(folder: &Folder, dir: &str, origin: &str, registrar: &str) -> super::Ran {
    folder.run(&["init", "--dir", dir, "--origin", origin, "--operator", "op", "--registrar", registrar])
}

/// The names in a folder of the test's.
fn names(folder: &Folder, dir: &str) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder.path(dir))
        .unwrap()
        .map(|item| item.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn whatever_origin_is_taken_can_be_opened_again() {
    let folder = Folder::new();
    for (at, origin) in
        [r#"a"b"#, r"a\b", "a'b", r#"a\"'b"#, "a#b=[c]", "湘乡.example/台账"].iter().enumerate()
    {
        let dir = format!("l{at}");
        let vkey = init(&folder, &dir, origin, "registrar").right();
        folder.run(&["rebuild", "--dir", &dir]).right();
        assert_eq!(folder.run(&["vkey", "--dir", &dir]).right(), vkey, "{origin}");
        folder.audit(&dir);
    }
    // What no checkpoint can carry is refused before anything is made.
    init(&folder, "del", "a\u{7f}b", "registrar").failed(2, "origin");
    assert!(!folder.path("del").exists() && !folder.path("del.making").exists());
}

#[test]
fn the_folder_is_made_beside_its_place_however_its_name_is_written() {
    let folder = Folder::new();
    for dir in ["a/", "b/.", "c//", "new/deep/er/d/"] {
        init(&folder, dir, "a.example", "registrar").right();
        folder.audit(dir);
        let inside = ["access", "checkpoint", "keys", "ledger.toml", "log", "sealed", "tree"];
        assert_eq!(names(&folder, dir), inside, "{dir}");
    }
    // The master key lies beside the folder and not in it, for its owner alone; and so does what its signers have signed last.
    let ends = ["", ".master.key", ".master.key.of", ".signed", ".signed.access"];
    let beside = ["a", "b", "c"].map(|dir| ends.map(|end| format!("{dir}{end}")));
    assert_eq!(names(&folder, "."), [&beside.concat()[..], &["new".to_owned()]].concat());
    assert_eq!(names(&folder, "new/deep/er"), ends.map(|end| format!("d{end}")));
    // Whose it is to replace is said beside it.
    assert_eq!(
        folder.read("a.master.key.of").trim_end(),
        folder.path("a").canonicalize().unwrap().to_str().unwrap()
    );
    for secret in
        ["a.master.key", "a.signed", "a.signed.access", "a/keys/operator.key", "a/keys/registrar.key"]
    {
        let mode = std::fs::metadata(folder.path(secret)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{secret}");
    }
    let key = folder.read("a.master.key");
    let within = super::files_under(&folder.path("a"));
    assert!(within.iter().all(|(_, bytes)| !super::holds(bytes, key.trim().as_bytes())), "not in the folder");
    // One that is there is another ledger's: it is not written over, and no ledger appears under it.
    let (before, gone) = (key, folder.path("a"));
    std::fs::remove_dir_all(&gone).unwrap();
    for memory in ["a.signed", "a.signed.access"] {
        let signed = std::fs::read(folder.path(memory)).unwrap();
        init(&folder, "a", "a.example", "registrar").failed(2, &format!("{memory} exists already"));
        assert!(std::fs::read(folder.path(memory)).unwrap() == signed, "{memory}");
        std::fs::remove_file(folder.path(memory)).unwrap();
    }
    init(&folder, "a", "a.example", "registrar").failed(2, "a/../a.master.key exists already");
    assert_eq!(folder.read("a.master.key"), before);
    assert!(!folder.path("a.signed").exists(), "what was not made remembers nothing");
    assert!(!gone.exists() && !folder.path("a.making").exists());
    folder.write("empty/there/x", "");
    std::fs::remove_file(folder.path("empty/there/x")).unwrap();
    init(&folder, "empty/there", "a.example", "registrar").right();
    for dir in [".", "..", "a/..", "/"] {
        init(&folder, dir, "a.example", "registrar").failed(2, "names no folder of its own");
    }
}

#[test]
fn the_registrars_keys_come_with_the_ledger_or_neither_does() {
    let folder = Folder::new();
    init(&folder, "l", "a.example", "registrar").right();
    assert_eq!(names(&folder, "l/keys"), ["operator.key", "registrar.key", "root.a", "root.b"]);
    // A key that would take the place of another leaves no ledger behind without it.
    init(&folder, "m", "a.example", "operator").failed(2, "operator.key");
    assert!(!folder.path("m").exists() && !folder.path("m.making").exists());
    let brought =
        format!("operator:a:b:{}", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    init(&folder, "m", "a.example", &brought).right();
    assert_eq!(names(&folder, "m/keys"), ["operator.key", "root.a", "root.b"]);
}
