//! The model test: random events go to the engine and to a reference that was written separately from it,
//! small, slow and plain; both have to say the same of each, and of every phase at every instant.
//!
//! `reference`, `decision`, `openings`, `measures`, `once`, `reviews`, `repair`, `force`, `marks`, `masks`, `governance` and `history` are the reference, `table` is its state machines;
//! `generate`, `bodies`, `changes`, `spoil`, `chance` and `world` make the events; `compare` asks both and, where they
//! disagree, looks for the shortest sequence that shows it. `pages` asks the ledgers that come of it page by page; `renamed` tells of one
//! person under two names, `linked` of one body. `told` holds that every refusal is in one language.
//!
//! A plain run takes 400,000 steps, a minute of one core at most. `MODEL_STEPS=1000000 cargo test --release -p ledger-spec --test model`
//! takes a million on two threads; `MODEL_SEED` begins elsewhere, `MODEL_ONLY` runs the one sequence that a disagreement named.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod bodies;
mod chance;
mod changes;
mod compare;
mod decision;
mod early_end;
mod force;
mod freed;
mod generate;
mod governance;
mod gravity;
mod history;
mod holds;
mod linked;
mod marks;
mod masks;
mod measures;
mod once;
mod openings;
mod pages;
mod phases;
mod reference;
mod renamed;
mod repair;
mod reviews;
mod spoil;
mod table;
mod told;
mod world;

use compare::{Base, Tally};

/// How many steps a sequence takes: long enough for whole lives, short enough for a slow reference.
const SEQUENCE: usize = 500;
const THREADS: usize = 2;

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn the_engine_says_what_the_reference_says() {
    let steps = usize::try_from(variable("MODEL_STEPS", 400_000)).unwrap();
    let seed = variable("MODEL_SEED", 1);
    let base = Base::new();
    if let Some(only) = std::env::var("MODEL_ONLY").ok().map(|text| text.parse().unwrap()) {
        let mut tally = Tally::default();
        base.run(only, SEQUENCE, &mut tally);
        return assert_eq!(tally.disagreements, 0, "{tally}");
    }
    let sequences = steps.div_ceil(SEQUENCE);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..THREADS)
            .map(|thread| {
                let base = &base;
                scope.spawn(move || {
                    let mut tally = Tally::default();
                    for number in (thread..sequences).step_by(THREADS) {
                        base.run(seed * 1_000_003 + u64::try_from(number).unwrap(), SEQUENCE, &mut tally);
                    }
                    tally
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let mut all = Tally::default();
    tallies.into_iter().for_each(|tally| all.add(tally));
    println!("{all}");
    assert!(all.steps >= steps && all.disagreements == 0, "{all}");
    all.covers_everything();
}
