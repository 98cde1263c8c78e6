//! One event of every kind, with the optional fields that it may carry.

use super::case::Case;
use crate::base::{
    COURT, DEPARTMENT, FIRM, LAW, Making, OPERATOR, OTHER_FIRM, REGISTRAR, STEWARD, WINDOW, a_list, a_type,
    decision, entering, event_id, filing, ledger, name, opening, public, registering,
};
use ledger_spec::definition::ItemKind;
use ledger_spec::event::{Change, Kind, Role, StepKind};
use serde_json::{Value, json};
use tlog::bytes::to_base64url;
use tlog::cosignature::Cosigner;
use tlog::defect::OrDefect as _;
use tlog::note::KeyName;

/// An accepted event of every kind.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = Kind::all().map(|kind| case(kind, &an_event(kind))).collect();
    cases.push(Case::accepted(
        "event",
        "record-filed-in-full",
        "a record with every field that one may have",
        json!({ "text": text_of(&a_full_record()) }),
    ));
    let mut taken_back = an_event(Kind::IdentifierLinked);
    taken_back.body["taken_back"] = json!(true);
    cases.push(Case::accepted(
        "event",
        "subject-identifier-linked-taken-back",
        "a link of identifiers that is taken back",
        json!({ "text": text_of(&taken_back) }),
    ));
    cases
}

fn case(kind: Kind, making: &Making) -> Case {
    let name = kind.name();
    Case::accepted(
        "event",
        &name.replace(['.', '_'], "-"),
        &format!("a {name} event"),
        json!({ "text": text_of(making) }),
    )
}

/// The event's bytes, which are text.
pub fn text_of(making: &Making) -> String {
    String::from_utf8(making.bytes()).unwrap()
}

fn a_person() -> String {
    format!("person:{}", "0123456789abcdef".repeat(4))
}

fn id(number: u8) -> String {
    event_id(number).to_string()
}

fn authority(id: &str) -> String {
    format!("authority:{id}")
}

/// The event of a kind; the ids that it refers to are those of the base ledger where there is such a thing.
pub fn an_event(kind: Kind) -> Making {
    match kind {
        Kind::Catalogue(item, change) => a_catalogue_event(item, change),
        Kind::Step(step) => a_step(step),
        opening => an_opening(opening),
    }
}

fn an_opening(kind: Kind) -> Making {
    let made =
        |issuer: &'static str, subject: &str, body: Value| Making::new(25, kind, issuer, subject, body);
    let firm = |issuer: &'static str, body: Value| made(issuer, FIRM, body);
    match kind {
        Kind::LedgerOpened => opening(),
        Kind::AuthorityEnrolled => ledger().swap_remove(2),
        Kind::AuthorityAmended => made(REGISTRAR, &authority(DEPARTMENT), a_capacity()),
        Kind::AuthoritySucceeded => made(
            REGISTRAR,
            &authority(DEPARTMENT),
            json!({ "successor": "market-supervision.430381", "reason": "机构改革" }),
        ),
        Kind::AuthoritySuspended => {
            made(REGISTRAR, &authority(DEPARTMENT), json!({ "reason": "密钥失控", "until": "2025-12-31" }))
        }
        Kind::KeyAdded => made(REGISTRAR, &authority(COURT), json!({ "key": public(12) })),
        Kind::KeyRevoked => made(
            REGISTRAR,
            &authority(DEPARTMENT),
            json!({ "key": public(4), "reason": "compromised", "compromised_since": "2025-10-01T00:00:00+08:00" }),
        ),
        Kind::SubjectRegistered => registering(24, FIRM),
        Kind::SubjectAmended => firm(
            DEPARTMENT,
            json!({ "name": "某某集团", "kind": "enterprise", "registered_on": "2019-05-06" }),
        ),
        Kind::IdentifierLinked => firm(
            DEPARTMENT,
            json!({ "identifier": "ext:registration:430381000012345", "reason": "一照一码" }),
        ),
        Kind::IdentifierAccepted => made(
            DEPARTMENT,
            "ext:uscc:914403001922038215",
            json!({ "reason": "登记机关核发", "register": "市场主体登记" }),
        ),
        Kind::SubjectMerged => firm(DEPARTMENT, json!({ "into": OTHER_FIRM, "reason": "吸收合并" })),
        Kind::SubjectDissolved => firm(
            DEPARTMENT,
            json!({ "reason": "注销登记", "decision": decision("湘市监注〔2025〕3号", "2025-10-30") }),
        ),
        Kind::RecordFiled => filing(25),
        _ => a_right_or_duty(kind),
    }
}

