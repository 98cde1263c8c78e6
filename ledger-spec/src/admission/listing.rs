//! Rules for notices and entries on lists.

use super::basis::Catalogued;
use super::case::{Case, Over, waived};
use super::{Refusal, Rule, once, refuse, subject};
use crate::authority::Migration;
use crate::casefile::{Fact, Item, ItemNumber};
use crate::definition::{ListDefinition, Pattern, Persons, Polarity, ProcedurePeriod, Severity};
use crate::event::{Class, Extra, ListingEntered, ListingNotified, Phase, StepKind};
use crate::id::ListCode;
use crate::time::Date;
use crate::wording::{Joint, Words, say};

/// A01, A02, D05, L10, L11, L15, L16, L20.
pub(super) fn notice(case: &Case<'_>, body: &ListingNotified) -> Result<(), Refusal> {
    let definition = list(case, &body.list, case.day())?;
    case.fits(&definition.subjects, &definition.kinds)?;
    case.day_begun("body.served_on", Some(body.served_on))?;
    match &body.record {
        None => Ok(()),
        Some(record) => {
            let (number, item) = case.refers("body.record", record, Class::Record)?;
            case.stands("body.record", (number, item), &[Phase::Filed])?;
            of_type(case, definition, item)
        }
    }
}

/// A01, A02, A04, D02, D03, D05, D06, D08, D14, L10, L11, L15, L16, L18, L20.
pub(super) fn entering(case: &Case<'_>, body: &ListingEntered) -> Result<(), Refusal> {
    let day = case.decided(body.decision.as_ref());
    let definition = list(case, &body.list, day)?;
    case.fits(&definition.subjects, &definition.kinds)?;
    case.decision_begun(body.decision.as_ref())?;
    subject::exists(case, day)?;
    let code = body.list.to_string();
    let item = Catalogued { code: &code, common: &definition.common };
    case.of_level("body.list", &code, definition.least_level)?;
    case.recordable("body.list", item, definition.status, &body.basis, day)?;
    let migration = case.migration(body.migration.as_ref(), day)?;
    if definition.serious && !waived(migration, Rule::DecisionComplete) {
        case.whole_decision(body.decision.as_ref())?;
    }
    row_fits(case, definition, &body.row)?;
    if case.event.subject.is_natural() {
        person_on_list(case, (item, definition), body, day)?;
    }
    ground(case, definition, body, migration)?;
    once::entered(case, definition, body)?;
    if definition.polarity == Polarity::Positive
        && let Some(listed) = case.seriously_listed(body.decision.as_ref())
    {
        let found = say!("a subject on a list of the seriously dishonest, entered {}", case.told(listed));
        return Err(refuse(Rule::ListConditions, "subject", found, say!("a subject on no such list")));
    }
    if !waived(migration, Rule::NoticeServed) {
        noticed(case, definition, body)?;
    }
    of_item(definition, body)?;
    if definition.after_review && !waived(migration, Rule::ListConditions) {
        contested_no_more(case, body)?;
    }
    if definition.ends.as_ref().is_some_and(|ends| ends.by.has_term())
        && definition.items.is_empty()
        && definition.months.is_none()
        && body.until.is_none()
        && !waived(migration, Rule::ListConditions)
    {
        let expected = say!("the last day that the decision sets: an entry on this list has a term");
        return Err(refuse(Rule::ListConditions, "body.until", say!("absent"), expected));
    }
    if let (Some(months), Some(until)) = (definition.months_of(body.item.as_deref()), body.until) {
        // The record's own restriction, where the list lasts as long as that.
        let restricted = definition.as_long_as_record.then(|| restriction_beneath(case, body)).flatten();
        let last = case.decided(body.decision.as_ref()).plus_months(months.into());
        let last = restricted.map_or(last, |restricted| last.max(restricted));
        if until > last && !waived(migration, Rule::ListConditions) {
            return Err(refuse(Rule::ListConditions, "body.until", until, say!("{} or earlier", last)));
        }
        // Before the time from which it may end early an entry with a term does not end.
        let least = definition
            .early_months
            .map(|months| case.decided(body.decision.as_ref()).plus_months(months.into()));
        if let Some(least) = least.filter(|least| until < *least && !waived(migration, Rule::ListConditions))
        {
            return Err(refuse(Rule::ListConditions, "body.until", until, say!("{} or later", least)));
        }
    }
    case.reviewed(definition.legal_review, migration)
}

