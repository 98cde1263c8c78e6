//! Rules for steps: one for all by the table of [`StepKind`], and what some ask besides.

use super::case::Case;
use super::early_end::before_its_time;
use super::{Refusal, Rule, correction, freed, listing, refuse, review, rights};
use crate::casefile::{CaseAsOf, Details, Fact, Item, ItemNumber, NameHash, PenaltyKinds};
use crate::definition::{EarlyFrom, EndsBy, Polarity, ProcedurePeriod, RepairCondition, Severity, TierBound};
use crate::event::{Class, Decision, Extra, Phase, Role, Step, StepKind, Term, Who};
use crate::time::{Date, ValidTime};
use crate::wording::{Words, say};

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
    decided_after(body, item)?;
    entitled(case, (body.kind, row.who), item)?;
    by_judgment(case, body, item)?;
    match body.kind {
        StepKind::ReviewOpened => review::opened(case, (number, item)),
        StepKind::ReviewClosed => review::closed(case, body, (number, item)),
        StepKind::ListingCorrected => listing::row_corrected(case, item, &body.extra),
        StepKind::RecordSealed => {
            unheld(case, "body.record", number)?;
            before_its_time(case, body, (number, item))?;
            freed::freed(case, body)
        }
        StepKind::ListingRemoved
        | StepKind::MeasureLifted
        | StepKind::MeasureExempted
        | StepKind::RecordRevoked => before_its_time(case, body, (number, item)),
        StepKind::ObjectionUpheld | StepKind::ObjectionDismissed => other_officer(case, item),
        StepKind::RepairAccepted => rights::accepted(case, item),
        StepKind::RepairGranted => repairable(case, item, body.decision.as_ref()),
        StepKind::RepairServed => served(case, number, &body.extra),
        StepKind::ListingExtended => extension(case, body, (number, item)),
        StepKind::RecordCorrected => match &body.extra {
            Extra::Correction(said) => {
                correction::correction(case, (body, said), (number, item))?;
                freed::freed(case, body)
            }
            _ => Ok(()),
        },
        StepKind::ErasureWithdrawn => not_carried_out(case, body),
        _ => Ok(()),
    }
}

/// Whether a step is about what was filed, and not about what was decided: who filed puts right what it filed itself.
const fn is_of_filing(kind: StepKind) -> bool {
    matches!(kind, StepKind::RecordCorrected | StepKind::RecordRetracted)
}

fn filed_by(case: &Case<'_>, item: &Item) -> bool {
    case.governance.directory.acts_for(&case.issuer.id, item.issuer)
}

/// L17: who may take the step: one that belongs to a decision who made that, whoever filed or shows it (行政处罚法第十七条).
fn entitled(case: &Case<'_>, (kind, who): (StepKind, Who), item: &Item) -> Result<(), Refusal> {
    let recognized = || item.fact.target().and_then(|target| case.file.get(target)).unwrap_or(item);
    match who {
        Who::AnyRole => Ok(()),
        Who::Source if filed_by(case, item) && is_of_filing(kind) => Ok(()),
        Who::Source => case.by_source(item),
        Who::SourceOrCourt if case.is(Role::Court) => Ok(()),
        Who::SourceOrReviewer if case.is(Role::Court) || case.reviews(item) => Ok(()),
        Who::SourceOrWindow if case.is(Role::Window) => Ok(()),
        Who::SourceOrCourt | Who::SourceOrReviewer | Who::SourceOrWindow => case.by_source(item),
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

/// A03: a court that ends what another filed does so by a judgment, which has a number and a date.
fn by_judgment(case: &Case<'_>, body: &Step, item: &Item) -> Result<(), Refusal> {
    let ends = matches!(
        body.kind,
        StepKind::RecordRevoked | StepKind::RecordSealed | StepKind::ListingRemoved | StepKind::MeasureLifted
    );
    annulled_by_decision(body)?;
    review::judged(body)?;
    if !ends || body.decision.is_some() || !case.is(Role::Court) || case.is_source(item) {
        return Ok(());
    }
    let expected = say!("the judgment or ruling, by its number and date");
    Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected))
}

