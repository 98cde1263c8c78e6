//! `rebuild`: everything that can be computed from the log, anew.

use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::talk::{self, Bar};
use crate::words::say;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Throw away index, offsets and tree files and make them anew from the log, which is never changed.
#[derive(Args)]
#[command(after_help = "\
Example:
  credit-ledger rebuild --dir ledger

Hardly ever needed: a wrong, missing or damaged index is rebuilt at the next start by itself.")]
pub(in crate::cli) struct Rebuild {
    /// The ledger's folder; no server may have it open.
    #[arg(long)]
    dir: PathBuf,
}

#[derive(Serialize)]
struct Rebuilt {
    entries: u64,
}

impl Rebuild {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let entries = {
            let bar = Bar::new(&say!("rebuilding"));
            crate::ledger::rebuild(&self.dir, &bar).map_err(Failure::unreachable)?
        };
        if json {
            return talk::put_json(&Rebuilt { entries });
        }
        talk::put_words(&say!("rebuilt from {} entries", entries))
    }
}
