//! What is verified offline, and what is given beside it: all of it takes part in the verdict, or is refused.

use super::enclosed::{self, Receipt};
use crate::cli::failure::Failure;
use crate::cli::proven::{Alone, Audited, Beside, Proven, Right, Signed, Stated};
use crate::words::{quoted, say};
use ledger_spec::audit::{AuditStatement, ProvenEntry, ReceiptError, VerifiedEntry};
use ledger_spec::sealed::ContentOpening;
use ledger_spec::wording::Words;
use tlog::checkpoint::SignedCheckpoint;
use tlog::note::VerifierKey;
use tlog::policy::{Cosigned, Policy};
use tlog::proof::TlogProof;

/// A file, and what it is called where something is wrong with it.
pub(super) struct File {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// Everything that was given.
pub(super) struct Given {
    pub(super) receipt: Option<File>,
    pub(super) entry: Option<File>,
    pub(super) opening: Option<File>,
    pub(super) event: Option<File>,
    pub(super) older: Option<File>,
    pub(super) proof: Option<File>,
    pub(super) policy: Option<File>,
    pub(super) statement: Option<File>,
    pub(super) disclosures: Vec<String>,
    pub(super) vkey: Option<VerifierKey>,
    pub(super) auditor: Option<VerifierKey>,
}

/// Why nothing is proven.
pub(super) enum Unproven {
    /// What was given does not go together, or cannot be read.
    Unusable(Failure),
    /// It was read, and is wrong.
    Wrong(String),
}

impl Unproven {
    fn wrong(error: impl ToString) -> Self {
        Self::Wrong(error.to_string())
    }
}

impl From<Failure> for Unproven {
    fn from(failure: Failure) -> Self {
        Self::Unusable(failure)
    }
}

impl File {
    fn unusable(&self, reason: String) -> Failure {
        Failure::usage(say!("{}: {}", Words::data(&self.name), quoted(reason)))
    }

    fn read<T>(&self, read: impl Fn(&[u8]) -> Result<T, String>) -> Result<T, Failure> {
        read(&self.bytes).map_err(|reason| self.unusable(reason))
    }
}

/// A receipt of either form; `None` where the file is a checkpoint.
fn receipt(file: &File) -> Result<Option<Receipt>, Failure> {
    if enclosed::is_json(&file.bytes) {
        return file.read(enclosed::receipt).map(Some);
    }
    let proof = file.bytes.starts_with(TlogProof::HEADER.as_bytes());
    let bare = || Receipt { proof: file.bytes.clone(), entry: None, opening: None, disclosures: Vec::new() };
    Ok(proof.then(bare))
}

impl Given {
    /// What all of it together shows.
    pub(super) fn verdict(&self) -> Result<Right, Unproven> {
        match (&self.receipt, &self.entry) {
            (Some(file), _) => match receipt(file)? {
                Some(receipt) => self.receipt(receipt),
                None => self.checkpoint(&file.bytes),
            },
            (None, Some(entry)) => self.entry(&entry.bytes),
            (None, None) => self.statement(),
        }
    }

    /// Refuses what is given and takes no part.
    fn only(&self, what: &Words, used: &[&str]) -> Result<(), Failure> {
        let options = [
            ("--entry", self.entry.is_some()),
            ("--opening", self.opening.is_some()),
            ("--event", self.event.is_some()),
            ("--disclosure", !self.disclosures.is_empty()),
            ("--older", self.older.is_some()),
            ("--proof", self.proof.is_some()),
            ("--policy", self.policy.is_some()),
            ("--statement", self.statement.is_some()),
            ("--auditor", self.auditor.is_some()),
            ("--vkey", self.vkey.is_some()),
        ];
        let superfluous = |(option, given): &&(&str, bool)| *given && !used.contains(option);
        if let Some((option, _)) = options.iter().find(superfluous) {
            return Err(Failure::usage(say!(
                "{} takes no part where {} is verified",
                Words::data(option),
                what
            )));
        }
        self.both()
    }

    /// Refuses one of two that are nothing by themselves.
    fn both(&self) -> Result<(), Failure> {
        for (one, other, both) in [
            ("--older", "--proof", self.older.is_some() == self.proof.is_some()),
            ("--statement", "--auditor", self.statement.is_some() == self.auditor.is_some()),
        ] {
            if !both {
                return Err(Failure::usage(say!(
                    "{} and {} go together",
                    Words::data(one),
                    Words::data(other)
                )));
            }
        }
        Ok(())
    }

    fn trusted(&self) -> Result<&VerifierKey, Failure> {
        self.vkey
            .as_ref()
            .ok_or_else(|| Failure::usage(say!("--vkey is needed: the verifier key that you trust")))
    }

    fn opening(&self) -> Result<Option<ContentOpening>, Failure> {
        self.opening.as_ref().map(|file| file.read(enclosed::opening)).transpose()
    }

