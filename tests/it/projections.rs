//! The projections through the front door: each over HTTP, with its instants; and the same bytes whichever
//! way the log was read.

use crate::http_server::{JSON, Server};
use crate::people::{self, LIST, TYPE, department, event, id, registrar, steward};
use crate::support::Folder;
use credit_ledger::ledger::OpenLedger;
use credit_ledger::progress::Unwatched;
use credit_ledger::query::{Known, QueryError, Reading};
use credit_ledger::snapshot::Snapshots;
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::CaseFiles;
use ledger_spec::casefile::{AsOf, Filed, Sight, Viewer};
use ledger_spec::definition::Domain;
use ledger_spec::entry::EntrySignature;
use ledger_spec::event::Event;
use ledger_spec::event::envelope::seal;
use ledger_spec::id::{ListCode, SubjectId};
use ledger_spec::projection::{CityAnswer, CityAsked, CityQuestion, Page, Question, SubjectQuestion};
use ledger_spec::time::ValidTime;
use serde_json::{Value, json};
use std::num::NonZeroUsize;
use tlog::position::{EntryIndex, TreeSize};

pub const FIRM: &str = "uscc:914403001922038216";
const PLACE: &str = "place:430381";

/// What the city of these tests knows, as envelopes: a firm with a record, a list, a measure, a grade, a
/// commitment, points, an objection, a repair and a use; and a population.
pub fn city() -> Vec<String> {
    let common = json!({ "title": people::name(), "basis": [{"title": "测试依据"}], "confidence": "U" });
    let with = |more: Value| {
        let mut body = common.clone();
        for (field, value) in more.as_object().unwrap() {
            body[field] = value.clone();
        }
        body
    };
    let adopt = |n, kind: &str, subject: &str, body: Value| {
        seal(&event(n, kind, "steward", &format!("catalogue:{subject}"), body), &[&steward()])
    };
    let act = |n, kind: &str, subject: &str, body: Value| {
        seal(&event(n, kind, "department", subject, body), &[&department()])
    };
    let competence = json!({
        "types": ["base.*"], "lists": ["test.*"], "measures": ["test.*"], "ratings": ["test.*"],
        "points": ["test.*"], "subjects": ["uscc", "ext"],
    });
    let amended = json!({ "name": people::name(), "roles": ["department"], "competence": competence });
    let grades = json!([{ "grade": "A", "title": people::name(), "polarity": "positive" }]);
    let rules = json!([{ "rule": "late", "title": people::name(), "min": 1, "max": 6 }]);
    let population =
        json!({ "indicator": "J3", "count": 4, "source": "市场监管局登记", "date": "2025-12-31" });
    let record = {
        let mut body = people::negative("测罚字〔2026〕1号");
        body["type"] = "base.food".into();
        body
    };
    let on = |field: &str, n: u64| json!({ field: id(n).to_string() });
    vec![
        seal(&event(10, "authority.amended", "registrar", "authority:department", amended), &[&registrar()]),
        adopt(
            11,
            "catalogue.type_adopted",
            "type.base.food",
            with(json!({
                "polarity": "negative", "disclosure": "public", "subjects": ["uscc"], "tags": ["file:J3"],
            })),
        ),
        adopt(
            12,
            "catalogue.type_adopted",
            "type.base.promise",
            with(json!({
                "polarity": "neutral", "disclosure": "public", "subjects": ["uscc"],
            })),
        ),
        adopt(
            13,
            "catalogue.measure_adopted",
            "measure.test.ban",
            with(json!({
                "direction": "ban", "disclosure": "public", "subjects": ["uscc"], "rests_on": ["base.food"],
                "bars": ["procurement"],
            })),
        ),
        adopt(
            14,
            "catalogue.rating_scheme_adopted",
            "rating.test.grade",
            with(json!({
                "subjects": ["uscc"], "grades": grades, "disclosure": "public", "method": "1",
            })),
        ),
        adopt(
            15,
            "catalogue.points_scheme_adopted",
            "points.test.points",
            with(json!({
                "subjects": ["uscc"], "rules": rules, "cycle_months": 12, "disclosure": "public",
                "thresholds": [{ "points": 6, "proposes": LIST }],
            })),
        ),
        seal(&event(16, "population.declared", "steward", PLACE, population), &[&steward()]),
        act(20, "record.filed", FIRM, record),
        act(21, "measure.imposed", FIRM, json!({ "measure": "test.ban", "rests_on": id(20).to_string() })),
        act(22, "rating.assigned", FIRM, json!({ "scheme": "test.grade", "grade": "A" })),
        act(
            23,
            "commitment.made",
            FIRM,
            json!({ "type": "base.promise", "text": "按期整改", "due": "2026-01-31" }),
        ),
        act(24, "points.charged", FIRM, json!({ "scheme": "test.points", "rule": "late", "points": 4 })),
        act(25, "points.charged", FIRM, json!({ "scheme": "test.points", "rule": "late", "points": 2 })),
        act(26, "objection.raised", FIRM, json!({ "target": id(22).to_string(), "ground": "等级有误" })),
        act(27, "use.reported", FIRM, json!({ "domain": "procurement", "outcome": "取消投标资格" })),
        act(
            28,
            "measure.applied",
            FIRM,
            json!({
                "imposition": id(21).to_string(), "domain": "procurement", "outcome": "取消投标资格",
            }),
        ),
        act(
            29,
            "listing.entered",
            "ext:test:a",
            json!({ "list": LIST, "row": { "name": "甲", "reason": "一" } }),
        ),
        act(
            30,
            "listing.entered",
            "ext:test:b",
            json!({ "list": LIST, "row": { "name": "乙", "reason": "二" } }),
        ),
        act(
            31,
            "listing.removed",
            "ext:test:a",
            json!({
                "list": LIST, "listing": id(29).to_string(), "reason": "期满",
            }),
        ),
        act(32, "commitment.kept", FIRM, on("commitment", 23)),
    ]
}

