//! Rows of tables become events, the same each time.

use super::*;
use ledger_spec::event::SaltKey;

const PENALTIES: &str = r#"
kind = "record.filed"
issuer = "market-regulation.430381"
subject = "uscc:{code|trim}"
valid_from = "{decided|date}"
id = ["number"]

[body]
type = "market.penalty"
severity = "{grade}"
summary = "{remark|trim|optional}"
decision = { number = "No. {number|trim}", date = "{decided|date}" }

[values.grade]
"轻微" = "minor"
"一般" = "general"
"#;

fn salts() -> SaltKey {
    SaltKey::of(&[7; 32])
}

fn event(cells: [&str; 5]) -> Result<serde_json::Value, RowError> {
    let header = ["code", "decided", "number", "grade", "remark"].map(str::to_owned);
    let cells = cells.map(str::to_owned);
    let origin = Origin::parse("credit.example/ledger").unwrap();
    let mapping = Mapping::parse(PENALTIES).unwrap();
    let bytes = mapping.event(&origin, Row::new(&header, &cells), &salts())?;
    assert_eq!(mapping.event(&origin, Row::new(&header, &cells), &salts()).unwrap(), bytes);
    let other = SaltKey::of(&[8; 32]);
    assert_ne!(mapping.event(&origin, Row::new(&header, &cells), &other).unwrap(), bytes);
    Ok(serde_json::from_slice(&bytes).unwrap())
}

#[test]
fn a_resident_number_goes_into_nothing_but_its_pseudonym() {
    let text = r#"
kind = "consent.granted"
issuer = "labour.430381"
subject = "person:{证件号码|identity}"
valid_from = "{day|date}"
id = ["证件号码"]
[body]
scope = ["base.*"]
purpose = "x"
"#;
    let mapping = Mapping::parse(text).unwrap();
    assert_eq!(mapping.identities(), BTreeSet::from([("证件号码", PseudonymScheme::Person)]));
    let header = ["证件号码", "day"].map(str::to_owned);
    let origin = Origin::parse("credit.example/ledger").unwrap();
    let event = |number: &str, pseudonym: &str| {
        let cells = [number.to_owned(), "2026-11-01".to_owned()];
        let of = |scheme, asked: &str| {
            (scheme == PseudonymScheme::Person && asked == "11010519491231002X").then(|| pseudonym.to_owned())
        };
        let nothing = |_: &_, _, _: &_| Vec::new();
        mapping
            .event_with(&origin, Row::new(&header, &cells), &salts(), &nothing, &of)
            .map(|(event, _)| event)
    };
    let (one, other) = ("ab".repeat(32), "cd".repeat(32));
    let first = event("11010519491231002X", &one).unwrap();
    assert_eq!(event(" 11010519491231002x ", &one).unwrap(), first);
    let stated: serde_json::Value = serde_json::from_slice(&first).unwrap();
    assert_eq!(stated["subject"], format!("person:{one}"));
    let again: serde_json::Value =
        serde_json::from_slice(&event("11010519491231002X", &other).unwrap()).unwrap();
    // Under another pseudonym it is the same event but for that: the ledger may have given it a new one.
    assert_eq!(again["subject"], format!("person:{other}"));
    let mut renamed = stated.clone();
    renamed["subject"] = again["subject"].clone();
    assert_eq!(again, renamed);
    let stranger = SaltKey::of(&[8; 32]);
    let row = ["11010519491231002X".to_owned(), "2026-11-01".to_owned()];
    let (nothing, of) = (|_: &_, _, _: &_| Vec::new(), |_, _: &str| Some(one.clone()));
    let theirs = mapping.event_with(&origin, Row::new(&header, &row), &stranger, &nothing, &of).unwrap();
    let theirs: serde_json::Value = serde_json::from_slice(&theirs.0).unwrap();
    assert_ne!(theirs["id"], stated["id"], "nobody else can make the id of a number");
    for wrong in ["110105194912310021", "440301198001011002"] {
        let error = event(wrong, &one).unwrap_err();
        assert_eq!((error.field.as_str(), error.value.as_str()), ("证件号码", ""));
    }
}

