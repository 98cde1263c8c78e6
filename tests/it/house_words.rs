//! What people read stands among the wordings, in both languages: a new text without its Chinese is found here.
//!
//! Read from the sources, as texts: every error's sentence, and every sentence of the command line.

use crate::house::{code, sources};
use credit_ledger::words::ALL;
use std::collections::BTreeSet;

/// Errors whose words are not told by their English, and where they are told.
const TOLD_ELSEWHERE: [(&str, &str); 3] = [
    ("{}{}", "an audit's fault and its place: `{} ({}, byte {})`"),
    ("{} is {}: {}", "a row that is refused: its field, value and reason stand in columns of their own"),
    ("field {}: {} {}", "a fault of a catalogue's field: `field {}: {}`"),
];

/// Sentences of the command line that stand in both languages where they are, or are no words for people.
const NO_WORDING: [(&str, &str); 5] = [
    ("src/cli/help_words.rs", "help, by its English"),
    ("src/cli/words.rs", "answers in words: each text beside its Chinese"),
    ("src/cli/command/retention.rs", "proposals: each text beside its Chinese"),
    ("src/cli/arguments.rs", "what clap says, and its Chinese"),
    ("src/cli/command/demo/founding.rs", "what the events of the demo say: data"),
];

/// A template without the names and forms of its parts.
fn plain(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, from)) = rest.split_once('{') {
        let Some((_, after)) = from.split_once('}') else { break };
        out += before;
        out += "{}";
        rest = after;
    }
    out + rest
}

/// The text literal that begins here, behind its quotation mark, as the compiler reads it.
fn literal(text: &str) -> String {
    let (mut out, mut characters) = (String::new(), text.chars());
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                // A line that goes on: without the white space before it does.
                Some('\n') => {
                    let rest = characters.as_str().trim_start();
                    characters = rest.chars();
                }
                Some(c) => out.push(c),
                None => break,
            },
            c => out.push(c),
        }
    }
    out
}

fn wordings() -> BTreeSet<String> {
    ALL.into_iter().flatten().map(|wording| plain(wording.en)).collect()
}

#[test]
fn every_error_has_its_words() {
    let known = wordings();
    let (mut found, mut missing) = (0, Vec::new());
    for folder in ["src", "ledger-spec/src", "ledger-spec/tlog/src", "ledger-spec/authoring/src"] {
        for (name, text) in sources(folder) {
            for from in text.split("#[error(").skip(1) {
                let Some(text) = from.trim_start().strip_prefix('"') else { continue };
                let said = plain(&literal(text));
                found += 1;
                if !known.contains(&said) && !TOLD_ELSEWHERE.iter().any(|(other, _)| *other == said) {
                    missing.push(format!("{name}: {said}"));
                }
            }
        }
    }
    assert!(found > 250, "{found}");
    assert!(missing.is_empty(), "without Chinese:\n{}", missing.join("\n"));
}

/// Whether a text has two words of English, one after the other.
fn is_sentence(text: &str) -> bool {
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let words: Vec<_> =
        text.split(' ').map(|word| is_word(word.trim_end_matches([',', ':', ';', '.']))).collect();
    words.windows(2).any(|pair| pair == [true, true])
}

#[test]
fn the_command_line_says_nothing_without_words() {
    let known = wordings();
    let (mut found, mut missing) = (0, Vec::new());
    for (name, text) in sources("src/cli") {
        if name.ends_with("/tests.rs") || NO_WORDING.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let code = code(&text);
        // Examples and notes of a command's help are told with it; defects are told to whoever mends them.
        let mut rest = code.as_str();
        while let Some((before, from)) = rest.split_once('"') {
            let before = before.trim_end();
            // The character of a quotation mark begins no text.
            if before.ends_with('\'') && from.starts_with('\'') {
                rest = from;
                continue;
            }
            let said = literal(from);
            rest = from.get(raw_length(from)..).unwrap_or_default();
            let is_help = before.ends_with("after_help =")
                || before.ends_with("const EXIT_CODES: &str =")
                || before.ends_with("const FIRST_STEPS: &str =");
            let is_defect = before.ends_with("or_defect(")
                || before.ends_with("defect(")
                || before.ends_with("f.write_str(");
            if is_help
                || is_defect
                || !is_sentence(&said)
                || before.lines().last().is_some_and(|line| line.contains("tracing::"))
            {
                continue;
            }
            found += 1;
            if !known.contains(&plain(&said)) {
                missing.push(format!("{name}: {said}"));
            }
        }
    }
    assert!(found > 100, "{found}");
    assert!(missing.is_empty(), "without Chinese:\n{}", missing.join("\n"));
}

/// How long a literal is in the source, its closing mark included.
fn raw_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[test]
fn sentences_are_known_from_data() {
    assert!(is_sentence("the disk is full") && is_sentence("{}: no such thing"));
    assert!(!is_sentence("application/json") && !is_sentence("/v1/lists/{}") && !is_sentence("{} {}"));
    assert_eq!(plain("{path}: {error:?} {}"), "{}: {} {}");
    assert_eq!(literal("a \\\n    b\\\"c\" d"), "a b\"c");
}
