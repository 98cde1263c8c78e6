#!/usr/bin/env bash
# Schemathesis against a real server on a free loopback port, over a small ledger: no 5xx, no answer
# outside of /openapi.json, to everybody and to readers who sign. tools/schemathesis.sh [EXAMPLES PER OPERATION]
set -euo pipefail
cd "$(dirname "$0")/.."
examples=${1:-100}
ledger=target/schemathesis/ledger
log=target/schemathesis/server.log

cargo build --quiet --locked --workspace --bins --tests
rm -rf target/schemathesis && mkdir -p target/schemathesis
target/debug/credit-ledger demo --once --dir "$ledger" --listen 127.0.0.1:0 >target/schemathesis/demo.log 2>&1 ||
    { cat target/schemathesis/demo.log; exit 1; }
# Whoever throws anything at everything reads more than is usual, and is not to be answered slowly.
sed -i 's/^usual_subjects_per_hour = .*/usual_subjects_per_hour = 1000000/' "$ledger/ledger.toml"
target/debug/credit-ledger serve --dir "$ledger" --listen 127.0.0.1:0 --json >target/schemathesis/listening 2>"$log" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    [ -s target/schemathesis/listening ] && break
    kill -0 "$server" 2>/dev/null || { cat "$log"; exit 1; }
    sleep 0.1
done
said() { python3 -c 'import json, sys; print(json.loads(open("target/schemathesis/listening").readline())[sys.argv[1]])' "$1"; }
url=$(said url)
# Something of every class, and who may read it.
target/python/bin/python tools/readers.py target/debug/credit-ledger "$ledger" "$url" "$(said origin)" target/schemathesis/readers

# Two runs side by side, each over its part of the routes: a run is one thread. A seed makes a run repeatable.
# Checks left out: those that ask a general API to refuse every input which its schema does not describe (an
# envelope's inside is described by the specification, not by JSON schema), and those about authentication, which
# no public read needs. The feed is left out: it never ends, which is what it is for.
throw() {
    mkdir -p "$1"
    (cd "$1" && ../../python/bin/schemathesis run "$url/openapi.json" "${@:2}" \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
        --phases examples,coverage,fuzzing --mode all --max-examples "$examples" --seed 20261123 \
        --suppress-health-check all --request-timeout 20 --no-color) # in a folder of its own, where it leaves one
}
throw target/schemathesis/subjects --include-path-regex '^/v1/subjects/' >target/schemathesis/subjects.log 2>&1 &
subjects=$!
throw target/schemathesis/others --exclude-path-regex '^/v1/(subjects/|feed$)' || failed=1
wait "$subjects" || failed=1
cat target/schemathesis/subjects.log

# The same of whatever reads a signature, each request signed by one reader or another. Fewer: each reader is remembered
# for so many requests, and told to come again beyond that.
signing() {
    SCHEMATHESIS_HOOKS=sign_reads PYTHONPATH="$PWD/tools" READERS="$PWD/target/schemathesis/readers" \
        SIGNED="$PWD/target/schemathesis/signed.lines" "$@"
}
examples=$((examples / 4))
signing throw target/schemathesis/signed \
    --include-path-regex '^/v1/(subjects/|entries/[^/]*$|lists/|indicators/|oversight|directory|catalogue|questions/|accesses|identities)' || failed=1
signing target/python/bin/python tools/sign_reads.py target/schemathesis/signed.lines || failed=1
[ -z "${failed:-}" ] || exit 1

# After all that, Prometheus' own reader takes every line of the metrics.
target/python/bin/python tools/metrics.py "$url/metrics"

# Whatever was thrown at it, the ledger is whole.
kill "$server" && wait "$server" || true
trap - EXIT
target/debug/credit-ledger audit --dir "$ledger"
