//! The reference's rules about who was heard before a decision, and about what is graver than it was decided (A04).

use crate::decision::{Names, about, again, aimed_at, is_makers, made_by, maker};
use crate::governance::who_went_on_in;
use crate::history::{Accepted, History, Stated, date};
use crate::measures::bound;
use crate::once::{is_decision_again, is_one_authority, names_one_number};
use crate::openings::{asked_at, has_tag, polarity};
use crate::reference::{phase_at, severity};
use ledger_spec::time::{Date, ValidTime};

/// A04 of a record: `may_ask` says whether a hearing may be asked for.
pub fn was_heard(past: &History, event: &Stated, may_ask: bool) -> bool {
    let decided = event.decision_day().unwrap();
    let Some(served) = date(&event.body["notice"]["served_on"]) else { return false };
    let last = past.earliest("notice.clock", "notice.statement", served, decided.start_of_day());
    let said = event.body["notice"]["statement"].as_str();
    let waited = matches!(said, Some("answered" | "waived")) || last.is_none_or(|last| decided > last);
    let clock = |name| past.earliest("penalty.clock", name, served, decided.start_of_day());
    let hearing = &event.body["notice"]["hearing"];
    let asks = may_ask && hearing.is_null();
    let asked = !asks || clock("notice.hearing").is_none_or(|last| decided > last);
    let told = hearing != "held" || clock("notice.hearing_held").is_none_or(|first| decided >= first);
    served <= decided && waited && asked && told
}

/// How long a record restricts: not at all that shows, as long as its decision may say, without an end that is stated, or until a
/// day.
#[derive(Clone, Copy, PartialEq)]
enum Restricts {
    No,
    Lasts,
    Open,
    Until(Date),
}

/// A04: the same decision was recorded milder, or is by the record that this one shows.
pub fn is_graver(past: &History, event: &Stated) -> bool {
    is_graver_than_recorded(past, event) || is_graver_than_shown(past, event)
}

/// The same decision was recorded milder before, at first, or as a decision corrected it, and was not revoked.
fn is_graver_than_recorded(past: &History, event: &Stated) -> bool {
    let is_such = |one: &&Accepted| {
        one.event.kind == "record.filed"
            && is_decision_again(&one.event, event)
            && is_one_authority(past, &one.event, event)
            && polarity(past, &one.event) == Some("negative")
            && shown(&one.event) == shown(event)
    };
    let records: Vec<&Accepted> = past.person(&event.subject).filter(is_such).collect();
    // What others filed measures nothing that who decided files first, unless it was decided otherwise since.
    let standing = |one: &&&Accepted| phase_at(past, one, event.valid_from, past.0.len()) != Some("revoked");
    let standing: Vec<&Accepted> = records.iter().filter(standing).copied().collect();
    let decided = about(past, &standing).into_iter().any(|one| {
        one.event.kind == "record.corrected"
            && one.event.valid_from <= event.valid_from
            && counts(past, one, (Names::Any, event.valid_from))
    });
    let own = past.is_one_source(&event.issuer, made_by(past, event));
    if own && !decided && !standing.iter().any(|one| is_makers(past, one)) {
        return false;
    }
    let says = said_together(past, &records, event.valid_from, |one| {
        counts(past, one, (Names::Any, event.valid_from))
    });
    let filed = event.date("restriction_until").map_or(by_type(past, event), Restricts::Until);
    let of_another = |name: &str| {
        let records: Vec<&Accepted> = past.stream(name).filter(is_such).collect();
        let counts = |one: &Accepted| counts(past, one, (Names::Own, event.valid_from));
        said_together(past, &records, event.valid_from, counts)
            .is_some_and(|says| is_graver_of(event, filed, says))
    };
    says.is_some_and(|says| is_graver_of(event, filed, says))
        || who_went_on_in(past, &event.subject).into_iter().any(of_another)
}

/// How severe a record's decision is, as was decided by a time.
pub fn severity_decided<'a>(past: &'a History, record: &'a Accepted, at: ValidTime) -> Option<&'a str> {
    let again = again(past, record, Names::Own).into_iter();
    let records: Vec<&Accepted> = again.filter(|one| shown(&one.event) == shown(&record.event)).collect();
    said_together(past, &records, at, |one| counts(past, one, (Names::Own, at)))?.0
}

