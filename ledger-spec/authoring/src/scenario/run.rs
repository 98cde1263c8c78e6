//! Runs a case file: takes its steps, asks its questions, and tells every difference.

use super::answer::Reader;
use super::format::{Ask, Expect, Known, ReadBy, Scenario, Step};
use super::ledger::{Base, Outcome, Paper, ScenarioLedger, key_text};
use super::matching;
use super::reading;
use core::fmt;
use ledger_spec::admission::Refusal;
use ledger_spec::casefile::{AsOf, Sight, Viewer};
use ledger_spec::event::EventError;
use ledger_spec::id::{EventId, ListCode, SubjectId};
use ledger_spec::readers::{Asked, Granted};
use ledger_spec::time::{Date, ValidTime};
use ledger_spec::wording::{Language, Words};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};

/// What running a case came to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Report {
    /// Every difference; none where the case is as its file says.
    pub mismatches: Vec<Mismatch>,
    /// What the steps showed.
    pub shown: Vec<Shown>,
    /// How many questions were asked.
    pub asked: usize,
}

/// One step as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its kind.
    pub kind: String,
    /// The rule that refused it; `None` where it was accepted.
    pub refused: Option<String>,
    /// The rules that it says it met.
    pub meets: Vec<String>,
}

/// A difference between the file and what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Which step or question, counted from 1, with its name.
    pub place: Words,
    /// What was found.
    pub found: Words,
    /// What the file says.
    pub expected: Words,
}

impl Mismatch {
    /// It told in a language, on three lines.
    #[must_use]
    pub fn told(&self, language: Language) -> String {
        let [place, found, expected] =
            [&self.place, &self.found, &self.expected].map(|words| words.text(language));
        match language {
            Language::En => format!("{place}\n    found:    {found}\n    expected: {expected}"),
            Language::Zh => format!("{place}\n    实际：{found}\n    应为：{expected}"),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Language::En))
    }
}

/// Runs a case on a copy of the world that every case begins on.
pub fn run(base: &Base, scenario: &Scenario) -> Report {
    let begins = scenario.steps.first().and_then(|step| instant(&step.at, Side::First));
    // A first step without a time that can be read differs in any world.
    let world =
        base.at(begins.unwrap_or(ValidTime::MAX)).or_defect("the first world is of the first instant");
    let mut running = Running {
        world: world.clone(),
        begins: world.ledger.size(),
        now: ValidTime::MIN,
        scenario,
        named: BTreeMap::new(),
        report: Report::default(),
    };
    for (at, step) in scenario.steps.iter().enumerate() {
        let name = step.name.as_deref().unwrap_or(&step.kind);
        let number = at + 1;
        let place =
            Words::both(format_args!("step {number} ({name})"), format_args!("第 {number} 步（{name}）"));
        if let Err(problem) = running.step(&place, step) {
            let expected = Words::both("a step that can be taken", "可以办理的步骤");
            running.differs(place, problem, expected);
        }
    }
    for (at, ask) in scenario.asks.iter().enumerate() {
        let (number, view, day) = (at + 1, &ask.view, &ask.at);
        let place = Words::both(
            format_args!("ask {number} ({view} at {day})"),
            format_args!("第 {number} 问（{view}，{day}）"),
        );
        running.report.asked += 1;
        if let Err(problem) = running.ask(&place, ask) {
            let expected = Words::both("a question that can be answered", "可以答复的查询");
            running.differs(place, problem, expected);
        }
    }
    if !running.world.is_audited() {
        let found = Words::both("a ledger that the audit does not reach", "与审计所得不一致的台账");
        running.differs(Words::both("the end", "结束时"), found, Words::both("the same", "一致"));
    }
    running.report
}

/// An event by which a case refers to others.
struct Named {
    id: EventId,
    entry: EntryIndex,
    subject: SubjectId,
}

struct Running<'a> {
    world: ScenarioLedger,
    begins: TreeSize,
    now: ValidTime,
    scenario: &'a Scenario,
    named: BTreeMap<&'a str, Named>,
    report: Report,
}

impl<'a> Running<'a> {
    fn differs(&mut self, place: Words, found: Words, expected: Words) {
        self.report.mismatches.push(Mismatch { place, found, expected });
    }

