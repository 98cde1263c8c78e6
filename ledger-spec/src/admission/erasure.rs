//! Rules for what is erased: what may be ordered to go, and what the ledger may say is gone.

use super::case::Case;
use super::step::unheld;
use super::{Refusal, Rule, refuse};
use crate::casefile::{Fact, Item, ItemNumber};
use crate::event::{ErasureOrdered, LedgerErased, Phase, Role};
use crate::id::{EventId, SubjectId};
use std::collections::BTreeSet;
use tlog::position::EntryIndex;

/// L11, L15, L16, L17, L19, L26, D02, D10: the source, or a court, has a thing erased with all that rests on it. What is erased
/// already, as whoever goes through the log later finds it, was admitted when it was ordered: of it there is only the
/// link that says which event it was.
pub(super) fn order(case: &Case<'_>, body: &ErasureOrdered) -> Result<(), Refusal> {
    case.about_a_subject()?;
    if body.events.len() != body.entries.len() {
        let expected = format!("{} entries, one for each event", body.events.len());
        return Err(refuse(Rule::ErasureWhole, "body.entries", body.entries.len(), expected));
    }
    let mut going = BTreeSet::new();
    for (event, entry) in body.events.iter().zip(&body.entries) {
        going.extend(named(case, event, *entry)?);
    }
    for number in &going {
        let Some(item) = case.file.get(*number) else { continue };
        with_all_that_rests_on_it(case, &going, (*number, item))?;
        with_what_it_acts_upon(&going, item)?;
        unheld(case, "body.events", *number)?;
        if !case.is(Role::Court) {
            decided(case, (*number, item))?;
            if !acts(item) {
                case.by_source(item)?;
            }
        }
    }
    case.on_basis(Rule::BasisRequired, "body.basis", &body.basis, case.day())
}

/// The event's number in its file, if it can be erased; `None` where it is.
fn named(case: &Case<'_>, event: &EventId, entry: EntryIndex) -> Result<Option<ItemNumber>, Refusal> {
    let found = case.file.find(event);
    let held = found.map(|(_, item)| item.entry).or_else(|| case.file.remains_of(event));
    let Some(held) = held else {
        let expected = format!("an event of the stream of {}", case.event.subject);
        return Err(refuse(Rule::ReferenceKnown, "body.events", event, expected));
    };
    if held != entry {
        let expected = format!("{held}, which holds {event}");
        return Err(refuse(Rule::ReferenceKnown, "body.entries", entry, expected));
    }
    if case.governance.erasures.ordered(entry).is_some() {
        let found = format!("{event}, whose erasure is ordered");
        return Err(refuse(Rule::NotTwice, "body.events", found, "what nobody has ordered to be erased"));
    }
    match found.map(|(number, item)| (number, &item.fact)) {
        Some((_, Fact::Plain | Fact::Identity(_))) => {
            let found = format!("entry {entry}, which is no record and rests on none");
            Err(refuse(Rule::ErasureWhole, "body.events", found, "a record, or what rests on one"))
        }
        other => Ok(other.map(|(number, _)| number)),
    }
}

/// L26: else what stays would refer to what is not there.
fn with_all_that_rests_on_it(
    case: &Case<'_>,
    going: &BTreeSet<ItemNumber>,
    (number, item): (ItemNumber, &Item),
) -> Result<(), Refusal> {
    match case.file.followers(number).find(|(follower, _)| !going.contains(follower)) {
        None => Ok(()),
        Some((_, left)) => {
            let found = format!("entry {} without entry {}, which follows it", item.entry, left.entry);
            let expected = "a thing with everything that follows it or rests on it";
            Err(refuse(Rule::ErasureWhole, "body.events", found, expected))
        }
    }
}

/// L26: what moves a thing or speaks of it goes only with it, or the thing would stand as if that had never been: a sealed
/// record in force again, an objection that nobody raised.
fn with_what_it_acts_upon(going: &BTreeSet<ItemNumber>, item: &Item) -> Result<(), Refusal> {
    if !acts(item) || item.fact.refers_to().iter().all(|under| going.contains(under)) {
        return Ok(());
    }
    let found = format!("entry {} without what it is about", item.entry);
    Err(refuse(
        Rule::ErasureWhole,
        "body.events",
        found,
        "what is done about a thing together with the thing",
    ))
}

/// Whether it moves a thing or speaks of it. It goes with the thing, whoever issued it; a fact that rests on a thing goes by
/// its own issuer's order.
const fn acts(item: &Item) -> bool {
    matches!(
        item.fact,
        Fact::Step(_)
            | Fact::Application { .. }
            | Fact::Objection { .. }
            | Fact::Complaint { .. }
            | Fact::Hold { .. }
    )
}

/// L16: nobody takes away what is objected to, or the objection, before it is decided; a court may.
fn decided(case: &Case<'_>, (number, item): (ItemNumber, &Item)) -> Result<(), Refusal> {
    let contested = matches!(item.fact, Fact::Objection { .. } | Fact::Complaint { .. });
    match case.file.last_phase(number) {
        Some(phase) if contested && !matches!(phase, Phase::Upheld | Phase::Dismissed | Phase::Decided) => {
            let found = format!("entry {}, which is {}", item.entry, phase.name());
            Err(refuse(Rule::InPhase, "body.events", found, "objections and complaints that are decided"))
        }
        _ => Ok(()),
    }
}

/// L11, L27: what the ledger says is erased are whole orders that stand before it and are not carried out, oldest first, but for
/// those of subjects of whom something is under a hold. Whoever does not see the orders asks what he sees: that it stands before, and is named once.
pub(super) fn erased(case: &Case<'_>, body: &LedgerErased) -> Result<(), Refusal> {
    if case.event.subject != SubjectId::Ledger {
        return Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, "ledger"));
    }
    let (erasures, refused) = (&case.governance.erasures, |found: String, expected: String| {
        Err(refuse(Rule::ErasedAsOrdered, "body.entries", found, expected))
    });
    for entry in &body.entries {
        if *entry >= case.at.index {
            return refused(entry.to_string(), format!("entries before {}", case.at.index));
        }
        if erasures.is_erased(*entry) {
            return refused(format!("{entry}, which is erased"), "entries that are not erased".to_owned());
        }
    }
    if erasures.is_blind() {
        return Ok(());
    }
    match erasures.not_of_whole_orders(&body.entries) {
        None => Ok(()),
        Some(entry) => {
            let expected =
                "whole orders, oldest first, but for those of subjects of whom something is under a hold"
                    .to_owned();
            refused(format!("{entry}, of no order whose turn it is"), expected)
        }
    }
}
