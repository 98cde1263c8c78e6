//! How refusals of signed requests become problems.

use super::{Problem, ProblemKind};
use ledger_spec::admission::NoReader;
use ledger_spec::identity::ResolveError;
use ledger_spec::request::RequestRefusal;

impl From<&RequestRefusal> for Problem {
    fn from(refusal: &RequestRefusal) -> Self {
        let problem = Self::new(ProblemKind::Request(refusal.rule)).field(refusal.field);
        problem.found(&refusal.found).expected(&refusal.expected)
    }
}

impl From<&NoReader> for Problem {
    fn from(refusal: &NoReader) -> Self {
        match refusal {
            NoReader::Request(refusal) => Self::from(refusal),
            NoReader::Rule(refusal) => Self::refused(refusal, None),
        }
    }
}

impl From<&ResolveError> for Problem {
    fn from(error: &ResolveError) -> Self {
        match error {
            ResolveError::Json(error) => Self::from(error),
            ResolveError::Field(error) => Self::from(error),
            other => Self::new(ProblemKind::InvalidValue).found(ledger_spec::wording::of_fault(other)),
        }
    }
}
