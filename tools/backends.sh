#!/usr/bin/env bash
# The backends of the curve's arithmetic against each other: each is built by itself, asked about the same
# signatures (ledger-spec/tlog/tests/edges), and has to print the same digest. What this CPU or this target
# cannot run is named. tools/backends.sh [rates: how many signatures a second each checks, on one core]
set -euo pipefail
cd "$(dirname "$0")/.."
asked=${1:-digest}
triple=$(rustc -vV | sed -n 's/^host: //p')
features=$(sed -n 's/^flags[[:space:]]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
profile=debug release=()
[ "$asked" != rates ] || profile=release release=(--release)

lacks() {
    local missing=()
    for feature in "$@"; do [[ " $features " == *" $feature "* ]] || missing+=("$feature"); done
    echo "${missing[*]}"
}

expected='' compared=() skipped=()
for backend in serial simd avx512; do
    if [ "$backend" != serial ] && [ "$(uname -m)" != x86_64 ]; then
        skipped+=("$backend (this is no x86-64)")
        continue
    fi
    # This replaces what .cargo/config.toml says, so that only this one is asked. --target keeps it away from
    # macros and build scripts, which are then the same for all and built once.
    RUSTFLAGS="--cfg curve25519_dalek_backend=\"$backend\"" cargo build --quiet --locked -p backends \
        "${release[@]}" --target "$triple" --target-dir target/backends
    program=target/backends/$triple/$profile/backends
    if [ "$asked" = rates ]; then
        echo "$backend:"
        "$program" rates
        continue
    fi
    read -r best said < <("$program")
    echo "backends $backend: $said"
    [ -n "$said" ] && [ "${expected:=$said}" = "$said" ] || { echo "backends FAILED: $backend says otherwise"; exit 1; }
    # The CPU decides at run time: a backend that it cannot run hands over to the next.
    case $backend in
        simd) missing=$(lacks avx2) ;;
        avx512) missing=$(lacks avx512ifma avx512vl) ;;
        *) missing='' ;;
    esac
    if [ -n "$missing" ]; then
        skipped+=("$backend (this CPU has no $missing: $best answered)")
    else
        compared+=("$backend")
    fi
done
[ "$asked" != rates ] || exit 0
said="backends agree: ${compared[*]}"
[ ${#skipped[@]} -eq 0 ] || said+="; skipped: $(printf '%s, ' "${skipped[@]}" | sed 's/, $//')"
echo "$said"
