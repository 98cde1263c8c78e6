//! Every office for every purpose about everything, with and without what it takes: the function against the rows, read
//! here by another way, and what only some may be told.

use super::*;
use crate::admission::Governance;
use crate::authority::Recorded;
use crate::casefile::Filed;
use crate::event::{Event, Role};
use crate::request::{NewRequest, RequestHead, SignedRequest};
use crate::time::RecordedTime;
use serde_json::{Value, json};
use tlog::key::SecretKey;
use tlog::position::{EntryIndex, TreeSize};

const NOW: RecordedTime = RecordedTime::from_micros(1_764_550_840_250_000);
const OWN_LIST: &str = "market.serious";
const OTHER_LIST: &str = "tax.serious";
const FIRM: &str = "uscc:914403001922038216";

/// A ledger with an authority of each role and key `seed`, a department without a competence, and one of two roles.
fn governance() -> Governance {
    let mut governance = Governance::default();
    let name = json!({ "zh": "甲局", "en": "Bureau A" });
    let key = |seed: u8| SecretKey::from_seed(&[seed; 32]).public().to_base64url();
    let mut next = 0;
    let mut take = |kind: &str, issuer: &str, subject: &str, body: Value| {
        let event = json!({
            "origin": "a.example", "id": format!("0193b2c4-0000-7000-8000-{next:012x}"), "kind": kind, "issuer": issuer,
            "subject": subject, "valid_from": "2025-01-01T00:00:00+08:00", "body": body,
        });
        let event = Event::parse(&serde_json::to_vec(&event).unwrap()).unwrap();
        let recorded = Recorded { index: EntryIndex::new(next), at: RecordedTime::from_micros(next) };
        governance.apply(Filed { event: &event, recorded, signers: &[] });
        next += 1;
    };
    let opened = json!({
        "spec_version": 1, "operator": { "name": name, "key": key(seed(Role::Operator)) },
        "registrars": [{ "id": "registrar", "name": name, "key": key(seed(Role::Registrar)) }],
    });
    take("ledger.opened", "operator", "ledger", opened);
    let competence = json!({ "types": ["penalty.*"], "lists": ["market.*"] });
    for role in [Role::Steward, Role::Department, Role::Court, Role::Window, Role::Auditor] {
        let body = json!({
            "name": name, "roles": [role.name()], "keys": [key(seed(role))], "competence": competence,
        });
        take("authority.enrolled", "registrar", &format!("authority:{}", role.name()), body);
    }
    let bare = json!({ "name": name, "roles": ["department"], "keys": [key(BARE)] });
    take("authority.enrolled", "registrar", "authority:bare", bare);
    let two = json!({ "name": name, "roles": ["department", "window"], "keys": [key(TWO)] });
    take("authority.enrolled", "registrar", "authority:two", two);
    governance
}

const BARE: u8 = 101;
const TWO: u8 = 102;

fn seed(role: Role) -> u8 {
    10 + u8::try_from(Office::ALL.iter().position(|office| *office == Office::Of(role)).unwrap()).unwrap()
}

fn reader(governance: &Governance, seed: u8) -> Reader<'_> {
    let new = NewRequest {
        method: "GET",
        authority: "a.example",
        path: "/",
        query: None,
        body: None,
        purpose: None,
        case: None,
        visible_from: None,
    };
    let fields = new.sign(&SecretKey::from_seed(&[seed; 32]), NOW, &[7; 16]);
    let mut fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    fields.push(("host", b"a.example"));
    let head = RequestHead { method: "GET", path: "/", query: None, fields: &fields };
    Reader::of(&SignedRequest::parse(&head).unwrap().verify(NOW).unwrap(), governance, NOW).unwrap()
}

fn consent(grantee: Option<&str>) -> GivenConsent {
    let grantee = grantee.map(str::to_owned);
    let taken_by = AuthorityId::parse("window").ok();
    GivenConsent {
        entry: EntryIndex::new(7),
        grantee,
        until: None,
        stands: true,
        taken_by,
        names: Names::All,
    }
}

/// That a window looked so many microseconds ago at who stands there.
fn looked(by: &str, ago: u64) -> GivenVerification {
    let recorded_at = RecordedTime::from_micros(NOW.micros() - ago);
    GivenVerification { by: AuthorityId::parse(by).unwrap(), recorded_at, names: Names::All }
}

