//! `serve`: the server.

use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::talk::{self, Bar};
use crate::server::Running;
use crate::words::say;
use clap::Args;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Serve a ledger over HTTP until Ctrl-C or SIGTERM; what is queued is finished first.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger serve --dir ledger
  credit-ledger serve --dir ledger --listen 127.0.0.1:0     a free port, printed on stdout
  credit-ledger serve --dir ledger --listen 10.0.0.7:8413   reachable from outside: put TLS before it

A ledger of which more is known than its folder holds is not served: by checkpoint.witnessed and its fellows, by the
signer's memory, a witness, a mirror or its own tree. The error names what is missing and who says so; `restore` fetches
it back. A server that learns it while it runs records nothing from then on, and /readyz says why.

The address is printed on stdout once the server answers. The log of the program goes to stderr; RUST_LOG=debug
says more.")]
pub(in crate::cli) struct Serve {
    /// The ledger's folder.
    #[arg(long)]
    dir: PathBuf,
    /// Address and port; only this machine can reach the default.
    #[arg(long, default_value = "127.0.0.1:8413")]
    listen: SocketAddr,
    /// Begin the signer's memory that ledger.toml has begun to name (signer_memory), with what the folder has signed.
    #[arg(long)]
    begin_memory: bool,
}

#[derive(Serialize)]
struct Listening {
    url: String,
    origin: String,
    vkey: String,
}

impl Serve {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        talk::log_to_stderr();
        if self.begin_memory {
            crate::ledger::begin_memory(&self.dir).map_err(Failure::from)?;
        }
        let service = {
            let bar = Bar::new(&say!("reading the log"));
            crate::ledger::open(&self.dir, &bar).map_err(Failure::from)?
        };
        let (origin, vkey) = (service.settings.origin.to_string(), service.vkey.to_string());
        let running = Running::start(service, &[self.listen])?;
        let url = running.url();
        if json {
            talk::put_json(&Listening { url, origin, vkey })?;
        } else {
            talk::put_line(&url)?;
        }
        Ok(running.until_interrupted(|| talk::say(&say!("stopping: what is queued is finished first")))?)
    }
}
