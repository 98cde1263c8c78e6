//! P17: what is masked while a plan of reorganisation, or a composition, is carried out. A ruling masks nothing by itself: the
//! subject applies with it, and who decided what the application is about accepts that (国办发〔2025〕22号：企业持裁定书提出信用修复申请，
//! 行业主管部门暂时屏蔽相关失信信息、暂时解除相应失信惩戒措施).

use super::{CaseAsOf, Fact, Item, ItemNumber};
use crate::definition::{MASKING_STEPS, UNMASKING_STEPS};
use crate::event::{Class, Phase};
use crate::time::Date;
use tlog::position::EntryIndex;

/// The two entries by which a thing is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masking {
    /// The court's ruling.
    pub ruling: EntryIndex,
    /// That the application with it was accepted.
    pub accepted: EntryIndex,
}

impl CaseAsOf<'_> {
    /// P17: what masks the thing at `number`: a repairable record, or what rests on one.
    pub fn masking_of(&self, number: ItemNumber) -> Option<Masking> {
        self.masking_by_application(number).or_else(|| {
            let (beneath, decided_on) = match &self.file.get(number)?.fact {
                Fact::Listing(listing) => (listing.record?, listing.decided_on),
                Fact::Measure(measure) if !self.stays_under_a_plan(number) => {
                    (measure.rests_on?, measure.decided_on)
                }
                _ => return None,
            };
            let masking = self.masking_of(beneath)?;
            let ruling = self.record(self.file.number_of(masking.ruling)?)?;
            (self.day_decided(number, decided_on)? < ruling.decided_on).then_some(masking)
        })
    }

    /// What masks a record or an entry by an application about it, or about another record of its decision.
    fn masking_by_application(&self, number: ItemNumber) -> Option<Masking> {
        let mut applications = self.about(number).filter(|(_, item)| self.has_begun(item));
        applications.find_map(|(application, item)| {
            let Fact::Application { ruling: Some(ruling), .. } = item.fact else { return None };
            let asked = self.may_be_masked(ruling, number) && self.masks(ruling);
            let phase = self.phase_at(application).filter(|_| asked);
            phase.filter(|phase| matches!(phase, Phase::Accepted | Phase::Granted))?;
            let accepts = |step: &Item| step.fact.moved_to() == Some(Phase::Accepted);
            let (_, accepted) = self.moves(application).find(|(_, step)| accepts(step))?;
            Some(Masking { ruling: self.file.get(ruling)?.entry, accepted: accepted.entry })
        })
    }

    /// Whether an application awaits nothing more: one with a ruling that was accepted is answered by the mask.
    pub fn is_answered(&self, application: &Item, phase: Phase) -> bool {
        let with_ruling = matches!(application.fact, Fact::Application { ruling: Some(_), .. });
        with_ruling && phase == Phase::Accepted
    }

    /// Whether an application awaits a step.
    pub fn awaits(&self, number: ItemNumber) -> bool {
        let Some((item, phase)) = self.file.get(number).zip(self.phase_at(number)) else { return false };
        matches!(phase, Phase::Applied | Phase::Accepted) && !self.is_answered(item, phase)
    }

    /// Whether a ruling approves a plan or recognises a composition, counts, and none since declares the subject bankrupt or
    /// ends the plan (企业破产法第八十六、八十七、九十三、九十八、一百零四条).
    pub fn masks(&self, ruling: ItemNumber) -> bool {
        let decided_on = |number| self.record(number).map(|record| record.decided_on);
        let ends = |number: ItemNumber| {
            self.is_ruling(number, &UNMASKING_STEPS)
                && (decided_on(number), number) > (decided_on(ruling), ruling)
        };
        self.is_masking_ruling(ruling) && !self.begun(Class::Record).any(|(number, _)| ends(number))
    }

    /// Whether the record at `number` is a ruling by which something may be masked, and counts.
    pub fn is_masking_ruling(&self, number: ItemNumber) -> bool {
        let says_no_step = || self.details(number).is_some_and(|said| said.step.is_none());
        self.is_ruling(number, &MASKING_STEPS) || self.is_ruling(number, &[]) && says_no_step()
    }

    /// Whether it is a ruling on bankruptcy that counts, of one of these steps where any is named.
    fn is_ruling(&self, number: ItemNumber, steps: &[&str]) -> bool {
        let tagged = || {
            let definition = self.record(number).and_then(|record| self.type_of(record));
            definition.is_some_and(|definition| definition.has_tag("masks_repairable"))
        };
        let of_steps = || steps.is_empty() || self.details(number).is_some_and(|said| said.is_step(steps));
        self.phase_at(number) == Some(Phase::Filed) && tagged() && of_steps() && !self.is_void(number)
    }

    /// Whether a ruling reaches the record or entry at `number`: what was decided before it, whenever it was recorded, and can be
    /// repaired.
    pub fn may_be_masked(&self, ruling: ItemNumber, number: ItemNumber) -> bool {
        let repairable =
            |record: ItemNumber| self.record(record).is_some_and(|record| record.severity.is_some());
        let (decided_on, repairable) = match self.file.get(number).map(|item| &item.fact) {
            Some(Fact::Record(record)) => (Some(record.decided_on), repairable(number)),
            Some(Fact::Listing(listing)) => (listing.decided_on, listing.record.is_some_and(repairable)),
            _ => return false,
        };
        let ruled_on = self.record(ruling).map(|record| record.decided_on);
        repairable
            && self.day_decided(number, decided_on).zip(ruled_on).is_some_and(|(day, ruled)| day < ruled)
    }

    /// The day of a decision; of what names none, that on which it began.
    fn day_decided(&self, number: ItemNumber, decided_on: Option<Date>) -> Option<Date> {
        decided_on.or_else(|| Some(self.file.get(number)?.from.date()))
    }

    /// Whether a measure is a ban that the law keeps open, or what the law itself bars for a time (政府采购法第二十二条第一款第五项).
    fn stays_under_a_plan(&self, number: ItemNumber) -> bool {
        let Some((item, measure)) = self.file.get(number).and_then(|item| match &item.fact {
            Fact::Measure(measure) => Some((item, measure)),
            _ => None,
        }) else {
            return false;
        };
        self.measure_of(item, measure).is_some_and(|adopted| {
            let by_term = adopted.ends.as_ref().is_some_and(|ends| ends.by.has_term());
            adopted.outlives_publicity || adopted.keeps_out() && by_term
        })
    }
}