/// L20: what a decision is about was decided before it.
fn decided_after(body: &Step, item: &Item) -> Result<(), Refusal> {
    let first = match &item.fact {
        Fact::Record(record) => Some(record.decided_on),
        Fact::Listing(listing) => listing.decided_on,
        Fact::Measure(measure) => measure.decided_on,
        // What was asked for was asked for by then.
        Fact::Application { .. } | Fact::Objection { .. } | Fact::Complaint { .. } => Some(item.from.date()),
        _ => None,
    };
    match body.decision.as_ref().zip(first) {
        Some((decision, first)) if decision.date < first => {
            let expected = say!("{} or later, when what it is about was decided or asked for", first);
            Err(refuse(Rule::OrderOfTime, "body.decision.date", decision.date, expected))
        }
        _ => Ok(()),
    }
}

/// A03: that an entry should never have been made is a decision too.
fn annulled_by_decision(body: &Step) -> Result<(), Refusal> {
    if body.extra != (Extra::Annulled(true)) || body.decision.is_some() {
        return Ok(());
    }
    let expected = say!("the decision that annuls the entry, by its number and date");
    Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected))
}

/// D10.
pub(super) fn unheld(case: &Case<'_>, field: &'static str, number: ItemNumber) -> Result<(), Refusal> {
    let person = case.person_as_of();
    let of_it = case.of_person(number).into_iter().flat_map(|number| person.about(number));
    let of_it = of_it.filter(|(_, item)| matches!(item.fact, Fact::Hold { .. }));
    let all = of_it.chain(case.person.subject_holds());
    let standing = all
        .map(|(hold, item)| (item, case.person.last_phase(hold)))
        .find(|(_, phase)| *phase == Some(Phase::Placed));
    match standing {
        None => Ok(()),
        Some((hold, _)) => {
            let found = say!("a hold {}", case.told(hold));
            Err(refuse(Rule::OnHold, field, found, say!("what no hold keeps where it is")))
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
            let found = say!("{}, which signed entry {}", Words::data(key.id()), target.entry);
            let expected = say!("keys that did not sign what the objection is about");
            Err(refuse(Rule::SeparateDuties, "signatures", found, expected))
        }
    }
}

/// A03, L10, L20: what is delivered is a document with a number and a date, once it is made.
fn served(case: &Case<'_>, application: ItemNumber, extra: &Extra) -> Result<(), Refusal> {
    let Extra::Served { served_on, .. } = extra else { return Ok(()) };
    let decided = case.file.moves(application).last().and_then(|(_, step)| step.step()?.decided_on);
    let Some(decided) = decided else {
        let expected = say!("a step that names its decision, by its number and date");
        return Err(refuse(Rule::DecisionComplete, "body.application", say!("no decision"), expected));
    };
    case.day_begun("body.served_on", Some(*served_on))?;
    if *served_on < decided {
        let expected = say!("{} or later, when it was decided", decided);
        return Err(refuse(Rule::OrderOfTime, "body.served_on", served_on, expected));
    }
    Ok(())
}