/// A record that only shows another of its decision says no more than that does.
fn is_graver_than_shown(past: &History, event: &Stated) -> bool {
    let main = event.text("rests_on").and_then(|id| past.find(&event.subject, id));
    let main = main
        .filter(|main| is_decision_again(&main.event, event) && is_one_authority(past, &main.event, event));
    let Some(main) = main else { return false };
    let at = event.valid_from;
    let records: Vec<&Accepted> = again(past, main, Names::Own)
        .into_iter()
        .filter(|one| shown(&one.event) == shown(&main.event))
        .collect();
    let says = said_together(past, &records, at, |one| counts(past, one, (Names::Own, at)));
    let stated = event.date("restriction_until").map_or(Restricts::No, Restricts::Until);
    says.is_some_and(|says| is_graver_of(event, stated, says))
}

/// The record that one only shows, where that is of the same decision; else itself.
pub fn shown_record<'a>(past: &'a History, record: &'a Accepted) -> &'a Accepted {
    let main = record.event.text("rests_on").and_then(|id| past.find(&record.event.subject, id));
    let same = |main: &&Accepted| {
        is_decision_again(&main.event, &record.event) && is_one_authority(past, &main.event, &record.event)
    };
    main.filter(same).unwrap_or(record)
}

/// The last day of the restriction that a decision states by a time: as its record says, else as one says that shows it.
pub fn decided(past: &History, record: &Accepted, at: ValidTime) -> Option<Date> {
    let shows = past.stream(&record.event.subject).filter(|one| {
        one.event.kind == "record.filed"
            && one.at != record.at
            && shown_record(past, one).at == record.at
            && !matches!(phase_at(past, one, at, past.0.len()), Some("revoked" | "retracted"))
    });
    let shows: Vec<&Accepted> = shows.collect();
    // A later decision of who decided, or of who reviewed that, is recorded on what shows it too.
    let all = again(past, record, Names::Own);
    let closings: Vec<&Accepted> = about(past, &all)
        .into_iter()
        .filter(|one| one.event.text("outcome").is_some() && one.event.valid_from <= at)
        .collect();
    let its = |one: &&Accepted| {
        let closes = |by: &&Accepted| {
            by.event.decision_day() == one.event.decision_day()
                && names_one_number(&by.event, &one.event)
                && !past.is_one_source(&by.event.issuer, maker(past, record))
        };
        one.event.decision_day().is_some()
            && (past.is_one_source(&one.event.issuer, maker(past, record)) || closings.iter().any(closes))
    };
    let by_others = shows.iter().flat_map(|one| corrections(past, one, at)).filter(its);
    let mut corrected: Vec<&Accepted> = corrections(past, record, at).chain(by_others).collect();
    corrected.sort_by_key(|one| one.at);
    let corrected = corrected.iter().filter_map(|one| one.event.date("restriction_until")).next_back();
    let by_shown = || shows.iter().filter_map(|one| stated(past, one, at)).min();
    corrected.or(record.event.date("restriction_until")).or_else(by_shown)
}

/// The type of a record that only shows another.
pub fn shown(record: &Stated) -> Option<&str> {
    record.text("rests_on").and_then(|_| record.text("type"))
}

/// Whether what an event says of a record is graver than what was decided; or, where a higher decision gives that back, than what
/// stood before.
pub fn is_graver_than_decided(past: &History, event: &Stated, record: &Accepted) -> bool {
    let main = shown_record(past, record);
    is_graver_than_said(past, event, main, Names::Own)
        || [Names::Own, Names::Any].into_iter().any(|names| is_graver_than_said(past, event, record, names))
}

fn is_graver_than_said(past: &History, event: &Stated, record: &Accepted, names: Names) -> bool {
    let at = event.valid_from;
    let all = again(past, record, names);
    let same = |one: &&Accepted| shown(&one.event) == shown(&record.event);
    let records: Vec<&Accepted> = all.iter().copied().filter(same).collect();
    let most = match restored(past, event, (record, &all)) {
        None => said_together(past, &records, at, |one| counts(past, one, (names, at))),
        Some(stands) => said_together(past, &records, at, |one| match one.event.decision_day() {
            Some(_) => stands.contains(&one.at),
            None => was_objected(past, one, (names, at)),
        }),
    };
    let now = event.date("restriction_until").map_or(Restricts::No, Restricts::Until);
    most.is_some_and(|most| is_graver_of(event, now, most))
}

fn is_graver_of(event: &Stated, now: Restricts, (severity, was): (Option<&str>, Restricts)) -> bool {
    let rank = |severity: &str| ["minor", "general", "serious"].iter().position(|one| *one == severity);
    let graver = event.text("severity").zip(severity).is_some_and(|(now, was)| rank(now) > rank(was));
    let longer = match (now, was) {
        (Restricts::Until(now), Restricts::Until(was)) => now > was,
        (Restricts::Until(_) | Restricts::Open, Restricts::No) => true,
        (Restricts::Open | Restricts::Lasts, Restricts::Until(_)) => true,
        _ => false,
    };
    graver || longer
}

