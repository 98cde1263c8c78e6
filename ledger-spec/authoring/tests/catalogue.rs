//! Tests of the catalogue's history: two times, repeals, periods and working days.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use ledger_authoring::shipped::{Shipped, ShippedItem};
use ledger_spec::authority::Recorded;
use ledger_spec::catalogue::Catalogue;
use ledger_spec::id::*;
use ledger_spec::time::{Date, RecordedTime, ValidTime};
use tlog::position::{EntryIndex, TreeSize};

const LAW: &str = "[[instrument]]\ncode = \"law.one\"\ntitle = { zh = \"法\", en = \"Law\" }\nlevel = \"law\"\n\
    effective = 2000-01-01\nconfidence = \"V\"\n";

fn one(text: &str) -> ShippedItem {
    let whole = format!("{LAW}{text}");
    let mut items = Shipped::load([("t.toml", whole.as_str())]).unwrap().items;
    items.pop().unwrap()
}

fn list(months: u16) -> ShippedItem {
    one(&format!(
        "[[list]]\ncode = \"base.list\"\ntitle = {{ zh = \"单\", en = \"L\" }}\npolarity = \"negative\"\n\
         disclosure = \"public\"\nsubjects = [\"uscc\"]\ncolumns = [\"a\"]\nmonths = {months}\n\
         effective = 2010-01-01\nbasis = [{{ instrument = \"law.one\" }}]\nconfidence = \"V\"\n\
         ends = {{ by = \"term\" }}\n"
    ))
}

/// A procedure with one period, `clock`.
fn clock(code: &str, number: u16, unit: &str) -> ShippedItem {
    one(&format!(
        "[[procedure]]\ncode = \"base.{code}\"\ntitle = {{ zh = \"期\", en = \"P\" }}\neffective = 2010-01-01\n\
         periods = [{{ name = \"clock\", number = {number}, unit = \"{unit}\", instrument = \"law.one\", \
         confidence = \"U\" }}]\nbasis = [{{ instrument = \"law.one\" }}]\nconfidence = \"V\"\n"
    ))
}

