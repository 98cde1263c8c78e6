//! The gate over HTTP: each route has one, everybody is answered as ever, and who signs is shown what the readers' table
//! says, both ways; each look is written down before its answer leaves, or there is no answer.

use crate::http_server::{Answer, JSON, Server};
use crate::people::{self, department, event, registrar, steward};
use crate::signed::noon;
use credit_ledger::journal::{Journal, Look, Looking, NotRecorded, Recording};
use ledger_spec::casefile::Sight;
use ledger_spec::definition::Disclosure;
use ledger_spec::event::Role;
use ledger_spec::event::envelope::seal;
use ledger_spec::readers::{About, May, Need, Office, Readers};
use ledger_spec::request::{Case, NewRequest, Purpose, VerifiedRequest};
use ledger_spec::time::{Date, RecordedTime};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use tlog::key::SecretKey;

pub const FIRM: &str = "ext:register:7";
/// The event by which the window said that it looked at who stood there for the firm, and that of the firm's complaint.
pub const LOOKED: u64 = 55;
pub const COMPLAINT: u64 = 56;
const STANDING: &str = "/v1/subjects/ext:register:7/standing";

/// A journal that a test reads, and that can be made to fail.
#[derive(Default)]
pub struct Kept {
    looks: Mutex<Vec<Look>>,
    full: AtomicBool,
}

impl Journal for Kept {
    fn record<'a>(&'a self, look: &'a Look) -> Recording<'a> {
        Box::pin(async {
            if self.full.load(Ordering::Relaxed) {
                return Err(NotRecorded);
            }
            self.looks.lock().unwrap().push(look.clone());
            Ok(())
        })
    }

    fn is_stopped(&self) -> bool {
        false
    }
}

impl Kept {
    /// Whether nothing can be written down from now on.
    pub fn fill(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    pub fn taken(&self) -> Vec<Look> {
        std::mem::take(&mut *self.looks.lock().unwrap())
    }
}

/// What an authority signed.
pub fn signed_by(look: &Look) -> &VerifiedRequest {
    match &look.by {
        Looking::Authority { request, .. } => request,
        Looking::Subject { .. } => panic!("{look:?}"),
    }
}

/// A signed read of a server whose host is `t`.
pub struct Read<'a> {
    pub key: &'a SecretKey,
    pub purpose: Option<Purpose>,
    pub case: Option<&'a str>,
    pub host: &'a str,
    pub clock: fn() -> RecordedTime,
    pub visible_from: Option<Date>,
}

impl<'a> Read<'a> {
    /// In a matter that is good for the purpose, where that is about the firm.
    pub fn by(key: &'a SecretKey, purpose: Purpose) -> Self {
        static EVENTS: LazyLock<[String; 2]> =
            LazyLock::new(|| [LOOKED, COMPLAINT].map(|n| people::id(n).to_string()));
        let [looked, complaint] = &*EVENTS;
        let case = match purpose {
            Purpose::OwnFile => looked,
            Purpose::Handling => complaint,
            _ => "7",
        };
        Self { key, purpose: Some(purpose), case: Some(case), host: "t", clock: noon, visible_from: None }
    }

    pub fn fields(&self, method: &str, target: &str, body: Option<&str>) -> String {
        static NONCE: AtomicU64 = AtomicU64::new(1);
        let (path, query) =
            target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let case = self.case.map(|case| Case::parse(case).unwrap());
        let new = NewRequest {
            method,
            authority: self.host,
            path,
            query,
            body: body.map(str::as_bytes),
            purpose: self.purpose,
            case: case.as_ref(),
            visible_from: self.visible_from,
        };
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&NONCE.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let fields = new.sign(self.key, (self.clock)(), &nonce);
        fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
    }

    pub fn get(&self, server: &Server, target: &str) -> Answer {
        server.get_with(target, &self.fields("GET", target, None))
    }
}

pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub fn court() -> SecretKey {
    key(21)
}

/// The key of an authority of this role in the tests' ledger.
pub fn of(role: Role) -> SecretKey {
    match role {
        Role::Operator => SecretKey::from_seed(&people::operator()),
        Role::Registrar => registrar(),
        Role::Steward => steward(),
        Role::Department => department(),
        Role::Court => court(),
        Role::Window => key(22),
        Role::Auditor => key(23),
    }
}

pub fn other_department() -> SecretKey {
    key(24)
}

pub fn serve(name: &str, journal: Option<Arc<Kept>>) -> Server {
    let hosts = |settings: &mut credit_ledger::ledger::Settings| settings.hosts = vec!["t".to_owned()];
    let server = match journal {
        Some(journal) => Server::start_journalled(name, noon, journal, hosts),
        None => Server::start_unkept(name, noon, hosts),
    };
    furnish(&server);
    server
}