    fn step(&mut self, place: &Words, step: &'a Step) -> Result<(), Words> {
        let at = instant(&step.at, Side::First).ok_or_else(|| no_time("at", &step.at))?;
        if at < self.now {
            let at = &step.at;
            return Err(Words::both(
                format_args!("at = {at}, before the step before it"),
                format_args!("{at}（at），早于上一步"),
            ));
        }
        self.now = at;
        if step.name.as_deref().is_some_and(|name| self.named.contains_key(name)) {
            return Err(Words::both("a name that another step has", "名称与其他步骤重复"));
        }
        let valid_from = match &step.from {
            None => at,
            Some(from) => instant(from, Side::First).ok_or_else(|| no_time("from", from))?,
        };
        let subject = self.subject(&step.about)?;
        let officers: Vec<&str> =
            std::iter::once(&step.key).chain(&step.cosign).map(String::as_str).collect();
        let body = self.resolved(&step.body)?;
        let (kind, issuer) = (step.kind.as_str(), step.by.as_str());
        let (officers, subject_of, unsplit) = (&officers, &subject, step.unsplit);
        let paper = Paper { kind, issuer, officers, subject: subject_of, valid_from, body, unsplit };
        let outcome = self.world.file(paper, at).map_err(|error| error.words())?;
        let mut refused = None;
        let (found, as_said) = match &outcome {
            Outcome::Entered(id, entry) => {
                if let Some(name) = &step.name {
                    self.named.insert(name, Named { id: *id, entry: *entry, subject });
                }
                (Words::both("accepted", "予以记载"), step.expect == Expect::Accepted)
            }
            Outcome::Refused(refusal) => {
                refused = Some(refusal.rule.id().to_owned());
                let same = matches!(&step.expect, Expect::Refused { rule, field }
                    if rule == refusal.rule.id() && field.as_ref().is_none_or(|field| field == refusal.field));
                (refused_words(refusal), same)
            }
            Outcome::Malformed(error) => {
                let same = matches!(&step.expect, Expect::Malformed { field } if *field == field_of(error));
                let said = error.words();
                let [en, zh] = [Language::En, Language::Zh].map(|language| said.text(language));
                (Words::both(format_args!("malformed: {en}"), format_args!("格式不符：{zh}")), same)
            }
        };
        if as_said {
            let (kind, meets) = (step.kind.clone(), step.meets.clone());
            if !matches!(outcome, Outcome::Malformed(_)) {
                self.report.shown.push(Shown { kind, refused, meets });
            }
        } else {
            self.differs(place.clone(), found, expected(&step.expect));
        }
        Ok(())
    }

    fn ask(&mut self, place: &Words, ask: &Ask) -> Result<(), Words> {
        let valid_at = instant(&ask.at, Side::Last).ok_or_else(|| no_time("at", &ask.at))?;
        let moment = self.moment(ask, valid_at)?;
        let known = match &ask.known {
            Known::Everything => moment.known,
            Known::UpTo(name) if name == "now" => moment.known,
            Known::UpTo(name) => self.event(name)?.entry.covering_size(),
            Known::First(count) => {
                let known = self.begins.checked_plus(*count);
                known.ok_or_else(|| {
                    Words::both(
                        format_args!("known = {count}: no ledger has so many entries"),
                        format_args!("{count}（known）：台账没有这么多条目"),
                    )
                })?
            }
        };
        let known = known.min(moment.known);
        let viewer = match &ask.reader {
            None => {
                let sight = Sight::parse(&ask.sight).ok_or_else(|| {
                    let sight = &ask.sight;
                    Words::both(
                        format_args!("sight = {sight}, which is none"),
                        format_args!("{sight}（sight），没有这种查阅身份"),
                    )
                })?;
                Viewer::by(sight, moment)
            }
            Some(by) => {
                let found = self.granted(ask, by, moment)?;
                let refused = found.as_ref().err();
                if refused != by.refused.as_ref() {
                    let said = |rule: Option<&String>| match rule {
                        Some(rule) => Words::data(rule),
                        None => Words::both("an answer", "予以答复"),
                    };
                    self.differs(place.clone(), said(refused), said(by.refused.as_ref()));
                }
                match found {
                    // Whether a code is given is all that is asked.
                    Ok(_) if ask.view == "code" => return Ok(()),
                    Ok(granted) => granted.viewer(moment),
                    Err(_) => return Ok(()),
                }
            }
        };
        let answer = self.answer(ask, AsOf { valid_at, known }, viewer)?;
        let says = self.resolved(&ask.says)?;
        let lacks: Vec<Value> =
            ask.lacks.iter().map(|text| self.resolved(&json!(text))).collect::<Result<_, _>>()?;
        for (path, found, expected) in matching::differences(&answer, &says) {
            self.differs(within(place, &Words::data(path)), found, expected);
        }
        for text in lacks.iter().filter(|text| matching::holds(&answer, text)) {
            let found = Words::both(format_args!("{text} in {answer}"), format_args!("{answer} 中有 {text}"));
            self.differs(place.clone(), found, Words::both("an answer without it", "没有它的答复"));
        }
        let written = answer.to_string();
        for text in ask.tells.iter().filter(|text| !written.contains(text.as_str())) {
            let expected = Words::both(format_args!("it tells: {text}"), format_args!("说明：{text}"));
            self.differs(place.clone(), Words::data(&written), expected);
        }
        for name in ask.absent.iter().filter(|name| answer.get(name.as_str()).is_some()) {
            let found =
                Words::both(format_args!("{name} in {written}"), format_args!("{written} 中有 {name}"));
            self.differs(place.clone(), found, Words::both("an answer without it", "没有它的答复"));
        }
        for (name, count) in &ask.counts {
            let found = answer.get(name).and_then(Value::as_array).map(Vec::len);
            if found != Some(*count) {
                let found = found.map_or_else(
                    || Words::both(format_args!("no array: {answer}"), format_args!("不是数组：{answer}")),
                    Words::data,
                );
                let what = Words::both(format_args!("how many {name}"), format_args!("{name} 的个数"));
                self.differs(within(place, &what), found, Words::data(count));
            }
        }
        Ok(())
    }

