//! Rules for steps: one for all by the table of [`StepKind`], and what some ask besides.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::casefile::{Fact, Item, ItemNumber};
use crate::definition::{Polarity, TierBound};
use crate::event::{Extra, Phase, Role, Step, StepKind, Who};
use crate::time::Date;

/// L10, L15, L16, L17, L20, and D09, D10, D13 for the steps that they are about.
pub(super) fn step(case: &Case<'_>, body: &Step) -> Result<(), Refusal> {
    let row = body.kind.row();
    case.decision_begun(body.decision.as_ref())?;
    let (number, item) = case.refers(row.field, &body.of, row.class)?;
    case.same_list(body.list.as_ref(), item)?;
    case.stands(row.field, (number, item), row.from)?;
    if let Some(moved) = case.file.last_moved(number) {
        case.not_before(row.field, moved)?;
    }
    if let Some((_, last)) =
        case.file.followers(number).filter(|(_, it)| it.step_kind() == Some(body.kind)).last()
    {
        case.not_before(row.field, last.from)?;
    }
    entitled(case, row.who, item)?;
    match body.kind {
        StepKind::RecordSealed => unheld(case, "body.record", number),
        StepKind::ObjectionUpheld | StepKind::ObjectionDismissed => other_officer(case, item),
        StepKind::RepairGranted => repairable(case, item),
        StepKind::ListingExtended => extension(case, number, item, &body.extra),
        StepKind::RecordCorrected => correction(case, item, &body.extra),
        StepKind::ErasureWithdrawn => not_carried_out(case, body),
        _ => Ok(()),
    }
}

/// L17: who may take the step.
fn entitled(case: &Case<'_>, who: Who, item: &Item) -> Result<(), Refusal> {
    let recognized = || item.fact.target().and_then(|target| case.file.get(target)).unwrap_or(item);
    match who {
        Who::AnyRole => Ok(()),
        Who::Source => case.by_source(item),
        Who::SourceOrCourt if case.is(Role::Court) => Ok(()),
        Who::SourceOrWindow if case.is(Role::Window) => Ok(()),
        Who::SourceOrCourt | Who::SourceOrWindow => case.by_source(item),
        Who::RecognizerOrWindow if case.is(Role::Window) => Ok(()),
        Who::Recognizer | Who::RecognizerOrWindow => case.by_source(recognized()),
        Who::Addressee => match &item.fact {
            Fact::Transfer { to, .. } if !acts_for(case, to) => {
                Err(refuse(Rule::SourceDecides, "issuer", &case.issuer.id, to))
            }
            _ => Ok(()),
        },
    }
}

fn acts_for(case: &Case<'_>, to: &crate::id::AuthorityId) -> bool {
    let directory = &case.governance.directory;
    directory.number(to).is_some_and(|to| directory.acts_for(&case.issuer.id, to))
}

/// D10.
pub(super) fn unheld(case: &Case<'_>, field: &'static str, number: ItemNumber) -> Result<(), Refusal> {
    let holds = case.file.followers(number).chain(case.file.subject_holds());
    let standing = holds
        .filter(|(_, item)| matches!(item.fact, Fact::Hold { .. }))
        .find(|(hold, _)| case.file.last_phase(*hold) == Some(Phase::Placed));
    match standing {
        None => Ok(()),
        Some((_, hold)) => {
            let found = format!("a hold {}", case.told(hold));
            Err(refuse(Rule::OnHold, field, found, "what no hold keeps where it is"))
        }
    }
}

/// D09: none of the keys that filed the target decides the objection to it.
fn other_officer(case: &Case<'_>, objection: &Item) -> Result<(), Refusal> {
    let Some(target) = objection.fact.target().and_then(|target| case.file.get(target)) else {
        return Ok(());
    };
    let directory = &case.governance.directory;
    let same = case.signed.signers().find(|key| {
        directory.key_number(key.as_bytes()).is_some_and(|number| target.signers.contains(&number))
    });
    match same {
        None => Ok(()),
        Some(key) => {
            let found = format!("{}, which signed entry {}", key.id(), target.entry);
            let expected = "keys that did not sign what the objection is about";
            Err(refuse(Rule::SeparateDuties, "signatures", found, expected))
        }
    }
}

