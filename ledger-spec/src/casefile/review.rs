//! What reviews of a record's decision came to: reconsideration, litigation.

use super::{CaseAsOf, Item, ItemNumber};
use crate::definition::ProcedurePeriod;
use crate::event::{Review, ReviewOutcome, StepKind};

impl CaseAsOf<'_> {
    /// The step that closed the last review of a record's decision, where that upheld or changed it.
    pub fn reviewed_by(&self, number: ItemNumber) -> Option<&Item> {
        let (_, closed) = self.last_step(number, StepKind::ReviewClosed)?;
        let decides = |outcome| matches!(outcome, ReviewOutcome::Upheld | ReviewOutcome::Changed);
        closed.step()?.reviewed.is_some_and(decides).then_some(closed)
    }

    /// The step that says that a record's decision is unlawful, where the last review came to that.
    pub fn found_unlawful(&self, number: ItemNumber) -> Option<&Item> {
        let (_, closed) = self.last_step(number, StepKind::ReviewClosed)?;
        (closed.step()?.reviewed == Some(ReviewOutcome::Unlawful)).then_some(closed)
    }

    /// What says that a record's decision is under review, where that is so: until the review is closed, or, where whoever
    /// decided said it, until that authority corrects the record by the decision that changed it and the time for going to
    /// court after that is over (行政诉讼法第四十五条).
    pub fn pending_review(&self, number: ItemNumber) -> Option<&Item> {
        let filed = self.file.get(number)?;
        let pending = self.record(number)?.review == Some(Review::Pending);
        let steps = self.file.followers(number).filter(|(_, step)| self.has_begun(step));
        steps.fold(pending.then_some(filed), |pending, (_, step)| match step.step() {
            Some(fact) => match fact.kind {
                StepKind::ReviewOpened => Some(step),
                StepKind::ReviewClosed => None,
                StepKind::RecordCorrected if fact.changes => pending.filter(|opened| {
                    let over = |decided| {
                        let last = self.deadline(ProcedurePeriod::ReviewAfterReview, decided, decided);
                        last.is_none_or(|last| self.is_past(last))
                    };
                    opened.issuer != filed.issuer || !fact.decided_on.is_some_and(over)
                }),
                _ => pending,
            },
            None => pending,
        })
    }

    /// The step that closed the last review of a record's decision as changed, where nothing since that review began has
    /// corrected the record by that decision, as far as it is named, or by one that closed a review after it: what is recorded is
    /// not what was decided in the end.
    pub fn changed_on_review(&self, number: ItemNumber) -> Option<&Item> {
        self.outcomes(number).last().and_then(|outcome| outcome.uncorrected)
    }

    /// The steps by which a record's decision is withdrawn from publicity: each change, revocation and confirmation as unlawful
    /// once, whether it was the review that was closed first or the record that was corrected by the decision.
    pub fn withdrawals(&self, number: ItemNumber) -> impl Iterator<Item = &Item> {
        self.outcomes(number).filter(|outcome| outcome.withdraws).map(|outcome| outcome.step)
    }

    /// What each step of a record came to for its decision.
    fn outcomes(&self, number: ItemNumber) -> impl Iterator<Item = Outcome<'_>> {
        let steps = self.file.followers(number).filter(|(_, step)| self.has_begun(step));
        let (mut corrected, mut judged, mut uncorrected) = (Vec::new(), Vec::new(), None);
        steps.filter_map(move |(_, step)| {
            let fact = step.step()?;
            let decision = fact.decision.zip(fact.decided_on);
            if fact.kind == StepKind::ReviewClosed && uncorrected.is_some() {
                judged.extend(decision);
            }
            let withdraws = match fact.kind {
                StepKind::ReviewOpened => {
                    corrected.clear();
                    false
                }
                StepKind::ReviewClosed if fact.reviewed == Some(ReviewOutcome::Changed) => {
                    // Corrected before it was closed: by the decision that closes it, as far as that is named.
                    let done = decision.map_or(!corrected.is_empty(), |by| corrected.contains(&by));
                    uncorrected = (!done).then_some(step);
                    judged = decision.into_iter().collect();
                    !done
                }
                // Another review that changes nothing leaves the change before it as it was.
                StepKind::ReviewClosed => fact.reviewed == Some(ReviewOutcome::Unlawful),
                // A correction without a decision puts a slip right: the decision is as it was.
                StepKind::RecordCorrected if fact.changes => match decision {
                    Some(by) => {
                        corrected.push(by);
                        uncorrected.take_if(|_| judged.is_empty() || judged.contains(&by)).is_none()
                    }
                    None => false,
                },
                StepKind::RecordRevoked => true,
                _ => false,
            };
            Some(Outcome { step, withdraws, uncorrected })
        })
    }
}

/// What a step came to for the decision of its record, after those before it.
struct Outcome<'a> {
    step: &'a Item,
    /// Whether it withdraws the decision from publicity.
    withdraws: bool,
    /// The step that says that it was changed, where the record does not say how yet.
    uncorrected: Option<&'a Item>,
}
