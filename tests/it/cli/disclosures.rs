//! Personal fields from the table and the draft to a field that somebody shows alone.

use super::{Folder, Served, event, files_under, holds};

const NAME: &str = "独孤某某";
const TYPE: &str = r#"{"title":{"zh":"乙","en":"B"},"polarity":"positive","disclosure":"public","subjects":["uscc"],"basis":[{"title":"C"}],"confidence":"U","fields":[{"name":"holder","title":{"zh":"持有人","en":"Holder"},"personal":true,"required":true},{"name":"trade","title":{"zh":"行业","en":"Trade"}}]}"#;
const SUBJECT: &str = "uscc:914403001922038216";

fn adopt(served: &Served<'_>) {
    let adopted = event("catalogue.type_adopted", "steward", "catalogue:type.market.licence", TYPE);
    served.append("steward.key", &adopted).right();
}

fn licence(number: &str) -> String {
    let decision = format!(r#"{{"number":"{number}","date":"2017-01-01"}}"#);
    let details = format!(r#"{{"holder":"{NAME}","trade":"零售"}}"#);
    let body = format!(r#"{{"type":"market.licence","decision":{decision},"details":{details}}}"#);
    event("record.filed", "dept", SUBJECT, &body)
}

/// That the name stands in no file of the ledger.
fn is_sealed(folder: &Folder) {
    for (path, bytes) in files_under(&folder.path("l")) {
        assert!(!holds(&bytes, NAME.as_bytes()), "{}", path.display());
    }
}

#[test]
fn a_field_is_split_off_signed_sealed_and_shown_alone() {
    let folder = Folder::new();
    let served = folder.ledger();
    adopt(&served);
    let draft = licence("1");
    // As it was written it is refused.
    let refused = served.append("dept.key", &draft).failed(1, "1 of 1 events are not in the ledger");
    assert!(
        refused.out.contains(r#""rule":"D15""#) && refused.out.contains("personal-fields"),
        "{}",
        refused.out
    );
    let sign = |arguments: &[&str]| {
        let all = [&["sign", "--key", "dept.key", "--new"][..], arguments].concat();
        folder.run_with(&all, &draft).right()
    };
    let split = sign(&["--url", &served.url]);
    // By the folder's catalogue, or by hand, the same fields.
    for other in [sign(&["--dir", "l"]), sign(&["--personal", "details.holder"])] {
        let count = |sent: &str| {
            let sent: serde_json::Value = serde_json::from_str(sent).unwrap();
            sent["disclosures"].as_array().unwrap().len()
        };
        assert_eq!((count(&split), count(&other)), (1, 1));
    }
    let private = draft.replacen("\"body\"", "\"private\":[],\"body\"", 1);
    folder
        .run_with(&["sign", "--key", "dept.key", "--new", "--personal", "details.holder"], &private)
        .failed(2, "private is there already");
    folder.run_with(&["check", "--dir", "l"], &split).right();
    let without: String = split.replacen("\"disclosures\":[\"", "\"disclosures\":[\"AA", 1);
    let bent = folder.run_with(&["check", "--url", &served.url], &without).failed(1, "would be refused");
    assert!(bent.out.contains("disclosure"), "{}", bent.out);

    folder.run_with(&["append", "--url", &served.url], &split).right();
    is_sealed(&folder);
    let public = served.run(&["show", "subject", SUBJECT, "--json"]).right();
    assert!(!public.contains(NAME) && public.contains(r#""undisclosed":1"#), "{public}");
    let own = folder.run(&["show", "subject", SUBJECT, "--dir", "l", "--json"]).right();
    assert!(own.contains(NAME) && !own.contains("undisclosed"), "{own}");
    served.run(&["show", "field", "6", "details.holder"]).failed(2, "--dir");

    // One field, with what proves it.
    assert_eq!(
        folder.run(&["show", "field", "6", "details.holder", "--dir", "l"]).right(),
        format!("details.holder: {NAME}\n")
    );
    folder.run(&["show", "field", "6", "summary", "--dir", "l"]).failed(1, "there are: details.holder");
    folder
        .run(&["show", "field", "6", "details.holder", "--dir", "l", "--sight", "public"])
        .failed(1, "there are: none");
    let shown = folder.run(&["show", "field", "6", "details.holder", "--dir", "l", "--json"]).right();
    folder.write("field.json", &shown);
    folder.write("l.vkey", &folder.run(&["vkey", "--dir", "l"]).right());
    let verified = folder.run(&["verify", "field.json", "--vkey", "l.vkey"]).right();
    assert!(verified.contains(&format!("details.holder: {NAME}")), "{verified}");
    let line: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let text = line["disclosures"][0].as_str().unwrap();
    let forged =
        ledger_spec::event::DisclosedField::new(&crate::people::salt(1), "details.holder", "欧阳某某");
    for (other, said) in [(forged.text(), "does not stand in `private`"), (&text[1..], "disclosure 0")] {
        folder.write("forged.json", &shown.replace(text, other));
        folder.run(&["verify", "forged.json", "--vkey", "l.vkey"]).failed(1, said);
    }
    // Without the field the receipt proves the event all the same.
    folder.write("bare.json", &shown.replace(&format!("\"{text}\""), ""));
    folder.run(&["verify", "bare.json", "--vkey", "l.vkey"]).right();
    folder.run(&["verify", "bare.json", "--vkey", "l.vkey", "--disclosure", text]).right();
    served.stop();
}

#[test]
fn a_table_with_names_is_split_by_the_catalogue_and_repeats() {
    let folder = Folder::new();
    let served = folder.ledger();
    adopt(&served);
    let mapping = r#"
kind = "record.filed"
issuer = "dept"
subject = "uscc:{code}"
valid_from = "{day|date}"
id = ["number", "holder"]
[body]
type = "market.licence"
decision = { number = "{number}", date = "{day|date}" }
details = { holder = "{holder}", trade = "{trade}" }
"#;
    folder.write("m.toml", mapping);
    let table = format!(
        "code,day,number,holder,trade\n914403001922038216,2017/5/1,1,{NAME},零售\n914403001922038216,2017/5/1,2,,零售\n\
         914403001922038216,2017/5/1,3,电话13800138000,零售\n"
    );
    folder.write("t.csv", &table);
    let import = || served.run(&["import", "t.csv", "--mapping", "m.toml", "--key", "dept.key", "--json"]);
    let first = import().failed(1, "2 rows were refused");
    assert!(first.out.starts_with(r#"{"rows":3,"placed":1,"repeated":0"#), "{}", first.out);
    let again = import().failed(1, "2 rows were refused");
    assert!(again.out.starts_with(r#"{"rows":3,"placed":0,"repeated":1"#), "{}", again.out);
    assert!(folder.read("t.csv.refused.csv").contains("L22"), "{}", folder.read("t.csv.refused.csv"));
    is_sealed(&folder);
    let own = folder.run(&["show", "field", "6", "details.holder", "--dir", "l"]).right();
    assert_eq!(own, format!("details.holder: {NAME}\n"));
    served.stop();
}
