//! Clocks that run against an authority: what has to be answered by a last day. The day on which the ledger recorded the answer
//! stops the clock, whatever day the answer states for itself: whoever is late could state any.

use crate::casefile::{CaseAsOf, Fact, Item, ItemNumber};
use crate::definition::ProcedurePeriod;
use crate::event::Phase;
use crate::time::{Date, ValidTime};

/// The day on which the ledger recorded this; `None` where the recorded time has no day.
pub(super) fn recorded_day(item: &Item) -> Option<Date> {
    ValidTime::at_recorded(item.recorded_at).ok().map(ValidTime::date)
}

/// Whether a last day passed, by the valid instant, before anything was recorded that answers the thing at `number` (P21),
/// and that also where it was answered since.
pub(super) fn ran_out(case: &CaseAsOf<'_>, number: ItemNumber, item: &Item) -> bool {
    let waiting =
        |phase: Phase, last: Option<Date>| last.is_some_and(|last| left(case, number, phase) > last);
    let since_it_began = |period| case.deadline_at_latest(period, item.from.date(), item.from.date());
    match item.fact {
        Fact::Objection { .. } => waiting(Phase::Raised, case.objection_deadline(item)),
        Fact::Application { .. } => {
            waiting(Phase::Applied, since_it_began(ProcedurePeriod::RepairAccept))
                || !case.is_answered(item, Phase::Accepted)
                    && waiting(Phase::Accepted, repair_decided_by(case, number))
        }
        Fact::Complaint { .. } => waiting(Phase::Filed, since_it_began(ProcedurePeriod::ComplaintDecide)),
        Fact::Order { due } => waiting(Phase::Ordered, Some(due)),
        _ => false,
    }
}

/// The day on which the thing at `number` left a phase as the ledger recorded it, or that of the valid instant where that is
/// earlier. An objection that was forwarded is as unanswered as before.
fn left(case: &CaseAsOf<'_>, number: ItemNumber, phase: Phase) -> Date {
    let answers = |moved| {
        !matches!((phase, moved), (Phase::Raised, Phase::Forwarded) | (Phase::Accepted, Phase::Accepted))
    };
    let answer = case.moves(number).find(|(_, step)| step.fact.moved_to().is_some_and(answers));
    let recorded = answer.and_then(|(_, step)| recorded_day(step));
    recorded.map_or(case.today(), |day| day.min(case.today()))
}

/// The last day for deciding an application for repair that was accepted.
fn repair_decided_by(case: &CaseAsOf<'_>, number: ItemNumber) -> Option<Date> {
    let accepted = accepted_on(case, number)?;
    case.deadline_at_latest(ProcedurePeriod::RepairDecide, accepted, accepted)
}

/// When an application for repair was accepted.
fn accepted_on(case: &CaseAsOf<'_>, number: ItemNumber) -> Option<Date> {
    let accepted = case.moves(number).find(|(_, step)| step.fact.moved_to() == Some(Phase::Accepted));
    accepted.map(|(_, step)| step.from.date())
}

/// The last day of the step that an application for repair awaits (P21).
pub(super) fn repair_due(case: &CaseAsOf<'_>, number: ItemNumber, item: &Item) -> Option<Date> {
    match case.phase_at(number)? {
        Phase::Applied => case.deadline(ProcedurePeriod::RepairAccept, item.from.date(), item.from.date()),
        Phase::Accepted if case.is_answered(item, Phase::Accepted) => None,
        Phase::Accepted => {
            let accepted = accepted_on(case, number)?;
            case.deadline(ProcedurePeriod::RepairDecide, accepted, accepted)
        }
        _ => None,
    }
}
