//! The specification of the credit ledger as pure code: bytes, rules, proofs, projections, audit.
//!
//! Whatever can be recomputed from the log's bytes is computed here and nowhere else, so that an
//! auditor needs this crate and the log, and no trust in whoever runs the server.
//!
//! Absent on purpose: clock, files, network, randomness, threads, async runtime. A test in the root
//! package (`tests/it/house.rs`) holds that.

pub mod admission;
pub mod audit;
pub mod authority;
pub mod casefile;
pub mod catalogue;
pub mod definition;
pub mod entry;
pub mod event;
pub mod governance;
pub mod id;
pub mod json;
pub mod projection;
pub mod rule;
pub mod state;
pub mod time;

pub use tlog;
