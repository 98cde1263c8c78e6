//! Rules for what subjects may ask for (repair, objection, complaint, stay), and for reports and use.

use super::case::Case;
use super::{Refusal, Rule, begun, refuse};
use crate::casefile::{Fact, Item, ItemNumber};
use crate::definition::{ProcedurePeriod, Scheme};
use crate::event::{
    Checked, Class, ComplaintFiled, HoldPlaced, ObjectionRaised, Phase, RepairApplied, ReportIssued,
    ReportKind, Role, StepKind, SubjectVerified, UseReported,
};
use crate::id::{EventId, SubjectId};
use crate::wording::{Joint, Words, say};

/// What an objection may be about, and a hold may hold.
const OBJECTIONABLE: [Class; 5] =
    [Class::Record, Class::Listing, Class::Measure, Class::Rating, Class::Charge];

/// D13, L10, L11, L15, L16, L19, L20: repair is asked for while there is something to repair, and once.
pub(super) fn application(case: &Case<'_>, body: &RepairApplied) -> Result<(), Refusal> {
    case.day_begun("body.corrected_on", body.corrected_on)?;
    let (number, item) = case.refers_any("body.target", &body.target, &[Class::Record, Class::Listing])?;
    case.same_list(body.list.as_ref(), item)?;
    case.stands("body.target", (number, item), &[Phase::Filed, Phase::Entered])?;
    let ended = match &item.fact {
        Fact::Record(record) => record.conduct_ended_on,
        Fact::Listing(listing) => {
            listing.record.and_then(|ground| case.as_of().record(ground)?.conduct_ended_on)
        }
        _ => None,
    };
    if let Some((corrected, ended)) =
        body.corrected_on.zip(ended).filter(|(corrected, ended)| corrected < ended)
    {
        let expected = say!("{} or later, when the conduct ended", ended);
        return Err(refuse(Rule::OrderOfTime, "body.corrected_on", corrected, expected));
    }
    not_barred(case)?;
    let ruling =
        body.ruling.map(|ruling| masking_ruling(case, &ruling, (number, &body.target))).transpose()?;
    // A repair is that of the decision, whichever of its records it was asked for; a mask is that of its ruling, and keeps nobody
    // from asking for the end.
    let ruling = ruling.and_then(|ruling| case.of_person(ruling));
    let person = case.person_as_of();
    let mut about = case.of_person(number).into_iter().flat_map(|number| person.about(number));
    let pending = about.find(|(application, item)| {
        matches!(item.fact, Fact::Application { ruling: other, .. } if other == ruling)
            && matches!(
                case.person.last_phase(*application),
                Some(Phase::Applied | Phase::Accepted | Phase::Granted)
            )
    });
    match pending {
        None => Ok(()),
        Some((application, item)) => {
            let phase = case.person.last_phase(application).map_or_else(|| say!("unknown"), Words::from);
            let found = say!("an application about {} {} that is {}", &body.target, case.told(item), phase);
            Err(refuse(Rule::NotTwice, "body.target", found, say!("no application that is open or granted")))
        }
    }
}

/// L15, L16, L20, D13: a mask is asked for with a ruling that approves a plan or recognises a composition, of what was decided
/// before it and can be repaired.
fn masking_ruling(
    case: &Case<'_>,
    ruling: &EventId,
    (number_of_target, target): (ItemNumber, &EventId),
) -> Result<ItemNumber, Refusal> {
    let (number, item) = case.refers("body.ruling", ruling, Class::Record)?;
    case.stands("body.ruling", (number, item), &[Phase::Filed])?;
    let as_of = case.as_of();
    let ruled_on = as_of.record(number).map(|record| record.decided_on);
    if !as_of.is_masking_ruling(number) {
        let expected = say!("a ruling that approves a plan of reorganisation or recognises a composition");
        return Err(refuse(Rule::ReferenceKnown, "body.ruling", ruling, expected));
    }
    if !as_of.masks(number) {
        return Err(no_ruling_holds("body.ruling"));
    }
    match ruled_on {
        Some(day) if !as_of.may_be_masked(number, number_of_target) => {
            let expected = say!("what can be repaired and was decided before {}, the day of the ruling", day);
            Err(refuse(Rule::RepairConditions, "body.target", target, expected))
        }
        _ => Ok(number),
    }
}

