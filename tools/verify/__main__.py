"""An independent verifier of credit ledgers, written from the specification (ledger-spec/README.md).

It needs nothing of the ledger's own program: the standard library, `cryptography` and `blake3`.
"""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import batch  # noqa: E402
import ledger  # noqa: E402
import notes  # noqa: E402
import offline  # noqa: E402
from fault import Fault, Unreadable, Usage  # noqa: E402
from source import Folder, Openings, Reader, Url  # noqa: E402

EXIT_CODES = """exit codes: 0 all is right; 1 a fault was found (--json: fault.code); 2 wrong arguments; 3 nothing could
be read. Of admission, who might sign what and when is asked again; the catalogue and due process are not."""


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Unreadable(str(error)) from None


def key_of(option, text, *kinds):
    """A verifier key as an argument: itself, or a file that holds it."""
    for kind in kinds:
        try:
            return notes.Vkey.parse(text, kind)
        except ValueError:
            pass
    try:
        held, wrong = read(text).decode().strip(), None
    except (ValueError, Unreadable) as error:
        raise Usage(f"{option}: neither a verifier key nor a file that holds one ({error})") from None
    for kind in kinds:
        try:
            return notes.Vkey.parse(held, kind)
        except ValueError as error:
            wrong = error
    raise Usage(f"{option} {text}: {wrong}")


def whole(arguments):
    vkey = key_of("--vkey", arguments.vkey, notes.LOG) if arguments.vkey else None
    if "://" in arguments.source:
        source = Url(arguments.source, arguments.ca)
    elif arguments.ca:
        raise Usage("--ca does not go with a folder")
    else:
        source = Folder(arguments.source)

    def progress(done, size):
        if sys.stderr.isatty() and done % 1000 == 0:
            print(f"\r{done}/{size}", end="", file=sys.stderr)

    if bool(arguments.auditor_key) != bool(arguments.case):
        raise Usage("--auditor-key and --case go together")
    reader = Reader(arguments.auditor_key, arguments.case) if arguments.auditor_key else None
    given = arguments.openings or (reader and arguments.source)
    openings = Openings(given, reader, arguments.ca) if given else None
    return ledger.verify(source, vkey, progress, openings)


def given_files(arguments, receipt=None):
    """What an offline command was given, read."""
    given = {name: getattr(arguments, name, None) for name in offline.FILES}
    given["receipt"] = receipt
    given = {name: None if path is None else read(path) for name, path in given.items()}
    given["disclosure"] = getattr(arguments, "disclosure", [])
    for name in ("vkey", "auditor"):
        text = getattr(arguments, name, None)
        given[name] = None if text is None else key_of(f"--{name}", text, notes.LOG)
    return given


def of_receipt(arguments):
    return offline.verify(given_files(arguments, arguments.file))


def of_entry(arguments):
    arguments.entry = arguments.file
    return offline.verify(given_files(arguments))


def of_statement(arguments):
    arguments.statement = arguments.file
    if (arguments.checkpoint is None) != (arguments.vkey is None):
        raise Usage("--checkpoint and --vkey, the ledger's verifier key, go together")
    return offline.verify(given_files(arguments, arguments.checkpoint))


def of_two(arguments):
    arguments.older = arguments.old
    return offline.verify(given_files(arguments, arguments.new))


def of_note(arguments):
    known = [key_of("--vkey", text, notes.LOG, notes.COSIGNER) for text in arguments.vkey]
    note = notes.Note(read(arguments.file))
    signed = note.signed_by(known)
    if not signed:
        raise Fault("checkpoint-signature", "no signature of a known key")
    return {"right": True, "signed_by": [{"name": key.name, "time": at} for key, at in signed]}


def of_many(_):
    return batch.run(sys.stdin.buffer, sys.stdout)


def parser():
    top = argparse.ArgumentParser(prog="tools/verify", description=__doc__, epilog=EXIT_CODES)
    top.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    commands = top.add_subparsers(required=True)

    def command(name, run, about):
        one = commands.add_parser(name, help=about, description=about, epilog=EXIT_CODES)
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        one.set_defaults(run=run)
        return one

    def event(one):
        one.add_argument("--opening", help="what opens a sealed entry (JSON)")
        one.add_argument("--event", help="the event's exact bytes: the entry has to hold just these")
        one.add_argument("--disclosure", action="append", default=[], help="a personal field that somebody shows: the event names it")

    def checkpoint(one):
        one.add_argument("--older", help="a checkpoint that it has to go on from")
        one.add_argument("--proof", help="what /v1/consistency answers of the two, or its hashes in base64, one a line")
        one.add_argument("--policy", help="whose cosignatures it has to carry (C2SP tlog-policy)")
        one.add_argument("--statement", help="what an auditor states, of its very size and root")
        one.add_argument("--auditor", help="the auditor's verifier key, or a file that holds it")
        one.add_argument("--vkey", required=True, help="the ledger's verifier key, or a file that holds it")

    one = command("ledger", whole, "a whole ledger: its folder, or the URL of its server or of any mirror")
    one.add_argument("source")
    one.add_argument("--vkey", help="the verifier key that you trust, or a file; else the one that entry 0 names")
    one.add_argument("--auditor-key", help="the auditor's key file, by which the ledger gives what opens sealed entries")
    one.add_argument("--case", help="the matter of the audit")
    one.add_argument("--openings", help="the URL that gives what opens sealed entries, if not the ledger's own")
    one.add_argument("--ca", help="a file of certificates to trust over https, in the place of this machine's")
    one = command("receipt", of_receipt, "a receipt: a tlog-proof with --entry, or what `append` printed; or a checkpoint")
    one.add_argument("file")
    one.add_argument("--entry")
    event(one)
    checkpoint(one)
    one = command("entry", of_entry, "an entry by itself")
    one.add_argument("file")
    event(one)
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
    command("batch", of_many, "many at once: a line of JSON on stdin each, as the ledger's own `verify --batch` reads them")
    return top


def main():
    arguments = parser().parse_args()
    try:
        said = arguments.run(arguments)
    except Fault as fault:
        if arguments.json:
            print(json.dumps({"right": False, "fault": batch.told(fault)}))
        print(f"error: {fault}", file=sys.stderr)
        return 1
    except (Unreadable, Usage) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3 if isinstance(error, Unreadable) else 2
    if said is None:
        return 0
    print(json.dumps(said) if arguments.json else "right: " + ", ".join(f"{k} {v}" for k, v in said.items() if k != "right"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
