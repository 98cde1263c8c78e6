//! Cases of admission: due process. Each rule that the others do not show, refused once and met once.

use super::case::{Case, accepted, accepted_after, after, by};
use super::{keeping, met};
use crate::base::{
    DEPARTMENT, FIRM, LAW, LIST_ADOPTED, Making, REGISTRAR, STEWARD, WINDOW, YEAR, a_list, adopted, entering,
    filing, id_of, law, merge, name, period, periods, person, revoking, type_adopted, with, without,
};
use ledger_spec::definition::ItemKind;
use ledger_spec::event::{Kind, StepKind};
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    let mut cases = records();
    cases.extend(persons());
    cases.extend(lists());
    cases.extend(keeping::cases());
    cases.extend(met::cases());
    cases
}

fn records() -> Vec<Case> {
    let (id, next) = (40, 41);
    let fine = || filing(id);
    let of = |code: &str| with(filing(id), "type", json!(code));
    let conduct = |name: &str| json!({ "id": name, "ended_on": "2022-06-01", "discovered_on": "2025-08-01" });
    let limited = type_adopted(32, "penalty.limited", json!({ "limitation": true }));
    let tiers = periods(
        31,
        json!([
            period("penalty.limitation", 2, "year"),
            period("minor.max", 3, "month"),
            period("general.max", 1, "year"),
            period("notice.statement", 5, "day"),
        ]),
    );
    let late = json!({ "served_on": "2025-10-28", "statement": "none" });
    let fields = json!({ "fields": [{ "name": "trade", "title": name("行业", "Trade"), "required": true,
        "values": [{ "value": "retail", "title": name("零售", "Retail"), "until": "2020-01-01" }] }] });
    vec![
        by(
            "A03",
            "no-article",
            "a decision without its article",
            &with(fine(), "decision", json!({ "number": "1", "date": "2025-10-30", "issued_by": "局" })),
        ),
        by("A04", "no-notice", "nobody was heard", &without(fine(), "notice")),
        after(
            "A04",
            "too-early",
            "decided while a statement was still possible",
            &[law(30), tiers.clone()],
            &with(fine(), "notice", late),
        ),
        after(
            "A06",
            "too-late",
            "discovered after limitation",
            &[law(30), tiers.clone(), limited.clone()],
            &with(of("penalty.limited"), "conduct", conduct("案一")),
        ),
        accepted_after(
            "within-limitation",
            "discovered within five years of harm: no such period is adopted",
            &[law(30), limited],
            &with(of("penalty.limited"), "conduct", conduct("案一")),
        ),
        by("A07", "religion", "data that nobody may hold", &with(fine(), "data", json!(["religion"]))),
        by("A07", "income", "income without consent", &with(fine(), "data", json!(["income"]))),
        after(
            "A09",
            "minor-without-need",
            "a minor record published without need",
            &[law(30), tiers.clone()],
            &with(fine(), "publicity", json!({ "until": "2025-12-30" })),
        ),
        after(
            "A09",
            "too-long",
            "published longer than the tier allows",
            &[law(30), tiers],
            &with(fine(), "publicity", json!({ "until": "2026-01-31", "need": "涉及公共安全" })),
        ),
        after(
            "A10",
            "conduct-twice",
            "a second record of one conduct",
            &[with(filing(39), "conduct", conduct("案二"))],
            &with(fine(), "conduct", conduct("案二")),
        ),
        accepted_after(
            "conduct-again",
            "the first record of it was annulled",
            &[with(filing(38), "conduct", conduct("案二")), revoking(39, 38)],
            &with(fine(), "conduct", conduct("案二")),
        ),
        by(
            "A11",
            "no-review",
            "it is not said whether the decision is under review",
            &without(fine(), "review"),
        ),
        by("A13", "secret", "a commercial secret in public", &with(fine(), "secrecy", json!("commercial"))),
        accepted(
            "secret-narrowed",
            "the same, kept from the public",
            &with(with(fine(), "secrecy", json!("commercial")), "disclosure", json!("restricted")),
        ),
        after(
            "D01",
            "widened",
            "public where the catalogue says shared",
            &[type_adopted(32, "penalty.shared", json!({ "disclosure": "shared" }))],
            &with(of("penalty.shared"), "disclosure", json!("public")),
        ),
        after(
            "D02",
            "no-basis",
            "a type without settled basis, and none cited",
            &[type_adopted(32, "penalty.unsettled", json!({ "status": "basis_required" }))],
            &of("penalty.unsettled"),
        ),
        accepted_after(
            "on-cited-basis",
            "the same on a law that is registered",
            &[law(31), type_adopted(32, "penalty.unsettled", json!({ "status": "basis_required" }))],
            &with(of("penalty.unsettled"), "basis", json!([{ "instrument": LAW, "article": "48" }])),
        ),
        after(
            "D02",
            "on-another-law",
            "the same on a law that is about something else",
            &[
                adopted(
                    31,
                    ItemKind::Basis,
                    LAW,
                    json!({ "title": name("价格法", "Pricing Law"), "level": "law", "confidence": "V" }),
                ),
                type_adopted(
                    32,
                    "penalty.unsettled",
                    json!({ "status": "basis_required", "basis": [{ "title": "规划" }] }),
                ),
            ],
            &with(of("penalty.unsettled"), "basis", json!([{ "instrument": LAW, "article": "48" }])),
        ),
        by(
            "A10",
            "same-decision",
            "one decision is filed twice",
            &with(fine(), "decision", crate::base::decision("湘市监罚〔2025〕17号", "2025-10-30")),
        ),
        by(
            "L20",
            "before-decision",
            "a record that takes effect before its decision",
            &fine().valid_from("2025-10-29T00:00:00+08:00"),
        ),
        after(
            "D03",
            "excluded",
            "a type that is kept out",
            &[type_adopted(32, "penalty.excluded", json!({ "status": "excluded" }))],
            &of("penalty.excluded"),
        ),
        after(
            "D04",
            "licence-abolished",
            "a value that was no longer in force",
            &[type_adopted(32, "penalty.trade", fields.clone())],
            &with(of("penalty.trade"), "details", json!({ "trade": "retail" })),
        ),
        after(
            "D04",
            "field-missing",
            "a field that every record fills",
            &[type_adopted(32, "penalty.trade", fields)],
            &of("penalty.trade"),
        ),
        after(
            "D08",
            "one-signature",
            "a type that asks for legal review",
            &[type_adopted(32, "penalty.heavy", json!({ "legal_review": true }))],
            &of("penalty.heavy"),
        ),
        after(
            "L15",
            "rests-on-itself",
            "a record that shows another of its own type",
            &[],
            &with(fine(), "rests_on", id_of(9)),
        ),
        by(
            "L22",
            "telephone",
            "a telephone number in the summary",
            &with(fine(), "summary", json!("联系电话13800138000。")),
        ),
        by(
            "L22",
            "identity-number",
            "an identity number in full-width digits",
            &with(fine(), "summary", json!("证号１１０１０５１９４９１２３１００２Ｘ")),
        ),
        by(
            "L22",
            "identity-number-in-parts",
            "an identity number with blanks, a hyphen and something that nobody sees between its parts",
            &with(fine(), "summary", json!("证号 110105 1949\u{200b}1231-002x")),
        ),
        by(
            "L22",
            "identity-number-of-15-digits",
            "an identity number as it was before 1999",
            &with(fine(), "summary", json!("证号110105491231003")),
        ),
        by(
            "L22",
            "identity-number-as-subject",
            "an identity number as another register's code",
            &Making { subject: "ext:sfz:11010519491231002X".into(), ..fine() },
        ),
        by(
            "L22",
            "identity-number-as-conduct",
            "an identity number as an id of the filer's own",
            &with(fine(), "conduct", json!({ "id": "11010519491231002X", "ended_on": "2025-03-01" })),
        ),
        by(
            "L22",
            "telephone-abroad",
            "a telephone number with the country's code",
            &with(fine(), "summary", json!("联系电话：+86 138-0013-8000")),
        ),
        by(
            "L22",
            "bank-card",
            "a bank card's number in groups of four",
            &with(fine(), "summary", json!("退款至6222 0212 3456 7890 128")),
        ),
        accepted(
            "numbers-of-documents",
            "numbers as long as a person's: of a decision, an enterprise's registration, a taxpayer",
            &with(fine(), "summary", json!("4303812025000104，110105491231002，110105491231005")),
        ),
        after(
            "D14",
            "no-migration",
            "a migration that nobody opened",
            &[],
            &with(fine(), "migration", id_of(99)),
        ),
        accepted_after(
            "migrated",
            "an older register's record without its notice",
            &[migration(30)],
            &with(without(fine(), "notice"), "migration", id_of(30)),
        ),
        after(
            "D14",
            "migration-closed",
            "a migration that is closed",
            &[migration(30), closing(31, 30)],
            &Making { id: next, ..with(fine(), "migration", id_of(30)) },
        ),
    ]
}