/// A01, A02 for a list.
fn list<'a>(case: &Case<'a>, code: &ListCode, day: Date) -> Result<&'a ListDefinition, Refusal> {
    let lists = &case.governance.catalogue.lists;
    let Some(definition) = lists.at(code, day.start_of_day(), case.known()) else {
        return Err(case.not_in_catalogue("body.list", code.as_str(), lists.ever(code), day));
    };
    case.competent("body.list", code.as_str(), Over::Lists)?;
    Ok(definition)
}

/// L18 for a row that is corrected: it is whole again.
pub(super) fn row_corrected(case: &Case<'_>, item: &Item, extra: &Extra) -> Result<(), Refusal> {
    let (Fact::Listing(listing), Extra::Row(row)) = (&item.fact, extra) else { return Ok(()) };
    // By the list as it was when the entry was decided: that is what the row is of.
    let day = listing.entered_on(item);
    row_fits(case, list(case, &listing.list, day)?, row)
}

/// L18.
fn row_fits(case: &Case<'_>, definition: &ListDefinition, row: &[(String, String)]) -> Result<(), Refusal> {
    // What is personal travels beside the event (D15).
    let inside = |column: &&String| !definition.is_personal(column, &case.event.subject);
    let columns: Vec<&str> = definition.columns.iter().filter(inside).map(String::as_str).collect();
    let complete =
        row.len() == columns.len() && columns.iter().all(|column| row.iter().any(|(name, _)| name == column));
    if complete {
        return Ok(());
    }
    let named = |names: Vec<&str>, none: Words| match names.as_slice() {
        [] => none,
        names => Words::several(names.iter().map(Words::data), Joint::And),
    };
    let found = named(row.iter().map(|(name, _)| name.as_str()).collect(), say!("a row without columns"));
    // All columns of a list may travel beside the event.
    Err(refuse(Rule::RowFits, "body.row", found, named(columns, say!("a row without columns"))))
}

