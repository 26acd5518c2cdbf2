"""Postcodes as people type them and as they are kept."""

import re

# A full postcode without its space: the district, then a digit and two letters.
FULL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")


def tidy_postcode(typed: str) -> str:
    """A full postcode in capitals with one space, however it was typed; "" where it is none."""
    found = FULL.fullmatch("".join(typed.split()).upper())
    return " ".join(found.groups()) if found else ""
