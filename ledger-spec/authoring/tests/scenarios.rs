//! The case files of `ledger-spec/scenarios/`: each comes out as it says, and together they show every
//! step of the state machines, accepted and refused, and every rule of due process both ways.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../../tests/walk/mod.rs"]
mod walk;

use ledger_authoring::scenario::{Base, Expect, Report, Scenario, Shown, Step, run};
use ledger_authoring::shipped::{Shipped, ShippedItem};
use ledger_spec::admission::Rule;
use ledger_spec::definition::{Definition, ItemKind, Status};
use ledger_spec::event::{Indicator, StepKind};
use ledger_spec::id::AuthorityId;
use ledger_spec::projection::OversightLine;
use ledger_spec::readers::{About, Readers};
use ledger_spec::request::Purpose;
use ledger_spec::rule::RequestRule;
use ledger_spec::wording::{Language, Words};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

struct Case {
    path: String,
    scenario: Scenario,
    report: Report,
}

/// Every case, run once.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let base = Base::build().unwrap_or_else(|error| panic!("{error}"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios").canonicalize().unwrap();
    let mut cases = Vec::new();
    for file in walk::files(&root, ".toml") {
        let path = file.strip_prefix(&root).unwrap().display().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let report = run(&base, &scenario);
        cases.push(Case { path, scenario, report });
    }
    cases
});

fn shown() -> impl Iterator<Item = &'static Shown> {
    CASES.iter().flat_map(|case| &case.report.shown)
}

#[test]
fn every_case_comes_out_as_its_file_says() {
    let wrong: Vec<String> = CASES
        .iter()
        .flat_map(|case| case.report.mismatches.iter().map(move |found| format!("{}: {found}", case.path)))
        .collect();
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
    assert!(CASES.len() >= 150, "{} cases", CASES.len());
}

#[test]
fn every_step_is_shown_accepted_and_refused_from_a_wrong_phase() {
    let mut missing = Vec::new();
    for row in StepKind::ALL.iter().map(|kind| kind.row()) {
        let of = |refused: Option<&str>| {
            shown().any(|shown| shown.kind == row.name && shown.refused.as_deref() == refused)
        };
        if !of(None) {
            missing.push(format!("{} accepted", row.name));
        }
        if !of(Some("L16")) {
            missing.push(format!("{} refused from a wrong phase", row.name));
        }
    }
    assert!(missing.is_empty(), "no case shows: {}", missing.join("; "));
}

#[test]
fn every_rule_of_due_process_is_shown_met_and_refusing() {
    let asked = |rule: &&Rule| {
        let id = rule.id();
        id.starts_with(['A', 'D']) || ["L22", "L23", "L24", "L25"].contains(&id)
    };
    let mut missing = Vec::new();
    for rule in Rule::ALL.iter().filter(asked) {
        if !shown().any(|shown| shown.meets.iter().any(|met| met == rule.id())) {
            missing.push(format!("{} met", rule.id()));
        }
        if !shown().any(|shown| shown.refused.as_deref() == Some(rule.id())) {
            missing.push(format!("{} refusing", rule.id()));
        }
    }
    assert!(missing.is_empty(), "no case shows: {}", missing.join("; "));
}

/// The rules that refuse something for what its item of the catalogue is; what an issuer or its keys may not says nothing of
/// that.
const OWN: &[&str] = &[
    "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10", "A11", "A12", "A13", "D01", "D02", "D03", "D04",
    "D05", "D06", "D07", "D08", "D11", "D12", "L11", "L18",
];

#[test]
fn every_live_item_is_shown_accepted_and_refused_for_a_reason_of_its_own() {
    let item_of = |step: &Step| {
        let (sort, field) = match step.kind.as_str() {
            "record.filed" | "commitment.made" => (ItemKind::Type, "type"),
            "listing.entered" => (ItemKind::List, "list"),
            "measure.imposed" => (ItemKind::Measure, "measure"),
            "rating.assigned" => (ItemKind::Rating, "scheme"),
            "points.charged" => (ItemKind::Points, "scheme"),
            _ => return None,
        };
        Some(format!("{} {}", sort.name(), step.body.get(field)?.as_str()?))
    };
    let steps = || CASES.iter().flat_map(|case| &case.scenario.steps);
    let of = |fits: &dyn Fn(&Expect) -> bool| -> BTreeSet<String> {
        steps().filter(|step| fits(&step.expect)).filter_map(item_of).collect()
    };
    let accepted = of(&|expect| matches!(expect, Expect::Accepted));
    let refused =
        of(&|expect| matches!(expect, Expect::Refused { rule, .. } if OWN.contains(&rule.as_str())));
    let live = |one: &ShippedItem| {
        let status = match &one.definition {
            Definition::Type(one) => one.status,
            Definition::List(one) => one.status,
            Definition::Measure(one) => one.status,
            Definition::Rating(one) => one.status,
            Definition::Points(one) => one.status,
            Definition::Basis(_) | Definition::Calendar(_) | Definition::Procedure(_) => return None,
        };
        let live = matches!(status, Status::Active | Status::BasisRequired | Status::Reference);
        live.then(|| format!("{} {}", ItemKind::of(&one.item).name(), one.item.code()))
    };
    let live: BTreeSet<String> = Shipped::embedded().unwrap().items.iter().filter_map(live).collect();
    assert!(live.len() > 300, "{} live items", live.len());
    let missing = |shown: &BTreeSet<String>| live.difference(shown).cloned().collect::<Vec<_>>();
    assert_eq!(
        (missing(&accepted), missing(&refused)),
        (Vec::new(), Vec::new()),
        "not accepted, not refused"
    );
}

