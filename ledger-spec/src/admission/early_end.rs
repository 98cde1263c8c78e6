//! Ends that come before their time: what a decision or the law gave a term is not taken back by a word of whoever set it.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::casefile::{CaseAsOf, Fact, Item, ItemNumber};
use crate::definition::{EndsBy, ListDefinition, Polarity};
use crate::event::{Extra, Role, Step, StepKind};
use crate::wording::{Words, say};

/// A03, D13, L17 of a step by which the source ends what it filed while that still holds. A court may always.
pub(super) fn before_its_time(
    case: &Case<'_>,
    body: &Step,
    (number, item): (ItemNumber, &Item),
) -> Result<(), Refusal> {
    let as_of = case.as_of();
    if case.is(Role::Court) || !case.holds(number) {
        return Ok(());
    }
    match (body.kind, &item.fact) {
        (StepKind::ListingRemoved, Fact::Listing(listing)) => match as_of.list_of(item, listing) {
            Some(list) => removed(list, body),
            None => Ok(()),
        },
        (StepKind::MeasureLifted | StepKind::MeasureExempted, Fact::Measure(measure)) => {
            let adopted = as_of.measure_of(item, measure);
            if adopted.is_some_and(|adopted| adopted.keeps_out()) {
                decided(body, || say!("the decision that frees of it, by its number and date"))
            } else {
                Ok(())
            }
        }
        (StepKind::RecordRevoked, Fact::Record(record)) if as_of.polarity(record) == Polarity::Negative => {
            decided(body, || say!("the decision that revokes it, by its number and date"))
        }
        (StepKind::RecordSealed, Fact::Record(record)) => {
            let bad = as_of.polarity(record) == Polarity::Negative;
            if bad && !case.event.subject.is_natural() { unended(&as_of, case, number) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// D13: from a list whose entries last for a term, or end on application, nobody is taken before that but by repair, or because
/// he should not have been entered; where the list's own rule says a decision, that is named.
fn removed(list: &ListDefinition, body: &Step) -> Result<(), Refusal> {
    let ends = list.ends.as_ref().filter(|_| list.polarity == Polarity::Negative).map(|ends| ends.by);
    match ends {
        Some(EndsBy::Term | EndsBy::TermAndApplication | EndsBy::Application)
            if body.extra != Extra::Annulled(true) =>
        {
            let expected =
                say!("the end of its term, a repair that is granted, or `annulled` with the decision");
            Err(refuse(Rule::RepairConditions, "body.listing", say!("an entry that holds"), expected))
        }
        Some(EndsBy::Decision) => {
            decided(body, || say!("the decision that takes it off, by its number and date"))
        }
        _ => Ok(()),
    }
}

/// A03: the document that decides is named.
fn decided(body: &Step, expected: impl FnOnce() -> Words) -> Result<(), Refusal> {
    match body.decision {
        Some(_) => Ok(()),
        None => Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected())),
    }
}

/// L17: what still stands about a body is not put out of everybody's sight by whoever filed it.
fn unended(as_of: &CaseAsOf<'_>, case: &Case<'_>, number: ItemNumber) -> Result<(), Refusal> {
    let until = as_of.end(number).map(|end| end.at.date());
    let expected = match until {
        Some(until) => say!("a court, or {} or later, when it has ended", until),
        None => say!("a court: it has not ended"),
    };
    Err(refuse(Rule::SourceDecides, "issuer", &case.issuer.id, expected))
}
