//! Cases of admission about pseudonyms of several identity keys: who links them, and under which one something begins.

use super::case::{Case, accepted, accepted_after, after, by};
use crate::base::{COURT, DEPARTMENT, FIRM, Making, OPERATOR, id_of, registering, revoking, with_issuer};
use ledger_spec::event::Kind;
use serde_json::json;

fn named(epoch: u8) -> String {
    let hash = ["ab", "cd", "ef"][usize::from(epoch - 1)].repeat(32);
    if epoch == 1 { format!("person:{hash}") } else { format!("person:{hash}.{epoch:02}") }
}

fn linking(id: u8, subject: &str, other: &str) -> Making {
    let body = json!({ "identifier": other });
    let kind = Kind::IdentifierLinked;
    Making { kind, issuer: OPERATOR, subject: subject.to_owned(), body, ..revoking(id, 9) }
}

fn rotating(id: u8, epoch: u8) -> Making {
    let body = json!({ "epoch": epoch });
    Making {
        kind: Kind::IdentityRotated,
        issuer: OPERATOR,
        subject: "ledger".into(),
        body,
        ..revoking(id, 9)
    }
}

/// A person is registered, without a name.
fn registered(id: u8, epoch: u8) -> Making {
    Making { body: json!({ "registered_on": "2019-05-06" }), ..registering(id, &named(epoch)) }
}

fn holding(id: u8, epoch: u8) -> Making {
    let body = json!({ "reason": "诉讼", "case": "(2025)1" });
    Making { kind: Kind::HoldPlaced, issuer: COURT, subject: named(epoch), body, ..revoking(id, 9) }
}

pub fn cases() -> Vec<Case> {
    let (id, next) = (20, 21);
    let (first, second, third) = (named(1), named(2), named(3));
    let household = format!("household:{}.02", "cd".repeat(32));
    let elsewhere = Making { subject: FIRM.into(), ..rotating(id, 2) };
    vec![
        accepted("linked-to-next-epoch", "the operator names a person anew", &linking(id, &first, &second)),
        accepted("linked-back", "and says so under the new name", &linking(id, &second, &first)),
        by(
            "L06",
            "department-renames",
            "a department, which has no identity key",
            &with_issuer(linking(id, &first, &second), DEPARTMENT),
        ),
        by("L06", "operator-links-firm", "the operator links nothing else", &linking(id, FIRM, "ext:old:1")),
        by("L06", "operator-links-household", "nor two schemes", &linking(id, &first, &household)),
        by("L28", "linked-two-ahead", "the epoch after the next", &linking(id, &first, &third)),
        after(
            "L28",
            "linked-late",
            "an epoch that has begun",
            &[rotating(id, 2)],
            &linking(next, &first, &second),
        ),
        after(
            "L19",
            "linked-twice",
            "a second name of one epoch",
            &[linking(id, &first, &second)],
            &linking(next, &first, &format!("person:{}.02", "ef".repeat(32))),
        ),
        accepted("identity-rotated", "the next epoch begins", &rotating(id, 2)),
        by("L28", "rotated-by-two", "an epoch is left out", &rotating(id, 3)),
        after("L28", "rotated-twice", "an epoch that has begun", &[rotating(id, 2)], &rotating(next, 2)),
        by("L11", "rotated-about-firm", "about a firm", &elsewhere),
        by("L06", "department-rotates", "a department", &with_issuer(rotating(id, 2), DEPARTMENT)),
        after("L28", "under-old-pseudonym", "a name of before", &[rotating(id, 2)], &registered(next, 1)),
        by("L28", "under-later-pseudonym", "a name of an epoch to come", &registered(id, 2)),
        accepted_after("under-new-pseudonym", "the name of now", &[rotating(id, 2)], &registered(next, 2)),
        after(
            "L28",
            "hold-under-old-pseudonym",
            "a hold on all of a subject, by a name of before",
            &[rotating(id, 2)],
            &holding(next, 1),
        ),
        accepted_after(
            "step-under-old-pseudonym",
            "what stands under a name of before goes on there",
            &[holding(id, 1), rotating(next, 2)],
            &Making {
                kind: Kind::Step(ledger_spec::event::StepKind::HoldReleased),
                body: json!({ "hold": id_of(id), "reason": "结案" }),
                ..holding(22, 1)
            },
        ),
    ]
}
