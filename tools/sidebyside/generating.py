"""Inputs of verifiers: something right, or changed in one place, with everything above it signed anew where that is drawn."""

import copy

import making as m
from changing import of_bytes, of_json, of_text, spelled

BYTES = ("receipt", "entry", "opening", "event", "older", "proof", "policy", "statement")


class Generator:
    """Draws inputs, each as (kind of change, what is given)."""

    def __init__(self, rng):
        self.rng, self.events = rng, m.events()
        self.pool = [inner for event in self.events for inner in _scalars(event)]
        self.leaves = [m.tree.leaf(bytes([at])) for at in range(40)]

    def next(self):
        """The next input."""
        draw = self.rng.choice(
            [self.event, self.event, self.event, self.event, self.receipt, self.note, self.checkpoint, self.policy, self.policy,
             self.statement, self.consistency, self.options, self.keys, self.entry]
        )
        return draw()

    def event(self):
        """An event changed before it was signed, under a receipt that is right."""
        event = copy.deepcopy(self.rng.choice(self.events))
        kinds = []
        for _ in range(self.rng.choice([0, 1, 1, 1, 1, 1, 1, 1, 1, 2])):
            kind, event = of_json(self.rng, event, self.pool)
            kinds.append(kind)
        data = spelled(self.rng, event)
        if self.rng.randrange(10) == 0:
            kind, data = of_bytes(self.rng, data, spelled(self.rng, self.rng.choice(self.events)))
            kinds.append(kind)
        return "event: " + (kinds[0] if kinds else "right"), self._given(data)

    def receipt(self):
        """A receipt as `append` prints it, and what it encloses, changed."""
        given = self._given()
        opening = m.json.loads(given["opening"]) if "opening" in given else None
        line = m.pairs({"index": 7, "status": "placed", "repeat": False, "receipt": given.pop("receipt").decode(),
                        "entry": m.b64(given.pop("entry")), **({"opening": opening} if opening else {})})
        given.pop("opening", None)
        kind, line = of_json(self.rng, line, self.pool) if self.rng.randrange(8) else ("right", line)
        given["receipt"] = spelled(self.rng, line)
        return f"receipt in JSON: {kind}", given

    def entry(self):
        """One of the files, its bytes changed."""
        given = self._beside(self._given())
        name = self.rng.choice([name for name in BYTES if name in given])
        kind, given[name] = of_bytes(self.rng, given[name], self.rng.choice([given[one] for one in BYTES if one in given]))
        if name == "entry" and self.rng.randrange(2):
            given = {one: given[one] for one in ("entry", "opening") if one in given}
        return f"{name}: {kind}", given

    def note(self):
        """A checkpoint's text changed, and signed as it is."""
        size = self.rng.randrange(1, 40)
        text = m.checkpoint_text(self.leaves[:size])
        words = [m.b64(self.leaves[0]), m.b64(m.tree.EMPTY), m.ORIGIN, "credit.example/other", "o" * 256, str(2**63), str(2**64)]
        kind, text = of_text(self.rng, text, words) if self.rng.randrange(8) else ("right", text)
        given = {"receipt": self._signed(text), "vkey": m.OPERATOR.vkey()}
        return f"checkpoint, signed: {kind}", given

    def checkpoint(self):
        """A note, its lines changed."""
        text = m.checkpoint_text(self.leaves[: self.rng.randrange(0, 40)])
        note = self._signed(text, self.rng.randrange(0, 4))
        kind, note = of_bytes(self.rng, note, m.STRANGER.line(text).encode())
        if self.rng.randrange(6) == 0:
            kind, lines = "many lines", "".join(m.OPERATOR.line(text) for _ in range(self.rng.choice([2, 63, 64, 65])))
            note = (text + "\n" + lines).encode()
        given = {"receipt": note, "vkey": m.OPERATOR.vkey()}
        if self.rng.randrange(2):
            given["policy"] = m.policy_text().encode()
        return f"note: {kind}", given

    def policy(self):
        """A checkpoint, cosigned by some, and a policy."""
        rng, text = self.rng, m.policy_text()
        note_text = m.checkpoint_text(self.leaves[:5])
        lines = [m.OPERATOR.line(note_text)]
        for key in m.WITNESSES:
            if rng.randrange(2):
                at = rng.choice([1, 1_790_000_000, 2**62, 0, 2**63, 2**64 - 1] if rng.randrange(8) == 0 else [1_790_000_000])
                lines.append(key.line(note_text if rng.randrange(20) else note_text + "x\n", at))
        own = m.OPERATOR.line(note_text, 1_790_000_000, "office.example/own")
        lines += [own] if rng.randrange(2) else []
        rng.shuffle(lines)
        lines += [rng.choice(lines)] if rng.randrange(4) == 0 else []
        rows = [
            f"witness own {m.OPERATOR.vkey(m.COSIGNER, 'office.example/own')}",
            f"witness w9 {m.WITNESSES[0].vkey(m.COSIGNER, 'other.example/w')}",
            f"log {m.WITNESSES[0].vkey(m.COSIGNER)}", f"witness w8 {m.OPERATOR.vkey()}", f"log {m.STRANGER.vkey()}", "quorum none",
            "quorum all", "quorum w1", "quorum any", "quorum w9", "group g 2 w1 w2 w3", "group g 0 w1", "group g all w4 own", "group two any w4",
            "group g 01 w1", "group any any w4", "group none any w4", "witness none x", "# x", "", " ", "log", "quorum", "witness w1",
        ]
        kind = "right"
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            parts = text.split("\n")
            change, at = rng.randrange(6), rng.randrange(len(parts))
            if change == 0:
                kind, text = of_text(rng, text, rows)
                continue
            kind = ("row", "row", "removed row", "other quorum", "CRLF", "other logs")[change]
            if change == 1:
                parts.insert(at, rng.choice(rows))
            elif change == 2:
                del parts[at]
            elif change == 3:
                other = rng.choice(["none", "w1", "all", "any", "own", "two"])
                parts = [f"quorum {other}" if row.startswith("quorum") else row for row in parts]
            elif change == 4:
                parts = [row + "\r" for row in parts[:-1]] + parts[-1:]
            else:
                parts[0] = rng.choice(["", f"log {m.STRANGER.vkey()}", f"log {m.OPERATOR.vkey(m.LOG, 'credit.example/other')}"])
                if rng.randrange(2):
                    parts[-2:] = [rows[0], "group with all own w1", rng.choice(["quorum own", "quorum with", "quorum w1"]), ""]
            text = "\n".join(parts)
        if rng.randrange(4) == 0:
            # The operator, and somebody who is another.
            kind, least, quorum = "own key", rng.choice(["any", "all", "1", "2"]), rng.choice(["own", "g", "w1"])
            text = f"{rows[0]}\nwitness w1 {m.WITNESSES[0].vkey(m.COSIGNER)}\ngroup g {least} own w1\nquorum {quorum}\n"
        data = text.encode("utf-8", "surrogatepass")
        if rng.randrange(12) == 0:
            kind, data = of_bytes(rng, data)
        return f"policy: {kind}", {"receipt": (note_text + "\n" + "".join(lines)).encode(), "vkey": m.OPERATOR.vkey(), "policy": data}

    def statement(self):
        """What an auditor states, changed before it was signed."""
        rng = self.rng
        leaves = self.leaves[:20]
        drawn = rng.choice(["", "3", "3-5 7", "3-5 6", "5 3", "19", "20", "3-3", "03", "3-", "18446744073709551615"])
        rows = "".join(f"erased {row}\n" for row in drawn.split())
        text = m.statement_text(leaves, rows or "erased none\n")
        words = ["erased none", "erased 1", "2026-11-28T20:00:00.5+08:00", "2026-11-28T20:00:00.500000+08:00"]
        words += ["1960-01-01T00:00:00+08:00", "2026-11-28T12:00:00Z"]
        kind, text = of_text(rng, text, words) if rng.randrange(4) else ("rows", text)
        given = {"statement": (text + "\n" + m.AUDITOR.line(text)).encode("utf-8", "surrogatepass"), "auditor": m.AUDITOR.vkey()}
        if rng.randrange(2):
            given |= {"receipt": self._signed(m.checkpoint_text(leaves if rng.randrange(4) else leaves[:19])), "vkey": m.OPERATOR.vkey()}
        return f"statement: {kind}", given

    def consistency(self):
        """Two checkpoints and what is between them."""
        rng = self.rng
        new = rng.randrange(0, 40)
        old = rng.randrange(0, new + 1)
        path = m.consistency(self.leaves[:new], old)
        if rng.randrange(2):
            proof = m.pairs({"from": old, "to": new, "proof": [one.hex() for one in path]})
            kind, proof = of_json(rng, proof) if rng.randrange(3) else ("right", proof)
            proof = spelled(rng, proof)
        else:
            proof = "".join(m.b64(one) + "\n" for one in path).encode()
            kind, proof = of_bytes(rng, proof, m.b64(self.leaves[0]).encode()) if rng.randrange(3) else ("right", proof)
        older = m.checkpoint_text(self.leaves[:old] if rng.randrange(8) else self.leaves[1 : old + 1])
        newer = m.checkpoint_text(self.leaves[:new])
        if rng.randrange(12) == 0:
            kind, older, newer = "the other way round", newer, older
        return f"consistency: {kind}", {
            "receipt": self._signed(newer), "older": self._signed(older), "proof": proof, "vkey": m.OPERATOR.vkey(),
        }

    def options(self):
        """Files that are right, and do not go together."""
        given = self._beside(self._given())
        for name in list(given):
            if self.rng.randrange(3) == 0:
                del given[name]
        if "receipt" in given and self.rng.randrange(3) == 0:
            given["receipt"] = self._signed(m.checkpoint_text(self.leaves[:7]))
        if self.rng.randrange(4) == 0:
            given["disclosure"] = [self.rng.choice(["", "x", "WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSIsIm5hbWUiLCJ4Il0", "W10"])]
        return "options", given

    def keys(self):
        """Another verifier key than the one that signed, or none."""
        given, rng = self._given(), self.rng
        key = m.OPERATOR.vkey()
        others = [m.OPERATOR.vkey(m.COSIGNER), m.STRANGER.vkey(), m.AUDITOR.vkey(), ""]
        other = rng.choice([*others, m.OPERATOR.vkey(m.LOG, "credit.example/other")])
        kind, given["vkey"] = ("other", other) if rng.randrange(3) == 0 else of_text(rng, key, ["=", "+"])
        if rng.randrange(3) == 0:
            kind, given["vkey"] = "weak", _vkey_of(rng.choice(POINTS))
        return f"vkey: {kind}", given

    def _signed(self, text, cosigners=0):
        lines = m.OPERATOR.line(text) + "".join(key.line(text, 1_790_000_000) for key in m.WITNESSES[:cosigners])
        return (text + "\n" + lines).encode("utf-8", "surrogatepass")

    def _given(self, event=None):
        """A receipt with its entry, of an event as it is."""
        rng = self.rng
        if event is None:
            event = m.dump(rng.choice(self.events)).encode()
        signers = rng.sample(m.SIGNERS, rng.choice([1, 1, 1, 2, 3]))
        if rng.randrange(25) == 0:
            signers = rng.choice([[], [*m.SIGNERS, *m.SIGNERS]])
        bad = rng.choice(SIGNATURES) if rng.randrange(40) == 0 else b""
        inner, size = m.content(event, signers, bad), rng.randrange(1, 20)
        index, recorded_at = rng.randrange(size), rng.choice([1_790_000_000_000_000, 0, 2**63, 2**64 - 1])
        clear = b'"salt"' not in event if rng.randrange(30) else rng.randrange(2) == 0
        if clear:
            entry, opening = m.clear_entry(index, recorded_at, inner), None
        else:
            entry, opening = m.sealed_entry(index, recorded_at, inner)
        leaves = self.leaves[:index] + [m.tree.leaf(entry)] + self.leaves[index + 1 : size]
        note = self._signed(m.checkpoint_text(leaves)).decode()
        given = {"receipt": m.receipt(index, m.path_of(leaves, index), note).encode(), "entry": entry, "vkey": m.OPERATOR.vkey()}
        if opening:
            given["opening"] = m.json.dumps(opening).encode()
        if rng.randrange(6) == 0:
            given["event"] = event if rng.randrange(4) else event + b" "
        return given

    def _beside(self, given):
        """All that may go beside a receipt, of its very checkpoint or not."""
        rng = self.rng
        note = given["receipt"].partition(b"\n\n")[2].decode()
        text = note.partition("\n\n")[0] + "\n"
        if rng.randrange(2):
            given["policy"] = m.policy_text().replace("quorum two", rng.choice(["quorum none", "quorum two"])).encode()
        if rng.randrange(2):
            stated = f"credit-ledger/audit-statement v1\n{text}2026-11-28T20:00:00+08:00\nerased none\n"
            given |= {"statement": (stated + "\n" + m.AUDITOR.line(stated)).encode(), "auditor": m.AUDITOR.vkey()}
        if rng.randrange(2):
            given |= {"older": note.encode(), "proof": b""}
        return given


# What a strict reader of keys refuses: small order, second encodings, no points.
POINTS = [bytes(32), b"\1" + bytes(31), bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
          bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), b"\xff" * 32, b"\2" + bytes(31),
          bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), b"\1" + bytes(30) + b"\x80"]
L = 2**252 + 27742317777372353535851937790883648493
SIGNATURES = [bytes(64), b"\1" + bytes(63), bytes(32) + L.to_bytes(32, "little"), b"\xff" * 64]


def _vkey_of(point):
    typed = bytes([m.LOG]) + point
    return f"{m.ORIGIN}+{m.key_id(m.ORIGIN, typed).hex()}+{m.b64(typed)}"


def _scalars(value):
    for one in value:
        inner = one[1] if isinstance(value, m.Pairs) else one
        yield inner
        if isinstance(inner, list):
            yield from _scalars(inner)
