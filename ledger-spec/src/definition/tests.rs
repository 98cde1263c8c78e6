//! Tests of reading definitions: what each form says, what is refused, and how two differ.

use super::*;
use crate::id::SubjectId;
use crate::json::Json;
use crate::time::{Period, Unit};

/// A type with the fields that every type has, and some more.
fn record_type(more: &str) -> Result<RecordType, String> {
    match parse(
        ItemKind::Type,
        &format!(r#"{COMMON},"polarity":"negative","disclosure":"public","subjects":["uscc"]{more}}}"#),
    )? {
        Definition::Type(one) => Ok(*one),
        other => Err(format!("{other:?}")),
    }
}

const COMMON: &str = r#"{"title":{"zh":"题","en":"T"},"basis":[{"instrument":"law.one"}],"confidence":"K""#;

fn parse(kind: ItemKind, text: &str) -> Result<Definition, String> {
    let mut fields = Fields::of("body", Json::parse(text.as_bytes()).unwrap()).unwrap();
    let parsed = Definition::parse(kind, &mut fields).and_then(|one| fields.finish().map(|()| one));
    parsed.map_err(|error| error.to_string())
}

#[test]
fn what_a_type_leaves_out() {
    let one = record_type("").unwrap();
    assert_eq!((one.status, one.validity), (Status::Active, Validity::UntilEnded));
    assert_eq!((one.disclosure, one.person_disclosure), (Disclosure::Public, Disclosure::Restricted));
    assert!(!one.limitation && !one.legal_review && one.kinds.is_empty() && one.tags.is_empty());
    let person = SubjectId::parse(&format!("person:{}", "0".repeat(64))).unwrap();
    assert_eq!(one.disclosure_for(&person), Disclosure::Restricted);
    let body = SubjectId::parse("uscc:914403001922038216").unwrap();
    assert_eq!(one.disclosure_for(&body), Disclosure::Public);
    assert!(record_type(r#","tags":["file:J3"]"#).unwrap().has_tag("file:J3"));
}

#[test]
fn forms_of_validity() {
    let months = |number| Period { number, unit: Unit::Month };
    for (text, expected) in [
        (r#""tier""#, Validity::Tier),
        (r#""as_decided""#, Validity::AsDecided),
        (r#""permanent""#, Validity::Permanent),
        (
            r#"{"months":36,"early_months":12}"#,
            Validity::Fixed { period: months(36), early: Some(months(12)) },
        ),
        (r#"{"days":90}"#, Validity::Fixed { period: Period { number: 90, unit: Unit::Day }, early: None }),
        (r#"{"min_months":6,"max_months":36}"#, Validity::Between { min: months(6), max: months(36) }),
    ] {
        assert_eq!(record_type(&format!(r#","validity":{text}"#)).map(|one| one.validity), Ok(expected));
    }
    for wrong in [
        r#""for_ever""#,
        "36",
        "{}",
        r#"{"days":90,"months":3}"#,
        r#"{"min_months":6}"#,
        r#"{"min_months":7,"max_months":6}"#,
        r#"{"months":3,"years":1}"#,
        r#"{"months":0}"#,
    ] {
        let error = record_type(&format!(r#","validity":{wrong}"#)).unwrap_err();
        assert!(error.starts_with("field body.validity"), "{wrong}: {error}");
    }
}

#[test]
fn what_lasts_no_month_or_at_least_longer_than_at_most_is_refused() {
    let with = |item, rest: &str| parse(item, &format!("{COMMON},{rest}}}")).map(drop);
    let list = |months: &str| {
        let rest = format!(
            r#""polarity":"negative","disclosure":"public","subjects":["uscc"],"columns":["c"]{months}"#
        );
        with(ItemKind::List, &rest)
    };
    assert_eq!(list(r#","months":36,"early_months":0"#), Ok(()));
    assert_eq!(list(r#","months":0"#), Err("field body.months: 0 is outside 1 to 1200".into()));
    let measure = |months: &str| {
        let rest = format!(
            r#""direction":"sanction","disclosure":"public","subjects":["uscc"],"rests_on":["*"]{months}"#
        );
        with(ItemKind::Measure, &rest)
    };
    assert_eq!(measure(r#","min_months":12,"max_months":12"#), Ok(()));
    let found = measure(r#","min_months":13,"max_months":12"#);
    assert_eq!(found, Err("field body.min_months: \"13\" is not at most max_months, which is 12".into()));
    let points = |bounds: &str| {
        let rule = format!(r#"{{"rule":"r","title":{{"zh":"则","en":"R"}}{bounds}}}"#);
        with(ItemKind::Points, &format!(r#""subjects":["uscc"],"cycle_months":12,"rules":[{rule}]"#))
    };
    assert_eq!(points(r#","min":1,"max":3"#), Ok(()));
    let found = points(r#","min":4,"max":3"#);
    assert_eq!(found, Err("field body.rules[0].min: \"4\" is not at most max, which is 3".into()));
}

#[test]
fn a_basis_names_its_instrument_one_way() {
    let with = |basis: &str| procedure_of(&COMMON.replace(r#"{"instrument":"law.one"}"#, basis));
    assert!(with(r#"{"instrument":"law.one","article":"8"}"#).is_ok());
    assert!(with(r#"{"title":"law"}"#).is_ok());
    for (basis, expected) in [
        ("{}", "field body.basis[0].instrument: is missing"),
        (r#"{"instrument":"law.one","title":"law"}"#, "field body.basis[0].title: is not known here"),
        (r#"{"instrument":"law"}"#, "field body.basis[0].instrument: basis code has no '.'"),
        ("", "field body.basis: 0 is outside 1 to 16 items"),
    ] {
        assert_eq!(with(basis), Err(expected.into()));
    }
}

/// A procedure without periods, from what all definitions have.
fn procedure_of(common: &str) -> Result<Definition, String> {
    parse(ItemKind::Procedure, &format!(r#"{common},"periods":[]}}"#))
}

#[test]
fn names_stand_once() {
    let period = r#"{"name":"p","number":1,"unit":"day","instrument":"law.one","confidence":"U"}"#;
    let procedure =
        |periods: &str| parse(ItemKind::Procedure, &format!(r#"{COMMON},"periods":[{periods}]}}"#));
    assert!(procedure(period).is_ok());
    assert_eq!(
        procedure(&format!("{period},{period}")).unwrap_err(),
        "field body.periods[1].name: \"p\" is not a name once"
    );
    let field = r#"{"name":"f","title":{"zh":"栏","en":"F"},"required":true}"#;
    assert_eq!(record_type(&format!(r#","fields":[{field}]"#)).unwrap().fields.len(), 1);
    assert!(record_type(&format!(r#","fields":[{field},{field}]"#)).is_err());
    assert!(record_type(r#","limitation":"yes""#).is_err());
}

#[test]
fn a_calendar_holds_days_of_its_year_that_depart_from_the_week() {
    let calendar = |days: &str| parse(ItemKind::Calendar, &format!(r#"{COMMON},"year":2026,{days}}}"#));
    // 2026-10-10 is a Saturday.
    assert!(calendar(r#""holidays":["2026-10-01"],"workdays":["2026-10-10"]"#).is_ok());
    for wrong in [
        r#""holidays":["2026-10-10"]"#,
        r#""workdays":["2026-10-01"]"#,
        r#""holidays":["2025-10-01"]"#,
        r#""holidays":["2026-10-01","2026-10-01"]"#,
    ] {
        assert!(calendar(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn differences_are_named_as_in_bodies() {
    let wrapped = |more: &str| Definition::Type(Box::new(record_type(more).unwrap()));
    let before = wrapped("");
    assert!(before.differences(&wrapped(r#","status":"active","limitation":false"#)).is_empty());
    let after = wrapped(
        r#","note":"n","validity":"tier","tags":["x"],"file_within":{"number":7,"unit":"working_day"}"#,
    );
    assert_eq!(before.differences(&after), ["note", "validity", "file_within", "tags"]);
    let procedure = procedure_of(COMMON).unwrap();
    assert_eq!(before.differences(&procedure), ["definition"]);
}