fn taken_by(window: &str) -> Matter {
    Matter::Open(OpenMatter { by: vec![AuthorityId::parse(window).unwrap()], names: Names::All })
}

/// A matter that meets what a row needs.
fn matter(row: Option<&May>, grantee: Option<&str>) -> Matter {
    let needs = |need| row.is_some_and(|row| row.needs.contains(&need));
    match () {
        () if needs(Need::Consent) => Matter::Consent(consent(grantee)),
        () if needs(Need::Verified) => Matter::Verification(looked("window", 0)),
        () if needs(Need::Matter) => taken_by("window"),
        () if needs(Need::Itself) => Matter::Session(Names::All),
        () => Matter::Other,
    }
}

fn now() -> ValidTime {
    ValidTime::at_recorded(NOW).unwrap()
}

/// What the rows say, read by another way than the function: the last row that fits, since no two do.
fn said_by_rows(office: Office, purpose: Purpose, about: About) -> Option<&'static May> {
    Readers::shipped()
        .rows()
        .iter()
        .rev()
        .find(|row| row.who == office && row.purposes.contains(&purpose) && row.about.contains(&about))
}

#[test]
fn each_office_is_granted_what_its_row_says_and_nobody_else_anything() {
    let (governance, firm) = (governance(), SubjectId::parse(FIRM).unwrap());
    let (list, case) = (ListCode::parse(OWN_LIST).unwrap(), Case::parse("1").unwrap());
    let (mut granted, mut refused) = (0, 0);
    for office in Office::ALL {
        let who = match office {
            Office::Of(role) => Who::Authority(reader(&governance, seed(role))),
            Office::Subject => Who::Subject(&firm),
        };
        for purpose in Purpose::ALL {
            for (asked, about) in [
                (Asked::Subject(&firm), About::Subject),
                (Asked::Entry(&firm), About::Entry),
                (Asked::List(&list), About::List),
                (Asked::Counts, About::Counts),
                (Asked::Accesses(&firm), About::Accesses),
                (Asked::Code(&firm), About::Code),
                (Asked::Openings, About::Openings),
                (Asked::Identities, About::Identities),
            ] {
                let row = said_by_rows(office, *purpose, about);
                let look = Look {
                    who,
                    purpose: Some(*purpose),
                    case: Some(&case),
                    asked,
                    named: &matter(row, Some(office.name())),
                    visible_from: None,
                    now: now(),
                };
                let found = Readers::shipped().sight(&look);
                let Some(row) = row else {
                    refused += 1;
                    assert_eq!(found.unwrap_err().rule, RequestRule::PurposeOfRole, "{look:?}");
                    continue;
                };
                granted += 1;
                let found = found.unwrap();
                let own_list = row.own && about == About::List;
                let sight = if own_list { Sight::Restricted } else { row.sight };
                assert_eq!(
                    (found.sight(), found.office(), found.purpose()),
                    (sight, Some(office), Some(*purpose))
                );
                let beyond = match found.beyond() {
                    Beyond::Nothing => !row.needs.contains(&Need::Consent) && (!row.own || own_list),
                    Beyond::Competence(_) => row.own && !own_list,
                    Beyond::Consent(_) => row.needs.contains(&Need::Consent),
                };
                assert!(beyond && found.is_more_than_public(), "{look:?}");
                let without =
                    |without: Look<'_>| Readers::shipped().sight(&without).map_err(|refusal| refusal.rule);
                if row.needs.contains(&Need::Case) {
                    assert_eq!(without(Look { case: None, ..look }), Err(RequestRule::CaseStated));
                }
                for (need, rule) in [
                    (Need::Consent, RequestRule::ConsentGiven),
                    (Need::Verified, RequestRule::VerifiedHere),
                    (Need::Matter, RequestRule::OwnMatter),
                ] {
                    if row.needs.contains(&need) {
                        assert_eq!(without(Look { named: &Matter::Other, ..look }), Err(rule));
                    }
                }
                assert_eq!(without(Look { purpose: None, ..look }), Err(RequestRule::PurposeStated));
                for (days, within) in [(0, false), (1, true), (365, true), (366, false)] {
                    let later = Look { visible_from: Some(now().date().plus_days(days)), ..look };
                    let expected =
                        if row.withhold && within { Ok(found) } else { Err(RequestRule::Withheld) };
                    assert_eq!(without(later), expected, "{days}");
                    if expected.is_ok() {
                        let unnamed = without(Look { case: None, ..later });
                        assert_eq!(
                            unnamed,
                            Err(RequestRule::CaseStated),
                            "what is withheld names its matter"
                        );
                    }
                }
                let open = without(Look { asked: Asked::Open, purpose: None, ..look });
                assert_eq!(open, Ok(Granted::PUBLIC));
            }
        }
    }
    assert_eq!((granted, granted + refused), (65, 8 * 19 * 8));
}

