//! Holds every file of `vectors/`: its answer is computed again and must be the one that stands there.
//!
//! A file in a folder without a group, a group without both outcomes and a file that is not in the form
//! in which the tool writes them all fail. What the files hold, `vectors/README.md` says; they are
//! written by `cargo run -p tools --bin vectors -- ledger-spec/vectors`.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used, clippy::panic)]

mod answer;

use answer::{GROUPS, answer, print};
use ledger_spec::event::Kind;
use ledger_spec::rule::RequestRule;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

fn read(group: &str, name: &str) -> Map<String, Value> {
    let path = folder().join(group).join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let value: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(text, print(&value), "{} is not as the tool writes it", path.display());
    value.as_object().unwrap().clone()
}

/// Every file as (group, name); a stray file or folder fails.
fn files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for group in fs::read_dir(folder()).unwrap() {
        let group = group.unwrap();
        let name = group.file_name().into_string().unwrap();
        if name == "README.md" {
            continue;
        }
        assert!(GROUPS.contains(&name.as_str()), "vectors/{name} belongs to no group that this test knows");
        for file in fs::read_dir(group.path()).unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            let stem = file.strip_suffix(".json").unwrap_or_else(|| panic!("stray file {name}/{file}"));
            found.push((name.clone(), stem.to_owned()));
        }
    }
    found.sort();
    found
}

#[test]
fn every_file_says_what_this_crate_answers() {
    let ledgers = |name: &str| read("ledger", name)["input"].clone();
    let mut stale = Vec::new();
    for (group, name) in files() {
        let case = read(&group, &name);
        assert!(case.len() == 3 && case["about"].is_string(), "{group}/{name}: about, input and an outcome");
        let (outcome, found) = match answer(&group, &case["input"], &ledgers) {
            Ok(found) => ("accepted", found),
            Err(found) => ("refused", found),
        };
        if case.get(outcome) != Some(&found) {
            stale.push(format!("{group}/{name}: {outcome} {found}"));
        }
    }
    assert!(stale.is_empty(), "{} files are stale:\n{}", stale.len(), stale.join("\n"));
}

#[test]
fn every_group_has_cases_of_both_outcomes_and_every_rule_refuses_in_one() {
    let mut outcomes: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    let mut rules = Vec::new();
    for (group, name) in files() {
        let case = read(&group, &name);
        let refused = case.get("refused");
        outcomes.entry(group).or_default()[usize::from(refused.is_some())] += 1;
        rules.extend(refused.and_then(|r| r.get("rule")).and_then(Value::as_str).map(str::to_owned));
    }
    for group in GROUPS {
        let [accepted, refused] = outcomes.get(group).copied().unwrap_or_default();
        assert!(accepted > 0, "{group} has no accepted case");
        // A ledger that others build on, and an answer about one, cannot be refused.
        assert!(refused > 0 || matches!(group, "ledger" | "projection"), "{group} has no refused case");
    }
    for rule in ledger_spec::admission::Rule::ALL {
        assert!(rules.iter().any(|id| id == rule.id()), "no case is refused by {}", rule.id());
    }
    // R14 is asked of a ledger, R15 and R16 are for whoever answers, and what the readers' table refuses case files show.
    let of_head = ledger_spec::rule::RequestRule::ALL.iter().filter(|rule| {
        !matches!(
            rule,
            RequestRule::KeyEnrolled | RequestRule::Once | RequestRule::Few | RequestRule::OwnHost
        ) && !rule.is_of_readers()
    });
    for rule in of_head {
        assert!(rules.iter().any(|id| id == rule.id()), "no case is refused by {}", rule.id());
    }
}

#[test]
fn every_kind_has_an_event_that_its_parser_accepts() {
    let mut kinds = Vec::new();
    for (group, name) in files().into_iter().filter(|(group, _)| group == "event") {
        let accepted = read(&group, &name).remove("accepted");
        kinds.extend(accepted.and_then(|said| said["kind"].as_str().map(str::to_owned)));
    }
    for kind in Kind::all() {
        assert!(kinds.iter().any(|name| name == kind.name()), "no event of the kind {}", kind.name());
    }
}
