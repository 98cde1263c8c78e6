//! Legal instruments, periods of procedure, and working days.

use super::Common;
use super::article::is_number;
use super::reading::{period, small, token};
use super::words::{Confidence, Level, Name, Pattern};
use crate::id::BasisCode;
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::time::{Date, Period, WorkingDays};
use crate::wording::say;

/// A legal instrument. It is in force from the valid time of its registration until its repeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Its full title.
    pub title: Name,
    /// Its official number.
    pub number: Option<String>,
    /// Its level.
    pub level: Level,
    /// The codes of the catalogue whose subject matter it carries: what rests on none of its own is recorded on a basis for
    /// this alone.
    pub covers: Vec<Pattern>,
    /// The codes of the catalogue of which it keeps something from the public.
    pub narrows: Vec<Pattern>,
    /// Its articles by which it does so, in digits: another may command that it be published.
    pub narrows_by: Vec<String>,
    /// Whether it does so of what organs of administration hold alone: of a court's it keeps nothing from anybody.
    pub administration: bool,
    /// How sure the catalogue is.
    pub confidence: Confidence,
    /// The section of the plan that names it.
    pub plan: Option<String>,
    /// Doubts and remarks.
    pub note: Option<String>,
}

/// Periods that the rules ask for by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Title, basis, confidence.
    pub common: Common,
    /// The periods.
    pub periods: Vec<NamedPeriod>,
}

/// One period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPeriod {
    /// The name that rules ask for.
    pub name: String,
    /// How long.
    pub period: Period,
    /// Where it comes from.
    pub instrument: BasisCode,
    /// Its article.
    pub article: Option<String>,
    /// How sure the catalogue is that it holds here.
    pub confidence: Confidence,
    /// Doubts and remarks.
    pub note: Option<String>,
}

/// The working days of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Title, basis, confidence.
    pub common: Common,
    /// The year.
    pub year: u16,
    /// Where it departs from the week.
    pub days: WorkingDays,
}

impl Instrument {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let narrows = fields.parsed_array("narrows", (0, 64), Pattern::parse)?;
        let by = usize::from(!narrows.is_empty());
        Ok(Self {
            title: Name::parse(fields, "title")?,
            number: fields.optional_text("number", 100)?,
            level: fields.parsed("level", Level::parse_word)?,
            covers: fields.parsed_array("covers", (0, 64), Pattern::parse)?,
            narrows,
            narrows_by: fields.parsed_array("narrows_by", (by, 64), article)?,
            administration: fields.flag("administration")?,
            confidence: fields.parsed("confidence", Confidence::parse_word)?,
            plan: fields.optional_text("plan", 100)?,
            note: fields.optional_text("note", 1000)?,
        })
    }
}

/// The number of an article, in digits.
fn article(text: &str) -> Result<String, FieldFault> {
    if is_number(text) {
        return Ok(text.to_owned());
    }
    Err(FieldFault::Value { found: shorten(text), expected: say!("the number of an article, in digits") })
}

impl Procedure {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let common = Common::parse(fields)?;
        let mut periods: Vec<NamedPeriod> = Vec::new();
        for (path, item) in fields.array("periods", 0, 64)? {
            let mut one = Fields::of(&path, item)?;
            let named = NamedPeriod {
                name: one.parsed("name", token)?,
                period: period(&mut one)?,
                instrument: one.parsed("instrument", BasisCode::parse)?,
                article: one.optional_text("article", 100)?,
                confidence: one.parsed("confidence", Confidence::parse_word)?,
                note: one.optional_text("note", 1000)?,
            };
            if periods.iter().any(|known| known.name == named.name) {
                let expected = say!("a name once");
                return Err(one.error("name", FieldFault::Value { found: named.name, expected }));
            }
            one.finish()?;
            periods.push(named);
        }
        Ok(Self { common, periods })
    }
}

impl Calendar {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let common = Common::parse(fields)?;
        let year = small(fields.number("year", 1900, 2199)?);
        let holidays = days(fields, "holidays", year, false)?;
        let workdays = days(fields, "workdays", year, true)?;
        Ok(Self {
            common,
            year,
            days: WorkingDays {
                holidays: holidays.into_iter().collect(),
                workdays: workdays.into_iter().collect(),
            },
        })
    }
}

/// Days of the year that depart from the week: weekend days that are worked, or weekdays that are not.
fn days(fields: &mut Fields, name: &str, year: u16, weekend: bool) -> Result<Vec<Date>, FieldError> {
    let days = fields.parsed_array(name, (0, 100), Date::parse)?;
    match days.iter().find(|day| day.year() != year || day.is_weekend() != weekend) {
        None => Ok(days),
        Some(wrong) => {
            let expected = if weekend {
                say!("a Saturday or Sunday of {}", year)
            } else {
                say!("a weekday of {}", year)
            };
            let fault = FieldFault::Value { found: wrong.to_string(), expected };
            Err(fields.error(name, fault))
        }
    }
}
