//! `catalogue adopt`: the difference, signed by the steward, appended instruments first.

use super::{files, ledger, words};
use crate::cli::client::origin_of;
use crate::cli::client::{Client, Problem, batches};
use crate::cli::failure::Failure;
use crate::cli::talk::{self, Bar};
use crate::cli::{Outcome, Source, keyfile};
use crate::progress::Progress as _;
use crate::server::Running;
use crate::words::{say, told};
use clap::Args;
use ledger_authoring::shipped::{AdoptedItem, Adoption, Shipped, adoption};
use ledger_spec::catalogue::Catalogue;
use ledger_spec::event::envelope::seal;
use ledger_spec::event::{Change, Draft};
use ledger_spec::id::AuthorityId;
use ledger_spec::wording::Words;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tlog::checkpoint::Origin;
use tlog::defect::as_u64;
use tlog::key::SecretKey;

#[derive(Args)]
pub(super) struct Adopt {
    /// A folder of .toml files. [default: the catalogue inside the program]
    files: Option<PathBuf>,
    /// The steward's secret key file.
    #[arg(long)]
    key: PathBuf,
    /// The steward's id.
    #[arg(long)]
    issuer: String,
    #[command(flatten)]
    source: Source,
}

/// Who signs.
struct Steward {
    issuer: AuthorityId,
    key: SecretKey,
}

impl Adopt {
    pub(super) fn run(self, json: bool) -> Outcome {
        let shipped = files::load_right(self.files.as_deref())?;
        let steward = Steward {
            issuer: AuthorityId::parse(&self.issuer)
                .map_err(|error| Failure::usage(say!("--issuer: {}", told(&error))))?,
            key: keyfile::read(&self.key)?.secret_key(),
        };
        match (&self.source.dir, &self.source.url) {
            (Some(dir), _) => steward.adopt_into_folder(dir, &shipped, json),
            (None, Some(url)) => {
                let client = Client::new(url)?;
                let adopted = ledger::of_server(&client, &shipped)?;
                steward.adopt(&client, &shipped, &adopted, json)
            }
            // clap lets no other case through.
            (None, None) => Err(Failure::usage(say!("--dir or --url is expected"))),
        }
    }
}

impl Steward {
    /// Serves the folder to nobody but this command for as long as it takes.
    fn adopt_into_folder(&self, dir: &Path, shipped: &Shipped, json: bool) -> Outcome {
        let service = {
            let bar = Bar::new(&say!("reading the log"));
            crate::ledger::open(dir, &bar).map_err(Failure::unreachable)?
        };
        let adopted = service.snapshots.latest().governance.catalogue.clone();
        let running = Running::start(service, &[SocketAddr::from((Ipv4Addr::LOCALHOST, 0))])?;
        let done =
            Client::new(&running.url()).and_then(|client| self.adopt(&client, shipped, &adopted, json));
        // What went wrong first is what is told.
        let stopped = running.stop();
        done.and(stopped.map_err(Failure::from))
    }

    fn adopt(&self, client: &Client, shipped: &Shipped, adopted: &Catalogue, json: bool) -> Outcome {
        let plan = adoption(shipped, adopted);
        self.send(client, &plan)?;
        if json {
            talk::put_json(&json!({
                "new": plan.count(Change::Adopted),
                "amended": plan.count(Change::Amended),
                "repealed": plan.count(Change::Repealed),
                "late": plan.late.len(),
                "unchanged": plan.unchanged,
            }))?;
        } else {
            talk::put_words(&words::summary(&plan))?;
        }
        match plan.late.first() {
            None => Ok(()),
            Some(late) => Err(Failure::wrong(say!(
                "{} tables come late, such as {}: the ledger's newest counts from {}; a later `effective` would count",
                Words::data(plan.late.len()),
                Words::data(&late.table.item),
                Words::data(late.newest.date())
            ))),
        }
    }

    /// Appends what is planned, up to the first batch of which something is refused.
    fn send(&self, client: &Client, plan: &Adoption<'_>) -> Result<(), Failure> {
        if plan.changes.is_empty() {
            return Ok(());
        }
        let origin = origin_of(client)?;
        let envelopes: Vec<String> =
            plan.changes.iter().map(|one| self.envelope(&origin, one)).collect::<Result<_, _>>()?;
        let bar = Bar::new(&say!("adopting"));
        let total = as_u64(envelopes.len());
        let mut sent = plan.changes.iter();
        let mut done = 0;
        for batch in batches(&envelopes) {
            let lines = client.append(batch, false, false)?;
            let mut refused = lines.iter().zip(sent.by_ref()).filter(|(line, _)| !line.status.is_in());
            if let Some((line, planned)) = refused.next() {
                let problem = Problem::of(line).in_words();
                let more = match refused.count() {
                    0 => Words::data(""),
                    more => say!(" (and {} more refused)", more),
                };
                return Err(Failure::wrong(say!("{}: {}{}", Words::data(planned.item()), problem, more)));
            }
            done += as_u64(batch.len());
            bar.step(done, total);
        }
        Ok(())
    }

    fn envelope(&self, origin: &Origin, planned: &AdoptedItem<'_>) -> Result<String, Failure> {
        let draft = Draft {
            origin,
            id: keyfile::new_event_id()?,
            kind: planned.kind(),
            issuer: &self.issuer,
            subject: &planned.subject(),
            valid_from: planned.effective.start_of_day(),
            seen_version: None,
            salt: keyfile::new_salt()?,
            body: planned.body(),
        };
        let bytes = draft.to_bytes().map_err(|error| {
            Failure::wrong(say!("{}: {}", Words::data(&planned.table.place), told(&error)))
        })?;
        Ok(seal(&bytes, &[&self.key]))
    }
}
