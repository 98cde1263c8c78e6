//! `sign`: from an event's bytes to an envelope.

use crate::cli::failure::Failure;
use crate::cli::input::{or_stdin, read_file};
use crate::cli::{Outcome, keyfile, talk};
use clap::Args;
use ledger_spec::event::envelope::seal;
use ledger_spec::event::{Event, Kind};
use ledger_spec::id::Sealing;
use std::path::{Path, PathBuf};
use tlog::key::SecretKey;

/// Sign events: print a DSSE envelope, one a line, for each file. Nothing is sent.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger sign --key market.key event.json > envelope.json
  credit-ledger sign --key market.key --key legal.key event.json   two signatures
  credit-ledger sign --key market.key --new event.json | credit-ledger append --url URL

The event's exact bytes are what is signed and stored. An event looks like this:
  { \"origin\": \"credit.example/ledger\", \"id\": \"0193b2c4-...\", \"kind\": \"record.filed\",
    \"issuer\": \"market-regulation.430381\", \"subject\": \"uscc:914403001922038216\",
    \"valid_from\": \"2026-11-01T00:00:00+08:00\", \"salt\": \"vD0c...\", \"body\": { ... } }
The salt is 16 random bytes in base64url. Events of authorities, the catalogue and the ledger have none.")]
pub(in crate::cli) struct Sign {
    /// A secret key file (`keygen`); up to four.
    #[arg(long, required = true)]
    key: Vec<PathBuf>,
    /// Put a new id into each event, and a salt where it is to be sealed. It must have neither yet.
    #[arg(long)]
    new: bool,
    /// Files with one event each; `-` or none reads stdin.
    files: Vec<PathBuf>,
}

impl Sign {
    pub(in crate::cli) fn run(self) -> Outcome {
        let keys: Vec<SecretKey> = self
            .key
            .iter()
            .map(|path| keyfile::read(path).map(|signer| signer.secret_key()))
            .collect::<Result<_, _>>()?;
        let signers: Vec<&SecretKey> = keys.iter().collect();
        for path in or_stdin(self.files) {
            let mut bytes = read_file(&path)?;
            if self.new {
                bytes = new_event(&path, &bytes)?;
            }
            Event::parse(&bytes).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
            talk::put_line(&seal(&bytes, &signers))?;
        }
        Ok(())
    }
}

fn new_event(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let wrong = |reason: &dyn std::fmt::Display| Failure::usage(format!("{}: {reason}", path.display()));
    let mut event: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(bytes).map_err(|error| wrong(&error))?;
    let id = keyfile::new_event_id()?.to_string();
    let kind = event.get("kind").and_then(serde_json::Value::as_str).and_then(Kind::parse);
    let mut new = vec![("id", id)];
    if kind.is_some_and(|kind| kind.sealing() == Sealing::Sealed) {
        new.push(("salt", keyfile::new_salt()?.to_string()));
    }
    for (field, value) in new {
        if event.insert(field.into(), value.into()).is_some() {
            return Err(wrong(&format!(
                "{field} is there already; --new is for events that have neither id nor salt"
            )));
        }
    }
    serde_json::to_vec(&event).map_err(|error| wrong(&error))
}
