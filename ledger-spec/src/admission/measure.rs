//! Rules for measures.

use super::basis::Catalogued;
use super::case::{Case, Over};
use super::listing::{covers, grave_enough, names};
use super::{Refusal, Rule, notice, once, refuse, subject};
use crate::casefile::{CaseAsOf, Fact, ItemNumber};
use crate::definition::{Direction, MeasureDefinition};
use crate::event::{Class, MeasureImposed, Phase, Term};
use crate::wording::{Joint, Words, say};

/// A01, A02, A04, D02, D03, D07, D08, D10, L10, L11, L15, L16, L19, L20.
pub(super) fn imposition(case: &Case<'_>, body: &MeasureImposed) -> Result<(), Refusal> {
    let (code, day) = (body.measure.to_string(), case.decided(body.decision.as_ref()));
    let measures = &case.governance.catalogue.measures;
    let Some(definition) = measures.at(&body.measure, day.start_of_day(), case.known()) else {
        return Err(case.not_in_catalogue("body.measure", &code, measures.ever(&body.measure), day));
    };
    case.competent("body.measure", &code, Over::Measures)?;
    case.fits(&definition.subjects, &definition.kinds)?;
    case.decision_begun(body.decision.as_ref())?;
    subject::exists(case, day)?;
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
    unstayed(case, definition, (body, number))?;
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
    let known = case.of_person(number);
    let holds = |as_of: &CaseAsOf<'_>| known.is_some_and(|number| as_of.in_force(number));
    if !case.barred_as_of(case.person, body.decision.as_ref()).iter().all(holds) {
        let expected = say!("something in force now, or a decision from when it was");
        return Err(refuse(Rule::MeasureConditions, "body.rests_on", say!("not in force"), expected));
    }
    let asked = (Rule::MeasureConditions, "body.rests_on");
    grave_enough(case, asked, definition.least_severity, number)?;
    of_kinds(case, definition, number)?;
    once::imposed(case, definition, (body, number))?;
    term(case, definition, (body, number))?;
    within_restriction(case, definition, (body, number))?;
    notice::before_ban(case, definition, (body.decision.as_ref(), number))?;
    case.reviewed(definition.legal_review, None)
}

/// D10: nothing is carried out whose execution is stayed, neither from when it is to begin nor, without a document of before, now.
fn unstayed(
    case: &Case<'_>,
    definition: &MeasureDefinition,
    (body, ground): (&MeasureImposed, ItemNumber),
) -> Result<(), Refusal> {
    let issuer = case.governance.directory.number(&case.issuer.id);
    let Some((issuer, ground)) = issuer.zip(case.of_person(ground)) else { return Ok(()) };
    let when = case.barred_as_of(case.person, body.decision.as_ref());
    match when.iter().find_map(|as_of| as_of.stay_beneath(ground, issuer, definition)) {
        None => Ok(()),
        Some(hold) => {
            let found = say!("a hold {}", case.told(hold));
            let expected = say!("what no hold stays in its execution");
            Err(refuse(Rule::OnHold, "body.rests_on", found, expected))
        }
    }
}

/// D07: what is banned on a record, by whomever, lasts no longer than the record says, or, where that says nothing, than the same
/// authority imposed it first: how long it is stands in the decision (行政处罚法第四十四条).
fn within_restriction(
    case: &Case<'_>,
    definition: &MeasureDefinition,
    (body, ground): (&MeasureImposed, ItemNumber),
) -> Result<(), Refusal> {
    if definition.direction != Direction::Ban {
        return Ok(());
    }
    let (as_of, issuer) = (case.as_of(), case.governance.directory.number(&case.issuer.id));
    let Some(record) = issuer.and_then(|issuer| as_of.bound_by(ground, issuer, definition)) else {
        return Ok(());
    };
    let stated = as_of.restriction_decided(record);
    let before = || once::imposed_before(case, definition, (body, ground));
    let Some(most) = stated.or_else(before) else { return Ok(()) };
    let found = match body.term {
        Term::Until(until) if until > most => until.into(),
        Term::Lifetime => say!("for life"),
        Term::Until(_) | Term::WithGround => return Ok(()),
    };
    let expected = match stated {
        Some(_) => say!("{} or earlier, as the record of this decision states its restriction", most),
        None => say!("{} or earlier, as the ban by this decision was imposed first", most),
    };
    Err(refuse(Rule::MeasureConditions, "body.until", found, expected))
}

/// D07: what the law has follow from certain kinds of penalty rests on a record by whose decision one of them was imposed, or that is
/// the ban itself: an entry on a list is neither.
fn of_kinds(case: &Case<'_>, definition: &MeasureDefinition, ground: ItemNumber) -> Result<(), Refusal> {
    if case.as_of().is_of_kinds(ground, &definition.penalty_kinds) {
        return Ok(());
    }
    let named = Words::several(definition.penalty_kinds.iter().map(Words::data), Joint::Or);
    let expected = say!("a record of a penalty of the kind {}", named);
    let found = say!("a record of no such penalty");
    Err(refuse(Rule::MeasureConditions, "body.rests_on", found, expected))
}

/// D07: how long a measure lasts.
fn term(
    case: &Case<'_>,
    definition: &MeasureDefinition,
    (body, ground): (&MeasureImposed, ItemNumber),
) -> Result<(), Refusal> {
    let refused =
        |found: Words, expected: Words| Err(refuse(Rule::MeasureConditions, "body.until", found, expected));
    match body.term {
        Term::WithGround if definition.has_term() => {
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
            let own = body.decision.as_ref().map(|decision| decision.date);
            let begins = case.as_of().first_day(definition, day, (own, Some(ground)));
            // What was lifted has run for a part.
            let first =
                once::begun(case, definition, (body, ground)).map_or(begins, |first| first.min(begins));
            let (least, most) = (definition.min_months, definition.max_months);
            if let Some(least) =
                least.map(|months| first.plus_months(months.into())).filter(|least| until < *least)
            {
                return refused(until.into(), say!("{} or later", least));
            }
            if let Some(last) =
                most.map(|months| begins.plus_months(months.into())).filter(|last| until > *last)
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
