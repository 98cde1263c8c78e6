//! `erase`: what was ordered to be erased, now.

use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::talk::{self, Bar};
use crate::ledger::OpenLedger;
use crate::sequencer::EventOutcome;
use crate::words::{say, told};
use clap::Args;
use ledger_spec::time::RecordedTime;
use ledger_spec::wording::Words;
use serde::Serialize;
use std::path::PathBuf;

/// Carry out every order to erase that waits (erasure.ordered), without waiting for the day that a server gives it.
#[derive(Args)]
#[command(after_help = "\
Example:
  credit-ledger erase --dir ledger

A running server does this by itself, once or twice erase_seconds after an order was recorded. What is erased is said by
an event of the ledger's own (ledger.erased), which names entries and no order; then what opens them is
destroyed, with the master key that it was under. What has happened before, elsewhere, is not undone: whoever was
given an opening has it, and a backup of the folder is to be destroyed by whoever made it: the new master key does
not open it, so make another.")]
pub(in crate::cli) struct Erase {
    /// The ledger's folder; no server may have it open.
    #[arg(long)]
    dir: PathBuf,
}

#[derive(Serialize)]
struct Erased {
    entries: u64,
    fields: u64,
    /// What an erasure before had said and not finished, and is destroyed now.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished: Option<Finished>,
}

#[derive(Clone, Copy, Serialize)]
struct Finished {
    entries: u64,
    fields: u64,
}

impl Erase {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        talk::log_to_stderr();
        let ledger = {
            let bar = Bar::new(&say!("reading the log"));
            crate::ledger::open(&self.dir, &bar).map_err(Failure::unreachable)?
        };
        let erased = carried_out(&ledger);
        let OpenLedger { sequencer, writer, keeper, lock, .. } = ledger;
        drop(sequencer);
        writer.join().map_err(Failure::unreachable)?;
        drop((keeper, lock));
        let erased = erased?;
        if json {
            return talk::put_json(&erased);
        }
        let Erased { entries, fields, finished } = erased;
        if let Some(Finished { entries, fields }) = finished {
            talk::put_words(&say!(
                "finished what was cut short: {} entries and {} single fields that the ledger had said are erased",
                entries,
                fields
            ))?;
        }
        talk::put_words(&say!("erased {} entries and {} single fields", entries, fields))
    }
}

/// How much was erased: one event names so many at most, so there may be several.
fn carried_out(ledger: &OpenLedger) -> Result<Erased, Failure> {
    let erased = || {
        let latest = ledger.snapshots.latest();
        let erased = latest.governance.erasures.erased();
        (tlog::defect::as_u64(erased.entries.len()), tlog::defect::as_u64(erased.fields.len()))
    };
    if let Some(reason) = ledger.erasing.unfinished() {
        let reason = told(&reason.to_owned());
        return Err(Failure::unreachable(say!(
            "what the ledger says is erased could not be destroyed, and opens still: {}",
            reason
        )));
    }
    let before = erased();
    while let Some(event) = ledger.erasing.ordered(&ledger.snapshots).map_err(Failure::unreachable)? {
        let answer = ledger.sequencer.submit(vec![event], true).map_err(Failure::unreachable)?;
        let answer = answer.blocking_recv().map_err(Failure::unreachable)?.map_err(Failure::unreachable)?;
        match answer.outcomes.as_slice() {
            [EventOutcome::Appended(_)] => {}
            other => return Err(Failure::unreachable(say!("{}", Words::data(format_args!("{other:?}"))))),
        }
    }
    let latest = ledger.snapshots.latest();
    let governance = &latest.governance;
    let always = RecordedTime::from_micros(u64::MAX);
    let left = governance.erasures.due(always, &governance.directory).count();
    if left > 0 {
        let why = if governance.auditors.named(&governance.directory).is_empty() {
            say!("what lies beside what they name is damaged")
        } else {
            say!(
                "no auditing witness has cosigned a checkpoint over all that they name yet, which a running server collects"
            )
        };
        return Err(Failure::unreachable(say!("{} orders are not carried out: {}", Words::data(left), why)));
    }
    let now = erased();
    let finished = ledger.erasing.resumed().map(|resumed| Finished {
        entries: tlog::defect::as_u64(resumed.entries.len()),
        fields: tlog::defect::as_u64(resumed.fields.len()),
    });
    let (entries, fields) = (now.0.saturating_sub(before.0), now.1.saturating_sub(before.1));
    Ok(Erased { entries, fields, finished })
}
