//! `verify`: a receipt, an entry, a checkpoint or two, an auditor's statement, offline.

use crate::cli::failure::Failure;
use crate::cli::input::{read_file, read_key, read_vkey};
use crate::cli::proven::{Alone, Audited, Found, Proven, Signed, Stated};
use crate::cli::{Outcome, talk};
use crate::witness;
use crate::words::{quoted, say};
use clap::Args;
use ledger_spec::audit::{AuditStatement, ProvenEntry, ReceiptError, StatementError, VerifiedEntry};
use ledger_spec::sealed::{ContentOpening, Opening};
use ledger_spec::wording::Words;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use tlog::bytes::{from_base64, from_base64_exact, from_hex};
use tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use tlog::defect::OrDefect as _;
use tlog::hash::TreeHash;
use tlog::merkle::ConsistencyProof;
use tlog::note::VerifierKey;
use tlog::policy::{Cosigned, Policy};
use tlog::proof::TlogProof;

/// Verify offline a receipt (that an entry stands in the ledger, under a checkpoint that its operator signed),
/// an entry alone, a checkpoint, that one checkpoint goes on from another, or what an auditor states of it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  # What `append` printed holds all that is needed
  credit-ledger verify receipt.json --vkey ledger.vkey
  credit-ledger verify receipt.json --vkey ledger.vkey --event event.json

  # A proof and an entry fetched by themselves; of a sealed one what opens it too
  curl -o proof.txt URL/v1/receipts/7; curl -o entry.bin URL/v1/entries/7/raw; curl -o 7.json URL/v1/entries/7
  credit-ledger verify proof.txt --entry entry.bin --opening 7.json --vkey ledger.vkey
  credit-ledger verify --entry entry.bin --opening 7.json      its layout and signatures alone

  # One personal field that somebody shows you: it is what the event names, and you learn nothing of the others
  credit-ledger show field 7 name --dir ledger --json > field.json
  credit-ledger verify field.json --vkey ledger.vkey

  # A checkpoint, and that it goes on from one that was kept
  curl -o new.checkpoint URL/checkpoint; curl -o proof.json 'URL/v1/consistency?from=605&to=1305'
  credit-ledger verify new.checkpoint --vkey ledger.vkey
  credit-ledger verify new.checkpoint --older old.checkpoint --proof proof.json --vkey ledger.vkey
  credit-ledger verify cosigned.checkpoint --policy my.policy --vkey ledger.vkey

  # What an auditor states (`audit --statement`), and that it is about the tree of a checkpoint or of a receipt
  credit-ledger verify --statement city.audited --auditor auditor.vkey
  credit-ledger verify new.checkpoint --vkey ledger.vkey --statement city.audited --auditor auditor.vkey

Of a receipt it checks the entry's layout, its signatures, its place in the tree and the checkpoint's
signature. It does not check whether the signers were entitled: that takes the whole ledger (`audit`).")]
pub(in crate::cli) struct Verify {
    /// The receipt: a C2SP tlog-proof, or a JSON line as `append` prints it; or a checkpoint. `-` reads stdin.
    #[arg(required_unless_present_any = ["entry", "statement"])]
    receipt: Option<PathBuf>,
    /// The entry's exact bytes.
    #[arg(long)]
    entry: Option<PathBuf>,
    /// What opens a sealed entry: an opening of form `content`, or an answer that has one: a line of `append`, or of
    /// /v1/entries/N.
    #[arg(long)]
    opening: Option<PathBuf>,
    /// A personal field that somebody shows: the event must name its digest. Several may be given.
    #[arg(long, value_name = "TEXT")]
    disclosure: Vec<String>,
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
    /// What an auditor states; a checkpoint or a receipt that is given has to be of the very size and root.
    #[arg(long, requires = "auditor")]
    statement: Option<PathBuf>,
    /// The auditor's verifier key, or a file that holds it.
    #[arg(long, requires = "statement")]
    auditor: Option<String>,
    /// The verifier key that you trust, or a file that holds it.
    #[arg(long, required_unless_present_any = ["entry", "statement"])]
    vkey: Option<String>,
}

