"""Many verifications in one run: each a line of JSON on stdin, with what would be given to `receipt`, `entry` or
`statement` under the options' names, files in base64; each answered by a line, in order.
"""

import json

import notes
import offline
from fault import Fault, Usage
from text import from_base64, read_json


def run(lines, out):
    """Answers each line; None, since all is said."""
    for line in lines:
        print(json.dumps(_answer(line)), file=out, flush=True)


def told(fault):
    """A fault as `--json` has it."""
    return {"code": fault.code, "entry": fault.entry, "offset": fault.offset, "message": fault.message}


def _answer(line):
    try:
        return offline.verify(_given(line.removesuffix(b"\n")))
    except Fault as fault:
        return {"right": False, "fault": told(fault)}
    except Usage as error:
        return {"right": False, "unusable": str(error)}


def _given(line):
    try:
        given = read_json(line)
    except Fault as fault:
        raise Usage(fault.message) from None
    if not isinstance(given, dict) or set(given) - {*offline.FILES, *offline.OPTIONS}:
        raise Usage("an object of what `verify` is given is expected")
    found = {}
    for name, value in given.items():
        try:
            found[name] = _read(name, value)
        except (TypeError, ValueError) as error:
            raise Usage(f"{name}: {error}") from None
    return found


def _read(name, value):
    if name == "disclosure":
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ValueError("an array of texts is expected")
        return value
    if not isinstance(value, str):
        raise ValueError("a text is expected")
    return notes.Vkey.parse(value, notes.LOG) if name in ("vkey", "auditor") else from_base64(value)
