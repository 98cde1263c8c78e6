//! How grave a record is: what no correction makes graver, and no second filing of the same decision (A04).

use super::{CaseAsOf, Details, ItemNumber, PenaltyKinds};
use crate::definition::Severity;
use crate::event::{Class, Phase, StepKind};
use crate::time::Date;

/// How grave a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gravity {
    severity: Option<Severity>,
    kinds: Option<PenaltyKinds>,
    fine: Option<u64>,
    forfeited: Option<u64>,
    restriction: Option<Date>,
}

/// In what a record is graver than it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each holds what is stated and what it was, where a caller does not have that in words
pub enum Graver {
    Severity { now: Severity, was: Severity },
    Kinds,
    Fine,
    Forfeited,
    Restriction { now: Date, was: Option<Date> },
}

impl Gravity {
    /// That of a record which says this.
    #[must_use]
    pub const fn new(severity: Option<Severity>, said: &Details, restriction: Option<Date>) -> Self {
        Self { severity, kinds: said.kinds, fine: said.fine, forfeited: said.forfeited, restriction }
    }

    /// In what this is graver than what was decided: no amount that was stated grows, no kind of penalty comes to all that
    /// there were, and no restriction is added or becomes longer.
    #[must_use]
    pub fn graver_than(&self, was: &Self) -> Option<Graver> {
        let grows = |was: Option<u64>, now: Option<u64>| was.zip(now).is_some_and(|(was, now)| now > was);
        if let Some((now, was)) = self.severity.zip(was.severity).filter(|(now, was)| now > was) {
            return Some(Graver::Severity { now, was });
        }
        if self.kinds.zip(was.kinds).is_some_and(|(now, was)| now.adds_to(was)) {
            return Some(Graver::Kinds);
        }
        if grows(was.fine, self.fine) {
            return Some(Graver::Fine);
        }
        if grows(was.forfeited, self.forfeited) {
            return Some(Graver::Forfeited);
        }
        let longer = |now: &Date| was.restriction.is_none_or(|was| *now > was);
        self.restriction.filter(longer).map(|now| Graver::Restriction { now, was: was.restriction })
    }
}

impl CaseAsOf<'_> {
    /// How grave the record at `number` is by what was decided: as it was filed, and as it was corrected by a decision or after an
    /// objection was upheld. A slip that was put right makes no difference to it, so that a slip in a correction can be put right
    /// too.
    pub fn gravity_decided(&self, number: ItemNumber) -> Option<Gravity> {
        let record = self.record(number)?;
        let (mut severity, mut restriction) = (record.severity, record.restriction_until);
        let (mut said, objected) = (record.details.clone(), self.first_upheld(number));
        for (corrected, step) in self.file.followers(number).filter(|(_, step)| self.has_begun(step)) {
            let Some(fact) = step.step().filter(|fact| fact.kind == StepKind::RecordCorrected) else {
                continue;
            };
            if fact.decided_on.is_some() || objected.is_some_and(|objected| objected < corrected) {
                severity = fact.severity.or(severity);
                restriction = fact.restriction_until.or(restriction);
                said = said.corrected(&fact.details);
            }
        }
        Some(Gravity::new(severity, &said, restriction))
    }

    /// The objection to the record at `number` that was raised first of those that were upheld.
    fn first_upheld(&self, number: ItemNumber) -> Option<ItemNumber> {
        let raised = self.followers_of(number, Class::Objection).map(|(objection, _)| objection);
        raised.filter(|objection| self.phase_at(*objection) == Some(Phase::Upheld)).min()
    }
}