/// D13: duties done, commitment made, the least time reached.
fn repairable(case: &Case<'_>, application: &Item, decision: Option<&Decision>) -> Result<(), Refusal> {
    let Fact::Application { target, corrected_on, commitment, .. } = &application.fact else { return Ok(()) };
    let refused =
        |field, found: Words, expected: Words| Err(refuse(Rule::RepairConditions, field, found, expected));
    if corrected_on.is_none() {
        let expected = say!("an application that says when the conduct was corrected");
        return refused("body.application", say!("no corrected_on"), expected);
    }
    if !commitment {
        let expected = say!("an application with a public commitment");
        return refused("body.application", say!("no commitment"), expected);
    }
    // No document shows that it was decided before it was applied for.
    let applied = ValidTime::at_recorded(application.recorded_at).map(ValidTime::date);
    let decision = decision.filter(|decision| applied.is_ok_and(|applied| decision.date >= applied));
    // A repair is that of the decision: what is asked of it is asked of each of its records that says what it decided, also of one
    // that was taken back and filed again otherwise.
    let as_of = case.as_of();
    let mut all = as_of.again(*target);
    all.retain(|one| one == target || as_of.still_says(*one, *target));
    for one in &all {
        conditions_of_type(case, *one, decision)?;
    }
    conditions_of_list(case, *target, decision)?;
    let least = all.into_iter().filter_map(|one| least_day(case, one, *corrected_on)).max();
    match least {
        Some(least) if case.day() <= least => refused(
            "valid_from",
            case.day().into(),
            say!("{} or later, when the least time is reached", least.plus_days(1)),
        ),
        _ => Ok(()),
    }
}

/// D13: what the type's own rule asks beside the general conditions.
fn conditions_of_type(
    case: &Case<'_>,
    target: ItemNumber,
    decision: Option<&Decision>,
) -> Result<(), Refusal> {
    let as_of = case.as_of();
    let Some((item, record)) = case.file.get(target).zip(as_of.record(target)) else { return Ok(()) };
    let Some(definition) = as_of.type_of(record) else { return Ok(()) };
    let said = as_of.details(target);
    // Where the type asks it, all that it holds is of one kind, unless its values tell several apart. A general type holds violations of
    // all kinds: of those the same is what is called the same (市场监管总局令第45号第十四条第一款第三项).
    let own = definition.repair_asks.contains(&RepairCondition::NotRepeated);
    let is_one_kind = |other: &Details| {
        let Some(said) = said.as_deref() else { return false };
        let called = || said.violation_words.is_some() && said.violation_words == other.violation_words;
        if own { may_be_one_kind(said.violation, other.violation) } else { called() }
    };
    off_the_list(case, target)?;
    no_ban_runs(case, &definition.repair_asks, (target, None), decision)?;
    let refused = |found: Words, expected: Words| {
        Err(refuse(Rule::RepairConditions, "body.application", found, expected))
    };
    // What comes in under a general type is a penalty of its authority's all the same.
    let maker = case.maker(item);
    let source = case.governance.directory.by_number(maker);
    let penalty = definition.limitation && as_of.severity_in_the_end(target) > Some(Severity::Minor);
    let by_source = source.filter(|_| penalty).map_or(&[][..], |source| &source.competence.repair_asks);
    let besides = by_source.iter().filter(|one| !definition.repair_asks.contains(one));
    for condition in definition.repair_asks.iter().chain(besides) {
        match condition {
            RepairCondition::NotListed => {
                if let Some(listed) = case.badly_listed(decision) {
                    let found = say!("a subject on a list, entered {}", case.told(listed));
                    return refused(
                        found,
                        say!("a subject on no list of the abnormal or seriously dishonest"),
                    );
                }
            }
            RepairCondition::NotRepeated => {
                let is_such = |as_of: CaseAsOf<'_>| {
                    let mut all = as_of.begun(Class::Record);
                    let again = all.find(|(number, later)| {
                        let other = as_of.record(*number);
                        let again = other.is_some_and(|other| {
                            (if own {
                                other.record_type == record.record_type
                            } else {
                                as_of.is_one_source(*number, maker)
                            }) && other.decided_on > record.decided_on
                                && as_of.details(*number).is_some_and(|other| is_one_kind(&other))
                        });
                        again && later.entry != item.entry && as_of.in_force(*number)
                    });
                    again.map(|(number, _)| number)
                };
                let again = case.barred_as_of(case.person, decision).into_iter().find_map(is_such);
                if let Some(again) = again.and_then(|number| case.person.get(number)) {
                    let found =
                        say!("another penalty of {}, recorded {}", &record.record_type, case.told(again));
                    return refused(found, say!("no later penalty for conduct of the same type"));
                }
            }
            RepairCondition::NoBanRuns => {}
            RepairCondition::NotRestricting => {
                if as_of.kinds_in_the_end(target).is_some_and(PenaltyKinds::restricts) {
                    let expected = say!(
                        "a penalty that neither closes, restricts nor revokes: those are not ended early"
                    );
                    return refused(say!("a penalty that closes, restricts or revokes"), expected);
                }
            }
        }
    }
    Ok(())
}

