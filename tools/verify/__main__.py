"""An independent verifier of credit ledgers, written from the specification (ledger-spec/README.md).

It needs nothing of the ledger's own program: the standard library, `cryptography` and `blake3`.
"""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import disclosed  # noqa: E402
import entries  # noqa: E402
import ledger  # noqa: E402
import notes  # noqa: E402
import sealed  # noqa: E402
import tree  # noqa: E402
from fault import Fault, Unreadable  # noqa: E402
from source import Folder, Openings, Reader, Url  # noqa: E402
from text import from_base64, to_base64  # noqa: E402

EXIT_CODES = """exit codes: 0 all is right; 1 a fault was found (--json: fault.code); 2 wrong arguments; 3 nothing could
be read. Of admission, who might sign what and when is asked again; the catalogue and due process are not."""


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Unreadable(str(error)) from None


def vkey_of(text):
    """A verifier key as an argument: itself, or a file that holds it."""
    try:
        return notes.Vkey.parse(text)
    except ValueError:
        pass
    try:
        return notes.Vkey.parse(read(text).decode().strip())
    except (ValueError, Unreadable) as error:
        raise SystemExit(f"--vkey: neither a verifier key nor a file that holds one ({error})") from None


def whole(arguments):
    vkey = vkey_of(arguments.vkey) if arguments.vkey else None
    source = Url(arguments.source) if "://" in arguments.source else Folder(arguments.source)

    def progress(done, size):
        if sys.stderr.isatty() and done % 1000 == 0:
            print(f"\r{done}/{size}", end="", file=sys.stderr)

    if arguments.auditor_key and not arguments.case:
        raise SystemExit("--auditor-key needs --case")
    reader = Reader(arguments.auditor_key, arguments.case) if arguments.auditor_key else None
    given = arguments.openings or (reader and arguments.source)
    openings = Openings(given, reader) if given else None
    return ledger.verify(source, vkey, progress, openings)


def of_receipt(arguments):
    data, entry = read(arguments.file), arguments.entry and read(arguments.entry)
    opening = arguments.opening and json.loads(read(arguments.opening))
    if data[:1] == b"{":
        line = json.loads(data)
        data, entry = line["receipt"].encode(), entry or from_base64(line["entry"])
        opening = opening or line.get("opening")
        arguments.disclosure += line.get("disclosures", [])
    if not entry:
        raise SystemExit("the receipt holds no entry: give its bytes with --entry")
    index, checkpoint = notes.receipt(data, tree.leaf(entry), vkey_of(arguments.vkey))
    said = of_entry_bytes(entry, opening, arguments.disclosure)
    if said["index"] != index:
        raise Fault("receipt", f"the entry names index {said['index']}; the receipt is for {index}")
    if said["origin"] != checkpoint.origin:
        raise Fault("origin", f"the event is of {said['origin']}; the checkpoint of {checkpoint.origin}")
    return {**said, "size": checkpoint.size}


def of_entry_bytes(data, opening=None, disclosures=()):
    if sealed.is_sealed(data):
        if not opening:
            raise SystemExit("the entry is sealed: give what opens it with --opening")
        read = sealed.Opening.from_json(json.dumps(opening).encode())
        under = sealed.SealedEntry.decode(data)
        # The place that the entry commits to names the log; that it is the event's own, the commitment shows.
        event = read.open(entries.read_event(read.clear(under).event)["origin"], under)
        entry = read.clear(under)
    else:
        entry = entries.Entry.decode(data)
        event = entries.read_event(entry.event)
    entries.check_signatures(entry)
    said = {name: event[name] for name in ("origin", "id", "kind", "issuer", "subject")}
    said["signed_by"] = [key.hex() for key, _ in entry.signatures]
    if disclosures:
        said["fields"] = [disclosed.shown(event, text) for text in disclosures]
    return {"right": True, "index": entry.index, **said}


def of_entry(arguments):
    opening = arguments.opening and json.loads(read(arguments.opening))
    return of_entry_bytes(read(arguments.file), opening, arguments.disclosure)


def of_note(arguments):
    known = [vkey_of(text) for text in arguments.vkey]
    note = notes.Note(read(arguments.file))
    signed = note.signed_by(known)
    if not signed:
        raise Fault("checkpoint-signature", "no signature of a known key")
    return {"right": True, "signed_by": [{"name": key.name, "time": at} for key, at in signed]}