/// A09: whether the restriction that a correction states ends after the record's tier, where that bounds it.
pub fn is_beyond_tier(past: &History, event: &Stated, record: &Accepted) -> bool {
    let filed = &record.event;
    let Some(until) = event.date("restriction_until") else { return false };
    let current = severity(past, record, event.valid_from);
    let severity = event.text("severity").or(current.as_deref()).unwrap_or("serious");
    longest(past, filed, severity).is_some_and(|last| until > last)
}

/// The last day of the longest restriction that a record may state.
pub fn longest(past: &History, record: &Stated, severity: &str) -> Option<Date> {
    let definition = past.definition("type", record.text("type")?, asked_at(record))?;
    let bounded = definition["validity"] == "tier"
        || definition["validity"] == "as_decided" && !has_tag(definition, "ban");
    let decided = record.decision_day()?;
    let tier = format!("{severity}.max");
    let last = past.deadline("repair.tiers", &tier, decided, decided.start_of_day());
    last.filter(|_| bounded && polarity(past, record) == Some("negative"))
}

/// The last day of the restriction that a record states, as last corrected by a time.
pub fn stated(past: &History, record: &Accepted, at: ValidTime) -> Option<Date> {
    let corrected = corrections(past, record, at).filter_map(|one| one.event.date("restriction_until"));
    corrected.last().or(record.event.date("restriction_until"))
}

fn corrections<'a>(
    past: &'a History,
    record: &'a Accepted,
    at: ValidTime,
) -> impl Iterator<Item = &'a Accepted> {
    past.stream(&record.event.subject).filter(move |later| {
        later.event.kind == "record.corrected"
            && later.event.text("record") == Some(&record.event.id)
            && later.event.valid_from <= at
    })
}

/// Whether an objection to a record of the decision that was raised before a correction was upheld.
fn was_objected(past: &History, correction: &Accepted, (names, at): (Names, ValidTime)) -> bool {
    let corrected = correction.event.text("record").and_then(|id| past.find(&correction.event.subject, id));
    let raised = aimed_at(past, corrected.unwrap(), "objection.raised", names);
    raised
        .into_iter()
        .any(|one| one.at < correction.at && phase_at(past, one, at, usize::MAX) == Some("upheld"))
}

/// Whether a correction says what was decided: it is by a decision, or after an objection was upheld.
fn counts(past: &History, correction: &Accepted, at: (Names, ValidTime)) -> bool {
    !correction.event.body["decision"].is_null() || was_objected(past, correction, at)
}

/// What these records say together: what each was filed with that none before it says, and what those of their corrections say
/// that count. What was revoked says nothing.
fn said_together<'a>(
    past: &'a History,
    records: &[&'a Accepted],
    at: ValidTime,
    counts: impl Fn(&Accepted) -> bool,
) -> Option<(Option<&'a str>, Restricts)> {
    let stands = |one: &&&Accepted| phase_at(past, one, at, past.0.len()) != Some("revoked");
    let records: Vec<&Accepted> = records.iter().filter(stands).copied().collect();
    let corrected = about(past, &records).into_iter();
    let corrected =
        corrected.filter(|one| one.event.kind == "record.corrected" && one.event.valid_from <= at);
    // What who decided filed goes before what others did.
    let made: Vec<&Accepted> = records.iter().copied().filter(|one| is_makers(past, one)).collect();
    let records = if made.is_empty() { records } else { made };
    let mut all: Vec<&Accepted> =
        records.iter().copied().chain(corrected.filter(|one| counts(one))).collect();
    all.sort_by_key(|one| one.at);
    let (mut severity, mut restriction) = (None, None);
    for one in all {
        let (now, until) = (one.event.text("severity"), one.event.date("restriction_until"));
        match one.event.kind.as_str() {
            "record.filed" => (severity, restriction) = (severity.or(now), restriction.or(until)),
            _ => (severity, restriction) = (now.or(severity), until.or(restriction)),
        }
    }
    let unstated: Vec<Restricts> = records.iter().map(|record| unstated(past, record, at)).collect();
    let by_ban = unstated.iter().copied().find(|one| matches!(one, Restricts::Until(_)));
    let unstated = by_ban.or(unstated.last().copied())?;
    Some((severity, restriction.map_or(unstated, Restricts::Until)))
}

/// How long a record restricts of which nothing was decided: as long as the bans that its source imposed by it; else as it was
/// said first; else by what its type is.
fn unstated(past: &History, record: &Accepted, at: ValidTime) -> Restricts {
    if let Some(imposed) = imposed_by(past, record) {
        return imposed.map_or(Restricts::Open, Restricts::Until);
    }
    let first = corrections(past, record, at).find_map(|one| one.event.date("restriction_until"));
    first.map_or_else(|| by_type(past, &record.event), Restricts::Until)
}

