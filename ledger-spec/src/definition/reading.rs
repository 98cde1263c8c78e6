//! What several sorts of definitions read alike.

use super::kind_word;
use super::words::{Scheme, Status};
use crate::id::SubjectKind;
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::time::{Period, Unit};
use crate::wording::{Words, say};
use tlog::defect::OrDefect as _;

/// Schemes of subjects that something is for.
pub(super) fn subjects(fields: &mut Fields) -> Result<Vec<Scheme>, FieldError> {
    fields.parsed_array("subjects", (1, 5), Scheme::parse_word)
}

/// Kinds of subjects that something is for; any where none is named.
pub(super) fn kinds(fields: &mut Fields) -> Result<Vec<SubjectKind>, FieldError> {
    fields.parsed_array("kinds", (0, 9), kind_word)
}

/// Whether something may rest on the definition; it may where nothing is said.
pub(super) fn status(fields: &mut Fields) -> Result<Status, FieldError> {
    Ok(fields.optional_parsed("status", Status::parse_word)?.unwrap_or_default())
}

/// A number of months, where one is named: what lasts no month would never be in force.
pub(super) fn months(fields: &mut Fields, name: &str) -> Result<Option<u16>, FieldError> {
    Ok(fields.optional_number(name, 1, 1200)?.map(small))
}

/// The months that have to pass before an early end; 0 where none have to, whatever the tier says.
pub(super) fn early_months(fields: &mut Fields) -> Result<Option<u16>, FieldError> {
    let number = fields.optional_number("early_months", 0, 1200)?;
    Ok(number.map(small))
}

/// A number whose greatest was named when it was read.
pub(super) fn small(number: u64) -> u16 {
    u16::try_from(number).or_defect("it was read with a most that fits")
}

/// The least and the most of something, of which neither, one or both are named.
pub(super) fn bounds(
    fields: &mut Fields,
    (least, most): (&str, &str),
    read: impl Fn(&mut Fields, &str) -> Result<Option<u16>, FieldError>,
) -> Result<(Option<u16>, Option<u16>), FieldError> {
    let (min, max) = (read(fields, least)?, read(fields, most)?);
    match (min, max) {
        (Some(min), Some(max)) if min > max => {
            let expected = say!("at most {}, which is {}", Words::data(most), Words::data(max));
            Err(fields.error(least, FieldFault::Value { found: min.to_string(), expected }))
        }
        found => Ok(found),
    }
}

/// `{ number, unit }`, where it is named.
pub(super) fn optional_period(fields: &mut Fields, name: &str) -> Result<Option<Period>, FieldError> {
    let Some(mut inner) = fields.optional_object(name)? else { return Ok(None) };
    let period = period(&mut inner)?;
    inner.finish()?;
    Ok(Some(period))
}

/// `number` and `unit` of the same object.
pub(super) fn period(fields: &mut Fields) -> Result<Period, FieldError> {
    let number = fields.number("number", 0, 10_000)?;
    Ok(Period { number: small(number), unit: fields.parsed("unit", Unit::parse_word)? })
}

/// A name of a field, a rule, a grade or a period: what programs refer to.
pub(super) fn token(text: &str) -> Result<String, FieldFault> {
    let fits = !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'+'));
    if fits {
        return Ok(text.to_owned());
    }
    let expected = say!("1 to 64 letters, digits, `-`, `_`, `.`, `:` or `+`");
    Err(FieldFault::Value { found: shorten(text), expected })
}
