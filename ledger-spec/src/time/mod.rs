//! The two times of a fact: when it holds in the world, and when the ledger committed it.
//!
//! Instants are microseconds since 1970-01-01T00:00:00Z; their text is RFC 3339. Days are civil days of China Standard
//! Time, UTC+08:00 without daylight saving. Nothing here reads a clock.

mod civil;
mod hour;
mod period;
mod said;

pub use period::{Period, Unit, WorkingDays};

use crate::compact;
use crate::wording::{self, Words, say};
use core::fmt;
use tlog::defect::OrDefect as _;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// China Standard Time is ahead of UTC by this much, all year.
const CIVIL_OFFSET: i64 = 8 * 3_600 * MICROS_PER_SECOND;
const YEARS: (i64, i64) = (1900, 2199);

/// When the ledger committed an entry: microseconds since 1970-01-01T00:00:00Z, never decreasing along the log.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, bincode::Encode, bincode::Decode,
)]
pub struct RecordedTime(u64);

/// When a fact holds in the world: microseconds since 1970, in the years 1900 to 2199 of UTC+08:00. Its text parses back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValidTime(i64);

/// A day of the Gregorian calendar, 1900-01-01 to 2199-12-31, in the ledger's civil time UTC+08:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Why a text or a number is not a time of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", self.words())]
pub enum TimeError {
    /// The text has another form at this byte, or ends there.
    Form {
        /// Offset in bytes from the start of the text.
        position: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A part is out of its range; for a day, out of its month.
    Range {
        /// `year`, `month`, `day`, `hour`, `minute`, `second`, `offset hour`, `offset minute`.
        part: &'static str,
        /// The number found.
        found: i64,
        /// Least possible.
        min: i64,
        /// Greatest possible.
        max: i64,
    },
    /// The instant lies outside of what the type holds.
    Instant {
        /// Microseconds since the epoch.
        found: i128,
        /// Least possible.
        min: i64,
        /// Greatest possible.
        max: i64,
    },
}

impl TimeError {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Form { position, expected } => {
                say!("{} expected at byte {}", wording::of_text(expected), position)
            }
            Self::Range { part, found, min, max } => {
                say!("{} {} where {} to {} is possible", wording::of_text(part), found, min, max)
            }
            Self::Instant { found, min, max } => {
                say!("{} us since the epoch where {} to {} is possible", found, min, max)
            }
        }
    }
}

impl RecordedTime {
    /// A recorded time from microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Reads an instant as [`ValidTime::parse`] does; one before 1970 is refused.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let instant = ValidTime::parse(text)?.0;
        u64::try_from(instant).map(Self).map_err(|_| TimeError::Instant {
            found: i128::from(instant),
            min: 0,
            max: ValidTime::MAX.0,
        })
    }

    /// The instant in RFC 3339 at +08:00, microseconds only where they are not zero. Defined for
    /// every value: a year above 9999 is printed in full, and is then no RFC 3339.
    #[must_use]
    pub fn to_text(self) -> String {
        let offset = CIVIL_OFFSET.unsigned_abs();
        let day_length = MICROS_PER_DAY.unsigned_abs();
        let (day, rest) = (self.0 / day_length, self.0 % day_length + offset);
        let day =
            i64::try_from(day + rest / day_length).or_defect("microseconds make fewer days than there are");
        let rest = i64::try_from(rest % day_length).or_defect("a rest is shorter than a day");
        format_civil(day, rest)
    }
}

compact::checked!(ValidTime as i64: |time: &Self| time.0, Self::from_micros);
compact::checked!(Date as (u16, u8, u8): |day: &Self| (day.year, day.month, day.day), |(year, month, day)| Self::new(year, month, day));

impl fmt::Display for RecordedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ValidTime {
    /// 1900-01-01T00:00:00+08:00.
    pub const MIN: Self = Self(-25_567 * MICROS_PER_DAY - CIVIL_OFFSET);
    /// 2199-12-31T23:59:59.999999+08:00.
    pub const MAX: Self = Self(84_006 * MICROS_PER_DAY - CIVIL_OFFSET - 1);

