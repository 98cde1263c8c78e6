//! Cases of admission: what one decision is, who contests it, and who is there to be decided about.

use super::case::{Case, accepted, accepted_after, after, by};
use crate::base::{
    COURT, DEPARTMENT, FIRM, LIST_ADOPTED, Making, OTHER_FIRM, REGISTRAR, STEWARD, a_list, decision,
    entering, filing, id_of, law, merge, name, period, periods, registering, removing, revoking_by_a_word,
    type_adopted, with, with_issuer,
};
use ledger_spec::event::{Kind, StepKind};
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    let mut cases = one_decision();
    cases.extend(reviews());
    cases.extend(penalties());
    cases.extend(gone());
    cases
}

fn one_decision() -> Vec<Case> {
    let (id, next) = (50, 51);
    let spelled = |number: &str| with(filing(id), "decision", decision(number, "2025-10-30"));
    let of_year = |making: Making| with(making, "list", json!("market.year"));
    let entered = |from: &'static str| entering(next).valid_from(from);
    vec![
        by(
            "A10",
            "decision-in-brackets",
            "one decision, its number in other brackets",
            &spelled("湘市监罚[2025]17号"),
        ),
        by(
            "A10",
            "decision-full-width",
            "one decision, full width and with 第",
            &spelled("湘市监罚（２０２５）第０17 号"),
        ),
        after(
            "L16",
            "review-of-the-decision",
            "a review of a decision whose first record was under review when it was retracted",
            &[
                stepping(46, StepKind::ReviewOpened),
                stepping(47, StepKind::RecordRetracted),
                spelled("湘市监罚〔2025〕17号"),
            ],
            &Making { kind: Kind::Step(StepKind::ReviewOpened), ..revoking_by_a_word(next, id) },
        ),
        accepted("other-decision", "another number", &spelled("湘市监罚〔2025〕170号")),
        accepted_after(
            "entered-again",
            "an entry that was taken off, entered again where the list gives no months",
            &[removing(id, 10)],
            &entered("2025-11-21T00:00:00+08:00"),
        ),
        after(
            "L19",
            "entered-again-beyond",
            "an entry that was taken off, entered again for longer than it had",
            &[
                year_list(46),
                filing(47),
                of_year(with(entering(48), "record", id_of(47))),
                of_year(removing(id, 48)),
            ],
            &of_year(with(entered("2025-11-21T00:00:00+08:00"), "record", id_of(47))),
        ),
        after(
            "D05",
            "record-too-light",
            "an entry on a list that asks for a serious record",
            &[Making::new(46, LIST_ADOPTED, STEWARD, "catalogue:list.market.grave", {
                let mut list = a_list();
                merge(&mut list, json!({ "least_severity": "serious" }));
                list
            })
            .valid_from("2025-01-01T00:00:00+08:00")],
            &with(entering(id), "list", json!("market.grave")),
        ),
    ]
}

/// A list whose entries last a year.
fn year_list(id: u8) -> Making {
    let mut list = a_list();
    merge(&mut list, json!({ "months": 12 }));
    Making::new(id, LIST_ADOPTED, STEWARD, "catalogue:list.market.year", list)
        .valid_from("2025-01-01T00:00:00+08:00")
}

/// A step on the record, by its source.
fn stepping(id: u8, step: StepKind) -> Making {
    Making { kind: Kind::Step(step), ..revoking_by_a_word(id, 9) }
}

fn reviews() -> Vec<Case> {
    let (id, next) = (50, 51);
    let closing = |issuer| {
        let closed = with(stepping(next, StepKind::ReviewClosed), "outcome", json!("upheld"));
        let closed = with(closed, "decision", json!({ "number": "内1号", "date": "2025-11-10" }));
        with_issuer(closed, issuer)
    };
    let opened = || with_issuer(stepping(id, StepKind::ReviewOpened), COURT);
    let annulled = || with(removing(id, 10), "annulled", json!(true));
    let paper = || json!({ "number": "湘市监撤〔2025〕1号", "date": "2025-11-19" });
    vec![
        after(
            "A03",
            "review-closed-by-source",
            "a review that a court opened, closed by whoever decided",
            &[opened()],
            &closing(DEPARTMENT),
        ),
        accepted_after(
            "review-closed-by-court",
            "closed by the court",
            &[opened()],
            &with(closing(COURT), "final", json!(true)),
        ),
        by("A03", "annulled-by-word", "an entry is annulled, and no decision says so", &annulled()),
        accepted("annulled", "the same by a decision", &with(annulled(), "decision", paper())),
    ]
}

