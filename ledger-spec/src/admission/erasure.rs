//! Rules for what is erased: what may be ordered to go, and what the ledger may say is gone.

use super::case::Case;
use super::step::unheld;
use super::{Governance, Refusal, Rule, refuse};
use crate::auditing::Unaudited;
use crate::casefile::{Fact, Item, ItemNumber};
use crate::event::{Annulled, Erasable, ErasureOrdered, FieldsOrdered, LedgerErased, Phase, Role};
use crate::id::{EventId, SubjectId};
use crate::wording::{Words, say};
use std::collections::BTreeSet;
use tlog::position::EntryIndex;

/// L11, L15, L16, L17, L19, L26, D02, D10: the source, or a court, has a thing erased with all that rests on it. What is erased
/// already, as whoever goes through the log later finds it, was admitted when it was ordered: of it there is only the
/// link that says which event it was.
pub(super) fn order(case: &Case<'_>, body: &ErasureOrdered) -> Result<(), Refusal> {
    case.about_a_subject()?;
    if body.events.len() != body.entries.len() {
        let expected = say!("{} entries, one for each event", body.events.len());
        return Err(refuse(Rule::ErasureWhole, "body.entries", body.entries.len(), expected));
    }
    let mut going = BTreeSet::new();
    body.fields.iter().try_for_each(|of| single_fields(case, body, of))?;
    for (event, entry) in body.events.iter().zip(&body.entries) {
        going.extend(named(case, event, *entry)?);
    }
    for number in &going {
        let Some(item) = case.file.get(*number) else { continue };
        with_all_that_rests_on_it(case, &going, (*number, item))?;
        with_its_decision(case, &going, (*number, item))?;
        with_what_it_acts_upon(&going, item)?;
        with_what_it_ended(case, &going, item)?;
        unheld(case, "body.events", *number)?;
        if !case.is(Role::Court) {
            decided(case, (*number, item))?;
            if !item.fact.is_done_about_another() {
                case.by_filer(item)?;
            }
        }
    }
    keeps_annulments(case, &going, body)?;
    case.on_basis(Rule::BasisRequired, "body.basis", None, &body.basis, case.day())
}

/// L26: a revocation that goes leaves behind which decision was annulled, or what fell with it in others' streams would stand
/// again. Of revocations that are erased already, as whoever admits the log anew finds it, there is nothing to hold that against.
fn keeps_annulments(
    case: &Case<'_>,
    going: &BTreeSet<ItemNumber>,
    body: &ErasureOrdered,
) -> Result<(), Refusal> {
    if going.len() < body.events.len() {
        return Ok(());
    }
    let directory = &case.governance.directory;
    let stays = going.iter().filter_map(|number| case.file.annulment_by(*number));
    let mut stays: Vec<Annulled> = stays.map(|annulment| annulment.told(directory)).collect();
    stays.sort_by_key(|one| one.entry);
    if body.annulled == stays {
        return Ok(());
    }
    let differs = |one: &&Annulled| !body.annulled.contains(*one);
    let expected = match stays.iter().find(differs).or(stays.first()) {
        Some(one) => say!("what the revocation in entry {} annulled, and nothing else", one.entry),
        None => say!("none, since no revocation goes that others' records rest on"),
    };
    Err(refuse(
        Rule::ErasureWhole,
        "body.annulled",
        say!("{} annulled decisions", body.annulled.len()),
        expected,
    ))
}

