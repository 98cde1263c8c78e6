//! Bodies with one wrong field each: the parser refuses them and names the field.

use super::case::Case;
use crate::kinds::{a_full_record, an_event, text_of};
use ledger_spec::definition::ItemKind;
use ledger_spec::event::{Change, Kind, StepKind};
use serde_json::json;

/// Everything that is refused.
pub fn cases() -> Vec<Case> {
    let mut cases = bad_definitions();
    cases.extend(bad_bodies());
    cases.extend(bad_salts());
    cases
}

/// Definitions with one wrong field each: the parser names it.
fn bad_definitions() -> Vec<Case> {
    use ItemKind::{Basis, Calendar, List, Measure, Points, Procedure, Rating, Type};
    // name, what it shows, sort, text to replace, replacement
    let table: &[(&str, &str, ItemKind, &str, &str)] = &[
        ("basis-level", "a level of law that none has", Basis, "\"level\":\"law\"", "\"level\":\"custom\""),
        ("type-polarity", "a polarity that is none", Type, "\"negative\"", "\"bad\""),
        ("type-severity", "a severity that is none", Type, "\"general\"", "\"grave\""),
        ("type-validity", "a validity that is none", Type, "\"tier\"", "\"for_ever\""),
        (
            "type-validity-empty",
            "a validity without a length",
            Type,
            "\"validity\":\"tier\"",
            "\"validity\":{}",
        ),
        ("type-subject", "a scheme that is none", Type, "\"uscc\",", "\"lei\","),
        (
            "type-field-value",
            "a value without a title",
            Type,
            "\"title\":{\"en\":\"Cash\",\"zh\":\"罚款\"},",
            "",
        ),
        ("type-retention", "a reason to erase that is none", Type, "\"conduct_ended\"", "\"old\""),
        ("type-flag", "a flag in quotes", Type, "\"limitation\":true", "\"limitation\":\"true\""),
        ("type-unit", "a unit of time that is none", Type, "\"working_day\"", "\"workday\""),
        ("list-columns", "no columns", List, "[\"name\",\"since\"]", "[]"),
        ("list-months", "more than a hundred years", List, "\"months\":36", "\"months\":1201"),
        ("list-persons", "a word that is none", List, "\"with_basis\"", "\"always\""),
        ("measure-direction", "a direction that is none", Measure, "\"ban\"", "\"punish\""),
        ("measure-bars", "a domain that is none", Measure, "\"tendering\"", "\"travel\""),
        ("measure-rests-on", "resting on nothing", Measure, "[\"market.*\"]", "[]"),
        ("rating-grade-twice", "one grade twice", Rating, "\"grade\":\"D\"", "\"grade\":\"A\""),
        ("rating-method", "no method", Rating, "\"method\":\"信用风险分类\",", ""),
        ("points-cycle", "a cycle without months", Points, "\"cycle_months\":12", "\"cycle_months\":0"),
        ("points-threshold", "a threshold of nothing", Points, "\"points\":12", "\"points\":0"),
        ("calendar-weekend", "a Saturday as a holiday", Calendar, "2026-10-02", "2026-10-03"),
        ("calendar-other-year", "a day of another year", Calendar, "\"year\":2026", "\"year\":2027"),
        ("procedure-number", "a period beyond 10,000", Procedure, "\"number\":3", "\"number\":10001"),
        ("procedure-instrument", "an instrument without a dot", Procedure, "\"rule.order-58\"", "\"order\""),
        (
            "definition-confidence",
            "a confidence that is none",
            Measure,
            "\"confidence\":\"V\"",
            "\"confidence\":\"X\"",
        ),
        (
            "definition-unknown-field",
            "a field that no definition has",
            Measure,
            "\"direction\":",
            "\"score\":1,\"direction\":",
        ),
    ];
    let case = |&(name, about, item, from, to): &(&str, &str, ItemKind, &str, &str)| {
        let good = text_of(&an_event(Kind::Catalogue(item, Change::Adopted)));
        bad(&format!("bad-{name}"), about, &good, from, to)
    };
    table.iter().map(case).collect()
}

