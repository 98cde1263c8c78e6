//! A C2SP tlog-policy as a file: whose cosignatures a checkpoint of a ledger has to carry.

use std::fs;
use std::path::{Path, PathBuf};
use tlog::note::VerifierKey;
use tlog::policy::{Policy, PolicyError};

/// A policy file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFileError {
    /// It could not be read.
    #[error("{path}: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It is no policy.
    #[error("{path}: {error}")]
    Policy {
        /// The file.
        path: PathBuf,
        /// What is wrong, and in which line.
        error: PolicyError,
    },
    /// It is a policy for other logs.
    #[error("{path}: no log line has this ledger's key, {expected}")]
    OtherLog {
        /// The file.
        path: PathBuf,
        /// The ledger's key.
        expected: VerifierKey,
    },
}

/// Reads a policy file.
fn read_policy(path: &Path) -> Result<Policy, PolicyFileError> {
    let text =
        fs::read_to_string(path).map_err(|error| PolicyFileError::Read { path: path.to_owned(), error })?;
    Policy::parse(&text).map_err(|error| PolicyFileError::Policy { path: path.to_owned(), error })
}

/// Reads a policy file that has to be one for the log of `key`: where it names logs, that is among them.
pub fn policy_of(path: &Path, key: &VerifierKey) -> Result<Policy, PolicyFileError> {
    let policy = read_policy(path)?;
    if !policy.logs().is_empty() && policy.logs().iter().all(|log| log.key != *key) {
        return Err(PolicyFileError::OtherLog { path: path.to_owned(), expected: key.clone() });
    }
    Ok(policy)
}
