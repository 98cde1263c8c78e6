//! Rules for notices, entries on lists, and measures.

use super::basis::Catalogued;
use super::case::{Case, Over, waived};
use super::{Refusal, Rule, refuse};
use crate::authority::Migration;
use crate::casefile::{CaseAsOf, Cause, Fact, Item, ItemNumber};
use crate::definition::{
    Direction, ListDefinition, MeasureDefinition, Pattern, Persons, Polarity, ProcedurePeriod,
};
use crate::event::{
    Class, Extra, ListingEntered, ListingNotified, MeasureImposed, Phase, Review, Role, StepKind, Term,
};
use crate::id::ListCode;
use crate::time::Date;
use crate::wording::{Joint, Words, say};
use tlog::position::EntryIndex;

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
    once(case, definition, body)?;
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
        let last = case.day().plus_months(months.into());
        let last = restricted.map_or(last, |restricted| last.max(restricted));
        if until > last && !waived(migration, Rule::ListConditions) {
            return Err(refuse(Rule::ListConditions, "body.until", until, say!("{} or earlier", last)));
        }
    }
    case.reviewed(definition.legal_review, migration)
}

/// A01, A02, D02, D03, D07, D08, L10, L11, L15, L16, L19, L20.
pub(super) fn measure(case: &Case<'_>, body: &MeasureImposed) -> Result<(), Refusal> {
    let (code, day) = (body.measure.to_string(), case.decided(body.decision.as_ref()));
    let measures = &case.governance.catalogue.measures;
    let Some(definition) = measures.at(&body.measure, day.start_of_day(), case.known()) else {
        return Err(case.not_in_catalogue("body.measure", &code, measures.ever(&body.measure), day));
    };
    case.competent("body.measure", &code, Over::Measures)?;
    case.fits(&definition.subjects, &definition.kinds)?;
    case.decision_begun(body.decision.as_ref())?;
    case.of_level("body.measure", &code, definition.least_level)?;
    let item = Catalogued { code: &code, common: &definition.common };
    case.recordable("body.measure", item, definition.status, &body.basis, day)?;
    if definition.direction == Direction::Incentive
        && let Some(listed) = case.seriously_listed(body.decision.as_ref())
    {
        let found = say!("a subject on a list of the seriously dishonest, entered {}", case.told(listed));
        return Err(refuse(Rule::MeasureConditions, "subject", found, say!("a subject on no such list")));
    }
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
        return Err(refuse(Rule::MeasureConditions, "body.rests_on", Words::data(found), expected));
    }
    case.live(Rule::MeasureConditions, "body.rests_on", number)?;
    let holds = |as_of: &CaseAsOf<'_>| as_of.in_force(number);
    if !case.barred_as_of(case.file, body.decision.as_ref()).iter().all(holds) {
        let expected = say!("something in force now, or a decision from when it was");
        return Err(refuse(Rule::MeasureConditions, "body.rests_on", say!("not in force"), expected));
    }
    grave_enough(case, definition, number)?;
    imposed_once(case, definition, (body, number))?;
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

/// L18 for a row that is corrected: it is whole again.
pub(super) fn row_corrected(case: &Case<'_>, item: &Item, extra: &Extra) -> Result<(), Refusal> {
    let (Fact::Listing(listing), Extra::Row(row)) = (&item.fact, extra) else { return Ok(()) };
    // By the list as it was when the entry was decided: that is what the row is of.
    let day = listing.decided_on.unwrap_or_else(|| item.from.date());
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
    let found = Words::several(row.iter().map(|(name, _)| Words::data(name)), Joint::And);
    Err(refuse(
        Rule::RowFits,
        "body.row",
        found,
        Words::several(columns.into_iter().map(Words::data), Joint::And),
    ))
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
    if waived(migration, Rule::ListConditions) { Ok(()) } else { live(case, number) }
}

