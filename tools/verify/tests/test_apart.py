"""The malformed cases of the vectors that this verifier refuses as the ledger's own does; and, pinned, what it does not look at."""

import base64
import json
import re
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))
sys.path.insert(0, str(HERE.parent))

import asked  # noqa: E402
import disclosed  # noqa: E402
import entries  # noqa: E402
import identifiers  # noqa: E402
import ledger  # noqa: E402
import personal  # noqa: E402
import sealed  # noqa: E402
import text  # noqa: E402
import tree  # noqa: E402
from fault import Fault  # noqa: E402
from policy import Policy  # noqa: E402
from test_vectors import VECTORS, cases, data_of  # noqa: E402

# Groups of which nothing is read here: what is sent to a ledger, asked of it, or answered by it, and never stands in it.
NOT_READ = {"envelope", "projection", "request", "witness"}
# Cases of rules that are asked in part, which are not seen here.
NOT_SEEN = """
a02-dissolved-by-another a02-list-of-another a02-registers-households d15-column-in-clear d15-column-missing
d15-column-of-firm d15-list-without d15-no-such-field d15-not-personal d15-person-in-clear d15-person-name-empty
d15-person-name-long d15-personal-another d15-personal-hidden-character d15-personal-in-both d15-personal-in-clear
d15-personal-missing d15-personal-other-value d15-personal-too-long d15-personal-too-many d15-personal-two-lines
d15-summary-in-both l02-second-operator l06-department-renames l06-operator-links-firm l06-operator-links-household
l14-auditor-with-a-key-of-another l14-known-key l14-one-key-for-two l14-revoked-key-again l15-applied-for-registration
l15-applied-without-list l15-decides-nothing l15-erases-elsewhere l15-erases-fields-that-are-none
l15-erases-in-other-entries l15-key-of-nobody l15-record-is-listing l15-removes-from-another-list l15-removes-record
l15-rests-on-itself l15-review-restores-unheard l15-revokes-elsewhere l15-revokes-listing l15-unknown-key
l15-unknown-record l16-applied-too-late l16-circle-of-mergers l16-decided-twice l16-entered-on-revoked
l16-entered-when-gone l16-granted-unaccepted l16-link-after-merger l16-link-before-its-merged
l16-link-taken-back-twice l16-merged-in-a-circle l16-merged-under-both-names l16-no-link-taken-back l16-removed-twice
l16-retracted-revoked l16-review-closed l16-review-of-the-decision l16-revoked-twice l16-revokes-what-goes
l19-applied-twice l19-enrolled-twice l19-entered-again-beyond l19-entered-twice l19-linked-twice l19-list-twice
l19-operator-registers l19-registered-twice l19-type-twice l22-number-beside l22-person-named l22-phone-beside
l26-erases-application-alone l26-erases-no-revocation l26-erases-record-alone l26-erases-registration
l26-erases-revocation-of-other-day l26-erases-revocation l30-another-journal
"""
IDENTIFIERS = {
    "authority": identifiers.authority, "date": text.date, "event": identifiers.event_id, "list": identifiers.code,
    "origin": identifiers.origin, "subject": identifiers.subject, "type": identifiers.code, "valid-time": text.valid_time,
    "resident-number": lambda number: held(personal.is_resident(number)),
    "recorded-time": lambda at: held(text.valid_time(at) >= 0),
}


def held(true):
    """Raises where something is not so."""
    if not true:
        raise ValueError("it is not so")


class Admitting(ledger.Ledger):
    """A ledger that takes envelopes, each at a time; their entries are what they would be but for what seals them."""

    def take(self, one):
        sent = json.loads(one["envelope"])
        data = base64.b64decode(sent["payload"])
        signatures = [(bytes.fromhex(by["keyid"]), base64.b64decode(by["sig"])) for by in sent["signatures"]]
        event = entries.read_event(data)
        heads = [self.heads.get(sealed.tag_of(stream), (None, 0)) for stream in entries.streams(event)]
        links = [(last, version + 1) for last, version in heads]
        at = max(int(one["at"]), self.recorded_at)
        entry = entries.Entry(self.edge.size, at, self.chain, links, signatures, data)
        entries.check_signatures(entry)
        self.people.admit(entry, event)
        disclosed.admit(event)
        self.erasures.admit(entry, event)
        self._links(entry, entries.streams(event), event.get("seen_version"))
        self.recorded_at = at
        self.edge.append(tree.leaf(data))


