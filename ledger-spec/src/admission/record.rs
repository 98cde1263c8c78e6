//! Rules for `record.*`, `listing.*` and `repair.*`: what begins, what ends it, and who may.

use super::governance::scheme_of;
use super::stream::{Fact, Item};
use super::{Case, Refusal, Rule, begun, refuse};
use crate::authority::{AuthorityNumber, Recorded};
use crate::event::{
    Decision, ListingEntered, ListingRemoved, Pattern, Polarity, RecordFiled, RecordRevoked, RepairApplied,
    RepairDecided, Scheme,
};
use crate::id::{EventId, ListCode};
use crate::time::ValidTime;

/// L07, L10, L11, L12, L21.
pub(super) fn filing(case: &Case<'_>, body: &RecordFiled, at: Recorded) -> Result<(), Refusal> {
    let code = body.record_type.to_string();
    let Some(adopted) = case.core.catalogue.record_type(&body.record_type) else {
        return Err(refuse(Rule::InCatalogue, "body.type", code, "a type that the catalogue holds"));
    };
    in_force(case, "body.type", &code, adopted.effective)?;
    competent(case, "body.type", &code, &case.issuer.competence.types)?;
    fits(case, &adopted.definition.subjects)?;
    begun("body.decision.date", body.decision.date.start_of_day(), at)?;
    let negative = adopted.definition.polarity == Polarity::Negative;
    match (negative, body.severity) {
        (true, None) => {
            let expected = "minor, general or serious: the type is negative";
            Err(refuse(Rule::SeverityGiven, "body.severity", "absent", expected))
        }
        (false, Some(severity)) => {
            let expected = "no severity: the type is not negative";
            Err(refuse(Rule::SeverityGiven, "body.severity", severity.name(), expected))
        }
        _ => Ok(()),
    }
}

/// L10, L15, L16, L17, L20.
pub(super) fn revocation(case: &Case<'_>, body: &RecordRevoked, at: Recorded) -> Result<(), Refusal> {
    decision_not_ahead(body.decision.as_ref(), at)?;
    match known(case, "body.record", &body.record)? {
        Item { fact: Fact::Record { source, from, ended }, .. } => {
            ending(case, "body.record", *ended, *from)?;
            by_source(case, *source)
        }
        item => Err(other_kind("body.record", item, "a record.filed event")),
    }
}

/// L07, L11, L12, L15, L16, L18.
pub(super) fn entering(case: &Case<'_>, body: &ListingEntered) -> Result<(), Refusal> {
    let code = body.list.to_string();
    let Some(adopted) = case.core.catalogue.list(&body.list) else {
        return Err(refuse(Rule::InCatalogue, "body.list", code, "a list that the catalogue holds"));
    };
    in_force(case, "body.list", &code, adopted.effective)?;
    competent(case, "body.list", &code, &case.issuer.competence.lists)?;
    fits(case, &adopted.definition.subjects)?;
    let columns = &adopted.definition.columns;
    let complete = body.row.len() == columns.len()
        && columns.iter().all(|column| body.row.iter().any(|(name, _)| name == column));
    if !complete {
        let found: Vec<_> = body.row.iter().map(|(name, _)| name.as_str()).collect();
        return Err(refuse(Rule::RowFits, "body.row", found.join(", "), columns.join(", ")));
    }
    match body.record.as_ref().map(|record| known(case, "body.record", record)).transpose()? {
        None => Ok(()),
        Some(Item { fact: Fact::Record { ended, from, .. }, .. }) => {
            ending(case, "body.record", *ended, *from)
        }
        Some(item) => Err(other_kind("body.record", item, "a record.filed event")),
    }
}

/// L15, L16, L17, L20.
pub(super) fn removal(case: &Case<'_>, body: &ListingRemoved) -> Result<(), Refusal> {
    match known(case, "body.listing", &body.listing)? {
        Item { fact: Fact::Listing { source, from, ended, list }, .. } => {
            same_list(Some(&body.list), Some(list))?;
            ending(case, "body.listing", *ended, *from)?;
            by_source(case, *source)
        }
        item => Err(other_kind("body.listing", item, "a listing.entered event")),
    }
}

