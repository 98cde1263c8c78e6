//! The catalogue: what may be recorded, folded from `catalogue.*` events, with its whole history.
//!
//! What counts for a fact is the catalogue as it stood when the decision was taken, by what was known at
//! the instant asked about; nothing is ever taken out.

mod shelf;

pub use shelf::{Shelf, Version};

use crate::authority::Recorded;
use crate::compromise::KeyNumber;
use crate::definition::{
    Calendar, Definition, Instrument, ListDefinition, MeasureDefinition, PointsScheme, Procedure,
    RatingScheme, RecordType,
};
use crate::event::{Body, Event};
use crate::id::{
    BasisCode, CalendarCode, CatalogueItem, ListCode, MeasureCode, PointsCode, ProcedureCode, RatingCode,
    SubjectId, TypeCode,
};
use crate::time::{Date, Period, Unit, ValidTime, WorkingDays};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tlog::position::{EntryIndex, TreeSize};

/// Everything that was ever adopted.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Catalogue {
    /// Legal instruments.
    pub bases: Shelf<BasisCode, Instrument>,
    /// Types of records.
    pub types: Shelf<TypeCode, RecordType>,
    /// Lists.
    pub lists: Shelf<ListCode, ListDefinition>,
    /// Measures.
    pub measures: Shelf<MeasureCode, MeasureDefinition>,
    /// Rating schemes.
    pub ratings: Shelf<RatingCode, RatingScheme>,
    /// Points schemes.
    pub points: Shelf<PointsCode, PointsScheme>,
    /// Working days.
    pub calendars: Shelf<CalendarCode, Calendar>,
    /// Periods.
    pub procedures: Shelf<ProcedureCode, Procedure>,
    /// The newest working days, and the entry that last changed them.
    newest: WorkingYears,
    /// The keys that signed each change.
    signed: BTreeMap<EntryIndex, Vec<KeyNumber>>,
}

/// Working days of the years that are known.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
struct WorkingYears {
    days: WorkingDays,
    years: BTreeSet<u16>,
    changed: Option<Recorded>,
}

/// The most weekdays of a year that are not worked: its 13 holidays (全国年节及纪念日放假办法) and as many that are given up
/// for them. The number is from memory, and stands here for an upper bound alone.
const MOST_DAYS_OFF: u16 = 2 * 13;

impl Catalogue {
    /// Takes in one admitted event and the keys that signed it; events of other kinds change nothing.
    pub fn apply(&mut self, event: &Event, recorded: Recorded, signers: Vec<KeyNumber>) {
        let SubjectId::Catalogue(item) = &event.subject else { return };
        self.signed.insert(recorded.index, signers);
        match &event.body {
            Body::Adopted(definition) | Body::Amended(definition) => {
                self.change(item, Some(definition), event.valid_from, recorded);
            }
            Body::Repealed(_) => self.change(item, None, event.valid_from, recorded),
            _ => {}
        }
    }

    /// Adds a version of an item: a definition, or its repeal where there is none.
    pub fn change(
        &mut self,
        item: &CatalogueItem,
        definition: Option<&Definition>,
        effective: ValidTime,
        recorded: Recorded,
    ) {
        macro_rules! push {
            ($shelf:ident, $code:ident, $sort:ident) => {{
                let content = match definition {
                    Some(Definition::$sort(one)) => Some(Arc::new((**one).clone())),
                    // Admission has seen that the sort of the body is that of the subject. What an audit
                    // recalls was not admitted anew; it is held against a checkpoint after this.
                    Some(_) => return,
                    None => None,
                };
                self.$shelf.push($code.clone(), Version { content, effective, recorded });
            }};
        }
        match item {
            CatalogueItem::Basis(code) => push!(bases, code, Basis),
            CatalogueItem::Type(code) => push!(types, code, Type),
            CatalogueItem::List(code) => push!(lists, code, List),
            CatalogueItem::Measure(code) => push!(measures, code, Measure),
            CatalogueItem::Rating(code) => push!(ratings, code, Rating),
            CatalogueItem::Points(code) => push!(points, code, Points),
            CatalogueItem::Procedure(code) => push!(procedures, code, Procedure),
            CatalogueItem::Calendar(code) => {
                push!(calendars, code, Calendar);
                self.newest = self.years_known(recorded.index.covering_size());
                self.newest.changed = Some(recorded);
            }
        }
    }

    /// The keys that signed the change of the catalogue in an entry.
    #[must_use]
    pub fn signers(&self, entry: EntryIndex) -> &[KeyNumber] {
        self.signed.get(&entry).map_or(&[], Vec::as_slice)
    }

    /// From when the newest version of an item counts, where it was recorded, and whether it is a repeal.
    #[must_use]
    pub fn newest(&self, item: &CatalogueItem) -> Option<(ValidTime, Recorded, bool)> {
        fn last<T>(versions: &[Version<T>]) -> Option<(ValidTime, Recorded, bool)> {
            versions.last().map(|last| (last.effective, last.recorded, last.content.is_none()))
        }
        match item {
            CatalogueItem::Basis(code) => last(self.bases.versions(code)),
            CatalogueItem::Type(code) => last(self.types.versions(code)),
            CatalogueItem::List(code) => last(self.lists.versions(code)),
            CatalogueItem::Measure(code) => last(self.measures.versions(code)),
            CatalogueItem::Rating(code) => last(self.ratings.versions(code)),
            CatalogueItem::Points(code) => last(self.points.versions(code)),
            CatalogueItem::Calendar(code) => last(self.calendars.versions(code)),
            CatalogueItem::Procedure(code) => last(self.procedures.versions(code)),
        }
    }

