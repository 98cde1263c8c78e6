//! Tests of loading, checking and planning.

use super::*;
use ledger_spec::authority::Recorded;
use ledger_spec::catalogue::Catalogue;
use ledger_spec::event::{Change, Kind};
use ledger_spec::time::RecordedTime;
use std::collections::BTreeSet;
use tlog::position::EntryIndex;

/// Lines 1 to 6: an instrument; lines 7 to 16: a type that rests on it.
const SMALL: &str = r#"[[instrument]]
code = "law.one"
title = { zh = "法", en = "Law" }
level = "law"
effective = 2000-01-01
confidence = "V"
[[type]]
code = "base.penalty"
title = { zh = "处罚", en = "Penalty" }
polarity = "negative"
disclosure = "public"
subjects = ["uscc"]
retention = []
effective = 2010-01-01
basis = [{ instrument = "law.one", article = "8" }]
confidence = "K"
note = "a note"
"#;

const LIST: &str = r#"[[list]]
code = "base.list"
title = { zh = "名单", en = "List" }
polarity = "negative"
disclosure = "public"
subjects = ["uscc"]
columns = ["name"]
types = ["base.*"]
months = 36
effective = 2015-01-01
basis = [{ instrument = "law.one" }]
confidence = "U"
ends = { by = "term" }
"#;

const CALENDAR: &str = r#"[[calendar]]
code = "cn.2026"
title = { zh = "历", en = "Calendar" }
year = 2026
holidays = [2026-10-01]
effective = 2026-01-01
basis = [{ instrument = "law.one" }]
confidence = "V"
"#;

fn load(text: &str) -> Shipped {
    Shipped::load([("one.toml", text)]).unwrap()
}

/// The faults, one a line, as somebody reads them.
fn faults(text: &str) -> String {
    let faults = Shipped::load([("small.toml", SMALL), ("two.toml", text)]).unwrap_err();
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// A ledger that has adopted what was planned, entry by entry.
fn adopt(catalogue: &mut Catalogue, shipped: &Shipped, first: u64) -> u64 {
    let plan = adoption(shipped, catalogue);
    let mut index = first;
    for planned in &plan.changes {
        let definition = (planned.change != Change::Repealed).then_some(&planned.table.definition);
        let recorded = Recorded { index: EntryIndex::new(index), at: RecordedTime::from_micros(index) };
        catalogue.change(planned.item(), definition, planned.effective.start_of_day(), recorded);
        index += 1;
    }
    index
}

/// Each planned change as one line.
fn changes(plan: &Adoption<'_>) -> Vec<String> {
    let line = |one: &AdoptedItem<'_>| {
        format!("{} {} {} {}", one.kind().name(), one.item(), one.effective, one.fields.join(","))
            .trim_end()
            .to_owned()
    };
    plan.changes.iter().map(line).collect()
}

#[test]
fn what_is_shipped_loads_clean_and_is_all_there() {
    let shipped = Shipped::embedded().unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    let tables: Vec<_> = shipped.counts().iter().map(|count| (count.sort.name(), count.tables)).collect();
    assert_eq!(
        tables,
        [
            ("basis", 176),
            ("type", 240),
            ("list", 34),
            ("measure", 67),
            ("rating", 29),
            ("points", 3),
            ("calendar", 10),
            ("procedure", 10)
        ]
    );
    assert!(shipped.counts().iter().any(|count| count.unsure > 0), "what the draft marks unsure stays so");
    assert_eq!((shipped.authorities.len(), shipped.successions.len()), (53, 8));
    let files: BTreeSet<_> = shipped.items.iter().map(|one| one.place.file.as_ref()).collect();
    // All but that of the authorities.
    assert_eq!(files.len(), files_with_items());
}

fn files_with_items() -> usize {
    files().iter().filter(|(path, _)| *path != "authorities.toml").count()
}

#[test]
fn a_body_reads_back_as_the_same_definition() {
    for one in Shipped::embedded().unwrap().items {
        let text = serde_json::to_vec(&one.json).unwrap();
        let mut fields = Fields::of("body", Json::parse(&text).unwrap()).unwrap();
        assert_eq!(Definition::parse(one.definition.item(), &mut fields), Ok(one.definition), "{}", one.item);
        fields.finish().unwrap();
    }
}

