//! A new identity key: persons are named anew, and are who they were.

use super::{Folder, Served};
use serde_json::Value;
use std::fs;

const NUMBER: &str = "11010519491231002X";
const MAPPING: &str = r#"
kind = "consent.granted"
issuer = "dept"
subject = "person:{证件号码|identity}"
valid_from = "{day|date}"
id = ["证件号码", "day"]
[body]
scope = ["market.*"]
purpose = "{why}"
"#;

fn import(served: &Served<'_>, day: &str) -> super::Ran {
    let folder = served.folder;
    folder.write("m.toml", MAPPING);
    folder.write("t.csv", &format!("证件号码,day,why\n{NUMBER},{day},甲\n"));
    served.run(&["import", "t.csv", "--mapping", "m.toml", "--key", "dept.key", "--json"])
}

/// How an import went: rows, placed, there before, refused.
fn counted(ran: super::Ran) -> [u64; 4] {
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    ["rows", "placed", "repeated", "refused"].map(|part| said[part].as_u64().unwrap())
}

/// Registers the person of the number, with a name that travels beside the event.
fn register(served: &Served<'_>, name: &str) -> [u64; 4] {
    const MAPPING: &str = r#"
kind = "subject.registered"
issuer = "registrar"
subject = "person:{证件号码|identity}"
valid_from = "2017-01-01"
id = ["证件号码"]
[body]
name = "{name}"
"#;
    served.folder.write("r.toml", MAPPING);
    served.folder.write("r.csv", &format!("证件号码,name\n{NUMBER},{name}\n"));
    let key = "l/keys/registrar.key";
    counted(served.run(&["import", "r.csv", "--mapping", "r.toml", "--key", key, "--json"]))
}

fn resolved(served: &Served<'_>) -> String {
    let arguments = ["resolve", "--key", "dept.key", "--url", &served.url];
    served.folder.run_with(&arguments, &format!("{NUMBER}\n")).right().trim().to_owned()
}

/// The entries of the consents that a folder shows of a subject to whoever may see all.
fn consents(folder: &Folder, subject: &str) -> Vec<u64> {
    let asked = ["show", "view", "uses", subject, "--dir", "l", "--sight", "restricted", "--json"];
    let said: Value = serde_json::from_str(&folder.run(&asked).right()).unwrap();
    let consents = said["consents"].as_array().unwrap();
    consents.iter().map(|line| line["entry"].as_u64().unwrap()).collect()
}