/// Authorities of the other roles, types of each class in one department's competence and of each in another's, and a record
/// of each about one firm.
pub fn furnish(server: &Server) {
    let take = |envelope: String| {
        let answer = server.post(JSON, envelope);
        assert_eq!(answer.status, 201, "{}", answer.text());
    };
    let enrol = |n: u64, id: &str, key: &SecretKey, competence: Value| {
        let body = json!({
            "name": people::name(), "roles": [id.split('.').next()], "keys": [key.public().to_base64url()],
            "competence": competence,
        });
        take(seal(
            &event(n, "authority.enrolled", "registrar", &format!("authority:{id}"), body),
            &[&registrar()],
        ));
    };
    let none = || json!({ "subjects": ["ext"] });
    enrol(20, "court", &court(), none());
    enrol(21, "window", &key(22), none());
    enrol(22, "auditor", &key(23), none());
    enrol(23, "department.other", &other_department(), json!({ "types": ["other.*"], "lists": ["other.*"] }));
    let basis = json!([{ "title": "测试依据" }]);
    for (n, (sort, class)) in CLASSES.iter().enumerate() {
        let (n, sort, class) = (u64::try_from(n).unwrap(), *sort, class.name());
        let body = json!({
            "title": people::name(), "polarity": "negative", "disclosure": class, "subjects": ["ext"],
            "basis": basis, "confidence": "V",
        });
        let subject = format!("catalogue:type.{sort}.{class}");
        take(seal(&event(30 + n, "catalogue.type_adopted", "steward", &subject, body), &[&steward()]));
        let (issuer, key) = match sort {
            "base" => ("department", department()),
            _ => ("department.other", other_department()),
        };
        let mut body = people::negative(&format!("测罚字〔2026〕{n}号"));
        body["type"] = json!(format!("{sort}.{class}"));
        take(seal(&event(40 + n, "record.filed", issuer, FIRM, body), &[&key]));
    }
    let list = json!({
        "title": people::name(), "polarity": "negative", "disclosure": "restricted", "subjects": ["ext"],
        "columns": ["name"], "basis": basis, "confidence": "V",
    });
    take(seal(
        &event(50, "catalogue.list_adopted", "steward", "catalogue:list.test.hidden", list),
        &[&steward()],
    ));
    let looked = json!({ "checked": ["identity_document", "registration"] });
    take(seal(&event(LOOKED, "subject.verified", "window", FIRM, looked), &[&key(22)]));
    let complaint = json!({ "ground": "办理迟延" });
    take(seal(&event(COMPLAINT, "complaint.filed", "window", FIRM, complaint), &[&key(22)]));
}

/// Sorts of types, by whose competence they are in, and classes.
const CLASSES: [(&str, Disclosure); 6] = [
    ("base", Disclosure::Public),
    ("base", Disclosure::Shared),
    ("base", Disclosure::Restricted),
    ("other", Disclosure::Public),
    ("other", Disclosure::Shared),
    ("other", Disclosure::Restricted),
];

/// The types of the records that an answer shows.
pub fn shown(answer: &Answer) -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    fn walk(value: &Value, types: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(found)) = fields.get("type") {
                    types.insert(found.clone());
                }
                fields.values().for_each(|value| walk(value, types));
            }
            Value::Array(all) => all.iter().for_each(|value| walk(value, types)),
            _ => {}
        }
    }
    walk(&answer.json(), &mut types);
    types
}

/// What a row lets a department of the competence `base` see of the firm.
fn expected(row: Option<&May>) -> BTreeSet<String> {
    let sees = |(sort, class): &&(&str, Disclosure)| {
        let row = row.filter(|row| !row.needs.contains(&Need::Consent));
        let sight = row.map_or(Sight::Public, |row| row.sight);
        sight.reaches(*class) || row.is_some_and(|row| row.own) && *sort == "base"
    };
    CLASSES.iter().filter(sees).map(|(sort, class)| format!("{sort}.{}", class.name())).collect()
}

