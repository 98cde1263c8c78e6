//! `check`: would these events be admitted? The same rules, asked of a server or of a folder; nothing is
//! appended.

use crate::api::{AppendedLine, LineStatus};
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::input::read_envelopes;
use crate::cli::input::{or_stdin, read_file};
use crate::cli::locale::spoken;
use crate::cli::talk::{self, Bar};
use crate::cli::{Outcome, Source};
use crate::clock;
use crate::http::Problem;
use crate::sequencer::{EventOutcome, dry_run};
use crate::words::say;
use clap::Args;
use ledger_spec::event::{SentEvent, WholeEvent};
use ledger_spec::wording::Words;
use std::path::{Path, PathBuf};
use tlog::defect::{OrDefect as _, defect};

/// Check signed events against every rule without appending them; print one line of JSON for each.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger check --url http://127.0.0.1:8413 envelope.json
  credit-ledger sign --key market.key *.json | credit-ledger check --dir ledger

Each event is checked as if those before it that pass had been appended. A line says \"admissible\",
\"repeat\" (the same event stands there already), or \"refused\" with the rule, its legal basis, what was
found and what would have been accepted. Exit code 1: at least one event would be refused.")]
pub(in crate::cli) struct Check {
    #[command(flatten)]
    source: Source,
    /// Files with envelopes, one or many each; `-` or none reads stdin.
    files: Vec<PathBuf>,
}

impl Check {
    pub(in crate::cli) fn run(mut self) -> Outcome {
        let mut envelopes = Vec::new();
        for path in or_stdin(std::mem::take(&mut self.files)) {
            envelopes.extend(read_envelopes(&path, &read_file(&path)?)?);
        }
        let refused = match (&self.source.dir, &self.source.url) {
            (Some(dir), _) => in_folder(dir, &envelopes)?,
            (None, url) => {
                let url = url.as_deref().or_defect("one of folder and URL has to be given");
                at_server(url, &envelopes)?
            }
        };
        match refused {
            0 => Ok(()),
            _ => Err(Failure::wrong(say!(
                "{} of {} events would be refused",
                Words::data(refused),
                Words::data(envelopes.len())
            ))),
        }
    }
}

/// Asks a server; says how many it would refuse.
fn at_server(url: &str, envelopes: &[String]) -> Result<usize, Failure> {
    let mut refused = 0;
    for line in Client::new(url)?.check(envelopes)? {
        refused += usize::from(!line.status.may_enter());
        talk::put_json(&line)?;
    }
    Ok(refused)
}

/// Asks a ledger's folder.
fn in_folder(dir: &Path, envelopes: &[String]) -> Result<usize, Failure> {
    let ledger = crate::ledger::open_to_read(dir, &Bar::new(&say!("reading the log")))
        .map_err(Failure::unreachable)?;
    let read = |envelope: &String| SentEvent::read(envelope.as_bytes())?.verify();
    let (mut events, mut slots) = (Vec::<WholeEvent>::new(), Vec::with_capacity(envelopes.len()));
    for envelope in envelopes {
        slots.push(read(envelope).map(|event| events.push(event)));
    }
    let outcomes = dry_run(&ledger.snapshots, clock::now(), events, false).map_err(Failure::unreachable)?;
    let (mut outcomes, mut refused) = (outcomes.into_iter(), 0);
    for (number, slot) in (1_usize..).zip(slots) {
        let outcome =
            slot.map(|()| outcomes.next().or_defect("every event that is asked about has its outcome"));
        let said = match outcome {
            Ok(EventOutcome::Appended(placed)) => {
                AppendedLine::of_status(number, LineStatus::of_check(&placed))
            }
            Ok(EventOutcome::Refused { refusal, .. }) => {
                AppendedLine::refused(number, Problem::refused(&refusal, None).to_raw_json(spoken()))
            }
            Ok(EventOutcome::Erased(entry)) => {
                AppendedLine::refused(number, Problem::erased(entry).to_raw_json(spoken()))
            }
            Ok(EventOutcome::NotAttempted) => defect("without atomic every event is attempted"),
            Err(error) => AppendedLine::refused(number, Problem::from(&error).to_raw_json(spoken())),
        };
        refused += usize::from(said.status == LineStatus::Refused);
        talk::put_json(&said)?;
    }
    Ok(refused)
}
