//! The `credit-ledger` program.
fn main() {}
