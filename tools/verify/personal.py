"""Numbers of persons in an event, and what is hidden in a text (specification, "Numbers of persons", "Conventions")."""

import datetime
import re

HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
SHAPING = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003fffd][\U000e0100-\U000e01ef]|[\u1820-\u18aa][\u180b-\u180f]")
BLANK = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800"
BETWEEN = f"[{BLANK}\u2010-\u2015\u2212\ufe58\ufe63-]{{1,3}}"
PARTS = re.compile(rf"[0-9]+(?:{BETWEEN}[0-9]+)*")
WITH_X = re.compile(rf"(?:{BETWEEN})?[xX](?![A-Za-z0-9])")
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
    plain = "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in HIDDEN.sub("", text))
    for parts in PARTS.finditer(plain):
        groups = list(re.finditer("[0-9]+", parts[0]))
        letter = plain[parts.start() - 1 : parts.start()] if parts.start() else ""
        for first in range(len(groups)):
            if first == 0 and _is_letter(letter):
                continue
            digits, shortest = "", 19
            for last in range(first, len(groups)):
                digits += groups[last][0]
                shortest = min(shortest, len(groups[last][0]))
                if len(digits) > 19:
                    break
                end = parts.start() + groups[last].end()
                x = WITH_X.match(plain, end)
                if x and is_resident(digits + "X") and digits + "X" != own:
                    return "resident"
                if not _is_letter(plain[end : end + 1]):
                    found = _of_digits(digits, shortest, own)
                    if found:
                        return found
    return None


def _is_letter(text):
    return bool(re.fullmatch("[A-Za-z]", text))


def _of_digits(digits, shortest, own):
    if len(digits) == 18 and digits != own and is_resident(digits):
        return "resident"
    if shortest < 3:
        return None
    if re.fullmatch("(86|0086)?1[3-9][0-9]{9}", digits):
        return "mobile"
    if len(digits) == 15 == shortest and _is_old_resident(digits):
        return "old resident"
    return "card" if len(digits) in (16, 19) and _is_card(digits) else None


def _is_old_resident(digits):
    if int(digits[:2]) not in PROVINCES or digits[6:8] in ("19", "20") or not _is_day("19" + digits[6:12]):
        return False
    product = 10
    for digit in digits[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    total = sum(int(digit) * weight for digit, weight in zip(digits[6:14], ORGANISATION_WEIGHTS))
    return (product + int(digits[14])) % 10 != 1 and (11 - total % 11) % 11 != int(digits[14])


def _is_card(digits):
    first, place, part = int(digits[:4]), int(digits[:2]) in PROVINCES, int(digits[2:4])
    if place and digits[6:8] in ("19", "20"):
        return False
    issued = 6210 <= first <= 6299 or 8100 <= first <= 8171
    if not issued and not (place and (1 <= part <= 50 or part == 90)):
        short = len(digits) == 16 and (5100 <= first <= 5599 or 2221 <= first <= 2720 or 3528 <= first <= 3589)
        issued = 4000 <= first <= 4999 or short
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return issued and sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _is_day(digits):
    try:
        datetime.datetime.strptime(digits, "%Y%m%d")
    except ValueError:
        return False
    return True
