//! Rules for `catalogue.*`: what may be recorded has a history of its own, in order of time.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::authority::Recorded;
use crate::definition::{Basis, BasisSource, Definition, ItemKind};
use crate::event::Repealed;
use crate::id::{BasisCode, CatalogueItem, SubjectId};
use crate::time::ValidTime;
use crate::wording::{Words, say};

/// The newest version of an item, as far as these rules ask.
struct Newest {
    effective: ValidTime,
    recorded: Recorded,
    repealed: bool,
}

/// L11, L15, L19, L20: what is in force is not adopted again; what was repealed may be, from then on.
pub(super) fn adoption(case: &Case<'_>, definition: &Definition) -> Result<(), Refusal> {
    let item = about(case, definition.item())?;
    match newest(case, item) {
        Some(known) if !known.repealed => {
            let found = say!("{}, adopted by entry {}", &case.event.subject, known.recorded.index);
            return Err(refuse(Rule::NotTwice, "subject", found, say!("a code that is not adopted yet")));
        }
        Some(known) => case.not_before("subject", known.effective)?,
        None => {}
    }
    grounded(case, definition)
}

/// L11, L15, L16, L20.
pub(super) fn amendment(case: &Case<'_>, definition: &Definition) -> Result<(), Refusal> {
    standing(case, definition.item())?;
    grounded(case, definition)
}

/// L11, L15, L16, L20.
pub(super) fn repeal(case: &Case<'_>, body: &Repealed) -> Result<(), Refusal> {
    standing(case, body.item)?;
    body.basis.iter().try_for_each(|basis| registered(case, "body.basis", &basis.instrument))
}

fn about<'a>(case: &Case<'a>, expected: ItemKind) -> Result<&'a CatalogueItem, Refusal> {
    match &case.event.subject {
        SubjectId::Catalogue(item) if ItemKind::of(item) == expected => Ok(item),
        found => {
            let expected = Words::data(format_args!("catalogue:{}.<code>", expected.name()));
            Err(refuse(Rule::SubjectFits, "subject", found, expected))
        }
    }
}

fn standing(case: &Case<'_>, kind: ItemKind) -> Result<(), Refusal> {
    let item = about(case, kind)?;
    let Some(known) = newest(case, item) else {
        let expected = say!("a code that the catalogue holds");
        return Err(refuse(Rule::ReferenceKnown, "subject", &case.event.subject, expected));
    };
    if known.repealed {
        let found = say!("{}, repealed by entry {}", &case.event.subject, known.recorded.index);
        return Err(refuse(Rule::InPhase, "subject", found, say!("a code that is not repealed")));
    }
    case.not_before("subject", known.effective)
}

fn newest(case: &Case<'_>, item: &CatalogueItem) -> Option<Newest> {
    let (effective, recorded, repealed) = case.governance.catalogue.newest(item)?;
    Some(Newest { effective, recorded, repealed })
}

/// L15: the instruments that a definition rests on are registered.
fn grounded(case: &Case<'_>, definition: &Definition) -> Result<(), Refusal> {
    let basis: &[Basis] = definition.common().map_or(&[], |common| &common.basis);
    for one in basis {
        if let BasisSource::Instrument(code) = &one.source {
            registered(case, "body.basis", code)?;
        }
    }
    match definition {
        Definition::Procedure(procedure) => procedure
            .periods
            .iter()
            .try_for_each(|period| registered(case, "body.periods", &period.instrument)),
        Definition::Type(adopted) => {
            let mut rules = adopted.retention.iter().flatten();
            rules.try_for_each(|rule| registered(case, "body.retention", &rule.instrument))
        }
        _ => Ok(()),
    }
}

fn registered(case: &Case<'_>, field: &'static str, code: &BasisCode) -> Result<(), Refusal> {
    if case.governance.catalogue.bases.ever(code) {
        return Ok(());
    }
    Err(refuse(
        Rule::ReferenceKnown,
        field,
        code,
        say!("an instrument that a catalogue.basis_registered event names"),
    ))
}
