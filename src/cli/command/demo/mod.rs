//! `demo`: the whole thing at work, on real input, without any configuration.

mod data;
mod founding;
mod views;

use crate::api::AppendedLine;
use crate::cli::client::{Client, Problem};
use crate::cli::edition_import::{Job, State, read_folder};
use crate::cli::failure::Failure;
use crate::cli::talk::Bar;
use crate::cli::words::standing_in_words;
use crate::cli::{Outcome, keyfile, pages, talk};
use crate::ledger::MasterKey;
use crate::server::Running;
use crate::words::say;
use clap::Args;
use founding::{Founded, LIST};
use ledger_spec::event::envelope::seal;
use ledger_spec::event::{Draft, Kind, StepKind};
use ledger_spec::id::{EventId, SubjectId};
use ledger_spec::time::{Date, ValidTime};
use ledger_spec::wording::Words;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use views::{Auditor, CASE, Seen};

/// Where the demo listens unless told, and where when that is taken.
const ADDRESSES: [SocketAddr; 2] = [
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8413),
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0),
];

/// Make a ledger, import a real public list over HTTP, and show what the ledger can do.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger demo
  credit-ledger demo --once && credit-ledger show list mhlw.labour-violations \\
      --dir demo-ledger --valid-at 2017-06-30 --json
  credit-ledger demo --data folder      other states of the same list, YYYY-MM-DD.tsv each

Keeps serving until Ctrl-C. A folder that an earlier demo made is made anew; any other is left alone.")]
pub(in crate::cli) struct Demo {
    /// The demo's ledger.
    #[arg(long, default_value = "demo-ledger")]
    dir: PathBuf,
    /// Stop when everything was shown.
    #[arg(long)]
    once: bool,
    /// States of the list to import instead of those that come with the program.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Address and port. [default: 127.0.0.1:8413, or a free port where that is taken]
    #[arg(long)]
    listen: Option<SocketAddr>,
}

/// What the demo has to know of a member.
#[derive(Deserialize)]
struct Member {
    subject: String,
    listing: String,
}

#[derive(Deserialize)]
struct Members {
    members: Vec<Member>,
}

impl Demo {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let states = match &self.data {
            Some(folder) => read_folder(folder)?,
            None => data::states(),
        };
        let founded = Founded::make(&self.dir)?;
        let service = {
            let bar = Bar::new(&say!("reading the log"));
            crate::ledger::open(&self.dir, &bar).map_err(Failure::unreachable)?
        };
        let vkey = service.vkey.clone();
        let running = match self.listen {
            Some(address) => Running::start(service, &[address])?,
            None => Running::start(service, &ADDRESSES)?,
        };
        let key = keyfile::read(&founded.auditor_key()).map(|key| key.secret_key());
        let auditor = key.and_then(|key| Auditor::of(&running, vkey, key));
        let shown = auditor.and_then(|auditor| self.show(&founded, &states, &auditor, json));
        if self.once || shown.is_err() {
            // What went wrong first is what is told.
            let stopped = running.stop();
            return shown.and(stopped.map_err(Failure::from));
        }
        talk::say(&say!("Serving until Ctrl-C."));
        Ok(running.until_interrupted(|| talk::say(&say!("stopping: what is queued is finished first")))?)
    }

    fn show(&self, founded: &Founded, states: &[State], auditor: &Auditor, json: bool) -> Outcome {
        let (dir, url) = (self.dir.display(), auditor.log.url());
        let keys = Words::data(format_args!("{dir}/keys"));
        talk::say(&say!(
            "1. A new ledger in {}, served at {}; keys in {}",
            Words::data(&dir),
            Words::data(url),
            keys
        ));
        let client = Client::new(url)?;
        founded.enrol(&client)?;
        talk::say(&say!("2. Registrar, steward, two departments and an auditor enrolled; the list adopted"));
        let migration = founded.open_migration(&client, states)?;
        let (issuer, keys) = founded.labour()?;
        let job = Job::new(LIST, "ext:mhlw:{establishment}", &issuer, keys, Some(migration), None)?;
        let counts = job.run(&client, states)?;
        founded.close_migration(&client, migration)?;
        let (entered, removed) = (counts.entered, counts.removed);
        talk::say(&say!(
            "3. {} states of the list came in through a migration: {} entries and {} removals, signed",
            counts.states,
            entered,
            removed
        ));
        let (member, last) = interesting(&client, states)?;
        before_and_after(&client, &member, states)?;
        let seen = repair((&client, auditor), founded, &member, last.date)?;
        let report = auditor.audit()?;
        talk::say(&say!(
            "8. The whole ledger audited from outside, with what the auditor is given: right, {} entries, root {}",
            report.size,
            Words::data(report.root)
        ));
        {
            let bar = Bar::new(&say!("auditing"));
            crate::audit::audit(&self.dir, Some(auditor.vkey.clone()), &bar).map_err(Failure::wrong)?;
        }
        talk::say(&say!("   and every file of its folder: right"));
        if json {
            talk::put_json(&json!({
                "url": url, "dir": self.dir, "vkey": report.vkey, "entries": report.size.get(),
                "entered": entered, "removed": removed, "subject": member.subject,
                "root": report.root.to_string(), "receipt": seen.proven,
                "stranger": seen.stranger, "auditor": seen.auditor,
            }))?;
        }
        if !self.once {
            let commands = format!(
                "  curl '{url}/v1/subjects/{}'\n  \
                 curl '{url}/v1/lists/{LIST}?valid_at={}'\n  \
                 curl '{url}/v1/receipts/0'\n  \
                 credit-ledger audit --url {url} --auditor-key '{}' --case {CASE} --vkey '{}'",
                member.subject,
                last.date,
                founded.auditor_key().display(),
                report.vkey
            );
            talk::say(&say!("\nTry next:\n{}\n", Words::data(commands)));
        }
        Ok(())
    }
}