/// The counters of oversight, of an authority and of commitments.
const COUNTERS: [&str; 16] = [
    "records",
    "late_filings",
    "corrections",
    "revocations",
    "late_withdrawals",
    "overdue_objections",
    "overdue_repairs",
    "overdue_delistings",
    "longest_delisting_days",
    "overdue_complaints",
    "overdue_rectifications",
    "uses",
    "made",
    "kept",
    "broken",
    "overdue",
];

#[test]
fn every_indicator_and_every_counter_is_shown_to_move_and_not_to() {
    // What the cases ask of each: in which, and whether it is more than none.
    let mut asked: BTreeSet<(String, bool, &str)> = BTreeSet::new();
    for case in CASES.iter() {
        for ask in &case.scenario.asks {
            let says = &ask.says;
            // Commitments have a line only where one was made.
            if ask.view == "oversight" && ask.counts.get("commitments") == Some(&0) {
                asked.insert(("made".to_owned(), false, &case.path));
            }
            let lines = |name| says.get(name).and_then(Value::as_array).into_iter().flatten();
            for line in lines("indicators") {
                if let (Some(indicator), Some(count)) =
                    (line["indicator"].as_str(), line["numerator"].as_u64())
                {
                    asked.insert((indicator.to_owned(), count > 0, &case.path));
                }
            }
            for (counter, line) in COUNTERS.iter().flat_map(|counter| {
                lines("authorities").chain(lines("commitments")).map(move |line| (counter, line))
            }) {
                if let Some(count) = line.get(*counter).and_then(Value::as_u64) {
                    asked.insert(((*counter).to_owned(), count > 0, &case.path));
                }
            }
        }
    }
    let indicators = Indicator::ALL.iter().map(|indicator| indicator.name());
    let mut missing = Vec::new();
    for name in indicators.chain(COUNTERS) {
        let of = |moves| asked.iter().filter(move |(one, moved, _)| one == name && *moved == moves);
        let stays = of(false).any(|(_, _, path)| of(true).any(|(_, _, other)| other != path));
        if !stays {
            missing.push(format!("{name}: moves in {}, stays in {}", of(true).count(), of(false).count()));
        }
    }
    assert!(missing.is_empty(), "no case and another show of: {}", missing.join("; "));
    // A counter that is added is asked for here too.
    let line = OversightLine::begun(AuthorityId::parse("a").unwrap());
    let told = serde_json::to_value(line).unwrap();
    let told: BTreeSet<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(told.iter().filter(|name| !COUNTERS.contains(name)).collect::<Vec<_>>(), [&"authority"]);
}

#[test]
fn every_rule_of_the_readers_table_is_shown_refusing_and_every_office_reads() {
    let readers = || CASES.iter().flat_map(|case| &case.scenario.asks).filter_map(|ask| ask.reader.as_ref());
    for rule in RequestRule::ALL.iter().filter(|rule| rule.is_of_readers()) {
        let shown = readers().any(|reader| reader.refused.as_deref() == Some(rule.id()));
        assert!(shown, "no case is refused by {}", rule.id());
    }
    // Pseudonyms show nothing of a file: who is given them, and who is not, is shown over HTTP (`identities`).
    for row in Readers::shipped().rows().iter().filter(|row| row.about != [About::Identities]) {
        let read = |purpose: &Purpose| {
            let word = Some(purpose.name());
            readers().any(|reader| reader.refused.is_none() && reader.purpose.as_deref() == word)
        };
        assert!(row.purposes.iter().any(read), "nobody reads as {} for {:?}", row.who.name(), row.purposes);
    }
}

#[test]
fn what_a_case_says_it_meets_is_a_rule_and_its_rows_are_rows() {
    let rules: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    for case in CASES.iter() {
        for rule in case.scenario.steps.iter().flat_map(|step| &step.meets) {
            assert!(rules.contains(rule.as_str()), "{}: {rule} is no rule", case.path);
        }
        assert!(!case.scenario.rows.is_empty(), "{}: shows no row", case.path);
        for row in &case.scenario.rows {
            let (group, number) = row.split_at(1);
            let last = LAST_ROWS.iter().find(|(name, _)| *name == group);
            let Some((_, last)) = last else { panic!("{}: {row} is no row", case.path) };
            let known = number.parse::<u8>().is_ok_and(|number| (1..=*last).contains(&number));
            assert!(known, "{}: {row} is no row", case.path);
        }
    }
}

#[test]
fn every_group_of_the_plan_has_cases() {
    let rows: BTreeSet<&str> =
        CASES.iter().flat_map(|case| case.scenario.rows.iter().map(String::as_str)).collect();
    for (group, _) in LAST_ROWS {
        assert!(rows.iter().any(|row| row.starts_with(group)), "no case shows a row of group {group}");
    }
}

