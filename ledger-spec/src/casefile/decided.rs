//! What was decided, whatever the records of the decision say by now: as it was filed first, and as later decisions and objections
//! that were upheld changed it. A slip that was put right makes no difference to it, so that a slip in a correction can be put
//! right too; nor does it that a record was retracted and filed again.

use super::restriction::Restriction;
use super::{
    Behind, CaseAsOf, Details, Gravity, Item, ItemNumber, NameHash, PenaltyKinds, RecordFact, StepFact,
};
use crate::definition::{Polarity, Severity};
use crate::event::{Class, Phase, ReviewOutcome, StepKind};
use crate::id::TypeCode;
use crate::time::Date;

/// A document by its number and date.
type Document = (NameHash, Date);

/// A correction of one of the records of a decision.
pub(super) struct Corrected<'a> {
    at: ItemNumber,
    pub(super) fact: &'a StepFact,
    /// Whether it came after an objection to the decision's record that was upheld.
    objected: bool,
}

impl Corrected<'_> {
    /// The decision by which it was corrected.
    fn by(&self) -> Option<Document> {
        self.fact.decision.zip(self.fact.decided_on)
    }

    /// Whether it says what was decided.
    fn counts(&self) -> bool {
        self.objected || self.fact.decided_on.is_some()
    }
}

