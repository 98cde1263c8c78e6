"""Changes of what is right, each drawn from a generator with a seed: of bytes, of texts by their lines, of JSON by its parts."""

import copy
import gzip
import re

from making import Pairs, Raw, dump

TELLING = [b"\0", b"\x01", b"\x7f", b"\x80", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b'"', b"{", b"}", b"[", b"]", b":",
           b",", b"-", b"+", b".", b"0", b"1", b"9", b"a", b"Z", b"\n", b"\r\n", b"\t", b" ", b"=", b"/", b"\\", b"\xe2\x80\x94",
           b"\xe3\x80\x80", b"\xe2\x80\x8b"]
NUMBERS = """0 -0 1 -1 2 63 64 65 99 100 120 121 1000 1001 1200 1201 1900 2199 2200 10000 10001 1099511627776 1099511627777
1.0 1e3 1E400 NaN Infinity -Infinity 00 +1 0x1 9007199254740991 9007199254740992 9223372036854775807 9223372036854775808
-9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616""".split() + ["1" + "0" * 40, "1" * 5000]
ZEROS, EFFS = "0" * 64, "f" * 64
# Texts that are changed into others of their sort: how the sort is known, and what there is of it, right and wrong.
SORTS = [
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*"), """2026-11-01T00:00:00+08:00 2026-11-01T24:00:00Z 2026-11-01T23:59:60Z
2026-11-01T00:00:00-00:00 2026-11-01T00:00:00+24:00 2026-11-01T00:00:00+08:60 2026-11-01T00:00:00 2026-11-01t00:00:00z
2026-11-01T00:00:00.Z 2026-11-01T00:00:00.1234567Z 2026-11-01T00:00:00.000001Z 2026-02-29T00:00:00Z 2024-02-29T12:00:00-05:30
2199-12-31T23:59:59.999999+08:00 2200-01-01T00:00:00+08:00 2199-12-31T23:59:59-01:00 2200-01-01T00:00:00+23:00
1900-01-01T00:00:00+08:00 1899-12-31T23:59:59+08:00 1900-01-01T00:00:00+23:59 1899-12-31T23:59:59-08:00 2026-11-01T00:00:00,5Z
2026-11-01T0:00:00Z 2026-11-01 2026-11-01T00:00Z 2026-11-01T00:00:00+0800 0001-01-01T00:00:00Z 9999-12-31T23:59:59Z""".split()),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), """2026-02-30 2024-02-29 2023-02-29 2000-02-29 1900-02-29 2026-2-3 0000-00-00
1899-12-31 1900-01-01 2199-12-31 2200-01-01 9999-12-31 2026-13-01 2026-00-10 2026-11-31 2026-11-00 +2026-11-01 20261101
2026-W44-1 2026-305 2026-11-01Z 2026/11/01 2026-11-01T00:00:00Z""".split() + ["2026-11-01 ", " 2026-11-01", "2026-11-01\n",
     "\u0662\u0660\u0662\u0666-11-01", "\uff12\uff10\uff12\uff16-11-01"]),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-.*"), """0199c82c-c009-7909-8909-090909090909 0199c82c-c009-4909-8909-090909090909
0199C82C-c009-7909-8909-090909090909 0199c82c-c009-7909-c909-090909090909 0199c82c-c009-7909-7909-090909090909
0199c82c-c009-7909-b909-090909090909 0199c82cc009790989090909090909 {0199c82c-c009-7909-8909-090909090909}
0199c82c-c009-7909-8909-09090909090g 0199c82c-c009-7909-8909-0909090909099""".split()),
    (re.compile(r"(uscc|ext|person|household|place|authority|catalogue):.*|ledger"), f"""ledger ledger: Ledger uscc:914403001922038216
uscc:914403001922038217 uscc:000000000000000000 uscc:91350203M0001QKT19 uscc:91430381MA4L2XXXXX uscc:91440300192203821X
uscc:91440300192203821 uscc:9144030019220382166 uscc:914403O01922038216 uscc: uscc ext:uscc:91350203M0001QKT19 ext:a:b ext:A:b ext::b ext:a:
ext:a:b:c ext:a:b/c ext:a:B_c-d.e ext:a ext:{"r" * 32}:c ext:{"r" * 33}:c ext:r:{"c" * 64} ext:r:{"c" * 65} person:{ZEROS}
person:{ZEROS[1:]} person:{ZEROS}0 person:{"A" * 64} person:{ZEROS}.01 person:{ZEROS}.02 person:{ZEROS}.99 person:{ZEROS}.2
person:{ZEROS}.002 person:{ZEROS}.0a household:{EFFS}.10 household:{EFFS}.100 household:{EFFS} household: place:430381 place:030381
place:4303810 place:43038 place:430381001 place:430381001002 place:430381001002003 authority:a authority:a.b authority: authority:a..b
authority:A authority:{"a" * 64} authority:{"a" * 65} catalogue:type.a.b catalogue:type.a catalogue:sort.a.b catalogue:list.a_b.c
catalogue:list catalogue: unknown:x : person""".split() + ["uscc:\uff1914403001922038216", "place:\u0664\u0663\u0660\u0663\u0668\u0661", "ext:a:b ", "ledger\n"]),
    (re.compile(r"[a-z0-9_-]+(\.[a-z0-9_*-]+)+|\*"), f"""a a.b a.b.c a..b .a.b a.b. A.b a_b.c-d a-b_c a.{"b" * 62} a.{"b" * 63} a.{"b" * 62}.* a.{"b" * 63}.*
* a.* a.b.* a.b* *.a .* a* a.** ** a.*.b a.*.* _ - _.- record.filed record.unknown record.Filed ledger.operator_key_rotated
catalogue.basis_adopted catalogue.type_registered catalogue.rating_adopted notice.statement notice.unknown""".split() + ["a b.c", "\u7532.b"]),
    (re.compile(r"[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43}|[0-9a-f]{64}|[0-9a-f]{32}|[A-Za-z0-9_-]{86}"), ["A" * 22, "A" * 21 + "B", "A" * 22 + "==",
     "A" * 43, "A" * 42 + "B", "A" * 43 + "=", "A" * 44, "+" * 43, "_" * 43, "A" * 86, "A" * 85 + "B", ZEROS, ZEROS[1:], "A" * 64, "0" * 32, "g" * 64, "0" * 63 + " "]),
    (re.compile(r"[a-z_]+"), """positive Positive neutral mixed public shared restricted court minor general serious grave V K U v department
operator J1 J15 J16 A03 A01 D08 month week working_day true null none uscc person enterprise law standard tier permanent V""".split()),
]
NAMES = [
    "", " ", "\u3000", "\u2800", "\u2800 ", "x" * 64, "x" * 65, "x" * 100, "x" * 101, "x" * 128, "x" * 129, "x" * 200, "x" * 201, "x" * 255, "x" * 256,
    "x" * 1000, "x" * 1001, "x" * 2000, "x" * 2001, "x" * 4000, "x" * 4001, "\u7532" * 64, "\u7532" * 65, "\u7532" * 200, "\u7532" * 201, "\u202e",
    "a\u200bb", "\u845b\U000e0100", "\u845b\U000e0100\U000e0101", "a\U000e0100", "\u1820\u180b", "\u180b\u1820", "a\nb", "\n", "a\tb", "\x7f",
    "\x85", "\xa0", "\xad", "\ufeff", "\ufffe", "\ufff9", "\U0010ffff", "a\u0301", "\u2028", "\u3164", "\ufe0f", "credit.example/other", "credit example",
    "credit+example", "credit\u3000example",
]
TEXTS = NAMES + [one for _, some in SORTS for one in some]
VALUES = [Raw("null"), True, False, [], Pairs(), Raw('"\\ud800"'), Raw('"\\ud83d\\ude00"'), Raw('"\\udc00\\ud800"'), Raw('"\\u0000"'),
          Raw('"\\/"'), Raw('"\\x41"'), Raw("'a'"), Raw(""), Raw("tru"), Raw("[" * 20 + "]" * 20), Raw("[" * 2000 + "]" * 2000),
          Raw('{"a":1,"a":2}'), Raw('{"a":1,"\\u0061":2}'), Raw("{" + ",".join(f'"k{at}":{at}' for at in range(257)) + "}"),
          Raw("[" + ",".join(["1"] * 400) + "]"), Raw("/**/1"), Raw("1 2")]

KINDS = ["value", "value", "text", "text", "number", "remove", "double", "unknown", "rename", "other", "other", "letter", "array"]


def of_bytes(rng, data, other=b""):
    """One change of bytes, and how it is called."""
    data, at = bytearray(data), rng.randrange(len(data) + 1)
    kind = rng.choice(["flip", "replace", "remove", "truncate", "insert", "splice", "double", "BOM", "gzip", "non-UTF-8", "empty", "line"])
    if kind == "flip" and at < len(data):
        data[at] ^= 1 << rng.randrange(8)
    elif kind == "replace" and at < len(data):
        data[at : at + 1] = rng.choice(TELLING)
    elif kind == "remove":
        del data[at : at + rng.choice([1, 1, 1, 2, 32])]
    elif kind == "truncate":
        del data[at:]
    elif kind == "insert":
        data[at:at] = rng.choice(TELLING)
    elif kind == "splice":
        start = rng.randrange(len(other) + 1)
        data[at:at] = other[start : start + rng.randrange(1, 40)]
    elif kind == "double":
        data[at:at] = data[max(0, at - rng.randrange(1, 60)) : at]
    elif kind == "BOM":
        data[:0] = b"\xef\xbb\xbf"
    elif kind == "gzip":
        data = bytearray(gzip.compress(bytes(data), mtime=0))
    elif kind == "non-UTF-8":
        data[at:at] = rng.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8"])
    elif kind == "empty":
        data = bytearray()
    elif kind == "line":
        lines = bytes(data).split(b"\n")
        _shuffle(rng, lines)
        data = bytearray(b"\n".join(lines))
    return kind, bytes(data)


def _shuffle(rng, lines):
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    change = rng.randrange(4)
    if change == 0:
        lines[at], lines[other] = lines[other], lines[at]
    elif change == 1:
        del lines[at]
    elif change == 2:
        lines.insert(other, lines[at])
    else:
        lines[at] = lines[at] + b"\r"


def of_text(rng, text, words=()):
    """One change of a text that stays UTF-8."""
    at = rng.randrange(len(text) + 1)
    telling = ["\n", "\n\n", "\r\n", " ", "  ", "\t", "\0", "0", "9", "+", "\u3000", "\u2014", "x", "\u7532", "\x85", "\u2028", *words]
    change = rng.randrange(6)
    if change == 0:
        return "insert", text[:at] + rng.choice(telling) + text[at:]
    if change == 1:
        return "remove", text[:at] + text[at + rng.choice([1, 1, 2, 8]) :]
    if change == 2:
        return "replace", text[:at] + rng.choice(telling) + text[at + 1 :]
    lines = text.split("\n")
    one = rng.randrange(len(lines))
    if change == 3:
        lines[one] = rng.choice(NUMBERS[:-1] + NAMES + list(words))
    elif change == 4:
        lines.insert(rng.randrange(len(lines)), lines[one])
    else:
        del lines[one]
    return "line", "\n".join(lines)


def of_json(rng, value, pool=()):
    """One change of a value of JSON (its objects in pairs), and how it is called."""
    value = copy.deepcopy(value)
    places = list(_places(value))
    if not places:
        return "none", value
    holder, at = rng.choice(places)
    inner = holder[at][1] if isinstance(holder, Pairs) else holder[at]
    same = _of_its_sort(rng, inner)

    def put(new):
        holder[at] = (holder[at][0], new) if isinstance(holder, Pairs) else new

    kind = rng.choice(KINDS if same is None else ["sort"] * 14 + KINDS)
    if kind == "sort":
        put(same)
    elif kind == "value":
        put(rng.choice(VALUES))
    elif kind == "text":
        put(rng.choice(TEXTS))
    elif kind == "number":
        put(Raw(rng.choice(NUMBERS)))
    elif kind == "remove":
        del holder[at]
    elif kind == "double":
        holder.insert(rng.randrange(len(holder) + 1), copy.deepcopy(holder[at]))
    elif kind == "unknown":
        target = holder if isinstance(holder, Pairs) else value
        if isinstance(target, Pairs):
            name = rng.choice(["x", "", "body", "reason", "list", "note", "ID", "\u540d"])
            target.insert(rng.randrange(len(target) + 1), (name, rng.choice(["x", 1, True])))
    elif kind == "rename" and isinstance(holder, Pairs):
        name = holder[at][0]
        holder[at] = (rng.choice([name + " ", name.upper(), name[:-1], "\ufeff" + name, "reason"]), holder[at][1])
    elif kind == "other" and pool:
        put(copy.deepcopy(rng.choice(pool)))
    elif kind == "letter" and isinstance(inner, str) and not isinstance(inner, Raw):
        put(of_text(rng, inner)[1])
    elif kind == "array":
        put([inner, inner] if rng.randrange(2) else [inner])
    return kind, value


def _of_its_sort(rng, value):
    """Another value of the sort that this is of, right or wrong; None where it is of none."""
    if isinstance(value, bool):
        return rng.choice([not value, 0, 1, "true", Raw("null")])
    if isinstance(value, int):
        return Raw(rng.choice([*NUMBERS, str(value + 1), str(value - 1)]))
    if isinstance(value, str) and not isinstance(value, Raw):
        found = [some for sort, some in SORTS if sort.fullmatch(value)]
        return rng.choice(found[0] if found and rng.randrange(5) else NAMES)
    return None


def _places(value):
    for at, one in enumerate(value):
        yield value, at
        inner = one[1] if isinstance(value, Pairs) else one
        if isinstance(inner, list):
            yield from _places(inner)


def spelled(rng, value):
    """JSON as bytes; now and then with white space between its tokens."""
    text = dump(value)
    if rng.randrange(8) == 0:
        text = rng.choice([" ", "\n", "\t\r\n"]) + text + rng.choice(["", " ", "\n", "\0", "x", "{}"])
    return text.encode("utf-8", "surrogatepass")
