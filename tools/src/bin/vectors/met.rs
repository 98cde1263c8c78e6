//! Cases of admission: rules of due process met, beside the cases that they refuse.

use super::case::{Case, accepted_after, after};
use crate::base::{
    DEPARTMENT, FIRM, LAW, LIST_ADOPTED, Making, REGISTRAR, STEWARD, WINDOW, YEAR, a_list, entering, filing,
    id_of, law, merge, name, period, periods, person, public, type_adopted, with, without,
};
use ledger_spec::event::{Kind, StepKind};
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    let mut cases = records();
    cases.extend(with_consent());
    cases.extend(lists());
    cases
}

fn of(code: &str) -> Making {
    with(filing(40), "type", json!(code))
}

fn records() -> Vec<Case> {
    let clocks = periods(31, json!([period("notice.statement", 5, "day"), period("minor.max", 3, "month")]));
    let served = |on: &str| with(filing(40), "notice", json!({ "served_on": on, "statement": "none" }));
    let until = |until: &str| json!({ "until": until, "need": "涉及公共安全" });
    let fields = json!({ "fields": [{ "name": "trade", "title": name("行业", "Trade"), "required": true,
        "values": [{ "value": "retail", "title": name("零售", "Retail"), "until": "2026-01-01" }] }] });
    let trade = type_adopted(32, "penalty.trade", fields);
    let heavy = type_adopted(32, "penalty.heavy", json!({ "legal_review": true }));
    let officer = Making::new(
        33,
        Kind::KeyAdded,
        REGISTRAR,
        &format!("authority:{DEPARTMENT}"),
        json!({ "key": public(12) }),
    );
    vec![
        accepted_after(
            "heard",
            "A04: decided on the day after the last one for a statement",
            &[law(30), clocks.clone()],
            &served("2025-10-24"),
        ),
        after(
            "A04",
            "last-day",
            "decided on the last day for a statement",
            &[law(30), clocks.clone()],
            &served("2025-10-25"),
        ),
        accepted_after(
            "published-for-need",
            "A09: to the tier's last day, and it is said why",
            &[law(30), clocks.clone()],
            &with(filing(40), "publicity", until("2026-01-30")),
        ),
        after(
            "A09",
            "a-day-too-long",
            "a day more than the tier allows",
            &[law(30), clocks],
            &with(filing(40), "publicity", until("2026-01-31")),
        ),
        accepted_after(
            "details",
            "D04: a value that was in force",
            std::slice::from_ref(&trade),
            &with(of("penalty.trade"), "details", json!({ "trade": "retail" })),
        ),
        after(
            "D04",
            "unknown-field",
            "a field that the type has not",
            &[trade],
            &with(of("penalty.trade"), "details", json!({ "trade": "retail", "shop": "一号" })),
        ),
        accepted_after(
            "legal-review",
            "D08: two officers signed",
            &[heavy, officer],
            &of("penalty.heavy").keys(&[4, 12]),
        ),
    ]
}

/// A07, D03 and D12: what consent admits.
fn with_consent() -> Vec<Case> {
    let consent = |scope: &str, until: &str| {
        let body = json!({ "scope": [scope], "purpose": "信用便企", "until": until });
        Making::new(33, Kind::ConsentGranted, WINDOW, FIRM, body)
    };
    let consenting = |making: Making| with(making, "consent", id_of(33));
    let income = || with(filing(40), "data", json!(["income"]));
    let reference = type_adopted(32, "penalty.reference", json!({ "status": "reference" }));
    vec![
        accepted_after(
            "income",
            "A07: income with consent",
            &[consent("penalty.*", "2026-12-31")],
            &consenting(income()),
        ),
        after(
            "A07",
            "consent-to-another",
            "the consent is to another type",
            &[consent("licence.*", "2026-12-31")],
            &consenting(income()),
        ),
        after(
            "A07",
            "consent-over",
            "the consent is over",
            &[consent("penalty.*", "2025-10-31")],
            &consenting(income()),
        ),
        after(
            "A07",
            "genes",
            "genes are never held, whatever is consented",
            &[consent("penalty.*", "2026-12-31")],
            &consenting(with(filing(40), "data", json!(["genes"]))),
        ),
        accepted_after(
            "reference",
            "D03, D12: for reference, with consent",
            &[reference.clone(), consent("penalty.*", "2026-12-31")],
            &consenting(of("penalty.reference")),
        ),
        after(
            "D12",
            "reference-without-consent",
            "for reference only, and nobody consented",
            &[reference],
            &of("penalty.reference"),
        ),
    ]
}