fn no_ruling_holds(field: &'static str) -> Refusal {
    let found = say!("a ruling after which the plan was ended or the subject declared bankrupt");
    refuse(
        Rule::RepairConditions,
        field,
        found,
        say!("a ruling whose plan or composition is being carried out"),
    )
}

/// L17, D13: who decided masks, by accepting the application; a window only hands it on.
pub(super) fn accepted(case: &Case<'_>, application: &Item) -> Result<(), Refusal> {
    let Fact::Application { target, ruling: Some(ruling), .. } = application.fact else { return Ok(()) };
    if let Some(item) = case.file.get(target) {
        case.by_source(item)?;
    }
    if case.as_of().masks(ruling) {
        return Ok(());
    }
    Err(no_ruling_holds("body.application"))
}

/// D13: whose repair was rescinded does not apply again for a time.
fn not_barred(case: &Case<'_>) -> Result<(), Refusal> {
    let as_of = case.person_as_of();
    // By all that is known: an application that begins earlier than the rescission is made after it all the same.
    let rescinded = case.person.items().filter(|(_, step)| {
        step.step().is_some_and(|fact| fact.kind == StepKind::RepairRescinded && !fact.void)
    });
    let Some((_, last)) = rescinded.max_by_key(|(_, step)| step.from) else { return Ok(()) };
    let day = last.from.date();
    match as_of.deadline(ProcedurePeriod::RepairAfterFraud, day, day) {
        Some(until) if case.day() <= until => {
            let found = say!("an application on {}", case.day());
            let expected = say!("one after {}: a repair was rescinded on {}", until, day);
            Err(refuse(Rule::RepairConditions, "valid_from", found, expected))
        }
        _ => Ok(()),
    }
}

/// L11, L15, L16, L20.
pub(super) fn objection(case: &Case<'_>, body: &ObjectionRaised) -> Result<(), Refusal> {
    let (number, item) = case.refers_any("body.target", &body.target, &OBJECTIONABLE)?;
    case.same_list(body.list.as_ref(), item)?;
    let open =
        [Phase::Filed, Phase::Entered, Phase::Imposed, Phase::Exempted, Phase::Assigned, Phase::Charged];
    case.stands("body.target", (number, item), &open)
}

/// L11, L15, L20.
pub(super) fn complaint(case: &Case<'_>, body: &ComplaintFiled) -> Result<(), Refusal> {
    case.about_a_subject()?;
    let Some(about) = &body.about else { return Ok(()) };
    let Some((_, item)) = case.file.find(about) else {
        let expected = say!("an event of the stream of {}", &case.event.subject);
        return Err(refuse(Rule::ReferenceKnown, "body.about", about, expected));
    };
    case.stays("body.about", item)?;
    case.not_before("body.about", item.from)
}

/// A03, L10, L11, L15, L17, L20: what is held need not be in force; a hold keeps it where it is, also where its erasure is ordered and
/// not carried out yet.
pub(super) fn hold(case: &Case<'_>, body: &HoldPlaced) -> Result<(), Refusal> {
    case.about_a_subject()?;
    case.decision_begun(body.decision.as_ref())?;
    stayed_by_decision(case, body)?;
    let Some(target) = &body.target else { return may_stay(case, None) };
    // Whoever goes through the log after it was carried out finds what is left of what was there when the hold was placed.
    let left = case.file.find(target).is_none().then(|| case.file.remains_of(target)).flatten();
    if left.is_some_and(|entry| !case.governance.erasures.is_erased(entry)) {
        return Ok(());
    }
    let (_, item) = case.refers_any_kept("body.target", target, &OBJECTIONABLE)?;
    may_stay(case, Some(item))?;
    case.not_before("body.target", item.from)
}

/// A03: who stays the execution of what was decided, and so frees of it for a while, names the decision that does. A court may always.
fn stayed_by_decision(case: &Case<'_>, body: &HoldPlaced) -> Result<(), Refusal> {
    if !body.execution || body.decision.is_some() || case.is(Role::Court) {
        return Ok(());
    }
    let expected = say!("the decision that stays its execution, by its number and date");
    Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected))
}