/// The openings about lists, measures, rights and oversight.
fn a_right_or_duty(kind: Kind) -> Making {
    let made =
        |issuer: &'static str, subject: &str, body: Value| Making::new(25, kind, issuer, subject, body);
    let firm = |issuer: &'static str, body: Value| made(issuer, FIRM, body);
    let basis = json!([{ "instrument": "law.penalty", "article": "第七十二条" }]);
    match kind {
        Kind::ListingNotified => firm(
            DEPARTMENT,
            json!({ "list": "market.serious", "record": id(9), "served_on": "2025-10-31", "reason": "情节严重" }),
        ),
        Kind::ListingEntered => entering(27),
        Kind::MeasureImposed => firm(
            DEPARTMENT,
            json!({
                "measure": "market.ban", "rests_on": id(10), "until": "2026-10-31", "basis": basis,
                "decision": decision("湘市监禁〔2025〕1号", "2025-10-31"),
            }),
        ),
        Kind::RepairApplied => {
            let mut applying = crate::base::applying(29, 10, Some("market.serious"));
            applying.body["ruling"] = json!(id(9));
            applying
        }
        Kind::ObjectionRaised => firm(
            WINDOW,
            json!({ "target": id(10), "list": "market.serious", "ground": "主体有误", "statement": "非本公司" }),
        ),
        Kind::ComplaintFiled => firm(WINDOW, json!({ "about": id(9), "ground": "未告知" })),
        Kind::HoldPlaced => firm(
            COURT,
            json!({
                "target": id(9), "reason": "诉讼保全", "case": "（2025）湘0381行初7号", "publication": true, "execution": true,
                "decision": decision("（2025）湘0381行初7号", "2025-10-31"),
            }),
        ),
        Kind::CommitmentMade => firm(
            DEPARTMENT,
            json!({ "type": "commitment.access", "text": "承诺符合许可条件", "due": "2026-01-31", "basis": basis }),
        ),
        Kind::RatingAssigned => firm(
            DEPARTMENT,
            json!({
                "scheme": "market.risk", "grade": "A", "method": "信用风险分类", "rests_on": [id(9)], "basis": basis,
                "period": { "from": "2025-01-01", "until": "2025-12-31" },
                "decision": decision("湘市监评〔2025〕1号", "2025-10-31"),
            }),
        ),
        Kind::PointsCharged => firm(
            DEPARTMENT,
            json!({ "scheme": "market.points", "rule": "late", "points": 3, "record": id(9), "basis": basis }),
        ),
        Kind::ConsentGranted => made(
            WINDOW,
            &a_person(),
            json!({ "scope": ["penalty.*"], "purpose": "求职", "grantee": "某某有限公司", "until": "2026-01-31" }),
        ),
        Kind::SubjectVerified => made(
            WINDOW,
            FIRM,
            json!({ "checked": ["identity_document", "registration", "power_of_attorney"], "agent": true,
                    "also": ["ext:registration:430381000012345"] }),
        ),
        Kind::ReportIssued => made(
            WINDOW,
            &a_person(),
            json!({ "report": "personal", "purpose": "求职", "recipient": "某某有限公司", "consent": id(12) }),
        ),
        Kind::UseReported => firm(
            DEPARTMENT,
            json!({
                "domain": "procurement", "outcome": "不予准入", "reference": "采购〔2025〕9号", "report": id(12),
                "record": id(9),
            }),
        ),
        Kind::PopulationDeclared => made(
            STEWARD,
            "place:430381",
            json!({ "indicator": "J13", "count": 10, "reached": 9, "source": "验收纪要", "date": "2025-06-30" }),
        ),
        Kind::RectificationOrdered => {
            made(STEWARD, &authority(DEPARTMENT), json!({ "issue": "逾期未处理异议", "due": "2025-12-31" }))
        }
        Kind::IncidentOpened => {
            made(OPERATOR, "ledger", json!({ "title": "查询接口泄露", "reported_on": "2025-10-31" }))
        }
        Kind::TransferMade => firm(DEPARTMENT, json!({ "to": COURT, "ground": "涉嫌犯罪", "record": id(9) })),
        Kind::MigrationOpened => made(
            STEWARD,
            &authority(DEPARTMENT),
            json!({
                "source": "旧平台", "from": "2015-01-01", "until": "2025-10-31", "unchecked": ["A03", "D05"],
                "note": "无送达凭证",
            }),
        ),
        Kind::ErasureOrdered => firm(
            DEPARTMENT,
            json!({
                "events": [id(9), id(10)], "entries": [9, 10], "basis": [{ "instrument": LAW }],
                "fields": [{ "event": id(8), "entry": 8, "places": [0, 2] }],
            }),
        ),
        Kind::LedgerErased => made(
            OPERATOR,
            "ledger",
            json!({
                "entries": [9, 10, 4096], "fields": [{ "entry": 8, "places": [0, 2] }],
                "cosigned": "credit.example/ledger\n4097\n…\n",
            }),
        ),
        Kind::AuditorsNamed => made(REGISTRAR, "ledger", json!({ "auditors": [auditor(60)] })),
        Kind::IdentityRotated => made(OPERATOR, "ledger", json!({ "epoch": 2 })),
        Kind::AccessRead => made(
            OPERATOR,
            FIRM,
            json!({
                "reader": DEPARTMENT, "request": "\"@method\": GET\n…", "signature": to_base64url(&[7; 64]),
                "sight": "shared", "own": true, "consent": 9,
            }),
        ),
        other => panic!("no event of the kind {}", other.name()),
    }
}

