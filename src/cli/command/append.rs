//! `append`: envelopes to a server, receipts back.

use crate::cli::client::{Client, batches};
use crate::cli::failure::Failure;
use crate::cli::input::{or_stdin, read_envelopes, read_file};
use crate::cli::{Outcome, talk};
use crate::words::say;
use clap::Args;
use ledger_spec::wording::Words;
use std::path::PathBuf;

/// Append signed events to a ledger; print a receipt for each, as one line of JSON, in order.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger append --url http://127.0.0.1:8413 envelope.json > receipt.json
  credit-ledger sign --key market.key *.json | credit-ledger append --url http://127.0.0.1:8413
  credit-ledger append --url http://127.0.0.1:8413 envelope.json > receipt.json

A line says \"placed\", \"repeat\" (the same event stood there before), \"refused\" with the problem, or
\"not-attempted\". Exit code 1: at least one event was refused; the others are in the ledger. Sending
the same events again is harmless.")]
pub(in crate::cli) struct Append {
    /// The server.
    #[arg(long)]
    url: String,
    /// All or none: a refused event keeps the others of its request (256 at most) out too.
    #[arg(long)]
    atomic: bool,
    /// Files with envelopes, one or many each; `-` or none reads stdin.
    files: Vec<PathBuf>,
}

impl Append {
    pub(in crate::cli) fn run(mut self) -> Outcome {
        let client = Client::new(&self.url)?;
        let mut envelopes = Vec::new();
        for path in or_stdin(std::mem::take(&mut self.files)) {
            envelopes.extend(read_envelopes(&path, &read_file(&path)?)?);
        }
        let (mut sent, mut refused) = (0, 0);
        for batch in batches(&envelopes) {
            if self.atomic && batch.len() < envelopes.len() {
                let found = envelopes.len();
                return Err(Failure::usage(say!(
                    "--atomic: {} events are more than one request takes",
                    Words::data(found)
                )));
            }
            for mut line in client.append(batch, self.atomic, true)? {
                refused += usize::from(!line.status.is_in());
                // Its number counts over all requests.
                line.line += sent;
                talk::put_json(&line)?;
            }
            sent += batch.len();
        }
        match refused {
            0 => Ok(()),
            _ => Err(Failure::wrong(say!(
                "{} of {} events are not in the ledger",
                Words::data(refused),
                Words::data(sent)
            ))),
        }
    }
}
