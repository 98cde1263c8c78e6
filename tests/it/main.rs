//! The integration tests: one binary.

// Helpers of tests are not marked as tests themselves; failing is their way of speaking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod files;
mod simulation;
mod support;
