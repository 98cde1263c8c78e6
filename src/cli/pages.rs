//! Answers that a server gives page by page, one after another or put together again.

use super::client::{Client, encoded};
use super::failure::Failure;
use crate::words::{say, told};
use clap::Args;
use core::num::NonZeroUsize;
use ledger_spec::projection::Page;
use ledger_spec::wording::Words;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use tlog::position::EntryIndex;

/// The names and values of a query.
pub(super) type Query = Vec<(&'static str, String)>;

/// Most lines that a server gives on a page about a subject.
pub(super) const MOST_OF_SUBJECT: usize = 1_000;
/// Most lines that a server gives on a page of a list, or of what has left it.
pub(super) const MOST_OF_LIST: usize = 10_000;

/// Which part of an answer to show.
#[derive(Args, Clone, Copy)]
pub(super) struct Paging {
    /// Go on after this entry: where the page before ended.
    #[arg(long, value_name = "ENTRY")]
    after: Option<u64>,
    /// One page of so many lines. [default: all there are]
    #[arg(long)]
    limit: Option<NonZeroUsize>,
}

impl Paging {
    /// Whether one page is wanted, and not all of them.
    pub(super) const fn is_one(self) -> bool {
        self.limit.is_some()
    }

    /// The page to ask a folder for.
    pub(super) fn page(self) -> Page {
        Page { after: self.after.map(EntryIndex::new), limit: self.limit }
    }

    /// The same for a server, which is asked for as much as it gives on a page where all is wanted.
    pub(super) fn query(self, most: usize) -> Query {
        let after = self.after.map(|after| ("after", after.to_string()));
        let limit = self.limit.map_or(most, NonZeroUsize::get);
        after.into_iter().chain([("limit", limit.to_string())]).collect()
    }
}

/// What every page says beside its lines.
#[derive(Deserialize)]
struct Turn {
    valid_at: String,
    known_at: u64,
    next: Option<u64>,
}

/// Takes pages until none follows. All of them are of the instants of the first, also where that names none and the
/// ledger grows meanwhile. `path` is that of a query; it is asked with `body`, where there is one.
pub(super) fn each(
    client: &Client,
    first: &Query,
    body: Option<&str>,
    path: impl Fn(&Query) -> String,
    mut take: impl FnMut(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut query = first.clone();
    loop {
        let at = path(&query);
        let text = client.ask_text(&at, body)?;
        take(&text)?;
        let Turn { valid_at, known_at, next } = serde_json::from_str(&text).map_err(|error| {
            Failure::unreachable(say!("{}: another answer than expected: {}", Words::data(at), told(&error)))
        })?;
        let Some(next) = next else { return Ok(()) };
        query.retain(|(name, _)| *name == "limit");
        let turned =
            [("valid_at", valid_at), ("known_at", known_at.to_string()), ("after", next.to_string())];
        query.extend(turned);
    }
}

/// All pages as one answer: its text as it came where there is but one.
pub(super) fn whole(
    client: &Client,
    first: &Query,
    body: Option<&str>,
    path: impl Fn(&Query) -> String,
) -> Result<String, Failure> {
    let unread = |error| Failure::unreachable(say!("another answer than expected: {}", told(&error)));
    let (mut only, mut answer) = (String::new(), None);
    each(client, first, body, path, |text| {
        let page: Value = serde_json::from_str(text).map_err(unread)?;
        match &mut answer {
            None => (only, answer) = (text.to_owned(), Some(page)),
            Some(answer) => {
                only.clear();
                join(answer, page);
            }
        }
        Ok(())
    })?;
    match answer {
        Some(Value::Object(mut members)) if only.is_empty() => {
            members.remove("next");
            Ok(Value::Object(members).to_string())
        }
        _ => Ok(only),
    }
}

/// All of a list as it stood on a day. `path` is the list's.
pub(super) fn list<T: DeserializeOwned>(client: &Client, path: &str, day: &str) -> Result<T, Failure> {
    let first = vec![("valid_at", day.to_owned()), ("limit", MOST_OF_LIST.to_string())];
    let text = whole(client, &first, None, |query| {
        let query = query.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        format!("{path}?{}", query.collect::<Vec<_>>().join("&"))
    })?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::unreachable(say!("{}: another answer than expected: {}", Words::data(path), told(&error)))
    })
}

/// Adds a page's rows, each as it was written: its columns have an order.
pub(super) fn add_rows(rows: &mut String, page: &str) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Members {
        members: Vec<Member>,
    }
    #[derive(Deserialize)]
    struct Member {
        row: Box<RawValue>,
    }
    let unread = |error| Failure::unreachable(say!("another answer than expected: {}", told(&error)));
    for member in serde_json::from_str::<Members>(page).map_err(unread)?.members {
        rows.push_str(member.row.get());
        rows.push('\n');
    }
    Ok(())
}

/// Adds the lines of the next page of the same answer. A line has an `entry` or an `event`; what has neither is said over
/// everything and stands on every page, with lines within it or without.
fn join(answer: &mut Value, page: Value) {
    match (answer, page) {
        (Value::Object(answer), Value::Object(page)) => {
            for (name, value) in page {
                match answer.get_mut(&name) {
                    Some(there) => join(there, value),
                    None => drop(answer.insert(name, value)),
                }
            }
        }
        (Value::Array(answer), Value::Array(page)) => {
            let is_line = |value: &Value| value.get("entry").or_else(|| value.get("event")).is_some();
            if answer.iter().chain(&page).all(is_line) {
                answer.extend(page);
            } else {
                answer.iter_mut().zip(page).for_each(|(there, value)| join(there, value));
            }
        }
        _ => {}
    }
}
