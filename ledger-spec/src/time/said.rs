//! Instants as people write them.

use super::{CIVIL_OFFSET, Date, MICROS_PER_DAY, ValidTime};
use crate::wording::Language;

impl ValidTime {
    /// The instant as letters write it, to the second, in civil time of UTC+08:00.
    #[must_use]
    pub fn said(self, language: Language) -> String {
        let Date { year, month, day } = self.date();
        let second = (self.0 + CIVIL_OFFSET).rem_euclid(MICROS_PER_DAY) / 1_000_000;
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        match language {
            Language::Zh => {
                format!("{year}年{month}月{day}日{hour:02}:{minute:02}:{second:02}（UTC+08:00）")
            }
            Language::En => {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} (UTC+08:00)")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_told_in_civil_time_to_the_second() {
        let at = ValidTime::parse("2026-11-01T23:59:59.999999+08:00").unwrap();
        assert_eq!(at.said(Language::Zh), "2026年11月1日23:59:59（UTC+08:00）");
        assert_eq!(at.said(Language::En), "2026-11-01 23:59:59 (UTC+08:00)");
        let before_1970 = ValidTime::parse("1900-01-01T00:00:00+08:00").unwrap();
        assert_eq!(before_1970.said(Language::Zh), "1900年1月1日00:00:00（UTC+08:00）");
    }
}
