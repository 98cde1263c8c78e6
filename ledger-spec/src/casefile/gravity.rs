//! How grave a record is: what no correction makes graver, and no second filing of the same decision (A04).

use super::restriction::Restriction;
use super::{CaseAsOf, Details, ItemNumber, NameHash, PenaltyKinds, StepFact};
use crate::definition::{RecordType, Severity};
use crate::event::{Class, Phase, ReviewOutcome, StepKind};
use crate::time::Date;

/// How grave a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gravity {
    severity: Option<Severity>,
    kinds: Option<PenaltyKinds>,
    fine: Option<u64>,
    forfeited: Option<u64>,
    restriction: Restriction,
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
    NoEnd { was: Option<Date> },
}

impl Gravity {
    /// That of what a correction says; what it does not say stays as it is.
    #[must_use]
    pub fn corrected(severity: Option<Severity>, said: &Details, restriction: Option<Date>) -> Self {
        let restriction = restriction.map_or(Restriction::None, Restriction::Until);
        Self { severity, kinds: said.kinds, fine: said.fine, forfeited: said.forfeited, restriction }
    }

    /// That of a record of this type that is filed so.
    #[must_use]
    pub fn filed(
        definition: &RecordType,
        (severity, said): (Option<Severity>, &Details),
        restriction: Option<Date>,
    ) -> Self {
        let filed = Self::corrected(severity, said, restriction);
        match filed.restriction {
            Restriction::None => Self { restriction: Restriction::of(Some(definition), said.kinds), ..filed },
            _ => filed,
        }
    }

    /// In what this is graver than what was decided: no amount that was stated grows; no kind of penalty comes to all that there
    /// were, nor do graver ones take their place; and no restriction is added or becomes longer. To state the end of one that
    /// stated none does neither.
    #[must_use]
    pub fn graver_than(&self, was: &Self) -> Option<Graver> {
        let grows = |was: Option<u64>, now: Option<u64>| was.zip(now).is_some_and(|(was, now)| now > was);
        if let Some((now, was)) = self.severity.zip(was.severity).filter(|(now, was)| now > was) {
            return Some(Graver::Severity { now, was });
        }
        let graver = |(now, was): (PenaltyKinds, PenaltyKinds)| now.adds_to(was) || now.outweighs(was);
        if self.kinds.zip(was.kinds).is_some_and(graver) {
            return Some(Graver::Kinds);
        }
        if grows(was.fine, self.fine) {
            return Some(Graver::Fine);
        }
        if grows(was.forfeited, self.forfeited) {
            return Some(Graver::Forfeited);
        }
        // Of what named no kinds yet, those that it names now say whether it restricts.
        let named = was.kinds.is_none() && self.kinds.is_some_and(PenaltyKinds::lasts);
        let was = if named { was.restriction.max(Restriction::Open) } else { was.restriction };
        self.restriction.longer_than(was)
    }
}

impl CaseAsOf<'_> {
    /// How grave the record at `number` is by what was decided: as it was filed, and as it was corrected by a decision or after an
    /// objection was upheld. A slip that was put right makes no difference to it, so that a slip in a correction can be put right
    /// too.
    pub fn gravity_decided(&self, number: ItemNumber) -> Option<Gravity> {
        self.gravity(number, |fact, objected| fact.decided_on.is_some() || objected)
    }

    /// The same as it was decided at first: what was decided later makes no difference, and what an upheld objection showed that
    /// the decision says, does.
    pub fn gravity_at_first(&self, number: ItemNumber) -> Option<Gravity> {
        self.gravity(number, |fact, objected| fact.decided_on.is_none() && objected)
    }

    fn gravity(&self, number: ItemNumber, counts: impl Fn(&StepFact, bool) -> bool) -> Option<Gravity> {
        let record = self.record(number)?;
        let (mut severity, mut restriction) = (record.severity, record.restriction_until);
        let mut said = record.details.clone();
        for (fact, objected) in self.corrections(number).map(|(_, fact, objected)| (fact, objected)) {
            if counts(fact, objected) {
                severity = fact.severity.or(severity);
                restriction = fact.restriction_until.or(restriction);
                said = said.corrected(&fact.details);
            }
        }
        let restriction = match restriction {
            Some(until) => Restriction::Until(until),
            None => self.unstated(number, record, &said),
        };
        Some(Gravity { restriction, ..Gravity::corrected(severity, &said, None) })
    }

    /// The record's own fields as they were decided, in the same sense as how grave it is.
    pub fn details_decided(&self, number: ItemNumber) -> Option<Details> {
        let filed = self.record(number)?.details.clone();
        let counting = self.corrections(number).filter(|(_, fact, said)| fact.decided_on.is_some() || *said);
        Some(counting.fold(filed, |said, (_, fact, _)| said.corrected(&fact.details)))
    }

    /// Whether a correction of the record at `number` counts as what was decided.
    pub fn is_decided_anew(&self, number: ItemNumber) -> bool {
        self.corrections(number).any(|(_, fact, objected)| fact.decided_on.is_some() || objected)
    }

    /// The corrections of the record at `number`, and whether each came after an objection to it that was upheld.
    pub(super) fn corrections(
        &self,
        number: ItemNumber,
    ) -> impl Iterator<Item = (ItemNumber, &StepFact, bool)> {
        let objected = self.first_upheld(number);
        let steps = self.file.followers(number).filter(|(_, step)| self.has_begun(step));
        steps.filter_map(move |(corrected, step)| {
            let fact = step.step().filter(|fact| fact.kind == StepKind::RecordCorrected)?;
            Some((corrected, fact, objected.is_some_and(|objected| objected < corrected)))
        })
    }

    /// Whether a correction of the record at `number` by this decision puts back what was decided at first: where an authority that
    /// did not file it has closed a review by that decision, after the record was lowered by another, and nothing was corrected
    /// by it yet (行政诉讼法第八十九条第一款第二项；法释〔2018〕1号第八十九条).
    pub fn restores(&self, number: ItemNumber, decision: (NameHash, Date)) -> bool {
        let by = |fact: &StepFact| fact.decision.zip(fact.decided_on) == Some(decision);
        let lowered = self.corrections(number).filter(|(_, fact, said)| fact.decided_on.is_some() || *said);
        let Some(last) = lowered.map(|(corrected, ..)| corrected).last() else { return false };
        let stands = |outcome| matches!(outcome, ReviewOutcome::Upheld | ReviewOutcome::Changed);
        let higher = self.file.followers(number).any(|(closed, step)| {
            closed > last
                && self.has_begun(step)
                && !self.is_one_source(number, step.issuer)
                && step.step().is_some_and(|fact| fact.reviewed.is_some_and(stands) && by(fact))
        });
        higher && !self.corrections(number).any(|(_, fact, _)| by(fact))
    }

    /// The objection to the record at `number` that was raised first of those that were upheld.
    fn first_upheld(&self, number: ItemNumber) -> Option<ItemNumber> {
        let raised = self.followers_of(number, Class::Objection).map(|(objection, _)| objection);
        raised.filter(|objection| self.phase_at(*objection) == Some(Phase::Upheld)).min()
    }
}
