//! Corrections and seals that free: what a decision or the law set for a time does not end sooner by a slip that is put right, nor
//! because it is put out of sight.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::casefile::{AsOf, CaseAsOf, Fact, Filed, Item};
use crate::definition::{EndsBy, Polarity};
use crate::event::{Role, Step};
use crate::wording::say;
use tlog::position::TreeSize;

/// A03 of a correction, and of a seal: where a ban, another measure that closes a domain, or an entry on a list that nobody is taken off by a word,
/// would end sooner by it, it names the decision, as whoever lifts the one or takes off the other does. A court may always.
pub(super) fn freed(case: &Case<'_>, step: &Step) -> Result<(), Refusal> {
    let before = case.person_as_of();
    let mut kept = case.person.items().filter(|(_, item)| is_kept(&before, item)).peekable();
    if step.decision.is_some() || case.is(Role::Court) || kept.peek().is_none() {
        return Ok(());
    }
    let mut stepped = case.person.clone();
    let signers: Vec<_> = case.signed.signers().map(|key| *key.as_bytes()).collect();
    let directory = &case.governance.directory;
    stepped.apply(Filed { event: case.event, recorded: case.at, signers: &signers }, directory);
    let instants =
        AsOf { valid_at: case.event.valid_from, known: TreeSize::new(case.at.index.get().saturating_add(1)) };
    let catalogue = &case.governance.catalogue;
    let after = CaseAsOf::new(&case.event.subject, &stepped, (catalogue, directory), instants);
    let sooner = kept.find(|(number, _)| {
        let (was, now) = (before.end(*number), after.end(*number));
        let holds = was.is_none_or(|was| was.at > before.as_of.valid_at);
        holds && now.is_some_and(|now| was.is_none_or(|was| now.at < was.at))
    });
    match sooner {
        None => Ok(()),
        Some((_, item)) => {
            let found = say!("a step without one that ends sooner what was filed {}", case.told(item));
            let expected = say!("the decision that frees of it, by its number and date");
            Err(refuse(Rule::DecisionComplete, "body.decision", found, expected))
        }
    }
}

/// Whether it takes a decision to end it before its time.
fn is_kept(as_of: &CaseAsOf<'_>, item: &Item) -> bool {
    match &item.fact {
        Fact::Measure(measure) => as_of.measure_of(item, measure).is_some_and(|adopted| adopted.keeps_out()),
        Fact::Listing(listing) => as_of.list_of(item, listing).is_some_and(|list| {
            let ends = list.ends.as_ref().filter(|_| list.polarity == Polarity::Negative);
            ends.is_some_and(|ends| match ends.by {
                EndsBy::Term | EndsBy::TermAndApplication | EndsBy::Application | EndsBy::Decision => true,
                EndsBy::Performance | EndsBy::Ground => false,
            })
        }),
        _ => false,
    }
}
