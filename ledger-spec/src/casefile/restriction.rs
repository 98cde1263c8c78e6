//! How long a record restricts, also where it does not say it: as long as its source has imposed its bans (A04, D07, P09).

use super::graver::Graver;
use super::terms::last_day;
use super::{CaseAsOf, Details, Fact, Item, ItemNumber, MeasureFact, PenaltyKinds, RecordFact};
use crate::definition::{BAN, MeasureDefinition, RecordType, Validity};
use crate::event::Term;
use crate::time::Date;

/// How long a record restricts, as far as it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Restriction {
    /// Nothing shows that it does.
    None,
    /// Nothing shows that it does, but it lasts as its decision says, which may set an end.
    Lasting,
    /// It does, and no end is stated: any end that is stated then is less.
    Open,
    /// Until this day.
    Until(Date),
}

impl Restriction {
    /// That of a record which states no end, by its type and its kinds of penalty.
    pub(super) fn of(definition: Option<&RecordType>, kinds: Option<PenaltyKinds>) -> Self {
        let by_type = definition.map_or(Self::None, |definition| match definition.validity {
            Validity::AsDecided | Validity::Between { .. } if definition.has_tag(BAN) => Self::Open,
            Validity::AsDecided | Validity::Between { .. } => Self::Lasting,
            _ => Self::None,
        });
        if kinds.is_some_and(PenaltyKinds::lasts) { Self::Open } else { by_type }
    }

    /// In what it is longer than another: to state the end of what stated none is not.
    pub(super) fn longer_than(self, was: Self) -> Option<Graver> {
        match (self, was) {
            (Self::Until(now), Self::Until(was)) if now > was => {
                Some(Graver::Restriction { now, was: Some(was) })
            }
            (Self::Until(now), Self::None) => Some(Graver::Restriction { now, was: None }),
            (Self::Open | Self::Lasting, Self::Until(was)) => Some(Graver::NoEnd { was: Some(was) }),
            (Self::Open, Self::None) => Some(Graver::NoEnd { was: None }),
            _ => None,
        }
    }
}

impl CaseAsOf<'_> {
    /// How long a record restricts of which nothing was decided later: as long as the longest ban that its source imposed by its
    /// decision; without any, as it was said first, by whatever correction; and where nothing was, as long as the law lets its
    /// type or its kinds. What was decided of its kinds counts, and where nothing was, what it says of them.
    pub(super) fn unstated(&self, number: ItemNumber, record: &RecordFact, said: &Details) -> Restriction {
        if let Some(imposed) = self.imposed_by(number) {
            return imposed.map_or(Restriction::Open, Restriction::Until);
        }
        if let Some(first) = self.corrections(&[number]).find_map(|one| one.fact.restriction_until) {
            return Restriction::Until(first);
        }
        let kinds = said.kinds.or_else(|| self.details(number)?.kinds);
        Restriction::of(self.type_of(record).map(AsRef::as_ref), kinds)
    }

    /// The last day of the longest ban that the source of a record imposed by its decision, as it was imposed, whatever became
    /// of it since; `Some(None)` where one was imposed for life, or without a last day.
    pub(super) fn imposed_by(&self, number: ItemNumber) -> Option<Option<Date>> {
        let number = self.shown(number);
        let bans = self.bans_by(number).filter(|(item, _)| self.is_one_source(number, item.issuer));
        let mut bans = bans.map(|(_, measure)| measure.term).peekable();
        bans.peek()?;
        let until = |term| match term {
            Term::Until(until) => Some(until),
            Term::WithGround | Term::Lifetime => None,
        };
        Some(bans.map(until).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max()))
    }

    /// The last day of a ban of which the decision of `record` says that it restricts until `stated`, where it was imposed until an
    /// earlier day: how long it is stands in the decision (行政处罚法第五十九条), and who carries that out does not shorten it. So
    /// it lasts as long, if the law gives it that; but where another ban by the decision, which closes one of its domains, reaches
    /// that day, the decision set more than one term, and this is the shorter.
    pub(super) fn carried_out(
        &self,
        item: &Item,
        measure: &MeasureFact,
        (until, (record, stated)): (Date, (ItemNumber, Date)),
    ) -> Date {
        let Some(adopted) = self.measure_of(item, measure).filter(|_| until < stated) else { return until };
        let reaches = |(other, ban): (&Item, &MeasureFact)| {
            let last = match ban.term {
                Term::Until(last) => last >= stated,
                Term::WithGround | Term::Lifetime => true,
            };
            let bars = |other: &MeasureDefinition| other.bars.iter().any(|one| adopted.bars.contains(one));
            last && other.entry != item.entry && self.measure_of(other, ban).is_some_and(|other| bars(other))
        };
        if self.bans_by(record).any(reaches) {
            return until;
        }
        let by_law = adopted.max_months.map(|months| last_day(self.begins(adopted, item, measure), months));
        by_law.map_or(stated, |last| last.min(stated)).max(until)
    }

    /// The bans that were imposed by the decision of the record at `number`, by whomever, whatever became of them.
    fn bans_by(&self, number: ItemNumber) -> impl Iterator<Item = (&Item, &MeasureFact)> {
        let records = move || std::iter::once(number).chain(self.shown_in(number));
        let entries = records().flat_map(|record| self.file.followers(record));
        let entries = entries.filter(|(_, item)| matches!(item.fact, Fact::Listing(_)));
        let grounds = records().chain(entries.map(|(entry, _)| entry));
        grounds.flat_map(|ground| self.file.followers(ground)).filter_map(move |(_, item)| {
            let Fact::Measure(measure) = &item.fact else { return None };
            let ban = self.measure_of(item, measure).filter(|_| self.is_ban(item, measure))?;
            let bound = self.bound_by(measure.rests_on?, item.issuer, ban);
            (self.knows(item) && bound == Some(number)).then_some((item, &**measure))
        })
    }
}
