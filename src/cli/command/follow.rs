//! `follow`: a copy of a ledger that verifies everything as it comes.

use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::input::{client, read_vkey};
use crate::cli::interrupt::Interruption;
use crate::cli::look::Witnesses;
use crate::cli::opened_by::OpenedBy;
use crate::cli::talk::{self, Bar};
use crate::mirror::{Mirror, MirrorError, MirrorStep};
use crate::server::Running;
use crate::words::{quoted, say, told};
use clap::Args;
use ledger_spec::audit::Scope;
use ledger_spec::wording::Words;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Copy a ledger through its tiles and keep the copy up to date: every signature, chain, tree, every rule of
/// admission and every checkpoint is verified before anything is kept.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger follow http://10.0.0.7:8413 --dir copy --vkey ledger.vkey --once
  credit-ledger follow http://10.0.0.7:8413 --dir copy --vkey ledger.vkey --listen 127.0.0.1:8414
  credit-ledger follow http://10.0.0.7:8413 --dir copy --vkey ledger.vkey --policy my.policy
  credit-ledger follow http://10.0.0.7:8413 --auditor-key auditor.key --case 2026-1 --dir opened --vkey ledger.vkey

An interrupted copy goes on where it stopped. The folder is a ledger's: `audit --dir` and `show --dir`
work on it, and --listen serves the same reads and tiles to others. A blind copy, which is what one
without --auditor-key is, shows authorities, catalogue and every entry's bytes, and of subjects nothing.
Exit code 1: the ledger showed something that contradicts what it had signed, or an entry that is not
right, to you or to a witness that you asked; the notes that prove it are kept in the folder's evidence/. 3: the ledger cannot be reached.")]
pub(in crate::cli) struct Follow {
    /// The ledger's server, or any C2SP tlog-tiles mirror of it.
    url: String,
    /// The copy's folder; made where it is not there.
    #[arg(long)]
    dir: PathBuf,
    // The copy then holds them too, under a master key of its own beside its folder. Without it the copy is blind, and nothing
    // that it stores is about anybody.
    #[command(flatten)]
    opened_by: OpenedBy,
    /// The verifier key that you trust, or a file that holds it.
    #[arg(long)]
    vkey: String,
    /// Ask the witnesses of this C2SP tlog-policy what they were shown, and hold it against the copy.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Serve the copy at this address.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// End once the copy is complete.
    #[arg(long, conflicts_with = "listen")]
    once: bool,
    /// How often to look, in seconds.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
}

#[derive(Serialize)]
struct Copied {
    scope: &'static str,
    from: u64,
    entries: u64,
    root: String,
}

#[derive(Serialize)]
struct Listening {
    url: String,
}

impl Follow {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        talk::log_to_stderr();
        let (remote, openings) =
            (client("URL", &self.url, None)?, self.opened_by.client(("URL", &self.url), None)?);
        let vkey = read_vkey(&self.vkey)?;
        let mut witnesses = Witnesses::new(self.policy.as_deref(), &vkey)?;
        let mut follower = {
            let bar = Bar::new(&say!("reading the copy"));
            Mirror::open(&self.dir, remote, openings, vkey, &bar).map_err(Failure::from)?
        };
        let (mut running, interruption) = (None::<Running>, Interruption::listen()?);
        loop {
            match witnesses.look(&mut follower) {
                Ok(look) => {
                    for change in look.changes {
                        let well = || say!("all is well again");
                        let missing = change.missing.as_deref().map_or_else(well, quoted);
                        talk::say(&say!("witness {}: {}", Words::data(&change.witness), missing));
                        witnesses.told(change);
                    }
                    if let MirrorStep::Advanced { from, to } = look.step {
                        self.tell(&follower, from.get(), to.get(), json)?;
                    }
                    if look.behind.is_some() && !interruption.within(Duration::from_secs(1)) {
                        continue;
                    }
                }
                // A follower outlives the server that it follows; one look does not.
                Err(MirrorError::Unreachable(fault)) if !self.once => talk::say(&told(&fault)),
                Err(error) => return Err(Failure::from(error)),
            }
            if self.once {
                return follower.close().map_err(Failure::from);
            }
            if let (None, Some(address), Some(snapshots)) = (&running, self.listen, follower.snapshots()) {
                let started = Running::copy(&follower, snapshots, &[address])?;
                let url = started.url();
                if json {
                    talk::put_json(&Listening { url })?
                } else {
                    talk::put_line(&url)?
                }
                running = Some(started);
            }
            if interruption.within(Duration::from_secs(self.every)) {
                running.map_or(Ok(()), Running::stop)?;
                return follower.close().map_err(Failure::from);
            }
        }
    }

    fn tell(&self, follower: &Mirror, from: u64, entries: u64, json: bool) -> Outcome {
        let root =
            follower.snapshots().map(|snapshots| snapshots.latest().root().to_string()).unwrap_or_default();
        let scope = follower.scope();
        if json {
            return talk::put_json(&Copied { scope: scope.name(), from, entries, root });
        }
        let seen = match scope {
            Scope::Opened => say!("sealed entries opened"),
            Scope::Blind => say!("blind: sealed entries not opened"),
        };
        let root = Words::data(root);
        talk::put_words(&say!(
            "verified and copied entries {} to {}, root {} ({})",
            from,
            entries,
            root,
            seen
        ))
    }
}
