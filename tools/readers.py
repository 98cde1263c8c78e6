"""Readers, and something to read: keys that are enrolled, and a record of each class, with measures, about one subject.

tools/readers.py PROGRAM LEDGER URL ORIGIN FOLDER
  PROGRAM  credit-ledger
  LEDGER   the folder of a ledger of `demo`, of which the registrar's and the steward's keys are used
  URL      where it is served
  ORIGIN   its origin
  FOLDER   where the keys of an auditor, a window, a court and a department are put: auditor.key, …
"""

import base64
import json
import subprocess
import sys
from pathlib import Path

SUBJECT = "ext:readers:7"
CLASSES = ("public", "shared", "restricted")
NAME = {"zh": "某单位", "en": "A body"}
BASIS = [{"title": "测试依据"}]
COMPETENCE = {"types": ["readers.*"], "measures": ["readers.*"], "subjects": ["ext"]}


def main():
    program, ledger, url, origin, folder = sys.argv[1:6]
    keys = Path(ledger) / "keys"
    folder = Path(folder)

    def run(*arguments, given=None):
        return subprocess.run([program, *arguments], input=given, capture_output=True, text=True, check=True).stdout

    def state(issuer, key, kind, subject, body):
        """Signs and appends one event; its id."""
        event = {
            "origin": origin, "kind": kind, "issuer": issuer, "subject": subject,
            "valid_from": "2026-01-01T00:00:00+08:00", "body": body,
        }  # fmt: skip
        envelope = run("sign", "--key", str(key), "--new", given=json.dumps(event))
        run("append", "--url", url, given=envelope)
        return json.loads(base64.b64decode(json.loads(envelope)["payload"]))["id"]

    def by_steward(kind, subject, body):
        definition = {"title": NAME, "subjects": ["ext"], "basis": BASIS, "confidence": "V", **body}
        state("steward.demo", keys / "steward.demo.key", kind, subject, definition)

    folder.mkdir(parents=True, exist_ok=True)
    for role in ("auditor", "window", "court", "department"):
        file = folder / f"{role}.key"
        public = run("keygen", "--name", f"{role}.readers", "--out", str(file)).strip()
        competence = COMPETENCE if role == "department" else {"subjects": ["ext"]}
        body = {"name": NAME, "roles": [role], "keys": [public], "competence": competence}
        state("registrar.demo", keys / "registrar.demo.key", "authority.enrolled", f"authority:{role}.readers", body)
    department = ("department.readers", folder / "department.key")
    for number, disclosure in enumerate(CLASSES):
        by_steward(
            "catalogue.type_adopted", f"catalogue:type.readers.{disclosure}",
            {"polarity": "negative", "disclosure": disclosure},
        )  # fmt: skip
        by_steward(
            "catalogue.measure_adopted", f"catalogue:measure.readers.{disclosure}",
            {"direction": "ban", "disclosure": disclosure, "rests_on": [f"readers.{disclosure}"], "bars": ["procurement"]},
        )  # fmt: skip
        decision = {
            "number": f"测罚字〔2026〕{number}号", "date": "2026-01-01", "issued_by": "某单位", "article": "测试条例第一条",
            "served_on": "2026-01-01", "document": "00" * 32,
        }  # fmt: skip
        record = {
            "type": f"readers.{disclosure}", "severity": "general", "review": "none", "decision": decision,
            "notice": {"served_on": "2025-12-01", "statement": "answered"},
        }  # fmt: skip
        ground = state(*department, "record.filed", SUBJECT, record)
        measure = {"measure": f"readers.{disclosure}", "rests_on": ground}
        state(*department, "measure.imposed", SUBJECT, measure)
    print(SUBJECT)


if __name__ == "__main__":
    main()