#[test]
fn a_household_has_the_pseudonym_of_its_heads_number_and_not_the_heads() {
    let text = r#"
kind = "subject.identifier_linked"
issuer = "labour.430381"
subject = "household:{户主证件号码|identity}"
valid_from = "2026-11-01"
id = ["户主证件号码"]
[body]
identifier = "person:{户主证件号码|identity}"
"#;
    let mapping = Mapping::parse(text).unwrap();
    let both = PseudonymScheme::ALL.map(|scheme| ("户主证件号码", scheme));
    assert_eq!(mapping.identities(), BTreeSet::from(both));
    let (header, cells) = (["户主证件号码".to_owned()], ["11010519491231002X".to_owned()]);
    let of = |scheme, _: &str| match scheme {
        PseudonymScheme::Person => Some("ab".repeat(32)),
        PseudonymScheme::Household => Some("cd".repeat(32)),
    };
    let (origin, nothing) = (Origin::parse("credit.example/ledger").unwrap(), |_: &_, _, _: &_| Vec::new());
    let (event, _) = mapping.event_with(&origin, Row::new(&header, &cells), &salts(), &nothing, &of).unwrap();
    let stated: serde_json::Value = serde_json::from_slice(&event).unwrap();
    assert_eq!(stated["subject"], format!("household:{}", "cd".repeat(32)));
    assert_eq!(stated["body"]["identifier"], format!("person:{}", "ab".repeat(32)));
}

#[test]
fn a_row_becomes_an_event() {
    let said = event([" 914403001922038216 ", "2017年5月1日", "7 ", "轻微", " "]).unwrap();
    assert_eq!(said["subject"], "uscc:914403001922038216");
    assert_eq!(said["valid_from"], "2017-05-01T00:00:00+08:00");
    let decision = serde_json::json!({"number": "No. 7", "date": "2017-05-01"});
    let body = serde_json::json!({"type": "market.penalty", "severity": "minor", "decision": decision});
    assert_eq!(said["body"], body);
    // Another number is another event; another remark is the same one said otherwise.
    let row = |number, remark| event(["914403001922038216", "2017/5/1", number, "轻微", remark]).unwrap();
    assert_eq!(row("7 ", "late")["id"], said["id"]);
    assert_ne!(row("8", "")["id"], said["id"]);
    assert_eq!(row("8", "late")["body"]["summary"], "late");
}

#[test]
fn a_row_that_cannot_be_an_event_says_which_field_and_why() {
    let refused = |cells| {
        let RowError { field, value, reason } = event(cells).unwrap_err();
        (field, value, reason)
    };
    let good = ["914403001922038216", "2017-05-01", "7", "轻微", ""];
    let with = |at: usize, cell| {
        let mut cells = good;
        cells[at] = cell;
        refused(cells)
    };
    let (field, value, reason) = with(0, "914403001922038215");
    assert_eq!((field.as_str(), value.as_str()), ("code", "uscc:914403001922038215"));
    assert!(reason.contains("check character"), "{reason}");
    let (field, value, reason) = with(1, "2017-02-30");
    assert_eq!((field.as_str(), value.as_str()), ("decided", "2017-02-30"));
    assert!(reason.contains("day 30"), "{reason}");
    let (field, value, reason) = with(3, "特别");
    assert_eq!((field.as_str(), value.as_str()), ("grade", "特别"));
    assert!(reason.contains("translates only"), "{reason}");
    let (field, _, reason) = with(2, " ");
    assert_eq!((field.as_str(), reason.as_str()), ("number", "the column is empty"));
    let long = "9".repeat(200);
    let (field, value, reason) = with(2, &long);
    assert_eq!((field.as_str(), &value), ("number", &long));
    assert!(reason.starts_with("body.decision.number"), "{reason}");
}

#[test]
fn a_mapping_that_would_surprise_is_refused_with_its_place() {
    let with = |from: &str, to: &str| {
        assert!(PENALTIES.contains(from), "{from}");
        Mapping::parse(&PENALTIES.replacen(from, to, 1)).unwrap_err().to_string()
    };
    for (from, to, said) in [
        ("kind = \"record.filed\"", "kid = \"record.filed\"", "line 2: unknown field `kid`"),
        ("record.filed", "record.filled", "kind: \"record.filled\" is not a kind"),
        ("{code|trim}", "{code|shout}", "subject: unknown filter \"shout\""),
        ("{code|trim}", "{code", "subject: `{` without `}`"),
        ("{code|trim}", "{code|identity}", "subject: {code|identity} stands behind no person: or household:"),
        ("{code|trim}", "{code|optional}", "subject: every event needs it"),
        ("[\"number\"]", "[]", "id: at least one column"),
        ("[values.grade]", "[values.colour]", "values.colour: no template uses"),
        ("\"{grade}\"", "1.5", "body.severity: events hold texts"),
        ("\"{grade}\"", "\"a } b\"", "body.severity: `}` without `{`"),
    ] {
        let error = with(from, to);
        assert!(error.starts_with(said), "{error}");
    }
}

#[test]
fn parts_of_an_id_do_not_run_together() {
    let at = ValidTime::parse("1969-01-01T00:00:00Z").unwrap();
    let id = |parts: [&'static str; 2]| derived_id(at, parts.into_iter());
    assert_ne!(id(["ab", "c"]), id(["a", "bc"]));
    assert!(id(["a", "b"]).to_string().starts_with("00000000-0000-7"));
}
