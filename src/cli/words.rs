//! Answers in words, for people: Chinese or English.

use super::answer::Row;
use super::client::Client;
use super::failure::Failure;
use super::locale::spoken;
use super::names::{Names, said};
use super::rows::aligned;
use crate::words::{say, state_words};
use ledger_spec::casefile::{Cause, Life, Mark};
use ledger_spec::definition::Disclosure;
use ledger_spec::event::{Event, EventError, Kind};
use ledger_spec::json::characters;
use ledger_spec::projection::{
    Answered, Authorities, BasisLine, CatalogueAt, Counted, DecisionLine, Ended, EntryLine, EventsPage,
    ItemLine, Line, ListingLine, RecordLine, Registration, Standing,
};
use ledger_spec::time::ValidTime;
use ledger_spec::wording::{Language, Words};
use std::fmt::Write as _;
use tlog::bytes::to_hex;
use tlog::position::EntryIndex;

/// Whether an indicator could be counted.
pub(super) fn counted_words(counted: Counted) -> Words {
    let zh = match counted {
        Counted::Counted => "已统计",
        Counted::NoPopulation => "分母未申报",
        Counted::NotInTheLog => "台账无法统计",
        Counted::Attested => "经申报",
        Counted::Suppressed => "数量过小，不予显示",
    };
    Words::both(counted.name(), zh)
}

const fn life(language: Language, life: Life) -> &'static str {
    let en = match life {
        Life::NotYet => "not yet",
        Life::InForce => "in force",
        Life::Ended => "ended",
    };
    language.pick(life.chinese(), en)
}

const fn cause(language: Language, cause: Cause) -> &'static str {
    let en = match cause {
        Cause::Revoked => "the decision was revoked",
        Cause::Nullified => "the decision was confirmed void",
        Cause::FiledInError => "filed in error",
        Cause::Sealed => "sealed",
        Cause::Repaired => "repair was granted",
        Cause::Removed => "taken off the list",
        Cause::TakenBack => "taken back",
        Cause::Expired => "its term is over",
        Cause::GroundEnded => "what it rests on has ended",
        Cause::Superseded => "a later one took its place",
        Cause::Displaced => "the subject came onto a list of the seriously dishonest",
    };
    language.pick(cause.chinese(), en)
}

const fn mark(language: Language, mark: Mark) -> &'static str {
    let en = match mark {
        Mark::Corrected => "corrected",
        Mark::Annotated => "with the subject's own words",
        Mark::FoundUnlawful => "the decision was found unlawful",
        Mark::ChangedOnReview => "the decision was changed on review, and the record is not corrected yet",
        Mark::UnderReview => "under review",
        Mark::Objected => "an objection is open",
        Mark::ObjectionOverdue => "an objection is overdue: publication suspended",
        Mark::ObjectionUpheld => "an objection was upheld: to be corrected",
        Mark::Held => "a hold stands",
        Mark::PublicationStayed => "publication is stayed",
        Mark::ExecutionStayed => "its execution is stayed",
        Mark::Masked => "masked during reorganisation",
        Mark::Exempted => "exempted",
        Mark::NotVerified => "came in through a migration",
        Mark::CompromisedKey => "signed with a key that may have been in wrong hands",
    };
    language.pick(mark.chinese(), en)
}

/// What is said after things that are named in part.
fn others(language: Language, more: usize) -> String {
    match (language, more) {
        (_, 0) => String::new(),
        (Language::Zh, more) => format!("，另有 {more} 条"),
        (Language::En, more) => format!(" and {more} more"),
    }
}

/// When something ends, or ended, and why: what is to come is not said as if it were over.
fn ending(end: &Ended, valid_at: ValidTime, language: Language) -> String {
    // A term ends with its last day: from the next on it holds no more.
    let last = ValidTime::from_micros(end.at.micros() - 1).ok().filter(|_| end.cause == Cause::Expired);
    let day = last.unwrap_or(end.at).date();
    match (language, end.at > valid_at, end.cause) {
        (Language::Zh, true, Cause::Expired) => format!("至 {day} 届满"),
        (Language::Zh, true, why) => format!("将于 {day} 失效（{}）", why.chinese()),
        (Language::Zh, false, Cause::Expired) => format!("已于 {day} 届满"),
        (Language::Zh, false, why) => format!("已于 {day} 失效（{}）", why.chinese()),
        (Language::En, true, Cause::Expired) => format!("until {day}, the end of its term"),
        (Language::En, true, why) => format!("will end {day}: {}", cause(language, why)),
        (Language::En, false, why) => format!("ended {day}: {}", cause(language, why)),
    }
}