#[test]
fn a_table_is_read_with_its_days_and_its_line() {
    let shipped = load(SMALL);
    let [law, penalty] = &shipped.items[..] else { panic!("{:?}", shipped.items) };
    assert_eq!((law.item.to_string(), law.place.line), ("basis.law.one".into(), 1));
    assert_eq!((penalty.item.to_string(), penalty.place.line), ("type.base.penalty".into(), 7));
    assert_eq!(penalty.effective.to_string(), "2010-01-01");
    assert_eq!(penalty.json["basis"][0]["article"], "8");
    assert_eq!(penalty.json.get("effective"), None);
}

#[test]
fn faults_of_form_name_file_and_line() {
    for (text, expected) in [
        ("[[type]]\ncode = ", "two.toml:2: "),
        ("\n[[typ]]\ncode = \"a.b\"\n", "two.toml:2: [[typ]] is no table of the catalogue"),
        ("[[basis]]\ncode = \"a.b\"\n", "two.toml:1: [[basis]] is no table of the catalogue"),
        ("type = 3\n", "two.toml:1: [[type]] is no table of the catalogue"),
        ("[[type]]\ncode = \"a.b\"\nweight = 0.5\n", "two.toml:3: a number with a fraction"),
        ("[[type]]\nat = 2026-01-01T00:00:00Z\n", "two.toml:2: a time of day"),
        ("[[type]]\ncode = \"penalty\"\n", "two.toml:2: field code: type code has no '.'"),
        ("\n[[type]]\ncode = \"a.b\"\n", "two.toml:2: field effective: is missing"),
        (&replaced(LIST, "months = 36", "months = \"36\""), "two.toml:9: field months: is a string"),
        (&replaced(LIST, "months", "month"), "two.toml:9: field month: is not known here"),
        (
            &replaced(LIST, "[\"uscc\"]", "[\"uscc\",\n\"usc\"]"),
            "two.toml:7: field subjects[1]: \"usc\" is not",
        ),
        (&replaced(LIST, "zh = \"名单\", ", ""), "two.toml:3: field title.zh: is missing"),
        (&replaced(CALENDAR, "2026-10-01", "2026-10-03"), "two.toml:5: field holidays: "),
    ] {
        let found = faults(text);
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn names_must_name_something() {
    let measure = |rests: &str| {
        format!(
            "[[measure]]\ncode = \"base.ban\"\ntitle = {{ zh = \"禁\", en = \"Ban\" }}\ndirection = \"ban\"\n\
             heard = false\ndisclosure = \"public\"\nsubjects = [\"uscc\"]\nrests_on = [\"{rests}\"]\neffective = 2015-01-01\n\
             basis = [{{ instrument = \"law.one\" }}]\nconfidence = \"V\"\nends = {{ by = \"ground\" }}\n"
        )
    };
    let barred = "[[type]]\ncode = \"base.barred\"\ntitle = { zh = \"禁\", en = \"Barred\" }\n\
        polarity = \"negative\"\ndisclosure = \"public\"\nsubjects = [\"uscc\"]\ntags = [\"ban\"]\nretention = []\n\
        effective = 2015-01-01\nbasis = [{ instrument = \"law.one\" }]\nconfidence = \"V\"\n";
    let points = "[[points]]\ncode = \"base.points\"\ntitle = { zh = \"分\", en = \"Points\" }\n\
        subjects = [\"uscc\"]\ncycle_months = 12\nrules = [{ rule = \"r\", title = { zh = \"则\", en = \"R\" } }]\n\
        thresholds = [{ points = 12,\n  proposes = \"base.list\" }]\neffective = 2015-01-01\n\
        basis = [{ instrument = \"law.one\" }]\nconfidence = \"V\"\n";
    let procedure = "[[procedure]]\ncode = \"base.clock\"\ntitle = { zh = \"期\", en = \"Clock\" }\n\
        periods = [\n  { name = \"p\", number = 1, unit = \"day\", instrument = \"law.two\", confidence = \"U\" },\n]\n\
        effective = 2015-01-01\nbasis = [{ instrument = \"law.one\" }]\nconfidence = \"V\"\n";
    for (text, expected) in [
        (
            replaced(LIST, "\"law.one\"", "\"law.two\""),
            "two.toml:11: field basis[0].instrument: law.two is no instrument of these files",
        ),
        (replaced(LIST, "base.*", "food.*"), "two.toml:8: field types[0]: food.* covers no type"),
        (measure("base.list"), "two.toml:8: field rests_on[0]: base.list covers no type, list, rating"),
        (
            replaced(&measure("base.penalty"), "heard = false\n", ""),
            "two.toml:1: field heard: \"absent\" is not whether a hearing may be asked for before such a ban",
        ),
        (
            replaced(&measure("base.barred"), "heard = false", "heard = true") + barred,
            "two.toml:19: field tags: \"ban\" is not heard, as base.ban is",
        ),
        (points.into(), "two.toml:8: field thresholds[0].proposes: base.list is no list and no measure"),
        (
            procedure.into(),
            "two.toml:5: field periods[0].instrument: law.two is no instrument of these files",
        ),
    ] {
        assert_eq!(faults(&text), expected);
    }
    let whole = format!("{SMALL}{LIST}{}{points}", measure("base.list"));
    assert_eq!(load(&whole).items.len(), 5);
}

#[test]
fn public_grades_are_grades_of_the_scheme() {
    let rating = "[[rating]]\ncode = \"base.rating\"\ntitle = { zh = \"级\", en = \"Rating\" }\n\
        subjects = [\"uscc\"]\ngrades = [{ grade = \"A\", title = { zh = \"甲\", en = \"A\" }, polarity = \"positive\" }]\n\
        disclosure = \"public\"\npublic_grades = [\"B\"]\nmethod = \"m\"\neffective = 2015-01-01\n\
        basis = [{ instrument = \"law.one\" }]\nconfidence = \"V\"\n";
    assert_eq!(faults(rating), "two.toml:7: field public_grades[0]: \"B\" is not a grade of the scheme");
    assert_eq!(load(&format!("{SMALL}{}", replaced(rating, "[\"B\"]", "[\"A\"]"))).items.len(), 3);
}

#[test]
fn versions_follow_one_another() {
    let later = replaced(LIST, "2015-01-01", "2020-01-01");
    let ended = replaced(LIST, "confidence", "repealed = 2020-01-01\nconfidence");
    assert_eq!(faults(&format!("{LIST}{LIST}")), "two.toml:15: list.base.list stands at two.toml:1 already");
    assert_eq!(
        faults(&format!("{LIST}{later}")),
        "two.toml:23: list.base.list counts from 2020-01-01, when that of two.toml:1 still does"
    );
    let overlapping = replaced(&ended, "2020-01-01", "2020-01-02");
    assert!(faults(&format!("{overlapping}{later}")).contains("still does"));
    assert_eq!(load(&format!("{SMALL}{later}{ended}")).items.len(), 4);
    assert_eq!(
        faults(&replaced(&ended, "repealed = 2020", "repealed = 2015")),
        "two.toml:12: ends on 2015-01-01, which is not after 2015-01-01"
    );
}

#[test]
fn nothing_that_binds_is_without_an_end() {
    let endless = replaced(LIST, "ends = { by = \"term\" }\n", "");
    assert_eq!(
        faults(&endless),
        "two.toml:1: field ends: \"absent\" is not how it ends, and by which article"
    );
    let unmeant = replaced(LIST, "\"term\"", "\"performance\"");
    assert!(faults(&unmeant).contains("no months: it ends otherwise"), "{}", faults(&unmeant));
    let termless = replaced(LIST, "months = 36\n", "");
    assert!(faults(&termless).contains("months, since it ends by a term"), "{}", faults(&termless));
    let unknown = replaced(LIST, "by = \"term\"", "by = \"term\", instrument = \"law.none\"");
    assert!(faults(&unknown).contains("law.none is no instrument of these files"), "{}", faults(&unknown));
}

#[test]
fn every_type_says_when_it_may_be_erased_or_that_no_law_says_it() {
    const TYPE: &str = r#"
[[type]]
code = "base.other"
title = { zh = "处罚", en = "Penalty" }
polarity = "negative"
disclosure = "public"
subjects = ["person"]
retention = [{ when = "ended", persons = true, instrument = "law.one", article = "47" }]
effective = 2010-01-01
basis = [{ instrument = "law.one" }]
confidence = "K"
"#;
    assert_eq!(load(&format!("{SMALL}{TYPE}")).items.len(), 3);
    let without = TYPE.lines().filter(|line| !line.starts_with("retention")).collect::<Vec<_>>().join("\n");
    assert!(faults(&without).contains("field retention: \"absent\" is not when"), "{}", faults(&without));
    for (from, to, told) in [
        ("\"law.one\", article", "\"law.none\", article", "law.none is no instrument of these files"),
        ("[\"person\"]", "[\"uscc\"]", "\"true\" is not a type about natural persons"),
        ("\"ended\"", "\"never\"", "is not one of ended consent_withdrawn conduct_ended"),
        ("persons = true, ", "months = 0, ", "field retention[0].months"),
    ] {
        let found = faults(&replaced(TYPE, from, to));
        assert!(found.contains(told), "{to}: {found}");
    }
}

#[test]
fn one_calendar_a_year() {
    let other = replaced(CALENDAR, "cn.2026", "cn.2026-b");
    assert_eq!(
        faults(&format!("{CALENDAR}{other}")),
        "two.toml:12: the calendar of 2026 counts from 2026-01-01, when that of two.toml:1 still does"
    );
    let next = replaced(&other, "year = 2026\nholidays = [2026-10-01]", "year = 2027");
    assert_eq!(load(&format!("{SMALL}{CALENDAR}{next}")).items.len(), 4);
}

#[test]
fn everything_rests_on_an_instrument_in_force() {
    let early = replaced(LIST, "2015-01-01", "1999-12-31");
    assert_eq!(faults(&early), "two.toml:11: rests on no instrument that is in force on 1999-12-31");
    let titled = replaced(LIST, "instrument = \"law.one\"", "title = \"some law\"");
    assert_eq!(faults(&titled), "two.toml:11: rests on no instrument that is in force on 2015-01-01");
    let none = replaced(LIST, "[{ instrument = \"law.one\" }]", "[]");
    assert_eq!(faults(&none), "two.toml:11: field basis: 0 is outside 1 to 16 items");
    let ended = replaced(SMALL, "confidence = \"V\"", "repealed = 2010-01-01\nconfidence = \"V\"");
    let found = Shipped::load([("one.toml", ended.as_str())]).unwrap_err();
    assert_eq!(found[0].to_string(), "one.toml:16: rests on no instrument that is in force on 2010-01-01");
}

#[test]
fn authorities_follow_those_that_end() {
    let good = r#"[[authority]]
id = "tax.1"
name = { zh = "税务", en = "Tax" }
roles = ["department"]
types = ["base.*"]
enrolled = 2018-07-20
confidence = "K"
[[authority]]
id = "state-tax.1"
name = { zh = "国税", en = "State tax" }
roles = ["department"]
enrolled = 2017-12-18
until = 2018-07-20
confidence = "K"
[[succession]]
from = ["state-tax.1"]
to = "tax.1"
on = 2018-07-20
confidence = "K"
"#;
    let shipped = load(&format!("{SMALL}{good}"));
    assert_eq!(shipped.authorities[0].json["competence"]["types"][0], "base.*");
    assert_eq!(shipped.successions[0].from, [shipped.authorities[1].id.clone()]);
    for (from, to, expected) in [
        ("[\"base.*\"]", "[\"food.*\"]", "two.toml:5: field types[0]: food.* covers no type"),
        ("[\"base.*\"]", "[\"F\"]", "two.toml:5: field types[0]: \"F\" is not a code, prefix.* or *"),
        ("id = \"tax.1\"", "id = \"state-tax.1\"", "two.toml:9: state-tax.1 stands at two.toml:1 already"),
        ("[\"state-tax.1\"]", "[\"local-tax.1\"]", "two.toml:16: field from[0]: local-tax.1 is no authority"),
        ("to = \"tax.1\"", "to = \"tax.2\"", "two.toml:17: field to: tax.2 is no authority of these files"),
        (
            "on = 2018-07-20",
            "on = 2018-07-21",
            "two.toml:16: field from[0]: state-tax.1 does not act until 2018",
        ),
        ("until = 2018-07-20", "until = 2017-12-18", "two.toml:13: ends on 2017-12-18, which is not after"),
    ] {
        let found = faults(&replaced(good, from, to));
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn every_fault_is_told_in_the_order_of_lines() {
    let text = format!("{}[[typ]]\n", replaced(LIST, "months", "month"));
    let found = faults(&text);
    assert_eq!(found.lines().count(), 2, "{found}");
    assert!(found.starts_with("two.toml:9: "), "{found}");
}

#[test]
fn a_new_ledger_takes_everything_over_and_then_nothing() {
    let shipped = Shipped::embedded().unwrap();
    let mut catalogue = Catalogue::default();
    let first = adoption(&shipped, &catalogue);
    assert_eq!(first.count(Change::Adopted), 551);
    assert_eq!((first.count(Change::Amended), first.count(Change::Repealed)), (18, 18));
    assert_eq!((first.late.len(), first.unchanged), (0, 0));
    // Instruments come before what rests on them.
    let sorts: Vec<_> = first.changes.iter().map(|one| ItemKind::of(one.item())).collect();
    assert!(sorts.is_sorted());
    adopt(&mut catalogue, &shipped, 0);
    let second = adoption(&shipped, &catalogue);
    assert!(second.is_empty(), "{:?}", changes(&second));
    assert_eq!(second.unchanged, 569);
}

#[test]
fn only_the_difference_is_planned() {
    let small = load(SMALL);
    let mut catalogue = Catalogue::default();
    assert_eq!(
        changes(&adoption(&small, &catalogue)),
        [
            "catalogue.basis_registered basis.law.one 2000-01-01",
            "catalogue.type_adopted type.base.penalty 2010-01-01",
        ]
    );
    let next = adopt(&mut catalogue, &small, 0);
    // The same day, said anew: an amendment.
    let amended = load(&replaced(
        &replaced(SMALL, "\"public\"", "\"shared\""),
        "note = \"a note\"",
        "note = \"another\"\nlegal_review = true",
    ));
    let amendment = adoption(&amended, &catalogue);
    assert_eq!(
        changes(&amendment),
        ["catalogue.type_amended type.base.penalty 2010-01-01 note,disclosure,legal_review"]
    );
    assert_eq!(amendment.changes[0].body()["disclosure"], "shared");
    adopt(&mut catalogue, &amended, next);
    assert!(adoption(&amended, &catalogue).is_empty());
}

#[test]
fn versions_become_amendments_and_ends_become_repeals() {
    let ended = replaced(LIST, "confidence", "repealed = 2020-01-01\nconfidence");
    let second = replaced(&replaced(LIST, "2015-01-01", "2020-01-01"), "36", "24");
    let third = replaced(&replaced(LIST, "2015-01-01", "2023-01-01"), "36", "12");
    let second =
        replaced(&second, "confidence", "repealed = 2022-01-01\nnote = \"the rule ended\"\nconfidence");
    let shipped = load(&format!("{SMALL}{third}{second}{ended}"));
    let mut catalogue = Catalogue::default();
    let whole = adoption(&shipped, &catalogue);
    assert_eq!(
        changes(&whole)[2..],
        [
            "catalogue.list_adopted list.base.list 2015-01-01",
            "catalogue.list_amended list.base.list 2020-01-01 note,months",
            "catalogue.list_repealed list.base.list 2022-01-01",
            "catalogue.list_adopted list.base.list 2023-01-01",
        ]
    );
    assert_eq!(whole.changes[4].body(), serde_json::json!({ "reason": "the rule ended" }));
    assert_eq!(whole.changes[4].kind(), Kind::Catalogue(ItemKind::List, Change::Repealed));
    adopt(&mut catalogue, &shipped, 0);
    assert!(adoption(&shipped, &catalogue).is_empty());
    // Without a note the reason is the day.
    let plain = load(&format!("{SMALL}{ended}"));
    let plan = adoption(&plain, &Catalogue::default());
    assert_eq!(plan.changes[3].body()["reason"], "no longer in force from 2020-01-01");
}

#[test]
fn what_a_steward_has_amended_since_stays() {
    let shipped = load(&format!("{SMALL}{LIST}"));
    let mut catalogue = Catalogue::default();
    let next = adopt(&mut catalogue, &shipped, 0);
    let amended = load(&format!("{SMALL}{}", replaced(LIST, "36", "24")));
    let recorded = Recorded { index: EntryIndex::new(next), at: RecordedTime::from_micros(next) };
    let list = &amended.items[2];
    let from = Date::parse("2026-01-01").unwrap();
    catalogue.change(&list.item, Some(&list.definition), from.start_of_day(), recorded);
    assert!(adoption(&shipped, &catalogue).is_empty());
    // And the files cannot go behind it any more: that they differ is said.
    let plan = adoption(&amended, &catalogue);
    assert_eq!((plan.changes.len(), plan.late.len(), plan.unchanged), (0, 1, 2));
    assert_eq!(plan.late[0].newest, from.start_of_day());
}
