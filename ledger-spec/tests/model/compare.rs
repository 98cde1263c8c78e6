//! Asks the engine and the reference the same questions.

use crate::generate::Generator;
use crate::history::{Accepted, History, Stated};
use crate::marks;
use crate::once::is_void;
use crate::pages::World;
use crate::reference::{Verdict, judge, phase_at};
use crate::renamed::Told;
use crate::table::{STEPS, opens};
use crate::told;
use crate::world::{self, BEGINNING, SUBJECTS};
use core::cell::Cell;
use core::fmt;
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{AsOf, CaseEntry, CaseFiles, Filed, ItemRow};
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::{Entry, EntrySignature};
use ledger_spec::event::Event;
use ledger_spec::event::envelope::{SignedEvent, VerifiedEvent, pre_authentication_encoding};
use ledger_spec::id::SubjectId;
use ledger_spec::projection::case_of;
use ledger_spec::sealed::{NoRandomness, Randomness};
use ledger_spec::state::{EnterError, Ledger};
use ledger_spec::time::{RecordedTime, ValidTime};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tlog::key::{PublicKey, SecretKey};
use tlog::position::{EntryIndex, TreeSize};

/// The ledger and the reference at the beginning of every sequence, and everybody's keys.
pub struct Base {
    ledger: Ledger,
    past: History,
    keys: HashMap<String, SecretKey>,
    parsed: HashMap<[u8; 32], PublicKey>,
}

/// What was asked, and how it was answered.
#[derive(Default)]
pub struct Tally {
    pub steps: usize,
    pub disagreements: usize,
    phases: usize,
    accepted: BTreeMap<String, usize>,
    refused: BTreeMap<&'static str, usize>,
    seen: usize,
    /// Refusals that would not have been without what stands under another name of the subject.
    by_another_name: BTreeMap<&'static str, usize>,
}

/// One question to both, as it was asked.
#[derive(Clone)]
struct Asking {
    event: Stated,
    verified: VerifiedEvent,
    now: RecordedTime,
}

/// What the engine said.
enum Answer {
    Accept,
    Seen,
    Refuse(&'static str, String),
}

/// What the engine says; whether a repetition has the same bytes, whoever holds the log says.
fn ask(ledger: &mut Ledger, past: &History, asking: &Asking) -> Answer {
    match ledger.enter(asking.verified.clone(), asking.now, randomness()) {
        Ok(_) => Answer::Accept,
        Err(EnterError::Seen(first)) => {
            let first = &past.0[usize::try_from(first.get()).unwrap()].event;
            if asking.verified.event().says_the_same(&asking.event.bytes, &first.bytes) {
                Answer::Seen
            } else {
                Answer::Refuse("L08", String::new())
            }
        }
        Err(EnterError::Refused(refusal)) => {
            told::whole(&refusal);
            Answer::Refuse(refusal.rule.id(), format!("{}: {refusal}", refusal.field))
        }
        Err(other) => panic!("{other}"),
    }
}

/// What entries are sealed with is nothing to admission.
fn randomness() -> Randomness {
    Randomness::filled::<NoRandomness>(|bytes| {
        bytes.fill(7);
        Ok(())
    })
    .unwrap()
}

fn agree(answer: &Answer, verdict: &Verdict) -> bool {
    match (answer, verdict) {
        (Answer::Accept, Verdict::Accept) | (Answer::Seen, Verdict::Seen) => true,
        (Answer::Refuse(rule, _), Verdict::Refuse(rules)) => rules.contains(rule),
        _ => false,
    }
}

fn valid(now: RecordedTime) -> ValidTime {
    ValidTime::at_recorded(now).unwrap()
}

fn recorded(now: ValidTime) -> RecordedTime {
    RecordedTime::from_micros(u64::try_from(now.micros()).unwrap())
}

impl Base {
    pub fn new() -> Self {
        let keys: HashMap<_, _> =
            world::keys().into_iter().map(|key| (key.public().to_base64url(), key)).collect();
        let parsed = keys.values().map(|key| (*key.public().as_bytes(), key.public())).collect();
        let mut base = Self { ledger: Ledger::default(), past: History::default(), keys, parsed };
        let now = ValidTime::parse(BEGINNING).unwrap();
        let mut generator = Generator::new(0, now);
        for mut event in world::beginning() {
            generator.finish(&mut event);
            let asking = base.sign(&event, recorded(now));
            let verdict = judge(&base.past, &event, now);
            let answer = ask(&mut base.ledger, &base.past, &asking);
            let both = matches!((&answer, &verdict), (Answer::Accept, Verdict::Accept));
            assert!(both, "{} {}: {answer} {verdict:?}", event.kind, event.subject);
            base.past.push(event, now);
        }
        base
    }

