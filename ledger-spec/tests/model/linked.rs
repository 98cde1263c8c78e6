//! One body under two names: rules ask under both what is known of it, from when each of the two says so and until one takes it
//! back. Engine and reference are asked alike.

use crate::compare::Base;
use crate::renamed::{Told, id, listed, record, told};
use crate::world::SUBJECTS;
use serde_json::{Value, json};

/// The places in [`SUBJECTS`] of the code and of the one of before.
const CODE: usize = 0;
const NUMBER: usize = 1;

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
