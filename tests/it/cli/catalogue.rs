//! `catalogue`: from files to events and back to no difference, through a folder and through a server.

use super::{Folder, ORIGIN, event};
use crate::walk;
use ledger_authoring::shipped::files as files_of_the_program;
use std::path::{Path, PathBuf};

const LAW: &str = r#"[[instrument]]
code = "law.one"
title = { zh = "法", en = "Law" }
level = "law"
effective = 2000-01-01
confidence = "V"
"#;

const PENALTY: &str = r#"[[type]]
code = "base.penalty"
title = { zh = "处罚", en = "Penalty" }
polarity = "negative"
disclosure = "public"
subjects = ["uscc"]
retention = []
effective = 2010-01-01
basis = [{ instrument = "law.one", article = "8" }]
confidence = "K"
"#;

/// A ledger with a steward and nothing in its catalogue.
fn founded(folder: &Folder) {
    folder
        .run(&["init", "--dir", "l", "--origin", ORIGIN, "--operator", "op", "--registrar", "registrar"])
        .right();
    let key = folder.run(&["keygen", "--name", "steward", "--out", "steward.key"]).right();
    let served = folder.serve();
    let body = format!(
        r#"{{"name":{{"zh":"甲","en":"A"}},"roles":["steward"],"keys":["{}"],"competence":{{}}}}"#,
        key.trim()
    );
    let enrolled = event("authority.enrolled", "registrar", "authority:steward", &body);
    served.append("l/keys/registrar.key", &enrolled).right();
    served.stop();
}

fn files(folder: &Folder, penalty: &str) {
    folder.write("c/instruments.toml", LAW);
    folder.write("c/types/base.toml", penalty);
}

const STEWARD: [&str; 4] = ["--key", "steward.key", "--issuer", "steward"];

fn adopt<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["catalogue", "adopt"], &STEWARD[..], more].concat()
}

#[test]
fn check_names_file_and_line_of_all_that_is_wrong() {
    let folder = Folder::new();
    let shipped = folder.run(&["catalogue", "check"]).right();
    assert!(shipped.contains("type       240"), "{shipped}");
    files(&folder, PENALTY);
    let said = folder.run(&["catalogue", "check", "c", "--json"]).right();
    assert!(said.starts_with("{\"sort\":\"basis\",\"tables\":1,\"unsure\":0}\n"), "{said}");
    files(&folder, &PENALTY.replace("law.one", "law.two"));
    let ran = folder.run(&["catalogue", "check", "c"]).failed(1, "1 faults in the catalogue");
    let expected =
        "c/types/base.toml:9: field basis[0].instrument: law.two is no instrument of these files\n";
    assert_eq!(ran.out, expected);
    let json = folder.run(&["catalogue", "check", "c", "--json"]).failed(1, "").out;
    assert!(json.contains(r#""file":"c/types/base.toml","line":9"#), "{json}");
    folder.run(&["catalogue", "diff", "c", "--dir", "l"]).failed(2, "c/types/base.toml:9: ");
    folder.write("empty/readme.md", "");
    folder.run(&["catalogue", "check", "empty"]).failed(2, "holds no .toml file");
}

#[test]
fn the_program_carries_every_file_of_the_folder() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ledger-spec/catalogue");
    let named = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<_> = walk::files(&root, "").iter().map(named).collect();
    names.sort();
    let mut carried: Vec<_> = files_of_the_program().iter().map(|(name, _)| (*name).to_owned()).collect();
    carried.sort();
    assert_eq!(carried, names);
}

#[test]
fn the_whole_catalogue_is_adopted_once() {
    let folder = Folder::new();
    founded(&folder);
    let whole = "551 new, 18 amended, 18 repealed, 0 late; 0 as they are\n";
    let none = "0 new, 0 amended, 0 repealed, 0 late; 569 as they are\n";
    let diff = folder.run(&["catalogue", "diff", "--dir", "l"]).right();
    assert!(diff.ends_with(whole), "{diff}");
    assert!(diff.starts_with("new       basis."), "{diff}");
    assert!(diff.contains("repealed  type.health.social_fee from 2021-08-20"), "{diff}");
    assert_eq!(folder.run(&adopt(&["--dir", "l"])).right(), whole);
    assert_eq!(folder.run(&adopt(&["--dir", "l"])).right(), none);
    // The folder and a server say the same.
    assert_eq!(folder.run(&["catalogue", "diff", "--dir", "l"]).right(), none);
    let served = folder.serve();
    assert_eq!(served.run(&["catalogue", "diff"]).right(), none);
    served.stop();
}

#[test]
fn only_the_difference_is_signed_and_sent() {
    let folder = Folder::new();
    founded(&folder);
    files(&folder, PENALTY);
    let served = folder.serve();
    assert_eq!(served.run(&adopt(&["c"])).right(), "2 new, 0 amended, 0 repealed, 0 late; 0 as they are\n");
    let amended =
        PENALTY.replace("\"public\"", "\"shared\"").replace("confidence", "tags = [\"x\"]\nconfidence");
    files(&folder, &amended);
    let diff = served.run(&["catalogue", "diff", "c"]).right();
    let expected = "amended   type.base.penalty from 2010-01-01: disclosure, tags  Penalty\n\
        0 new, 1 amended, 0 repealed, 0 late; 1 as they are\n";
    assert_eq!(diff, expected);
    let json = served.run(&["catalogue", "diff", "c", "--json"]).right();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["kind"], "catalogue.type_amended");
    assert_eq!(json["fields"], serde_json::json!(["disclosure", "tags"]));
    let said = served.run(&adopt(&["c", "--json"])).right();
    assert_eq!(said, "{\"amended\":1,\"late\":0,\"new\":0,\"repealed\":0,\"unchanged\":1}\n");
    // A steward's own amendment stays; what the files say from before it comes late.
    let body = r#"{"title":{"zh":"处罚","en":"P"},"polarity":"negative","disclosure":"restricted","subjects":["uscc"],"basis":[{"instrument":"law.one"}],"confidence":"V"}"#;
    let own = event("catalogue.type_amended", "steward", "catalogue:type.base.penalty", body);
    served.append("steward.key", &own).right();
    assert!(served.run(&["catalogue", "diff", "c"]).right().starts_with("0 new, 0 amended"));
    files(&folder, PENALTY);
    let late = served.run(&adopt(&["c"])).failed(1, "1 tables come late, such as type.base.penalty");
    assert_eq!(late.out, "0 new, 0 amended, 0 repealed, 1 late; 1 as they are\n");
    served.stop();
}

#[test]
fn who_is_no_steward_adopts_nothing() {
    let folder = Folder::new();
    founded(&folder);
    files(&folder, PENALTY);
    let other = ["catalogue", "adopt", "c", "--dir", "l", "--key", "l/keys/registrar.key"];
    let as_registrar = [&other[..], &["--issuer", "registrar"]].concat();
    folder.run(&as_registrar).failed(1, "(L06): issuer: found registrar");
    let as_steward = [&other[..], &["--issuer", "steward"]].concat();
    folder.run(&as_steward).failed(1, "(and 1 more refused)");
    folder.run(&[&other[..], &["--issuer", "A b"]].concat()).failed(2, "--issuer: ");
    folder.audit("l");
}
