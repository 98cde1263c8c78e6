//! How a command ends when it does not end well.

use crate::asked::PolicyFileError;
use crate::ledger::LedgerError;
use crate::mirror::MirrorError;
use crate::server::ServerError;
use crate::words::{say, told};
use ledger_spec::wording::Words;
use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

/// The exit codes of `--help`, but for 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// 1: what was checked is wrong, or an event was refused.
    Wrong,
    /// 2: arguments, or files they name, that cannot be used.
    Usage,
    /// 3: a server that could not be reached, a ledger that could not be opened.
    Unreachable,
}

/// Why a command stopped.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: Code,
    pub(super) message: Words,
}

impl Failure {
    pub(super) fn wrong(message: impl Display + 'static) -> Self {
        Self { code: Code::Wrong, message: told(&message) }
    }

    pub(super) fn usage(message: impl Display + 'static) -> Self {
        Self { code: Code::Usage, message: told(&message) }
    }

    pub(super) fn unreachable(message: impl Display + 'static) -> Self {
        Self { code: Code::Unreachable, message: told(&message) }
    }

    /// A file that an argument names and that cannot be used.
    pub(super) fn file(path: &Path) -> impl Fn(std::io::Error) -> Self + use<'_> {
        move |error| Self::usage(say!("{}: {}", Words::data(path.display()), told(&error)))
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(match code {
            Code::Wrong => 1,
            Code::Usage => 2,
            Code::Unreachable => 3,
        })
    }
}

impl From<MirrorError> for Failure {
    fn from(error: MirrorError) -> Self {
        match error {
            MirrorError::Fault { .. } | MirrorError::Damaged(_) => Self::wrong(error),
            other => Self::unreachable(other),
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Policy(error) => error.into(),
            other => Self::unreachable(other),
        }
    }
}

impl From<PolicyFileError> for Failure {
    fn from(error: PolicyFileError) -> Self {
        Self::usage(error)
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        match error {
            ServerError::Policy(error) => error.into(),
            other => Self::unreachable(other),
        }
    }
}