    fn sign(&self, event: &Stated, now: RecordedTime) -> Asking {
        let message = pre_authentication_encoding(&event.bytes);
        let signatures = event.signers.iter().map(|signer| {
            let key = &self.keys[signer];
            EntrySignature::Ed25519 { key: *key.public().as_bytes(), signature: key.sign(&message) }
        });
        let entry = Entry {
            index: EntryIndex::new(0),
            recorded_at: now,
            previous: ChainHash::ZERO,
            links: Vec::new(),
            signatures: signatures.collect(),
            event: event.bytes.clone(),
        };
        let signed =
            SignedEvent::from_parts_with(&entry.event, &entry.signatures, &mut |key| Ok(self.parsed[&key]))
                .unwrap();
        Asking { event: event.clone(), verified: signed.verify().unwrap(), now }
    }

    /// Tells these one after another, each of which both answer as it says; what is refused would not be by that rule if nobody
    /// were known by another name.
    pub fn tell(&self, all: Vec<Told>) {
        self.tell_each(all, |rule, alone, shown| {
            let refuses = matches!(alone, Verdict::Refuse(rules) if rules.contains(rule));
            assert!(!refuses, "{shown} {alone:?}");
        });
    }

    /// The same of what is refused whether or not anybody is known by another name.
    pub fn tell_by_any_name(&self, all: Vec<Told>) {
        self.tell_each(all, |_, _, _| {});
    }

    fn tell_each(&self, all: Vec<Told>, by_names: impl Fn(&str, &Verdict, &str)) {
        let (mut ledger, mut past) = (self.ledger.clone(), self.past.clone());
        for Told { mut event, now, refused } in all {
            Generator::new(0, now).finish(&mut event);
            let (verdict, asking) = (judge(&past, &event, now), self.sign(&event, recorded(now)));
            let answer = ask(&mut ledger, &past, &asking);
            let shown = format!("{} {}: {answer} {verdict:?}", event.kind, event.id);
            let Some(rule) = refused else {
                assert!(matches!((&answer, &verdict), (Answer::Accept, Verdict::Accept)), "{shown}");
                past.push(event, now);
                continue;
            };
            assert!(matches!(answer, Answer::Refuse(found, _) if found == rule), "{shown}");
            assert!(agree(&answer, &verdict), "{shown}");
            let alone = judge(&History(past.0.clone(), true), &event, now);
            by_names(rule, &alone, &shown);
        }
    }

    /// One sequence from the beginning on.
    pub fn run(&self, seed: u64, steps: usize, tally: &mut Tally) {
        let (mut ledger, mut past) = (self.ledger.clone(), self.past.clone());
        let mut generator = Generator::new(seed, ValidTime::parse("2025-01-10T08:00:00+08:00").unwrap());
        let mut asked = Vec::new();
        for _ in 0..steps {
            let event = generator.next(&past);
            let asking = self.sign(&event, recorded(generator.now));
            let verdict = judge(&past, &event, generator.now);
            let answer = ask(&mut ledger, &past, &asking);
            tally.count(&event, &answer);
            tally.by_another_name(&past, (&event, generator.now), &answer);
            if !agree(&answer, &verdict) {
                tally.disagreements += 1;
                self.show(seed, &asked, &asking, &answer, &verdict);
                // What comes after would only repeat it.
                return;
            }
            if matches!(answer, Answer::Accept) {
                past.push(event, generator.now);
                asked.push(asking);
            }
            for _ in 0..generator.chance.below(3) {
                tally.phases += 1;
                if let Some(differs) = compare_phase(&ledger, &past, &mut generator) {
                    tally.disagreements += 1;
                    println!("seed {seed}, entry {}: {differs}", past.0.len());
                    return;
                }
            }
        }
    }

