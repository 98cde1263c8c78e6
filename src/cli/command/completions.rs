//! `completions`: scripts with which shells complete the arguments.

use crate::cli::talk;
use crate::cli::{Arguments, Outcome};
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

/// Print a script with which a shell completes the arguments.
#[derive(Args)]
#[command(after_help = "\
Example:
  credit-ledger completions bash > ~/.local/share/bash-completion/completions/credit-ledger")]
pub(in crate::cli) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(in crate::cli) fn run(self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "credit-ledger", &mut script);
        talk::put(&String::from_utf8_lossy(&script))
    }
}
