//! `import` of tables.

use super::{Folder, Served};

pub(super) const MAPPING: &str = r#"
kind = "record.filed"
issuer = "dept"
subject = "uscc:{code|trim}"
valid_from = "{decided|date}"
id = ["number"]
[body]
type = "market.penalty"
severity = "{grade}"
summary = "{remark|optional}"
review = "none"
notice = { served_on = "{decided|date}", statement = "answered" }
[body.decision]
number = "{number|trim}"
date = "{decided|date}"
issued_by = "某局"
article = "某法第一条"
served_on = "{decided|date}"
document = "0000000000000000000000000000000000000000000000000000000000000000"
[values.grade]
"轻微" = "minor"
"严重" = "serious"
"#;

fn import(served: &Served<'_>, table: &str) -> super::Ran {
    served.run(&["import", table, "--mapping", "m.toml", "--key", "dept.key", "--json"])
}

#[test]
fn a_table_twice_and_what_is_refused_lies_beside_it() {
    let folder = Folder::new();
    let served = folder.ledger();
    folder.write("m.toml", MAPPING);
    let good = "code,decided,number,grade,remark\n914403001922038216,2017/5/1,1,轻微,\n\
                914403001922038216,2017年5月2日,2,严重,\"a, b\"\n";
    folder.write("t.csv", good);
    let first = import(&served, "t.csv").right();
    assert_eq!(first, "{\"rows\":2,\"placed\":2,\"repeated\":0,\"refused\":0}\n");
    assert_eq!(import(&served, "t.csv").right(), "{\"rows\":2,\"placed\":0,\"repeated\":2,\"refused\":0}\n");

    // A row that the mapping refuses, one that the ledger refuses, and a new one.
    let more = format!(
        "{good}914403001922038215,2017/5/1,3,轻微,\n914403001922038216,2016/12/31,4,轻微,\n\
         914403001922038216,2017/5/3,5,轻微,\n"
    );
    folder.write("t.csv", &more);
    let third = import(&served, "t.csv").failed(1, "2 rows were refused: t.csv.refused.csv");
    assert_eq!(
        third.out,
        "{\"rows\":5,\"placed\":1,\"repeated\":2,\"refused\":2,\"refused_file\":\"t.csv.refused.csv\"}\n"
    );
    let refused = folder.read("t.csv.refused.csv");
    let lines: Vec<_> = refused.lines().collect();
    assert_eq!(lines[0], "row,field,value,reason");
    assert!(lines[1].starts_with("4,code,uscc:914403001922038215,"), "{refused}");
    assert!(lines[2].starts_with("5,") && lines[2].contains("A01"), "{refused}");

    folder.write("t.csv", good);
    import(&served, "t.csv").right();
    assert!(!folder.path("t.csv.refused.csv").exists());
    served.stop();
}

