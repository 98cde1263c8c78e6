//! Cases of admission about what is erased: the orders, and the ledger's word.

use super::case::{Case, accepted_after, after, by};
use crate::base::{COURT, LAW, Making, OPERATOR, WINDOW, id_of, law, revoking, with, with_issuer};
use ledger_spec::event::Kind;
use serde_json::json;

/// The record, the entry on a list that rests on it, and the application for its repair.
const WHOLE: [u8; 3] = [9, 10, 11];

fn ordering(id: u8, entries: &[u8]) -> Making {
    let events: Vec<_> = entries.iter().map(|number| id_of(*number)).collect();
    let body = json!({ "events": events, "entries": entries, "basis": [{ "instrument": LAW }] });
    Making { kind: Kind::ErasureOrdered, body, ..revoking(id, 9) }
}

fn erasing(id: u8, entries: &[u8]) -> Making {
    let body = json!({ "entries": entries });
    Making { kind: Kind::LedgerErased, issuer: OPERATOR, subject: "ledger".into(), body, ..revoking(id, 9) }
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
        after(
            "L27",
            "erased-twice",
            "what is erased already",
            &[law(31), ordering(id, &WHOLE), erasing(next, &WHOLE)],
            &erasing(22, &[9]),
        ),
    ]
}
