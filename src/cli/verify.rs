//! `verify`: a receipt, an entry, a checkpoint or two, offline.

use super::failure::Failure;
use super::sign::read_file;
use super::{Outcome, talk};
use clap::Args;
use ledger_spec::entry::Entry;
use ledger_spec::event::envelope::SignedEvent;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tlog::bytes::{from_base64, from_base64_exact, from_hex, to_hex};
use tlog::checkpoint::SignedCheckpoint;
use tlog::hash::TreeHash;
use tlog::merkle::ConsistencyProof;
use tlog::note::VerifierKey;
use tlog::policy::Policy;
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
pub(super) struct Verify {
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
        let vkey = self.vkey.as_deref().map(read_vkey).transpose()?;
        let event = self.event.as_deref().map(read_file).transpose()?;
        let entry = self.entry.as_deref().map(read_file).transpose()?;
        let needs_key = || Failure::usage("--vkey is needed: the verifier key that you trust");
        let Some(path) = &self.receipt else {
            return tell(alone(&entry.unwrap_or_default(), event.as_deref()), json);
        };
        let vkey = vkey.ok_or_else(needs_key)?;
        let (proof, enclosed) = read_receipt(path)?;
        let header = TlogProof::HEADER.as_bytes();
        if enclosed.is_none() && !proof.starts_with(header) {
            let pair = match (&self.older, &self.proof) {
                (Some(older), Some(proof)) => Some((read_file(older)?, read_file(proof)?)),
                _ => None,
            };
            let policy = self.policy.as_deref().map(read_policy).transpose()?;
            return tell(checkpoints(&proof, pair, policy.as_ref(), &vkey), json);
        }
        let entry = entry.or(enclosed).ok_or_else(|| {
            Failure::usage("the receipt holds no entry: give its bytes with --entry (GET /v1/entries/N/raw)")
        })?;
        tell(prove(&proof, &entry, event.as_deref(), &vkey), json)
    }
}

/// What was found right, for programs and for people.
pub(super) trait Found: Serialize {
    fn in_words(&self) -> String;
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

/// An entry that holds together, wherever it stands.
#[derive(Serialize)]
struct Alone {
    right: bool,
    index: u64,
    entry_hash: String,
    kind: &'static str,
    signed_by: Vec<String>,
}

impl Found for Alone {
    fn in_words(&self) -> String {
        format!(
            "right: {} that says it is entry {}, {} signature(s) hold; whether it stands in a ledger is not shown",
            self.kind,
            self.index,
            self.signed_by.len()
        )
    }
}

fn alone(entry: &[u8], event: Option<&[u8]>) -> Result<Alone, String> {
    let read = Entry::decode(entry).map_err(|error| format!("entry: {error}"))?;
    if event.is_some_and(|event| event != read.event) {
        return Err("the entry holds another event than the one given".into());
    }
    let verified = SignedEvent::from_entry(&read).and_then(SignedEvent::verify);
    let verified = verified.map_err(|error| format!("entry {}: {error}", read.index))?;
    Ok(Alone {
        right: true,
        index: read.index.get(),
        entry_hash: TreeHash::leaf(entry).to_string(),
        kind: verified.event().kind().name(),
        signed_by: verified.signers().map(|key| to_hex(key.as_bytes())).collect(),
    })
}

/// A checkpoint that its log signed, and what it goes on from.
#[derive(Serialize)]
struct Signed {
    right: bool,
    origin: String,
    size: u64,
    root: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    goes_on_from: Option<u64>,
    /// Those of the policy's witnesses that cosigned, and when, in seconds since 1970.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    witnesses: Vec<(String, u64)>,
}

impl Found for Signed {
    fn in_words(&self) -> String {
        let from = match self.goes_on_from {
            Some(size) => format!(", which begins with the {size} entries of the older one"),
            None => String::new(),
        };
        let names: Vec<_> = self.witnesses.iter().map(|(name, _)| name.as_str()).collect();
        let by = if names.is_empty() { String::new() } else { format!(", cosigned by {}", names.join(", ")) };
        format!(
            "right: checkpoint of {} over {} entries, root {}{from}{by}",
            self.origin, self.size, self.root
        )
    }
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
        let before = older.checkpoint();
        let proof = read_consistency(&proof)?;
        proof
            .verify(before.size(), before.root(), stated.size(), stated.root())
            .map_err(|error| format!("from {} to {} entries: {error}", before.size(), stated.size()))?;
        goes_on_from = Some(before.size().get());
    }
    let mut witnesses = Vec::new();
    for witness in policy.map(Policy::witnesses).unwrap_or_default() {
        let at = witness.key.time_of(newer.note()).map_err(|error| error.to_string())?;
        witnesses.extend(at.map(|at| (witness.name.clone(), at)));
    }
    let signed = |name: &str| witnesses.iter().any(|(known, _)| known == name);
    if policy.is_some_and(|policy| !policy.is_met(|witness| signed(&witness.name))) {
        let names: Vec<_> = witnesses.iter().map(|(name, _)| name.as_str()).collect();
        return Err(format!("the policy is not met: cosigned by [{}]", names.join(", ")));
    }
    Ok(Signed {
        witnesses,
        right: true,
        origin: stated.origin().to_string(),
        size: stated.size().get(),
        root: stated.root().to_string(),
        goes_on_from,
    })
}

/// Reads a policy file.
pub(super) fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let wrong = |reason: &dyn std::fmt::Display| Failure::usage(format!("{}: {reason}", path.display()));
    let text = String::from_utf8(read_file(path)?).map_err(|error| wrong(&error))?;
    Policy::parse(&text).map_err(|error| wrong(&error))
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

impl Found for Proven {
    fn in_words(&self) -> String {
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