#[test]
fn a_table_that_comes_again_under_another_signing_key_is_the_same() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let served = folder.ledger();
    folder.write("m.toml", MAPPING);
    let row = "914403001922038216,2017/5/1,1,轻微,\n";
    folder.write("t.csv", &format!("code,decided,number,grade,remark\n{row}"));
    let first = import(&served, "t.csv");
    assert!(first.err.contains("salt key made: dept.salts"), "{}", first.err);
    assert!(first.right().contains("\"placed\":1"));
    let salts = folder.read("dept.salts");
    let mode = std::fs::metadata(folder.path("dept.salts")).unwrap().permissions().mode();
    assert_eq!((&salts[..9], mode & 0o777), ("SALT+KEY+", 0o600));

    let old = tlog::note::NoteSigner::parse(folder.read("dept.key").trim_end()).unwrap();
    let old = old.secret_key().public().to_base64url();
    let new = folder.run(&["keygen", "--name", "dept", "--out", "dept2.key"]).right();
    let told = |kind: &str, body: &str| super::event(kind, "registrar", "authority:dept", body);
    let added = told("authority.key_added", &format!(r#"{{"key":"{}"}}"#, new.trim()));
    served.append("l/keys/registrar.key", &added).right();
    let revoked = told("authority.key_revoked", &format!(r#"{{"key":"{old}","reason":"rotated"}}"#));
    served.append("l/keys/registrar.key", &revoked).right();

    let under = |more: &[&str]| {
        served.run(
            &[&["import", "t.csv", "--mapping", "m.toml", "--key", "dept2.key", "--json"], more].concat(),
        )
    };
    let again = under(&[]).right();
    assert_eq!(again, "{\"rows\":1,\"placed\":0,\"repeated\":1,\"refused\":0}\n");
    assert_eq!(folder.read("dept.salts"), salts, "the one that was made is kept");
    // With another salt key the row would be another event under the same id.
    let refused = under(&["--salts", "other.salts"]).failed(1, "1 rows were refused");
    assert!(refused.out.contains("\"placed\":0"), "{}", refused.out);
    assert!(folder.read("t.csv.refused.csv").contains("L08"));
    folder.write("none.salts", "MASTER+KEY+AAAA\n");
    under(&["--salts", "none.salts"]).failed(2, "none.salts: no salt key");
    for (path, bytes) in super::files_under(&folder.path("l")) {
        assert!(!super::holds(&bytes, salts[9..].trim_end().as_bytes()), "{}", path.display());
    }
    served.stop();
}

#[test]
fn a_workbook_says_the_same_as_its_text() {
    let folder = Folder::new();
    let served = folder.ledger();
    folder.write("m.toml", MAPPING);
    let mut book = rust_xlsxwriter::Workbook::new();
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    let sheet = book.add_worksheet();
    for (at, name) in (0..).zip(["code", "decided", "number", "grade", "remark"]) {
        sheet.write(0, at, name).unwrap();
    }
    sheet.write(1, 0, "914403001922038216").unwrap();
    sheet
        .write_with_format(1, 1, rust_xlsxwriter::ExcelDateTime::from_ymd(2017, 5, 1).unwrap(), &day)
        .unwrap();
    sheet.write(1, 2, 1).unwrap();
    sheet.write(1, 3, "轻微").unwrap();
    book.save(folder.path("t.xlsx")).unwrap();
    assert!(import(&served, "t.xlsx").right().contains("\"placed\":1"));
    assert!(import(&served, "t.xlsx").right().contains("\"repeated\":1"));
    folder.write("t.csv", "code,decided,number,grade,remark\n914403001922038216,2017-05-01,1,轻微,\n");
    assert!(import(&served, "t.csv").right().contains("\"repeated\":1"));
    served.stop();
}

#[test]
fn files_that_cannot_be_used_are_named_with_their_place() {
    let folder = Folder::new();
    let served = folder.ledger();
    folder.write("m.toml", MAPPING);
    for (table, said) in [
        ("code,decided\n1,2\n", "t.csv: line 1: column \"grade\" is not among"),
        ("code,code\n", "t.csv: line 1: column \"code\" stands there twice"),
        ("code,decided,number,grade,remark\na,b\n", "t.csv: line 2: 2 fields where the header has 5"),
        ("", "t.csv: line 1: the header is missing"),
    ] {
        folder.write("t.csv", table);
        import(&served, "t.csv").failed(2, said);
    }
    folder.write("m.toml", &MAPPING.replace("kind", "kid"));
    import(&served, "t.csv").failed(2, "m.toml: line 2: unknown field `kid`");
    served.stop();
}

#[test]
fn a_table_holds_numbers_and_the_ledger_pseudonyms() {
    const NUMBER: &str = "11010519491231002X";
    let folder = Folder::new();
    let served = folder.ledger();
    let mapping = r#"
kind = "consent.granted"
issuer = "dept"
subject = "person:{证件号码|identity}"
valid_from = "{day|date}"
id = ["证件号码", "day"]
[body]
scope = ["market.*"]
purpose = "{why}"
"#;
    folder.write("m.toml", mapping);
    let table = format!(
        "证件号码,day,why\n{NUMBER},2017/5/1,a\n{},2017/5/2,b\n11010519491231002,2017/5/3,c\n",
        "11010519491231002x"
    );
    folder.write("t.csv", &table);
    let first = import(&served, "t.csv").failed(1, "1 rows were refused");
    assert!(first.out.starts_with("{\"rows\":3,\"placed\":2,\"repeated\":0,\"refused\":1"), "{}", first.out);
    assert!(!folder.read("t.csv.refused.csv").contains("110105"), "no number in what is told of a row");
    let again = import(&served, "t.csv").failed(1, "1 rows were refused");
    assert!(again.out.starts_with("{\"rows\":3,\"placed\":0,\"repeated\":2,\"refused\":1"), "{}", again.out);

    // The command gives the same subject, and takes numbers from stdin.
    let arguments = ["resolve", "--key", "dept.key", "--url", &served.url];
    let subject = folder.run_with(&arguments, &format!("{NUMBER}\n")).right();
    folder.run_with(&arguments, "110105194912310021\n").failed(2, "line 1");
    let of_household = [&arguments[..], &["--scheme", "household"]].concat();
    let household = folder.run_with(&of_household, &format!("{NUMBER}\n")).right();
    assert!(household.starts_with("household:"), "{household}");
    let of_another = [&arguments[..], &["--scheme", "uscc"]].concat();
    folder.run_with(&of_another, &format!("{NUMBER}\n")).failed(2, "is not one of person household");
    let (subject, files) = (subject.trim(), super::files_under(&folder.path("l")));
    assert!(
        files.iter().any(|(path, _)| path.starts_with(folder.path("l/sealed"))),
        "what is sealed is kept"
    );
    for (path, bytes) in &files {
        let pseudonym = super::holds(bytes, subject.strip_prefix("person:").unwrap().as_bytes());
        assert!(!pseudonym, "the pseudonym stands in {}", path.display());
        assert!(!super::holds(bytes, b"110105"), "the number stands in {}", path.display());
    }
    // Whoever can open the entries finds the pseudonym in them, and no number.
    for index in ["5", "6"] {
        let opened = folder.run(&["show", "entry", index, "--dir", "l", "--json"]).right();
        assert!(opened.contains(subject) && !opened.contains("110105"), "{opened}");
        let event: serde_json::Value = serde_json::from_str(&opened).unwrap();
        assert_eq!(
            (&event["event"]["subject"], &event["event"]["kind"]),
            (&subject.into(), &"consent.granted".into())
        );
    }
    served.stop();
}
