"""What fields of JSON hold (specification, "Conventions", "Kinds"): readers, and what puts them together.

A reader takes a value and raises ValueError where it is not what the specification says. In an object's table a name
with `?` behind it may be absent.
"""

import re

import identifiers
import personal
import text as texts

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
MAX_TOKEN = 128


def text(most, least=1):
    """So many characters, none of control but line feeds."""

    def read(value):
        if not isinstance(value, str):
            raise ValueError(f"{type(value).__name__} where a text is expected")
        if not least <= len(value) <= most:
            raise ValueError(f"{len(value)} characters where {least} to {most} are expected")
        if CONTROL.search(value):
            raise ValueError("a control character")

    return read


def name(most):
    """A text that names something."""
    plain = text(most)

    def read(value):
        plain(value)
        if not personal.is_name(value):
            raise ValueError(f"{value[:80]!r} names nothing, or holds what nobody sees")

    return read


def parsed(parse):
    """A short text with a form of its own."""
    plain = text(MAX_TOKEN)

    def read(value):
        plain(value)
        parse(value)

    return read


def one_of(words):
    """One of some words."""
    known = words.split()

    def read(value):
        if value not in known:
            raise ValueError(f"{str(value)[:80]!r} is none of {words}")

    return read


def _item(parse):
    def read(value):
        if not isinstance(value, str):
            raise ValueError(f"{type(value).__name__} where a text is expected")
        parse(value)

    return read


def several(parse, least, most):
    """Texts, none of them twice."""
    return array(_item(parse), least, most, lambda item: item)


def array(one, least, most, key=None):
    """So many values; with `key`, what must not stand there twice."""

    def read(value):
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise ValueError(f"no array of {least} to {most} values")
        seen = set()
        for at, item in enumerate(value):
            try:
                one(item)
            except ValueError as error:
                raise ValueError(f"[{at}]: {error}") from None
            if key:
                if key(item) in seen:
                    raise ValueError(f"[{at}]: {key(item)!r} stands there twice")
                seen.add(key(item))

    return read


def table(fields, check=None):
    """An object of these fields; `check` is asked of the whole."""
    known = {name.rstrip("?"): read for name, read in fields.items()}
    required = {name for name in fields if not name.endswith("?")}

    def read(value):
        if not isinstance(value, dict):
            raise ValueError(f"{type(value).__name__} where an object is expected")
        wrong = sorted(required - set(value)) + sorted(set(value) - set(known))
        if wrong:
            raise ValueError(f"fields missing or unknown: {wrong}"[:200])
        for field, inner in value.items():
            try:
                known[field](inner)
            except ValueError as error:
                raise ValueError(f"{field}: {error}") from None
        if check:
            check(value)

    return read


def rest(most, plain=lambda value: None):
    """An object of texts under names of anybody's choosing."""
    filled = text(most)

    def read(value):
        if not isinstance(value, dict):
            raise ValueError(f"{type(value).__name__} where an object is expected")
        for inner in value.values():
            if inner != "":
                filled(inner)
                plain(inner)

    return read


def number(least, most):
    """A whole number."""

    def read(value):
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{str(value)[:80]} where {least} to {most} is expected")

    return read


def ascending(least, most, greatest):
    """Whole numbers, each above the one before."""
    inner = array(number(0, greatest), least, most)

    def read(value):
        inner(value)
        if any(one >= other for one, other in zip(value, value[1:])):
            raise ValueError("numbers that do not ascend")

    return read


def flag(value):
    """A boolean."""
    if not isinstance(value, bool):
        raise ValueError(f"{type(value).__name__} where a boolean is expected")


def _bytes(decode, length):
    def parse(value):
        if len(decode(value)) != length:
            raise ValueError(f"not of {length} bytes")

    return parse


KEY_BYTES = _bytes(texts.from_base64url, 32)
KEY, SIGNATURE, SALT = parsed(KEY_BYTES), parsed(_bytes(texts.from_base64url, 64)), parsed(_bytes(texts.from_base64url, 16))
HASH, HALF_HASH = parsed(_bytes(texts.from_hex, 32)), parsed(_bytes(texts.from_hex, 16))
DATE, INSTANT = parsed(texts.date), parsed(texts.valid_time)
EVENT, AUTHORITY, CODE, SUBJECT, TOKEN = map(
    parsed, (identifiers.event_id, identifiers.authority, identifiers.code, identifiers.subject, identifiers.token)
)
NAME = table({"zh": name(200), "en": name(200)})
CITATION = table({"instrument": CODE, "article?": text(100)})
CITATIONS = array(CITATION, 0, 8)
DECISION = table({
    "number": text(128), "date": DATE, "issued_by?": name(200), "article?": text(200), "served_on?": DATE, "document?": HASH,
})