#[test]
fn each_role_sees_for_each_purpose_what_its_row_says_and_nothing_without_one() {
    let journal = Arc::new(Kept::default());
    let server = serve("gate-table", Some(journal.clone()));
    let path = format!("/v1/subjects/{FIRM}/records");
    let public = server.get(&path);
    assert_eq!(shown(&public), expected(None));
    let (mut granted, mut refused) = (0, 0);
    for office in Office::ALL {
        // A subject has no key and asks by a session: `sessions.rs`.
        let Office::Of(role) = office else { continue };
        let key = of(role);
        for purpose in Purpose::ALL {
            let row = Readers::shipped().rows().iter().find(|row| {
                // The steward of the tests' ledgers is an auditor too.
                let own =
                    row.who == office || (role == Role::Steward && row.who == Office::Of(Role::Auditor));
                own && row.purposes.contains(purpose) && row.about.contains(&About::Subject)
            });
            let answer = Read::by(&key, *purpose).get(&server, &path);
            let looks = journal.taken();
            match row.filter(|row| !row.needs.contains(&Need::Consent)) {
                Some(row) => {
                    granted += 1;
                    assert_eq!(answer.status, 200, "{role:?} {purpose:?}: {}", answer.text());
                    assert_eq!(shown(&answer), expected(Some(row)), "{role:?} {purpose:?}");
                    assert!(answer.head.contains("cache-control: private, no-store"), "{}", answer.head);
                    let [look] = looks.as_slice() else { panic!("{looks:?}") };
                    assert_eq!(
                        (signed_by(look).purpose(), look.sight, &*signed_by(look).key().id()),
                        (Some(*purpose), row.sight, &*key.public().id())
                    );
                    assert_eq!(look.about.to_string(), FIRM);
                    assert_eq!(signed_by(look).case().map(Case::as_str), Read::by(&key, *purpose).case);
                    if row.needs.contains(&Need::Case) {
                        let without = Read { case: None, ..Read::by(&key, *purpose) };
                        assert_eq!(without.get(&server, &path).problem(), "case-missing");
                    }
                }
                None => {
                    refused += 1;
                    let slug = if row.is_some() { "consent-not-given" } else { "purpose-not-for-role" };
                    assert_eq!(
                        (answer.status, answer.problem()),
                        (403, slug.to_owned()),
                        "{role:?} {purpose:?}"
                    );
                    assert!(looks.is_empty() && answer.head.contains("cache-control: private, no-store"));
                }
            }
        }
    }
    assert_eq!((granted, refused), (18, 7 * 19 - 18));
    // Another department sees its own competence, and not the first one's.
    let other = other_department();
    let supervision = Read::by(&other, Purpose::Supervision).get(&server, &path);
    let mut types = expected(None);
    types.extend(["base.shared", "other.shared", "other.restricted"].map(str::to_owned));
    assert_eq!(shown(&supervision), types);
    // Everybody is answered as before, byte for byte.
    assert_eq!(server.get(&path).body, public.body);
    assert_eq!(journal.taken().len(), 1);
    server.finish();
}

#[test]
fn lists_counts_entries_and_events_are_seen_by_the_same_table() {
    let journal = Arc::new(Kept::default());
    let server = serve("gate-asked", Some(journal.clone()));
    let (own, other, court, steward) = (department(), other_department(), court(), steward());
    let status =
        |key: &SecretKey, purpose: Purpose, path: &str| Read::by(key, purpose).get(&server, path).status;
    // A restricted list: of its owner and of a court, and of nobody else.
    let list = "/v1/lists/test.hidden";
    assert_eq!(server.get(list).status, 403);
    assert_eq!(status(&own, Purpose::Supervision, list), 200);
    assert_eq!(status(&court, Purpose::JudicialEnquiry, list), 200);
    assert_eq!(Read::by(&other, Purpose::Supervision).get(&server, list).problem(), "outside-competence");
    assert_eq!(status(&own, Purpose::Procurement, list), 403);
    // Counts of few.
    let oversight = |purpose, key: &SecretKey| Read::by(key, purpose).get(&server, "/v1/oversight");
    assert!(!server.get("/v1/oversight").text().contains("department.other"));
    assert!(oversight(Purpose::Oversight, &steward).text().contains("department.other"));
    assert_eq!(oversight(Purpose::Supervision, &own).problem(), "purpose-not-for-role");
    // One entry after another: whose is not for the reader is refused, to everybody it is not there.
    let events = server.get(&format!("/v1/subjects/{FIRM}/events")).json();
    assert_eq!(events["events"].as_array().unwrap().len(), 2);
    let all = Read::by(&court, Purpose::JudicialEnquiry).get(&server, &format!("/v1/subjects/{FIRM}/events"));
    let all: Vec<_> =
        all.json()["events"].as_array().unwrap().iter().skip(2).map(|event| event["index"].clone()).collect();
    assert_eq!(all.len(), 6, "beside the complaint and what the window looked at");
    let entry = |index: &Value| format!("/v1/entries/{index}");
    // Newest first: other.restricted, other.shared, other.public, base.restricted, …
    assert_eq!(server.get(&entry(&all[0])).status, 404);
    assert_eq!(status(&court, Purpose::JudicialEnquiry, &entry(&all[0])), 200);
    assert_eq!(status(&other, Purpose::Supervision, &entry(&all[0])), 200);
    assert_eq!(status(&own, Purpose::Supervision, &entry(&all[0])), 403);
    assert_eq!(status(&own, Purpose::Supervision, &entry(&all[3])), 200);
    assert_eq!(status(&own, Purpose::Procurement, &entry(&all[3])), 403);
    assert_eq!(status(&own, Purpose::Procurement, &entry(&all[1])), 200);
    // What everybody may know is for no purpose, and nothing is written down of it.
    journal.taken();
    let nothing = Read { purpose: None, case: None, ..Read::by(&own, Purpose::Audit) };
    assert_eq!(nothing.get(&server, "/v1/catalogue").status, 200);
    assert_eq!(nothing.get(&server, STANDING).problem(), "purpose-missing");
    assert!(journal.taken().is_empty());
    server.finish();
}

