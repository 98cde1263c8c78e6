//! Who looked: what is written down of each look that shows more than everybody sees, before its answer leaves.
//!
//! This is the seam alone. Nothing in this program keeps such a journal yet, and without one the front door refuses every
//! such look.

use ledger_spec::casefile::{Beyond, Sight};
use ledger_spec::id::{AuthorityId, SubjectId};
use ledger_spec::request::{Case, Purpose};
use ledger_spec::time::RecordedTime;
use std::pin::Pin;
use tlog::key::PublicKey;

/// One look.
#[derive(Clone, Debug)]
pub struct Look {
    /// When it was asked for.
    pub at: RecordedTime,
    /// Who looked.
    pub authority: AuthorityId,
    /// With which key.
    pub key: PublicKey,
    /// For what.
    pub purpose: Purpose,
    /// In which matter.
    pub case: Option<Case>,
    /// At whom, where it was one subject.
    pub subject: Option<SubjectId>,
    /// What was asked: the target of the request.
    pub question: String,
    /// By which sight it was answered.
    pub sight: Sight,
    /// And what beyond it.
    pub beyond: Beyond,
    /// What tells the request from all others.
    pub mark: [u8; 32],
}

/// Why a look could not be written down: then it is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRecorded;

/// A look that is being written down.
pub type Recording<'a> = Pin<Box<dyn Future<Output = Result<(), NotRecorded>> + Send + 'a>>;

/// Writes looks down, durably once it says so.
pub trait Journal: Send + Sync {
    /// Writes one down.
    fn record<'a>(&'a self, look: &'a Look) -> Recording<'a>;
}
