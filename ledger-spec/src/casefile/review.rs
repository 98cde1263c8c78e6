//! What reviews of a record's decision came to: reconsideration, litigation.

use super::{CaseAsOf, Fact, Item, ItemNumber, NameHash, StepFact};
use crate::definition::ProcedurePeriod;
use crate::event::{Review, ReviewOutcome, StepKind};
use crate::time::{Date, ValidTime};
use tlog::position::EntryIndex;

/// A decision by its number and date.
type Document = (NameHash, Date);

impl CaseAsOf<'_> {
    /// The step that closed the last review of a record's decision, whichever of its records that names.
    fn last_reviewed(&self, number: ItemNumber) -> Option<(&Item, ReviewOutcome)> {
        let steps = self.about(number).filter(|(_, step)| self.has_begun(step));
        steps.filter_map(|(_, step)| Some((step, step.step()?.reviewed?))).last()
    }

    /// The step that closed the last review of a record's decision, where that upheld, changed or restored it.
    pub fn reviewed_by(&self, number: ItemNumber) -> Option<&Item> {
        let (closed, outcome) = self.last_reviewed(number)?;
        match outcome {
            ReviewOutcome::Upheld | ReviewOutcome::Changed | ReviewOutcome::Restored => Some(closed),
            ReviewOutcome::Unlawful | ReviewOutcome::Withdrawn => None,
        }
    }

    /// The step that says that a record's decision is unlawful, where the last review that came to anything came to that: one that
    /// left what it reviewed as it was, or was given up, leaves it unlawful (行政诉讼法第八十九条第一款第一项).
    pub fn found_unlawful(&self, number: ItemNumber) -> Option<&Item> {
        let steps = self.about(number).filter(|(_, step)| self.has_begun(step));
        let outcomes = steps.filter_map(|(_, step)| Some((step, step.step()?.reviewed?)));
        let (closed, outcome) = outcomes.filter(|(_, outcome)| outcome.decides()).last()?;
        (outcome == ReviewOutcome::Unlawful).then_some(closed)
    }

    /// What a court recorded last that it came to of a record's decision: it annulled or altered it, gave it back, or judged of it in
    /// the last instance, by all that is known.
    pub fn judged_by_court(&self, number: ItemNumber) -> Option<&Item> {
        let steps = self.about(number).filter(|(_, step)| self.knows(step));
        let judges = |fact: &StepFact| {
            let came_to = fact.reviewed.is_some_and(|outcome| {
                outcome.decides() || fact.is_final && outcome != ReviewOutcome::Withdrawn
            });
            fact.by_court && (fact.kind == StepKind::RecordRevoked || came_to)
        };
        steps.map(|(_, step)| step).filter(|step| step.step().is_some_and(judges)).last()
    }

    /// Whether this document closed a review of a record's decision, as an authority said that did not make it.
    pub fn is_reviewed_by(&self, number: ItemNumber, document: Document) -> bool {
        self.about(number).filter(|(_, step)| self.has_begun(step)).any(|(_, step)| {
            let closed = step.step().filter(|fact| fact.reviewed.is_some());
            closed.is_some_and(|fact| fact.decision.zip(fact.decided_on) == Some(document))
                && !self.is_one_source(number, step.issuer)
        })
    }

    /// Whether what annulled the decision of the record at `number`, from when on and by which entry, is gone by the valid instant: a
    /// review that was closed after it says that the decision stands (行政诉讼法第八十九条第一款第二项；法释〔2018〕1号第八十九条).
    pub(super) fn is_given_back(&self, number: ItemNumber, (from, entry): (ValidTime, EntryIndex)) -> bool {
        self.about(number).any(|(_, step)| {
            let later = step.entry > entry && step.from >= from && self.has_begun(step);
            later && step.step().and_then(|fact| fact.reviewed).is_some_and(ReviewOutcome::decides)
        })
    }

    /// What says that a record's decision is under review, where that is so: until the review is closed, or, where whoever
    /// decided said it, until that authority corrects the record by the decision that changed it and the time for going to
    /// court after that is over (行政诉讼法第四十五条).
    pub fn pending_review(&self, number: ItemNumber) -> Option<&Item> {
        self.record(number)?;
        let said = self.with_records(number).filter(|(_, item)| self.has_begun(item));
        said.fold(None, |pending, (_, item)| match &item.fact {
            Fact::Record(record) if record.review == Some(Review::Pending) => Some(item),
            Fact::Step(fact) => match fact.kind {
                StepKind::ReviewOpened => Some(item),
                StepKind::ReviewClosed | StepKind::RecordRevoked => None,
                StepKind::RecordCorrected if fact.changes => pending.filter(|opened| {
                    let over = |decided| {
                        let last = self.deadline(ProcedurePeriod::ReviewAfterReview, decided, decided);
                        last.is_none_or(|last| self.is_past(last))
                    };
                    !self.is_one_source(number, opened.issuer) || !fact.decided_on.is_some_and(over)
                }),
                _ => pending,
            },
            _ => pending,
        })
    }

    /// The step that closed the last review of a record's decision as changed, or as giving back what had been changed, where nothing
    /// has corrected the record by that decision, as far as it is named, or by one that closed a review after it: what is
    /// recorded is not what was decided in the end.
    pub fn changed_on_review(&self, number: ItemNumber) -> Option<&Item> {
        self.outcomes(number).last().and_then(|outcome| outcome.uncorrected)
    }

    /// The steps on a record by which its decision is withdrawn from publicity: each change, revocation and confirmation as unlawful
    /// once, whether it was the review that was closed first or the record that was corrected by the decision.
    pub fn withdrawals(&self, number: ItemNumber) -> impl Iterator<Item = &Item> {
        let own = move |step: &Item| step.step().is_some_and(|fact| fact.of == number);
        let outcomes = self.outcomes(number).filter(move |outcome| outcome.withdraws && own(outcome.step));
        outcomes.map(|outcome| outcome.step)
    }

    /// What each step on a record of the decision came to for it. Each record is corrected itself, or filed after another was in
    /// whose place it is: what one says now, another does not say by that.
    fn outcomes(&self, number: ItemNumber) -> impl Iterator<Item = Outcome<'_>> {
        let bears = move |(at, step): &(ItemNumber, &Item)| {
            let corrected = step.step().filter(|fact| fact.kind == StepKind::RecordCorrected);
            self.has_begun(step)
                && corrected.is_none_or(|fact| {
                    fact.of == number || *at < number && self.says_as_much(fact.of, number)
                })
        };
        let steps = self.about(number).filter(bears);
        let mut so_far = SoFar::default();
        steps.filter_map(move |(_, step)| {
            let withdraws = so_far.take(step, step.step()?);
            Some(Outcome { step, withdraws, uncorrected: so_far.uncorrected })
        })
    }
}

