//! Sealed entries from outside: every cheat that can be seen without a log is seen, and by the right error.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used, clippy::panic)]

mod files;
mod kept;
mod openings;
mod primitives;
mod root;
mod sample;
