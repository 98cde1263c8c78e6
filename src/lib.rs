//! The server and the command line of the credit ledger.
//!
//! Rooms, bottom to top: `clock`, `storage`, `lanes`, `remote`, `log`, `index`, `view`, `sequencer` and `query`,
//! `service`, `wire`, `http`, `cli`. What is pure lives in `ledger-spec`. Dependencies point downwards only; the test
//! `tests/it/house.rs` holds that.

pub mod cli;
pub mod clock;
pub mod http;
pub mod index;
pub mod lanes;
pub mod log;
pub mod query;
pub mod remote;
pub mod sequencer;
pub mod service;
pub mod serving;
pub mod storage;
pub mod view;
pub mod wire;
pub mod witness;