/// A line as `append` prints it; other members are passed over.
#[derive(Deserialize)]
struct Line {
    receipt: String,
    entry: Option<String>,
    opening: Option<Box<RawValue>>,
    #[serde(default)]
    disclosures: Vec<String>,
}

/// A receipt as it was read.
struct Receipt {
    proof: Vec<u8>,
    entry: Option<Vec<u8>>,
    opening: Option<ContentOpening>,
    disclosures: Vec<String>,
}

impl Verify {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let vkey = self.vkey.as_deref().map(read_vkey).transpose()?;
        let event = self.event.as_deref().map(read_file).transpose()?;
        let entry = self.entry.as_deref().map(read_file).transpose()?;
        let opening = self.opening.as_deref().map(read_opening).transpose()?;
        let stated = self.stated()?;
        let needs_key = || Failure::usage(say!("--vkey is needed: the verifier key that you trust"));
        let Some(path) = &self.receipt else {
            if let Some(stated) = stated {
                return match entry {
                    None => tell(stated.map(|stated| Stated::of(&stated)), json),
                    Some(_) => {
                        Err(Failure::usage(say!("--statement is of a tree: give the entry's receipt")))
                    }
                };
            }
            let entry = entry.or_defect("whoever gives no receipt has to give an entry");
            return tell(alone(&entry, opening.as_ref(), event.as_deref(), &self.disclosure), json);
        };
        let vkey = vkey.ok_or_else(needs_key)?;
        let Receipt { proof, entry: enclosed, opening: given, mut disclosures } = read_receipt(path)?;
        disclosures.extend(self.disclosure);
        let opening = opening.or(given);
        let header = TlogProof::HEADER.as_bytes();
        if enclosed.is_none() && !proof.starts_with(header) {
            let pair = match (&self.older, &self.proof) {
                (Some(older), Some(proof)) => Some((read_file(older)?, read_file(proof)?)),
                _ => None,
            };
            let policy = self.policy.as_deref().map(witness::read_policy).transpose()?;
            return tell(checkpoints(&proof, pair, policy.as_ref(), stated, &vkey), json);
        }
        let entry = entry.or(enclosed).ok_or_else(|| {
            Failure::usage(say!(
                "the receipt holds no entry: give its bytes with --entry (GET /v1/entries/N/raw)"
            ))
        })?;
        let opening = opening.as_ref();
        let evidence = Evidence { proof: &proof, entry: &entry, opening, disclosures: &disclosures };
        tell(prove(&evidence, event.as_deref(), stated, &vkey), json)
    }

    /// What the auditor states, or why it is not what the auditor has signed.
    fn stated(&self) -> Result<Option<Result<AuditStatement, StatementError>>, Failure> {
        let (Some(statement), Some(auditor)) = (&self.statement, &self.auditor) else { return Ok(None) };
        let auditor = read_key("--auditor", auditor, VerifierKey::parse)?;
        Ok(Some(AuditStatement::verify(&read_file(statement)?, &auditor)))
    }
}

/// What an auditor states of a checkpoint, where that is given.
fn audited(
    stated: Option<Result<AuditStatement, StatementError>>,
    checkpoint: &Checkpoint,
) -> Result<Option<Audited>, String> {
    let Some(stated) = stated else { return Ok(None) };
    let stated = stated.map_err(|error| error.to_string())?;
    stated.is_about(checkpoint).map_err(|error| error.to_string())?;
    Ok(Some(Audited::of(&stated)))
}

fn tell(found: Result<impl Found, impl Display + 'static>, json: bool) -> Outcome {
    match found {
        Ok(proven) if json => talk::put_json(&proven),
        Ok(proven) => talk::put_words(&proven.in_words()),
        Err(reason) => {
            if json {
                talk::put_json(&serde_json::json!({"right": false, "fault": reason.to_string()}))?;
            }
            Err(Failure::wrong(reason))
        }
    }
}

