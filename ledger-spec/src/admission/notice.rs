//! Notice and hearing before a penalty is decided (A04).

use super::case::{Case, waived};
use super::{Refusal, Rule, refuse};
use crate::casefile::{CaseAsOf, Details, ItemNumber, NameHash, PenaltyKinds, RecordFact};
use crate::definition::{HEARD, MeasureDefinition, PENALTY_KIND, ProcedurePeriod, RecordType};
use crate::event::{Decision, Hearing, Notice, Role, Statement};
use crate::time::Date;
use crate::wording::{Words, say};

/// Why a decision could not be made yet on its day: the field of the notice that says otherwise, what was found and expected.
type TooEarly = (&'static str, Words, Words);

/// What a subject may ask for before a decision.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// To make a statement, within days.
    Statement,
    /// That, and a hearing.
    Hearing,
    /// To make a statement there and then: the decision is made on the spot (行政处罚法第五十一、五十二条).
    OnTheSpot,
}

/// Whether a hearing may be asked for before such a penalty: for one of the kinds that it names, or for what its type is by
/// itself, whatever it names. A court that bars somebody from work imposes no administrative penalty.
pub(super) fn is_heard(case: &Case<'_>, definition: &RecordType, said: &Details) -> bool {
    said.kinds.is_some_and(PenaltyKinds::is_heard) || definition.has_tag(HEARD) && !case.is(Role::Court)
}

/// A04: the days for a statement, and for asking for a hearing, were over when it was decided, unless they were used or given
/// up; and where a hearing was held, there was time for it.
pub(super) fn in_time(
    as_of: &CaseAsOf<'_>,
    (notice, decided): (&Notice, Date),
    asks: Asks,
) -> Result<(), TooEarly> {
    // Of a year whose working days are not known yet only the fewest days are asked that there have to be.
    let last = |period| as_of.deadline_at_earliest(period, notice.served_on, decided);
    // Who made a statement may ask for a hearing all the same.
    let may_ask = notice.hearing.is_none() && asks == Asks::Hearing;
    let hearing = may_ask.then(|| last(ProcedurePeriod::NoticeHearing)).flatten();
    let waits = notice.statement == Statement::None && asks != Asks::OnTheSpot;
    let statement = waits.then(|| last(ProcedurePeriod::NoticeStatement)).flatten();
    if let Some(last) = statement.max(hearing).filter(|last| decided <= *last) {
        return Err(if hearing == Some(last) {
            let expected = say!("a decision after {}, the last day for asking for a hearing", last);
            ("body.notice.hearing", say!("neither held nor waived by {}", decided), expected)
        } else {
            let expected = say!("a decision after {}, the last day for a statement", last);
            ("body.notice.statement", say!("none by {}", decided), expected)
        });
    }
    held(notice, decided, last(ProcedurePeriod::NoticeHearingHeld))
}

/// A04: the party is told of the hearing seven days before it, and of the penalty no later than of that (行政处罚法第六十四条第二项);
/// what is decided follows the hearing (第六十五条), on its own day at the earliest.
fn held(notice: &Notice, decided: Date, first: Option<Date>) -> Result<(), TooEarly> {
    match first.filter(|first| notice.hearing == Some(Hearing::Held) && decided < *first) {
        None => Ok(()),
        Some(first) => {
            let expected = say!("a decision on {} or later: a hearing is told seven days before it", first);
            Err(("body.notice.hearing", say!("held by {}", decided), expected))
        }
    }
}

/// A04: a ban that bars from work or takes a permission is part of the penalty by which it is imposed, whatever kinds that named: a
/// hearing was open before its decision. What another imposes by a decision of its own is another penalty, before which the subject
/// is told and may be heard (第四十四、六十三条): it rests on a record of that decision, and not on what somebody else decided.
pub(super) fn before_ban(
    case: &Case<'_>,
    definition: &MeasureDefinition,
    (decision, ground): (Option<&Decision>, ItemNumber),
) -> Result<(), Refusal> {
    let as_of = case.as_of();
    let issuer = case.governance.directory.number(&case.issuer.id);
    let bound = issuer.and_then(|issuer| as_of.bound_by(ground, issuer, definition));
    if definition.heard != Some(true) || case.is(Role::Court) {
        return Ok(());
    }
    let another = |number: &ItemNumber| is_another(case, &as_of, decision, *number);
    if bound.as_ref().is_some_and(another) {
        let found = say!("a decision of its own, of which no notice is shown");
        let expected =
            say!("a record of that decision, filed with its notice, or a ban by the decision beneath");
        return Err(refuse(Rule::NoticeServed, "body.decision", found, expected));
    }
    let Some(record) = bound.and_then(|number| as_of.record(number)) else { return Ok(()) };
    let migration = record.migration.as_ref().and_then(|id| case.governance.directory.migration(id));
    let (Some(notice), false) = (&record.notice, waived(migration, Rule::NoticeServed)) else {
        return Ok(());
    };
    in_time(&as_of, (notice, record.decided_on), Asks::Hearing).map_err(|(_, _, expected)| {
        let found = say!("a decision of {}, before which nobody could ask for a hearing", record.decided_on);
        refuse(Rule::NoticeServed, "body.rests_on", found, expected)
    })
}

/// Whether whoever did not decide what a ban rests on imposes it by a decision of his own.
fn is_another(
    case: &Case<'_>,
    as_of: &CaseAsOf<'_>,
    decision: Option<&Decision>,
    number: ItemNumber,
) -> bool {
    let (Some(own), Some(record)) = (decision, as_of.record(number)) else { return false };
    let same = NameHash::of_decision(&own.number) == record.decision && own.date == record.decided_on;
    !same && !case.file.get(number).is_some_and(|item| case.is_source(item))
}

/// A04: a kind of penalty that a correction names, and before which a hearing may be asked for, was open to one before the
/// decision of the record, as if it had been filed with it.
pub(super) fn before_correction(
    case: &Case<'_>,
    record: &RecordFact,
    (stated, said, fields): (&Details, &Details, &[(String, String)]),
) -> Result<(), Refusal> {
    let heard = |details: &Details| details.kinds.is_some_and(PenaltyKinds::is_heard);
    let migration = record.migration.as_ref().and_then(|id| case.governance.directory.migration(id));
    let (Some(notice), false) = (&record.notice, waived(migration, Rule::NoticeServed)) else {
        return Ok(());
    };
    if heard(stated) || !heard(said) {
        return Ok(());
    }
    in_time(&case.as_of(), (notice, record.decided_on), Asks::Hearing).map_err(|(_, _, expected)| {
        let value = fields.iter().find(|(name, _)| name == PENALTY_KIND).map_or("", |(_, value)| value);
        let found = say!("{}: {}", Words::data(PENALTY_KIND), Words::data(value));
        refuse(Rule::NoticeServed, "body.details", found, expected)
    })
}
