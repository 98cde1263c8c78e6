#!/usr/bin/env bash
# Runs every fuzz target under libFuzzer, SECONDS each (default 10): tools/fuzz.sh [SECONDS] [TARGET…]
# Stable Rust is enough: the coverage that libFuzzer needs comes from LLVM's own pass.
# What it finds beyond the seeds stays in target/fuzz/corpus; a crash is named and kept in target/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
shift || true

corpus=target/fuzz/corpus
triple=$(rustc -vV | sed -n 's/^host: //p')
cargo build --quiet --locked --workspace --bins --tests
targets=$(target/debug/seeds ledger-spec/vectors target/fuzz/seeds)
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags+=" -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
# --target keeps the flags away from build scripts and macros, which have no fuzzer to link with.
RUSTFLAGS="$flags" cargo build --quiet --release --locked --target "$triple" \
    --manifest-path tools/fuzz/Cargo.toml --target-dir target/fuzz/build

# One target; pipefail carries libFuzzer's exit code out of the pipe.
run() {
    mkdir -p "$corpus/$1"
    FUZZ_TARGET=$1 "target/fuzz/build/$triple/release/fuzz" -max_total_time="$seconds" \
        -max_len=70000 -timeout=10 -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1 \
        -artifact_prefix="target/fuzz/$1-" "$corpus/$1" "target/fuzz/seeds/$1" 2>&1 |
        { grep -E 'number_of_executed_units|ERROR|panicked|Test unit' || true; } |
        sed "s/^stat::/fuzz $1: /"
}
export -f run
export corpus triple seconds
# As many side by side as there are cores; xargs fails where one fails.
# shellcheck disable=SC2086 # names of targets, one word each
printf '%s\n' ${@:-$targets} | xargs -P "$(nproc)" -I{} bash -o pipefail -euc 'run "$1"' run {}
