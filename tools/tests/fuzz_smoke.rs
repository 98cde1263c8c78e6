//! A short run of every fuzz target inside the ordinary tests: the vectors, and seeded changes of them.

#![allow(clippy::unwrap_used, clippy::panic)]

use ledger_authoring::scenario::{Base, Scenario, run};
use std::panic::catch_unwind;
use std::path::Path;
use tools::fuzz::{TARGETS, seeds, show};

/// Changes tried per seed.
const CHANGES: usize = 60;

/// A small generator of its own (xorshift64*), so that a run can be repeated anywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16;
        usize::try_from(number).unwrap() % bound.max(1)
    }

    /// One change: a byte replaced, flipped, removed, doubled, or a piece of another seed put in.
    fn change(&mut self, data: &mut Vec<u8>, other: &[u8]) {
        const TELLING: &[u8] = b"\0\x01\x7f\x80\xff\"{}[]:,.-+0189aTZ\n\r =\\/";
        let at = self.below(data.len());
        match self.below(6) {
            0 if !data.is_empty() => data[at] = TELLING[self.below(TELLING.len())],
            1 if !data.is_empty() => data[at] ^= 1 << self.below(8),
            2 if !data.is_empty() => drop(data.remove(at)),
            3 => data.truncate(at),
            4 => data.insert(at, TELLING[self.below(TELLING.len())]),
            _ => {
                let start = self.below(other.len());
                let end = (start + 1 + self.below(16)).min(other.len());
                data.splice(at..at, other[start..end].iter().copied());
            }
        }
    }
}

#[test]
fn no_target_fails_on_the_vectors_or_near_them() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ledger-spec/vectors");
    for (name, target) in TARGETS {
        let seeds = seeds(&vectors, name).unwrap();
        assert!(!seeds.is_empty(), "{name} has seeds");
        let mut random = Random(0x5eed);
        for (file, seed) in &seeds {
            let other = seeds[random.below(seeds.len())].1.clone();
            // The longest seeds are there for their length; few changes of them say all.
            let changes = if seed.len() > 10_000 { 3 } else { CHANGES };
            for _ in 0..changes {
                let mut data = seed.clone();
                for _ in 0..random.below(4) {
                    random.change(&mut data, &other);
                }
                if catch_unwind(|| target(&data)).is_err() {
                    panic!("target {name}, changed from {file}, fails on {}", show(&data));
                }
            }
        }
    }
}

#[test]
fn the_case_file_to_start_from_comes_out_as_it_says() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ledger-spec/vectors");
    let base = Base::build().unwrap();
    for (file, seed) in seeds(&vectors, "scenario").unwrap() {
        let scenario = Scenario::parse(std::str::from_utf8(&seed).unwrap()).unwrap();
        assert_eq!(run(&base, &scenario).mismatches, [], "{file}");
    }
}