/// What the steps on the records of a decision came to so far.
#[derive(Default)]
struct SoFar<'a> {
    /// From when on, and by which decision the record was corrected.
    corrected: Vec<(ValidTime, Document)>,
    /// From when on the last review has been open.
    opened: Option<ValidTime>,
    /// The decisions by any of which the change is recorded that is not recorded yet.
    judged: Vec<Document>,
    /// Those that gave back what had been changed, and the later decision that stands again by them, where it is not the first.
    restored: Vec<(Document, Option<Document>)>,
    /// The later decision that is recorded.
    recorded: Option<Document>,
    uncorrected: Option<&'a Item>,
}

impl<'a> SoFar<'a> {
    /// Takes in one more; whether it withdraws the decision from publicity.
    fn take(&mut self, step: &'a Item, fact: &StepFact) -> bool {
        let decision = fact.decision.zip(fact.decided_on);
        match (fact.kind, fact.reviewed) {
            (StepKind::ReviewOpened, _) => {
                self.opened = Some(step.from);
                false
            }
            (_, Some(outcome)) => self.close((step, fact), outcome, decision),
            (StepKind::RecordCorrected, _) if fact.changes => {
                // A correction without a decision puts a slip right: the decision is as it was.
                let Some(by) = decision else { return false };
                self.corrected.push((step.from, by));
                let restored = self.restored.iter().find(|(one, _)| *one == by);
                self.recorded = restored.map_or(Some(by), |(_, stands)| *stands);
                self.uncorrected.take_if(|_| self.judged.is_empty() || self.judged.contains(&by)).is_none()
            }
            (kind, _) => kind == StepKind::RecordRevoked,
        }
    }

    fn close(
        &mut self,
        (step, fact): (&'a Item, &StepFact),
        outcome: ReviewOutcome,
        decision: Option<Document>,
    ) -> bool {
        if self.uncorrected.is_some() {
            self.judged.extend(decision);
        }
        // Corrected before it was closed: by the decision that closes it, whenever the review was recorded; where that is not
        // named, by any since the review began.
        let recorded = |(from, by): &(ValidTime, Document)| match decision {
            Some(decision) => *by == decision,
            None => self.opened.is_none_or(|opened| *from >= opened),
        };
        let done = self.corrected.iter().any(recorded);
        match outcome {
            ReviewOutcome::Changed => {
                self.uncorrected = (!done).then_some(step);
                self.judged = decision.into_iter().collect();
                !done
            }
            ReviewOutcome::Restored => {
                self.restored.extend(decision.map(|decision| (decision, fact.restores)));
                self.recorded = if done { fact.restores } else { self.recorded };
                self.uncorrected = (self.recorded != fact.restores).then_some(step);
                self.judged = decision.into_iter().collect();
                false
            }
            // Another review that changes nothing leaves the change before it as it was.
            ReviewOutcome::Unlawful => true,
            ReviewOutcome::Upheld | ReviewOutcome::Withdrawn => false,
        }
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
