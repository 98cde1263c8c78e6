//! Cases of admission: rights of subjects, and how the ledger keeps itself in order.

use super::case::{Case, accepted, accepted_after, after, by};
use crate::base::{
    COURT, DEPARTMENT, FIRM, Making, REGISTRAR, STEWARD, WINDOW, YEAR, a_list, accepting, applying, deciding,
    filing, id_of, merge, name, public, revoking, with, with_issuer, without,
};
use ledger_spec::definition::ItemKind;
use ledger_spec::event::{Change, Kind, StepKind};
use serde_json::json;

pub fn cases() -> Vec<Case> {
    let mut cases = rights();
    cases.extend(keeping());
    cases
}

fn rights() -> Vec<Case> {
    let second = Making::new(
        30,
        Kind::KeyAdded,
        REGISTRAR,
        &format!("authority:{DEPARTMENT}"),
        json!({ "key": public(12) }),
    );
    let raised = |id: u8| {
        Making::new(
            id,
            Kind::ObjectionRaised,
            WINDOW,
            FIRM,
            json!({ "target": id_of(9), "ground": "处罚对象有误" }),
        )
        .valid_from("2025-11-20T00:00:00+08:00")
    };
    let dismissed = |id: u8, objection: u8| {
        Making::new(
            id,
            Kind::Step(StepKind::ObjectionDismissed),
            DEPARTMENT,
            FIRM,
            json!({ "objection": id_of(objection), "reason": "核实无误" }),
        )
        .valid_from("2025-11-21T00:00:00+08:00")
    };
    let held = Making::new(
        30,
        Kind::HoldPlaced,
        COURT,
        FIRM,
        json!({ "reason": "行政诉讼", "case": "（2025）湘0381行初1号" }),
    )
    .valid_from("2025-11-19T00:00:00+08:00");
    let sealed = Making::new(
        41,
        Kind::Step(StepKind::RecordSealed),
        DEPARTMENT,
        FIRM,
        json!({ "record": id_of(9), "reason": "依法封存" }),
    )
    .valid_from("2025-11-20T00:00:00+08:00");
    let early = json!({ "early_months": 12 });
    let slow = {
        let mut body = a_list();
        merge(&mut body, early);
        let kind = Kind::Catalogue(ItemKind::List, Change::Amended);
        Making::new(30, kind, STEWARD, "catalogue:list.market.serious", body).valid_from(YEAR)
    };
    let list = Some("market.serious");
    let granted = |id: u8| deciding(id, Kind::Step(StepKind::RepairGranted), 11, list);
    let hasty = without(applying(34, 9, None), "corrected_on");
    vec![
        after(
            "D09",
            "same-officer",
            "whoever filed decides the objection",
            &[raised(31)],
            &dismissed(40, 31),
        ),
        accepted_after(
            "other-officer",
            "another officer of the same authority",
            &[second, raised(31)],
            &dismissed(40, 31).keys(&[12]),
        ),
        after("D10", "sealed-under-hold", "sealed while a court holds it", &[held], &sealed),
        by("L17", "sealed-by-its-source", "a company's penalty that holds, by who filed it", &sealed),
        accepted(
            "sealed",
            "sealed without a hold, by a court",
            &with_issuer(
                with(sealed.clone(), "decision", json!({ "number": "J-1", "date": "2025-11-20" })),
                COURT,
            ),
        ),
        after(
            "D13",
            "too-early",
            "before the least time of the list",
            &[slow, accepting(31, 11, list)],
            &granted(40),
        ),
        after(
            "D13",
            "not-corrected",
            "nothing says when the conduct was corrected",
            &[hasty, accepting(35, 34, None)],
            &deciding(40, Kind::Step(StepKind::RepairGranted), 34, None),
        ),
    ]
}

fn keeping() -> Vec<Case> {
    let about = |authority: &str| format!("authority:{authority}");
    let both = Making::new(
        40,
        Kind::AuthorityEnrolled,
        REGISTRAR,
        &about("both.430381"),
        json!({
            "name": name("甲", "A"), "roles": ["steward", "department"], "keys": [public(13)],
        }),
    );
    let operator = Making::new(
        40,
        Kind::AuthorityEnrolled,
        REGISTRAR,
        &about("other.430381"),
        json!({
            "name": name("乙", "B"), "roles": ["operator"], "keys": [public(13)],
        }),
    );
    let succeeded = Making::new(
        30,
        Kind::AuthoritySucceeded,
        REGISTRAR,
        &about(DEPARTMENT),
        json!({ "successor": COURT, "reason": "机构改革" }),
    );
    let last = Making::new(
        40,
        Kind::KeyRevoked,
        REGISTRAR,
        &about(REGISTRAR),
        json!({ "key": public(2), "reason": "lost" }),
    );
    // A genuine pilot code that fails the standard's check.
    let odd = |making: Making| Making { subject: "ext:uscc:91430381MA4L2XXXXX".into(), ..making };
    let accepts = odd(Making::new(
        30,
        Kind::IdentifierAccepted,
        REGISTRAR,
        FIRM,
        json!({ "reason": "试点代码，登记机关核实无误" }),
    ));
    let named =
        odd(Making::new(40, Kind::SubjectRegistered, REGISTRAR, FIRM, json!({ "name": "某某有限公司" })));
    // Also a resident number whose check character holds.
    let both_codes = |making: Making| Making { subject: "uscc:110105199003070439".into(), ..making };
    let accepts_both = both_codes(accepts.clone());
    let of_both = both_codes(with(named.clone(), "name", json!("某机关110105199003070439")));
    let zeros = Making { subject: "ext:uscc:000000000000000000".into(), ..accepts.clone() };
    let of_person = Making { subject: "ext:uscc:11010519491231002X".into(), ..accepts.clone() };
    vec![
        by("L24", "code-of-a-person", "a code that is a resident number too, not accepted by name", &of_both),
        accepted_after(
            "code-of-a-person-accepted",
            "the same, accepted by name: its own events name it",
            std::slice::from_ref(&accepts_both),
            &of_both,
        ),
        after(
            "L22",
            "code-of-a-person-elsewhere",
            "that code in an event about another",
            &[accepts_both],
            &with(named.clone(), "name", json!("某机关110105199003070439")),
        ),
        by("L11", "accepts-zeros", "eighteen zeros, accepted by name", &zeros),
        by("L22", "accepts-a-person", "a resident number, accepted by name", &of_person),
        accepted_after(
            "odd-code-fined",
            "a code that is accepted by name is of the scheme uscc: a type that takes no ext",
            std::slice::from_ref(&accepts),
            &odd(filing(40)),
        ),
        by("D09", "steward-files", "a steward that is also a department", &both),
        by("L02", "second-operator", "a second operator", &operator),
        after(
            "L23",
            "succeeded",
            "an authority whose tasks another has taken over",
            std::slice::from_ref(&succeeded),
            &filing(40),
        ),
        accepted_after(
            "successor-revokes",
            "the successor annuls what was filed before it",
            &[succeeded],
            &with_issuer(revoking(40, 9), COURT),
        ),
        by("L25", "last-registrar", "the last registrar's last key", &last),
        by("L24", "odd-code", "a code that fails its check, not accepted by name", &named),
        accepted_after("odd-code-accepted", "the same, accepted by name", &[accepts], &named),
    ]
}