/// Whether two penalties are for violations of one kind: unless both say of which, they may be.
fn may_be_one_kind(one: Option<NameHash>, other: Option<NameHash>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// D13: what the list's own rule asks.
fn conditions_of_list(
    case: &Case<'_>,
    target: ItemNumber,
    decision: Option<&Decision>,
) -> Result<(), Refusal> {
    let Some(item) = case.file.get(target) else { return Ok(()) };
    let Fact::Listing(listing) = &item.fact else { return Ok(()) };
    match case.as_of().list_of(item, listing) {
        Some(definition) => no_ban_runs(case, &definition.repair_asks, (target, listing.record), decision),
        None => Ok(()),
    }
}

/// D13: what an entry on a list was made by is not repaired before that entry, where its list has its own rule for that.
fn off_the_list(case: &Case<'_>, target: ItemNumber) -> Result<(), Refusal> {
    let as_of = case.as_of();
    let standing = case.file.followers(target).find(|(entry, item)| match &item.fact {
        Fact::Listing(listing) => {
            let ends = as_of.list_of(item, listing).and_then(|list| list.ends.as_ref());
            let applied_for = |by| matches!(by, EndsBy::Application | EndsBy::TermAndApplication);
            ends.is_some_and(|ends| applied_for(ends.by)) && case.holds(*entry)
        }
        _ => false,
    });
    match standing {
        None => Ok(()),
        Some((_, item)) => {
            let found = say!("a subject on a list, entered {}", case.told(item));
            let expected = say!("the entry on the list repaired or over first: it has its own conditions");
            Err(refuse(Rule::RepairConditions, "body.application", found, expected))
        }
    }
}

/// D13: no ban runs on that rests on what is to be repaired, where that is asked.
fn no_ban_runs(
    case: &Case<'_>,
    asks: &[RepairCondition],
    (target, ground): (ItemNumber, Option<ItemNumber>),
    decision: Option<&Decision>,
) -> Result<(), Refusal> {
    if !asks.contains(&RepairCondition::NoBanRuns) {
        return Ok(());
    }
    let runs = |as_of: CaseAsOf<'_>| {
        let mut bans = as_of.begun(Class::Measure);
        let ban = bans.find(|(number, item)| match &item.fact {
            Fact::Measure(measure) => {
                let rests = measure.rests_on.is_some_and(|on| on == target || Some(on) == ground);
                rests && measure.term != Term::WithGround && as_of.in_force(*number)
            }
            _ => false,
        });
        ban.map(|(number, _)| number)
    };
    let ban = case.barred_as_of(case.file, decision).into_iter().find_map(runs);
    match ban.and_then(|number| case.file.get(number)) {
        None => Ok(()),
        Some(item) => {
            let found = say!("a ban that runs, imposed {}", case.told(item));
            Err(refuse(
                Rule::RepairConditions,
                "body.application",
                found,
                say!("no ban that rests on it and runs on"),
            ))
        }
    }
}