/// A subject's standing.
pub(super) fn subject(answered: &Answered<Standing>, names: &Names, language: Language) -> String {
    let (mut out, standing) = (String::new(), &answered.answer);
    let (at, subject) = (language.pick("截至", "valid at"), shown(answered.subject.as_ref()));
    line(&mut out, &format!("{subject}  ({at} {})", answered.valid_at));
    for state in &standing.states {
        let mut words = format!("  {}", state_words(state.state).text(language));
        if !state.because.is_empty() {
            let rules: Vec<_> = state.rules.iter().map(|rule| rule.id()).collect();
            let (entries, because) = (language.pick("条目", "entries"), joined(&state.because));
            let more = others(language, state.more);
            let _ = write!(words, "  [{entries} {because}{more}; {}]", rules.join(", "));
        }
        line(&mut out, &words);
    }
    if let Some(registration) = &standing.registration {
        self::registration(&mut out, registration, language);
    }
    let telling = Telling { names, language, valid_at: answered.valid_at };
    for one in &standing.records {
        line(&mut out, &telling.record(one));
    }
    for one in &standing.listings {
        line(&mut out, &telling.listing(one));
    }
    for one in &standing.repairs {
        let what = language.pick("修复申请", "repair");
        line(&mut out, &telling.application(&one.line, what, &one.target.to_string()));
    }
    if let Some(notice) = &answered.notice {
        line(&mut out, &format!("  {}", said(notice, language)));
    }
    out
}

/// Who the subject is, what it went on in, and who went on in it.
fn registration(out: &mut String, registration: &Registration, language: Language) {
    let mut tell = |zh: &str, en: &str, what: &str| {
        line(out, &format!("  {}{}{what}", language.pick(zh, en), language.pick("：", ": ")));
    };
    if let Some(name) = &registration.name {
        tell("登记名称", "registered name", name);
    }
    if let Some(from) = registration.dissolved_from {
        tell("已注销，自", "dissolved from", &from.to_string());
    }
    if let Some(into) = &registration.merged_into {
        tell("已并入", "merged into", &into.to_string());
    }
    if !registration.merged_from.is_empty() {
        let all: Vec<_> = registration.merged_from.iter().map(ToString::to_string).collect();
        let more = others(language, registration.more_merged_from);
        let all = format!("{}{more}", all.join(language.pick("、", ", ")));
        tell("并入本主体的", "merged into it", &all);
    }
}

/// How lines are told: by which names, in which language, at which instant.
struct Telling<'a> {
    names: &'a Names,
    language: Language,
    valid_at: ValidTime,
}

