//! Talk on stderr, data on stdout, and progress where somebody watches.

use super::failure::Failure;
use super::locale::spoken;
use crate::progress::Progress;
use crate::words::{say, told};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ledger_spec::json::characters::shown;
use ledger_spec::wording::Words;
use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};

/// Says something on stderr, in the language of whoever runs the program. A stderr that is gone is no reason to stop.
/// What nobody sees or what moves a cursor is escaped: a name may have come from anybody.
pub(super) fn say(words: &Words) {
    let _ = writeln!(io::stderr(), "{}", shown(&words.text(spoken())));
}

/// Writes data to stdout: byte for byte to a file or a program, escaped to a terminal. A reader that went away ends
/// the command quietly, as `head` does.
pub(super) fn put(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let text = if out.is_terminal() { shown(text) } else { Cow::Borrowed(text) };
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::unreachable(say!("stdout: {}", told(&error))))
}

/// Writes one line of data to stdout.
pub(super) fn put_line(text: &str) -> Result<(), Failure> {
    put(&format!("{text}\n"))
}

/// Writes what a command came to, in the language of whoever runs the program.
pub(super) fn put_words(words: &Words) -> Result<(), Failure> {
    put_line(&words.text(spoken()))
}

/// Writes a value as one line of JSON.
pub(super) fn put_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text =
        serde_json::to_string(value).map_err(|error| Failure::wrong(say!("json: {}", told(&error))))?;
    put_line(&text)
}

/// A progress bar on a terminal; silent elsewhere.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new(what: &Words) -> Self {
        let target = if io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({eta})") {
            bar.set_style(style);
        }
        bar.set_message(what.text(spoken()));
        Self(bar)
    }
}

impl Progress for Bar {
    fn step(&self, done: u64, of: u64) {
        if of > 0 {
            self.0.set_length(of);
        }
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The program's own log. Setting it up twice, as tests may, changes nothing.
pub(super) fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .try_init();
}