fn migration(id: u8) -> Making {
    let body = json!({
        "source": "原信用信息平台", "from": "2020-01-01", "until": "2025-11-30", "unchecked": ["A04", "D08"],
    });
    Making::new(id, Kind::MigrationOpened, STEWARD, &format!("authority:{DEPARTMENT}"), body)
}

fn closing(id: u8, of: u8) -> Making {
    let kind = Kind::Step(StepKind::MigrationClosed);
    Making::new(id, kind, STEWARD, &format!("authority:{DEPARTMENT}"), json!({ "migration": id_of(of) }))
}

fn persons() -> Vec<Case> {
    let attested = |conduct: bool| {
        json!({
            "adult_at_conduct": conduct, "adult_at_filing": true, "full_capacity": true,
        })
    };
    let about = |person_block: Value| {
        let mut making = Making { subject: person(), ..filing(40) };
        making.body["person"] = person_block;
        making
    };
    let consent = Making::new(
        30,
        Kind::ConsentGranted,
        WINDOW,
        &person(),
        json!({ "scope": ["penalty.*"], "purpose": "个人信用报告", "until": "2026-12-31" }),
    );
    let report = |consent: Option<u8>| {
        let mut body = json!({ "report": "personal", "purpose": "应聘" });
        if let Some(consent) = consent {
            body["consent"] = id_of(consent);
        }
        Making::new(41, Kind::ReportIssued, WINDOW, &person(), body).valid_from("2025-11-20T00:00:00+08:00")
    };
    let verified = |subject: String, body: Value| {
        Making::new(42, Kind::SubjectVerified, WINDOW, &subject, body).valid_from("2025-11-20T00:00:00+08:00")
    };
    let public_type = type_adopted(32, "penalty.open", json!({ "person_disclosure": "public" }));
    let open = || with(about(attested(true)), "type", json!("penalty.open"));
    vec![
        by(
            "A05",
            "not-attested",
            "nothing is attested about the person",
            &about(Value::Null).clone_without("person"),
        ),
        by("A05", "minor", "a minor when it happened", &about(attested(false))),
        accepted("adult", "an adult of full capacity", &about(attested(true))),
        after(
            "A12",
            "no-basis",
            "a person's record in public without a basis",
            std::slice::from_ref(&public_type),
            &open(),
        ),
        after(
            "A12",
            "unmasked",
            "published on a law, but not masked",
            &[law(31), public_type.clone()],
            &with(open(), "publication", json!({ "basis": { "instrument": LAW } })),
        ),
        accepted_after(
            "published-on-basis",
            "published on a law, masked",
            &[law(31), public_type],
            &with(open(), "publication", json!({ "basis": { "instrument": LAW }, "masked": true })),
        ),
        by(
            "L32",
            "no-document",
            "nobody's identity document was looked at",
            &verified(person(), json!({ "checked": ["registration"] })),
        ),
        by(
            "L32",
            "no-registration",
            "a firm by a person's document alone",
            &verified(FIRM.to_owned(), json!({ "checked": ["identity_document"] })),
        ),
        by(
            "L32",
            "no-power",
            "an agent without a power of attorney",
            &verified(person(), json!({ "checked": ["identity_document"], "agent": true })),
        ),
        by(
            "L32",
            "no-agent",
            "a power of attorney of nobody",
            &verified(person(), json!({ "checked": ["identity_document", "power_of_attorney"] })),
        ),
        by(
            "L11",
            "place-verified",
            "a place stands before nobody",
            &verified("place:430381".to_owned(), json!({ "checked": ["identity_document", "registration"] })),
        ),
        by(
            "L11",
            "verified-for-itself",
            "another name of a firm that is the same",
            &verified(
                FIRM.to_owned(),
                json!({ "checked": ["identity_document", "registration"], "also": [FIRM] }),
            ),
        ),
        accepted(
            "verified-for-two",
            "one who stands there for two names of a firm",
            &verified(
                FIRM.to_owned(),
                json!({ "checked": ["identity_document", "registration"], "also": ["ext:register:7"] }),
            ),
        ),
        accepted(
            "verified",
            "an agent of a firm",
            &verified(
                FIRM.to_owned(),
                json!({ "checked": ["identity_document", "registration", "power_of_attorney"], "agent": true }),
            ),
        ),
        by("D12", "no-consent", "a personal report without consent", &report(None)),
        accepted_after("report", "a personal report with consent", &[consent], &report(Some(30))),
    ]
}

