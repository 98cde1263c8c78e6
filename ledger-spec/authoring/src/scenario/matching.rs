//! Whether an answer says what a case file asks of it.

use ledger_spec::wording::Words;
use serde_json::Value;

/// Where `answer` does not say what `says` asks: path, found, expected.
pub(super) fn differences(answer: &Value, says: &Value) -> Vec<(String, Words, Words)> {
    let mut found = Vec::new();
    compare("", answer, says, &mut found);
    found
}

/// Whether a text stands anywhere in the answer, as a value of its own.
pub(super) fn holds(answer: &Value, text: &Value) -> bool {
    match answer {
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(fields) => fields.values().any(|value| holds(value, text)),
        other => other == text,
    }
}

fn compare(path: &str, answer: &Value, says: &Value, differ: &mut Vec<(String, Words, Words)>) {
    match (answer, says) {
        (Value::Object(found), Value::Object(parts)) => {
            for (name, part) in parts {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match found.get(name) {
                    Some(value) => compare(&path, value, part, differ),
                    None => differ.push((path, Words::both("absent", "没有该项"), Words::data(part))),
                }
            }
        }
        (Value::Array(found), Value::Array(parts)) => {
            let mut free: Vec<&Value> = found.iter().collect();
            for part in parts {
                match free.iter().position(|value| differences(value, part).is_empty()) {
                    Some(at) => {
                        free.remove(at);
                    }
                    None => {
                        let expected =
                            Words::both(format_args!("among them {part}"), format_args!("其中有 {part}"));
                        differ.push((path.to_owned(), Words::data(answer), expected));
                    }
                }
            }
        }
        (found, part) if found == part => {}
        (found, part) => differ.push((path.to_owned(), Words::data(found), Words::data(part))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_part_of_an_answer_is_enough_and_a_missing_or_other_part_is_told() {
        let answer = json!({ "states": [{ "state": "listed" }, { "state": "registered" }], "withheld": 0 });
        assert!(differences(&answer, &json!({ "states": [{ "state": "registered" }] })).is_empty());
        let twice = json!({ "states": [{ "state": "listed" }, { "state": "listed" }] });
        assert_eq!(differences(&answer, &twice).len(), 1);
        let told = differences(&answer, &json!({ "withheld": 1, "records": [] }));
        assert_eq!(told.len(), 2);
        assert!(holds(&answer, &json!("listed")) && !holds(&answer, &json!("list")));
    }
}
