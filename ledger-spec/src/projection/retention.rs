//! What may be erased, by the law that says so: proposed to whoever may order it, and never done by itself.
//!
//! A record is due with all that follows it or rests on it, which goes with it (L26): so nothing is due while any of that is in
//! force. What is sealed is kept (预防未成年人犯罪法第五十九条: those whom the law names may look it up).

use super::names::OneName;
use crate::authority::AuthorityNumber;
use crate::casefile::{CaseAsOf, Cause, Fact, Item, ItemNumber, RecordFact};
use crate::definition::{DueWhen, Instrument, Name, Polarity, RetentionRule};
use crate::event::{Annulled, Class, Phase};
use crate::governance::Governance;
use crate::id::{AuthorityId, BasisCode, EventId, SubjectId, TypeCode};
use crate::rule::ProjectionRule;
use crate::time::Date;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use tlog::position::EntryIndex;

/// What may be erased at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Retention {
    /// Records, in the log's order.
    pub due: Vec<DueLine>,
}

/// A record that may be erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DueLine {
    /// Whom it is about.
    pub subject: SubjectId,
    /// Its entry.
    pub entry: EntryIndex,
    /// Its event.
    pub event: EventId,
    /// Of which type.
    #[serde(rename = "type")]
    pub record_type: TypeCode,
    /// The type's title.
    pub title: Name,
    /// From what on.
    pub when: DueWhen,
    /// The law that says so.
    pub basis: BasisCode,
    /// Its title.
    pub law: Name,
    /// Its article, where it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// The first day on which it may be.
    pub since: Date,
    /// Whether a hold keeps it for as long as it stands (D10).
    pub held: bool,
    /// Whether an objection or a complaint about it waits to be decided first (L16).
    pub contested: bool,
    /// Who may order it: the authority that acts for whoever filed it.
    pub source: AuthorityId,
    /// Whose facts rest on it besides, which go by their own order alone, or by a court's (L17).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<AuthorityId>,
    /// The events that go together, as `erasure.ordered` names them: of everything that is due and shares one.
    pub events: Vec<EventId>,
    /// The entries that hold them.
    pub entries: Vec<EntryIndex>,
    /// What the order has to say of revocations that go (L26).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annulled: Vec<Annulled>,
    /// The rule by which it follows.
    pub rule: ProjectionRule,
}

impl DueLine {
    /// Whether its source may order it as things stand.
    #[must_use]
    pub fn can_be_ordered(&self) -> bool {
        !self.held && !self.contested && self.others.is_empty()
    }

    /// Whether both go together, in one order.
    #[must_use]
    pub fn is_with(&self, other: &Self) -> bool {
        self.subject == other.subject && self.events == other.events
    }
}

impl Retention {
    pub(super) fn take(&mut self, case: &CaseAsOf<'_>, governance: &Governance, of: &OneName<'_>) {
        let records = case.begun(Class::Record).filter(|(_, item)| of.has(item));
        let due = records.filter_map(|(number, item)| due(case, governance, number, item));
        let mut due: Vec<(DueLine, BTreeSet<ItemNumber>)> = due.collect();
        // An order stands in one stream, and names nothing of another.
        let here = |number: &ItemNumber| case.file.get(*number).is_some_and(|item| of.has(item));
        due.iter_mut().for_each(|(_, going)| going.retain(here));
        together(&mut due);
        self.due.extend(due.into_iter().map(|(line, going)| with_all(case, governance, line, &going)));
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.due.extend(other.due);
    }

    pub(super) fn in_order(mut self) -> Self {
        self.due.sort_by_key(|line| line.entry);
        self
    }
}

/// A record that is due, and what goes with it.
fn due(
    case: &CaseAsOf<'_>,
    governance: &Governance,
    number: ItemNumber,
    item: &Item,
) -> Option<(DueLine, BTreeSet<ItemNumber>)> {
    let Fact::Record(record) = &item.fact else { return None };
    if case.is_sealed(number) || governance.erasures.ordered(item.entry).is_some() {
        return None;
    }
    // What the law says of it is asked of the type as it is now; of one that is repealed, as it was.
    let now = case.catalogue.types.at(&record.record_type, case.as_of.valid_at, case.as_of.known);
    let adopted = now.or_else(|| case.type_of(record))?;
    let mut going = BTreeSet::new();
    close(case, number, &mut going);
    let rules = adopted.retention.iter().flatten();
    let said = rules.filter_map(|rule| {
        let law = speaks_of(case, rule)?;
        Some((since(case, (number, record), rule, &going)?, rule, law))
    });
    let (since, rule, law) = said.min_by_key(|(since, ..)| *since)?;
    if since > case.today() {
        return None;
    }
    let line = DueLine {
        subject: case.subject.clone(),
        entry: item.entry,
        event: item.id,
        record_type: record.record_type.clone(),
        title: adopted.common.title.clone(),
        when: rule.when,
        basis: rule.instrument.clone(),
        law: law.title.clone(),
        article: rule.article.clone(),
        since,
        held: false,
        contested: false,
        source: governance.directory.id_of(acting(case, governance, item.issuer)).clone(),
        others: Vec::new(),
        events: Vec::new(),
        entries: Vec::new(),
        annulled: Vec::new(),
        rule: ProjectionRule::Retention,
    };
    Some((line, going))
}

/// The law, where it is in force and speaks of the subject.
fn speaks_of<'a>(case: &CaseAsOf<'a>, rule: &RetentionRule) -> Option<&'a Arc<Instrument>> {
    let in_force = case.catalogue.bases.at(&rule.instrument, case.as_of.valid_at, case.as_of.known);
    in_force.filter(|_| !rule.persons || case.subject.is_natural())
}

