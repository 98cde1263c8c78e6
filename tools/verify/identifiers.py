"""Identifiers as texts (specification, "Identifiers", "Pseudonyms"): each reader raises ValueError, and gives nothing."""

import re

import personal

AUTHORITY = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*", re.ASCII)
CODE = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+", re.ASCII)
PATTERN = re.compile(r"\*|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?:\.\*)?", re.ASCII)
TOKEN = re.compile(r"[A-Za-z0-9._:+-]{1,64}", re.ASCII)
EVENT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
# The epoch of a pseudonym is 02 to 99, and not written where it is the first.
PSEUDONYM = re.compile(r"[0-9a-f]{64}(?:\.(?:0[2-9]|[1-9][0-9]))?", re.ASCII)
EXTERNAL = re.compile(r"[a-z0-9-]{1,32}:[A-Za-z0-9._-]{1,64}", re.ASCII)
PLACE = re.compile(r"[1-9][0-9]{5}(?:[0-9]{3}){0,2}", re.ASCII)
ITEMS = ("basis", "calendar", "list", "measure", "points", "procedure", "rating", "type")
# GB 32100, table 1: the registering department and the class of body; then the place, the body's own code, the check.
CREDIT_CODE = re.compile(
    "(?:1[1239]|[248][19]|3[1-59]|5[1239]|[67][129]|9[123]|A[19]|N[1239]|Y1)[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII
)


def _of(pattern, text, what, most=128):
    if len(text) > most or not pattern.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no {what}")


def origin(text):
    """The name of a ledger."""
    if not 1 <= len(text.encode()) <= 255 or any(c.isspace() or c < " " or c == "+" for c in text):
        raise ValueError(f"{text[:80]!r} is no origin")


def authority(text):
    """An authority's id."""
    _of(AUTHORITY, text, "authority", 64)


def code(text):
    """A code of the catalogue."""
    _of(CODE, text, "code of the catalogue", 64)


def pattern(text):
    """A pattern of codes."""
    _of(PATTERN, text, "pattern of codes", 66)


def token(text):
    """A word of a definition's own."""
    _of(TOKEN, text, "word of letters, digits and marks")


def event_id(text):
    """A UUID of version 7."""
    _of(EVENT_ID, text, "event id")


def credit_code(text):
    """A unified social credit code with its check character."""
    _of(CREDIT_CODE, text, "unified social credit code")
    values = [personal.CREDIT_CODE.index(c) for c in text]
    if (31 - sum(value * pow(3, at, 31) for at, value in enumerate(values[:17]))) % 31 != values[17]:
        raise ValueError(f"{text!r} has another check character")


def subject(text):
    """Whom or what an event is about."""
    scheme, colon, rest = text.partition(":")
    if scheme in ("person", "household"):
        _of(PSEUDONYM, rest, "pseudonym")
    elif scheme == "catalogue" and colon:
        item, _, rest = rest.partition(".")
        if item not in ITEMS:
            raise ValueError(f"{text[:80]!r} is of no sort of the catalogue")
        code(rest)
    elif scheme == "authority" and colon:
        authority(rest)
    elif scheme == "uscc":
        credit_code(rest)
    elif scheme == "place":
        _of(PLACE, rest, "place")
    elif scheme == "ext":
        _of(EXTERNAL, rest, "number of another register")
    elif text != "ledger":
        raise ValueError(f"{text[:80]!r} is of no scheme of subjects")
