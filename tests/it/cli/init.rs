//! `init`: a folder that is whole or absent, whatever the origin, the folder's name and the keys are called.

use super::Folder;

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
        let inside = ["checkpoint", "keys", "ledger.toml", "log", "tree"];
        assert_eq!(names(&folder, dir), inside, "{dir}");
    }
    assert_eq!(names(&folder, "."), ["a", "b", "c", "new"]);
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
    assert_eq!(names(&folder, "l/keys"), ["identity.key", "operator.key", "registrar.key"]);
    // A key that would take the place of another leaves no ledger behind without it.
    init(&folder, "m", "a.example", "operator").failed(2, "operator.key");
    assert!(!folder.path("m").exists() && !folder.path("m.making").exists());
    let brought =
        format!("operator:a:b:{}", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    init(&folder, "m", "a.example", &brought).right();
    assert_eq!(names(&folder, "m/keys"), ["identity.key", "operator.key"]);
}
