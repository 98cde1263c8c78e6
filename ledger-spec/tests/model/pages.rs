//! Pages put together are the whole answer: for random ledgers, every question, every sight, at several instants. And
//! what a page reads of the log is what it shows.

use crate::compare::Base;
use crate::history::History;
use crate::world::{LISTS, SUBJECTS};
use core::cell::Cell;
use core::num::NonZeroUsize;
use ledger_spec::casefile::{AsOf, CaseFile, CaseFiles, ItemRow, Sight, Viewer};
use ledger_spec::definition::Domain;
use ledger_spec::event::{DisclosedField, Event};
use ledger_spec::governance::Governance;
use ledger_spec::id::{ListCode, SubjectId, SubjectStream};
use ledger_spec::projection::{
    CaseFileSource, CityAnswer, CityAsked, CityFold, CityQuestion, Page, Question, SubjectQuestion,
    Unanswered,
};
use ledger_spec::state::Ledger;
use ledger_spec::time::RecordedTime;
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use tlog::position::EntryIndex;

/// A random ledger, what stands in it, and how often an event was read whole.
pub struct World {
    pub ledger: Ledger,
    pub past: History,
    pub city: CaseFiles,
    /// The bytes of all rows that a store would keep.
    pub rows: Vec<u8>,
    pub read: Cell<usize>,
}

impl CaseFileSource for World {
    type Error = Unanswered;

    fn governance(&self) -> &Governance {
        self.ledger.governance()
    }

    fn case_file(&self, subject: &SubjectId) -> Result<Arc<CaseFile>, Unanswered> {
        Ok(Arc::new(self.ledger.subject(subject)))
    }

    fn event(&self, entry: EntryIndex) -> Result<Event, Unanswered> {
        self.read.set(self.read.get() + 1);
        Ok(Event::parse(&self.past.0[usize::try_from(entry.get()).unwrap()].event.bytes).unwrap())
    }

    fn fields(&self, _: EntryIndex) -> Result<Vec<DisclosedField>, Unanswered> {
        Ok(Vec::new())
    }

    fn recorded_at(&self, entry: EntryIndex) -> Result<RecordedTime, Unanswered> {
        Ok(RecordedTime::from_micros(entry.get()))
    }

    fn city(
        &self,
        question: &CityQuestion,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<Arc<CityAnswer>, Unanswered> {
        let asked = CityAsked { question, governance: self.governance(), as_of, viewer };
        let whole = self.city.city(asked);
        // The same in parts, put together in another order.
        let mut parts = [CityFold::new(asked), CityFold::new(asked), CityFold::new(asked)];
        let files: Vec<_> = match question.list() {
            Some(list) => self.city.subjects_of(list).collect(),
            None => self.city.files().collect(),
        };
        for (at, (subject, file)) in files.into_iter().enumerate() {
            let other = |name: &SubjectId| {
                let file = self.city.file(&SubjectStream::sealed(name.clone()));
                Ok::<_, Infallible>(file.unwrap_or(CaseFile::empty()))
            };
            let Ok(()) = parts[at % 3].take(subject, file, other);
        }
        let [mut first, second, third] = parts;
        first.merge(third);
        first.merge(second);
        assert_eq!(first.answer(), whole);
        Ok(Arc::new(whole))
    }
}

/// An answer taken apart: its lines, by where they stand, and all that is said beside them.
#[derive(Default)]
struct Apart {
    lines: BTreeMap<String, Vec<Value>>,
    beside: BTreeMap<String, Value>,
    next: Option<u64>,
}

impl Apart {
    fn of(answer: &Value) -> Self {
        let mut apart = Self { next: answer["next"].as_u64(), ..Self::default() };
        apart.take(String::new(), answer);
        apart.beside.remove("/next");
        apart
    }

    /// What is a line has an event; a registration has none.
    fn take(&mut self, path: String, value: &Value) {
        match value {
            Value::Array(items) if items.iter().any(|item| item.get("event").is_some()) => {
                self.lines.insert(path, items.clone());
            }
            Value::Array(items) => {
                let numbered = items.iter().enumerate();
                numbered.for_each(|(at, item)| self.take(format!("{path}/{at}"), item));
            }
            Value::Object(fields) => {
                fields.iter().for_each(|(name, field)| self.take(format!("{path}/{name}"), field));
            }
            other => drop(self.beside.insert(path, other.clone())),
        }
    }

