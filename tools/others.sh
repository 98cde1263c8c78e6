#!/usr/bin/env bash
# The log against other people's auditors, witnesses and signers of requests: a small ledger is served, audited by aics-tlog
# through its tiles, cosigned by aics-witness, appended to, and cosigned again. tools/others.sh
set -euo pipefail
cd "$(dirname "$0")/.."
folder=target/others
program=target/debug/credit-ledger

cargo build --quiet --locked --workspace --bins --tests
rm -rf "$folder" && mkdir -p "$folder/witness"
"$program" demo --once --dir "$folder/ledger" --listen 127.0.0.1:0 >"$folder/demo.log" 2>&1 ||
    { cat "$folder/demo.log"; exit 1; }
"$program" serve --dir "$folder/ledger" --listen 127.0.0.1:0 --json >"$folder/listening" 2>"$folder/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    [ -s "$folder/listening" ] && break
    kill -0 "$server" 2>/dev/null || { cat "$folder/server.log"; exit 1; }
    sleep 0.1
done
said() { python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())[sys.argv[2]])' "$folder/listening" "$1"; }
url=$(said url) vkey=$(said vkey) origin=$(said origin)

# What is appended between the two checkpoints: another auditor's enrolment, by the demo's registrar.
key=$("$program" keygen --name auditor.demo --out "$folder/auditor.key")
cat >"$folder/event.json" <<EVENT
{"origin":"$origin","kind":"authority.enrolled","issuer":"registrar.demo","subject":"authority:auditor.demo",
 "valid_from":"2026-01-01T00:00:00+08:00",
 "body":{"name":{"zh":"审计单位","en":"An auditor"},"roles":["auditor"],"keys":["$key"]}}
EVENT
"$program" sign --key "$folder/ledger/keys/registrar.demo.key" --new "$folder/event.json" >"$folder/envelope"

target/python/bin/python tools/others.py "$url" "$vkey" "$folder/witness" -- \
    "$program" append --url "$url" "$folder/envelope"

# Requests that others sign, and others' look at those that we sign: numbers, and reads of what not everybody may know.
subject=$(target/python/bin/python tools/readers.py "$program" "$folder/ledger" "$url" "$origin" "$folder/readers")
target/python/bin/python tools/signed.py "$url" "$origin" "$folder/readers" "$subject" "$program"

# Our own, in other processes, say the same of the same server.
echo "$vkey" >"$folder/vkey"
"$program" audit --url "$url" --vkey "$folder/vkey"
"$program" follow "$url" --dir "$folder/copy" --vkey "$folder/vkey" --once
kill "$server" && wait "$server" || true
trap - EXIT
"$program" audit --dir "$folder/ledger"
"$program" audit --dir "$folder/copy" --vkey "$folder/vkey"
