//! What a body that went on in another was punished for goes on with it (公司法第二百二十一条): neither the decision nor the conduct
//! comes again, under the name of the other.

use super::case::Case;
use super::once::{behind, may_fine, predecessors};
use super::{Refusal, Rule, refuse};
use crate::casefile::{Details, Fact, Item, ItemNumber, NameHash};
use crate::definition::Polarity;
use crate::event::{Class, Phase, RecordFiled};
use crate::wording::{Words, say};

/// A10: a decision that is recorded of a body that went on in the subject is not recorded of that too.
pub(super) fn one_decision(case: &Case<'_>, body: &RecordFiled) -> Result<(), Refusal> {
    let Some(behind) = behind(case, body) else { return Ok(()) };
    let same = predecessors(case).find_map(|as_of| {
        let mut records = as_of.records_of(behind).filter(|(filed, _, record)| {
            // A repair is the decision's, and stays where the record was taken back.
            let repaired = |(one, item): (ItemNumber, &Item)| {
                matches!(item.fact, Fact::Application { .. })
                    && as_of.file.last_phase(one) == Some(Phase::Granted)
            };
            as_of.polarity(record) == Polarity::Negative
                && (as_of.file.last_phase(*filed) != Some(Phase::Retracted)
                    || as_of.about(*filed).any(repaired))
        });
        records.next().map(|(_, item, _)| item)
    });
    match same {
        None => Ok(()),
        Some(item) => {
            let number = Words::data(&body.decision.number);
            let found =
                say!("{}, which is recorded of a body that went on in this one, {}", number, case.told(item));
            let expected = say!(
                "a decision that is recorded of nobody who went on in this body: it goes on with it there"
            );
            Err(refuse(Rule::OneConduct, "body.decision.number", found, expected))
        }
    }
}

/// A10: conduct for which a body that went on in the subject was fined is not fined again (行政处罚法第二十九条).
pub(super) fn one_conduct(case: &Case<'_>, body: &RecordFiled) -> Result<(), Refusal> {
    let Some(conduct) = body.conduct.as_ref().filter(|_| may_fine(Details::of(&body.details).kinds)) else {
        return Ok(());
    };
    let named = NameHash::of(&conduct.id);
    let same = predecessors(case).find_map(|as_of| {
        let mut records = as_of.file.of_class(Class::Record).filter(|(number, _)| {
            as_of.record(*number).is_some_and(|record| {
                record.conduct == Some(named) && as_of.polarity(record) == Polarity::Negative
            }) && !as_of.file.last_phase(*number).is_some_and(Phase::is_void)
                && may_fine(as_of.details(*number).and_then(|said| said.kinds))
        });
        records.next().map(|(_, item)| item)
    });
    match same {
        None => Ok(()),
        Some(item) => {
            let id = Words::data(&conduct.id);
            let found =
                say!("{}, which is recorded of a body that went on in this one, {}", id, case.told(item));
            let expected = say!("another conduct, or a measure that rests on that record");
            Err(refuse(Rule::OneConduct, "body.conduct.id", found, expected))
        }
    }
}
