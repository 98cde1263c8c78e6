//! The same question by everybody who may ask it, and what each is told: one table that a lawyer can read, made from what
//! the server answers over HTTP, and held to be what stands here.

use crate::gate::{FIRM, Kept, Read, court, key, of, other_department, serve, shown};
use crate::http_server::{Answer, JSON, Server};
use crate::people::{self, department, event, registrar, steward};
use ledger_spec::event::Role;
use ledger_spec::event::envelope::seal;
use ledger_spec::request::Purpose;
use serde_json::{Value, json};
use std::sync::Arc;
use tlog::key::SecretKey;

/// A firm on which a public measure and a restricted one lie; on [`FIRM`] it is a restricted one alone.
const OTHER_FIRM: &str = "ext:register:8";
/// The consent that the firm gave to the other department, as to `base.*`.
const CONSENT: u64 = 80;

/// 甲 has a record of each class from either department and, restricted, one measure that closes procurement; 乙 has such a
/// measure too, and a public one.
///
/// `公 授 限` are records of the class 公开、授权查询、限制知悉: first those of the department of the competence, then the other's.
const TABLE: &str = "
谁、为何、何事                     | 甲的记录         | 甲的措施 | 甲能否参加政府采购                   | 乙能否参加政府采购                   | 甲能否申请许可
公众                               | 公·· 公··        | 0        | 无从答复；不说没有                   | 不得参加，见1项；不说没有            | 无从答复；不说没有
主管部门，监管                     | 公授限 公授·     | 0        | 无从答复；不说没有                   | 不得参加，见1项；不说没有            | 无从答复；不说没有
另一部门，监管                     | 公授· 公授限     | 0        | 无从答复；不说没有                   | 不得参加，见1项；不说没有            | 无从答复；不说没有
采取措施的部门，监管               | 公授· 公授·      | 1        | 不得参加，见1项；不说没有            | 不得参加，见2项；不说没有            | 无从答复；不说没有
采购人，采购，写明项目             | 公授· 公授·      | 0        | 不得参加，1项看不到                  | 不得参加，见1项，1项看不到           | 无从答复；不说没有
采购人，采购，没有写项目           | case-missing     | 拒绝     | case-missing                         | case-missing                         | case-missing
许可机关，许可，写明申请           | 公授· 公授·      | 0        | 无从答复；不说没有                   | 不得参加，见1项；不说没有            | 可以
窗口，为到场主体本人，已核验身份   | 公授限 公授限    | 1        | 不得参加，见1项                      | not-verified                         | 可以
窗口，为主体本人，没有核验身份     | not-verified     | 拒绝     | not-verified                         | not-verified                         | not-verified
窗口，办理主体的投诉               | 公授限 公授限    | 1        | 不得参加，见1项                      | not-a-matter-of-it                   | 可以
窗口，没有主体的申请               | not-a-matter-of-it | 拒绝   | not-a-matter-of-it                   | not-a-matter-of-it                   | not-a-matter-of-it
法院，办案，写明案号               | 公授限 公授限    | 1        | 不得参加，见1项                      | 不得参加，见2项                      | 可以
法院，办案，没有写案号             | case-missing     | 拒绝     | case-missing                         | case-missing                         | case-missing
法院，采购                         | purpose-not-for-role | 拒绝 | purpose-not-for-role                 | purpose-not-for-role                 | purpose-not-for-role
审计，检查，写明任务               | 公授限 公授限    | 1        | 不得参加，见1项                      | 不得参加，见2项                      | 可以
获甲授权的部门，写明授权           | 公授限 公··      | 0        | 无从答复；不说没有                   | consent-not-given                    | 无从答复；不说没有
授权未给的部门，写明授权           | consent-not-given | 拒绝    | consent-not-given                    | consent-not-given                    | consent-not-given
目录管理方，监督考核               | purpose-not-for-role | 拒绝 | purpose-not-for-role                 | purpose-not-for-role                 | purpose-not-for-role
登记机关，监管                     | purpose-not-for-role | 拒绝 | purpose-not-for-role                 | purpose-not-for-role                 | purpose-not-for-role
没有写用途                         | purpose-missing  | 拒绝     | purpose-missing                      | purpose-missing                      | purpose-missing
没有登记的密钥                     | unknown-key      | 拒绝     | unknown-key                          | unknown-key                          | unknown-key
";