/// D06.
fn person_on_list(
    case: &Case<'_>,
    (item, definition): (Catalogued<'_>, &ListDefinition),
    body: &ListingEntered,
    day: Date,
) -> Result<(), Refusal> {
    match definition.persons {
        Persons::Never => {
            let expected = say!("no natural person or household: the list holds none");
            Err(refuse(Rule::PersonOnList, "subject", say!("a natural person"), expected))
        }
        Persons::WithBasis => {
            case.published_on_basis(Rule::PersonOnList, item, body.publication.as_ref(), day)
        }
    }
}

/// D05, L15, L16, L20: the record beneath.
fn ground(
    case: &Case<'_>,
    definition: &ListDefinition,
    body: &ListingEntered,
    migration: Option<&Migration>,
) -> Result<(), Refusal> {
    let Some(record) = &body.record else {
        if definition.requires_record && !waived(migration, Rule::ListConditions) {
            let expected = say!("a record of {}", names(&definition.types));
            return Err(refuse(Rule::ListConditions, "body.record", say!("absent"), expected));
        }
        return Ok(());
    };
    let (number, item) = case.refers("body.record", record, Class::Record)?;
    case.stands("body.record", (number, item), &[Phase::Filed])?;
    of_type(case, definition, item)?;
    if waived(migration, Rule::ListConditions) {
        return Ok(());
    }
    live(case, number)?;
    grave_enough(case, (Rule::ListConditions, "body.record"), definition.least_severity, number)
}

/// D05, D07: the record beneath is as grave as the list or measure asks.
pub(super) fn grave_enough(
    case: &Case<'_>,
    (rule, field): (Rule, &'static str),
    least: Option<Severity>,
    ground: ItemNumber,
) -> Result<(), Refusal> {
    let as_of = case.as_of();
    match least.zip(as_of.severity(as_of.root_of(ground))) {
        Some((least, found)) if found < least => {
            let expected = say!("a record that is {} at least", least);
            Err(refuse(rule, field, found, expected))
        }
        _ => Ok(()),
    }
}

/// The last day of what the decision beneath an entry restricts.
fn restriction_beneath(case: &Case<'_>, body: &ListingEntered) -> Option<Date> {
    let (number, _) = case.file.find(body.record.as_ref()?)?;
    case.as_of().restriction_by(number, |_| true)
}

/// D05: an entry says on which ground it is made only where the list tells them apart.
fn of_item(definition: &ListDefinition, body: &ListingEntered) -> Result<(), Refusal> {
    let items = || Words::several(definition.items.iter().map(|known| Words::data(&known.item)), Joint::Or);
    let refused =
        |found: Words, expected: Words| Err(refuse(Rule::ListConditions, "body.item", found, expected));
    match &body.item {
        None => Ok(()),
        Some(found) if definition.items.iter().any(|known| known.item == *found) => {
            let termless = definition.months_of(Some(found)).is_none();
            match body.until.filter(|_| termless) {
                None => Ok(()),
                Some(until) => {
                    let expected = say!(
                        "no last day: an entry by item {} holds until it is taken off",
                        Words::data(found)
                    );
                    Err(refuse(Rule::ListConditions, "body.until", until, expected))
                }
            }
        }
        Some(found) if definition.items.is_empty() => {
            refused(Words::data(found), say!("no item: the list tells none apart"))
        }
        Some(found) => refused(Words::data(found), items()),
    }
}

/// D05: the time for contesting the decision beneath is over, or what came of it is known.
fn contested_no_more(case: &Case<'_>, body: &ListingEntered) -> Result<(), Refusal> {
    let as_of = case.as_of();
    let record = body.record.as_ref().and_then(|id| case.file.find(id));
    let Some((number, record)) = record.and_then(|(number, _)| Some((number, as_of.record(number)?))) else {
        return Ok(());
    };
    let refused =
        |found: Words, expected: Words| Err(refuse(Rule::ListConditions, "body.record", found, expected));
    // Under another name of the subject too.
    let pending = |number| case.person_as_of().pending_review(number).is_some();
    if case.of_person(number).is_some_and(pending) {
        return refused(say!("a decision under review"), say!("one that is contested no more"));
    }
    // That the time has passed is counted, and what came of a review is taken from whoever reviewed; neither is from who
    // decided, whatever was filed.
    let directory = &case.governance.directory;
    let reviewed = as_of.reviewed_by(number).filter(|closed| {
        case.file
            .get(number)
            .is_some_and(|filed| !directory.acts_for(directory.id_of(closed.issuer), filed.issuer))
    });
    if let Some(reviewed) = reviewed {
        return reviewed_for_good(case, reviewed);
    }
    let served = record.served_on.unwrap_or(record.decided_on);
    let last = [ProcedurePeriod::ReviewAdministrative, ProcedurePeriod::ReviewLitigation]
        .into_iter()
        .filter_map(|period| as_of.deadline_at_earliest(period, served, served))
        .max();
    match last {
        Some(last) if case.day() <= last => refused(
            say!("a decision served on {}", served),
            say!("an entry after {}, the last day for contesting it", last),
        ),
        _ => Ok(()),
    }
}

/// D05: what came of a review can be contested for a time too: a decision on reconsideration in court, a judgment of the first
/// instance by appeal (行政诉讼法第四十五、八十五条).
fn reviewed_for_good(case: &Case<'_>, reviewed: &Item) -> Result<(), Refusal> {
    let Some(step) = reviewed.step().filter(|step| !step.is_final) else { return Ok(()) };
    let period =
        if step.by_court { ProcedurePeriod::ReviewAppeal } else { ProcedurePeriod::ReviewAfterReview };
    let decided = step.decided_on.unwrap_or_else(|| reviewed.from.date());
    let served = step.served_on.unwrap_or(decided);
    match case.as_of().deadline_at_earliest(period, served, decided) {
        Some(last) if case.day() <= last => {
            let found = say!("a decision reviewed on {}", decided);
            let expected =
                say!("an entry after {}, the last day for contesting what came of the review", last);
            Err(refuse(Rule::ListConditions, "body.record", found, expected))
        }
        _ => Ok(()),
    }
}

fn live(case: &Case<'_>, number: ItemNumber) -> Result<(), Refusal> {
    case.live(Rule::ListConditions, "body.record", number)
}

fn of_type(case: &Case<'_>, definition: &ListDefinition, item: &Item) -> Result<(), Refusal> {
    let Fact::Record(record) = &item.fact else { return Ok(()) };
    let code = record.record_type.as_str();
    if definition.types.is_empty() || covers(&definition.types, code) {
        return Ok(());
    }
    let found = say!("{}, recorded {} for {}", Words::data(code), case.told(item), &case.event.subject);
    Err(refuse(Rule::ListConditions, "body.record", found, names(&definition.types)))
}

/// A04 for lists: notice was served, and the subject was heard or let the time pass.
fn noticed(case: &Case<'_>, definition: &ListDefinition, body: &ListingEntered) -> Result<(), Refusal> {
    let Some(id) = &body.notice else {
        if definition.notice_required {
            let expected = say!("the listing.notified event before it");
            return Err(refuse(Rule::NoticeServed, "body.notice", say!("absent"), expected));
        }
        return Ok(());
    };
    let (number, item) = case.refers("body.notice", id, Class::Notice)?;
    let Fact::Notice { list, served_on, .. } = &item.fact else { return Ok(()) };
    if *list != body.list {
        let found = say!("a notice of {}", list);
        return Err(refuse(Rule::ReferenceKnown, "body.notice", found, say!("a notice of {}", &body.list)));
    }
    if let Some(decision) = body.decision.as_ref().filter(|decision| *served_on > decision.date) {
        let found = say!("served on {}", served_on);
        let expected = say!("{} or earlier, when it was decided", decision.date);
        return Err(refuse(Rule::NoticeServed, "body.notice", found, expected));
    }
    case.stands("body.notice", (number, item), &[Phase::Notified, Phase::Stated])?;
    if let Some(moved) = case.file.last_moved(number) {
        case.not_before("body.notice", moved)?;
    }
    if case.file.last_phase(number) == Some(Phase::Stated) {
        let statements = case.file.followers(number).filter_map(|(_, step)| step.step());
        let last = statements.filter(|step| step.kind == StepKind::StatementReceived).last();
        if last.is_some_and(|step| step.answered) {
            return Ok(());
        }
        let expected = say!("a statement that has been considered and answered");
        return Err(refuse(Rule::NoticeServed, "body.notice", say!("a statement without answer"), expected));
    }
    match case.as_of().deadline_at_earliest(ProcedurePeriod::NoticeStatement, *served_on, *served_on) {
        Some(last) if case.day() <= last => {
            let found = say!("entered on {}", case.day());
            let expected = say!("a day after {}, the last for a statement", last);
            Err(refuse(Rule::NoticeServed, "valid_from", found, expected))
        }
        None if case.day() < *served_on => {
            let expected = say!("{} or later, when notice was served", served_on);
            Err(refuse(Rule::NoticeServed, "valid_from", case.day(), expected))
        }
        _ => Ok(()),
    }
}

pub(super) fn covers(patterns: &[Pattern], code: &str) -> bool {
    patterns.iter().any(|pattern| pattern.covers(code))
}

pub(super) fn names(patterns: &[Pattern]) -> Words {
    if patterns.is_empty() {
        return say!("any type");
    }
    Words::several(patterns.iter().map(Words::data), Joint::Or)
}
