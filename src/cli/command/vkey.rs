//! `vkey`: the key that verifies a ledger's checkpoints.

use crate::cli::client::{Client, opening_of};
use crate::cli::failure::Failure;
use crate::cli::{Outcome, Source, talk};
use crate::ledger::operator_key;
use crate::storage::FileDisk;
use clap::Args;
use serde::Serialize;
use std::path::Path;
use tlog::defect::OrDefect as _;
use tlog::note::VerifierKey;

/// Print the key that verifies a ledger's checkpoints and receipts (C2SP verifier key).
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger vkey --dir ledger > ledger.vkey
  credit-ledger verify receipt.txt --entry entry.bin --vkey ledger.vkey

With --url the key is what the server itself says: compare it with one published elsewhere before
you rest anything on it.")]
pub(in crate::cli) struct Vkey {
    #[command(flatten)]
    source: Source,
}

#[derive(Serialize)]
struct Printed {
    origin: String,
    vkey: String,
}

impl Vkey {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let vkey = match (&self.source.dir, &self.source.url) {
            (Some(dir), _) => key_of_folder(dir)?,
            (None, url) => {
                let url = url.as_deref().or_defect("one of folder and URL has to be given");
                opening_of(&Client::new(url)?)?.operator
            }
        };
        let printed = Printed { origin: vkey.name().to_string(), vkey: vkey.to_string() };
        if json { talk::put_json(&printed) } else { talk::put_line(&printed.vkey) }
    }
}

/// The key that entry 0 of a folder's log names; no other entry is read.
fn key_of_folder(dir: &Path) -> Result<VerifierKey, Failure> {
    let disk = FileDisk::open(dir).map_err(Failure::unreachable)?;
    operator_key(&disk).map_err(Failure::unreachable)
}
