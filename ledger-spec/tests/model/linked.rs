//! One body under two names: rules ask under both what is known of it, from when each of the two says so and until one takes it
//! back. Engine and reference are asked alike.

use crate::compare::Base;
use crate::renamed::{Told, id, listed, record, told};
use crate::world::SUBJECTS;
use serde_json::{Value, json};

/// The places in [`SUBJECTS`] of the code and of the one of before.
const CODE: usize = 0;
const NUMBER: usize = 1;
/// One of which nothing else is said.
const THIRD: usize = 6;

fn link(day: &str, issuer: &str, (from, to, number): (usize, usize, u64), back: bool) -> Told {
    let mut body = json!({ "identifier": SUBJECTS[to] });
    if back {
        body["taken_back"] = json!(true);
    }
    told(day, issuer, "subject.identifier_linked", (from, number), body, None)
}

fn fine(number: &str, conduct: &str) -> Value {
    record("base.fine", number, "2025-02-01", Some(conduct))
}

#[test]
fn what_is_known_of_a_body_is_known_under_each_name_that_both_say() {
    let registered = |on: &str| json!({ "registered_on": on });
    let filed =
        |subject, number, body, rule| told("02-05", "market", "record.filed", (subject, number), body, rule);
    let praise = || listed("lists.red", Some(15));
    let award = |number| record("base.award", number, "2025-02-01", None);
    Base::new().tell(vec![
        told("01-06", "registrar", "subject.registered", (CODE, 1), registered("2025-01-04"), None),
        told("01-06", "market", "subject.registered", (NUMBER, 2), registered("2024-05-01"), None),
        filed(NUMBER, 3, fine("1", "c1"), None),
        told("02-05", "market", "listing.entered", (NUMBER, 4), listed("lists.grave", None), None),
        // One of the two alone says it: nothing follows.
        link("02-05", "registrar", (CODE, NUMBER, 6), false),
        filed(CODE, 7, fine("2", "c1"), None),
        link("02-05", "market", (NUMBER, CODE, 10), false),
        filed(CODE, 11, fine("1", "c8"), Some("A10")),
        filed(CODE, 3, award("3"), Some("L08")),
        // It has been there since the earlier of its two days.
        filed(CODE, 15, record("base.award", "9", "2025-01-02", None), None),
        told("02-06", "market", "listing.entered", (CODE, 16), praise(), Some("D05")),
        told("02-06", "market", "listing.entered", (CODE, 17), listed("lists.grave", None), Some("L19")),
        told("02-06", "court", "hold.placed", (CODE, 18), json!({ "reason": "stay", "case": "7" }), None),
        told(
            "02-06",
            "market",
            "record.sealed",
            (NUMBER, 19),
            json!({ "record": id(3), "reason": "r" }),
            Some("D10"),
        ),
        told("02-06", "court", "hold.released", (CODE, 20), json!({ "hold": id(18), "reason": "r" }), None),
        // Taken back by either, it is none.
        link("02-07", "registrar", (CODE, NUMBER, 21), true),
        told("02-07", "market", "listing.entered", (CODE, 23), praise(), None),
        told("02-07", "market", "listing.entered", (CODE, 24), listed("lists.grave", None), None),
        // Said again, it is one again.
        link("02-08", "registrar", (CODE, NUMBER, 25), false),
        filed(NUMBER, 26, fine("2", "c7"), Some("A10")),
    ]);
}

#[test]
fn no_body_goes_on_in_itself_whatever_names_lie_between() {
    let registered = |issuer, subject, number| {
        told("01-06", issuer, "subject.registered", (subject, number), json!({}), None)
    };
    let merged = |day, issuer, (subject, into, number): (usize, usize, u64), rule| {
        told(day, issuer, "subject.merged", (subject, number), json!({ "into": SUBJECTS[into] }), rule)
    };
    Base::new().tell_by_any_name(vec![
        registered("registrar", CODE, 1),
        registered("market", NUMBER, 2),
        registered("registrar", THIRD, 3),
        link("02-01", "registrar", (CODE, NUMBER, 4), false),
        link("02-01", "market", (NUMBER, CODE, 5), false),
        // Into what another registered it is merged by a registrar of the ledger.
        merged("02-02", "market", (NUMBER, THIRD, 16), Some("A02")),
        merged("02-02", "registrar", (NUMBER, THIRD, 6), None),
        // The third took it over by its other name.
        merged("02-03", "registrar", (THIRD, CODE, 7), Some("L16")),
        // Who went on in another goes on in no other, by none of its names, until who registered that name says otherwise.
        told("02-03", "registrar", "subject.amended", (CODE, 8), json!({}), None),
        merged("02-03", "registrar", (CODE, THIRD, 9), Some("L16")),
        // While they are no names of one, the third may go on in the code.
        link("02-04", "registrar", (CODE, NUMBER, 10), true),
        merged("02-04", "registrar", (THIRD, CODE, 11), None),
        // Then they are none again: it would have gone on in itself.
        Told { refused: Some("L16"), ..link("02-05", "registrar", (CODE, NUMBER, 12), false) },
        Told { refused: Some("L16"), ..link("02-05", "market", (NUMBER, CODE, 13), false) },
        told("02-06", "market", "subject.amended", (NUMBER, 14), json!({}), None),
        link("02-06", "registrar", (CODE, NUMBER, 15), false),
    ]);
}
