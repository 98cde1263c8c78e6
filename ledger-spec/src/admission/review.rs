//! Rules for reviews of decisions: reconsideration, litigation.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::authority::AuthorityNumber;
use crate::casefile::{Item, ItemNumber, NameHash};
use crate::event::{Decision, Extra, Phase, ReviewOutcome, Role, Step};
use crate::wording::{Words, say};

/// L16: what a judgment ended no authority opens again, nor one that reviews what a court judged (行政复议法第二十九条第二款); a court
/// may (行政诉讼法第九十至九十三条).
pub(super) fn opened(case: &Case<'_>, (number, item): (ItemNumber, &Item)) -> Result<(), Refusal> {
    under_review(case, number, false)?;
    let as_of = case.as_of();
    match as_of.judged_by_court(number).filter(|_| !case.is(Role::Court)) {
        Some(step) if step.step().is_some_and(|fact| fact.is_final) || !case.is_source(item) => {
            let expected = say!("a decision of which no court has judged, or a court");
            Err(refuse(
                Rule::InPhase,
                "body.record",
                say!("a decision of which a court has judged"),
                expected,
            ))
        }
        _ => Ok(()),
    }
}

/// L17: what a court recorded that it came to, only a court alters (行政诉讼法第九十四条).
fn leaves_the_judgment(case: &Case<'_>, number: ItemNumber) -> Result<(), Refusal> {
    if case.is(Role::Court) || case.as_of().judged_by_court(number).is_none() {
        return Ok(());
    }
    let expected = say!("a court: one has recorded what it judged of this decision");
    Err(refuse(Rule::SourceDecides, "issuer", &case.issuer.id, expected))
}

/// A03: that a decision is void or unlawful, or stands again, is said by whoever reviews it, in a document.
pub(super) fn judged(body: &Step) -> Result<(), Refusal> {
    let said = match &body.extra {
        Extra::Revoked { void, .. } => *void,
        Extra::Reviewed { outcome, .. } => {
            matches!(outcome, ReviewOutcome::Unlawful | ReviewOutcome::Restored)
        }
        _ => false,
    };
    if !said || body.decision.is_some() {
        return Ok(());
    }
    let expected = say!("the decision on review, the judgment or the ruling, by its number and date");
    Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected))
}

/// A03: who opened a review closes it, or a court; what who decided said of itself, whoever reviews that, or who decided by
/// the document of whoever did.
pub(super) fn closed(
    case: &Case<'_>,
    body: &Step,
    (number, item): (ItemNumber, &Item),
) -> Result<(), Refusal> {
    under_review(case, number, true)?;
    gives_back(case, body, number)?;
    restores_a_decision(case, &body.extra, number)?;
    if case.is(Role::Court) {
        return Ok(());
    }
    let outcome = match &body.extra {
        Extra::Reviewed { outcome, .. } => Some(outcome).filter(|outcome| outcome.decides()),
        _ => None,
    };
    if outcome.is_some() {
        leaves_the_judgment(case, number)?;
    }
    let as_of = case.as_of();
    let directory = &case.governance.directory;
    let maker = case.maker(item);
    let opened = as_of.pending_review(number).map_or(maker, |opened| opened.issuer);
    // Who filed another's decision may have said that it is under review.
    let of_source = [maker, item.issuer].iter().any(|one| directory.is_one_source(opened, *one));
    if !of_source && !directory.acts_for(&case.issuer.id, opened) {
        let found = say!("a review that {} opened", directory.id_of(opened));
        let expected = say!("the decision on review, stated by whoever opened it, or by a court");
        return Err(refuse(Rule::DecisionComplete, "issuer", found, expected));
    }
    if !case.is_source(item) {
        return Ok(());
    }
    let Some(decision) = &body.decision else {
        let expected = say!("the decision on review, the judgment or the ruling, by its number and date");
        return Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected));
    };
    match outcome {
        Some(_) => of_a_reviewer(case, decision, (number, maker)),
        None => Ok(()),
    }
}

/// A03: who decided says by whose document its decision was altered or given back: nobody reviews what it decided itself.
fn of_a_reviewer(
    case: &Case<'_>,
    decision: &Decision,
    (number, maker): (ItemNumber, AuthorityNumber),
) -> Result<(), Refusal> {
    let by = decision.issued_by.as_deref();
    let named = case.as_of().record(number).and_then(|record| record.decided_by);
    let is_its_own = |name| {
        let name = NameHash::of_body(name);
        named == Some(name) || case.governance.directory.is_named(maker, name, case.known())
    };
    if by.is_some_and(|name| !is_its_own(name)) {
        return Ok(());
    }
    let expected = say!("the court or the authority that reviewed the decision, which did not make it");
    let found = by.map_or_else(|| say!("absent"), Words::data);
    Err(refuse(Rule::DecisionComplete, "body.decision.issued_by", found, expected))
}

/// A03: that a decision stands which was annulled, in whatever form, is said in a document.
fn gives_back(case: &Case<'_>, body: &Step, number: ItemNumber) -> Result<(), Refusal> {
    let Extra::Reviewed { outcome, .. } = &body.extra else { return Ok(()) };
    let annulled = case.file.last_phase(number) == Some(Phase::Revoked);
    if !annulled || !outcome.decides() || body.decision.is_some() {
        return Ok(());
    }
    let expected = say!("the judgment by which the annulled decision stands, by its number and date");
    Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected))
}

/// L15: what stands again by a review is what was decided at first, or what a later decision made of that.
fn restores_a_decision(case: &Case<'_>, extra: &Extra, number: ItemNumber) -> Result<(), Refusal> {
    let Extra::Reviewed { outcome, restores: Some(stands), .. } = extra else { return Ok(()) };
    let document = (NameHash::of_decision(&stands.number), stands.date);
    let (as_of, known) = (case.as_of(), outcome == &ReviewOutcome::Restored);
    let mut steps = as_of.about(number).filter_map(|(_, step)| step.step());
    if known && steps.any(|fact| fact.decision.zip(fact.decided_on) == Some(document)) {
        return Ok(());
    }
    let expected = say!(
        "a later decision that a correction of the record named or a review of it was closed by, and that stands again"
    );
    Err(refuse(Rule::ReferenceKnown, "body.restores", Words::data(&stands.number), expected))
}

/// L16: a review begins where none is pending, under whatever name of the subject, and ends where one is.
fn under_review(case: &Case<'_>, number: ItemNumber, expected: bool) -> Result<(), Refusal> {
    let pending = if expected {
        case.as_of().pending_review(number).is_some()
    } else {
        case.of_person(number).is_some_and(|number| case.person_as_of().pending_review(number).is_some())
    };
    if pending == expected {
        return Ok(());
    }
    let said = |pending| {
        if pending { say!("a decision under review") } else { say!("a decision that is not under review") }
    };
    Err(refuse(Rule::InPhase, "body.record", said(!expected), said(expected)))
}
