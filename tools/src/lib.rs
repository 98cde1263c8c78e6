//! What several of the tools share. Nothing here is used by the ledger itself.

pub mod fuzz;
mod requests;