/// L17: who decided may stay its own decision, else who reviews it, or a court (行政复议法第四十二条，行政诉讼法第五十六条). What stays
/// all of a subject stays what others decided, and is a court's.
fn may_stay(case: &Case<'_>, item: Option<&Item>) -> Result<(), Refusal> {
    if case.is(Role::Court) || item.is_some_and(|item| case.reviews(item) || case.is_source(item)) {
        return Ok(());
    }
    let expected = match item {
        Some(_) => say!("who decided it, the authority that reviews its decisions, or a court"),
        None => say!("a court, or `target`: one record, entry or measure"),
    };
    Err(refuse(Rule::SourceDecides, "issuer", &case.issuer.id, expected))
}

/// L11: a place consents to nothing.
pub(super) fn consent(case: &Case<'_>) -> Result<(), Refusal> {
    of_somebody(case).map(drop)
}

/// L11, L32: somebody stood at the window, and what tells who that was was looked at: an identity document, of a body what it is
/// registered by, of an agent a power of attorney.
pub(super) fn verification(case: &Case<'_>, body: &SubjectVerified) -> Result<(), Refusal> {
    let scheme = of_somebody(case)?;
    let refused =
        |found: Words, expected: Words| Err(refuse(Rule::VerifiedWhole, "body.checked", found, expected));
    let checked = |what: Checked| body.checked.contains(&what);
    let of_body = matches!(scheme, Scheme::Uscc | Scheme::Ext);
    for (needed, what) in [(true, Checked::IdentityDocument), (of_body, Checked::Registration)] {
        if needed && !checked(what) {
            return refused(say!("absent"), what.into());
        }
    }
    // A person's names are linked by who has the keys, and a body is another's than its agent's.
    let other_name = |name: &SubjectId| of_body && name.is_body() && *name != case.event.subject;
    if let Some(name) = body.also.iter().find(|name| !other_name(name)) {
        let expected = say!("another uscc: or ext: name of the body");
        return Err(refuse(Rule::SubjectFits, "body.also", name, expected));
    }
    match (body.agent, checked(Checked::PowerOfAttorney)) {
        (true, false) => refused(say!("absent"), Checked::PowerOfAttorney.into()),
        (false, true) => refused(Checked::PowerOfAttorney.into(), say!("an agent who stands there")),
        _ => Ok(()),
    }
}

/// L11: about whom records are, but for places.
fn of_somebody(case: &Case<'_>) -> Result<Scheme, Refusal> {
    match case.about_a_subject()? {
        Scheme::Place => {
            let expected = say!("a uscc:, person:, household: or ext: subject");
            Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, expected))
        }
        other => Ok(other),
    }
}

/// D12, L10, L11, L15: a report about a person is given out with consent alone.
pub(super) fn report(case: &Case<'_>, body: &ReportIssued) -> Result<(), Refusal> {
    case.about_a_subject()?;
    if let Some(as_of) = body.as_of {
        begun("body.as_of.valid_at", as_of.valid_at, case.at)?;
        if as_of.known > case.known() {
            let expected = say!("{} or fewer, which the log holds", case.known());
            return Err(refuse(Rule::ReferenceKnown, "body.as_of.known", as_of.known, expected));
        }
    }
    let natural = case.event.subject.is_natural();
    if natural == (body.report == ReportKind::Enterprise) {
        let expected = match natural {
            true => Words::several([ReportKind::Personal, ReportKind::Occupational], Joint::Or),
            false => ReportKind::Enterprise.into(),
        };
        return Err(refuse(Rule::SubjectFits, "body.report", body.report, expected));
    }
    if natural || body.consent.is_some() {
        return case.consented(body.consent.as_ref(), None);
    }
    Ok(())
}

/// L11, L15.
pub(super) fn usage(case: &Case<'_>, body: &UseReported) -> Result<(), Refusal> {
    case.about_a_subject()?;
    if let Some(report) = &body.report {
        let (_, item) = case.refers("body.report", report, Class::Report)?;
        case.not_before("body.report", item.from)?;
    }
    if let Some(record) = &body.record {
        let (_, item) = case.refers("body.record", record, Class::Record)?;
        case.not_before("body.record", item.from)?;
    }
    Ok(())
}
