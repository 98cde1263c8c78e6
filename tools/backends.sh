#!/usr/bin/env bash
# The backends of the curve's arithmetic against each other: each that this CPU can run is built by itself, asked
# about the same signatures (ledger-spec/tlog/tests/edges), and has to print the same digest. What this CPU or this
# target cannot run is named. tools/backends.sh [rates: how many signatures a second each checks, on one core]
set -euo pipefail
cd "$(dirname "$0")/.."
asked=${1:-digest}
triple=$(rustc -vV | sed -n 's/^host: //p')
features=$(sed -n 's/^flags[[:space:]]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
profile=debug release=() together=(--workspace --bins --tests)
[ "$asked" != rates ] || profile=release release=(--release) together=(-p backends)

lacks() {
    local missing=()
    for feature in "$@"; do [[ " $features " == *" $feature "* ]] || missing+=("$feature"); done
    echo "${missing[*]}"
}

# The CPU decides at run time: a backend that it cannot run hands over to the next, so the best that it can run is
# what everything else here is built with (.cargo/config.toml), and needs no build of its own.
best=serial skipped=()
if [ "$(uname -m)" = x86_64 ]; then
    missing=$(lacks avx2) && [ -n "$missing" ] && skipped+=("simd (this CPU has no $missing)") || best=simd
    missing=$(lacks avx512ifma avx512vl) && [ -n "$missing" ] && skipped+=("avx512 (this CPU has no $missing)") || best=avx512
else
    skipped=("simd and avx512 (this is no x86-64)")
fi
case $best in
    serial) backends=(serial) ;;
    simd) backends=(serial simd) ;;
    avx512) backends=(serial simd avx512) ;;
esac

expected='' compared=()
for backend in "${backends[@]}"; do
    if [ "$backend" = "$best" ]; then
        cargo build --quiet --locked "${together[@]}" "${release[@]}"
        program=target/$profile/backends
    else
        # This replaces what .cargo/config.toml says, so that only this one is asked. --target keeps it away from
        # macros and build scripts.
        RUSTFLAGS="--cfg curve25519_dalek_backend=\"$backend\"" cargo build --quiet --locked -p backends \
            "${release[@]}" --target "$triple" --target-dir target/backends
        program=target/backends/$triple/$profile/backends
    fi
    if [ "$asked" = rates ]; then
        echo "$backend:"
        "$program" rates
        continue
    fi
    read -r ran said < <("$program")
    echo "backends $backend: $said"
    [ "$backend" != "$best" ] || [ "$ran" = "$best" ] || { echo "backends FAILED: $ran ran where $best was expected"; exit 1; }
    [ -n "$said" ] && [ "${expected:=$said}" = "$said" ] || { echo "backends FAILED: $backend says otherwise"; exit 1; }
    compared+=("$backend")
done
[ "$asked" != rates ] || exit 0
said="backends agree: ${compared[*]}"
[ ${#skipped[@]} -eq 0 ] || said+="; skipped: $(printf '%s, ' "${skipped[@]}" | sed 's/, $//')"
echo "$said"