impl Telling<'_> {
    fn record(&self, one: &RecordLine) -> String {
        let (language, code) = (self.language, one.record_type.as_str());
        let mut below = Vec::new();
        let polarity = match language {
            Language::Zh => format!("{}信息", one.polarity.chinese()),
            Language::En => one.polarity.name().to_owned(),
        };
        let severity = one.severity.map(|severity| language.pick(severity.chinese(), severity.name()));
        below.push(
            [Some(polarity.as_str()), severity]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(language.pick("，", ", ")),
        );
        if let Some(decision) = &one.decision {
            below.push(self.decision(decision));
        }
        if let Some(last) = one.restriction_until {
            below.push(format!("{} {last}", language.pick("限制至", "restricted until")));
        }
        let details = one.details.iter();
        let details = details.map(|(name, value)| self.names.field(code, (name, value), language));
        below.extend(
            Some(details.collect::<Vec<_>>().join(language.pick("；", "; "))).filter(|text| !text.is_empty()),
        );
        below.extend(one.summary.clone());
        self.statement(&one.line, language.pick("记录", "record"), &self.names.item(code, language), &below)
    }

    fn decision(&self, decision: &DecisionLine) -> String {
        let language = self.language;
        let mut parts = vec![format!("{} {}", language.pick("决定文书", "decision"), decision.number)];
        parts.push(decision.date.to_string());
        parts.extend(decision.issued_by.as_ref().map(|by| match language {
            Language::Zh => format!("{by}作出"),
            Language::En => format!("by {by}"),
        }));
        parts.extend(decision.article.as_ref().map(|article| match language {
            Language::Zh => format!("依据{article}"),
            Language::En => format!("under {article}"),
        }));
        parts.join(language.pick("，", ", "))
    }

    fn listing(&self, one: &ListingLine) -> String {
        let language = self.language;
        let mut cells: Vec<_> = one.row.iter().collect();
        let columns = self.names.columns(one.list.as_str());
        cells.sort_by_key(|(name, _)| columns.iter().position(|column| column == *name));
        let cell = |(name, value): (&String, &String)| format!("{name}{}{value}", language.pick("：", ": "));
        let cells: Vec<_> = cells.into_iter().map(cell).collect();
        let below: Vec<_> =
            Some(cells.join(language.pick("；", "; "))).filter(|text| !text.is_empty()).into_iter().collect();
        let what = self.language.pick("名单", "list");
        self.statement(&one.line, what, &self.names.item(one.list.as_str(), self.language), &below)
    }

    /// One record, listing or repair on a line, and below it what it says, what ends it and what has to be said beside it.
    fn statement(&self, one: &Line, what: &str, named: &str, below: &[String]) -> String {
        self.told((one, life(self.language, one.life)), what, named, below)
    }

    /// The same of an application, which is not in force but has come so far.
    fn application(&self, one: &Line, what: &str, named: &str) -> String {
        let state = one.phase.filter(|_| one.life == Life::InForce);
        let state = state.map(|phase| self.language.pick(phase.chinese(), phase.name()));
        self.told((one, state.unwrap_or(life(self.language, one.life))), what, named, &[])
    }

    fn told(&self, (one, state): (&Line, &str), what: &str, named: &str, below: &[String]) -> String {
        let language = self.language;
        let mut out = format!(
            "  {what} #{} {named}: {}, {} {} ({})",
            one.entry,
            state,
            language.pick("自", "from"),
            one.in_force_from.unwrap_or(one.valid_from).date(),
            self.names.authority(&one.issuer, language),
        );
        for line in below {
            let _ = write!(out, "\n      {line}");
        }
        if one.more_steps > 0 {
            let _ =
                write!(out, "\n      {} {}", one.more_steps, language.pick("个更早的步骤", "earlier steps"));
        }
        for step in &one.steps {
            let (from, reason) = (step.valid_from.date(), shown(step.reason.as_ref()));
            let kind = Kind::Step(step.kind);
            let kind = match language {
                Language::Zh => kind_words(kind).text(language),
                Language::En => kind.name().replace(['.', '_'], " "),
            };
            let _ = write!(out, "\n      {kind} #{} {from} {reason}", step.entry);
        }
        if let Some(end) = &one.end {
            let _ = write!(out, "\n      {}", ending(end, self.valid_at, language));
        }
        let marks: Vec<_> = one.marks.iter().map(|one| mark(language, one.mark)).collect();
        if !marks.is_empty() {
            let marks = marks.join(language.pick("；", "; "));
            let _ = write!(out, "\n      {marks}{}", others(language, one.more_marks));
        }
        let unverified: Vec<_> = one.not_verified.iter().map(|rule| rule.id()).collect();
        if !unverified.is_empty() {
            let words = language.pick("本台账未核验的规则", "not verified by this ledger");
            let _ = write!(out, "\n      {words}: {}", unverified.join(", "));
        }
        out
    }
}

/// A kind of event: by its code, in Chinese by its name before that.
pub(super) fn kind_words(kind: Kind) -> Words {
    Words::both(kind.name(), format_args!("{}（{}）", kind.chinese(), kind.name()))
}

/// A page of a history.
pub(super) fn events(page: &EventsPage, names: &Names, language: Language) -> Result<String, EventError> {
    let mut out = String::new();
    for one in &page.events {
        out.push_str(&entry(one, names, language)?);
    }
    if let Some(next) = page.next {
        line(&mut out, &say!("... --before {}", next).text(language));
    }
    Ok(out)
}

