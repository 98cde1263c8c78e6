//! `rotate`: a new identity key.

use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::talk::{self, Bar};
use crate::words::say;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Replace the ledger's identity key: whoever stands in it gets a new pseudonym, linked to the old one.
#[derive(Args)]
#[command(after_help = "\
Example:
  credit-ledger rotate --dir ledger

For when the identity key may be known to others: whoever has the old key and knows all resident numbers cannot make
the new pseudonyms. What stands in the ledger stays under the old ones and is shown with the rest; files of departments
that name an old one are refused (old-pseudonym) and made anew by resolving the numbers again. A row that was imported
before is known again (`import` with the same salt key). The master key is replaced with it, where a file holds it: copy the new one, and make a new backup.
A rotation that is cut short is finished by the next start, or by this command given again: it begins no other then.")]
pub(in crate::cli) struct Rotate {
    /// The ledger's folder; no server may have it open.
    #[arg(long)]
    dir: PathBuf,
}

#[derive(Serialize)]
struct Rotated {
    epoch: u8,
}

impl Rotate {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        talk::log_to_stderr();
        let ledger = {
            let bar = Bar::new(&say!("reading the log"));
            crate::ledger::renew_identity(&self.dir, &bar).map_err(Failure::unreachable)?
        };
        let epoch = ledger.identities.epoch().get();
        ledger.close().map_err(Failure::unreachable)?;
        if json {
            return talk::put_json(&Rotated { epoch });
        }
        talk::put_words(&say!("pseudonyms are of epoch {} now", epoch))
    }
}
