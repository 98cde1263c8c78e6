//! Query parameters and path segments, read strictly: nothing unknown, nothing twice.

use super::problem::{Problem, ProblemKind};
use crate::query::{Known, KnownError};
use crate::words::say;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use core::num::NonZeroUsize;
use ledger_spec::projection::Page;
use ledger_spec::time::ValidTime;
use ledger_spec::wording::{Joint, Words};
use percent_encoding::percent_decode_str;
use tlog::defect::as_usize;
use tlog::position::{EntryIndex, TreeSize};

/// Most parameters that are looked at.
const MAX_PARAMETERS: usize = 8;
/// The largest index that every JSON reader holds exactly.
pub(super) const MAX_INDEX: u64 = (1 << 53) - 1;
/// Lines on a page where nobody says how many.
const LINES: u64 = 100;

fn an_instant() -> Words {
    say!("an RFC 3339 instant such as 2026-11-01T00:00:00+08:00, or a day such as 2026-11-01")
}

/// The parameters of one request.
#[derive(Debug)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads the query; only `allowed` names may stand in it, each once. A `+` means itself, so that
    /// instants can be pasted as they are; both `+` and `%2B` are read.
    pub(super) fn read(query: Option<&str>, allowed: &[&str]) -> Result<Self, Problem> {
        let mut params: Vec<(String, String)> = Vec::new();
        for piece in query.filter(|query| !query.is_empty()).into_iter().flat_map(|query| query.split('&')) {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let decode = |text: &str| {
                let decoded = percent_decode_str(text).decode_utf8();
                decoded.map(|text| text.into_owned()).map_err(|_| {
                    Problem::new(ProblemKind::InvalidParameter).expected(say!("percent-encoded UTF-8"))
                })
            };
            let (name, value) = (decode(name)?, decode(value)?);
            if !allowed.contains(&name.as_str()) {
                let expected = match allowed {
                    [] => say!("no parameters"),
                    some => say!("only {}", Words::several(some.iter().map(Words::data), Joint::And)),
                };
                let name: String = name.chars().take(64).collect();
                let problem = Problem::new(ProblemKind::InvalidParameter);
                return Err(problem
                    .found(say!("parameter {}", Words::data(format_args!("{name:?}"))))
                    .expected(expected));
            }
            if params.iter().any(|(known, _)| *known == name) {
                return Err(Problem::parameter(
                    &name,
                    say!("the parameter twice"),
                    say!("each parameter once"),
                ));
            }
            params.push((name, value));
            if params.len() > MAX_PARAMETERS {
                return Err(Problem::new(ProblemKind::InvalidParameter).expected(say!("fewer parameters")));
            }
        }
        Ok(Self(params))
    }

    /// A parameter's value.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// One of a few words, `None` where it is absent.
    pub(super) fn word<'a>(&self, name: &str, words: &[&'a str]) -> Result<Option<&'a str>, Problem> {
        let Some(found) = self.get(name) else { return Ok(None) };
        let word = words.iter().find(|word| **word == found).copied();
        word.map(Some).ok_or_else(|| {
            Problem::parameter(name, shorten(found), Words::several(words.iter().map(Words::data), Joint::Or))
        })
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str, min: u64, max: u64) -> Result<Option<u64>, Problem> {
        self.get(name).map(|found| number(name, found, min, max)).transpose()
    }

    /// `after` and `limit`: a page, of a hundred lines where nobody says, and of so many at most.
    pub(super) fn page(&self, most: u64) -> Result<Page, Problem> {
        let after = self.number("after", 0, MAX_INDEX)?.map(EntryIndex::new);
        let limit = self.number("limit", 1, most)?.unwrap_or(LINES);
        Ok(Page { after, limit: NonZeroUsize::new(as_usize(limit)) })
    }

    /// `valid_at` and `known_at`. A day means its last instant in UTC+08:00: all that took effect on
    /// that day counts. `now` is the valid instant of whoever names none; `size` is what is published.
    pub(super) fn instants(&self, now: ValidTime, size: TreeSize) -> Result<(ValidTime, Known), Problem> {
        let valid_at = match self.get("valid_at") {
            Some(text) => instant("valid_at", text)?,
            None => now,
        };
        let known_at =
            self.get("known_at").map_or(Ok(Known::Everything), |text| known("known_at", text, size))?;
        Ok((valid_at, known_at))
    }
}

