//! Nothing goes on with a made-up value: what cannot be is a defect with its name, what input can bring about an
//! error.
//!
//! Read from the text, so only forms that are almost always wrong are looked for; where one is right, it is
//! excused by name.

use crate::house::{code, sources};

/// What may stand although it looks made up: the file, what is found there, and why it is right.
const RIGHT: &[(&str, &str, &str)] = &[
    (
        "src/cli/client.rs",
        "serde_json::from_slice(body).unwrap_or_default",
        "a refusal that explains nothing is told by its status",
    ),
    (
        "src/cli/locale.rs",
        "filter_map(|name| std::env::var(name).ok()",
        "a variable that is not set says nothing",
    ),
    (
        "src/http/language.rs",
        "filter_map(|value| value.to_str().ok()",
        "a header that is no text asks for no language",
    ),
    (
        "src/http/reading.rs",
        "filter_map(|value| value.to_str().ok()",
        "a header that is no text asks for no media type",
    ),
    ("src/parallel.rs", "let Ok((worker, piece)) = place.recv() else { return Ok(", "no piece is left"),
];

/// Calls whose result is not there only by a defect or by input, each with how it must not go on.
const CALLS: [(&str, &str); 12] = [
    ("try_from(", ".unwrap_or"),
    ("try_into(", ".unwrap_or"),
    (".next(", ".unwrap_or"),
    (".get(", ".unwrap_or_default"),
    (".parse(", ".unwrap_or"),
    (".parse::<", ".unwrap_or"),
    ("from_str(", ".unwrap_or"),
    ("from_slice(", ".unwrap_or"),
    ("serde_json::to_string(", ".unwrap_or"),
    ("serde_json::to_string_pretty(", ".unwrap_or"),
    ("serde_json::to_vec(", ".unwrap_or"),
    ("serde_json::to_value(", ".unwrap_or"),
];

/// What hands a value on unchanged.
const UNCHANGED: [&str; 4] = [".ok()", ".copied()", ".cloned()", ".flatten()"];

/// What stands before the bracket that closes the one already open, and what stands behind it.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    let end = text.find(|c: char| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    })?;
    Some((&text[..end], &text[end + 1..]))
}

/// The text on one line, as the lists above have it.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".")
}

/// Where the code goes on with a value of its own making.
fn made_up(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (call, how) in CALLS {
        for (at, _) in code.match_indices(call) {
            // A turbofish ends before the bracket opens.
            let begun = if call.ends_with('<') {
                code[at..].find('(').map(|open| at + open + 1)
            } else {
                Some(at + call.len())
            };
            let Some((_, mut rest)) = begun.and_then(|begun| closed(&code[begun..])) else { continue };
            loop {
                rest = rest.trim_start();
                match UNCHANGED.iter().find_map(|same| rest.strip_prefix(same)) {
                    Some(after) => rest = after,
                    None => break,
                }
            }
            if rest.starts_with(how) {
                let end = code.len() - rest.len() + rest.find('(').unwrap_or(rest.len());
                // From the beginning of the path on that is called.
                let start = code[..at].rfind([' ', '(', '|', '\n']).map_or(0, |before| before + 1);
                found.push(on_one_line(&code[start..end]));
            }
        }
    }
    // Whatever cannot be read is left out.
    for call in ["filter_map(", "flat_map("] {
        for (at, _) in code.match_indices(call) {
            let Some((inside, _)) = closed(&code[at + call.len()..]) else { continue };
            let inside = inside.trim_end_matches(|c: char| matches!(c, ',' | '}') || c.is_whitespace());
            if inside.ends_with(".ok()") || inside.ends_with("Result::ok") {
                found.push(on_one_line(&format!("{call}{}", inside.trim_start())));
            }
        }
    }
    // Whatever cannot be read is all right.
    for (at, _) in code.match_indices("let Ok(") {
        let statement = code[at..].split_once(';').map_or(&code[at..], |(statement, _)| statement);
        let statement = on_one_line(statement);
        if let Some((read, _)) = statement.split_once("else { return Ok(") {
            found.push(format!("{read}else {{ return Ok("));
        }
    }
    found
}

#[test]
fn what_cannot_be_is_no_default() {
    let (mut wrong, mut excused) = (Vec::new(), vec![false; RIGHT.len()]);
    for folder in ["src", "ledger-spec"] {
        for (path, text) in sources(folder).into_iter().filter(|(path, _)| !path.contains("/tests/")) {
            for found in made_up(&code(&text)) {
                match RIGHT.iter().position(|(file, what, _)| *file == path && *what == found) {
                    Some(at) => excused[at] = true,
                    None => wrong.push(format!("{path}: {found}: an error, or a defect (`tlog::defect`)")),
                }
            }
        }
    }
    let idle = RIGHT.iter().zip(excused).filter(|(_, needed)| !needed);
    wrong.extend(idle.map(|((path, what, _), _)| format!("{path}: {what} is excused and need not be")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_form_of_a_made_up_value_is_found() {
    for text in [
        "u64::try_from(a.len()).unwrap_or(u64::MAX)",
        "u8::try_from((a + 1) % f(b))\n    .unwrap_or_default()",
        "u8::try_from(a).unwrap_or_else(|_| 7)",
        "u8::try_from(a).ok().unwrap_or(7)",
        "a.try_into().unwrap_or(7)",
        "outcomes.next().unwrap_or(EventOutcome::NotAttempted)",
        "text.split('.').next().unwrap_or_default()",
        "body.get(line.bytes).unwrap_or_default()",
        "body.get(a..f(b)).copied().unwrap_or_default()",
        "text.parse::<u16>().unwrap_or(0)",
        "text.parse()\n    .unwrap_or_default()",
        "serde_json::from_slice(body).unwrap_or_default()",
        "serde_json::to_string_pretty(&shown).unwrap_or_default()",
        "lines.filter_map(|line| serde_json::from_str(line).ok()).collect()",
        "dates.filter_map(|date| {\n    Date::parse(date).ok()\n})",
        "all.filter_map(Result::ok)",
        "let Ok(Json::Object(fields)) = Json::parse(bytes) else { return Ok(()) };",
        "let Ok(a) = b else {\n    return Ok(None);\n};",
    ] {
        assert_eq!(made_up(text).len(), 1, "{text}");
    }
    for text in [
        "u8::try_from(a).ok()?; b.unwrap_or(0); u8::try_from(a).or_defect(\"b\")",
        "files.get(subject).unwrap_or(&none)",
        "all.next().map(f).unwrap_or_default()",
        "all.filter_map(|one| one.ok()?.next())",
        "let Ok(a) = b else { return Err(c) }; return Ok(d);",
        "let Ok(a) = b else { continue };",
    ] {
        assert!(made_up(text).is_empty(), "{text}");
    }
}
