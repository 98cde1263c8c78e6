//! What is kept beside the log for its sealed entries, as the log's reader and writer use it.

use super::error::{AppendError, ReadError};
use crate::damage::Damage;
use crate::sealed_files::{Held, SealedFiles, SealedReader, SealedRecord};
use ledger_spec::entry::Entry;
use ledger_spec::erasures::Erased;
use ledger_spec::event::Event;
use ledger_spec::sealed::{
    AuditorOpening, KeptBeside, Opening, Place, Plain, RandomNonce, Remains, Sealed, SealedEntry,
};
use std::sync::Arc;
use tlog::checkpoint::Origin;

/// The reading side; cheap to clone.
#[derive(Clone)]
pub(super) struct Openings(SealedReader);

impl Openings {
    pub(super) const fn new(reader: SealedReader) -> Self {
        Self(reader)
    }

    /// The files.
    pub(super) const fn files(&self) -> &SealedReader {
        &self.0
    }

    /// What a sealed entry says, and what opens it. `erased` is what the log says is erased, where that is
    /// known: then it is, whatever opens it still.
    pub(super) fn open(
        &self,
        entry: &SealedEntry,
        origin: &Origin,
        erased: impl FnOnce() -> Option<Arc<Erased>>,
    ) -> Result<Opened, ReadError> {
        let wrong =
            |error: &dyn std::fmt::Display| ReadError::Damaged(not_this(&self.0, entry, error.to_string()));
        let (opening, disclosures) = unsealed(&self.0, self.0.read(entry.index)?, entry, origin)?;
        let said = erased();
        match (opening, said.as_ref().map(|erased| erased.entries.contains(&entry.index))) {
            (Opening::Auditor(opening), None | Some(false)) => {
                let recalled = opening.recall(entry, origin).map_err(|error| wrong(&error))?;
                let fields = said.iter().flat_map(|erased| erased.fields_of(entry.index)).collect();
                let disclosures = without(disclosures, &recalled, fields).map_err(|error| wrong(&error))?;
                Ok(Opened::Said(recalled, opening, disclosures))
            }
            (Opening::Auditor(opening), Some(true)) => {
                let hashing = entry.algorithm.hashing().map_err(|error| wrong(&error))?;
                Ok(Opened::Erased(opening.remains(hashing)))
            }
            (Opening::Remains(remains), None | Some(true)) => {
                remains.open(entry, origin).map_err(|error| wrong(&error))?;
                Ok(Opened::Erased(remains))
            }
            (Opening::Remains(_), Some(false)) | (Opening::Content(_) | Opening::Link(_), _) => {
                Err(wrong(&"what erasure leaves, and the log does not say that it is erased"))
            }
        }
    }
}

/// Disclosures without those that are erased, whatever holds them still.
fn without(
    disclosures: Vec<Vec<u8>>,
    entry: &Entry,
    fields: Vec<u8>,
) -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
    if fields.is_empty() {
        return Ok(disclosures);
    }
    let private = Event::parse(&entry.event)?.private;
    Ok(Plain { content: Vec::new(), disclosures }.without(&private, &fields)?.disclosures)
}

/// What came of opening a sealed entry.
pub(super) enum Opened {
    /// What it says, what opens it, and the fields that travel beside it.
    Said(Entry, AuditorOpening, Vec<Vec<u8>>),
    /// What is left of it.
    Erased(Remains),
}

/// What opens a sealed entry, of what is kept beside it: all of it or what erasure leaves, and the fields that travel beside its event: claims
/// until they are held against the entry.
pub fn opening_of(
    files: &SealedReader,
    held: Held,
    entry: &SealedEntry,
    origin: &Origin,
) -> Result<(Opening, Vec<Vec<u8>>), ReadError> {
    unsealed(files, held, entry, origin)
}

/// What opens an entry, and the fields that travel beside its event.
fn unsealed(
    files: &SealedReader,
    held: Held,
    entry: &SealedEntry,
    origin: &Origin,
) -> Result<(Opening, Vec<Vec<u8>>), ReadError> {
    let wrong = |error: &dyn std::fmt::Display| ReadError::Damaged(not_this(files, entry, error.to_string()));
    match held {
        Held::All { payload, secret, skeleton } => {
            let kept = KeptBeside { payload, secret, skeleton };
            let opened = files.with_root(|root| kept.opening(origin, entry, &root.skeleton));
            let (opening, disclosures) = opened.map_err(|error| wrong(&error))?;
            Ok((Opening::Auditor(opening), disclosures))
        }
        Held::Skeleton(skeleton) => {
            let place = Place { origin, index: entry.index };
            let remains =
                files.with_root(|root| Remains::unseal(&skeleton, &root.skeleton, &place, &entry.commitment));
            Ok((Opening::Remains(remains.map_err(|error| wrong(&error))?), Vec::new()))
        }
    }
}

/// What is to be kept beside the log of a sealed entry.
#[derive(Debug)]
pub enum Beside {
    /// All that opens it, and the fields that travel beside its event.
    Whole(Sealed, Vec<Vec<u8>>),
    /// What erasure left of it, before a copy had it.
    Remains(SealedEntry, Arc<Remains>),
}

/// What is to be written beside the log for a batch, in order: drawn and encrypted here, once.
pub(super) fn records(
    files: &SealedFiles,
    origin: &Origin,
    entries: impl Iterator<Item = Beside>,
) -> Result<Vec<SealedRecord>, AppendError> {
    let reader = files.reader();
    let mut nonce = [0; RandomNonce::LEN];
    entries
        .map(|beside| {
            getrandom::fill(&mut nonce).map_err(|error| AppendError::Randomness(error.to_string()))?;
            let nonce = RandomNonce(nonce);
            match beside {
                Beside::Whole(sealed, disclosures) => {
                    let index = sealed.entry.index;
                    let kept =
                        reader.with_root(|root| sealed.kept(origin, disclosures, &root.skeleton, nonce));
                    let KeptBeside { payload, secret, skeleton } = kept.map_err(AppendError::Payload)?;
                    Ok(SealedRecord { index, content: Some((payload, secret)), skeleton })
                }
                Beside::Remains(SealedEntry { index, commitment, .. }, remains) => {
                    let place = Place { origin, index };
                    let skeleton =
                        reader.with_root(|root| remains.seal(&root.skeleton, nonce, &place, &commitment));
                    Ok(SealedRecord { index, content: None, skeleton })
                }
            }
        })
        .collect()
}

/// Damage of what is kept beside an entry: it does not open it, or is not there and the log says nothing of an erasure.
pub(super) fn not_this(files: &SealedReader, entry: &SealedEntry, found: String) -> Damage {
    let (file, offset) = files.place(entry.index);
    Damage {
        file,
        offset,
        entry: Some(entry.index),
        what: "what opens the entry",
        found,
        expected: format!("an opening of the commitment {}", entry.commitment),
    }
}