fn alone(
    entry: &[u8],
    opening: Option<&ContentOpening>,
    event: Option<&[u8]>,
    disclosures: &[String],
) -> Result<Alone, ReceiptError> {
    let verified = VerifiedEntry::verify(entry, opening)?;
    event.map_or(Ok(()), |event| verified.holds(event))?;
    let fields: Result<_, _> = disclosures.iter().map(|text| verified.discloses(text)).collect();
    Ok(Alone::of(&verified, fields?))
}

fn checkpoints(
    newer: &[u8],
    pair: Option<(Vec<u8>, Vec<u8>)>,
    policy: Option<&Policy>,
    statement: Option<Result<AuditStatement, StatementError>>,
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
        audited: audited(statement, stated)?,
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

/// What is to prove that an event stands in a ledger.
struct Evidence<'a> {
    proof: &'a [u8],
    entry: &'a [u8],
    opening: Option<&'a ContentOpening>,
    disclosures: &'a [String],
}

fn prove(
    evidence: &Evidence<'_>,
    event: Option<&[u8]>,
    statement: Option<Result<AuditStatement, StatementError>>,
    vkey: &VerifierKey,
) -> Result<Proven, String> {
    let Evidence { proof, entry, opening, disclosures } = evidence;
    let wrong = |error: ReceiptError| error.to_string();
    let proven = ProvenEntry::verify(proof, entry, *opening, vkey).map_err(wrong)?;
    event.map_or(Ok(()), |event| proven.verified.holds(event)).map_err(wrong)?;
    let fields: Result<_, _> = disclosures.iter().map(|text| proven.verified.discloses(text)).collect();
    let audited = audited(statement, proven.checkpoint.checkpoint())?;
    Ok(Proven::of(&proven, fields.map_err(wrong)?, audited))
}

/// What holds an opening: the answer of `/v1/entries/N`, or a line of `append`; other members are passed over.
#[derive(Deserialize)]
struct Holder {
    opening: Box<RawValue>,
}

/// An opening of the content: by itself, or within an answer.
fn read_opening(path: &Path) -> Result<ContentOpening, Failure> {
    let bytes = read_file(path)?;
    // Nothing that an opening by itself has is called so.
    let opening = match serde_json::from_slice::<Holder>(&bytes) {
        Ok(holder) => content_opening(holder.opening.get().as_bytes()),
        Err(_) => content_opening(&bytes),
    };
    opening.map_err(|reason| Failure::usage(say!("{}: {}", Words::data(path.display()), quoted(reason))))
}

fn content_opening(json: &[u8]) -> Result<ContentOpening, String> {
    match Opening::from_json(json).map_err(|error| error.to_string())? {
        Opening::Content(opening) => Ok(opening),
        _ => Err("the opening is not of an event".to_owned()),
    }
}

/// The proof, and what the receipt encloses.
fn read_receipt(path: &Path) -> Result<Receipt, Failure> {
    let bytes = read_file(path)?;
    if bytes.first() != Some(&b'{') {
        return Ok(Receipt { proof: bytes, entry: None, opening: None, disclosures: Vec::new() });
    }
    let wrong =
        |reason: &dyn Display| Failure::usage(say!("{}: {}", Words::data(path.display()), quoted(reason)));
    let line: Line = serde_json::from_slice(&bytes).map_err(|error| wrong(&error))?;
    let entry = line.entry.map(|text| from_base64(&text)).transpose().map_err(|error| wrong(&error))?;
    let opening = line.opening.map(|opening| content_opening(opening.get().as_bytes())).transpose();
    let opening = opening.map_err(|error| wrong(&error))?;
    Ok(Receipt { proof: line.receipt.into_bytes(), entry, opening, disclosures: line.disclosures })
}