/// A subject that is on the list in the last state and was not in the first, if there is one.
fn interesting<'a>(client: &Client, states: &'a [State]) -> Result<(Member, &'a State), Failure> {
    let (Some(first), Some(last)) =
        (states.first(), states.iter().rev().find(|state| !state.rows.is_empty()))
    else {
        return Err(Failure::usage(say!("no state shows any row")));
    };
    let members = |state: &State| -> Result<Vec<Member>, Failure> {
        let path = format!("/v1/lists/{LIST}");
        Ok(pages::list::<Members>(client, &path, &state.date.to_string())?.members)
    };
    let (before, mut after) = (members(first)?, members(last)?);
    let at = after.iter().position(|member| before.iter().all(|known| known.subject != member.subject));
    if after.is_empty() {
        return Err(Failure::wrong(say!("the list is empty on {}", Words::data(last.date))));
    }
    Ok((after.swap_remove(at.unwrap_or(0)), last))
}

fn before_and_after(client: &Client, member: &Member, states: &[State]) -> Outcome {
    talk::say(&say!("4. One subject's standing, before and after, by the time at which facts hold:"));
    for state in [states.first(), states.last()].into_iter().flatten() {
        let path = format!("/v1/subjects/{}?valid_at={}", member.subject, state.date);
        talk::say(&Words::data(standing_in_words(&client.get_json(&path)?, client)?.trim_end()));
    }
    Ok(())
}

/// Files an application for repair, shows how its receipt is verified and who sees what of it, accepts it and grants it.
fn repair(
    (client, auditor): (&Client, &Auditor),
    founded: &Founded,
    member: &Member,
    listed: Date,
) -> Result<Seen, Failure> {
    let subject = SubjectId::parse(&member.subject).map_err(Failure::wrong)?;
    let issuer = founding::authority(founding::LABOUR)?;
    let applied = keyfile::new_event_id()?;
    let application = json!({
        "commitment": true, "corrected_on": now()?.date().to_string(), "list": LIST,
        "statement": "违法行为已纠正，申请信用修复。", "target": member.listing,
    });
    let accepted = json!({ "application": applied.to_string(), "list": LIST });
    let granted = json!({
        "application": applied.to_string(), "list": LIST, "reason": "已核实纠正 (corrected, as inspected)",
    });
    let mut seen = None;
    let decided = keyfile::new_event_id()?;
    let events: [(Kind, EventId, Value); 3] = [
        (Kind::RepairApplied, applied, application),
        (Kind::Step(StepKind::RepairAccepted), keyfile::new_event_id()?, accepted),
        (Kind::Step(StepKind::RepairGranted), decided, granted),
    ];
    for (kind, id, body) in events {
        let draft = Draft {
            origin: &founded.origin,
            id,
            kind,
            issuer: &issuer,
            subject: &subject,
            valid_from: now()?.max(listed.start_of_day()),
            seen_version: None,
            salt: keyfile::new_salt()?,
            body,
        };
        let receipt = append_one(client, &draft, &founded.labour_key()?)?;
        // While what it is about is public, so is the application: anyone can check its receipt.
        if kind == Kind::RepairApplied {
            seen = Some(views::of_one(client, auditor, receipt)?);
        }
    }
    let path = format!("/v1/subjects/{}", member.subject);
    talk::say(&say!("7. Repair accepted and granted, which ends publicity; the standing now:"));
    talk::say(&Words::data(standing_in_words(&client.get_json(&path)?, client)?.trim_end()));
    seen.ok_or_else(|| Failure::wrong(say!("no receipt")))
}

/// Appends one event and gives the server's line for it, with its receipt.
fn append_one(
    client: &Client,
    draft: &Draft<'_>,
    key: &tlog::key::SecretKey,
) -> Result<AppendedLine, Failure> {
    let bytes = draft.to_bytes().map_err(Failure::wrong)?;
    let answer = client.append(&[seal(&bytes, &[key])], false, true)?;
    match answer.into_iter().next() {
        Some(line) if line.status.is_in() => Ok(line),
        Some(line) => Err(Failure::wrong(Problem::of(&line).in_words())),
        None => Err(Failure::unreachable(say!("no answer to the event"))),
    }
}

fn now() -> Result<ValidTime, Failure> {
    ValidTime::at_recorded(crate::clock::now()).map_err(Failure::wrong)
}

/// Whether an earlier demo made this folder.
const MARKER: &str = "made-by-demo";

/// Makes room for the demo's ledger, taking away only what an earlier demo made: the folder and its master key.
fn make_room(dir: &Path) -> Outcome {
    if dir.join(MARKER).is_file() {
        // A demo that still serves it holds the lock.
        let lock = crate::storage::FolderLock::take(dir).map_err(Failure::unreachable)?;
        if let MasterKey::File(key) = MasterKey::beside(dir).map_err(Failure::usage)? {
            // The marker goes with the folder, after the key: a demo that was broken off between is made room for again.
            match std::fs::remove_file(dir.join(&key)) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed.map_err(Failure::file(&key))?,
            }
        }
        std::fs::remove_dir_all(dir).map_err(Failure::file(dir))?;
        drop(lock);
    } else if std::fs::read_dir(dir).is_ok_and(|mut items| items.next().is_some()) {
        let said = say!("was not made by a demo, and is left alone; --dir names another");
        return Err(Failure::usage(say!("{}: {}", Words::data(dir.display()), said)));
    }
    Ok(())
}