fn calendar(year: u16, holiday: &str) -> ShippedItem {
    one(&format!(
        "[[calendar]]\ncode = \"cn.{year}\"\ntitle = {{ zh = \"历\", en = \"C\" }}\nyear = {year}\n\
         holidays = [{holiday}]\neffective = {year}-01-01\nbasis = [{{ instrument = \"law.one\" }}]\n\
         confidence = \"V\"\n"
    ))
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn at(text: &str) -> ValidTime {
    day(text).start_of_day()
}

fn known(size: u64) -> TreeSize {
    TreeSize::new(size)
}

/// Records versions as entries 0, 1, …: from when each counts, and whether it is one or a repeal.
fn history(versions: &[(&ShippedItem, &str, bool)]) -> Catalogue {
    let mut catalogue = Catalogue::default();
    for ((item, from, stands), index) in versions.iter().zip(0..) {
        let recorded = Recorded { index: EntryIndex::new(index), at: RecordedTime::from_micros(index) };
        catalogue.change(&item.item, stands.then_some(&item.definition), at(from), recorded);
    }
    catalogue
}

/// The months of the list at two instants.
fn months(catalogue: &Catalogue, valid: &str, size: u64) -> Option<u16> {
    let code = ListCode::parse("base.list").unwrap();
    catalogue.lists.at(&code, at(valid), known(size)).and_then(|list| list.months)
}

#[test]
fn a_version_counts_from_its_day_and_once_it_is_known() {
    let (first, second) = (list(36), list(24));
    let catalogue = history(&[
        (&first, "2010-01-01", true),
        (&second, "2020-01-01", true),
        (&first, "2022-01-01", false),
        (&first, "2023-01-01", true),
    ]);
    for (valid, size, expected) in [
        ("2009-12-31", 9, None),
        ("2010-01-01", 9, Some(36)),
        ("2010-01-01", 0, None),
        ("2019-12-31", 9, Some(36)),
        ("2020-01-01", 9, Some(24)),
        ("2020-01-01", 1, Some(36)),
        ("2022-01-01", 9, None),
        ("2022-01-01", 2, Some(24)),
        ("2023-01-01", 3, None),
        ("2023-01-01", 4, Some(36)),
    ] {
        assert_eq!(months(&catalogue, valid, size), expected, "{valid} known {size}");
    }
    let code = ListCode::parse("base.list").unwrap();
    assert_eq!(catalogue.lists.versions(&code).len(), 4);
    assert!(catalogue.lists.ever(&code) && !catalogue.lists.ever(&ListCode::parse("no.list").unwrap()));
    assert_eq!(catalogue.definition_at(&first.item, at("2021-01-01"), known(9)), Some(second.definition));
    assert_eq!(
        catalogue.newest(&first.item).map(|(from, _, ended)| (from, ended)),
        Some((at("2023-01-01"), false))
    );
}

#[test]
fn of_the_same_day_what_was_recorded_last_counts() {
    let (first, second) = (list(36), list(24));
    let catalogue = history(&[(&first, "2010-01-01", true), (&second, "2010-01-01", true)]);
    assert_eq!(months(&catalogue, "2015-01-01", 2), Some(24));
    assert_eq!(months(&catalogue, "2015-01-01", 1), Some(36));
    // Of different days the later one does, whenever it was recorded.
    let catalogue = history(&[(&second, "2020-01-01", true), (&first, "2010-01-01", true)]);
    assert_eq!(months(&catalogue, "2021-01-01", 2), Some(24));
    assert_eq!(months(&catalogue, "2015-01-01", 2), Some(36));
}

#[test]
fn of_two_procedures_the_later_names_the_period() {
    let (first, second) = (clock("first", 5, "day"), clock("second", 7, "day"));
    let catalogue = history(&[
        (&second, "2012-01-01", true),
        (&first, "2010-01-01", true),
        (&second, "2020-01-01", false),
    ]);
    let number = |valid, size| catalogue.period("clock", at(valid), known(size)).map(|period| period.number);
    assert_eq!(number("2011-01-01", 3), Some(5));
    assert_eq!(number("2013-01-01", 3), Some(7));
    assert_eq!(number("2020-01-01", 3), Some(5));
    assert_eq!(number("2020-01-01", 2), Some(7));
    assert_eq!(number("2009-01-01", 3), None);
    assert_eq!(catalogue.period("other", at("2013-01-01"), known(3)), None);
    let last = catalogue.deadline("clock", day("2013-01-30"), at("2013-01-30"), known(3));
    assert_eq!(last, Some(day("2013-02-06")));
}

#[test]
fn working_days_need_the_calendar_of_every_year_they_run_through() {
    let clock = clock("clock", 3, "working_day");
    // 2026-10-01 is a Thursday, 2026-12-30 a Wednesday.
    let (first, second) = (calendar(2026, "2026-10-02"), calendar(2027, "2027-01-01"));
    let catalogue = history(&[
        (&clock, "2010-01-01", true),
        (&first, "2026-01-01", true),
        (&second, "2027-01-01", true),
        (&calendar(2026, "2026-10-02, 2026-10-05"), "2026-01-01", true),
    ]);
    let deadline = |from, size| catalogue.deadline("clock", day(from), at("2026-06-01"), known(size));
    assert_eq!(deadline("2026-10-01", 1), None);
    assert_eq!(deadline("2026-10-01", 2), Some(day("2026-10-07")));
    assert_eq!(deadline("2026-10-01", 4), Some(day("2026-10-08")));
    assert_eq!(deadline("2026-12-30", 2), None);
    assert_eq!(deadline("2026-12-30", 3), Some(day("2027-01-05")));
    assert_eq!(deadline("2026-12-30", 0), None);
    assert_eq!(catalogue.working_days(known(2)).holidays.len(), 1);
    assert_eq!(catalogue.working_days(known(4)).holidays.len(), 3);
}