/// The event's number in its file, if it can be erased; `None` where it is.
fn named(case: &Case<'_>, event: &EventId, entry: EntryIndex) -> Result<Option<ItemNumber>, Refusal> {
    let found = case.file.find(event);
    let held = found.map(|(_, item)| item.entry).or_else(|| case.file.remains_of(event));
    let Some(held) = held else {
        let expected = say!("an event of the stream of {}", &case.event.subject);
        return Err(refuse(Rule::ReferenceKnown, "body.events", event, expected));
    };
    if held != entry {
        let expected = say!("{}, which holds {}", held, event);
        return Err(refuse(Rule::ReferenceKnown, "body.entries", entry, expected));
    }
    if case.governance.erasures.ordered(entry).is_some() {
        let found = say!("{}, whose erasure is ordered", event);
        return Err(refuse(
            Rule::NotTwice,
            "body.events",
            found,
            say!("what nobody has ordered to be erased"),
        ));
    }
    match found.map(|(number, item)| (number, &item.fact)) {
        Some((_, Fact::Plain | Fact::Identity(_) | Fact::Erasure)) => {
            let found = say!("entry {}, which is no record and rests on none", entry);
            Err(refuse(Rule::ErasureWhole, "body.events", found, say!("a record, or what rests on one")))
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
            let found = say!("entry {} without entry {}, which follows it", item.entry, left.entry);
            let expected = say!("a thing with everything that follows it or rests on it");
            Err(refuse(Rule::ErasureWhole, "body.events", found, expected))
        }
    }
}

/// L26: what was done about one record of a decision counts for all: one of them alone would stand as if that had never been.
fn with_its_decision(
    case: &Case<'_>,
    going: &BTreeSet<ItemNumber>,
    (number, item): (ItemNumber, &Item),
) -> Result<(), Refusal> {
    let left = case.as_of().again(number).into_iter().find(|other| !going.contains(other));
    match left.and_then(|other| case.file.get(other)) {
        None => Ok(()),
        Some(left) => {
            let found = say!("entry {} without entry {}, by the same decision", item.entry, left.entry);
            let expected = say!("all records of one decision together");
            Err(refuse(Rule::ErasureWhole, "body.events", found, expected))
        }
    }
}

/// L26: what moves a thing or speaks of it goes only with it, or the thing would stand as if that had never been: a sealed
/// record in force again, an objection that nobody raised.
fn with_what_it_acts_upon(going: &BTreeSet<ItemNumber>, item: &Item) -> Result<(), Refusal> {
    if !item.fact.is_done_about_another() || item.fact.refers_to().iter().all(|under| going.contains(under)) {
        return Ok(());
    }
    let found = say!("entry {} without what it is about", item.entry);
    Err(refuse(
        Rule::ErasureWhole,
        "body.events",
        found,
        say!("what is done about a thing together with the thing"),
    ))
}

/// L26: what took the place of a thing, or made it fall, goes only with it, or it would stand again and tell of what is gone.
fn with_what_it_ended(case: &Case<'_>, going: &BTreeSet<ItemNumber>, item: &Item) -> Result<(), Refusal> {
    let as_of = case.as_of();
    let ended = as_of.ended_by(item).find(|number| !going.contains(number));
    match ended.and_then(|number| case.file.get(number)) {
        None => Ok(()),
        Some(left) => {
            let found = say!("entry {} without entry {}, which it ended", item.entry, left.entry);
            let expected = say!("a thing together with what it ended, which would stand again");
            Err(refuse(Rule::ErasureWhole, "body.events", found, expected))
        }
    }
}

/// L15, L17, L19, D10: single fields that travel beside an event go by its issuer's order or a court's, whatever it is; the
/// event stays as it was signed.
fn single_fields(case: &Case<'_>, body: &ErasureOrdered, of: &FieldsOrdered) -> Result<(), Refusal> {
    let refused = |rule, found: Words, expected: Words| Err(refuse(rule, "body.fields", found, expected));
    let FieldsOrdered { event, fields } = of;
    let found = case.file.find(event);
    let held = found.map(|(_, item)| item.entry).or_else(|| case.file.remains_of(event));
    let Some(held) = held else {
        let expected = say!("an event of the stream of {}", &case.event.subject);
        return refused(Rule::ReferenceKnown, Words::from(event), expected);
    };
    if let Some(other) = fields.iter().find(|field| field.entry != held) {
        let expected = say!("{}, which holds {}", held, event);
        return refused(Rule::ReferenceKnown, Words::from(other.entry), expected);
    }
    let erasures = &case.governance.erasures;
    let whole = erasures.ordered(held).is_some() || body.entries.contains(&held);
    if let Some(field) = fields.iter().find(|field| whole || erasures.is_field_ordered(field)) {
        let found = say!("field {} of {}, whose erasure is ordered", field.place, event);
        return refused(Rule::NotTwice, found, say!("what nobody has ordered to be erased"));
    }
    // What is erased as a whole by now was admitted when it was ordered.
    let Some((number, item)) = found else { return Ok(()) };
    if let Some(field) = fields.iter().find(|field| field.place >= item.fields) {
        let expected = say!("fields of {}, which has {}", event, item.fields);
        return refused(Rule::ReferenceKnown, say!("field {}, counted from 0", field.place), expected);
    }
    unheld(case, "body.fields", number)?;
    if case.is(Role::Court) { Ok(()) } else { case.by_filer(item) }
}