#[test]
fn a_department_asks_for_its_sector_alone() {
    let (governance, firm) = (governance(), SubjectId::parse(FIRM).unwrap());
    let (own, other) = (ListCode::parse(OWN_LIST).unwrap(), ListCode::parse(OTHER_LIST).unwrap());
    let supervision = |seed: u8, asked| {
        let who = Who::Authority(reader(&governance, seed));
        let purpose = Some(Purpose::Supervision);
        Readers::shipped().sight(&Look {
            who,
            purpose,
            case: None,
            asked,
            named: &Matter::Other,
            visible_from: None,
            now: now(),
        })
    };
    let department = seed(Role::Department);
    let number = reader(&governance, department).number();
    assert_eq!(supervision(department, Asked::List(&own)).unwrap().sight(), Sight::Restricted);
    let refused = |found: Result<Granted, RequestRefusal>| found.unwrap_err().rule;
    assert_eq!(refused(supervision(department, Asked::List(&other))), RequestRule::OwnCompetence);
    assert_eq!(refused(supervision(BARE, Asked::Subject(&firm))), RequestRule::OwnCompetence);
    let found = supervision(department, Asked::Subject(&firm)).unwrap();
    assert_eq!((found.sight(), found.beyond()), (Sight::Shared, Beyond::Competence(number)));
}

#[test]
fn a_code_is_given_on_what_the_window_itself_saw_just_now() {
    let (governance, firm) = (governance(), SubjectId::parse(FIRM).unwrap());
    let who = Who::Authority(reader(&governance, seed(Role::Window)));
    let case = Case::parse("1").unwrap();
    let asked = |given: Option<GivenVerification>| {
        let look = Look {
            who,
            purpose: Some(Purpose::OwnFile),
            case: Some(&case),
            asked: Asked::Code(&firm),
            named: &given.map_or(Matter::Other, Matter::Verification),
            visible_from: None,
            now: now(),
        };
        Readers::shipped().sight(&look).map(|granted| granted.sight()).map_err(|refusal| refusal.rule)
    };
    const QUARTER: u64 = 15 * 60 * 1_000_000;
    assert_eq!(asked(Some(looked("window", 0))), Ok(Sight::Restricted));
    assert_eq!(asked(Some(looked("window", QUARTER))), Ok(Sight::Restricted));
    assert_eq!(asked(Some(looked("window", QUARTER + 1))), Err(RequestRule::VerifiedNow));
    assert_eq!(asked(Some(looked("two", 0))), Err(RequestRule::VerifiedHere));
    assert_eq!(asked(None), Err(RequestRule::VerifiedHere));
}

#[test]
fn a_subject_asks_about_itself_and_who_has_two_offices_sees_by_the_better() {
    let (governance, firm) = (governance(), SubjectId::parse(FIRM).unwrap());
    let other = SubjectId::parse("ext:register:7").unwrap();
    let case = Case::parse("1").unwrap();
    let look = Look {
        who: Who::Subject(&firm),
        purpose: Some(Purpose::OwnFile),
        case: Some(&case),
        asked: Asked::Subject(&other),
        named: &taken_by("two"),
        visible_from: None,
        now: now(),
    };
    assert_eq!(Readers::shipped().sight(&look).unwrap_err().rule, RequestRule::OwnFile);
    // A department without a competence may not; a window may.
    let who = Who::Authority(reader(&governance, TWO));
    let handling = Look { who, purpose: Some(Purpose::Handling), ..look };
    let found = Readers::shipped().sight(&handling).unwrap();
    assert_eq!((found.sight(), found.office()), (Sight::Restricted, Some(Office::Of(Role::Window))));
    let of_another = taken_by("window");
    let refused = Readers::shipped().sight(&Look { named: &of_another, ..handling }).unwrap_err();
    assert_eq!(refused.rule, RequestRule::OwnCompetence, "what another window took, as a department first");
    // Where it may by neither, the first that it lacks is named.
    let refused =
        Readers::shipped().sight(&Look { case: None, named: &Matter::Other, ..handling }).unwrap_err();
    assert_eq!(refused.rule, RequestRule::CaseStated);
}

