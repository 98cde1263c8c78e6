//! Answers about whole ledgers: admission, projections, audit.

use super::{Answer, number, refused, text, unhex, vkey, whole};
use ledger_spec::admission::Refusal;
use ledger_spec::audit::{AuditError, Auditor, GivenEntry, Scope, read_chunk};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::CaseFiles;
use ledger_spec::casefile::{AsOf, CaseFile, Filed, Sight, Viewer};
use ledger_spec::entry::StreamVersion;
use ledger_spec::entry::{ChainHash, EntrySignature};
use ledger_spec::event::{DisclosedField, Event};
use ledger_spec::governance::Governance;
use ledger_spec::id::{ListCode, SubjectId};
use ledger_spec::projection::{
    CaseFileSource, CityAnswer, CityAsked, CityQuestion, Events, Page, Projector, Question, Unanswered,
};
use ledger_spec::sealed::{AuditorOpening, NoRandomness, Opening, Randomness};
use ledger_spec::state::{EnterError, EnteredEntry, Ledger};
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::{Value, json};
use std::sync::Arc;
use tlog::bytes::to_hex;
use tlog::checkpoint::{Origin, SignedCheckpoint};
use tlog::position::{EntryIndex, TreeSize};

/// The entries of a case, given in hex.
pub fn entries_of(input: &Value) -> Vec<Vec<u8>> {
    input["entries"].as_array().unwrap().iter().map(|hex| unhex(hex.as_str().unwrap())).collect()
}

/// What opens each entry of a case, in hex; `null` where it stands in the clear.
pub fn openings_of(input: &Value) -> Vec<Option<Opening>> {
    let opening = |value: &Value| value.as_str().map(|hex| Opening::decode(&unhex(hex)).unwrap());
    input["openings"].as_array().map(|all| all.iter().map(opening).collect()).unwrap_or_default()
}

/// The randomness of the entry at an index: the chain hashes of a label, the index and the number of each block.
pub fn randomness(index: u64) -> Randomness {
    let block = |number: usize| {
        let number = u64::try_from(number).unwrap().to_le_bytes();
        *ChainHash::of_entry(&[b"vectors".as_slice(), &index.to_le_bytes(), &number].concat()).as_bytes()
    };
    let fill = |bytes: &mut [u8; Randomness::LEN]| {
        bytes.chunks_mut(32).enumerate().for_each(|(number, chunk)| chunk.copy_from_slice(&block(number)));
        Ok::<(), NoRandomness>(())
    };
    Randomness::filled(fill).unwrap()
}

/// The opening of an entry that was made, in hex; `null` where it stands in the clear.
pub fn opening_of(made: &EnteredEntry) -> Value {
    made.sealed.as_ref().map_or(Value::Null, |sealed| to_hex(&copy(&sealed.opening)).into())
}

/// A ledger that other cases build on: each event enters at its time.
pub fn base(input: &Value) -> Answer {
    let mut built = Built::default();
    built.enter_all(&input["events"]);
    let entries: Vec<_> = built.made.iter().map(|made| to_hex(&made.bytes)).collect();
    let openings: Vec<_> = built.made.iter().map(opening_of).collect();
    let (tip, root) = (built.ledger.tip().to_string(), built.root());
    Ok(json!({ "entries": entries, "openings": openings, "tip": tip, "root": root }))
}

pub fn admission(input: &Value, ledgers: &dyn Fn(&str) -> Value) -> Answer {
    let mut built = Built::over(input, ledgers);
    let event = whole(text(&input["event"], "envelope"));
    let (stated, bytes) = (event.event().clone(), event.verified().bytes().to_vec());
    let (at, next) = (number(&input["event"], "at"), built.ledger.size().get());
    match built.ledger.enter_whole(event, RecordedTime::from_micros(at), randomness(next)) {
        Ok(made) => Ok(json!({
            "entry": to_hex(&made.bytes),
            "opening": opening_of(&made),
            "chain": made.hashes.chain.to_string(),
            "leaf": made.hashes.leaf.to_string(),
        })),
        Err(EnterError::Seen(first)) => {
            let there = &built.made[usize::try_from(first.get()).unwrap()].entry;
            match there.event == bytes {
                true => Ok(json!({ "seen": first.get() })),
                false => Err(refusal(&Refusal::id_reused(&stated), None)),
            }
        }
        Err(EnterError::Refused(found)) => {
            let head =
                built.ledger.stream(&stated.subject_stream()).and_then(|stream| found.stream_head(stream));
            Err(refusal(&found, head))
        }
        Err(other) => Err(refused(other)),
    }
}