/// L16: nobody takes away what is objected to, or the objection, before it is decided; a court may.
fn decided(case: &Case<'_>, (number, item): (ItemNumber, &Item)) -> Result<(), Refusal> {
    let contested = matches!(item.fact, Fact::Objection { .. } | Fact::Complaint { .. });
    match case.file.last_phase(number) {
        Some(phase) if contested && !matches!(phase, Phase::Upheld | Phase::Dismissed | Phase::Decided) => {
            let found = say!("entry {}, which is {}", item.entry, phase);
            Err(refuse(
                Rule::InPhase,
                "body.events",
                found,
                say!("objections and complaints that are decided"),
            ))
        }
        _ => Ok(()),
    }
}

/// L11, L27, L29: what the ledger says is erased are whole orders that stand before it and are not carried out, oldest first, but for
/// those of subjects of whom something is under a hold. Whoever does not see the orders asks what he sees: that it stands before, and is named once.
pub(super) fn erased(case: &Case<'_>, body: &LedgerErased) -> Result<(), Refusal> {
    if case.event.subject != SubjectId::Ledger {
        return Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, Words::data("ledger")));
    }
    let (erasures, refused) = (&case.governance.erasures, |found: Words, expected: Words| {
        Err(refuse(Rule::ErasedAsOrdered, "body.entries", found, expected))
    });
    for one in body.named() {
        if one.entry() >= case.at.index {
            return refused(Words::from(one.entry()), say!("entries before {}", case.at.index));
        }
        if erasures.erased().holds(one) {
            let found = say!("{}, which is erased", words(one));
            return refused(found, say!("what is not erased"));
        }
    }
    audited(case, body)?;
    if erasures.is_blind() {
        return Ok(());
    }
    match erasures.not_of_whole_orders(body, &case.governance.directory) {
        None => Ok(()),
        Some(one) => {
            let expected = say!(
                "whole orders, oldest first, but for those of subjects of whom something is under a hold"
            )
            .to_owned();
            refused(say!("{}, of no order whose turn it is", words(one)), expected)
        }
    }
}

/// L29: what nobody can look at any more was looked at before, by one of the auditing witnesses that are named.
fn audited(case: &Case<'_>, body: &LedgerErased) -> Result<(), Refusal> {
    let Governance { origin, directory, auditors, .. } = case.governance;
    // A ledger without an origin has no operator, who issues this.
    let origin = origin.as_ref().unwrap_or(&case.event.origin);
    let shown = auditors.before_erasure(body, case.at.index, origin, directory);
    shown.map(drop).map_err(|fault| {
        let expected = match fault {
            Unaudited::NobodyNamed => say!("none"),
            _ => say!("a checkpoint over all that is named, cosigned by an auditing witness"),
        };
        refuse(Rule::AuditedBefore, "body.cosigned", fault.words(), expected)
    })
}

fn words(one: Erasable) -> Words {
    match one {
        Erasable::Entry(entry) => entry.into(),
        Erasable::Field(field) => say!("field {} of {}", field.place, field.entry),
    }
}