    fn entries(&self) -> Vec<u64> {
        let mut entries: Vec<_> =
            self.lines.values().flatten().filter_map(|line| line["entry"].as_u64()).collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}

/// How many events the lines of a page may have read: itself, each step shown, the correction, and what ends it.
fn most_reads(apart: &Apart) -> usize {
    let shown = |line: &Value, name: &str| line[name].as_array().map_or(0, Vec::len);
    let of_line = |line: &Value| 3 + shown(line, "steps") + shown(line, "uses");
    let lines: usize = apart.lines.values().flatten().map(of_line).sum();
    // A registration: itself, what it was merged into, and its identifiers.
    let identifiers = apart.beside.keys().filter(|path| path.contains("/identifiers/")).count();
    lines + 2 + identifiers
}

fn ask(world: &World, asking: &dyn Fn(Page) -> Question, page: Page, at: (AsOf, Viewer)) -> Option<Apart> {
    match asking(page).answer(world, at.0, at.1) {
        Ok(answer) => Some(Apart::of(&serde_json::to_value(answer).unwrap())),
        Err(Unanswered::NotForReader { .. }) => None,
        Err(other) => panic!("{other}"),
    }
}

/// What a page's cursor is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cursor {
    /// The entry of its last line, in the log's order.
    InOrder,
    /// The entry of its last line.
    Entry,
    /// How many lines come before the next.
    Count,
}

/// Asks by pages of so many lines and holds them against the whole; gives how many lines there were.
fn compare(
    world: &World,
    asking: &dyn Fn(Page) -> Question,
    limit: usize,
    at: (AsOf, Viewer),
    cursor: Cursor,
) -> usize {
    let Some(whole) = ask(world, asking, Page::default(), at) else { return 0 };
    let (mut together, mut after) = (BTreeMap::<String, Vec<Value>>::new(), None);
    loop {
        let page = Page { after: after.map(EntryIndex::new), limit: NonZeroUsize::new(limit) };
        world.read.set(0);
        let part = ask(world, asking, page, at).unwrap();
        let context = || format!("{:?} at {at:?}", asking(page));
        assert!(world.read.get() <= most_reads(&part), "{}: {} events read", context(), world.read.get());
        assert_eq!(part.beside, whole.beside, "{}", context());
        let entries = part.entries();
        assert!(entries.len() <= limit, "{}: {entries:?}", context());
        if let (Some(next), Cursor::Entry | Cursor::InOrder) = (part.next, cursor) {
            assert_eq!(entries.len(), limit, "{}: a page that others follow is full", context());
            assert!(entries.contains(&next), "{}: {next} is not shown", context());
        }
        if cursor == Cursor::InOrder {
            assert!(entries.iter().all(|entry| Some(*entry) > after), "{}", context());
            assert!(part.next.is_none_or(|next| entries.last() == Some(&next)), "{}", context());
        }
        for (path, lines) in part.lines {
            together.entry(path).or_default().extend(lines);
        }
        let Some(next) = part.next else { break };
        after = Some(next);
    }
    assert_eq!(together, whole.lines, "{:?} at {at:?} by {limit}", asking(Page::default()));
    together.values().map(Vec::len).sum()
}

/// A question that wants its page.
type Asking = Box<dyn Fn(Page) -> Question>;

fn about() -> Vec<(&'static str, Asking)> {
    let mut all: Vec<(&'static str, Asking)> = Vec::new();
    for name in SubjectQuestion::NAMES {
        let what =
            SubjectQuestion::parse(name, (name == "eligibility").then_some(Domain::Procurement)).unwrap();
        for subject in SUBJECTS {
            let subject = SubjectId::parse(subject).unwrap();
            all.push((
                name,
                Box::new(move |page| Question::Subject { subject: subject.clone(), what, page }),
            ));
        }
    }
    all
}

fn of_lists() -> Vec<(&'static str, Asking)> {
    let mut all: Vec<(&'static str, Asking)> = Vec::new();
    for list in LISTS {
        let list = ListCode::parse(list).unwrap();
        let left = list.clone();
        all.push(("list", Box::new(move |page| Question::Edition { list: list.clone(), page })));
        all.push(("departures", Box::new(move |page| Question::Departures { list: left.clone(), page })));
    }
    all
}

#[test]
fn pages_put_together_are_the_whole_answer() {
    let base = Base::new();
    let mut lines: BTreeMap<&'static str, usize> = BTreeMap::new();
    for seed in 26..=28 {
        let (world, instants) = base.world(seed, 700);
        for sight in Sight::ALL {
            let viewer = Viewer::by(sight, instants[0]);
            for (at, limit) in instants.iter().flat_map(|at| [1, 2, 7].map(|limit| (*at, limit))) {
                for (name, asking) in about() {
                    *lines.entry(name).or_default() +=
                        compare(&world, &asking, limit, (at, viewer), Cursor::InOrder);
                }
                for (name, asking) in of_lists() {
                    *lines.entry(name).or_default() +=
                        compare(&world, &asking, limit, (at, viewer), cursor_of(name));
                }
            }
        }
    }
    // Each was asked where it has something to say.
    let silent: Vec<_> = lines.iter().filter(|(_, lines)| **lines < 5).collect();
    assert!(silent.is_empty() && lines.len() == 15, "{lines:?}");
}

#[test]
fn what_is_not_the_subjects_is_a_cursor_all_the_same_and_a_list_knows_its_own() {
    let (world, instants) = Base::new().world(1, 300);
    let at = (instants[0], Viewer::by(Sight::Restricted, instants[0]));
    for (_, asking) in about() {
        let whole = ask(&world, &*asking, Page::default(), at).unwrap().entries();
        for after in [0, 17, 40, u64::MAX] {
            let page = Page { after: Some(EntryIndex::new(after)), limit: None };
            let expected: Vec<_> = whole.iter().copied().filter(|entry| *entry > after).collect();
            assert_eq!(ask(&world, &*asking, page, at).unwrap().entries(), expected);
        }
    }
    for (name, asking) in of_lists() {
        let page = Page { after: Some(EntryIndex::new(0)), limit: None };
        let answer = asking(page).answer(&world, at.0, at.1);
        match cursor_of(name) {
            Cursor::Count => assert_eq!(answer, asking(Page::default()).answer(&world, at.0, at.1)),
            _ => assert_eq!(answer, Err(Unanswered::Cursor(EntryIndex::new(0)))),
        }
    }
}

fn cursor_of(name: &str) -> Cursor {
    if name == "departures" { Cursor::Count } else { Cursor::Entry }
}

/// The moment of asking: what the public is shown at any instants is what it would have been shown then and there, as
/// far as it is shown now; and nobody else is bound by it.
#[test]
fn the_public_is_shown_of_the_past_what_is_public_now() {
    let base = Base::new();
    let (mut shown, mut ended) = (0, 0);
    for seed in 7..=11 {
        let (world, [now, past]) = base.world(seed, 700);
        let entries = |asking: &dyn Fn(Page) -> Question, as_of: AsOf, sight: Sight, moment: AsOf| {
            let answer = ask(&world, asking, Page::default(), (as_of, Viewer::by(sight, moment)));
            answer.map(|answer| answer.entries()).unwrap_or_default()
        };
        let asked = about().into_iter().chain(of_lists());
        // What closes a domain does so at an instant; what has left a list has no entry that the public is told.
        for (_, asking) in asked.filter(|(name, _)| !["eligibility", "departures"].contains(name)) {
            let mixed = [AsOf { known: now.known, ..past }, AsOf { known: past.known, ..now }];
            for as_of in [past, mixed[0], mixed[1], now] {
                // How a thing stood then is told by what is known now: an objection that stayed it may have been met since.
                let known = AsOf { known: now.known, ..as_of };
                let (mut then, today) = (
                    entries(&asking, known, Sight::Public, known),
                    entries(&asking, now, Sight::Public, now),
                );
                then.retain(|entry| *entry < as_of.known.get());
                let expected: Vec<_> = then.iter().copied().filter(|entry| today.contains(entry)).collect();
                assert_eq!(entries(&asking, as_of, Sight::Public, now), expected, "{as_of:?}");
                shown += expected.len();
                ended += then.len() - expected.len();
                for sight in [Sight::Shared, Sight::Restricted, Sight::Court] {
                    let (then, now) =
                        (entries(&asking, as_of, sight, as_of), entries(&asking, as_of, sight, now));
                    assert_eq!(then, now, "{as_of:?} {sight:?}");
                }
            }
        }
    }
    assert!(shown > 50 && ended > 50, "{shown} shown, {ended} ended");
}

/// What a store keeps is read by whoever opens it next: where the bytes change, so must the format's number. A change
/// of the random ledger itself changes them too; then a raised number only costs a store made again.
#[test]
fn rows_of_another_form_have_another_format() {
    const ROWS: (u8, &str) = (18, "493e1dd705928bd7");
    let (world, _) = Base::new().world(7, 700);
    let digest = blake3::hash(&world.rows).to_hex();
    let found = (ItemRow::FORMAT, &digest[..16]);
    assert_eq!(found, ROWS, "rows changed: raise ItemRow::FORMAT and write both here");
}
