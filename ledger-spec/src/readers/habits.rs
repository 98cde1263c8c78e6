//! What is usual of one reader, and what is not: how many different subjects it looks at in an hour, in a day and off hours, and
//! how often at all. Whether a subject is known to the ledger makes no difference, and neither does what was shown.
//!
//! The bounds are ours: no law that the plan names says one. One number is set, and the others follow from it ([`Habit`]).
//! What is unusual need not be wrong. A server answers it more slowly, and a steward is proposed an incident to look into.

use crate::definition::{Scheme, words};
use crate::id::{AuthorityId, SubjectId};
use crate::time::{RecordedTime, ValidTime, WorkingDays};
use crate::wording::named;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use tlog::defect::as_u64;

/// The hours of a working day in UTC+08:00.
const WORKING_HOURS: std::ops::Range<i64> = 8..20;

/// A way of reading of which there is more than is usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Habit {
    /// Different subjects in an hour of a working day: the number that is set.
    Subjects,
    /// Different subjects in an hour before 8:00 or from 20:00 on, or of a day that is not worked: a fifth of it.
    OffHours,
    /// Different subjects in a day: five times as many.
    Day,
    /// Looks in an hour, at subjects and lists: ten times as many.
    Looks,
}

words!(Habit { Subjects = "subjects", OffHours = "off-hours", Day = "day", Looks = "looks" });
named!(Habit { Subjects = "一小时内查询主体过多", OffHours = "非工作时间查询主体过多", Day = "一日内查询主体过多", Looks = "一小时内查询次数过多" });

/// How many different subjects are usual for a reader in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual(NonZeroU64);

/// More than is usual, as of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusual {
    /// Of what.
    pub habit: Habit,
    /// When the hour or the day began.
    pub from: ValidTime,
    /// How many there are.
    pub found: u64,
    /// How many are usual.
    pub usual: u64,
}

/// What every reader has looked at in this hour and on this day.
#[derive(Clone, Debug)]
pub struct Habits {
    usual: Usual,
    readers: BTreeMap<AuthorityId, Seen>,
}

/// What one has.
#[derive(Clone, Debug, Default)]
struct Seen {
    hour: Span,
    day: Span,
}

/// An hour or a day.
#[derive(Clone, Debug, Default)]
struct Span {
    from: Option<ValidTime>,
    looks: u64,
    subjects: BTreeSet<SubjectId>,
}

impl Habit {
    /// How many are usual, where so many subjects are in an hour.
    const fn bound(self, usual: Usual) -> u64 {
        let subjects = usual.0.get();
        match self {
            Self::Subjects => subjects,
            Self::OffHours => subjects.div_ceil(5),
            Self::Day => subjects.saturating_mul(5),
            Self::Looks => subjects.saturating_mul(10),
        }
    }
}

impl Usual {
    /// What a ledger begins with: a clerk who opens a file every twenty seconds all hour long.
    pub const DEFAULT: Self = match Self::new(180) {
        Some(usual) => usual,
        None => Self(NonZeroU64::MIN),
    };

    /// How many in an hour.
    #[must_use]
    pub const fn subjects_per_hour(self) -> u64 {
        self.0.get()
    }