/// Bodies of other kinds with one wrong field each.
fn bad_bodies() -> Vec<Case> {
    let opening = |kind: Kind| text_of(&an_event(kind));
    let step = |kind: StepKind| text_of(&an_event(Kind::Step(kind)));
    let full = text_of(&a_full_record());
    // name, what it shows, a good event, text to replace, replacement
    let table: [(&str, &str, String, &str, &str); 24] = [
        ("record-data", "a sort of data that is none", full.clone(), "\"income\"", "\"shoe_size\""),
        ("record-review", "a state of review that is none", full.clone(), "\"pending\"", "\"unsure\""),
        ("record-document", "half a digest", full.clone(), &"5a".repeat(32), &"5a".repeat(16)),
        ("record-conduct", "conduct without its end", full, "\"ended_on\":\"2025-03-01\",", ""),
        (
            "measure-two-terms",
            "a last day and a lifetime",
            opening(Kind::MeasureImposed),
            "\"until\":",
            "\"lifetime\":true,\"until\":",
        ),
        (
            "rating-period-backwards",
            "a period that ends before it begins",
            opening(Kind::RatingAssigned),
            "\"until\":\"2025-12-31\"",
            "\"until\":\"2024-12-31\"",
        ),
        (
            "population-indicator",
            "an indicator that is none",
            opening(Kind::PopulationDeclared),
            "\"J13\"",
            "\"J16\"",
        ),
        (
            "repair-delivery",
            "a way of delivery that is none",
            step(StepKind::RepairServed),
            "\"mail\"",
            "\"telephone\"",
        ),
        (
            "population-counted",
            "how many there are of what the log counts",
            opening(Kind::PopulationDeclared),
            "\"J13\"",
            "\"J3\"",
        ),
        (
            "population-reached",
            "more than there are",
            opening(Kind::PopulationDeclared),
            "\"reached\":9",
            "\"reached\":11",
        ),
        (
            "migration-rule",
            "a rule that every migration is asked",
            opening(Kind::MigrationOpened),
            "\"A03\"",
            "\"A12\"",
        ),
        (
            "migration-backwards",
            "a window that ends before it begins",
            opening(Kind::MigrationOpened),
            "\"from\":\"2015-01-01\"",
            "\"from\":\"2026-01-01\"",
        ),
        (
            "verified-unknown",
            "something else was looked at",
            opening(Kind::SubjectVerified),
            "\"registration\"",
            "\"invoice\"",
        ),
        ("consent-scope", "no scope", opening(Kind::ConsentGranted), "[\"penalty.*\"]", "[]"),
        ("use-domain", "a domain that is none", opening(Kind::UseReported), "\"procurement\"", "\"travel\""),
        (
            "step-without-reason",
            "a removal without a reason",
            step(StepKind::ListingRemoved),
            ",\"reason\":\"已核实\"",
            "",
        ),
        (
            "step-other-reference",
            "a record where an entry is moved",
            step(StepKind::ListingRemoved),
            "\"listing\":",
            "\"record\":",
        ),
        (
            "step-without-until",
            "an extension to no day",
            step(StepKind::ListingExtended),
            ",\"until\":\"2029-10-31\"",
            "",
        ),
        (
            "name-reordered",
            "a name that a right-to-left override turns round",
            opening(Kind::SubjectAmended),
            "某某集团",
            "某\u{202e}团集",
        ),
        (
            "name-zero-width",
            "a name with a space of no width, in an escape",
            opening(Kind::SubjectAmended),
            "某某集团",
            "某某\\u200b集团",
        ),
        ("name-blank", "a name of blanks", opening(Kind::SubjectAmended), "某某集团", "\u{3000}\u{2800}"),
        ("name-two-lines", "a name of two lines", opening(Kind::SubjectAmended), "某某集团", "某某\\n集团"),
        (
            "name-variant-of-a-letter",
            "an ideographic variation selector behind a letter",
            opening(Kind::SubjectAmended),
            "某某集团",
            "a\u{e0100}",
        ),
        (
            "complaint-outcome",
            "an outcome that is none",
            step(StepKind::ComplaintDecided),
            "\"founded\"",
            "\"maybe\"",
        ),
    ];
    let case = |(name, about, good, from, to): &(&str, &str, String, &str, &str)| {
        bad(&format!("bad-{name}"), about, good, from, to)
    };
    table.iter().map(case).collect()
}

/// A salt stands exactly where an event is sealed.
fn bad_salts() -> Vec<Case> {
    let (sealed, clear) = (text_of(&a_full_record()), text_of(&an_event(Kind::KeyAdded)));
    let salt = "\"salt\":\"GRkZGRkZGRkZGRkZGRkZGQ\",";
    vec![
        bad("salt-missing", "a sealed event without a salt", &sealed, salt, ""),
        bad("salt-short", "a salt of 15 bytes", &sealed, "GRkZGRkZGRkZGRkZGRkZGQ", "GRkZGRkZGRkZGRkZGRkZ"),
        bad(
            "salt-padded",
            "a salt in padded base64url",
            &sealed,
            "GRkZGRkZGRkZGRkZGRkZGQ\"",
            "GRkZGRkZGRkZGRkZGRkZGQ==\"",
        ),
        bad(
            "salt-in-the-clear",
            "an event in the clear with a salt",
            &clear,
            "\"body\":",
            &format!("{salt}\"body\":"),
        ),
    ]
}

fn bad(name: &str, about: &str, good: &str, from: &str, to: &str) -> Case {
    assert!(good.contains(from), "{name}: {from} stands in {good}");
    Case::refused("event", name, about, json!({ "text": good.replacen(from, to, 1) }))
}
