//! The integration tests: one binary, one module per subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)] // a test fails by panicking

// Helpers of tests are not marked as tests themselves; failing is their way of speaking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod files;
mod people;
mod service;
mod simulation;
mod support;
mod writer_faults;
