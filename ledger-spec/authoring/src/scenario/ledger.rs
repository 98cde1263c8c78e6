//! The ledger that every case begins on: the shipped catalogue adopted, the shipped authorities enrolled
//! with the keys of two officers each, and those that later followed others, at the times of the plan.
//!
//! Made input: no key here is anybody's, each follows from the authority's id.

use crate::shipped::{Shipped, ShippedError, adoption};
use crate::splitting::{personal_by, split};
use ledger_spec::audit::{AuditError, Auditor, GivenEntry, Scope, read_chunk};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{CaseFiles, Filed};
use ledger_spec::catalogue::Catalogue;
use ledger_spec::event::envelope::EnvelopeError;
use ledger_spec::event::{DisclosedFields, Draft, Event, EventError, Kind, Salt, SentEvent, seal_with};
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::sealed::{NoRandomness, Opening, Randomness};
use ledger_spec::state::{EnterError, Ledger};
use ledger_spec::time::{Date, RecordedTime, ValidTime};
use ledger_spec::wording::{Language, Words};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tlog::checkpoint::Origin;
use tlog::defect::as_u64;
use tlog::key::SecretKey;
use tlog::position::{EntryIndex, TreeSize};

/// The origin of ledgers that only cases make.
const ORIGIN: &str = "scenario.example/xiangxiang";
/// Who runs them.
pub(super) const OPERATOR: &str = "operator.430381";
/// Who enrols authorities there.
pub(super) const REGISTRAR: &str = "establishment-office.430381";
/// Who adopts the catalogue there.
const STEWARD: &str = "credit-office.430381";
/// When the plan was issued, and with it everything that does not say another day.
const BEGUN: &str = "2017-12-18";
/// Of every event and field: nobody is to be kept from seeing a case.
const SALT: Salt = Salt::from_bytes([7; Salt::LEN]);

/// A ledger with what answers need beside it, and the auditor who followed it entry by entry.
#[derive(Clone, Debug)]
pub struct ScenarioLedger {
    /// The ledger.
    pub ledger: Ledger,
    /// What its entries state, in the log's order.
    pub stated: Vec<Arc<Event>>,
    /// The fields that travel beside them, of those that name some.
    pub fields: BTreeMap<EntryIndex, DisclosedFields>,
    /// When each was recorded.
    pub recorded: Vec<RecordedTime>,
    /// The same for answers about all of them.
    pub city: CaseFiles,
    auditor: Auditor,
    events: u64,
}

/// The world as it was when each of the days had come on which authorities began or ended.
#[derive(Clone, Debug)]
pub struct Base {
    /// By day, ascending; never empty.
    days: Vec<(ValidTime, ScenarioLedger)>,
}

/// An event that somebody is to sign.
pub(super) struct Paper<'a> {
    pub(super) kind: &'a str,
    pub(super) issuer: &'a str,
    pub(super) officers: &'a [&'a str],
    pub(super) subject: &'a SubjectId,
    pub(super) valid_from: ValidTime,
    pub(super) body: Value,
    /// Whether personal fields stay in it.
    pub(super) unsplit: bool,
}

/// What became of an event.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is an entry.
    Entered(EventId, EntryIndex),
    /// A rule refuses it.
    Refused(ledger_spec::admission::Refusal),
    /// It is no event.
    Malformed(EventError),
}

/// What must not happen: a defect of the program, or of what is shipped with it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioLedgerError {
    /// The shipped catalogue does not load.
    #[error("the shipped catalogue: {}", .0.first().map(ToString::to_string).unwrap_or_default())]
    Catalogue(Vec<ShippedError>),
    /// An event that the world begins with is refused.
    #[error("{kind} about {subject}, with which every case begins: {problem}")]
    Base {
        /// Its kind.
        kind: String,
        /// Its subject.
        subject: String,
        /// Why.
        problem: String,
    },
    /// A text that is no id, time or kind.
    #[error("{field}: {}", problem.text(Language::En))]
    Text {
        /// Where.
        field: &'static str,
        /// Why.
        problem: Words,
    },
    /// What was just signed does not verify.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The ledger takes an event in another way than a rule says.
    #[error(transparent)]
    Enter(#[from] EnterError),
    /// What entries are sealed with is none.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The auditor refuses what the ledger took in.
    #[error("the audit: {0}")]
    Audit(#[from] AuditError),
}

impl ScenarioLedgerError {
    /// What it says in both languages: what a case file can bring about wholly, a defect by its name.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Text { field, problem } => {
                let [en, zh] = [Language::En, Language::Zh].map(|language| problem.text(language));
                Words::both(format_args!("{field}: {en}"), format_args!("{field}：{zh}"))
            }
            defect => Words::both(defect, format_args!("程序缺陷：“{defect}”")),
        }
    }
}