/// Who reads under one of several names sees by no name that a window did not look at, and is told no letter.
#[test]
fn who_reads_under_one_name_is_told_no_letter() {
    let (governance, firm) = (governance(), SubjectId::parse(FIRM).unwrap());
    let moment = AsOf { valid_at: now(), known: TreeSize::new(9) };
    let case = Case::parse("1").unwrap();
    let told = |names| {
        let named = &Matter::Verification(GivenVerification { names, ..looked("window", 0) });
        let (who, asked) = (Who::Authority(reader(&governance, seed(Role::Window))), Asked::Subject(&firm));
        let (purpose, case) = (Some(Purpose::OwnFile), Some(&case));
        let look = Look { who, purpose, case, asked, named, visible_from: None, now: now() };
        let granted = Readers::shipped().sight(&look).unwrap();
        (granted.viewer(moment).names, granted.may_be_told(Domain::Procurement))
    };
    assert_eq!(told(Names::All), (Names::All, true));
    assert_eq!(told(Names::Asked), (Names::Asked, false));
}

#[test]
fn who_looked_at_a_list_is_told_to_those_who_see_everything() {
    let (governance, firm) = (governance(), SubjectId::parse(FIRM).unwrap());
    let (list, case) =
        (SubjectId::parse("catalogue:list.market.serious").unwrap(), Case::parse("1").unwrap());
    let told = |role, purpose, about| {
        let who = Who::Authority(reader(&governance, seed(role)));
        let (case, asked) = (Some(&case), Asked::Accesses(about));
        let named = &Matter::Verification(looked("window", 0));
        let look = Look { who, purpose: Some(purpose), case, asked, named, visible_from: None, now: now() };
        Readers::shipped().sight(&look).map(|granted| granted.sight()).map_err(|refusal| refusal.rule)
    };
    assert_eq!(told(Role::Window, Purpose::OwnFile, &firm), Ok(Sight::Restricted));
    for about in [&list, &SubjectId::Ledger] {
        assert_eq!(told(Role::Window, Purpose::OwnFile, about), Err(RequestRule::OwnFile));
        for (role, purpose) in [(Role::Court, Purpose::JudicialEnquiry), (Role::Auditor, Purpose::Audit)] {
            assert_eq!(told(role, purpose, about), Ok(Sight::Court));
        }
    }
}

#[test]
fn a_consent_opens_to_whom_it_names_and_until_its_day() {
    let (governance, firm) = (governance(), SubjectId::parse(FIRM).unwrap());
    let asking = |given: &GivenConsent, now: &str| {
        let look = Look {
            who: Who::Authority(reader(&governance, seed(Role::Department))),
            purpose: Some(Purpose::ConsentedReport),
            case: None,
            asked: Asked::Subject(&firm),
            named: &Matter::Consent(given.clone()),
            visible_from: None,
            now: ValidTime::parse(now).unwrap(),
        };
        Readers::shipped().sight(&look).map_err(|refusal| refusal.rule)
    };
    let day = "2026-05-31T23:59:59+08:00";
    for grantee in ["department", "甲局", "Bureau A"] {
        let found = asking(&consent(Some(grantee)), day).unwrap();
        assert_eq!((found.sight(), found.beyond()), (Sight::Public, Beyond::Consent(EntryIndex::new(7))));
        assert!(Domain::ALL.iter().all(|domain| !found.may_be_told(*domain)));
    }
    for nobody in [None, Some("乙局"), Some("depart")] {
        assert_eq!(asking(&consent(nobody), day), Err(RequestRule::ConsentGiven));
    }
    // What the reader says of itself, and what nobody looked at, opens nothing.
    for taken_by in [None, AuthorityId::parse("department").ok()] {
        let own = GivenConsent { taken_by, ..consent(Some("department")) };
        assert_eq!(asking(&own, day), Err(RequestRule::ConsentGiven));
    }
    let until =
        GivenConsent { until: Some(Date::parse("2026-05-31").unwrap()), ..consent(Some("department")) };
    assert!(asking(&until, day).is_ok());
    assert_eq!(asking(&until, "2026-06-01T00:00:00+08:00"), Err(RequestRule::ConsentHolds));
    let withdrawn = GivenConsent { stands: false, ..until };
    assert_eq!(asking(&withdrawn, day), Err(RequestRule::ConsentHolds));
}

