//! What happens once: a record by one decision, about one conduct (A10), and no graver than it was decided (A04); an entry on
//! a list and a measure on one ground (L19). What one decision is, `casefile/decision.rs` says.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::authority::Authority;
use crate::casefile::{
    Behind, CaseAsOf, Cause, Details, Fact, Gravity, Item, ItemNumber, MeasureFact, NameHash, PenaltyKinds,
    RecordFact,
};
use crate::definition::{Direction, FINE, ListDefinition, MeasureDefinition, Polarity, RecordType};
use crate::event::{Class, Decision, ListingEntered, MeasureImposed, Phase, RecordFiled, Role, Term};
use crate::time::Date;
use crate::wording::{Words, say};

/// A10: one decision, one record, whatever conduct it is said to be about and of whatever type: where a document punishes two
/// violations, the record says both (行政处罚决定书文号 is the row's), and a record of another type only shows that one.
pub(super) fn one_decision(case: &Case<'_>, body: &RecordFiled) -> Result<(), Refusal> {
    let as_of = case.person_as_of();
    // What only shows another record is by the same decision, and by no other.
    let shown = body.rests_on.as_ref().and_then(|id| case.file.entry_of(id));
    let mut records = behind(case, body).into_iter().flat_map(|behind| as_of.records_of(behind));
    let same = records.find(|(filed, item, record)| {
        shown != Some(item.entry)
            && !shows_what_was_taken_back(case, body, (*filed, record))
            && as_of.polarity(record) == Polarity::Negative
            && case.person.last_phase(*filed) != Some(Phase::Retracted)
    });
    match same {
        None => Ok(()),
        Some((filed, item, _)) => {
            let found = say!("{}, which is recorded {}", Words::data(&body.decision.number), case.told(item));
            // What was annulled comes back by the judgment that says so, and by no filing.
            let expected = if case.person.last_phase(filed) == Some(Phase::Revoked) {
                say!("a decision that was not annulled, or a review of it that is closed as restored")
            } else if !as_of.is_makers(filed) {
                say!(
                    "a decision that is not recorded yet, or that record retracted by who filed it or who decided"
                )
            } else {
                say!("a decision that is not recorded yet, or a correction of that record")
            };
            Err(refuse(Rule::OneConduct, "body.decision.number", found, expected))
        }
    }
}

/// Whether a record only shows one that was taken back to be filed again: from that it keeps nobody.
fn shows_what_was_taken_back(
    case: &Case<'_>,
    body: &RecordFiled,
    (filed, record): (ItemNumber, &RecordFact),
) -> bool {
    let taken_back = |shown| case.person.last_phase(shown) == Some(Phase::Retracted);
    body.rests_on.is_none()
        && record.rests_on.is_some_and(taken_back)
        && case.person.last_phase(filed) != Some(Phase::Revoked)
}

/// A10.
pub(super) fn one_conduct(case: &Case<'_>, body: &RecordFiled) -> Result<(), Refusal> {
    let Some(conduct) = &body.conduct else { return Ok(()) };
    if !may_fine(Details::of(&body.details).kinds) {
        return Ok(());
    }
    // What only shows another record is about the same conduct as that, and as nothing else.
    let shown = body.rests_on.as_ref().and_then(|id| case.file.entry_of(id));
    let (as_of, named) = (case.person_as_of(), NameHash::of(&conduct.id));
    let same = case.person.of_class(Class::Record).find(|(number, item)| {
        let Fact::Record(record) = &item.fact else { return false };
        record.conduct == Some(named)
            && shown != Some(item.entry)
            && !shows_what_was_taken_back(case, body, (*number, record))
            && as_of.polarity(record) == Polarity::Negative
            && !case.person.last_phase(*number).is_some_and(Phase::is_void)
            && may_fine(as_of.details(*number).and_then(|said| said.kinds))
    });
    match same {
        None => Ok(()),
        Some((_, item)) => {
            let found = say!("{}, which is recorded {}", Words::data(&conduct.id), case.told(item));
            let expected = say!("another conduct, or a measure that rests on that record");
            Err(refuse(Rule::OneConduct, "body.conduct.id", found, expected))
        }
    }
}