def refusal(given, before):
    """Why an event is refused after others; None where it is not."""
    admitting = Admitting(True, "credit.example/ledger")
    for one in (before if given["ledger"] == "base" else []) + given.get("then", []):
        admitting.take(one)
    try:
        admitting.take(given["event"])
    except (Fault, KeyError, TypeError, ValueError) as fault:
        return str(fault)
    return None


class Apart(unittest.TestCase):
    """What is refused by both, and what is left to the ledger's own program."""

    def same(self, group, read, least):
        ran = 0
        for name, case in cases(group):
            with self.subTest(group=group, case=name):
                try:
                    read(case["input"])
                except (Fault, ValueError):
                    self.assertIn("refused", case, case["about"])
                else:
                    self.assertIn("accepted", case, case["about"])
                ran += 1
        self.assertGreaterEqual(ran, least)

    def test_events(self):
        self.same("event", lambda given: entries.read_event(data_of(given)), 190)

    def test_policies(self):
        self.same("policy", lambda given: Policy(given["policy"].encode()), 18)

    def test_identifiers(self):
        ran = 0
        for name, case in cases("identifier"):
            with self.subTest(case=name):
                try:
                    IDENTIFIERS[case["input"]["form"]](case["input"]["text"])
                    self.assertIn("accepted", case)
                except ValueError:
                    self.assertIn("refused", case)
            ran += 1
        self.assertGreaterEqual(ran, 60)

    def test_the_ledger_of_the_vectors_is_read_whole(self):
        (_, case), = cases("ledger")
        found = ledger.Ledger(True, "credit.example/ledger")
        for data, opening in zip(case["accepted"]["entries"], case["accepted"]["openings"]):
            found.add(bytes.fromhex(data), opening and sealed.Opening.decode(bytes.fromhex(opening)))
        self.assertEqual(found.edge.root().hex(), case["accepted"]["root"])

    def test_every_group_is_read_or_is_not_and_said_so(self):
        read = {"admission", "audit", "chain", "checkpoint", "cosignature", "disclosure", "entry", "event", "identifier", "key", "ledger",
                "note", "policy", "proof", "pseudonym", "sealed", "statement", "tree"}
        self.assertEqual({path.name for path in VECTORS.iterdir() if path.is_dir()}, read | NOT_READ)

    def test_every_rule_is_asked_or_is_not_and_said_so(self):
        readme = (VECTORS.parent / "README.md").read_text()
        rules = re.findall(r"^\| `([LAD][0-9]{2})` \|", readme, re.MULTILINE)
        stated = asked.WHOLLY + asked.IN_PART + asked.NOT_LOOKED_AT
        self.assertEqual(sorted(stated), sorted(set(rules)))

    def test_rules_of_admission(self):
        (_, base), = cases("ledger")
        unseen, refused = [], 0
        for name, case in cases("admission"):
            why = refusal(case["input"], base["input"]["events"])
            if "entry" in case.get("accepted", {}):
                self.assertIsNone(why, f"{name}: {case['about']}")
            rule = case.get("refused", {}).get("rule")
            if rule in asked.NOT_LOOKED_AT:
                self.assertIsNone(why, f"{name}: {rule} is looked at after all")
            elif rule in asked.WHOLLY:
                self.assertIsNotNone(why, f"{name}: {rule}")
                refused += 1
            elif rule and why is None:
                unseen.append(name)
        self.assertGreaterEqual(refused, 20)
        self.assertEqual(unseen, NOT_SEEN.split())


if __name__ == "__main__":
    unittest.main()
