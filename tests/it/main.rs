//! The integration tests: one binary, one module per subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
// Helpers of tests are not marked as tests themselves; panicking is their way of speaking.

mod accesses;
mod accesses_killed;
mod advice;
mod audited;
mod auditing_witness;
mod bad_input;
mod case_files;
mod cli;
mod crooked;
#[cfg(target_os = "linux")] // it asks the system what a process has open
mod descriptors;
mod disclosures;
mod disk_full;
mod erasure;
mod erasure_audited;
mod erasure_beside;
mod erasure_fields;
mod erasure_resumed;
mod examples;
mod feed;
mod feed_limits;
mod files;
mod follower;
mod front;
mod gate;
mod gate_routes;
mod house;
mod house_circles;
mod house_specification;
mod house_values;
mod house_words;
mod http;
mod http_server;
mod https;
mod identities;
mod ledger_folder;
mod linked_names;
mod long_answers;
mod lost;
mod memory_disk;
mod metrics;
mod oracles;
mod oracles_bisected;
mod oracles_past;
mod packing;
mod pages;
mod people;
mod places;
mod projections;
mod restored;
mod restored_log;
mod rotation_cuts;
mod sealed_files;
mod sigkill;
mod signed;
mod simulation;
mod support;
mod theft;
mod tiles;
#[path = "../../ledger-spec/tests/walk/mod.rs"]
mod walk;
mod witness;
mod writer_faults;
mod writer_stops;
