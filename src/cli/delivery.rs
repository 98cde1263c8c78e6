//! Where a monitor's reports go, and what becomes of one that its receiver refuses: it is kept, and the others go on.

use super::Outcome;
use super::failure::Failure;
use super::talk;
use crate::clock;
use crate::tile_client;
use crate::words::{quoted, say, told};
use ledger_spec::wording::Words;
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What was refused, in the copy's folder: one JSON object a line.
const PARKED: &str = "monitor.parked";
/// The exit status of a command that will not have what it was given, whenever (sysexits.h, `EX_DATAERR`).
const REFUSED: i32 = 65;

/// Who is told.
pub(super) enum Receiver {
    /// Whoever reads stdout.
    Stdout,
    /// A server, by POST.
    Webhook(String),
    /// A command, on its stdin.
    Command(String),
}

/// The way of reports to their receiver.
pub(super) struct Delivery {
    receiver: Receiver,
    parked: PathBuf,
    refused: usize,
}

/// Why a report did not arrive.
enum Undelivered {
    /// The receiver will not have this one, now or later.
    Refused(String),
    /// The receiver takes nothing now.
    Failed(Failure),
}

/// A report that was refused.
#[derive(Serialize)]
struct Parked<'a, R> {
    refused_at: String,
    reason: &'a str,
    report: &'a R,
}

impl Delivery {
    /// To this receiver; what it refuses is kept in the folder.
    pub(super) fn new(receiver: Receiver, dir: &Path) -> Self {
        Self { receiver, parked: dir.join(PARKED), refused: 0 }
    }

    /// Delivers a report, or keeps it where the receiver refuses it. An error is one of a receiver that takes nothing
    /// now: the same report is to be delivered later.
    ///
    /// `kept` is what is kept of one that is refused: that lies in the folder as it is.
    pub(super) fn deliver(&mut self, report: &impl Serialize, kept: &impl Serialize) -> Outcome {
        let text = serde_json::value::to_raw_value(report);
        let text = text.map_err(|error| Failure::wrong(say!("json: {}", told(&error))))?;
        let delivered = match &self.receiver {
            Receiver::Stdout => return talk::put_line(text.get()),
            Receiver::Webhook(url) => post(url, text.get()),
            Receiver::Command(command) => run(command, text.get()),
        };
        match delivered {
            Ok(()) => Ok(()),
            Err(Undelivered::Failed(failure)) => Err(failure),
            Err(Undelivered::Refused(reason)) => self.park(kept, &reason),
        }
    }

    /// The end of a run in which reports were refused: they lie in a file, and somebody has to look at them.
    pub(super) fn end(&self) -> Outcome {
        match self.refused {
            0 => Ok(()),
            refused => Err(Failure::unreachable(say!(
                "{} refused by the receiver, kept in {}",
                Words::data(refused),
                Words::data(self.parked.display())
            ))),
        }
    }

    fn park(&mut self, report: &impl Serialize, reason: &str) -> Outcome {
        let parked = Parked { refused_at: clock::now().to_text(), reason, report };
        let line =
            serde_json::to_string(&parked).map_err(|error| Failure::wrong(say!("json: {}", told(&error))))?;
        let path = &self.parked;
        let kept = OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| {
            file.write_all(format!("{line}\n").as_bytes())?;
            file.sync_all()
        });
        kept.map_err(|error| {
            Failure::unreachable(say!("{}: {}", Words::data(path.display()), told(&error)))
        })?;
        self.refused += 1;
        talk::say(&say!(
            "{}: the report is kept in {}, and the others go on",
            quoted(reason),
            Words::data(path.display())
        ));
        Ok(())
    }
}

fn post(url: &str, text: &str) -> Result<(), Undelivered> {
    let (agent, url) = tile_client::agent(url)
        .map_err(|error| Undelivered::Failed(Failure::usage(say!("--webhook: {}", told(&error)))))?;
    let said = |reason: String| format!("--webhook {url}: {reason}");
    let sent = agent.post(&url).header("content-type", "application/json").send(text);
    let answer =
        sent.map_err(|error| Undelivered::Failed(Failure::unreachable(said(tile_client::reason(&error)))))?;
    match answer.status().as_u16() {
        200..=299 => Ok(()),
        // These are about the report (RFC 9110 §15.5). All else is about the address, the sender or the moment.
        status @ (400 | 413 | 415 | 422) => Err(Undelivered::Refused(said(format!("status {status}")))),
        status => Err(Undelivered::Failed(Failure::unreachable(said(format!("status {status}"))))),
    }
}

fn run(command: &str, text: &str) -> Result<(), Undelivered> {
    let said = |reason: String| format!("--command {command:?}: {reason}");
    let failed = |reason: String| Undelivered::Failed(Failure::unreachable(said(reason)));
    let io = |error: std::io::Error| failed(error.to_string());
    let mut child = Command::new("sh").args(["-c", command]).stdin(Stdio::piped()).spawn().map_err(io)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read its report is its own business.
        let _ = stdin.write_all(text.as_bytes()).and_then(|()| stdin.write_all(b"\n"));
    }
    let status = child.wait().map_err(io)?;
    match status.code() {
        Some(0) => Ok(()),
        Some(REFUSED) => Err(Undelivered::Refused(said(status.to_string()))),
        _ => Err(failed(status.to_string())),
    }
}
