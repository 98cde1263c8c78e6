//! `completions`: scripts with which shells complete the arguments.

use super::talk;
use super::{Arguments, Outcome};
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

/// Print a script with which a shell completes the arguments.
#[derive(Args)]
#[command(after_help = "\
Example:
  credit-ledger completions bash > ~/.local/share/bash-completion/completions/credit-ledger")]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "credit-ledger", &mut script);
        talk::put(&String::from_utf8_lossy(&script))
    }
}
