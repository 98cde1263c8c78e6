//! Answers in words, for people: Chinese or English.

use super::answer::Row;
use ledger_spec::casefile::{Cause, Life, Mark};
use ledger_spec::definition::{Disclosure, Name};
use ledger_spec::event::{Event, EventError};
use ledger_spec::json::characters;
use ledger_spec::projection::{
    Answered, Authorities, CatalogueAt, EntryLine, EventsPage, ItemLine, Line, Standing, State,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tlog::bytes::to_hex;
use tlog::defect::OrDefect as _;
use tlog::position::EntryIndex;

/// The languages of this ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Language {
    /// 中文
    Zh,
    /// English
    En,
}

impl Language {
    /// What `LC_ALL`, `LC_MESSAGES` or `LANG` say, in this order.
    pub(super) fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        if set.is_some_and(|value| value.starts_with("zh")) { Self::Zh } else { Self::En }
    }

    const fn of(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    const fn state(self, state: State) -> &'static str {
        let (zh, en) = match state {
            State::NoRecord => ("本账本无记录", "no record here"),
            State::Registered => ("已登记", "registered"),
            State::RecordInForce => ("有有效记录", "record in force"),
            State::Listed => ("在名单中", "on a list"),
            State::RepairPending => ("信用修复审理中", "repair pending"),
            State::NothingInForce => ("有记录，该时点无有效事项", "nothing in force at that time"),
            State::Withheld => ("另有不公开事项", "more that is not public"),
        };
        self.of(zh, en)
    }

    const fn life(self, life: Life) -> &'static str {
        let (zh, en) = match life {
            Life::NotYet => ("尚未生效", "not yet"),
            Life::InForce => ("有效", "in force"),
            Life::Ended => ("已终止", "ended"),
        };
        self.of(zh, en)
    }

    const fn cause(self, cause: Cause) -> &'static str {
        let (zh, en) = match cause {
            Cause::Revoked => ("原决定被撤销", "the decision was revoked"),
            Cause::FiledInError => ("录入有误，已撤下", "filed in error"),
            Cause::Sealed => ("已封存", "sealed"),
            Cause::Repaired => ("已准予修复", "repair was granted"),
            Cause::Removed => ("已移出", "taken off the list"),
            Cause::TakenBack => ("已撤回", "taken back"),
            Cause::Expired => ("期限届满", "its term is over"),
            Cause::GroundEnded => ("所依据的事项已终止", "what it rests on has ended"),
            Cause::Superseded => ("被新的结果取代", "a later one took its place"),
            Cause::Displaced => {
                ("因列入严重失信主体名单而失效", "the subject came onto a list of the seriously dishonest")
            }
        };
        self.of(zh, en)
    }

    const fn mark(self, mark: Mark) -> &'static str {
        let (zh, en) = match mark {
            Mark::Corrected => ("已更正", "corrected"),
            Mark::Annotated => ("附有主体说明", "with the subject's own words"),
            Mark::UnderReview => ("正在复议或诉讼", "under review"),
            Mark::Objected => ("异议处理中", "an objection is open"),
            Mark::ObjectionOverdue => {
                ("异议逾期未决，暂停公示", "an objection is overdue: publication suspended")
            }
            Mark::ObjectionUpheld => ("异议成立，待更正", "an objection was upheld: to be corrected"),
            Mark::Held => ("保全中", "a hold stands"),
            Mark::PublicationStayed => ("依法暂停公示", "publication is stayed"),
            Mark::Masked => ("破产重整、和解期间屏蔽", "masked during reorganisation"),
            Mark::Exempted => ("措施已豁免", "exempted"),
            Mark::NotVerified => ("历史数据迁移", "came in through a migration"),
            Mark::CompromisedKey => {
                ("签署密钥当时可能已失控，待核实", "signed with a key that may have been in wrong hands")
            }
        };
        self.of(zh, en)
    }

    /// What is said after things that are named in part.
    fn more(self, more: usize) -> String {
        match (self, more) {
            (_, 0) => String::new(),
            (Self::Zh, more) => format!("，另有 {more} 条"),
            (Self::En, more) => format!(" and {more} more"),
        }
    }

    fn name(self, name: &Name) -> &str {
        match self {
            Self::Zh => &name.zh,
            Self::En => &name.en,
        }
    }
}

