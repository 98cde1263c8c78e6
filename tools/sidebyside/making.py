"""Makes what verifiers read: keys, entries, trees, checkpoints, receipts, policies, statements; right ones, of which the
generator makes wrong ones."""

import base64
import hashlib
import hmac
import json
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "verify"))

import sealed  # noqa: E402
import tree  # noqa: E402
from notes import COSIGNER, LOG, key_id  # noqa: E402

PAE = b"DSSEv1 40 application/vnd.credit-ledger.event+json %d "
ORIGIN = "credit.example/ledger"


def b64(data):
    return base64.b64encode(data).decode()


class Key:
    """A key of anybody, by a name."""

    def __init__(self, name, seed=None):
        self.name = name
        self.secret = Ed25519PrivateKey.from_private_bytes(seed or hashlib.sha256(name.encode()).digest())
        self.public = self.secret.public_key().public_bytes_raw()

    def sign(self, data):
        return self.secret.sign(data)

    def vkey(self, kind=LOG, name=None):
        name, typed = name or self.name, bytes([kind]) + self.public
        return f"{name}+{key_id(name, typed).hex()}+{b64(typed)}"

    def line(self, text, at=None, name=None):
        """A signature line of a log, or a cosignature of a time."""
        name, data = name or self.name, text.encode("utf-8", "surrogatepass")
        kind = LOG if at is None else COSIGNER
        if at is None:
            payload = self.sign(data)
        else:
            payload = struct.pack(">Q", at) + self.sign(f"cosignature/v1\ntime {at}\n".encode() + data)
        return f"\u2014 {name} {b64(key_id(name, bytes([kind]) + self.public) + payload)}\n"


OPERATOR, STRANGER, AUDITOR = Key(ORIGIN), Key(ORIGIN, b"s" * 32), Key("audit-office.example/a")
WITNESSES = [Key(f"office.example/w{at}") for at in range(1, 6)]
SIGNERS = [Key(f"signer {at}") for at in range(3)]


def content(event, signers, bad=b""):
    """Signatures and event, as both sorts of entries have them."""
    message = PAE % len(event) + event
    signed = b"".join(struct.pack("<I", 0) + key.public + (bad or key.sign(message)) for key in signers)
    return struct.pack("<Q", len(signers)) + signed + struct.pack("<Q", len(event)) + event


def clear_entry(index, recorded_at, inner, links=((None, 1), (None, 1))):
    """An entry of version 1."""
    said = b"".join(
        (b"\0" if before is None else b"\1" + struct.pack("<Q", before)) + struct.pack("<Q", version) for before, version in links
    )
    return b"\1" + struct.pack("<QQ", index, recorded_at) + b"\7" * 32 + struct.pack("<Q", len(links)) + said + inner


def sealed_entry(index, recorded_at, inner, origin=ORIGIN):
    """An entry of version 2, and the opening of its content."""
    r0, parts = hashlib.sha512(inner).digest(), [hashlib.sha256(bytes([at]) + inner).digest() for at in range(4)]
    parts[0] = hmac.digest(r0, b"credit-ledger v2 content\0" + inner, "sha256")
    entry = b"\2" + struct.pack("<QQ", index, recorded_at) + b"\7" * 32 + b"\1" + sealed.commitment(origin, index, parts)
    fields = {"r0": r0, "p1": parts[1], "p2": parts[2], "p3": parts[3], "content": inner}
    plain = {name: base64.urlsafe_b64encode(value).decode().rstrip("=") for name, value in fields.items()}
    return entry, {"form": "content", **plain}


def path_of(leaves, index):
    """The inclusion path of RFC 6962."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return path_of(leaves[:half], index) + [tree.root_of(leaves[half:])]
    return path_of(leaves[half:], index - half) + [tree.root_of(leaves[:half])]


def consistency(leaves, old, whole=True):
    """The consistency proof of RFC 6962, from the first `old` leaves."""
    if old in (0, len(leaves)):
        return [] if whole or old == 0 else [tree.root_of(leaves)]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= half:
        return consistency(leaves[:half], old, whole) + [tree.root_of(leaves[half:])]
    return consistency(leaves[half:], old - half, False) + [tree.root_of(leaves[:half])]


def checkpoint_text(leaves, origin=ORIGIN):
    return f"{origin}\n{len(leaves)}\n{b64(tree.root_of(leaves))}\n"


def receipt(index, path, note):
    lines = "".join(b64(one) + "\n" for one in path)
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{lines}\n{note}"


def statement_text(leaves, erased="erased none\n"):
    return f"credit-ledger/audit-statement v1\n{checkpoint_text(leaves)}2026-11-28T20:00:00+08:00\n{erased}"


def policy_text():
    rows = [f"log {OPERATOR.vkey()} https://credit.example\n"]
    rows += [f"witness w{at} {key.vkey(COSIGNER)} https://w{at}.example\n" for at, key in enumerate(WITNESSES, 1)]
    return "".join(rows) + "# who has to\ngroup two 2 w1 w2 w3\ngroup any any w4 w5\ngroup all all two any\nquorum two\n"


def events():
    """The events that the vectors accept, as JSON in pairs."""
    found = []
    for path in sorted((ROOT / "ledger-spec" / "vectors" / "event").glob("*.json")):
        case = json.loads(path.read_text())
        if "accepted" in case and "text" in case["input"]:
            found.append(json.loads(case["input"]["text"], object_pairs_hook=Pairs))
    return found


class Pairs(list):
    """An object as its pairs, in which a key may stand twice."""


class Raw(str):
    """A token as it is."""


def dump(value):
    """JSON of pairs, raw tokens and the rest."""
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{dump(key)}:{dump(inner)}" for key, inner in value) + "}"
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def pairs(value):
    """A value of JSON, its objects as pairs."""
    return json.loads(json.dumps(value), object_pairs_hook=Pairs)
