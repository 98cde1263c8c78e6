//! Days and dates of the proleptic Gregorian calendar, from year 1 on. Integer arithmetic only; it
//! knows no clock and no time zone.

use super::{Date, RecordedTime, ValidTime};
use crate::wording::said_as_written;
use tlog::defect::OrDefect as _;

said_as_written!(Date, RecordedTime, ValidTime);

/// Days from 0001-01-01 to 1970-01-01.
pub(super) const EPOCH: i64 = 719_162;

/// How many days 400 Gregorian years have.
const CYCLE: i64 = 146_097;

/// Days from 0001-01-01 to a date that exists. The caller has checked month and day.
pub(super) fn day_number(year: i64, month: u8, day: u8) -> i64 {
    let months: i64 = (1..month).map(|m| i64::from(days_in_month(year, m))).sum();
    days_before_year(year) + months + i64::from(day) - 1
}

/// Year, month and day of a day counted from 0001-01-01.
pub(super) fn date_of(day_number: i64) -> (i64, u8, u8) {
    // The mean year puts the estimate off by at most one.
    let mut year = day_number * 400 / CYCLE + 1;
    while days_before_year(year) > day_number {
        year -= 1;
    }
    while days_before_year(year + 1) <= day_number {
        year += 1;
    }
    let mut rest = day_number - days_before_year(year);
    let mut month = 1;
    while rest >= i64::from(days_in_month(year, month)) {
        rest -= i64::from(days_in_month(year, month));
        month += 1;
    }
    (year, month, u8::try_from(rest + 1).or_defect("no month has so many days"))
}

/// Length of a month, 1 to 12, in days.
pub(super) fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        assert_eq!(day_number(1, 1, 1), 0);
        assert_eq!(day_number(1970, 1, 1), EPOCH);
        assert_eq!(day_number(2000, 3, 1) - day_number(2000, 2, 28), 2);
        assert_eq!(day_number(1900, 3, 1) - day_number(1900, 2, 28), 1);
        assert_eq!(day_number(2026, 11, 1), EPOCH + 20_758);
    }

    #[test]
    fn every_day_of_eight_centuries_comes_back() {
        for day in day_number(1600, 1, 1)..day_number(2400, 1, 1) {
            let (year, month, dom) = date_of(day);
            assert!((1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&dom));
            assert_eq!(day_number(year, month, dom), day);
        }
    }
}
