"""The ledger's own verifier and the independent one, side by side over the same inputs: the same verdict, and never a defect.

    python3 tools/sidebyside 100000 [--seed 16] [--program target/debug/credit-ledger]

First every malformed case of the vectors that both read; then inputs that a generator draws, the same for a seed.
"""

import argparse
import collections
import json
import random
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import making  # noqa: E402
import sites  # noqa: E402
from generating import BYTES, Generator  # noqa: E402

AT_ONCE = 5_000
# Of so many inputs one is a whole log, which takes a process of its own.
SITE_OF = 50


def line_of(given):
    """What is given, as a line that both programs read."""
    plain = {name: making.b64(value) if name in BYTES else value for name, value in given.items()}
    return json.dumps(plain).encode() + b"\n"


def answers(command, lines):
    """What a program answers to lines; it ends as it should, and says nothing of a defect."""
    ran = subprocess.run(command, input=b"".join(lines), capture_output=True)
    found = ran.stdout.splitlines()
    if ran.returncode not in (0, 1) or len(found) != len(lines) or b"Traceback" in ran.stderr or b"panicked" in ran.stderr:
        sys.exit(f"{command}: exit code {ran.returncode}, {len(found)} answers to {len(lines)}: {ran.stderr.decode()[-2000:]}")
    return [json.loads(one) for one in found]


def vectors():
    """The malformed cases of the vectors, and the right ones: (what, given, whether it is right)."""
    for path in sorted((making.ROOT / "ledger-spec" / "vectors").glob("*/*.json")):
        case, group = json.loads(path.read_text()), path.parent.name
        given, right = case["input"], "accepted" in case
        what = f"{group}/{path.stem}"
        if group == "event":
            data = bytes.fromhex(given["hex"]) if "hex" in given else given["text"].encode()
            if len(data) < 49_153:
                yield what, {"entry": making.clear_entry(0, 0, making.content(data, making.SIGNERS[:1]))}, right
        elif group == "proof":
            opening = json.dumps(given["opening"]).encode()
            proof, entry = given["proof"].encode(), bytes.fromhex(given["entry"])
            yield what, {"receipt": proof, "entry": entry, "opening": opening, "vkey": given["vkey"]}, right
        elif group == "checkpoint":
            yield what, {"receipt": given["note"].encode(), "vkey": given["vkey"]}, right
        elif group == "statement":
            yield what, {"statement": given["note"].encode(), "auditor": given["vkey"]}, right
        elif group == "policy":
            text = making.checkpoint_text([])
            note = text + "\n" + making.OPERATOR.line(text)
            policy = given["policy"].replace("\nquorum ", "\n# quorum ") + "quorum none\n" if right else given["policy"]
            yield what, {"receipt": note.encode(), "vkey": making.OPERATOR.vkey(), "policy": policy.encode()}, right
        elif group == "entry" and not right:
            yield what, {"entry": bytes.fromhex(given["hex"])}, right


def drawn(count, seed):
    """So many inputs of a generator: (kind of change, given, None)."""
    generator = Generator(random.Random(seed))
    for _ in range(count):
        kind, given = generator.next()
        yield kind, given, None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--program", default=str(making.ROOT / "target/debug/credit-ledger"))
    parser.add_argument("--show", type=int, default=20, help="how many disagreements are shown")
    given = parser.parse_args()
    ours, theirs = [given.program, "verify", "--batch", "-"], [sys.executable, str(making.ROOT / "tools/verify"), "batch"]
    ran, right, apart = collections.Counter(), collections.Counter(), []
    cases = [*vectors(), *drawn(given.count, given.seed)]
    for first in range(0, len(cases), AT_ONCE):
        some = cases[first : first + AT_ONCE]
        lines = [line_of(one) for _, one, _ in some]
        for (kind, what, expected), line, one, other in zip(some, lines, answers(ours, lines), answers(theirs, lines)):
            ran[kind.split("/")[0] if expected is not None else kind] += 1
            verdicts = {one["right"], other["right"]} | ({expected} if expected is not None else set())
            right[kind] += verdicts == {True}
            if len(verdicts) > 1:
                apart.append((kind, line, one, other))
    for kind, files, one, other in sites.both(given.program, random.Random(given.seed), given.count // SITE_OF):
        ran[kind] += 1
        right[kind] += one["right"] and other["right"]
        if one["right"] != other["right"]:
            apart.append((kind, repr(files).encode(), one, other))
    for kind, line, one, other in apart[: given.show]:
        print(f"{kind}: ours {json.dumps(one)[:300]}\n  theirs {json.dumps(other)[:300]}\n  {line.decode().strip()[:2000]}")
    print(f"{sum(ran.values())} inputs of {len(ran)} kinds, {sum(right.values())} of them right; {len(apart)} disagreements")
    for kind, count in sorted(collections.Counter(kind for kind, *_ in apart).items()):
        print(f"  {kind}: {count}")
    return 1 if apart else 0


if __name__ == "__main__":
    sys.exit(main())