    /// A random ledger, with two instants to ask it about: its end, and one in the midst of it.
    pub fn world(&self, seed: u64, steps: usize) -> (World, [AsOf; 2]) {
        let (mut ledger, mut past) = (self.ledger.clone(), self.past.clone());
        let mut generator = Generator::new(seed, ValidTime::parse("2025-01-10T08:00:00+08:00").unwrap());
        let mut halfway = generator.now;
        for step in 0..steps {
            let event = generator.next(&past);
            let asking = self.sign(&event, recorded(generator.now));
            if matches!(ask(&mut ledger, &past, &asking), Answer::Accept) {
                past.push(event, generator.now);
            }
            if step == steps / 2 {
                halfway = generator.now;
            }
        }
        let as_of =
            |valid_at, known: usize| AsOf { valid_at, known: TreeSize::new(known.try_into().unwrap()) };
        let instants = [as_of(generator.now, past.0.len()), as_of(halfway, past.0.len() * 3 / 4)];
        let (mut city, mut rows) = (CaseFiles::default(), Vec::new());
        for one in &past.0 {
            let event = Event::parse(&one.event.bytes).unwrap();
            let index = EntryIndex::new(one.at.try_into().unwrap());
            let recorded = Recorded { index, at: RecordedTime::from_micros(index.get()) };
            let filed = Filed { event: &event, recorded, signers: &[] };
            let entry = CaseEntry::of(filed, &ledger.governance().directory);
            // A row is what a store gives back.
            let row = entry.row.clone().unwrap();
            assert_eq!(ItemRow::from_bytes(entry.entry, &row.clone().into_bytes()), Ok(row.clone()));
            rows.extend(row.into_bytes());
            city.take(entry);
        }
        (World { ledger, past, city, rows, read: Cell::new(0) }, instants)
    }

    /// Prints the shortest sequence found that ends in the same disagreement.
    fn show(&self, seed: u64, before: &[Asking], last: &Asking, answer: &Answer, verdict: &Verdict) {
        let mut kept: Vec<Asking> = before.to_vec();
        // Backwards, since what comes later rests on what came before.
        let mut width = kept.len().div_ceil(2).max(1);
        loop {
            let (before, mut end) = (kept.len(), kept.len());
            while end > 0 {
                let mut fewer = kept.clone();
                fewer.drain(end.saturating_sub(width)..end);
                end = end.saturating_sub(width);
                if self.ends_the_same(&fewer, last, answer, verdict) {
                    kept = fewer;
                }
            }
            match (width, kept.len() < before) {
                (1, false) => break,
                (1, true) => {}
                _ => width = width.div_ceil(2),
            }
        }
        let mut text = format!("disagreement in seed {seed}: engine {answer}, reference {verdict:?}\n");
        for asking in kept.iter().chain([last]) {
            let signers: Vec<&str> = asking.event.signers.iter().map(|key| &key[..6]).collect();
            let shown = String::from_utf8_lossy(&asking.event.bytes);
            text += &format!("  now {} by {signers:?}: {shown}\n", valid(asking.now));
        }
        println!("{text}");
    }

    /// Whether a shorter sequence is accepted by both and ends in the same answers.
    fn ends_the_same(&self, before: &[Asking], last: &Asking, answer: &Answer, verdict: &Verdict) -> bool {
        let (mut ledger, mut past) = (self.ledger.clone(), self.past.clone());
        for asking in before {
            let said = judge(&past, &asking.event, valid(asking.now));
            let answer = ask(&mut ledger, &past, asking);
            if !matches!(answer, Answer::Accept) || !agree(&answer, &said) {
                return false;
            }
            past.push(asking.event.clone(), valid(asking.now));
        }
        let same_answer = match (ask(&mut ledger, &past, last), answer) {
            (Answer::Refuse(rule, _), Answer::Refuse(before, _)) => rule == *before,
            (Answer::Accept, Answer::Accept) | (Answer::Seen, Answer::Seen) => true,
            _ => false,
        };
        same_answer && judge(&past, &last.event, valid(last.now)) == *verdict
    }
}

/// Where one thing stood at two random instants, by both; what they say where it differs.
fn compare_phase(ledger: &Ledger, past: &History, generator: &mut Generator) -> Option<String> {
    let subject = *generator.chance.pick(SUBJECTS);
    let opened: Vec<&Accepted> =
        past.stream(subject).filter(|one| opens(&one.event.kind).is_some()).collect();
    let opening = generator.chance.any(&opened)?;
    let days = *generator.chance.pick(&[60, 700]);
    let at = generator.recently(days);
    let unknown = *generator.chance.pick(&[1, past.0.len()]);
    let known = past.0.len() - generator.chance.below(unknown);
    let expected = phase_at(past, opening, at, known);
    let id = SubjectId::parse(subject).unwrap();
    let file = ledger.subject(&id);
    // By its entry: an id may be taken once in each of a subject's two streams.
    let (place, _) = file.items().find(|(_, item)| item.entry.get() == u64::try_from(opening.at).unwrap())?;
    let asked = AsOf { valid_at: at, known: TreeSize::new(u64::try_from(known).unwrap()) };
    let found = case_of(&id, &file, ledger.governance(), asked).phase_at(place);
    let found = found.map(|phase| format!("{phase:?}").to_lowercase());
    let what = String::from_utf8_lossy(&opening.event.bytes).into_owned();
    if found.as_deref() != expected {
        return Some(format!(
            "phase at {at}, {known} known: engine {found:?}, reference {expected:?} of {what}"
        ));
    }
    let (stands, void) = (case_of(&id, &file, ledger.governance(), asked), is_void(past, opening, at, known));
    if stands.is_void(place) != void {
        return Some(format!("void at {at}, {known} known: engine {}, reference {void} of {what}", !void));
    }
    if opening.event.kind != "record.filed" || opening.at >= known || opening.event.valid_from > at {
        return None;
    }
    let marked = stands.marks(place).into_iter().map(|marked| marked.mark.name());
    let found: BTreeSet<&str> = marked.filter(|mark| marks::MARKS.contains(mark)).collect();
    let expected = marks::marks(past, opening, (at, known));
    (found != expected)
        .then(|| format!("marks at {at}, {known} known: engine {found:?}, reference {expected:?} of {what}"))
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept => write!(f, "accepts"),
            Self::Seen => write!(f, "has seen it"),
            Self::Refuse(rule, why) => write!(f, "refuses by {rule} ({why})"),
        }
    }
}

