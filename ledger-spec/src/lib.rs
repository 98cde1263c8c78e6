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
pub mod bytes;
pub mod casefile;
pub mod catalogue;
pub mod checkpoint;
pub mod cosignature;
pub mod definition;
pub mod entry;
pub mod envelope;
pub mod event;
pub mod fields;
pub mod hash;
pub mod id;
pub mod json;
pub mod key;
pub mod ledger;
pub mod mapping;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod position;
pub mod projection;
pub mod proof;
pub mod rule;
pub mod scenario;
pub mod states;
pub mod tile;
pub mod time;
pub mod witness;
