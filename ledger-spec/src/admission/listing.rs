//! Rules for notices, entries on lists, and measures.

use super::case::{Case, Over, waived};
use super::{Refusal, Rule, refuse};
use crate::authority::Migration;
use crate::casefile::{Fact, Item, ItemNumber};
use crate::definition::{ListDefinition, MeasureDefinition, Pattern, Persons, ProcedurePeriod};
use crate::event::{Class, ListingEntered, ListingNotified, MeasureImposed, Phase, StepKind, Term};
use crate::id::ListCode;
use crate::time::Date;

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
    let code = body.list.to_string();
    case.recordable("body.list", &code, definition.status, &body.basis, day)?;
    let migration = case.migration(body.migration.as_ref(), day)?;
    row_fits(case, definition, body)?;
    if case.event.subject.is_natural() {
        person_on_list(case, definition, body, day)?;
    }
    ground(case, definition, body, migration)?;
    if !waived(migration, Rule::NoticeServed) {
        noticed(case, definition, body)?;
    }
    if let (Some(months), Some(until)) = (definition.months, body.until) {
        let last = case.day().plus_months(months.into());
        if until > last && !waived(migration, Rule::ListConditions) {
            return Err(refuse(Rule::ListConditions, "body.until", until, format!("{last} or earlier")));
        }
    }
    case.reviewed(definition.legal_review, migration)
}

/// A01, A02, D02, D03, D07, D08, L10, L11, L15, L16, L20.
pub(super) fn measure(case: &Case<'_>, body: &MeasureImposed) -> Result<(), Refusal> {
    let (code, day) = (body.measure.to_string(), case.decided(body.decision.as_ref()));
    let measures = &case.governance.catalogue.measures;
    let Some(definition) = measures.at(&body.measure, day.start_of_day(), case.known()) else {
        return Err(case.not_in_catalogue("body.measure", &code, measures.ever(&body.measure), day));
    };
    case.competent("body.measure", &code, Over::Measures)?;
    case.fits(&definition.subjects, &definition.kinds)?;
    case.decision_begun(body.decision.as_ref())?;
    case.recordable("body.measure", &code, definition.status, &body.basis, day)?;
    let classes = [Class::Record, Class::Listing, Class::Rating];
    let (number, item) = case.refers_any("body.rests_on", &body.rests_on, &classes)?;
    case.stands("body.rests_on", (number, item), &[Phase::Filed, Phase::Entered, Phase::Assigned])?;
    let found = match &item.fact {
        Fact::Record(record) => record.record_type.to_string(),
        Fact::Listing(listing) => listing.list.to_string(),
        Fact::Rating(rating) => rating.scheme.to_string(),
        _ => String::new(),
    };
    if !covers(&definition.rests_on, &found) {
        let expected = names(&definition.rests_on);
        return Err(refuse(Rule::MeasureConditions, "body.rests_on", found, expected));
    }
    case.live(Rule::MeasureConditions, "body.rests_on", number)?;
    term(case, definition, body.term)?;
    case.reviewed(definition.legal_review, None)
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

/// L18.
fn row_fits(case: &Case<'_>, definition: &ListDefinition, body: &ListingEntered) -> Result<(), Refusal> {
    // What is personal travels beside the event (D15).
    let inside = |column: &&String| !definition.is_personal(column, &case.event.subject);
    let columns: Vec<&str> = definition.columns.iter().filter(inside).map(String::as_str).collect();
    let complete = body.row.len() == columns.len()
        && columns.iter().all(|column| body.row.iter().any(|(name, _)| name == column));
    if complete {
        return Ok(());
    }
    let found: Vec<_> = body.row.iter().map(|(name, _)| name.as_str()).collect();
    Err(refuse(Rule::RowFits, "body.row", found.join(", "), columns.join(", ")))
}

/// D06.
fn person_on_list(
    case: &Case<'_>,
    definition: &ListDefinition,
    body: &ListingEntered,
    day: Date,
) -> Result<(), Refusal> {
    match definition.persons {
        Persons::Never => {
            let expected = "no natural person or household: the list holds none";
            Err(refuse(Rule::PersonOnList, "subject", "a natural person", expected))
        }
        Persons::WithBasis => case.published_on_basis(Rule::PersonOnList, body.publication.as_ref(), day),
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
            let expected = format!("a record of {}", names(&definition.types));
            return Err(refuse(Rule::ListConditions, "body.record", "absent", expected));
        }
        return Ok(());
    };
    let (number, item) = case.refers("body.record", record, Class::Record)?;
    case.stands("body.record", (number, item), &[Phase::Filed])?;
    of_type(case, definition, item)?;
    if waived(migration, Rule::ListConditions) { Ok(()) } else { live(case, number) }
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
    let found = format!("{code}, recorded {} for {}", case.told(item), case.event.subject);
    Err(refuse(Rule::ListConditions, "body.record", found, names(&definition.types)))
}

