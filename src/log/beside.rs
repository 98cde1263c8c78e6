//! What is kept beside the log for its sealed entries, as the log's reader and writer use it.

use super::error::{AppendError, ReadError};
use crate::damage::Damage;
use crate::sealed_files::{Held, SealedFiles, SealedReader, SealedRecord};
use ledger_spec::entry::Entry;
use ledger_spec::sealed::{AuditorOpening, KeptBeside, RandomNonce, Sealed, SealedEntry};
use tlog::checkpoint::Origin;

/// The reading side; cheap to clone.
#[derive(Clone)]
pub(super) struct Beside(SealedReader);

impl Beside {
    pub(super) const fn new(reader: SealedReader) -> Self {
        Self(reader)
    }

    /// What a sealed entry says, and what opens it.
    pub(super) fn open(
        &self,
        entry: &SealedEntry,
        origin: &Origin,
    ) -> Result<(Entry, AuditorOpening), ReadError> {
        let opening = opening_of(&self.0, entry, origin)?;
        let said = opening.recall(entry, origin);
        let said = said.map_err(|error| ReadError::Damaged(not_this(entry, error.to_string())))?;
        Ok((said, opening))
    }
}

/// What is kept to open a sealed entry: a claim until it was opened.
pub fn opening_of(
    files: &SealedReader,
    entry: &SealedEntry,
    origin: &Origin,
) -> Result<AuditorOpening, ReadError> {
    let (payload, secret, skeleton) = match files.read(entry.index)? {
        Held::All { payload, secret, skeleton } => (payload, secret, skeleton),
        Held::Skeleton(_) => return Err(ReadError::Damaged(not_this(entry, "nothing".to_owned()))),
    };
    let kept = KeptBeside { payload, secret, skeleton };
    let opened = files.with_root(|root| kept.opening(origin, entry, &root.skeleton));
    let (opening, _) = opened.map_err(|error| ReadError::Damaged(not_this(entry, error.to_string())))?;
    Ok(opening)
}

/// What is to be written beside the log for a batch, in order: drawn and encrypted here, once.
pub(super) fn records(
    files: &SealedFiles,
    origin: &Origin,
    sealed: impl Iterator<Item = Sealed>,
) -> Result<Vec<SealedRecord>, AppendError> {
    let reader = files.reader();
    sealed
        .map(|sealed| {
            let index = sealed.entry.index;
            let mut nonce = [0; RandomNonce::LEN];
            getrandom::fill(&mut nonce).map_err(|error| AppendError::Randomness(error.to_string()))?;
            let kept =
                reader.with_root(|root| sealed.kept(origin, Vec::new(), &root.skeleton, RandomNonce(nonce)));
            let KeptBeside { payload, secret, skeleton } = kept.map_err(AppendError::Payload)?;
            Ok(SealedRecord { index, payload, secret, skeleton })
        })
        .collect()
}

/// Damage of what is kept beside an entry: it does not open it, or is not there and the log says nothing of an erasure.
fn not_this(entry: &SealedEntry, found: String) -> Damage {
    Damage {
        file: "sealed".to_owned(),
        offset: 0,
        entry: Some(entry.index),
        what: "what opens the entry",
        found,
        expected: format!("an opening of the commitment {}", entry.commitment),
    }
}