/// The first day on which a rule lets a record go; `None` while it does not.
fn since(
    case: &CaseAsOf<'_>,
    (number, record): (ItemNumber, &RecordFact),
    rule: &RetentionRule,
    going: &BTreeSet<ItemNumber>,
) -> Option<Date> {
    let from = match rule.when {
        DueWhen::Ended => {
            let mut last = None;
            for one in going {
                last = last.max(ended(case, *one)?);
            }
            last?
        }
        DueWhen::ConsentWithdrawn => withdrawn(case, record.consent?)?,
        DueWhen::ConductEnded if case.polarity(record) == Polarity::Negative => record.conduct_ended_on?,
        DueWhen::ConductEnded => return None,
    };
    let from = rule.months.map_or(from, |months| from.plus_months(months.into()));
    // The consent is withdrawn from what rests on the record too; else nothing goes that still holds.
    let holds = |one: &ItemNumber| *one != number && is_decided_upon(case, *one) && case.stands(*one);
    let kept = rule.when == DueWhen::ConductEnded && going.iter().any(holds);
    (!kept).then_some(from)
}

/// Whether something stands by itself, as what is only done about it does not.
fn is_decided_upon(case: &CaseAsOf<'_>, number: ItemNumber) -> bool {
    case.file.get(number).is_some_and(|item| item.fact.code().is_some())
}

/// When something ended: `None` while it holds, and no day for what has no end of its own.
#[allow(clippy::option_option)] // "still there" and "without a day" are two answers
fn ended(case: &CaseAsOf<'_>, number: ItemNumber) -> Option<Option<Date>> {
    if !is_decided_upon(case, number) {
        return Some(None);
    }
    let end = case.end(number).filter(|end| end.at <= case.as_of.valid_at)?;
    if end.cause == Cause::Sealed {
        return None;
    }
    // A repair can be rescinded as long as the term would have run: until then the record is needed.
    let term = match (end.cause, case.record(number)) {
        (Cause::Repaired, Some(record)) => case.record_expiry(number, record).map(|last| last.plus_days(1)),
        _ => None,
    };
    Some(Some(end.at.date().max(term.unwrap_or(end.at.date()))))
}

/// The day on which a consent was withdrawn.
fn withdrawn(case: &CaseAsOf<'_>, consent: ItemNumber) -> Option<Date> {
    (case.phase_at(consent) == Some(Phase::Withdrawn)).then_some(())?;
    case.moves(consent).last().map(|(_, step)| step.from.date())
}

/// All that follows something, rests on it, says the same decision or was ended by it, itself too: what an order has to name (L26).
fn close(case: &CaseAsOf<'_>, number: ItemNumber, going: &mut BTreeSet<ItemNumber>) {
    let mut next = vec![number];
    while let Some(one) = next.pop() {
        if going.insert(one) {
            let followers = case.file.followers(one).filter(|(_, item)| case.knows(item));
            next.extend(followers.map(|(follower, _)| follower));
            next.extend(case.again(one));
            next.extend(case.file.get(one).into_iter().flat_map(|item| case.ended_by(item)));
        }
    }
}

/// What shares something goes together: an order of one alone would leave it without the other.
fn together(due: &mut [(DueLine, BTreeSet<ItemNumber>)]) {
    loop {
        let mut grown = false;
        for at in 0..due.len() {
            let (before, rest) = due.split_at_mut(at);
            let Some(((_, going), _)) = rest.split_first_mut() else { continue };
            for (_, other) in before {
                if !other.is_disjoint(going) && other != going {
                    let all: BTreeSet<ItemNumber> = other.union(going).copied().collect();
                    other.clone_from(&all);
                    *going = all;
                    grown = true;
                }
            }
        }
        if !grown {
            return;
        }
    }
}

fn acting(case: &CaseAsOf<'_>, governance: &Governance, number: AuthorityNumber) -> AuthorityNumber {
    governance.directory.acting_for(number, case.as_of.valid_at, case.as_of.known).unwrap_or(number)
}

/// The line with what goes together, and what is in the way.
fn with_all(
    case: &CaseAsOf<'_>,
    governance: &Governance,
    mut line: DueLine,
    going: &BTreeSet<ItemNumber>,
) -> DueLine {
    let mut others = BTreeSet::new();
    for (number, item) in going.iter().filter_map(|number| Some((*number, case.file.get(*number)?))) {
        line.events.push(item.id);
        line.entries.push(item.entry);
        line.annulled.extend(case.file.annulment_by(number).map(|found| found.told(&governance.directory)));
        let open = matches!(case.phase_at(number), Some(Phase::Raised | Phase::Forwarded));
        let waits =
            matches!(item.fact, Fact::Complaint { .. }) && case.phase_at(number) == Some(Phase::Filed);
        // What is under review may come to be needed by whoever reviews it.
        line.contested |= open || waits || case.pending_review(number).is_some();
        if !item.fact.is_done_about_another() {
            let source = governance.directory.id_of(acting(case, governance, item.issuer));
            if *source != line.source {
                others.insert(source.clone());
            }
        }
    }
    line.held = case.begun(Class::Hold).any(|(number, hold)| {
        let held = match hold.fact {
            Fact::Hold { target, .. } => target.is_none_or(|target| going.contains(&target)),
            _ => false,
        };
        held && case.phase_at(number) == Some(Phase::Placed)
    });
    line.others = others.into_iter().collect();
    line
}