/// L15, L16, L20: repair is asked for while there is something to repair.
pub(super) fn application(case: &Case<'_>, body: &RepairApplied) -> Result<(), Refusal> {
    match known(case, "body.target", &body.target)? {
        Item { fact: Fact::Record { from, ended, .. }, .. } => {
            same_list(body.list.as_ref(), None)?;
            ending(case, "body.target", *ended, *from)
        }
        Item { fact: Fact::Listing { from, ended, list, .. }, .. } => {
            same_list(body.list.as_ref(), Some(list))?;
            ending(case, "body.target", *ended, *from)
        }
        item => Err(other_kind("body.target", item, "a record.filed or listing.entered event")),
    }
}

/// L10, L15, L16, L17, L20.
pub(super) fn decision(case: &Case<'_>, body: &RepairDecided, at: Recorded) -> Result<(), Refusal> {
    decision_not_ahead(body.decision.as_ref(), at)?;
    match known(case, "body.application", &body.application)? {
        Item { fact: Fact::Application { source, from, ended, list }, .. } => {
            same_list(body.list.as_ref(), list.as_deref())?;
            ending(case, "body.application", *ended, *from)?;
            by_source(case, *source)
        }
        item => Err(other_kind("body.application", item, "a repair.applied event")),
    }
}

fn known<'a>(case: &Case<'a>, field: &'static str, id: &EventId) -> Result<&'a Item, Refusal> {
    case.stream.find(id).ok_or_else(|| {
        refuse(Rule::ReferenceKnown, field, id, format!("an event of the stream of {}", case.event.subject))
    })
}

fn other_kind(field: &'static str, item: &Item, expected: &str) -> Refusal {
    let found = format!("{}, another kind of event (entry {})", item.id, item.index);
    refuse(Rule::ReferenceKnown, field, found, expected)
}

/// L16 and L20 for what is still open, and began before.
fn ending(case: &Case<'_>, field: &'static str, ended: bool, from: ValidTime) -> Result<(), Refusal> {
    if ended {
        return Err(refuse(Rule::NotEnded, field, "ended already", "something that has not ended"));
    }
    if case.event.valid_from < from {
        let expected = format!("{from} or later, when {field} begins");
        return Err(refuse(Rule::OrderOfTime, "valid_from", case.event.valid_from, expected));
    }
    Ok(())
}

fn by_source(case: &Case<'_>, source: AuthorityNumber) -> Result<(), Refusal> {
    let source = case.core.directory.by_number(source);
    if source.is_some_and(|source| source.id == case.issuer.id) {
        return Ok(());
    }
    let expected = source.map_or_else(String::new, |source| source.id.to_string());
    Err(refuse(Rule::SourceDecides, "issuer", &case.issuer.id, expected))
}

fn same_list(found: Option<&ListCode>, expected: Option<&ListCode>) -> Result<(), Refusal> {
    if found == expected {
        return Ok(());
    }
    let name = |list: Option<&ListCode>| list.map_or("absent".to_owned(), ToString::to_string);
    Err(refuse(Rule::ReferenceKnown, "body.list", name(found), name(expected)))
}

fn in_force(case: &Case<'_>, field: &'static str, code: &str, effective: ValidTime) -> Result<(), Refusal> {
    if case.event.valid_from >= effective {
        return Ok(());
    }
    let found = format!("{code}, which counts from {effective}");
    let expected = format!("one that counts at {}", case.event.valid_from);
    Err(refuse(Rule::InCatalogue, field, found, expected))
}

fn competent(case: &Case<'_>, field: &'static str, code: &str, patterns: &[Pattern]) -> Result<(), Refusal> {
    if patterns.iter().any(|pattern| pattern.covers(code)) {
        return Ok(());
    }
    let held: Vec<_> = patterns.iter().map(Pattern::as_str).collect();
    let held = if held.is_empty() { "nothing of the kind".to_owned() } else { held.join(", ") };
    let expected = format!("one that {} is competent for: {held}", case.issuer.id);
    Err(refuse(Rule::Competence, field, code, expected))
}

fn fits(case: &Case<'_>, schemes: &[Scheme]) -> Result<(), Refusal> {
    if scheme_of(&case.event.subject).is_some_and(|scheme| schemes.contains(&scheme)) {
        return Ok(());
    }
    let expected: Vec<_> = schemes.iter().map(|scheme| format!("{}:", scheme.name())).collect();
    Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, expected.join(" or ")))
}

fn decision_not_ahead(decision: Option<&Decision>, at: Recorded) -> Result<(), Refusal> {
    decision.map_or(Ok(()), |decision| begun("body.decision.date", decision.date.start_of_day(), at))
}
