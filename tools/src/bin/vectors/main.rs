//! Writes the vectors of the specification: one file per named case, accepted or refused.
//!
//! `vectors FOLDER` replaces every group's folder in FOLDER. Nothing here depends on a clock or on
//! chance, so that writing again changes nothing. Each case states by hand whether it is accepted; the
//! rest of the answer is what `ledger-spec` says, and this tool fails where the two disagree.

// A tool for developers: it stops at the first surprise, and that is its message.
#![allow(clippy::unwrap_used, clippy::panic)]

mod accesses;
#[path = "../../../../ledger-spec/tests/answer/mod.rs"]
#[allow(missing_docs)]
mod answer;
mod base;
mod case;
mod contested;
mod disclosed;
mod due;
mod endings;
mod erasing;
mod evidence;
mod forms;
mod keeping;
mod kept;
mod kinds;
mod ledgers;
mod linking;
mod malformed;
mod met;
mod pseudonyms;
mod renewing;
mod requests;
mod rules;
mod sealed;
mod witnesses;

use answer::GROUPS;
use case::Case;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let Some(folder) = env::args().nth(1) else {
        eprintln!("usage: vectors FOLDER");
        return ExitCode::from(2);
    };
    let base = json!({ "events": base::ledger().iter().map(base::Making::timed).collect::<Vec<_>>() });
    let mut cases = vec![Case::accepted(
        "ledger",
        "base",
        "The ledger that other cases build on: a firm with a record, an entry on a list, and an application",
        base.clone(),
    )];
    cases.extend(forms::cases());
    cases.extend(kinds::cases());
    cases.extend(malformed::cases());
    cases.extend(evidence::cases());
    cases.extend(witnesses::cases());
    cases.extend(rules::cases());
    cases.extend(linking::cases());
    cases.extend(disclosed::cases());
    cases.extend(sealed::cases());
    cases.extend(kept::cases());
    cases.extend(pseudonyms::cases());
    cases.extend(requests::cases());
    cases.extend(ledgers::cases(&base));
    let names: BTreeSet<_> = cases.iter().map(|case| (case.group, &case.name)).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    let files: Vec<_> = cases.iter().map(|case| case.file(&base)).collect();
    let wrong: Vec<_> = files.iter().filter_map(|file| file.as_ref().err()).collect();
    if !wrong.is_empty() {
        wrong.iter().for_each(|wrong| eprintln!("{wrong}"));
        return ExitCode::FAILURE;
    }
    for group in GROUPS {
        let folder = Path::new(&folder).join(group);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
    }
    for (case, text) in cases.iter().zip(files) {
        let path = Path::new(&folder).join(case.group).join(format!("{}.json", case.name));
        fs::write(path, text.unwrap()).unwrap();
    }
    eprintln!("{} vectors in {folder}", cases.len());
    ExitCode::SUCCESS
}