/// D13: duties done, commitment made, the least time reached.
fn repairable(case: &Case<'_>, application: &Item) -> Result<(), Refusal> {
    let Fact::Application { target, corrected_on, commitment, .. } = &application.fact else { return Ok(()) };
    let refused =
        |field, found: String, expected: String| Err(refuse(Rule::RepairConditions, field, found, expected));
    if corrected_on.is_none() {
        let expected = "an application that says when the conduct was corrected";
        return refused("body.application", "no corrected_on".into(), expected.into());
    }
    if !commitment {
        let expected = "an application with a public commitment";
        return refused("body.application", "no commitment".into(), expected.into());
    }
    match least_day(case, *target) {
        Some(least) if case.day() < least => refused(
            "valid_from",
            case.day().to_string(),
            format!("{least} or later, when the least time is reached"),
        ),
        _ => Ok(()),
    }
}

/// The first day on which repair of `target` may be granted: the tier's least time from the date of the
/// document; for an entry on a list the list's own, where it has one.
fn least_day(case: &Case<'_>, target: ItemNumber) -> Option<Date> {
    let (as_of, item) = (case.as_of(), case.file.get(target)?);
    let of_record = |number: ItemNumber| {
        let record = as_of.record(number)?;
        (as_of.polarity(record) == Polarity::Negative)
            .then(|| as_of.tier_period(number, record, TierBound::Min))
            .flatten()
    };
    match &item.fact {
        Fact::Record(_) => of_record(target),
        Fact::Listing(listing) => {
            let early = as_of.list_of(item, listing).and_then(|list| list.early_months);
            let of_list = early.map(|months| item.from.date().plus_months(months.into()));
            // The list's own rule goes before the general one.
            of_list.or_else(|| listing.record.and_then(of_record))
        }
        _ => None,
    }
}

/// D05: an extension goes beyond the term that there is.
fn extension(case: &Case<'_>, number: ItemNumber, item: &Item, extra: &Extra) -> Result<(), Refusal> {
    let (Extra::Until(Some(until)), Fact::Listing(listing)) = (extra, &item.fact) else { return Ok(()) };
    match case.as_of().listing_expiry(number, item, listing) {
        Some(last) if *until <= last => {
            let expected = format!("a day after {last}, the last so far");
            Err(refuse(Rule::ListConditions, "body.until", until, expected))
        }
        _ if *until < case.day() => {
            Err(refuse(Rule::ListConditions, "body.until", until, format!("{} or later", case.day())))
        }
        _ => Ok(()),
    }
}

/// L16: what is erased does not come back.
fn not_carried_out(case: &Case<'_>, body: &Step) -> Result<(), Refusal> {
    if case.governance.erasures.is_waiting(&case.event.subject, &body.of) {
        return Ok(());
    }
    let found = format!("{}, which is carried out", body.of);
    Err(refuse(Rule::InPhase, "body.order", found, "an order that is not carried out yet"))
}

/// A08: a corrected severity is one that the record may have.
fn correction(case: &Case<'_>, item: &Item, extra: &Extra) -> Result<(), Refusal> {
    let (Extra::Correction { severity: Some(severity), .. }, Fact::Record(record)) = (extra, &item.fact)
    else {
        return Ok(());
    };
    let as_of = case.as_of();
    let allowed = as_of.type_of(record).map_or(&[][..], |definition| &definition.severities);
    let fits =
        as_of.polarity(record) == Polarity::Negative && (allowed.is_empty() || allowed.contains(severity));
    if fits {
        return Ok(());
    }
    let names: Vec<_> = allowed.iter().map(|severity| severity.name()).collect();
    let expected = if names.is_empty() { "no severity".to_owned() } else { names.join(" or ") };
    Err(refuse(Rule::SeverityGiven, "body.severity", severity.name(), expected))
}