    /// An instant from microseconds since the epoch, within [`ValidTime::MIN`] to [`ValidTime::MAX`].
    pub fn from_micros(micros: i64) -> Result<Self, TimeError> {
        if (Self::MIN.0..=Self::MAX.0).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(Self::out_of_range(i128::from(micros)))
        }
    }

    /// Reads an instant, or a day, which means its end: all that took effect on the day counts.
    pub fn parse_or_end_of_day(text: &str) -> Result<Self, TimeError> {
        // A day is ten characters; the longer error is the more telling one for all else.
        match text.len() {
            0..=10 => Date::parse(text).map(Date::end_of_day),
            _ => Self::parse(text),
        }
    }

    /// Reads RFC 3339 strictly: capital `T`, whole seconds or 1 to 6 digits of fraction, an offset of
    /// `Z` or ±hh:mm (not `-00:00`, which says "unknown"), no leap second, a date that exists.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let mut reader = Reader::new(text);
        let date = reader.date()?;
        reader.literal(b'T', "`T`")?;
        let hour = reader.number(2, "hour", (0, 23))?;
        reader.literal(b':', "`:`")?;
        let minute = reader.number(2, "minute", (0, 59))?;
        reader.literal(b':', "`:`")?;
        let second = reader.number(2, "second", (0, 59))?;
        let fraction = reader.fraction()?;
        let offset = reader.offset()?;
        reader.end()?;
        let seconds = (hour * 60 + minute) * 60 + second - offset;
        Self::from_micros(date.unix_day() * MICROS_PER_DAY + seconds * MICROS_PER_SECOND + fraction)
    }

    /// The instant at which the ledger committed an entry, to be compared with valid times.
    pub fn at_recorded(time: RecordedTime) -> Result<Self, TimeError> {
        i64::try_from(time.0).map_err(|_| Self::out_of_range(i128::from(time.0))).and_then(Self::from_micros)
    }

    /// Microseconds since the epoch; negative before 1970.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The civil day (UTC+08:00) in which the instant falls.
    #[must_use]
    pub fn date(self) -> Date {
        let day = (self.0 + CIVIL_OFFSET).div_euclid(MICROS_PER_DAY);
        let (year, month, day) = civil::date_of(day + civil::EPOCH);
        let year = u16::try_from(year).or_defect("a valid time lies in the years 1900 to 2199");
        Date { year, month, day }
    }

    fn out_of_range(found: i128) -> TimeError {
        TimeError::Instant { found, min: Self::MIN.0, max: Self::MAX.0 }
    }
}

/// RFC 3339 at +08:00, microseconds only where they are not zero.
impl fmt::Display for ValidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.0 + CIVIL_OFFSET;
        f.write_str(&format_civil(civil.div_euclid(MICROS_PER_DAY), civil.rem_euclid(MICROS_PER_DAY)))
    }
}

