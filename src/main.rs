//! The `credit-ledger` program: reads its arguments and hands over to `cli`.

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    credit_ledger::cli::Arguments::parse().run()
}
