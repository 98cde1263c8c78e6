//! What makes one decision graver than another.

use crate::definition::Severity;
use crate::time::Date;

/// In what a record is graver than it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each holds what is stated and what it was, where a caller does not have that in words
pub enum Graver {
    Severity { now: Severity, was: Severity },
    Kinds,
    Certificate,
    Fine,
    Forfeited,
    Restriction { now: Date, was: Option<Date> },
    NoEnd { was: Option<Date> },
}
