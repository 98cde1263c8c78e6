"""A log read and cosigned by software that is not ours: aics-tlog and aics-witness, from PyPI.

tools/others.py URL VKEY FOLDER -- COMMAND...
  URL      a running ledger
  VKEY     its verifier key
  FOLDER   where the witness may keep its state
  COMMAND  appends something to the ledger, so that the second checkpoint has to be proven

Every tile and entry bundle is authenticated against the signed root; a witness on loopback cosigns two
checkpoints, the second after a consistency proof made from our tiles; a third party verifies the
cosignatures; and the witness refuses what it has to refuse.
"""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import aics_tlog
import aics_witness

LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def checkpoint(url, key):
    """The signed checkpoint, verified: its bytes and what it states."""
    note = LOOPBACK.open(f"{url}/checkpoint", timeout=20).read()
    result = aics_tlog.verify_checkpoint(aics_tlog.parse_note(note), key, expected_origin=key.name)
    assert result.ok and result.log_ok, result
    return note, aics_tlog.parse_checkpoint(aics_tlog.parse_note(note).text)


def main():
    url, vkey, folder = sys.argv[1:4]
    command = sys.argv[sys.argv.index("--") + 1 :]
    key, folder = aics_tlog.parse_vkey(vkey), Path(folder)
    reader = aics_tlog.HttpTileReader(url, proxies={})

    note, stated = checkpoint(url, key)
    report = aics_tlog.audit_tiles(reader, stated.size, stated.root)
    print(f"aics-tlog: {report.size} entries, {report.tiles} tiles, {report.bundles} bundles are right")

    with witness_of(key.name, vkey, folder) as (witness_url, witness_vkey):
        cosign_twice(url, key, reader, witness_url, witness_vkey, (note, stated), command)


@contextlib.contextmanager
def witness_of(origin, vkey, folder):
    """A witness process on loopback that trusts this log: its URL and verifier key."""

    def witness(*arguments):
        return [sys.executable, "-m", "aics_witness", arguments[0], "--config", str(folder / "witness.json"), *arguments[1:]]

    made = subprocess.run(witness("init", "--name", "witness.example/w1"), check=True, capture_output=True, text=True)
    subprocess.run(witness("add-log", "--origin", origin, "--vkey", vkey), check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(witness("serve", "--listen", f"127.0.0.1:{port}"))
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                LOOPBACK.open(f"{url}/healthz", timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        yield url, aics_tlog.parse_vkey(made.stdout.strip())
    finally:
        process.terminate()
        process.wait()


def cosign_twice(url, key, reader, witness_url, witness_vkey, first, command):
    def proof(old, new):
        return aics_tlog.consistency_proof_from_tiles(reader, old, new)

    with aics_witness.WitnessClient(witness_url, witness_vkey) as client:
        note, stated = first
        cosigned = [(note, client.submit(note, proof))]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        later, after = checkpoint(url, key)
        assert after.size > stated.size, "nothing was appended"
        cosigned.append((later, client.submit(later, proof)))
        for note, lines in cosigned:
            merged = aics_tlog.parse_note(aics_witness.merge_cosignatures(note, lines))
            result = aics_tlog.verify_checkpoint(merged, key, [witness_vkey], 1, expected_origin=key.name)
            assert result.ok, result
        print(f"aics-witness: cosigned {stated.size} and then {after.size} entries")
        try:
            client.submit(first[0], proof)
        except (aics_witness.WitnessError, aics_witness.FeederError) as refused:
            print(f"aics-witness: refuses to go back: {type(refused).__name__}")
        else:
            raise AssertionError("the witness went back")


if __name__ == "__main__":
    main()