/// A04: what was filed of the subject, or of a body that went on in it, does not come back graver by the same decision: that takes
/// another, before which the subject is heard.
pub(super) fn no_graver_than_decided(
    case: &Case<'_>,
    (definition, body, said): (&RecordType, &RecordFiled, &Details),
) -> Result<(), Refusal> {
    let shows = body.rests_on.map(|_| &body.record_type);
    let Some(behind) = behind(case, body) else { return Ok(()) };
    let refiled = Gravity::filed(definition, (body.severity, said), body.restriction_until);
    let mut files = std::iter::once(case.person_as_of()).chain(predecessors(case));
    let graver = files.find_map(|as_of| {
        let decided = as_of.gravity_of(behind, shows)?;
        refiled.graver_than(&decided).or_else(|| refiled.other_than(&decided))
    });
    match graver {
        None => Ok(()),
        Some(graver) => {
            let expected =
                say!("no graver penalty by the same decision: file the new one, made after notice");
            Err(graver.refused(&body.details, expected))
        }
    }
}

/// A04: what only shows a record says no graver penalty than that does of their decision.
pub(super) fn no_graver_than_shown(
    case: &Case<'_>,
    (body, said): (&RecordFiled, &Details),
) -> Result<(), Refusal> {
    let shown = body.rests_on.as_ref().and_then(|id| case.file.find(id));
    let Some((number, item)) = shown else { return Ok(()) };
    let as_of = case.as_of();
    let same = as_of
        .record(number)
        .zip(behind(case, body))
        .is_some_and(|(record, behind)| behind.is(&as_of.behind(item, record), &case.governance.directory));
    let decided = as_of.gravity_decided(number).filter(|_| same);
    let stated = Gravity::corrected(body.severity, said, body.restriction_until);
    match decided.and_then(|decided| stated.graver_than(&decided).or_else(|| stated.other_than(&decided))) {
        None => Ok(()),
        Some(graver) => {
            let expected = say!("no graver penalty than the record of this decision says that it shows");
            Err(graver.refused(&body.details, expected))
        }
    }
}

/// The records by the decision of one that is to be filed, in the log's order.
pub(super) fn of_decision<'c>(
    case: &'c Case<'_>,
    body: &RecordFiled,
) -> impl Iterator<Item = (ItemNumber, &'c Item)> + 'c {
    let as_of = case.person_as_of();
    let all: Vec<_> = behind(case, body).map_or_else(Vec::new, |behind| as_of.records_of(behind).collect());
    all.into_iter().map(|(number, item, _)| (number, item))
}

/// Whether who is to file a record made its decision.
pub(super) fn is_makers(case: &Case<'_>, body: &RecordFiled) -> bool {
    behind(case, body).is_some_and(|behind| behind.is_makers(&case.governance.directory))
}

/// Who made the decision by which a record is to be filed.
pub(super) fn maker<'a>(case: &Case<'a>, body: &RecordFiled) -> Option<&'a Authority> {
    behind(case, body).and_then(|behind| case.governance.directory.by_number(behind.maker()))
}

/// The files of who went on in the subject, when the event begins to hold.
pub(super) fn predecessors<'a>(case: &'a Case<'_>) -> impl Iterator<Item = CaseAsOf<'a>> {
    case.went_on.iter().map(|file| case.when(file, case.event.valid_from))
}

/// The decision by which a record is to be filed.
pub(super) fn behind(case: &Case<'_>, body: &RecordFiled) -> Option<Behind> {
    let issuer = case.governance.directory.number(&case.issuer.id)?;
    Some(Behind::of(issuer, &body.decision, (&case.governance.directory, case.known())))
}

/// Whether a penalty of these kinds may be of one of which only one may follow one conduct: a fine. What does not say of which
/// kinds it is may be one.
pub(super) fn may_fine(kinds: Option<PenaltyKinds>) -> bool {
    kinds.is_none_or(|kinds| kinds.is_any(&[FINE]))
}