/// Whose measures close a domain.
fn measuring() -> SecretKey {
    key(25)
}

/// Measures, and a consent.
fn impose(server: &Server) {
    let take = |n: u64, kind: &str, (issuer, signer): (&str, &SecretKey), subject: &str, body: Value| {
        let answer = server.post(JSON, seal(&event(n, kind, issuer, subject, body), &[signer]));
        assert_eq!(answer.status, 201, "{n}: {}", answer.text());
    };
    let (registrar, steward, own, measuring) = (registrar(), steward(), department(), measuring());
    let body = json!({
        "name": people::name(), "roles": ["department"], "keys": [measuring.public().to_base64url()],
        "competence": { "measures": ["bar.*"], "subjects": ["ext"] },
    });
    take(60, "authority.enrolled", ("registrar", &registrar), "authority:measuring", body);
    for (n, class) in [(61, "public"), (62, "restricted")] {
        let body = json!({
            "title": people::name(), "direction": "ban", "disclosure": class, "subjects": ["ext"],
            "rests_on": ["base.public", "base.restricted"], "bars": ["procurement"],
            "basis": [{ "title": "测试依据" }], "confidence": "V",
        });
        let subject = format!("catalogue:measure.bar.{class}");
        take(n, "catalogue.measure_adopted", ("steward", &steward), &subject, body);
    }
    for (n, class) in [(63, "public"), (64, "restricted")] {
        let mut body = people::negative(&format!("测罚字〔2026〕{n}号"));
        body["type"] = json!(format!("base.{class}"));
        take(n, "record.filed", ("department", &own), OTHER_FIRM, body);
    }
    let impose = |n: u64, class: &str, subject: &str, on: u64| {
        let body = json!({ "measure": format!("bar.{class}"), "rests_on": people::id(on).to_string() });
        take(n, "measure.imposed", ("measuring", &measuring), subject, body);
    };
    // The record of the firm that `furnish` files third is restricted.
    impose(70, "restricted", FIRM, 42);
    impose(71, "public", OTHER_FIRM, 63);
    impose(72, "restricted", OTHER_FIRM, 64);
    let consent = json!({ "scope": ["base.*"], "purpose": "融资推荐", "grantee": "department.other" });
    take(CONSENT, "consent.granted", ("window", &of(Role::Window)), FIRM, consent);
}

/// Who asks, by the first word of each row.
fn asks<'a>(who: &str, keys: &'a [SecretKey; 9], consent: &'a str) -> Option<Read<'a>> {
    let [own, other, measuring, window, court, auditor, steward, registrar, stranger] = keys;
    let by = |key: &'a SecretKey, purpose: Purpose, case: Option<&'a str>| {
        Some(Read { case, ..Read::by(key, purpose) })
    };
    match who {
        "主管部门，监管" => by(own, Purpose::Supervision, None),
        "另一部门，监管" => by(other, Purpose::Supervision, None),
        "采取措施的部门，监管" => by(measuring, Purpose::Supervision, None),
        "采购人，采购，写明项目" => by(own, Purpose::Procurement, Some("采购〔2026〕7号")),
        "采购人，采购，没有写项目" => by(own, Purpose::Procurement, None),
        "许可机关，许可，写明申请" => by(own, Purpose::Licensing, Some("许可申请7号")),
        "窗口，为到场主体本人，已核验身份" => Some(Read::by(window, Purpose::OwnFile)),
        "窗口，为主体本人，没有核验身份" => by(window, Purpose::OwnFile, Some("受理7号")),
        "窗口，办理主体的投诉" => Some(Read::by(window, Purpose::Handling)),
        "窗口，没有主体的申请" => by(window, Purpose::Handling, Some("受理7号")),
        "法院，办案，写明案号" => by(court, Purpose::JudicialEnquiry, Some("（2026）湘0381执1号")),
        "法院，办案，没有写案号" => by(court, Purpose::JudicialEnquiry, None),
        "法院，采购" => by(court, Purpose::Procurement, Some("采购〔2026〕7号")),
        "审计，检查，写明任务" => by(auditor, Purpose::Audit, Some("审〔2026〕1号")),
        "获甲授权的部门，写明授权" => by(other, Purpose::ConsentedReport, Some(consent)),
        "授权未给的部门，写明授权" => by(own, Purpose::ConsentedReport, Some(consent)),
        "目录管理方，监督考核" => by(steward, Purpose::Oversight, Some("7")),
        "登记机关，监管" => by(registrar, Purpose::Supervision, Some("7")),
        "没有写用途" => Some(Read { purpose: None, ..Read::by(own, Purpose::Supervision) }),
        "没有登记的密钥" => by(stranger, Purpose::Supervision, Some("7")),
        "公众" => None,
        other => panic!("nobody asks as {other}"),
    }
}

