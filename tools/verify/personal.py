"""Numbers of persons in an event, and what is hidden in a text (specification, "Numbers of persons", "Conventions")."""

import datetime
import re
import unicodedata

HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
SHAPING = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003fffd][\U000e0100-\U000e01ef]|[\u1820-\u18aa][\u180b-\u180f]")
BLANK = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800"
PLAIN = f"[{BLANK}\u2010-\u2015\u2212\ufe58\ufe63-]"
BETWEEN = rf"(?:{PLAIN}|[()_/.]){{1,3}}"
DRAWN_ON = re.compile("[\u0300-\u036f\u20d0-\u20ff]")
# Digits of a form that is not ASCII are written as ASCII behind one of these, once for each group.
IDEOGRAPH, OTHER = "\ue000", "\ue001"
IDEOGRAPHS = dict(zip("〇一二三四五六七八九零", "01234567890"))
YEAR = re.compile(r"\((?:19|20)[0-9]{2}\)")
GROUP = re.compile(f"[{IDEOGRAPH}{OTHER}]?[0-9]+")
PARTS = re.compile(rf"{GROUP.pattern}(?:(?:{BETWEEN})?{GROUP.pattern})*")
WITH_X = re.compile(rf"[xX](?![0-9{IDEOGRAPH}{OTHER}])|{BETWEEN}[xX](?![A-Za-z0-9])")
AMERICAN_EXPRESS = "370246 370247 370248 370249 370285 370286 370287 370289 374738 374739 376966 376968 377152 377155".split()
OLD_CARDS = ("6013", "6014", "6029", "690755", "955", "968807")
CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Of those of digits alone: who registers, and what.
REGISTERED = re.compile("1[1239]|[248][19]|3[1-59]|5[1239]|[67][129]|9[123]")
EVENT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
PROVINCES = {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82}
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def is_name(text):
    """Whether a text names something: one line, not blank, with nothing hidden in it."""
    rest = SHAPING.sub("", text)
    return "\n" not in text and not HIDDEN.search(rest) and not re.fullmatch(f"[{BLANK}]*", text)


def numbers_in(value, own=None):
    """The first number of a person in a value of JSON, as what it is; None where there is none."""
    if isinstance(value, dict):
        inner = [one for pair in value.items() for one in pair]
    elif isinstance(value, list):
        inner = value
    else:
        if isinstance(value, bool) or value is None:
            return None
        text = str(value)
        return None if EVENT_ID.fullmatch(text) else _in_text(text, own)
    return next((found for found in (numbers_in(one, own) for one in inner) if found), None)


def own_code(subject):
    """The code of an event's subject that is a resident number too."""
    code = subject.removeprefix("uscc:")
    return code if code != subject and is_resident(code) else None


def is_resident(number):
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number, re.ASCII) or not 1900 <= int(number[6:10]) <= 2199:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, RESIDENT_WEIGHTS))
    return _is_day(number[6:14]) and "10X98765432"[total % 11] == number[17]


def _in_text(text, own):
    for part in YEAR.split(_as_ascii(text)):
        for parts in PARTS.finditer(part):
            groups = list(GROUP.finditer(part, parts.start(), parts.end()))
            for first in range(len(groups)):
                for last in range(first, len(groups)):
                    found = _of_groups(part, groups, first, last, own)
                    if found:
                        return found
    return None


def _as_ascii(text):
    """The text with what is unseen left out, letters narrow, and digits as ASCII; a group of another form is marked."""
    plain, before = [], ""
    for c in DRAWN_ON.sub("", HIDDEN.sub("", text)):
        if "\uff01" <= c <= "\uff5e":
            c = chr(ord(c) - 0xFEE0)
        form, value = "", None
        if c in IDEOGRAPHS:
            form, value = IDEOGRAPH, IDEOGRAPHS[c]
        elif not c.isascii():
            form, value = OTHER, unicodedata.digit(c, None)
        if value is None:
            value, form = c, "" if c in "0123456789" else None
        elif form == before:
            plain.append(str(value))
            continue
        # ASCII behind another form begins a group too: marked, as one that has no form of its own.
        mark = form or (OTHER if form == "" and before else "")
        plain.append(mark + str(value))
        before = form or ""
    return "".join(plain)