impl CaseAsOf<'_> {
    /// How grave the decision is of the record at `number`, as was decided so far.
    pub fn gravity_decided(&self, number: ItemNumber) -> Option<Gravity> {
        self.gravity(self.statements(number), |corrected| corrected.counts())
    }

    /// The same of a decision of which a record is to be filed, of the type where that only shows another record.
    pub fn gravity_of(&self, behind: Behind, shows: Option<&TypeCode>) -> Option<Gravity> {
        let is_such =
            |record: &RecordFact| shown_by(record) == shows && self.polarity(record) == Polarity::Negative;
        let records = self.records_of(behind).filter(|(_, _, record)| is_such(record));
        let records = self.standing(records.map(|(number, ..)| number));
        // What others filed of it measures nothing that its maker files, unless it was decided otherwise since.
        let measures = !behind.is_makers(self.directory)
            || records.iter().any(|number| self.is_makers(*number))
            || self.corrections(&records).any(|corrected| corrected.counts());
        self.gravity(measures.then_some(records)?, |corrected| corrected.counts())
    }

    /// The most that a correction of the record at `number` by a decision may say: what was decided so far; where that decision gave
    /// back what had been changed, what stood before.
    pub fn gravity_at_most(&self, number: ItemNumber, by: Option<Document>) -> Option<Gravity> {
        let Some(closed) = by.and_then(|document| self.restoring(number, document)) else {
            return self.gravity_decided(number);
        };
        let records = self.again(number);
        let all = || self.corrections(&records).filter(|one| one.by().is_some());
        let stands: Vec<ItemNumber> = match closed.restores {
            Some(stands) => {
                let until = all().filter(|one| one.by() == Some(stands)).map(|one| one.at).last();
                all().map(|one| one.at).filter(|at| until.is_some_and(|until| *at <= until)).collect()
            }
            None => self.before_it_was_changed(number, all(), by),
        };
        self.gravity(self.statements(number), |corrected| match corrected.by() {
            Some(_) => stands.contains(&corrected.at),
            None => corrected.objected,
        })
    }

    /// Those corrections by a decision that had been made before the change of which nothing is left, which this document gave
    /// back: what its authority had reduced by itself stays reduced. A change of which no review says anything is that of the last
    /// of them.
    fn before_it_was_changed<'b>(
        &'b self,
        number: ItemNumber,
        all: impl Iterator<Item = Corrected<'b>>,
        restored_by: Option<Document>,
    ) -> Vec<ItemNumber> {
        let mut opened = None;
        let mut changes: Vec<(ItemNumber, Option<Document>)> = Vec::new();
        let steps = self.about(number).filter(|(_, step)| self.has_begun(step));
        for (at, fact) in steps.filter_map(|(at, step)| Some((at, step.step()?))) {
            let document = fact.decision.zip(fact.decided_on);
            match fact.reviewed {
                Some(ReviewOutcome::Restored) if document == restored_by => break,
                Some(ReviewOutcome::Restored) => changes.clear(),
                // Where the document is not named, it is any since the review began.
                Some(ReviewOutcome::Changed) => {
                    changes.push((document.map_or(opened.unwrap_or(at), |_| at), document));
                }
                _ if fact.kind == StepKind::ReviewOpened => opened = Some(at),
                _ => {}
            }
        }
        let others = all.filter(|one| one.by() != restored_by).map(|one| (one.at, one.by()));
        let mut others: Vec<_> = others.collect();
        match changes.first() {
            Some((first, _)) => {
                others.retain(|(at, by)| at < first && !changes.iter().any(|(_, change)| change == by));
            }
            None => {
                let last = others.last().and_then(|(_, by)| *by);
                others.retain(|(_, by)| *by != last);
            }
        }
        others.into_iter().map(|(at, _)| at).collect()
    }

    /// The fields of the record at `number` as they were decided.
    pub fn details_decided(&self, number: ItemNumber) -> Option<Details> {
        let records = self.statements(number);
        let filed = self.record(*self.as_made(&records).first()?)?.details.clone();
        let counting = self.corrections(&records).filter(Corrected::counts);
        Some(counting.fold(filed, |said, one| said.corrected(&one.fact.details)))
    }

    /// The last day of the restriction that the decision of the record at `number` states: as last corrected there, or by a later
    /// decision of who decided, or of who reviewed that, on a record that only shows it; else as it was filed, else as one says
    /// that shows it.
    pub fn restriction_decided(&self, number: ItemNumber) -> Option<Date> {
        let stands = |one: &ItemNumber| !self.phase_at(*one).is_some_and(Phase::is_void);
        let shown: Vec<ItemNumber> = self.shown_in(number).filter(stands).collect();
        let records: Vec<ItemNumber> = std::iter::once(number).chain(shown.iter().copied()).collect();
        let says = |one: &Corrected<'_>| {
            let its = || self.file.get(one.at).is_some_and(|step| self.is_one_source(number, step.issuer));
            let decides = |by| its() || self.is_reviewed_by(number, by);
            one.fact.of == number || one.by().is_some_and(decides)
        };
        let corrected = self.corrections(&records).filter(says).filter_map(|one| one.fact.restriction_until);
        let filed = || self.record(number)?.restriction_until;
        let by_shown = || shown.iter().filter_map(|one| self.restriction_stated(*one)).min();
        corrected.last().or_else(filed).or_else(by_shown)
    }

    /// Whether a record of the decision that is to be repaired in the one at `by` says what that decided: it was not revoked; and where
    /// it was taken back, no objection was upheld since, after which it was filed again.
    pub fn still_says(&self, number: ItemNumber, by: ItemNumber) -> bool {
        match self.file.last_phase(number) {
            Some(Phase::Revoked) => false,
            Some(Phase::Retracted) => {
                self.is_makers(number) >= self.is_makers(by)
                    && !self.upheld(number).any(|objection| number < objection && objection < by)
            }
            _ => true,
        }
    }

    /// The severity of a record: as it says; of one that was taken back, as it was decided since.
    pub fn severity_in_the_end(&self, number: ItemNumber) -> Option<Severity> {
        match self.file.last_phase(number) {
            Some(Phase::Retracted) => self.gravity_decided(number).and_then(|decided| decided.severity()),
            _ => self.severity(number),
        }
    }

    /// The same of its kinds of penalty.
    pub fn kinds_in_the_end(&self, number: ItemNumber) -> Option<PenaltyKinds> {
        match self.file.last_phase(number) {
            Some(Phase::Retracted) => self.details_decided(number)?.kinds,
            _ => self.details(number)?.kinds,
        }
    }

    /// Whether a correction of the record at `number` itself counts as what was decided.
    pub fn is_decided_anew(&self, number: ItemNumber) -> bool {
        self.corrections(&[number]).any(|one| one.counts())
    }

    /// The records that say what the decision of the one at `number` decided, of those that show as much as it does.
    pub(super) fn statements(&self, number: ItemNumber) -> Vec<ItemNumber> {
        self.standing(self.again(number).into_iter().filter(|other| self.says_as_much(*other, number)))
    }

    /// Whether two records of a decision show as much of it: each is one of its own, or both are of one type and only show another.
    pub(super) fn says_as_much(&self, one: ItemNumber, other: ItemNumber) -> bool {
        let both = self.record(one).zip(self.record(other));
        both.is_some_and(|(one, other)| shown_by(one) == shown_by(other))
    }

    /// Whether two records of a decision say the same of how grave it is, as far as both say it.
    pub(super) fn agree(&self, one: ItemNumber, other: ItemNumber) -> bool {
        fn same<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        let penalty = |number| self.details(number).map(|said| (said.kinds, said.fine, said.forfeited));
        let (first, second) = (penalty(one).unwrap_or_default(), penalty(other).unwrap_or_default());
        same(self.severity(one), self.severity(other))
            && same(self.restriction_stated(one), self.restriction_stated(other))
            && same(first.0, second.0)
            && same(first.1, second.1)
            && same(first.2, second.2)
    }

    /// Those of them that were not revoked: what was is of no measure.
    fn standing(&self, records: impl Iterator<Item = ItemNumber>) -> Vec<ItemNumber> {
        records.filter(|number| self.phase_at(*number) != Some(Phase::Revoked)).collect()
    }

    /// What these records say together: each thing as it was said first, or as a correction said it that `counts`. What a correction
    /// takes away stays the measure: nobody decided more.
    fn gravity(&self, records: Vec<ItemNumber>, counts: impl Fn(&Corrected<'_>) -> bool) -> Option<Gravity> {
        let mut all: Vec<(ItemNumber, Option<&StepFact>)> =
            self.as_made(&records).into_iter().map(|number| (number, None)).collect();
        let counting = self.corrections(&records).filter(counts);
        all.extend(counting.map(|one| (one.at, Some(one.fact))));
        all.sort_unstable_by_key(|(at, _)| *at);
        let (mut said, mut severity, mut restriction) = (Details::default(), None, None);
        for (at, corrected) in all {
            match corrected {
                None => {
                    let record = self.record(at)?;
                    severity = severity.or(record.severity);
                    restriction = restriction.or(record.restriction_until);
                    said = said.or(&record.details);
                }
                Some(fact) => {
                    severity = fact.severity.or(severity);
                    restriction = fact.restriction_until.or(restriction);
                    said = Details::default().corrected(&fact.details).or(&said);
                }
            }
        }
        let restriction = match restriction {
            Some(until) => Restriction::Until(until),
            None => self.unstated_by(&self.as_made(&records), &said)?,
        };
        Some(Gravity::decided(severity, &said, restriction))
    }

    /// Those of the records of a decision that say what it decided: what its maker filed, and without any what others did.
    fn as_made(&self, records: &[ItemNumber]) -> Vec<ItemNumber> {
        let made: Vec<_> = records.iter().filter(|number| self.is_makers(**number)).copied().collect();
        if made.is_empty() { records.to_vec() } else { made }
    }

    /// How long records restrict that do not say it: as the first does of which a ban shows it, else as the last.
    fn unstated_by(&self, records: &[ItemNumber], said: &Details) -> Option<Restriction> {
        let each =
            records.iter().filter_map(|number| Some(self.unstated(*number, self.record(*number)?, said)));
        let each: Vec<Restriction> = each.collect();
        let shown = each.iter().find(|one| matches!(one, Restriction::Until(_)));
        shown.or(each.last()).copied()
    }

    /// The corrections of these records, in the log's order.
    pub(super) fn corrections(&self, records: &[ItemNumber]) -> impl Iterator<Item = Corrected<'_>> {
        let objected = records.first().and_then(|number| self.first_upheld(*number));
        let is_of = records.to_vec();
        let steps = records.first().map(|number| self.about(*number)).into_iter().flatten();
        steps.filter(|(_, step)| self.has_begun(step)).filter_map(move |(at, step)| {
            let fact = step.step().filter(|fact| fact.kind == StepKind::RecordCorrected)?;
            let objected = objected.is_some_and(|objected| objected < at);
            is_of.contains(&fact.of).then_some(Corrected { at, fact, objected })
        })
    }

    /// The review by which an authority that did not decide has given back what had been changed, by this document, as long as
    /// nothing came after it: neither another such outcome, nor a correction by a later decision.
    fn restoring(&self, number: ItemNumber, by: Document) -> Option<&StepFact> {
        let closed = self.about(number).filter(|(_, step)| self.has_begun(step));
        let decides = |step: &Item| {
            let fact = step.step()?;
            matches!(fact.reviewed?, ReviewOutcome::Changed | ReviewOutcome::Restored).then_some(())
        };
        let (_, last) = closed.filter(|(_, step)| decides(step).is_some()).last()?;
        let fact = last.step().filter(|fact| {
            fact.reviewed == Some(ReviewOutcome::Restored) && fact.decision.zip(fact.decided_on) == Some(by)
        })?;
        let later = |one: Corrected<'_>| one.by().is_some_and(|other| other != by && other.1 > by.1);
        let overtaken = self.corrections(&self.again(number)).any(later);
        (!overtaken && !self.is_one_source(number, last.issuer)).then_some(fact)
    }

    /// The objection to a record of the decision of the one at `number` that was raised first of those that were upheld.
    fn first_upheld(&self, number: ItemNumber) -> Option<ItemNumber> {
        self.upheld(number).min()
    }

    fn upheld(&self, number: ItemNumber) -> impl Iterator<Item = ItemNumber> {
        let raised = self.followers_of(number, Class::Objection).map(|(objection, _)| objection);
        raised.filter(|objection| self.phase_at(*objection) == Some(Phase::Upheld))
    }
}

/// The type of a record that only shows another one.
fn shown_by(record: &RecordFact) -> Option<&TypeCode> {
    record.rests_on.map(|_| &record.record_type)
}
