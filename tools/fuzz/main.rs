//! The libFuzzer binary of every target: `FUZZ_TARGET` names the one to run.
//!
//! The bodies and what they hold are in `tools/src/fuzz.rs`. Run by `tools/fuzz.sh`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

fuzz_target!(|data: &[u8]| {
    static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let known = tools::fuzz::TARGETS.iter().find(|(known, _)| *known == name);
        known.unwrap_or_else(|| panic!("FUZZ_TARGET={name} is no target")).1
    });
    target(data);
});
