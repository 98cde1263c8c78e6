//! Cases of admission about what is erased: the orders, and the ledger's word.

use super::case::{Case, accepted_after, after, by};
use super::kinds::auditor;
use crate::base::{
    COURT, DEPARTMENT, LAW, Making, OPERATOR, REGISTRAR, WINDOW, id_of, key_of, law, revoking, with,
    with_issuer,
};
use ledger_spec::event::{Kind, StepKind};
use serde_json::{Value, json};

/// The record, the entry on a list that rests on it, and the application for its repair.
const WHOLE: [u8; 3] = [9, 10, 11];

fn ordering(id: u8, entries: &[u8]) -> Making {
    let events: Vec<_> = entries.iter().map(|number| id_of(*number)).collect();
    let body = json!({ "events": events, "entries": entries, "basis": [{ "instrument": LAW }] });
    Making { kind: Kind::ErasureOrdered, body, ..revoking(id, 9) }
}

/// Everything, with the revocation of the record, which stands in entry 13.
fn with_revocation(id: u8, revocation: u8) -> Making {
    let events: Vec<_> = WHOLE.iter().chain(&[revocation]).map(|number| id_of(*number)).collect();
    with(with(ordering(id, &WHOLE), "events", json!(events)), "entries", json!([9, 10, 11, 13]))
}

/// What stays of it: the decision by which the record was filed.
fn annulled() -> Value {
    json!({
        "issuer": DEPARTMENT, "decision": "5fe2c9dd6fc577dd25275047bc460db7", "date": "2025-10-30",
        "from": "2025-11-18T00:00:00+08:00", "entry": 13,
    })
}

fn over(mut object: Value, field: &str, value: Value) -> Value {
    object[field] = value;
    object
}

fn erasing(id: u8, entries: &[u8]) -> Making {
    let body = json!({ "entries": entries });
    Making { kind: Kind::LedgerErased, issuer: OPERATOR, subject: "ledger".into(), body, ..revoking(id, 9) }
}

fn withdrawing(id: u8, order: u8) -> Making {
    let body = json!({ "order": id_of(order) });
    Making { kind: Kind::Step(StepKind::ErasureWithdrawn), body, ..revoking(id, 9) }
}

/// Names auditing witnesses, by the seeds of their keys.
fn auditing(id: u8, seeds: &[u8]) -> Making {
    let body = json!({ "auditors": seeds.iter().map(|seed| auditor(*seed)).collect::<Vec<_>>() });
    Making { kind: Kind::AuditorsNamed, issuer: REGISTRAR, subject: "ledger".into(), body, ..revoking(id, 9) }
}