/// L19: nobody comes onto a list on the same ground while that entry holds, before it began or after its time was over; and
/// after it was taken off, no longer than that entry could have held.
pub(super) fn entered(
    case: &Case<'_>,
    definition: &ListDefinition,
    body: &ListingEntered,
) -> Result<(), Refusal> {
    let ground = body.record.as_ref().and_then(|id| case.file.find(id));
    let ground = ground.and_then(|(number, _)| case.of_person(number));
    let person = case.person_as_of();
    let restricted = ground.filter(|_| definition.as_long_as_record);
    let restricted = restricted.and_then(|record| person.restriction_by(record, |_| true));
    let entered_on = case.decided(body.decision.as_ref());
    let by_list =
        definition.months_of(body.item.as_deref()).map(|months| entered_on.plus_months(months.into()));
    let last = body.until.or(by_list.max(restricted.filter(|_| by_list.is_some())));
    let same = case.person.of_class(Class::Listing).find(|(number, item)| {
        let Fact::Listing(listing) = &item.fact else { return false };
        listing.list == body.list
            && on_one_ground(case, &person, listing.record, ground)
            && (ground.is_some() || definition.serious)
            && {
                // After its time a new act on another ground of the list's rule is a new one.
                let answered = ground.is_some() && listing.item.as_deref() == body.item.as_deref();
                let last = last.map_or(Last::None, Last::Day);
                let decided = decided_anew(case, body.decision.as_ref());
                let next = Next { until: body.until, last, answered, most: None, decided };
                stands_in_the_way(&person, (*number, item), &next)
            }
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

/// L19: what is imposed on a ground for a time is not imposed on it again, by whomever and by whatever code; nor by the same
/// authority what holds with its ground.
pub(super) fn imposed(
    case: &Case<'_>,
    definition: &MeasureDefinition,
    (body, ground): (&MeasureImposed, ItemNumber),
) -> Result<(), Refusal> {
    let for_a_time = definition.has_term();
    let person = case.person_as_of();
    let ground = case.of_person(ground);
    let (until, last) = match body.term {
        Term::Until(until) => (Some(until), Last::Day(until)),
        Term::WithGround => (None, Last::None),
        Term::Lifetime => (None, Last::Life),
    };
    let decided = decided_anew(case, body.decision.as_ref());
    let next = |most| Next { until, last, answered: true, most, decided };
    let same = case.person.of_class(Class::Measure).find(|(number, item)| match &item.fact {
        Fact::Measure(measure) => {
            let same_code = measure.measure == body.measure;
            // By another article the law gives another time, which began with the first all the same.
            let most = definition.max_months.filter(|_| !same_code);
            let begins = person.begins(definition, item, measure);
            let most = most.map(|months| begins.plus_months(months.into()));
            (same_code && (for_a_time || case.is_source(item))
                || is_one_ban(&person, definition, case.day(), (item, measure)))
                && on_one_ground(case, &person, measure.rests_on, ground)
                && !carries_out_more(case, definition, (*number, measure), (body, ground))
                && stands_in_the_way(&person, (*number, item), &next(most))
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

/// Whether a ban carries out what an earlier one that was not lifted leaves of their decision: it ends no later than that says,
/// and the earlier one was imposed for less, or for another violation, by another article. Each term runs from the decision.
fn carries_out_more(
    case: &Case<'_>,
    definition: &MeasureDefinition,
    (number, earlier): (ItemNumber, &MeasureFact),
    (body, ground): (&MeasureImposed, Option<ItemNumber>),
) -> bool {
    let person = case.person_as_of();
    let Term::Until(until) = body.term else { return false };
    let issuer = case.governance.directory.number(&case.issuer.id);
    let bound = issuer.zip(ground).and_then(|(issuer, ground)| person.bound_by(ground, issuer, definition));
    let stated = bound.and_then(|record| person.restriction_decided(record));
    let is_more = earlier.measure != body.measure || matches!(earlier.term, Term::Until(was) if was < until);
    let is_lifted = case.person.last_phase(number) == Some(Phase::Lifted);
    definition.direction == Direction::Ban
        && stated.is_some_and(|last| until <= last)
        && is_more
        && !is_lifted
}

/// The day on which what the law counts as the same measure on one ground began first, where that was lifted: what it ran
/// counts in the next one.
pub(super) fn begun(
    case: &Case<'_>,
    definition: &MeasureDefinition,
    (body, ground): (&MeasureImposed, ItemNumber),
) -> Option<Date> {
    let person = case.person_as_of();
    let ground = case.of_person(ground);
    let lifted = case.person.of_class(Class::Measure).filter(|(number, item)| match &item.fact {
        Fact::Measure(measure) => {
            (measure.measure == body.measure || is_one_ban(&person, definition, case.day(), (item, measure)))
                && on_one_ground(case, &person, measure.rests_on, ground)
                && case.person.last_phase(*number) == Some(Phase::Lifted)
        }
        _ => false,
    });
    lifted.map(|(_, item)| item.from.date()).min()
}

/// The last day of the longest that its source imposed before of what the law counts as the same ban on one ground, whatever
/// became of it; `None` where there was none, or one had no last day. What a court annulled is as if it had not been.
pub(super) fn imposed_before(
    case: &Case<'_>,
    definition: &MeasureDefinition,
    (body, ground): (&MeasureImposed, ItemNumber),
) -> Option<Date> {
    let person = case.person_as_of();
    let ground = case.of_person(ground);
    let earlier = case.person.of_class(Class::Measure).filter_map(|(number, item)| match &item.fact {
        Fact::Measure(measure) => {
            let same = measure.measure == body.measure
                || is_one_ban(&person, definition, case.day(), (item, measure));
            let counts = same
                && case.is_source(item)
                && !person.annulled_by_court(number)
                && on_one_ground(case, &person, measure.rests_on, ground);
            counts.then_some(measure.term)
        }
        _ => None,
    });
    let until = |term| match term {
        Term::Until(until) => Some(until),
        Term::WithGround | Term::Lifetime => None,
    };
    earlier.map(until).collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// Whether a ban for a time closes a domain that an earlier one closes: by another article it is the same ban. What one decision
/// sets for two violations begins on one day.
fn is_one_ban(
    person: &CaseAsOf<'_>,
    definition: &MeasureDefinition,
    day: Date,
    (item, measure): (&Item, &MeasureFact),
) -> bool {
    let is_ban = |one: &MeasureDefinition| one.direction == Direction::Ban && one.has_term();
    person.measure_of(item, measure).is_some_and(|earlier| {
        is_ban(definition)
            && is_ban(earlier)
            && item.from.date() != day
            && earlier.bars.iter().any(|domain| definition.bars.contains(domain))
    })
}

/// Whether two things rest in the end on one record, or on records of one decision; or on none.
fn on_one_ground(
    case: &Case<'_>,
    person: &CaseAsOf<'_>,
    one: Option<ItemNumber>,
    other: Option<ItemNumber>,
) -> bool {
    let root = |number: Option<ItemNumber>| {
        let root = person.root_of(number?);
        person.file.get(root).map(|item| (root, item))
    };
    match (root(one), root(other)) {
        (None, None) => true,
        (Some((one, first)), Some((other, second))) => {
            let of_one_decision = || {
                let one = person.behind(first, person.record(one)?);
                Some(one.is(&person.behind(second, person.record(other)?), &case.governance.directory))
            };
            one == other || of_one_decision() == Some(true)
        }
        _ => false,
    }
}

/// What is to be entered or imposed, as L19 asks of it.
struct Next {
    /// The last day that it names.
    until: Option<Date>,
    /// The last day that it would have.
    last: Last,
    /// Whether an earlier one on the same ground has been answered for.
    answered: bool,
    /// The last day that it could have had in the earlier one's place, where that is not the earlier one's.
    most: Option<Date>,
    /// The day on which it was decided, where a decision is named.
    decided: Option<Date>,
}

/// The day of the decision by which something is entered or imposed; a court's own word is one.
fn decided_anew(case: &Case<'_>, decision: Option<&Decision>) -> Option<Date> {
    decision.map(|decision| decision.date).or_else(|| case.is(Role::Court).then(|| case.day()))
}

#[derive(Clone, Copy)]
enum Last {
    Day(Date),
    /// It ends by a decision alone, or with its ground.
    None,
    /// A life is measured by what the law gives (D07), and not by what was imposed before.
    Life,
}

/// Whether an earlier entry or measure leaves no room for another on the same ground: it holds on some day of the other's
/// life; or, where that is answered for, its time was over or it was repaired, or it was taken back and the other would go
/// on when the earlier one could not have. What a court annulled is as if it had not been, for whoever decided anew since
/// (行政诉讼法第七十、七十一条).
fn stands_in_the_way(person: &CaseAsOf<'_>, (number, item): (ItemNumber, &Item), next: &Next) -> bool {
    if next.until.is_some_and(|until| until < item.from.date()) {
        return false;
    }
    let Some(end) = person.end(number) else { return true };
    if end.at > person.as_of.valid_at {
        return true;
    }
    let is_lived = matches!(end.cause, Cause::Expired | Cause::Repaired);
    let goes_on = || {
        let most = next.most.or_else(|| person.farthest(number, item));
        most.is_some_and(|most| match next.last {
            Last::Day(last) => last > most,
            Last::None => true,
            Last::Life => false,
        })
    };
    let stays = || match person.day_annulled_by_court(number) {
        Some(judged) => next.decided.is_none_or(|decided| decided < judged),
        None => goes_on(),
    };
    next.answered && (is_lived || stays())
}