/// The vkey of an auditing witness, by the seed of its key.
pub fn auditor(seed: u8) -> String {
    let name = KeyName::parse("auditor.example/w").or_defect("it is a name");
    Cosigner::from_seed(name, &[seed; 32]).key().to_string()
}

fn a_capacity() -> Value {
    json!({
        "name": name("市场监管局", "Market regulation"), "roles": ["department"],
        "competence": {
            "types": ["penalty.*"], "lists": ["market.*"], "measures": ["market.*"], "ratings": ["market.*"],
            "points": ["market.points"], "subjects": ["uscc", "person"],
        },
    })
}

fn a_catalogue_event(item: ItemKind, change: Change) -> Making {
    let (sort, code) = match item {
        ItemKind::Basis => ("basis", "law.penalty"),
        ItemKind::Type => ("type", "penalty.fine"),
        ItemKind::List => ("list", "market.serious"),
        ItemKind::Measure => ("measure", "market.ban"),
        ItemKind::Rating => ("rating", "market.risk"),
        ItemKind::Points => ("points", "market.points"),
        ItemKind::Calendar => ("calendar", "cn.2026"),
        ItemKind::Procedure => ("procedure", "repair.tiers"),
    };
    let body = match change {
        Change::Adopted => a_definition(item),
        Change::Amended => {
            let mut amended = a_definition(item);
            amended["plan"] = "D1-3".into();
            amended["note"] = "修订".into();
            amended
        }
        Change::Repealed => {
            json!({ "reason": "依据废止", "basis": { "instrument": "law.penalty", "article": "第八十六条" } })
        }
    };
    Making::new(22, Kind::Catalogue(item, change), STEWARD, &format!("catalogue:{sort}.{code}"), body)
}

/// A definition of every sort, with the fields that none of the other vectors has.
fn a_definition(item: ItemKind) -> Value {
    let with = |mut whole: Value, more: Value| {
        let fields = more.as_object().unwrap().clone();
        whole.as_object_mut().unwrap().extend(fields);
        whole
    };
    let common = json!({
        "title": name("题", "Title"), "confidence": "V",
        "basis": [{ "instrument": "law.penalty", "article": "第九条" }],
    });
    let more = match item {
        ItemKind::Basis => {
            return json!({
                "title": name("行政处罚法", "Administrative Penalty Law"), "number": "主席令第70号", "level": "law",
                "confidence": "V",
            });
        }
        ItemKind::Type => {
            return with(
                a_type(name("罚款", "Fine"), "negative"),
                json!({
                    "severities": ["minor", "general", "serious"], "person_disclosure": "shared", "kinds": ["enterprise"],
                    "status": "active", "validity": "tier", "limitation": true, "legal_review": true,
                    "file_within": { "number": 7, "unit": "working_day" }, "tags": ["file:J3"], "filer": "市场监管局",
                    "retention": [{
                        "when": "conduct_ended", "months": 60, "persons": true, "instrument": "reg.credit-reporting",
                        "article": "16",
                    }],
                    "fields": [{
                        "name": "manner", "title": name("方式", "Manner"), "required": true,
                        "values": [{
                            "value": "cash", "title": name("罚款", "Cash"), "from": "2020-01-01", "until": "2030-12-31",
                        }],
                    }],
                }),
            );
        }
        ItemKind::List => {
            return with(
                a_list(),
                json!({
                    "types": ["penalty.*"], "requires_record": true, "months": 36, "early_months": 12,
                    "exit_within": { "number": 5, "unit": "working_day" }, "notice_required": true,
                    "publish_within": { "number": 7, "unit": "day" }, "persons": "with_basis", "owner": "市场监管局",
                }),
            );
        }
        ItemKind::Measure => json!({
            "direction": "ban", "disclosure": "public", "subjects": ["uscc"], "rests_on": ["market.*"],
            "min_months": 6, "max_months": 36, "lifetime": true, "outlives_publicity": true,
            "bars": ["procurement", "tendering"], "heard": true, "legal_review": true,
        }),
        ItemKind::Rating => json!({
            "subjects": ["uscc"], "disclosure": "public", "public_grades": ["A"], "cycle_months": 12,
            "method": "信用风险分类",
            "grades": [
                { "grade": "A", "title": name("甲", "A"), "polarity": "positive" },
                { "grade": "D", "title": name("丁", "D"), "polarity": "negative" },
            ],
        }),
        ItemKind::Points => json!({
            "subjects": ["uscc"], "disclosure": "restricted", "cycle_months": 12,
            "rules": [{ "rule": "late", "title": name("迟报", "Late"), "min": 1, "max": 6 }],
            "thresholds": [{ "points": 12, "proposes": "market.serious" }],
        }),
        ItemKind::Calendar => {
            json!({ "year": 2026, "holidays": ["2026-10-01", "2026-10-02"], "workdays": ["2026-10-10"] })
        }
        ItemKind::Procedure => json!({
            "periods": [{
                "name": "general.min", "number": 3, "unit": "month", "instrument": "rule.order-58", "article": "第十条",
                "confidence": "V", "note": "自决定之日",
            }],
        }),
    };
    with(common, more)
}