/// A subject's standing.
pub(super) fn subject(answered: &Answered<Standing>, language: Language) -> String {
    let (mut out, standing) = (String::new(), &answered.answer);
    let (at, subject) = (language.of("截至", "valid at"), shown(answered.subject.as_ref()));
    line(&mut out, &format!("{subject}  ({at} {})", answered.valid_at));
    for state in &standing.states {
        let mut words = format!("  {}", language.state(state.state));
        if !state.because.is_empty() {
            let rules: Vec<_> = state.rules.iter().map(|rule| rule.id()).collect();
            let (entries, because) = (language.of("条目", "entries"), joined(&state.because));
            let more = language.more(state.more);
            let _ = write!(words, "  [{entries} {because}{more}; {}]", rules.join(", "));
        }
        line(&mut out, &words);
    }
    if let Some(name) = standing.registration.as_ref().and_then(|registration| registration.name.as_ref()) {
        line(&mut out, &format!("  {}: {name}", language.of("登记名称", "registered name")));
    }
    for one in &standing.records {
        line(
            &mut out,
            &statement(&one.line, language.of("记录", "record"), &one.record_type, None, language),
        );
    }
    for one in &standing.listings {
        let what = language.of("名单", "list");
        line(&mut out, &statement(&one.line, what, &one.list, Some(&one.row), language));
    }
    for one in &standing.repairs {
        line(&mut out, &statement(&one.line, language.of("修复", "repair"), &one.target, None, language));
    }
    if let Some(notice) = &answered.notice {
        line(&mut out, &format!("  {}", language.name(notice)));
    }
    out
}

/// One record, listing or repair on a line, and below it what ends it and what has to be said beside it.
fn statement(
    one: &Line,
    what: &str,
    named: &dyn std::fmt::Display,
    row: Option<&BTreeMap<String, String>>,
    language: Language,
) -> String {
    let mut out = format!(
        "  {what} #{} {named}: {}, {} {} ({})",
        one.entry,
        language.life(one.life),
        language.of("自", "from"),
        one.valid_from.date(),
        one.issuer,
    );
    if let Some(row) = row {
        let cells: Vec<_> = row.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let _ = write!(out, "\n      {}", cells.join("; "));
    }
    if one.more_steps > 0 {
        let _ = write!(out, "\n      {} {}", one.more_steps, language.of("个更早的步骤", "earlier steps"));
    }
    for step in &one.steps {
        let (kind, from, reason) = (step.kind.name(), step.valid_from.date(), shown(step.reason.as_ref()));
        let _ = write!(out, "\n      {kind} #{} {from} {reason}", step.entry);
    }
    if let Some(end) = &one.end {
        let until = language.of("终止于", "ends");
        let _ = write!(out, "\n      {until} {}: {}", end.at.date(), language.cause(end.cause));
    }
    let marks: Vec<_> = one.marks.iter().map(|mark| language.mark(mark.mark)).collect();
    if !marks.is_empty() {
        let _ = write!(out, "\n      {}{}", marks.join("; "), language.more(one.more_marks));
    }
    let unverified: Vec<_> = one.not_verified.iter().map(|rule| rule.id()).collect();
    if !unverified.is_empty() {
        let words = language.of("本账本未核验", "not verified by this ledger");
        let _ = write!(out, "\n      {words}: {}", unverified.join(", "));
    }
    out
}

/// A projection without words of its own, as indented data.
pub(super) fn plain_data(answer: &Map<String, Value>) -> String {
    let mut shown = answer.clone();
    shown.remove("checkpoint");
    serde_json::to_string_pretty(&shown).or_defect("a value that was read always writes") + "\n"
}