    /// What a reader of the table is granted, or the rule that refuses.
    fn granted(&self, ask: &Ask, by: &ReadBy, moment: AsOf) -> Result<Result<Granted, String>, Words> {
        let case = by.case.as_ref().map(|case| self.resolved(&json!(case))).transpose()?;
        let case = case.as_ref().and_then(Value::as_str);
        let subject = by.subject.as_ref().map(|name| self.subject(name)).transpose()?;
        let by = ReadBy { subject: subject.map(|subject| subject.to_string()), ..by.clone() };
        let about = ask.about.as_ref().map(|about| self.subject(about)).transpose()?;
        let of = ask.of.as_ref().map(|of| self.event(of)).transpose()?;
        let list = ask.list.as_ref().map(|list| ListCode::parse(list)).transpose();
        let list = list.map_err(Words::data)?;
        let asked = match (&about, of, &list, ask.view.as_str()) {
            (_, _, _, "oversight" | "indicators") => Asked::Counts,
            (Some(about), _, _, "code") => Asked::Code(about),
            (Some(about), ..) => Asked::Subject(about),
            // Where an event stands is said of its subject.
            (_, Some(of), ..) => Asked::Subject(&of.subject),
            (_, _, Some(list), _) => Asked::List(list),
            _ => Asked::Open,
        };
        reading::granted(&self.world, &by, case, asked, moment)
    }

    /// The moment of asking: a time, and what had reached the ledger by then.
    fn moment(&self, ask: &Ask, valid_at: ValidTime) -> Result<AsOf, Words> {
        let Some(asked) = &ask.asked else {
            return Ok(AsOf { valid_at: valid_at.max(self.now), known: self.world.ledger.size() });
        };
        let at = instant(asked, Side::Last).ok_or_else(|| no_time("asked", asked))?;
        Ok(AsOf { valid_at: at, known: self.world.known_by(at) })
    }

    fn answer(&self, ask: &Ask, as_of: AsOf, viewer: Viewer) -> Result<Value, Words> {
        let reader = Reader { ledger: &self.world, as_of, viewer };
        let answer = match (&ask.about, &ask.list, &ask.of) {
            (Some(about), None, None) => {
                reader.about(&ask.view, &self.subject(about)?, ask.domain.as_deref())
            }
            (None, Some(list), None) => reader.list(&ask.view, list),
            (None, None, Some(of)) if ask.view == "line" => {
                let event = self.event(of)?;
                Some(reader.line(&event.subject, &event.id))
            }
            (None, None, None) => reader.whole(&ask.view),
            _ => None,
        };
        let answer = answer.ok_or_else(|| {
            let view = &ask.view;
            Words::both(
                format_args!("view = {view}: with other fields, or none there is"),
                format_args!("{view}（view）：没有这种查询，或者所填各项与它不符"),
            )
        })?;
        answer.map_err(Words::data)
    }

