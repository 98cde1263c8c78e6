//! The server and the command line of the credit ledger.

pub mod log;
pub mod storage;
