//! P16: what holds stay. A stay of execution keeps whoever it is about from being dealt with by what was decided, until it is released
//! (行政诉讼法第五十六条，行政复议法第四十二条); how long it was decided for goes on meanwhile.

use super::{AsOf, CaseAsOf, Fact, Item, ItemNumber};
use crate::authority::AuthorityNumber;
use crate::definition::{Direction, MeasureDefinition};
use crate::event::{Class, Phase};

impl CaseAsOf<'_> {
    /// The hold by which the execution of the measure at `number` is stayed: of itself, or of what it carries out.
    pub fn stay_of(&self, number: ItemNumber) -> Option<&Item> {
        self.carries_out(number).into_iter().find_map(|one| self.stay_on(one))
    }

    /// The hold by which the execution is stayed of what a measure is to carry out that an authority imposes on this ground.
    pub fn stay_beneath(
        &self,
        ground: ItemNumber,
        issuer: AuthorityNumber,
        measure: &MeasureDefinition,
    ) -> Option<&Item> {
        self.beneath(ground, issuer, measure).into_iter().find_map(|one| self.stay_on(one))
    }

    /// The hold that stays the execution of the thing at `number` itself, or of another record of its decision.
    pub(super) fn stay_on(&self, number: ItemNumber) -> Option<&Item> {
        let stays = |item: &Item| matches!(item.fact, Fact::Hold { execution: true, .. });
        let mut holds = self.followers_of(number, Class::Hold).filter(|(_, item)| stays(item));
        holds.find(|(hold, _)| self.phase_at(*hold) == Some(Phase::Placed)).map(|(_, item)| item)
    }

    /// What the thing at `number` stands and falls with while it is stayed: itself, and of a measure what it carries out.
    pub(super) fn carries_out(&self, number: ItemNumber) -> Vec<ItemNumber> {
        let measure = self.file.get(number).and_then(|item| match &item.fact {
            Fact::Measure(measure) => Some((item, self.measure_of(item, measure)?, measure.rests_on?)),
            _ => None,
        });
        let beneath = measure.map(|(item, adopted, ground)| self.beneath(ground, item.issuer, adopted));
        std::iter::once(number).chain(beneath.into_iter().flatten()).collect()
    }

    /// What a measure on this ground carries out: what it rests on, and a ban the penalty beneath an entry, which imposes it. What
    /// follows from the entry is not stayed with the penalty: that somebody was entered is a decision of its own.
    fn beneath(
        &self,
        ground: ItemNumber,
        issuer: AuthorityNumber,
        measure: &MeasureDefinition,
    ) -> Vec<ItemNumber> {
        let is_ban = measure.direction == Direction::Ban;
        let record = is_ban.then(|| self.bound_by(ground, issuer, measure)).flatten();
        std::iter::once(ground).chain(record.filter(|record| *record != ground)).collect()
    }

    /// The holds that stay the publication of what the measure at `number` carries out, and so its own.
    pub(super) fn publication_stays_beneath(&self, number: ItemNumber) -> Vec<&Item> {
        let stays = |item: &Item| matches!(item.fact, Fact::Hold { publication: true, .. });
        let beneath = self.carries_out(number).into_iter().filter(|one| *one != number);
        let holds = beneath.flat_map(|one| self.followers_of(one, Class::Hold));
        let placed = holds.filter(|(hold, item)| stays(item) && self.phase_at(*hold) == Some(Phase::Placed));
        placed.map(|(_, item)| item).collect()
    }

    /// Whether a hold stays its publication on the day of the valid instant, by what stands at that day's end: when in a day a stay
    /// began, or was over, would tell which entry says so.
    pub(super) fn is_publication_stayed(&self, number: ItemNumber) -> bool {
        let stays = |item: &Item| matches!(item.fact, Fact::Hold { publication: true, .. });
        let targets = self.carries_out(number);
        let all = targets.into_iter().flat_map(|one| self.about(one)).chain(self.file.subject_holds());
        let holds: Vec<_> = all.filter(|(_, item)| stays(item)).map(|(hold, _)| hold).collect();
        if holds.is_empty() {
            return false;
        }
        let day = self.at(AsOf { valid_at: self.as_of.valid_at.date().end_of_day(), ..self.as_of });
        holds.into_iter().any(|hold| day.phase_at(hold) == Some(Phase::Placed))
    }
}
