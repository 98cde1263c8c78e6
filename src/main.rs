//! The `credit-ledger` program: reads its arguments and hands over to `cli`.

use std::process::ExitCode;

/// Threads hand entries to each other by the hundred thousand: this allocator takes them back from any.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    credit_ledger::cli::Arguments::read().run()
}
