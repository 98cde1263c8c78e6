//! `restore`: what a ledger's folder has lost, back from a copy.

use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::talk::{self, Bar};
use crate::restore::{Restored, restore};
use crate::words::say;
use clap::Args;
use ledger_spec::wording::Words;
use serde::Serialize;
use std::path::PathBuf;

/// Fetch back what a ledger's folder has lost from a copy of it: for one that holds a beginning of the log, as an older backup
/// does.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger restore --dir ledger --from https://copy.example
  credit-ledger restore --dir ledger --from /mnt/opened-copy

Everything is fetched and verified before anything is placed: each entry follows from the one before, and all
of them lead to the root that the operator signed. What opens the sealed entries must lie in sealed/ already, or
--from names the folder of an opened copy (`follow --auditor-key`); that of a copy which is served is given to
nobody. Nothing is signed. Where somebody knows of more than the copy has, nothing is placed. A restore that was
cut short leaves a folder that is not served: run it again. Then `audit --dir`, and `serve`.")]
pub(in crate::cli) struct Restore {
    /// The ledger's folder; no server may have it open.
    #[arg(long)]
    dir: PathBuf,
    /// The copy: the address of a follower or of any C2SP tlog-tiles mirror of the ledger, or the folder of a copy.
    #[arg(long)]
    from: String,
}

#[derive(Serialize)]
struct PutBack {
    from: u64,
    entries: u64,
    root: String,
    without_fields: u64,
}

impl Restore {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        talk::log_to_stderr();
        let restored = {
            let bar = Bar::new(&say!("fetching what is missing"));
            restore(&self.dir, &self.from, &bar).map_err(Failure::unreachable)?
        };
        let Restored { from, to, root, without_fields } = restored;
        if json {
            let (from, entries, root) = (from.get(), to.get(), root.to_string());
            return talk::put_json(&PutBack { from, entries, root, without_fields });
        }
        let root = Words::data(root);
        talk::put_words(&say!("put back entries {} to {}, root {}", from, to, root))?;
        if without_fields > 0 {
            talk::say(&say!(
                "the personal fields beside {} of these events are lost: no copy has them; bring sealed/ back from a newer backup \
                 where there is one",
                without_fields
            ));
        }
        Ok(())
    }
}
