//! Why a folder is not a ledger that can be opened.

use crate::asked::PolicyFileError;
use crate::case_files;
use crate::index::StoreError;
use crate::known::MemoryError;
use crate::log::{AppendError, EraseError, OpenError, ReadError};
use crate::sealed_files::SealedOpenError;
use crate::sequencer::CloseError;
use crate::storage::DiskError;
use crate::streams::StreamError;
use ledger_spec::entry::EntryError;
use ledger_spec::event::EventError;
use ledger_spec::id::IdentityEpoch;
use ledger_spec::sealed::NoRandomness;
use std::path::PathBuf;
use tlog::position::EntryIndex;

/// Why a folder is not a ledger that can be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// An access journal, where a ledger is wanted.
    #[error("{0} is an access journal: its ledger's server opens it, and no command changes it")]
    Journal(PathBuf),
    /// What stands as the access journal is another ledger's.
    #[error(
        "{path} is the access journal {found}; the one of this ledger is {expected}, with its master key from {above}"
    )]
    OtherJournal {
        /// The folder.
        path: PathBuf,
        /// Its origin.
        found: String,
        /// The origin of this ledger's.
        expected: String,
        /// Where its master key comes from.
        above: &'static str,
    },
    /// Something stands where the new ledger should.
    #[error("{0} exists already; a new ledger needs a folder of its own")]
    Exists(PathBuf),
    /// What is given as a new ledger's folder is no name.
    #[error("{0:?} names no folder of its own; a new ledger needs a folder that can be called by its name")]
    Nameless(PathBuf),
    /// Two secret keys of the new ledger would lie in one file.
    #[error("{0} is taken: bring the public half of a key, or choose another id")]
    KeyTaken(PathBuf),
    /// A file of the folder could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The settings are not what they should be.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The policy that they name cannot be used, so nobody can be asked.
    #[error(transparent)]
    Policy(#[from] PolicyFileError),
    /// No memory is named that could be begun.
    #[error("ledger.toml names no signer_memory, which is to be begun")]
    NoMemory,
    /// What the signer remembers cannot be had.
    #[error(transparent)]
    Memory(Box<MemoryError>),
    /// The operator's key file holds no key for this origin.
    #[error("{path}: {reason}")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The disk, or another process that holds the lock.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The log did not open.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// What opens sealed entries did not open, or could not be made.
    #[error(transparent)]
    Beside(#[from] SealedOpenError),
    /// A key stands where the new ledger's master key would.
    #[error("{0} exists already: the master key of another ledger, or of one whose making was broken off")]
    MasterKeyExists(PathBuf),
    /// The file that holds the master key is not there.
    #[error(
        "{0} is not there: it holds the master key, without which nothing that is sealed can be opened; bring it back from \
         where you keep it"
    )]
    MasterKeyGone(PathBuf),
    /// No master key is named, and something is sealed.
    #[error("ledger.toml names no master key: [master_key] with file, command or credential is expected")]
    NoMasterKey,
    /// What is due to be erased could not be erased.
    #[error("erasing: {0}")]
    Erasing(String),
    /// The files that open what is due to be erased could not be read, or made without it.
    #[error(transparent)]
    Erase(#[from] EraseError),
    /// Whoever stands in the ledger could not be given a new pseudonym.
    #[error("a new identity key: {0}")]
    Renewing(String),
    /// The root has fewer identity keys than the log says there were.
    #[error(
        "keys/root has {found} identity keys where the log says {expected}: it is older than the log, restore the newest"
    )]
    IdentityKeys {
        /// How many the root has.
        found: IdentityEpoch,
        /// How many the log says.
        expected: IdentityEpoch,
    },
    /// The stream of one who was renamed could not be read.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The index could not even be made anew.
    #[error(transparent)]
    Index(#[from] StoreError),
    /// The case files' store could not be made.
    #[error(transparent)]
    CaseFiles(#[from] case_files::StoreError),
    /// The writer could not close it.
    #[error(transparent)]
    Writer(#[from] CloseError),
    /// The log could not be closed; the next start recovers.
    #[error("the log could not be closed: {0}")]
    Close(AppendError),
    /// The log holds nothing: a ledger begins with entry 0.
    #[error("the log holds no entry; a ledger begins with entry 0, which opens it")]
    Empty,
    /// An entry does not follow the layout.
    #[error("entry {index}: {error}")]
    Entry {
        /// The entry.
        index: EntryIndex,
        /// What is wrong.
        error: EntryError,
    },
    /// An entry holds no event that this version reads.
    #[error("entry {index}: {error}")]
    Event {
        /// The entry.
        index: EntryIndex,
        /// What is wrong.
        error: EventError,
    },
    /// Entry 0 could not be made, or does not open a ledger.
    #[error("entry 0: {0}")]
    Opening(String),
    /// Entry 0 is not the opening of this ledger by this operator.
    #[error("entry 0 opens {found}; the settings and the operator's key are for {expected}")]
    Mismatch {
        /// What entry 0 opens.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The writer's thread could not be started.
    #[error("the writer could not be started: {0}")]
    Thread(std::io::Error),
}

impl From<MemoryError> for LedgerError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(Box::new(error))
    }
}

impl From<NoRandomness> for LedgerError {
    fn from(error: NoRandomness) -> Self {
        Self::Opening(error.to_string())
    }
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Not TOML, or a line that is unknown or missing.
    #[error("{path}: {reason}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        reason: String,
    },
    /// A value outside its bounds.
    #[error("{path}: {line} is {found}; expected {expected}")]
    Value {
        /// The file.
        path: PathBuf,
        /// Which line.
        line: &'static str,
        /// What it says.
        found: String,
        /// What it may say.
        expected: &'static str,
    },
}
