//! As whom a server is asked: as everybody, or as an authority that signs what it asks for.

use super::client::Client;
use super::failure::Failure;
use super::keyfile;
use crate::signing::{Signing, Stated};
use crate::words::{say, told};
use clap::Args;
use ledger_spec::request::{Case, Purpose};
use ledger_spec::time::Date;
use ledger_spec::wording::Words;
use std::path::PathBuf;
use std::sync::Arc;

/// Who asks a server for more than everybody may know.
#[derive(Args)]
pub(super) struct ReadAs {
    /// With --url: the secret key file of the authority that asks for more than everybody may know.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "dir")]
    key: Option<PathBuf>,
    /// With --key: what it is asked for, such as procurement.
    #[arg(long, global = true, value_parser = purpose)]
    purpose: Option<Purpose>,
    /// With --key: the matter that it is asked in, such as the number of a tender or of a court's case.
    #[arg(long, global = true, value_parser = case)]
    case: Option<Case>,
    /// With --key: the day from which on the subject is told of it, where it is under investigation.
    #[arg(long, global = true, value_parser = day, value_name = "DAY")]
    visible_from: Option<Date>,
}

impl ReadAs {
    /// A client of the server at `url` that signs what it asks where a key is given.
    pub(super) fn client(&self, url: &str) -> Result<Client, Failure> {
        let client = Client::new(url)?;
        match (&self.key, self.purpose, &self.case, self.visible_from) {
            (None, None, None, None) => Ok(client),
            (Some(key), purpose, case, visible_from) => {
                let key = Arc::new(keyfile::read(key)?.secret_key());
                let stated = Stated { purpose, case: case.clone(), visible_from };
                Ok(client.signing(Signing { key, stated }))
            }
            (None, ..) => Err(Failure::usage(say!("--purpose, --case and --visible-from go with --key"))),
        }
    }
}

fn purpose(text: &str) -> Result<Purpose, String> {
    let words = || Words::data(Purpose::WORDS.join(" "));
    Purpose::parse(text).ok_or_else(|| say!("a purpose is expected, one of {}", words()).to_string())
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|error| told(&error).to_string())
}

pub(super) fn case(text: &str) -> Result<Case, String> {
    Case::parse(text).ok_or_else(|| say!("a matter of 1 to 128 characters is expected").to_string())
}
