//! `resolve`: the pseudonyms of persons and households, asked of the ledger by an authority.

use crate::cli::client::{Client, origin_of};
use crate::cli::failure::Failure;
use crate::cli::input::{or_stdin, read_file};
use crate::cli::{Outcome, keyfile, talk};
use crate::words::{say, told};
use clap::Args;
use ledger_spec::id::gb11643::ResidentNumber;
use ledger_spec::identity::PseudonymScheme;
use ledger_spec::wording::Words;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Have resident numbers resolved to the pseudonyms under which persons or households stand in a ledger: one subject a
/// line.
#[derive(Args)]
#[command(after_help = "\
Example:
  credit-ledger resolve --key labour.key --url URL numbers.txt
  credit-ledger resolve --scheme household --key civil.key --url URL heads.txt

A household has the number of its head (户主). A file holds one number a line. Numbers are taken from files or stdin alone: what stands among the arguments is
seen by everybody on the machine. A number that cannot be one is told by its line, and nothing is sent then.")]
pub(in crate::cli) struct Resolve {
    /// The secret key file of the authority that asks.
    #[arg(long)]
    key: PathBuf,
    /// Whom the numbers are to name: person, or household by the number of its head.
    #[arg(long, default_value = "person", value_parser = scheme)]
    scheme: PseudonymScheme,
    /// The server.
    #[arg(long)]
    url: String,
    /// Files with one number a line; `-` or none reads stdin.
    files: Vec<PathBuf>,
}

fn scheme(text: &str) -> Result<PseudonymScheme, String> {
    PseudonymScheme::parse_word(text).map_err(|fault| fault.to_string())
}

impl Resolve {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let key = keyfile::read(&self.key)?.secret_key();
        let mut numbers = Zeroizing::new(Vec::new());
        for path in or_stdin(self.files) {
            let bytes = Zeroizing::new(read_file(&path)?);
            let text = std::str::from_utf8(&bytes)
                .map_err(|_| Failure::usage(say!("{}: is not UTF-8", Words::data(path.display()))))?;
            for (line, number) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
                let number = number.trim().to_ascii_uppercase();
                ResidentNumber::parse(&number).map_err(|error| {
                    Failure::usage(say!(
                        "{}: line {}: {}",
                        Words::data(path.display()),
                        Words::data(line + 1),
                        told(&error)
                    ))
                })?;
                numbers.push(number);
            }
        }
        let client = Client::new(&self.url)?;
        let subjects = client.resolve(&origin_of(&client)?, &key, (self.scheme, &numbers))?;
        subjects.iter().try_for_each(
            |subject| {
                if json { talk::put_json(subject) } else { talk::put_line(subject) }
            },
        )
    }
}