/// A04 for lists: notice was served, and the subject was heard or let the time pass.
fn noticed(case: &Case<'_>, definition: &ListDefinition, body: &ListingEntered) -> Result<(), Refusal> {
    let Some(id) = &body.notice else {
        if definition.notice_required {
            let expected = "the listing.notified event before it";
            return Err(refuse(Rule::NoticeServed, "body.notice", "absent", expected));
        }
        return Ok(());
    };
    let (number, item) = case.refers("body.notice", id, Class::Notice)?;
    let Fact::Notice { list, served_on, .. } = &item.fact else { return Ok(()) };
    if *list != body.list {
        let found = format!("a notice of {list}");
        return Err(refuse(Rule::ReferenceKnown, "body.notice", found, format!("a notice of {}", body.list)));
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
        let expected = "a statement that has been considered and answered";
        return Err(refuse(Rule::NoticeServed, "body.notice", "a statement without answer", expected));
    }
    match case.as_of().deadline(ProcedurePeriod::NoticeStatement, *served_on, *served_on) {
        Some(last) if case.day() <= last => {
            let found = format!("entered on {}", case.day());
            let expected = format!("a day after {last}, the last for a statement");
            Err(refuse(Rule::NoticeServed, "valid_from", found, expected))
        }
        None if case.day() < *served_on => {
            let expected = format!("{served_on} or later, when notice was served");
            Err(refuse(Rule::NoticeServed, "valid_from", case.day(), expected))
        }
        _ => Ok(()),
    }
}

/// D07: how long a measure lasts.
fn term(case: &Case<'_>, definition: &MeasureDefinition, term: Term) -> Result<(), Refusal> {
    let refused =
        |found: String, expected: String| Err(refuse(Rule::MeasureConditions, "body.until", found, expected));
    match term {
        Term::WithGround => Ok(()),
        Term::Lifetime if definition.lifetime => Ok(()),
        Term::Lifetime => {
            let expected = "false: the catalogue gives no such measure for life";
            Err(refuse(Rule::MeasureConditions, "body.lifetime", "true", expected))
        }
        Term::Until(until) => {
            let day = case.day();
            let (least, most) = (definition.min_months, definition.max_months);
            if let Some(first) =
                least.map(|months| day.plus_months(months.into())).filter(|first| until < *first)
            {
                return refused(until.to_string(), format!("{first} or later"));
            }
            if let Some(last) = most.map(|months| day.plus_months(months.into())).filter(|last| until > *last)
            {
                return refused(until.to_string(), format!("{last} or earlier"));
            }
            if until < day {
                return refused(until.to_string(), format!("{day} or later"));
            }
            Ok(())
        }
    }
}

fn covers(patterns: &[Pattern], code: &str) -> bool {
    patterns.iter().any(|pattern| pattern.covers(code))
}

fn names(patterns: &[Pattern]) -> String {
    if patterns.is_empty() {
        return "any type".to_owned();
    }
    patterns.iter().map(Pattern::as_str).collect::<Vec<_>>().join(" or ")
}
