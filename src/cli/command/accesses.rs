//! `accesses`: who looked at a subject, from a ledger's folder or from a server.

use crate::cli::Outcome;
use crate::cli::answer;
use crate::cli::client::encoded;
use crate::cli::failure::Failure;
use crate::cli::locale::spoken;
use crate::cli::names::Names;
use crate::cli::plain::plain;
use crate::cli::read_as::ReadAs;
use crate::cli::talk::{self, Bar};
use crate::clock;
use crate::ledger::{self, ACCESS, ReadOnlyLedger};
use crate::query::Reading;
use crate::words::{say, told};
use clap::Args;
use ledger_spec::casefile::Sight;
use ledger_spec::id::SubjectId;
use ledger_spec::time::ValidTime;
use serde_json::json;
use std::path::{Path, PathBuf};
use tlog::position::EntryIndex;

/// Show who looked at a subject, newest first: when, for which purpose, by which sight.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger accesses uscc:914403001922038216 --dir ledger
  credit-ledger accesses uscc:914403001922038216 --url https://credit.example --key window.key \\
      --purpose own-file --case 0193b2c4-…
  credit-ledger accesses ext:register:7 --dir ledger --sight court --json

A server tells windows for a subject that proved who it is (own-file, --case being the event that states that), courts
(judicial-enquiry) and auditors (audit). A look that is withheld for a while is told once that is over, a matter that is
no event of the subject's own is not named; --sight court of a folder shows all of it. Looks at whole lists and at counts,
and what auditors open, stand in the journal by themselves.")]
pub(in crate::cli) struct Accesses {
    /// The subject.
    id: String,
    /// A ledger's folder, read as it is on disk (also beside a running server).
    #[arg(long, conflicts_with = "url", required_unless_present = "url")]
    dir: Option<PathBuf>,
    /// A server, such as http://127.0.0.1:8413.
    #[arg(long)]
    url: Option<String>,
    /// Go on before this look.
    #[arg(long)]
    before: Option<u64>,
    /// How many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
    /// As whom one reads a folder: restricted, as the subject is told, or court.
    #[arg(long, default_value = "restricted", value_parser = sight)]
    sight: Sight,
    #[command(flatten)]
    reader: ReadAs,
}

impl Accesses {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let subject = SubjectId::parse(&self.id);
        let subject = subject.map_err(|error| Failure::usage(say!("subject: {}", told(&error))))?;
        let text = match (&self.dir, &self.url) {
            (Some(dir), _) => self.of_folder(dir, &subject)?,
            (None, Some(url)) => {
                let mut path = format!("/v1/accesses?limit={}", self.limit);
                if let Some(before) = self.before {
                    path += &format!("&before={}", encoded(&before.to_string()));
                }
                let body = json!({ "subject": subject.to_string() }).to_string();
                self.reader.client(url)?.ask_text(&path, Some(&body))?
            }
            (None, None) => return Err(Failure::usage(say!("--dir or --url is expected"))),
        };
        if json {
            talk::put_line(answer::object(&text)?)
        } else {
            talk::put(&plain(&text, &Names::none(), spoken())?)
        }
    }

    fn of_folder(&self, dir: &Path, subject: &SubjectId) -> Result<String, Failure> {
        let bar = Bar::new(&say!("reading the log"));
        let now = ValidTime::at_recorded(clock::now()).map_err(Failure::usage)?;
        let page = (self.before.map(EntryIndex::new), usize::from(self.limit));
        let asked = |ledger: ReadOnlyLedger| {
            let reading = Reading::new(&ledger.snapshots);
            let viewer = reading.viewer(self.sight, now);
            let of_journal = |journal: ReadOnlyLedger| {
                let journal = Reading::new(&journal.snapshots);
                reading
                    .accesses(&journal, subject, page, viewer)
                    .map_err(|error| Failure::unreachable(error.words()))
            };
            ledger::ask(&dir.join(ACCESS), &bar, of_journal, Failure::unreachable)
        };
        let page = ledger::ask(dir, &bar, asked, Failure::unreachable)?;
        serde_json::to_string(&page).map_err(|error| Failure::wrong(say!("json: {}", told(&error))))
    }
}

fn sight(text: &str) -> Result<Sight, String> {
    let told = [Sight::Restricted, Sight::Court];
    let found = Sight::parse(text).filter(|sight| told.contains(sight));
    found.ok_or_else(|| say!("restricted or court is expected").to_string())
}