    fn receipt(&self, receipt: Receipt) -> Result<Right, Unproven> {
        self.both()?;
        let vkey = self.trusted()?;
        let Receipt { proof, entry: enclosed, opening, mut disclosures } = receipt;
        for (option, twice) in [
            ("--entry", self.entry.is_some() && enclosed.is_some()),
            ("--opening", self.opening.is_some() && opening.is_some()),
        ] {
            if twice {
                let option = Words::data(option);
                return Err(Failure::usage(say!(
                    "{} is given, and the receipt holds one of its own",
                    option
                ))
                .into());
            }
        }
        let entry = self.entry.as_ref().map(|file| &file.bytes).or(enclosed.as_ref()).ok_or_else(|| {
            Failure::usage(say!(
                "the receipt holds no entry: give its bytes with --entry (GET /v1/entries/N/raw)"
            ))
        })?;
        let opening = self.opening()?.or(opening);
        let proven = ProvenEntry::verify(&proof, entry, opening.as_ref(), vkey).map_err(Unproven::wrong)?;
        disclosures.extend_from_slice(&self.disclosures);
        let fields = self.beside_event(&proven.verified, &disclosures).map_err(Unproven::wrong)?;
        let beside = self.beside(&proven.checkpoint)?;
        Ok(Right::Proven(Box::new(Proven::of(&proven, fields, beside))))
    }

    fn checkpoint(&self, note: &[u8]) -> Result<Right, Unproven> {
        let used = ["--older", "--proof", "--policy", "--statement", "--auditor", "--vkey"];
        self.only(&say!("a checkpoint"), &used)?;
        let signed = checkpoint(note, self.trusted()?)?;
        let beside = self.beside(&signed)?;
        Ok(Right::Signed(Signed::of(signed.checkpoint(), beside)))
    }

    fn entry(&self, entry: &[u8]) -> Result<Right, Unproven> {
        self.only(&say!("an entry by itself"), &["--entry", "--opening", "--event", "--disclosure"])?;
        let opening = self.opening()?;
        let verified = VerifiedEntry::verify(entry, opening.as_ref()).map_err(Unproven::wrong)?;
        let fields = self.beside_event(&verified, &self.disclosures).map_err(Unproven::wrong)?;
        Ok(Right::Alone(Alone::of(&verified, fields)))
    }

    fn statement(&self) -> Result<Right, Unproven> {
        self.only(&say!("an auditor's statement by itself"), &["--statement", "--auditor"])?;
        match self.stated()? {
            Some(stated) => Ok(Right::Stated(Stated::of(&stated))),
            None => {
                Err(Failure::usage(say!("a receipt, a checkpoint, an entry or a statement is expected"))
                    .into())
            }
        }
    }

    /// The event that was given is the entry's, and names the fields that are shown.
    fn beside_event(
        &self,
        verified: &VerifiedEntry,
        disclosures: &[String],
    ) -> Result<Vec<ledger_spec::event::DisclosedField>, ReceiptError> {
        self.event.as_ref().map_or(Ok(()), |event| verified.holds(&event.bytes))?;
        disclosures.iter().map(|text| verified.discloses(text)).collect()
    }

    /// What is asked of a checkpoint, whatever stands under it.
    fn beside(&self, signed: &SignedCheckpoint) -> Result<Beside, Unproven> {
        let mut beside = Beside::default();
        if let (Some(older), Some(proof)) = (&self.older, &self.proof) {
            let older = checkpoint(&older.bytes, signed.key())?;
            let proof = enclosed::consistency(&proof.bytes);
            let proof = proof.map_err(|reason| Unproven::Wrong(format!("proof: {reason}")))?;
            signed.goes_on_from(&older, &proof).map_err(Unproven::wrong)?;
            beside.goes_on_from = Some(older.checkpoint().size().get());
        }
        if let Some(file) = &self.policy {
            let policy = file.read(policy)?;
            let met = policy.met_by(signed).map_err(Unproven::wrong)?;
            let named = |Cosigned { witness, at }: Cosigned<'_>| (witness.name.clone(), at);
            beside.witnesses = met.into_iter().map(named).collect();
        }
        if let Some(stated) = self.stated()? {
            stated.is_about(signed.checkpoint()).map_err(Unproven::wrong)?;
            beside.audited = Some(Audited::of(&stated));
        }
        Ok(beside)
    }

    fn stated(&self) -> Result<Option<AuditStatement>, Unproven> {
        let (Some(file), Some(auditor)) = (&self.statement, &self.auditor) else { return Ok(None) };
        AuditStatement::verify(&file.bytes, auditor).map(Some).map_err(Unproven::wrong)
    }
}

fn checkpoint(note: &[u8], key: &VerifierKey) -> Result<SignedCheckpoint, Unproven> {
    SignedCheckpoint::verify(note, key).map_err(|error| Unproven::Wrong(format!("checkpoint: {error}")))
}

fn policy(bytes: &[u8]) -> Result<Policy, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    Policy::parse(text).map_err(|error| error.to_string())
}
