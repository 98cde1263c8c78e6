//! `catalogue`: check the files of a catalogue, see what they would change in a ledger, adopt them.

mod adopt;
mod files;
mod ledger;
mod words;

use crate::cli::failure::Failure;
use crate::cli::{Outcome, Source, talk};
use crate::words::say;
use clap::{Args, Subcommand};
use ledger_authoring::shipped::adoption;
use ledger_spec::wording::Words;
use std::path::PathBuf;

/// Check a catalogue's files, compare them with what a ledger has adopted, adopt them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger catalogue check                            the catalogue inside the program
  credit-ledger catalogue check my-catalogue               a folder of .toml files of the same form
  credit-ledger catalogue diff --url http://127.0.0.1:8413
  credit-ledger catalogue adopt --key steward.key --issuer credit-office.430381 --url URL

Files count for nothing by themselves: what counts is what a steward has adopted by signed events, from
the day that each table names as `effective`. adopt sends the difference only, so running it again sends
nothing. It never takes back what a steward has amended since: such tables are told as \"late\", and count
again once their `effective` is a later day.")]
pub(in crate::cli) struct Catalogue {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Read every file strictly and as a whole; name file and line of all that is wrong.
    Check(Check),
    /// Show what adopting would change; nothing is sent.
    Diff(Diff),
    /// Sign what has changed and append it.
    Adopt(adopt::Adopt),
}

#[derive(Args)]
struct Check {
    /// A folder of .toml files. [default: the catalogue inside the program]
    files: Option<PathBuf>,
}

#[derive(Args)]
struct Diff {
    /// A folder of .toml files. [default: the catalogue inside the program]
    files: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

impl Catalogue {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        match self.what {
            What::Check(command) => command.run(json),
            What::Diff(command) => command.run(json),
            What::Adopt(command) => command.run(json),
        }
    }
}

impl Check {
    fn run(self, json: bool) -> Outcome {
        match files::load(self.files.as_deref())? {
            Ok(shipped) => words::put_counts(&shipped, json),
            Err(faults) => {
                words::put_faults(&faults, json)?;
                Err(Failure::wrong(say!("{} faults in the catalogue", Words::data(faults.len()))))
            }
        }
    }
}

impl Diff {
    fn run(self, json: bool) -> Outcome {
        let shipped = files::load_right(self.files.as_deref())?;
        let adopted = ledger::adopted(&self.source, &shipped)?;
        let plan = adoption(&shipped, &adopted);
        words::put_plan(&plan, json)?;
        if !json {
            talk::put_words(&words::summary(&plan))?;
        }
        Ok(())
    }
}
