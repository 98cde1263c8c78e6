//! Holds that errors which carry their words as texts carry only such as stand in the table of wordings.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used)]

mod walk;

use ledger_spec::wording::{Language, of_text};
use std::fs;
use std::path::Path;

/// What stands in quotes in code that makes such an error.
fn quoted(line: &str) -> Vec<&str> {
    line.split('"').skip(1).step_by(2).collect()
}

/// Whether a text has words: letters that are not shown as they are.
fn has_words(text: &str) -> bool {
    let shown: String = text.split('`').step_by(2).collect();
    let mut run = 0;
    shown.chars().any(|c| {
        run = if c.is_ascii_alphabetic() { run + 1 } else { 0 };
        run > 1
    })
}

#[test]
fn texts_of_errors_stand_in_the_table() {
    const MAKERS: [&str; 12] = [
        "each(",
        "bounded(",
        "exactly(",
        "dotted(",
        "PART: &str",
        "wrong(\"",
        "literal(",
        "in_range(",
        "IdError::",
        "wrong_type(",
        "range(",
        "Self::Null =>",
    ];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut seen, mut wrong) = (0, Vec::new());
    for folder in ["id", "time", "json"] {
        for file in walk::files(&source.join(folder), ".rs") {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for line in code.lines().filter(|line| MAKERS.iter().any(|maker| line.contains(maker))) {
                for text in quoted(line).into_iter().filter(|text| has_words(text)) {
                    seen += 1;
                    let text: &'static str = text.to_owned().leak();
                    if of_text(text).text(Language::Zh) == text && text != "UTF-8" {
                        wrong.push(format!("{}: {text}", file.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 30, "only {seen}");
}

/// Whether an order is named by its number alone: ministries number theirs each for itself.
fn bare_order(text: &str) -> bool {
    text.match_indices("号令").any(|(at, _)| text[..at].ends_with(|c: char| c.is_ascii_digit()))
}

#[test]
fn orders_are_named_with_their_ministry() {
    assert!(bare_order("45号令：谁认定") && !bare_order("国家市场监督管理总局令第45号"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut seen, mut wrong) = (0, Vec::new());
    for (folder, ending) in [("src", ".rs"), ("catalogue", ".toml"), ("scenarios", ".toml")] {
        for file in walk::files(&root.join(folder), ending) {
            seen += 1;
            if fs::read_to_string(&file).unwrap().lines().any(bare_order) {
                wrong.push(file.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 300, "only {seen}");
}
