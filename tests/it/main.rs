//! The integration tests: one binary.

mod files;
mod simulation;
mod support;
