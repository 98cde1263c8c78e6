"""Sealed entries and their openings (specification, "Sealed entry", "Openings"), by hashlib and hmac alone.

What is encrypted (payloads, slots, skeletons, roots) is not looked at here: it proves nothing to whoever has no key.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass

import entries
import identifiers
from fault import Fault
from text import from_base64url, read_json

LENGTH, MAX_CONTENT, ABSENT = 82, 49_568, bytes(48)
NONE = (1 << 64) - 1
FORMS = {
    "content": {"r0", "p1", "p2", "p3", "content"},
    "auditor": {"r0", "r1", "r2", "r3", "link1", "link2", "link3", "content"},
    "remains": {"r1", "r2", "r3", "p0", "link1", "link2", "link3"},
}
LINK_FORMS = {j: {f"r{j}", f"link{j}"} | {f"p{i}" for i in range(4) if i != j} for j in (1, 2, 3)}
SIZES = {"r0": 64, "link1": 64, "link2": 48, "link3": 48, "content": None}


@dataclass
class SealedEntry:
    """An entry of version 2, decoded."""

    index: int
    recorded_at: int
    previous: bytes
    algorithm: int
    commitment: bytes

    @staticmethod
    def decode(data):
        if len(data) != LENGTH or data[0] != 2:
            raise Fault("layout", f"{len(data)} bytes of version {data[:1].hex()} where 82 of 02 are expected")
        return SealedEntry(*struct.unpack("<QQ32sB32s", data[1:]))

    def require_algorithm(self):
        if self.algorithm != 1:
            raise Fault("layout", f"unverifiable: algorithm {self.algorithm} where 1 is computed")


def is_sealed(data):
    """Whether an entry's bytes are of version 2."""
    return data[:1] == b"\x02"


def read_bundle(data, count):
    """The openings of so many entries of a tile; None where there is none."""
    found, at = [], 0
    for number in range(count):
        if len(data) < at + 4:
            raise Fault("layout", f"bundle of {number} openings where {count} are expected")
        (length,) = struct.unpack_from("<I", data, at)
        one = data[at + 4 : at + 4 + length]
        if len(one) != length:
            raise Fault("layout", f"bundle of {number} openings where {count} are expected")
        found.append(Opening.decode(one) if one else None)
        at += 4 + length
    if at != len(data):
        raise Fault("layout", f"{len(data) - at} bytes after the last opening")
    return found


def tag_of(stream):
    """The tag of a stream's key."""
    return hashlib.sha256(b"credit-ledger v2 stream\0" + stream.encode()).digest()


def commitment(origin, index, parts):
    """C of four parts at a place."""
    place = struct.pack("<H", len(origin.encode())) + origin.encode() + struct.pack("<Q", index)
    return hashlib.sha256(b"credit-ledger v2 sealed\0\x02\x01" + place + b"".join(parts)).digest()