fn refusal(refusal: &Refusal, head: Option<StreamVersion>) -> Value {
    json!({
        "rule": refusal.rule.id(),
        "problem": refusal.rule.slug(),
        "field": refusal.field,
        "found": refusal.found.to_string(),
        "expected": refusal.expected.to_string(),
        "head": head.map(StreamVersion::get),
    })
}

pub fn projection(input: &Value, ledgers: &dyn Fn(&str) -> Value) -> Answer {
    let built = Built::over(input, ledgers);
    let known = match input["known_at"].as_u64() {
        Some(size) => TreeSize::new(size),
        None => {
            let time = RecordedTime::parse(text(input, "known_at")).map_err(refused)?;
            let known = built.made.iter().filter(|made| made.entry.recorded_at <= time);
            TreeSize::new(u64::try_from(known.count()).unwrap())
        }
    };
    let as_of = AsOf { valid_at: ValidTime::parse(text(input, "valid_at")).map_err(refused)?, known };
    let governance = built.ledger.governance();
    let sight = Sight::parse(input["sight"].as_str().unwrap_or("restricted")).unwrap();
    // Asked at the instants that are asked about, unless the case says when.
    let moment = match input.get("asked_at").and_then(Value::as_str) {
        Some(at) => AsOf {
            valid_at: ValidTime::parse(at).map_err(refused)?,
            known: TreeSize::new(u64::try_from(built.made.len()).unwrap()),
        },
        None => as_of,
    };
    let viewer = Viewer::by(sight, moment);
    let json = |value: serde_json::Result<Value>| value.map_err(refused);
    if let Some(list) = input.get("list").and_then(Value::as_str) {
        let list = ListCode::parse(list).map_err(refused)?;
        let edition = Question::edition(&built, &list, Page::default(), as_of, viewer).map_err(refused)?;
        return json(serde_json::to_value(edition));
    }
    let subject = SubjectId::parse(text(input, "subject")).map_err(refused)?;
    let file = built.case_file(&subject).map_err(refused)?;
    let view = Projector::new(&subject, &file, governance, as_of, viewer).with_events(&built);
    json(serde_json::to_value(view.standing()))
}

pub fn audit(input: &Value, ledgers: &dyn Fn(&str) -> Value) -> Answer {
    let (entries, mut openings) = match input.get("ledger") {
        Some(_) => {
            let made = Built::over(input, ledgers).made;
            let opening = |made: &EnteredEntry| {
                made.sealed.as_ref().map(|sealed| Opening::decode(&copy(&sealed.opening)).unwrap())
            };
            let openings = made.iter().map(opening).collect();
            (made.into_iter().map(|made| made.bytes).collect(), openings)
        }
        None => (entries_of(input), openings_of(input)),
    };
    let scope = match input["scope"].as_str() {
        Some("blind") => Scope::Blind,
        _ => Scope::Opened,
    };
    if scope == Scope::Blind {
        openings.clear();
    }
    let origin = Origin::parse(input["origin"].as_str().unwrap_or("credit.example/ledger")).unwrap();
    let fault = |error: AuditError| json!({ "index": error.index.get(), "error": error.fault.to_string() });
    let mut auditor = Auditor::new(scope);
    let mut openings = openings.into_iter();
    // One by one, so that the first fault is found whatever its kind.
    for (at, bytes) in entries.iter().enumerate() {
        let first = EntryIndex::new(u64::try_from(at).unwrap());
        let opening = openings.next().flatten();
        let given = GivenEntry { opening, ..GivenEntry::blind(bytes) };
        let read = read_chunk(&origin, first, [given]).map_err(fault)?;
        read.into_iter().try_for_each(|entry| auditor.absorb(entry).map(drop)).map_err(fault)?;
    }
    if input.get("checkpoint").is_some() {
        let signed = SignedCheckpoint::verify(text(input, "checkpoint").as_bytes(), &vkey(input));
        auditor.compare(signed.map_err(refused)?.checkpoint()).map_err(fault)?;
        auditor.account().map_err(fault)?;
    }
    let (size, root) = (auditor.ledger().size().get(), auditor.root().to_string());
    Ok(json!({ "size": size, "root": root, "unopened": auditor.unopened() }))
}

