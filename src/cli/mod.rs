//! The command line: one file per command, and what they share.
//!
//! Data goes to stdout, talk to stderr, and what happened into the exit code. No rule of the ledger
//! lives here: commands read arguments, call `ledger` or a server, and print.

mod answer;
mod arguments;
mod auditors;
mod client;
mod command;
mod delivery;
mod edition_import;
mod failure;
mod help_words;
mod input;
mod interrupt;
mod keyfile;
mod locale;
mod look;
mod names;
mod one_field;
mod opened_by;
mod pages;
mod personal;
mod plain;
mod proven;
mod read_as;
mod rows;
mod table;
mod talk;
mod words;

use crate::words::say;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use command::{
    accesses, append, audit, catalogue, check, code, completions, demo, erase, follow, import, init, keygen,
    monitor, rebuild, resolve, restore, retention, rotate, scenario, serve, show, sign, unusual, verify,
    vkey, witness,
};
use failure::Failure;
use ledger_spec::wording::{Language, Words};
use locale::{Lang, spoken};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

const EXIT_CODES: &str = "\
Exit codes:
  0  done; what was checked is right
  1  what was checked is wrong, or an event was refused
  2  the arguments, or a file they name, cannot be used
  3  a server could not be reached, or a ledger could not be opened

Data goes to stdout, talk to stderr. With --json every datum is JSON, one value a line.";

const FIRST_STEPS: &str = "\
First steps:
  credit-ledger demo                                     see the whole thing at work
  credit-ledger init --dir l --origin credit.example/l --operator operator.l --registrar registrar.l
  credit-ledger serve --dir l
  credit-ledger show authorities --url http://127.0.0.1:8413
";

/// A public credit-record ledger in which every alteration, omission or early deletion can be proven.
#[derive(Parser)]
#[command(name = "credit-ledger", version, after_help = format!("{FIRST_STEPS}\n{EXIT_CODES}"))]
pub struct Arguments {
    /// Print data as JSON, one value a line.
    #[arg(long, global = true)]
    json: bool,
    /// The language of what people read: zh or en. [default: that of LANG]
    #[arg(long, global = true)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    Keygen(keygen::Keygen),
    Vkey(vkey::Vkey),
    Serve(serve::Serve),
    Sign(sign::Sign),
    Append(append::Append),
    Resolve(resolve::Resolve),
    Check(check::Check),
    Import(import::Import),
    Catalogue(catalogue::Catalogue),
    Show(show::Show),
    Accesses(accesses::Accesses),
    Unusual(unusual::ShowUnusual),
    Code(code::Code),
    Verify(verify::Verify),
    Audit(audit::Audit),
    Follow(follow::Follow),
    Monitor(monitor::Monitor),
    Witness(witness::Witness),
    Retention(retention::ProposeErasures),
    Erase(erase::Erase),
    Rotate(rotate::Rotate),
    Rebuild(rebuild::Rebuild),
    Restore(restore::Restore),
    Scenario(scenario::RunScenarios),
    Demo(demo::Demo),
    Completions(completions::Completions),
}

/// A ledger's folder or a server: where a question goes.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// A ledger's folder, read as it is on disk (also beside a running server).
    #[arg(long)]
    dir: Option<PathBuf>,
    /// A server, such as http://127.0.0.1:8413.
    #[arg(long)]
    url: Option<String>,
}

/// What a command says when it went well: whether what it checked is right.
type Outcome = Result<(), Failure>;

impl Arguments {
    /// Reads the arguments; what is wrong with them, or the help that is asked for, ends the program.
    #[must_use]
    pub fn read() -> Self {
        locale::choose(std::env::args_os());
        let language = spoken();
        let found = arguments::in_language(Self::command(), language).try_get_matches_from(called());
        let read = found.and_then(|matches| Self::from_arg_matches(&matches));
        read.unwrap_or_else(|error| match arguments::fault(&error).filter(|_| language == Language::Zh) {
            None => error.exit(),
            Some(fault) => {
                let help = say!("usage of a command: {}", Words::data("credit-ledger --help"));
                talk::say(&say!("error: {}", fault));
                talk::say(&help);
                std::process::exit(2)
            }
        })
    }

    /// Runs the command and says how it went, in the exit code and on stderr.
    pub fn run(self) -> ExitCode {
        let json = self.json;
        // Chosen before, where the arguments were read from the command line.
        self.lang.into_iter().for_each(locale::speak);
        let outcome = match self.command {
            Command::Init(command) => command.run(json),
            Command::Keygen(command) => command.run(json),
            Command::Vkey(command) => command.run(json),
            Command::Serve(command) => command.run(json),
            Command::Sign(command) => command.run(),
            Command::Append(command) => command.run(),
            Command::Resolve(command) => command.run(json),
            Command::Check(command) => command.run(),
            Command::Import(command) => command.run(json),
            Command::Catalogue(command) => command.run(json),
            Command::Show(command) => command.run(json),
            Command::Accesses(command) => command.run(json),
            Command::Unusual(command) => command.run(json),
            Command::Code(command) => command.run(json),
            Command::Verify(command) => command.run(json),
            Command::Audit(command) => command.run(json),
            Command::Follow(command) => command.run(json),
            Command::Monitor(command) => command.run(),
            Command::Witness(command) => command.run(json),
            Command::Retention(command) => command.run(json),
            Command::Erase(command) => command.run(json),
            Command::Rotate(command) => command.run(json),
            Command::Rebuild(command) => command.run(json),
            Command::Restore(command) => command.run(json),
            Command::Scenario(command) => command.run(json),
            Command::Demo(command) => command.run(json),
            Command::Completions(command) => command.run(),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                talk::say(&say!("error: {}", failure.message));
                failure.code.into()
            }
        }
    }
}

/// The arguments, under the program's own name: whatever the file is called that it was started from, help and faults
/// call it by that.
fn called() -> impl Iterator<Item = OsString> {
    std::iter::once(OsString::from("credit-ledger")).chain(std::env::args_os().skip(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_hold_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_teaches_by_example() {
        for command in Arguments::command().get_subcommands() {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains("Example"), "{}", command.get_name());
        }
    }
}