class Opening:
    """An opening of any form: the bytes of its fields by their names in JSON."""

    def __init__(self, form, fields):
        self.form, self.fields = form, fields
        self.links = {j: Link(j, fields[f"link{j}"]) for j in (1, 2, 3) if f"link{j}" in fields}
        if len(fields.get("content", b"")) > MAX_CONTENT:
            raise Fault("layout", "more content than an event and its signatures can be")

    @staticmethod
    def decode(data):
        """Reads the form of bytes."""
        if not data or data[0] not in (1, 2, 3, 4):
            raise Fault("layout", "an opening of no form")
        if data[0] == 2:
            j = data[1] if len(data) > 1 else 0
            if j not in LINK_FORMS:
                raise Fault("layout", f"opening of link {j}")
            names = [f"r{j}", f"link{j}"] + [f"p{i}" for i in range(4) if i != j]
            return Opening("link", _cut(data[2:], names))
        form, names = {
            1: ("content", ["r0", "p1", "p2", "p3", "content"]),
            3: ("auditor", ["r0", "r1", "r2", "r3", "link1", "link2", "link3", "content"]),
            4: ("remains", ["r1", "r2", "r3", "p0", "link1", "link2", "link3"]),
        }[data[0]]
        return Opening(form, _cut(data[1:], names))

    @staticmethod
    def from_json(data):
        """Reads the JSON."""
        return Opening.from_value(read_json(data))

    @staticmethod
    def from_value(given):
        """Reads a value of JSON."""
        if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
            raise Fault("layout", "an opening is an object of texts")
        given = dict(given)
        form, names = given.pop("form", None), set(given)
        if form == "link":
            known = any(names == wanted for wanted in LINK_FORMS.values())
        else:
            known = names == FORMS.get(form)
        if not known:
            raise Fault("layout", f"opening of form {form} with the fields {sorted(names)}")
        fields = {}
        for name, value in given.items():
            fields[name] = _decoded(name, value)
        return Opening(form, fields)

    def parts(self):
        """P0 to P3, given or led to."""
        found = [self.fields.get(f"p{i}") for i in range(4)]
        if "r0" in self.fields:
            label = b"credit-ledger v2 content\0"
            found[0] = hmac.digest(self.fields["r0"], label + self.fields["content"], "sha256")
        for j in self.links:
            salted = bytes([j]) + self.fields[f"r{j}"] + self.fields[f"link{j}"]
            found[j] = hashlib.sha256(b"credit-ledger v2 link\0" + salted).digest()
        return found

    def open(self, origin, entry):
        """Raises where it does not hold for the entry; gives the event's fields where it opens them."""
        entry.require_algorithm()
        if commitment(origin, entry.index, self.parts()) != entry.commitment:
            raise Fault("layout", "the opening leads to another commitment")
        for link in self.links.values():
            if link.previous is not None and link.previous >= entry.index:
                raise Fault("links", f"link {link.j} names entry {link.previous}, which does not come before")
        if "content" not in self.fields:
            return None
        clear = self.clear(entry)
        if not 1 <= len(clear.signatures) <= 4:
            raise Fault("layout", f"{len(clear.signatures)} signatures where 1 to 4 are expected")
        event = entries.read_event(clear.event)
        if entries.is_clear(event["kind"]):
            raise Fault("layout", f"{event['kind']} is sealed where it stands in the clear")
        if self.form == "auditor":
            self._follow_from(event)
        return event

    def tags(self):
        """The tags of the streams that it links to, in their order."""
        return [link.tag for link in self.links.values() if link.tag is not None]

    def linked(self, entry):
        """The entry with the links that are open, and nothing of its event."""
        links = [(link.previous, link.version) for link in self.links.values() if link.tag is not None]
        return entries.Entry(entry.index, entry.recorded_at, entry.previous, links, [], b"")

    def clear(self, entry):
        """The entry as it would stand in the clear, with the links that are open."""
        # Content is a clear entry from its number of signatures on: read as one without links.
        read = entries.Entry.decode(b"\x01" + bytes(56) + self.fields["content"])
        links = self.linked(entry).links
        return entries.Entry(entry.index, entry.recorded_at, entry.previous, links, read.signatures, read.event)

    def _follow_from(self, event):
        streams = entries.streams(event)
        tags = [tag_of(stream) for stream in streams] + [None] * (3 - len(streams))
        if [self.links[j].tag for j in (1, 2, 3)] != tags:
            raise Fault("links", "links to other streams than the event's")
        if self.links[1].event != event["id"]:
            raise Fault("links", f"the id of event {self.links[1].event} where {event['id']} is expected")


class Link:
    """Link j, decoded; its tag is None where the event concerns no list."""

    def __init__(self, j, data):
        self.j, self.tag, self.previous, self.version, self.event = j, None, None, None, None
        if j == 3 and data == ABSENT:
            return
        self.tag, previous, self.version = struct.unpack("<32sQQ", data[:48])
        self.previous = None if previous == NONE else previous
        if self.tag == bytes(32) or self.version == 0 or (self.version == 1) != (self.previous is None):
            raise Fault("links", f"link {j} of version {self.version} after entry {self.previous}")
        if j == 1:
            plain = data[48:].hex()
            self.event = "-".join([plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]])
            if not identifiers.EVENT_ID.fullmatch(self.event):
                raise Fault("links", "the id is no UUID of version 7")

    def require_stream(self, stream):
        """Raises where it is a link of another stream than this key's, or of none."""
        if self.tag != tag_of(stream):
            raise Fault("links", f"link {self.j} is of another stream than {stream}")


def _cut(data, names):
    fields, at = {}, 0
    for name in names:
        size = SIZES.get(name, 32)
        if size is None:
            if len(data) < at + 4:
                raise Fault("layout", "the opening ends too early")
            (size,) = struct.unpack_from("<I", data, at)
            at += 4
        fields[name] = data[at : at + size]
        at += size
    if at != len(data):
        raise Fault("layout", f"opening of {len(data)} bytes where {at} are expected")
    return fields


def _decoded(name, value):
    try:
        data = from_base64url(value)
    except ValueError as error:
        raise Fault("layout", f"{name}: {error}") from None
    size = SIZES.get(name, 32)
    if size is not None and len(data) != size:
        raise Fault("layout", f"{name} of {len(data)} bytes where {size} are expected")
    return data