#[test]
fn a_letter_is_for_who_decides_and_for_who_sees_what_it_decides_on() {
    let (governance, firm) = (governance(), SubjectId::parse(FIRM).unwrap());
    let case = Case::parse("1").unwrap();
    let told = |who, purpose: Purpose| {
        let asked = Asked::Subject(&firm);
        let named = &match who {
            Who::Subject(_) => Matter::Session(Names::All),
            Who::Authority(_) => Matter::Verification(looked("window", 0)),
        };
        let look = Look {
            who,
            purpose: Some(purpose),
            case: Some(&case),
            asked,
            named,
            visible_from: None,
            now: now(),
        };
        let granted = Readers::shipped().sight(&look).unwrap();
        Domain::ALL.into_iter().filter(|domain| granted.may_be_told(*domain)).collect::<Vec<_>>()
    };
    let of = |role| Who::Authority(reader(&governance, seed(role)));
    for purpose in Purpose::ALL.iter().filter(|purpose| purpose.domain().is_some()) {
        assert_eq!(told(of(Role::Department), *purpose), [purpose.domain().unwrap()]);
    }
    for purpose in [Purpose::Supervision, Purpose::Handling] {
        assert_eq!(told(of(Role::Department), purpose), []);
    }
    assert_eq!(told(Who::Subject(&firm), Purpose::OwnFile), Domain::ALL);
    assert_eq!(told(of(Role::Window), Purpose::OwnFile), Domain::ALL);
    assert_eq!(told(of(Role::Court), Purpose::JudicialEnquiry), Domain::ALL);
    assert!(Domain::ALL.iter().all(|domain| !Granted::PUBLIC.may_be_told(*domain)));
}

#[test]
fn a_table_is_read_strictly() {
    let row = |text: &str| Readers::parse(&format!("[[may]]\n{text}"));
    let good = "who = \"court\"\npurposes = [\"audit\"]\nabout = [\"list\"]\nsight = \"court\"\nneeds = []";
    assert_eq!(row(good).unwrap().rows().len(), 1);
    for (from, to) in [
        ("\"court\"\np", "\"judge\"\np"),
        ("[\"audit\"]", "[\"curiosity\"]"),
        ("[\"audit\"]", "[\"audit\", \"audit\"]"),
        ("[\"audit\"]", "[]"),
        ("[\"list\"]", "[\"everything\"]"),
        ("sight = \"court\"", "sight = \"all\""),
        ("sight = \"court\"", "sight = \"public\""),
        ("[\"list\"]", "[\"identities\"]"),
        ("[\"list\"]", "[\"list\", \"identities\"]"),
        ("[\"list\"]", "[\"code\"]"),
        ("needs = []", "needs = [\"verified\"]"),
        ("needs = []", "needs = [\"matter\"]"),
        ("needs = []", "needs = [\"itself\"]"),
        ("needs = []", "needs = [\"consent\"]"),
        ("needs = []", "needs = [\"luck\"]"),
        ("needs = []", "needs = []\nmore = 1"),
        ("needs = []", ""),
        ("who = \"court\"", "who = \"subject\""),
    ] {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{from}");
        assert!(row(&text).is_err(), "{text}");
    }
    assert!(row(&format!("{good}\n[[may]]\n{good}")).is_err());
}

#[test]
fn every_purpose_is_somebodys() {
    for purpose in Purpose::ALL {
        assert!(Readers::shipped().rows().iter().any(|row| row.purposes.contains(purpose)), "{purpose:?}");
    }
}
