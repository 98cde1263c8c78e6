//! Who signs the load's events: a steward and a department of this run, enrolled over HTTP with the
//! registrar's key. Their own keys follow from the time of the run: they are worth nothing.

use super::client::Connection;
use super::{cores, together};
use ledger_spec::definition::ItemKind;
use ledger_spec::event::envelope::seal;
use ledger_spec::event::{Change, Draft, Kind, SaltKey};
use ledger_spec::id::{AuthorityId, EventId, SubjectId, gb11643};
use ledger_spec::identity::{MAX_NUMBERS, PseudonymScheme, ResolveRequest};
use ledger_spec::request::{NewRequest, Purpose};
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tlog::bytes::from_base64;
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;

/// The people of one run.
pub struct People {
    origin: Origin,
    run: u64,
    department: AuthorityId,
    key: SecretKey,
    next: AtomicU64,
    filed: AtomicU64,
}

impl People {
    /// Those of a new run.
    pub fn enrol(host: &str, key_file: &Path) -> Self {
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let run = u64::try_from(millis).unwrap();
        let people = Self::of_run(host, run, 0);
        let (registrar, registrar_key) = secret(key_file);
        let steward = AuthorityId::parse(&format!("load-steward-{run}")).unwrap();
        let mut server = Connection::open(host);
        let name = json!({ "zh": "压力测试", "en": "Load" });
        let enrol = |id: &AuthorityId, role: &str, key: SecretKey| {
            let body = json!({
                "name": name, "roles": [role], "keys": [key.public().to_base64url()],
                "competence": { "types": [people.type_code()], "lists": [people.list_code()], "subjects": ["ext"] },
            });
            people.sealed(
                Kind::AuthorityEnrolled,
                &registrar,
                &format!("authority:{id}"),
                &body,
                &registrar_key,
            )
        };
        let adopted = json!({
            "title": name, "polarity": "negative", "disclosure": "public", "subjects": ["ext"],
            "basis": [{ "title": "load" }], "confidence": "U",
        });
        let list = json!({
            "title": name, "polarity": "negative", "disclosure": "public", "subjects": ["ext"],
            "columns": ["name"], "basis": [{ "title": "load" }], "confidence": "U",
        });
        let subject = format!("catalogue:type.{}", people.type_code());
        for envelope in [
            enrol(&steward, "steward", key(run, 1)),
            enrol(&people.department, "department", key(run, 2)),
            people.sealed(
                Kind::Catalogue(ItemKind::Type, Change::Adopted),
                &steward,
                &subject,
                &adopted,
                &key(run, 1),
            ),
            people.sealed(
                Kind::Catalogue(ItemKind::List, Change::Adopted),
                &steward,
                &format!("catalogue:list.{}", people.list_code()),
                &list,
                &key(run, 1),
            ),
        ] {
            server.place(&envelope);
        }
        people
    }

    /// Those of an earlier run, who have signed less than `signed` events.
    pub fn of_run(host: &str, run: u64, signed: u64) -> Self {
        let (status, checkpoint) = Connection::open(host).get("/checkpoint");
        assert_eq!(status, 200, "{checkpoint}");
        let origin = Origin::parse(checkpoint.lines().next().unwrap()).unwrap();
        let department = AuthorityId::parse(&format!("load-department-{run}")).unwrap();
        let (next, filed) = (AtomicU64::new(signed), AtomicU64::new(signed));
        Self { origin, run, department, key: key(run, 2), next, filed }
    }

    /// Which run this is.
    pub const fn run(&self) -> u64 {
        self.run
    }

    /// The events of a city: the n-th to the last before `until`, about subjects who take turns. The first `members`
    /// are put on the list, all else is filed.
    pub fn city(&self, until: std::ops::Range<usize>, subjects: usize, members: usize) -> Vec<String> {
        spread(until, |n| {
            let subject = n % subjects;
            if n < members { self.entering(subject) } else { self.filing(subject, n) }
        })
    }

    fn entering(&self, subject: usize) -> String {
        let body =
            json!({ "list": self.list_code(), "row": { "name": format!("压力测试第{subject}号公司") } });
        self.sealed(Kind::ListingEntered, &self.department, &self.subject(subject), &body, &self.key)
    }

    /// So many signed filings, each subject with `per_subject` of them; the subjects of an earlier call
    /// of this are not used again.
    pub fn filings(&self, count: usize, per_subject: usize) -> Vec<String> {
        let first =
            self.filed.fetch_add(u64::try_from(count.div_ceil(per_subject)).unwrap(), Ordering::Relaxed);
        spread(0..count, |n| self.filing(usize::try_from(first).unwrap() + n / per_subject, n))
    }

    /// The n-th subject of this run.
    pub fn subject(&self, n: usize) -> String {
        format!("ext:load:{}-{n}", self.run)
    }

