"""Text forms read strictly (specification, "Conventions"): base64, hex, decimals, JSON, instants."""

import base64
import binascii
import datetime
import json
import re

from fault import Fault

MAX_DEPTH, MAX_KEYS = 16, 256
INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:(Z)|([+-])(\d\d):(\d\d))", re.ASCII
)
EPOCH = datetime.datetime(1970, 1, 1)
CIVIL = 8 * 3600 * 1_000_000
# The first and the last microsecond of the years 1900 to 2199 at UTC+08:00.
FIRST, LAST = -25_567 * 86_400_000_000 - CIVIL, 84_006 * 86_400_000_000 - CIVIL - 1


def from_base64(text):
    """Padded base64 in its only spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


def to_base64(data):
    """Padded base64."""
    return base64.b64encode(data).decode()


def from_base64url(text):
    """Unpadded base64url in its only spelling."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != text:
        raise ValueError("not canonical base64url")
    return data


def from_hex(text):
    """Bytes of lower-case hex."""
    if not isinstance(text, str) or not re.fullmatch("(?:[0-9a-f]{2})*", text, re.ASCII):
        raise ValueError("not lower-case hex")
    return bytes.fromhex(text)


def lines(text):
    """The lines of a text, which may end as files of Windows have them."""
    whole = text.split("\n")
    last = whole.pop()
    return [line.removesuffix("\r") for line in whole] + ([last] if last else [])


def decimal(text):
    """A whole number without sign or leading zeros, below 2^64."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,19}", text, re.ASCII) or int(text) >= 1 << 64:
        raise ValueError(f"{text!r} is no decimal number")
    return int(text)


def _object(pairs):
    if len(pairs) > MAX_KEYS:
        raise Fault("layout", f"more than {MAX_KEYS} keys in one object")
    found = {}
    for key, value in pairs:
        if key in found:
            raise Fault("duplicate-key", f"key {key!r} stands twice in one object")
        found[key] = value
    return found


def _no_number(text):
    raise Fault("layout", f"number {text} is not a whole number")


def _integer(text):
    number = int(text)
    if text == "-0":
        raise Fault("layout", "number -0 is a second spelling")
    if not -(1 << 63) <= number < 1 << 64:
        raise Fault("layout", f"number {text} is not one of 64 bits")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_no_number, parse_int=_integer, parse_constant=_no_number
)


def read_json(data):
    """One JSON value and nothing after it, as the specification reads JSON."""
    try:
        text = data.decode("utf-8")
        if "\ufeff" == text[:1]:
            raise ValueError("a byte order mark")
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise Fault("layout", f"not JSON: {error}") from None
    if b"\\u" in data:
        _no_surrogates(value)
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise Fault("layout", f"nested deeper than {MAX_DEPTH} levels")
    return value


def _depth(value):
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def _no_surrogates(value):
    if isinstance(value, str):
        if any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise Fault("layout", "not JSON: a lone surrogate")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _no_surrogates(key)
            _no_surrogates(inner)
    elif isinstance(value, list):
        for inner in value:
            _no_surrogates(inner)


def instant(text):
    """Microseconds since 1970 of an RFC 3339 text."""
    found = INSTANT.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise ValueError(f"{text!r} is no instant")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    micros = int((found[7] or "0").ljust(6, "0"))
    at = datetime.datetime(year, month, day, hour, minute, second, micros)
    offset = 0 if found[8] else (int(found[10]) * 60 + int(found[11])) * (1 if found[9] == "+" else -1)
    if found[9] and (int(found[10]) > 23 or int(found[11]) > 59 or found[9] == "-" and offset == 0):
        raise ValueError(f"{text!r} has no offset that is read")
    return (at - EPOCH) // datetime.timedelta(microseconds=1) - offset * 60_000_000


def valid_time(text):
    """The same of an instant that lies in the years 1900 to 2199 of UTC+08:00."""
    at = instant(text)
    if not 1900 <= int(text[:4]) <= 2199 or not FIRST <= at <= LAST:
        raise ValueError(f"{text!r} is outside the years 1900 to 2199")
    return at


def date(text):
    """Raises where a text is no day of the years 1900 to 2199."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII) or not 1900 <= int(text[:4]) <= 2199:
        raise ValueError(f"{text[:80]!r} is no date of the years 1900 to 2199")
    datetime.date.fromisoformat(text)


def end_of_day(text):
    """The last microsecond of a day in UTC+08:00."""
    day = datetime.datetime.strptime(text, "%Y-%m-%d")
    return (day - EPOCH) // datetime.timedelta(microseconds=1) - CIVIL + 86_400_000_000 - 1
