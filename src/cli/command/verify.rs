//! `verify`: a receipt, an entry, a checkpoint or two, offline.

use crate::cli::failure::Failure;
use crate::cli::input::{read_file, read_vkey};
use crate::cli::proven::{Alone, Found, Proven, Signed};
use crate::cli::{Outcome, talk};
use crate::witness;
use clap::Args;
use ledger_spec::audit::{ProvenEntry, VerifiedEntry};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use tlog::bytes::{from_base64, from_base64_exact, from_hex};
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::OrDefect as _;
use tlog::hash::TreeHash;
use tlog::merkle::ConsistencyProof;
use tlog::note::VerifierKey;
use tlog::policy::{Cosigned, Policy};
use tlog::proof::TlogProof;

/// Verify offline a receipt (that an entry stands in the ledger, under a checkpoint that its operator signed),
/// an entry alone, a checkpoint, or that one checkpoint goes on from another.
#[derive(Args)]
#[command(after_help = "\
Examples:
  # What `append --with-entry` printed holds all that is needed
  credit-ledger verify receipt.json --vkey ledger.vkey
  credit-ledger verify receipt.json --vkey ledger.vkey --event event.json

  # A proof and an entry fetched by themselves
  curl -o proof.txt URL/v1/receipts/7; curl -o entry.bin URL/v1/entries/7/raw
  credit-ledger verify proof.txt --entry entry.bin --vkey ledger.vkey
  credit-ledger verify --entry entry.bin                 its layout and signatures alone

  # A checkpoint, and that it goes on from one that was kept
  curl -o new.checkpoint URL/checkpoint; curl -o proof.json 'URL/v1/consistency?from=605&to=1305'
  credit-ledger verify new.checkpoint --vkey ledger.vkey
  credit-ledger verify new.checkpoint --older old.checkpoint --proof proof.json --vkey ledger.vkey
  credit-ledger verify cosigned.checkpoint --policy my.policy --vkey ledger.vkey

Of a receipt it checks the entry's layout, its signatures, its place in the tree and the checkpoint's
signature. It does not check whether the signers were entitled: that takes the whole ledger (`audit`).")]
pub(in crate::cli) struct Verify {
    /// The receipt: a C2SP tlog-proof, or a JSON line as `append` prints it; or a checkpoint. `-` reads stdin.
    #[arg(required_unless_present = "entry")]
    receipt: Option<PathBuf>,
    /// The entry's exact bytes.
    #[arg(long)]
    entry: Option<PathBuf>,
    /// The event's exact bytes: the entry must hold just these.
    #[arg(long)]
    event: Option<PathBuf>,
    /// A checkpoint that has to be of the same history, no greater than the one given.
    #[arg(long, requires = "proof")]
    older: Option<PathBuf>,
    /// The proof between the two: what /v1/consistency answers, or its hashes in base64, one a line.
    #[arg(long, requires = "older")]
    proof: Option<PathBuf>,
    /// Whose cosignatures the checkpoint must carry: a C2SP tlog-policy.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// The verifier key that you trust, or a file that holds it.
    #[arg(long, required_unless_present = "entry")]
    vkey: Option<String>,
}

/// A line as `append` prints it; other members are passed over.
#[derive(Deserialize)]
struct Line {
    receipt: String,
    entry: Option<String>,
}

