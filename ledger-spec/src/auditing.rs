//! Auditing witnesses: whose cosignature says that everything below it was opened, verified and admitted, so that what is erased
//! later was right while it could be seen.

use crate::authority::Directory;
use crate::compromise::KeyNumber;
use crate::entry::Recorded;
use crate::event::{AuditorsNamed, LedgerErased};
use crate::wording::{Words, say};
use tlog::checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
use tlog::cosignature::{BadCosignature, CosignerKey};
use tlog::note::{KeyError, KeyName, VerifierKey};
use tlog::position::{EntryIndex, TreeSize};

/// The auditing witnesses of a ledger, as they were named one time after the other.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Auditors {
    namings: Vec<Naming>,
}

/// Who they are from an entry on, and which keys say so.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Naming {
    auditors: Vec<CosignerKey>,
    by: Vec<KeyNumber>,
    recorded: Recorded,
}

/// Why a note does not show that what is erased was audited before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", self.words())]
pub enum Unaudited {
    /// There is none.
    Missing,
    /// There is one though nobody is named whose cosignature it could bear.
    NobodyNamed,
    /// No entry names the operator.
    NotOpened,
    /// The log's own key cannot verify anything: a defect of entry 0.
    Key(#[from] KeyError),
    /// It is no checkpoint that the operator signed.
    Checkpoint(#[from] CheckpointError),
    /// It covers less than is erased, or more than there is.
    Size {
        /// What it covers.
        found: TreeSize,
        /// What covers all that is erased.
        least: TreeSize,
        /// The entries before the event.
        most: TreeSize,
    },
    /// An auditing witness's line in it is not its own.
    Cosignature(#[from] BadCosignature),
    /// No auditing witness that is named cosigned it.
    NotCosigned,
}

impl Unaudited {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Missing => say!("no cosigned checkpoint"),
            Self::NobodyNamed => say!("a cosigned checkpoint though no auditing witness is named"),
            Self::NotOpened => say!("a ledger that nobody has opened"),
            Self::Key(_) | Self::Checkpoint(_) => say!("no checkpoint that the operator signed"),
            Self::Size { found, least, most } => {
                say!(
                    "a checkpoint over {} entries where {} to {} are expected",
                    found.get(),
                    least.get(),
                    most.get()
                )
            }
            Self::Cosignature(_) => say!("an auditing witness's line that is not its own"),
            Self::NotCosigned => say!("a checkpoint that none of the auditing witnesses has cosigned"),
        }
    }
}

impl Auditors {
    /// Takes in who they are from now on.
    pub(crate) fn name(&mut self, body: &AuditorsNamed, by: Vec<KeyNumber>, recorded: Recorded) {
        self.namings.push(Naming { auditors: body.auditors.clone(), by, recorded });
    }

    /// Each of them: as they were named last by keys of which nothing is said at all that the directory knows. A thief of a
    /// registrar's key would else name nobody, or himself (README, "What is said of keys").
    #[must_use]
    pub fn named(&self, directory: &Directory) -> &[CosignerKey] {
        let all = TreeSize::new(u64::MAX);
        let suspect = |naming: &Naming| {
            let of = |key: &KeyNumber| directory.compromises().of(*key, naming.recorded.at, all);
            naming.by.iter().any(|key| of(key).is_some())
        };
        self.namings.iter().rfind(|naming| !suspect(naming)).map_or(&[], |naming| &naming.auditors)
    }

    /// When the last of them cosigned, in seconds since 1970; `None` where nobody did.
    ///
    /// # Errors
    ///
    /// Where a line that names one of them is not its own.
    pub fn cosigned(
        &self,
        checkpoint: &SignedCheckpoint,
        directory: &Directory,
    ) -> Result<Option<u64>, BadCosignature> {
        let mut latest = None;
        for auditor in self.named(directory) {
            latest = latest.max(auditor.time_of(checkpoint.note())?);
        }
        Ok(latest)
    }

    /// The checkpoint in `note`, where it is one of this ledger's, and one of them cosigned it.
    ///
    /// # Errors
    ///
    /// Where it is not.
    pub fn audited(
        &self,
        note: &[u8],
        origin: &Origin,
        directory: &Directory,
    ) -> Result<SignedCheckpoint, Unaudited> {
        let operator = directory.operator_key().ok_or(Unaudited::NotOpened)?;
        let key = VerifierKey::new(KeyName::parse(origin.as_str())?, &operator)?;
        let signed = SignedCheckpoint::verify(note, &key)?;
        match self.cosigned(&signed, directory)? {
            Some(_) => Ok(signed),
            None => Err(Unaudited::NotCosigned),
        }
    }

    /// What was audited before this is said to be erased, at the entry `at`: the checkpoint that one of them cosigned, over all
    /// that is named; `None` where nobody is to be asked.
    ///
    /// # Errors
    ///
    /// Where that is not shown.
    pub fn before_erasure(
        &self,
        body: &LedgerErased,
        at: EntryIndex,
        origin: &Origin,
        directory: &Directory,
    ) -> Result<Option<Checkpoint>, Unaudited> {
        let note = match (&body.cosigned, self.named(directory).is_empty()) {
            (None, true) => return Ok(None),
            (None, false) => return Err(Unaudited::Missing),
            (Some(_), true) => return Err(Unaudited::NobodyNamed),
            (Some(note), false) => note,
        };
        let signed = self.audited(note.as_bytes(), origin, directory)?;
        let found = signed.checkpoint().size();
        let (least, most) = (body.least_size(), TreeSize::new(at.get()));
        if (least..=most).contains(&found) {
            return Ok(Some(signed.checkpoint().clone()));
        }
        Err(Unaudited::Size { found, least, most })
    }
}
