//! `scenario`: case files run on a ledger in memory.

use crate::cli::failure::Failure;
use crate::cli::locale::spoken;
use crate::cli::{Outcome, talk};
use crate::words::{quoted, say, told};
use clap::Args;
use ledger_authoring::scenario::{Base, Report, Scenario, run};
use ledger_spec::wording::Words;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Run case files: who files what when, what must be accepted or refused, what must be answered.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger scenario
  credit-ledger scenario ledger-spec/scenarios/court
  credit-ledger scenario my-case.toml --json

Each case begins on a ledger of its own in memory, with the shipped catalogue adopted and its
authorities enrolled; nothing is written. Exit code 1 where a case does not come out as it says.")]
pub(in crate::cli) struct RunScenarios {
    /// Case files, or folders of them.
    #[arg(default_value = "ledger-spec/scenarios")]
    paths: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Told {
    file: String,
    title: String,
    steps: usize,
    asked: usize,
    mismatches: Vec<String>,
}

impl RunScenarios {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let mut files = Vec::new();
        for path in &self.paths {
            collect(path, &mut files)?;
        }
        files.sort();
        if files.is_empty() {
            return Err(Failure::usage(say!("no case files (*.toml) there")));
        }
        let base = Base::build().map_err(Failure::wrong)?;
        let mut wrong = 0_usize;
        for file in &files {
            let (scenario, report) = of_file(&base, file)?;
            wrong += usize::from(!report.mismatches.is_empty());
            tell(json, file, &scenario, &report)?;
        }
        if wrong > 0 {
            let count = files.len();
            return Err(Failure::wrong(say!(
                "{} of {} cases do not come out as they say",
                Words::data(wrong),
                Words::data(count)
            )));
        }
        talk::say(&say!("{} cases, each as it says", files.len()));
        Ok(())
    }
}

fn of_file(base: &Base, file: &Path) -> Result<(Scenario, Report), Failure> {
    let text = std::fs::read_to_string(file).map_err(Failure::file(file))?;
    let scenario = Scenario::parse(&text)
        .map_err(|error| Failure::usage(say!("{}: {}", Words::data(file.display()), told(&error))))?;
    let report = run(base, &scenario);
    Ok((scenario, report))
}

fn tell(json: bool, file: &Path, scenario: &Scenario, report: &Report) -> Outcome {
    let told = Told {
        file: file.display().to_string(),
        title: scenario.title.zh.clone(),
        steps: scenario.steps.len(),
        asked: report.asked,
        mismatches: report.mismatches.iter().map(|found| found.told(spoken())).collect(),
    };
    if json {
        return talk::put_json(&told);
    }
    let word = if told.mismatches.is_empty() { say!("ok") } else { say!("wrong") };
    let title = spoken().pick(&scenario.title.zh, &scenario.title.en);
    let mut text = format!("{:<5} {}  {title}\n", word.text(spoken()), told.file);
    for mismatch in &told.mismatches {
        text.push_str(&format!("  {}\n", quoted(mismatch).text(spoken())));
    }
    talk::put(&text)
}

/// The case files of a path: itself, or those of a folder and of the folders in it.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(Failure::file(path))? {
        let path = entry.map_err(Failure::file(path))?.path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "toml") {
            collect(&path, files)?;
        }
    }
    Ok(())
}