pub fn cases() -> Vec<Case> {
    let (id, next) = (20, 21);
    let whole = ordering(id, &WHOLE);
    let elsewhere = |making: Making| Making { subject: "uscc:91430381MA4L2CDE2Q".into(), ..making };
    vec![
        accepted_after(
            "erasure-ordered",
            "the source has a record erased with all that rests on it",
            &[law(31)],
            &whole,
        ),
        accepted_after(
            "court-orders-erasure",
            "a court does",
            &[law(31)],
            &with_issuer(ordering(id, &WHOLE), COURT),
        ),
        after(
            "L26",
            "erases-revocation",
            "with the revocation of the record, and nothing is said of what that annulled",
            &[law(31), revoking(30, 9)],
            &with_revocation(id, 30),
        ),
        accepted_after(
            "erases-revocation-that-stays-said",
            "the same, and the decision stays annulled",
            &[law(31), revoking(30, 9)],
            &with(with_revocation(id, 30), "annulled", json!([annulled()])),
        ),
        after(
            "L26",
            "erases-revocation-of-other-day",
            "the same, and another decision is said to stay annulled",
            &[law(31), revoking(30, 9)],
            &with(
                with_revocation(id, 30),
                "annulled",
                json!([over(annulled(), "date", json!("2025-10-31"))]),
            ),
        ),
        accepted_after(
            "erases-revocation-of-one",
            "the decision was revoked as regards this subject alone: nothing stays",
            &[law(31), with(revoking(30, 9), "only_this", json!(true))],
            &with_revocation(id, 30),
        ),
        by(
            "L26",
            "erases-no-revocation",
            "a decision is said to be annulled, and no revocation goes",
            &with(ordering(id, &WHOLE), "annulled", json!([annulled()])),
        ),
        by("L06", "window-orders-erasure", "a window may not", &with_issuer(ordering(id, &WHOLE), WINDOW)),
        by("L26", "erases-record-alone", "without the entry on a list that rests on it", &ordering(id, &[9])),
        by("L26", "erases-application-alone", "without what it is about", &ordering(id, &[11])),
        by("L26", "erases-registration", "which is no record", &ordering(id, &[8])),
        by(
            "L26",
            "erases-unpaired",
            "fewer entries than events",
            &with(ordering(id, &WHOLE), "entries", json!([9, 10])),
        ),
        by(
            "L15",
            "erases-in-other-entries",
            "an entry that holds another event",
            &with(ordering(id, &WHOLE), "entries", json!([9, 10, 12])),
        ),
        by("L15", "erases-elsewhere", "of another subject's stream", &elsewhere(ordering(id, &WHOLE))),
        by("D02", "erases-without-law", "by no law", &with(ordering(id, &WHOLE), "basis", json!([]))),
        after(
            "L19",
            "ordered-twice",
            "what is ordered already",
            &[law(31), ordering(id, &WHOLE)],
            &ordering(next, &WHOLE),
        ),
        after(
            "L16",
            "revokes-what-goes",
            "a step on what is to be erased",
            &[law(31), ordering(id, &WHOLE)],
            &revoking(next, 9),
        ),
        accepted_after(
            "erased",
            "the ledger says so",
            &[law(31), ordering(id, &WHOLE)],
            &erasing(next, &WHOLE),
        ),
        by("L27", "erased-unordered", "what nobody ordered", &erasing(id, &[9])),
        after(
            "L27",
            "erased-in-part",
            "less than was ordered",
            &[law(31), ordering(id, &WHOLE)],
            &erasing(next, &[9, 10]),
        ),
        after(
            "L27",
            "erased-ahead",
            "an entry that is still to come",
            &[law(31), ordering(id, &WHOLE)],
            &erasing(next, &[9, 10, 11, 99]),
        ),
        accepted_after(
            "erasure-withdrawn",
            "the source takes an order back",
            &[law(31), ordering(id, &WHOLE)],
            &withdrawing(next, id),
        ),
        after(
            "L16",
            "withdrawn-too-late",
            "what is carried out",
            &[law(31), ordering(id, &WHOLE), erasing(next, &WHOLE)],
            &withdrawing(22, id),
        ),
        after(
            "L27",
            "erased-though-withdrawn",
            "what is not ordered any more",
            &[law(31), ordering(id, &WHOLE), withdrawing(next, id)],
            &erasing(22, &WHOLE),
        ),
        by(
            "L15",
            "erases-fields-that-are-none",
            "a field of an event that has none",
            &with(
                with(with(ordering(id, &WHOLE), "events", json!([])), "entries", json!([])),
                "fields",
                json!([{ "event": id_of(9), "entry": 9, "places": [0] }]),
            ),
        ),
        accepted_after("auditors-named", "a registrar names one", &[], &auditing(id, &[60])),
        by("L14", "auditor-with-a-key-of-another", "the operator's key", &auditing(id, &[key_of(OPERATOR)])),
        by(
            "L06",
            "operator-names-auditor",
            "the operator, who is audited, may not",
            &with_issuer(auditing(id, &[60]), OPERATOR),
        ),
        after(
            "L29",
            "erased-unaudited",
            "what no auditing witness that is named had seen",
            &[law(31), auditing(32, &[60]), ordering(id, &WHOLE)],
            &erasing(next, &WHOLE),
        ),
        after(
            "L29",
            "erased-with-nobody-named",
            "a checkpoint where no auditing witness is named",
            &[law(31), ordering(id, &WHOLE)],
            &with(erasing(next, &WHOLE), "cosigned", json!("a note")),
        ),
        after(
            "L27",
            "erased-twice",
            "what is erased already",
            &[law(31), ordering(id, &WHOLE), erasing(next, &WHOLE)],
            &erasing(22, &[9]),
        ),
    ]
}
