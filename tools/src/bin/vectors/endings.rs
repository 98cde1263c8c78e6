//! Cases of admission that refer to what stands in the stream: what ends, and who may end it.

use super::case::{Case, accepted, accepted_after, after, by};
use crate::base::{
    COURT, Making, OTHER_FIRM, WINDOW, accepting, applying, deciding, entering, removing, revoking,
    revoking_by_a_word, with, with_issuer,
};
use ledger_spec::event::{Kind, StepKind};
use serde_json::json;

const LIST: Option<&str> = Some("market.serious");

/// The event by a judgment.
fn judged(making: Making) -> Making {
    with(making, "decision", json!({ "number": "（2025）湘0381行初9号", "date": "2025-11-10" }))
}

/// A step on the record, by its source.
fn stepping(id: u8, step: StepKind) -> Making {
    Making { kind: Kind::Step(step), ..revoking_by_a_word(id, 9) }
}

fn closing(id: u8) -> Making {
    with(stepping(id, StepKind::ReviewClosed), "outcome", json!("upheld"))
}

pub fn cases() -> Vec<Case> {
    let (id, next) = (20, 21);
    let granted = |id| deciding(id, Kind::Step(StepKind::RepairGranted), 11, LIST);
    let elsewhere = |making: Making| Making { subject: OTHER_FIRM.into(), ..making };
    vec![
        accepted("revoked", "the department annuls its record", &revoking(id, 9)),
        by("L15", "revokes-elsewhere", "a record of another subject's stream", &elsewhere(revoking(id, 9))),
        by("L15", "revokes-listing", "a listing where a record belongs", &revoking(id, 10)),
        after(
            "L16",
            "revoked-twice",
            "a record that is annulled already",
            &[revoking(id, 9)],
            &revoking(next, 9),
        ),
        by(
            "L17",
            "window-revokes",
            "a record that another authority filed",
            &with_issuer(revoking(id, 9), WINDOW),
        ),
        by(
            "L20",
            "revoked-before",
            "annulled before it began",
            &revoking(id, 9).valid_from("2025-10-31T23:59:59+08:00"),
        ),
        after(
            "L16",
            "entered-on-revoked",
            "an entry on a list that rests on an annulled record",
            &[revoking(id, 9)],
            &entering(next).valid_from("2025-11-30T00:00:00+08:00"),
        ),
        accepted("removed", "the list's owner removes", &removing(id, 10)),
        by("L15", "removes-record", "a record where a listing belongs", &removing(id, 9)),
        by(
            "L15",
            "removes-from-another-list",
            "the entry stands on another list",
            &with(removing(id, 10), "list", json!("market.other")),
        ),
        after(
            "L16",
            "removed-twice",
            "an entry that is removed already",
            &[removing(id, 10)],
            &removing(next, 10),
        ),
        accepted(
            "court-removes",
            "a court takes off the list",
            &judged(with_issuer(removing(id, 10), COURT)),
        ),
        accepted("court-revokes", "a court annuls", &judged(with_issuer(revoking(id, 9), COURT))),
        by(
            "A03",
            "court-without-judgment",
            "a court that annuls and names no judgment",
            &with_issuer(revoking_by_a_word(id, 9), COURT),
        ),
        by(
            "A03",
            "revoked-by-a-word",
            "the department annuls a penalty and names no decision",
            &revoking_by_a_word(id, 9),
        ),
        by(
            "L20",
            "revoked-before-judgment",
            "annulled before the day of the judgment",
            &with(
                with_issuer(revoking(id, 9), COURT),
                "decision",
                json!({ "number": "（2025）湘0381行初9号", "date": "2025-11-19" }),
            ),
        ),
        accepted(
            "retracted",
            "the department takes back what it filed in error",
            &stepping(id, StepKind::RecordRetracted),
        ),
        after(
            "L16",
            "retracted-revoked",
            "a record that is annulled already",
            &[revoking(id, 9)],
            &stepping(next, StepKind::RecordRetracted),
        ),
        accepted("review-opened", "the decision is under review", &stepping(id, StepKind::ReviewOpened)),
        by("L16", "review-closed", "a review that never began", &closing(id)),
        accepted_after(
            "review-closed-after",
            "a review that began comes to its end",
            &[stepping(id, StepKind::ReviewOpened)],
            &judged(closing(next)),
        ),
        after(
            "A03",
            "review-closed-by-word",
            "whoever decided says that the review is over, and names no document",
            &[stepping(id, StepKind::ReviewOpened)],
            &closing(next),
        ),
        after(
            "A03",
            "review-restored-by-word",
            "a court says that a decision stands again, and names no document",
            &[stepping(id, StepKind::ReviewOpened)],
            &with_issuer(with(closing(next), "outcome", json!("restored")), COURT),
        ),
        after(
            "L15",
            "review-restores-unheard",
            "what stands again is a decision that nothing named",
            &[stepping(id, StepKind::ReviewOpened)],
            &with(
                with(judged(with_issuer(closing(next), COURT)), "outcome", json!("restored")),
                "restores",
                json!({ "number": "湘政复决字〔2025〕3号", "date": "2025-11-02" }),
            ),
        ),
        accepted_after(
            "review-restored",
            "a court gives back what stood before",
            &[stepping(id, StepKind::ReviewOpened)],
            &with(judged(with_issuer(closing(next), COURT)), "outcome", json!("restored")),
        ),
        by(
            "A04",
            "graver",
            "a correction that makes the record graver",
            &with(stepping(id, StepKind::RecordCorrected), "severity", json!("serious")),
        ),
        by(
            "L20",
            "removed-before",
            "removed before it was entered",
            &removing(id, 10).valid_from("2025-10-31T00:00:00+08:00"),
        ),
        after(
            "L19",
            "applied-twice",
            "repair of an entry for which an application is open",
            &[],
            &applying(next, 10, LIST),
        ),
        accepted("applied-for-record", "repair of the record itself", &applying(id, 9, None)),
        by(
            "L15",
            "applied-without-list",
            "repair of an entry on a list, without the list",
            &applying(id, 10, None),
        ),
        by(
            "L15",
            "applied-for-registration",
            "a registration where a record belongs",
            &applying(id, 8, None),
        ),
        after(
            "L16",
            "applied-too-late",
            "repair of an entry that was removed",
            &[removing(id, 10)],
            &applying(next, 10, LIST),
        ),
        accepted("accepted", "the window accepts the application", &accepting(id, 11, LIST)),
        by("L16", "granted-unaccepted", "an application that is not accepted yet", &granted(id)),
        accepted_after("granted", "whoever entered it grants", &[accepting(19, 11, LIST)], &granted(id)),
        accepted_after(
            "refused",
            "whoever entered it refuses",
            &[accepting(19, 11, LIST)],
            &deciding(id, Kind::Step(StepKind::RepairRefused), 11, LIST),
        ),
        after(
            "L16",
            "decided-twice",
            "an application that is decided already",
            &[accepting(19, 11, LIST), granted(id)],
            &deciding(next, Kind::Step(StepKind::RepairRefused), 11, LIST),
        ),
        after(
            "L17",
            "court-decides",
            "whoever did not enter it decides",
            &[accepting(19, 11, LIST)],
            &with_issuer(granted(id), COURT),
        ),
        by(
            "L15",
            "decides-nothing",
            "no such application",
            &deciding(id, Kind::Step(StepKind::RepairGranted), 99, LIST),
        ),
        after(
            "L20",
            "decided-before",
            "decided before it was accepted",
            &[accepting(19, 11, LIST)],
            &granted(id).valid_from("2025-11-11T00:00:00+08:00"),
        ),
    ]
}