    /// A negative record that passes due process: the path on which most rules are asked.
    fn filing(&self, subject: usize, n: usize) -> String {
        let body = json!({
            "type": self.type_code(), "summary": "未按规定公示年度报告，责令改正。", "severity": "general", "review": "none",
            "decision": {
                "number": format!("湘市监罚〔2025〕{n}号"), "date": "2025-11-01", "issued_by": "压力测试",
                "article": "第十七条", "served_on": "2025-11-01", "document": "5a".repeat(32),
            },
            "notice": { "served_on": "2025-10-10", "statement": "answered" },
        });
        self.sealed(Kind::RecordFiled, &self.department, &self.subject(subject), &body, &self.key)
    }

    fn type_code(&self) -> String {
        format!("load.t{}", self.run)
    }

    /// The list of this run.
    pub fn list_code(&self) -> String {
        format!("load.l{}", self.run)
    }

    /// A request for as many resident numbers as one may hold, of this moment: its body, and the fields that sign it.
    pub fn resolving(&self, host: &str) -> (String, Vec<(&'static str, String)>) {
        let numbers: Vec<String> = (0..MAX_NUMBERS)
            .map(|n| format!("1101051949{:02}{:02}{:03}", 1 + n / 1_000 % 12, 1 + n / 12_000 % 28, n % 1_000))
            .map(|digits| format!("{digits}{}", gb11643::check_character(&digits).unwrap()))
            .collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let body = ResolveRequest::body(&self.origin, PseudonymScheme::Person, &numbers);
        let new = NewRequest {
            method: "POST",
            authority: host,
            path: "/v1/identities",
            query: None,
            body: Some(body.as_bytes()),
            purpose: Some(Purpose::Filing),
            case: None,
            visible_from: None,
        };
        let fields = new.sign(&self.key, now(), &self.nonce());
        (body.to_string(), fields)
    }

    /// The fields that sign a read of the department's, of this moment.
    pub fn asking(&self, host: &str, target: &str, purpose: Purpose) -> Vec<(&'static str, String)> {
        let new = NewRequest {
            method: "GET",
            authority: host,
            path: target,
            query: None,
            body: None,
            purpose: Some(purpose),
            case: None,
            visible_from: None,
        };
        new.sign(&self.key, now(), &self.nonce())
    }

    /// One that is nobody's twice.
    fn nonce(&self) -> [u8; 16] {
        let mut nonce = [0; 16];
        nonce[8..].copy_from_slice(&self.next.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        nonce
    }

    fn sealed(
        &self,
        kind: Kind,
        issuer: &AuthorityId,
        subject: &str,
        body: &Value,
        key: &SecretKey,
    ) -> String {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.next.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let (id, subject) = (EventId::from_parts(self.run, random), SubjectId::parse(subject).unwrap());
        let draft = Draft {
            origin: &self.origin,
            id,
            kind,
            issuer,
            subject: &subject,
            valid_from: ValidTime::parse("2025-11-01T00:00:00+08:00").unwrap(),
            seen_version: None,
            salt: SaltKey::of(key.expose_seed()).salt(&id, &subject),
            body: body.clone(),
        };
        seal(&draft.to_bytes().unwrap(), &[key])
    }
}

fn now() -> RecordedTime {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    RecordedTime::from_micros(u64::try_from(now).unwrap())
}

fn key(run: u64, of: u8) -> SecretKey {
    let mut seed = [of; 32];
    seed[..8].copy_from_slice(&run.to_le_bytes());
    SecretKey::from_seed(&seed)
}

/// Makes one thing for each number, on all cores, in order.
fn spread<T: Send>(numbers: std::ops::Range<usize>, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let share = numbers.len().div_ceil(cores()).max(1);
    let parts = Mutex::new(Vec::new());
    together(cores(), |part| {
        let own = numbers.clone().skip(part * share).take(share);
        let made: Vec<_> = own.map(&make).collect();
        parts.lock().unwrap().push((part, made));
    });
    let mut parts = parts.into_inner().unwrap();
    parts.sort_unstable_by_key(|(part, _)| *part);
    parts.into_iter().flat_map(|(_, made)| made).collect()
}

/// A key file: `PRIVATE+KEY+<name>+<id>+<base64 of 01 and seed>`.
fn secret(path: &Path) -> (AuthorityId, SecretKey) {
    let text = std::fs::read_to_string(path).unwrap();
    let parts: Vec<_> = text.trim().splitn(5, '+').collect();
    let [_, _, name, _, base64] = parts[..] else { panic!("{} is no key file", path.display()) };
    let bytes = from_base64(base64).unwrap();
    (AuthorityId::parse(name).unwrap(), SecretKey::from_seed(bytes[1..].try_into().unwrap()))
}
