//! Periods and deadlines: months, days and working days, counted as the Civil Code counts them.
//!
//! The day on which a period begins is not counted (民法典 art. 201); a period of months or years ends on
//! the corresponding day, or on the last day of a month that lacks it (art. 202). A deadline is the last
//! day on which acting is in time.

use super::{Date, civil};
use std::collections::BTreeSet;
use tlog::defect::OrDefect as _;

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Calendar days.
    Day,
    /// Working days of the calendar in force.
    WorkingDay,
    /// Months.
    Month,
    /// Years.
    Year,
}

/// A length of time in law: 3 months, 10 working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// How many.
    pub number: u16,
    /// Of what.
    pub unit: Unit,
}

/// The days that depart from the week: holidays on weekdays, worked Saturdays and Sundays.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct WorkingDays {
    /// Weekdays that are not worked.
    pub holidays: BTreeSet<Date>,
    /// Saturdays and Sundays that are worked.
    pub workdays: BTreeSet<Date>,
}

impl WorkingDays {
    /// Whether people work on this day.
    #[must_use]
    pub fn is_working(&self, date: Date) -> bool {
        if date.is_weekend() { self.workdays.contains(&date) } else { !self.holidays.contains(&date) }
    }
}

impl Period {
    /// The last day of the period that begins on `from`. Days past 2199 are 2199's last.
    #[must_use]
    pub fn deadline(self, from: Date, calendar: &WorkingDays) -> Date {
        let number = i64::from(self.number);
        match self.unit {
            Unit::Day => from.plus_days(number),
            Unit::Month => from.plus_months(self.number.into()),
            Unit::Year => from.plus_months(u32::from(self.number) * 12),
            Unit::WorkingDay => {
                let (mut day, mut left) = (from, self.number);
                while left > 0 && day < Date::LAST {
                    day = day.plus_days(1);
                    if calendar.is_working(day) {
                        left -= 1;
                    }
                }
                day
            }
        }
    }
}

impl Date {
    /// The first day that the ledger knows.
    pub const FIRST: Self = Self { year: 1900, month: 1, day: 1 };
    /// The last day that the ledger knows.
    pub const LAST: Self = Self { year: 2199, month: 12, day: 31 };

    /// The day this many days later, within what the ledger knows.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let first = Self::FIRST.unix_day();
        let last = Self::LAST.unix_day();
        let day = self.unix_day().saturating_add(days).clamp(first, last);
        let (year, month, day) = civil::date_of(day + civil::EPOCH);
        let year = u16::try_from(year).or_defect("a day between the first and the last has a year of theirs");
        Self { year, month, day }
    }

    /// The corresponding day this many months later, or the last day of a month that lacks it.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let all = u32::from(self.year) * 12 + u32::from(self.month) - 1 + months;
        let year = all / 12;
        if year > Self::LAST.year.into() {
            return Self::LAST;
        }
        let year = u16::try_from(year).or_defect("it is no later than the last");
        let month = u8::try_from(all % 12 + 1).or_defect("a year has twelve months");
        let last = civil::days_in_month(i64::from(year), month);
        Self { year, month, day: self.day.min(last) }
    }

    /// How many whole days `later` lies after this day; negative where it lies before.
    #[must_use]
    pub fn days_until(self, later: Self) -> i64 {
        later.unix_day() - self.unix_day()
    }

    /// Saturday or Sunday.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        // 1970-01-01 was a Thursday: Monday is 0.
        (self.unix_day() + 3).rem_euclid(7) >= 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn months_end_on_the_corresponding_day_or_the_last() {
        assert_eq!(day("2026-01-31").plus_months(1), day("2026-02-28"));
        assert_eq!(day("2024-01-31").plus_months(1), day("2024-02-29"));
        assert_eq!(day("2026-11-30").plus_months(3), day("2027-02-28"));
        assert_eq!(day("2026-12-15").plus_months(36), day("2029-12-15"));
        assert_eq!(day("2199-06-01").plus_months(12), Date::LAST);
        assert_eq!(day("2199-06-01").plus_months(u32::from(u16::MAX) * 12), Date::LAST);
    }

    #[test]
    fn working_days_skip_weekends_and_holidays_and_count_worked_weekends() {
        // 2026-10-01 is a Thursday.
        assert!(!day("2026-10-02").is_weekend() && day("2026-10-03").is_weekend());
        let mut calendar = WorkingDays::default();
        let three = Period { number: 3, unit: Unit::WorkingDay };
        assert_eq!(three.deadline(day("2026-10-01"), &calendar), day("2026-10-06"));
        calendar.holidays.extend([day("2026-10-02"), day("2026-10-05")]);
        calendar.workdays.insert(day("2026-10-10"));
        assert_eq!(three.deadline(day("2026-10-01"), &calendar), day("2026-10-08"));
        assert_eq!(three.deadline(day("2026-10-08"), &calendar), day("2026-10-12"));
    }

    #[test]
    fn days_stay_within_what_the_ledger_knows() {
        assert_eq!(Date::LAST.plus_days(1), Date::LAST);
        assert_eq!(Date::FIRST.plus_days(-1), Date::FIRST);
        assert_eq!(day("2026-03-01").plus_days(-1), day("2026-02-28"));
        assert_eq!(day("2026-03-01").days_until(day("2026-04-01")), 31);
    }
}
