//! What a server answered, read as what was asked for before anything of it is shown. Whoever answers with
//! something else (a page that asks to log in, half an answer) has given none, and that is an error.

use super::failure::Failure;
use crate::words::{say, told};
use ledger_spec::wording::Words;
use serde::Deserialize;
use std::collections::BTreeSet;
use tlog::checkpoint::Checkpoint;
use tlog::note::SignedNote;

/// How much of what is no answer is told.
const SHOWN: usize = 60;

/// One row of a list: columns and values, in their order.
pub(super) struct Row(pub(super) Vec<(String, String)>);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> serde::de::Visitor<'de> for InOrder {
            type Value = Row;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                let (mut columns, mut names) = (Vec::new(), BTreeSet::new());
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    if !names.insert(name.clone()) {
                        return Err(serde::de::Error::custom(format!("column {name} stands twice")));
                    }
                    columns.push((name, value));
                }
                Ok(Row(columns))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The one JSON object that an answer is, without the white space around it.
pub(super) fn object(text: &str) -> Result<&str, Failure> {
    let read: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(text);
    read.map(|_| text.trim()).map_err(|error| none(say!("a JSON object"), text, told(&error)))
}

/// The rows of a list, one JSON object a line. No line is no row: a list may be empty.
pub(super) fn rows(text: &str) -> Result<Vec<Row>, Failure> {
    let rows = || say!("a list's rows, one JSON object a line");
    let read = |line: &str| serde_json::from_str(line).map_err(|error| none(rows(), line, told(&error)));
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(none(rows(), text, say!("it breaks off within a line")));
    }
    text.lines().map(read).collect()
}

/// The text of a signed checkpoint. Its signature is for `verify` and `audit` to check.
pub(super) fn checkpoint(text: &str) -> Result<&str, Failure> {
    let what = || say!("a signed checkpoint");
    let note = SignedNote::parse(text.as_bytes()).map_err(|error| none(what(), text, told(&error)))?;
    Checkpoint::parse(note.text()).map(|_| text).map_err(|error| none(what(), text, told(&error)))
}

/// What came instead of an answer.
fn none(expected: Words, found: &str, why: Words) -> Failure {
    let head: String = found.trim_start().chars().take(SHOWN).collect();
    Failure::unreachable(say!(
        "no answer: {} is expected ({}); found {}",
        expected,
        why,
        Words::data(format_args!("{head:?}"))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_list_is_no_empty_list() {
        assert!(rows("").unwrap().is_empty());
        assert_eq!(rows("{\"b\":\"1\",\"a\":\"2\"}\n").unwrap()[0].0[0].0, "b", "in their order");
        for text in [
            "<html>\n",
            "\n",
            "{\"a\":\"1\"}\n<html>\n",
            "{\"a\":\"1\"}\n{\"a\":",
            "{\"a\":\"1\"}",
            "{\"a\":1}\n",
            "[]\n",
            "{\"a\":\"1\",\"a\":\"2\"}\n",
        ] {
            assert!(rows(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_answer_is_one_object() {
        assert_eq!(object("{\"a\":1}\n").unwrap(), "{\"a\":1}");
        for text in ["", "<html>", "{\"a\":1}{}", "[1]", "\"log in\"", "{\"a\":"] {
            assert!(object(text).is_err(), "{text:?}");
        }
        assert!(checkpoint("<html>\n").is_err());
    }
}
