//! Body of `subject.verified`: a window has looked at who stands before it, and says at what.

use crate::definition::words;
use crate::id::SubjectId;
use crate::json::fields::{FieldError, Fields};

/// `subject.verified`: who stood at the window is the subject, or acts for it. It holds no number and no name: what was
/// looked at stays with who brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectVerified {
    /// What was looked at.
    pub checked: Vec<Checked>,
    /// Whether it was an agent who stood there.
    pub agent: bool,
    /// The other names for which the same one stood there: each has an event of its own that says so of the others.
    pub also: Vec<SubjectId>,
}

/// For how many other names somebody may stand there at most.
const MOST_ALSO: usize = 20;

/// What a window looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // the words say it
pub enum Checked {
    /// The identity document of who stands there.
    IdentityDocument,
    /// The body's licence or certificate of registration, which names who represents it.
    Registration,
    /// The power of attorney of an agent.
    PowerOfAttorney,
}

words!(Checked {
    IdentityDocument = "identity_document",
    Registration = "registration",
    PowerOfAttorney = "power_of_attorney",
});

impl SubjectVerified {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            checked: fields.parsed_array("checked", (1, 3), Checked::parse_word)?,
            agent: fields.flag("agent")?,
            also: fields.parsed_array("also", (0, MOST_ALSO), SubjectId::parse)?,
        })
    }
}