/// The last day of the restriction that the record beneath an entry names.
fn restriction_beneath(case: &Case<'_>, body: &ListingEntered) -> Option<Date> {
    let (number, _) = case.file.find(body.record.as_ref()?)?;
    case.as_of().record(number)?.restriction_until
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
    if as_of.pending_review(number).is_some() {
        return refused(say!("a decision under review"), say!("one that is contested no more"));
    }
    // That the time has passed is counted and never taken from who says it.
    if let Some(upheld) = as_of.upheld_by(number) {
        return upheld_for_good(case, upheld);
    }
    if record.review == Some(Review::Upheld) {
        return Ok(());
    }
    let served = record.served_on.unwrap_or(record.decided_on);
    let last = [ProcedurePeriod::ReviewAdministrative, ProcedurePeriod::ReviewLitigation]
        .into_iter()
        .filter_map(|period| as_of.deadline(period, served, served))
        .max();
    match last {
        Some(last) if case.day() <= last => refused(
            say!("a decision served on {}", served),
            say!("an entry after {}, the last day for contesting it", last),
        ),
        _ => Ok(()),
    }
}

/// D05: a review by an authority that upholds can be taken to court for a time; what a court upholds stands.
fn upheld_for_good(case: &Case<'_>, upheld: &Item) -> Result<(), Refusal> {
    let directory = &case.governance.directory;
    let by_court = directory.by_number(upheld.issuer).is_some_and(|issuer| issuer.is_any(&[Role::Court]));
    let day = upheld.step().and_then(|step| step.decided_on).unwrap_or_else(|| upheld.from.date());
    match case.as_of().deadline(ProcedurePeriod::ReviewAfterReview, day, day) {
        Some(last) if !by_court && case.day() <= last => {
            let found = say!("a decision upheld on {}", day);
            let expected = say!("an entry after {}, the last day for going to court", last);
            Err(refuse(Rule::ListConditions, "body.record", found, expected))
        }
        _ => Ok(()),
    }
}

/// L19: nobody comes onto a list on the same ground while that entry holds, before it began or after its time was over.
fn once(case: &Case<'_>, definition: &ListDefinition, body: &ListingEntered) -> Result<(), Refusal> {
    let record = body.record.as_ref().and_then(|id| case.file.entry_of(id));
    let beneath = |number: ItemNumber| case.person.get(number).map(|item| item.entry);
    let person = case.person_as_of();
    let same = case.person.of_class(Class::Listing).find(|(number, item)| match &item.fact {
        Fact::Listing(listing) => {
            listing.list == body.list
                && listing.record.and_then(beneath) == record
                && (record.is_some() || definition.serious)
                && stands_in_the_way(&person, (*number, item), (body.until, record.is_some()))
        }
        _ => false,
    });
    match same {
        None => Ok(()),
        Some((_, item)) => {
            let found = match &body.record {
                None => say!("{}, which the subject is on, entered {}", &body.list, case.told(item)),
                Some(record) => say!(
                    "{}, which the subject is on for record {}, entered {}",
                    &body.list,
                    record,
                    case.told(item),
                ),
            };
            Err(refuse(
                Rule::NotTwice,
                "body.list",
                found,
                say!("a list that the subject is not on for this"),
            ))
        }
    }
}

/// Whether an earlier entry or measure leaves no room for another on the same ground: it holds on some day of the other's
/// life; or its time was over, or it was repaired, and on the same `ground` that has been answered for.
fn stands_in_the_way(
    person: &CaseAsOf<'_>,
    (number, item): (ItemNumber, &Item),
    (until, on_ground): (Option<Date>, bool),
) -> bool {
    if until.is_some_and(|until| until < item.from.date()) {
        return false;
    }
    match person.end(number) {
        None => true,
        Some(end) => {
            end.at > person.as_of.valid_at
                || on_ground && matches!(end.cause, Cause::Expired | Cause::Repaired)
        }
    }
}