def _of_groups(text, groups, first, last, own):
    read = [group[0].lstrip(IDEOGRAPH + OTHER) for group in groups[first : last + 1]]
    digits, start, end = "".join(read), groups[first].start(), groups[last].end()
    front = re.search("([0-9]?)([A-Za-z]*)$", text[:start])
    back = re.match(f"([A-Za-z]*)([0-9{IDEOGRAPH}{OTHER}]?)", text[end:])
    if len(digits) > 19 or front[1] and front[2] or back[1] and back[2]:
        return None
    x = WITH_X.match(text, end)
    if x and is_resident(digits + "X") and digits + "X" != own:
        return "resident"
    if digits == own or len(digits) == 18 and _is_credit_code(digits) and not is_resident(digits):
        return None
    if is_resident(digits):
        return "resident"
    if back[1]:
        return None
    mobile = re.fullmatch("(86|0086)?1[3-9][0-9]{9}", digits)
    pairs = zip(groups[first:last], groups[first + 1 : last + 1])
    between = [text[one.end() : other.start()] for one, other in pairs]
    whole = last == len(groups) - 1 and (first == 0 or first == 1 and groups[0][0] in ("86", "0086"))
    if mobile and _is_telephone(read, between, len(mobile[1] or ""), whole and not front[2]):
        return "mobile"
    if len(digits) == 15 and len(read) == 1 and not front[2] and _is_old_resident(digits):
        return "old resident"
    return "card" if min(map(len, read)) >= 3 and _is_card(digits) else None


def _is_telephone(read, between, country, whole):
    lengths = [len(group) for group in read]
    if min(lengths) >= 3 and all(re.fullmatch(f"{PLAIN}*", one) for one in between) or lengths == [3 + country, 4, 4]:
        return True
    stops = sum("." in one for one in between)
    amount = stops and (stops < len(between) or stops == 1) or stops == 3 and max(lengths) <= 3
    return whole and not amount and not any(re.fullmatch("(19|20)[0-9]{2}", group) for group in read)


def _is_credit_code(digits):
    total = sum(int(digit) * pow(3, at, 31) for at, digit in enumerate(digits[:17]))
    return bool(REGISTERED.match(digits)) and CREDIT_CODE[-total % 31] == digits[17]


def _is_old_resident(digits):
    if int(digits[:2]) not in PROVINCES or digits[6:8] in ("19", "20") or not _is_day("19" + digits[6:12]):
        return False
    return not _is_registered(digits)


def _is_registered(digits):
    """Whether 15 digits hold the check of a registration number or of an organisation's code."""
    product = 10
    for digit in digits[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    total = sum(int(digit) * weight for digit, weight in zip(digits[6:14], ORGANISATION_WEIGHTS))
    return (product + int(digits[14])) % 10 == 1 or (11 - total % 11) % 11 == int(digits[14])


def _is_card(digits):
    if not 15 <= len(digits) <= 19:
        return False
    length, first, place = len(digits), int(digits[:4]), int(digits[:2]) in PROVINCES
    prefecture, county = int(digits[2:4]), int(digits[4:6])
    if place and digits[6:8] in ("19", "20"):
        return False
    of_place = place and (prefecture == county == 0 or (1 <= prefecture <= 50 or prefecture == 90) and county <= 87)
    union = 6210 <= first <= 6299
    if length == 15:
        issued = digits[:6] in AMERICAN_EXPRESS and not _is_registered(digits)
    elif length in (16, 19) and (union or 8100 <= first <= 8171):
        issued = True
    elif length == 16 and (5100 <= first <= 5599 or 2221 <= first <= 2720 or 3528 <= first <= 3589):
        issued = not of_place
    else:
        other = length == 19 and digits.startswith("521899") or length in (17, 18) and union
        issued = (4000 <= first <= 4999 or other) and not of_place
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return (issued or digits.startswith(OLD_CARDS)) and sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _is_day(digits):
    try:
        datetime.datetime.strptime(digits, "%Y%m%d")
    except ValueError:
        return False
    return True
