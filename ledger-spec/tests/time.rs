//! Instants and dates against the crate `jiff`.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used, clippy::panic)]

use jiff::civil;
use jiff::tz::{self, TimeZone};
use ledger_spec::time::{Date, RecordedTime, ValidTime};
use proptest::prelude::*;

fn theirs(micros: i64) -> jiff::Zoned {
    jiff::Timestamp::from_microsecond(micros).unwrap().to_zoned(TimeZone::fixed(tz::offset(8)))
}

proptest! {
    #[test]
    fn prints_what_jiff_prints(micros in ValidTime::MIN.micros()..=ValidTime::MAX.micros()) {
        let ours = ValidTime::from_micros(micros).unwrap();
        let zoned = theirs(micros);
        let form = if micros % 1_000_000 == 0 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S.%6f%:z" };
        prop_assert_eq!(ours.to_string(), zoned.strftime(form).to_string());
        prop_assert_eq!(ours.date().to_string(), zoned.date().to_string());
        prop_assert_eq!(ValidTime::parse(&ours.to_string()), Ok(ours));
        if let Ok(micros) = u64::try_from(micros) {
            let recorded = RecordedTime::from_micros(micros);
            prop_assert_eq!(recorded.to_text(), ours.to_string());
            prop_assert_eq!(RecordedTime::parse(&recorded.to_text()), Ok(recorded));
            prop_assert_eq!(ValidTime::at_recorded(recorded), Ok(ours));
        }
    }

    #[test]
    fn reads_what_jiff_reads(
        (year, month, day) in (1900i16..=2199, 0u8..=13, 0u8..=32),
        (hour, minute, second) in (0u8..=24, 0u8..=60, 0u8..=59),
        fraction in "(\\.[0-9]{1,6})?",
        offset in "Z|[+-](0[1-9]|1[0-4]):[0-5][0-9]",
    ) {
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}");
        let jiff = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond);
        let within = jiff.filter(|m| (ValidTime::MIN.micros()..=ValidTime::MAX.micros()).contains(m));
        prop_assert_eq!(ValidTime::parse(&text).ok().map(ValidTime::micros), within, "{}", text);
    }

    #[test]
    fn knows_the_dates_that_jiff_knows(year in 1900u16..=2199, month in 0u8..=13, day in 0u8..=32) {
        let theirs = civil::Date::new(
            i16::try_from(year).unwrap(), i8::try_from(month).unwrap(), i8::try_from(day).unwrap());
        let ours = Date::new(year, month, day);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok());
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            let start = theirs.to_zoned(TimeZone::fixed(tz::offset(8))).unwrap();
            prop_assert_eq!(ours.start_of_day().micros(), start.timestamp().as_microsecond());
            prop_assert_eq!(Date::parse(&ours.to_string()), Ok(ours));
        }
    }
}