impl Base {
    /// Builds it from the catalogue that this version ships.
    pub fn build() -> Result<Self, ScenarioLedgerError> {
        let shipped = Shipped::embedded().map_err(ScenarioLedgerError::Catalogue)?;
        let begun = day(BEGUN)?;
        let mut world = ScenarioLedger::opened(begun)?;
        world.enrol(&shipped, begun)?;
        world.adopt(&shipped, begun)?;
        let mut days = vec![(ValidTime::MIN, world.clone())];
        let mut later: Vec<Date> = shipped.authorities.iter().map(|one| one.enrolled).collect();
        later.extend(shipped.successions.iter().map(|one| one.on));
        later.sort_unstable();
        later.dedup();
        for day in later.into_iter().filter(|day| *day > begun) {
            world.enrol(&shipped, day)?;
            for one in shipped.successions.iter().filter(|one| one.on == day) {
                for id in &one.from {
                    let body = json!({ "successor": one.to.to_string(), "reason": "机构改革" });
                    world.govern("authority.succeeded", id, day, body)?;
                }
            }
            days.push((day.start_of_day(), world.clone()));
        }
        Ok(Self { days })
    }

    /// The world in which something can happen at `time`.
    pub(super) fn at(&self, time: ValidTime) -> Option<&ScenarioLedger> {
        self.days.iter().rfind(|(from, _)| *from <= time).map(|(_, world)| world)
    }
}

impl ScenarioLedger {
    fn opened(begun: Date) -> Result<Self, ScenarioLedgerError> {
        let ledger = Ledger::default();
        let city = CaseFiles::default();
        let (stated, recorded, auditor) = (Vec::new(), Vec::new(), Auditor::new(Scope::Opened));
        let fields = BTreeMap::new();
        let mut world = Self { ledger, stated, fields, recorded, city, auditor, events: 0 };
        let body = json!({
            "spec_version": 1,
            "operator": { "name": { "zh": "台账运行单位", "en": "Operator" }, "key": key_text(OPERATOR, "a") },
            "registrars": [{
                "id": REGISTRAR,
                "name": { "zh": "中共湘乡市委机构编制委员会办公室", "en": "Establishment Office" },
                "key": key_text(REGISTRAR, "a"),
            }],
        });
        world.must("ledger.opened", OPERATOR, &SubjectId::Ledger, begun, begun, body)?;
        Ok(world)
    }

    /// Enrols the authorities that begin on a day.
    fn enrol(&mut self, shipped: &Shipped, day: Date) -> Result<(), ScenarioLedgerError> {
        for one in shipped.authorities.iter().filter(|one| one.enrolled == day) {
            let id = one.id.to_string();
            if id == REGISTRAR {
                self.govern("authority.amended", &one.id, day, one.json.clone())?;
                self.govern("authority.key_added", &one.id, day, json!({ "key": key_text(&id, "b") }))?;
                continue;
            }
            let mut body = one.json.clone();
            if let Some(fields) = body.as_object_mut() {
                fields.insert("keys".into(), json!([key_text(&id, "a"), key_text(&id, "b")]));
            }
            self.govern("authority.enrolled", &one.id, day, body)?;
        }
        Ok(())
    }

    fn adopt(&mut self, shipped: &Shipped, begun: Date) -> Result<(), ScenarioLedgerError> {
        for change in &adoption(shipped, &Catalogue::default()).changes {
            let (kind, subject) = (change.kind().name(), change.subject());
            self.must(kind, STEWARD, &subject, begun, change.effective, change.body())?;
        }
        Ok(())
    }

    fn govern(
        &mut self,
        kind: &str,
        about: &AuthorityId,
        on: Date,
        body: Value,
    ) -> Result<(), ScenarioLedgerError> {
        self.must(kind, REGISTRAR, &SubjectId::Authority(about.clone()), on, on, body)
    }

    /// Takes in what must be taken in.
    fn must(
        &mut self,
        kind: &str,
        issuer: &str,
        subject: &SubjectId,
        recorded: Date,
        valid: Date,
        body: Value,
    ) -> Result<(), ScenarioLedgerError> {
        let valid_from = valid.start_of_day();
        let paper = Paper { kind, issuer, officers: &["a"], subject, valid_from, body, unsplit: false };
        let problem = match self.file(paper, recorded.start_of_day())? {
            Outcome::Entered(..) => return Ok(()),
            Outcome::Refused(refusal) => refusal.to_string(),
            Outcome::Malformed(error) => error.to_string(),
        };
        Err(ScenarioLedgerError::Base { kind: kind.to_owned(), subject: subject.to_string(), problem })
    }

