"""Entries and the events in them (specification, "Entry", "Event", "Streams and links")."""

import re
import struct
from dataclasses import dataclass

import bodies
import fields
import keys
from fault import Fault
from text import read_json, valid_time

MAX_ENTRY, MAX_EVENT = 65_535, 49_152
PAYLOAD_TYPE = b"application/vnd.credit-ledger.event+json"
EVENT = fields.table({
    "origin": bodies.origin, "id": fields.EVENT, "kind": fields.one_of(" ".join(bodies.BODIES)), "issuer": fields.AUTHORITY,
    "subject": fields.SUBJECT, "valid_from": fields.INSTANT, "seen_version?": fields.number(0, bodies.MOST),
    "private?": fields.several(fields.KEY_BYTES, 0, 64), "salt?": fields.SALT, "body": lambda value: None,
})
# What a kind that stands in the log in the clear begins with (specification, "Sealed entry").
CLEAR = re.compile(r"(ledger|authority|catalogue)\..*|migration\.(opened|closed)|population\.declared", re.DOTALL)


@dataclass
class Entry:
    """An entry, decoded."""

    index: int
    recorded_at: int
    previous: bytes
    links: list
    signatures: list
    event: bytes

    @staticmethod
    def decode(data):
        if len(data) > MAX_ENTRY:
            raise Fault("layout", f"entry of {len(data)} bytes")
        try:
            return Entry._decode(data)
        except (struct.error, IndexError):
            raise Fault("layout", "the entry ends too early") from None

    @staticmethod
    def _decode(data):
        if data[:1] != b"\x01":
            raise Fault("layout", f"version {data[:1].hex() or 'nothing'} where 01 is expected")
        index, recorded_at, previous, count = struct.unpack_from("<QQ32sQ", data, 1)
        at, links = 57, []
        for _ in range(_count(count, data)):
            tag, before = data[at], None
            at += 1
            if tag == 1:
                (before,) = struct.unpack_from("<Q", data, at)
                at += 8
            elif tag:
                raise Fault("layout", f"tag {tag} of a link")
            links.append((before, struct.unpack_from("<Q", data, at)[0]))
            at += 8
        (count,) = struct.unpack_from("<Q", data, at)
        at, signatures = at + 8, []
        for _ in range(_count(count, data)):
            kind, key, signature = struct.unpack_from("<I32s64s", data, at)
            if kind:
                raise Fault("layout", f"signature of kind {kind}")
            signatures.append((key, signature))
            at += 100
        (length,) = struct.unpack_from("<Q", data, at)
        at += 8
        if length != len(data) - at:
            raise Fault("layout", f"event of {length} bytes where {len(data) - at} are left")
        return Entry(index, recorded_at, previous, links, signatures, data[at:])


def _count(count, data):
    if count > len(data):
        raise Fault("layout", f"{count} items in an entry of {len(data)} bytes")
    return count


def read_event(data):
    """An event's fields."""
    if len(data) > MAX_EVENT:
        raise Fault("layout", f"event of {len(data)} bytes")
    event = read_json(data)
    try:
        EVENT(event)
        clear = is_clear(event["kind"])
        if clear == ("salt" in event):
            raise ValueError("a salt stands exactly where an event is sealed")
        bodies.BODIES[event["kind"]](event["body"])
    except ValueError as error:
        raise Fault("layout", f"event: {error}") from None
    return {**event, "valid_from": valid_time(event["valid_from"])}


def streams(event):
    """The keys of the streams that an event stands in, in the order of its links."""
    found = [event["subject"], f"issuer:{event['issuer']}"]
    if event["subject"].startswith("catalogue:list."):
        found.append("list:" + event["subject"][len("catalogue:list.") :])
    elif isinstance(event["body"].get("list"), str):
        found.append("list:" + event["body"]["list"])
    return ["clear/" + stream for stream in found] if is_clear(event["kind"]) else found


def is_clear(kind):
    """Whether events of a kind stand in the log in the clear."""
    return CLEAR.fullmatch(kind) is not None


def check_signatures(entry):
    """Every signature holds over DSSE's pre-authentication encoding of the event's bytes."""
    if not 1 <= len(entry.signatures) <= 4:
        raise Fault("signature", f"{len(entry.signatures)} signatures where 1 to 4 are expected")
    length = str(len(entry.event)).encode()
    message = b" ".join([b"DSSEv1", b"40", PAYLOAD_TYPE, length, entry.event])
    for position, (key, signature) in enumerate(entry.signatures):
        try:
            keys.public_key(key)
        except ValueError as error:
            raise Fault("signature", f"signature {position}: {error}") from None
        if not keys.verifies(key, message, signature):
            raise Fault("signature", f"signature {position} does not hold")