    fn subject(&self, name: &str) -> Result<SubjectId, Words> {
        let id = self.scenario.subjects.get(name).map_or(name, String::as_str);
        SubjectId::parse(id).map_err(|error| within(&Words::data(name), &error.words()))
    }

    fn event(&self, name: &str) -> Result<&Named, Words> {
        let known = name.strip_prefix('@').and_then(|name| self.named.get(name));
        known.ok_or_else(|| {
            Words::both(
                format_args!("{name} is no event that was accepted before"),
                format_args!("{name} 不是此前已予记载的事项"),
            )
        })
    }

    /// The body with what it refers to put in: `@name` of an event or subject, `@entry:name` for the number of an
    /// event's entry, `@key:authority:officer`.
    fn resolved(&self, value: &Value) -> Result<Value, Words> {
        Ok(match value {
            Value::String(text) => match text.strip_prefix('@') {
                None => value.clone(),
                Some(name) => match name.strip_prefix("entry:") {
                    Some(name) => json!(self.event(&format!("@{name}"))?.entry.get()),
                    None => Value::String(self.reference(name)?),
                },
            },
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.resolved(item)).collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.resolved(value)?)))
                    .collect::<Result<_, Words>>()?,
            ),
            Value::Null => json!({}),
            other => other.clone(),
        })
    }

    fn reference(&self, name: &str) -> Result<String, Words> {
        if let Some(event) = self.named.get(name) {
            return Ok(event.id.to_string());
        }
        if let Some(subject) = self.scenario.subjects.get(name) {
            return Ok(subject.clone());
        }
        match name.strip_prefix("key:").and_then(|key| key.rsplit_once(':')) {
            Some((authority, officer)) => Ok(key_text(authority, officer)),
            None => Err(Words::both(
                format_args!("@{name} names nothing that was accepted before"),
                format_args!("@{name} 所指的不是此前已予记载的事项，也不是所列的主体"),
            )),
        }
    }
}

/// Of what is written where a time has to be.
fn no_time(field: &str, written: &str) -> Words {
    Words::both(
        format_args!("{field} = {written}, which is no time"),
        format_args!("{written}（{field}），不是时间"),
    )
}

#[derive(Clone, Copy)]
enum Side {
    First,
    Last,
}

/// A time, or a day's first or last instant.
fn instant(text: &str, side: Side) -> Option<ValidTime> {
    match (side, Date::parse(text)) {
        (Side::First, Ok(day)) => Some(day.start_of_day()),
        _ => ValidTime::parse_or_end_of_day(text).ok(),
    }
}

fn expected(expect: &Expect) -> Words {
    match expect {
        Expect::Accepted => Words::both("accepted", "予以记载"),
        Expect::Refused { rule, field: None } => {
            Words::both(format_args!("refused by {rule}"), format_args!("按 {rule} 不予记载"))
        }
        Expect::Refused { rule, field: Some(field) } => Words::both(
            format_args!("refused by {rule} for {field}"),
            format_args!("按 {rule} 不予记载（{field}）"),
        ),
        Expect::Malformed { field } => {
            Words::both(format_args!("no event, for {field}"), format_args!("不是事项（{field}）"))
        }
    }
}

/// A refusal of admission, wholly in one language.
fn refused_words(refusal: &Refusal) -> Words {
    let rule = refusal.rule;
    let [found, expected] = [&refusal.found, &refusal.expected].map(|words| words.text(Language::Zh));
    Words::both(
        format_args!("refused: {refusal}"),
        format_args!(
            "不予记载：{}（{}）：{}：{found}；应为{expected}",
            rule.id(),
            rule.slug(),
            refusal.field
        ),
    )
}

/// A part of a place.
fn within(place: &Words, part: &Words) -> Words {
    let [en, zh] = [Language::En, Language::Zh].map(|language| (place.text(language), part.text(language)));
    Words::both(format_args!("{}: {}", en.0, en.1), format_args!("{}：{}", zh.0, zh.1))
}

fn field_of(error: &EventError) -> String {
    match error {
        EventError::Field(error) => error.field.clone(),
        _ => String::new(),
    }
}
