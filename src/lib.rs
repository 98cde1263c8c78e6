//! The server and the command line of the credit ledger.
//!
//! The rooms, from bottom to top, and what each is for: `src/README.md`. What is pure lives in `ledger-spec`.
//! Dependencies point downwards only; the test `tests/it/house.rs` holds that.

pub mod api;
pub mod asked;
pub mod audit;
pub mod audited_checkpoint;
pub mod case_files;
pub mod cli;
pub mod clock;
pub mod codes;
pub mod damage;
pub mod http;
pub mod identities;
pub mod index;
pub mod journal;
pub mod keeper;
pub mod known;
pub mod ledger;
pub mod log;
pub mod mirror;
pub mod monitor;
pub mod parallel;
pub mod progress;
pub mod query;
pub mod replays;
pub mod restore;
pub mod row_cipher;
pub mod sealed_files;
pub mod sequencer;
pub mod server;
pub mod signing;
pub mod snapshot;
pub mod storage;
pub mod streams;
pub mod tile_client;
pub mod witness;
pub mod words;
