//! What of a subject's own file a matter names, by which somebody may read: looked up elsewhere, and given to the table.

use crate::casefile::Names;
use crate::id::AuthorityId;
use crate::time::{Date, RecordedTime, ValidTime};
use tlog::position::EntryIndex;

/// For how many minutes what a window saw is enough for a code or a consent. It is ours.
pub(super) const LONGEST_VERIFIED: i64 = 15;

/// What of a subject's own file a matter names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// None of this.
    Other,
    /// A consent.
    Consent(GivenConsent),
    /// That a window looked at who stood there.
    Verification(GivenVerification),
    /// An application, an objection or a complaint that is not concluded.
    Open(OpenMatter),
    /// What the window looked at that gave the code of a session.
    Session(Names),
}

/// A consent as a subject gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenConsent {
    /// Where it stands.
    pub entry: EntryIndex,
    /// To whom, as the event says it.
    pub grantee: Option<String>,
    /// The last day, where there is one.
    pub until: Option<Date>,
    /// Whether it has begun and was not withdrawn.
    pub stands: bool,
    /// The window that took it, having looked just before at who stood there; none where nobody had, or by a key that may have
    /// been in wrong hands.
    pub taken_by: Option<AuthorityId>,
    /// Under which names that was.
    pub names: Names,
}

/// That a window looked at who stood before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenVerification {
    /// Which.
    pub by: AuthorityId,
    /// When that was recorded.
    pub recorded_at: RecordedTime,
    /// Under which names that was.
    pub names: Names,
}

/// What the subject asked for and is not concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenMatter {
    /// Who recorded it, and who follows that authority.
    pub by: Vec<AuthorityId>,
    /// Under which names it was looked at who stood there.
    pub names: Names,
}

/// The earliest moment at which a window may have looked at who stands there now.
#[must_use]
pub fn looked_since(now: ValidTime) -> RecordedTime {
    let since = now.micros() - LONGEST_VERIFIED * 60 * 1_000_000;
    RecordedTime::from_micros(since.max(0).unsigned_abs())
}