def of_statement(arguments):
    said = notes.statement(read(arguments.file), vkey_of(arguments.auditor))
    said["root"] = to_base64(said["root"])
    if arguments.checkpoint:
        if not arguments.vkey:
            raise SystemExit("--checkpoint needs --vkey: the ledger's verifier key")
        _, checkpoint = notes.signed_checkpoint(read(arguments.checkpoint), vkey_of(arguments.vkey))
        found = (said["origin"], said["size"], said["root"])
        expected = (checkpoint.origin, checkpoint.size, to_base64(checkpoint.root))
        if found != expected:
            raise Fault("statement", f"the statement is about {found}; the checkpoint is {expected}")
    return {"right": True, **said}


def of_two(arguments):
    vkey = vkey_of(arguments.vkey)
    old, new = (notes.signed_checkpoint(read(path), vkey)[1] for path in (arguments.old, arguments.new))
    proof = read(arguments.proof)
    if proof[:1] == b"{":
        path = [bytes.fromhex(one) for one in json.loads(proof)["proof"]]
    else:
        path = [from_base64(line) for line in proof.decode().splitlines()]
    try:
        tree.consistent(old.size, old.root, new.size, new.root, path)
    except ValueError as error:
        raise Fault("consistency", f"from {old.size} to {new.size} entries: {error}") from None
    return {"right": True, "origin": new.origin, "from": old.size, "to": new.size}


def parser():
    top = argparse.ArgumentParser(prog="tools/verify", description=__doc__, epilog=EXIT_CODES)
    top.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    commands = top.add_subparsers(required=True)

    def command(name, run, about):
        one = commands.add_parser(name, help=about, description=about, epilog=EXIT_CODES)
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        one.set_defaults(run=run)
        return one

    one = command("ledger", whole, "a whole ledger: its folder, or the URL of its server or of any mirror")
    one.add_argument("source")
    one.add_argument("--vkey", help="the verifier key that you trust, or a file; else the one that entry 0 names")
    one.add_argument("--auditor-key", help="the auditor's key file, by which the ledger gives what opens sealed entries")
    one.add_argument("--case", help="the matter of the audit")
    one.add_argument("--openings", help="the URL that gives what opens sealed entries, if not the ledger's own")
    one = command("receipt", of_receipt, "a receipt: a tlog-proof with --entry, or what `append` printed")
    one.add_argument("file")
    one.add_argument("--entry")
    one.add_argument("--vkey", required=True)
    one.add_argument("--opening", help="what opens a sealed entry (JSON)")
    one.add_argument("--disclosure", action="append", default=[], help="a personal field that somebody shows: the event names it")
    one = command("entry", of_entry, "an entry by itself")
    one.add_argument("file")
    one.add_argument("--opening", help="what opens a sealed entry (JSON)")
    one.add_argument("--disclosure", action="append", default=[], help="a personal field that somebody shows: the event names it")
    one = command("note", of_note, "a signed note, with cosignatures: which of some keys signed it")
    one.add_argument("file")
    one.add_argument("--vkey", action="append", required=True)
    one = command("statement", of_statement, "what an auditor states, and that it is about a checkpoint's tree")
    one.add_argument("file")
    one.add_argument("--auditor", required=True, help="the auditor's verifier key, or a file that holds it")
    one.add_argument("--checkpoint", help="a checkpoint that it has to be about")
    one.add_argument("--vkey", help="the ledger's verifier key, for --checkpoint")
    one = command("checkpoints", of_two, "that one checkpoint goes on from another")
    one.add_argument("old")
    one.add_argument("new")
    one.add_argument("--proof", required=True, help="what /v1/consistency answers, or its hashes in base64, one a line")
    one.add_argument("--vkey", required=True)
    return top


def main():
    arguments = parser().parse_args()
    try:
        said = arguments.run(arguments)
    except Fault as fault:
        if arguments.json:
            what = {"code": fault.code, "entry": fault.entry, "offset": fault.offset, "message": fault.message}
            print(json.dumps({"right": False, "fault": what}))
        print(f"error: {fault}", file=sys.stderr)
        return 1
    except Unreadable as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    print(json.dumps(said) if arguments.json else "right: " + ", ".join(f"{k} {v}" for k, v in said.items() if k != "right"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