fn a_step(step: StepKind) -> Making {
    let row = step.row();
    let mut body = json!({ (row.reference): id(10) });
    if row.reason {
        body["reason"] = "已核实".into();
    }
    let extra = match step {
        StepKind::RecordCorrected => {
            json!({ "severity": "general", "summary": "罚款一万元", "restriction_until": "2026-05-01",
                "type": "penalty.fine", "details": { "manner": "cash" }, "decision": decision("湘市监更〔2025〕2号", "2025-11-01") })
        }
        StepKind::RecordAnnotated => json!({ "statement": "已缴清罚款" }),
        StepKind::StatementReceived => {
            json!({ "list": "market.serious", "statement": "不构成严重", "answered": true })
        }
        StepKind::ListingExtended => json!({ "list": "market.serious", "until": "2029-10-31" }),
        StepKind::MeasureExempted => json!({ "until": "2025-12-31" }),
        StepKind::MeasureApplied => json!({ "domain": "tendering", "outcome": "否决投标" }),
        StepKind::ReviewClosed => json!({ "outcome": "upheld" }),
        StepKind::ListingCorrected => {
            json!({ "list": "market.serious", "row": { "名称": "某某公司", "事由": "虚假宣传" } })
        }
        StepKind::RepairServed => {
            json!({ "list": "market.serious", "served_on": "2025-11-01", "how": "mail" })
        }
        StepKind::ComplaintDecided => json!({ "outcome": "founded" }),
        StepKind::ListingRemoved | StepKind::RepairGranted | StepKind::ObjectionUpheld => {
            json!({ "list": "market.serious" })
        }
        _ => json!({}),
    };
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let issuer = match row.roles.first() {
        Some(Role::Steward) => STEWARD,
        _ => DEPARTMENT,
    };
    let subject = match step {
        StepKind::RectificationDone | StepKind::IncidentClosed | StepKind::MigrationClosed => {
            authority(DEPARTMENT)
        }
        StepKind::ConsentWithdrawn => a_person(),
        _ => FIRM.to_owned(),
    };
    Making::new(28, Kind::Step(step), issuer, &subject, body)
}

/// A record with every field that one may have.
pub fn a_full_record() -> Making {
    let body = json!({
        "type": "penalty.fine", "polarity": "negative", "severity": "serious", "summary": "罚款五千元",
        "decision": decision("湘市监罚〔2025〕17号", "2025-10-30"), "review": "pending",
        "notice": { "served_on": "2025-10-10", "statement": "none" },
        "conduct": {
            "id": "2025-0017", "ended_on": "2025-03-01", "discovered_on": "2025-04-01", "harm": true,
        },
        "person": { "adult_at_conduct": true, "adult_at_filing": true, "full_capacity": true },
        "data": ["income", "tax"], "consent": id(12), "disclosure": "restricted",
        "narrowed_by": { "instrument": "law.penalty", "article": "第四十八条" },
        "publication": { "basis": { "instrument": "law.penalty", "article": "第四十八条" }, "masked": true },
        "secrecy": "none", "publicity": { "until": "2026-10-30", "need": "公共安全" },
        "restriction_until": "2027-10-30", "details": { "manner": "cash" },
        "basis": [{ "instrument": "law.penalty" }], "rests_on": id(9), "migration": id(13),
    });
    Making::new(25, Kind::RecordFiled, DEPARTMENT, &a_person(), body)
}