/// Which records somebody is shown.
fn records(answer: &Answer) -> String {
    if answer.status != 200 {
        return answer.problem();
    }
    let types = shown(answer);
    let of = |sort: &str| {
        [("public", '公'), ("shared", '授'), ("restricted", '限')]
            .map(|(class, sign)| if types.contains(&format!("{sort}.{class}")) { sign } else { '·' })
            .iter()
            .collect::<String>()
    };
    format!("{} {}", of("base"), of("other"))
}

/// What a letter says, in a lawyer's words; and that to nobody who is not told it says that there is nothing.
fn letter(answer: &Answer) -> String {
    if answer.status != 200 {
        return answer.problem();
    }
    let answer = answer.json();
    let [zh, en] = ["zh", "en"].map(|language| answer["letter"][language].as_str().unwrap());
    let mut said = match answer.get("eligible").map(|eligible| eligible == true) {
        Some(true) => "可以".to_owned(),
        Some(false) => "不得参加".to_owned(),
        None => "无从答复".to_owned(),
    };
    let says_nothing = zh.contains("无生效的限制措施") && en.contains("no measure in force closes");
    assert_eq!(says_nothing, said == "可以", "{zh} {en}");
    let seen = answer["reasons"].as_array().unwrap().len();
    if seen > 0 {
        assert!(
            zh.contains("有生效的限制措施，见条目") && en.contains("measures in force close procurement"),
            "{zh} {en}"
        );
        said += &format!("，见{seen}项");
    }
    if let Some(before) =
        zh.split("项生效的限制措施，内容属限制知悉").next().filter(|before| before.len() < zh.len())
    {
        let count = before.rsplit('有').next().unwrap();
        assert!(en.contains(&format!("may not see, {count} in number")), "{zh} {en}");
        said += &format!("，{count}项看不到");
    }
    let open = zh.contains("不能据此认为没有");
    assert_eq!(open, en.contains("no statement that there are none"), "{zh} {en}");
    said + if open { "；不说没有" } else { "" }
}