fn penalties() -> Vec<Case> {
    let id = 50;
    let kinds =
        ["warning", "fine", "suspended"].map(|kind| json!({ "value": kind, "title": name(kind, kind) }));
    let kinds = json!({ "fields": [
        { "name": "penalty_kind", "title": name("种类", "Kinds"), "several": true, "values": kinds },
        { "name": "fine_wan_yuan", "title": name("罚款", "Fine"), "form": "wan_yuan" },
    ] });
    let penalty = || type_adopted(32, "penalty.kinds", kinds.clone());
    let of = |severity: &str, details: Value| {
        let filed = with(with(filing(id), "type", json!("penalty.kinds")), "severity", json!(severity));
        with(filed, "details", details)
    };
    let tiers = periods(31, json!([period("general.min", 3, "month"), period("general.max", 1, "year")]));
    let published = |until: &str| {
        let filed = with(filing(id), "severity", json!("general"));
        with(filed, "publicity", json!({ "until": until }))
    };
    let conduct = |ended: &str| json!({ "id": "案五", "ended_on": ended });
    vec![
        after(
            "A08",
            "closed-is-serious",
            "business suspended, and filed as general",
            &[penalty()],
            &of("general", json!({ "penalty_kind": "suspended" })),
        ),
        accepted_after(
            "closed",
            "business suspended and fined, serious",
            &[penalty()],
            &of("serious", json!({ "penalty_kind": "suspended;fine", "fine_wan_yuan": "60" })),
        ),
        after(
            "D04",
            "fined-without-fine",
            "a fine that is none of the kinds",
            &[penalty()],
            &of("minor", json!({ "penalty_kind": "warning", "fine_wan_yuan": "10" })),
        ),
        after(
            "A09",
            "too-short",
            "published for less than the tier's least time",
            &[law(30), tiers.clone()],
            &published("2026-01-29"),
        ),
        accepted_after(
            "least-publicity",
            "published for that time",
            &[law(30), tiers],
            &published("2026-01-30"),
        ),
        by(
            "L20",
            "conduct-after-decision",
            "conduct that ended after it was decided upon",
            &with(filing(id), "conduct", conduct("2025-10-31")),
        ),
    ]
}

fn gone() -> Vec<Case> {
    let (id, next) = (50, 51);
    let about = |id, kind, issuer, subject: &str, body| {
        Making::new(id, kind, issuer, subject, body).valid_from("2025-11-02T00:00:00+08:00")
    };
    let dissolved = |issuer| about(id, Kind::SubjectDissolved, issuer, FIRM, json!({ "reason": "注销" }));
    let merged =
        |id, of: &str, into: &str| about(id, Kind::SubjectMerged, DEPARTMENT, of, json!({ "into": into }));
    vec![
        by("A02", "dissolved-by-another", "a firm that another authority registered", &dissolved(REGISTRAR)),
        after(
            "L16",
            "entered-when-gone",
            "an entry about a firm that was dissolved",
            &[dissolved(DEPARTMENT)],
            &with(entering(next), "list", json!("market.serious")).valid_from("2025-11-05T00:00:00+08:00"),
        ),
        after(
            "L16",
            "merged-in-a-circle",
            "a firm goes on in one that went on in it",
            &[registering(49, OTHER_FIRM), merged(id, OTHER_FIRM, FIRM)],
            &merged(next, FIRM, OTHER_FIRM),
        ),
    ]
}
