"""What can be verified offline (specification, "Receipt", "Checkpoint", "Statement of an audit"): a receipt, an entry, a
checkpoint, a statement, each with what is given beside it. What is given is used, or refused.
"""

import disclosed
import entries
import notes
import sealed
import tree
from fault import Fault, Usage
from policy import Policy
from text import from_base64, from_hex, lines, read_json, to_base64

FILES = ("receipt", "entry", "opening", "event", "older", "proof", "policy", "statement")
OPTIONS = (*FILES[1:], "disclosure", "vkey", "auditor")
# With what goes each of the four that can be verified.
USED = {
    "a receipt": set(OPTIONS),
    "a checkpoint": {"older", "proof", "policy", "statement", "auditor", "vkey"},
    "an entry by itself": {"entry", "opening", "event", "disclosure"},
    "a statement by itself": {"statement", "auditor"},
}


def verify(given):
    """What was found right; raises what is wrong. Files are bytes, keys are `Vkey`s, `disclosure` is a list of texts."""
    given = {name: value for name, value in given.items() if value is not None and value != []}
    line = _line(given)
    what = _what(given, line)
    superfluous = [name for name in OPTIONS if name in given and name not in USED[what]]
    if superfluous:
        raise Usage(f"--{superfluous[0]} does not go with {what}")
    for one, other in (("older", "proof"), ("statement", "auditor")):
        if (one in given) != (other in given):
            raise Usage(f"--{one} and --{other} go together")
    if what == "an entry by itself":
        return _of_entry(given["entry"], given)
    stated = _stated(given)
    if what == "a statement by itself":
        return {"right": True, **stated, "root": to_base64(stated["root"])}
    if "vkey" not in given:
        raise Usage("--vkey is needed: the verifier key that you trust")
    if what == "a checkpoint":
        note, checkpoint = notes.signed_checkpoint(given["receipt"], given["vkey"])
        said = {"right": True, "origin": checkpoint.origin, "size": checkpoint.size, "root": to_base64(checkpoint.root)}
    else:
        said, note, checkpoint = _of_receipt(given, line)
    return {**said, **_of_checkpoint(given, note, checkpoint, stated)}


def _line(given):
    """What a receipt in JSON encloses, as `append` prints it; other members are passed over."""
    if given.get("receipt", b"")[:1] != b"{":
        return None
    line = read_json(given["receipt"])
    if not isinstance(line.get("receipt"), str) or not isinstance(line.get("entry", ""), str):
        raise Fault("receipt", "the receipt or its entry is no text")
    shown = line.get("disclosures", [])
    if not isinstance(shown, list) or not all(isinstance(one, str) for one in shown):
        raise Fault("disclosure", "disclosures are no texts")
    return line


def _what(given, line):
    if line is not None or given.get("receipt", b"").startswith(notes.PROOF.encode()):
        return "a receipt"
    if "receipt" in given:
        return "a checkpoint"
    if "entry" in given:
        return "an entry by itself"
    if "statement" in given:
        return "a statement by itself"
    raise Usage("a receipt, a checkpoint, an entry or a statement is expected")


def _of_receipt(given, line):
    line = line or {"receipt": None}
    for name in ("entry", "opening"):
        if name in given and name in line:
            raise Usage(f"--{name} is given, and the receipt holds one of its own")
    if "entry" not in given and "entry" not in line:
        raise Usage("the receipt holds no entry: give its bytes with --entry")
    try:
        entry = given["entry"] if "entry" in given else from_base64(line["entry"])
    except ValueError as error:
        raise Fault("receipt", f"entry: {error}") from None
    proof = given["receipt"] if line["receipt"] is None else line["receipt"].encode()
    index, note, checkpoint = notes.receipt(proof, tree.leaf(entry), given["vkey"])
    beside = {name: given[name] for name in ("opening", "event") if name in given}
    if "opening" in line:
        beside["opening"] = line["opening"]
    beside["disclosure"] = line.get("disclosures", []) + given.get("disclosure", [])
    said = _of_entry(entry, beside)
    if said["index"] != index:
        raise Fault("receipt", f"the entry names index {said['index']}; the receipt is for {index}")
    if said["origin"] != checkpoint.origin:
        raise Fault("origin", f"the event is of {said['origin']}; the checkpoint of {checkpoint.origin}")
    return {**said, "size": checkpoint.size}, note, checkpoint


def _of_entry(data, given):
    if sealed.is_sealed(data):
        under = sealed.SealedEntry.decode(data)
        if "opening" not in given:
            raise Fault("opening", "the entry is sealed, and no opening is given")
        read = _opening(given["opening"])
        # The place that the entry commits to names the log; that it is the event's own, the commitment shows.
        event = read.open(entries.read_event(read.clear(under).event)["origin"], under)
        entry = read.clear(under)
    else:
        entry = entries.Entry.decode(data)
        if "opening" in given:
            raise Fault("opening", "the entry stands in the clear, and an opening is given")
        event = entries.read_event(entry.event)
    entries.check_signatures(entry)
    if "event" in given and given["event"] != entry.event:
        raise Fault("receipt", "the entry holds another event than the one given")
    said = {name: event[name] for name in ("origin", "id", "kind", "issuer", "subject")}
    said["signed_by"] = [key.hex() for key, _ in entry.signatures]
    shown = [disclosed.shown(event, text) for text in given.get("disclosure", [])]
    return {"right": True, "index": entry.index, **said, **({"fields": shown} if shown else {})}


def _opening(given):
    """An opening of the content: by itself, or within an answer; bytes, or a value that a receipt encloses."""
    value = read_json(given) if isinstance(given, bytes) else given
    if isinstance(given, bytes) and isinstance(value, dict) and "opening" in value:
        value = value["opening"]
    read = sealed.Opening.from_value(value)
    if read.form != "content":
        raise Fault("opening", f"an opening of form {read.form} where an event's content is expected")
    return read


def _stated(given):
    return notes.statement(given["statement"], given["auditor"]) if "statement" in given else None


def _of_checkpoint(given, note, checkpoint, stated):
    """What is asked of the checkpoint, whatever stands under it."""
    said = {}
    if "older" in given:
        _, older = notes.signed_checkpoint(given["older"], given["vkey"])
        try:
            tree.consistent(older.size, older.root, checkpoint.size, checkpoint.root, _path(given["proof"]))
        except ValueError as error:
            raise Fault("consistency", f"from {older.size} to {checkpoint.size} entries: {error}") from None
        said["goes_on_from"] = older.size
    if "policy" in given:
        said["witnesses"] = Policy(given["policy"]).met_by(note, given["vkey"])
    if stated is not None:
        found = (stated["origin"], stated["size"], stated["root"])
        expected = (checkpoint.origin, checkpoint.size, checkpoint.root)
        if found != expected:
            raise Fault("statement", f"the statement is about {found[:2]} {found[2].hex()}; the checkpoint is {expected[:2]}")
        said["audited"] = {"at": stated["audited_at"], "erased": stated["erased"]}
    return said


def _path(proof):
    try:
        if proof[:1] == b"{":
            hashes = read_json(proof)["proof"]
            path = [from_hex(one) for one in hashes] if isinstance(hashes, list) else None
        else:
            path = [from_base64(line) for line in lines(proof.decode("utf-8"))]
    except (ValueError, KeyError, TypeError) as error:
        raise Fault("consistency", f"the proof: {error}") from None
    if path is None or any(len(one) != 32 for one in path):
        raise Fault("consistency", "the proof: no hashes of 32 bytes")
    return path
