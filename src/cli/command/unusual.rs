//! `unusual`: readers who read more than is usual, from the access journal, proposed to a steward as incidents.

use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::locale::spoken;
use crate::cli::talk::{self, Bar};
use crate::ledger::{self, ACCESS, ReadOnlyLedger, Settings};
use crate::query::Reading;
use crate::words::{say, told};
use clap::Args;
use ledger_spec::id::{AuthorityId, SubjectId};
use ledger_spec::projection::UnusualLine;
use ledger_spec::readers::{Habit, Usual};
use ledger_spec::time::{Date, RecordedTime};
use ledger_spec::wording::{Joint, Words};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Show who read more than is usual, from the access journal. Nothing is sent.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger unusual --dir ledger --lang zh
  credit-ledger unusual --dir ledger --issuer credit-office.430381 --drafts incidents
  credit-ledger sign --key office.key --new incidents/1.json | credit-ledger append --url URL

Counted are different subjects in an hour (usual_subjects_per_hour of ledger.toml), in an hour off work (a fifth of it),
in a day (five times as many), and looks in an hour (ten times as many); whether a subject is known to the ledger makes
no difference. While a reader is beyond that, the server answers it slowly. What is unusual need not be wrong: a draft
(incident.opened) has neither id nor salt, and whoever answers for it reads it, signs it, and sends it.")]
pub(in crate::cli) struct ShowUnusual {
    /// A ledger's folder, read as it is on disk (also beside a running server).
    #[arg(long)]
    dir: PathBuf,
    /// From this day on: YYYY-MM-DD. [default: all that the journal holds]
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<Date>,
    /// How many different subjects are usual in an hour. [default: as ledger.toml says]
    #[arg(long, value_name = "NUMBER")]
    usual: Option<u64>,
    /// Who opens the incidents: a steward.
    #[arg(long, value_name = "ID", requires = "drafts", value_parser = issuer)]
    issuer: Option<AuthorityId>,
    /// Write incidents that may be signed into this folder, which is made: one file each, by their number.
    #[arg(long, value_name = "FOLDER", requires = "issuer")]
    drafts: Option<PathBuf>,
}

impl ShowUnusual {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let bar = Bar::new(&say!("reading the log"));
        let since = match self.since {
            None => RecordedTime::default(),
            Some(day) => RecordedTime::from_micros(day.start_of_day().micros().max(0).unsigned_abs()),
        };
        let usual = match self.usual {
            None => Settings::read(&self.dir).map_err(Failure::unreachable)?.usual,
            Some(number) => Usual::new(number)
                .ok_or_else(|| Failure::usage(say!("--usual: a number from 1 on is expected")))?,
        };
        let asked = |ledger: ReadOnlyLedger| {
            let reading = Reading::new(&ledger.snapshots);
            let of_journal = |journal: ReadOnlyLedger| {
                let found = reading.unusual(&Reading::new(&journal.snapshots), usual, since);
                found.map_err(|error| Failure::unreachable(error.words()))
            };
            let found = ledger::ask(&self.dir.join(ACCESS), &bar, of_journal, Failure::unreachable)?;
            Ok((found, reading.snapshot().governance.origin.as_ref().map(ToString::to_string)))
        };
        let (found, origin) = ledger::ask(&self.dir, &bar, asked, Failure::unreachable)?;
        if let (Some(folder), Some(issuer)) = (&self.drafts, &self.issuer) {
            draft(folder, &found, (issuer, origin))?;
            talk::say(&say!("{} incidents drafted in {}", found.len(), Words::data(folder.display())));
        }
        if json {
            return talk::put_json(&found);
        }
        let language = spoken();
        if found.is_empty() {
            return talk::put_line(&say!("nobody read more than is usual").text(language));
        }
        found.iter().try_for_each(|line| talk::put_line(&in_words(line).text(language)))
    }
}

/// Writes an incident for each.
fn draft(folder: &Path, found: &[UnusualLine], (issuer, origin): (&AuthorityId, Option<String>)) -> Outcome {
    std::fs::create_dir_all(folder).map_err(Failure::file(folder))?;
    for (number, line) in (1..).zip(found) {
        let event = json!({
            "origin": origin,
            "kind": "incident.opened",
            "issuer": issuer,
            "subject": SubjectId::Authority(line.reader.clone()),
            "valid_from": line.from.to_string(),
            "body": { "title": title(line).text(spoken()) },
        });
        let path = folder.join(format!("{number}.json"));
        std::fs::write(&path, format!("{event:#}\n")).map_err(Failure::file(&path))?;
    }
    Ok(())
}

/// What is unusual, without a word of whom was looked at.
fn title(line: &UnusualLine) -> Words {
    let (day, hour) = (Words::data(line.from.date()), line.from.hour());
    let (found, usual) = (line.found, line.usual);
    match line.habit {
        Habit::Subjects => say!(
            "{} different subjects looked at in the hour from {}:00 of {}; {} are usual",
            found,
            hour,
            day,
            usual
        ),
        Habit::OffHours => {
            say!(
                "{} different subjects looked at off hours, in the hour from {}:00 of {}; {} are usual",
                found,
                hour,
                day,
                usual
            )
        }
        Habit::Day => say!("{} different subjects looked at on {}; {} are usual", found, day, usual),
        Habit::Looks => say!("{} looks in the hour from {}:00 of {}; {} are usual", found, hour, day, usual),
    }
}

/// One finding for people.
fn in_words(line: &UnusualLine) -> Words {
    let UnusualLine { reader, name, cases, first, last, .. } = line;
    let purposes = Words::several(line.purposes.iter().copied(), Joint::And);
    say!(
        "{} ({})\n  {}\n  what exceeds it was for {}, in {} matters; entries {} to {} of the access journal",
        Words::both(&name.en, &name.zh),
        reader,
        title(line),
        purposes,
        *cases,
        *first,
        *last
    )
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|error| told(&error).to_string())
}

fn issuer(text: &str) -> Result<AuthorityId, String> {
    AuthorityId::parse(text).map_err(|error| error.to_string())
}