#[test]
fn a_person_is_named_anew_and_shown_as_one() {
    let folder = Folder::new();
    let served = folder.ledger();
    import(&served, "2017/5/1").right();
    assert_eq!(register(&served, "甲"), [1, 1, 0, 0]);
    let old = resolved(&served);
    let before = consents(&folder, &old);
    assert_eq!(before.len(), 1);
    served.stop();
    let master = folder.read("l.master.key");
    assert_eq!(folder.run(&["rotate", "--dir", "l", "--json"]).right(), "{\"epoch\":2}\n");
    assert_ne!(folder.read("l.master.key"), master, "what was stolen with the old one opens no root of now");

    let served = folder.serve();
    let new = resolved(&served);
    assert!(new.ends_with(".02") && new[..71] != old[..71], "{new}");
    // Yesterday's file names the old one, of this person and of one whom the ledger has never heard of.
    let nobody = format!("person:{}", "ab".repeat(32));
    for name in [&old, &nobody] {
        let event = |kind: &str, body: &str| super::event(kind, "dept", name, body);
        let again = event("consent.granted", r#"{"scope":["market.*"],"purpose":"乙"}"#);
        let refused = served.append("dept.key", &again).failed(1, "");
        assert!(
            refused.out.contains("old-pseudonym") || refused.err.contains("L28"),
            "{}{}",
            refused.out,
            refused.err
        );
    }
    // A row that came in before is the same event again, though it names the person anew; one that says otherwise is refused.
    assert_eq!(counted(import(&served, "2017/5/1")), [1, 0, 1, 0]);
    assert_eq!(register(&served, "甲"), [1, 0, 1, 0]);
    assert_eq!(register(&served, "乙"), [1, 0, 0, 1]);
    assert!(folder.read("r.csv.refused.csv").contains("L08"));
    assert_eq!(counted(import(&served, "2017/5/2")), [1, 1, 0, 0]);
    let all = consents(&folder, &new);
    assert_eq!(all.len(), 2);
    assert_eq!(consents(&folder, &old), all, "by the old name the answer is the same");
    assert_eq!(all[0], before[0]);
    served.stop();
    // And once more: three names, one person.
    folder.run(&["rotate", "--dir", "l"]).right();
    let served = folder.serve();
    let third = resolved(&served);
    assert!(third.ends_with(".03"));
    for day in ["2017/5/1", "2017/5/2"] {
        assert_eq!(counted(import(&served, day)), [1, 0, 1, 0], "{day}");
    }
    for name in [&old, &new, &third] {
        assert_eq!(consents(&folder, name), all, "{name}");
    }
    served.stop();
}

#[test]
fn a_rotation_that_was_cut_short_is_finished_by_the_next_start() {
    let folder = Folder::new();
    let served = folder.ledger();
    import(&served, "2017/5/1").right();
    let old = resolved(&served);
    served.stop();
    let kept = ["l/log", "l/sealed", "l/tree"];
    for part in kept {
        copied(&folder, part, &format!("before/{part}"));
    }
    let files = ["l/checkpoint", "l.signed"];
    files.iter().for_each(|file| copied_file(&folder, file, &format!("before/{file}")));
    folder.run(&["rotate", "--dir", "l"]).right();
    let whole: Value = serde_json::from_str(&folder.run(&["audit", "--dir", "l", "--json"]).right()).unwrap();
    // The root has the new key, and of the links nothing is in the log: as a stop right behind the root leaves it.
    for part in kept {
        fs::remove_dir_all(folder.path(part)).unwrap();
        copied(&folder, &format!("before/{part}"), part);
    }
    for derived in ["l/index", "l/case-files"] {
        fs::remove_dir_all(folder.path(derived)).unwrap();
    }
    files.iter().for_each(|file| copied_file(&folder, &format!("before/{file}"), file));
    let served = folder.serve();
    let new = resolved(&served);
    assert!(new.ends_with(".02"));
    assert_eq!(consents(&folder, &new), consents(&folder, &old));
    served.stop();
    let again: Value = serde_json::from_str(&folder.run(&["audit", "--dir", "l", "--json"]).right()).unwrap();
    assert!(
        again["entries"].as_u64() == whole["entries"].as_u64() && whole["entries"].is_u64(),
        "as many links as at once"
    );
}

fn copied(folder: &Folder, from: &str, to: &str) {
    fs::create_dir_all(folder.path(to)).unwrap();
    for file in fs::read_dir(folder.path(from)).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path(to).join(file.file_name())).unwrap();
    }
}

#[test]
fn an_older_root_under_its_older_master_key_is_named_by_an_audit() {
    let folder = Folder::new();
    let served = folder.ledger();
    import(&served, "2017/5/1").right();
    served.stop();
    let kept = ["l/keys/root.a", "l/keys/root.b", "l.master.key"];
    let keep = |to: &str| kept.iter().for_each(|part| copied_file(&folder, part, &format!("{to}/{part}")));
    let back =
        |from: &str| kept.iter().for_each(|part| copied_file(&folder, &format!("{from}/{part}"), part));
    keep("before");
    folder.run(&["rotate", "--dir", "l"]).right();
    keep("after");
    back("before");
    let audit = || folder.run(&["audit", "--dir", "l"]);
    let ran = audit().failed(1, "");
    assert!(ran.err.contains("keys/root.a") && ran.err.contains("identity keys"), "{}", ran.err);
    back("after");
    audit().right();
    // One that was put aside in its folder is told, and a segment that is none of the log's.
    for (from, stray) in
        [("before/l/keys/root.a", "l/keys/root.a.old"), ("l/log/offsets", "l/log/00000000000000000002.seg")]
    {
        copied_file(&folder, from, stray);
        let ran = audit().failed(1, "");
        assert!(ran.err.contains(stray.trim_start_matches("l/")), "{stray}: {}", ran.err);
        fs::remove_file(folder.path(stray)).unwrap();
    }
    audit().right();
    // Where nothing says whose key it is, no folder takes it for its own; and without its settings none is audited blindly.
    fs::remove_file(folder.path("l.master.key.of")).unwrap();
    let ran = folder.run(&["rotate", "--dir", "l"]);
    assert!(ran.code != 0 && ran.err.contains("l.master.key.of"), "{}", ran.err);
    audit().right();
    fs::remove_file(folder.path("l/ledger.toml")).unwrap();
    assert!(audit().err.contains("ledger.toml"), "{}", audit().err);
    folder.run(&["audit", "--dir", "l", "--blind"]).right();
}

fn copied_file(folder: &Folder, from: &str, to: &str) {
    fs::create_dir_all(folder.path(to).parent().unwrap()).unwrap();
    fs::copy(folder.path(from), folder.path(to)).unwrap();
}