fn by_type(past: &History, record: &Stated) -> Restricts {
    match past.definition("type", record.text("type").unwrap(), asked_at(record)) {
        Some(definition) if definition["validity"] != "as_decided" => Restricts::No,
        Some(definition) if has_tag(definition, "ban") => Restricts::Open,
        Some(_) => Restricts::Lasts,
        None => Restricts::No,
    }
}

/// The last day of the longest ban that the source of a record imposed by it, itself or through an entry; `Some(None)` where one
/// names none.
pub fn imposed_by(past: &History, record: &Accepted) -> Option<Option<Date>> {
    let record = shown_record(past, record);
    let its = past.stream(&record.event.subject).filter(|one| {
        let ban = &one.event;
        ban.kind == "measure.imposed"
            && past
                .definition("measure", ban.text("measure").unwrap(), asked_at(ban))
                .is_some_and(|measure| measure["direction"] == "ban")
            && past
                .find(&ban.subject, ban.text("rests_on").unwrap())
                .and_then(|ground| bound(past, ban, ground))
                .is_some_and(|bound| bound.event.id == record.event.id)
            && past.is_one_source(&ban.issuer, maker(past, record))
    });
    let days: Vec<Option<Date>> = its.map(|ban| ban.event.date("until")).collect();
    let endless = days.contains(&None);
    days.into_iter().max().map(|last| last.filter(|_| !endless))
}

/// Whether a correction names the decision of the last review that changed anything, by which somebody else gave back what had
/// been changed, and which no correction by a later decision came after; then the places of the corrections that stand again.
fn restored(past: &History, event: &Stated, (record, all): (&Accepted, &[&Accepted])) -> Option<Vec<usize>> {
    let steps: Vec<&Accepted> =
        about(past, all).into_iter().filter(|one| one.event.valid_from <= event.valid_from).collect();
    let is = |one: &Stated, other: &Stated| {
        one.decision_day().is_some()
            && one.decision_day() == other.decision_day()
            && names_one_number(one, other)
    };
    let changes = |one: &&&Accepted| matches!(one.event.text("outcome"), Some("changed" | "restored"));
    let last = steps.iter().rev().find(changes)?;
    let by_another = !past.is_one_source(&last.event.issuer, maker(past, record));
    let later = steps.iter().any(|one| {
        one.event.kind == "record.corrected"
            && !is(&one.event, event)
            && one.event.decision_day() > event.decision_day()
    });
    let holds = last.event.text("outcome") == Some("restored") && is(&last.event, event);
    let stands =
        Stated { body: serde_json::json!({ "decision": last.event.body["restores"] }), ..event.clone() };
    let corrected =
        steps.iter().filter(|one| one.event.kind == "record.corrected" && one.event.decision_day().is_some());
    let corrected: Vec<&Accepted> = corrected.copied().collect();
    if !holds || !by_another || later {
        return None;
    }
    if stands.decision_day().is_some() {
        let last = corrected.iter().rposition(|one| is(&one.event, &stands));
        return Some(corrected.iter().take(last.map_or(0, |last| last + 1)).map(|one| one.at).collect());
    }
    // What had been changed by nobody but its authority stays so.
    let others: Vec<&Accepted> = corrected.into_iter().filter(|one| !is(&one.event, event)).collect();
    let end = steps
        .iter()
        .position(|one| one.event.text("outcome") == Some("restored") && is(&one.event, event))?;
    let before = &steps[..end];
    let begin = before.iter().rposition(|one| one.event.text("outcome") == Some("restored"));
    let run = &before[begin.map_or(0, |at| at + 1)..];
    let changed: Vec<&Accepted> =
        run.iter().filter(|one| one.event.text("outcome") == Some("changed")).copied().collect();
    let Some(first) = changed.first() else {
        let last = others.last().copied();
        let by_last = |one: &&Accepted| last.is_some_and(|last| is(&one.event, &last.event));
        return Some(others.into_iter().filter(|one| !by_last(one)).map(|one| one.at).collect());
    };
    let mut opened =
        before.iter().rev().filter(|one| one.at < first.at && one.event.kind == "record.review_opened");
    let since = match first.event.decision_day() {
        Some(_) => first.at,
        None => opened.next().map_or(first.at, |opened| opened.at),
    };
    let by_change = |one: &Accepted| changed.iter().any(|change| is(&one.event, &change.event));
    Some(others.into_iter().filter(|one| one.at < since && !by_change(one)).map(|one| one.at).collect())
}