#[test]
fn a_letter_over_http_is_for_who_decides() {
    let journal = Arc::new(Kept::default());
    let server = serve("gate-letter", Some(journal));
    let path = format!("/v1/subjects/{FIRM}/eligibility?domain=procurement");
    let own = department();
    let told = |purpose| Read::by(&own, purpose).get(&server, &path).json();
    assert_eq!(told(Purpose::Procurement)["eligible"], true);
    let no_statement = |answer: &Value| {
        let letter = answer["letter"]["en"].as_str().unwrap();
        answer.get("eligible").is_none() && letter.contains("no statement that there are none")
    };
    for other in [Purpose::Supervision, Purpose::Licensing] {
        assert!(no_statement(&told(other)), "{other:?}");
    }
    assert!(no_statement(&server.get(&path).json()));
    server.finish();
}

#[test]
fn nothing_more_than_public_leaves_that_is_not_written_down() {
    let journal = Arc::new(Kept::default());
    let server = serve("gate-full", Some(journal.clone()));
    let own = department();
    journal.fill(true);
    let answer = Read::by(&own, Purpose::Supervision).get(&server, STANDING);
    assert_eq!((answer.status, answer.problem()), (503, "not-journalled".to_owned()));
    assert_eq!(server.get(STANDING).status, 200);
    journal.fill(false);
    assert_eq!(Read::by(&own, Purpose::Supervision).get(&server, STANDING).status, 200);
    assert_eq!(journal.taken().len(), 1);
    server.finish();
    // A server without a journal, as of a copy.
    let server = serve("gate-none", None);
    for path in [STANDING, "/v1/lists/test.hidden"] {
        let answer = Read::by(&own, Purpose::Supervision).get(&server, path);
        assert_eq!((answer.status, answer.problem()), (503, "not-journalled".to_owned()));
    }
    assert_eq!(server.get(STANDING).status, 200);
    server.finish();
}

#[test]
fn a_signed_read_is_for_this_host_once_and_of_these_bytes() {
    let journal = Arc::new(Kept::default());
    let server = serve("gate-signed", Some(journal.clone()));
    let (own, stranger) = (department(), key(99));
    let refused = |answer: Answer| (answer.status, answer.problem());
    let fields = Read::by(&own, Purpose::Supervision).fields("GET", STANDING, None);
    assert_eq!(server.get_with(STANDING, &fields).status, 200);
    assert_eq!(refused(server.get_with(STANDING, &fields)), (409, "request-repeated".into()));
    let elsewhere = Read::by(&own, Purpose::Supervision).fields("GET", STANDING, None);
    let answer = server.get_with(&format!("/v1/subjects/{FIRM}/records"), &elsewhere);
    assert_eq!(refused(answer), (401, "request-signature".into()));
    assert_eq!(
        refused(Read::by(&stranger, Purpose::Supervision).get(&server, STANDING)),
        (403, "unknown-key".into())
    );
    // For another ledger, which the server does not take for its own though the signature holds.
    let other = Read { host: "other.example", ..Read::by(&own, Purpose::Supervision) };
    let head = format!(
        "GET {STANDING} HTTP/1.1\r\nhost: other.example\r\nconnection: close\r\n{}\r\n",
        other.fields("GET", STANDING, None)
    );
    assert_eq!(refused(server.raw(head.as_bytes())), (421, "another-host".into()));
    // Half a signature is one that was lost, not none.
    let half: String = fields
        .lines()
        .filter(|line| !line.starts_with("signature:"))
        .fold(String::new(), |all, line| all + line + "\r\n");
    assert_eq!(refused(server.get_with(STANDING, &half)), (401, "request-unsigned".into()));
    // The body of a question is signed too.
    let (path, body) = ("/v1/questions/records", json!({ "subject": FIRM }).to_string());
    let ask = |signed: &str, sent: &str| {
        let fields = Read::by(&own, Purpose::Supervision).fields("POST", path, Some(signed));
        server.post_to(path, &format!("content-type: application/json\r\n{fields}"), sent)
    };
    assert!(shown(&ask(&body, &body)).contains("base.restricted"));
    let another = json!({ "subject": "ext:register:8" }).to_string();
    assert_eq!(refused(ask(&body, &another)), (400, "request-body".into()));
    server.finish();
}