    /// What counted of any item at a valid time, by what was known then.
    pub fn definition_at(
        &self,
        item: &CatalogueItem,
        valid: ValidTime,
        known: TreeSize,
    ) -> Option<Definition> {
        fn boxed<T: Clone>(found: Option<&Arc<T>>) -> Option<Box<T>> {
            found.map(|one| Box::new(T::clone(one)))
        }
        match item {
            CatalogueItem::Basis(code) => boxed(self.bases.at(code, valid, known)).map(Definition::Basis),
            CatalogueItem::Type(code) => boxed(self.types.at(code, valid, known)).map(Definition::Type),
            CatalogueItem::List(code) => boxed(self.lists.at(code, valid, known)).map(Definition::List),
            CatalogueItem::Measure(code) => {
                boxed(self.measures.at(code, valid, known)).map(Definition::Measure)
            }
            CatalogueItem::Rating(code) => boxed(self.ratings.at(code, valid, known)).map(Definition::Rating),
            CatalogueItem::Points(code) => boxed(self.points.at(code, valid, known)).map(Definition::Points),
            CatalogueItem::Calendar(code) => {
                boxed(self.calendars.at(code, valid, known)).map(Definition::Calendar)
            }
            CatalogueItem::Procedure(code) => {
                boxed(self.procedures.at(code, valid, known)).map(Definition::Procedure)
            }
        }
    }

    /// A legal instrument in force at a valid time, by what was known.
    #[must_use]
    pub fn instrument_at(
        &self,
        code: &BasisCode,
        valid: ValidTime,
        known: TreeSize,
    ) -> Option<&Arc<Instrument>> {
        self.bases.at(code, valid, known)
    }

    /// A period by its name, of the procedures in force at a valid time; of several, that of the procedure
    /// that counts latest.
    #[must_use]
    pub fn period(&self, name: &str, valid: ValidTime, known: TreeSize) -> Option<Period> {
        let mut found: Option<(ValidTime, Recorded, Period)> = None;
        for (_, version) in self.procedures.all_at(valid, known) {
            let periods = version.content.iter().flat_map(|procedure| &procedure.periods);
            for named in periods.filter(|named| named.name == name) {
                let newer = found.is_none_or(|(effective, recorded, _)| {
                    (version.effective, version.recorded.index) > (effective, recorded.index)
                });
                if newer {
                    found = Some((version.effective, version.recorded, named.period));
                }
            }
        }
        found.map(|(_, _, period)| period)
    }

    /// The last day of a named period that begins on `from`, by the procedures in force at `valid`; `None`
    /// where no such period is adopted, or where it is counted in working days and runs into a year whose
    /// calendar is not.
    #[must_use]
    pub fn deadline(&self, name: &str, from: Date, valid: ValidTime, known: TreeSize) -> Option<Date> {
        let period = self.period(name, valid, known)?;
        self.last_day(period, from, known)
    }

    /// The last day of a period that begins on `from`; `None` where its working days are not known.
    #[must_use]
    pub fn last_day(&self, period: Period, from: Date, known: TreeSize) -> Option<Date> {
        let years = self.years(known);
        let last = period.deadline(from, &years.days);
        let covered = period.unit != Unit::WorkingDay
            || (from.year()..=last.year()).all(|year| years.years.contains(&year));
        covered.then_some(last)
    }

    /// The last day of a period that begins on `from`, or the earliest that it can be where its working days are not known yet: with
    /// every day of such a year worked. Who acts no later than that is early in any case.
    #[must_use]
    pub fn last_day_at_earliest(&self, period: Period, from: Date, known: TreeSize) -> Date {
        let years = self.years(known);
        if period.unit != Unit::WorkingDay {
            return period.deadline(from, &years.days);
        }
        let (mut day, mut left) = (from, period.number);
        while left > 0 && day < Date::LAST {
            day = day.plus_days(1);
            if years.days.is_working(day) || !years.years.contains(&day.year()) {
                left -= 1;
            }
        }
        day
    }

    /// The last day of a period that begins on `from`, or the latest that it can be where its working days are not known yet: with
    /// every holiday of such a year in it, and as many days given up for those. Who acts later than that is late in any case.
    #[must_use]
    pub fn last_day_at_latest(&self, period: Period, from: Date, known: TreeSize) -> Date {
        let years = self.years(known);
        let mut longer = period;
        loop {
            let last = longer.deadline(from, &years.days);
            let unknown = (from.year()..=last.year()).filter(|year| !years.years.contains(year));
            let more = unknown.map(|_| 1).sum::<u16>().saturating_mul(MOST_DAYS_OFF);
            let number = match period.unit {
                Unit::WorkingDay => period.number.saturating_add(more),
                Unit::Day | Unit::Month | Unit::Year => period.number,
            };
            if number == longer.number || last == Date::LAST {
                return last;
            }
            longer.number = number;
        }
    }

    /// The working days that are known.
    #[must_use]
    pub fn working_days(&self, known: TreeSize) -> Cow<'_, WorkingDays> {
        match self.years(known) {
            Cow::Borrowed(years) => Cow::Borrowed(&years.days),
            Cow::Owned(years) => Cow::Owned(years.days),
        }
    }

    fn years(&self, known: TreeSize) -> Cow<'_, WorkingYears> {
        match self.newest.changed {
            Some(changed) if !changed.index.is_in(known) => Cow::Owned(self.years_known(known)),
            _ => Cow::Borrowed(&self.newest),
        }
    }

    fn years_known(&self, known: TreeSize) -> WorkingYears {
        let mut all = WorkingYears::default();
        for (_, version) in self.calendars.all_at(ValidTime::MAX, known) {
            let Some(calendar) = &version.content else { continue };
            all.years.insert(calendar.year);
            all.days.holidays.extend(&calendar.days.holidays);
            all.days.workdays.extend(&calendar.days.workdays);
        }
        all
    }
}