/// D07: the record beneath is as grave as the measure asks.
fn grave_enough(case: &Case<'_>, definition: &MeasureDefinition, ground: ItemNumber) -> Result<(), Refusal> {
    let as_of = case.as_of();
    let Some((least, found)) = definition.least_severity.zip(as_of.severity(as_of.root_of(ground))) else {
        return Ok(());
    };
    if found >= least {
        return Ok(());
    }
    let expected = say!("a record that is {} at least", least);
    Err(refuse(Rule::MeasureConditions, "body.rests_on", found, expected))
}

/// L19: what is imposed on a ground for a time is not imposed on it again, by whomever; nor by the same authority what
/// holds with its ground.
fn imposed_once(
    case: &Case<'_>,
    definition: &MeasureDefinition,
    (body, ground): (&MeasureImposed, ItemNumber),
) -> Result<(), Refusal> {
    let for_a_time = definition.ends.as_ref().is_some_and(|ends| ends.by.has_term());
    let root = root_entry(&case.as_of(), ground);
    let person = case.person_as_of();
    let until = match body.term {
        Term::Until(until) => Some(until),
        Term::WithGround | Term::Lifetime => None,
    };
    let same = case.person.of_class(Class::Measure).find(|(number, item)| match &item.fact {
        Fact::Measure(measure) => {
            measure.measure == body.measure
                && measure.rests_on.and_then(|ground| root_entry(&person, ground)) == root
                && (for_a_time || case.is_source(item))
                && stands_in_the_way(&person, (*number, item), (until, true))
        }
        _ => false,
    });
    match same {
        None => Ok(()),
        Some((_, item)) => {
            let found = say!("{}, imposed on this ground {}", &body.measure, case.told(item));
            let expected = say!("a measure that was not imposed on this ground yet");
            Err(refuse(Rule::NotTwice, "body.measure", found, expected))
        }
    }
}

/// The entry of what something rests on in the end, which is the same under whatever name it is looked at.
fn root_entry(case: &CaseAsOf<'_>, ground: ItemNumber) -> Option<EntryIndex> {
    case.file.get(case.root_of(ground)).map(|item| item.entry)
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
    match case.as_of().deadline(ProcedurePeriod::NoticeStatement, *served_on, *served_on) {
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

/// D07: how long a measure lasts.
fn term(case: &Case<'_>, definition: &MeasureDefinition, term: Term) -> Result<(), Refusal> {
    let refused =
        |found: Words, expected: Words| Err(refuse(Rule::MeasureConditions, "body.until", found, expected));
    match term {
        Term::WithGround if definition.ends.as_ref().is_some_and(|ends| ends.by.has_term()) => {
            let expected = say!("the last day that the decision sets, or lifetime where the law gives that");
            refused(say!("absent"), expected)
        }
        Term::WithGround => Ok(()),
        Term::Lifetime if definition.lifetime => Ok(()),
        Term::Lifetime => {
            let expected = say!("false: the catalogue gives no such measure for life");
            Err(refuse(Rule::MeasureConditions, "body.lifetime", Words::data("true"), expected))
        }
        Term::Until(until) => {
            let day = case.day();
            let (least, most) = (definition.min_months, definition.max_months);
            if let Some(first) =
                least.map(|months| day.plus_months(months.into())).filter(|first| until < *first)
            {
                return refused(until.into(), say!("{} or later", first));
            }
            if let Some(last) = most.map(|months| day.plus_months(months.into())).filter(|last| until > *last)
            {
                return refused(until.into(), say!("{} or earlier", last));
            }
            if until < day {
                return refused(until.into(), say!("{} or later", day));
            }
            Ok(())
        }
    }
}

fn covers(patterns: &[Pattern], code: &str) -> bool {
    patterns.iter().any(|pattern| pattern.covers(code))
}

fn names(patterns: &[Pattern]) -> Words {
    if patterns.is_empty() {
        return say!("any type");
    }
    Words::several(patterns.iter().map(Words::data), Joint::Or)
}