/// The groups of the inventory of the plan, with the number of the last row of each, and the paragraphs without one.
const LAST_ROWS: [(&str, u8); 13] = [
    ("A", 45),
    ("B", 14),
    ("C", 31),
    ("D", 16),
    ("E", 14),
    ("F", 34),
    ("G", 23),
    ("H", 9),
    ("I", 15),
    ("J", 15),
    ("K", 7),
    ("L", 11),
    ("M", 4),
];

/// A case with one step and one question, to be broken.
const CASE: &str = r#"title = { zh = "甲", en = "A" }
rows = ["G18"]
law = "x"
story = "x"

[[step]]
at = 2026-05-14T09:00:00+08:00
by = "ecology-environment.430381"
kind = "rating.assigned"
about = "uscc:914403001922038216"
name = "评价"
expect = "accepted"
why = "x"
body = { scheme = "env.rating", grade = "red" }

[[ask]]
at = 2026-05-14
view = "line"
of = "@评价"
why = "x"
lacks = ["ended"]
counts = { marks = 0 }
says = { life = "in-force" }
"#;

#[test]
fn what_is_no_case_file_is_refused_with_its_line() {
    assert!(Scenario::parse(CASE).is_ok());
    for (from, to, told) in [
        ("why = \"x\"\nbody", "reason = \"x\"\nbody", "reason"),
        ("\"accepted\"", "\"maybe\"", "accepted"),
        ("\"accepted\"", "{ refused = \"A01\", because = 1 }", "expect"),
        ("\"red\"", "1.5", "1.5"),
        ("[[ask]]", "[[question]]", "question"),
        ("rows = [\"G18\"]\n", "", "rows"),
    ] {
        assert!(CASE.contains(from), "{from}");
        let error = Scenario::parse(&CASE.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains("line") && error.contains(told), "{from} → {to}: {error}");
    }
}

#[test]
fn every_kind_of_difference_is_told_with_its_place() {
    let base = Base::build().unwrap();
    assert_eq!(run(&base, &Scenario::parse(CASE).unwrap()).mismatches, []);
    for (from, to, place, told) in [
        ("\"red\"", "\"black\"", "step 1 (评价)", "D11"),
        ("\"accepted\"", "{ refused = \"D11\" }", "step 1 (评价)", "accepted"),
        ("\"accepted\"", "{ malformed = \"body.grade\" }", "step 1 (评价)", "accepted"),
        ("grade = \"red\"", "grades = 1", "step 1 (评价)", "malformed"),
        ("\"uscc:9144", "\"uscc:9145", "step 1 (评价)", "check"),
        ("life = \"in-force\"", "life = \"not-yet\"", "ask 1 (line at 2026-05-14): life", "in-force"),
        ("marks = 0", "marks = 1", "ask 1 (line at 2026-05-14): how many marks", "0"),
        ("[\"ended\"]", "[\"in-force\"]", "ask 1 (line at 2026-05-14)", "in-force"),
        ("\"line\"", "\"lines\"", "ask 1 (lines at 2026-05-14)", "view"),
        ("of = \"@评价\"", "of = \"@评级\"", "ask 1 (line at 2026-05-14)", "@评级"),
        ("of = ", "known = 0\nof = ", "ask 1 (line at 2026-05-14): life", "unknown"),
        ("{ life", "{ lives = 1, life", "ask 1 (line at 2026-05-14): lives", "absent"),
        ("= { life", "= { steps = [7], life", "ask 1 (line at 2026-05-14): steps", "[]"),
        ("\"red\" }", "\"@red\" }", "step 1 (评价)", "names nothing"),
        ("at = 2026-05-14T09:00:00+08:00", "at = \"soon\"", "step 1 (评价)", "no time"),
        ("\"rating.assigned\"", "\"rating.given\"", "step 1 (评价)", "no kind"),
        ("\"ecology-environment.430381\"", "\"Ecology\"", "step 1 (评价)", "by: "),
        ("\"line\"", "\"line\"\nsight = \"all\"", "ask 1 (line at 2026-05-14)", "sight"),
        ("\"line\"", "\"line\"\nknown = 18446744073709551615", "ask 1 (line at 2026-05-14)", "so many"),
    ] {
        assert!(CASE.contains(from), "{from}");
        let found = run(&base, &Scenario::parse(&CASE.replacen(from, to, 1)).unwrap()).mismatches;
        let in_english = |words: &Words| words.text(Language::En);
        let of_place = found.iter().find(|one| in_english(&one.place) == place);
        let one = of_place.unwrap_or_else(|| panic!("{from} → {to}: {found:?}"));
        assert!(in_english(&one.found).contains(told), "{from} → {to}: {found:?}");
        let chinese = one.told(Language::Zh);
        let english = [
            "step ",
            "ask ",
            "refused",
            "malformed:",
            " is ",
            " no ",
            " that ",
            " which ",
            "absent",
            " them ",
        ];
        for english in english {
            assert!(!chinese.contains(english), "{chinese}");
        }
    }
}