impl Verify {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let vkey = self.vkey.as_deref().map(read_vkey).transpose()?;
        let event = self.event.as_deref().map(read_file).transpose()?;
        let entry = self.entry.as_deref().map(read_file).transpose()?;
        let needs_key = || Failure::usage("--vkey is needed: the verifier key that you trust");
        let Some(path) = &self.receipt else {
            let entry = entry.or_defect("whoever gives no receipt has to give an entry");
            return tell(alone(&entry, event.as_deref()), json);
        };
        let vkey = vkey.ok_or_else(needs_key)?;
        let (proof, enclosed) = read_receipt(path)?;
        let header = TlogProof::HEADER.as_bytes();
        if enclosed.is_none() && !proof.starts_with(header) {
            let pair = match (&self.older, &self.proof) {
                (Some(older), Some(proof)) => Some((read_file(older)?, read_file(proof)?)),
                _ => None,
            };
            let policy = self.policy.as_deref().map(witness::read_policy).transpose()?;
            return tell(checkpoints(&proof, pair, policy.as_ref(), &vkey), json);
        }
        let entry = entry.or(enclosed).ok_or_else(|| {
            Failure::usage("the receipt holds no entry: give its bytes with --entry (GET /v1/entries/N/raw)")
        })?;
        tell(prove(&proof, &entry, event.as_deref(), &vkey), json)
    }
}

fn tell(found: Result<impl Found, String>, json: bool) -> Outcome {
    match found {
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

fn alone(entry: &[u8], event: Option<&[u8]>) -> Result<Alone, String> {
    let verified = VerifiedEntry::verify(entry).map_err(|error| error.to_string())?;
    event.map_or(Ok(()), |event| verified.holds(event)).map_err(|error| error.to_string())?;
    Ok(Alone::of(&verified))
}

fn checkpoints(
    newer: &[u8],
    pair: Option<(Vec<u8>, Vec<u8>)>,
    policy: Option<&Policy>,
    vkey: &VerifierKey,
) -> Result<Signed, String> {
    let signed =
        |note: &[u8]| SignedCheckpoint::verify(note, vkey).map_err(|error| format!("checkpoint: {error}"));
    let newer = signed(newer)?;
    let stated = newer.checkpoint();
    let mut goes_on_from = None;
    if let Some((older, proof)) = pair {
        let older = signed(&older)?;
        let proof = read_consistency(&proof)?;
        newer.goes_on_from(&older, &proof).map_err(|error| error.to_string())?;
        goes_on_from = Some(older.checkpoint().size().get());
    }
    let met = policy.map(|policy| policy.met_by(&newer)).transpose().map_err(|error| error.to_string())?;
    let witnesses = met.unwrap_or_default().into_iter();
    Ok(Signed {
        witnesses: witnesses.map(|Cosigned { witness, at }| (witness.name.clone(), at)).collect(),
        right: true,
        origin: stated.origin().to_string(),
        size: stated.size().get(),
        root: stated.root().to_string(),
        goes_on_from,
    })
}

/// The answer of `/v1/consistency`; other members are passed over.
#[derive(Deserialize)]
struct Consistency {
    proof: Vec<String>,
}

fn read_consistency(bytes: &[u8]) -> Result<ConsistencyProof, String> {
    let hashes: Result<Vec<TreeHash>, String> = if bytes.first() == Some(&b'{') {
        let read: Consistency = serde_json::from_slice(bytes).map_err(|error| format!("proof: {error}"))?;
        let hash = |text: &String| from_hex(text).map(TreeHash::from_bytes);
        read.proof.iter().map(|text| hash(text).map_err(|error| format!("proof: {error}"))).collect()
    } else {
        let text = std::str::from_utf8(bytes).map_err(|error| format!("proof: {error}"))?;
        let hash = |line| from_base64_exact(line).map(TreeHash::from_bytes);
        text.lines().map(|line| hash(line).map_err(|error| format!("proof: {error}"))).collect()
    };
    ConsistencyProof::from_hashes(hashes?).map_err(|error| format!("proof: {error}"))
}

fn prove(proof: &[u8], entry: &[u8], event: Option<&[u8]>, vkey: &VerifierKey) -> Result<Proven, String> {
    let proven = ProvenEntry::verify(proof, entry, vkey).map_err(|error| error.to_string())?;
    event.map_or(Ok(()), |event| proven.verified.holds(event)).map_err(|error| error.to_string())?;
    Ok(Proven::of(&proven))
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