#[test]
fn the_same_question_by_everybody_and_what_each_is_told() {
    let server = serve("gate-everybody", Some(Arc::new(Kept::default())));
    impose(&server);
    let keys = [
        department(),
        other_department(),
        measuring(),
        of(Role::Window),
        court(),
        of(Role::Auditor),
        steward(),
        registrar(),
        key(99),
    ];
    let consent = people::id(CONSENT).to_string();
    let mut told = vec![TABLE.lines().nth(1).unwrap().to_owned()];
    for row in TABLE.lines().skip(2) {
        let who = row.split('|').next().unwrap().trim();
        let read = asks(who, &keys, &consent);
        let ask = |subject: &str, question: &str| {
            let path = format!("/v1/subjects/{subject}/{question}");
            read.as_ref().map_or_else(|| server.get(&path), |read| read.get(&server, &path))
        };
        let measures = ask(FIRM, "measures");
        let measures = match measures.status {
            200 => measures.json()["measures"].as_array().unwrap().len().to_string(),
            _ => "拒绝".to_owned(),
        };
        told.push(
            [
                who.to_owned(),
                records(&ask(FIRM, "records")),
                measures,
                letter(&ask(FIRM, "eligibility?domain=procurement")),
                letter(&ask(OTHER_FIRM, "eligibility?domain=procurement")),
                letter(&ask(FIRM, "eligibility?domain=licensing")),
            ]
            .join("|"),
        );
        // The same question with the subject in the body is answered alike.
        let (path, body) =
            ("/v1/questions/eligibility?domain=procurement", json!({ "subject": FIRM }).to_string());
        let fields = read.as_ref().map_or_else(String::new, |read| read.fields("POST", path, Some(&body)));
        let posted = server.post_to(path, &format!("content-type: application/json\r\n{fields}"), &body);
        assert_eq!(letter(&posted), letter(&ask(FIRM, "eligibility?domain=procurement")), "{who}");
    }
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let wrong: Vec<_> = TABLE
        .lines()
        .skip(1)
        .zip(&told)
        .filter(|(stated, told)| cells(stated) != cells(told))
        .map(|(stated, told)| format!("stated {stated}\ntold   {told}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.finish();
}

/// Who decides is told of the moment of asking, and of no other that there is nothing.
#[test]
fn a_letter_of_another_moment_says_nothing_of_now() {
    let server = serve("gate-another-day", Some(Arc::new(Kept::default())));
    let own = department();
    let path = |day: &str| format!("/v1/subjects/{FIRM}/eligibility?domain=procurement&valid_at={day}");
    let told = |day: &str, key: &SecretKey, purpose| {
        let answer = Read::by(key, purpose).get(&server, &path(day)).json();
        (answer.get("eligible").cloned(), answer["letter"]["zh"].as_str().unwrap().to_owned())
    };
    let now = format!("/v1/subjects/{FIRM}/eligibility?domain=procurement");
    let now = Read::by(&own, Purpose::Procurement).get(&server, &now).json();
    assert_eq!(now["eligible"], true, "{now}");
    assert!(!now["letter"]["zh"].as_str().unwrap().contains("所查时点"), "{now}");
    // The moment of asking is noon of 2026-11-01: a day means its end, and what is in force now may end before it.
    for moment in ["2026-10-31", "2026-11-01", "2026-11-01T00:00:00%2B08:00", "2026-11-02"] {
        let (eligible, letter) = told(moment, &own, Purpose::Procurement);
        assert!(eligible.is_none() && letter.contains("所查时点不是查询之时"), "{moment}: {letter}");
        let (eligible, letter) = told(moment, &court(), Purpose::JudicialEnquiry);
        assert_eq!(eligible, Some(true.into()), "a court asks of any day");
        assert!(letter.contains("所查时点不是查询之时"), "and is told of which: {letter}");
    }
    server.finish();
}

/// Of those that went on in a subject a hundred are asked about; a letter never says that there is nothing of the others.
#[test]
fn of_whom_nobody_asked_a_letter_says_nothing() {
    let server = serve("gate-merged", Some(Arc::new(Kept::default())));
    let (registrar, court, into) = (registrar(), court(), "ext:register:9");
    let told = || {
        let path = format!("/v1/subjects/{into}/eligibility?domain=procurement");
        let answer = Read::by(&court, Purpose::JudicialEnquiry).get(&server, &path).json();
        (answer.get("eligible").cloned(), answer["letter"]["zh"].as_str().unwrap().to_owned())
    };
    for n in 0..=100 {
        let subject = format!("ext:merged:{n}");
        let state = |n: u64, kind: &str, body: Value| {
            seal(&event(n, kind, "registrar", &subject, body), &[&registrar])
        };
        let registered = json!({ "name": "某公司", "kind": "enterprise" });
        for sent in [
            state(1_000 + 2 * n, "subject.registered", registered),
            state(1_001 + 2 * n, "subject.merged", json!({ "into": into })),
        ] {
            let answer = server.post(JSON, sent);
            assert_eq!(answer.status, 201, "{}", answer.text());
        }
        if n == 99 {
            let (eligible, letter) = told();
            assert!(eligible == Some(true.into()) && letter.contains("无生效的限制措施"), "{letter}");
        }
    }
    let (eligible, letter) = told();
    let said = letter.contains("没有直接对其作出的限制措施") && letter.contains("另有1个主体合并入");
    assert!(eligible.is_none() && said && !letter.contains("无生效的限制措施"), "{letter}");
    server.finish();
}