    /// So many in an hour; `None` for none.
    #[must_use]
    pub const fn new(subjects_per_hour: u64) -> Option<Self> {
        match NonZeroU64::new(subjects_per_hour) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

impl Unusual {
    /// How many seconds lie between the answers to its reader: one for what exceeds the usual number once, two for what exceeds
    /// it twice, and so on.
    #[must_use]
    pub const fn pace_seconds(&self) -> u64 {
        self.found.saturating_sub(self.usual).div_ceil(self.usual)
    }
}

impl Habits {
    /// Nobody has looked at anything.
    #[must_use]
    pub const fn new(usual: Usual) -> Self {
        Self { usual, readers: BTreeMap::new() }
    }

    /// Whether looks at this are habits: at a subject, or a list.
    #[must_use]
    pub fn are_of(about: &SubjectId) -> bool {
        Scheme::of(about).is_some() || matches!(about, SubjectId::Catalogue(_))
    }

    /// Takes in a look, in the order in which they are written down, and says in what it is more than is usual. What is about no
    /// subject and no list (counts, openings, pseudonyms) is no habit: that has bounds of its own.
    pub fn take_in(
        &mut self,
        reader: &AuthorityId,
        at: RecordedTime,
        about: &SubjectId,
        days: &WorkingDays,
    ) -> Vec<Unusual> {
        if !Self::are_of(about) {
            return Vec::new();
        }
        let is_of_one = Scheme::of(about).is_some();
        let Ok(at) = ValidTime::at_recorded(at) else { return Vec::new() };
        let subject = is_of_one.then_some(about);
        if !self.readers.contains_key(reader) {
            self.readers.insert(reader.clone(), Seen::default());
        }
        let Some(seen) = self.readers.get_mut(reader) else { return Vec::new() };
        let hour = seen.hour.take_in(at.start_of_hour(), subject);
        let day = seen.day.take_in(at.date().start_of_day(), subject);
        let of_hour = if is_worked(hour, days) { Habit::Subjects } else { Habit::OffHours };
        let counts = [
            (of_hour, hour, as_u64(seen.hour.subjects.len())),
            (Habit::Day, day, as_u64(seen.day.subjects.len())),
            (Habit::Looks, hour, seen.hour.looks),
        ];
        let counted = counts.into_iter().map(|(habit, from, found)| {
            let usual = habit.bound(self.usual);
            Unusual { habit, from, found, usual }
        });
        counted.filter(|one| one.found > one.usual).collect()
    }
}

impl Span {
    /// Takes in a look of the span that begins `from`, or of the one before: looks of one moment are written down in any order.
    /// Says which span it is.
    fn take_in(&mut self, from: ValidTime, subject: Option<&SubjectId>) -> ValidTime {
        let now = self.from.map_or(from, |known| known.max(from));
        if self.from != Some(now) {
            *self = Self { from: Some(now), ..Self::default() };
        }
        self.looks += 1;
        if let Some(subject) = subject.filter(|subject| !self.subjects.contains(subject)) {
            self.subjects.insert(subject.clone());
        }
        now
    }
}

/// Whether people work in the hour that begins here.
fn is_worked(hour: ValidTime, days: &WorkingDays) -> bool {
    WORKING_HOURS.contains(&hour.hour()) && days.is_working(hour.date())
}

#[cfg(test)]
mod tests {
    // Helpers of tests are not marked as tests themselves.
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::time::Date;

    const USUAL: Usual = Usual::new(10).unwrap();

    fn at(text: &str) -> RecordedTime {
        RecordedTime::from_micros(ValidTime::parse(text).unwrap().micros().unsigned_abs())
    }

    fn subject(number: u32) -> SubjectId {
        SubjectId::parse(&format!("ext:register:{number}")).unwrap()
    }

    /// What is said of the last of so many looks at different subjects.
    fn after(
        habits: &mut Habits,
        reader: &str,
        time: &str,
        subjects: std::ops::Range<u32>,
    ) -> Vec<(Habit, u64, u64)> {
        let (reader, days) = (AuthorityId::parse(reader).unwrap(), WorkingDays::default());
        let mut last = Vec::new();
        for number in subjects {
            last = habits.take_in(&reader, at(time), &subject(number), &days);
        }
        last.iter().map(|one| (one.habit, one.found, one.usual)).collect()
    }

    #[test]
    fn different_subjects_of_an_hour_are_counted_by_reader() {
        let mut habits = Habits::new(USUAL);
        // A Wednesday.
        assert_eq!(after(&mut habits, "tax", "2026-09-02T10:59:59+08:00", 0..10), []);
        assert_eq!(
            after(&mut habits, "tax", "2026-09-02T10:59:59+08:00", 3..7),
            [],
            "the same are no others"
        );
        assert_eq!(after(&mut habits, "court", "2026-09-02T10:59:59+08:00", 10..11), []);
        assert_eq!(
            after(&mut habits, "tax", "2026-09-02T10:59:59+08:00", 10..11),
            [(Habit::Subjects, 11, 10)]
        );
        assert_eq!(after(&mut habits, "tax", "2026-09-02T11:00:00+08:00", 11..21), [], "the next hour");
    }

    #[test]
    fn off_hours_are_a_fifth() {
        for time in ["2026-09-02T07:59:59+08:00", "2026-09-02T20:00:00+08:00", "2026-09-05T12:00:00+08:00"] {
            let mut habits = Habits::new(USUAL);
            assert_eq!(after(&mut habits, "tax", time, 0..2), []);
            assert_eq!(after(&mut habits, "tax", time, 2..3), [(Habit::OffHours, 3, 2)], "{time}");
        }
        let mut habits = Habits::new(USUAL);
        let days =
            WorkingDays { holidays: [Date::parse("2026-09-02").unwrap()].into(), ..WorkingDays::default() };
        let reader = AuthorityId::parse("tax").unwrap();
        let noon = at("2026-09-02T12:00:00+08:00");
        let told = (0..3).map(|number| habits.take_in(&reader, noon, &subject(number), &days).len());
        assert_eq!(told.collect::<Vec<_>>(), [0, 0, 1], "a holiday");
    }

    #[test]
    fn what_stays_below_the_hour_s_number_is_found_by_the_day_s() {
        let mut habits = Habits::new(USUAL);
        for hour in 0..5 {
            let (time, first) = (format!("2026-09-02T{:02}:00:00+08:00", 9 + hour), 10 * hour);
            assert_eq!(after(&mut habits, "tax", &time, first..first + 10), []);
        }
        assert_eq!(after(&mut habits, "tax", "2026-09-02T15:00:00+08:00", 50..51), [(Habit::Day, 51, 50)]);
        assert_eq!(after(&mut habits, "tax", "2026-09-03T09:00:00+08:00", 0..10), [], "the next day");
    }

    #[test]
    fn looks_at_lists_are_counted_and_what_is_about_nobody_is_not() {
        let mut habits = Habits::new(USUAL);
        let (reader, days) = (AuthorityId::parse("tax").unwrap(), WorkingDays::default());
        let (time, list) =
            (at("2026-09-02T10:00:00+08:00"), SubjectId::parse("catalogue:list.tax.serious").unwrap());
        for _ in 0..100 {
            assert_eq!(habits.take_in(&reader, time, &list, &days), []);
            assert_eq!(habits.take_in(&reader, time, &SubjectId::Ledger, &days), []);
        }
        let [one] = habits.take_in(&reader, time, &list, &days)[..] else { panic!("one is expected") };
        assert_eq!((one.habit, one.found, one.usual, one.pace_seconds()), (Habit::Looks, 101, 100, 1));
    }

    #[test]
    fn the_pace_grows_with_what_exceeds_the_usual_number() {
        let pace =
            |found| Unusual { habit: Habit::Subjects, from: ValidTime::MIN, found, usual: 10 }.pace_seconds();
        assert_eq!([10, 11, 20, 21, 1_000].map(pace), [0, 1, 1, 2, 99]);
    }

    #[test]
    fn an_hour_that_is_over_does_not_begin_again() {
        let mut habits = Habits::new(USUAL);
        assert_eq!(after(&mut habits, "tax", "2026-09-02T11:00:00+08:00", 0..10), []);
        assert_eq!(
            after(&mut habits, "tax", "2026-09-02T10:59:59.999+08:00", 10..11),
            [(Habit::Subjects, 11, 10)]
        );
    }
}
