"""Phone numbers for tables: as they are dialled from the UK, in groups.

A spreadsheet takes 07700900982 for a number and drops its 0, and +44 7700 900982 for a formula. Digits in groups it
leaves alone, and they begin with no sign: so +44 becomes 0, and any other country's + the 00 that is dialled for it.
"""

import re

UK, ABROAD = "0044", "00"
LAST_GROUP = 6  # of a number that was typed in one
# The groups of UK numbers by how they begin (Ofcom); all others, mobile numbers too, have five and six.
OF_THREE_GROUPS = ((re.compile(r"02\d{9}"), (3, 7)), (re.compile(r"(?:011\d|01\d1|03\d\d|08\d\d)\d{7}"), (4, 7)))


def as_dialled(typed: str) -> str:
    """07700 900982 for 07700900982 and for +44 7700 900982; 00 86 10 6552 9988 for +86 10 6552 9988."""
    groups = re.findall(r"\d+", typed)
    if typed.lstrip().startswith("+"):
        groups.insert(0, ABROAD)
    digits = "".join(groups)
    if digits.startswith(UK):
        return _in_groups("0" + digits.removeprefix(UK).removeprefix("0"))
    if len(groups) > 1:
        return " ".join(groups)
    if digits.startswith(ABROAD):
        return f"{ABROAD} {digits.removeprefix(ABROAD)}"
    return _in_groups(digits)


def _in_groups(digits: str) -> str:
    for pattern, (first, second) in OF_THREE_GROUPS:
        if pattern.fullmatch(digits):
            return f"{digits[:first]} {digits[first:second]} {digits[second:]}"
    return f"{digits[:-LAST_GROUP]} {digits[-LAST_GROUP:]}".strip()
