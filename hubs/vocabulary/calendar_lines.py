"""The lines of a calendar file (RFC 5545): what is escaped in them, and where they are folded. It knows no calendar.

The package that writes calendars knows all of them, and takes ten times as long and seven megabytes of each process
(docs/decisions/0063). Tests read with it what is written here, and compare it line by line.
"""

import datetime as dt
import re
from collections.abc import Iterable

CRLF, LF = "\r\n", "\n"
LONGEST = 74  # octets of a line, without its end: what is folded goes on after a space
BEGINS = b"\\^"  # what is escaped; some programs do not like it folded within
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": "\\n"})
IN_QUOTES = re.compile("[,;:’' ]")  # more than has to be: what old programs misread
# What no value of a parameter may hold (RFC 5545, 3.2), as RFC 6868 has it written.
UNSAID = str.maketrans({"^": "^^", '"': "^'", "\n": "^n"})


def component(name: str, *parts: Iterable[str]) -> list[str]:
    """The lines of a component, in order."""
    return [f"BEGIN:{name}", *(line for part in parts for line in part), f"END:{name}"]


def line(name: str, value: object, **parameters: str) -> str:
    """A line whose value is no text: a number, a moment, an address, a word of the format."""
    said = "".join(f";{of.upper()}={_said(words)}" for of, words in sorted(parameters.items()))
    return f"{name}{said}:{value}"


def text(name: str, words: str) -> str:
    """A line of somebody's words."""
    return f"{name}:{words.replace(CRLF, LF).translate(ESCAPED)}"


def moment(at: dt.datetime) -> str:
    """In UTC."""
    return f"{at.astimezone(dt.timezone.utc):%Y%m%dT%H%M%SZ}"


def written(lines: Iterable[str]) -> str:
    """The file of these lines. Raises ValueError where one is more than one."""
    return "".join(_folded(one) + CRLF for one in lines)


def _said(words: str) -> str:
    said = words.translate(UNSAID)
    return f'"{said}"' if IN_QUOTES.search(words) else said


def _folded(whole: str) -> str:
    """No line longer than the format allows, and none that ends within a character."""
    if LF in whole or "\r" in whole:
        raise ValueError(whole.partition(":")[0])
    octets = whole.encode()
    if len(octets) <= LONGEST:
        return whole
    parts, start = [], 0
    while start < len(octets):
        end = start + LONGEST
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # within a character
            end -= 1
        if end < len(octets) and octets[end - 1] in BEGINS:
            end -= 1
        parts.append(octets[start:end].decode())
        start = end
    return f"{CRLF} ".join(parts)
