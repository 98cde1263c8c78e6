//! What of a record happens once: by one decision, about one conduct (A10), and not graver than it was filed in error (A04).

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::casefile::{Fact, Item, NameHash, RecordFact};
use crate::definition::{FINE, Polarity};
use crate::event::{Class, Phase, RecordFiled};
use crate::wording::{Words, say};

/// A10: one decision, one record of a type, whatever conduct it is said to be about.
pub(super) fn one_decision(case: &Case<'_>, body: &RecordFiled) -> Result<(), Refusal> {
    let (as_of, number) = (case.person_as_of(), NameHash::of(&body.decision.number));
    let same = case.person.of_class(Class::Record).find(|(filed, item)| {
        let Fact::Record(record) = &item.fact else { return false };
        is_of_decision(case, (body, number), (item, record))
            && as_of.polarity(record) == Polarity::Negative
            && !case.person.last_phase(*filed).is_some_and(Phase::is_void)
    });
    match same {
        None => Ok(()),
        Some((_, item)) => {
            let found = say!("{}, which is recorded {}", Words::data(&body.decision.number), case.told(item));
            let expected = say!("a decision that is not recorded yet, or a correction of that record");
            Err(refuse(Rule::OneConduct, "body.decision.number", found, expected))
        }
    }
}

/// A10.
pub(super) fn one_conduct(case: &Case<'_>, body: &RecordFiled) -> Result<(), Refusal> {
    let Some(conduct) = &body.conduct else { return Ok(()) };
    // What only shows another record is about the same conduct as that, and as nothing else.
    let shown = body.rests_on.as_ref().and_then(|id| case.file.entry_of(id));
    let (as_of, named) = (case.person_as_of(), NameHash::of(&conduct.id));
    let same = case.person.of_class(Class::Record).find(|(number, item)| {
        let Fact::Record(record) = &item.fact else { return false };
        record.conduct == Some(named)
            && shown != Some(item.entry)
            && as_of.polarity(record) == Polarity::Negative
            && !case.person.last_phase(*number).is_some_and(Phase::is_void)
            && may_both_fine(body, record)
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

/// A04: what was filed in error does not come back graver by the same decision: that takes another, before which the
/// subject is heard.
pub(super) fn no_graver_than_retracted(case: &Case<'_>, body: &RecordFiled) -> Result<(), Refusal> {
    let (as_of, number) = (case.person_as_of(), NameHash::of(&body.decision.number));
    let retracted = case.person.of_class(Class::Record).filter_map(|(filed, item)| {
        let Fact::Record(record) = &item.fact else { return None };
        let same = is_of_decision(case, (body, number), (item, record))
            && case.person.last_phase(filed) == Some(Phase::Retracted);
        as_of.severity(filed).filter(|_| same)
    });
    match (body.severity, retracted.min()) {
        (Some(found), Some(stated)) if found > stated => {
            let found = say!("{}, graver than {} as this decision was recorded", found, stated);
            let expected =
                say!("no graver severity by the same decision: file the new one, made after notice");
            Err(refuse(Rule::NoticeServed, "body.severity", found, expected))
        }
        _ => Ok(()),
    }
}

/// Whether a record is of the same type and source, by the decision of this number and date.
fn is_of_decision(
    case: &Case<'_>,
    (body, number): (&RecordFiled, NameHash),
    (item, record): (&Item, &RecordFact),
) -> bool {
    record.decision == number
        && record.decided_on == body.decision.date
        && record.record_type == body.record_type
        && case.is_source(item)
}

/// Whether both this penalty and a record are known to be of kinds of which only one may follow one conduct: fines. What
/// does not say of which kinds it is may be one.
fn may_both_fine(body: &RecordFiled, record: &RecordFact) -> bool {
    let fines = body.penalty_kinds().map(|mut kinds| kinds.any(|kind| kind == FINE));
    fines != Some(false) && record.fines != Some(false)
}