fn strict_list(more: Value) -> Making {
    let mut body = a_list();
    merge(&mut body, json!({ "requires_record": true, "types": ["penalty.*"], "months": 12 }));
    merge(&mut body, more);
    Making::new(30, LIST_ADOPTED, STEWARD, "catalogue:list.market.strict", body).valid_from(YEAR)
}

fn on(making: Making) -> Making {
    with(making, "list", json!("market.strict")).valid_from("2025-11-20T00:00:00+08:00")
}

fn lists() -> Vec<Case> {
    let strict = strict_list(json!({}));
    let until = |day: &str| with(on(entering(40)), "until", json!(day));
    let mut cases = vec![
        accepted_after(
            "listed-on-record",
            "D05: a record of the list's types, to the last day of its months",
            std::slice::from_ref(&strict),
            &until("2026-11-20"),
        ),
        after("D05", "a-day-too-long", "a day more than the list's months", &[strict], &until("2026-11-21")),
    ];
    cases.extend(notices());
    cases.extend(persons());
    cases
}

/// A04 of a list that asks for notice.
fn notices() -> Vec<Case> {
    let strict = strict_list(json!({ "notice_required": true }));
    let body = json!({
        "list": "market.strict", "record": id_of(9), "served_on": "2025-11-03", "reason": "拟列入",
    });
    let notice = Making::new(32, Kind::ListingNotified, DEPARTMENT, FIRM, body)
        .valid_from("2025-11-03T00:00:00+08:00");
    let stated = |id: u8, answered: bool| {
        let body = json!({ "notice": id_of(32), "list": "market.strict", "statement": "不构成", "answered": answered });
        Making::new(id, Kind::Step(StepKind::StatementReceived), DEPARTMENT, FIRM, body)
            .valid_from("2025-11-05T00:00:00+08:00")
    };
    let clock = [law(29), periods(31, json!([period("notice.statement", 5, "day")]))];
    let entry = || with(on(entering(40)), "notice", id_of(32));
    let noticed = [strict.clone(), notice];
    let then = |more: &[Making]| [&noticed[..], more].concat();
    let timed = |more: &[Making]| {
        let mut all = then(more);
        all.extend(clock.iter().cloned());
        all.sort_by_key(|making| making.id);
        all
    };
    vec![
        after(
            "A04",
            "list-no-notice",
            "an entry without the notice that the list asks for",
            &[strict],
            &on(entering(40)),
        ),
        after(
            "A04",
            "list-unanswered",
            "a statement was made and not answered",
            &then(&[stated(33, false)]),
            &entry(),
        ),
        accepted_after(
            "listed-answered",
            "A04: the statement was answered, after it was made",
            &then(&[stated(33, false), stated(34, true)]),
            &entry(),
        ),
        accepted_after(
            "listed-unstated",
            "A04: nothing was said until the time was over",
            &timed(&[]),
            &entry(),
        ),
        after(
            "A04",
            "list-last-day",
            "entered on the last day for a statement",
            &timed(&[]),
            &entry().valid_from("2025-11-08T12:00:00+08:00"),
        ),
    ]
}

/// D06.
fn persons() -> Vec<Case> {
    let list = strict_list(json!({
        "requires_record": false, "persons": "with_basis", "subjects": ["uscc", "person"],
    }));
    let entry = |masked: bool| {
        let publication = json!({ "basis": { "instrument": LAW, "article": "48" }, "masked": masked });
        let making = with(without(on(entering(40)), "record"), "publication", publication);
        Making { subject: person(), ..making }
    };
    let then = [law(29), list];
    vec![
        accepted_after("listed-person", "D06: published on a law, masked", &then, &entry(true)),
        after("D06", "unmasked", "a person on a list by name", &then, &entry(false)),
    ]
}
