//! Rules for reviews of decisions: reconsideration, litigation.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::casefile::{Item, ItemNumber, NameHash};
use crate::event::{Extra, Phase, ReviewOutcome, Role, Step};
use crate::wording::{Words, say};

/// L16.
pub(super) fn opened(case: &Case<'_>, number: ItemNumber) -> Result<(), Refusal> {
    under_review(case, number, false)
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
    if body.decision.is_some() || !case.is_source(item) {
        return Ok(());
    }
    let expected = say!("the decision on review, the judgment or the ruling, by its number and date");
    Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected))
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