/// A whole number, as a parameter or header of this name holds it.
pub(super) fn number(name: &str, found: &str, min: u64, max: u64) -> Result<u64, Problem> {
    let number = decimal(found).filter(|number| (min..=max).contains(number));
    number.ok_or_else(|| Problem::parameter(name, shorten(found), say!("a whole number {} to {}", min, max)))
}

/// The text of a path segment.
pub(super) fn segment(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    let refused = |_| Problem::new(ProblemKind::MalformedIdentifier).expected(say!("percent-encoded UTF-8"));
    path.map(|Path(text)| text).map_err(refused)
}

/// An entry's index in a path.
pub(super) fn index(path: Result<Path<String>, PathRejection>) -> Result<EntryIndex, Problem> {
    let text = segment(path)?;
    let index = decimal(&text).filter(|index| *index <= MAX_INDEX).map(EntryIndex::new);
    index.ok_or_else(|| {
        // It may be anything, a number of a person among that: it is not repeated.
        Problem::parameter("index", say!("something else"), say!("a whole number {} to {}", 0_u8, MAX_INDEX))
    })
}

fn instant(name: &str, text: &str) -> Result<ValidTime, Problem> {
    ValidTime::parse_or_end_of_day(text)
        .map_err(|error| Problem::parameter(name, error.words(), an_instant()))
}

fn known(name: &str, text: &str, size: TreeSize) -> Result<Known, Problem> {
    Known::parse(text, size).map_err(|error| match error {
        KnownError::Size { most } => {
            let expected = say!("a number of entries up to {}, all there are", most);
            Problem::parameter(name, shorten(text), expected)
        }
        KnownError::Time(error) => Problem::parameter(name, error.words(), an_instant()),
    })
}

/// A decimal number in its only form: no sign, no leading zero.
fn decimal(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    canonical.then(|| text.parse().ok()).flatten()
}

fn shorten(text: &str) -> Words {
    Words::data(text.chars().take(64).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_spec::time::RecordedTime;

    fn read(query: &str) -> Result<Params, Problem> {
        Params::read(Some(query), &["valid_at", "known_at", "limit"])
    }

    #[test]
    fn nothing_unknown_and_nothing_twice() {
        for query in ["x=1", "limit=1&limit=2", "limit=1&", "&", "=", "limit=%ff", "Limit=1"] {
            assert_eq!(read(query).unwrap_err().kind(), ProblemKind::InvalidParameter, "{query}");
        }
        assert!(read("").is_ok() && Params::read(None, &[]).is_ok());
        assert_eq!(read("limit=7").unwrap().number("limit", 1, 9), Ok(Some(7)));
        for query in ["limit=0", "limit=10", "limit=07", "limit=", "limit=+7", "limit=99999999999999999999"] {
            assert!(read(query).unwrap().number("limit", 1, 9).is_err(), "{query}");
        }
    }

    #[test]
    fn a_day_means_its_end_and_a_plus_means_itself() {
        let instants = |query| {
            let now = ValidTime::at_recorded(RecordedTime::from_micros(5)).unwrap();
            let instants = read(query).unwrap().instants(now, TreeSize::new(9));
            instants.map(|(valid_at, known_at)| (valid_at.to_string(), known_at))
        };
        let (valid_at, known_at) = instants("").unwrap();
        assert_eq!((valid_at.as_str(), known_at), ("1970-01-01T08:00:00.000005+08:00", Known::Everything));
        assert_eq!(instants("valid_at=2017-06-30").unwrap().0, "2017-06-30T23:59:59.999999+08:00");
        for query in ["valid_at=2017-06-30T00:00:00+08:00", "valid_at=2017-06-30T00:00:00%2B08:00"] {
            assert_eq!(instants(query).unwrap().0, "2017-06-30T00:00:00+08:00", "{query}");
        }
        assert_eq!(instants("known_at=9").unwrap().1, Known::Size(TreeSize::new(9)));
        let known_day = Known::At(RecordedTime::from_micros(16 * 3_600_000_000 - 1));
        assert_eq!(instants("known_at=1970-01-01").unwrap().1, known_day);
        for query in ["known_at=10", "known_at=01", "known_at=", "valid_at=2017-02-29", "valid_at=now"] {
            assert!(instants(query).is_err(), "{query}");
        }
    }
}
