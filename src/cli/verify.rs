//! `verify`: a receipt, offline.

use super::failure::Failure;
use super::sign::read_file;
use super::{Outcome, talk};
use clap::Args;
use ledger_spec::bytes::{from_base64, to_hex};
use ledger_spec::entry::Entry;
use ledger_spec::envelope::SignedEvent;
use ledger_spec::hash::TreeHash;
use ledger_spec::note::VerifierKey;
use ledger_spec::proof::TlogProof;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Verify a receipt offline: that an entry stands in the ledger, under a checkpoint its operator signed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  # What `append --with-entry` printed holds all that is needed
  credit-ledger verify receipt.json --vkey ledger.vkey
  credit-ledger verify receipt.json --vkey ledger.vkey --event event.json

  # A proof and an entry fetched by themselves
  curl -o proof.txt URL/v1/receipts/7; curl -o entry.bin URL/v1/entries/7/raw
  credit-ledger verify proof.txt --entry entry.bin --vkey ledger.vkey

Checks the entry's layout, its signatures, its place in the tree and the checkpoint's signature. It
does not check whether the signers were entitled: that takes the whole ledger (`audit`).")]
pub(super) struct Verify {
    /// The receipt: a C2SP tlog-proof, or a JSON line as `append` prints it; `-` reads stdin.
    receipt: PathBuf,
    /// The entry's exact bytes.
    #[arg(long)]
    entry: Option<PathBuf>,
    /// The event's exact bytes: the entry must hold just these.
    #[arg(long)]
    event: Option<PathBuf>,
    /// The verifier key that you trust, or a file that holds it.
    #[arg(long)]
    vkey: String,
}

/// A line as `append` prints it; other members are passed over.
#[derive(Deserialize)]
struct Line {
    receipt: String,
    entry: Option<String>,
}

/// What a receipt proves.
#[derive(Serialize)]
pub(super) struct Proven {
    right: bool,
    origin: String,
    index: u64,
    size: u64,
    recorded_at: String,
    entry_hash: String,
    event: String,
    kind: &'static str,
    issuer: String,
    subject: String,
    signed_by: Vec<String>,
}

impl Verify {
    pub(super) fn run(self, json: bool) -> Outcome {
        let vkey = read_vkey(&self.vkey)?;
        let (proof, enclosed) = read_receipt(&self.receipt)?;
        let entry = match (&self.entry, enclosed) {
            (Some(path), _) => read_file(path)?,
            (None, Some(entry)) => entry,
            (None, None) => {
                let said = "the receipt holds no entry: give its bytes with --entry (GET /v1/entries/N/raw)";
                return Err(Failure::usage(said));
            }
        };
        let event = self.event.as_deref().map(read_file).transpose()?;
        match prove(&proof, &entry, event.as_deref(), &vkey) {
            Ok(proven) if json => talk::put_json(&proven),
            Ok(proven) => talk::put_line(&proven.in_words()),
            Err(reason) => {
                if json {
                    talk::put_json(&serde_json::json!({"right": false, "fault": reason}))?;
                }
                Err(Failure::wrong(reason))
            }
        }
    }
}

/// Checks everything about one entry that can be checked without the rest of the ledger.
pub(super) fn prove(
    proof: &[u8],
    entry: &[u8],
    event: Option<&[u8]>,
    vkey: &VerifierKey,
) -> Result<Proven, String> {
    let proof = TlogProof::parse(proof).map_err(|error| format!("receipt: {error}"))?;
    let leaf = TreeHash::leaf(entry);
    let checkpoint = proof.verify(leaf, vkey).map_err(|error| format!("receipt: {error}"))?;
    let read = Entry::decode(entry).map_err(|error| format!("entry: {error}"))?;
    if read.index != proof.index() {
        return Err(format!("the entry names index {}; the receipt is for {}", read.index, proof.index()));
    }
    if event.is_some_and(|event| event != read.event) {
        return Err("the entry holds another event than the one given".into());
    }
    let verified = SignedEvent::from_entry(&read).and_then(SignedEvent::verify);
    let verified = verified.map_err(|error| format!("entry {}: {error}", read.index))?;
    let (stated, checkpoint) = (verified.event(), checkpoint.checkpoint());
    if stated.origin != *checkpoint.origin() {
        return Err(format!("the event is of {}; the checkpoint of {}", stated.origin, checkpoint.origin()));
    }
    Ok(Proven {
        right: true,
        origin: checkpoint.origin().to_string(),
        index: read.index.get(),
        size: checkpoint.size().get(),
        recorded_at: read.recorded_at.to_text(),
        entry_hash: leaf.to_string(),
        event: stated.id.to_string(),
        kind: stated.kind().name(),
        issuer: stated.issuer.to_string(),
        subject: stated.subject.to_string(),
        signed_by: verified.signers().map(|key| to_hex(key.as_bytes())).collect(),
    })
}

impl Proven {
    /// The same, for people.
    pub(super) fn in_words(&self) -> String {
        format!(
            "right: entry {} of {}, under its checkpoint over {} entries\n  \
             {} {} by {} about {}, recorded {}",
            self.index,
            self.origin,
            self.size,
            self.kind,
            self.event,
            self.issuer,
            self.subject,
            self.recorded_at
        )
    }
}

/// A verifier key as an argument: itself, or a file that holds it.
pub(super) fn read_vkey(text: &str) -> Result<VerifierKey, Failure> {
    if let Ok(key) = VerifierKey::parse(text) {
        return Ok(key);
    }
    let held = std::fs::read_to_string(text)
        .map_err(|error| Failure::usage(format!("--vkey: neither a verifier key nor a file ({error})")))?;
    VerifierKey::parse(held.trim()).map_err(|error| Failure::usage(format!("--vkey {text}: {error}")))
}

/// The proof, and the entry's bytes where the receipt encloses them.
fn read_receipt(path: &Path) -> Result<(Vec<u8>, Option<Vec<u8>>), Failure> {
    let bytes = read_file(path)?;
    if bytes.first() != Some(&b'{') {
        return Ok((bytes, None));
    }
    let wrong = |reason: &dyn std::fmt::Display| Failure::usage(format!("{}: {reason}", path.display()));
    let line: Line = serde_json::from_slice(&bytes).map_err(|error| wrong(&error))?;
    let entry = line.entry.map(|text| from_base64(&text)).transpose().map_err(|error| wrong(&error))?;
    Ok((line.receipt.into_bytes(), entry))
}
