"""Signed notes, checkpoints, cosignatures, receipts, statements (specification, "Checkpoint", "Cosignatures",
"Receipt", "Statement of an audit")."""

import hashlib
from dataclasses import dataclass

import identifiers
import keys
import tree
from fault import Fault
from text import decimal, from_base64, valid_time

MAX_NOTE, MAX_LINES = 131_072, 64
LOG, COSIGNER = 1, 4
PROOF = "c2sp.org/tlog-proof@v1"
STATEMENT = "credit-ledger/audit-statement v1"


@dataclass(frozen=True)
class Vkey:
    """A key with its name; `kind` is the signature type."""

    name: str
    id: bytes
    kind: int
    key: bytes

    @staticmethod
    def parse(text, kind):
        """Reads a key of a log, or of a cosigner."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise ValueError("not <name>+<id>+<base64>")
        name, found, data = parts[0], bytes.fromhex(parts[1]), from_base64(parts[2])
        _name(name)
        if len(data) != 33 or data[0] != kind or parts[1] != found.hex():
            raise ValueError("not a key of the kind that is expected")
        keys.public_key(data[1:])
        expected = key_id(name, data)
        if found != expected:
            raise ValueError(f"key id {found.hex()} where {expected.hex()} is expected")
        return Vkey(name, found, data[0], data[1:])


def key_id(name, typed_key):
    """The first four bytes of SHA-256(name, line feed, type, key)."""
    return hashlib.sha256(name.encode() + b"\n" + typed_key).digest()[:4]


def _name(name):
    if not name or any(c.isspace() or c < " " or c == "+" for c in name):
        raise ValueError(f"{name!r} is no key name")


class Note:
    """A note whose form was checked."""

    def __init__(self, data):
        if len(data) > MAX_NOTE:
            raise Fault("checkpoint-form", f"note of {len(data)} bytes")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Fault("checkpoint-form", "note is not UTF-8") from None
        if any(c < " " and c != "\n" for c in whole):
            raise Fault("checkpoint-form", "note has a control character")
        blank = whole.rfind("\n\n")
        if blank < 0 or not whole.endswith("\n"):
            raise Fault("checkpoint-form", "note has no blank line, or does not end in a line feed")
        self.text, lines = whole[: blank + 1], whole[blank + 2 : -1].split("\n")
        if len(lines) > MAX_LINES:
            raise Fault("checkpoint-form", f"note of {len(lines)} signatures")
        self.lines = [self._line(line) for line in lines]

    @staticmethod
    def _line(line):
        try:
            dash, name, payload = line.split(" ", 2)
            payload = from_base64(payload)
            _name(name)
            if dash != "\u2014" or len(payload) < 5:
                raise ValueError
        except ValueError:
            raise Fault("checkpoint-form", "a line is no signature") from None
        return name, payload[:4], payload[4:]

    def signed_by(self, known):
        """Those of some keys that signed, each with a cosignature's time (the latest, where it has several lines) or
        None; a wrong line of a known key rejects the note."""
        signed = {}
        for name, id_, payload in self.lines:
            of = [key for key in known if (key.name, key.id) == (name, id_)]
            if not of:
                continue
            good = [(key, at) for key in of if (at := self._check(key, payload)) is not False]
            if not good:
                raise Fault("checkpoint-signature", f"signature of known key {name} {id_.hex()} is wrong")
            key, at = good[0]
            signed[key] = max(signed.get(key) or 0, at) if at else None
        return list(signed.items())

    def _check(self, key, payload):
        """False, or when it was signed (None for a log's own signature)."""
        if key.kind == LOG:
            return None if keys.verifies(key.key, self.text.encode(), payload) else False
        at = int.from_bytes(payload[:8], "big")
        message = f"cosignature/v1\ntime {at}\n{self.text}".encode()
        return at if 0 < at < 1 << 63 and keys.verifies(key.key, message, payload[8:]) else False


@dataclass
class Checkpoint:
    """What a log says of its tree."""

    origin: str
    size: int
    root: bytes
    extensions: str

    @staticmethod
    def parse(text):
        lines = text.split("\n")
        try:
            if len(lines) < 4 or lines[-1] != "" or "" in lines[:-1]:
                raise ValueError("lines are missing or empty")
            origin, size, root = lines[0], decimal(lines[1]), from_base64(lines[2])
            identifiers.origin(origin)
            if len(root) != 32:
                raise ValueError("root of another length")
            if size == 0 and root != tree.EMPTY:
                raise ValueError("another root than the empty tree's over no entries")
        except ValueError as error:
            raise Fault("checkpoint-form", f"checkpoint: {error}") from None
        return Checkpoint(origin, size, root, "".join(line + "\n" for line in lines[3:-1]))


def signed_checkpoint(data, vkey):
    """The note and the checkpoint that a log's key signed, under the origin that is the key's name."""
    note = Note(data)
    if not note.signed_by([vkey]):
        raise Fault("checkpoint-signature", f"no signature of {vkey.name} {vkey.id.hex()}")
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != vkey.name:
        raise Fault("checkpoint-origin", f"origin {checkpoint.origin} where {vkey.name} is expected")
    return note, checkpoint


def receipt(data, leaf, vkey):
    """Checks a tlog-proof: the index, and the note and checkpoint that it stands under."""
    head, blank, note = data.partition(b"\n\n")
    try:
        lines = head.decode("utf-8").split("\n")
        if not blank or lines.pop(0) != PROOF:
            raise ValueError(f"the first line is not {PROOF}")
        if lines and lines[0].startswith("extra "):
            from_base64(lines.pop(0)[6:])
        if not lines or not lines[0].startswith("index "):
            raise ValueError("no index")
        index = decimal(lines.pop(0)[6:])
        path = [from_base64(line) for line in lines]
        if any(len(one) != 32 for one in path):
            raise ValueError("a hash of another length")
    except ValueError as error:
        raise Fault("receipt", f"receipt: {error}") from None
    note, checkpoint = signed_checkpoint(note, vkey)
    try:
        tree.included(leaf, index, checkpoint.size, path, checkpoint.root)
    except ValueError as error:
        raise Fault("receipt", f"receipt: {error}") from None
    return index, note, checkpoint


def statement(data, auditor):
    """What an auditor's key has signed of an opened audit."""
    note = Note(data)
    if not note.signed_by([auditor]):
        raise Fault("statement", f"no signature of {auditor.name} {auditor.id.hex()}")
    try:
        header, origin, size, root, time, *rows = note.text[:-1].split("\n")
        identifiers.origin(origin)
        size, root, at = decimal(size), from_base64(root), valid_time(time)
        if at < 0 or header != STATEMENT or len(root) != 32 or not time.endswith("+08:00") or not rows:
            raise ValueError("lines of another form")
        if "." in time and time[19:-6] != f".{at % 1_000_000:06}" or time[19:-6] == ".000000":
            raise ValueError("the time in another spelling")
        erased = [] if rows == ["erased none"] else [_row(row) for row in rows]
        least = 0
        for first, last in erased:
            if first < least or last >= size:
                raise ValueError(f"entries {first} to {last} are out of their order, or beyond the size")
            least = last + 2
    except ValueError as error:
        raise Fault("statement", f"statement: {error}") from None
    return {"origin": origin, "size": size, "root": root, "audited_at": at, "erased": erased}


def _row(line):
    word, _, entries = line.partition(" ")
    first, dash, last = entries.partition("-")
    row = [decimal(first), decimal(last if dash else first)]
    if word != "erased" or dash and row[0] >= row[1]:
        raise ValueError(f"{line!r} is no row of erased entries")
    return row
