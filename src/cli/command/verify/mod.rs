//! `verify`: a receipt, an entry, a checkpoint or two, an auditor's statement, offline.

mod batch;
mod enclosed;
mod given;

use self::given::{File, Given, Unproven};
use crate::cli::failure::Failure;
use crate::cli::input::{read_file, read_key, read_vkey};
use crate::cli::proven::Found as _;
use crate::cli::{Outcome, talk};
use crate::words::say;
use clap::Args;
use std::path::{Path, PathBuf};
use tlog::note::VerifierKey;

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

  # Many at once: a line of JSON each, with what would be given under the options' names, files in base64
  credit-ledger verify --batch receipts.jsonl

What is given takes part in the verdict, or is refused. --older, --policy and --statement ask the same of a
checkpoint and of the one that a receipt holds. Where a policy has `log` lines, the checkpoint has to be of one
of them; a cosignature by the log's own key never counts.
Of a receipt it checks the entry's layout, its signatures, its place in the tree and the checkpoint's
signature. It does not check whether the signers were entitled: that takes the whole ledger (`audit`).")]
pub(in crate::cli) struct Verify {
    /// The receipt: a C2SP tlog-proof, or a JSON line as `append` prints it; or a checkpoint. `-` reads stdin.
    #[arg(required_unless_present_any = ["entry", "statement", "batch"])]
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
    #[arg(long, required_unless_present_any = ["entry", "statement", "batch"])]
    vkey: Option<String>,
    /// Many at once: a file of lines of JSON, each answered by a line. `-` reads stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = BESIDE_BATCH)]
    batch: Option<PathBuf>,
}

/// What a batch has in its lines.
const BESIDE_BATCH: [&str; 11] = [
    "receipt",
    "entry",
    "opening",
    "disclosure",
    "event",
    "older",
    "proof",
    "policy",
    "statement",
    "auditor",
    "vkey",
];

impl Verify {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        if let Some(path) = &self.batch {
            return batch::run(&read_file(path)?);
        }
        match self.read()?.verdict() {
            Ok(right) if json => talk::put_json(&right),
            Ok(right) => talk::put_words(&right.in_words()),
            Err(Unproven::Unusable(failure)) => Err(failure),
            Err(Unproven::Wrong(reason)) => {
                if json {
                    talk::put_json(&serde_json::json!({"right": false, "fault": reason}))?;
                }
                Err(Failure::wrong(reason))
            }
        }
    }

    /// Everything that is named, read.
    fn read(self) -> Result<Given, Failure> {
        let paths = [
            &self.receipt,
            &self.entry,
            &self.opening,
            &self.event,
            &self.older,
            &self.proof,
            &self.policy,
            &self.statement,
        ];
        if paths.iter().filter(|path| path.as_deref() == Some(Path::new("-"))).count() > 1 {
            return Err(Failure::usage(say!("stdin can be read only once")));
        }
        let auditor = self.auditor.as_deref().map(|text| read_key("--auditor", text, VerifierKey::parse));
        let vkey = self.vkey.as_deref().map(read_vkey).transpose()?;
        let [receipt, entry, opening, event, older, proof, policy, statement] = paths.map(read);
        Ok(Given {
            receipt: receipt?,
            entry: entry?,
            opening: opening?,
            event: event?,
            older: older?,
            proof: proof?,
            policy: policy?,
            statement: statement?,
            disclosures: self.disclosure,
            vkey,
            auditor: auditor.transpose()?,
        })
    }
}

fn read(path: &Option<PathBuf>) -> Result<Option<File>, Failure> {
    let Some(path) = path else { return Ok(None) };
    Ok(Some(File { name: path.display().to_string(), bytes: read_file(path)? }))
}
