"""Entries and the events in them (specification, "Entry", "Event", "Streams and links")."""

import re
import struct
from dataclasses import dataclass

import keys
from fault import Fault
from text import from_base64url, instant, read_json

MAX_ENTRY, MAX_EVENT = 65_535, 49_152
PAYLOAD_TYPE = b"application/vnd.credit-ledger.event+json"
AUTHORITY = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)
EVENT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
FIELDS = {"origin", "id", "kind", "issuer", "subject", "valid_from", "body"}
OPTIONAL = {"seen_version", "private", "salt"}
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
    """An event's fields; the body is read as far as it is JSON."""
    if len(data) > MAX_EVENT:
        raise Fault("layout", f"event of {len(data)} bytes")
    event = read_json(data)
    if not isinstance(event, dict):
        raise Fault("layout", "the event is no object")
    names = set(event)
    if FIELDS - names or names - FIELDS - OPTIONAL:
        wrong = sorted(FIELDS - names) + sorted(names - FIELDS - OPTIONAL)
        raise Fault("layout", f"event: fields missing or unknown: {wrong}")
    texts = FIELDS - {"body"}
    if not all(isinstance(event[name], str) and event[name] for name in texts) or not isinstance(event["body"], dict):
        raise Fault("layout", "event: a field of another type")
    if not AUTHORITY.fullmatch(event["issuer"]) or not EVENT_ID.fullmatch(event["id"]):
        raise Fault("layout", "event: malformed issuer or id")
    try:
        event["valid_from"] = instant(event["valid_from"])
        private = event.get("private", [])
        if len(private) > 64 or len(set(private)) != len(private) or any(len(from_base64url(one)) != 32 for one in private):
            raise ValueError("private is no list of digests")
        seen = event.get("seen_version", 0)
        if isinstance(seen, bool) or not isinstance(seen, int) or not 0 <= seen < 1 << 53:
            raise ValueError("seen_version is no version")
        if is_clear(event["kind"]) == ("salt" in event):
            raise ValueError("a salt stands exactly where an event is sealed")
        if "salt" in event and len(from_base64url(event["salt"])) != 16:
            raise ValueError("salt is not of 16 bytes")
    except (ValueError, TypeError) as error:
        raise Fault("layout", f"event: {error}") from None
    return event


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
