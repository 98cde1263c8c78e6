"""Compares the check characters that `codes` prints with those of python-stdnum.

Its calc_check_digit is asked, not its is_valid, which also demands known places and so refuses codes
that are genuine.
"""

import sys

from stdnum.cn import ric, uscc

CALCULATE = {"uscc": uscc.calc_check_digit, "ric": ric.calc_check_digit}
counts = dict.fromkeys(CALCULATE, 0)
wrong = []
for line in sys.stdin:
    kind, code, check = line.split()
    # ric takes the whole number and leaves out its last character; uscc takes the code without it.
    expected = CALCULATE[kind](code + check if kind == "ric" else code)
    counts[kind] += 1
    if expected != check:
        wrong.append(f"{kind} {code}: ours {check}, python-stdnum {expected}")
print(", ".join(f"{count} {kind}" for kind, count in counts.items()), f"compared, {len(wrong)} differ")
print(*wrong[:20], sep="\n", end="\n" if wrong else "")
sys.exit(1 if wrong or not all(counts.values()) else 0)