/// The bytes of an opening.
fn copy(opening: &AuditorOpening) -> Vec<u8> {
    opening.encoded().to_vec()
}

/// A ledger in memory with the entries that made it.
#[derive(Default)]
struct Built {
    ledger: Ledger,
    made: Vec<EnteredEntry>,
}

impl CaseFileSource for Built {
    type Error = Unanswered;

    fn governance(&self) -> &Governance {
        self.ledger.governance()
    }

    fn case_file(&self, subject: &SubjectId) -> Result<Arc<CaseFile>, Unanswered> {
        let mut file = CaseFile::default();
        self.each(|filed| {
            if filed.event.subject == *subject {
                file.apply(filed, &self.governance().directory);
            }
        });
        Ok(Arc::new(file))
    }

    fn event(&self, entry: EntryIndex) -> Result<Event, Unanswered> {
        Ok(Events::event(self, entry).unwrap())
    }

    fn fields(&self, entry: EntryIndex) -> Result<Vec<DisclosedField>, Unanswered> {
        Ok(Events::fields(self, entry))
    }

    fn recorded_at(&self, entry: EntryIndex) -> Result<RecordedTime, Unanswered> {
        Ok(self.made[usize::try_from(entry.get()).unwrap()].entry.recorded_at)
    }

    fn city(
        &self,
        question: &CityQuestion,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<Arc<CityAnswer>, Unanswered> {
        let (mut files, governance) = (CaseFiles::default(), self.governance());
        self.each(|filed| files.apply(filed, &governance.directory));
        Ok(Arc::new(files.city(CityAsked { question, governance, as_of, viewer })))
    }
}

impl Built {
    /// The ledger that a case names, and what it says came `then`.
    fn over(input: &Value, ledgers: &dyn Fn(&str) -> Value) -> Self {
        let mut built = Self::default();
        if input["ledger"] != "empty" {
            built.enter_all(&ledgers(text(input, "ledger"))["events"]);
        }
        if let Some(then) = input.get("then") {
            built.enter_all(then);
        }
        built
    }

    fn enter_all(&mut self, events: &Value) {
        for event in events.as_array().unwrap() {
            let at = RecordedTime::from_micros(number(event, "at"));
            let next = self.ledger.size().get();
            let made = self.ledger.enter_whole(whole(text(event, "envelope")), at, randomness(next));
            self.made.push(made.unwrap_or_else(|error| panic!("{error}: {event}")));
        }
    }

    fn root(&self) -> String {
        let leaves: Vec<_> = self.made.iter().map(|made| made.hashes.leaf).collect();
        tlog::merkle::root_of(&leaves).to_string()
    }

    /// Each event as case files take it in.
    fn each(&self, mut take: impl FnMut(Filed<'_>)) {
        for made in &self.made {
            let entry = &made.entry;
            let event = Event::parse(&entry.event).unwrap();
            let signers: Vec<_> = entry.signatures.iter().map(EntrySignature::key).collect();
            let recorded = Recorded { index: entry.index, at: entry.recorded_at };
            take(Filed { event: &event, recorded, signers: &signers });
        }
    }
}

impl Events for Built {
    fn event(&self, entry: EntryIndex) -> Option<Event> {
        let made = self.made.get(usize::try_from(entry.get()).unwrap())?;
        Some(Event::parse(&made.entry.event).unwrap())
    }

    fn fields(&self, entry: EntryIndex) -> Vec<DisclosedField> {
        self.made[usize::try_from(entry.get()).unwrap()].fields.iter().cloned().collect()
    }
}
