//! What people read, in both languages, beside the wordings of `ledger_spec`: each stands once, by its English.

mod cli;
mod custody;
mod damage;
mod faults;
mod heard;
mod http;
mod labels;
mod results;
mod vocabulary;

pub use labels::{label, labels, state_words, value_words};
pub use vocabulary::vocabulary;

use core::any::Any;
use core::fmt::Display;
use ledger_spec::admission::Refusal;
use ledger_spec::event::{DisclosureError, DisclosureFault, EventError};
use ledger_spec::id::IdError;
use ledger_spec::json::JsonError;
use ledger_spec::json::fields::{FieldError, FieldFault};
use ledger_spec::time::TimeError;
use ledger_spec::wording::{WORDINGS, Wording, Words};
use serde_json::error::Category;
use std::io::{self, ErrorKind};

/// Every wording of the program.
pub const ALL: [&[Wording]; 9] = [
    WORDINGS[0],
    WORDINGS[1],
    WORDINGS[2],
    http::HTTP,
    cli::CLI,
    results::RESULTS,
    faults::FAULTS,
    custody::CUSTODY,
    damage::DAMAGE,
];

/// What is said in one of these wordings, by its English, with its parts.
macro_rules! say {
    ($english:literal $(, $part:expr)* $(,)?) => {{
        const WORDING: &ledger_spec::wording::Wording = ledger_spec::wording::wording(&$crate::words::ALL, $english);
        ledger_spec::wording::Words::phrase(WORDING, vec![$(ledger_spec::wording::Words::from($part)),*])
    }};
}
pub(crate) use say;

/// What an error says: in both languages where it or its English has words, else as it says it, which Chinese has in
/// quotes.
pub fn told<E: Display + 'static>(error: &E) -> Words {
    let any = error as &dyn Any;
    if let Some(words) = any.downcast_ref::<Words>() {
        return words.clone();
    }
    let typed = any.downcast_ref().map(IdError::words);
    let typed = typed.or_else(|| any.downcast_ref().map(TimeError::words));
    let typed = typed.or_else(|| any.downcast_ref().map(FieldError::words));
    let typed = typed.or_else(|| any.downcast_ref().map(FieldFault::words));
    let typed = typed.or_else(|| any.downcast_ref().map(JsonError::words));
    let typed = typed.or_else(|| any.downcast_ref().map(DisclosureFault::words));
    let typed = typed.or_else(|| any.downcast_ref().map(DisclosureError::words));
    let typed = typed.or_else(|| any.downcast_ref().map(EventError::words));
    let typed = typed.or_else(|| any.downcast_ref().map(refusal));
    let typed = typed.or_else(|| any.downcast_ref().and_then(of_system));
    let typed = typed.or_else(|| any.downcast_ref().map(of_json));
    typed.unwrap_or_else(|| quoted(error))
}

/// A refusal of admission, on one line.
fn refusal(refusal: &Refusal) -> Words {
    let rule = Words::data(format_args!("{} ({})", refusal.rule.id(), refusal.rule.slug()));
    let said = say!("{} is {}; expected {}", Words::data(refusal.field), &refusal.found, &refusal.expected);
    say!("{}: {}", rule, said)
}

/// What is wrong with a text that should have been JSON of a certain form.
fn of_json(error: &serde_json::Error) -> Words {
    let (line, column) = (Words::data(error.line()), Words::data(error.column()));
    match error.classify() {
        Category::Syntax => say!("not JSON at line {}, column {}", line, column),
        Category::Eof => say!("the JSON ends in the middle of a value (line {}, column {})", line, column),
        Category::Io | Category::Data => quoted(error),
    }
}

/// What the system says, where it is of a kind that people meet.
fn of_system(error: &io::Error) -> Option<Words> {
    // What somebody put into it says more than its kind.
    if error.get_ref().is_some() {
        return None;
    }
    Some(match error.kind() {
        ErrorKind::NotFound => say!("no such file or folder"),
        ErrorKind::PermissionDenied => say!("permission denied"),
        ErrorKind::AlreadyExists => say!("it exists already"),
        ErrorKind::AddrInUse => say!("the address is in use"),
        ErrorKind::ConnectionRefused => say!("the connection was refused"),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => say!("the connection was broken"),
        ErrorKind::TimedOut => say!("no answer in time"),
        ErrorKind::StorageFull => say!("the disk is full"),
        ErrorKind::InvalidData => say!("not valid text or data"),
        ErrorKind::UnexpectedEof => say!("the file ends too early"),
        _ => return None,
    })
}

/// What a text in English says: in one of the wordings where it is of one, else as it is, in quotes.
pub fn quoted(text: impl Display) -> Words {
    let text = text.to_string();
    heard::of(&text).unwrap_or_else(|| say!("{}", Words::data(&text)))
}

#[cfg(test)]
mod tests;