pub fn served(name: &str) -> Server {
    let server = Server::start(name, |_| {});
    for envelope in city() {
        let answer = server.post(JSON, &envelope);
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    server
}

#[test]
fn every_projection_of_a_subject_answers_in_public() {
    let server = served("projections");
    let answer = |name: &str| server.get(&format!("/v1/subjects/{FIRM}/{name}")).json();
    assert_eq!(answer("records")["public"][0]["type"], "base.food");
    assert_eq!(answer("measures")["measures"][0]["uses"][0]["kind"], "measure.applied");
    assert_eq!(answer("ratings")["ratings"][0]["grade"], "A");
    assert_eq!(answer("ratings")["ratings"][0]["marks"][0]["mark"], "objected");
    assert_eq!((&answer("commitments")["kept"], &answer("commitments")["open"]), (&json!(1), &json!(0)));
    let points = answer("points");
    let cycle = &points["schemes"][0]["cycles"][0];
    assert_eq!((&cycle["points"], &cycle["proposes"]), (&json!(6), &json!([LIST])));
    // What is not of the public class is neither shown nor counted.
    assert_eq!(
        (&answer("objections")["objections"], &answer("objections")["withheld"]),
        (&json!([]), &Value::Null)
    );
    assert_eq!(answer("uses")["withheld"], Value::Null);
    for name in ["standing", "repairs", "occupation", "civil-servant", "rural"] {
        assert_eq!(answer(name)["known_at"], 25, "{name}");
    }
    let barred = answer("eligibility?domain=procurement");
    assert_eq!((&barred["eligible"], &barred["reasons"][0]["measure"]), (&json!(false), &json!("test.ban")));
    assert!(barred["letter"]["zh"].as_str().unwrap().contains("政府采购"));
    // Where the public sees nothing that closes it, it is not told that nothing does; also before anything was known.
    for query in ["domain=licensing", "domain=procurement&known_at=10"] {
        let open = answer(&format!("eligibility?{query}"));
        assert_eq!((&open["eligible"], &open["reasons"]), (&Value::Null, &json!([])), "{query}");
        let letter = open["letter"]["en"].as_str().unwrap();
        assert!(letter.contains("no statement that there are none"), "{letter}");
    }
    // With a domain missing or out of place.
    assert_eq!(server.get(&format!("/v1/subjects/{FIRM}/eligibility")).status, 400);
    assert_eq!(server.get(&format!("/v1/subjects/{FIRM}/records?domain=licensing")).status, 400);
    assert_eq!(server.get(&format!("/v1/subjects/{FIRM}/score")).status, 404);
    assert_eq!(server.finish(), 25);
}

#[test]
fn lists_and_departures() {
    let server = served("lists");
    let list = |query: &str| server.get(&format!("/v1/lists/{LIST}{query}")).json();
    let subjects = |answer: &Value| -> Vec<String> {
        let members = answer["members"].as_array().unwrap().iter();
        members.map(|member| member["subject"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(subjects(&list("")), ["ext:test:b"]);
    // Known before the removal was: what is public still; both, by pages, to who may see what has ended.
    assert_eq!(subjects(&list("?known_at=23&limit=1")), ["ext:test:b"]);
    let reading = Reading::new(&server.snapshots);
    let valid_at = ValidTime::parse("2026-06-01T00:00:00+08:00").unwrap();
    let as_of = reading.as_of(valid_at, Known::Size(TreeSize::new(23))).unwrap();
    let page = |after: Option<EntryIndex>| {
        let page = Page { after, limit: NonZeroUsize::new(1) };
        let question = Question::Edition { list: ListCode::parse(LIST).unwrap(), page };
        reading.edition(&question, as_of, reading.viewer(Sight::Restricted, valid_at)).unwrap()
    };
    let (first, second) = (page(None), page(page(None).next));
    assert_eq!(first.members[0].subject.to_string(), "ext:test:a");
    assert_eq!((second.members[0].subject.to_string().as_str(), second.next), ("ext:test:b", None));
    assert_eq!(server.get(&format!("/v1/lists/{LIST}?after=3")).status, 400);
    let left = server.get(&format!("/v1/lists/{LIST}/departures")).json();
    let departure = &left["departures"][0];
    assert_eq!(departure["event"], json!(id(29).to_string()));
    for hidden in ["subject", "entry", "cause", "rule"] {
        assert_eq!(
            departure[hidden],
            Value::Null,
            "the public learns that it left, not whom it was about, nor why"
        );
    }
    let earlier = server.get(&format!("/v1/lists/{LIST}/departures?known_at=23")).json();
    assert_eq!(earlier["departures"], left["departures"], "nor which entry said so");
    assert_eq!(server.finish(), 25);
}

#[test]
fn the_city() {
    let server = served("city");
    let indicators = server.get(&format!("/v1/indicators/{PLACE}")).json();
    let line = |n: usize| indicators["indicators"][n - 1].clone();
    assert_eq!(indicators["indicators"].as_array().unwrap().len(), 15);
    assert_eq!(line(13)["state"], "not-in-the-log");
    // Of today nothing is counted in public, and of few nothing ever.
    assert_eq!((&indicators["known_at"], &line(2)["numerator"]), (&json!(0), &json!(0)));
    let oversight = server.get("/v1/oversight").json();
    assert_eq!((&oversight["known_at"], &oversight["authorities"]), (&json!(0), &json!([])));
    let (counted, work) = counted_by_its_owner(&server);
    let line = |n: usize| counted["indicators"][n - 1].clone();
    assert_eq!(
        (&line(3)["numerator"], &line(3)["denominator"], &line(3)["per_mille"]),
        (&json!(0), &json!(4), &json!(0)),
        "a negative record opens no file"
    );
    assert_eq!((&line(2)["state"], &line(2)["numerator"]), (&json!("no-population"), &json!(1)));
    let of_department = &work["authorities"][0];
    assert_eq!(
        (&of_department["authority"], &of_department["records"], &of_department["uses"]),
        (&json!("department"), &json!(1), &json!(1))
    );
    assert_eq!(work["commitments"][0]["kept"], 1);
    let directory = server.get("/v1/directory").json();
    let known = |at: &str| {
        server.get(&format!("/v1/directory?known_at={at}")).json()["authorities"].as_array().unwrap().len()
    };
    assert_eq!(directory["authorities"].as_array().unwrap().len(), 4);
    assert_eq!((known("1"), known("2"), known("3")), (2, 3, 4));
    assert_eq!(server.get("/v1/indicators/ledger").status, 400);
    assert_eq!(server.finish(), 25);
}

/// The indicators and the oversight as whoever may see everything has them.
fn counted_by_its_owner(server: &Server) -> (Value, Value) {
    let reading = Reading::new(&server.snapshots);
    let valid_at = ValidTime::parse("2026-06-01T00:00:00+08:00").unwrap();
    let as_of = reading.as_of(valid_at, Known::Everything).unwrap();
    let ask = |question: Question| {
        let answered = reading.ask(&question, as_of, reading.viewer(Sight::Restricted, valid_at)).unwrap();
        serde_json::to_value(answered).unwrap()
    };
    let place = SubjectId::parse(PLACE).unwrap();
    (ask(Question::Indicators { place }), ask(Question::Oversight))
}

/// Every projection there is, as one text.
fn everything(snapshots: &Snapshots) -> String {
    let valid_at = ValidTime::parse("2026-06-01T00:00:00+08:00").unwrap();
    everything_at(snapshots, valid_at, Known::Everything)
}

/// The same at any two instants.
pub fn everything_at(snapshots: &Snapshots, valid_at: ValidTime, known: Known) -> String {
    let mut all = String::new();
    for sight in Sight::ALL {
        let reading = Reading::new(snapshots);
        let as_of = reading.as_of(valid_at, known).unwrap();
        let list = ListCode::parse(LIST).unwrap();
        let mut questions = vec![
            Question::Edition { list: list.clone(), page: Page::default() },
            Question::Departures { list, page: Page::default() },
            Question::Indicators { place: SubjectId::parse(PLACE).unwrap() },
            Question::Oversight,
            Question::Directory,
            Question::Catalogue,
        ];
        for name in SubjectQuestion::NAMES {
            let domain = (name == "eligibility").then_some(Domain::Procurement);
            let what = SubjectQuestion::parse(name, domain).unwrap();
            for subject in [FIRM, "ext:test:a", PLACE, "authority:department"] {
                let subject = SubjectId::parse(subject).unwrap();
                questions.push(Question::Subject { subject, what, page: Page::default() });
            }
        }
        for question in &questions {
            all += &match reading.ask(question, as_of, reading.viewer(sight, valid_at)) {
                Ok(answered) => serde_json::to_string(&answered.answer).unwrap(),
                // A list that the catalogue did not hold yet, or that is not for this reader.
                Err(QueryError::Unanswered(unanswered)) => unanswered.to_string(),
                Err(error) => panic!("{question:?}: {error}"),
            };
        }
    }
    all
}

/// All case files, taken in by one thread in one go.
fn alone(snapshots: &Snapshots) -> CaseFiles {
    let published = snapshots.latest();
    let mut world = CaseFiles::default();
    for index in 0..published.size().get() {
        let read = snapshots.log().entry(EntryIndex::new(index)).unwrap();
        let entry = read.entry();
        let event = Event::parse(&entry.event).unwrap();
        let signers: Vec<_> = entry.signatures.iter().map(EntrySignature::key).collect();
        let recorded = Recorded { index: entry.index, at: entry.recorded_at };
        world.apply(Filed { event: &event, recorded, signers: &signers }, &published.governance.directory);
    }
    world
}

#[test]
fn every_projection_is_the_same_bytes_whichever_way_the_log_was_read() {
    let dir = Folder::absent("same");
    credit_ledger::ledger::create(&dir, &people::founding()).unwrap();
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    // Entry by entry: all is asked after each, so that the kept case files grow by one.
    let mut last = String::new();
    for envelope in people::setup().iter().chain(&city()) {
        let answer = ledger.sequencer.submit(vec![people::whole(envelope)], false).unwrap();
        answer.blocking_recv().unwrap().unwrap();
        if ledger.snapshots.latest().size().get() > 5 {
            last = everything(&ledger.snapshots);
        }
    }
    assert!(last.contains("test.ban") && last.contains("取消投标资格"));
    assert_eq!(everything(&ledger.snapshots), last, "asked twice");
    let governance = ledger.snapshots.latest().governance.clone();
    let as_of = AsOf {
        valid_at: ValidTime::parse("2026-06-01T00:00:00+08:00").unwrap(),
        known: ledger.snapshots.latest().size(),
    };
    let asked = CityAsked {
        question: &CityQuestion::Oversight,
        governance: &governance,
        as_of,
        viewer: Viewer::by(Sight::Restricted, as_of),
    };
    let CityAnswer::Oversight(one_thread) = alone(&ledger.snapshots).city(asked) else { panic!("another") };
    assert!(last.contains(&serde_json::to_string(&one_thread).unwrap()), "another thread count");
    let OpenLedger { sequencer, writer, lock, snapshots, .. } = ledger;
    drop((sequencer, snapshots));
    writer.join().unwrap();
    drop(lock);
    assert_eq!(
        everything(&credit_ledger::ledger::open_to_read(&dir, &Unwatched).unwrap().snapshots),
        last,
        "in one go"
    );
    credit_ledger::ledger::rebuild(&dir, &Unwatched).unwrap();
    assert_eq!(
        everything(&credit_ledger::ledger::open_to_read(&dir, &Unwatched).unwrap().snapshots),
        last,
        "after rebuild"
    );
    assert_eq!(credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap().size.get(), 25);
}

#[test]
fn a_dry_run_asks_every_rule_and_appends_nothing() {
    let server = Server::start("dry", |_| {});
    let to = "/v1/events?dry_run=true";
    let (good, media) = (people::penalty(100, "ext:test:a"), format!("content-type: {JSON}\r\n"));
    let answer = server.post_to(to, &media, &good);
    assert_eq!((answer.status, answer.json()), (200, json!({ "status": "admissible" })));
    let unfit = people::penalty(101, PLACE);
    let refused = server.post_to(to, &media, &unfit);
    assert_eq!((refused.status, refused.problem().as_str()), (422, "subject-does-not-fit"));
    let no_receipts = server.post_to("/v1/events?dry_run=true&receipts=full", &media, &good);
    assert_eq!((no_receipts.status, no_receipts.problem().as_str()), (400, "invalid-parameter"));
    // Each line as if those before it that pass had been appended.
    let revoked = seal(
        &event(
            102,
            "record.revoked",
            "department",
            "ext:test:a",
            json!({
                "record": id(100).to_string(), "reason": "撤销",
                "decision": {"number": "测撤〔2026〕1号", "date": "2026-01-01"},
            }),
        ),
        &[&department()],
    );
    let lines = format!("{good}\n{unfit}\n{revoked}\n{revoked}");
    let answer = server.post_to(to, "content-type: application/x-ndjson\r\n", lines).lines();
    let states: Vec<_> = answer.iter().filter_map(|line| line["status"].as_str()).collect();
    assert_eq!(states, ["admissible", "refused", "admissible", "repeat"]);
    assert_eq!(server.get("/v1/subjects/ext:test:a").json()["records"], json!([]));
    assert!(server.get("/v1/catalogue?valid_at=2025-01-01").json()["types"].as_array().unwrap().is_empty());
    assert_eq!(server.get("/v1/catalogue").json()["types"][0]["code"], TYPE);
    assert_eq!(server.finish(), 5);
}

#[test]
fn what_a_stolen_key_signed_is_marked_at_once_and_taken_back_by_nobody() {
    const SUBJECT: &str = "ext:test:stolen";
    let server = Server::start("stolen-key", |_| {});
    let before = server.post(JSON, people::penalty(20, SUBJECT));
    // The time of a theft is said to the second.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let after = server.post(JSON, people::penalty(21, SUBJECT));
    let since = after.json()["recorded_at"].as_str().unwrap().split('.').next().unwrap().to_owned();
    let since = format!("{since}+08:00");
    let [before, after] = [before, after].map(|answer| answer.json()["index"].as_u64().unwrap());
    let standing = || server.get(&format!("/v1/subjects/{SUBJECT}/standing")).json();
    let records = || standing()["records"].clone();
    assert_eq!(records().as_array().unwrap().len(), 2, "{}", standing());
    assert!(!records().to_string().contains("compromised-key"));

    let body = json!({
        "key": people::department().public().to_base64url(), "reason": "compromised", "compromised_since": since,
    });
    let revoke = people::event(22, "authority.key_revoked", "registrar", "authority:department", body);
    let revoked = server.post(JSON, seal(&revoke, &[&people::registrar()]));
    assert_eq!(revoked.status, 201, "{}", revoked.text());
    let revoked = revoked.json()["index"].clone();
    for record in records().as_array().unwrap() {
        let marks = record["marks"].as_array().cloned().unwrap_or_default();
        let marked: Vec<_> = marks.iter().filter(|mark| mark["mark"] == "compromised-key").collect();
        match record["entry"].as_u64().unwrap() {
            entry if entry == before => assert!(marked.is_empty(), "{record}"),
            entry => {
                assert_eq!(entry, after);
                assert_eq!((&marked[0]["entry"], &marked[0]["rule"]), (&revoked, &json!("P26")));
                assert_eq!(record["life"], "in-force", "whether it stands somebody decides");
            }
        }
    }
    let signed = |entry: u64| server.get(&format!("/v1/entries/{entry}")).json()["signatures"][0].clone();
    assert!(signed(before).get("compromised_since").is_none());
    assert!(signed(after)["compromised_since"].is_string(), "{}", signed(after));
    // It was not known before it was said; to the public, which is asked at no other moment than now, it is.
    let then = server.get(&format!("/v1/subjects/{SUBJECT}/standing?known_at={}", after + 1));
    assert!(then.text().contains("compromised-key"));
    server.finish();
}
