//! `append`: envelopes to a server, receipts back.

use crate::cli::client::{Client, batches};
use crate::cli::failure::Failure;
use crate::cli::input::{or_stdin, read_envelopes, read_file};
use crate::cli::{Outcome, talk};
use clap::Args;
use std::path::PathBuf;
use tlog::bytes::to_base64;

/// Append signed events to a ledger; print a receipt for each, as one line of JSON, in order.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger append --url http://127.0.0.1:8413 envelope.json > receipt.json
  credit-ledger sign --key market.key *.json | credit-ledger append --url http://127.0.0.1:8413
  credit-ledger append --url http://127.0.0.1:8413 --with-entry envelope.json > receipt.json

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
    /// Put the entry's bytes into each receipt, so that it can be verified by itself.
    #[arg(long)]
    with_entry: bool,
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
                return Err(Failure::usage(format!(
                    "--atomic: {found} events are more than one request takes"
                )));
            }
            for (text, line) in client.append(batch, self.atomic, true)?.lines {
                refused += usize::from(!line.is_in());
                talk::put_line(&self.with_place(&client, text, sent + line.line, line.index)?)?;
            }
            sent += batch.len();
        }
        match refused {
            0 => Ok(()),
            _ => Err(Failure::wrong(format!("{refused} of {sent} events are not in the ledger"))),
        }
    }
}

impl Append {
    /// The server's line, its number counted over all requests, with the entry where asked for.
    fn with_place(
        &self,
        client: &Client,
        text: String,
        number: usize,
        index: Option<u64>,
    ) -> Result<String, Failure> {
        let Some((_, rest)) = text.split_once(',') else { return Ok(text) };
        let line = format!(r#"{{"line":{number},{rest}"#);
        match (index, line.strip_suffix('}')) {
            (Some(index), Some(open)) if self.with_entry => {
                let entry = client.get_bytes(&format!("/v1/entries/{index}/raw"))?;
                Ok(format!(r#"{open},"entry":"{}"}}"#, to_base64(&entry)))
            }
            _ => Ok(line),
        }
    }
}