/// One entry on a line. Times are of UTC+08:00, as all dates here are.
pub(super) fn entry(one: &EntryLine, names: &Names, language: Language) -> Result<String, EventError> {
    let event = Event::parse(one.event.get().as_bytes())?;
    // A clock past the year 2199 has no civil time.
    let at = ValidTime::at_recorded(one.recorded_at);
    let at = at.map_or_else(|_| one.recorded_at.to_text(), |at| at.to_string());
    let mut out = String::new();
    line(
        &mut out,
        &format!(
            "#{} {at} {} {} -> {} ({})",
            one.index,
            kind_words(event.kind()).text(language),
            names.authority(&event.issuer, language),
            event.subject,
            event.valid_from.date(),
        ),
    );
    Ok(out)
}

/// The rows of a list, with their columns on top.
pub(super) fn rows(rows: &[Row], language: Language) -> String {
    let mut out = String::new();
    // A row has the columns that its reader may see: those of a person's are fewer than those of a firm's.
    if let Some(widest) = rows.iter().max_by_key(|row| row.0.len()) {
        let columns: Vec<_> = widest.0.iter().map(|(name, _)| name.clone()).collect();
        let cell = |row: &Row, column: &String| {
            let found = row.0.iter().find(|(name, _)| name == column);
            found.map_or_else(String::new, |(_, value)| value.clone())
        };
        let cells = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect());
        out += &aligned(columns.clone(), cells);
    }
    line(&mut out, &format!("# {} {}", rows.len(), language.pick("行", "rows")));
    out
}

/// Authorities, their roles and keys.
pub(super) fn authorities(answer: &Authorities, language: Language) -> String {
    let mut out = String::new();
    for one in &answer.authorities {
        let roles: Vec<_> = one.roles.iter().map(|role| language.pick(role.chinese(), role.name())).collect();
        line(
            &mut out,
            &format!(
                "{}  {}  [{}]",
                one.id,
                said(&one.name, language),
                roles.join(language.pick("、", ", "))
            ),
        );
        for key in &one.keys {
            let end = key.revoked.as_ref().map(|end| {
                format!("  {} #{}", language.pick(end.reason.chinese(), end.reason.name()), end.entry)
            });
            let hands = key.compromised.as_ref().map(|said| {
                let since = language.pick("可能已失控，自", "maybe in wrong hands since");
                format!("  {since} {} #{}", said.since, said.entry)
            });
            let (end, hands) = (end.unwrap_or_default(), hands.unwrap_or_default());
            line(&mut out, &format!("  {}{end}{hands}", to_hex(&key.key)));
        }
    }
    out
}

/// Types and lists, a line each.
pub(super) fn catalogue(answer: &CatalogueAt, language: Language) -> String {
    let types = answer.types.iter().map(|one| {
        let polarity = language.pick(one.polarity.chinese(), one.polarity.name());
        item(&one.item, language.pick("类型", "type"), polarity, one.disclosure, language)
    });
    let lists = answer.lists.iter().map(|one| {
        let polarity = language.pick(one.polarity.chinese(), one.polarity.name());
        item(&one.item, language.pick("名单", "list"), polarity, one.disclosure, language)
    });
    aligned(Vec::new(), types.chain(lists))
}

fn item(
    one: &ItemLine,
    what: &str,
    polarity: &str,
    disclosure: Disclosure,
    language: Language,
) -> Vec<String> {
    let cited = |basis: &BasisLine| {
        let code = basis.instrument.as_ref().map(ToString::to_string);
        basis.title.clone().or(code).unwrap_or_default()
    };
    let basis: Vec<_> = one.basis.iter().map(cited).collect();
    let disclosure = language.pick(disclosure.chinese(), disclosure.name());
    let title = said(&one.title, language);
    [what, one.code.as_str(), title, polarity, disclosure, &basis.join(language.pick("；", "; "))]
        .map(str::to_owned)
        .into()
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
pub(super) fn standing_in_words(answer: &Answered<Standing>, client: &Client) -> Result<String, Failure> {
    Ok(subject(answer, &Names::of_server(client, answer.valid_at)?, spoken()))
}
