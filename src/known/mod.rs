//! What is known of a log elsewhere than in it: checkpoints that its operator signed, whoever has them, and what the signer
//! itself remembers. A log that holds less than somebody knows of, or something else, is never appended to.
//!
//! Nothing is asked here, and nothing is decided but whether what is known and what is held can be of one history.

mod memory;

pub use memory::{MemoryError, SignerMemory};

use crate::storage::{self, Disk, DiskError};
use std::fmt;
use std::path::PathBuf;
use tlog::checkpoint::SignedCheckpoint;
use tlog::hash::TreeHash;
use tlog::note::VerifierKey;
use tlog::position::{EntryIndex, TreeSize};

/// The newest checkpoint whose cosignatures meet the policy, in the ledger's folder.
pub const WITNESSED: &str = "checkpoint.witnessed";
/// The newest checkpoint that an auditing witness has cosigned.
pub const AUDITED: &str = "checkpoint.audited";
/// The largest checkpoint of the operator's that was met elsewhere when the folder held less.
pub const KNOWN: &str = "checkpoint.known";

/// Who knows of a checkpoint, or of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Teller {
    /// A file of the folder.
    File(String),
    /// What the signer remembers.
    Memory(PathBuf),
    /// A witness, by its name in the policy.
    Witness(String),
    /// A mirror, by its address.
    Mirror(String),
}

/// A checkpoint that the operator signed, and who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Who has it.
    pub by: Teller,
    /// The checkpoint, its signature verified.
    pub signed: SignedCheckpoint,
}

/// All that is known, the smallest first.
#[derive(Clone, Debug, Default)]
pub struct Knowledge(Vec<Known>);

/// What a log holds and what is known cannot both be all: nothing may be appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradicted {
    /// More is known than is held.
    #[error(
        "the log holds {held} entries where {by} knows of {known}: entries {first} to {last} are missing; nothing is \
         appended: fetch them back with `restore --from MIRROR`, or bring the newer folder back"
    )]
    Lacking {
        /// How many entries are held.
        held: TreeSize,
        /// How many there were.
        known: TreeSize,
        /// The first that is missing.
        first: EntryIndex,
        /// The last.
        last: EntryIndex,
        /// Who says so.
        by: Teller,
    },
    /// Another history was signed.
    #[error(
        "the log's root at {size} is {found} where {by} has {expected}, signed by the operator: these are two histories; \
         nothing is appended: keep both as evidence"
    )]
    Forked {
        /// The size of both.
        size: TreeSize,
        /// The root here.
        found: TreeHash,
        /// The root there.
        expected: TreeHash,
        /// Who has it.
        by: Teller,
    },
}

impl fmt::Display for Teller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(name) => f.write_str(name),
            Self::Memory(path) => write!(f, "the signer's memory {}", path.display()),
            Self::Witness(name) => write!(f, "the witness {name}"),
            Self::Mirror(url) => write!(f, "the mirror {url}"),
        }
    }
}

impl Known {
    /// How many entries it is over.
    pub fn size(&self) -> TreeSize {
        self.signed.checkpoint().size()
    }

    /// Whether a log whose root at this size is `found` can be the one that it is of.
    pub fn holds(&self, found: TreeHash) -> Result<(), Contradicted> {
        let expected = self.signed.checkpoint().root();
        if found == expected {
            return Ok(());
        }
        Err(Contradicted::Forked { size: self.size(), found, expected, by: self.by.clone() })
    }
}

impl Contradicted {
    /// What is missing of a log of `held` entries, where `by` knows of `known`; nothing where it is all there.
    pub fn lacking(held: TreeSize, known: TreeSize, by: Teller) -> Option<Self> {
        let last = known.last_index().filter(|_| known > held)?;
        Some(Self::Lacking { held, known, first: held.next_index(), last, by })
    }
}

impl Knowledge {
    /// Of what several have.
    pub fn new(mut known: Vec<Known>) -> Self {
        known.sort_by_key(Known::size);
        Self(known)
    }

    /// The smallest first.
    pub fn all(&self) -> &[Known] {
        &self.0
    }

    /// The largest, if anything is known.
    pub fn largest(&self) -> Option<&Known> {
        self.0.last()
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, known: Option<Known>) -> Self {
        self.0.extend(known);
        Self::new(self.0)
    }

    /// Whether a log that ends with `held` entries is all that is known.
    pub fn ends_with(&self, held: TreeSize) -> Result<(), Contradicted> {
        let lacking =
            self.largest().and_then(|known| Contradicted::lacking(held, known.size(), known.by.clone()));
        lacking.map_or(Ok(()), Err)
    }
}

/// What the files of a folder know. One that cannot be verified proves nothing.
pub fn of_folder(disk: &dyn Disk, key: &VerifierKey) -> Result<Vec<Known>, DiskError> {
    let mut known = Vec::new();
    for name in [WITNESSED, AUDITED, KNOWN] {
        if !disk.exists(name)? {
            continue;
        }
        match SignedCheckpoint::verify(&storage::read_all(disk, name)?, key) {
            Ok(signed) => known.push(Known { by: Teller::File(name.to_owned()), signed }),
            Err(error) => {
                tracing::warn!(file = name, %error, "no checkpoint of this ledger's: it says nothing")
            }
        }
    }
    Ok(known)
}

/// Keeps a checkpoint that was met elsewhere, so that no later start forgets it, unless a larger one is kept. Durable when this
/// returns.
pub fn keep(disk: &dyn Disk, key: &VerifierKey, signed: &SignedCheckpoint) -> Result<(), DiskError> {
    let before = if disk.exists(KNOWN)? { Some(storage::read_all(disk, KNOWN)?) } else { None };
    let before = before.and_then(|note| SignedCheckpoint::verify(&note, key).ok());
    if before.is_some_and(|before| before.checkpoint().size() >= signed.checkpoint().size()) {
        return Ok(());
    }
    storage::replace(disk, KNOWN, signed.to_string().as_bytes())?;
    disk.sync_dir("")
}
