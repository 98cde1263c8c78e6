//! Why a follower cannot go on.

use crate::audit::{AuditFailure, RemoteFault};
use crate::ledger::LedgerError;
use crate::log::AppendError;
use ledger_spec::audit::Scope;
use std::path::PathBuf;

/// Why a follower cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MirrorError {
    /// What the server shows is not what it signed, or not right. The evidence is kept.
    #[error("{fault}; evidence is kept in {}", evidence.display())]
    Fault {
        /// What is wrong.
        fault: AuditFailure,
        /// The folder with what shows it.
        evidence: PathBuf,
    },
    /// The server could not be read for now.
    #[error(transparent)]
    Unreachable(RemoteFault),
    /// The copy's folder.
    #[error(transparent)]
    Folder(#[from] LedgerError),
    /// The folder is of a copy of the other sort: what it has begun without could not be made up for, and what it holds
    /// must not be forgotten.
    #[error("the copy in {} is {}; {}", dir.display(), found.name(), expected)]
    OtherScope {
        /// The folder.
        dir: PathBuf,
        /// What it is.
        found: Scope,
        /// What to do.
        expected: &'static str,
    },
    /// The copy could not be stored.
    #[error("the copy could not be stored: {0}")]
    Store(#[from] AppendError),
    /// What is stored is not what was verified: the copy's own files are damaged.
    #[error("the copy is damaged: {0}; begin it anew in another folder")]
    Damaged(AuditFailure),
}
