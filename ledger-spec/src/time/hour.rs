//! Hours of the civil day.

use super::{CIVIL_OFFSET, MICROS_PER_DAY, MICROS_PER_SECOND, ValidTime};

const MICROS_PER_HOUR: i64 = 3_600 * MICROS_PER_SECOND;

impl ValidTime {
    /// The hour of the civil day (UTC+08:00) in which the instant falls, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> i64 {
        (self.0 + CIVIL_OFFSET).rem_euclid(MICROS_PER_DAY) / MICROS_PER_HOUR
    }

    /// When that hour began.
    #[must_use]
    pub const fn start_of_hour(self) -> Self {
        Self(self.0 - (self.0 + CIVIL_OFFSET).rem_euclid(MICROS_PER_HOUR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_of_the_civil_day() {
        for (text, hour, start) in [
            ("2026-09-02T00:00:00+08:00", 0, "2026-09-02T00:00:00+08:00"),
            ("2026-09-01T23:59:59.999999Z", 7, "2026-09-02T07:00:00+08:00"),
            ("1969-12-31T15:59:59Z", 23, "1969-12-31T23:00:00+08:00"),
        ] {
            let at = ValidTime::parse(text).map(|at| (at.hour(), at.start_of_hour()));
            assert_eq!(at, ValidTime::parse(start).map(|start| (hour, start)), "{text}");
        }
        assert_eq!(ValidTime::MIN.start_of_hour(), ValidTime::MIN);
    }
}