/// A page of a history.
pub(super) fn events(page: &EventsPage) -> Result<String, EventError> {
    let mut out = String::new();
    for one in &page.events {
        out.push_str(&entry(one)?);
    }
    if let Some(next) = page.next {
        line(&mut out, &format!("... --before {next}"));
    }
    Ok(out)
}

/// One entry on a line.
pub(super) fn entry(one: &EntryLine) -> Result<String, EventError> {
    let event = Event::parse(one.event.get().as_bytes())?;
    Ok(format!(
        "#{} {} {} {} -> {} ({})\n",
        one.index,
        one.recorded_at.to_text(),
        event.kind().name(),
        event.issuer,
        event.subject,
        event.valid_from.date(),
    ))
}

/// The rows of a list, with their columns on top.
pub(super) fn rows(rows: &[Row], language: Language) -> String {
    let mut out = String::new();
    // A row has the columns that its reader may see: those of a person's are fewer than those of a firm's.
    let mut columns: Vec<&str> = Vec::new();
    if let Some(widest) = rows.iter().max_by_key(|row| row.0.len()) {
        columns.extend(widest.0.iter().map(|(name, _)| name.as_str()));
        line(&mut out, &columns.join("\t"));
    }
    for row in rows {
        let cell = |column: &&str| {
            let found = row.0.iter().find(|(name, _)| name == column);
            found.map_or("", |(_, value)| value.as_str())
        };
        line(&mut out, &columns.iter().map(cell).collect::<Vec<_>>().join("\t"));
    }
    line(&mut out, &format!("# {} {}", rows.len(), language.of("行", "rows")));
    out
}

/// Authorities, their roles and keys.
pub(super) fn authorities(answer: &Authorities, language: Language) -> String {
    let mut out = String::new();
    for one in &answer.authorities {
        let roles: Vec<_> = one.roles.iter().map(|role| role.name()).collect();
        line(&mut out, &format!("{}  {}  [{}]", one.id, language.name(&one.name), roles.join(", ")));
        for key in &one.keys {
            let end = key.revoked.as_ref().map(|end| format!("  {} #{}", end.reason.name(), end.entry));
            let hands = key.compromised.as_ref().map(|said| {
                let since = language.of("可能已失控，自", "maybe in wrong hands since");
                format!("  {since} {} #{}", said.since, said.entry)
            });
            let (end, hands) = (end.unwrap_or_default(), hands.unwrap_or_default());
            line(&mut out, &format!("  {}{end}{hands}", to_hex(&key.key)));
        }
    }
    out
}

/// Types and lists.
pub(super) fn catalogue(answer: &CatalogueAt, language: Language) -> String {
    let mut out = String::new();
    for one in &answer.types {
        let what = language.of("类型", "type");
        line(&mut out, &item(&one.item, what, one.polarity.name(), one.disclosure, language));
    }
    for one in &answer.lists {
        let what = language.of("名单", "list");
        line(&mut out, &item(&one.item, what, one.polarity.name(), one.disclosure, language));
    }
    out
}

fn item(one: &ItemLine, what: &str, polarity: &str, disclosure: Disclosure, language: Language) -> String {
    let basis: Vec<_> = one.basis.iter().map(|basis| basis.title.as_deref().unwrap_or_default()).collect();
    format!(
        "{what} {}  {}  [{polarity}, {}]  {}",
        one.code,
        language.name(&one.title),
        disclosure.name(),
        basis.join("; ")
    )
}

/// One line, with what nobody sees and what moves a cursor escaped: a name may have come from anybody.
fn line(out: &mut String, text: &str) {
    out.push_str(&characters::shown(text));
    out.push('\n');
}

/// What may be absent, as text.
fn shown(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn joined(all: &[EntryIndex]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A server's answer about a subject, in the reader's language.
pub(super) fn standing_in_words(answer: &Answered<Standing>) -> String {
    subject(answer, Language::of_environment())
}
