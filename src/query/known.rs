//! How much of the log a question takes into account, as it is written: the same for every door.

use crate::words::say;
use ledger_spec::time::{RecordedTime, TimeError, ValidTime};
use ledger_spec::wording::Words;
use tlog::position::TreeSize;

/// How much of the log a question takes into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Everything that is published.
    Everything,
    /// The first entries of the log, this many.
    Size(TreeSize),
    /// The entries recorded at or before this time.
    At(RecordedTime),
}

/// Why a text does not say how much is taken into account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KnownError {
    /// It begins like a number of entries, and is none up to all that there are.
    #[error("a number of entries up to {most}, all there are, is expected")]
    Size {
        /// How many there are.
        most: TreeSize,
    },
    /// It is no instant and no day.
    #[error(transparent)]
    Time(#[from] TimeError),
}

impl KnownError {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Size { most } => say!("a number of entries up to {}, all there are, is expected", most),
            Self::Time(error) => error.words(),
        }
    }
}

impl Known {
    /// Reads a number of entries (in its only form: no sign, no leading zero), an RFC 3339 instant, or a day, which
    /// means its end. `size` is how many entries there are. What was known before 1970 is nothing.
    pub fn parse(text: &str, size: TreeSize) -> Result<Self, KnownError> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let canonical = text == "0" || !text.starts_with('0');
            let known = text.parse().ok().map(TreeSize::new).filter(|known| canonical && *known <= size);
            return known.map(Self::Size).ok_or(KnownError::Size { most: size });
        }
        let micros = ValidTime::parse_or_end_of_day(text)?.micros().max(0).unsigned_abs();
        Ok(Self::At(RecordedTime::from_micros(micros)))
    }
}
