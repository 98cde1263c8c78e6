"""Fields that travel beside an event (specification, "Disclosures"): RFC 9901's, of three texts."""

import hashlib
import re

import personal
from fault import Fault
from text import from_base64url, read_json

MAX_DISCLOSED, MAX_DISCLOSURE, MAX_NAME, MAX_VALUE = 65_536, 32_768, 128, 4_000
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
# Of which kinds fields may travel beside the event; which they are, the catalogue says.
KINDS = {"subject.registered", "subject.amended", "record.filed", "record.corrected", "listing.entered"}


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def read(text):
    """Name and value of a disclosure."""
    try:
        parts = read_json(from_base64url(text))
    except ValueError as error:
        raise Fault("disclosure", f"a disclosure: {error}") from None
    if not isinstance(parts, list) or len(parts) != 3 or not all(isinstance(part, str) for part in parts):
        raise Fault("disclosure", "a disclosure that is no array of three texts")
    salt, name, value = parts
    try:
        if len(from_base64url(salt)) != 16:
            raise ValueError("it is not of 16 bytes")
    except ValueError as error:
        raise Fault("disclosure", f"a disclosure's salt: {error}") from None
    if not 1 <= len(name) <= MAX_NAME or CONTROL.search(name) or not personal.is_name(name):
        raise Fault("disclosure", "a disclosure's name that names nothing")
    if len(value) > MAX_VALUE or CONTROL.search(value):
        raise Fault("disclosure", f"the value of {name} is no text of an event")
    return name, value


def of_event(private, texts):
    """The fields that an event names in `private`, all of them and no others, in that order."""
    if sum(map(len, texts)) > MAX_DISCLOSED or max(map(len, texts), default=0) > MAX_DISCLOSURE:
        raise Fault("disclosure", "the disclosures are too long together")
    read_all = [read(text) for text in texts]
    if len({name for name, _ in read_all}) != len(texts):
        raise Fault("disclosure", "two disclosures of one field")
    found = {digest(text): field for text, field in zip(texts, read_all)}
    named = [from_base64url(one) for one in private]
    for one in found:
        if one not in named:
            raise Fault("disclosure", f"a disclosure of the digest {one.hex()}, which the event does not name")
    for one in named:
        if one not in found:
            raise Fault("disclosure", f"no disclosure has the digest {one.hex()}, which the event names")
    return [found[one] for one in named]


def shown(event, text):
    """A field that somebody shows, if the event names it."""
    name, value = read(text)
    if digest(text) not in [from_base64url(one) for one in event.get("private", [])]:
        raise Fault("disclosure", f"{name}: the event does not name this disclosure's digest")
    return {"name": name, "value": value}


def admit(event):
    """Of D15 what can be asked without the catalogue: only these kinds have fields beside them."""
    kind, person = event["kind"], event["subject"].startswith(("person:", "household:"))
    if event.get("private") and (kind not in KINDS or kind.startswith("subject.") and not person):
        raise Fault("private", f"{kind} about {event['subject']} has no fields beside it (D15)")
