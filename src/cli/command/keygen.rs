//! `keygen`: a new key for an authority.

use crate::cli::failure::Failure;
use crate::cli::{Outcome, keyfile, talk};
use crate::words::{say, told};
use clap::Args;
use ledger_spec::id::AuthorityId;
use ledger_spec::wording::Words;
use serde::Serialize;
use std::path::PathBuf;
use tlog::bytes::{to_base64url, to_hex};

/// Make a new Ed25519 key for an authority; print its public half.
#[derive(Args)]
#[command(after_help = "\
Example:
  credit-ledger keygen --name market-regulation.430381 --out market.key

The secret half goes to the file, readable by its owner only; the public half is what a registrar
enrols (\"keys\" of authority.enrolled).")]
pub(in crate::cli) struct Keygen {
    /// The authority's id.
    #[arg(long)]
    name: String,
    /// Where the secret key goes; nothing may stand there. [default: NAME.key]
    #[arg(long)]
    out: Option<PathBuf>,
}

/// The public half of a key.
#[derive(Serialize)]
struct Public {
    name: String,
    /// As event bodies write it.
    public_key: String,
    /// As envelopes write it.
    keyid: String,
    file: PathBuf,
}

impl Keygen {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let name = AuthorityId::parse(&self.name)
            .map_err(|error| Failure::usage(say!("--name: {}", told(&error))))?;
        let file = self.out.unwrap_or_else(|| PathBuf::from(format!("{name}.key")));
        let signer = keyfile::make(&name, &file)?;
        let key = *signer.verifier_key().public_key();
        talk::say(&say!("secret key: {}", Words::data(file.display())));
        let public = Public { name: self.name, public_key: to_base64url(&key), keyid: to_hex(&key), file };
        if json { talk::put_json(&public) } else { talk::put_line(&public.public_key) }
    }
}
