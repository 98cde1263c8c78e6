//! What an answer may hold has its Chinese: every member and every word of the description of this program's answers.

use super::*;
use serde_json::Value;
use std::collections::BTreeSet;

/// Those that `plain` tells.
const TOLD: [&str; 5] = [
    "/v1/subjects/{id}/",
    "/v1/lists/{code}/departures",
    "/v1/indicators/",
    "/v1/oversight",
    "/v1/directory",
];
/// What says nothing in a language: ids of rules, and how something is signed.
fn is_code(word: &str) -> bool {
    word == "ed25519"
        || (2..=3).contains(&word.len())
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().skip(1).all(|c| c.is_ascii_digit())
}

#[derive(Default)]
struct Found {
    members: BTreeSet<String>,
    words: BTreeSet<(String, String)>,
    seen: BTreeSet<String>,
}

impl Found {
    fn look(&mut self, document: &Value, schema: &Value, member: &str) {
        if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            if self.seen.insert(format!("{member} {name}")) {
                self.look(document, &document["components"]["schemas"][name], member);
            }
            return;
        }
        for word in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            self.words.insert((member.to_owned(), word.to_owned()));
        }
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            self.members.insert(name.clone());
            self.look(document, inner, name);
        }
        for inner in
            ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|name| schema[name].as_array()).flatten()
        {
            self.look(document, inner, member);
        }
        self.look_if_any(document, &schema["items"], member);
        self.look_if_any(document, &schema["additionalProperties"], member);
    }

    fn look_if_any(&mut self, document: &Value, schema: &Value, member: &str) {
        if schema.is_object() {
            self.look(document, schema, member);
        }
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[test]
fn all_that_answers_may_hold_is_told_in_chinese() {
    let document: Value = serde_json::from_str(include_str!("../../../tests/golden/openapi.json")).unwrap();
    let mut found = Found::default();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if !TOLD.iter().any(|told| path.starts_with(told)) || path.ends_with("/events") {
            continue;
        }
        let content = &methods["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(content.is_object(), "{path}");
        found.look(&document, content, "");
    }
    assert!(found.members.len() > 100 && found.words.len() > 100);
    let told = |name: &str| PROOFS.contains(&name) || label(name).text(Language::Zh).contains(is_chinese);
    let untold: Vec<_> = found.members.iter().filter(|name| !told(name)).collect();
    assert!(untold.is_empty(), "no label: {untold:?}");
    let told = |(name, word): &(String, String)| {
        is_code(word) || value(name, word).is_some_and(|words| words.text(Language::Zh).contains(is_chinese))
    };
    let untold: Vec<_> = found.words.iter().filter(|word| !told(word)).collect();
    assert!(untold.is_empty(), "no Chinese: {untold:?}");
}

#[test]
fn answers_are_told_in_order_and_in_rows() {
    let text = r#"{"valid_at":"2026-11-01T23:59:59.999999+08:00","eligible":false,"letter":{"zh":"不可","en":"No"},
        "reasons":[],"marks":[{"mark":"held","entry":7},{"mark":"corrected","entry":12,"more":1}],"checkpoint":"x"}"#;
    let chinese = plain(text, &Names::none(), Language::Zh).unwrap();
    let expected =
        "时点      2026年11月1日23:59:59（UTC+08:00）\n能否参与  否\n文书      不可\n理由      无\n标注：\n";
    assert!(chinese.starts_with(expected), "{chinese}");
    let english = plain(text, &Names::none(), Language::En).unwrap();
    let expected = "valid at  2026-11-01 23:59:59 (UTC+08:00)\neligible  no\nletter    No\nreasons   none\nmarks:\n  \
        mark       entry  more\n  held       7\n  corrected  12     1\n";
    assert_eq!(english, expected);
}