/// The last day on which repair of `target` may not be granted yet, since a term ends with its last day (民法典第二百零三条): the
/// tier's least time from the date of the document; for an entry on a list the list's own, where it has one, from the entry or
/// from the correction.
fn least_day(case: &Case<'_>, target: ItemNumber, corrected_on: Option<Date>) -> Option<Date> {
    let (as_of, item) = (case.as_of(), case.file.get(target)?);
    let of_record = |number: ItemNumber| {
        let record = as_of.record(number)?;
        if as_of.polarity(record) != Polarity::Negative {
            return None;
        }
        let severity = as_of.severity_in_the_end(number);
        let special = as_of.type_of(record).filter(|definition| definition.is_special(severity));
        let special = special
            .and_then(|_| as_of.deadline(ProcedurePeriod::SpecialMin, record.decided_on, record.decided_on));
        let tier = ProcedurePeriod::of_tier(severity?, TierBound::Min);
        as_of.deadline(tier, record.decided_on, record.decided_on).max(special)
    };
    match &item.fact {
        Fact::Record(_) => of_record(target),
        Fact::Listing(listing) => {
            let of_list = as_of.list_of(item, listing).and_then(|list| {
                let from = match list.early_from {
                    EarlyFrom::Entry => listing.entered_on(item),
                    EarlyFrom::Correction => corrected_on.unwrap_or_else(|| listing.entered_on(item)),
                };
                // Where no month has to pass, the day itself will do.
                list.early_months.map(|months| match months {
                    0 => from.plus_days(-1),
                    months => from.plus_months(months.into()),
                })
            });
            // The list's own rule goes before the general one.
            of_list.or_else(|| listing.record.and_then(of_record))
        }
        _ => None,
    }
}

/// D05: an extension begins while the entry holds, goes beyond the term that there is, and no further than the list's own rule lets it.
fn extension(case: &Case<'_>, body: &Step, (number, item): (ItemNumber, &Item)) -> Result<(), Refusal> {
    let (Extra::Until(Some(until)), Fact::Listing(listing)) = (&body.extra, &item.fact) else {
        return Ok(());
    };
    // What is over is not made longer: whoever is to be listed again is entered anew.
    case.live(Rule::ListConditions, "body.listing", number)?;
    let as_of = case.as_of();
    let (adopted, entered_on) = (as_of.list_of(item, listing), listing.entered_on(item));
    let most = || {
        let adopted = adopted?;
        // All extensions together: else one a day has no end.
        let by_rule = adopted.max_extension_months.zip(adopted.months_of(listing.item.as_deref()));
        let by_rule =
            by_rule.map(|(more, months)| entered_on.plus_months(u32::from(months) + u32::from(more)));
        let by_term =
            adopted.months_of(listing.item.as_deref()).map(|months| entered_on.plus_months(months.into()));
        by_rule.or(by_term)
    };
    let least = |last: Date| {
        let months = adopted?.min_extension_months?;
        Some(last.plus_months(months.into()))
    };
    match as_of.listing_expiry(number, item, listing) {
        None => {
            let expected = say!("an entry with a last day: this one holds until it is taken off");
            Err(refuse(Rule::ListConditions, "body.until", until, expected))
        }
        Some(last) if *until <= last => {
            let expected = say!("a day after {}, the last so far", last);
            Err(refuse(Rule::ListConditions, "body.until", until, expected))
        }
        Some(last) if least(last).is_some_and(|least| *until < least) => {
            let least = least(last).unwrap_or(last);
            Err(refuse(Rule::ListConditions, "body.until", until, say!("{} or later", least)))
        }
        Some(last) if most().is_some_and(|most| *until > most) => {
            let most = most().unwrap_or(last);
            let expected = if most > last {
                say!("{} or earlier", most)
            } else {
                say!("no extension: an entry on this list ends on {}", last)
            };
            Err(refuse(Rule::ListConditions, "body.until", until, expected))
        }
        _ if *until < case.day() => {
            Err(refuse(Rule::ListConditions, "body.until", until, say!("{} or later", case.day())))
        }
        // What makes it longer is a decision as much as what made it.
        _ if adopted.is_some_and(|list| list.serious) => case.whole_decision(body.decision.as_ref()),
        _ => Ok(()),
    }
}

/// L16: what is erased does not come back.
fn not_carried_out(case: &Case<'_>, body: &Step) -> Result<(), Refusal> {
    if case.governance.erasures.is_waiting(&case.event.subject, &body.of) {
        return Ok(());
    }
    let found = say!("{}, which is carried out", &body.of);
    Err(refuse(Rule::InPhase, "body.order", found, say!("an order that is not carried out yet")))
}
