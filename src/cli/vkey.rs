//! `vkey`: the key that verifies a ledger's checkpoints.

use super::client::Client;
use super::failure::Failure;
use super::{Outcome, Source, talk};
use crate::service::{self, Unwatched};
use clap::Args;
use ledger_spec::entry::Entry;
use ledger_spec::event::{Body, Event};
use serde::Serialize;
use tlog::note::{KeyName, VerifierKey};

/// Print the key that verifies a ledger's checkpoints and receipts (C2SP verifier key).
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger vkey --dir ledger > ledger.vkey
  credit-ledger verify receipt.txt --entry entry.bin --vkey ledger.vkey

With --url the key is what the server itself says: compare it with one published elsewhere before
you rest anything on it.")]
pub(super) struct Vkey {
    #[command(flatten)]
    source: Source,
}

#[derive(Serialize)]
struct Printed {
    origin: String,
    vkey: String,
}

impl Vkey {
    pub(super) fn run(self, json: bool) -> Outcome {
        let vkey = match (&self.source.dir, &self.source.url) {
            (Some(dir), _) => service::open_to_read(dir, &Unwatched).map_err(Failure::unreachable)?.vkey,
            (None, url) => of_server(&Client::new(url.as_deref().unwrap_or_default())?)?,
        };
        let printed = Printed { origin: vkey.name().to_string(), vkey: vkey.to_string() };
        if json { talk::put_json(&printed) } else { talk::put_line(&printed.vkey) }
    }
}

/// The key that a server's entry 0 names.
pub(super) fn of_server(client: &Client) -> Result<VerifierKey, Failure> {
    let bytes = client.get_bytes("/v1/entries/0/raw")?;
    let wrong = |error: &dyn std::fmt::Display| Failure::wrong(format!("entry 0: {error}"));
    let entry = Entry::decode(&bytes).map_err(|error| wrong(&error))?;
    let event = Event::parse(&entry.event).map_err(|error| wrong(&error))?;
    let Body::LedgerOpened(body) = &event.body else { return Err(wrong(&"is no ledger.opened")) };
    let name = KeyName::parse(event.origin.as_str()).map_err(|error| wrong(&error))?;
    VerifierKey::new(name, &body.operator_key).map_err(|error| wrong(&error))
}
