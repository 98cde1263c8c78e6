//! Whether a log is read blind, or with what opens its entries, and as which auditor.

use super::failure::Failure;
use super::input::client;
use super::keyfile;
use super::read_as;
use crate::signing::{Signing, Stated};
use crate::tile_client::{Authorities, TileClient};
use clap::Args;
use ledger_spec::request::{Case, Purpose};
use std::path::PathBuf;
use std::sync::Arc;

/// What opens the sealed entries of a ledger that is read over HTTP.
#[derive(Args)]
pub(super) struct OpenedBy {
    /// The secret key file of the auditor: the ledger gives it what opens the sealed entries, and writes down each look.
    #[arg(long, value_name = "FILE", requires = "case")]
    auditor_key: Option<PathBuf>,
    /// With --auditor-key: the matter of the audit, such as its number.
    #[arg(long, value_parser = read_as::case)]
    case: Option<Case>,
    /// Where what opens the sealed entries is served, if not where the log is.
    #[arg(long)]
    openings: Option<String>,
}

impl OpenedBy {
    /// Whether entries are opened at all.
    pub(super) const fn is_opened(&self) -> bool {
        self.auditor_key.is_some() || self.openings.is_some()
    }

    /// Who is asked for what opens the entries of the log at `url`; nobody where it is read blind.
    pub(super) fn client(
        &self,
        (option, url): (&str, &str),
        trusted: Option<Authorities>,
    ) -> Result<Option<TileClient>, Failure> {
        let server = match (&self.openings, &self.auditor_key) {
            (Some(openings), _) => client("--openings", openings, trusted)?,
            (None, Some(_)) => client(option, url, trusted)?,
            (None, None) => return Ok(None),
        };
        let Some(key) = &self.auditor_key else { return Ok(Some(server)) };
        let key = Arc::new(keyfile::read(key)?.secret_key());
        let (purpose, case) = (Some(Purpose::Audit), self.case.clone());
        Ok(Some(server.signing(Signing { key, stated: Stated { purpose, case, visible_from: None } })))
    }
}