impl Making {
    /// The event without a field of its body.
    fn clone_without(&self, field: &str) -> Self {
        without(self.clone(), field)
    }
}

fn lists() -> Vec<Case> {
    let mut strict = a_list();
    merge(
        &mut strict,
        json!({
            "notice_required": true, "requires_record": true, "types": ["licence.*"], "months": 12, "persons": "never",
            "subjects": ["uscc", "person"],
        }),
    );
    let strict =
        Making::new(30, LIST_ADOPTED, STEWARD, "catalogue:list.market.strict", strict).valid_from(YEAR);
    let on = |making: Making| with(making, "list", json!("market.strict"));
    let listed_person = {
        let making = without(on(entering(40)), "record");
        Making { subject: person(), ..making }
    };
    let measure = adopted(
        31,
        ItemKind::Measure,
        "market.ban",
        json!({
            "title": name("限制", "Restriction"), "basis": [{ "title": "市场监督管理严重违法失信名单管理办法" }],
            "confidence": "K", "direction": "ban", "disclosure": "public", "subjects": ["uscc"],
            "rests_on": ["market.serious"], "max_months": 36, "bars": ["procurement"],
        }),
    );
    let competent = Making::new(
        32,
        Kind::AuthorityAmended,
        REGISTRAR,
        &format!("authority:{DEPARTMENT}"),
        json!({
            "name": name("市场监管局", "Market regulation"), "roles": ["department"], "competence": {
                "types": ["penalty.*", "licence.granted"], "lists": ["market.*"], "measures": ["market.*"],
                "ratings": ["market.*"], "points": ["market.*"], "subjects": ["uscc", "person"],
            },
        }),
    );
    let imposing = |ground: u8, until: &str| {
        let body = json!({ "measure": "market.ban", "rests_on": id_of(ground), "until": until });
        Making::new(41, Kind::MeasureImposed, DEPARTMENT, FIRM, body).valid_from("2025-11-21T00:00:00+08:00")
    };
    let scheme = adopted(
        33,
        ItemKind::Rating,
        "market.grade",
        json!({
            "title": name("等级", "Grade"), "basis": [{ "title": "办法" }], "confidence": "U", "subjects": ["uscc"],
            "grades": [{ "grade": "A", "title": name("A级", "A"), "polarity": "positive" }],
            "disclosure": "public", "method": "1",
        }),
    );
    let grade = |grade: &str| {
        let body = json!({ "scheme": "market.grade", "grade": grade });
        Making::new(41, Kind::RatingAssigned, DEPARTMENT, FIRM, body)
    };
    let ready = [measure, competent.clone()];
    vec![
        after(
            "D05",
            "no-record",
            "an entry without the record that the list asks for",
            std::slice::from_ref(&strict),
            &without(on(entering(40)), "record"),
        ),
        after(
            "D05",
            "other-type",
            "a record of another type than the list's",
            std::slice::from_ref(&strict),
            &on(entering(40)),
        ),
        after("D06", "never", "a person on a list that holds none", &[strict], &listed_person),
        accepted_after("imposed", "a measure that rests on an entry", &ready, &imposing(10, "2027-11-21")),
        after("D07", "too-long", "longer than the catalogue allows", &ready, &imposing(10, "2029-11-21")),
        after(
            "D07",
            "other-ground",
            "resting on what the catalogue does not name",
            &ready,
            &imposing(9, "2027-11-21"),
        ),
        accepted_after("graded", "a grade of the scheme", &[competent.clone(), scheme.clone()], &grade("A")),
        after("D11", "other-grade", "a grade that the scheme has not", &[competent, scheme], &grade("E")),
    ]
}