impl Date {
    /// A date that exists, of the years 1900 to 2199.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, TimeError> {
        in_range("year", i64::from(year), YEARS)?;
        in_range("month", i64::from(month), (1, 12))?;
        let last = civil::days_in_month(i64::from(year), month);
        in_range("day", i64::from(day), (1, i64::from(last)))?;
        Ok(Self { year, month, day })
    }

    /// Reads `YYYY-MM-DD`, nothing before or after it.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let mut reader = Reader::new(text);
        let date = reader.date()?;
        reader.end()?;
        Ok(date)
    }

    /// The year, 1900 to 2199.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The day's first instant, 00:00:00+08:00.
    #[must_use]
    pub fn start_of_day(self) -> ValidTime {
        ValidTime(self.unix_day() * MICROS_PER_DAY - CIVIL_OFFSET)
    }

    /// The day's last instant, 23:59:59.999999+08:00: the next microsecond is the next day.
    #[must_use]
    pub fn end_of_day(self) -> ValidTime {
        ValidTime(self.start_of_day().0 + MICROS_PER_DAY - 1)
    }

    fn unix_day(self) -> i64 {
        civil::day_number(i64::from(self.year), self.month, self.day) - civil::EPOCH
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn format_civil(unix_day: i64, micros_of_day: i64) -> String {
    let (year, month, day) = civil::date_of(unix_day + civil::EPOCH);
    let (second_of_day, micros) = (micros_of_day / MICROS_PER_SECOND, micros_of_day % MICROS_PER_SECOND);
    let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
    // Digit by digit: answers about a whole list hold hundreds of thousands of instants.
    let mut text = String::with_capacity(32);
    if year > 9_999 {
        text.push_str(&year.to_string());
    } else {
        digits(&mut text, year, 1_000);
    }
    for (mark, number) in [('-', month.into()), ('-', day.into()), ('T', hour), (':', minute), (':', second)]
    {
        text.push(mark);
        digits(&mut text, number, 10);
    }
    if micros != 0 {
        text.push('.');
        digits(&mut text, micros, 100_000);
    }
    text + "+08:00"
}

/// Adds the decimal digits of a number that is not negative, from the place of `highest` on.
fn digits(text: &mut String, number: i64, mut highest: i64) {
    while highest > 0 {
        let digit = number / highest % 10;
        text.push(char::from(b'0' + u8::try_from(digit).or_defect("a date has no negative number")));
        highest /= 10;
    }
}

fn in_range(part: &'static str, found: i64, (min, max): (i64, i64)) -> Result<(), TimeError> {
    if (min..=max).contains(&found) { Ok(()) } else { Err(TimeError::Range { part, found, min, max }) }
}

/// Reads a text from left to right and never looks back.
struct Reader<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), position: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn wrong<T>(&self, expected: &'static str) -> Result<T, TimeError> {
        Err(TimeError::Form { position: self.position, expected })
    }

    fn literal(&mut self, byte: u8, expected: &'static str) -> Result<(), TimeError> {
        if self.peek() != Some(byte) {
            return self.wrong(expected);
        }
        self.position += 1;
        Ok(())
    }

    fn digit(&mut self) -> Result<i64, TimeError> {
        match self.peek() {
            Some(byte @ b'0'..=b'9') => {
                self.position += 1;
                Ok(i64::from(byte - b'0'))
            }
            _ => self.wrong("a digit"),
        }
    }

    fn number(&mut self, digits: u8, part: &'static str, range: (i64, i64)) -> Result<i64, TimeError> {
        let mut number = 0;
        for _ in 0..digits {
            number = number * 10 + self.digit()?;
        }
        in_range(part, number, range)?;
        Ok(number)
    }

    fn date(&mut self) -> Result<Date, TimeError> {
        let small = |number: i64| u8::try_from(number).or_defect("two digits were read");
        let year = self.number(4, "year", YEARS)?;
        self.literal(b'-', "`-`")?;
        let month = self.number(2, "month", (1, 12))?;
        self.literal(b'-', "`-`")?;
        let day = self.number(2, "day", (1, 31))?;
        let year = u16::try_from(year).or_defect("four digits were read");
        Date::new(year, small(month), small(day))
    }

    /// The optional fraction of a second, in microseconds.
    fn fraction(&mut self) -> Result<i64, TimeError> {
        if self.peek() != Some(b'.') {
            return Ok(0);
        }
        self.position += 1;
        let (mut micros, mut unit) = (self.digit()? * 100_000, 10_000);
        while unit > 0 && self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            micros += self.digit()? * unit;
            unit /= 10;
        }
        Ok(micros)
    }

    /// The offset from UTC, in seconds.
    fn offset(&mut self) -> Result<i64, TimeError> {
        let start = self.position;
        let sign = match self.peek() {
            Some(b'Z') => {
                self.position += 1;
                return Ok(0);
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return self.wrong("an offset, `Z` or ±hh:mm,"),
        };
        self.position += 1;
        let hours = self.number(2, "offset hour", (0, 23))?;
        self.literal(b':', "`:`")?;
        let minutes = self.number(2, "offset minute", (0, 59))?;
        if sign < 0 && hours == 0 && minutes == 0 {
            return Err(TimeError::Form { position: start, expected: "a known offset" });
        }
        Ok(sign * (hours * 60 + minutes) * 60)
    }

    fn end(&self) -> Result<(), TimeError> {
        if self.position == self.text.len() { Ok(()) } else { self.wrong("the end of the text") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T08:00:00+08:00", 0),
            ("2026-11-01T00:00:00+08:00", 1_793_462_400_000_000),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("1970-01-01T00:00:00.5Z", 500_000),
            ("2000-02-29T12:30:00-05:30", 951_847_200_000_000),
            ("1900-01-01T00:00:00+08:00", ValidTime::MIN.micros()),
            ("2199-12-31T23:59:59.999999+08:00", ValidTime::MAX.micros()),
        ] {
            assert_eq!(ValidTime::parse(text).map(ValidTime::micros), Ok(micros), "{text}");
        }
    }

    #[test]
    fn prints_civil_time_and_microseconds_only_where_there_are_any() {
        let at = |micros| ValidTime::from_micros(micros).unwrap().to_string();
        assert_eq!(at(0), "1970-01-01T08:00:00+08:00");
        assert_eq!(at(-1), "1970-01-01T07:59:59.999999+08:00");
        assert_eq!(ValidTime::MIN.to_string(), "1900-01-01T00:00:00+08:00");
        assert_eq!(RecordedTime::from_micros(1_500_000).to_text(), "1970-01-01T08:00:01.500000+08:00");
        assert_eq!(RecordedTime::parse("1970-01-01T08:00:01.5+08:00"), Ok(RecordedTime(1_500_000)));
        assert!(RecordedTime::from_micros(u64::MAX).to_text().starts_with("586524-"));
    }

    #[test]
    fn refuses_other_forms_and_says_where() {
        let form = |position, expected| Err(TimeError::Form { position, expected });
        for (text, expected) in [
            ("", form(0, "a digit")),
            ("2026-11-01", form(10, "`T`")),
            ("2026-11-01 00:00:00Z", form(10, "`T`")),
            ("2026-11-01t00:00:00Z", form(10, "`T`")),
            ("2026-11-01T00:00:00", form(19, "an offset, `Z` or ±hh:mm,")),
            ("2026-11-01T00:00:00z", form(19, "an offset, `Z` or ±hh:mm,")),
            ("2026-11-01T00:00Z", form(16, "`:`")),
            ("2026-11-01T00:00:00.Z", form(20, "a digit")),
            ("2026-11-01T00:00:00.1234567Z", form(26, "an offset, `Z` or ±hh:mm,")),
            ("2026-11-01T00:00:00-00:00", form(19, "a known offset")),
            ("2026-11-01T00:00:00+0800", form(22, "`:`")),
            ("2026-11-01T00:00:00Z ", form(20, "the end of the text")),
            ("+2026-11-01T00:00:00Z", form(0, "a digit")),
            ("２026-11-01T00:00:00Z", form(0, "a digit")),
        ] {
            assert_eq!(ValidTime::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_no_calendar_has() {
        let range = |part, found, min, max| Err(TimeError::Range { part, found, min, max });
        for (text, expected) in [
            ("1899-12-31T23:00:00Z", range("year", 1899, 1900, 2199)),
            ("2200-01-01T00:00:00Z", range("year", 2200, 1900, 2199)),
            ("2026-00-01T00:00:00Z", range("month", 0, 1, 12)),
            ("2026-13-01T00:00:00Z", range("month", 13, 1, 12)),
            ("2026-02-29T00:00:00Z", range("day", 29, 1, 28)),
            ("1900-02-29T00:00:00Z", range("day", 29, 1, 28)),
            ("2026-04-31T00:00:00Z", range("day", 31, 1, 30)),
            ("2026-11-01T24:00:00Z", range("hour", 24, 0, 23)),
            ("2026-11-01T00:60:00Z", range("minute", 60, 0, 59)),
            ("2016-12-31T23:59:60Z", range("second", 60, 0, 59)),
            ("2026-11-01T00:00:00+24:00", range("offset hour", 24, 0, 23)),
            ("2026-11-01T00:00:00+08:60", range("offset minute", 60, 0, 59)),
        ] {
            assert_eq!(ValidTime::parse(text), expected, "{text}");
        }
        // The written year is in range, the instant is not.
        assert!(matches!(ValidTime::parse("2199-12-31T23:00:00Z"), Err(TimeError::Instant { .. })));
        assert!(matches!(ValidTime::parse("1900-01-01T00:00:00+09:00"), Err(TimeError::Instant { .. })));
        assert!(matches!(RecordedTime::parse("1969-12-31T23:59:59Z"), Err(TimeError::Instant { .. })));
        assert!(ValidTime::at_recorded(RecordedTime::from_micros(u64::MAX)).is_err());
    }

    #[test]
    fn a_day_is_civil_time() {
        let date = Date::parse("2017-06-30").unwrap();
        assert_eq!(date.start_of_day().to_string(), "2017-06-30T00:00:00+08:00");
        assert_eq!(date.end_of_day().to_string(), "2017-06-30T23:59:59.999999+08:00");
        assert_eq!(ValidTime::parse("2017-06-29T16:00:00Z").unwrap().date(), date);
        assert_eq!(date.to_string(), "2017-06-30");
        assert_eq!(Date::new(2199, 12, 31).unwrap().end_of_day(), ValidTime::MAX);
        assert_eq!(Date::new(1900, 1, 1).unwrap().start_of_day(), ValidTime::MIN);
        assert!(Date::parse("2017-6-30").is_err());
        assert!(Date::parse("2017-06-30T").is_err());
    }
}
