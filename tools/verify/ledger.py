"""A whole ledger: every entry in order, and the checkpoint over them (specification, "Audit")."""

import base64

import asked
import disclosed
import entries
import erasures
import people
import sealed
import tree
from blake3 import blake3
from fault import Fault
from notes import LOG, Vkey, key_id, signed_checkpoint

CHAIN = "credit-ledger v1 entry chain"


def chain_hash(entry):
    """The chain hash of an entry's bytes."""
    return blake3(entry, derive_key_context=CHAIN).digest()


class Ledger:
    """What a ledger's entries add up to: all of them where they are opened, else those in the clear."""

    def __init__(self, opened=False, origin=None):
        self.opened, self.origin, self.unopened = opened, origin, 0
        self.people = people.People()
        # Where each stream ends, by its tag: what is left of an erased event names its streams by nothing else.
        self.heads = {}
        self.chain, self.recorded_at, self.signatures = bytes(32), 0, 0
        self.levels = []
        self.edge = tree.Edge(self.levels)
        self.erasures = erasures.Erasures(opened, self.people, self.edge.root_at)

    def add(self, data, opening=None):
        """Takes the next entry, or raises what is wrong with it; gives its chain hash."""
        index = self.edge.size
        try:
            entry, event = self._read(data, opening)
            if event:
                entries.check_signatures(entry)
            self._follows(entry, index)
            if event:
                self.people.admit(entry, event)
                disclosed.admit(event)
                self.erasures.admit(entry, event)
                self._links(entry, entries.streams(event), event.get("seen_version"))
            elif opening is not None:
                self.erasures.pass_by(index, opening)
                self._links(opening.linked(entry), opening.tags(), None)
        except Fault as fault:
            raise fault.of(index) from None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Fault("layout", f"event: {type(error).__name__}: {error}", index) from None
        self.chain, self.recorded_at = chain_hash(data), entry.recorded_at
        if event:
            self.signatures += len(entry.signatures)
        elif opening is None:
            self.unopened += 1
        self.edge.append(tree.leaf(data))
        return self.chain

    def _read(self, data, opening):
        """The entry, and its event where that is seen."""
        if not sealed.is_sealed(data):
            if opening is not None:
                raise Fault("opening", "an opening of an entry that stands in the clear")
            entry = entries.Entry.decode(data)
            event = entries.read_event(entry.event)
            if not entries.is_clear(event["kind"]):
                raise Fault("layout", f"{event['kind']} stands in the clear where it is sealed")
            return entry, event
        entry = sealed.SealedEntry.decode(data)
        if opening is None:
            if self.opened:
                raise Fault("opening", "nothing opens it, and nothing says that it was erased")
            return entry, None
        if opening.form not in ("auditor", "remains"):
            raise Fault("opening", f"an opening of form {opening.form} where everything is to be opened")
        event = opening.open(self.origin, entry)
        return (opening.clear(entry), event) if event else (entry, None)

    def _follows(self, entry, index):
        if entry.index != index:
            raise Fault("index", f"names index {entry.index}")
        if entry.previous != self.chain:
            raise Fault("chain", f"names {entry.previous.hex()} as the chain hash before it; it is {self.chain.hex()}")
        if entry.recorded_at < self.recorded_at:
            raise Fault("time", f"recorded at {entry.recorded_at}, before the entry before it ({self.recorded_at})")

    def _links(self, entry, streams, seen):
        tags = [stream if isinstance(stream, bytes) else sealed.tag_of(stream) for stream in streams]
        expected = []
        for tag in tags:
            last, version = self.heads.get(tag, (None, 0))
            expected.append((last, version + 1))
        if entry.links != expected:
            raise Fault("links", f"links {entry.links} where {expected} are the heads of its streams")
        if seen is not None and seen != expected[0][1] - 1:
            raise Fault("links", f"seen_version {seen} where the stream has {expected[0][1] - 1} (L09)")
        for tag, (_, version) in zip(tags, expected):
            self.heads[tag] = (entry.index, version)


def operator_key(data):
    """The verifier key that entry 0 gives to the operator."""
    event = entries.read_event(entries.Entry.decode(data).event)
    try:
        if event["kind"] != "ledger.opened":
            raise KeyError("ledger.opened")
        key = base64.urlsafe_b64decode(event["body"]["operator"]["key"] + "=")
        return Vkey(event["origin"], key_id(event["origin"], bytes([LOG]) + key), LOG, key)
    except (KeyError, TypeError, ValueError) as error:
        raise Fault("key", f"names no operator's key: {error}", 0) from None


def verify(source, vkey, progress, openings=None):
    """Goes through a whole ledger; its summary, or the first fault. Without openings what is sealed is not seen."""
    note = source.checkpoint()
    origin = note.split(b"\n")[0].decode(errors="replace")
    ledger, checkpoint, named = Ledger(openings is not None, origin), None, None
    if vkey is not None:
        _, checkpoint = signed_checkpoint(note, vkey)
    size = checkpoint.size if checkpoint else _size(note)
    read = source.entries(size)
    try:
        file, at, data = next(read)
        while True:
            if ledger.edge.size == 0:
                named = operator_key(data)
                if vkey is not None and named != vkey:
                    raise Fault("key", f"entry 0 names the operator's key {named.key.hex()}", 0)
            try:
                at_index = ledger.edge.size
                chain = ledger.add(data, openings.of(at_index, size) if openings and at_index < size else None)
            except Fault as fault:
                fault.message += f" ({file})"
                raise fault.of(ledger.edge.size, at) from None
            progress(ledger.edge.size, size)
            file, at, data = read.send(chain) if hasattr(read, "send") else next(read)
    except StopIteration:
        pass
    if checkpoint is None:
        if named is None:
            raise Fault("checkpoint-short", "no entry names the operator's key")
        _, checkpoint = signed_checkpoint(note, named)
    return _judge(source, ledger, checkpoint)


def _size(note):
    try:
        return int(note.split(b"\n")[1])
    except (IndexError, ValueError):
        raise Fault("checkpoint-form", "the checkpoint has no size") from None


def _judge(source, ledger, checkpoint):
    size = ledger.edge.size
    if size != checkpoint.size:
        raise Fault("checkpoint-short", f"the checkpoint covers {checkpoint.size} entries; there are {size}", size)
    if ledger.edge.root() != checkpoint.root:
        message = f"the entries' root is {ledger.edge.root().hex()}; the checkpoint says {checkpoint.root.hex()}"
        raise Fault("checkpoint-root", message, size)
    if ledger.people.origin not in (None, checkpoint.origin):
        raise Fault("checkpoint-origin", f"origin {checkpoint.origin} where {ledger.people.origin} opened the ledger")
    ledger.erasures.judge()
    source.check_tree(ledger.levels, size)
    return {
        "right": True, "origin": checkpoint.origin, "entries": size, "root": checkpoint.root.hex(),
        "scope": "opened" if ledger.opened else "blind", "unopened": ledger.unopened, "erased": len(ledger.erasures.passed),
        "signatures": ledger.signatures, "issuers": len(ledger.people.keys), "rules": asked.said(),
    }