    /// Signs an event and hands it in at a time.
    pub(super) fn file(&mut self, paper: Paper<'_>, at: ValidTime) -> Result<Outcome, ScenarioLedgerError> {
        let Paper { kind, issuer, officers, subject, valid_from, mut body, unsplit } = paper;
        self.events += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.events.to_be_bytes());
        // Nothing is recorded before 1970: a step that a case puts there is taken then.
        let at = RecordedTime::from_micros(at.micros().max(0).unsigned_abs());
        let id = EventId::from_parts(at.micros() / 1000, random);
        let issuer_id = AuthorityId::parse(issuer)
            .map_err(|error| ScenarioLedgerError::Text { field: "by", problem: error.words() })?;
        let no_kind = || ScenarioLedgerError::Text {
            field: "kind",
            problem: Words::both(format_args!("{kind} is no kind"), format_args!("没有 {kind} 这种事项")),
        };
        let kind = Kind::parse(kind).ok_or_else(no_kind)?;
        // A case has what officers write down; what is personal is split off as their programs do it.
        let catalogue = &self.ledger.governance().catalogue;
        let mut names = personal_by(catalogue, kind, subject, valid_from, &body);
        names.retain(|_| !unsplit);
        let fields = split(&mut body, &names, &mut |_| Ok::<_, ScenarioLedgerError>(SALT))?;
        let draft = Draft {
            origin: &text("origin", Origin::parse(ORIGIN))?,
            id,
            kind,
            issuer: &issuer_id,
            subject,
            valid_from,
            seen_version: None,
            salt: SALT,
            body,
        };
        let bytes = match draft.to_bytes_with(&fields) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Outcome::Malformed(error)),
        };
        let keys: Vec<_> = officers.iter().map(|officer| key(issuer, officer)).collect();
        let sent = seal_with(&bytes, &fields, &keys.iter().collect::<Vec<_>>());
        let event = SentEvent::read(sent.as_bytes())?.verify()?;
        let signers: Vec<_> = event.verified().signers().map(|key| *key.as_bytes()).collect();
        let stated = event.event().clone();
        let made = match self.ledger.enter_whole(event, at, randomness(self.events)?) {
            Ok(made) => made,
            Err(EnterError::Refused(refusal)) => return Ok(Outcome::Refused(refusal)),
            Err(other) => return Err(other.into()),
        };
        let index = made.entry.index;
        if !stated.private.is_empty() {
            self.fields.insert(index, made.fields);
        }
        let opening = made.sealed.map(|sealed| sealed.opening);
        let opening = opening.map(Opening::Auditor);
        let given = GivenEntry { opening, ..GivenEntry::blind(made.bytes) };
        for read in read_chunk(&text("origin", Origin::parse(ORIGIN))?, index, [given])? {
            self.auditor.absorb(read)?;
        }
        let recorded = Recorded { index, at: made.entry.recorded_at };
        let filed = Filed { event: &stated, recorded, signers: &signers };
        self.city.apply(filed, &self.ledger.governance().directory);
        self.stated.push(Arc::new(stated));
        self.recorded.push(recorded.at);
        Ok(Outcome::Entered(id, index))
    }

    /// How many entries were recorded at or before a time.
    pub(super) fn known_by(&self, time: ValidTime) -> TreeSize {
        let time = RecordedTime::from_micros(time.micros().max(0).unsigned_abs());
        TreeSize::new(as_u64(self.recorded.partition_point(|recorded| *recorded <= time)))
    }

    /// Whether the auditor stands where the ledger does.
    #[must_use]
    pub fn is_audited(&self) -> bool {
        self.auditor.ledger().tip() == self.ledger.tip() && self.auditor.ledger().size() == self.ledger.size()
    }
}

/// With what the `n`-th event is sealed.
fn randomness(n: u64) -> Result<Randomness, ScenarioLedgerError> {
    Randomness::filled(|bytes| {
        let mut stream = blake3::Hasher::new();
        stream.update(b"scenario randomness").update(&n.to_le_bytes()).finalize_xof().fill(bytes);
        Ok(())
    })
}

/// An officer's key: it follows from the authority and the officer's letter.
pub(super) fn key(authority: &str, officer: &str) -> SecretKey {
    SecretKey::from_seed(blake3::hash(format!("scenario key {authority} {officer}").as_bytes()).as_bytes())
}

/// The same as bodies have it.
pub(super) fn key_text(authority: &str, officer: &str) -> String {
    key(authority, officer).public().to_base64url()
}

fn day(written: &str) -> Result<Date, ScenarioLedgerError> {
    text("date", Date::parse(written))
}

fn text<T, E: ToString>(field: &'static str, parsed: Result<T, E>) -> Result<T, ScenarioLedgerError> {
    parsed.map_err(|error| ScenarioLedgerError::Text { field, problem: Words::data(error.to_string()) })
}
