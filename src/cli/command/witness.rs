//! `witness`: an auditor's office that cosigns the checkpoints of logs.

use crate::cli::failure::Failure;
use crate::cli::input::{client, read_vkey};
use crate::cli::opened_by::OpenedBy;
use crate::cli::talk::{self, Bar};
use crate::cli::{Outcome, keyfile};
use crate::clock;
use crate::ledger::write_secret;
use crate::server;
use crate::storage::{Disk, FolderLock};
use crate::witness::{CopyEnd, OpenedCopy, OpenedCopyError, Source, WitnessStore, router};
use crate::words::{say, told};
use clap::Args;
use ledger_spec::wording::Words;
use serde::Serialize;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tlog::cosignature::Cosigner;
use tlog::note::{KeyName, NoteSigner, VerifierKey};

/// Witness logs (C2SP tlog-witness): cosign each checkpoint that goes on from the last one seen, and never two
/// that contradict each other. With a key and a folder of its own. With --opened, what was audited before, alone.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger witness --dir w --name audit-office.example/w1 --log city.vkey
  credit-ledger witness --dir w --name audit-office.example/w1 --log city.vkey --log other.vkey --listen 0.0.0.0:7380
  credit-ledger witness --dir w --name audit-office.example/w1 --log city.vkey --opened --url http://10.0.0.7:8413 --auditor-key auditor.key --case 2026-1

The first start makes the key in the folder; its public half (the line for a ledger's policy file) and the
address are printed on stdout. The folder is the witness's memory: it must not be lost or copied back, since
what is forgotten could be cosigned otherwise. Requests that contradict what was cosigned are kept in evidence/.

With --opened it audits one ledger, and cosigns a checkpoint once everything that it covers was opened, verified
and admitted on a copy in the folder opened/ (its master key beside that), with nothing unopened that the
ledger does not say is erased. While the copy is behind, or the ledger cannot be read, the answer is 503. After a
fault the answer is 422, also after a restart: what shows it is in opened/evidence/, and audit.fault, which says
so, is taken away by whoever has looked into it.")]
pub(in crate::cli) struct Witness {
    /// The witness's folder; made where it is not there.
    #[arg(long)]
    dir: PathBuf,
    /// The witness's name, as part of its key: a URL without scheme, such as audit-office.example/w1.
    #[arg(long)]
    name: String,
    /// The verifier key of a log, or a file that holds it.
    #[arg(long, required = true)]
    log: Vec<String>,
    /// Cosign only what was opened, verified and admitted before, with nothing unexplained. Of one log.
    #[arg(long, requires = "url")]
    opened: bool,
    /// The ledger's server, or any C2SP tlog-tiles mirror of it: what --opened audits.
    #[arg(long, requires = "opened")]
    url: Option<String>,
    #[command(flatten)]
    opened_by: OpenedBy,
    /// Address and port; only this machine can reach the default.
    #[arg(long, default_value = "127.0.0.1:7380")]
    listen: SocketAddr,
}

const KEY: &str = "witness.key";

#[derive(Serialize)]
struct Listening {
    url: String,
    vkey: String,
}

impl Witness {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        talk::log_to_stderr();
        std::fs::create_dir_all(&self.dir).map_err(Failure::file(&self.dir))?;
        let lock = FolderLock::take(&self.dir).map_err(Failure::unreachable)?;
        let name =
            KeyName::parse(&self.name).map_err(|error| Failure::usage(say!("--name: {}", told(&error))))?;
        let cosigner = Cosigner::of(&key(&self.dir.join(KEY), name)?);
        let keys = self.log.iter().map(|log| read_vkey(log)).collect::<Result<Vec<_>, _>>()?;
        let vkey = cosigner.key().to_string();
        let disk: Arc<dyn Disk> = Arc::new(lock.disk());
        let opened = self.opened_copy(disk.clone(), &keys)?;
        let store = WitnessStore::open(disk, cosigner, keys, clock::now).map_err(Failure::unreachable)?;
        let (store, copy_end) = match opened {
            Some((copy, end)) => (store.auditing(copy), Some(end)),
            None => (store, None),
        };
        let cannot = |error: std::io::Error| {
            Failure::unreachable(say!("listening on {}: {}", Words::data(self.listen), told(&error)))
        };
        let listener = TcpListener::bind(self.listen).map_err(cannot)?;
        listener.set_nonblocking(true).map_err(cannot)?;
        let url = format!("http://{}", listener.local_addr().map_err(cannot)?);
        if json {
            talk::put_json(&Listening { url, vkey })?;
        } else {
            talk::put_line(&format!("{url}\n{vkey}"))?;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(cannot)?;
        let served = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let interrupted = async {
                if let Err(error) = server::interrupted().await {
                    tracing::error!(%error, "signals cannot be waited for");
                }
            };
            server::serve(listener, router(Arc::new(store)), server::STALL, || {}, interrupted).await
        });
        // Nobody asks the copy any more once what served is gone.
        drop(runtime);
        if let Some(end) = copy_end {
            end.wait();
        }
        drop(lock);
        served.map_err(|error| Failure::unreachable(say!("the server: {}", told(&error))))
    }
}

impl Witness {
    /// The copy of an auditing witness, which audits one log.
    fn opened_copy(
        &self,
        disk: Arc<dyn Disk>,
        keys: &[VerifierKey],
    ) -> Result<Option<(OpenedCopy, CopyEnd)>, Failure> {
        let (true, Some(url)) = (self.opened, &self.url) else { return Ok(None) };
        let Some(openings) = self.opened_by.client(("--url", url), None)? else {
            return Err(Failure::usage(say!(
                "--opened needs --auditor-key, by which the ledger gives what opens it"
            )));
        };
        let [vkey] = keys else {
            let found = keys.len();
            return Err(Failure::usage(say!(
                "--log: with --opened one log is audited, not {}",
                Words::data(found)
            )));
        };
        let source = Source {
            dir: self.dir.clone(),
            remote: client("--url", url, None)?,
            openings,
            vkey: vkey.clone(),
            witness: self.name.clone(),
        };
        let bar = Bar::new(&say!("reading the copy"));
        match OpenedCopy::start(source, disk, &bar) {
            Ok(started) => Ok(Some(started)),
            Err(OpenedCopyError::Mirror(error)) => Err(error.into()),
            Err(error) => Err(Failure::unreachable(error)),
        }
    }
}

/// The witness's key: made at the first start, and of the same name ever after.
fn key(path: &Path, name: KeyName) -> Result<NoteSigner, Failure> {
    if !path.exists() {
        let signer = NoteSigner::from_seed(name, &keyfile::random()?);
        write_secret(path, &signer.secret_text()).map_err(Failure::usage)?;
        return Ok(signer);
    }
    let signer = keyfile::read(path)?;
    if *signer.name() == name {
        return Ok(signer);
    }
    Err(Failure::usage(say!(
        "--name {}: {} is the key of {}",
        Words::data(name),
        Words::data(path.display()),
        Words::data(signer.name())
    )))
}