impl Tally {
    fn count(&mut self, event: &Stated, answer: &Answer) {
        self.steps += 1;
        match answer {
            Answer::Accept => *self.accepted.entry(event.kind.clone()).or_default() += 1,
            Answer::Seen => self.seen += 1,
            Answer::Refuse(rule, _) => *self.refused.entry(rule).or_default() += 1,
        }
    }

    fn by_another_name(&mut self, past: &History, (event, now): (&Stated, ValidTime), answer: &Answer) {
        let Answer::Refuse(rule, _) = answer else { return };
        if past.names(&event.subject).len() == 1 {
            return;
        }
        let alone = History(past.0.clone(), true);
        if !matches!(judge(&alone, event, now), Verdict::Refuse(rules) if rules.contains(rule)) {
            *self.by_another_name.entry(rule).or_default() += 1;
        }
    }

    pub fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.disagreements += other.disagreements;
        self.phases += other.phases;
        self.seen += other.seen;
        other
            .by_another_name
            .into_iter()
            .for_each(|(rule, n)| *self.by_another_name.entry(rule).or_default() += n);
        other.accepted.into_iter().for_each(|(kind, n)| *self.accepted.entry(kind).or_default() += n);
        other.refused.into_iter().for_each(|(rule, n)| *self.refused.entry(rule).or_default() += n);
    }

    /// Every step was taken, and every rule that the reference has refused something.
    pub fn covers_everything(&self) {
        // Orders to erase are not among what is drawn: they have vectors and forged ledgers.
        for row in STEPS.iter().filter(|row| row.kind != "erasure.withdrawn") {
            assert!(self.accepted.contains_key(row.kind), "{} was never accepted", row.kind);
        }
        for rule in RULES {
            assert!(self.refused.contains_key(rule), "{rule} never refused");
        }
        for rule in ["D05", "D07", "L08", "L19"] {
            assert!(self.by_another_name.contains_key(rule), "{rule} never refused by another name");
        }
    }
}

/// The rules that the reference has.
const RULES: &[&str] = &[
    "A01", "A02", "A03", "A04", "A05", "A06", "A08", "A09", "A10", "A11", "D02", "D03", "D04", "D05", "D06",
    "D07", "D08", "D09", "D10", "D11", "D12", "D13", "D14", "L01", "L03", "L04", "L05", "L06", "L08", "L09",
    "L10", "L11", "L14", "L15", "L16", "L17", "L18", "L19", "L20", "L23", "L24", "L25", "L28",
];

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accepted: usize = self.accepted.values().sum();
        writeln!(
            f,
            "{} steps: {accepted} accepted, {} repeated, {} phases asked",
            self.steps, self.seen, self.phases
        )?;
        writeln!(f, "{} disagreements", self.disagreements)?;
        writeln!(f, "accepted: {:?}", self.accepted)?;
        writeln!(f, "refused: {:?}", self.refused)?;
        write!(f, "of which by another name alone: {:?}", self.by_another_name)
    }
}
