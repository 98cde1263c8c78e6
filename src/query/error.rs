//! Why a question could not be answered.

use crate::keeper::KeeperError;
use crate::log::ReadError;
use crate::streams::StreamError;
use crate::words::{quoted, say};
use ledger_spec::casefile::Sight;
use ledger_spec::event::EventError;
use ledger_spec::projection::Unanswered;
use ledger_spec::request::RequestRefusal;
use ledger_spec::wording::Words;
use tlog::position::{EntryIndex, TreeSize};

/// Why a question could not be answered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The question has no answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// The log holds no such entry (yet).
    #[error("entry {found} is not in the log, which holds {size}")]
    NoEntry {
        /// The index asked for.
        found: EntryIndex,
        /// How many entries there are.
        size: TreeSize,
    },
    /// The entry is not for this reader.
    #[error("entry {index} is not for a reader whose sight is {}", sight.name())]
    NotForReader {
        /// The entry.
        index: EntryIndex,
        /// As whom one reads.
        sight: Sight,
    },
    /// There is no entry that the public may see: none at all, or another one. It is not said which.
    #[error("entry {0} is none that is public")]
    NoPublicEntry(EntryIndex),
    /// This copy holds nothing that opens what is sealed, so that it says nothing about anybody.
    #[error("this copy is blind: what is sealed cannot be opened here")]
    Blind,
    /// The case files do not cover yet what is asked about.
    #[error("case files cover {found} entries; {expected} are asked about")]
    Behind {
        /// How many they cover.
        found: TreeSize,
        /// How many are asked about.
        expected: TreeSize,
    },
    /// The case files could not be read or made.
    #[error(transparent)]
    CaseFiles(#[from] KeeperError),
    /// The log is damaged where it was read, and nothing is answered from there.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A subject's stream could not be read.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// What is kept beside an entry's event is none of the fields that it names.
    #[error("entry {index}: {found}")]
    Fields {
        /// The entry.
        index: EntryIndex,
        /// What is kept there.
        found: String,
    },
    /// An entry that holds no event this version reads.
    #[error("entry {index}: {error}")]
    Event {
        /// The entry.
        index: EntryIndex,
        /// What is wrong.
        error: EventError,
    },
    /// A look in the access journal that its reader did not sign so.
    #[error("entry {index} of the access journal: {refusal}")]
    Look {
        /// The entry.
        index: EntryIndex,
        /// What is wrong.
        refusal: Box<RequestRefusal>,
    },
}

impl QueryError {
    /// Whether what was asked for is erased: it is not there, and nothing failed.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        matches!(self, Self::Read(ReadError::Erased(_)))
    }

    /// Whether it is the asker's to put right: there is no such thing, or not for it. All else is the ledger's.
    #[must_use]
    pub const fn is_of_the_asker(&self) -> bool {
        match self {
            Self::Unanswered(_)
            | Self::NoEntry { .. }
            | Self::NotForReader { .. }
            | Self::NoPublicEntry(_) => true,
            Self::Read(_)
            | Self::Stream(_)
            | Self::Event { .. }
            | Self::Fields { .. }
            | Self::Look { .. }
            | Self::Blind
            | Self::CaseFiles(_)
            | Self::Behind { .. } => self.is_erased(),
        }
    }

    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Unanswered(Unanswered::NoList(list)) => {
                say!("list {} is not in the catalogue", Words::data(list))
            }
            Self::Unanswered(Unanswered::NotForReader { list, disclosure, sight }) => {
                say!("list {} is {}; the reader's sight is {}", Words::data(list), *disclosure, *sight)
            }
            Self::Unanswered(Unanswered::Cursor(entry)) => {
                say!("entry {} is not one that the answer shows at these instants", entry)
            }
            Self::NoEntry { found, size } => say!("entry {} is not in the log, which holds {}", found, size),
            Self::NotForReader { index, sight } => {
                say!("entry {} is not for a reader whose sight is {}", index, *sight)
            }
            Self::NoPublicEntry(index) => say!("entry {} is none that is public", index),
            Self::Blind => say!("this copy is blind: what is sealed cannot be opened here"),
            Self::Behind { found, expected } => {
                say!("case files cover {} entries; {} are asked about", found, expected)
            }
            Self::CaseFiles(error) => quoted(error),
            Self::Read(error) => quoted(error),
            Self::Stream(error) => quoted(error),
            Self::Fields { index, found } => say!("entry {}: {}", index, quoted(found)),
            Self::Event { index, error } => say!("entry {}: {}", index, error.words()),
            Self::Look { index, refusal } => {
                say!("entry {} of the access journal: {}", index, quoted(refusal))
            }
        }
    }
}
