//! What a licence's decision gave (A03): once, for no longer than it says, and nothing any more once it was taken (行政许可法第八、
//! 五十、六十九、七十条).

use super::case::Case;
use super::{Refusal, Rule, once, refuse};
use crate::casefile::{Details, Fact, Item, ItemNumber, NameHash, RecordFact};
use crate::definition::{LICENCE_NUMBER, RecordType, TAKING_STEPS, VALID_UNTIL};
use crate::event::{Decision, Phase, RecordFiled};
use crate::wording::{Words, say};

/// A03 of a licence that is filed: of whatever type and step, one decision gives it once, and where that was filed in error it
/// gives it for no longer.
pub(super) fn filed(
    case: &Case<'_>,
    definition: &RecordType,
    (body, said): (&RecordFiled, &Details),
) -> Result<(), Refusal> {
    if !gives(definition, said) {
        return Ok(());
    }
    let shown = body.rests_on.as_ref().and_then(|id| case.file.entry_of(id));
    given_already(case, (body, said), shown)?;
    let as_of = case.person_as_of();
    for (filed, was) in retracted(case, body) {
        // What was taken by its number is not had again under another, or under none.
        let renumbered = as_of.licence_end(filed).is_some() && was.licence != said.licence;
        let longer = said.holds_longer_than(&was).filter(|_| is_one(&was, said));
        if let Some(field) = renumbered.then_some(LICENCE_NUMBER).or(longer) {
            let value = body.details.iter().find(|(name, _)| name == field);
            let value = value.map_or_else(|| say!("absent"), |(_, value)| Words::data(value));
            let expected = say!("an end of the licence that its decision gave it, or another decision");
            let found = say!("{}: {}", Words::data(field), value);
            return Err(refuse(Rule::DecisionComplete, "body.details", found, expected));
        }
    }
    Ok(())
}

/// Whether a record gives a licence: its type says until when one holds, and it takes none.
fn gives(definition: &RecordType, said: &Details) -> bool {
    definition.has_field(VALID_UNTIL) && !said.is_step(&TAKING_STEPS)
}

/// The records by this decision that were filed in error, with what it decided: of each licence the first that was filed, and of
/// those after it the ones that a decision corrected. What was filed after the first and taken back may be no more than a slip.
fn retracted(case: &Case<'_>, body: &RecordFiled) -> Vec<(ItemNumber, Details)> {
    let as_of = case.person_as_of();
    let (mut before, mut counting): (Vec<Details>, _) = (Vec::new(), Vec::new());
    let by_maker = once::is_makers(case, body);
    for (filed, _) in once::of_decision(case, body) {
        // What another filed of it gave nothing.
        if by_maker && !as_of.is_makers(filed) {
            continue;
        }
        let Some(was) = as_of.details_decided(filed) else { continue };
        let again = before.iter().any(|earlier| is_one(earlier, &was) && !earlier.is_named_apart(&was));
        let says = !again || as_of.is_decided_anew(filed);
        before.push(was.clone());
        if says && case.person.last_phase(filed) == Some(Phase::Retracted) {
            counting.push((filed, was));
        }
    }
    counting
}

/// Whether two say the same licence. Where one does not say which, nothing tells them apart.
fn is_one(one: &Details, other: &Details) -> bool {
    one.licence.zip(other.licence).is_none_or(|(one, other)| one == other)
}

/// A03: what a decision gave is recorded already, and was not filed in error: whether it holds still or was taken.
fn given_already(
    case: &Case<'_>,
    (body, said): (&RecordFiled, &Details),
    shown: Option<tlog::position::EntryIndex>,
) -> Result<(), Refusal> {
    let as_of = case.person_as_of();
    let given = once::of_decision(case, body).find(|(filed, item)| {
        let Fact::Record(record) = &item.fact else { return false };
        shown != Some(item.entry)
            && case.person.last_phase(*filed) != Some(Phase::Retracted)
            && as_of.type_of(record).zip(as_of.details(*filed)).is_some_and(|(definition, was)| {
                // One decision may give several that have no number, and are called otherwise (行政许可法第二十六条).
                gives(definition, &was) && is_one(&was, said) && !was.is_named_apart(said)
            })
    });
    match given {
        None => Ok(()),
        Some((_, item)) => {
            let found = say!("{}, which is recorded {}", Words::data(&body.decision.number), case.told(item));
            let expected = say!("a decision that is not recorded yet, or a correction of that record");
            Err(refuse(Rule::DecisionComplete, "body.decision.number", found, expected))
        }
    }
}

/// Whether a correction by a decision lets a licence hold longer by what is not the decision that gave it.
pub(super) fn is_decided_anew(record: &RecordFact, decision: Option<&Decision>) -> bool {
    decision.is_some_and(|decision| NameHash::of_decision(&decision.number) != record.decision)
}

/// Whether a licence would be had again by another number: it was taken by the one that it said, or this is what took one.
pub(super) fn is_renumbered_after(
    case: &Case<'_>,
    (number, item): (ItemNumber, &Item),
    (stated, said): (&Details, &Details),
) -> bool {
    let as_of = case.as_of();
    stated.licence.is_some()
        && stated.licence != said.licence
        && (as_of.licence_end(number).is_some()
            || stated.is_step(&TAKING_STEPS) && as_of.ended_by(item).next().is_some())
}
